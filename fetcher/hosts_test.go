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
				turn, err := s.take(t.Context(), "gazette.example:443", time.Minute)
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
			turn, _ := s.take(t.Context(), "courier.example:443", time.Minute)
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
				turn, err := s.take(t.Context(), "127.0.0.1:8080", time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				turn.near = true
				turn.end()
			}
			turn, _ := s.take(t.Context(), "127.0.0.1:8080", time.Minute)
			turn.end()
			if got := time.Since(begun); got != 2*want {
				t.Errorf("everywhere %v: three turns take %v, want %v", everywhere, got, 2*want)
			}
		}
	})
}

func TestAnAnswerThatHangsHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, time.Minute)
		begun := time.Now()
		hanging, _ := s.take(t.Context(), "h:80", time.Minute)
		next, err := s.take(t.Context(), "h:80", time.Minute)
		if err != nil || time.Since(begun) != longestTurn+time.Second {
			t.Fatalf("the next turn came after %v: %v", time.Since(begun), err)
		}
		hanging.end() // it is over already: the other one's turn is not ended
		waiting, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.take(waiting, "h:80", time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("two turns at once: %v", err)
		}
		next.end()
		if n := s.known["h:80"].users; n != 0 {
			t.Errorf("%d users are left", n)
		}
	})
}

func TestOneSlowAnswerDoesNotPutOffForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, 5*time.Second)
		for _, takes := range []time.Duration{time.Second, time.Second, 14 * time.Second} {
			turn, err := s.take(t.Context(), "h:80", time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(takes)
			turn.end()
		}
		if got := s.known["h:80"].step; got > 7*time.Second {
			t.Errorf("turns are taken to last %v after one that lasted 14s", got)
		}
	})
}

func TestCrawlDelayWidensTheGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, time.Minute)
		turn, _ := s.take(t.Context(), "h:80", time.Minute)
		s.slow("h:80", 5*time.Second)
		turn.end()
		begun := time.Now()
		turn, _ = s.take(t.Context(), "h:80", time.Minute)
		if got := time.Since(begun); got != 5*time.Second {
			t.Errorf("the gap is %v, want 5s", got)
		}
		turn.end()
	})
}

func TestWaitingForATurnEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, time.Minute)
		held, _ := s.take(t.Context(), "h:80", time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := s.take(ctx, "h:80", time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a context that ends: %v", err)
		}
		begun := time.Now()
		_, err := s.take(t.Context(), "h:80", 4*time.Second)
		if busy := new(Busy); !errors.As(err, &busy) || time.Since(begun) != 4*time.Second {
			t.Errorf("with patience: %v after %v", err, time.Since(begun))
		}
		held.end()
		soon, cancelSoon := context.WithTimeout(t.Context(), time.Millisecond) // ends within the gap
		defer cancelSoon()
		if _, err := s.take(soon, "h:80", time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("within the gap: %v", err)
		}
		again, err := s.take(t.Context(), "h:80", time.Minute)
		if err != nil {
			t.Fatalf("those who gave up hold the turn: %v", err)
		}
		again.end()
		if n := s.known["h:80"].users; n != 0 {
			t.Errorf("%d users are left", n)
		}
	})
}

// Where 2,000 sources of one host are due at once, all but a few are told at
// once when to come back, one after the other.
func TestThoseWhoArePutOffComeBackOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, 5*time.Second)
		first, _ := s.take(t.Context(), "h:80", 5*time.Second)
		time.Sleep(time.Second)
		first.end() // a step is two seconds
		var line sync.WaitGroup
		for range 3 {
			line.Go(func() {
				turn, err := s.take(t.Context(), "h:80", 5*time.Second)
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Second)
				turn.end()
			})
		}
		synctest.Wait()
		begun := time.Now()
		var waits []time.Duration
		for range 2000 {
			_, err := s.take(t.Context(), "h:80", 5*time.Second)
			busy := new(Busy)
			if !errors.As(err, &busy) {
				t.Fatalf("got %v, want busy", err)
			}
			waits = append(waits, busy.Wait)
		}
		if time.Since(begun) != 0 {
			t.Errorf("they were kept waiting for %v", time.Since(begun))
		}
		if got, want := fmt.Sprint(waits[:5], waits[999], waits[1999]), "[5s 5s 6s 8s 10s] 33m20s 1h0m0s"; got != want {
			t.Errorf("put off for %s, want %s", got, want)
		}
		line.Wait()
		if n := s.known["h:80"].users; n != 0 {
			t.Errorf("%d users are left", n)
		}
	})
}

func TestBusyHostIsNoFault(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, feedOf(1)) })
	f := open(t)
	f.hosts.patience, f.opt.Limits.Turn = time.Millisecond, time.Millisecond
	u, _ := url.Parse(s.URL)
	held, err := f.hosts.take(t.Context(), hostPort(u), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer held.end()
	last := news.Poll{At: noon, ETag: "x", Failures: 2, Fault: "as before"}
	reply, err := f.Fetch(t.Context(), source(s.URL), last, noon.Add(time.Hour))
	if busy := new(Busy); !errors.As(err, &busy) || busy.Wait <= 0 {
		t.Fatalf("got %v, want busy", err)
	}
	if reply.Poll.Failures != 2 || !reply.Poll.At.Equal(noon) {
		t.Errorf("our own queue was recorded against the outlet: %+v", reply.Poll)
	}
}

func TestHostsThatNobodyAsksAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHosts(time.Second, false, time.Minute)
		for i := range 1000 {
			turn, err := s.take(t.Context(), fmt.Sprintf("h%d:80", i), time.Minute)
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
		turn, err := s.take(t.Context(), "h:80", time.Minute)
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
			turn, err := s.take(t.Context(), "h:443", time.Minute)
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
