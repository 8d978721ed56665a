package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

const site = "https://news.example.org"

var (
	entryID  = regexp.MustCompile(`<id>(tag:[^<]*:story/[^<]*)</id>`)
	linkForm = regexp.MustCompile(`<link rel="([^"]*)"[^>]* href="([^"]*)"`)
)

// linksOf are the addresses that the head of an Atom document names by relation.
func linksOf(doc string) map[string]string {
	head, _, _ := strings.Cut(doc, "<entry")
	links := map[string]string{}
	for _, m := range linkForm.FindAllStringSubmatch(head, -1) {
		links[m[1]] = m[2]
	}
	return links
}

// days are stories filed on days of May 2026, so many on each.
func days(counts map[int]int) []news.Story {
	var all []news.Story
	for day, count := range counts {
		for n := range count {
			st := plainStory(day*1000 + n)
			st.Filed = time.Date(2026, 5, day, 23, 59, 59, 0, time.UTC).Add(-time.Duration(n) * time.Second)
			st.Articles[0].Filed, st.Articles[0].Published, st.Articles[0].Changed, st.Updated = st.Filed, st.Filed, st.Filed, st.Filed
			all = append(all, st)
		}
	}
	return all
}

func TestArchivesReachEveryStoryOfTheDaysThatAreOver(t *testing.T) {
	s, _ := desk(t, days(map[int]int{1: 3, 2: 70, 9: 1, 10: 5, 28: 2, 29: 4})...)
	target := linksOf(get(t, s, atomPath))["prev-archive"]
	var chain []string
	reached := map[string]bool{}
	for target != "" && len(chain) < 10 {
		doc := get(t, s, strings.TrimPrefix(target, site))
		if faults := checkAtom(doc, target); len(faults) > 0 {
			t.Errorf("%s:\n%s", target, strings.Join(faults, "\n"))
		}
		links := linksOf(doc)
		if links["current"] != site+atomPath || links["self"] != target {
			t.Errorf("%s: got links %v", target, links)
		}
		want := ""
		if len(chain) > 0 {
			want = chain[len(chain)-1]
		}
		if links["next-archive"] != want {
			t.Errorf("%s: next-archive is %q, want %q", target, links["next-archive"], want)
		}
		contains(t, doc, `xmlns:fh="http://purl.org/syndication/history/1.0"`, "<fh:archive></fh:archive>", "<id>tag:dateline.invalid,2026:topic/grain</id>")
		for _, m := range entryID.FindAllStringSubmatch(doc, -1) {
			if reached[m[1]] {
				t.Errorf("%s stands in two archives", m[1])
			}
			reached[m[1]] = true
		}
		chain = append(chain, target)
		target = links["prev-archive"]
	}
	var want []string
	for _, day := range []string{"28", "10", "09", "02", "01"} {
		want = append(want, site+"/topics/grain/archive/2026-05-"+day+".atom")
	}
	if !slices.Equal(chain, want) {
		t.Errorf("got the chain %v, want %v", chain, want)
	}
	if len(reached) != 3+70+1+5+2 {
		t.Errorf("reached %d stories, want 81", len(reached))
	}
}

func TestAnArchiveStaysAsItIsWhileNewsComes(t *testing.T) {
	s, m := desk(t, days(map[int]int{1: 3, 2: 2, 4: 1})...)
	path := "/topics/grain/archive/2026-05-01.atom"
	was := ask(s, "GET", path)
	if was.Code != 200 || was.Header().Get("Cache-Control") != "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800" {
		t.Fatalf("got %d %v", was.Code, was.Header())
	}
	m.change(func() { m.stories = append(m.stories, days(map[int]int{5: 40, 6: 1})...) })
	if got := ask(s, "GET", path, "If-None-Match", was.Header().Get("ETag")); got.Code != 304 {
		t.Errorf("after news of later days: got %d, want 304", got.Code)
	}
	m.change(func() { m.stories[0].Withdrawn = noon.AddDate(0, 0, 9) })
	contains(t, get(t, s, path)+get(t, s, "/topics/grain/archive/2026-05-02.atom")+get(t, s, "/topics/grain/archive/2026-05-04.atom"), "<at:deleted-entry ")
}

func TestNoArchiveOfADayThatIsNotOverOrEmpty(t *testing.T) {
	s, _ := desk(t, days(map[int]int{1: 1, 4: 1})...)
	for path, want := range map[string]int{
		"2026-05-01.atom": 200, "2026-05-04.atom": 404, "2026-05-05.atom": 404, "2026-05-02.atom": 404, "2025-01-01.atom": 404,
		"2026-05-01.rss": 404, "2026-5-1.atom": 404, "2026-02-30.atom": 404, "x": 404, "2026-05-01.atom?limit=3": 400, "../../../etc/passwd": 404, "9999-99-99.atom": 404,
	} {
		w := ask(s, "GET", "/topics/grain/archive/"+path)
		if w.Code != want {
			t.Errorf("%s: got %d %s, want %d", path, w.Code, w.Body, want)
		}
	}
	empty, _ := desk(t)
	if w := ask(empty, "GET", "/topics/grain/archive/2026-05-01.atom"); w.Code != 404 {
		t.Errorf("an empty topic: got %d", w.Code)
	}
	lacks(t, get(t, empty, atomPath), "archive")
	one, _ := desk(t, days(map[int]int{1: 4})...)
	lacks(t, get(t, one, atomPath), "archive")
}

func TestExportedFeedsAreTheServedBytes(t *testing.T) {
	s, m := desk(t, append(days(map[int]int{1: 3, 2: 2}), richStory(), plainStory(1))...)
	dir := t.TempDir()
	if _, err := Export(t.Context(), m, testMasthead(), dir); err != nil {
		t.Fatal(err)
	}
	paths := []string{rssPath, atomPath, jsonPath, "/topics/quiet.atom", "/style.css"}
	for _, day := range []string{"01", "02"} {
		paths = append(paths, fmt.Sprintf("/topics/grain/archive/2026-05-%s.atom", day))
	}
	for _, p := range paths {
		held, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(p)))
		if err != nil {
			t.Error(err)
		} else if got := get(t, s, p); got != string(held) {
			t.Errorf("%s: the file is not what is served", p)
		}
	}
}

func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{"topics/grain/archive/2026-05-01.atom", "topics/grain.rss", "stories/aaaaaaaaaaaaaaaa/x", "topics/grain/archive/", "api/stories/\x00", "topics/grain.atom.json"} {
		f.Add(seed, "limit=3")
		f.Add(seed, "")
	}
	m := &memory{stories: append(days(map[int]int{1: 2, 2: 2}), richStory()), revision: 1}
	s, err := New(m, testMasthead(), Options{MaxCache: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		head := s.head.Load()
		req, err := head.route("/"+path, query, pass{})
		if err != nil {
			if _, ok := err.(fault); !ok || err.Error() == "" {
				t.Fatalf("%q is refused without a sentence: %v", path, err)
			}
			return
		}
		doc, err := s.current(t.Context(), head, req, -1)
		if err == nil && (len(doc.body) == 0 || doc.mediaType == "" || doc.key != req.key) {
			t.Errorf("%q?%q gives %d bytes of %q", path, query, len(doc.body), doc.mediaType)
		}
	})
}
