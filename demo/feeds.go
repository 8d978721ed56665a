package demo

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"
)

// format is a feed format.
type format uint8

const (
	rss20 format = iota
	rss20full
	rss091
	rss10
	atom03
	atom10
	jsonFeed10
	jsonFeed11
)

// edition is an outlet's feed before it has a format.
type edition struct {
	title, lang, home, self, charset string
	id                               string // the outlet's, for tag URIs
	updated                          time.Time
	entries                          []entry
}

// entry is one item of an edition.
type entry struct {
	guid, link, title, summary, content string // summary and content are HTML
	author, section                     string
	published, updated                  time.Time
	caption, credit                     string
	picture, kind                       string
	length                              int
}

// edition gathers what an outlet's feed says.
func (w *World) edition(o *outlet, base string, corrected time.Time) edition {
	e := edition{
		title: o.title, lang: o.lang, id: o.id, charset: o.charsetName(),
		home: base + "/" + o.id + "/", self: base + "/" + o.id + "/" + o.feedName(),
	}
	for _, c := range o.copy {
		p := w.picture(o, c)
		it := entry{
			guid: "tag:" + o.id + ".example,2026:" + c.slug, link: e.home + c.slug, title: at(c.title, !corrected.IsZero()),
			author: c.byline, section: c.section, caption: c.caption, credit: c.credit,
			picture: e.home + c.pictureName(), kind: p.kind, length: len(p.data),
			published: w.start.Add(-c.age).In(o.zone),
		}
		it.updated = it.published
		if c.correctable() && !corrected.IsZero() {
			it.updated = corrected.In(o.zone)
		}
		if it.updated.After(e.updated) {
			e.updated = it.updated
		}
		it.summary = "<p>" + html.EscapeString(c.lede(!corrected.IsZero())) + "</p>"
		it.content = c.html(!corrected.IsZero())
		e.entries = append(e.entries, it)
	}
	return e
}

// html is the whole text as a feed carries it.
func (p *piece) html(corrected bool) string {
	var b strings.Builder
	for _, page := range p.pages(corrected) {
		for _, bl := range page {
			b.WriteString(bl.html())
		}
	}
	return b.String()
}

func (b block) html() string {
	text := html.EscapeString(b.text)
	switch b.kind {
	case 'h':
		if b.number > 0 {
			text = fmt.Sprintf("%d. %s", b.number, text)
		}
		return fmt.Sprintf("<h%d>%s</h%d>\n", b.level, text, b.level)
	case 'q':
		return "<blockquote><p>" + text + "</p></blockquote>\n"
	}
	return "<p>" + text + "</p>\n"
}

// render writes an edition in a format and gives its media type.
func (f format) render(e edition) (body, kind string) {
	switch f {
	case rss091:
		return renderRSS091(e), "text/xml; charset=utf-8"
	case rss10:
		return renderRSS10(e), "application/rdf+xml; charset=utf-8"
	case atom03:
		return renderAtom03(e), "application/x.atom+xml; charset=utf-8"
	case atom10:
		return renderAtom10(e), "application/atom+xml; charset=utf-8"
	case jsonFeed10, jsonFeed11:
		return renderJSON(e, f), "application/feed+json"
	}
	return renderRSS20(e, f == rss20full), "application/rss+xml"
}

// xml writes text into a document, escaped.
type xml struct{ strings.Builder }

// put writes markup in which %s stands for text to be escaped.
func (x *xml) put(markup string, texts ...string) {
	args := make([]any, len(texts))
	for i, t := range texts {
		args[i] = html.EscapeString(t)
	}
	fmt.Fprintf(x, markup, args...)
}

func renderRSS20(e edition, full bool) string {
	var x xml
	x.put("<?xml version=\"1.0\" encoding=\"%s\"?>\n", e.charset)
	x.put("<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:media=\"http://search.yahoo.com/mrss/\">\n<channel>\n")
	x.put("<title>%s</title>\n<link>%s</link>\n<description>%s</description>\n<language>%s</language>\n", e.title, e.home, e.title, e.lang)
	x.put("<atom:link href=\"%s\" rel=\"self\" type=\"application/rss+xml\"/>\n", e.self)
	for _, it := range e.entries {
		x.put("<item>\n<title>%s</title>\n<link>%s?utm_source=rss</link>\n<guid isPermaLink=\"false\">%s</guid>\n", it.title, it.link, it.guid)
		x.put("<pubDate>%s</pubDate>\n<description>%s</description>\n", it.published.Format(time.RFC1123Z), it.summary)
		if it.author != "" {
			x.put("<dc:creator>%s</dc:creator>\n", it.author)
		}
		if it.section != "" {
			x.put("<category>%s</category>\n", it.section)
		}
		if full {
			x.put("<content:encoded>%s</content:encoded>\n", it.content)
		}
		length := fmt.Sprint(it.length)
		x.put("<enclosure url=\"%s\" type=\"%s\" length=\"%s\"/>\n", it.picture, it.kind, length)
		x.put("<media:content url=\"%s\" type=\"%s\" medium=\"image\" fileSize=\"%s\" width=\"%s\" height=\"%s\">", it.picture, it.kind, length, fmt.Sprint(pictureWidth), fmt.Sprint(pictureHeight))
		x.put("<media:description>%s</media:description><media:credit>%s</media:credit></media:content>\n</item>\n", it.caption, it.credit)
	}
	x.put("</channel>\n</rss>\n")
	return x.String()
}

func renderRSS091(e edition) string {
	var x xml
	x.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"0.91\">\n<channel>\n")
	x.put("<title>%s</title>\n<link>%s</link>\n<description>%s</description>\n<language>%s</language>\n", e.title, e.home, e.title, e.lang)
	for _, it := range e.entries {
		x.put("<item>\n<title>%s</title>\n<link>%s</link>\n<description>%s</description>\n</item>\n", it.title, it.link, it.summary)
	}
	x.put("</channel>\n</rss>\n")
	return x.String()
}

func renderRSS10(e edition) string {
	var x xml
	x.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\" xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n")
	x.put("<channel rdf:about=\"%s\">\n<title>%s</title>\n<link>%s</link>\n<description>%s</description>\n<dc:language>%s</dc:language>\n<items><rdf:Seq>\n", e.self, e.title, e.home, e.title, e.lang)
	for _, it := range e.entries {
		x.put("<rdf:li rdf:resource=\"%s\"/>\n", it.link)
	}
	x.put("</rdf:Seq></items>\n</channel>\n")
	for _, it := range e.entries {
		x.put("<item rdf:about=\"%s\">\n<title>%s</title>\n<link>%s</link>\n<description>%s</description>\n", it.link, it.title, it.link, it.summary)
		x.put("<dc:date>%s</dc:date>\n<dc:creator>%s</dc:creator>\n<dc:subject>%s</dc:subject>\n</item>\n", it.published.Format(time.RFC3339), it.author, it.section)
	}
	x.put("</rdf:RDF>\n")
	return x.String()
}

func renderAtom03(e edition) string {
	var x xml
	x.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed version=\"0.3\" xmlns=\"http://purl.org/atom/ns#\" xml:lang=\"%s\">\n", e.lang)
	x.put("<title>%s</title>\n<link rel=\"alternate\" type=\"text/html\" href=\"%s\"/>\n<modified>%s</modified>\n", e.title, e.home, e.updated.Format(time.RFC3339))
	for _, it := range e.entries {
		x.put("<entry>\n<title>%s</title>\n<link rel=\"alternate\" type=\"text/html\" href=\"%s\"/>\n<id>%s</id>\n", it.title, it.link, it.guid)
		x.put("<issued>%s</issued>\n<modified>%s</modified>\n<author><name>%s</name></author>\n", it.published.Format(time.RFC3339), it.updated.Format(time.RFC3339), it.author)
		x.put("<summary type=\"text/html\" mode=\"escaped\">%s</summary>\n</entry>\n", it.summary)
	}
	x.put("</feed>\n")
	return x.String()
}

func renderAtom10(e edition) string {
	var x xml
	x.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\">\n", e.lang)
	x.put("<id>tag:%s.example,2026:feed</id>\n<title>%s</title>\n<updated>%s</updated>\n", e.id, e.title, e.updated.Format(time.RFC3339))
	x.put("<link href=\"%s\"/>\n<link rel=\"self\" href=\"%s\"/>\n<author><name>%s</name></author>\n", e.home, e.self, e.title)
	for _, it := range e.entries {
		x.put("<entry>\n<id>%s</id>\n<title>%s</title>\n<link href=\"%s\"/>\n", it.guid, it.title, it.link)
		x.put("<link rel=\"enclosure\" type=\"%s\" length=\"%s\" href=\"%s\"/>\n", it.kind, fmt.Sprint(it.length), it.picture)
		x.put("<published>%s</published>\n<updated>%s</updated>\n", it.published.Format(time.RFC3339), it.updated.Format(time.RFC3339))
		if it.author != "" {
			x.put("<author><name>%s</name></author>\n", it.author)
		}
		x.put("<category term=\"%s\"/>\n<summary type=\"html\">%s</summary>\n</entry>\n", it.section, it.summary)
	}
	x.put("</feed>\n")
	return x.String()
}

func renderJSON(e edition, f format) string {
	version := "https://jsonfeed.org/version/1.1"
	if f == jsonFeed10 {
		version = "https://jsonfeed.org/version/1"
	}
	feed := map[string]any{"version": version, "title": e.title, "home_page_url": e.home, "feed_url": e.self}
	if f == jsonFeed11 {
		feed["language"] = e.lang
	}
	var items []map[string]any
	for _, it := range e.entries {
		item := map[string]any{
			"id": it.guid, "url": it.link, "title": it.title, "content_html": it.summary, "image": it.picture,
			"date_published": it.published.Format(time.RFC3339), "date_modified": it.updated.Format(time.RFC3339),
		}
		switch {
		case it.author == "":
		case f == jsonFeed11:
			item["authors"] = []map[string]string{{"name": it.author}}
		default:
			item["author"] = map[string]string{"name": it.author}
		}
		if it.section != "" {
			item["tags"] = []string{it.section}
		}
		items = append(items, item)
	}
	feed["items"] = items
	body, err := json.MarshalIndent(feed, "", "  ")
	if err != nil {
		panic(err) // strings and maps of strings always marshal
	}
	return string(body) + "\n"
}
