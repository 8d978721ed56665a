package fetcher

import (
	"context"
	"runtime"
	"time"
)

// A document takes many times its size while it is made into items and
// articles, and what three hundred outlets send at once must fit. So there is
// room for so many bytes of documents that are being worked on, and a document
// beyond heavyBody takes all of it. Reading one that is so large takes a share of
// its own, for an outlet may take its time over that.
const (
	lightBody  = 128 << 10 // no room is asked for
	heavyBody  = 1 << 20
	mostHeavy  = 1                // large bodies that are read at a time
	heavyAgain = 30 * time.Second // when to come back who found no room
)

// workRoom is how many bytes of documents may be worked on at a time: by two
// processors no more than one that is just not large.
func workRoom() int64 { return int64(min(max(runtime.GOMAXPROCS(0), 2), 16)) * heavyBody / 2 }

// burden is one exchange's share of the room for bodies.
type burden struct {
	of      *Fetcher
	reading bool  // it holds the share for reading a large body
	weight  int64 // what it holds of the room for work
}

type burdenKey struct{}

// Burdened returns a context under which a large body may be read, and what to
// call once nothing of what was read is needed any more. Without it Fetch and
// Page hold the room only until they return.
func (f *Fetcher) Burdened(ctx context.Context) (context.Context, func()) {
	if _, ok := ctx.Value(burdenKey{}).(*burden); ok {
		return ctx, func() {}
	}
	b := &burden{of: f}
	return context.WithValue(ctx, burdenKey{}, b), b.lay
}

// carried is the burden of a context, or a new one, and what to call when the
// body at hand is needed no more.
func (f *Fetcher) carried(ctx context.Context) (*burden, func()) {
	if b, ok := ctx.Value(burdenKey{}).(*burden); ok {
		return b, func() {}
	}
	b := &burden{of: f}
	return b, b.lay
}

// Room waits until a text of n bytes that was read before may be worked on, and
// returns what to call afterwards. Its error is Busy, or that of ctx.
func (f *Fetcher) Room(ctx context.Context, n int) (func(), error) {
	b := &burden{of: f}
	return b.lay, b.weigh(ctx, "the desk", int64(n))
}

// begin waits until a large body may be read, for as long as a feed waits for
// its turn. Its error is Busy: there was no room, and the outlet is not to blame.
func (b *burden) begin(ctx context.Context, host string, patience time.Duration) error {
	if b.reading {
		return nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case b.of.heavy <- struct{}{}:
		b.reading = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return &Busy{Host: host, Wait: heavyAgain}
	}
}

// weigh waits until a body of n bytes may be worked on. What is held for an
// earlier one is given back first, so that nobody waits in a circle.
func (b *burden) weigh(ctx context.Context, host string, n int64) error {
	want := min(n, b.of.room)
	switch {
	case n > heavyBody:
		want = b.of.room
	case n <= lightBody:
		want = 0
	}
	if want <= b.weight {
		return nil
	}
	b.lighten()
	waiting, cancel := context.WithTimeout(ctx, b.of.opt.Limits.Turn*workTurns)
	defer cancel()
	if err := b.of.work.Acquire(waiting, want); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Busy{Host: host, Wait: heavyAgain}
	}
	b.weight = want
	return nil
}

// workTurns is how many times as long as for a host's turn one waits to work on
// what is there already: those before are at work, and no outlet is waited for.
const workTurns = 6

// most is how large a body may become under what is held.
func (b *burden) most(limits Limits) int64 {
	if b.weight == b.of.room {
		return limits.Decoded
	}
	return heavyBody
}

// lighten gives back the room for work.
func (b *burden) lighten() {
	if b.weight > 0 {
		b.of.work.Release(b.weight)
	}
	b.weight = 0
}

// lay gives back all that is held.
func (b *burden) lay() {
	b.lighten()
	if b.reading {
		b.reading = false
		<-b.of.heavy
	}
}
