package publish

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// told is a JSON document as a reader takes it.
type told struct {
	Next  string `json:"next_url"`
	Items []struct {
		ID, URL, Title string
		Modified       time.Time `json:"date_modified"`
	}
}

func readJSON(t *testing.T, s *Server, target string) (doc told) {
	t.Helper()
	if err := json.Unmarshal([]byte(get(t, s, target)), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTellingsApartAreEntriesOfTheirOwn(t *testing.T) {
	s, m := desk(t, richStory(), plainStory(1))
	doc := readJSON(t, s, jsonPath+"?per=article")
	var ids []string
	for _, it := range doc.Items {
		ids = append(ids, it.ID)
	}
	prefix := "tag:dateline.invalid,2026:article/"
	want := []string{prefix + "x", prefix + string(storyID(9000)), prefix + string(storyID(1))}
	if !slices.Equal(ids, want) {
		t.Fatalf("got %v, want %v", ids, want)
	}
	was := doc.Items[0].Modified
	m.change(func() { m.stories[0].Updated = m.stories[0].Updated.Add(time.Hour) })
	if got := readJSON(t, s, jsonPath+"?per=article").Items[0].Modified; !got.Equal(was) {
		t.Errorf("another telling moves the date of this one: got %v, want %v", got, was)
	}
	only := readJSON(t, s, jsonPath+"?per=article&lang=en&source=harbour")
	if len(only.Items) != 2 || only.Items[0].URL != "https://harbour.example/grain" {
		t.Errorf("filtered: got %+v", only.Items)
	}
	if a, b := readJSON(t, s, jsonPath+"?per=story").Items, readJSON(t, s, jsonPath).Items; len(a) != len(b) || a[0].ID != b[0].ID {
		t.Error("per=story is not what is given where nothing is said")
	}
	base := "https://news.example.org"
	for _, q := range []string{"?per=article", "?per=article&full=0", "?per=article&lang=id", "?per=article&limit=1"} {
		faults := checkRSS(get(t, s, rssPath+q), base+rssPath+q)
		faults = append(faults, checkAtom(get(t, s, atomPath+q), base+atomPath+q)...)
		faults = append(faults, checkJSON(get(t, s, jsonPath+q), base+jsonPath+q)...)
		if len(faults) > 0 {
			t.Errorf("%s:\n%s", q, strings.Join(faults, "\n"))
		}
	}
	if w := ask(s, "GET", jsonPath+"?per=outlet"); w.Code != 400 || !strings.Contains(w.Body.String(), "story or article") {
		t.Errorf("per=outlet: got %d %s", w.Code, w.Body)
	}
}

func TestPagesOfTellingsReachEachOnce(t *testing.T) {
	var stories []news.Story
	want := 0
	for n := range 9 {
		st := plainStory(n)
		for c := range n % 4 {
			copied := st.Articles[0]
			copied.ID, copied.Link = news.ArticleID(storyID(100+10*n+c)), copied.Link+"/copy"+string(rune('a'+c))
			st.Articles = append(st.Articles, copied)
		}
		want += len(st.Articles)
		stories = append(stories, st)
	}
	s, _ := desk(t, stories...)
	seen := map[string]int{}
	target := jsonPath + "?per=article&limit=3"
	for target != "" {
		doc := readJSON(t, s, target)
		if len(doc.Items) > 3+3 {
			t.Errorf("%s has %d entries", target, len(doc.Items))
		}
		for _, it := range doc.Items {
			seen[it.ID]++
			if seen[it.ID] > 1 {
				t.Fatalf("%s came twice", it.ID)
			}
		}
		target = strings.TrimPrefix(doc.Next, "https://news.example.org")
	}
	if len(seen) != want {
		t.Errorf("reached %d tellings, want %d", len(seen), want)
	}
}
