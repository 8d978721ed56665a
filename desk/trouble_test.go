package desk

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dateline/news"
	"dateline/store"
	"dateline/store/storetest"
)

// A store that is away for an hour is worth two lines, not thousands, and is
// asked again soon at first and ever less often then.
func TestTroubleWithTheStoreIsSaidOnce(t *testing.T) {
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, nil))
	var times trouble
	if times.pause() != 0 {
		t.Error("there is a pause without trouble")
	}
	for last := times.pause(); times.times < 20; last = times.pause() {
		times.note(log, errors.New("gone"))
		if now := times.pause(); now < last || now == 0 || now > maxNap {
			t.Fatalf("after %d failures the pause is %v, after %v", times.times, now, last)
		}
	}
	if times.pause() != maxNap {
		t.Errorf("the pause grows to %v, want %v", times.pause(), maxNap)
	}
	times.note(log, nil)
	times.note(log, nil)
	if times.pause() != 0 {
		t.Error("the trouble is over and the pause is not")
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "gone") || !strings.Contains(lines[1], "again") {
		t.Errorf("it said %q", lines)
	}
}

// A disk that is full lets claims and quiet polls pass and refuses news: a store
// that refuses twice in a row and takes no news between is not ready. One source
// whose copy cannot be kept says nothing of the store.
func TestRefusedNewsHindersTheDesk(t *testing.T) {
	full := errors.New("the disk is full")
	poll := func(source news.SourceID, articles int) news.Intake {
		return news.Intake{Ledger: news.Ledger{Source: source}, Articles: make([]news.Article, articles)}
	}
	type commit struct {
		in  news.Intake
		err error
	}
	for what, c := range map[string]struct {
		commits []commit
		want    bool
	}{
		"nothing":                     {nil, false},
		"one refusal":                 {[]commit{{poll("a", 1), full}}, false},
		"two refusals":                {[]commit{{poll("a", 1), full}, {poll("b", 1), full}}, true},
		"the same source twice":       {[]commit{{poll("a", 1), full}, {poll("a", 1), full}}, true},
		"a quiet poll between":        {[]commit{{poll("a", 1), full}, {poll("b", 0), nil}, {poll("a", 1), full}}, true},
		"news of another between":     {[]commit{{poll("a", 1), full}, {poll("b", 1), nil}, {poll("a", 1), full}}, false},
		"news came through":           {[]commit{{poll("a", 1), full}, {poll("a", 1), full}, {poll("b", 1), nil}}, false},
		"the refused one came, quiet": {[]commit{{poll("a", 0), full}, {poll("a", 0), full}, {poll("a", 0), nil}}, false},
		"leases lost to others":       {[]commit{{poll("a", 1), news.ErrLost}, {poll("b", 1), news.ErrLost}}, false},
		"others always before us":     {[]commit{{poll("a", 1), news.ErrStale}, {poll("b", 1), news.ErrStale}}, false},
		"told to stop":                {[]commit{{poll("a", 1), context.Canceled}, {poll("b", 1), context.Canceled}}, false},
	} {
		d := New(Options{})
		for _, one := range c.commits {
			d.refused.note(one.in, one.err)
		}
		if got := !d.Hindered().IsZero(); got != c.want {
			t.Errorf("%s: hindered %t, want %t", what, got, c.want)
		}
	}
}

// A desk whose store takes nothing says so, and goes on by itself.
func TestDeskIsHinderedWhileItsStoreTakesNothing(t *testing.T) {
	var full atomic.Bool
	full.Store(true)
	failed := make(chan struct{}, 100)
	held, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "dateline.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	d := New(Options{Store: &storetest.Faulty{Store: held, BeforeClaim: func() error {
		if !full.Load() {
			return nil
		}
		failed <- struct{}{}
		return errors.New("the disk is full")
	}}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	<-failed
	<-failed // the first has been noted
	if d.Hindered().IsZero() {
		t.Error("the store takes nothing, and the desk does not say so")
	}
	full.Store(false)
	for !d.Hindered().IsZero() {
		time.Sleep(time.Millisecond) // the desk has no other way to say that it goes on
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
