package publish

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// contentPolicy lets a page load our own style and pictures from anywhere, and
// nothing else: no script, no frame, no form.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self' https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// secure sets the headers that every answer bears.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Vary", "Accept-Encoding")
}

// serve answers with a document, or with 304 where the reader holds it.
func serve(w http.ResponseWriter, r *http.Request, doc *edited, cacheControl string) {
	c := &doc.codings[choose(r.Header.Values("Accept-Encoding"), doc)]
	h := w.Header()
	h.Set("ETag", c.etag)
	h.Set("Cache-Control", cacheControl)
	h.Set("Accept-Ranges", "none")
	if !doc.changed.IsZero() {
		h.Set("Last-Modified", doc.changed.UTC().Format(http.TimeFormat))
	}
	for _, l := range doc.links {
		h.Add("Link", l)
	}
	if unchanged(r, doc) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	for i := range doc.codings {
		if c == &doc.codings[i] && i != inIdentity {
			h.Set("Content-Encoding", codingNames[i])
		}
	}
	h.Set("Content-Type", doc.mediaType)
	h.Set("Content-Length", strconv.Itoa(len(c.body)))
	if r.Method != http.MethodHead {
		w.Write(c.body) // the reader may have gone; nobody is left to tell
	}
}

// unchanged reports whether the reader holds the document already. A tag beats
// a date; the tag of any of its codings will do, for they say the same.
func unchanged(r *http.Request, doc *edited) bool {
	if tags := r.Header.Values("If-None-Match"); len(tags) > 0 {
		return matchesAny(strings.Join(tags, ","), doc)
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
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
		for _, c := range doc.codings {
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
func choose(accept []string, doc *edited) int {
	best, bestQ := inIdentity, 0.0
	wishes := parseWishes(accept)
	for i, name := range codingNames {
		if doc.codings[i].body == nil && i != inIdentity {
			continue
		}
		q, named := wishes[name]
		if !named {
			q = wishes["*"]
		}
		if i == inIdentity && !named && q == 0 {
			q = 0.0001 // always acceptable, unless something is liked better
		}
		if q > bestQ {
			best, bestQ = i, q
		}
	}
	return best
}

// parseWishes reads Accept-Encoding.
func parseWishes(accept []string) map[string]float64 {
	wishes := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
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
		wishes[name] = q
	}
	return wishes
}

// say answers with a line of text.
func say(w http.ResponseWriter, r *http.Request, status int, words string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
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
	serve(w, r, doc, "public, max-age=86400, stale-while-revalidate=604800")
	return true
}
