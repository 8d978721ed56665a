package fetcher

import (
	"strings"
)

// entryTexts reads the short and the long text of an entry. Of several
// contents the first that is text wins.
func (t translator) entryTexts(e *Entry, el *element) {
	for _, kid := range el.kids {
		switch kid.name {
		case "description", "dc:description", "abstract":
			t.putSummary(e, kid, t.format == "atom")
		case "summary":
			t.putSummary(e, kid, true)
		case "content":
			if kid.attr("src") != "" {
				e.ContentSrc = resolve(t.baseOf(kid), kid.attr("src"))
			} else if isTextType(kid.attr("type")) {
				t.putContent(e, kid, t.format == "atom")
			}
		case "content:encoded", "encoded", "body", "fullitem", "xhtml:body", "xhtml:div", "div", "prodlink":
			t.putContent(e, kid, false)
		}
	}
	if e.SummaryHTML.IsZero() {
		if kid := el.first("itunes:summary", "media:description"); kid != nil {
			t.putSummary(e, kid, false)
		}
	}
	if group := el.first("media:group"); e.SummaryHTML.IsZero() && group != nil {
		if kid := group.first("media:description"); kid != nil {
			t.putSummary(e, kid, false)
		}
	}
}

func (t translator) putSummary(e *Entry, el *element, typed bool) {
	h := t.fragment(el, typed)
	switch {
	case h.IsZero():
	case e.SummaryHTML.IsZero():
		e.SummaryHTML = h
	case e.ContentHTML.IsZero():
		e.ContentHTML = h
	}
}

func (t translator) putContent(e *Entry, el *element, typed bool) {
	if h := t.fragment(el, typed); e.ContentHTML.IsZero() {
		e.ContentHTML = h
	}
}

// fragment is an entry's text as HTML. What the elements of RSS hold is HTML
// unless it says otherwise, also where it looks plain.
func (t translator) fragment(el *element, typed bool) HTML {
	var fragment string
	if typed || el.attr("type") != "" {
		fragment = typedHTML(el)
	} else {
		value, _ := textValue(el.inner)
		fragment = strings.TrimSpace(value)
		if el.name == "xhtml:body" || el.name == "xhtml:div" {
			fragment = strings.TrimSpace(withoutDiv(fragment))
		}
	}
	if fragment == "" {
		return HTML{}
	}
	return HTML{fragment, t.baseOf(el)}
}

// isTextType reports whether an Atom content of this type can be read.
func isTextType(kind string) bool {
	kind = strings.ToLower(kind)
	return kind == "" || kind == "text" || kind == "html" || kind == "xhtml" || strings.HasPrefix(kind, "text/") || strings.Contains(kind, "xml") ||
		kind == "application/octet-stream"
}

// entryLanguage is that of the content, else of the entry, else of the feed. An
// empty xml:lang takes back what was said further out.
func (t translator) entryLanguage(el *element, f *Feed) string {
	if lang := languageTag(el.first("dc:language", "language").text()); lang != "" {
		return lang
	}
	for _, name := range []string{"content", "content:encoded", "body", "xhtml:body", "xhtml:div", "fullitem", "description", "summary"} {
		if kid := el.first(name); kid != nil {
			return orFeedLanguage(kid, f, t.format)
		}
	}
	return orFeedLanguage(el, f, t.format)
}

func orFeedLanguage(el *element, f *Feed, format string) string {
	if el.lang != "" || format == "atom" {
		return el.lang
	}
	return f.Language
}

// media reads Media RSS. What is said in a group or beside the contents holds
// for those that say nothing themselves.
func (t translator) media(el *element) *Media {
	var m Media
	t.readMedia(&m, el, mediaNotes{}, 0)
	if len(m.Contents) == 0 && len(m.Thumbnails) == 0 && len(m.Credits) == 0 && m.Player == nil {
		return nil
	}
	return &m
}

// mediaNotes are a title, a caption and a credit in force.
type mediaNotes struct{ title, description, credit string }

func (n mediaNotes) within(el *element) mediaNotes {
	n.title = orString(plainElement(el.first("media:title")), n.title)
	n.description = orString(plainElement(el.first("media:description", "media:text")), n.description)
	n.credit = orString(plainElement(el.first("media:credit", "media:copyright")), n.credit)
	return n
}

func plainElement(el *element) string {
	if el == nil {
		return ""
	}
	value, _ := textValue(el.inner)
	if looksLikeHTML(value) || el.attr("type") == "html" {
		value = plainText(value)
	}
	return strings.TrimSpace(value)
}

// maxMedia bounds the files of one entry.
const maxMedia = 100

func (t translator) readMedia(m *Media, el *element, notes mediaNotes, depth int) {
	notes = notes.within(el)
	base := t.baseOf(el)
	for _, kid := range el.kids {
		switch {
		case len(m.Contents)+len(m.Thumbnails)+len(m.Credits) >= maxMedia:
			return
		case kid.name == "media:group" && depth < 3:
			t.readMedia(m, kid, notes, depth+1)
		case kid.name == "media:content":
			if url := resolve(base, kid.attr("url")); url != "" {
				n := notes.within(kid)
				m.Contents = append(m.Contents, MediaContent{url, kid.attr("type"), kid.attr("medium"), n.title, n.description, n.credit,
					kid.attr("width"), kid.attr("height"), kid.attr("filesize") + kid.attr("fileSize"), kid.attr("duration")})
			}
			if depth < 3 {
				t.readMedia(m, kid, notes, depth+1)
			}
		case kid.name == "media:thumbnail":
			if url := resolve(base, orString(kid.attr("url"), kid.text())); url != "" {
				m.Thumbnails = append(m.Thumbnails, MediaThumbnail{url, kid.attr("width"), kid.attr("height")})
			}
		case kid.name == "media:credit":
			if v := kid.text(); v != "" {
				m.Credits = append(m.Credits, MediaCredit{kid.attr("role"), kid.attr("scheme"), v})
			}
		case kid.name == "media:player" && m.Player == nil:
			m.Player = &MediaPlayer{resolve(base, orString(kid.attr("url"), kid.text()))}
		}
	}
}

// geo reads a point of GeoRSS or W3C geo.
func geo(el *element) *Geo {
	where := el
	if w := el.first("georss:where"); w != nil {
		where = w
	}
	point := el.first("georss:point").text()
	if p := where.first("gml:point"); p != nil {
		point = p.first("gml:pos", "gml:coordinates").text()
	}
	if p := el.first("geo:point"); p != nil {
		el = p
	}
	if lat, long := el.first("geo:lat").text(), el.first("geo:long").text(); lat != "" && long != "" {
		point = lat + " " + long
	}
	fields := strings.FieldsFunc(point, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' })
	if len(fields) != 2 {
		return nil
	}
	return &Geo{"Point", []string{fields[1], fields[0]}}
}
