package stories

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// article makes one whose ID is its name; paragraphs are apart by " | ".
func article(name, headline, body string) news.Article {
	a := news.Article{ID: news.ArticleID(name), Source: news.SourceID("src-" + name), Headline: headline, Filed: noon}
	for p := range strings.SplitSeq(body, " | ") {
		a.Body = append(a.Body, news.Block{Text: p})
	}
	return a
}

const ferry = "A ferry with sixty passengers ran onto a sandbank outside Port Lowen early on Friday and waited five hours for the tide. | " +
	"Nobody was hurt, the coast guard said, and most of the passengers slept through the landing. | " +
	"The captain had followed a buoy that a storm had carried half a mile to the east, according to the harbour office. | " +
	"Divers are to inspect the hull before the vessel sails again, and the line has hired a smaller boat for the weekend."

const ferryShort = "A ferry with sixty passengers ran onto a sandbank outside Port Lowen early on Friday and waited five hours for the tide. | " +
	"Nobody was hurt, the coast guard said."

const ferryEdited = "A ferry carrying sixty passengers ran onto a sandbank outside Port Lowen early on Friday and waited five hours for the tide to rise. | " +
	"Nobody was hurt, the coast guard reported, and most of the passengers slept through the landing. | " +
	"The captain had followed a buoy that a storm had carried half a mile to the east, the harbour office said."

const vines = "Winegrowers on the northern slopes have begun to prune three weeks earlier than their fathers did, because the winters are shorter. | " +
	"A cooperative near Saint Orlan keeps diaries that reach back to the last century, and they leave little doubt about it. | " +
	"The young vines suffer most, since a warm February wakes them and a cold April punishes them."

func indexed(articles ...news.Article) (*Index, map[news.StoryID]news.Story) {
	ix := New(Options{})
	held := map[news.StoryID]news.Story{}
	for _, a := range articles {
		place(ix, held, a)
	}
	return ix, held
}

func place(ix *Index, held map[news.StoryID]news.Story, a news.Article) news.StoryID {
	st := Open(a)
	if f, ok := ix.Find(&a); ok {
		st, _ = Join(held[f.Story], a)
	}
	held[st.ID] = st
	ix.Learn(&st)
	return st.ID
}

func TestFindTellsWhy(t *testing.T) {
	base := article("base", "Ferry waits for the tide", ferry)
	base.Link = "https://coast.example/news/ferry-7712345?utm_source=feed"
	ix, _ := indexed(base, article("vines", "Early shears", vines))
	front := article("front", "Welcome", "Something else entirely is said here.")
	front.Link = "https://coast.example/"
	sameLink := article("link", "Another headline", "Another text.")
	sameLink.Link = "https://coast.example/news/ferry-7712345"
	second := article("second", "Second", "Of the front page, too.")
	second.Link = "https://coast.example"
	stSecond := Open(second)
	ix.Learn(&stSecond)
	numbered := article("numbered", "When the water comes", "Another text again.")
	numbered.Link = "https://m.coast.example/sea/when-the-water-comes-7712345?utm_source=x"
	korean := "두 도시를 잇는 새 다리가 월요일 아침 문을 열었다"
	for _, c := range []struct {
		name string
		a    news.Article
		want Reason
	}{
		{"the article itself, rewritten", article("base", "Corrected", vines), ReasonUpdate},
		{"the same address", sameLink, ReasonLink},
		{"the front page is no address", front, ""},
		{"the number in the address", numbered, ReasonLink},
		{"the same words under another headline", article("x", "Passengers sleep through it", ferry), ReasonText},
		{"an edited copy", article("x", "Ferry aground", ferryEdited), ReasonCopy},
		{"an abridged copy", article("x", "Ferry aground", ferryShort), ReasonCopy},
		{"other news", article("x", "Bridge", korean), ""},
		{"no words at all", article("x", "", ""), ""},
	} {
		f, ok := ix.Find(&c.a)
		if ok != (c.want != "") || f.Reason != c.want || ok && (f.Story != "base" || f.With != "base") {
			t.Errorf("%s: got %+v, want %q", c.name, f, c.want)
		}
	}
}

func TestUnspacedScriptsJoin(t *testing.T) {
	full := "両市を結ぶ新しい橋が月曜日の朝に開通し、待ちわびた住民およそ三百人が歩いて渡った。橋の建設には六年かかった。"
	ix, _ := indexed(article("base", "新しい橋が開通", full))
	a := article("cut", "橋開通", "両市を結ぶ新しい橋が月曜日の朝に開通し、待ちわびた住民が歩いて渡った。")
	if f, ok := ix.Find(&a); !ok || f.Reason != ReasonCopy {
		t.Errorf("got %+v %v, want a copy", f, ok)
	}
}

func bulletin(day, a, b, c, d string) string {
	return "The central bank of Orlania set its official rates on " + day + ". One dollar costs " + a + " crowns and one euro " + b +
		" crowns, the bank said in its daily note. The pound stands at " + c + " crowns and the yen at " + d + " crowns for a hundred. " +
		"The rates apply to all payments that are settled on the next working day."
}

func TestBulletinsInOneFormStayApart(t *testing.T) {
	monday := article("mon", "Official rates", bulletin("Monday", "41.20", "47.10", "53.66", "27.01"))
	tuesday := article("tue", "Official rates", bulletin("Tuesday", "42.75", "48.93", "54.18", "28.40"))
	copied := article("copy", "Crown rates", bulletin("Monday", "41.20", "47.10", "53.66", "27.01"))
	ix, _ := indexed(monday)
	if f, ok := ix.Find(&tuesday); ok {
		t.Errorf("another bulletin joined: %+v", f)
	}
	if _, ok := ix.Find(&copied); !ok {
		t.Error("a copy of the bulletin did not join")
	}
	e := Compare(&monday, &tuesday)
	if e.Same || e.Containment < minContainment || !strings.Contains(e.Verdict, "figures") {
		t.Errorf("got %+v, want the figures to speak against it", e)
	}
}

func TestFiguresInALongReportDoNotMakeABulletin(t *testing.T) {
	report := longOther + " | " + vines + " | " + ferry
	base := article("base", "The week", report+" It was the 14th such case since 2019, and the bill came to 3,500 crowns.")
	edited := article("edited", "The week", report[:len(report)-120]+" It was the 15th case in 8 years, and the bill was about 4,000 crowns.")
	if e := Compare(&base, &edited); !e.Same || e.CommonFigures > 0 || e.Figures < minFigures {
		t.Errorf("got %+v, want a copy in spite of its figures", e)
	}
}

func TestHouseTextDoesNotJoin(t *testing.T) {
	const house = "This service is made by the newsroom of the coast in cooperation with its readers and is free of charge for all who live there. " +
		"Write to the editor if something is wrong and we shall put it right within a day, as we have done for forty years."
	ix := New(Options{})
	for i, news := range []string{"Alpha", "Bravo", "Charlie", "Delta"} {
		a := article(fmt.Sprint("h", i), news, house+" | "+strings.Repeat(news+" ", 9))
		st := Open(a)
		ix.Learn(&st)
	}
	a := article("h9", "Echo", house+" | The mayor has opened a swimming bath.")
	if f, ok := ix.Find(&a); ok {
		t.Errorf("house text joined: %+v", f)
	}
}

func TestDigestJoinsNothing(t *testing.T) {
	ix, _ := indexed(article("ferry", "Ferry", ferryShort), article("vines", "Vines", vines))
	a := article("digest", "The week in short", ferryShort+" | "+vines+" | "+strings.Repeat("And there was something else to report from the hills this week, as follows. ", 1)+longOther)
	if f, ok := ix.Find(&a); ok {
		t.Errorf("a digest joined %+v", f)
	}
}

const longOther = "The council voted for a new roof on the market hall after eleven years of buckets. Traders will move to the square for the summer. " +
	"A school has found its lost bell in the pond, where a class had hidden it in a year that nobody wishes to name. " +
	"The choir is looking for basses. Whoever can hold a note may come on Thursday, and whoever cannot may carry the chairs."

func TestAChainOfCopiesDoesNotLeadIntoAnotherStory(t *testing.T) {
	first := article("first", "First", vines)
	bridge := article("bridge", "Bridge", ferry)
	st := Open(first)
	st, _ = Join(st, bridge) // an editor's verdict, say
	ix := New(Options{})
	ix.Learn(&st)
	a := article("far", "Ferry aground", ferryShort)
	if f, ok := ix.Find(&a); ok {
		t.Errorf("got %+v, want no story: it resembles nothing of the lead", f)
	}
}

func TestForgetGivesEverythingBack(t *testing.T) {
	ix, _ := indexed(article("a", "Ferry", ferry), article("b", "Ferry aground", ferryEdited), article("c", "Vines", vines))
	ix.Forget(noon.Add(time.Second))
	if ix.Len() != 0 || len(ix.postings.of) != 0 || len(ix.articles) != 0 || len(ix.links) != 0 || len(ix.sums) != 0 || ix.spent != 0 {
		t.Errorf("something stayed: %d stories, %d shingles, %d articles, %d bytes", ix.Len(), len(ix.postings.of), len(ix.articles), ix.spent)
	}
	a := article("d", "Ferry", ferry)
	if _, ok := ix.Find(&a); ok {
		t.Error("a forgotten story was found")
	}
}

func TestOldStoriesAreNotFound(t *testing.T) {
	ix, _ := indexed(article("a", "Ferry", ferry))
	late := article("b", "Ferry", ferry)
	late.Filed = noon.Add(8 * 24 * time.Hour)
	if f, ok := ix.Find(&late); ok {
		t.Errorf("got %+v after the window", f)
	}
}

func TestTheBudgetHolds(t *testing.T) {
	ix := New(Options{Bytes: 100_000})
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		a := article(fmt.Sprint("a", i), "", randomText(r, 120))
		a.Filed = noon.Add(time.Duration(i) * time.Minute)
		st := Open(a)
		ix.Learn(&st)
		if ix.spent > 100_000 {
			t.Fatalf("spent %d", ix.spent)
		}
	}
	if ix.articles["a199"] == nil || ix.articles["a0"] != nil {
		t.Error("the oldest must leave first")
	}
}

func randomText(r *rand.Rand, words int) string {
	var b strings.Builder
	for range words {
		fmt.Fprintf(&b, "w%d ", r.IntN(5000))
	}
	return b.String()
}

func TestLearningTwiceIsLearningOnce(t *testing.T) {
	ix, held := indexed(article("a", "Ferry", ferry), article("b", "Ferry aground", ferryEdited))
	before, shingles := ix.spent, len(ix.postings.of)
	for _, st := range held {
		ix.Learn(&st)
	}
	if ix.spent != before || len(ix.postings.of) != shingles {
		t.Errorf("got %d bytes and %d shingles, want %d and %d", ix.spent, len(ix.postings.of), before, shingles)
	}
}

func TestCompareIsSymmetric(t *testing.T) {
	texts := []string{ferry, ferryShort, ferryEdited, vines, longOther, ""}
	for _, x := range texts {
		for _, y := range texts {
			a, b := article("a", "One", x), article("b", "Two", y)
			if ab, ba := Compare(&a, &b), Compare(&b, &a); !reflect.DeepEqual(ab, ba) {
				t.Errorf("got %+v one way and %+v the other", ab, ba)
			}
		}
	}
}

func TestJoinKeepsTheOpenerInFront(t *testing.T) {
	st := Open(article("open", "Ferry", ferry))
	st.Topics = nil
	early := article("early", "Ferry", ferry)
	early.Filed, early.Topics = noon.Add(-time.Hour), []news.TopicID{"sea", "accidents"}
	joined, changed := Join(st, early)
	if !changed || joined.Lead().ID != "open" || len(joined.Articles) != 2 || len(st.Articles) != 1 {
		t.Errorf("got %v, lead %s", changed, joined.Lead().ID)
	}
	if fmt.Sprint(joined.Topics) != "[accidents sea]" {
		t.Errorf("got topics %v", joined.Topics)
	}
	if !joined.Updated.Equal(st.Updated) {
		t.Error("one more teller is nothing to tell every reader")
	}
	again, changed := Join(joined, early)
	if changed || !again.Updated.Equal(joined.Updated) {
		t.Error("joining twice must change nothing")
	}
}

func TestUpdatedMovesForWhatAReaderSees(t *testing.T) {
	st := Open(article("open", "Ferry", ferry))
	machine := article("open", "Ferry", ferry)
	machine.Updated, machine.Changed, machine.Note = noon.Add(time.Hour), noon.Add(time.Hour), "page read"
	if joined, changed := Join(st, machine); changed || !joined.Updated.Equal(st.Updated) {
		t.Error("a claimed date alone is no change")
	}
	correction := article("open", "Ferry", ferryEdited)
	correction.Changed = noon.Add(time.Hour)
	if joined, changed := Join(st, correction); !changed || !joined.Updated.Equal(noon.Add(time.Hour)) || joined.ID != st.ID {
		t.Error("a correction must move Updated and nothing else")
	}
}

func TestTheLeadPassesWhenTheOpenerLosesItsText(t *testing.T) {
	st, _ := Join(Open(article("open", "Ferry", ferry)), article("second", "Ferry", ferryEdited))
	wall := article("open", "Before you go on", ferry)
	wall.Kind = news.KindConsent
	st, _ = Join(st, wall)
	if st.Lead().ID != "second" || st.ID != "open" {
		t.Errorf("got lead %s of %s", st.Lead().ID, st.ID)
	}
	st, _ = Join(st, article("open", "Ferry", ferry))
	if st.Lead().ID != "open" {
		t.Errorf("got lead %s, want the opener back", st.Lead().ID)
	}
}

func TestJoinDoesNotDependOnTheOrder(t *testing.T) {
	var copies []news.Article
	for i := range 40 {
		a := article(fmt.Sprintf("copy%02d", i), "Ferry", ferry)
		a.Filed = noon.Add(time.Duration(i%7) * time.Minute)
		copies = append(copies, a)
	}
	tell := func() string {
		st := Open(article("open", "Ferry", ferry))
		for _, a := range copies {
			st, _ = Join(st, a)
		}
		var b strings.Builder
		for i := range st.Articles {
			fmt.Fprint(&b, st.Articles[i].ID, len(st.Articles[i].Body), " ")
		}
		return b.String()
	}
	want := tell()
	if n := strings.Count(want, "4 "); n < news.MaxCopies {
		t.Errorf("%d bodies were kept: %s", n, want)
	}
	for i, j := 0, len(copies)-1; i < j; i, j = i+1, j-1 {
		copies[i], copies[j] = copies[j], copies[i]
	}
	if got := tell(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("Ferry", ferry, "Ferry aground", ferryEdited)
	f.Add("新しい橋", "両市を結ぶ新しい橋が開通した。", "", "\xff\xfe 1,2.3 4")
	f.Add("", bulletin("Monday", "1", "2", "3", "4"), "", bulletin("Friday", "5", "6", "7", "8"))
	f.Fuzz(func(t *testing.T, h1, b1, h2, b2 string) {
		ix := New(Options{})
		one, two := article("one", h1, b1), article("two", h2, b2)
		st := Open(one)
		ix.Learn(&st)
		finding, found := ix.Find(&two)
		if found != (finding.Reason != "") || finding.Containment < 0 || finding.Containment > 1 {
			t.Errorf("got %+v %v", finding, found)
		}
		if e := Compare(&one, &two); e.Same != found {
			t.Errorf("Compare says %+v, Find %+v", e, finding)
		}
		ix.Forget(noon.Add(time.Hour))
		if len(ix.postings.of) != 0 || ix.spent != 0 {
			t.Error("Forget left something")
		}
	})
}

func BenchmarkFind(b *testing.B) {
	for _, size := range []struct{ stories, words int }{{5000, 300}, {100_000, 60}} {
		r := rand.New(rand.NewPCG(3, 4))
		ix := New(Options{})
		for i := range size.stories {
			st := Open(article(fmt.Sprint("a", i), randomText(r, 8), randomText(r, size.words)))
			ix.Learn(&st)
		}
		a := article("x", "Ferry", ferry+" | "+randomText(r, 250))
		b.Run(fmt.Sprint(ix.Len(), " stories"), func(b *testing.B) {
			for b.Loop() {
				ix.Find(&a)
			}
		})
	}
}

// An outlet that has one date for an item moves it with each edit.
func TestJoinKeepsWhenAnArticleWasPublished(t *testing.T) {
	first := article("a", "Sixty wait", "Sixty people wait for the tide.")
	first.Published = first.Filed
	moved := article("a", "Seventy wait", "Seventy people wait for the tide.")
	moved.Published = first.Published.Add(time.Hour)
	st, _ := Join(Open(first), moved)
	if got := st.Lead(); !got.Published.Equal(first.Published) || !got.Updated.Equal(moved.Published) {
		t.Errorf("published %v, updated %v; want %v and %v", got.Published, got.Updated, first.Published, moved.Published)
	}
	put := article("a", "Eighty wait", "Eighty people wait for the tide.")
	put.Published = first.Published.Add(-time.Hour)
	if st, _ = Join(st, put); !st.Lead().Published.Equal(put.Published) {
		t.Errorf("published %v, want the earlier %v that the outlet says now", st.Lead().Published, put.Published)
	}
}
