package publish

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

func TestAPageShowsWhatWasCorrected(t *testing.T) {
	s, _ := desk(t, richStory())
	page := get(t, s, "/stories/"+string(storyID(9000)))
	contains(t, page, `<a href="#corrected"`, `<h2 id="corrected">What changed</h2>`, `<time datetime="2026-05-04T13:10:00Z">4 May, 13:10 UTC</time> <span>title, summary, text</span>`,
		"<ins>kapal", "<del>perahu", "<del>RAHASIA</del>", "<ins>pertama</ins>")
	_, section, _ := strings.Cut(page, `<section class="corrected"`)
	section, _, _ = strings.Cut(section, "</section>")
	contains(t, section, `<div lang="id" dir="ltr">`)
	lacks(t, section, "Sejarah", "<b>") // what did not change, and markup
}

func TestCorrectionsOfOtherTellingsStandWithThem(t *testing.T) {
	st := richStory()
	st.Articles[0].Earlier = nil
	other := &st.Articles[1]
	other.Lang, other.Headline, other.Changed = "ar", "سفن الحبوب تبحر", other.Filed.Add(time.Hour)
	other.Earlier = []news.Version{{Since: other.Filed, Headline: "سفن القمح تبحر"}}
	s, _ := desk(t, st)
	page := get(t, s, "/stories/"+string(st.ID))
	lacks(t, page, `id="corrected"`, `href="#corrected"`)
	contains(t, page, `<div lang="ar" dir="rtl"><div class="headline"><p>سفن <del>القمح</del> <ins>الحبوب</ins> تبحر</p>`)
}

func TestCorrectionsAreToldByFeedAndAPI(t *testing.T) {
	s, _ := desk(t, richStory())
	want := jsonCorrection{"2026-05-04T13:10:00Z", []string{"title", "summary", "text"}}
	var feed jsonFeed
	var article apiArticle
	for path, into := range map[string]any{jsonPath: &feed, "/api/articles/" + string(storyID(9000)): &article} {
		if err := json.Unmarshal([]byte(get(t, s, path)), into); err != nil {
			t.Fatal(err)
		}
	}
	for where, got := range map[string][]jsonCorrection{"feed": feed.Items[0].Dateline.Corrected, "API": article.Corrected} {
		if len(got) != 1 || got[0].Date != want.Date || !slices.Equal(got[0].Changed, want.Changed) {
			t.Errorf("%s: got %+v, want %+v", where, got, want)
		}
	}
	if v := article.Versions; len(v) != 1 || v[0].Since != "2026-05-04T13:00:00Z" || v[0].Headline != "Gandum & <b>perahu</b>" || len(v[0].Paragraphs) != 5 {
		t.Errorf("versions: got %+v", v)
	}
	lacks(t, get(t, s, "/api/stories"), `"versions"`)
	contains(t, get(t, s, "/api/stories?full=1"), `"versions"`)
}

func TestCorrectionsAreTheOutletsOwn(t *testing.T) {
	at := noon
	text := []string{"Ships sail.", "They carry corn."}
	article := func(change func(a *news.Article)) *news.Article {
		a := &news.Article{Headline: "Ships", Lede: "Ships sail again.", Filed: at, Changed: at.Add(time.Hour), Pages: 1,
			Body:    []news.Block{{Text: text[0]}, {Text: text[1]}},
			Earlier: []news.Version{{Since: at, Headline: "Ships", Lede: "Ships sail again.", Passages: text, FromPage: true}}}
		change(a)
		return a
	}
	for _, c := range []struct {
		name   string
		change func(a *news.Article)
		want   string
	}{
		{"nothing", func(a *news.Article) {}, ""},
		{"capitals", func(a *news.Article) { a.Headline = "SHIPS!" }, ""},
		{"title", func(a *news.Article) { a.Headline = "Boats" }, "title"},
		{"the page could not be read", func(a *news.Article) { a.Pages, a.Lede, a.Body = 0, "A feed's words.", a.Body[:1] }, ""},
		{"its title though", func(a *news.Article) { a.Pages, a.Headline, a.Body = 0, "Boats", a.Body[:1] }, "title"},
		{"summary and text", func(a *news.Article) { a.Lede, a.Body[1].Text = "Ships wait.", "They carry wheat." }, "summary text"},
		{"the earlier text was too long", func(a *news.Article) { a.Earlier[0].Passages = nil }, ""},
		{"another order", func(a *news.Article) { a.Body[0].Text, a.Body[1].Text = text[1], text[0] }, "text"},
	} {
		var got string
		for _, v := range correctionViews(article(c.change)) {
			got += strings.Join(v.Parts, " ")
			if v.Moved() != (c.name == "another order") {
				t.Errorf("%s: only the order changed: %v", c.name, v.Moved())
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCorrectionsComeNewestFirstAndEachAgainstTheOneBefore(t *testing.T) {
	a := &news.Article{Headline: "Three", Filed: noon, Changed: noon.Add(2 * time.Hour), Earlier: []news.Version{{Since: noon, Headline: "One"}, {Since: noon.Add(time.Hour), Headline: "Two"}}}
	var got strings.Builder
	for _, v := range correctionViews(a) {
		got.WriteString(v.When.Format("15:04 ") + shown(v.Headline[0]) + shown(v.Headline[len(v.Headline)-1]) + "\n")
	}
	if want := "14:00 -Two-+Three+\n13:00 -One-+Two+\n"; got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestALedeThatOpensTheTextIsNotComparedTwice(t *testing.T) {
	a := &news.Article{Lede: "Fifteen ships sail.", Body: []news.Block{{Text: "Fifteen ships sail. They carry corn."}}, Filed: noon, Changed: noon.Add(time.Hour),
		Earlier: []news.Version{{Since: noon, Lede: "Twelve ships sail.", Passages: []string{"Twelve ships sail. They carry corn."}}}}
	if v := correctionViews(a)[0]; len(v.Summary) != 0 || len(v.Text) != 1 {
		t.Errorf("the lede is shown %d times beside the text's %d", len(v.Summary), len(v.Text))
	}
	a.Lede = "Ships sail at last."
	if v := correctionViews(a)[0]; len(v.Summary) == 0 {
		t.Error("a lede of its own is not shown")
	}
}
