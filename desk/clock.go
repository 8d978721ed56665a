package desk

import (
	"context"
	"slices"
	"time"

	"dateline/news"
)

// wrongBy is how far ahead of now a time must be to come of a wrong clock.
// Clocks of several machines differ by less.
const wrongBy = 5 * time.Minute

// ledgersAtOnce is how many ledgers are read at a time.
const ledgersAtOnce = 100

// setDuesRight makes due what a clock that was ahead has put off: a source
// that was asked in the future is due now, and one that is claimed in the
// future when its claim would end. Without this it would not be asked until the
// right clock gets there.
func (d *Desk) setDuesRight(ctx context.Context) error {
	d.mu.RLock()
	ids := make([]news.SourceID, len(d.roster.Sources))
	for i := range d.roster.Sources {
		ids[i] = d.roster.Sources[i].ID
	}
	d.mu.RUnlock()
	now := d.now()
	for batch := range slices.Chunk(ids, ledgersAtOnce) {
		ledgers, err := d.o.Store.Ledgers(ctx, batch...)
		if err != nil {
			return err
		}
		var asked, claimed []news.SourceID
		for i := range ledgers {
			switch p := &ledgers[i].Poll; {
			case p.At.After(now.Add(wrongBy)):
				asked = append(asked, ledgers[i].Source)
			case !p.Due.After(now):
				claimed = append(claimed, ledgers[i].Source)
			}
		}
		if err := d.o.Store.Hasten(ctx, now, asked...); err != nil {
			return err
		}
		if err := d.o.Store.Hasten(ctx, now.Add(d.hold()), claimed...); err != nil {
			return err
		}
	}
	return nil
}
