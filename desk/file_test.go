package desk_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/desk"
	"dateline/news"
)

// A story that another process swept is not there any more, whatever the index
// says: its news is told anew, and the source goes on.
func TestSweptStoryDoesNotHoldItsSourceUp(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.outlets.send("herald", wire{"h", "Accra's harbour shut", text("Accra"), 0})
	n.assign(harbours, "gazette")
	n.once()
	if _, err := n.store.Sweep(context.Background(), news.Keep{Stories: start.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	n.assign(harbours, "gazette", "herald")
	if tally := n.once(); tally.Failed != 0 || tally.Stories != 1 {
		t.Fatalf("got %+v, want the herald's story", tally)
	}
	if got := n.stories("harbours"); len(got) != 1 || got[0].Lead().Source != "herald" {
		t.Errorf("got %v, want the herald's story", got)
	}
}

// While a new topic is filled, a poll brings a correction of an article that was
// read from the archive before.
func TestFillingATopicKeepsCorrections(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	n.once()
	n.later(20 * time.Minute)
	n.outlets.send("gazette", wire{"1", "Accra shuts for good", strings.ReplaceAll(text("Accra"), "eleven", "twelve"), time.Hour})
	n.store.BeforeCommit = func(in news.Intake) error {
		n.store.BeforeCommit = nil
		rev, err := n.store.Revision(context.Background(), "")
		if err != nil {
			return err
		}
		st, err := n.store.Story(context.Background(), in.Stories[0].ID)
		if err != nil {
			return err
		}
		a := st.Articles[0]
		a.Headline, a.Changed = "Accra shuts for good", n.clock()
		st.Articles = []news.Article{a}
		_, err = n.store.Store.Commit(context.Background(), news.Intake{Articles: st.Articles, Stories: []news.Story{st}, Base: rev})
		return err
	}
	n.assign(append(slices.Clone(harbours), term("citrus", "citrus")), "gazette")
	got := n.stories("citrus")
	if len(got) != 1 || got[0].Lead().Headline != "Accra shuts for good" {
		t.Fatalf("got %v, want the corrected story under the new topic", got)
	}
	for a, err := range n.store.Articles(context.Background(), start.Add(-24*time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		if a.Headline != "Accra shuts for good" {
			t.Errorf("the archive has %q again", a.Headline)
		}
	}
}

// What the next sweep would take from the archive is not put there, but what a
// topic takes is.
func TestFirstPollArchivesWhatTheSweepWouldLeave(t *testing.T) {
	n := newNewsroom(t)
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock, Keep: desk.Keep{Articles: 48 * time.Hour}})
	n.outlets.send("gazette", wire{"1", "Choirs sing", "A choir of four hundred sang in the old town hall until late at night.", time.Hour},
		wire{"2", "Lamps burn", "Lamps burned at noon in the old town, and nobody could say why.", 72 * time.Hour},
		wire{"3", "Accra shuts", text("Accra"), 96 * time.Hour})
	n.assign(harbours, "gazette")
	if tally := n.once(); tally.Fresh != 3 || tally.Stories != 1 {
		t.Fatalf("got %+v, want three fresh items and a story", tally)
	}
	var kept []string
	for a, err := range n.store.Articles(context.Background(), time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, a.Headline)
	}
	slices.Sort(kept)
	if want := []string{"Accra shuts", "Choirs sing"}; !slices.Equal(kept, want) {
		t.Errorf("the archive has %q, want %q", kept, want)
	}
	n.later(time.Hour)
	if tally := n.once(); tally.Fresh != 0 {
		t.Errorf("got %+v in the second poll, want nothing fresh", tally)
	}
}

// Times of marks are whole milliseconds of UTC: stores keep those in a third of
// the room.
func TestMarksAreSeenAtWholeMilliseconds(t *testing.T) {
	n := newNewsroom(t)
	n.later(123456 * time.Nanosecond)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	n.once()
	ledgers, err := n.store.Ledgers(context.Background(), "gazette")
	if err != nil || len(ledgers) != 1 || len(ledgers[0].Marks) != 1 {
		t.Fatal(ledgers, err)
	}
	if got := ledgers[0].Marks[0].Seen; !got.Equal(start) || got.Location() != time.UTC {
		t.Errorf("the mark was seen at %v, want %v", got, start)
	}
}
