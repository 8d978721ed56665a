package desk_test

import (
	"context"
	"testing"
	"time"

	"dateline/desk"
	"dateline/news"
)

// The sources of a process that dies are another's after a sixth of the lease,
// and not before a poll is over that its process holds on to.
func TestAPollThatTakesLongHoldsItsSource(t *testing.T) {
	const lease = 12 * time.Second
	n := newNewsroom(t)
	polled := make(chan desk.Outcome, 1)
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Lease: lease, Grace: time.Minute, Polled: func(out desk.Outcome) { polled <- out }})
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.outlets.hold = make(chan struct{})
	n.assign(harbours, "gazette")
	delayed := make(chan bool, 100)
	n.store.BeforeWrite = func(method string) error {
		if method == "Delay" {
			delayed <- true
		}
		return nil
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	before := time.Now()
	go func() { ended <- n.desk.Run(ctx) }()
	<-n.outlets.began
	due, err := n.store.NextDue(t.Context())
	if err != nil || due.Before(before.Add(lease/6)) || due.After(time.Now().Add(lease/6)) {
		t.Errorf("claimed until %v (%v), want %v from %v on", due, err, lease/6, before)
	}
	for held := due; !held.After(due); {
		<-delayed
		if held, err = n.store.NextDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	close(n.outlets.hold)
	if out := <-polled; out.Err != nil || out.Stories != 1 {
		t.Errorf("got %+v, want the story filed", out)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A source that falls due late in a long round is held as long as the first.
func TestALongRoundHoldsWhatItClaimsFromThenOn(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.outlets.send("herald", wire{"1", "Bergen shuts", text("Bergen"), time.Hour})
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock, Workers: 1, Polled: func(desk.Outcome) { n.later(time.Hour) }})
	n.assign(harbours, "gazette", "herald")
	commits := 0
	n.store.BeforeCommit = func(in news.Intake) error {
		if commits++; commits == 2 {
			claimed, err := n.store.Store.Claim(context.Background(), n.clock(), time.Minute, 10)
			if err != nil {
				return err
			}
			for _, l := range claimed {
				if l.Source == in.Ledger.Source {
					t.Errorf("another process could take the %s, which is being polled", l.Source)
				}
			}
		}
		return nil
	}
	if n.once(); commits != 2 {
		t.Errorf("got %d commits, want 2", commits)
	}
}
