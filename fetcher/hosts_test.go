package fetcher

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dateline/news"
)

func TestOneRequestAtATimeForEachHost(t *testing.T) {
	var now, most, total atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		total.Add(1)
		fmt.Fprint(w, feedOf(3))
	})
	f := open(t)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if _, err := f.Fetch(t.Context(), source(fmt.Sprintf("%s/%d", s.URL, i)), news.Poll{}, noon); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 1 || total.Load() != 40 {
		t.Errorf("%d requests, up to %d at once", total.Load(), most.Load())
	}
}

func TestGapIsFromEndToStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, time.Minute)
		var starts []time.Duration
		begun := time.Now()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				turn, err := s.take(t.Context(), "gazette.example:443")
				if err != nil {
					t.Error(err)
					return
				}
				starts = append(starts, time.Since(begun))
				time.Sleep(2 * time.Second)
				turn.end()
			})
		}
		wg.Go(func() {
			turn, _ := s.take(t.Context(), "courier.example:443")
			if time.Since(begun) != 0 {
				t.Error("one host waits for another")
			}
			turn.end()
		})
		wg.Wait()
		if got, want := fmt.Sprint(starts), "[0s 3s 6s]"; got != want {
			t.Errorf("requests start at %s, want %s", got, want)
		}
	})
}

func TestNoGapAtAllowedAddressesUnlessOneIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for everywhere, want := range map[bool]time.Duration{false: 0, true: time.Second} {
			s := newHosts(time.Second, everywhere, time.Minute)
			begun := time.Now()
			for range 2 {
				turn, err := s.take(t.Context(), "127.0.0.1:8080")
				if err != nil {
					t.Fatal(err)
				}
				turn.near = true
				turn.end()
			}
			turn, _ := s.take(t.Context(), "127.0.0.1:8080")
			turn.end()
			if got := time.Since(begun); got != 2*want {
				t.Errorf("everywhere %v: three turns take %v, want %v", everywhere, got, 2*want)
			}
		}
	})
}

func TestCrawlDelayWidensTheGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, time.Minute)
		turn, _ := s.take(t.Context(), "h:80")
		s.slow("h:80", 5*time.Second)
		turn.end()
		begun := time.Now()
		turn, _ = s.take(t.Context(), "h:80")
		if got := time.Since(begun); got != 5*time.Second {
			t.Errorf("the gap is %v, want 5s", got)
		}
		turn.end()
	})
}

func TestWaitingForATurnEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, time.Minute)
		held, _ := s.take(t.Context(), "h:80")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := s.take(ctx, "h:80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a context that ends: %v", err)
		}
		begun := time.Now()
		_, err := s.take(t.Context(), "h:80")
		if ft := new(fault); !errors.As(err, &ft) || time.Since(begun) != time.Minute {
			t.Errorf("with patience: %v after %v", err, time.Since(begun))
		}
		held.end()
		soon, cancelSoon := context.WithTimeout(t.Context(), time.Millisecond) // ends within the gap
		defer cancelSoon()
		if _, err := s.take(soon, "h:80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("within the gap: %v", err)
		}
		again, err := s.take(t.Context(), "h:80")
		if err != nil {
			t.Fatalf("those who gave up hold the turn: %v", err)
		}
		again.end()
		if n := s.known["h:80"].users; n != 0 {
			t.Errorf("%d users are left", n)
		}
	})
}

func TestHostsThatNobodyAsksAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, time.Minute)
		for i := range 1000 {
			turn, err := s.take(t.Context(), fmt.Sprintf("h%d:80", i))
			if err != nil {
				t.Fatal(err)
			}
			turn.end()
			time.Sleep(time.Minute)
		}
		if n := len(s.known); n > 200 {
			t.Errorf("%d hosts are remembered", n)
		}
	})
}

func TestHostThatCannotBeReachedIsLeftAlone(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := "http://" + ln.Addr().String()
	ln.Close()
	f := open(t)
	p := news.Poll{}
	for range breakAfter {
		p = faultOf(t, f, source(dead), p)
		wantFault(t, p, "refuses the connection")
	}
	p = faultOf(t, f, source(dead+"/another"), p)
	wantFault(t, p, "it is left alone until")
	if p.NotBefore.IsZero() || p.Status != 0 {
		t.Errorf("record %+v", p)
	}
	u, _ := url.Parse(dead)
	f.hosts.known[hostPort(u)].closed = time.Now() // the pause is over: one is let through, and closes it again
	wantFault(t, faultOf(t, f, source(dead), p), "refuses the connection")
	wantFault(t, faultOf(t, f, source(dead), p), "it is left alone until")
}

func TestAnAnswerEndsTheRunOfFailures(t *testing.T) {
	s := newHosts(0, false, time.Minute)
	for range 20 {
		turn, err := s.take(t.Context(), "h:80")
		if err != nil {
			t.Fatal(err)
		}
		turn.unreachable()
		turn.unreachable()
		turn.reached()
		turn.end()
	}
}

func TestSecondRefusalWithinAnHourIsTheHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(0, false, time.Minute)
		refuse := func(wait time.Duration) error {
			turn, err := s.take(t.Context(), "h:443")
			if err != nil {
				return err
			}
			turn.refused(wait)
			turn.end()
			return nil
		}
		for _, pause := range []time.Duration{2 * time.Hour, time.Minute} {
			if err := refuse(0); err != nil {
				t.Fatal(err)
			}
			time.Sleep(pause)
		}
		if err := refuse(30 * time.Minute); err != nil {
			t.Fatal(err)
		}
		time.Sleep(29 * time.Minute)
		if refuse(0) == nil {
			t.Error("the host is asked in spite of its wish")
		}
		time.Sleep(2 * time.Minute)
		if err := refuse(0); err != nil {
			t.Errorf("the wish is over: %v", err)
		}
	})
}
