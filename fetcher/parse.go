package fetcher

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
)

// ParseOptions is what is known of a document beside its bytes.
type ParseOptions struct {
	ContentType string // the whole header value; empty: none
	Base        string // the address it came from, after redirects
}

// maxDocument bounds the text of one document after decoding.
const maxDocument = 64 << 20

// Parse reads a feed in any dialect: RSS 0.9 to 2.0, RDF, Atom 0.3 and 1.0, CDF
// and JSON Feed. It repairs what it can and says so. The error, for a document
// that is no feed, is worded for the person who entered its address.
func Parse(body []byte, o ParseOptions) (*Document, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("an empty document")
	}
	if len(body) > maxDocument {
		return nil, errors.New("a document too large to be a feed")
	}
	text, encoding, note := decodeText(body, o.ContentType)
	d := &Document{Encoding: encoding, Entries: []Entry{}}
	d.mended(note)
	var err error
	if trimmed := bytes.TrimLeft(text, " \t\r\n\uFEFF"); len(trimmed) > 0 && trimmed[0] == '{' {
		err = d.readJSON(trimmed, o.Base)
	} else {
		err = d.readXML(text, o.Base)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// mended records a repair once.
func (d *Document) mended(sentence string) {
	for _, s := range d.Repairs {
		if s == sentence {
			return
		}
	}
	if sentence != "" {
		d.Repairs = append(d.Repairs, sentence)
	}
}

func (d *Document) readXML(text []byte, base string) error {
	text, notes := cleanXML(text)
	for _, note := range notes {
		d.mended(note)
	}
	if !isFeedRoot(rootName(text)) {
		return errors.New(whatElse(text))
	}
	text = modernise(text)
	ix := indexOf(text, false)
	if ix.trouble != "" {
		d.mended(ix.trouble)
		var excess bool
		text, d.cut, d.cutEntry, excess = balance(text)
		d.Truncated = d.cut || excess
		if d.cut {
			d.mended(cutOff)
		}
		ix = indexOf(text, true)
	}
	d.Format = formatOf(ix.root)
	if d.Format == "" {
		return errors.New(whatElse(text))
	}
	t := translator{format: d.Format, base: base}
	g := parseNative(text, ix, d.Format)
	d.Version = g.version()
	if g.err != nil {
		d.mended("read the entries one by one")
	}
	d.translate(t, ix, g)
	return nil
}

// native is the same document as gofeed read it. Entries that it could not
// read are nil.
type native struct {
	feed    *rss.Feed
	items   []*rss.Item
	atom    *atom.Feed
	entries []*atom.Entry
	err     error
}

// version is that of the format, as the document claims it.
func (g native) version() string {
	switch {
	case g.feed != nil:
		return g.feed.Version
	case g.atom != nil:
		return g.atom.Version
	}
	return ""
}

// parseNative lets gofeed read the document, or, where that fails, each of its
// entries alone.
func parseNative(text []byte, ix index, format string) native {
	text = hideBase(without(text, ix.texts))
	g := parseWhole(text, ix.root, format)
	if g.err == nil && len(g.items)+len(g.entries) == len(ix.entries) {
		return g
	}
	if g.err == nil {
		g.err = errors.New("entries lost")
	}
	g.items, g.entries = nil, nil
	for _, el := range ix.entries {
		one := parseWhole(hideBase(wrapEntry(el, format)), nil, format)
		var item *rss.Item
		var entry *atom.Entry
		if one.err == nil && len(one.items) == 1 {
			item = one.items[0]
		}
		if one.err == nil && len(one.entries) == 1 {
			entry = one.entries[0]
		}
		g.items, g.entries = append(g.items, item), append(g.entries, entry)
	}
	return g
}

// without leaves out parts of a document: the texts of entries, which we read
// ourselves and which are most of it.
func without(text []byte, parts []span) []byte {
	if len(parts) == 0 {
		return text
	}
	slim := make([]byte, 0, len(text)/2)
	at := 0
	for _, part := range parts {
		slim = append(slim, text[at:part.from]...)
		at = part.to
	}
	return append(slim, text[at:]...)
}

func parseWhole(text []byte, root *element, format string) (g native) {
	if format == "atom" {
		g.atom, g.err = (&atom.Parser{}).Parse(bytes.NewReader(text))
		if g.err == nil {
			g.entries = g.atom.Entries
		}
		return g
	}
	if root != nil && root.name == "channel" {
		text = bytes.Join([][]byte{[]byte("<rss>"), text, []byte("</rss>")}, nil)
	}
	g.feed, g.err = (&rss.Parser{}).Parse(bytes.NewReader(text))
	if g.err == nil {
		g.items = g.feed.Items
	}
	return g
}

// wrapEntry makes a document of one entry.
func wrapEntry(el *element, format string) []byte {
	before, behind := "<rss><channel>", "</channel></rss>"
	if format == "atom" {
		before, behind = `<feed xmlns="http://www.w3.org/2005/Atom">`, "</feed>"
	}
	return bytes.Join([][]byte{[]byte(before), el.outer, []byte(behind)}, nil)
}

// hideBase keeps xml:base from gofeed, which takes a file for a directory and
// rewrites ids. We resolve addresses ourselves.
func hideBase(text []byte) []byte {
	if !bytes.Contains(text, []byte("xml:base")) {
		return text
	}
	return bytes.ReplaceAll(text, []byte("xml:base"), []byte("hidden-base"))
}

// modernise writes the namespaces that Atom had before it had a name as that
// of Atom 0.3.
func modernise(text []byte) []byte {
	end := bytes.IndexByte(text, '>')
	if end < 0 || !bytes.Contains(text[:end], []byte("xmlns")) {
		return text
	}
	for _, old := range []string{"http://example.com/newformat#", "http://example.com/necho", "http://purl.org/echo/",
		"uri/of/echo/namespace#", "http://purl.org/pie/"} {
		if bytes.Contains(text[:end], []byte(old)) {
			return bytes.Replace(text, []byte(old), []byte("http://purl.org/atom/ns#"), 1)
		}
	}
	return text
}

// rootName is the name of a document's first element without its prefix, in
// lower case.
func rootName(text []byte) string {
	for s := (scanner{text: text}); ; {
		t, more := s.next()
		if !more {
			return ""
		}
		if t.kind == startToken {
			return strings.ToLower(localName(t.name))
		}
	}
}

func isFeedRoot(name string) bool {
	return name == "rss" || name == "rdf" || name == "feed" || name == "channel"
}

func formatOf(root *element) string {
	if root == nil {
		return ""
	}
	_, local, ok := strings.Cut(root.name, ":")
	if !ok {
		local = root.name
	}
	switch local {
	case "rss", "rdf":
		return "rss"
	case "feed":
		return "atom"
	case "channel":
		said := slices.ContainsFunc(root.attrs, func(a attribute) bool {
			return strings.EqualFold(a.name, "href") || strings.EqualFold(a.name, "lastmod")
		})
		if said || root.first("title") == nil {
			return "cdf"
		}
		return "rss"
	}
	return ""
}

// whatElse says what a document is that is no feed.
func whatElse(text []byte) string {
	start := strings.ToLower(string(text[:min(len(text), 2048)]))
	switch {
	case strings.Contains(start, "<opml"):
		return "a list of feeds (OPML), not a feed"
	case strings.Contains(start, "<html"), strings.Contains(start, "<head"), strings.Contains(start, "<body"),
		strings.Contains(start, "<!doctype html"):
		return "a web page, not a feed"
	case strings.Contains(start, "<urlset"), strings.Contains(start, "<sitemapindex"):
		return "a sitemap, not a feed"
	case strings.TrimSpace(start) == "":
		return "an empty document"
	case strings.HasPrefix(start, "<"):
		return "XML, but not a feed"
	}
	return "not a feed"
}
