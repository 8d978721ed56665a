package publish

import (
	"time"

	"dateline/news"
)

// atomFeed is an Atom 1.0 document in more detail than feeds.AtomFeed can hold.
type atomFeed struct {
	XMLName   struct{}      `xml:"feed"`
	NS        string        `xml:"xmlns,attr"`
	Media     string        `xml:"xmlns:media,attr"`
	AT        string        `xml:"xmlns:at,attr,omitempty"` // only where something was withdrawn
	FH        string        `xml:"xmlns:fh,attr,omitempty"` // only in archives
	Lang      string        `xml:"xml:lang,attr"`
	ID        string        `xml:"id"`
	Title     atomText      `xml:"title"`
	Subtitle  atomText      `xml:"subtitle"`
	Updated   string        `xml:"updated"`
	Author    atomPerson    `xml:"author"`
	Links     []atomLink    `xml:"link"`
	Generator atomGenerator `xml:"generator"`
	Icon      string        `xml:"icon"`
	Logo      string        `xml:"logo"`
	Rights    atomText      `xml:"rights"`
	Archive   *struct{}     `xml:"fh:archive"`
	Deleted   []atomDeleted `xml:"at:deleted-entry"`
	Entries   []atomEntry   `xml:"entry"`
}

// FeedXml hands the document to the XML writer of gorilla/feeds.
func (f *atomFeed) FeedXml() any { return f }

type atomEntry struct {
	Lang       string         `xml:"xml:lang,attr,omitempty"`
	ID         string         `xml:"id"`
	Title      atomText       `xml:"title"`
	Updated    string         `xml:"updated"`
	Published  string         `xml:"published"`
	Links      []atomLink     `xml:"link"`
	Authors    []atomPerson   `xml:"author"`
	Categories []atomCategory `xml:"category"`
	Summary    *atomText      `xml:"summary"`
	Content    *atomContent   `xml:"content"`
	Rights     *atomText      `xml:"rights"`
	Source     *atomSource    `xml:"source"`
	Media      []mediaContent
}

// atomText is plain text. It is written in hexadecimal references, because
// validators take "&amp;P500" in plain text for a reference that was escaped twice.
type atomText struct {
	Type    string `xml:"type,attr"`
	Escaped string `xml:",innerxml"`
}

func plainText(s string) atomText { return atomText{"text", hexText(s)} }

type atomContent struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",chardata"`
}

type atomPerson struct {
	Name  hexEscaped `xml:"name"`
	URI   string     `xml:"uri,omitempty"`
	Email string     `xml:"email,omitempty"`
}

type atomGenerator struct {
	Version string `xml:"version,attr,omitempty"`
	Name    string `xml:",chardata"`
}

// atomLink is a link of Atom, and of RSS under the atom prefix.
type atomLink struct {
	Rel    string `xml:"rel,attr"`
	Type   string `xml:"type,attr,omitempty"`
	Href   string `xml:"href,attr"`
	Title  string `xml:"title,attr,omitempty"`
	Lang   string `xml:"hreflang,attr,omitempty"`
	Length string `xml:"length,attr,omitempty"`
}

type atomCategory struct {
	Term   string `xml:"term,attr"`
	Scheme string `xml:"scheme,attr,omitempty"`
	Label  string `xml:"label,attr,omitempty"`
}

// atomSource is the feed of origin. Its updated is when it last brought a
// change of this one article: of the feed as a whole we know no date that is
// the same in every document.
type atomSource struct {
	ID      string     `xml:"id"`
	Title   atomText   `xml:"title"`
	Updated string     `xml:"updated"`
	Links   []atomLink `xml:"link"`
	Rights  *atomText  `xml:"rights"`
}

// The media types of our documents.
const (
	typeRSS  = "application/rss+xml"
	typeAtom = "application/atom+xml"
	typeJSON = "application/feed+json"
	typeHTML = "text/html"
)

// forms are the formats of an edition: the ends of their addresses and types.
var forms = [...]struct{ ext, mediaType, name string }{
	{".rss", typeRSS, "RSS"}, {".atom", typeAtom, "Atom"}, {".json", typeJSON, "JSON Feed"},
}

// links are an edition's links to itself, its other forms, and its pages.
func (ed *edition) links(form string, withPage bool) []atomLink {
	if ed.archive != nil {
		self := ed.head.base + ed.head.archivePath(ed.topic.ID, ed.archive.day) + ed.want.passQuery()
		links := []atomLink{{Rel: "self", Type: typeAtom, Href: self}, {Rel: "alternate", Type: typeHTML, Href: ed.at("")}}
		if next := ed.nextAt(form); next != "" {
			links = append(links, atomLink{Rel: "next", Href: next})
		}
		return append(links, ed.historyLinks()...)
	}
	var links []atomLink
	for _, f := range forms {
		if f.ext == form {
			links = append(links, atomLink{Rel: "self", Type: f.mediaType, Href: ed.at(f.ext)})
		}
	}
	if withPage {
		links = append(links, atomLink{Rel: "alternate", Type: typeHTML, Href: ed.at("")})
	}
	for _, f := range forms {
		if f.ext != form {
			links = append(links, atomLink{Rel: "alternate", Type: f.mediaType, Href: ed.at(f.ext), Title: f.name})
		}
	}
	if hub := ed.hub(); hub != "" && form != "" {
		links = append(links, atomLink{Rel: "hub", Href: hub})
	}
	if next := ed.nextAt(form); next != "" {
		links = append(links, atomLink{Rel: "next", Href: next})
	}
	if !ed.want.after.IsZero() {
		first := ed.head.base + ed.head.topicPath(ed.topic.ID) + form
		if q := ed.want.first(); q != "" {
			first += "?" + q
		}
		links = append(links, atomLink{Rel: "first", Href: first})
	}
	if form == ".atom" {
		links = append(links, ed.historyLinks()...)
	}
	return links
}

// atom writes an edition as Atom 1.0.
func (ed *edition) atom() ([]byte, error) {
	h := ed.head
	feed := atomFeed{
		NS: nsAtom, Media: nsMedia, Lang: known(ed.lang()),
		ID:        h.tag("topic", string(ed.topic.ID)),
		Title:     plainText(ed.title()),
		Subtitle:  plainText(ed.description()),
		Updated:   rfc3339(h.founded()),
		Author:    atomPerson{Name: inHex(line(h.Site.Title)), URI: h.base + "/"},
		Links:     ed.links(".atom", true),
		Generator: atomGenerator{Version: line(h.Site.Version), Name: "Dateline"},
		Icon:      h.base + "/" + iconFile(144),
		Logo:      h.base + "/" + logoFile,
		Rights:    plainText("Each entry belongs to the outlet named in it."),
	}
	if ed.stamp != "" {
		feed.Updated = ed.stamp
	}
	for i := range ed.entries {
		feed.Entries = append(feed.Entries, ed.atomEntry(&ed.entries[i]))
	}
	if ed.archive != nil {
		feed.FH, feed.Archive = nsHistory, &struct{}{}
	}
	for _, g := range ed.gone {
		feed.AT = nsTombstones
		feed.Deleted = append(feed.Deleted, atomDeleted{Ref: g.ID, When: rfc3339(g.When)})
	}
	return ed.xmlBytes(&feed)
}

func (ed *edition) atomEntry(e *entry) atomEntry {
	out := atomEntry{
		Lang:      orElse(known(e.Lang), "und"), // never the feed's: the entry reads the same in all feeds
		ID:        e.ID,
		Title:     plainText(e.Title),
		Updated:   e.stamp(),
		Published: rfc3339(e.Published),
		Links:     []atomLink{{Rel: "alternate", Type: typeHTML, Href: e.URL, Lang: known(e.Lang)}},
		Source:    ed.atomSource(e),
		Media:     mediaOf(e.Lead),
	}
	for _, name := range bylines(e.Lead) {
		out.Authors = append(out.Authors, atomPerson{Name: inHex(name)})
	}
	for _, t := range e.Tags {
		out.Categories = append(out.Categories, atomCategory(t))
	}
	if text := e.Summary; text != "" || e.Content == "" { // some text there has to be
		summary := plainText(orElse(text, e.Title))
		out.Summary = &summary
	}
	if e.Content != "" {
		out.Content = &atomContent{"html", e.Content}
	}
	if r := line(e.Lead.RightsLine); r != "" {
		rights := plainText(r)
		out.Rights = &rights
	}
	if e.Page != e.URL {
		out.Links = append(out.Links, atomLink{Rel: "related", Type: typeHTML, Href: e.Page, Title: "All who tell it"})
	}
	for _, o := range e.Others {
		if o.URL != "" {
			out.Links = append(out.Links, atomLink{Rel: "related", Type: typeHTML, Href: o.URL, Title: o.Outlet, Lang: known(o.Lang)})
		}
	}
	for _, f := range enclosures(e.Lead) {
		link := atomLink{Rel: "enclosure", Type: f.Type, Href: f.URL, Length: "0"}
		if f.Length > 0 {
			link.Length = itoa(int(f.Length))
		}
		out.Links = append(out.Links, link)
	}
	return out
}

// atomSource tells where an entry is from; nil where no address of the feed of
// origin can be named, for a source without one is of no use to a machine.
func (ed *edition) atomSource(e *entry) *atomSource {
	feed := feedOfOrigin(e.Source)
	if feed == "" {
		return nil
	}
	src := &atomSource{
		ID:      feed,
		Title:   plainText(e.Source.Title),
		Updated: rfc3339(lastBrought(e)),
		Links:   []atomLink{{Rel: "self", Href: feed}},
	}
	if home := address(e.Source.Home); home != "" {
		src.Links = append(src.Links, atomLink{Rel: "alternate", Type: typeHTML, Href: home})
	}
	if r := line(e.Lead.RightsLine); r != "" {
		rights := plainText(r)
		src.Rights = &rights
	}
	return src
}

// lastBrought is when a source last brought a change of the lead article.
func lastBrought(e *entry) time.Time {
	if e.Lead.Changed.After(e.Published) {
		return e.Lead.Changed
	}
	return e.Published
}

// sourceURL is the page of an article's outlet for people; empty: unknown.
func sourceURL(src *news.Source) string { return address(src.Home) }

// hub is where readers may subscribe to an edition's changes (WebSub, 4); empty:
// nowhere. What a hub hears of it fetches, so private topics have none, and only
// the feeds that are announced have one.
func (ed *edition) hub() string {
	if ed.archive != nil || ed.want.raw != "" || ed.head.tokens[ed.topic.ID] != nil {
		return ""
	}
	return ed.head.Site.Hub
}
