package desk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"dateline/desk"
	"dateline/news"
)

// A process that dies while it fills a topic fills the rest after its restart.
func TestFillingATopicGoesOnAfterACrash(t *testing.T) {
	n := newNewsroom(t)
	var copy []wire
	for i := range 150 {
		copy = append(copy, wire{fmt.Sprint(i), fmt.Sprintf("Ship %d arrives", i), fmt.Sprintf("Ship %d of line %d brings citrus to pier %d.", i, i*7, i*13), time.Hour})
	}
	n.outlets.send("gazette", copy...)
	n.assign(harbours, "gazette")
	n.once()
	died := errors.New("the process dies here")
	commits := 0
	n.store.BeforeCommit = func(news.Intake) error {
		if commits++; commits > 1 {
			return died
		}
		return nil
	}
	both := append(slices.Clone(harbours), term("citrus", "citrus"))
	if err := n.desk.Assign(context.Background(), n.roster(both, "gazette")); !errors.Is(err, died) {
		t.Fatalf("got %v, want the crash", err)
	}
	n.store.Close()
	n.open()
	n.assign(both, "gazette")
	got, err := n.store.Stories(context.Background(), news.Query{Topic: "citrus", Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, st := range got {
		told += len(st.Articles)
	}
	if told != 150 {
		t.Errorf("the topic tells %d articles, want 150", told)
	}
}

// A rule that is changed while no process runs is filled at the next start.
func TestChangedRuleIsFilledAfterARestart(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour},
		wire{"3", "Choirs sing", "A choir of four hundred sang in the old town hall until late at night.", time.Hour})
	n.assign(harbours, "gazette")
	n.once()
	n.store.Close()
	n.open()
	n.assign([]news.Topic{term("harbours", "harbour", "choir")}, "gazette")
	if got := n.stories("harbours"); len(got) != 2 {
		t.Errorf("got %d stories, want the choir, too", len(got))
	}
}

// What a source bears counts for what is in the archive, too.
func TestSourceThatComesToBearATopicFillsIt(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("choirs", wire{"1", "Choirs sing", "A choir of four hundred sang in the old town hall until late at night.", time.Hour})
	n.assign(harbours, "choirs")
	n.once()
	r := n.roster(harbours, "choirs")
	r.Sources[0].Topics = []news.TopicID{"harbours"}
	if err := n.desk.Assign(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if got := n.stories("harbours"); len(got) != 1 {
		t.Errorf("got %d stories, want the choir", len(got))
	}
}

// A clock that was years ahead, for one poll or for one claim, does not keep
// sources from being asked when it is right again.
func TestClockThatWasAheadIsSetRight(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.outlets.send("herald", wire{"2", "Bergen shuts", text("Bergen"), time.Hour})
	n.assign(harbours, "gazette")
	n.later(4 * 365 * 24 * time.Hour)
	n.once()
	n.assign(harbours, "gazette", "herald")
	if _, err := n.store.Claim(context.Background(), n.clock(), time.Minute, 10); err != nil { // and the process dies
		t.Fatal(err)
	}
	n.later(-4*365*24*time.Hour + 20*time.Minute)
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock})
	n.assign(harbours, "gazette", "herald")
	n.later(5 * time.Minute)
	if tally := n.once(); tally.Polled != 2 || tally.Failed != 0 {
		t.Errorf("got %+v, want both sources asked", tally)
	}
}

// The roster is in place before its sources can be claimed, and stays the old
// one where they cannot be enrolled.
func TestRosterIsThereWhenItsSourcesAre(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	away := errors.New("away")
	n.assign(harbours)
	n.store.BeforeWrite = func(string) error { return away }
	if err := n.desk.Assign(context.Background(), n.roster(harbours, "gazette")); !errors.Is(err, away) {
		t.Fatalf("got %v, want the store's fault", err)
	}
	polled := false
	n.store.BeforeWrite = nil
	n.store.BeforeRead = func(method string) error { // Assign has enrolled, and has not returned
		if method == "Ledgers" && !polled {
			polled = true
			if tally := n.once(); tally.Stories != 1 {
				t.Errorf("between enrolment and the end of Assign: %+v, want the poll", tally)
			}
		}
		return nil
	}
	n.assign(harbours, "gazette")
	if !polled {
		t.Error("nobody looked")
	}
}
