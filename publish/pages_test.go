package publish

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"dateline/news"
)

// A full page of fifty stories, no two words of which repeat by more than
// chance, is on a phone over slow 3G in little more than a second: with style
// and script it weighs under 60 kB.
func TestAFullPageWeighsLittle(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	text := func(words int) string {
		all := make([]string, words)
		for i := range all {
			all[i] = fmt.Sprintf("%x", dice.Uint32N(1<<20))
		}
		return strings.Join(all, " ")
	}
	var stories []news.Story
	for n := range 60 {
		st := plainStory(n)
		a := &st.Articles[0]
		a.Headline, a.Lede = text(10), text(35)
		a.Lead = &news.Figure{Src: "https://harbour.example/" + text(1) + ".jpg", Width: 1200, Height: 800}
		a.Matches = []news.Match{{Topic: "grain", Concept: "country:UA", Field: news.InTitle, Quote: a.Headline}, {Topic: "grain", Concept: "concept:grain", Field: news.InLede, Quote: text(20)}}
		stories = append(stories, st)
	}
	s := gallery(t, &memory{stories: stories, revision: 1}, testMasthead(), nil)
	weight := 0
	for _, path := range []string{"/topics/grain", "/style.css", "/copy.js"} {
		w := ask(s, "GET", path, "Accept-Encoding", "gzip")
		if w.Code != 200 {
			t.Fatalf("%s: got %d and %d bytes", path, w.Code, w.Body.Len())
		}
		weight += w.Body.Len()
	}
	if weight > 60_000 {
		t.Errorf("got %d bytes in gzip, want at most 60000", weight)
	}
}

func TestAStoryIsNotReadTwice(t *testing.T) {
	st := richStory()
	lead, other := &st.Articles[0], &st.Articles[1]
	lead.Earlier = nil
	lead.Lede, lead.Body[0].Text, lead.Body[0].Links = "Kapal pertama berlayar.", "KAPAL pertama berlayar, kata pejabat.", nil
	other.Lede = "Kapal pertama berlayar"
	s, _ := desk(t, st)
	page := get(t, s, "/stories/"+string(st.ID))
	lacks(t, page, `class="standfirst"`, `class="summary"`)
	lead.Lede, other.Lede = "Gandum dikirim lagi.", "Grain is shipped."
	s, _ = desk(t, st)
	contains(t, get(t, s, "/stories/"+string(st.ID)), `<p class="standfirst">Gandum dikirim lagi.</p>`, `dir="auto">Grain is shipped.</p>`)
}
