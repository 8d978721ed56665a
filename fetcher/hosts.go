package fetcher

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// The breaker's measures.
const (
	breakAfter  = 5                // failures to connect, in a row
	breakFor    = time.Minute      // that a host is then left alone; twice as long after each further failure
	breakMost   = 15 * time.Minute // and for how long at most
	refusedSpan = time.Hour        // two refusals within it are the host's, not one feed's
	refusedMin  = 10 * time.Minute // that a host is then left alone at least
)

// longestTurn is when others get their turn at a host although an answer is
// still coming: a server that lets one feed hang must not hold up its others.
const longestTurn = 15 * time.Second

// longestOff is for how long somebody is put off at most, however many stand
// in line.
const longestOff = time.Hour

// Busy means that a host has enough to do with other requests of ours. Nothing
// was asked, and it is nobody's fault.
type Busy struct {
	Host string
	Wait time.Duration // when to come back: each who is put off is named a time of his own
}

// Error says so in a sentence.
func (b *Busy) Error() string {
	return fmt.Sprintf("%s is busy with other requests of ours; its turn comes in about %s", b.Host, b.Wait.Round(time.Second))
}

// hosts gives every host one request at a time, with a gap between the end of
// one and the start of the next, and leaves hosts alone that cannot be reached
// or that refuse.
type hosts struct {
	gap        time.Duration
	everywhere bool          // the gap holds at allowed addresses, too
	patience   time.Duration // for the wait until it is a feed's turn; those put off come back no sooner

	mu      sync.Mutex // guards what follows, and all fields of each host but its slot
	known   map[string]*host
	sweepAt int
}

type host struct {
	slot     chan struct{} // holds a token while somebody has the turn
	users    int           // that have the turn or wait for it
	began    time.Time     // when the present turn did
	step     time.Duration // from the start of a turn to the next one's, as turns have gone of late
	promised time.Time     // the time named to the last one who was put off
	next     time.Time     // when the next request may start
	delay    time.Duration // a gap that the host wishes for
	failures int           // to connect, in a row
	closed   time.Time     // until when it is left alone
	why      string
	refusal  time.Time // the last 429
}

func newHosts(gap time.Duration, everywhere bool, patience time.Duration) *hosts {
	return &hosts{gap: gap, everywhere: everywhere, patience: patience, known: map[string]*host{}, sweepAt: 64}
}

// turn is the right to ask one host, until its end.
type turn struct {
	key  string
	near bool // the host's address is one that the operator allowed
	of   *hosts
	host *host

	drags *time.Timer // ends it where the answer takes too long
	once  sync.Once   // it ends once
	ended atomic.Bool
}

// take waits for the turn at a host for as long as patience lasts, and is Busy
// at once where it cannot last. It fails at once where the host is to be left
// alone.
func (s *hosts) take(ctx context.Context, key string, patience time.Duration) (*turn, error) {
	h, err := s.enter(key, patience)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case h.slot <- struct{}{}:
	case <-waiting.Done():
		s.leave(h)
		return nil, s.impatient(ctx, h, key)
	}
	t := &turn{key: key, of: s, host: h}
	if err := s.closedFault(h, key); err != nil { // it closed while we waited
		t.giveBack()
		return nil, err
	}
	if !s.pause(waiting, h) {
		t.giveBack()
		return nil, s.impatient(ctx, h, key)
	}
	s.mu.Lock()
	h.began = time.Now()
	s.mu.Unlock()
	t.drags = time.AfterFunc(longestTurn, t.end)
	return t, nil
}

// pause waits until the gap is over, and reports whether it came to that.
func (s *hosts) pause(ctx context.Context, h *host) bool {
	s.mu.Lock()
	wait := time.Until(h.next)
	s.mu.Unlock()
	if wait <= 0 {
		return true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *hosts) impatient(ctx context.Context, h *host, key string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.putOff(h, key)
}

// putOff names a time to come back, one step after that named to the one
// before, so that all who are put off come one by one.
func (s *hosts) putOff(h *host, key string) *Busy {
	now := time.Now()
	if h.promised.Before(now) {
		h.promised = now
	}
	h.promised = h.promised.Add(max(h.step, s.gap))
	return &Busy{Host: key, Wait: min(max(h.promised.Sub(now), s.patience), longestOff)}
}

func (s *hosts) enter(key string, patience time.Duration) (*host, error) {
	s.mu.Lock()
	h := s.known[key]
	if h == nil {
		s.sweep()
		h = &host{slot: make(chan struct{}, 1)}
		s.known[key] = h
	}
	if time.Duration(h.users)*h.step > patience && !time.Now().Before(h.closed) {
		defer s.mu.Unlock()
		return nil, s.putOff(h, key)
	}
	h.users++
	s.mu.Unlock()
	if err := s.closedFault(h, key); err != nil {
		s.leave(h)
		return nil, err
	}
	return h, nil
}

func (s *hosts) leave(h *host) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.users--
}

// sweep forgets hosts of which nothing needs to be known any more. It runs each
// time the number of hosts has doubled, so that it costs next to nothing.
func (s *hosts) sweep() {
	if len(s.known) < s.sweepAt {
		return
	}
	now := time.Now()
	for key, h := range s.known {
		idle := now.Sub(h.next) > refusedSpan
		if h.users == 0 && idle && now.After(h.closed) {
			delete(s.known, key)
		}
	}
	s.sweepAt = max(64, 2*len(s.known))
}

func (s *hosts) closedFault(h *host, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(h.closed) {
		f := faultf("%s %s; it is left alone until %s", key, h.why, h.closed.UTC().Format("15:04 MST"))
		f.until = h.closed
		return f
	}
	return nil
}

// end gives the turn back; the next one starts after the gap. A nil turn has
// nothing to give, and neither has one that ended.
func (t *turn) end() {
	if t == nil {
		return
	}
	t.once.Do(func() {
		t.ended.Store(true)
		t.settle()
		t.giveBack()
	})
}

// settle works out when the next turn may start, and how long turns take here.
// One that takes far longer than those before is believed bit by bit, since
// those who wait are put off by this measure.
func (t *turn) settle() {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	gap := t.host.delay
	if !t.near || t.of.everywhere {
		gap = max(gap, t.of.gap)
	}
	now := time.Now()
	t.host.next = now.Add(gap)
	t.host.step = min(now.Sub(t.host.began), 2*t.host.step+time.Second) + gap
}

// giveBack lets the next one have the turn.
func (t *turn) giveBack() {
	if t.drags != nil {
		t.drags.Stop()
	}
	<-t.host.slot
	t.of.leave(t.host)
}

// slow widens a host's gap to what it wishes for; 0 gives up such a wish.
func (s *hosts) slow(key string, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.known[key]; h != nil {
		h.delay = delay
	}
}

// reached records that the host answers.
func (t *turn) reached() {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.host.failures = 0
}

// unreachable records that no connection came about.
func (t *turn) unreachable() {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	if t.host.failures++; t.host.failures >= breakAfter {
		wait := min(breakFor<<min(t.host.failures-breakAfter, 8), breakMost)
		t.host.closed, t.host.why = time.Now().Add(wait), "could not be reached several times in a row"
	}
}

// refused records that the host finds it is asked too often. Once may be about
// one feed; twice within an hour is about us.
func (t *turn) refused(wait time.Duration) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	now := time.Now()
	if !t.host.refusal.IsZero() && now.Sub(t.host.refusal) < refusedSpan && !t.near {
		t.host.closed, t.host.why = now.Add(max(wait, refusedMin)), "found twice that it is asked too often"
	}
	t.host.refusal = now
}
