package fetcher

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"dateline/news"
)

// Page reads the page of an article that a source links to, as UTF-8. What
// robots.txt forbids is not read: links in a feed are the outlet's word, not
// the operator's. The error is in words for a person, or wraps that of ctx.
func (f *Fetcher) Page(ctx context.Context, src news.Source, link string) (news.Page, error) {
	ctx, done := f.Burdened(ctx)
	defer done()
	a, err := f.page(ctx, src, link)
	if ctx.Err() != nil {
		return news.Page{}, fmt.Errorf("ask for the page: %w", ctx.Err())
	}
	if err != nil {
		return news.Page{}, err
	}
	text, err := pageText(a.header.Get("Content-Type"), a.body)
	if err != nil {
		return news.Page{}, err
	}
	return news.Page{Address: bare(a.final), HTML: cutPage(text)}, nil
}

// The bounds of a page. A tree takes many times the size of the tags that it is
// made of; articles have a few thousand of them, and some scripts of megabytes.
const (
	maxPage     = 4 << 20
	maxPageText = 1 << 20 // without scripts and styles
	maxPageTags = 40_000
)

// cutPage ends a page that is longer than any article's.
func cutPage(text []byte) []byte {
	text = text[:min(len(text), maxPage)]
	shown, tags := 0, 0
	for i := 0; i < len(text); {
		next := bytes.IndexByte(text[i:], '<')
		if next < 0 {
			next = len(text) - i
		}
		if shown += next; shown > maxPageText {
			return text[:i+next-(shown-maxPageText)]
		}
		i += next
		if tags++; i == len(text) || tags > maxPageTags {
			return text[:i]
		}
		i, shown = i+1, shown+1
		for _, name := range []string{"script", "style"} {
			if hasFold(text[i:], name) {
				i += endOf(text[i:], name)
			}
		}
	}
	return text
}

// endOf is where an element ends whose content is not markup.
func endOf(text []byte, name string) int {
	for i := 0; ; {
		at := bytes.Index(text[i:], []byte("</"))
		if at < 0 {
			return len(text)
		}
		if i += at; hasFold(text[i+2:], name) {
			return i
		}
		i += 2
	}
}

func hasFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && bytes.EqualFold(text[:len(prefix)], []byte(prefix))
}

func (f *Fetcher) page(ctx context.Context, src news.Source, link string) (answer, error) {
	address, err := url.Parse(strings.TrimSpace(link))
	if err != nil {
		return answer{}, faultf("the page's address cannot be understood")
	}
	q, err := f.question(src)
	if err != nil {
		return answer{}, err
	}
	q.address = address
	q.header.Set("Accept", "text/html, application/xhtml+xml, */*;q=0.1")
	if feed, err := url.Parse(strings.TrimSpace(src.Feed)); err == nil && origin(feed) == origin(address) {
		q.own = credentials(src.Access)
	}
	if !f.opt.AnyRobots {
		q.welcome = func(to *url.URL) error { return f.welcome(ctx, src, to) }
	}
	a, err := f.ask(ctx, q)
	switch {
	case err != nil:
		return a, err
	case a.status != http.StatusOK:
		return a, statusFault(a.status)
	case len(bytes.TrimSpace(a.body)) == 0:
		return a, faultf("the server answers with an empty page")
	}
	return a, nil
}

// pageText is a page as UTF-8. Something that is not text is an error.
func pageText(contentType string, body []byte) ([]byte, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		media = strings.ToLower(strings.TrimSpace(strings.Split(contentType, ";")[0]))
	}
	switch media {
	case "", "text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", "application/octet-stream":
	default:
		return nil, faultf("the address gives no page but %q", media)
	}
	if bytes.IndexByte(body[:min(len(body), 512)], 0) >= 0 && pageBOM(body) == nil && !strings.HasPrefix(strings.ToLower(params["charset"]), "utf-16") {
		return nil, faultf("the address gives no page but something that is not text")
	}
	return pageUTF8(params["charset"], body), nil
}

// pageUTF8 decodes a page: by its byte order mark, else as the UTF-8 that it
// visibly is, else by the header, by its own meta element, and as windows-1252
// like every browser. Valid UTF-8 with more than ASCII in it is no accident,
// whatever a server's default header says.
func pageUTF8(label string, body []byte) []byte {
	if e := pageBOM(body); e != nil {
		return decodePage(e, body)
	}
	if utf8.Valid(body) && !isSevenBit(body) {
		return body
	}
	for _, name := range []string{label, metaCharset(body)} {
		if e, err := htmlindex.Get(strings.TrimSpace(name)); err == nil {
			return decodePage(e, body)
		}
	}
	if utf8.Valid(body) {
		return body
	}
	return decodePage(charmap.Windows1252, body)
}

func isSevenBit(body []byte) bool {
	for _, c := range body {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// pageBOM is the encoding that a byte order mark stands for; nil: there is none.
func pageBOM(body []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return unicode.UTF8BOM
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	default:
		return nil
	}
}

// decodePage decodes all of a page; what cannot be decoded becomes U+FFFD.
func decodePage(e encoding.Encoding, body []byte) []byte {
	text, err := e.NewDecoder().Bytes(body)
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return bytes.ToValidUTF8(text, []byte("\uFFFD"))
}

// metaCharset is the charset that a page names for itself, in a meta element or
// an XML declaration near its top; empty: none.
func metaCharset(body []byte) string {
	head := pageComment.ReplaceAll(body[:min(len(body), 8<<10)], nil)
	for _, form := range []*regexp.Regexp{pageMeta, pageDeclaration} {
		if m := form.FindSubmatch(head); m != nil {
			name := strings.ToLower(string(m[1]))
			if strings.HasPrefix(name, "utf-16") { // it was read as ASCII: it is not UTF-16
				name = "utf-8"
			}
			return name
		}
	}
	return ""
}

var (
	pageComment     = regexp.MustCompile(`(?s)<!--.*?-->`)
	pageMeta        = regexp.MustCompile(`(?i)<meta\s[^>]*?charset\s*=\s*["']?\s*([a-z0-9_:.\-]+)`)
	pageDeclaration = regexp.MustCompile(`(?i)^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([a-z0-9_:.\-]+)`)
)
