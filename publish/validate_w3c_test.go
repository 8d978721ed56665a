package publish

import (
	"regexp"
	"slices"
	"strings"
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
