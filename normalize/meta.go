package normalize

import (
	"encoding/json"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// meta is what a page says of itself in places that are not text.
type meta struct {
	title     string   // the best claim
	titles    []string // all of them
	summary   []string
	authors   []string
	published string
	updated   string
	times     []string // of time elements, in order
	image     string
	lang      string
	base      string
	canonical string
	kind      string // the JSON-LD type
	site      []string
	body      string // JSON-LD articleBody
	h1        []string
}

// readMeta reads a parsed page's claims.
func readMeta(root *html.Node) *meta {
	m := &meta{}
	tags := map[string]string{}
	var docTitle string
	var ld []ldArticle
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		switch n.DataAtom {
		case atom.Html:
			m.lang = attr(n, "lang")
			if m.lang == "" {
				m.lang = attr(n, "xml:lang")
			}
		case atom.Title:
			if docTitle == "" && n.Namespace == "" {
				docTitle = mend(plainText(n))
			}
		case atom.Base:
			if m.base == "" {
				m.base = attr(n, "href")
			}
		case atom.Link:
			if attr(n, "rel") == "canonical" {
				m.canonical = attr(n, "href")
			}
		case atom.Meta:
			name := strings.ToLower(attr(n, "property"))
			if name == "" {
				name = strings.ToLower(attr(n, "name"))
			}
			if name == "" {
				name = strings.ToLower(attr(n, "itemprop"))
			}
			if v := oneLine(mend(attr(n, "content"))); v != "" && name != "" && tags[name] == "" {
				tags[name] = v
			}
		case atom.Script:
			if strings.Contains(attr(n, "type"), "ld+json") && n.FirstChild != nil {
				ld = append(ld, readLD(n.FirstChild.Data)...)
			}
			return
		case atom.H1:
			if t := mend(plainText(n)); t != "" && len(m.h1) < 10 {
				m.h1 = append(m.h1, t)
			}
		case atom.Time:
			m.addTime(attr(n, "datetime"))
		case atom.Abbr:
			if strings.Contains(attr(n, "class"), "published") { // hAtom
				m.addTime(attr(n, "title"))
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				visit(c)
			}
		}
	}
	visit(root)
	for _, a := range ld {
		if a.kind != "" {
			m.take(a)
		}
	}
	for _, a := range ld {
		m.published, m.updated = or(m.published, a.published), or(m.updated, a.updated)
	}
	first := func(names ...string) string {
		for _, name := range names {
			if tags[name] != "" {
				return tags[name]
			}
		}
		return ""
	}
	text := func(names ...string) string { return unescaped(first(names...)) }
	m.titles = appendNew(m.titles, text("og:title"), text("twitter:title"), text("headline", "dc.title", "title", "parsely-title", "sailthru.title"), docTitle)
	m.summary = appendNew(m.summary, text("og:description"), text("description"), text("twitter:description"), text("dc.description"))
	m.published = or(m.published, first("article:published_time", "datepublished", "og:published_time", "article.published", "parsely-pub-date", "date", "pubdate", "publishdate", "dc.date", "dc.date.issued", "sailthru.date", "publish_date", "publication_date"))
	m.updated = or(m.updated, first("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dc.date.modified"))
	m.image = or(first("og:image:secure_url", "og:image", "twitter:image", "twitter:image:src"), m.image)
	m.site = appendNew(m.site, text("og:site_name"), text("application-name"))
	if len(m.authors) == 0 {
		for _, a := range []string{first("author", "parsely-author", "dc.creator", "sailthru.author", "article:author", "byl")} {
			if a != "" && !strings.Contains(a, "://") && len(a) < 100 {
				m.authors = append(m.authors, a)
			}
		}
	}
	m.title = m.bestTitle(docTitle)
	return m
}

// addTime keeps what an element says of a time.
func (m *meta) addTime(v string) {
	if v != "" && len(m.times) < 10 {
		m.times = append(m.times, v)
	}
}

// bestTitle prefers an h1 that another claim confirms: claims in the head are
// written for machines, with the outlet's name or other words for searchers.
func (m *meta) bestTitle(docTitle string) string {
	for _, h := range m.h1 {
		k := key(h)
		for _, t := range m.titles {
			if tk := key(t); k != "" && (tk == k || strings.HasPrefix(tk, k) && len(k)*2 > len(tk)) {
				return h
			}
		}
	}
	if len(m.h1) == 1 && countWords(m.h1[0]) >= 4 && similar(m.h1[0], strings.Join(m.titles, " ")) > 0.5 {
		return m.h1[0]
	}
	for _, t := range m.titles {
		return withoutOutlet(t, m.site, t == docTitle)
	}
	if len(m.h1) > 0 {
		return m.h1[0]
	}
	return ""
}

// datedPages are the JSON-LD types that are no articles and say when a page was
// published. What an article says goes before it.
var datedPages = map[string]bool{"WebPage": true, "ItemPage": true, "Recipe": true, "HowTo": true, "Review": true}

// ldArticle is one article of a page's JSON-LD.
type ldArticle struct {
	kind, headline, description, published, updated, body, image, site string
	authors                                                            []string
}

func (m *meta) take(a ldArticle) {
	if m.kind != "" && a.headline == "" {
		return
	}
	m.kind = or(m.kind, a.kind)
	m.titles = appendNew(m.titles, a.headline)
	m.summary = appendNew(m.summary, a.description)
	m.published = or(m.published, a.published)
	m.updated = or(m.updated, a.updated)
	m.body = or(m.body, a.body)
	m.image = or(m.image, a.image)
	m.site = appendNew(m.site, a.site)
	if len(m.authors) == 0 {
		m.authors = a.authors
	}
}

// readLD reads JSON-LD: articles wherever they stand in it. A document broken
// by raw line ends or a comma too many is mended first.
func readLD(text string) []ldArticle {
	text = strings.TrimSpace(text)
	for _, wrap := range []string{"<!--", "//<![CDATA[", "<![CDATA["} {
		text = strings.TrimSpace(strings.TrimPrefix(text, wrap))
	}
	for _, wrap := range []string{"-->", "//]]>", "]]>", ";"} {
		text = strings.TrimSpace(strings.TrimSuffix(text, wrap))
	}
	if len(text) > 2<<20 {
		return nil
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil && json.Unmarshal([]byte(mendJSON(text)), &v) != nil {
		return nil
	}
	var found []ldArticle
	var visit func(v any, depth int)
	visit = func(v any, depth int) {
		if depth > 6 || len(found) > 20 {
			return
		}
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				visit(e, depth+1)
			}
		case map[string]any:
			kind := ldText(v["@type"])
			if strings.HasSuffix(kind, "Article") || strings.HasSuffix(kind, "Posting") || kind == "Report" {
				found = append(found, ldArticle{
					kind: kind, headline: unescaped(or(ldText(v["headline"]), ldText(v["name"]))), description: unescaped(ldText(v["description"])),
					published: ldText(v["datePublished"]), updated: ldText(v["dateModified"]), body: ldText(v["articleBody"]),
					image: ldImage(v["image"]), site: ldText(v["publisher"]), authors: ldNames(v["author"]),
				})
				return
			}
			if datedPages[kind] {
				found = append(found, ldArticle{published: ldText(v["datePublished"]), updated: ldText(v["dateModified"])})
			}
			visit(v["@graph"], depth+1)
			visit(v["mainEntity"], depth+1)
		}
	}
	visit(v, 0)
	return found
}

// unescaped is a text of a page's metadata without the markup and the entities
// that some systems leave in it, escaped once more.
func unescaped(s string) string { return plainTitle(html.UnescapeString(s)) }

// ldText is a value's text: itself, the first of several, or a thing's name.
func ldText(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case []any:
		if len(v) > 0 {
			return ldText(v[0])
		}
	case map[string]any:
		return or(ldString(v["name"]), ldString(v["@value"]))
	}
	return ""
}

func ldString(v any) string {
	s, _ := v.(string)
	return strings.TrimSpace(s)
}

func ldImage(v any) string {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	if m, ok := v.(map[string]any); ok {
		return ldString(m["url"])
	}
	return ldString(v)
}

func ldNames(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var names []string
	for _, e := range list {
		if name := personOnly(unescaped(ldText(e))); name != "" && len(name) < 100 && !strings.Contains(name, "://") && len(names) < 20 {
			names = appendNew(names, name)
		}
	}
	return names
}

// personOnly cuts an outlet off a name, "Ann Lee, n7": a second part that is no
// name, or that holds a figure.
func personOnly(name string) string {
	person, outlet, found := strings.Cut(name, ", ")
	if found && strings.Contains(person, " ") && namesLike(person) && (!namesLike(outlet) || hasDigit(outlet)) && !strings.Contains(outlet, " ") {
		return person
	}
	return name
}

// mendJSON escapes raw control characters in strings and drops commas before
// a closing bracket.
func mendJSON(s string) string {
	var b strings.Builder
	in, escaped := false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case escaped:
			escaped = false
		case in && c == '\\':
			escaped = true
		case c == '"':
			in = !in
		case in && c < ' ':
			b.WriteByte(' ')
			continue
		case !in && c == ',':
			if rest := strings.TrimLeft(s[i+1:], " \t\r\n"); rest != "" && (rest[0] == '}' || rest[0] == ']') {
				continue
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

// pageDate reads the first claim that is a date.
func pageDate(o DateOptions, claims ...string) time.Time {
	for _, c := range claims {
		if c == "" || len(c) > 100 {
			continue
		}
		if t, ok := ParseDate(c, o); ok {
			return t
		}
	}
	return time.Time{}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// appendNew appends the values that are neither empty nor there.
func appendNew(list []string, values ...string) []string {
	for _, v := range values {
		known := v == ""
		for _, have := range list {
			known = known || have == v
		}
		if !known {
			list = append(list, v)
		}
	}
	return list
}
