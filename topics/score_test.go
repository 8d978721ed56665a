package topics

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"dateline/news"
)

// TestLabelledItems keeps the share of right verdicts on the labelled items of
// the corpus from falling. DATELINE_PREDICTIONS names a file for the scorer.
func TestLabelledItems(t *testing.T) {
	corpus := os.Getenv("DATELINE_CORPUS")
	if corpus == "" {
		t.Skip("DATELINE_CORPUS is not set")
	}
	m := mustNew(t, nil, []news.Topic{
		{ID: "russia-north-korea", Rule: pair("RU", "KP")},
		{ID: "taiwan-strait", Rule: pair("TW", "CN")},
	})
	f, err := os.Open(filepath.Join(corpus, "topics", "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out *json.Encoder
	if path := os.Getenv("DATELINE_PREDICTIONS"); path != "" {
		w, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		out = json.NewEncoder(w)
	}
	right, total := 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); total++ {
		var item struct {
			ID, Lang, Title, Body string
			Topics                []news.TopicID
		}
		if err := json.Unmarshal(lines.Bytes(), &item); err != nil {
			t.Fatal(err)
		}
		matches := m.Match(&Document{Lang: item.Lang, Title: item.Title, Body: item.Body})
		got := m.Topics(matches)
		slices.Sort(item.Topics)
		if slices.Equal(got, item.Topics) {
			right++
		} else {
			t.Logf("%s: got %v, want %v: %s | %s", item.ID, got, item.Topics, item.Title, item.Body)
		}
		if out != nil {
			spans := map[news.TopicID][]map[string]any{}
			for _, x := range matches {
				spans[x.Topic] = append(spans[x.Topic], map[string]any{"field": x.Field, "start": x.Start, "end": x.End, "text": x.Text})
			}
			out.Encode(map[string]any{"id": item.ID, "topics": got, "matches": spans})
		}
	}
	if right*100 < total*93 {
		t.Errorf("%d of %d right, want 93 in a hundred", right, total)
	}
}

func pair(a, b string) news.Rule {
	return news.Rule{All: []news.Clause{{Country: a}, {Country: b}}, Near: news.Near{Unit: news.NearParagraph}}
}

func mustNew(t testing.TB, concepts []news.Concept, topics []news.Topic) *Matcher {
	t.Helper()
	m, err := New(concepts, topics)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
