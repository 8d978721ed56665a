package desk_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/desk"
	"dateline/fetcher"
	"dateline/news"
	"dateline/store"
	"dateline/topics"
)

// hostile is an outlet that misbehaves, and a desk that polls it: the whole way
// from the socket to the archive, over a real store, with a clock that jumps
// from one due time to the next.
type hostile struct {
	testing.TB
	server *httptest.Server
	feed   string // the address in the config; the server's /feed unless set
	limits fetcher.Limits
	allow  []netip.Prefix
	push   string // where hubs reach the desk; empty: no subscriptions

	store   news.Store
	file    string
	fetcher *fetcher.Fetcher
	desk    *desk.Desk
	now     time.Time

	mu    sync.Mutex // guards asked and reply
	asked []*http.Request
	reply func(n int, w http.ResponseWriter, r *http.Request)
}

// behaviour is one thing that outlets do, and what is to come of it.
type behaviour struct {
	name string
	test func(h *hostile)
}

func runHostile(t *testing.T, group []behaviour) {
	for _, b := range group {
		t.Run(b.name, func(t *testing.T) {
			b.test(newHostile(t))
		})
	}
}

func newHostile(t testing.TB) *hostile {
	h := &hostile{TB: t, now: start, file: filepath.Join(t.TempDir(), "dateline.db"), allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	h.server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.server.Close)
	h.feed = h.server.URL + "/feed"
	return h
}

func (h *hostile) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r)
	n, reply := len(h.asked), h.reply
	h.mu.Unlock()
	w.Header()["Date"] = nil // the desk's clock is not the server's
	reply(n, w, r)
}

// answers has the outlet answer so from now on; n counts the requests from 1.
func (h *hostile) answers(reply func(n int, w http.ResponseWriter, r *http.Request)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reply = reply
}

// sends has the outlet send a body with headers, "Name: value" each.
func (h *hostile) sends(body string, headers ...string) {
	h.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { say(w, 200, body, headers...) })
}

// refuses has the outlet answer with a status and headers.
func (h *hostile) refuses(status int, headers ...string) {
	h.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { say(w, status, "no", headers...) })
}

// writes has the outlet send bytes to the connection as they stand, and close it.
func (h *hostile) writes(raw string) {
	h.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { dump(w, raw) })
}

func say(w http.ResponseWriter, status int, body string, headers ...string) {
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		w.Header()[name] = append(w.Header()[name], value)
	}
	w.WriteHeader(status)
	if status != http.StatusNotModified && status != http.StatusNoContent {
		_, _ = io.WriteString(w, body)
	}
}

func dump(w http.ResponseWriter, raw string) {
	conn, out, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = out.WriteString(raw)
	_ = out.Flush()
	if tcp, ok := conn.(*net.TCPConn); ok { // what was sent is to arrive before the end does
		_ = tcp.CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	}
}

// open sits a desk before the outlet, as a start of the program does.
func (h *hostile) open() {
	h.Helper()
	f, err := fetcher.New(fetcher.Options{UserAgent: "Dateline/test (+https://desk.example/)", Allow: h.allow, Limits: h.limits})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(f.Close)
	h.fetcher = f
	if h.store, err = store.Open(context.Background(), h.file, store.Options{}); err != nil {
		h.Fatal(err)
	}
	held := h.store
	h.Cleanup(func() { held.Close() })
	h.desk = desk.New(desk.Options{Store: h.store, Fetcher: f, Push: h.push, Now: func() time.Time { return h.now }})
	h.assign("gazette")
}

func (h *hostile) assign(ids ...string) {
	h.Helper()
	m, err := topics.New(nil, harbours)
	if err != nil {
		h.Fatal(err)
	}
	r := desk.Roster{Topics: harbours, Matcher: m, Schedules: map[news.SourceID]desk.Schedule{}}
	for _, id := range ids {
		s, err := desk.ParseSchedule("@every 10m", news.SourceID(id))
		if err != nil {
			h.Fatal(err)
		}
		feed := h.feed
		if id != "gazette" {
			feed += "/" + id
		}
		r.Sources = append(r.Sources, news.Source{ID: news.SourceID(id), Feed: feed, Rights: news.RightsFull})
		r.Schedules[news.SourceID(id)] = s
	}
	if err := h.desk.Assign(context.Background(), r); err != nil {
		h.Fatal(err)
	}
}

// restart ends the program and starts it again.
func (h *hostile) restart() {
	h.Helper()
	h.fetcher.Close()
	if err := h.store.Close(); err != nil {
		h.Fatal(err)
	}
	h.open()
}

// poll lets the clock jump to when the outlet is due, and has it asked.
func (h *hostile) poll() news.Poll {
	h.Helper()
	if h.desk == nil {
		h.open()
	}
	if due := h.record().Due; due.After(h.now) {
		h.now = due
	}
	if _, err := h.desk.Once(context.Background()); err != nil {
		h.Fatal(err)
	}
	return h.record()
}

func (h *hostile) record() news.Poll {
	h.Helper()
	held, err := h.store.Ledgers(context.Background(), "gazette")
	if err != nil {
		h.Fatal(err)
	}
	return held[0].Poll
}

// well polls and wants no fault.
func (h *hostile) well() news.Poll {
	h.Helper()
	p := h.poll()
	if p.Fault != "" || p.Failures != 0 {
		h.Fatalf("the poll failed: %s", p.Fault)
	}
	return p
}

// ill polls and wants a fault that says part.
func (h *hostile) ill(part string) news.Poll {
	h.Helper()
	p := h.poll()
	if p.Fault == "" || !strings.Contains(p.Fault, part) {
		h.Errorf("the fault is %q, want something with %q", p.Fault, part)
	}
	return p
}

// filed are the archived articles, in order of arrival.
func (h *hostile) filed() (articles []news.Article) {
	h.Helper()
	for a, err := range h.store.Articles(context.Background(), time.Time{}) {
		if err != nil {
			h.Fatal(err)
		}
		articles = append(articles, a)
	}
	return articles
}

// headlines wants exactly these in the archive, in any order.
func (h *hostile) headlines(want ...string) {
	h.Helper()
	var got []string
	for _, a := range h.filed() {
		got = append(got, a.Headline)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		h.Errorf("filed %q, want %q", got, want)
	}
}

// last is the last request that came.
func (h *hostile) last() *http.Request {
	h.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.asked) == 0 {
		h.Fatal("nothing was asked")
	}
	return h.asked[len(h.asked)-1]
}

func (h *hostile) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.asked)
}

// waits wants the time to the next poll to be within bounds.
func (h *hostile) waits(least, most time.Duration) {
	h.Helper()
	p := h.record()
	if wait := p.Due.Sub(p.At); wait < least || wait > most {
		h.Errorf("asked again after %s, want %s to %s", wait, least, most)
	}
}

// rss is a feed of items, each the inside of one.
func rss(items ...string) string {
	return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Gazette</title><link>http://gazette.example/</link>` + wrapped(items) + `</channel></rss>`
}

func wrapped(items []string) string {
	var b strings.Builder
	for _, it := range items {
		b.WriteString("<item>" + it + "</item>")
	}
	return b.String()
}

// item is one about a place.
func item(id, title string) string {
	return fmt.Sprintf("<guid isPermaLink=\"false\">%s</guid><title>%s</title><link>http://gazette.example/%s</link><description>%s</description>", id, title, id, "The harbour was the talk of the town when this became known: "+title+".")
}

var oneFeed = rss(item("1", "Accra shuts"))

// channel is oneFeed with something more said of the channel.
func channel(more string) string {
	return strings.Replace(oneFeed, "<link>http://gazette.example/</link>", "<link>http://gazette.example/</link>"+more, 1)
}

// repeated is text over and over, up to a size.
func repeated(s string, size int) string { return string(bytes.Repeat([]byte(s), size/len(s))) }
