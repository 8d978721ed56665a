package stories

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// told is an article of the labelled set: those with one event tell of it in
// words and languages of their own.
type told struct {
	ID, Event, Lang, Headline, Body string
	Hours                           int
}

func tellings(t testing.TB) []told { return toldIn(t, "events.jsonl") }

func toldIn(t testing.TB, name string) []told {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []told
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var x told
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		list = append(list, x)
	}
	return list
}

func (x told) article() news.Article {
	a := article(x.ID, x.Headline, x.Body)
	a.Lang, a.Filed = x.Lang, noon.Add(time.Duration(x.Hours)*time.Hour)
	a.Topics = []news.TopicID{"all"}
	return a
}

// TestEventsAreToldOnce keeps the score on events that several languages tell,
// among others of the same people and places: precision first.
func TestEventsAreToldOnce(t *testing.T) {
	ix := New(Options{})
	held := map[news.StoryID]news.Story{}
	list := tellings(t)
	story := map[string]news.StoryID{}
	for _, x := range list {
		story[x.ID] = place(ix, held, x.article())
	}
	right, wrong, missed := 0, 0, 0
	for i, x := range list {
		for _, y := range list[:i] {
			switch same, want := story[x.ID] == story[y.ID], x.Event == y.Event; {
			case same && want:
				right++
			case same:
				wrong++
				t.Logf("joined: %s | %s", x.Headline, y.Headline)
			case want:
				missed++
				t.Logf("apart: %s | %s", x.Headline, y.Headline)
			}
		}
	}
	precision, recall := float64(right)/float64(max(1, right+wrong)), float64(right)/float64(right+missed)
	t.Logf("%d articles: precision %.3f, recall %.3f of pairs", len(list), precision, recall)
	if precision < floorEventPrecision || recall < floorEventRecall {
		t.Errorf("precision %.3f, recall %.3f; want %.3f, %.3f", precision, recall, floorEventPrecision, floorEventRecall)
	}
}

// The scores that may not fall. At the first try the set stood at precision
// 1.0 and recall 0.71.
const (
	floorEventPrecision = 1.0
	floorEventRecall    = 0.95
)

// TestTheNextNewsOfAMatterIsNoTelling holds short items apart that name the same
// people and places hours later. Most of those that tell of one event stay apart
// as well: names alone do not say which it is.
func TestTheNextNewsOfAMatterIsNoTelling(t *testing.T) {
	ix, held, story := New(Options{}), map[news.StoryID]news.Story{}, map[string]news.StoryID{}
	right := 0
	list := toldIn(t, "short.jsonl")
	for i, x := range list {
		story[x.ID] = place(ix, held, x.article())
		for _, y := range list[:i] {
			switch same := story[x.ID] == story[y.ID]; {
			case same && x.Event == y.Event:
				right++
			case same:
				t.Errorf("joined: %s | %s", x.Headline, y.Headline)
			}
		}
	}
	if len(list) < 20 || right == 0 {
		t.Errorf("%d pairs of %d items are joined, want some of 20", right, len(list))
	}
}

func TestNamesSoundAlikeInAllScripts(t *testing.T) {
	for _, c := range []struct {
		words []string
		same  bool
	}{
		{[]string{"Zelensky", "Selenskyj", "Зеленского", "Зеленський", "زيلينسكي", "젤렌스키", "ज़ेलेंस्की", "ゼレンスキー"}, true},
		{[]string{"Brandsma", "Брандсма", "Брандсмы"}, true},
		{[]string{"Petkanov", "Петканов", "Πετκάνοφ"}, true},
		{[]string{"Cardoso", "Καρντόσο", "Кардозу"}, true},
		{[]string{"Kardousi", "الكردوسي", "والكردوسي"}, true},
		{[]string{"Thorsen", "Marigold"}, false},
		{[]string{"Brackwater", "Harrowgate"}, false},
	} {
		for _, w := range c.words[1:] {
			if got := skeleton(w) == skeleton(c.words[0]); got != c.same {
				t.Errorf("%s (%s) sounds like %s (%s): got %v, want %v", w, skeleton(w), c.words[0], skeleton(c.words[0]), got, c.same)
			}
		}
	}
}

func TestCompareNamesWhatMakesAnEvent(t *testing.T) {
	list := tellings(t)
	a, b, later := list[0].article(), list[1].article(), list[4].article()
	if e := Compare(&a, &b); !e.Same || e.Reason != ReasonEvent || !slices.Contains(e.Names, "214") || !slices.Contains(e.Names, "Marigold") {
		t.Errorf("got %+v", e)
	}
	if e := Compare(&a, &later); e.Same || !strings.Contains(e.Verdict, "too little for one event") {
		t.Errorf("got %+v", e)
	}
}

func TestEventNeedsTopicDayAndMore(t *testing.T) {
	list := tellings(t)
	base := list[0].article()
	for name, c := range map[string]struct {
		options Options
		change  func(*news.Article)
		want    bool
	}{
		"as it came":       {Options{}, func(*news.Article) {}, true},
		"of another topic": {Options{}, func(a *news.Article) { a.Topics = []news.TopicID{"other"} }, false},
		"two days later":   {Options{}, func(a *news.Article) { a.Filed = noon.Add(48 * time.Hour) }, false},
		"a page of posts":  {Options{}, func(a *news.Article) { a.Kind = news.KindLive }, false},
		"with other figures": {Options{}, func(a *news.Article) {
			a.Headline, a.Body = "Fähre vor Lindal", []news.Block{{Text: "Die „Marigold“ hatte 96 Fahrgäste und 12 Wagen an Bord, sagte Tove Brandsma."}}
		}, false},
		"events are left apart":      {joining(news.JoinCopies, "src-e01", "src-e02"), func(*news.Article) {}, false},
		"a source that stands alone": {joining(news.JoinNothing, "src-e02"), func(*news.Article) {}, false},
		"beside such a source":       {joining(news.JoinNothing, "src-e01"), func(*news.Article) {}, false},
	} {
		ix := New(c.options)
		st := Open(base)
		ix.Learn(&st)
		a := list[1].article()
		c.change(&a)
		if found, ok := ix.Find(&a); ok != c.want || ok && (found.Reason != ReasonEvent || found.Story != st.ID) {
			t.Errorf("%s: got %+v, %v, want %v", name, found, ok, c.want)
		}
	}
}

// joining has some sources join in one way.
func joining(how news.Joining, ids ...news.SourceID) Options {
	return Options{Joining: func(id news.SourceID) news.Joining {
		if slices.Contains(ids, id) {
			return how
		}
		return news.JoinEvents
	}}
}

func TestNamesThatManyStoriesShareMakeNoEvent(t *testing.T) {
	ix := New(Options{})
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		a := article(name, "Report "+name, "On the ferry Marigold off Lindal the chief Brandsma spoke to Petkanov of matter "+name+".")
		a.Topics = []news.TopicID{"all"}
		st := Open(a)
		ix.Learn(&st)
	}
	a := article("x", "Later", "On board the Marigold at Lindal it was said that Brandsma would leave, and Petkanov too.")
	a.Topics = []news.TopicID{"all"}
	if found, ok := ix.Find(&a); ok {
		t.Errorf("got %+v", found)
	}
}

func TestAloneSourceKeepsItsIdentity(t *testing.T) {
	ix := New(joining(news.JoinNothing, "src-copy"))
	base := article("base", "Ferry waits for the tide", ferry)
	base.Link = "https://coast.example/ferry"
	st := Open(base)
	ix.Learn(&st)
	if found, ok := ix.Find(&news.Article{ID: "copy", Source: "src-copy", Headline: "Ferry aground", Body: []news.Block{{Text: ferryEdited}}, Filed: noon}); ok {
		t.Errorf("a copy is joined: %+v", found)
	}
	for _, a := range []news.Article{base, {ID: "other", Source: "src-base", Link: base.Link, Headline: "Corrected", Filed: noon}} {
		if found, ok := ix.Find(&a); !ok || found.Story != st.ID {
			t.Errorf("%s is not known again: %+v", a.ID, found)
		}
	}
}

// A run of groups of digits may be as long as the text. It is read piece by
// piece, of which each counts among the words of the head.
func TestEndlessNumberIsNoFigure(t *testing.T) {
	a := news.Article{Headline: "Count goes on", Lang: "en", Lede: "They counted to 1" + strings.Repeat(",111", 1000) + " at Brandenburg."}
	if h := readHead(&a, true); len(h.figures) > 0 || len(h.names) > 0 {
		t.Errorf("the head has %v, want neither a figure nor what stands behind so many", h.terms)
	}
}

func FuzzHead(f *testing.F) {
	for _, x := range tellings(f)[:12] {
		f.Add(x.Headline+"\n"+x.Body, x.Lang)
	}
	f.Add("1.\u202f000 \xff\u202f", "de")
	f.Fuzz(func(t *testing.T, text, lang string) {
		a := article("a", text, text)
		a.Lang = lang
		h := readHead(&a, true)
		if !h.share(&h, nil).apart && len(h.names) > 2*headWords {
			t.Errorf("%d names of %d words", len(h.names), headWords)
		}
		if e := Compare(&a, &a); e.Reason != ReasonUpdate {
			t.Errorf("an article is not itself: %+v", e)
		}
	})
}

// TestAnEventIsSoughtAmongLeads holds what a search touches to the names of the
// article, however many articles tell the stories that have them.
func TestAnEventIsSoughtAmongLeads(t *testing.T) {
	ix := New(Options{})
	base := tellings(t)[0].article()
	for s := range 3 {
		st := news.Story{ID: news.StoryID(fmt.Sprint("s", s))}
		for i := range 200 {
			a := base
			a.ID, a.Link = news.ArticleID(fmt.Sprint(s, "-", i)), ""
			a.Body = append(slices.Clone(base.Body), news.Block{Text: fmt.Sprint("Telling number ", s, i, " of the Marigold.")})
			st.Articles = append(st.Articles, a)
		}
		ix.Learn(&st)
	}
	a := tellings(t)[1].article()
	h := readHead(&a, false)
	if leads := ix.sharers(&h); len(leads) != 3 || len(ix.touched) != 3 {
		t.Errorf("%d articles were touched for %d leads, want the three leads", len(ix.touched), len(leads))
	}
}

func TestAStoryIsFoundByItsLead(t *testing.T) {
	ix := New(Options{})
	list := tellings(t)
	told, other := list[0].article(), article("vines", "Early shears", vines)
	other.Topics = told.Topics
	a := list[1].article()
	for _, step := range []struct {
		articles []news.Article
		want     bool
	}{
		{[]news.Article{other, told}, false}, {[]news.Article{told, other}, true}, {[]news.Article{other}, false}, {[]news.Article{told}, true},
	} {
		ix.Learn(&news.Story{ID: "s", Articles: step.articles})
		if _, ok := ix.Find(&a); ok != step.want {
			t.Errorf("led by %s: found %v, want %v", step.articles[0].ID, ok, step.want)
		}
	}
	// The lead moves into another story; the rest is led by who is left.
	ix.Learn(&news.Story{ID: "s", Articles: []news.Article{told, other}})
	ix.Learn(&news.Story{ID: "t", Articles: []news.Article{told}})
	if found, ok := ix.Find(&a); !ok || found.Story != "t" {
		t.Errorf("got %+v, %v, want the story that it moved to", found, ok)
	}
	ix.Forget(noon.Add(time.Hour))
	if n := len(ix.names.of) + len(ix.postings.of); n > 0 {
		t.Errorf("%d names and shingles stay", n)
	}
}
