package publish

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAWithdrawnStoryIsGoneEverywhereAndNamedToReaders(t *testing.T) {
	s, m := desk(t, richStory(), plainStory(1))
	id := "tag:dateline.invalid,2026:story/" + string(storyID(9000))
	page, api := "/stories/"+string(storyID(9000)), "/api/stories/"+string(storyID(9000))
	was := ask(s, "GET", atomPath)
	get(t, s, page)
	lacks(t, was.Body.String(), nsTombstones)
	m.change(func() { m.stories[0].Withdrawn = noon.Add(3 * time.Hour) })

	atom := ask(s, "GET", atomPath)
	contains(t, atom.Body.String(), `xmlns:at="http://purl.org/atompub/tombstones/1.0"`,
		`<at:deleted-entry ref="`+id+`" when="2026-05-04T15:00:00Z">`, "<updated>2026-05-04T15:00:00Z</updated>", "Ship 1")
	if atom.Header().Get("ETag") == was.Header().Get("ETag") || atom.Header().Get("Last-Modified") != "Mon, 04 May 2026 15:00:00 GMT" {
		t.Errorf("validators: %v", atom.Header())
	}
	var feed jsonFeed
	if err := json.Unmarshal([]byte(get(t, s, jsonPath)), &feed); err != nil {
		t.Fatal(err)
	}
	if len(feed.Items) != 1 || len(feed.Dateline.Gone) != 1 || feed.Dateline.Gone[0] != (jsonWithdrawn{id, "2026-05-04T15:00:00Z"}) {
		t.Errorf("JSON Feed: got %d items, withdrawn %v", len(feed.Items), feed.Dateline.Gone)
	}
	for _, p := range []string{"/", "/topics/grain", rssPath, atomPath, jsonPath, atomPath + "?lang=en", atomPath + "?per=article"} {
		lacks(t, get(t, s, p), "Gandum", "Kabar", "Grain ships", "pelabuhan.example", "kapal")
	}
	contains(t, get(t, s, atomPath+"?per=article"), `ref="tag:dateline.invalid,2026:article/x"`, `ref="tag:dateline.invalid,2026:article/`+string(storyID(9000))+`"`)
	for _, p := range []string{page, api} {
		if w := ask(s, "GET", p); w.Code != 410 || strings.Contains(w.Body.String(), "Gandum") {
			t.Errorf("%s: got %d %s", p, w.Code, w.Body)
		}
	}
	m.change(func() { m.away = true })
	if w := ask(s, "GET", page); strings.Contains(w.Body.String(), "Gandum") {
		t.Error("the withdrawn page comes back while the archive is away")
	}
}

func TestDocumentsWithTombstonesKeepTheRulesOfTheirFormats(t *testing.T) {
	st := richStory()
	st.Withdrawn = noon.Add(3 * time.Hour)
	s, _ := desk(t, st, plainStory(1))
	const base = "https://news.example.org"
	for _, q := range []string{"", "?per=article", "?limit=1"} {
		faults := checkRSS(get(t, s, rssPath+q), base+rssPath+q)
		faults = append(faults, checkAtom(get(t, s, atomPath+q), base+atomPath+q)...)
		faults = append(faults, checkJSON(get(t, s, jsonPath+q), base+jsonPath+q)...)
		if len(faults) > 0 {
			t.Errorf("%s:\n%s", q, strings.Join(faults, "\n"))
		}
	}
}

func TestWhatIsWithdrawnLeavesTheNextExport(t *testing.T) {
	_, m := desk(t, richStory(), plainStory(1))
	dir := t.TempDir()
	if _, err := Export(t.Context(), m, testMasthead(), dir); err != nil {
		t.Fatal(err)
	}
	gone := filepath.Join(dir, "stories", string(storyID(9000)))
	if _, err := os.Stat(gone); err != nil {
		t.Fatal(err)
	}
	m.stories[0].Withdrawn = noon.Add(3 * time.Hour)
	report, err := Export(t.Context(), m, testMasthead(), dir)
	if err != nil || report.Removed != 1 || !strings.Contains(report.String(), "1 withdrawn") {
		t.Errorf("got %+v, %v", report, err)
	}
	if _, err := os.Stat(gone); err == nil {
		t.Error("the page is still there")
	}
	if again, err := Export(t.Context(), m, testMasthead(), dir); err != nil || again.Removed != 0 || again.Written != 0 {
		t.Errorf("another export: got %+v, %v", again, err)
	}
}
