package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// storyAnswers runs the batch over lines and returns its answers.
func storyAnswers(t *testing.T, lines ...string) []storyPlace {
	t.Helper()
	var out bytes.Buffer
	if err := (storyTestCmd{Batch: true}).Run(stdio{In: strings.NewReader(strings.Join(lines, "\n")), Out: &out}); err != nil {
		t.Fatal(err)
	}
	var places []storyPlace
	for line := range strings.Lines(out.String()) {
		var p storyPlace
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err)
		}
		places = append(places, p)
	}
	return places
}

func TestStoryBatchTellsUpdatesFromNews(t *testing.T) {
	const goats = "Three goats walked through the open door of the town hall on Monday and ate the minutes of the last meeting before anybody noticed them."
	got := storyAnswers(t,
		`{"id":"1","source":"a","guid":"g1","published":1790000000,"title":"Goats","body":"`+goats+`"}`,
		`{"id":"2","source":"b","guid":"g1","published":"2026-09-21T16:00:00Z","title":"Goats eat minutes","body":"`+goats+`"}`,
		``,
		`{"id":"3","source":"a","guid":"g1","published":1790000900,"title":"Goats","body":"`+goats+` They were led home."}`,
		`{"id":"4","source":"a","guid":"g1","published":1790000950,"title":"Goats","body":"`+goats+` They were led home."}`,
		`{"id":"5","source":"a","guid":"g2","published":1790001000,"title":"Bells","body":"The bells of the old church will be silent for a year."}`,
	)
	if len(got) != 5 {
		t.Fatalf("got %d answers, want 5", len(got))
	}
	for i, want := range []struct {
		sameAsFirst bool
		updateOf    lineID
	}{{true, ""}, {true, ""}, {true, `"1"`}, {true, ""}, {false, ""}} {
		if same := got[i].Cluster == got[0].Cluster; same != want.sameAsFirst || got[i].UpdateOf != want.updateOf {
			t.Errorf("document %s: got %+v, want %+v", got[i].ID, got[i], want)
		}
	}
}

func TestStoryBatchNamesTheLineThatIsWrongAndGoesOn(t *testing.T) {
	in := strings.NewReader("{\"id\":\"1\"}\n{\"id\":2,\"published\":\"yesterday\"}\n{\"id\":3}\n")
	var out bytes.Buffer
	err := storyTestCmd{Batch: true}.Run(stdio{In: in, Out: &out})
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v, want line 2 named", err)
	}
	if got := out.String(); !strings.Contains(got, `{"id":2,"error":"line 2: `) || !strings.Contains(got, `{"id":3,"cluster":`) {
		t.Errorf("got %s", got)
	}
}
