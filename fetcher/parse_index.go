package fetcher

import (
	"bytes"
	"strings"
)

// element is one element as the document has it: what gofeed's structs do not
// keep. Only what stands around the text of a feed is recorded, never the
// markup inside a text.
type element struct {
	name  string // canonical prefix and lower-case local name: "dc:creator", "title"
	attrs []attribute
	inner []byte // raw
	outer []byte // raw, with its tags
	base  string // in force inside it; "" if the document says nothing
	lang  string // the same
	kids  []*element
}

// attr is the value of an attribute; its prefix does not matter.
func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if a.name == name || len(a.name) > len(name) && a.name[len(a.name)-len(name)-1] == ':' && strings.HasSuffix(a.name, name) {
			return strings.TrimSpace(a.value)
		}
	}
	return ""
}

func (e *element) first(names ...string) *element {
	for _, name := range names {
		for _, kid := range e.kids {
			if kid.name == name {
				return kid
			}
		}
	}
	return nil
}

func (e *element) all(name string) []*element {
	var list []*element
	for _, kid := range e.kids {
		if kid.name == name {
			list = append(list, kid)
		}
	}
	return list
}

// text is the plain text of an element without markup.
func (e *element) text() string {
	if e == nil {
		return ""
	}
	value, markup := textValue(e.inner)
	if markup {
		value = plainText(value)
	}
	return strings.TrimSpace(value)
}

// index is a document by its elements.
type index struct {
	root    *element
	feed    *element   // channel or feed
	entries []*element // in the order in which gofeed gives them
	trouble string     // why the document must be repaired; "" if it need not
	texts   []span     // parts of entries that gofeed need not read, in their order
}

// span is a part of a document, from one byte up to another.
type span struct{ from, to int }

// cutOff is the repair of a document that ends early.
const cutOff = "closed what was open at the end of the document"

// frame is an element being read.
type frame struct {
	el      *element
	raw     string
	from    int // where it begins
	inner   int // where its content begins
	opaque  bool
	surplus bool              // its entry has more elements than are taken
	spaces  map[string]string // prefix to canonical prefix, where this element declares any
}

type indexer struct {
	index
	s     scanner
	open  []frame
	count int
	loose []*element // entries beside the channel
}

// indexOf reads the elements of a document; up to the first trouble only,
// unless there is nothing left to be done about it.
func indexOf(text []byte, mended bool) index {
	ix := indexer{s: scanner{text: text}}
	for mended || ix.trouble == "" {
		from := ix.s.at
		t, more := ix.s.next()
		if !more {
			break
		}
		if t.broken {
			ix.fail("mended broken markup")
		}
		switch t.kind {
		case startToken:
			ix.start(t, from)
		case endToken:
			ix.end(t, from)
		}
	}
	if len(ix.open) > 0 && ix.trouble == "" {
		ix.fail(cutOff)
	}
	ix.entries = append(ix.entries, ix.loose...)
	if ix.feed == nil {
		ix.feed = ix.root
	}
	return ix.index
}

func (ix *indexer) fail(why string) {
	if ix.trouble == "" {
		ix.trouble = why
	}
}

func (ix *indexer) start(t token, from int) {
	if ix.root != nil && len(ix.open) == 0 {
		if len(bytes.TrimSpace(t.whole)) > 0 {
			ix.fail("dropped what follows the end of the feed")
		}
		return
	}
	f := frame{raw: string(t.name), from: from, inner: ix.s.at}
	var parent *frame
	if len(ix.open) > 0 {
		parent = &ix.open[len(ix.open)-1]
		f.opaque = parent.opaque
	}
	if !f.opaque && parent != nil && ix.isSurplus(parent) {
		f.opaque, f.surplus = true, true
	}
	if f.opaque {
		f.el = parent.el
	} else {
		ix.record(&f, parent, t)
	}
	if t.closed {
		if !f.opaque || parent == nil || f.el != parent.el {
			f.el.inner, f.el.outer = nil, ix.s.text[from:ix.s.at]
		}
		ix.hide(&f, parent, span{from, ix.s.at}, span{})
		return
	}
	if len(ix.open) >= maxDepth {
		ix.fail("flattened markup that is nested too deep")
		return
	}
	ix.open = append(ix.open, f)
}

// isSurplus reports whether an element has more elements than are taken, or the
// document has.
func (ix *indexer) isSurplus(parent *frame) bool {
	if ix.count >= maxIndexed {
		ix.fail("cut a document with too many elements")
		return true
	}
	return isEntry(parent.el.name) && len(parent.el.kids) >= maxKids
}

// record makes the element of a start tag and hangs it where it belongs.
func (ix *indexer) record(f, parent *frame, t token) {
	ix.count++
	el := &element{attrs: attributes(t.attrs)}
	f.el = el
	if parent != nil {
		el.base, el.lang = parent.el.base, parent.el.lang
	}
	for _, a := range el.attrs {
		switch {
		case a.name == "xml:base":
			el.base = resolve(el.base, a.value)
		case a.name == "xml:lang", a.name == "lang" && parent == nil:
			el.lang = languageTag(a.value)
		case a.name == "xmlns":
			f.declare("", a.value)
		case strings.HasPrefix(a.name, "xmlns:"):
			f.declare(a.name[6:], a.value)
		}
	}
	el.name = ix.canonical(f)
	if ix.root == nil {
		ix.root = el
		if el.name == "feed" || el.name == "channel" {
			ix.feed = el
		}
		return
	}
	ix.place(el, parent)
	f.opaque = isOpaque(el.name) && isHolder(parent.el.name)
}

func isEntry(name string) bool { return name == "item" || name == "entry" }

func (ix *indexer) place(el *element, parent *frame) {
	entry := isEntry(el.name)
	switch {
	case !entry || parent.el != ix.root && parent.el != ix.feed:
		if entry && isHolder(parent.el.name) {
			ix.fail("ended an entry where the next one begins")
		}
		parent.el.kids = append(parent.el.kids, el)
		if el.name == "channel" && parent.el == ix.root {
			ix.feed = el
		}
	case len(ix.entries)+len(ix.loose) >= maxEntries:
		ix.fail("cut a document with too many entries")
	case parent.el == ix.root && ix.root.name != "feed" && ix.root.name != "channel":
		ix.loose = append(ix.loose, el)
	default:
		ix.entries = append(ix.entries, el)
	}
}

func (ix *indexer) end(t token, from int) {
	if len(ix.open) == 0 {
		ix.fail("dropped end tags that end nothing")
		return
	}
	last := len(ix.open) - 1
	f := &ix.open[last]
	if f.raw != string(t.name) {
		ix.fail("mended elements that were closed in the wrong order")
		return
	}
	if last == 0 || f.el != ix.open[last-1].el {
		f.el.inner = ix.s.text[f.inner:from]
		f.el.outer = ix.s.text[f.from:ix.s.at]
	}
	if last > 0 {
		ix.hide(f, &ix.open[last-1], span{f.from, ix.s.at}, span{f.inner, from})
	}
	ix.open = ix.open[:last]
}

// hide notes what of an entry's element gofeed need not read: all of it where it
// is an extension or more than is taken, else the text that we read ourselves.
func (ix *indexer) hide(f, parent *frame, outer, inner span) {
	switch {
	case parent == nil:
	case f.surplus:
		entry := isEntry(strings.ToLower(localName([]byte(f.raw))))
		if isEntry(parent.el.name) || entry && (parent.el == ix.root || parent.el == ix.feed) {
			ix.unread(outer)
		}
	case f.el == parent.el || !isEntry(parent.el.name):
	case strings.Contains(f.el.name, ":"):
		ix.unread(outer)
	case f.opaque && inner.to > inner.from:
		ix.unread(inner)
	}
}

func (ix *indexer) unread(part span) {
	if last := len(ix.texts) - 1; last >= 0 && ix.texts[last].to == part.from {
		ix.texts[last].to = part.to
		return
	}
	ix.texts = append(ix.texts, part)
}

func (f *frame) declare(prefix, space string) {
	if f.spaces == nil {
		f.spaces = map[string]string{}
	}
	f.spaces[prefix] = canonicalPrefix(space, prefix)
}

// canonical is the name of an element under the prefixes we use for its
// vocabulary, whatever prefix the feed chose.
func (ix *indexer) canonical(f *frame) string {
	prefix, local, ok := strings.Cut(f.raw, ":")
	if !ok {
		prefix, local = "", f.raw
	}
	known, found := f.spaces[prefix]
	for i := len(ix.open) - 1; i >= 0 && !found; i-- {
		known, found = ix.open[i].spaces[prefix]
	}
	if !found {
		known = canonicalPrefix("", prefix)
	}
	local = strings.ToLower(local)
	if known == "" {
		return local
	}
	return known + ":" + local
}

// canonicalPrefix is our prefix for a namespace; the vocabularies of feeds
// themselves have none.
func canonicalPrefix(space, written string) string {
	space = strings.ToLower(strings.TrimSpace(space))
	switch {
	case space == "":
		switch written {
		case "atom", "atom03", "atom10", "a10", "rss", "rdf":
			return ""
		}
		return strings.ToLower(written)
	case strings.Contains(space, "itunes.com/dtds/podcast"), strings.Contains(space, "example.com/dtds/podcast"):
		return "itunes"
	case strings.HasPrefix(space, "http://search.yahoo.com/mrss"), strings.HasPrefix(space, "http://www.rssboard.org/media-rss"):
		return "media"
	}
	switch space {
	case "http://www.w3.org/2005/atom", "http://purl.org/atom/ns#", "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/",
		"http://channel.netscape.com/rdf/simple/0.9/", "http://backend.userland.com/rss2", "http://backend.userland.com/rss",
		"http://blogs.law.harvard.edu/tech/rss", "http://purl.org/net/rss1.1#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
		"http://backend.userland.com/rss091", "http://purl.org/rss/1.0":
		return ""
	case "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/elements/1.0/":
		return "dc"
	case "http://purl.org/dc/terms/":
		return "dcterms"
	case "http://purl.org/rss/1.0/modules/content/":
		return "content"
	case "http://www.w3.org/1999/xhtml":
		return "xhtml"
	case "http://purl.org/rss/1.0/modules/syndication/":
		return "sy"
	case "http://rssnamespace.org/feedburner/ext/1.0":
		return "feedburner"
	case "http://web.resource.org/cc/", "http://creativecommons.org/ns#license":
		return "cc"
	case "http://backend.userland.com/creativecommonsrssmodule", "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html":
		return "creativecommons"
	case "http://webns.net/mvcb/":
		return "admin"
	case "http://www.georss.org/georss":
		return "georss"
	case "http://www.opengis.net/gml":
		return "gml"
	case "http://www.w3.org/2003/01/geo/wgs84_pos#":
		return "geo"
	}
	if written == "" {
		return "" // a default namespace that nobody knows is the feed's own
	}
	return strings.ToLower(written)
}

// isOpaque names the elements that hold text with markup.
func isOpaque(name string) bool {
	switch name {
	case "title", "summary", "content", "subtitle", "tagline", "description", "rights", "copyright", "info", "abstract",
		"content:encoded", "encoded", "body", "fullitem", "xhtml:body", "xhtml:div", "div", "prodlink",
		"dc:title", "dc:description", "dc:rights", "itunes:summary", "itunes:subtitle", "media:description", "media:title":
		return true
	}
	return false
}

// isHolder names the elements whose texts are those of a feed or an entry.
func isHolder(name string) bool {
	switch name {
	case "feed", "channel", "item", "entry", "source", "image", "textinput", "media:content", "media:group":
		return true
	}
	return false
}
