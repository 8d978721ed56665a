package publish

import (
	"context"
	"encoding/xml"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// exportedFiles exports, and reads back what there is then.
func exportedFiles(t testing.TB, archive news.Archive, m Masthead, dir string) map[string][]byte {
	t.Helper()
	if _, err := Export(t.Context(), archive, m, dir); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err == nil {
			files[filepath.ToSlash(rel)], err = os.ReadFile(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A reader of the files finds every story exactly once by following
// prev-archive, has a page for each, and is never sent where only a server
// could answer.
func TestExportHasTheWholeHistory(t *testing.T) {
	stories := days(map[int]int{1: 3, 2: 230, 4: 1, 6: 260})
	_, m := desk(t, stories...)
	head := testMasthead()
	head.Site.URL = "https://files.example/deep/news/"
	files := exportedFiles(t, m, head, t.TempDir())
	found := map[string]int{}
	for at, documents := "topics/grain.atom", 0; at != ""; documents++ {
		var feed struct {
			Links []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
			Entries []struct {
				ID string `xml:"id"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(files[at], &feed); err != nil || documents > 5 {
			t.Fatalf("%s: %v", at, err)
		}
		for _, e := range feed.Entries {
			found[e.ID]++
		}
		at = ""
		for _, l := range feed.Links {
			if strings.Contains(l.Href, "?") || l.Rel == "next" || l.Rel == "hub" {
				t.Errorf("a link that only a server could answer: %v", l)
			}
			if l.Rel == "prev-archive" {
				at = strings.TrimPrefix(l.Href, head.Site.URL)
			}
		}
	}
	for i := range stories {
		if n := found[mustHead(t).tag("story", string(stories[i].ID))]; n != 1 {
			t.Errorf("story %d came %d times", i, n)
		}
		if files[fileOf(storyPath(&stories[i]))] == nil {
			t.Errorf("story %d has no page", i)
		}
	}
	lacks(t, string(files["topics/grain.json"])+string(files["topics/grain.rss"]), "next", "?after")
}

func TestPageUnderAFormerHeadlineTellsTheSame(t *testing.T) {
	_, m := desk(t, plainStory(1))
	dir := t.TempDir()
	former := fileOf(storyPath(&m.stories[0]))
	exportedFiles(t, m, testMasthead(), dir)
	m.change(func() { m.stories[0].Articles[0].Headline = "Ship sinks" })
	files := exportedFiles(t, m, testMasthead(), dir)
	now := fileOf(storyPath(&m.stories[0]))
	if former == now || string(files[former]) != string(files[now]) || !strings.Contains(string(files[former]), "Ship sinks") {
		t.Errorf("%s and %s do not tell the same", former, now)
	}
}

func TestExportTouchesOnlyWhatChanged(t *testing.T) {
	_, m := desk(t, plainStory(1), plainStory(2))
	dir := t.TempDir()
	files := exportedFiles(t, m, testMasthead(), dir)
	past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for name := range files {
		if err := os.Chtimes(filepath.Join(dir, name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	m.change(func() { m.stories[1].Articles[0].Lede = "It is late." })
	after := exportedFiles(t, m, testMasthead(), dir)
	for name, body := range after {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if same := string(body) == string(files[name]); same != info.ModTime().Equal(past) {
			t.Errorf("%s: the same bytes: %v, touched: %v", name, same, !info.ModTime().Equal(past))
		}
	}
	if page := path.Join("stories", string(storyID(1))); len(after) != len(files) || string(after[fileOf(storyPath(&m.stories[0]))]) != string(files[fileOf(storyPath(&m.stories[0]))]) {
		t.Errorf("%s changed, or the number of files", page)
	}
}

// Whatever rights leave out is in no file.
func TestRightsHoldInFiles(t *testing.T) {
	st := richStory()
	_, m := desk(t, st, plainStory(60*24*2))
	head := testMasthead()
	head.Sources[1].Rights = news.RightsHeadline
	for name, body := range exportedFiles(t, m, head, t.TempDir()) {
		for _, hidden := range []string{"berlayar", "Perjanjian", "RAHASIA", "peta.png", "jelai", "kapal.jpg", "Sari Dewi", "dermaga"} {
			if strings.Contains(string(body), hidden) {
				t.Errorf("%s has %q", name, hidden)
			}
		}
	}
}

// brittle is an archive that fails at a call.
type brittle struct {
	*memory
	left int
}

func (c *brittle) Stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	if c.left--; c.left < 0 {
		return nil, errAway
	}
	return c.memory.Stories(ctx, q)
}

// An export that breaks off leaves whole files, and no page that links to one
// that is not there.
func TestExportThatBreaksOffLeavesNoLooseEnds(t *testing.T) {
	_, m := desk(t, days(map[int]int{1: 3, 2: 3})...)
	for calls := range 40 {
		dir := t.TempDir()
		_, err := Export(t.Context(), &brittle{m, calls}, testMasthead(), dir)
		var pages int
		_ = filepath.WalkDir(dir, func(name string, d os.DirEntry, walkErr error) error {
			if strings.HasPrefix(d.Name(), ".part-") {
				t.Errorf("%s was left", name)
			}
			if filepath.Ext(name) == ".atom" {
				pages++
				body, _ := os.ReadFile(name)
				wellFormed(t, string(body))
				for _, at := range strings.Split(string(body), `rel="prev-archive" type="application/atom+xml" href="https://news.example.org/`)[1:] {
					at, _, _ = strings.Cut(at, `"`)
					if _, err := os.Stat(filepath.Join(dir, at)); err != nil {
						t.Errorf("%d calls: %s names %s, which is not there", calls, name, at)
					}
				}
			}
			return walkErr
		})
		if err == nil {
			if pages == 0 {
				t.Error("an export without feeds")
			}
			return
		}
	}
	t.Error("an export takes more than 40 listings")
}

// Files are read by everybody, so what was exported before it became private
// does not stay there.
func TestExportTakesAwayWhatBecamePrivate(t *testing.T) {
	shared, own := plainStory(1), plainStory(2)
	shared.Topics, own.Topics = []news.TopicID{"grain", "quiet"}, []news.TopicID{"quiet"}
	past := days(map[int]int{1: 2})
	for i := range past {
		past[i].Topics = []news.TopicID{"quiet"}
	}
	m := &memory{stories: append(past, shared, own), revision: 1}
	dir, open := t.TempDir(), testMasthead()
	before := exportedFiles(t, m, open, dir)
	for _, name := range []string{"topics/quiet/index.html", "topics/quiet.rss", "topics/quiet/archive/2026-05-01.atom", "sources/index.html", fileOf(storyPath(&own))} {
		if before[name] == nil {
			t.Errorf("%s is not exported while it is public", name)
		}
	}
	closed := testMasthead()
	closed.Tokens = map[news.TopicID][]string{"quiet": {openSesame}}
	closed.Access.Admin = []string{editorsKey}
	after := exportedFiles(t, m, closed, dir)
	for name, body := range after {
		if strings.Contains(name, "quiet") || strings.HasPrefix(name, "sources/") || strings.Contains(name, string(own.ID)) || strings.Contains(string(body), string(own.ID)) {
			t.Errorf("%s is left, or tells of what is private", name)
		}
	}
	if after[fileOf(storyPath(&shared))] == nil || after["topics/grain.rss"] == nil {
		t.Error("what is public still was taken away")
	}
	report, err := Export(t.Context(), m, closed, dir)
	if err != nil || report.Removed != 0 || report.Written != 0 {
		t.Errorf("once more: %v, %v", report, err)
	}
}

// What an export that was killed left behind is taken away by the next, and
// what is somebody else's, or that of an export under way, is not.
func TestExportTakesAwayWhatWasLeftUnfinished(t *testing.T) {
	_, m := desk(t, plainStory(1))
	dir := t.TempDir()
	exportedFiles(t, m, testMasthead(), dir)
	const part = ".part-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	ours := []string{part, "topics/" + part, "topics/grain/" + part, "stories/" + string(storyID(1)) + "/" + part}
	theirs := []string{".part-notes", "topics/.part-short", "elsewhere/" + part}
	if err := os.Mkdir(filepath.Join(dir, "elsewhere"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(ours, theirs...) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half of it"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	alone, release := claim(root)
	if !alone && runtime.GOOS == "linux" {
		t.Fatal("nobody exports, and it is not told")
	}
	if !alone {
		t.Skip("this system does not tell whether another export is under way")
	}
	files := exportedFiles(t, m, testMasthead(), dir)
	for _, name := range append(ours, theirs...) {
		if files[name] == nil {
			t.Errorf("%s was taken from an export under way", name)
		}
	}
	release()
	files = exportedFiles(t, m, testMasthead(), dir)
	for _, name := range ours {
		if files[name] != nil {
			t.Errorf("%s was left", name)
		}
	}
	for _, name := range theirs {
		if files[name] == nil {
			t.Errorf("%s was taken away", name)
		}
	}
}

// Where the newest day has few stories, files have as many as a feed has
// elsewhere.
func TestExportedFeedsHaveTheUsualLength(t *testing.T) {
	_, m := desk(t, days(map[int]int{1: 30, 2: 60, 6: 5})...)
	files := exportedFiles(t, m, testMasthead(), t.TempDir())
	for name, mark := range map[string]string{"topics/grain.rss": "<item>", "topics/grain.json": `"date_published"`} {
		if got := strings.Count(string(files[name]), mark); got != news.DefaultLimit {
			t.Errorf("%s has %d stories, want %d", name, got, news.DefaultLimit)
		}
	}
}
