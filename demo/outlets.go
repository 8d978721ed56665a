package demo

import "time"

// outlet is one invented newsroom.
type outlet struct {
	id        string
	title     string
	publisher string
	lang      string
	zone      *time.Location
	format    format
	win1251   bool // sent in windows-1251
	gzip      bool
	fault     fault
	relNext   bool // pages are linked by rel=next; else only by a pager
	words     words
	copy      []*piece
}

// fault is what is wrong with an outlet.
type fault uint8

const (
	_           fault = iota
	unavailable       // its server answers 503
	notFeed           // it sends a page where the feed was
)

// words are what an outlet's pages say around the copy.
type words struct {
	menu    []string
	share   string
	cookie  string
	accept  string
	related string
	more    string // in front of a link between paragraphs
	by      string // in front of the byline; may be empty
	credit  string // how a caption names the credit, with %s for it
	next    string
	page    string
	rights  string
	date    func(time.Time) string
}

func (o *outlet) feedName() string {
	switch o.format {
	case jsonFeed10, jsonFeed11:
		return "feed.json"
	case rss10:
		return "index.rdf"
	case atom03, atom10:
		return "atom.xml"
	}
	return "rss.xml"
}

func (o *outlet) correctable() bool {
	for _, c := range o.copy {
		if c.correctable() {
			return true
		}
	}
	return false
}

func (o *outlet) charsetName() string {
	if o.win1251 {
		return "windows-1251"
	}
	return "utf-8"
}

// encode brings what an outlet sends into its charset.
func (o *outlet) encode(body string) []byte {
	if o.win1251 {
		return toWindows1251(body)
	}
	return []byte(body)
}

// newsroom lists the outlets with their copy.
func newsroom() []*outlet {
	hours := func(name string, h int) *time.Location { return time.FixedZone(name, h*3600) }
	english := words{
		menu: []string{"Home", "World", "Business", "Climate", "Sport", "Opinion"}, share: "Share this article", cookie: "We use cookies to make this site work.",
		accept: "Accept all", related: "Related stories", more: "Read more:", by: "By ", credit: "Photo: %s", next: "Next", page: "Page",
		rights: "All rights reserved.", date: func(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") },
	}
	american := english
	american.date = func(t time.Time) string { return t.Format("January 2, 2006 at 3:04 PM MST") }
	american.credit = "(%s)"
	outlets := []*outlet{
		{id: "meridian-post", title: "The Meridian Post", publisher: "Meridian Media", lang: "en", zone: time.UTC, format: atom10, words: english},
		{id: "harbour-times", title: "Harbour Times", publisher: "Harbour Press", lang: "en", zone: hours("GMT", 0), format: rss20, gzip: true, words: english},
		{id: "northgate", title: "Northgate Daily", publisher: "Northgate", lang: "en", zone: hours("EST", -5), format: jsonFeed11, words: american},
		{id: "pacific-ledger", title: "Pacific Ledger", publisher: "Ledger Group", lang: "en", zone: hours("AEST", 10), format: rss091, words: english},
		{id: "nusantara-kini", title: "Nusantara Kini", publisher: "Nusantara Kini", lang: "id", zone: hours("WIB", 7), format: rss20, words: indonesian()},
		{id: "nevskie-vesti", title: "Невские вести", publisher: "Невские вести", lang: "ru", zone: hours("MSK", 3), format: rss20, win1251: true, words: russian()},
		{id: "narae-ilbo", title: "나래일보", publisher: "나래일보", lang: "ko", zone: hours("KST", 9), format: rss20, words: korean()},
		{id: "minami-shimpo", title: "みなみ新報", publisher: "みなみ新報", lang: "ja", zone: hours("JST", 9), format: atom03, words: japanese()},
		{id: "jiangwan-ribao", title: "江湾日报", publisher: "江湾日报", lang: "zh", zone: hours("CST", 8), format: rss10, words: chinese()},
		{id: "al-sari", title: "الساري", publisher: "الساري", lang: "ar", zone: hours("AST", 3), format: rss20, words: arabic()},
		{id: "faro-del-sur", title: "El Faro del Sur", publisher: "El Faro del Sur", lang: "es", zone: hours("ART", -3), format: atom10, words: spanish()},
		{id: "courrier-du-lac", title: "Le Courrier du Lac", publisher: "Le Courrier du Lac", lang: "fr", zone: hours("CET", 1), format: jsonFeed10, relNext: true, words: french()},
		{id: "elbkurier", title: "Elbkurier", publisher: "Elbkurier", lang: "de", zone: hours("MEZ", 1), format: rss20full, words: german()},
		{id: "quiet-gazette", title: "The Quiet Gazette", publisher: "Quiet Gazette", lang: "en", zone: time.UTC, format: rss20, fault: unavailable},
		{id: "lantern-weekly", title: "Lantern Weekly", publisher: "Lantern", lang: "en", zone: time.UTC, format: rss20, fault: notFeed},
	}
	for _, o := range outlets {
		o.copy = readCopy(o.id)
	}
	resolve(outlets)
	return outlets
}
