package publish

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// What the W3C's feed validator warns of beyond the formats themselves. Its
// rules are told here in our own words; the validator itself needs a network.

var (
	// One of RFC 3986 in the characters that it takes, with a host of letters,
	// digits and dots and a path.
	plainAddress = regexp.MustCompile(`^https?://([a-z0-9-]+\.)*[a-z0-9-]+(:[0-9]+)?/[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]*$`)
	badEscape    = regexp.MustCompile(`%(?:[^0-9A-F]|.[^0-9A-F]|.?$)`)
	idleEscape   = regexp.MustCompile(`%(?:4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A]|3[0-9]|2D|2E|5F|7E)`)
	ownPort      = regexp.MustCompile(`^(?:http://[^/]*:80/|https://[^/]*:443/)`)

	registered = strings.Fields("alternate current describedby edit edit-media enclosure first hub last license next next-archive payment prev-archive previous related replies search self service up via")
)

// escapedPlainly finds plain text in which a reference of its own is written with
// a named one: it is taken for HTML that was escaped twice.
var escapedPlainly = regexp.MustCompile(`<(title|subtitle|summary|rights|name|category|source|dc:rights|media:title|media:description)(?: (?:type="(?:text|plain)"|domain="[^"]*"|url="[^"]*"))?>[^<]*&(?:amp|lt|gt);[^<]*`)

// plainTexts holds a document, as it is written, to hexadecimal references in
// all that is plain text.
func (j *judge) plainTexts(doc string) {
	found := escapedPlainly.FindString(doc)
	j.must(found == "", "a named reference in plain text: %s", found)
}

// canonical holds an address to the normal form in which two of the same thing
// are the same bytes.
func (j *judge) canonical(what, s string) {
	j.must(plainAddress.MatchString(s), "%s: %q has characters, or a host, that are refused", what, s)
	j.must(!badEscape.MatchString(s) && !idleEscape.MatchString(s) && !ownPort.MatchString(s), "%s: %q is not in normal form", what, s)
}

// profile holds a whole tree to the rules that do not depend on the place.
func (j *judge) profile(e *element) {
	j.characters(e.name, e.text)
	for name, value := range e.attrs {
		j.characters(e.name+" "+name, value)
		switch name {
		case "xml:lang", "hreflang":
			j.listed(value)
		case "rel":
			j.must(slices.Contains(registered, value), "rel %q is not registered", value)
		case "role":
			j.must(value == "photographer", "role %q is none of the EBU's that we know", value)
		}
	}
	switch e.name {
	case "language", "dc:language":
		j.listed(e.text)
	case "name", "dc:creator":
		j.must(!mailInName.MatchString(e.text), "%s: %q has an address", e.name, e.text)
	case "pubDate", "lastBuildDate":
		t, _ := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", e.text)
		j.plausible(e.name, t)
	case "updated", "published", "atom:updated":
		t, _ := time.Parse(time.RFC3339Nano, e.text)
		j.plausible(e.name, t)
	case "item":
		names := make([]string, len(e.children))
		for i, c := range e.children {
			names[i] = c.name
		}
		description, content := slices.Index(names, "description"), slices.Index(names, "content:encoded")
		j.must(content < 0 || description >= 0 && description < content, "content without a description before it")
	case "entry":
		j.must(e.say("summary") != "" || e.say("content") != "", "no text at all")
	case "source":
		if e.attrs["url"] == "" {
			j.must(slices.ContainsFunc(e.all("link"), func(l *element) bool { return l.attrs["rel"] == "self" }), "source without a link to itself")
		}
	}
	for _, c := range e.children {
		j.profile(c)
	}
}

func (j *judge) characters(what, s string) {
	bad := func(r rune) bool { return 0x7F <= r && r <= 0x9F || r == '\uFFFD' }
	j.must(!strings.ContainsFunc(s, bad), "%s: %q has characters of a broken text", what, s)
}

// listed asks for a language of ISO 639-1 or 639-2; of the latter only those
// that we write.
func (j *judge) listed(lang string) {
	primary, _, _ := strings.Cut(lang, "-")
	j.must(len(primary) == 2 || primary == "und" || primary == "fil", "%q is no language that is listed", lang)
}

func (j *judge) plausible(what string, t time.Time) {
	j.must(t.Year() >= 1990, "%s: %v is no plausible date", what, t)
}

// checkOPML lists what is wrong with a subscription list in OPML 2.0.
func checkOPML(doc string) []string {
	j := &judge{where: "opml"}
	root, err := parseTree(doc, "")
	if err != nil {
		return []string{err.Error()}
	}
	j.shape(root, root.name, map[string]rule{
		"opml":                {"head! body!", "version!"},
		"opml>head":           {"title! dateCreated? dateModified? ownerName? ownerEmail? ownerId?", ""},
		"opml>head>title":     {},
		"opml>head>ownerName": {},
		"opml>body":           {"outline*", ""},
		"opml>body>outline":   {"", "text! title! type! xmlUrl! htmlUrl description"},
	})
	j.must(root.attrs["version"] == "2.0", "version %q", root.attrs["version"])
	for _, body := range root.all("body") {
		j.must(len(body.all("outline")) > 0, "no outline")
		for _, o := range body.all("outline") {
			j.must(o.attrs["type"] == "rss", "type %q", o.attrs["type"])
			j.address("xmlUrl", o.attrs["xmlUrl"])
			j.address("htmlUrl", o.attrs["htmlUrl"])
		}
	}
	return j.faults
}

func TestTheListOfTopicsIsValid(t *testing.T) {
	s, _ := desk(t)
	doc := get(t, s, "/opml")
	for _, fault := range checkOPML(doc) {
		t.Error(fault)
	}
	contains(t, doc, `xmlUrl="https://news.example.org/topics/grain.atom"`, `xmlUrl="https://news.example.org/topics/quiet.atom"`)
}
