package fetcher

import (
	"strings"
	"time"

	"dateline/news"
)

// Document is a feed as it was read, with all it says. Its HTML is raw: whoever
// shows it must clean it first.
type Document struct {
	Format    string   `json:"format"` // rss, atom, json or cdf; page where selectors found the entries
	Version   string   `json:"version,omitempty"`
	Encoding  string   `json:"encoding"` // what the bytes were in
	Feed      Feed     `json:"feed"`
	Entries   []Entry  `json:"entries"`
	Repairs   []string `json:"repairs,omitempty"`   // what had to be mended, a sentence each
	Truncated bool     `json:"truncated,omitempty"` // the document ended early, or had more than we take

	hints    news.Asks
	cut      bool // the document ended early
	faulty   int  // entries that nobody could read
	cutEntry bool // the document ended inside its last entry
	unread   int  // items of a page that give neither title nor link
}

// HTML is a raw fragment and what its addresses are relative to.
type HTML struct {
	Fragment string
	Base     string
}

// MarshalText writes the fragment alone.
func (h HTML) MarshalText() ([]byte, error) { return []byte(h.Fragment), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *HTML) UnmarshalText(text []byte) error {
	*h = HTML{Fragment: string(text)}
	return nil
}

// IsZero reports that there is no fragment.
func (h HTML) IsZero() bool { return h.Fragment == "" }

// Meta is what feeds, entries and the sources of entries may all say.
type Meta struct {
	Title        string     `json:"title,omitempty"`
	TitleHTML    HTML       `json:"title_html,omitzero"`
	Subtitle     string     `json:"subtitle,omitempty"`
	SubtitleHTML HTML       `json:"subtitle_html,omitzero"`
	Link         string     `json:"link,omitempty"`
	ID           string     `json:"id,omitempty"`
	Language     string     `json:"language,omitempty"`
	Updated      Date       `json:"updated,omitzero"`
	Published    Date       `json:"published,omitzero"`
	Created      Date       `json:"created,omitzero"`
	Expired      Date       `json:"expired,omitzero"`
	Rights       string     `json:"rights,omitempty"`
	RightsHTML   HTML       `json:"rights_html,omitzero"`
	License      string     `json:"license,omitempty"`
	Comments     string     `json:"comments,omitempty"`
	Docs         string     `json:"docs,omitempty"`
	Image        *Image     `json:"image,omitempty"`
	Icon         string     `json:"icon,omitempty"`
	Logo         string     `json:"logo,omitempty"`
	Generator    *Generator `json:"generator,omitempty"`
	Authors      []Person   `json:"authors,omitempty"`
	Contributors []Person   `json:"contributors,omitempty"`
	Publisher    *Person    `json:"publisher,omitempty"`
	Categories   []Category `json:"categories,omitempty"`
	Links        []Link     `json:"links,omitempty"`
	Itunes       *Itunes    `json:"itunes,omitempty"`
	Geo          *Geo       `json:"geo,omitempty"`
}

// Feed is what a document says of itself.
type Feed struct {
	Meta
	Info        string     `json:"info,omitempty"`
	InfoHTML    HTML       `json:"info_html,omitzero"`
	TTL         string     `json:"ttl,omitempty"`
	Cloud       *Cloud     `json:"cloud,omitempty"`
	TextInput   *TextInput `json:"textinput,omitempty"`
	NewLocation string     `json:"new_location,omitempty"`
}

// Entry is one item or entry.
type Entry struct {
	Meta
	SummaryHTML   HTML        `json:"summary_html,omitzero"`
	ContentHTML   HTML        `json:"content_html,omitzero"`
	ContentSrc    string      `json:"content_src,omitempty"`
	IDIsPermalink bool        `json:"id_is_permalink,omitempty"`
	Enclosures    []Enclosure `json:"enclosures,omitempty"`
	Media         *Media      `json:"media,omitempty"`
	Source        *Feed       `json:"source,omitempty"`
}

// Date is a time and the text it was read from; the text alone if nobody could.
type Date struct {
	Time time.Time
	Text string
}

// MarshalText writes the time.
func (d Date) MarshalText() ([]byte, error) {
	if d.Time.IsZero() {
		return nil, nil
	}
	return []byte(d.Time.Format(time.RFC3339)), nil
}

// IsZero reports that there is no time; there may be a text.
func (d Date) IsZero() bool { return d.Time.IsZero() }

// Person is an author, a contributor or a publisher.
type Person struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Category is a keyword, with the vocabulary it is from.
type Category struct {
	Term   string `json:"term,omitempty"`
	Scheme string `json:"scheme,omitempty"`
	Label  string `json:"label,omitempty"`
}

// Link is an address and what it is to the feed or entry.
type Link struct {
	Href     string `json:"href,omitempty"`
	Rel      string `json:"rel,omitempty"`
	Type     string `json:"type,omitempty"`
	Hreflang string `json:"hreflang,omitempty"`
	Title    string `json:"title,omitempty"`
	Length   string `json:"length,omitempty"`
}

// Image is the picture of a feed or entry.
type Image struct {
	URL         string `json:"url,omitempty"`
	Title       string `json:"title,omitempty"`
	Link        string `json:"link,omitempty"`
	Width       string `json:"width,omitempty"`
	Height      string `json:"height,omitempty"`
	Description string `json:"description,omitempty"`
}

// Generator is the program that wrote the feed.
type Generator struct {
	Name    string `json:"name,omitempty"`
	URL     string `json:"url,omitempty"`
	Version string `json:"version,omitempty"`
}

// Enclosure is a file that comes with an entry.
type Enclosure struct {
	URL    string `json:"url,omitempty"`
	Type   string `json:"type,omitempty"`
	Length string `json:"length,omitempty"`
}

// Cloud is the notification service of an RSS channel.
type Cloud struct {
	Domain            string `json:"domain,omitempty"`
	Port              string `json:"port,omitempty"`
	Path              string `json:"path,omitempty"`
	RegisterProcedure string `json:"registerProcedure,omitempty"`
	Protocol          string `json:"protocol,omitempty"`
}

// TextInput is the search box of an RSS channel.
type TextInput struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Name        string `json:"name,omitempty"`
	Link        string `json:"link,omitempty"`
}

// Itunes is what podcasts say beyond RSS.
type Itunes struct {
	Explicit *bool  `json:"explicit,omitempty"`
	Block    *bool  `json:"block,omitempty"`
	Duration string `json:"duration,omitempty"`
}

// Geo is a place, as GeoJSON has it.
type Geo struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// Media is what Media RSS says of an entry.
type Media struct {
	Contents   []MediaContent   `json:"contents,omitempty"`
	Thumbnails []MediaThumbnail `json:"thumbnails,omitempty"`
	Credits    []MediaCredit    `json:"credits,omitempty"`
	Player     *MediaPlayer     `json:"player,omitempty"`
}

// MediaContent is one file; title, description and credit are the nearest that
// apply to it.
type MediaContent struct {
	URL         string `json:"url,omitempty"`
	Type        string `json:"type,omitempty"`
	Medium      string `json:"medium,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Credit      string `json:"credit,omitempty"`
	Width       string `json:"width,omitempty"`
	Height      string `json:"height,omitempty"`
	Length      string `json:"length,omitempty"`
	Duration    string `json:"duration,omitempty"`
}

// MediaThumbnail is a small form of a picture.
type MediaThumbnail struct {
	URL    string `json:"url,omitempty"`
	Width  string `json:"width,omitempty"`
	Height string `json:"height,omitempty"`
}

// MediaCredit is who made a file, and as what.
type MediaCredit struct {
	Role   string `json:"role,omitempty"`
	Scheme string `json:"scheme,omitempty"`
	Value  string `json:"value,omitempty"`
}

// MediaPlayer is the address of a page that plays a file.
type MediaPlayer struct {
	URL string `json:"url,omitempty"`
}

// RewriteHTML puts every fragment through f, which gets the fragment and the
// address its links are relative to.
func (d *Document) RewriteHTML(f func(fragment, base string) string) {
	rewrite := func(list ...*HTML) {
		for _, h := range list {
			if h.Fragment != "" {
				h.Fragment = f(h.Fragment, h.Base)
			}
		}
	}
	meta := func(m *Meta) { rewrite(&m.TitleHTML, &m.SubtitleHTML, &m.RightsHTML) }
	meta(&d.Feed.Meta)
	rewrite(&d.Feed.InfoHTML)
	for i := range d.Entries {
		e := &d.Entries[i]
		meta(&e.Meta)
		rewrite(&e.SummaryHTML, &e.ContentHTML)
		if e.Source != nil {
			meta(&e.Source.Meta)
			rewrite(&e.Source.InfoHTML)
		}
	}
}

// isYes reads the switches of podcasts.
func isYes(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "yes", "true", "explicit":
		return true
	}
	return false
}
