package desk_test

import (
	"context"
	"errors"
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

// What an outlet had listed for years when its source was enrolled is found by a
// topic that is made later, until it has been in the archive for Keep.Articles.
func TestNewTopicFindsWhatWasOldWhenItCame(t *testing.T) {
	const year = 365 * 24 * time.Hour
	n := newNewsroom(t)
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock, Keep: desk.Keep{Articles: 48 * time.Hour}})
	n.outlets.send("gazette", wire{"1", "Choirs sing", "A choir of four hundred sang in the old town hall until late at night.", 3 * year},
		wire{"2", "Accra shuts", text("Accra"), 2 * year})
	n.assign(harbours, "gazette")
	if tally := n.once(); tally.Fresh != 2 || tally.Stories != 1 {
		t.Fatalf("got %+v, want two fresh items and a story", tally)
	}
	sweepAndAssign := func(list []news.Topic) {
		if err := n.desk.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		n.assign(list, "gazette")
	}
	n.later(47 * time.Hour)
	sweepAndAssign(append(slices.Clone(harbours), term("music", "choir")))
	if got := n.stories("music"); len(got) != 1 || !got[0].Filed.Equal(start.Add(-3*year)) {
		t.Errorf("got %v, want the choir under its own date", got)
	}
	n.later(2 * time.Hour)
	sweepAndAssign(append(slices.Clone(harbours), term("town", "town")))
	if got := n.stories("town"); len(got) != 0 {
		t.Errorf("got %v of what the archive has forgotten", got)
	}
}

// A store that takes what polls claim and not what they bring is not ready, until
// it takes news again.
func TestDeskIsHinderedWhileNewsIsRefused(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.outlets.send("herald", wire{"2", "Bergen shuts", text("Bergen"), time.Hour})
	n.assign(harbours, "gazette", "herald")
	n.store.BeforeCommit = func(news.Intake) error { return errors.New("the disk is full") }
	n.once()
	if n.desk.Hindered().IsZero() {
		t.Error("two polls were refused, and the desk does not say so")
	}
	n.store.BeforeCommit = nil
	n.later(time.Hour)
	if n.once(); !n.desk.Hindered().IsZero() || len(n.stories("harbours")) != 2 {
		t.Errorf("hindered since %v with %d stories, want two and no hindrance", n.desk.Hindered(), len(n.stories("harbours")))
	}
}

// Two outlets' copies of years ago are one story, which no index knows after a
// restart: a new topic takes that story and opens no other.
func TestFillingATopicFindsTheStoryOfOldCopies(t *testing.T) {
	const age = 400 * 24 * time.Hour
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), age})
	n.outlets.send("herald", wire{"h", "Accra's harbour shut", text("Accra"), age - time.Hour})
	n.assign(harbours, "gazette", "herald")
	n.once()
	n.store.Close()
	n.open()
	n.assign(append(slices.Clone(harbours), term("citrus", "citrus")), "gazette", "herald")
	for _, topic := range []string{"harbours", "citrus"} {
		if got := n.stories(topic); len(got) != 1 || len(got[0].Articles) != 2 {
			t.Errorf("%s: got %v, want one story that both tell", topic, got)
		}
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
