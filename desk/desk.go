// Package desk carries one item from due to commit: it claims sources that
// are due, has them fetched, tells new copy from old, has it edited and
// matched, finds the story it tells, and commits all that one poll brought in
// one act. Whatever goes wrong before the commit has not happened.
package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"dateline/fetcher"
	"dateline/news"
	"dateline/normalize"
	"dateline/stories"
	"dateline/topics"
)

// Options are what a desk works with. Store and Fetcher are needed; the zero
// value of the rest is sensible.
type Options struct {
	Store   news.Store
	Fetcher *fetcher.Fetcher
	Log     *slog.Logger     // nil: silent
	Workers int              // polls at a time; 0: 16
	Lease   time.Duration    // how long a poll may hold a source; 0: 3 minutes. It is given two thirds of it to ask and edit
	Grace   time.Duration    // how long polls under way may go on after the end is called; 0: 5 seconds
	Window  time.Duration    // how far back copies are joined; 0: 7 days
	Seats   news.Seats       // where copy is edited and filed; nil: there is one for each worker
	Keep    Keep             // what the nightly sweep leaves
	Push    string           // public address below which hubs reach Pushes, with a slash at its end; empty: no subscriptions
	Mail    news.Mail        // where other processes leave what hubs send, and find it; nil: this one hears its hubs itself
	Now     func() time.Time // nil: time.Now
	Step    func(string)     // called at each of Steps, for tests that end the process there; nil: nobody listens
	Polled  func(Outcome)    // called after each poll, from several goroutines; nil: nobody listens
}

// Keep says for how long things are kept. Zero keeps them for ever.
type Keep struct {
	Articles time.Duration // archived articles, for filling new topics
	Stories  time.Duration
	Ledgers  time.Duration // of sources no longer in the config
}

// Roster is what the config has the desk do.
type Roster struct {
	Sources   []news.Source
	Schedules map[news.SourceID]Schedule
	Topics    []news.Topic
	Matcher   *topics.Matcher
	Sites     normalize.Sites // the user's rules for the pages of hosts
}

// Outcome is what came of one poll.
type Outcome struct {
	Source  news.SourceID
	Poll    news.Poll
	Items   int // in the feed
	Fresh   int // new or changed
	Stories int // new or changed
	Err     error
	Ours    bool // the fault is ours, and the poll left no record
	Took    time.Duration

	Changed int                  // of Fresh, those that were filed before: corrections
	Dropped news.Dropped         // what was left out of the feed, where one was read
	Topics  map[news.TopicID]int // articles of Fresh under each topic
	Begun   time.Time            // when the poll began
	Stages  Stages               // where its time went

	later time.Duration // it was not asked, and is due again after this
}

// Stages are the parts of a poll's time: asking the outlet, editing what it
// sent with the pages read for it, and filing it in the store.
type Stages struct{ Fetch, Edit, File time.Duration }

// Desk polls sources and files what they send. Make one with New, give it work
// with Assign, then Run it.
type Desk struct {
	o        Options
	log      *slog.Logger
	now      func() time.Time
	wake     chan struct{} // there may be something due
	beat     atomic.Int64  // when Run last looked for due sources, in Unix nanoseconds
	hindered atomic.Int64  // since when claims fail, in nanoseconds; 0: they do not
	refused  refusals      // commits that fail
	mail     news.Mail     // what hubs sent
	copies   copyRoom

	editor func(news.Source, *news.Item, []news.Page, time.Time) news.Article // nil: that of the roster's sites

	assigning sync.Mutex // held while a roster is taken up: one at a time

	mu        sync.RWMutex // guards roster, byID and confirmAt
	roster    Roster
	byID      map[news.SourceID]*news.Source
	holds     holds
	confirmAt time.Time  // when the roster is to be enrolled once more; zero: it was
	placing   sync.Mutex // guards index and base: stories are placed by one poll at a time
	index     *stories.Index
	base      news.Revision // what index knows
	caught    bool          // index was filled from the store
}

// New makes a desk with nothing to do yet.
func New(o Options) *Desk {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Workers = or(o.Workers, 16)
	o.Lease = or(o.Lease, 3*time.Minute)
	o.Grace = or(o.Grace, 5*time.Second)
	o.Window = or(o.Window, 7*24*time.Hour)
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Desk{
		o: o, log: o.Log, now: o.Now,
		wake: make(chan struct{}, 1),
		mail: o.Mail, copies: newCopyRoom(),
	}
	if d.mail == nil {
		d.mail = newMailbox()
	}
	d.index = d.newIndex()
	return d
}

// newIndex makes an index of no stories.
func (d *Desk) newIndex() *stories.Index {
	return stories.New(stories.Options{Window: d.o.Window, Joining: d.joining})
}

// joining is by what likeness the config has a source's articles join others.
func (d *Desk) joining(id news.SourceID) news.Joining {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if src := d.byID[id]; src != nil {
		return src.Joining
	}
	return news.JoinEvents
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// Assign gives the desk its sources and topics, in place of those it had, and
// fills from the archive what topics were not filled before it returns. Where
// that fails the desk works with the new ones all the same, and another Assign
// goes on; only where the sources cannot be enrolled the old ones stay.
func (d *Desk) Assign(ctx context.Context, r Roster) error {
	ids := make([]news.SourceID, len(r.Sources))
	byID := r.byID()
	for i := range r.Sources {
		ids[i] = r.Sources[i].ID
		if _, ok := r.Schedules[ids[i]]; !ok {
			return fmt.Errorf("source %s has no schedule", ids[i])
		}
	}
	d.assigning.Lock()
	defer d.assigning.Unlock()
	oldRoster, oldByID := d.swap(r, byID) // before Enrol: what is enrolled may be claimed at once
	if err := d.o.Store.Enrol(ctx, ids); err != nil {
		d.swap(oldRoster, oldByID)
		return fmt.Errorf("enrol sources: %w", err)
	}
	if err := d.setDuesRight(ctx); err != nil {
		return fmt.Errorf("look for due times of a wrong clock: %w", err)
	}
	if err := d.backfill(ctx, r); err != nil {
		return fmt.Errorf("fill topics from the archive: %w", err)
	}
	d.rouse()
	return nil
}

// Acquaint gives the desk its sources without work to do: another process polls
// them, and this one only hears their hubs.
func (d *Desk) Acquaint(r Roster) { d.swap(r, r.byID()) }

func (r *Roster) byID() map[news.SourceID]*news.Source {
	byID := make(map[news.SourceID]*news.Source, len(r.Sources))
	for i := range r.Sources {
		byID[r.Sources[i].ID] = &r.Sources[i]
	}
	return byID
}

func (d *Desk) swap(r Roster, byID map[news.SourceID]*news.Source) (Roster, map[news.SourceID]*news.Source) {
	d.mu.Lock()
	defer d.mu.Unlock()
	oldRoster, oldByID := d.roster, d.byID
	d.roster, d.byID, d.confirmAt = r, byID, d.now().Add(confirmAfter)
	return oldRoster, oldByID
}

// rouse has Run look for due sources now.
func (d *Desk) rouse() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// dueIn has Run look for due sources after a while, where that is sooner than
// it would by itself: it sleeps by the due times that it found.
func (d *Desk) dueIn(wait time.Duration) {
	if wait < maxNap {
		time.AfterFunc(wait, d.rouse)
	}
}

// maxNap is how long Run sleeps at most: another process may have made a
// source due. Where another one hears the hubs, that is at any moment.
const (
	maxNap  = 5 * time.Second
	mailNap = time.Second / 2
)

// longestNap is maxNap or mailNap.
func (d *Desk) longestNap() time.Duration {
	if d.o.Mail != nil && d.o.Push != "" {
		return mailNap
	}
	return maxNap
}

// Run polls sources as they fall due, until ctx ends. Polls under way then
// have Options.Grace to finish; what does not is given back, as if it had
// never been asked.
func (d *Desk) Run(ctx context.Context) error {
	work, stop := d.graceful(ctx)
	defer stop()
	crew := newCrew(d.o.Workers)
	defer d.holdOn()()
	defer crew.wait()
	var sweeping sync.WaitGroup
	sweeping.Go(func() { d.sweepDaily(ctx) })
	defer sweeping.Wait()
	var trouble trouble
	for last := d.now(); ctx.Err() == nil; {
		now := d.now()
		if now.Before(last.Add(-wrongBy)) {
			d.log.Warn("the clock was set back")
			if err := d.setDuesRight(ctx); err != nil && ctx.Err() == nil {
				d.log.Error("look for due times of a wrong clock", "err", err)
			}
		}
		last = now
		d.beat.Store(time.Now().UnixNano())
		d.confirm(ctx, now, false)
		claimed, err := d.claim(ctx, now, crew.free())
		if ctx.Err() == nil {
			trouble.note(d.log, err)
			d.hindered.Store(trouble.began())
		}
		for _, ledger := range claimed {
			crew.do(func(leave func()) { d.poll(work, ledger, leave) })
		}
		d.nap(ctx, crew, trouble.pause())
	}
	return nil
}

// Beat is when Run last looked for due sources; zero: it has not begun. While
// all workers are busy it looks when the first of them is done, which the lease
// bounds.
func (d *Desk) Beat() time.Time {
	if at := d.beat.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}

// graceful is a context that outlives ctx by the grace.
func (d *Desk) graceful(ctx context.Context) (context.Context, func()) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopped := context.AfterFunc(ctx, func() { time.AfterFunc(d.o.Grace, cancel) })
	return work, func() { stopped(); cancel() }
}

// nap waits until there may be something to claim and somebody to poll it, or
// for as long as it is told to; 0: not at all.
func (d *Desk) nap(ctx context.Context, crew *crew, told time.Duration) {
	if crew.free() == 0 {
		select {
		case <-ctx.Done():
		case <-crew.idle:
			crew.gather(ctx)
		}
		return
	}
	pause := cmp.Or(told, d.longestNap())
	if told == 0 {
		switch due, err := d.o.Store.NextDue(ctx); {
		case err != nil:
		case due.IsZero():
			d.confirm(ctx, d.now(), true)
			pause = time.Second
		default:
			pause = min(max(due.Sub(d.now()), 0), d.longestNap())
		}
	}
	pause = max(pause, 20*time.Millisecond)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-d.wake:
	}
}

// Tally sums up what came of many polls.
type Tally struct {
	Polled, Unchanged, Failed int
	Items, Fresh, Stories     int
	Faults                    []Outcome // of failed polls, in no order
}

// Once polls every source that is due now, each once, and returns when all
// have been.
func (d *Desk) Once(ctx context.Context) (Tally, error) {
	round := round{start: d.now(), off: map[news.SourceID]time.Time{}}
	var over bool // nothing more is due
	crew := newCrew(d.o.Workers)
	defer d.holdOn()()
	defer crew.wait()
	for {
		ready, pause := round.ready(time.Now())
		if err := d.o.Store.Hasten(ctx, round.start, ready...); err != nil {
			return Tally{}, fmt.Errorf("hasten sources that were put off: %w", err)
		}
		done, free := crew.done(), crew.free()
		var claimed []news.Ledger
		if over = over && len(ready) == 0; !over {
			var err error
			if claimed, err = d.claim(ctx, round.start, free); err != nil {
				return Tally{}, fmt.Errorf("claim due sources: %w", err)
			}
			over = len(claimed) < free
		}
		for _, ledger := range claimed {
			crew.do(func(leave func()) { round.add(d.poll(ctx, ledger, leave), time.Now()) })
		}
		if over && len(claimed) == 0 && done && round.over() {
			return round.tally, ctx.Err()
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			crew.wait()
			return round.tally, ctx.Err()
		case <-crew.idle:
			crew.gather(ctx)
		case <-timer.C:
		}
		timer.Stop()
	}
}

// round is one call of Once. A source whose host was busy is put off, and made
// due for the round again when its time comes.
type round struct {
	start time.Time

	mu    sync.Mutex // guards what follows
	tally Tally
	off   map[news.SourceID]time.Time
}

func (r *round) add(out Outcome, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if out.later > 0 && out.Err == nil {
		r.off[out.Source] = now.Add(out.later)
		return
	}
	r.tally.add(out)
}

func (r *round) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.off) == 0
}

// ready takes the sources whose time has come, and says when to look again.
func (r *round) ready(now time.Time) (ids []news.SourceID, pause time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pause = maxNap
	for id, at := range r.off {
		if wait := at.Sub(now); wait > 0 {
			pause = min(pause, wait)
			continue
		}
		ids = append(ids, id)
		delete(r.off, id)
	}
	return ids, pause
}

func (t *Tally) add(out Outcome) {
	t.Polled++
	t.Items += out.Items
	t.Fresh += out.Fresh
	t.Stories += out.Stories
	switch {
	case out.Err != nil:
		t.Failed++
		t.Faults = append(t.Faults, out)
	case out.Fresh == 0:
		t.Unchanged++
	}
}

// claim takes up to n sources that were due at a time.
func (d *Desk) claim(ctx context.Context, now time.Time, n int) ([]news.Ledger, error) {
	if n == 0 {
		return nil, nil
	}
	return d.o.Store.Claim(ctx, now, d.hold()+d.now().Sub(now), n)
}

// source is the roster's word on a source, with its schedule.
func (d *Desk) source(id news.SourceID) (news.Source, Schedule, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	src, ok := d.byID[id]
	if !ok {
		return news.Source{}, Schedule{}, false
	}
	return *src, d.roster.Schedules[id], true
}

func (d *Desk) sites() normalize.Sites {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.roster.Sites
}

func (d *Desk) matcher() *topics.Matcher {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.roster.Matcher
}

// sweepDaily forgets what need not be kept, at the start and then every day.
func (d *Desk) sweepDaily(ctx context.Context) {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		if err := d.Sweep(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("sweep the archive", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep forgets what Options.Keep does not keep.
func (d *Desk) Sweep(ctx context.Context) error {
	now := d.now()
	ago := func(age time.Duration) (t time.Time) {
		if age > 0 {
			t = now.Add(-age)
		}
		return t
	}
	_, err := d.o.Store.Sweep(ctx, news.Keep{
		Articles: ago(d.o.Keep.Articles), Stories: ago(d.o.Keep.Stories), Ledgers: ago(d.o.Keep.Ledgers),
	})
	forgotten := now.Add(-d.o.Window)
	if kept := ago(d.o.Keep.Stories); kept.After(forgotten) {
		forgotten = kept
	}
	d.placing.Lock()
	d.index.Forget(forgotten)
	d.placing.Unlock()
	return err
}

// abandoned reports whether an error means that we were told to stop.
func abandoned(err error) bool {
	return errors.Is(err, context.Canceled)
}
