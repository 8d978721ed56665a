package demo

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	encxml "encoding/xml"
	"errors"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// stilled is a world in which the correction comes only when it is called for.
func stilled() *World { return New(start, func() time.Time { return start }) }

func ask(w *World, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:4000"+path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

func feedPath(o *outlet) string { return "/" + o.id + "/" + o.feedName() }

func TestEveryFeedIsWellFormedAndListsTheCopy(t *testing.T) {
	w := stilled()
	for _, o := range w.outlets {
		if o.fault != 0 {
			continue
		}
		rec := ask(w, "GET", feedPath(o))
		if rec.Code != 200 {
			t.Errorf("%s: got status %d", o.id, rec.Code)
			continue
		}
		if len(o.copy) < 3 {
			t.Errorf("%s: got %d articles, want 3 at least", o.id, len(o.copy))
		}
		titles := titlesOf(t, o, rec.Body.Bytes())
		for _, c := range o.copy {
			if !strings.Contains(titles, c.title) {
				t.Errorf("%s: the feed lacks the title %q", o.id, c.title)
			}
		}
	}
}

// titlesOf reads a feed strictly and returns all its text.
func titlesOf(t *testing.T, o *outlet, body []byte) string {
	t.Helper()
	if o.format == jsonFeed10 || o.format == jsonFeed11 {
		var feed struct {
			Version string
			Items   []struct{ ID, URL, Title string }
		}
		if err := json.Unmarshal(body, &feed); err != nil {
			t.Fatalf("%s: %v", o.id, err)
		}
		var all []string
		for _, it := range feed.Items {
			all = append(all, it.Title)
		}
		return strings.Join(all, "\n")
	}
	d := encxml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if label != "windows-1251" {
			return nil, errors.New(label)
		}
		raw, err := io.ReadAll(in)
		return strings.NewReader(fromWindows1251(raw)), err
	}
	var all strings.Builder
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all.String()
		}
		if err != nil {
			t.Fatalf("%s: %v", o.id, err)
		}
		if text, ok := token.(encxml.CharData); ok {
			all.Write(text)
		}
	}
}

func fromWindows1251(raw []byte) string {
	back := map[byte]rune{}
	for r, b := range windows1251 {
		back[b] = r
	}
	var s strings.Builder
	for _, b := range raw {
		switch r, special := back[b]; {
		case b < 0x80:
			s.WriteByte(b)
		case b >= 0xC0:
			s.WriteRune(rune(b-0xC0) + 'А')
		case special:
			s.WriteRune(r)
		}
	}
	return s.String()
}

func TestValidatorsAreHonoured(t *testing.T) {
	w := stilled()
	for _, o := range w.outlets {
		if o.fault != 0 {
			continue
		}
		first := ask(w, "GET", feedPath(o))
		if rec := ask(w, "GET", feedPath(o), "If-None-Match", first.Header().Get("ETag")); rec.Code != 304 || rec.Body.Len() > 0 {
			t.Errorf("%s: with its ETag got %d and %d bytes, want an empty 304", o.id, rec.Code, rec.Body.Len())
		}
		if rec := ask(w, "GET", feedPath(o), "If-Modified-Since", first.Header().Get("Last-Modified")); rec.Code != 304 {
			t.Errorf("%s: with its date got %d, want 304", o.id, rec.Code)
		}
		if rec := ask(w, "HEAD", feedPath(o)); rec.Code != 200 || rec.Body.Len() > 0 {
			t.Errorf("%s: HEAD got %d and %d bytes", o.id, rec.Code, rec.Body.Len())
		}
	}
}

func TestCorrectionChangesTheFeedOfOneOutlet(t *testing.T) {
	now := start
	w := New(start, func() time.Time { return now })
	before := map[string]*httptest.ResponseRecorder{}
	for _, o := range w.outlets {
		before[o.id] = ask(w, "GET", feedPath(o))
	}
	now = start.Add(correctionAfter)
	for _, o := range w.outlets {
		if o.fault != 0 {
			continue
		}
		old := before[o.id]
		rec := ask(w, "GET", feedPath(o), "If-None-Match", old.Header().Get("ETag"))
		if o.correctable() != (rec.Code == 200) {
			t.Errorf("%s: after the correction got %d", o.id, rec.Code)
		}
		if !o.correctable() {
			continue
		}
		if rec.Header().Get("ETag") == old.Header().Get("ETag") || rec.Header().Get("Last-Modified") == old.Header().Get("Last-Modified") {
			t.Errorf("%s: a validator did not move", o.id)
		}
		guids := regexp.MustCompile(`"id": "[^"]+"`)
		if got, want := guids.FindAllString(rec.Body.String(), -1), guids.FindAllString(old.Body.String(), -1); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: the guids changed: %v, want %v", o.id, got, want)
		}
	}
	corrected := 0
	for _, truth := range w.Stories() {
		if truth.Before == "" {
			continue
		}
		corrected++
		page := ask(w, "GET", "/"+truth.Outlets[0]+"/"+truth.Slug).Body.String()
		if !strings.Contains(page, truth.After) || strings.Contains(page, "[[") {
			t.Errorf("%s: the corrected page lacks %q or shows the mark", truth.Slug, truth.After)
		}
	}
	if corrected != 1 {
		t.Errorf("got %d corrected stories, want 1", corrected)
	}
}

func TestPagesSayWhatTheTruthSays(t *testing.T) {
	w := stilled()
	long, wire := 0, 0
	for _, truth := range w.Stories() {
		o := w.outlet(truth.Outlets[0])
		var site strings.Builder
		for n := range truth.Pages {
			rec := ask(w, "GET", "/"+o.id+"/"+truth.Slug+"?page="+string(rune('1'+n)))
			if rec.Code != 200 {
				t.Fatalf("%s page %d: got %d", truth.Slug, n+1, rec.Code)
			}
			body := rec.Body.String()
			if o.win1251 {
				body = fromWindows1251(rec.Body.Bytes())
			} else if !utf8.ValidString(body) {
				t.Errorf("%s: not UTF-8", truth.Slug)
			}
			site.WriteString(strings.NewReplacer("&#39;", "'", "&#34;", `"`).Replace(body))
		}
		said := site.String()
		for _, want := range append([]string{truth.Headline, truth.Caption, truth.Credit, truth.Dateline}, truth.Paragraphs...) {
			if !strings.Contains(said, want) {
				t.Errorf("%s/%s: the page lacks %q", o.id, truth.Slug, want)
			}
		}
		for _, h := range truth.Headings {
			if !strings.Contains(said, h.Text+"</h") {
				t.Errorf("%s/%s: the page lacks the heading %q", o.id, truth.Slug, h.Text)
			}
		}
		if truth.Pages == 3 {
			long++
		}
		if len(truth.Outlets) == 4 {
			wire++
		}
	}
	if long != 2 || wire != 1 {
		t.Errorf("got %d three-page articles and %d wire stories, want 2 and 1", long, wire)
	}
	if rec := ask(w, "GET", "/nusantara-kini/sejarah-hubungan?page=4"); rec.Code != 404 {
		t.Errorf("a page too far: got %d, want 404", rec.Code)
	}
}

func TestPicturesHaveTheLengthThatTheFeedTells(t *testing.T) {
	w := stilled()
	for _, o := range w.outlets {
		for _, c := range o.copy {
			rec := ask(w, "GET", "/"+o.id+"/"+c.pictureName())
			if _, kind, err := image.DecodeConfig(bytes.NewReader(rec.Body.Bytes())); err != nil {
				t.Errorf("%s/%s: %s %v", o.id, c.slug, kind, err)
			}
			if got, want := rec.Body.Len(), len(w.picture(o, c).data); got != want {
				t.Errorf("%s/%s: got %d bytes, want %d", o.id, c.slug, got, want)
			}
		}
	}
}

func TestOneOutletCompresses(t *testing.T) {
	rec := ask(stilled(), "GET", "/harbour-times/rss.xml", "Accept-Encoding", "gzip")
	if got := rec.Header().Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("got encoding %q", got)
	}
	z, err := gzip.NewReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || !bytes.Contains(body, []byte("<rss")) {
		t.Errorf("got %d bytes, %v", len(body), err)
	}
}

func TestFaultyOutletsFail(t *testing.T) {
	w := stilled()
	if rec := ask(w, "GET", "/quiet-gazette/rss.xml"); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", rec.Code)
	}
	if rec := ask(w, "GET", "/lantern-weekly/rss.xml"); rec.Code != 200 || !strings.Contains(rec.Body.String(), "<html") {
		t.Errorf("got %d, want a page", rec.Code)
	}
	if rec := ask(w, "GET", "/nobody/rss.xml"); rec.Code != 404 {
		t.Errorf("got %d, want 404", rec.Code)
	}
}

func TestRequestsAreNoted(t *testing.T) {
	w := stilled()
	ask(w, "GET", "/narae-ilbo/rss.xml", "If-None-Match", `"x"`)
	got := w.Requests()
	if want := (Request{"GET", "/narae-ilbo/rss.xml", true, 200}); len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for range maxRequests + 10 {
		ask(w, "HEAD", "/nobody")
	}
	if n := len(w.Requests()); n > maxRequests {
		t.Errorf("the log grew to %d", n)
	}
}

func TestConfigNamesEverySource(t *testing.T) {
	w := stilled()
	config := string(w.Config("http://127.0.0.1:4000"))
	for _, o := range w.outlets {
		if !strings.Contains(config, `"http://127.0.0.1:4000`+feedPath(o)+`"`) {
			t.Errorf("the config lacks %s", o.id)
		}
	}
	for _, truth := range w.Stories() {
		if truth.Topic != "" && !strings.Contains(config, "- id: "+truth.Topic+"\n") {
			t.Errorf("%s: the config lacks the topic %q", truth.Slug, truth.Topic)
		}
	}
}
