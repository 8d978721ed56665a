package fetcher

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bounds on what is taken from one page.
const (
	maxPageLinks = 64      // that may be feeds
	maxLinkText  = 200     // bytes
	maxLinksPage = 4 << 20 // bytes that are read for links
)

// pageLinks is what a page says of itself and of its feeds.
type pageLinks struct {
	title string
	lang  string
	base  *url.URL
	feeds []candidate
	now   struct { // the element whose text is being read
		title bool
		link  int // the candidate that an <a> may be, plus one
	}
}

// readLinks reads a page's title, language and possible feeds. It goes through
// the page's tags once and builds no tree: however a page is nested, it costs
// what its length does.
func readLinks(page []byte, at *url.URL) pageLinks {
	p := pageLinks{base: at}
	z := html.NewTokenizer(bytes.NewReader(page[:min(len(page), maxLinksPage)]))
	z.SetMaxBuf(64 << 10)
	for {
		switch z.Next() {
		case html.ErrorToken:
			p.settle()
			return p
		case html.TextToken:
			p.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open(z.Token())
		case html.EndTagToken:
			p.close(z.Token())
		}
	}
}

func (p *pageLinks) open(t html.Token) {
	switch t.DataAtom {
	case atom.Html:
		p.lang = strings.TrimSpace(attrOf(t, "lang"))
	case atom.Title:
		p.now.title = p.title == ""
	case atom.Base:
		if to := p.resolve(attrOf(t, "href")); to != nil {
			p.base = to
		}
	case atom.Link:
		if namesFeed(attrOf(t, "rel"), attrOf(t, "type")) {
			p.add(attrOf(t, "href"), attrOf(t, "title"), WayNamed)
		}
	case atom.A:
		p.now.link = 0
		if p.add(attrOf(t, "href"), attrOf(t, "title"), WayLinked) {
			p.now.link = len(p.feeds)
		}
	}
}

func (p *pageLinks) close(t html.Token) {
	switch t.DataAtom {
	case atom.Title:
		p.now.title = false
	case atom.A:
		p.now.link = 0
	}
}

func (p *pageLinks) text(s string) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return
	}
	if p.now.title {
		p.title = cutText(strings.TrimSpace(p.title+" "+s), maxLinkText)
	}
	if at := p.now.link - 1; at >= 0 {
		p.feeds[at].title = cutText(strings.TrimSpace(p.feeds[at].title+" "+s), maxLinkText)
	}
}

// add notes an address as a possible feed, and reports whether it did.
func (p *pageLinks) add(href, title string, way Way) bool {
	to := p.resolve(href)
	if to == nil || len(p.feeds) >= 16*maxPageLinks {
		return false
	}
	p.feeds = append(p.feeds, candidate{address: bare(to), title: cutText(strings.TrimSpace(title), maxLinkText), way: way})
	return true
}

// settle leaves of the linked addresses those that sound like feeds.
func (p *pageLinks) settle() {
	kept := p.feeds[:0]
	for _, c := range p.feeds {
		if len(kept) < maxPageLinks && (c.way == WayNamed || soundsLikeFeed(c.address, c.title)) {
			kept = append(kept, c)
		}
	}
	p.feeds = kept
}

// resolve is an address of the web; nil: it is none.
func (p *pageLinks) resolve(href string) *url.URL {
	href = strings.TrimSpace(href)
	if href == "" || strings.HasPrefix(href, "#") {
		return nil
	}
	if rest, ok := strings.CutPrefix(href, "feed:"); ok { // what browsers once gave to a reader
		href = strings.TrimPrefix(rest, "//")
		if !strings.Contains(href, "://") {
			href = p.base.Scheme + "://" + href
		}
	}
	to, err := p.base.Parse(href)
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" || to.User != nil {
		return nil
	}
	return to
}

func attrOf(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// namesFeed reports whether a link of this relation and media type is a feed:
// rel=alternate with the type of one, or rel=feed, which says it alone.
func namesFeed(rel, media string) bool {
	words := strings.Fields(strings.ToLower(rel))
	media, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(media)), ";")
	var alternate bool
	for _, w := range words {
		switch w {
		case "feed":
			return true
		case "alternate":
			alternate = true
		case "stylesheet":
			return false
		}
	}
	if !alternate {
		return false
	}
	switch strings.TrimSpace(media) {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/x.atom+xml", "application/x-atom+xml":
		return true
	case "application/xml", "text/xml", "application/json": // a page may have other alternates of these types: reading it will tell
		return true
	}
	return false
}

// feedWords are what addresses of feeds, and links to them, say.
var feedWords = []string{"rss", "atom", "feed", "rdf", "syndication"}

// soundsLikeFeed reports whether a link's address or words are those of a feed.
func soundsLikeFeed(address, words string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	path := strings.ToLower(u.Path + "?" + u.RawQuery)
	for _, pieces := range [][]string{
		strings.FieldsFunc(path, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }),
		strings.Fields(strings.ToLower(words)),
	} {
		for _, piece := range pieces {
			for _, word := range feedWords {
				if strings.TrimRight(strings.TrimSuffix(piece, "s"), "0123456789") == strings.TrimSuffix(word, "s") {
					return true
				}
			}
		}
	}
	return strings.HasSuffix(u.Path, ".xml") && !strings.Contains(path, "sitemap")
}

// linksOfHeader reads the feeds that an answer names in its Link headers, RFC
// 8288 section 3.
func linksOfHeader(h http.Header, at *url.URL) []candidate {
	p := pageLinks{base: at}
	for _, line := range h.Values("Link") {
		for len(line) > 0 && len(p.feeds) < maxPageLinks {
			start := strings.IndexByte(line, '<')
			end := strings.IndexByte(line, '>')
			if start < 0 || end < start {
				break
			}
			target := line[start+1 : end]
			var params map[string]string
			params, line = linkParams(line[end+1:])
			if namesFeed(params["rel"], params["type"]) {
				p.add(target, params["title"], WayNamed)
			}
		}
	}
	return p.feeds
}

// linkParams reads the parameters of one link, and gives what stands behind its
// comma. The first of a name counts.
func linkParams(s string) (params map[string]string, rest string) {
	params = map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t;")
		if s == "" || s[0] == ',' {
			return params, strings.TrimPrefix(s, ",")
		}
		end := strings.IndexAny(s, "=;,")
		if end < 0 {
			return params, ""
		}
		name, value := strings.ToLower(strings.TrimSpace(s[:end])), ""
		quoted := s[end] == '=' && strings.HasPrefix(strings.TrimLeft(s[end+1:], " \t"), `"`)
		switch {
		case s[end] != '=':
			s = s[end:]
		case quoted:
			value, s = quotedText(strings.TrimLeft(s[end+1:], " \t")[1:])
		default:
			s = s[end+1:]
			stop := strings.IndexAny(s, ";,")
			if stop < 0 {
				stop = len(s)
			}
			value, s = strings.TrimSpace(s[:stop]), s[stop:]
		}
		if _, twice := params[name]; !twice {
			params[name] = value
		}
	}
}

// quotedText reads a quoted string behind its first quote.
func quotedText(s string) (text, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
