package publish

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// contentPolicy lets a page load our own style, script and pictures, and nothing
// else: no script in the page, no frame, no form. The script may not write
// markup (Trusted Types).
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// directPolicy is contentPolicy where pictures stay with their outlets.
var directPolicy = []string{strings.Replace(contentPolicy, "img-src 'self'", "img-src 'self' https: http:", 1)}

// secure sets the headers that every answer bears.
func (s *Server) secure(h http.Header) {
	for _, l := range onEveryAnswer {
		h[l.name] = l.values
	}
	if s.picture == nil {
		h["Content-Security-Policy"] = directPolicy
	}
}

// headerLine is a line of an answer's head that is made once and sent often.
// Its name is in canonical form, as the keys of an http.Header are.
type headerLine struct {
	name   string
	values []string // never changed; its capacity is its length, so that Add copies
}

func lineOf(name string, values ...string) headerLine {
	return headerLine{http.CanonicalHeaderKey(name), slices.Clip(values)}
}

var onEveryAnswer = [...]headerLine{
	lineOf("Content-Security-Policy", contentPolicy),
	lineOf("X-Content-Type-Options", "nosniff"),
	lineOf("Referrer-Policy", "no-referrer"),
	lineOf("Cross-Origin-Opener-Policy", "same-origin"),
	lineOf("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
	lineOf("Vary", "Accept-Encoding"),
}

// heads writes the heads of a document in one of its codings: the lines of
// every answer, and those that only one with a body has.
func heads(doc *document, c coded, coding int) (always, whole []headerLine) {
	always = []headerLine{lineOf("ETag", c.etag), lineOf("Accept-Ranges", "none")}
	if !doc.changed.IsZero() {
		always = append(always, lineOf("Last-Modified", doc.changed.UTC().Format(http.TimeFormat)))
	}
	if len(doc.links) > 0 {
		always = append(always, lineOf("Link", strings.Join(doc.links, ", "))) // one line: many programs read only the first
	}
	if doc.isXML() {
		always = append(always, lineOf("Vary", "Accept-Encoding, "+navigation))
	}
	whole = []headerLine{lineOf("Content-Type", doc.mediaType), lineOf("Content-Length", strconv.Itoa(len(c.body)))}
	if coding != inIdentity {
		whole = append(whole, lineOf("Content-Encoding", codingNames[coding]))
	}
	return always, whole
}

// asks is what a request says about how it wants to be answered.
type asks struct {
	codings   string // Accept-Encoding
	tags      string // If-None-Match, where there is one
	tagged    bool
	since     string // If-Modified-Since
	navigates bool   // a person opens the address
}

func asksOf(r *http.Request) asks {
	tags, tagged := r.Header["If-None-Match"]
	return asks{
		codings: asList(r.Header["Accept-Encoding"]), tags: asList(tags), tagged: tagged,
		since: r.Header.Get("If-Modified-Since"), navigates: r.Header.Get(navigation) == "document",
	}
}

// asList is the list that several lines of one name are.
func asList(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ",")
}

// serve answers with a document, or with 304 where the reader holds it.
func serve(w http.ResponseWriter, r *http.Request, doc *edited, cacheControl []string) {
	wants := asksOf(r)
	c, same := &doc.codings[choose(wants.codings, doc)], unchanged(wants, doc)
	h := w.Header()
	c.bear(h, same, cacheControl)
	if same {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if wants.navigates && doc.isXML() {
		h["Content-Type"] = xmlType
	}
	if r.Method != http.MethodHead {
		w.Write(c.body) // the reader may have gone; nobody is left to tell
	}
}

// bear sets the headers of an answer with a document; same: the reader holds
// it, and it is not sent.
func (c *coded) bear(h http.Header, same bool, cacheControl []string) {
	for _, l := range c.always {
		h[l.name] = l.values
	}
	h["Cache-Control"] = cacheControl
	if same {
		return
	}
	for _, l := range c.whole {
		h[l.name] = l.values
	}
}

// navigation is the header by which a browser says that a person opens an
// address. Browsers show the media types of feeds as raw text or save them; as
// plain XML they show the same bytes with our style sheet. Readers of feeds do
// not send it.
const navigation = "Sec-Fetch-Dest"

var xmlType = []string{"application/xml; charset=utf-8"}

// isXML reports whether a document is a feed in XML.
func (d *document) isXML() bool {
	return strings.HasPrefix(d.mediaType, typeRSS) || strings.HasPrefix(d.mediaType, typeAtom)
}

// unchanged reports whether the reader holds the document already. A tag beats
// a date; the tag of any of its codings will do, for they say the same.
func unchanged(a asks, doc *edited) bool {
	if a.tagged {
		return matchesAny(a.tags, doc)
	}
	if a.since == "" {
		return false
	}
	since, err := http.ParseTime(a.since)
	return err == nil && !doc.changed.IsZero() && !doc.changed.Truncate(time.Second).After(since)
}

// matchesAny compares weakly, as If-None-Match is to be.
func matchesAny(list string, doc *edited) bool {
	for len(list) > 0 {
		list = strings.TrimLeft(list, " \t,")
		if strings.HasPrefix(list, "*") {
			return true
		}
		list = strings.TrimPrefix(list, "W/")
		if !strings.HasPrefix(list, `"`) {
			_, list, _ = strings.Cut(list, ",")
			continue
		}
		end := strings.IndexByte(list[1:], '"')
		if end < 0 {
			return false
		}
		for i := range doc.codings {
			c := &doc.codings[i]
			if c.body != nil && c.etag == list[:end+2] {
				return true
			}
		}
		list = list[end+2:]
	}
	return false
}

// choose picks the coding that the reader wants most; of equals the one we like
// best.
func choose(accept string, doc *edited) int {
	best, bestQ := inIdentity, 0.0
	wishes := parseWishes(accept)
	for i := range codingNames {
		if doc.codings[i].body == nil && i != inIdentity {
			continue
		}
		q := wishes.q[i]
		if !wishes.named[i] {
			q = wishes.rest
		}
		if i == inIdentity && !wishes.named[i] && q == 0 {
			q = 0.0001 // always acceptable, unless something is liked better
		}
		if q > bestQ {
			best, bestQ = i, q
		}
	}
	return best
}

// wishes are the weights that a reader gives to our codings.
type wishes struct {
	q     [len(codingNames)]float64
	named [len(codingNames)]bool
	rest  float64 // of what is not named
}

// parseWishes reads Accept-Encoding.
func parseWishes(accept string) (w wishes) {
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "x-gzip" {
			name = "gzip"
		}
		q := 1.0
		if key, value, ok := strings.Cut(params, "="); ok && strings.EqualFold(strings.TrimSpace(key), "q") {
			var err error
			if q, err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil || !(q >= 0 && q <= 1) {
				q = 0
			}
		}
		if name == "*" {
			w.rest = q
		} else if i := slices.Index(codingNames[:], name); i >= 0 {
			w.q[i], w.named[i] = q, true
		}
	}
	return w
}

// say answers with a line of text.
func say(w http.ResponseWriter, r *http.Request, status int, words string) {
	tell(w, r, status, "text/plain; charset=utf-8", words)
}

// tell answers with words that no cache may keep.
func tell(w http.ResponseWriter, r *http.Request, status int, mediaType, words string) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(words)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		io.WriteString(w, words)
	}
}

// asset answers with one of our own files; false: path names none.
func (s *Server) asset(w http.ResponseWriter, r *http.Request, path string) bool {
	doc := s.pages.assets[strings.TrimPrefix(path, "/")]
	if doc == nil || !strings.HasPrefix(path, "/") {
		return false
	}
	serve(w, r, doc, forOurOwnFile)
	return true
}
