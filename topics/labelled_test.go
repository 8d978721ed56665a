package topics

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"dateline/news"
)

// labelledItem is a text and the topics that an editor files it under.
type labelledItem struct {
	ID, Lang, Title, Body string
	Topics                []news.TopicID
}

func labelled(t testing.TB) []labelledItem {
	t.Helper()
	f, err := os.Open("testdata/labelled.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var items []labelledItem
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var item labelledItem
		if err := json.Unmarshal(lines.Bytes(), &item); err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	return items
}

// labelledPairs are the topics of the labelled items.
var labelledPairs = []struct {
	id   news.TopicID
	a, b string
}{
	{"india-pakistan", "IN", "PK"}, {"israel-iran", "IL", "IR"}, {"us-venezuela", "US", "VE"}, {"japan-south-korea", "JP", "KR"},
	{"france-turkey", "FR", "TR"}, {"armenia-azerbaijan", "AM", "AZ"}, {"egypt-ethiopia", "EG", "ET"}, {"poland-belarus", "PL", "BY"},
	{"saudi-arabia-yemen", "SA", "YE"}, {"us-china", "US", "CN"}, {"turkey-greece", "TR", "GR"}, {"serbia-kosovo", "RS", "XK"},
	{"afghanistan-pakistan", "AF", "PK"}, {"thailand-cambodia", "TH", "KH"}, {"rwanda-congo", "RW", "CD"}, {"france-algeria", "FR", "DZ"},
	{"hungary-ukraine", "HU", "UA"}, {"japan-china", "JP", "CN"}, {"poland-ukraine", "PL", "UA"}, {"colombia-us", "CO", "US"},
	{"sudan-chad", "SD", "TD"},
}

// TestOwnLabelledItems keeps the score on items written for this test: headlines
// in more than seventy languages for twenty-one pairs of countries, and texts that only
// look like them.
func TestOwnLabelledItems(t *testing.T) {
	var ids []news.TopicID
	var list []news.Topic
	for _, p := range labelledPairs {
		ids = append(ids, p.id)
		list = append(list, news.Topic{ID: p.id, Rule: pair(p.a, p.b)})
	}
	m := mustNew(t, nil, list)
	type counts struct{ right, wrong, missed int }
	langs := map[string]*counts{}
	items, negatives, letIn := 0, 0, 0
	for _, item := range labelled(t) {
		items++
		got := m.Topics(m.Match(&Document{Lang: item.Lang, Title: item.Title, Body: item.Body}))
		if !slices.Equal(got, item.Topics) {
			t.Logf("%s %s: got %v, want %v: %s", item.ID, item.Lang, got, item.Topics, item.Title)
		}
		if len(item.Topics) == 0 {
			if negatives++; len(got) > 0 {
				letIn++
			}
		}
		if langs[item.Lang] == nil {
			langs[item.Lang] = &counts{}
		}
		c := langs[item.Lang]
		for _, id := range ids {
			switch is, want := slices.Contains(got, id), slices.Contains(item.Topics, id); {
			case is && want:
				c.right++
			case is:
				c.wrong++
			case want:
				c.missed++
			}
		}
	}
	sum := 0.0
	for _, c := range langs {
		if n := 2*c.right + c.wrong + c.missed; n > 0 {
			sum += 2 * float64(c.right) / float64(n)
		} else {
			sum++
		}
	}
	right, wrong, missed := 0, 0, 0
	for _, c := range langs {
		right, wrong, missed = right+c.right, wrong+c.wrong, missed+c.missed
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(right+missed)
	f1 := sum / float64(len(langs))
	t.Logf("%d items, %d languages: macro F1 %.3f, precision %.3f, recall %.3f, %d of %d off-topic items let in", items, len(langs), f1, precision, recall, letIn, negatives)
	if items < 799 || len(langs) < 70 {
		t.Errorf("%d items in %d languages, want 799 in 70", items, len(langs))
	}
	if f1 < floorF1 || precision < floorPrecision || recall < floorRecall {
		t.Errorf("macro F1 %.3f, precision %.3f, recall %.3f; want %.3f, %.3f, %.3f", f1, precision, recall, floorF1, floorPrecision, floorRecall)
	}
	if letIn*100 > ceilingLetIn*negatives {
		t.Errorf("%d of %d off-topic items let in, want at most %d in a hundred", letIn, negatives, ceilingLetIn)
	}
}

// The scores that may not fall. At the first try, before any rule was written
// for them, the items from l-227 on stood at precision 0.75 and recall 0.89;
// those from f-001 on at 0.95 and 0.89 (mean F1 over 65 languages 0.84) and,
// after what these taught, those from f-191 on at 0.98 and 0.91 (over 52
// languages 0.90), and those from f-321 on at 0.93 and 0.98 (over 51 languages
// 0.98; of 17 off-topic items, written to be mistaken, 6 were let in).
const (
	floorF1        = 0.99
	floorPrecision = 0.99
	floorRecall    = 0.99
	ceilingLetIn   = 2
)
