package desk

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// crew runs at most a number of polls at a time. Its members stay until wait:
// a goroutine that polls once would grow its stack each time anew.
type crew struct {
	size   int
	hired  int
	work   chan func()
	taken  atomic.Int64  // pieces of work that are not done
	idle   chan struct{} // somebody has become free
	busy   sync.WaitGroup
	closed bool
}

func newCrew(n int) *crew {
	return &crew{size: n, work: make(chan func(), n), idle: make(chan struct{}, 1)}
}

func (c *crew) free() int { return c.size - int(c.taken.Load()) }

// do starts a piece of work. The caller has asked free and is the only one to
// call do.
func (c *crew) do(work func()) {
	if int(c.taken.Add(1)) > c.hired {
		c.hired++
		c.busy.Go(c.member)
	}
	c.work <- work
}

func (c *crew) member() {
	for work := range c.work {
		c.perform(work)
	}
}

func (c *crew) perform(work func()) {
	defer func() {
		c.taken.Add(-1)
		select {
		case c.idle <- struct{}{}:
		default:
		}
	}()
	work()
}

// gatherFor is how long those who have become free wait for others.
const gatherFor = 10 * time.Millisecond

// gather waits a moment until most of the crew is free: one claim for many costs
// the store little more than one for one.
func (c *crew) gather(ctx context.Context) {
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	for c.free() < c.size*3/4 {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case <-c.idle:
		}
	}
}

// wait lets the crew go once all is done. Nothing is given to it afterwards.
func (c *crew) wait() {
	if !c.closed {
		c.closed = true
		close(c.work)
	}
	c.busy.Wait()
}
