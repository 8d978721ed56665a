package publish

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"dateline/news"
)

// The namespaces of our feeds.
const (
	nsAtom    = "http://www.w3.org/2005/Atom"
	nsContent = "http://purl.org/rss/1.0/modules/content/"
	nsDC      = "http://purl.org/dc/elements/1.1/"
	nsMedia   = "http://search.yahoo.com/mrss/"
)

// rssRoot is an RSS 2.0 document in more detail than feeds.RssFeed can hold:
// several creators and categories, links, the source of origin, media.
type rssRoot struct {
	XMLName struct{} `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Content string   `xml:"xmlns:content,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Channel rssChannel
}

// FeedXml hands the document to the XML writer of gorilla/feeds.
func (r *rssRoot) FeedXml() any { return r }

type rssChannel struct {
	XMLName       struct{}   `xml:"channel"`
	Title         hexEscaped `xml:"title"`
	Link          string     `xml:"link"`
	Description   hexEscaped `xml:"description"`
	Links         []atomLink `xml:"atom:link"`
	Language      string     `xml:"language"`
	Editor        string     `xml:"managingEditor,omitempty"`
	WebMaster     string     `xml:"webMaster,omitempty"`
	PubDate       string     `xml:"pubDate,omitempty"`
	LastBuildDate string     `xml:"lastBuildDate,omitempty"`
	Generator     string     `xml:"generator"`
	Docs          string     `xml:"docs"`
	TTL           int        `xml:"ttl"`
	Image         rssImage   `xml:"image"`
	Items         []rssItem  `xml:"item"`
}

// rssImage is feeds.RssImage with a title in hexadecimal references.
type rssImage struct {
	URL    string     `xml:"url"`
	Title  hexEscaped `xml:"title"`
	Link   string     `xml:"link"`
	Width  int        `xml:"width"`
	Height int        `xml:"height"`
}

type rssItem struct {
	Title       hexEscaped    `xml:"title"`
	Link        string        `xml:"link"`
	GUID        feeds.RssGuid // its name is in its own tag
	PubDate     string        `xml:"pubDate"`
	Creators    []string      `xml:"dc:creator"`
	Language    string        `xml:"dc:language,omitempty"`
	Rights      *hexEscaped   `xml:"dc:rights"`
	Source      *rssSource    `xml:"source"`
	Categories  []rssCategory `xml:"category"`
	Description string        `xml:"description,omitempty"`
	Content     string        `xml:"content:encoded,omitempty"`
	Updated     string        `xml:"atom:updated,omitempty"`
	Enclosure   *rssEnclosure `xml:"enclosure"`
	Media       []mediaContent
}

type rssSource struct {
	URL   string `xml:"url,attr"`
	Title string `xml:",innerxml"` // in hexadecimal references
}

type rssCategory struct {
	Domain string `xml:"domain,attr,omitempty"`
	Term   string `xml:",innerxml"` // in hexadecimal references
}

type rssEnclosure struct {
	URL    string `xml:"url,attr"`
	Length int64  `xml:"length,attr"`
	Type   string `xml:"type,attr"`
}

// hexEscaped is text whose markup characters are written as hexadecimal
// references.
type hexEscaped struct {
	Escaped string `xml:",innerxml"`
}

func inHex(s string) hexEscaped { return hexEscaped{hexText(s)} }

// rss writes an edition as RSS 2.0.
func (ed *edition) rss() ([]byte, error) {
	h, page := ed.head, ed.at("")
	channel := rssChannel{
		Title:       inHex(ed.title()),
		Link:        page,
		Description: inHex(ed.description()),
		Links:       ed.links(".rss", false),
		Language:    strings.ToLower(known(ed.lang())),
		Editor:      person(h.Site),
		WebMaster:   person(h.Site),
		Generator:   line(h.generator()),
		Docs:        "https://www.rssboard.org/rss-specification",
		TTL:         max(1, int(h.Every/time.Minute)),
		Image:       rssImage{URL: h.base + "/" + iconFile(144), Title: inHex(ed.title()), Link: page, Width: 144, Height: 144},
	}
	if !ed.changed.IsZero() {
		channel.LastBuildDate = rfc822(ed.changed)
		channel.PubDate = channel.LastBuildDate
	}
	for i := range ed.entries {
		channel.Items = append(channel.Items, ed.rssItem(&ed.entries[i]))
	}
	return ed.xmlBytes(&rssRoot{Version: "2.0", Atom: nsAtom, Content: nsContent, DC: nsDC, Media: nsMedia, Channel: channel})
}

func (ed *edition) rssItem(e *entry) rssItem {
	it := rssItem{
		Title:       inHex(e.Title),
		Link:        e.URL,
		GUID:        feeds.RssGuid{Id: e.ID, IsPermaLink: "false"},
		PubDate:     rfc822(e.Published),
		Creators:    bylines(e.Lead),
		Language:    known(e.Lang),
		Description: escapeMarkup(e.Summary),
		Content:     e.Content,
		Media:       mediaOf(e.Lead),
	}
	if it.Description == "" && it.Content != "" { // the profile wants one before the content
		it.Description = escapeMarkup(e.Title)
	}
	if r := line(e.Lead.RightsLine); r != "" {
		rights := inHex(r)
		it.Rights = &rights
	}
	if e.Updated.After(e.Published) {
		it.Updated = e.stamp()
	}
	if feed := feedOfOrigin(e.Source); feed != "" {
		it.Source = &rssSource{URL: feed, Title: hexText(e.Source.Title)}
	}
	for _, t := range e.Tags {
		it.Categories = append(it.Categories, rssCategory{Domain: t.Scheme, Term: hexText(orElse(t.Label, t.Term))})
	}
	if files := enclosures(e.Lead); len(files) > 0 {
		it.Enclosure = &rssEnclosure{URL: files[0].URL, Length: files[0].Length, Type: files[0].Type}
	}
	return it
}

// escapeMarkup is plain text as HTML, which an RSS description is.
func escapeMarkup(s string) string {
	if !strings.ContainsAny(s, "&<>") {
		return s
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// person is the site's contact as RSS writes people; empty: none.
func person(s Site) string {
	if !strings.Contains(s.Contact, "@") {
		return ""
	}
	return line(s.Contact) + " (" + strings.NewReplacer("(", "", ")", "").Replace(line(s.Title)) + ")"
}

// mailInName is an address behind a name, which is nobody's business and which
// validators warn of.
var mailInName = regexp.MustCompile(`<[^<>\s]+@[^<>\s]+>`)

// bylines are those who signed an article, each once; else its agency; else
// its outlet.
func bylines(a *news.Article) []string {
	var names []string
	seen := map[string]bool{"": true}
	for _, name := range a.Byline {
		if name = line(mailInName.ReplaceAllString(name, "")); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		if name := line(orElse(a.Agency, orElse(a.Outlet, string(a.Source)))); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func rfc822(t time.Time) string  { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT") }
func rfc3339(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// xmlBytes writes a document through gorilla/feeds, with a style sheet for who
// opens it in a browser. The sheet is named relatively, so that it is found
// under every host and path.
func (ed *edition) xmlBytes(doc feeds.XmlFeed) ([]byte, error) {
	var written bytes.Buffer
	if err := feeds.WriteXML(doc, &written); err != nil {
		return nil, err
	}
	up := "../"
	if ed.archive != nil {
		up = "../../../"
	}
	head, rest, ok := bytes.Cut(written.Bytes(), []byte("?>"))
	if !ok {
		return nil, errors.New("the writer gives no XML declaration")
	}
	var b bytes.Buffer
	b.Grow(written.Len() + 128)
	b.Write(head)
	b.WriteString("?>\n<?xml-stylesheet type=\"text/css\" href=\"" + up + "feed.css\"?>\n")
	b.Write(bytes.TrimLeft(rest, "\n"))
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func itoa(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}
