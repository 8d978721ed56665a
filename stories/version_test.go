package stories

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// corrected is an article as it is after a correction that came so many hours
// after it was filed.
func corrected(a news.Article, hours int, headline, body string) news.Article {
	next := article(string(a.ID), headline, body)
	next.Pages, next.Lede, next.Filed = a.Pages, a.Lede, a.Filed
	next.Changed = a.Filed.Add(time.Duration(hours) * time.Hour)
	return next
}

func headlines(versions []news.Version) (all []string) {
	for _, v := range versions {
		all = append(all, v.Headline)
	}
	return all
}

func TestACorrectionKeepsWhatWasSaid(t *testing.T) {
	first := article("a", "Sixty wait", "Sixty people wait. | For the tide.")
	second := corrected(first, 1, "Seventy wait", "Seventy people wait. | For the tide.")
	third := corrected(first, 2, "Eighty wait", "Eighty people wait. | For the tide.")
	st, _ := Join(Open(first), second)
	st, _ = Join(st, third)
	got := st.Articles[0].Earlier
	if !slices.Equal(headlines(got), []string{"Sixty wait", "Seventy wait"}) {
		t.Fatalf("got versions %q", headlines(got))
	}
	if v := got[0]; !v.Since.Equal(noon) || !slices.Equal(v.Passages, []string{"Sixty people wait.", "For the tide."}) {
		t.Errorf("the first version: got %+v", v)
	}
	if v := got[1]; !v.Since.Equal(noon.Add(time.Hour)) {
		t.Errorf("the second version came at %v, want an hour after noon", v.Since)
	}
	again, changed := Join(st, third)
	if changed || len(again.Articles[0].Earlier) != 2 {
		t.Errorf("joining the same once more: changed %v, %d versions", changed, len(again.Articles[0].Earlier))
	}
	if len(second.Earlier) != 0 || len(first.Earlier) != 0 {
		t.Error("joining wrote to what it was given")
	}
}

func TestWhatIsNoCorrectionOfWordsMakesNoVersion(t *testing.T) {
	first := article("a", "Sixty wait", "Sixty people wait. | For the tide.")
	first.Lede, first.Pages = "They wait.", 1
	for name, change := range map[string]func(a *news.Article){
		"capitals and punctuation": func(a *news.Article) { a.Headline, a.Body[0].Text = "SIXTY WAIT!", "Sixty people wait" },
		"another picture":          func(a *news.Article) { a.Lead = &news.Figure{Src: "https://a.example/b.jpg"} },
		"a running page":           func(a *news.Article) { a.Kind, a.Body = news.KindLive, append(a.Body, news.Block{Text: "More."}) },
		"no text any more":         func(a *news.Article) { a.Body, a.Lede = nil, "" },
	} {
		next := corrected(first, 1, "Sixty wait", "Sixty people wait. | For the tide.")
		change(&next)
		if st, _ := Join(Open(first), next); len(st.Articles[0].Earlier) != 0 {
			t.Errorf("%s: got versions %+v", name, st.Articles[0].Earlier)
		}
	}
}

// A page that is read, not read, and read again is held against what it said
// when it was read; the feed's words in between are no version of it.
func TestAPageThatCannotBeReadForOnceIsRemembered(t *testing.T) {
	page := article("a", "Sixty wait", "Sixty people wait. | For the tide.")
	page.Pages = 1
	feed := corrected(page, 1, "Sixty wait", "Sixty people …")
	feed.Pages = 0
	same, other := corrected(page, 2, "Sixty wait", "Sixty people wait. | For the tide."), corrected(page, 2, "Sixty wait", "Seventy people wait. | For the tide.")
	st, _ := Join(Open(page), feed)
	for range 3 { // as often as it happens
		st, _ = Join(st, same)
		st, _ = Join(st, feed)
	}
	st, _ = Join(st, other)
	if got := st.Articles[0].Earlier; len(got) != 1 || !got[0].FromPage || got[0].Passages[0] != "Sixty people wait." {
		t.Errorf("got %+v, want the page as it was", got)
	}
}

func TestEarlierVersionsAreBounded(t *testing.T) {
	long := strings.Repeat("word ", news.MaxVersionBytes/20) // a quarter of what is kept
	st := Open(article("a", "Version 0", "0 "+long))
	for n := 1; n < 40; n++ {
		next, _ := Join(st, corrected(st.Articles[0], n, fmt.Sprintf("Version %d", n), fmt.Sprint(n, " ", long)))
		if got := headlines(next.Articles[0].Earlier); got[0] != "Version 0" || got[len(got)-1] != fmt.Sprintf("Version %d", n-1) {
			t.Fatalf("after %d corrections: got %q, want the first and the last before this", n, got)
		}
		st = next
		if got := weight(st.Articles[0].Earlier); got > news.MaxVersionBytes {
			t.Fatalf("after %d corrections: versions weigh %d bytes", n, got)
		}
	}
	st = Open(article("a", "Version 0", "0"))
	for n := 1; n < 40; n++ {
		st, _ = Join(st, corrected(st.Articles[0], n, fmt.Sprintf("Version %d", n), fmt.Sprint(n)))
	}
	if got := headlines(st.Articles[0].Earlier); !slices.Equal(got, []string{"Version 0", "Version 34", "Version 35", "Version 36", "Version 37", "Version 38"}) {
		t.Errorf("of forty: got %q", got)
	}
}

func TestATextThatIsTooLongIsNotKeptButItsHeadlineIs(t *testing.T) {
	long := strings.Repeat("word ", news.MaxVersionBytes)
	st, _ := Join(Open(article("a", "Was", long)), article("a", "Is", "another "+long))
	if got := st.Articles[0].Earlier; len(got) != 1 || got[0].Headline != "Was" || got[0].Passages != nil {
		t.Errorf("got %d versions", len(got))
	}
	st, _ = Join(Open(article("a", long, "Was.")), article("a", "Is", "Is."))
	if got := weight(st.Articles[0].Earlier); got > news.MaxVersionBytes {
		t.Errorf("a headline without end: versions weigh %d bytes", got)
	}
}

func TestVersionsGoAlongWithSplitsAndMerges(t *testing.T) {
	st, _ := Join(Open(article("a", "One", "Sixty people wait.")), article("b", "Two", "Nobody waits."))
	st, _ = Join(st, corrected(article("b", "", ""), 1, "Two, corrected", "Somebody waits."))
	kept, taken, err := Split(st, "b", noon)
	if err != nil || len(taken.Articles[0].Earlier) != 1 {
		t.Fatalf("split: %v, %+v", err, taken)
	}
	merged, _, err := Merge(kept, taken, noon)
	if err != nil || len(teller(merged, "b").Earlier) != 1 {
		t.Errorf("merge: %v, %+v", err, merged)
	}
}

func teller(st news.Story, id news.ArticleID) *news.Article {
	return &st.Articles[slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.ID == id })]
}
