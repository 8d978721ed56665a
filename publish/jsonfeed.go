package publish

import (
	"bytes"
	"encoding/json"
	"net/url"
	"time"

	"dateline/news"
)

type jsonFeed struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	Home        string     `json:"home_page_url"`
	Feed        string     `json:"feed_url"`
	Description string     `json:"description,omitempty"`
	Next        string     `json:"next_url,omitempty"`
	Icon        string     `json:"icon"`
	Favicon     string     `json:"favicon"`
	Authors     []jsonName `json:"authors"`
	Language    string     `json:"language"`
	Hubs        []jsonHub  `json:"hubs,omitempty"`
	Dateline    *jsonTopic `json:"_dateline,omitempty"`
	Items       []jsonItem `json:"items"`
}

// jsonHub is where changes are pushed from.
type jsonHub struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type jsonName struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// jsonTopic is what JSON Feed has no word for, of a feed.
type jsonTopic struct {
	About string          `json:"about"`
	ID    string          `json:"id"`
	Topic string          `json:"topic"`
	Atom  string          `json:"atom_url"`
	RSS   string          `json:"rss_url"`
	TTL   int             `json:"ttl_minutes"`
	Gone  []jsonWithdrawn `json:"withdrawn,omitempty"`
}

type jsonItem struct {
	ID          string           `json:"id"`
	URL         string           `json:"url"`
	Title       string           `json:"title"`
	HTML        string           `json:"content_html,omitempty"`
	Text        *string          `json:"content_text,omitempty"`
	Summary     string           `json:"summary,omitempty"`
	Image       string           `json:"image,omitempty"`
	Published   string           `json:"date_published"`
	Modified    string           `json:"date_modified"`
	Authors     []jsonName       `json:"authors,omitempty"`
	Tags        []string         `json:"tags,omitempty"`
	Language    string           `json:"language,omitempty"`
	Attachments []jsonAttachment `json:"attachments,omitempty"`
	Dateline    jsonOrigin       `json:"_dateline"`
}

type jsonAttachment struct {
	URL     string `json:"url"`
	Type    string `json:"mime_type"`
	Title   string `json:"title,omitempty"`
	Size    int64  `json:"size_in_bytes,omitempty"`
	Seconds int    `json:"duration_in_seconds,omitempty"`
}

// jsonOrigin is what JSON Feed has no word for, of an item: where it is from,
// why it is here, and who else tells it.
type jsonOrigin struct {
	About      string           `json:"about"`
	Story      string           `json:"story"`
	Page       string           `json:"page_url"`
	Source     jsonSource       `json:"source"`
	Original   string           `json:"original_id,omitempty"`
	Dateline   *apiDateline     `json:"dateline,omitempty"`
	Agency     string           `json:"agency,omitempty"`
	Kicker     string           `json:"kicker,omitempty"`
	Rights     string           `json:"rights"`
	Line       string           `json:"rights_line,omitempty"`
	Images     []jsonFigure     `json:"images,omitempty"`
	Headings   []jsonHeading    `json:"headings,omitempty"`
	Quality    jsonQuality      `json:"quality"`
	Corrected  []jsonCorrection `json:"corrections,omitempty"` // by the outlet, newest first
	Publishers []string         `json:"publishers"`
	Match      []reason         `json:"match"`
	Also       []teller         `json:"also_reported_by"`
	Revision   uint64           `json:"revision"`
}

type jsonSource struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Feed  string `json:"feed_url,omitempty"`
	Home  string `json:"home_page_url,omitempty"`
}

type jsonFigure struct {
	URL     string `json:"url,omitempty"`
	Alt     string `json:"alt,omitempty"`
	Caption string `json:"caption,omitempty"`
	Credit  string `json:"credit,omitempty"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
}

// json writes an edition as JSON Feed 1.1.
func (ed *edition) json() ([]byte, error) {
	h := ed.head
	feed := jsonFeed{
		Version:     "https://jsonfeed.org/version/1.1",
		Title:       ed.title(),
		Home:        ed.at(""),
		Feed:        ed.at(".json"),
		Description: ed.description(),
		Next:        ed.nextAt(".json"),
		Icon:        h.base + "/" + iconFile(512),
		Favicon:     h.base + "/" + iconFile(64),
		Authors:     []jsonName{{line(h.Site.Title), h.base + "/"}},
		Language:    ed.lang(),
		Dateline: &jsonTopic{About: h.base + "/", ID: h.tag("topic", string(ed.topic.ID)), Topic: string(ed.topic.ID),
			Atom: ed.at(".atom"), RSS: ed.at(".rss"), TTL: max(1, int(h.Every/time.Minute))},
		Items: []jsonItem{},
	}
	if hub := ed.hub(); hub != "" {
		feed.Hubs = []jsonHub{{"WebSub", hub}}
	}
	for i := range ed.entries {
		feed.Items = append(feed.Items, ed.jsonItem(&ed.entries[i]))
	}
	for _, g := range ed.gone {
		feed.Dateline.Gone = append(feed.Dateline.Gone, jsonWithdrawn{g.ID, rfc3339(g.When)})
	}
	return jsonBytes(feed)
}

func (ed *edition) jsonItem(e *entry) jsonItem {
	it := jsonItem{
		ID: e.ID, URL: e.URL, Title: e.Title, HTML: e.Content, Summary: e.Summary,
		Published: rfc3339(e.Published), Modified: e.stamp(), Language: e.Lang,
		Dateline: ed.head.jsonOrigin(e),
	}
	if it.HTML == "" {
		text := orElse(e.Summary, e.Title)
		it.Text = &text
	}
	if e.Lead.Lead != nil {
		it.Image = address(e.Lead.Lead.Src)
	}
	for _, name := range bylines(e.Lead) {
		it.Authors = append(it.Authors, jsonName{Name: name})
	}
	for _, t := range e.Tags {
		it.Tags = append(it.Tags, orElse(t.Label, t.Term))
	}
	for _, f := range enclosures(e.Lead) {
		it.Attachments = append(it.Attachments, jsonAttachment{URL: f.URL, Type: f.Type, Title: f.Title, Size: f.Length, Seconds: int(f.Duration / time.Second)})
	}
	return it
}

func (h *masthead) jsonOrigin(e *entry) jsonOrigin {
	o := jsonOrigin{
		About: h.base + "/", Story: string(e.Story.ID), Page: e.Page,
		Source: h.jsonSource(e.Source), Original: h.originalID(e.Lead),
		Dateline: dateline(e.Lead), Agency: line(e.Lead.Agency), Kicker: line(e.Lead.Kicker), Rights: e.Lead.Rights.String(), Line: line(e.Lead.RightsLine),
		Images: images(e.Lead), Headings: headings(e.Lead), Quality: h.quality(e.Lead), Corrected: jsonCorrections(e.Lead), Publishers: publishers(e.Story),
		Match: e.Why, Also: e.Others, Revision: uint64(e.Story.Revision),
	}
	if o.Also == nil {
		o.Also = []teller{}
	}
	return o
}

func (h *masthead) jsonSource(src *news.Source) jsonSource {
	return jsonSource{ID: string(src.ID), Title: src.Title, Feed: feedOfOrigin(src), Home: sourceURL(src)}
}

// originalID is the outlet's own id of an article; of one that is an address,
// without credentials. One that holds a secret of its source, or a parameter
// that is named like a key, is not told: outlets build ids from the address
// that was asked.
func (h *masthead) originalID(a *news.Article) string {
	if src := h.sources[a.Source]; src != nil && holdsSecret(a.GUID, src) {
		return ""
	}
	if u, err := url.Parse(a.GUID); err == nil && namesKey(u) {
		return ""
	}
	return orElse(address(a.GUID), legal(a.GUID))
}

// jsonBytes writes v indented, without escaping what only HTML minds.
func jsonBytes(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
