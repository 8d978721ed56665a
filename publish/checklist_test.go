package publish

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

const (
	rssPath  = "/topics/grain.rss"
	atomPath = "/topics/grain.atom"
	jsonPath = "/topics/grain.json"
)

// wellFormed reads an XML document to its end.
func wellFormed(t *testing.T, doc string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
}

func contains(t *testing.T, doc string, wants ...string) {
	t.Helper()
	for _, w := range wants {
		if !strings.Contains(doc, w) {
			t.Errorf("lacks %s", w)
		}
	}
}

func lacks(t *testing.T, doc string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(doc, w) {
			t.Errorf("has %s", w)
		}
	}
}

func TestHostileStoriesGiveLegalDocuments(t *testing.T) {
	cases := map[string]string{
		"cdata end":   "a ]]> b <![CDATA[ c",
		"controls":    "a\x00b\x01\x0b\x1f\x7f\u0085c",
		"surrogates":  "a\xed\xa0\x80\xed\xb0\x80b\xff",
		"nonchars":    "a\ufffe\uffff\U0001fffe\ufdd0b",
		"emoji":       "👩‍👩‍👧 🇮🇩",
		"rtl":         "أخبار \u202eمقلوبة\u202c اليوم",
		"markup":      `<script>alert(1)</script> &amp; &lt;b&gt; "quoted" 'single'`,
		"entity":      "&nbsp; &copy; &#0; &bogus;",
		"empty":       "",
		"white space": " \t\n ",
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			st := richStory()
			a := &st.Articles[0]
			a.Headline, a.Lede, a.Kicker, a.Dateline, a.Outlet, a.Byline, a.Agency, a.GUID, a.RightsLine = text, text, text, text, text, []string{text}, text, text, text
			a.Categories, a.Lead.Caption, a.Lead.Credit, a.Lead.Alt, a.Matches[0].Quote, a.Lang = []string{text}, text, text, text, text, text
			a.Body = []news.Block{{Text: text}, {Kind: news.Heading, Text: text}, {Kind: news.Code, Text: text}, {Kind: news.List, Items: []string{text}}, {Kind: news.Quote, Text: text}}
			st.Articles[1].Headline = text
			s, _ := desk(t, st)
			wellFormed(t, get(t, s, rssPath))
			wellFormed(t, get(t, s, atomPath))
			if !json.Valid([]byte(get(t, s, jsonPath))) {
				t.Error("JSON Feed is not JSON")
			}
			for _, page := range []string{"/", "/topics/grain", "/stories/" + string(st.ID)} {
				lacks(t, withoutOwnScript(get(t, s, page)), "<script", "\x00")
			}
		})
	}
}

func TestEmptySingleUndatedAndThousand(t *testing.T) {
	undated := plainStory(1)
	undated.Articles[0].Published = time.Time{}
	var many []news.Story
	for n := range 1001 {
		many = append(many, plainStory(n))
	}
	for name, stories := range map[string][]news.Story{"empty": nil, "single": {plainStory(1)}, "undated": {undated}, "thousand": many} {
		t.Run(name, func(t *testing.T) {
			s, _ := desk(t, stories...)
			rss, atom, feed := get(t, s, rssPath+"?limit=1000"), get(t, s, atomPath+"?limit=1000"), get(t, s, jsonPath+"?limit=1000")
			wellFormed(t, rss)
			wellFormed(t, atom)
			n := min(len(stories), 1000)
			if got := strings.Count(rss, "<item>"); got != n {
				t.Errorf("RSS has %d items, want %d", got, n)
			}
			lacks(t, rss, "0001", "<lastBuildDate></lastBuildDate>")
			lacks(t, atom, "<updated></updated>", "0001-01-01")
			if n == 0 {
				contains(t, atom, "<updated>2026-01-01T00:00:00Z</updated>")
				contains(t, feed, `"items": []`)
			}
			if (len(stories) > 1000) != strings.Contains(feed, `"next_url"`) {
				t.Error("next_url stands where there is no next page, or lacks where there is one")
			}
		})
	}
}

func TestIDsAreOneInAllFormatsAndOutliveEditsAndMoves(t *testing.T) {
	id := "tag:dateline.invalid,2026:story/" + string(storyID(9000))
	s, m := desk(t, richStory())
	for _, p := range []string{rssPath, atomPath, jsonPath} {
		contains(t, get(t, s, p), id)
	}
	m.change(func() { m.stories[0].Articles[0].Headline = "Baru" })
	moved := testMasthead()
	moved.Site.URL = "https://elsewhere.example/deep/"
	s.Reload(moved)
	for _, p := range []string{rssPath, atomPath, jsonPath} {
		contains(t, get(t, s, p), id, "Baru", "https://elsewhere.example/deep/topics/grain")
	}
}

func TestLinksNameEachOther(t *testing.T) {
	s, _ := desk(t, richStory(), plainStory(1), plainStory(2))
	q := "?limit=2&lang=id,en"
	base := "https://news.example.org/topics/grain"
	for _, f := range forms {
		w := ask(s, "GET", "/topics/grain"+f.ext+q)
		links := w.Header().Get("Link")
		contains(t, links, "<"+base+f.ext+q+`>; rel="self"`)
		for _, other := range forms {
			if other.ext != f.ext {
				contains(t, links, "<"+base+other.ext+q+`>; rel="alternate"`)
			}
		}
		contains(t, links, `rel="next"`)
		lacks(t, links+w.Body.String(), "hub")
	}
	contains(t, get(t, s, atomPath+q), `<link rel="self" type="application/atom+xml" href="`+base+`.atom?limit=2&amp;lang=id,en">`)
	contains(t, get(t, s, rssPath+q), `<atom:link rel="self" type="application/rss+xml" href="`+base+`.rss?limit=2&amp;lang=id,en">`)
	page := get(t, s, "/topics/grain")
	for _, f := range forms {
		contains(t, page, `href="`+base+f.ext+`"`)
	}
}

func TestPagesReachEveryStoryOnce(t *testing.T) {
	var stories []news.Story
	for n := range 23 {
		st := plainStory(n)
		st.Filed = noon // ties are told apart by id
		stories = append(stories, st)
	}
	s, _ := desk(t, stories...)
	seen := map[string]int{}
	target := jsonPath + "?limit=5"
	for range 10 {
		var feed struct {
			Next  string `json:"next_url"`
			Items []struct{ ID string }
		}
		if err := json.Unmarshal([]byte(get(t, s, target)), &feed); err != nil {
			t.Fatal(err)
		}
		for _, it := range feed.Items {
			seen[it.ID]++
		}
		if feed.Next == "" {
			break
		}
		target = strings.TrimPrefix(feed.Next, "https://news.example.org")
	}
	if len(seen) != 23 {
		t.Errorf("reached %d stories, want 23", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
}

func TestRSSProfile(t *testing.T) {
	s, _ := desk(t, richStory(), plainStory(1))
	doc := get(t, s, rssPath)
	contains(t, doc,
		"<language>en</language>", "<ttl>15</ttl>", "<generator>Dateline 1.0</generator>", "<docs>https://www.rssboard.org/rss-specification</docs>",
		"<lastBuildDate>Mon, 04 May 2026 13:10:00 GMT</lastBuildDate>", "<width>144</width>",
		"<managingEditor>desk@example.org (World desk)</managingEditor>",
		`<title>Gandum &#x26; &#x3C;b&#x3E;kapal&#x3C;/b&#x3E; &#x26;amp; "damai"</title>`,
		"<dc:creator>Sari Dewi</dc:creator>", "<dc:creator>Budi Hartono</dc:creator>",
		"<description>Kapal gandum &amp;amp; jelai berlayar &amp;lt; lagi.</description>",
		`<guid isPermaLink="false">`, "<pubDate>Mon, 04 May 2026 13:00:00 GMT</pubDate>",
		`<source url="https://pelabuhan.example/rss">Kabar Pelabuhan</source>`,
		`<category domain="tag:dateline.invalid,2026:scheme/concept">grain</category>`, "<category>Ekonomi/Pangan</category>",
		`length="54321" type="image/jpeg"></enclosure>`,
	)
	lacks(t, doc, "<author>", "xsl", "CDATA")
	if strings.Index(doc, "<description>Kapal") > strings.Index(doc, "<content:encoded>") {
		t.Error("description stands after content:encoded")
	}
	for item := range strings.SplitSeq(doc, "<item>") {
		if strings.Count(item, "<enclosure") > 1 {
			t.Error("an item has two enclosures")
		}
	}
}

func TestAtomProfile(t *testing.T) {
	s, _ := desk(t, richStory(), plainStory(1))
	doc := get(t, s, atomPath)
	contains(t, doc,
		"<id>tag:dateline.invalid,2026:topic/grain</id>", "<updated>2026-05-04T13:10:00.", `<generator version="1.0">Dateline</generator>`,
		"<icon>https://news.example.org/icon-144.png</icon>", "<logo>https://news.example.org/logo.png</logo>", `xml:lang="en"`, `<entry xml:lang="id">`,
		`<subtitle type="text">`, `<summary type="text">`, `<content type="html">`, "<published>2026-05-04T13:00:00Z</published>",
		`<category term="UA" scheme="tag:dateline.invalid,2026:scheme/country" label="UA">`, `rel="enclosure"`, "<source>",
		"<id>https://pelabuhan.example/rss</id>",
	)
}

func TestEntriesOfOnePollHaveDistinctUpdates(t *testing.T) {
	var stories []news.Story
	for n := range 20 {
		st := plainStory(n)
		st.Updated = noon.Add(time.Hour)
		stories = append(stories, st)
	}
	s, _ := desk(t, stories...)
	entries := strings.Split(get(t, s, atomPath), "<entry")[1:]
	found := regexp.MustCompile(`<updated>(.*?)</updated>`)
	seen := map[string]bool{}
	for _, e := range entries {
		seen[found.FindStringSubmatch(e)[1]] = true
	}
	if len(seen) != 20 {
		t.Errorf("got %d distinct updates, want 20", len(seen))
	}
}

func TestUpdatedIsNeverBeforePublished(t *testing.T) {
	st := plainStory(1)
	st.Updated = st.Filed.Add(-time.Hour)
	e := newEntry(mustHead(t), st, want{})
	if e.Updated.Before(e.Published) {
		t.Errorf("updated %v before published %v", e.Updated, e.Published)
	}
}

func mustHead(t testing.TB) *masthead {
	t.Helper()
	h, err := newMasthead(testMasthead(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestJSONFeedProfile(t *testing.T) {
	s, _ := desk(t, richStory())
	var feed jsonFeed
	if err := json.Unmarshal([]byte(get(t, s, jsonPath)), &feed); err != nil {
		t.Fatal(err)
	}
	it := feed.Items[0]
	if feed.Version != "https://jsonfeed.org/version/1.1" || feed.Feed != "https://news.example.org/topics/grain.json" || feed.Language != "id" || len(feed.Authors) == 0 {
		t.Errorf("feed: got %+v", feed)
	}
	if it.Summary != "Kapal gandum & jelai berlayar < lagi." || it.Image == "" || len(it.Authors) != 2 || len(it.Attachments) != 1 || it.Attachments[0].Size != 54321 {
		t.Errorf("item: got %+v", it)
	}
	o := it.Dateline
	if o.Source.ID != "pelabuhan" || o.Original != "urn:kp:77" || len(o.Also) != 1 || o.Also[0].Outlet != "Harbour Post" || o.Revision != 7 || o.About == "" {
		t.Errorf("origin: got %+v", o)
	}
	if len(o.Match) != 2 || o.Match[0] != (reason{Topic: "grain", Rule: "concept:grain", Alias: "gandum", Sense: "alias", Field: "body", Snippet: "RAHASIA kapal gandum berlayar."}) {
		t.Errorf("match: got %+v", o.Match)
	}
}

func TestPicturesAndHeadingsInEveryFormat(t *testing.T) {
	s, _ := desk(t, richStory())
	for _, p := range []string{rssPath, atomPath} {
		contains(t, get(t, s, p), `<media:description type="plain">Kapal di dermaga.</media:description>`,
			`<media:credit role="photographer" scheme="urn:ebu">Antar/Wira</media:credit>`, `medium="image" width="1200" height="800" fileSize="54321"`)
	}
	html := contentHTML(&news.Article{Lead: richStory().Articles[0].Lead, Body: richStory().Articles[0].Body})
	contains(t, html, "<figcaption>Kapal di dermaga. <cite>Antar/Wira</cite></figcaption>", "<h2>Sejarah</h2>", "<h3>2. Perjanjian</h3>", `alt="Kapal putih"`, "<ol><li>Gandum</li>")
	contains(t, get(t, s, "/stories/"+string(storyID(9000))), html[:200], "2 tellings side by side", "Grain ships sail again", "Why it is here", `lang="id"`)
}

func TestRightsHoldEverywhere(t *testing.T) {
	rich := string(storyID(9000))
	every := []string{"/", "/topics/grain", rssPath, atomPath, jsonPath, rssPath + "?per=article", atomPath + "?lang=id", jsonPath + "?source=pelabuhan", "/topics/grain/archive/2026-05-04.atom", "/stories/" + rich,
		"/api/stories", "/api/stories?full=1&topic=grain", "/api/articles?full=1", "/api/stories/" + rich, "/api/articles/" + rich}
	later := plainStory(-60 * 24) // so that there is an archive
	body := []string{"berlayar, kata", "Perjanjian", "RAHASIA", "peta.png"}
	beyondHeadline := append(slices.Clone(body), "jelai", "kapal.jpg", "Sari Dewi", "dermaga")
	for rights, hidden := range map[news.Rights][]string{news.RightsSummary: body, news.RightsHeadline: beyondHeadline, news.RightsFull: nil} {
		t.Run(rights.String(), func(t *testing.T) {
			s, _ := desk(t, richStory(), later)
			m := testMasthead()
			m.Sources[1].Rights = rights
			s.Reload(m)
			for _, p := range every {
				doc := get(t, s, p)
				lacks(t, doc, hidden...)
				contains(t, doc, "Gandum")
			}
		})
	}
	t.Run("a source the config forgot", func(t *testing.T) {
		st := richStory()
		st.Articles[0].Source, st.Articles[0].Rights = "forgotten", news.RightsHeadline
		s, _ := desk(t, st)
		lacks(t, get(t, s, jsonPath), beyondHeadline...)
	})
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	s, m := desk(t, richStory())
	m.ledgers["pelabuhan"] = news.Ledger{Poll: news.Poll{At: noon, Failures: 3, Since: noon, Status: 401, Address: "https://u:hunter2secret@new.example/rss?token=topsecretvalue",
		Fault: `Get "https://user:hunter2secret@pelabuhan.example/rss?token=topsecretvalue": refused, session=cookiesecret`, Repairs: []string{"read https://a:hunter2secret@b.example/x?k=topsecretvalue again"}}}
	for _, p := range []string{"/", "/topics/grain", rssPath, atomPath, jsonPath, "/sources", "/api/sources", "/api/topics", "/opml", "/stories/" + string(storyID(9000)), "/api/stories/" + string(storyID(9000))} {
		lacks(t, get(t, s, p), "hunter2secret", "topsecretvalue", "cookiesecret")
	}
	contains(t, get(t, s, "/sources"), "Failing", "4 May 2026, 12:00 UTC", "3 polls in a row", "every 15 minutes", "token=…")
}

func TestSourcesTellWhatWasRepairedAndDropped(t *testing.T) {
	s, m := desk(t)
	m.ledgers["harbour"] = news.Ledger{Poll: news.Poll{At: noon, Success: noon, Due: noon.Add(time.Hour), Items: 12, Repairs: []string{"two stray ampersands"}, Dropped: news.Dropped{Empty: 2, Twice: 1}}}
	contains(t, get(t, s, "/sources"), "Working", "two stray ampersands", "2 with neither title nor text", "1 listed twice", "4 May 2026, 13:00 UTC", "Not asked yet")
}

func TestBadAddressesGetASentence(t *testing.T) {
	s, _ := desk(t, plainStory(1))
	for target, want := range map[string]int{
		rssPath + "?limit=0": 400, rssPath + "?limit=x": 400, rssPath + "?limit=1001": 400, rssPath + "?limit=+5": 400, rssPath + "?lang=english": 400, rssPath + "?lang=": 400,
		rssPath + "?after=zz": 400, rssPath + "?source=nobody": 400, rssPath + "?full=yes": 400, rssPath + "?colour=red": 400,
		rssPath + "?limit=1&limit=2": 400, rssPath + "?limit=%zz": 400, rssPath + "?a=" + strings.Repeat("b", 600): 400, "/?x=1": 400,
		"/topics/none.rss": 404, "/topics/grain.xml": 404, "/topics/": 404, "/stories/short": 404, "/stories/aaaaaaaaaaaaaaaa": 404, "/metrics": 404, "/hub": 404, "/web/base.html": 404,
	} {
		w := ask(s, "GET", target)
		if w.Code != want || len(strings.Fields(w.Body.String())) < 4 {
			t.Errorf("%s: got %d %q, want %d with a sentence", target, w.Code, w.Body, want)
		}
	}
	w := ask(s, "POST", rssPath)
	if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: got %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	page := ask(s, "GET", "/topics/<script>alert(1)</script>", "Accept", "text/html")
	lacks(t, withoutOwnScript(page.Body.String()), "<script")
}

func TestVariants(t *testing.T) {
	s, _ := desk(t, richStory(), plainStory(1))
	doc := get(t, s, jsonPath+"?lang=id")
	contains(t, doc, `"language": "id"`, "Gandum")
	lacks(t, doc, "Ship 1")
	// A reader who asks for English gets the English telling of the same story.
	contains(t, get(t, s, jsonPath+"?lang=en"), `"title": "Grain ships sail again"`, string(storyID(9000)), "Ship 1")
	lacks(t, get(t, s, jsonPath+"?full=0"), "content_html", "berlayar, kata")
	lacks(t, get(t, s, jsonPath+"?source=pelabuhan"), "Ship 1")
}

func TestExportIsCompleteAndTouchesNothingTwice(t *testing.T) {
	_, m := desk(t, richStory(), plainStory(1))
	dir := filepath.Join(t.TempDir(), "out")
	first, err := Export(t.Context(), m, testMasthead(), dir)
	if err != nil || first.Written == 0 {
		t.Fatalf("got %+v, %v", first, err)
	}
	again, err := Export(t.Context(), m, testMasthead(), dir)
	if err != nil || again.Written != 0 || again.Unchanged != first.Written {
		t.Errorf("second export: got %+v, %v; want nothing written", again, err)
	}
	for _, name := range []string{"index.html", "topics/grain/index.html", "topics/grain.rss", "topics/grain.atom", "topics/grain.json", "topics.opml", "sources/index.html", "subscribe/index.html", "style.css", "copy.js"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	link := regexp.MustCompile(`(?:href|src)="([^"#:]+)"`)
	pages := 0
	filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if strings.HasPrefix(d.Name(), ".part-") {
			t.Errorf("%s was left", name)
		}
		if filepath.Ext(name) != ".html" {
			return err
		}
		pages++
		body, _ := os.ReadFile(name)
		for _, m := range link.FindAllStringSubmatch(string(body), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
		return nil
	})
	if pages != 7 { // front, sources, how to subscribe, two topics, two stories
		t.Errorf("got %d pages, want 7", pages)
	}
	m.away = true
	if _, err := Export(t.Context(), m, testMasthead(), dir); err == nil {
		t.Error("an export without archive succeeds")
	}
}

func TestExportStaysInItsDirectory(t *testing.T) {
	_, m := desk(t)
	head := testMasthead()
	head.Topics = append(head.Topics, news.Topic{ID: "../../escape"})
	if _, err := Export(t.Context(), m, head, t.TempDir()); err == nil {
		t.Error("a topic id that leaves the directory is exported")
	}
}

func TestEveryAddressInFeedsIsAbsoluteAndHarmless(t *testing.T) {
	st := richStory()
	a := &st.Articles[0]
	for _, bad := range []string{"javascript:alert(1)", "data:text/html,x", "/relative", "//host/x", "http://", "ftp://x.example/", "https://user:pw@x.example/", "https://x.example/\" onclick=\"y"} {
		a.Link, a.Lead.Src, a.Body[0].Links[0].URL = bad, bad, bad
		s, _ := desk(t, st)
		for _, p := range []string{rssPath, atomPath, jsonPath, "/topics/grain", "/stories/" + string(st.ID)} {
			doc := get(t, s, p)
			lacks(t, doc, "javascript:", "data:text", "user:pw", "ftp:", `onclick="y`, `"//host`)
		}
	}
}

// withoutOwnScript is a page without the one script that it may have.
func withoutOwnScript(page string) string {
	return strings.Replace(page, `<script src="/copy.js" defer></script>`, "", 1)
}

func TestNoForeignScriptAndStrictPolicy(t *testing.T) {
	s, _ := desk(t, richStory())
	for _, p := range []string{"/", "/topics/grain", "/sources", "/stories/" + string(storyID(9000)), "/nothing"} {
		w := ask(s, "GET", p, "Accept", "text/html")
		h := w.Header()
		if h.Get("Content-Security-Policy") != directPolicy[0] || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cross-Origin-Opener-Policy") == "" {
			t.Errorf("%s: headers %v", p, h)
		}
		lacks(t, withoutOwnScript(w.Body.String()), "<script", "style=", "onload", "<style")
	}
}

func TestReadiness(t *testing.T) {
	s, m := desk(t)
	for _, c := range []struct {
		away  bool
		path  string
		want  int
		words string
	}{{false, "/healthz", 200, "ok"}, {false, "/readyz", 200, "ready"}, {true, "/healthz", 200, "ok"}, {true, "/readyz", 503, "cannot be read"}} {
		m.away = c.away
		if w := ask(s, "GET", c.path); w.Code != c.want || !strings.Contains(w.Body.String(), c.words) {
			t.Errorf("%s, away %v: got %d %q", c.path, c.away, w.Code, w.Body)
		}
	}
}

func TestBadMastheads(t *testing.T) {
	for _, site := range []Site{{}, {URL: "news.example"}, {URL: "ftp://news.example"}, {URL: "https://news.example", Tag: "no date"}} {
		if _, err := New(&memory{}, Masthead{Site: site}, Options{}); err == nil {
			t.Errorf("%+v is taken", site)
		}
	}
}

func ExampleServer() {
	s, err := New(&memory{}, Masthead{Site: Site{URL: "https://news.example.org"}, Topics: []news.Topic{{ID: "grain"}}}, Options{})
	if err != nil {
		panic(err)
	}
	w := ask(s, http.MethodGet, "/topics/grain.rss")
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 application/rss+xml; charset=utf-8
}
