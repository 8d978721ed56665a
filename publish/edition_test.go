package publish

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dateline/news"
)

// gated is an archive whose listings wait until they are let through.
type gated struct {
	*memory
	gate  chan struct{}
	lists atomic.Int32
}

func (g *gated) Stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	if q.Limit > 1 { // a listing, not a look for the next page or an archive
		g.lists.Add(1)
	}
	<-g.gate
	return g.memory.Stories(ctx, q)
}

func TestFirstRequestsAtOnceShareOneRendering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gated{memory: &memory{stories: []news.Story{plainStory(1)}, revision: 1}, gate: make(chan struct{})}
		s, err := New(g, testMasthead(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() { get(t, s, atomPath) })
		}
		synctest.Wait() // all have asked, and none is answered
		close(g.gate)
		wg.Wait()
		if n := g.lists.Load(); n != 1 {
			t.Errorf("32 requests at once list the stories %d times, want once", n)
		}
	})
}

func TestAnEntryIsTheSameInEveryDocument(t *testing.T) {
	rich := richStory()
	rich.Updated = noon.Add(2 * time.Hour)
	stories := []news.Story{rich}
	for n := range 30 {
		st := plainStory(n)
		st.Updated = rich.Updated
		stories = append(stories, st)
	}
	s, _ := desk(t, stories...)
	entry := regexp.MustCompile(`(?s)<entry.*?</entry>|<item>.*?</item>`)
	for _, path := range []string{atomPath, rssPath} {
		seen := map[string]string{}
		for _, query := range []string{"", "?limit=1", "?limit=3", "?limit=1000"} {
			for _, text := range entry.FindAllString(get(t, s, path+query), -1) {
				id, _, _ := strings.Cut(text[strings.Index(text, ":story/"):], "<")
				if was := seen[id]; was != "" && was != text {
					t.Errorf("%s%s tells %s in other words than before", path, query, id)
				}
				seen[id] = text
			}
		}
	}
}

func TestLastModifiedMovesWithTheBytesOnly(t *testing.T) {
	s, m := desk(t, richStory(), plainStory(1))
	modified := func(path string) string { return ask(s, "GET", path).Header().Get("Last-Modified") }
	was, front := modified(atomPath), modified(jsonPath)
	s.Reload(testMasthead())
	if got := modified(atomPath); got != was {
		t.Errorf("the same bytes after a reload: got %s, want %s", got, was)
	}
	head := testMasthead()
	head.Topics[0].Title = "Corn"
	s.Reload(head)
	if got := modified(atomPath); got == was {
		t.Error("a new title leaves Last-Modified")
	}
	was = modified(jsonPath)
	if was == front {
		t.Error("a new title leaves Last-Modified of JSON Feed")
	}
	m.change(func() { m.stories = m.stories[:1] })
	if got := modified(jsonPath); got == was {
		t.Error("a swept story leaves Last-Modified")
	}
	again, err := New(m, testMasthead(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	other, _ := New(m, testMasthead(), Options{})
	if a, b := ask(again, "GET", atomPath).Header(), ask(other, "GET", atomPath).Header(); a.Get("Last-Modified") != b.Get("Last-Modified") || a.Get("ETag") != b.Get("ETag") {
		t.Errorf("two starts differ: %v and %v", a, b)
	}
}

func TestIDsWithKeysAreNotTold(t *testing.T) {
	h := mustHead(t)
	for guid, want := range map[string]string{
		"urn:kp:77":                               "urn:kp:77",
		"https://a.example/?p=7":                  "https://a.example/?p=7",
		"https://a.example/?p=7&token=abc":        "",
		"https://u:pw@a.example/7":                "https://a.example/7",
		"tag:topsecretvalue/7":                    "",
		"https://pelabuhan.example/hunter2secret": "",
	} {
		if got := h.originalID(&news.Article{Source: "pelabuhan", GUID: guid}); got != want {
			t.Errorf("%s: got %q, want %q", guid, got, want)
		}
	}
}
