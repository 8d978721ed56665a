package desk

import (
	"context"
	"maps"
	"slices"
	"time"

	"dateline/news"
)

// confirmAfter is how long after sources were enrolled they are enrolled once
// more. A store that fails over loses its last second, and with it the
// enrolment of a desk that had just begun: nothing would ever be due.
const confirmAfter = 10 * time.Second

// confirm enrols the roster's sources again: once after an Assign, and whenever
// the store knows none, as after the loss of all it held. It writes only what
// is missing.
func (d *Desk) confirm(ctx context.Context, now time.Time, bare bool) {
	if !d.assigning.TryLock() {
		return // a roster is being taken up, which enrols
	}
	defer d.assigning.Unlock()
	d.mu.RLock()
	pending := !d.confirmAt.IsZero() && !now.Before(d.confirmAt)
	var ids []news.SourceID
	if pending || bare { // or it would be done each time that Run looks for due sources
		ids = slices.Collect(maps.Keys(d.byID))
	}
	d.mu.RUnlock()
	if len(ids) == 0 {
		return
	}
	if err := d.o.Store.Enrol(ctx, ids); err != nil {
		if ctx.Err() == nil {
			d.log.Error("enrol sources again", "err", err)
		}
		return
	}
	d.mu.Lock()
	d.confirmAt = time.Time{}
	d.mu.Unlock()
}
