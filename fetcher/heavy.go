package fetcher

import (
	"context"
	"runtime/debug"
	"time"
)

// Bodies beyond heavyBody bytes are read and parsed by few exchanges at a time:
// a document takes many times its size while it is read, and what three hundred
// outlets send at once must fit.
const (
	heavyBody  = 1 << 20
	mostHeavy  = 1
	heavyAgain = 30 * time.Second // when to come back who found no room
	heavyGC    = 10               // percent that the heap may grow by before it is collected, while one is read
)

// burden is one exchange's share of the room for large bodies.
type burden struct {
	room    chan struct{}
	held    bool
	collect int // the percentage that the garbage collector goes back to
}

type burdenKey struct{}

// Burdened returns a context under which a large body may be read, and what to
// call once nothing of what was read is needed any more. Without it Fetch and
// Page hold the room only until they return.
func (f *Fetcher) Burdened(ctx context.Context) (context.Context, func()) {
	if _, ok := ctx.Value(burdenKey{}).(*burden); ok {
		return ctx, func() {}
	}
	b := &burden{room: f.heavy}
	return context.WithValue(ctx, burdenKey{}, b), b.lay
}

// take waits for room, for as long as a feed waits for its turn. Its error is
// Busy: there was none, and the outlet is not to blame.
func (b *burden) take(ctx context.Context, host string, patience time.Duration) error {
	if b.held {
		return nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case b.room <- struct{}{}:
		b.held = true
		b.collect = debug.SetGCPercent(heavyGC)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return &Busy{Host: host, Wait: heavyAgain}
	}
}

func (b *burden) lay() {
	if b.held {
		b.held = false
		debug.FreeOSMemory() // what comes next begins where this began
		debug.SetGCPercent(b.collect)
		<-b.room
	}
}
