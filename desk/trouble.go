package desk

import (
	"log/slog"
	"time"
)

// trouble is with the store: claims that fail in a row.
type trouble struct {
	times int
	since time.Time
}

// note says once that claims fail, and once that they no longer do.
func (t *trouble) note(log *slog.Logger, err error) {
	switch {
	case err == nil && t.times > 0:
		log.Info("sources are claimed again", "took", time.Since(t.since).Round(time.Millisecond).String())
		*t = trouble{}
	case err == nil:
	case t.times == 0:
		log.Error("claim due sources, and again until it goes well", "err", err)
		t.since = time.Now()
		fallthrough
	default:
		t.times++
	}
}

// began is since when claims fail, in nanoseconds since 1970; 0: they do not.
func (t *trouble) began() int64 {
	if t.times == 0 {
		return 0
	}
	return t.since.UnixNano()
}

// Hindered is since when the store has refused the desk's work, as one does that
// is away or whose disk is full; zero: it does not. The desk goes on by itself.
func (d *Desk) Hindered() time.Time {
	if at := d.hindered.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}

// pause is how long to wait before the next claim; 0: there is no trouble.
func (t *trouble) pause() time.Duration {
	if t.times == 0 {
		return 0
	}
	return min(100*time.Millisecond<<min(t.times-1, 10), maxNap)
}
