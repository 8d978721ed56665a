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

// labelled are the items of a file; the first file's are of pairs of countries.
func labelled(t testing.TB, name string) []labelledItem {
	t.Helper()
	f, err := os.Open("testdata/" + name)
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

// freshTopics are the topics of the second file, by the beginning of the ids of
// the items that were written for them.
var freshTopics = map[string][]news.Topic{
	"g": {
		{ID: "georgia-russia", Rule: pair("GE", "RU")}, {ID: "philippines-china", Rule: pair("PH", "CN")}, {ID: "jordan-syria", Rule: pair("JO", "SY")},
		{ID: "spain-morocco", Rule: pair("ES", "MA")}, {ID: "vatican-ukraine", Rule: pair("VA", "UA")},
		{ID: "eu-turkey", Rule: news.Rule{All: []news.Clause{{Bloc: "EU"}, country("TR")}, Near: news.Near{Unit: news.NearParagraph}}},
		{ID: "climate-summit", Rule: news.Rule{All: []news.Clause{{Concept: "cop"}, country("BR")}}},
	},
	"h": {
		{ID: "brazil-argentina", Rule: pair("BR", "AR")}, {ID: "china-australia", Rule: pair("CN", "AU")}, {ID: "mexico-us", Rule: pair("MX", "US")},
		{ID: "indonesia-malaysia", Rule: pair("ID", "MY")},
		{ID: "nato-russia", Rule: news.Rule{All: []news.Clause{{Bloc: "NATO"}, country("RU")}, Near: news.Near{Unit: news.NearParagraph}}},
		{ID: "un-sudan", Rule: news.Rule{All: []news.Clause{{Bloc: "UN"}, country("SD")}, Near: news.Near{Unit: news.NearParagraph}}},
	},
	"i": {
		{ID: "iran-saudi", Rule: pair("IR", "SA")}, {ID: "vietnam-china", Rule: pair("VN", "CN")},
		{ID: "us-cuba", Rule: pair("US", "CU")}, {ID: "germany-russia", Rule: pair("DE", "RU")},
	},
	"j": {
		{ID: "russia-turkey", Rule: pair("RU", "TR")}, {ID: "afghanistan-china", Rule: pair("AF", "CN")},
		{ID: "japan-china", Rule: pair("JP", "CN")}, {ID: "mexico-us", Rule: pair("MX", "US")},
	},
}

var freshConcepts = []news.Concept{{ID: "cop", Aliases: map[string][]string{
	"en": {"COP", "COP30", "COP31", "climate summit", "climate conference"}, "fr": {"COP30", "sommet climat"},
	"es": {"COP", "cumbre del clima"}, "pt": {"COP30", "conferência do clima"},
}}}

// score counts the verdicts on labelled items.
type score struct {
	items, negatives, letIn int
	langs                   map[string]*[3]int // right, wrong and missed
}

// count judges items by the topics of m.
func (s *score) count(t *testing.T, m *Matcher, items []labelledItem) {
	for _, item := range items {
		s.items++
		got := m.Topics(m.Match(&Document{Lang: item.Lang, Title: item.Title, Body: item.Body}))
		if !slices.Equal(got, item.Topics) {
			t.Logf("%s %s: got %v, want %v: %s", item.ID, item.Lang, got, item.Topics, item.Title)
		}
		if len(item.Topics) == 0 {
			if s.negatives++; len(got) > 0 {
				s.letIn++
			}
		}
		c := s.langs[item.Lang]
		if c == nil {
			c = new([3]int)
			s.langs[item.Lang] = c
		}
		for _, id := range got {
			if slices.Contains(item.Topics, id) {
				c[0]++
			} else {
				c[1]++
			}
		}
		for _, id := range item.Topics {
			if !slices.Contains(got, id) {
				c[2]++
			}
		}
	}
}

// of gives the mean of F1 over languages, and precision and recall of all.
func (s *score) of() (f1, precision, recall float64) {
	var all [3]float64
	for _, c := range s.langs {
		if n := 2*c[0] + c[1] + c[2]; n > 0 {
			f1 += 2 * float64(c[0]) / float64(n)
		} else {
			f1++
		}
		for k := range all {
			all[k] += float64(c[k])
		}
	}
	return f1 / float64(len(s.langs)), all[0] / (all[0] + all[1]), all[0] / (all[0] + all[2])
}

// TestOwnLabelledItems keeps the score on items written for this test: headlines
// and short copy in more than seventy languages for forty-two topics, and texts
// that only look like them.
//
// At the first try, before any rule was written for them, the items from l-227
// on stood at precision 0.75 and recall 0.89; those from f-001 on at 0.95 and
// 0.89 (mean F1 over 65 languages 0.84) and, after what these taught, those from
// f-191 on at 0.98 and 0.91 (over 52 languages 0.90), and those from f-321 on at
// 0.93 and 0.98 (over 51 languages 0.98; of 17 off-topic items, written to be
// mistaken, 6 were let in). The fresh ones are half off-topic, most written to be
// mistaken: those from g-001 on stood at 0.73 and 0.86 (over 56 languages 0.82;
// 27 of 81 let in); after what these taught, those from h-001 on at 0.82 and 1.00
// (over 32 languages 0.91; 9 of 30 let in), and those from i-001 on at 0.92 and
// 0.97 (over 45 languages 0.97; 6 of 22 let in). Those from j-001 on are all on
// topic and written to be mistaken for what is not: 0.93 were found. Those from
// i-101 on are ordinary news of one country in 40 languages: none of 66 was let
// in.
func TestOwnLabelledItems(t *testing.T) {
	var pairs []news.Topic
	for _, p := range labelledPairs {
		pairs = append(pairs, news.Topic{ID: p.id, Rule: pair(p.a, p.b)})
	}
	first, fresh := score{langs: map[string]*[3]int{}}, score{langs: map[string]*[3]int{}}
	first.count(t, mustNew(t, nil, pairs), labelled(t, "labelled.jsonl"))
	for set, topics := range freshTopics {
		items := slices.DeleteFunc(labelled(t, "fresh.jsonl"), func(item labelledItem) bool { return item.ID[:1] != set })
		fresh.count(t, mustNew(t, freshConcepts, topics), items)
	}
	for name, c := range map[string]struct {
		got   score
		items int
		langs int
		floor [3]float64
		letIn int // off-topic items, in a hundred
	}{
		"headlines": {first, 799, 70, [3]float64{0.99, 0.99, 0.99}, 2},
		"fresh":     {fresh, 430, 56, [3]float64{0.98, 0.96, 0.99}, 3},
	} {
		f1, precision, recall := c.got.of()
		t.Logf("%s: %d items, %d languages: macro F1 %.3f, precision %.3f, recall %.3f, %d of %d off-topic items let in",
			name, c.got.items, len(c.got.langs), f1, precision, recall, c.got.letIn, c.got.negatives)
		if c.got.items < c.items || len(c.got.langs) < c.langs {
			t.Errorf("%s: %d items in %d languages, want %d in %d", name, c.got.items, len(c.got.langs), c.items, c.langs)
		}
		if f1 < c.floor[0] || precision < c.floor[1] || recall < c.floor[2] {
			t.Errorf("%s: macro F1 %.3f, precision %.3f, recall %.3f; want %.3f", name, f1, precision, recall, c.floor)
		}
		if c.got.letIn*100 > c.letIn*c.got.negatives {
			t.Errorf("%s: %d of %d off-topic items let in, want at most %d in a hundred", name, c.got.letIn, c.got.negatives, c.letIn)
		}
	}
}
