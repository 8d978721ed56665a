package demo

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// correctionAfter is how long after the start the correction comes by itself.
const correctionAfter = time.Minute

// maxRequests bounds the log of requests; the oldest leave first.
const maxRequests = 4096

// World is the demo's internet: one handler that serves every outlet under a
// path of its own. It may be used from several goroutines.
type World struct {
	start   time.Time
	now     func() time.Time
	outlets []*outlet

	mu        sync.Mutex // guards what follows
	corrected time.Time  // when the correction came; zero: not yet
	requests  []Request
	pictures  map[string]picture
}

// Request is one thing that was asked of a World.
type Request struct {
	Method      string
	Path        string // with the query
	Conditional bool   // it bore a validator
	Status      int
}

// New returns a world whose copy is dated relative to start. A nil now is
// time.Now; a minute after start by it the correction comes.
func New(start time.Time, now func() time.Time) *World {
	if now == nil {
		now = time.Now
	}
	return &World{
		start:    start.UTC().Truncate(time.Second),
		now:      now,
		outlets:  newsroom(),
		pictures: map[string]picture{},
	}
}

// Correct makes the correction come now.
func (w *World) Correct() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.corrected.IsZero() {
		w.corrected = w.now().UTC().Truncate(time.Second)
	}
}

// correction is when the correction came; zero: not yet.
func (w *World) correction() time.Time {
	if !w.now().Before(w.start.Add(correctionAfter)) {
		w.Correct()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.corrected
}

// Requests lists what was asked, oldest first; of very many, the latest.
func (w *World) Requests() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.requests)
}

func (w *World) note(r *http.Request, status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.requests) == maxRequests {
		w.requests = slices.Delete(w.requests, 0, maxRequests/4)
	}
	w.requests = append(w.requests, Request{
		Method: r.Method, Path: r.URL.RequestURI(), Status: status,
		Conditional: r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "",
	})
}

// ServeHTTP answers for every outlet: its feed, front page, article pages and
// pictures.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		rw.Header().Set("Allow", "GET, HEAD")
		w.send(rw, r, answer{status: http.StatusMethodNotAllowed, kind: "text/plain; charset=utf-8"})
		return
	}
	w.send(rw, r, w.answer(r))
}

// answer finds what stands at the address asked for.
func (w *World) answer(r *http.Request) answer {
	base := "http://" + r.Host
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	o := w.outlet(name)
	switch {
	case r.URL.Path == "/":
		return w.directory(base)
	case o == nil:
		return missing()
	case o.fault == unavailable:
		return answer{status: http.StatusServiceUnavailable, kind: "text/html; charset=utf-8", retry: "120",
			body: []byte("<!DOCTYPE html><title>503</title><h1>Service unavailable</h1><p>The newsroom's servers are being moved.</p>")}
	case o.fault == notFeed:
		return answer{status: http.StatusOK, kind: "text/html; charset=utf-8",
			body: []byte("<!DOCTYPE html><html lang=en><title>Lantern Weekly</title><h1>Lantern Weekly</h1><p>We have a new site. Our feeds moved with us, we only do not remember where.</p></html>")}
	case rest == "":
		return w.front(o, base)
	case rest == o.feedName():
		return w.feed(o, base)
	}
	return w.article(o, rest, base, r.URL.Query().Get("page"))
}

func (w *World) outlet(name string) *outlet {
	for _, o := range w.outlets {
		if o.id == name {
			return o
		}
	}
	return nil
}

// feed renders an outlet's feed.
func (w *World) feed(o *outlet, base string) answer {
	corrected := w.correction()
	e := w.edition(o, base, corrected)
	body, kind := o.format.render(e)
	modified := w.start.Add(-time.Minute)
	if o.correctable() && !corrected.IsZero() {
		modified = corrected
	}
	return answer{status: http.StatusOK, kind: kind, body: o.encode(body), modified: modified, validate: true, gzip: o.gzip}
}

// article serves a page of an article, or its picture.
func (w *World) article(o *outlet, rest, base, page string) answer {
	for _, c := range o.copy {
		switch rest {
		case c.pictureName():
			p := w.picture(o, c)
			return answer{status: http.StatusOK, kind: p.kind, body: p.data, modified: w.start.Add(-c.age), validate: true}
		case c.slug:
			corrected := w.correction()
			body, ok := w.page(o, c, base, page, corrected)
			if !ok {
				return missing()
			}
			modified := w.start.Add(-c.age)
			if c.correctable() && !corrected.IsZero() {
				modified = corrected
			}
			return answer{status: http.StatusOK, kind: "text/html; charset=" + o.charsetName(), body: o.encode(body), modified: modified, validate: true}
		}
	}
	return missing()
}

// Truth is what is true of one story of the world, for tests to ask of what
// the product made of it.
type Truth struct {
	Slug       string   // of the copy that came first
	Topic      string   // empty: no topic of the config takes it
	Outlets    []string // the sources that carry it, the first to have it first
	Lang       string
	Headline   string
	Dateline   string // place; empty: none is given
	Caption    string
	Credit     string
	Headings   []Heading
	Paragraphs []string // as they stand before the correction
	Pages      int
	Before     string // what the correction changes; empty: nothing
	After      string
}

// Heading is a section heading in an article.
type Heading struct {
	Level  int
	Number int // 0: none
	Text   string
}

// Stories tells the truth about every story of the world. What several outlets
// took from the wire is one; the headline and the rest are those of the outlet
// that had it first.
func (w *World) Stories() []Truth {
	var all []Truth
	at := map[string]int{}
	age := map[string]time.Duration{}
	for _, o := range w.outlets {
		for _, c := range o.copy {
			t := c.truth(o)
			i, known := at[c.story]
			switch {
			case !known:
				at[c.story], age[c.story] = len(all), c.age
				all = append(all, t)
			case c.age > age[c.story]:
				t.Outlets = append(t.Outlets, all[i].Outlets...)
				all[i], age[c.story] = t, c.age
			default:
				all[i].Outlets = append(all[i].Outlets, o.id)
			}
		}
	}
	return all
}

// Config is a config file whose sources stand at base, such as
// "http://127.0.0.1:41234".
func (w *World) Config(base string) []byte {
	var b strings.Builder
	b.WriteString("site: {title: Demo desk, url: \"http://127.0.0.1:8080\", contact: desk@dateline.example}\n")
	b.WriteString("network: {allow: [\"127.0.0.0/8\"]}\n")
	b.WriteString("sources:\n")
	for _, o := range w.outlets {
		fmt.Fprintf(&b, "  - {id: %s, title: %q, publisher: %q, feed: %q, lang: %s, schedule: \"@every 10s\", fulltext: true, rights: full}\n",
			o.id, o.title, o.publisher, base+"/"+o.id+"/"+o.feedName(), o.lang)
	}
	b.WriteString(subjects)
	return []byte(b.String())
}

// subjects are the config's concepts and topics.
const subjects = `concepts:
  - id: grain
    title: Grain
    aliases:
      en: [grain, wheat, corn exports]
      id: [gandum, biji-bijian]
      ru: [зерно, пшеница]
      ko: [곡물, 밀]
      ja: [穀物, 小麦]
      zh: [粮食, 谷物, 小麦]
      ar: [الحبوب, القمح]
      es: [cereales, trigo, grano]
      fr: [céréales, blé]
      de: [Getreide, Weizen]
  - id: chips
    title: Chips
    aliases:
      en: [chip, chips, semiconductor, semiconductors]
      id: [cip, semikonduktor]
      ru: [полупроводники, микросхемы, чипы]
      ko: [반도체]
      ja: [半導体]
      zh: [芯片, 晶圆, 半导体]
      ar: [الرقائق, أشباه الموصلات]
      es: [chips, semiconductores]
      fr: [puces, semi-conducteurs]
      de: [Chips, Halbleiter]
topics:
  - id: russia-north-korea
    title: Russia–North Korea
    all: [{country: RU}, {country: KP}]
    near: paragraph
  - id: black-sea-grain
    title: Black Sea grain
    all: [{any: [{country: UA}, {country: RU}]}, {concept: grain}]
    near: paragraph
  - id: taiwan-chips
    title: Taiwan and chips
    all: [{country: TW}, {concept: chips}]
    near: paragraph
`
