package publish

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"dateline/news"
)

func TestUnchangedIsByteIdenticalAcrossRestarts(t *testing.T) {
	for _, p := range []string{"/", "/topics/grain", rssPath, atomPath, jsonPath, "/opml", "/stories/" + string(storyID(9000))} {
		a, _ := desk(t, richStory(), plainStory(1))
		b, m := desk(t, richStory(), plainStory(1))
		m.revision = 99
		once, again := get(t, a, p), get(t, a, p)
		if once != get(t, b, p) || once != again {
			t.Errorf("%s differs", p)
		}
	}
}

func TestRenderedOnceForARevision(t *testing.T) {
	s, m := desk(t, plainStory(1))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() { get(t, s, rssPath) })
	}
	wg.Wait()
	get(t, s, rssPath)
	reads := m.reads
	if reads > 16 || reads < 1 {
		t.Errorf("got %d reads", reads)
	}
	get(t, s, rssPath)
	if m.reads != reads {
		t.Error("a held edition is rendered again")
	}
	m.change(func() { m.stories = append(m.stories, plainStory(0)) })
	if !strings.Contains(get(t, s, rssPath), "Ship 0") {
		t.Error("a new revision is not shown")
	}
}

func TestConditionalRequests(t *testing.T) {
	s, _ := desk(t, richStory())
	plain := ask(s, "GET", rssPath)
	packed := ask(s, "GET", rssPath, "Accept-Encoding", "gzip")
	tag, gz := plain.Header().Get("ETag"), packed.Header().Get("ETag")
	if tag == gz || !strings.HasPrefix(tag, `"`) {
		t.Fatalf("tags: got %s and %s, want strong and different", tag, gz)
	}
	modified := plain.Header().Get("Last-Modified")
	if modified != "Mon, 04 May 2026 13:10:00 GMT" {
		t.Errorf("Last-Modified: got %s", modified)
	}
	for _, c := range []struct {
		headers []string
		want    int
	}{
		{[]string{"If-None-Match", tag}, 304},
		{[]string{"If-None-Match", "W/" + tag}, 304},
		{[]string{"If-None-Match", `"other", ` + tag}, 304},
		{[]string{"If-None-Match", `"a,b",W/"c"`, "If-None-Match", gz}, 304},
		{[]string{"If-None-Match", "*"}, 304},
		{[]string{"If-None-Match", `"other"`}, 200},
		{[]string{"If-None-Match", `"broken`}, 200},
		{[]string{"If-None-Match", `"other"`, "If-Modified-Since", modified}, 200},
		{[]string{"If-Modified-Since", modified}, 304},
		{[]string{"If-Modified-Since", "Mon, 04 May 2026 13:09:59 GMT"}, 200},
		{[]string{"If-Modified-Since", "yesterday"}, 200},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			w := ask(s, method, rssPath, c.headers...)
			if w.Code != c.want {
				t.Errorf("%s %v: got %d, want %d", method, c.headers, w.Code, c.want)
			}
			if w.Code == 304 && (w.Body.Len() > 0 || w.Header().Get("ETag") == "" || w.Header().Get("Cache-Control") == "" || w.Header().Get("Vary") == "" || w.Header().Get("Last-Modified") == "") {
				t.Errorf("%v: the 304 lacks a header or has a body: %v", c.headers, w.Header())
			}
		}
	}
}

func TestHeadAnswersAsGetDoes(t *testing.T) {
	s, _ := desk(t, richStory())
	for _, p := range []string{rssPath, "/", "/nothing", "/healthz", "/style.css"} {
		g, h := ask(s, "GET", p), ask(s, "HEAD", p)
		if h.Body.Len() != 0 || h.Code != g.Code {
			t.Errorf("%s: HEAD gives %d with %d bytes", p, h.Code, h.Body.Len())
		}
		for name := range g.Header() {
			if strings.Join(g.Header()[name], "|") != strings.Join(h.Header()[name], "|") {
				t.Errorf("%s: %s differs", p, name)
			}
		}
	}
}

func TestCodings(t *testing.T) {
	s, _ := desk(t, richStory())
	want := get(t, s, rssPath)
	for accept, coding := range map[string]string{
		"": "", "gzip": "gzip", "x-gzip": "gzip", "br": "br", "gzip, br": "br", "gzip;q=1, br;q=0.5": "gzip", "gzip;q=0": "", "br;q=0, gzip;q=0.1": "gzip",
		"*": "br", "zstd": "zstd", "zstd, gzip": "zstd", "gzip, deflate, br, zstd": "br", "*;q=0, gzip": "gzip", "identity": "", "deflate": "", "gzip;q=2": "", "gzip;q=NaN": "", "GZIP ; Q=0.9": "gzip", "identity;q=1, gzip;q=0.2": "",
	} {
		w := ask(s, "GET", rssPath, "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding"); got != coding {
			t.Errorf("%q: got %q, want %q", accept, got, coding)
			continue
		}
		var body io.Reader = bytes.NewReader(w.Body.Bytes())
		switch coding {
		case "gzip":
			body, _ = gzip.NewReader(body)
		case "br":
			body = brotli.NewReader(body)
		case "zstd":
			body, _ = zstd.NewReader(body)
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != want {
			t.Errorf("%q: the body does not unpack to the document: %v", accept, err)
		}
		if !strings.HasPrefix(w.Header().Get("Vary"), "Accept-Encoding") || w.Header().Get("Cache-Control") != "public, max-age=450, stale-while-revalidate=450, stale-if-error=86400" {
			t.Errorf("%q: headers %v", accept, w.Header())
		}
	}
}

func TestLastGoodEditionWhileTheArchiveIsAway(t *testing.T) {
	s, m := desk(t, richStory())
	for _, p := range []string{rssPath, "/", "/sources"} {
		want := get(t, s, p)
		m.change(func() { m.away = true })
		if got := get(t, s, p); got != want {
			t.Errorf("%s: not the last good edition", p)
		}
		m.change(func() { m.away = false })
	}
	m.away = true
	w := ask(s, "GET", atomPath)
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("never rendered: got %d", w.Code)
	}
}

// What an editor takes back stays back, though the archive cannot be read to
// write it anew.
func TestLastGoodEditionTellsNothingThatWasTakenBack(t *testing.T) {
	for name, change := range map[string]func(*Masthead){
		"a topic becomes private": func(m *Masthead) { m.Tokens = map[news.TopicID][]string{"grain": {openSesame}} },
		"less may be carried":     func(m *Masthead) { m.Sources[0].Rights = news.RightsHeadline },
	} {
		t.Run(name, func(t *testing.T) {
			s, m := desk(t, richStory())
			get(t, s, "/")
			m.change(func() { m.away = true })
			other := testMasthead()
			other.Site.Title = "Another name"
			s.Reload(other)
			get(t, s, "/") // nothing was taken back
			next := testMasthead()
			change(&next)
			s.Reload(next)
			if w := ask(s, "GET", "/"); w.Code != 503 {
				t.Errorf("got %d, want 503", w.Code)
			}
			s.Reload(next)
			if w := ask(s, "GET", "/"); w.Code != 503 {
				t.Errorf("after one more reload: got %d, want 503", w.Code)
			}
		})
	}
}

func TestLastGoodEditionWhenRenderingPanics(t *testing.T) {
	s, _ := desk(t)
	good := get(t, s, "/api/sources")
	broken := testMasthead()
	broken.Interval = func(news.SourceID) string { panic("broken") }
	s.Reload(broken)
	if again := get(t, s, "/api/sources"); again != good {
		t.Errorf("got %s, want the last good edition", again)
	}
	fresh, _ := desk(t)
	fresh.Reload(broken)
	if w := ask(fresh, "GET", "/api/sources"); w.Code != 503 {
		t.Errorf("without an edition: got %d, want 503", w.Code)
	}
	get(t, fresh, "/api/topics")
}

// slow is an archive whose listings wait for a word.
type slow struct {
	*memory
	word chan struct{}
}

func (a *slow) Stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	<-a.word
	return a.memory.Stories(ctx, q)
}

// While a new edition is being rendered, readers get the one that was in force
// until now, but not for long, and not where an editor decided something.
func TestReadersDoNotWaitForTheNextEdition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{stories: []news.Story{plainStory(1)}, revision: 1, ledgers: map[news.SourceID]news.Ledger{}}
		archive := &slow{m, make(chan struct{}, 100)}
		s, err := New(archive, testMasthead(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		say := func() { archive.word <- struct{}{} }
		say()
		first := get(t, s, "/topics/grain.rss")
		m.change(func() { m.stories = append(m.stories, plainStory(0)) })
		began := time.Now()
		if again := get(t, s, "/topics/grain.rss"); again != first || time.Since(began) > 20*time.Millisecond {
			t.Errorf("a reader waited %v for the next edition", time.Since(began))
		}
		say()
		synctest.Wait()
		if next := get(t, s, "/topics/grain.rss"); !strings.Contains(next, "Ship 0") {
			t.Error("the next edition is not shown once it is there")
		}

		// It took a while to make, and so it stands for a while.
		time.Sleep(time.Second)
		go func() { time.Sleep(200 * time.Millisecond); say() }()
		m.change(func() { m.stories = append(m.stories, plainStory(3)) })
		get(t, s, "/topics/grain.rss")
		synctest.Wait()
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		made := s.counts.renders.Load()
		for range 10 {
			m.change(func() { m.stories[0].Updated = m.stories[0].Updated.Add(time.Second) })
			get(t, s, "/topics/grain.rss")
		}
		if again := s.counts.renders.Load(); again != made {
			t.Errorf("made %d times again at once", again-made)
		}
		time.Sleep(time.Second)
		say()
		get(t, s, "/topics/grain.rss")
		synctest.Wait()
		if again := s.counts.renders.Load(); again != made+1 {
			t.Errorf("made %d times again after a rest, want once", again-made)
		}

		waits := func(what string) {
			t.Helper()
			answer := make(chan string)
			go func() { answer <- get(t, s, "/topics/grain.rss") }()
			time.Sleep(time.Minute / 6)
			select {
			case <-answer:
				t.Errorf("%s: an old edition was shown", what)
			default:
				say()
				<-answer
			}
		}
		m.change(func() { m.stories = append(m.stories, plainStory(2)) })
		time.Sleep(staleMost + time.Second)
		waits("nobody asked for long")
		s.Reload(testMasthead())
		waits("the config changed")
	})
}

// What is no topic's is made anew for those who ask, but not for each of many.
func TestWhatFollowsNoRevisionRestsAsWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(&memory{revision: 1}, testMasthead(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		head := s.head.Load()
		made := 0
		req := request{key: "live", live: true, render: func(context.Context, press) (document, error) {
			time.Sleep(100 * time.Millisecond)
			made++
			return document{body: []byte(strings.Repeat("x", made)), mediaType: "text/plain"}, nil
		}}
		ask := func(want int) {
			t.Helper()
			doc, err := s.current(t.Context(), head, req, s.patience)
			if err != nil || len(doc.body) != want {
				t.Errorf("got edition %v (%v), want %d", doc, err, want)
			}
		}
		ask(1)
		for range 10 {
			ask(1)
		}
		time.Sleep(rest * 100 * time.Millisecond)
		ask(2)
	})
}

func TestShelfStaysInItsBound(t *testing.T) {
	sh := newShelf(10_000)
	for n := range 100 {
		sh.put(edit(document{key: string(storyID(n)), body: bytes.Repeat([]byte{byte(n)}, 400)}))
		sh.get(string(storyID(0)))
	}
	if sh.bytes > sh.bound || len(sh.held) != sh.order.Len() || len(sh.held) < 5 {
		t.Errorf("got %d bytes in %d documents", sh.bytes, len(sh.held))
	}
	if sh.get(string(storyID(0))) == nil {
		t.Error("the one that is asked for most was dropped")
	}
	sh.put(edit(document{key: "huge", body: make([]byte, 20_000)}))
	if sh.get("huge") != nil {
		t.Error("one larger than the shelf is held")
	}
}

func TestReloadWhileServing(t *testing.T) {
	s, _ := desk(t, richStory())
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for range 20 {
				m := testMasthead()
				m.Topics[0].Title = strings.Repeat("x", n+1)
				s.Reload(m)
				get(t, s, atomPath)
			}
		})
	}
	wg.Wait()
	m := testMasthead()
	m.Topics[0].Title = "Corn"
	s.Reload(m)
	if !strings.Contains(get(t, s, atomPath), ">Corn<") {
		t.Error("the new masthead is not in force")
	}
	s.Reload(Masthead{})
	if !strings.Contains(get(t, s, atomPath), ">Corn<") {
		t.Error("a masthead without address is taken")
	}
}

func TestSiteUnderAPath(t *testing.T) {
	s, _ := desk(t, plainStory(1))
	m := testMasthead()
	m.Site.URL = "https://example.org/news/"
	s.Reload(m)
	page := get(t, s, "/news/topics/grain")
	for _, w := range []string{`href="/news/style.css"`, `href="/news/topics/grain.rss"`, `https://example.org/news/topics/grain.atom`} {
		if !strings.Contains(page, w) {
			t.Errorf("lacks %s", w)
		}
	}
	get(t, s, "/news/style.css")
	get(t, s, "/topics/grain") // behind a proxy that takes the path off
}

func FuzzContent(f *testing.F) {
	f.Add("]]>", "a\x00<script>", "javascript:x", 3, 2)
	f.Add("\xed\xa0\x80", "&#0; \u202e", "https://a.example/?a=1&b=\"<>", -1, 99)
	f.Fuzz(func(t *testing.T, text, other, link string, start, end int) {
		st := richStory()
		a := &st.Articles[0]
		a.Headline, a.Lede, a.GUID, a.Link, a.Lang = text, other, other, link, other
		a.Lead.Src, a.Lead.Caption, a.Lead.Type = link, text, other
		a.Body = []news.Block{{Text: text, Links: []news.Link{{Start: start, End: end, URL: link}}}, {Kind: news.Quote, Text: other, Links: []news.Link{{Start: start, End: end, URL: link}}},
			{Kind: news.Heading, Level: start, Number: end, Text: text}, {Kind: news.Table, Rows: [][]string{{text, other}}}, {Kind: news.Picture}}
		head := mustHead(t)
		ed := newEdition(head, &head.Topics[0], want{}, []news.Story{st}, "")
		for _, write := range []func() ([]byte, error){ed.rss, ed.atom} {
			doc, err := write()
			if err != nil {
				t.Fatal(err)
			}
			wellFormed(t, string(doc))
		}
		html := contentHTML(a)
		if strings.Contains(html, "<script") || strings.Contains(strings.ToLower(html), `"javascript:`) || legal(html) != html {
			t.Errorf("unsafe: %q", html)
		}
	})
}

func FuzzWant(f *testing.F) {
	f.Add("lang=id,en&limit=5")
	f.Add("after=1746360000.000000000-aaaaaaaaaaaaaaaa&full=0")
	f.Add("per=article&limit=1&source=harbour")
	f.Fuzz(func(t *testing.T, raw string) {
		head := mustHead(t)
		w, err := parseWant(head, raw)
		if err != nil {
			return
		}
		next := w.from(news.Cursor{Filed: noon, ID: storyID(1)})
		again, err := parseWant(head, next)
		if err != nil && len(next) <= maxQuery {
			t.Fatalf("%q leads to %q: %v", raw, next, err)
		}
		if err == nil && !again.after.Filed.Equal(noon) {
			t.Errorf("the cursor of %q is lost", next)
		}
	})
}

func stories50() []news.Story {
	var all []news.Story
	for n := range 50 {
		st := richStory()
		st.ID, st.Filed = storyID(n), noon.Add(-time.Duration(n)*time.Minute)
		for range 20 {
			st.Articles[0].Body = append(st.Articles[0].Body, news.Block{Text: strings.Repeat("Kapal gandum berlayar lagi. ", 5)})
		}
		all = append(all, st)
	}
	return all
}

// sink is a ResponseWriter that keeps nothing.
type sink struct{ h http.Header }

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

func benchmarkServe(b *testing.B, headers ...string) {
	s, _ := desk(b, stories50()...)
	r, _ := http.NewRequest("GET", atomPath, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for b.Loop() {
		s.ServeHTTP(&sink{http.Header{}}, r)
	}
}

func BenchmarkCachedGet(b *testing.B)    { benchmarkServe(b, "Accept-Encoding", "gzip") }
func BenchmarkNotModified(b *testing.B)  { benchmarkServe(b, "If-None-Match", "*") }
func BenchmarkRender50Atom(b *testing.B) { benchmarkRender(b, ".atom") }
func BenchmarkRender50Page(b *testing.B) { benchmarkRender(b, "") }

func benchmarkRender(b *testing.B, form string) {
	s, m := desk(b)
	m.stories = stories50()
	head := s.head.Load()
	for b.Loop() {
		if _, err := s.press(head).topic(b.Context(), &head.Topics[0], want{}, form); err != nil {
			b.Fatal(err)
		}
	}
}
