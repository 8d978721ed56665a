package publish

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// filedAt is a story of an outlet, filed so many days before noon.
func filedAt(n, days int, source news.SourceID, langs ...string) news.Story {
	st := plainStory(n)
	st.Filed = noon.AddDate(0, 0, -days)
	st.Articles[0].Source = source
	st.Articles[0].Outlet = strings.ToUpper(string(source))
	for i, lang := range langs {
		if i > 0 {
			st.Articles = append(st.Articles, st.Articles[0])
		}
		st.Articles[i].Lang = lang
	}
	return st
}

func TestTallyCountsTheDaysToTheNewestStory(t *testing.T) {
	withdrawn := filedAt(9, 0, "gone")
	withdrawn.Withdrawn = noon
	got := newTally(mustHead(t), []news.Story{
		withdrawn, filedAt(1, 1, "harbour", "en", "id"), filedAt(2, 1, "unknown", "id"), filedAt(3, 4, "harbour", "id", "id"), filedAt(4, 30, "old", "fr"),
	})
	if got.Stories != 3 || got.Capped || !got.Last.Equal(midnight(noon.AddDate(0, 0, -1))) {
		t.Errorf("got %d stories to %v, capped %v; want 3 to the day before", got.Stories, got.Last, got.Capped)
	}
	if want := "[0 0 0 0 0 0 0 0 0 0 1 0 0 2]"; fmt.Sprint(got.Days) != want {
		t.Errorf("got days %v, want %s", got.Days, want)
	}
	if want := "[{harbour Harbour Post 4} {unknown UNKNOWN 1}]"; fmt.Sprint(got.Outlets) != want {
		t.Errorf("got outlets %v, want %s: the config's title first", got.Outlets, want)
	}
	if len(got.Langs) != 2 || got.Langs[0].Code != "id" || got.Langs[0].Count != 3 || got.Langs[1].Count != 1 {
		t.Errorf("got languages %v, want id in three stories and en in one", got.Langs)
	}
	if span := got.Span(); span != "in 14 days to 3 May" {
		t.Errorf("got %q", span)
	}
	contains(t, string(got.chart()), `aria-label="Stories a day, 20 April to 3 May: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2"`)
	if empty := newTally(mustHead(t), nil); empty.chart() != "" || empty.Span() != "" {
		t.Errorf("an empty topic has a chart %q of %q", empty.chart(), empty.Span())
	}
}

// Of a topic that is busier than what is counted, the days before are unknown,
// and a chart must not show them as days without news.
func TestTallyOfABusyTopicShowsOnlyDaysItKnows(t *testing.T) {
	var stories []news.Story
	for n := range tallyStories {
		stories = append(stories, filedAt(n, n*3/tallyStories, "harbour", "en"))
	}
	got := newTally(mustHead(t), stories)
	if !got.Capped || len(got.Days) != 3 || got.Stories != tallyStories {
		t.Errorf("got %d stories in %d days, capped %v; want %d in 3", got.Stories, len(got.Days), got.Capped, tallyStories)
	}
}

func TestTalliesAreCountedOncePerRevision(t *testing.T) {
	s, m := desk(t, plainStory(1))
	p := s.press(s.head.Load())
	count := func() *tally {
		t.Helper()
		got, err := p.tally(t.Context(), "grain")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := count()
	if again := count(); again != first {
		t.Error("a topic that did not change is counted twice")
	}
	m.change(func() { m.stories = append(m.stories, plainStory(2)) })
	if got := count(); got.Stories != 2 {
		t.Errorf("after a change: got %d stories, want 2", got.Stories)
	}
}

func TestTheFrontLeadsWithWhatMostTell(t *testing.T) {
	picture := &figureView{Src: "https://a.example/x.png"}
	day := func(n int) time.Time { return noon.Add(-time.Duration(n) * time.Hour) }
	cards := []card{{ID: "newest", Filed: day(0)}, {ID: "pictured", Filed: day(1), Figure: picture}, {ID: "told", Filed: day(2), Figure: picture, Others: 3}, {ID: "bare", Filed: day(3), Others: 9}, {ID: "old", Filed: day(30), Figure: picture, Others: 20}}
	lead, rest := leading(cards, map[string]bool{})
	if lead.ID != "told" || len(rest) != 4 || rest[0].ID != "newest" || rest[2].ID != "bare" {
		t.Errorf("got lead %s and %d others", lead.ID, len(rest))
	}
	led := map[string]bool{"told": true}
	if lead, _ := leading(cards, led); lead.ID != "pictured" || !led["pictured"] {
		t.Errorf("where the story that most tell leads another topic: got lead %s", lead.ID)
	}
	if lead, _ := leading([]card{cards[2], cards[4]}, led); lead.ID != "old" {
		t.Errorf("where only older stories lead no other topic: got lead %s", lead.ID)
	}
	if lead, _ := leading(cards[2:3], led); lead.ID != "told" {
		t.Errorf("where there is no other story: got lead %s", lead.ID)
	}
	if lead, rest := leading(nil, nil); lead != nil || rest != nil {
		t.Error("a topic without stories has a lead")
	}
}
