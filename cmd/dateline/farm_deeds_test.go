package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// deedGroup is deeds of one kind. The first one is a feed like any: by how
// often it is asked, time is measured.
type deedGroup struct {
	name  string
	deeds []deed
}

func farmGroups() []deedGroup {
	return []deedGroup{
		{"conditional", conditionalDeeds()}, {"redirects", redirectDeeds()}, {"pacing", pacingDeeds()}, {"transfer", transferDeeds()}, {"slow", slowDeeds()},
		{"xml", xmlDeeds()}, {"charsets", charsetDeeds()}, {"identity", identityDeeds()}, {"dates", dateDeeds()},
		{"content", contentDeeds()}, {"addresses", addressDeeds()},
	}
}

// control is a feed like any, with validators.
func control() deed {
	return deed{name: "a feed like any", reply: keeper(`ETag: "1"`), judge: and(files(1), func(e evidence) string {
		return wrongIf(e.asked[1].header.Get("If-None-Match") != `"1"`, "the validator is not sent back")
	})}
}

// The texts that deeds send. fill puts words in them that no other deed has:
// what tells the same news becomes one story.
const (
	one       = `<rss version="2.0"><channel><title>Gazette</title><link>http://gazette.example/</link>` + item1 + `</channel></rss>`
	two       = `<rss version="2.0"><channel><title>Gazette</title><link>http://gazette.example/</link>` + item1 + item2 + `</channel></rss>`
	item1     = `<item><guid>CODE-1</guid><title>TITLE1</title><link>http://gazette.example/CODE/1</link><description>TITLE1 is what TITLE1 said.</description></item>`
	item2     = `<item><guid>CODE-2</guid><title>TITLE2</title><link>http://gazette.example/CODE/2</link><description>TITLE2 was not TITLE2.</description></item>`
	loginPage = "<!doctype html><html><head><title>Log in</title></head><body><form>Your name?</form></body></html>"
)

func channelOf(items string) string {
	return `<rss version="2.0"><channel><title>Gazette</title>` + items + `</channel></rss>`
}

func fill(text, id string) string {
	return strings.NewReplacer("CODE", id, "TITLE1", headline(id, 1), "TITLE2", headline(id, 2), "TITLE3", headline(id, 3)).Replace(text)
}

// headline is words that nobody else uses.
func headline(id string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", id, n))
	var words []string
	for i := range 3 {
		word := ""
		for _, b := range sum[4*i : 4*i+4] {
			word += string("bdfgklmnprstvz"[int(b)%14]) + string("aeiou"[int(b>>4)%5])
		}
		words = append(words, word)
	}
	words[0] = strings.ToUpper(words[0][:1]) + words[0][1:]
	return strings.Join(words, " ")
}

func idOf(r *http.Request) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return id
}

// answer writes a status, headers and a text, in which the words are filled.
func answer(w http.ResponseWriter, r *http.Request, status int, text string, headers ...string) {
	for _, line := range headers {
		name, value, _ := strings.Cut(fill(line, idOf(r)), ": ")
		w.Header()[name] = append(w.Header()[name], value)
	}
	w.WriteHeader(status)
	if status != http.StatusNotModified && status != http.StatusNoContent {
		_, _ = io.WriteString(w, fill(text, idOf(r)))
	}
}

type reply = func(n int, w http.ResponseWriter, r *http.Request)

func says(text string, headers ...string) reply { return refuses(200, text, headers...) }

func refuses(status int, text string, headers ...string) reply {
	return func(_ int, w http.ResponseWriter, r *http.Request) { answer(w, r, status, text, headers...) }
}

// turns answers with the first, the second and so on, and then with the last.
func turns(replies ...reply) reply {
	return func(n int, w http.ResponseWriter, r *http.Request) { replies[min(n, len(replies))-1](n, w, r) }
}

// keeper answers 304 to whoever sends all its validators back, byte for byte.
func keeper(headers ...string) reply {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		for _, line := range headers {
			name, value, _ := strings.Cut(line, ": ")
			asked := map[string]string{"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[name]
			if asked != "" && r.Header.Get(asked) != value {
				answer(w, r, 200, one, headers...)
				return
			}
		}
		answer(w, r, 304, "", headers...)
	}
}

// raw writes bytes to the connection as they stand, and ends it.
func raw(text string) reply {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		conn, out, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = out.WriteString(fill(text, idOf(r)))
		_ = out.Flush()
		if half, ok := conn.(interface{ CloseWrite() error }); ok { // what was sent is to arrive before the end does
			_ = half.CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
		}
	}
}

func wrongIf(wrong bool, format string, args ...any) string {
	if wrong {
		return fmt.Sprintf(format, args...)
	}
	return ""
}

func and(judges ...func(evidence) string) func(evidence) string {
	return func(e evidence) string {
		for _, judge := range judges {
			if wrong := judge(e); wrong != "" {
				return wrong
			}
		}
		return ""
	}
}

// files wants the source well, and its headlines to be these and no others.
func files(numbers ...int) func(evidence) string {
	return func(e evidence) string {
		if e.health.State != "ok" {
			return "the source is " + e.health.State
		}
		return holds(numbers...)(e)
	}
}

// holds wants the headlines to be these, however the source is.
func holds(numbers ...int) func(evidence) string {
	return func(e evidence) string {
		var want []string
		for _, n := range numbers {
			want = append(want, headline(e.id, n))
		}
		slices.Sort(want)
		return wrongIf(e.titles() != strings.Join(want, " | "), "want the headlines %q", want)
	}
}

// ill wants the source to fail, with part of the reason, and nothing of it filed.
func ill(part string) func(evidence) string {
	return func(e evidence) string {
		if e.health.State != "broken" || !strings.Contains(e.health.Fault, part) {
			return fmt.Sprintf("the source is %s, want a fault with %q", e.health.State, part)
		}
		return holds()(e)
	}
}

// resting wants a source asked just this often while the control was asked more.
func resting(times int) func(evidence) string {
	return func(e evidence) string {
		return wrongIf(len(e.asked) != times, "want %d requests while the control source had %d", times, e.polls)
	}
}

// unconditional wants no request to carry a validator.
func unconditional(e evidence) string {
	for _, r := range e.asked {
		if v := r.header.Get("If-None-Match") + r.header.Get("If-Modified-Since"); v != "" {
			return "a validator was sent: " + v
		}
	}
	return wrongIf(len(e.asked) < 2, "asked once only")
}

// sends wants every request but the first to carry a header just so.
func sends(name, value string) func(evidence) string {
	return func(e evidence) string {
		for i, r := range e.asked {
			if got := r.header.Get(name); i > 0 && got != value {
				return fmt.Sprintf("request %d has %s: %q, want %q", i+1, name, got, value)
			}
		}
		return wrongIf(len(e.asked) < 2, "asked once only")
	}
}

// lacks wants none of these anywhere in what is published of a source.
func lacks(parts ...string) func(evidence) string {
	return func(e evidence) string {
		for _, it := range e.items {
			for _, part := range parts {
				if strings.Contains(strings.ToLower(it.whole), part) {
					return fmt.Sprintf("%q is published", part)
				}
			}
		}
		return wrongIf(len(e.items) == 0, "nothing is published")
	}
}
