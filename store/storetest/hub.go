package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/news"
)

func subscriber(n int) news.Subscriber {
	return news.Subscriber{
		Callback: fmt.Sprintf("https://reader.example/in?n=%d&x=a b", n), Topic: "grain", Form: ".atom",
		Secret: "s\x00\xff é", Until: noon.Add(time.Duration(n) * time.Hour), Sent: news.Revision(n),
	}
}

func wantSubscribers(t *testing.T, s news.Store, want ...news.Subscriber) {
	t.Helper()
	got, err := s.Subscribers(t.Context())
	check(t, err)
	if d := Same(got, append([]news.Subscriber(nil), want...)); d != "" {
		t.Errorf("subscribers%s", d)
	}
}

func subscriptionsAreKept(t *testing.T, s news.Store) {
	wantSubscribers(t, s)
	first, second, third := subscriber(1), subscriber(2), subscriber(2)
	third.Form = ".rss"
	for _, sub := range []news.Subscriber{third, first, second} {
		check(t, s.Subscribe(t.Context(), sub))
	}
	wantSubscribers(t, s, first, second, third)

	check(t, s.Unsubscribe(t.Context(), second, subscriber(9)))
	wantSubscribers(t, s, first, third)
	check(t, s.Unsubscribe(t.Context()))
	wantSubscribers(t, s, first, third)
}

// A renewal may come while a delivery is under way: neither undoes the other.
func renewalsAndDeliveriesLeaveEachOtherAlone(t *testing.T, s news.Store) {
	sub := subscriber(1)
	check(t, s.Subscribe(t.Context(), sub))
	delivered := sub
	delivered.Sent, delivered.Missed, delivered.Due = 7, 2, noon.Add(time.Minute)
	check(t, s.Delivered(t.Context(), delivered))
	wantSubscribers(t, s, delivered)

	renewed := sub
	renewed.Secret, renewed.Until, renewed.Sent = "another", noon.Add(48*time.Hour), 0
	check(t, s.Subscribe(t.Context(), renewed))
	want := delivered
	want.Secret, want.Until = renewed.Secret, renewed.Until
	wantSubscribers(t, s, want)

	stale := delivered
	stale.Sent, stale.Missed, stale.Due = 8, 0, time.Time{}
	check(t, s.Delivered(t.Context(), stale))
	want.Sent, want.Missed, want.Due = 8, 0, time.Time{}
	wantSubscribers(t, s, want)
}

// A renewal may come in the very moment when a lease is over: it is not lost.
func renewalsOutliveTheEndOfALease(t *testing.T, s news.Store) {
	over, renewed, running := subscriber(1), subscriber(2), subscriber(4)
	for _, sub := range []news.Subscriber{over, renewed, running} {
		check(t, s.Subscribe(t.Context(), sub))
	}
	listed := []news.Subscriber{over, renewed, running, subscriber(9)}
	renewed.Until = noon.Add(48 * time.Hour)
	check(t, s.Subscribe(t.Context(), renewed))
	check(t, s.Lapse(t.Context(), over.Until.Add(-time.Microsecond), listed...))
	wantSubscribers(t, s, over, renewed, running)
	check(t, s.Lapse(t.Context(), noon.Add(3*time.Hour), listed...))
	wantSubscribers(t, s, renewed, running)
	check(t, s.Lapse(t.Context(), noon.Add(3*time.Hour)))
	wantSubscribers(t, s, renewed, running)
	over.Sent = 7 // who comes back begins anew
	check(t, s.Subscribe(t.Context(), over))
	wantSubscribers(t, s, over, renewed, running)
}

func deliveryBringsNobodyBack(t *testing.T, s news.Store) {
	sub := subscriber(1)
	check(t, s.Subscribe(t.Context(), sub))
	check(t, s.Unsubscribe(t.Context(), sub))
	check(t, s.Delivered(t.Context(), sub))
	wantSubscribers(t, s)
	sub.Sent = 3
	check(t, s.Subscribe(t.Context(), sub))
	wantSubscribers(t, s, sub)
}

func dutyHasOneHolder(t *testing.T, s news.Store) {
	hold := func(duty, holder string, lease time.Duration, want bool) {
		t.Helper()
		got, err := s.Hold(t.Context(), duty, holder, lease)
		check(t, err)
		if got != want {
			t.Errorf("%s holds %s: got %v, want %v", holder, duty, got, want)
		}
	}
	hold("deliver", "a", time.Hour, true)
	hold("deliver", "b", time.Hour, false)
	hold("deliver", "a", time.Hour, true)
	hold("count", "b", time.Hour, true)
	hold("deliver", "a", time.Millisecond, true)
	for {
		held, err := s.Hold(t.Context(), "deliver", "b", time.Hour)
		check(t, err)
		if held {
			break
		}
	}
	hold("deliver", "a", time.Hour, false)

	var holders atomic.Int64
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			held, err := s.Hold(t.Context(), "race", fmt.Sprint(n), time.Hour)
			if err != nil {
				t.Error(err)
			}
			if held {
				holders.Add(1)
			}
		})
	}
	all.Wait()
	if holders.Load() != 1 {
		t.Errorf("%d hold one duty", holders.Load())
	}
}
