package fetcher

import (
	"strings"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
)

// translator makes our document of what gofeed read and what the index adds:
// the native fields come from gofeed, texts with their type, base and
// language, ids, and the extensions from the elements.
type translator struct {
	format string
	base   string // the address the document came from
}

func (d *Document) translate(t translator, ix index, g native) {
	d.Feed = t.feed(ix.feed, g)
	for i, el := range ix.entries {
		e := t.entry(el, &d.Feed)
		if i < len(g.items) && g.items[i] != nil {
			t.fillItem(&e, el, g.items[i])
		}
		if i < len(g.entries) && g.entries[i] != nil {
			t.fillEntry(&e, g.entries[i])
		}
		t.settleEntry(&e, el)
		d.Entries = append(d.Entries, e)
	}
	d.hints = readHints(ix.feed)
}

func (t translator) feed(el *element, g native) Feed {
	var f Feed
	t.meta(&f.Meta, el)
	t.feedTexts(&f, el)
	if g.feed != nil {
		t.fillChannel(&f, el, g.feed)
	}
	if g.atom != nil {
		fillAtom(&f, g.atom)
	}
	t.addCategories(&f.Meta, el)
	t.images(&f.Meta, el)
	if f.Link == "" {
		f.Link = pickLink(f.Links)
	}
	f.Language = orString(f.Language, el.lang)
	f.NewLocation = el.first("itunes:new-feed-url").text()
	if f.Generator == nil {
		if a := el.first("admin:generatoragent"); a != nil {
			f.Generator = &Generator{Name: a.attr("resource")}
		}
	}
	return f
}

// feedTexts are the texts that a feed has and an entry has not.
func (t translator) feedTexts(f *Feed, el *element) {
	f.Subtitle, f.SubtitleHTML = t.text(el.first("subtitle", "tagline", "description", "dc:description", "itunes:subtitle",
		"itunes:summary", "abstract"))
	if el.first("description") != nil && f.SubtitleHTML.IsZero() {
		f.Subtitle, f.SubtitleHTML = t.text(el.first("subtitle", "tagline", "dc:description", "itunes:subtitle", "itunes:summary"))
	}
	f.Info, f.InfoHTML = t.text(el.first("info"))
	f.TTL = el.first("ttl").text()
}

func (t translator) fillChannel(f *Feed, el *element, g *rss.Feed) {
	base := t.baseOf(el)
	for _, c := range g.Categories {
		f.Categories = appendCategory(f.Categories, Category{Term: unescapeString(c.Value), Scheme: c.Domain})
	}
	if g.Generator != "" {
		f.Generator = &Generator{Name: g.Generator}
	}
	f.Docs = resolve(base, g.Docs)
	if i := g.Image; i != nil && (i.URL != "" || i.Title != "") {
		f.Image = &Image{resolve(base, i.URL), plainText(i.Title), resolve(base, i.Link), i.Width, i.Height, plainText(i.Description)}
	}
	if c := g.Cloud; c != nil {
		f.Cloud = &Cloud{c.Domain, c.Port, c.Path, c.RegisterProcedure, c.Protocol}
	}
	if i := g.TextInput; i != nil {
		f.TextInput = &TextInput{i.Title, i.Description, i.Name, resolve(base, i.Link)}
	}
	f.Published = orDate(f.Published, g.PubDate)
	f.Updated = orDate(f.Updated, g.LastBuildDate)
}

func fillAtom(f *Feed, g *atom.Feed) {
	f.Categories = append(f.Categories, atomCategories(g.Categories)...)
	f.Updated = orDate(f.Updated, g.Updated)
}

func atomCategories(list []*atom.Category) (out []Category) {
	for _, c := range list {
		out = appendCategory(out, Category{Term: c.Term, Scheme: c.Scheme, Label: c.Label})
	}
	return out
}

func (t translator) entry(el *element, f *Feed) Entry {
	var e Entry
	t.meta(&e.Meta, el)
	t.entryTexts(&e, el)
	e.Language = t.entryLanguage(el, f)
	e.Subtitle, e.SubtitleHTML = t.text(el.first("itunes:subtitle"))
	e.Media = t.media(el)
	if s := el.first("source"); s != nil {
		e.Source = t.source(s)
	}
	return e
}

func (t translator) fillItem(e *Entry, el *element, g *rss.Item) {
	base := t.baseOf(el)
	for _, c := range g.Categories {
		e.Categories = appendCategory(e.Categories, Category{Term: unescapeString(c.Value), Scheme: c.Domain})
	}
	e.Comments = resolve(base, g.Comments)
	for _, enc := range g.Enclosures {
		if enc.URL != "" {
			e.Enclosures = append(e.Enclosures, Enclosure{resolve(base, enc.URL), enc.Type, enc.Length})
		}
	}
	e.Published = orDate(e.Published, g.PubDate)
	if g.GUID != nil {
		e.IDIsPermalink = !strings.EqualFold(g.GUID.IsPermalink, "false")
	}
}

func (t translator) fillEntry(e *Entry, g *atom.Entry) {
	e.Categories = append(e.Categories, atomCategories(g.Categories)...)
	e.Published = orDate(e.Published, g.Published)
	e.Updated = orDate(e.Updated, g.Updated)
}

// settleEntry decides what depends on more than one field.
func (t translator) settleEntry(e *Entry, el *element) {
	t.addCategories(&e.Meta, el)
	t.images(&e.Meta, el)
	if e.ID == "" && t.format != "atom" {
		e.IDIsPermalink = false
	}
	for _, l := range e.Links {
		if l.Rel == "enclosure" && l.Href != "" {
			e.Enclosures = append(e.Enclosures, Enclosure{l.Href, l.Type, l.Length})
		}
	}
	if e.Link == "" {
		e.Link = pickLink(e.Links)
	}
	if link := el.first("feedburner:origlink").text(); link != "" {
		e.Link = resolve(t.baseOf(el), link)
	}
	t.rebase(e, el)
	if e.Link != "" {
		e.IDIsPermalink = false
	} else if e.IDIsPermalink {
		e.Link = resolve(t.baseOf(el), e.ID)
	}
}

// rebase takes the page of an RSS item for what its text is relative to, where
// the feed names no base. RSS has no rule; the text was written for that page.
func (t translator) rebase(e *Entry, el *element) {
	if t.format == "atom" || el.base != "" || pageAddress(e.Link) == "" {
		return
	}
	for _, h := range []*HTML{&e.SummaryHTML, &e.ContentHTML} {
		if h.Base == t.base && h.Fragment != "" {
			h.Base = e.Link
		}
	}
}

// source is the feed that an entry was taken from: a feed in small in Atom, a
// name and an address in RSS.
func (t translator) source(el *element) *Feed {
	var f Feed
	if len(el.kids) == 0 {
		f.Title = el.text()
		f.Link = resolve(t.baseOf(el), el.attr("url"))
		return &f
	}
	t.meta(&f.Meta, el)
	t.feedTexts(&f, el)
	for _, c := range el.all("category") {
		f.Categories = appendCategory(f.Categories, Category{Term: c.attr("term"), Scheme: c.attr("scheme"), Label: c.attr("label")})
	}
	if f.Link == "" {
		f.Link = pickLink(f.Links)
	}
	return &f
}

// pickLink chooses the page among the links.
func pickLink(links []Link) string {
	best, rank := "", 0
	for _, l := range links {
		score := 0
		switch {
		case l.Href == "" || l.Rel != "alternate" && l.Rel != "":
		case l.Type == "" || strings.Contains(l.Type, "html"):
			score = 3
		default:
			score = 1
		}
		if score > rank {
			best, rank = l.Href, score
		}
	}
	return best
}

func orDate(d Date, text string) Date {
	if !d.Time.IsZero() || strings.TrimSpace(text) == "" {
		return d
	}
	text = strings.TrimSpace(unescapeString(text))
	when, _ := parseDate(text)
	return Date{when, text}
}

// maxCategories bounds the keywords of one thing.
const maxCategories = 500

func appendCategory(list []Category, c Category) []Category {
	c.Term = strings.TrimSpace(c.Term)
	if c.Term == "" && c.Label == "" || len(list) >= maxCategories {
		return list
	}
	for _, old := range list {
		if old == c {
			return list
		}
	}
	return append(list, c)
}
