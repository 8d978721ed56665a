package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"dateline/news"
)

func emptyArchive(t *testing.T, s news.Store) {
	wantRevision(t, s, "", 0)
	wantRevision(t, s, "x", 0)
	if _, err := s.Story(t.Context(), "nobody"); !errors.Is(err, news.ErrNotFound) {
		t.Errorf("unknown story: got %v, want ErrNotFound", err)
	}
	wantList(t, "stories", list(t, s, news.Query{}), nil)
	wantList(t, "claimed", sources(claim(t, s, noon, 10)), nil)
	if got := collect(t, s.Changes(t.Context(), 0)); len(got) != 0 {
		t.Errorf("changes of nothing: %v", got)
	}
	if got := collect(t, s.Articles(t.Context(), time.Time{})); len(got) != 0 {
		t.Errorf("articles of nothing: %v", got)
	}
	got, err := s.Ledgers(t.Context())
	check(t, err)
	if len(got) != 0 {
		t.Errorf("ledgers of nobody: %v", got)
	}
}

func quietPollLeavesTheRevisionAlone(t *testing.T, s news.Store) {
	rev := commit(t, s, story(1, "x"))
	enrol(t, s, "a")
	l := claimOne(t, s, noon)
	l.Poll.Due = noon.Add(time.Hour)
	got, err := s.Commit(t.Context(), news.Intake{Ledger: l, Articles: []news.Article{article(2)}, Base: 77, At: noon})
	check(t, err)
	if got != rev {
		t.Errorf("a quiet poll answered revision %d, want the present %d", got, rev)
	}
	wantRevision(t, s, "", rev)
	wantRevision(t, s, "x", rev)
}

func staleBaseSavesNothing(t *testing.T, s news.Store) {
	rev := commit(t, s, story(1, "x"))
	enrol(t, s, "a")
	l := claimOne(t, s, noon)
	l.Poll = news.Poll{Due: noon.Add(time.Hour), Status: 200}
	for _, base := range []news.Revision{rev - 1, rev + 1} {
		in := news.Intake{Ledger: l, Articles: []news.Article{article(2)}, Stories: []news.Story{story(2, "x")}, Base: base, At: noon}
		if _, err := s.Commit(t.Context(), in); !errors.Is(err, news.ErrStale) {
			t.Errorf("base %d of %d: got %v, want ErrStale", base, rev, err)
		}
	}
	wantUntouched(t, s, rev)
	// The lease is as good as before, with the right base.
	got, err := s.Commit(t.Context(), news.Intake{Ledger: l, Stories: []news.Story{story(2, "x")}, Base: rev, At: noon})
	check(t, err)
	if got != rev+1 {
		t.Errorf("got revision %d, want %d", got, rev+1)
	}
}

func lostLeaseSavesNothing(t *testing.T, s news.Store) {
	rev := commit(t, s, story(1, "x"))
	enrol(t, s, "a")
	slow := claimOne(t, s, noon)
	claimOne(t, s, noon.Add(lease))
	slow.Poll.Status = 200
	in := news.Intake{Ledger: slow, Articles: []news.Article{article(2)}, Stories: []news.Story{story(2, "x")}, Base: rev, At: noon}
	if _, err := s.Commit(t.Context(), in); !errors.Is(err, news.ErrLost) {
		t.Errorf("got %v, want ErrLost", err)
	}
	wantUntouched(t, s, rev)
}

// wantUntouched finds story 1 alone, no article and no ledger of a.
func wantUntouched(t *testing.T, s news.Store, rev news.Revision) {
	t.Helper()
	wantRevision(t, s, "", rev)
	wantRevision(t, s, "x", rev)
	wantList(t, "stories", list(t, s, news.Query{}), storyIDs(1))
	if got := collect(t, s.Articles(t.Context(), time.Time{})); len(got) != 0 {
		t.Errorf("%d articles were saved", len(got))
	}
	got, err := s.Ledgers(t.Context(), "a")
	check(t, err)
	if got[0].Poll.Status != 0 {
		t.Error("the ledger was saved")
	}
}

func oneOfManyCommitsWins(t *testing.T, s news.Store) {
	base := commit(t, s, story(0))
	var mu sync.Mutex // guards won
	won := 0
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			rev, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{story(i+1, "x")}, Base: base, At: noon})
			switch {
			case err == nil && rev == base+1:
				mu.Lock()
				won++
				mu.Unlock()
			case !errors.Is(err, news.ErrStale):
				t.Errorf("got %d, %v; want ErrStale or %d", rev, err, base+1)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d commits won, want 1", won)
	}
	if got := list(t, s, news.Query{}); len(got) != 2 {
		t.Errorf("%d stories, want 2", len(got))
	}
}

func revisionsOfTopics(t *testing.T, s news.Store) {
	first := commit(t, s, story(1, "x", "y"), story(2, "z"))
	if first != 1 {
		t.Errorf("the first revision is %d, want 1", first)
	}
	second := commit(t, s, story(1, "y", "w")) // leaves x, comes to w
	third := commit(t, s, story(3))
	for topic, want := range map[news.TopicID]news.Revision{"x": second, "y": second, "w": second, "z": first, "": third, "v": 0} {
		wantRevision(t, s, topic, want)
	}
	wantList(t, "x", list(t, s, news.Query{Topic: "x"}), nil)
	wantList(t, "w", list(t, s, news.Query{Topic: "w"}), storyIDs(1))
	for n, want := range map[int]news.Revision{1: second, 2: first, 3: third} {
		st, err := s.Story(t.Context(), news.StoryID(articleID(n)))
		check(t, err)
		if st.Revision != want {
			t.Errorf("story %d is of revision %d, want %d", n, st.Revision, want)
		}
	}
}

func storiesAreReplacedWhole(t *testing.T, s news.Store) {
	commit(t, s, story(1, "x"), story(2, "x"))
	changed := story(1, "x")
	changed.Filed = noon.Add(time.Hour) // moves up
	changed.Articles[0].Headline = "Corrected"
	changed.Articles[0].Lang = "id"
	changed.Articles = append(changed.Articles, article(5))
	changed.Revision = 99 // not for the caller to say
	rev := commit(t, s, changed)
	changed.Revision = rev
	got, err := s.Story(t.Context(), changed.ID)
	check(t, err)
	if d := Same(got, changed); d != "" {
		t.Error(d)
	}
	wantList(t, "listed once, in the new place", list(t, s, news.Query{}), storyIDs(1, 2))
	wantList(t, "by the new language", list(t, s, news.Query{Langs: []string{"id"}}), storyIDs(1))
}

func lastOfTheSameIDWins(t *testing.T, s news.Store) {
	a, b := story(1, "x"), story(1, "y")
	b.Articles[0].Headline = "Second"
	old, young := article(7), article(7)
	young.Headline = "Second"
	_, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{a, story(2), b}, Articles: []news.Article{old, young}, At: noon})
	check(t, err)
	wantList(t, "stories", list(t, s, news.Query{}), storyIDs(2, 1))
	wantList(t, "x", list(t, s, news.Query{Topic: "x"}), nil)
	got, err := s.Story(t.Context(), a.ID)
	check(t, err)
	if got.Lead().Headline != "Second" {
		t.Errorf("got %q", got.Lead().Headline)
	}
	if got := collect(t, s.Articles(t.Context(), time.Time{})); len(got) != 1 || got[0].Headline != "Second" {
		t.Errorf("got articles %v", got)
	}
}

func listingIsNewestFirst(t *testing.T, s news.Store) {
	var stories []news.Story
	for n, filed := range []time.Duration{3, 1, 2, 2, 2, 4} {
		st := story(n)
		st.Filed = noon.Add(filed)
		stories = append(stories, st)
	}
	old := story(6)
	old.Filed = time.Date(1969, 7, 20, 20, 17, 0, 1, time.UTC)
	commit(t, s, append(stories, old)...)
	slices.SortFunc(stories, func(a, b news.Story) int { return -order(a, b) })
	var want []news.StoryID
	for _, st := range append(stories, old) {
		want = append(want, st.ID)
	}
	wantList(t, "by Filed, then ID, both descending", list(t, s, news.Query{}), want)
}

func order(a, b news.Story) int {
	if c := a.Filed.Compare(b.Filed); c != 0 {
		return c
	}
	if a.ID < b.ID {
		return -1
	}
	return 1
}

func listingGoesOnAfterACursor(t *testing.T, s news.Store) {
	var stories []news.Story
	for n := range 25 {
		st := story(n, "x")
		st.Filed = noon.Add(time.Duration(n/3) * time.Nanosecond) // many at the same instant
		stories = append(stories, st)
	}
	commit(t, s, stories...)
	for _, q := range []news.Query{{Limit: 4}, {Topic: "x", Limit: 4}, {Topic: "x", Langs: []string{"en", "de"}, Limit: 4}} {
		all := list(t, s, news.Query{})
		var paged []news.StoryID
		for {
			page, err := s.Stories(t.Context(), q)
			check(t, err)
			if len(page) == 0 {
				break
			}
			for _, st := range page {
				paged = append(paged, st.ID)
			}
			end := page[len(page)-1]
			q.After = news.Cursor{Filed: end.Filed, ID: end.ID}
		}
		wantList(t, fmt.Sprintf("pages of %+v", q), paged, all)
	}
	gone := news.Cursor{Filed: noon.Add(4 * time.Nanosecond), ID: "~"} // of no story
	if got, want := list(t, s, news.Query{After: gone}), 15; len(got) != want {
		t.Errorf("after the place of a story that is gone: got %d, want %d", len(got), want)
	}
}

func listingByTopicLanguageAndSource(t *testing.T, s news.Store) {
	tell := func(n int, topic news.TopicID, lang ...string) news.Story {
		st := story(n, topic)
		st.Articles = nil
		for i, l := range lang {
			a := article(n, topic)
			a.Lang, a.Source = l, news.SourceID(fmt.Sprintf("s%d", i))
			st.Articles = append(st.Articles, a)
		}
		return st
	}
	commit(t, s, tell(1, "x", "en-GB"), tell(2, "x", "pt-BR", "EN"), tell(3, "y", "zh-Hans"), tell(4, "y", "", "id", "en", "en"))
	for _, c := range []struct {
		q    news.Query
		want []news.StoryID
	}{
		{news.Query{}, storyIDs(4, 3, 2, 1)},
		{news.Query{Topic: "x"}, storyIDs(2, 1)},
		{news.Query{Topic: "nothing"}, nil},
		{news.Query{Langs: []string{"en"}}, storyIDs(4, 2, 1)},
		{news.Query{Langs: []string{"pt", "zh"}}, storyIDs(3, 2)},
		{news.Query{Langs: []string{"pt", "en"}}, storyIDs(4, 2, 1)},
		{news.Query{Topic: "x", Langs: []string{"pt"}}, storyIDs(2)},
		{news.Query{Topic: "y", Langs: []string{"pt"}}, nil},
		{news.Query{Source: "s0"}, storyIDs(4, 3, 2, 1)},
		{news.Query{Source: "s1"}, storyIDs(4, 2)},
		{news.Query{Source: "s9"}, nil},
		{news.Query{Topic: "y", Source: "s1", Langs: []string{"id"}}, storyIDs(4)},
		{news.Query{Topic: "x", Source: "s1", Langs: []string{"en"}, Limit: 5}, storyIDs(2)},
	} {
		wantList(t, fmt.Sprintf("%+v", c.q), list(t, s, c.q), c.want)
	}
}

func listingHasLimits(t *testing.T, s news.Store) {
	var stories []news.Story
	for n := range news.MaxLimit + 20 {
		stories = append(stories, story(n))
	}
	commit(t, s, stories...)
	for limit, want := range map[int]int{0: news.DefaultLimit, -1: news.DefaultLimit, 1: 1, 99: 99, news.MaxLimit + 9: news.MaxLimit} {
		if got := list(t, s, news.Query{Limit: limit}); len(got) != want {
			t.Errorf("limit %d: got %d, want %d", limit, len(got), want)
		}
	}
}

func listingFindsTheRare(t *testing.T, s news.Store) {
	var stories []news.Story
	for n := range 700 {
		st := story(n, "x")
		if n%300 == 5 {
			st.Articles[0].Lang = "mi"
		}
		stories = append(stories, st)
	}
	commit(t, s, stories...)
	want := storyIDs(605, 305, 5)
	wantList(t, "a rare language of a topic", list(t, s, news.Query{Topic: "x", Langs: []string{"mi"}}), want)
	wantList(t, "a rare language of any", list(t, s, news.Query{Langs: []string{"mi", "rw"}}), want)
	wantList(t, "the first two", list(t, s, news.Query{Topic: "x", Langs: []string{"mi"}, Limit: 2}), want[:2])
}

func changesFollowRevisions(t *testing.T, s news.Store) {
	first := commit(t, s, story(1), story(2))
	var many []news.Story
	for n := 10; n < 160; n++ {
		many = append(many, story(n))
	}
	second := commit(t, s, many...)
	third := commit(t, s, story(1, "x"))
	got := collect(t, s.Changes(t.Context(), 0))
	if len(got) != 152 {
		t.Fatalf("got %d changes, want each of 152 stories once", len(got))
	}
	for i := 1; i < len(got); i++ {
		if got[i].Revision < got[i-1].Revision {
			t.Fatalf("revision %d after %d", got[i].Revision, got[i-1].Revision)
		}
	}
	if got[0].ID != storyIDs(2)[0] || got[151].ID != storyIDs(1)[0] || got[151].Revision != third {
		t.Error("the story saved last does not come last")
	}
	for since, want := range map[news.Revision]int{first: 151, second: 1, third: 0, third + 5: 0} {
		if got := collect(t, s.Changes(t.Context(), since)); len(got) != want {
			t.Errorf("since %d: got %d, want %d", since, len(got), want)
		}
	}
}

func changesMayBeLeftEarly(t *testing.T, s news.Store) {
	commit(t, s, story(1), story(2))
	archive(t, s, article(1), article(2))
	for range s.Changes(t.Context(), 0) {
		break
	}
	for range s.Articles(t.Context(), time.Time{}) {
		break
	}
	commit(t, s, story(3)) // nothing is held
}

func articlesAreOldestFirst(t *testing.T, s news.Store) {
	for n := range 150 {
		at := n * 37 % 150
		a := article(at)
		a.Filed = noon.AddDate(0, 0, -n) // says nothing of its place
		a.Source = news.SourceID(fmt.Sprint(n % 40))
		archiveAt(t, s, noon.Add(time.Duration(at)*time.Nanosecond), a)
	}
	got := collect(t, s.Articles(t.Context(), noon.Add(20*time.Nanosecond)))
	if len(got) != 130 {
		t.Fatalf("got %d articles, want the 130 archived at or after", len(got))
	}
	for i, a := range got {
		if a.ID != articleID(20+i) {
			t.Fatalf("article %d is %s, want %s", i, a.ID, articleID(20+i))
		}
	}
}

func articleIsReplaced(t *testing.T, s news.Store) {
	a := article(1, "x")
	archive(t, s, a, article(2))
	a.Headline, a.Filed = "Corrected", noon.Add(-time.Hour)
	archiveAt(t, s, noon.Add(time.Minute), a) // and so it comes last
	got := collect(t, s.Articles(t.Context(), time.Time{}))
	if len(got) != 2 {
		t.Fatalf("got %d articles, want 2", len(got))
	}
	if d := Same(got[1], a); d != "" {
		t.Error(d)
	}
}

func articleIsFoundByID(t *testing.T, s news.Store) {
	articles := make([]news.Article, 20)
	for n := range articles {
		articles[n] = article(n)
		articles[n].Source = news.SourceID(fmt.Sprintf("outlet-%d", n)) // that Redis spreads over its shards
	}
	archive(t, s, articles...)
	for _, want := range articles {
		got, err := s.Article(t.Context(), want.ID)
		check(t, err)
		if d := Same(got, want); d != "" {
			t.Error(d)
		}
	}
	if _, err := s.Article(t.Context(), articleID(99)); !errors.Is(err, news.ErrNotFound) {
		t.Errorf("an article that is not there: %v", err)
	}
}

func iterationAllowsWriting(t *testing.T, s news.Store) {
	for n := range 100 {
		commit(t, s, story(n))
	}
	seen := map[news.StoryID]int{}
	n := 0
	for st, err := range s.Changes(t.Context(), 0) {
		check(t, err)
		seen[st.ID]++
		if n++; n <= 20 {
			commit(t, s, story(200+n))
		}
		if n == 1 { // a story not yet read moves to the end
			commit(t, s, story(99, "x"))
		}
	}
	for n := range 100 {
		if id := storyIDs(n)[0]; seen[id] == 0 {
			t.Errorf("story %d was not told", n)
		}
	}
}

func sweepKeepsWhatItIsTold(t *testing.T, s news.Store) {
	var stories []news.Story
	var articles []news.Article
	for n := range 450 {
		stories, articles = append(stories, story(n, "x")), append(articles, article(n))
	}
	commit(t, s, stories...)
	archive(t, s, articles[:430]...)
	archiveAt(t, s, noon.Add(time.Second), articles[430:]...)
	swept, err := s.Sweep(t.Context(), news.Keep{Articles: noon.Add(time.Second), Stories: stories[440].Filed})
	check(t, err)
	if want := (news.Swept{Articles: 430, Stories: 440}); swept != want {
		t.Errorf("got %+v, want %+v", swept, want)
	}
	if got := collect(t, s.Articles(t.Context(), time.Time{})); len(got) != 20 || !slices.ContainsFunc(got, func(a news.Article) bool { return a.ID == articleID(430) }) {
		t.Errorf("%d articles are left, want the 20 archived last", len(got))
	}
	for _, q := range []news.Query{{}, {Topic: "x"}, {Langs: []string{"en"}}} {
		if got := list(t, s, q); len(got) != 10 {
			t.Errorf("%+v: %d stories are left, want 10", q, len(got))
		}
	}
	if got := collect(t, s.Changes(t.Context(), 0)); len(got) != 10 {
		t.Errorf("%d changes are left, want 10", len(got))
	}
	if _, err := s.Story(t.Context(), stories[0].ID); !errors.Is(err, news.ErrNotFound) {
		t.Errorf("a forgotten story: got %v, want ErrNotFound", err)
	}
}

func sweepWithoutTimes(t *testing.T, s news.Store) {
	commit(t, s, story(1))
	archive(t, s, article(1))
	enrol(t, s, "a")
	poll(t, s, noon)
	enrol(t, s)
	swept, err := s.Sweep(t.Context(), news.Keep{})
	check(t, err)
	if swept != (news.Swept{}) {
		t.Errorf("got %+v, want nothing", swept)
	}
	wantList(t, "stories", list(t, s, news.Query{}), storyIDs(1))
	enrol(t, s, "a")
	wantList(t, "due", sources(claim(t, s, noon, 10)), nil)
}

func sweptStoriesMoveTheirTopics(t *testing.T, s news.Store) {
	rev := commit(t, s, story(1, "x"), story(100, "y"))
	_, err := s.Sweep(t.Context(), news.Keep{Stories: story(50).Filed})
	check(t, err)
	wantRevision(t, s, "y", rev)
	wantRevision(t, s, "x", rev+1) // its readers see one story less
	wantRevision(t, s, "", rev+1)
	commit(t, s, story(1, "x")) // may come again
	wantList(t, "x", list(t, s, news.Query{Topic: "x"}), storyIDs(1))
}

func filledIsWhatWasSaved(t *testing.T, s news.Store) {
	for _, want := range []map[news.TopicID]uint64{{}, {"a": 1, "b": 1<<64 - 1}, {"b": 7, "ö ": 0}, {}} {
		if len(want) > 0 {
			check(t, s.SetFilled(t.Context(), want))
		} else {
			check(t, s.SetFilled(t.Context(), nil))
		}
		got, err := s.Filled(t.Context())
		check(t, err)
		if !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	wantRevision(t, s, "", 0)
}
