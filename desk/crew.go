package desk

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// crew runs at most a number of polls at a time, and beside them some that have
// only to be filed. Its members stay until wait: a goroutine that polls once
// would grow its stack each time anew.
type crew struct {
	size   int
	hired  int
	work   chan func(leave func())
	taken  atomic.Int64  // pieces of work under way, but for those that left
	left   atomic.Int64  // those that left and are not done
	idle   chan struct{} // somebody has become free, or is done
	busy   sync.WaitGroup
	closed bool
}

// mostLeft bounds the pieces of work that left and are not done.
const mostLeft = 64

func newCrew(n int) *crew {
	return &crew{size: n, work: make(chan func(func()), n), idle: make(chan struct{}, 1)}
}

func (c *crew) free() int { return c.size - int(c.taken.Load()) }

// done reports whether nothing is under way.
func (c *crew) done() bool { return c.taken.Load() == 0 && c.left.Load() == 0 }

// do starts a piece of work. The caller has asked free and is the only one to
// call do. The work may call leave once all that remains is to wait for the
// store: another may then be begun in its place.
func (c *crew) do(work func(leave func())) {
	if int(c.taken.Add(1)+c.left.Load()) > c.hired {
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

func (c *crew) perform(work func(leave func())) {
	counted := &c.taken
	defer func() {
		counted.Add(-1)
		c.rouse()
	}()
	work(func() {
		if counted == &c.left {
			return
		}
		if c.left.Add(1) > mostLeft {
			c.left.Add(-1)
			return
		}
		counted = &c.left // counted twice for a moment, and never not at all
		c.taken.Add(-1)
		c.rouse()
	})
}

func (c *crew) rouse() {
	select {
	case c.idle <- struct{}{}:
	default:
	}
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
