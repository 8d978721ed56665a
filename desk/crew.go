package desk

import (
	"context"
	"sync"
	"time"
)

// crew runs at most a number of polls at a time.
type crew struct {
	places chan struct{}
	idle   chan struct{} // somebody has become free
	busy   sync.WaitGroup
}

func newCrew(n int) *crew {
	return &crew{places: make(chan struct{}, n), idle: make(chan struct{}, 1)}
}

func (c *crew) free() int { return cap(c.places) - len(c.places) }

// do starts a piece of work. The caller has asked free and is the only one to
// call do.
func (c *crew) do(work func()) {
	c.places <- struct{}{}
	c.busy.Go(func() {
		defer func() {
			<-c.places
			select {
			case c.idle <- struct{}{}:
			default:
			}
		}()
		work()
	})
}

// gatherFor is how long those who have become free wait for others.
const gatherFor = 10 * time.Millisecond

// gather waits a moment until half the crew is free: one claim for many costs
// the store little more than one for each.
func (c *crew) gather(ctx context.Context) {
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	for c.free() < cap(c.places)/2 {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case <-c.idle:
		}
	}
}

func (c *crew) wait() { c.busy.Wait() }
