package desk_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"dateline/desk"
	"dateline/news"
)

// What is told of a poll says how its items fared: new, corrected, left out,
// and under which topics.
func TestOutcomeSaysHowItemsFared(t *testing.T) {
	n := newNewsroom(t)
	var heard []desk.Outcome
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock, Polled: func(out desk.Outcome) { heard = append(heard, out) }})
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign([]news.Topic{harbours[0], term("citrus", "citrus")}, "gazette")
	n.once()
	n.later(20 * time.Minute)
	n.outlets.send("gazette", wire{"1", "Accra shuts for good", strings.ReplaceAll(text("Accra"), "eleven", "twelve"), time.Hour},
		wire{"2", "Bergen shuts", text("Bergen"), 0}, wire{"2", "Bergen shuts", text("Bergen"), 0})
	n.once()
	n.later(20 * time.Minute)
	n.once()
	if len(heard) != 3 {
		t.Fatalf("heard of %d polls, want 3", len(heard))
	}
	second, third := heard[1], heard[2]
	if second.Fresh != 2 || second.Changed != 1 || second.Dropped.Twice != 1 {
		t.Errorf("got %+v, want a correction, a new item and one sent twice", second)
	}
	if want := map[news.TopicID]int{"harbours": 2, "citrus": 2}; !reflect.DeepEqual(second.Topics, want) {
		t.Errorf("topics: got %v, want %v", second.Topics, want)
	}
	if !second.Begun.Equal(start.Add(20 * time.Minute)) {
		t.Errorf("begun at %v", second.Begun)
	}
	if third.Fresh != 0 || third.Changed != 0 || third.Dropped != (news.Dropped{}) {
		t.Errorf("a quiet poll tells the last one's items again: %+v", third)
	}
}

func TestBeatIsWhenWorkWasLookedFor(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.hold = make(chan struct{})
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	if at := n.desk.Beat(); !at.IsZero() {
		t.Errorf("before it runs: %v", at)
	}
	before := time.Now()
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.desk.Run(ctx) }()
	<-n.outlets.began
	if at := n.desk.Beat(); at.Before(before) {
		t.Errorf("while it runs: %v", at)
	}
	close(n.outlets.hold)
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
