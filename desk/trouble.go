package desk

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"dateline/news"
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
	return d.refused.began()
}

// refusals are what polls brought and the store did not take, while it took
// nothing else of the kind: a full disk refuses news, and may take for long
// that there is none.
type refusals struct {
	mu    sync.Mutex // guards all below
	times int
	since time.Time
	of    map[news.SourceID]bool
}

// mostRefused is how often in a row the store refuses before that is its fault
// and not that of what was to be kept.
const mostRefused = 2

// note counts a commit. One that was lost to another process, or that we were
// told to leave, says nothing of the store.
func (r *refusals) note(in news.Intake, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		if len(in.Articles) > 0 || r.of[in.Ledger.Source] {
			r.times, r.of = 0, nil
		}
	case errors.Is(err, news.ErrLost), errors.Is(err, news.ErrStale), abandoned(err):
	default:
		if r.times++; r.times == 1 {
			r.since, r.of = time.Now(), map[news.SourceID]bool{}
		}
		r.of[in.Ledger.Source] = true
	}
}

// began is when the first of them was refused; zero: the store takes news.
func (r *refusals) began() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.times < mostRefused {
		return time.Time{}
	}
	return r.since
}

// pause is how long to wait before the next claim; 0: there is no trouble.
func (t *trouble) pause() time.Duration {
	if t.times == 0 {
		return 0
	}
	return min(100*time.Millisecond<<min(t.times-1, 10), maxNap)
}
