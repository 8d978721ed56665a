package stories

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// TestCopiesInManyScripts keeps the score on copies in nine languages, among
// them scripts without spaces: under other headlines, abridged, cut off at
// either end, with house text, in other paragraphs; and on bulletins in fixed
// form, which are news of their own.
func TestCopiesInManyScripts(t *testing.T) {
	f, err := os.Open("testdata/copies.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type copied struct{ ID, Cluster, Kind, Lang, Headline, Body string }
	var list []copied
	story := map[string]news.StoryID{}
	ix, held := New(Options{}), map[news.StoryID]news.Story{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var x copied
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		a := article(x.ID, x.Headline, strings.ReplaceAll(x.Body, "\n\n", " | "))
		a.Lang, a.Filed = x.Lang, noon.Add(time.Duration(len(list))*10*time.Minute)
		story[x.ID] = place(ix, held, a)
		list = append(list, x)
	}
	right, wrong, missed := 0, 0, 0
	for i, x := range list {
		for _, y := range list[:i] {
			switch same, want := story[x.ID] == story[y.ID], x.Cluster == y.Cluster; {
			case same && want:
				right++
			case same:
				wrong++
				t.Logf("joined: %s %s and %s %s", x.Kind, x.Headline, y.Kind, y.Headline)
			case want:
				missed++
				t.Logf("apart: %s and %s of %s", x.Kind, y.Kind, x.Cluster)
			}
		}
	}
	if f1 := 2 * float64(right) / float64(2*right+wrong+missed); len(list) < 120 || f1 < 0.99 || wrong > 0 {
		t.Errorf("%d articles: F1 %.3f, %d pairs joined wrongly; want 120, 0.99 and none", len(list), f1, wrong)
	}
}
