package desk

import (
	"context"
	"slices"
	"sync"
	"time"

	"dateline/news"
)

// hold is how long a claim keeps other processes away at a time: half a minute,
// by the lease that desks usually have. A poll that takes longer holds on, so
// that the sources of a process that dies are soon another's.
func (d *Desk) hold() time.Duration { return d.o.Lease / 6 }

// holds are the polls under way.
type holds struct {
	mu    sync.Mutex // guards began
	began map[news.SourceID]time.Time
}

// begin notes a poll, until end is called.
func (h *holds) begin(id news.SourceID, at time.Time) (end func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.began == nil {
		h.began = map[news.SourceID]time.Time{}
	}
	h.began[id] = at
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.began, id)
	}
}

// before lists the sources whose polls began before a time.
func (h *holds) before(at time.Time) []news.SourceID {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []news.SourceID
	for id, began := range h.began {
		if began.Before(at) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// holdOn keeps the claims of polls that take long, until stop is called. Where
// it cannot, another process may take the source, and the later commit of the
// two is refused.
func (d *Desk) holdOn() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var keeper sync.WaitGroup
	keeper.Go(func() {
		ticker := time.NewTicker(d.hold() / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-ticker.C:
				slow := d.holds.before(now.Add(-d.hold() / 3))
				if err := d.o.Store.Delay(ctx, d.now().Add(d.hold()), slow...); err != nil && ctx.Err() == nil {
					d.log.Debug("the claims of polls under way could not be kept", "err", err)
				}
			}
		}
	})
	return func() {
		cancel()
		keeper.Wait()
	}
}
