package news

import "time"

// Item is one entry of a feed as it was sent. Nothing in it is trusted: HTML
// is raw, addresses may be of any scheme, dates are claims.
type Item struct {
	GUID       string // guid, id or rdf:about, byte for byte; empty: none
	Link       string // absolute; empty: none
	Title      string // plain text
	Summary    string // HTML
	Content    string // HTML, the long form; empty: there is only the summary
	Base       string // what relative addresses in Summary and Content are relative to
	Published  time.Time
	Updated    time.Time
	DateText   string // the date as written, where it could not be read: normalize knows more languages
	Authors    []Person
	Categories []string
	Lang       string // BCP 47, from the item or else the feed; a claim
	Media      []Media
	Comments   string // address of the discussion
	Rights     string // the rights line
	Origin     Origin // where the feed itself had it from
}

// Person is who wrote something. Any field may be empty.
type Person struct {
	Name  string
	Email string
	URL   string
}

// Media is a file that an item carries or shows. Any field but URL may be empty.
type Media struct {
	URL         string
	Type        string // media type
	Medium      string // image, audio, video or document
	Title       string
	Description string // the caption, plain text
	Credit      string
	Width       int // pixels; 0: unknown
	Height      int
	Length      int64         // bytes; 0: unknown
	Duration    time.Duration // 0: unknown
	Thumbnail   bool          // a small form of something else
}

// Origin is the feed that an item says it was taken from (RSS source, Atom
// source). The zero value means the item is the feed's own.
type Origin struct {
	Title string
	Feed  string
	Home  string
}

// Page is one fetched page of an article.
type Page struct {
	Address string // the final address, after redirects
	HTML    []byte // UTF-8
}
