package desk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"dateline/fetcher"
	"dateline/news"
)

// giveBack is how long returning a source may take.
const giveBack = 2 * time.Second

// tryAgain is when a poll that we failed to file is done again: after half a
// minute, by the lease that desks usually have.
func (d *Desk) tryAgain() time.Duration { return d.o.Lease / 6 }

// poll asks one source and files what it sends. It calls leave where it has
// only to wait until it is filed that there is nothing new.
func (d *Desk) poll(ctx context.Context, ledger news.Ledger, leave func()) (out Outcome) {
	defer func() {
		if r := recover(); r != nil { // the source falls due again when its lease ends
			d.log.Error("a fault of the program ended a poll", "source", ledger.Source, "err", r, "stack", string(debug.Stack()))
			out = Outcome{Source: ledger.Source, Err: fmt.Errorf("a fault of the program: %v", r), Ours: true}
		}
	}()
	src, schedule, ok := d.source(ledger.Source)
	if !ok { // another process knows it, or the config has just dropped it
		d.release(ctx, ledger, maxNap)
		return Outcome{Source: ledger.Source}
	}
	defer d.holds.begin(src.ID, time.Now())()
	d.step(stepClaimed)
	budget, done := d.budget(ctx, src)
	defer done()

	t := turn{Desk: d, src: src, schedule: schedule, ledger: ledger, start: d.now()}
	t.out = Outcome{Source: src.ID, Begun: t.start}
	fault := t.ask(budget)
	if ctx.Err() != nil {
		return t.stopped(ctx)
	}
	if wait := d.notAsked(budget, fault); wait > 0 {
		return d.putOff(ctx, ledger, wait)
	}
	if err := t.take(ctx, budget, fault); err != nil {
		t.out.Err, t.out.Ours = err, true
		d.release(ctx, ledger, d.tryAgain())
		d.report(t.out, ledger.Poll, t.start)
		return t.out
	}
	if ctx.Err() != nil {
		return t.stopped(ctx)
	}
	if len(t.articles) == 0 {
		leave()
	}
	t.commit(ctx, budget)
	d.report(t.out, ledger.Poll, t.start)
	return t.out
}

// budget is the time that a poll has, which ends before its lease does.
func (d *Desk) budget(ctx context.Context, src news.Source) (budget context.Context, done func()) {
	budget, cancel := context.WithTimeout(ctx, d.o.Lease*2/3)
	if src.FullText { // its pages may take minutes, in which nobody else could read a large body
		return budget, cancel
	}
	budget, laid := d.o.Fetcher.Burdened(budget)
	return budget, func() { laid(); cancel() }
}

// turn is one poll of one source: ask, take, commit.
type turn struct {
	*Desk
	src      news.Source
	schedule Schedule
	ledger   news.Ledger // as it was claimed
	start    time.Time

	letter   news.Letter // from its hub
	reply    fetcher.Reply
	next     news.Ledger    // as it is to be saved
	articles []news.Article // new and changed, and lost ones before them
	wantsHub bool           // its hub is to be asked for a subscription

	fetched, edited time.Time
	out             Outcome
}

// ask reads what the source sends or what its hub sent, and returns what the
// outlet did wrong.
func (t *turn) ask(budget context.Context) (fault error) {
	known := about(t.src.Feed, t.ledger.Poll)
	t.letter = t.collect(budget, t.src.ID, &known.Push)
	t.reply, fault = t.read(budget, t.src, known, t.letter, t.start)
	t.letter.Body = nil
	t.reply.Poll.Feed = t.src.Feed
	t.fetched = t.now()
	t.step(stepFetched)
	return fault
}

// take sifts and edits what came, and writes the ledger that vouches for it.
func (t *turn) take(ctx, budget context.Context, fault error) error {
	came, lost := fault == nil && !t.reply.Unchanged, t.ledger.Adrift
	if came || len(lost) > 0 {
		if err := t.readMarks(ctx, &t.ledger); err != nil {
			return err
		}
	}
	first := t.ledger.Poll.Success.IsZero()
	t.next = news.Ledger{Source: t.src.ID, Lease: t.ledger.Lease, Poll: t.reply.Poll, Marks: t.ledger.Marks, Unread: t.ledger.Unread}
	t.out.Items, t.out.Err = len(t.reply.Items), fault
	if came {
		t.edit(budget, first)
	}
	t.edited = t.now()
	found := len(t.articles) > 0
	if found {
		t.next.Poll.Fresh = t.start
	}
	if len(lost) > 0 {
		t.log.Warn("the store may have lost stories: what the source sent is filed again", "source", t.src.ID, "items", len(lost))
		t.articles = append(slices.Clip(lost), t.articles...) // a correction comes after what it corrects
	}
	t.wantsHub = t.subscribing(&t.next.Poll.Push, t.letter.Came, found, first, t.start)
	t.next.Poll.Due = due(t.next.Poll, t.schedule, t.src.ID)
	return nil
}

// edit tells new items from old ones, and edits them.
func (t *turn) edit(budget context.Context, first bool) {
	items := t.reply.Items
	t.reply.Items = nil // a large feed is not held as items and as articles
	fresh, marks, dropped := sift(t.src, items, t.ledger.Marks, t.start.UTC().Truncate(time.Millisecond))
	t.step(stepSifted)
	t.next.Marks = marks
	t.next.Poll.Dropped.Twice += dropped.Twice
	t.next.Poll.Dropped.Flapped += dropped.Flapped
	t.articles = t.Desk.edit(budget, t.src, &t.next, fresh, first, t.start)
	t.out.sum(t.articles, t.next.Poll.Dropped)
	t.step(stepEdited)
}

// commit files the articles together with the ledger.
func (t *turn) commit(ctx, budget context.Context) {
	in := news.Intake{Ledger: t.next, Articles: t.articles, At: t.start}
	placed, err := t.file(ctx, in)
	t.refused.note(in, err)
	switch {
	case err == nil:
		t.dueIn(t.next.Poll.Due.Sub(t.now()))
		if t.wantsHub {
			t.subscribe(budget, t.src, t.next.Poll.Push)
		}
	case errors.Is(err, news.ErrLost):
		t.out.Err, t.out.Ours = err, true
	default:
		t.out.Err, t.out.Ours = err, true
		t.release(ctx, t.ledger, t.tryAgain())
	}
	t.step(stepFiled)
	t.out.Poll, t.out.Stories = t.next.Poll, placed
	t.out.Stages = Stages{Fetch: t.fetched.Sub(t.start), Edit: t.edited.Sub(t.fetched), File: t.now().Sub(t.edited)}
}

// stopped gives the source back because the desk stops.
func (t *turn) stopped(ctx context.Context) Outcome {
	t.release(ctx, t.ledger, 0)
	return Outcome{Source: t.src.ID, Err: ctx.Err(), Ours: true}
}

// readMarks reads the marks of a ledger if they are unread. Where they cannot be
// read any more the source is begun anew, as if it had never been asked.
func (d *Desk) readMarks(ctx context.Context, ledger *news.Ledger) error {
	if !ledger.Unread {
		return nil
	}
	held, err := d.o.Store.Ledgers(ctx, ledger.Source)
	if err != nil {
		return fmt.Errorf("read what was seen before: %w", err)
	}
	ledger.Marks, ledger.Unread = held[0].Marks, false
	if held[0].Poll.At.IsZero() {
		ledger.Poll.Success = time.Time{}
	}
	return nil
}

// sum counts what was edited and what was left out.
func (out *Outcome) sum(articles []news.Article, dropped news.Dropped) {
	out.Fresh, out.Dropped, out.Topics = len(articles), dropped, map[news.TopicID]int{}
	for i := range articles {
		if articles[i].Changed.After(articles[i].Filed) {
			out.Changed++
		}
		for _, topic := range articles[i].Topics {
			out.Topics[topic]++
		}
	}
}

// notAsked is when to come back to an outlet that was not asked to the end for
// reasons of ours: its host was busy with us, or the poll's time was up. Zero:
// it was asked.
func (d *Desk) notAsked(budget context.Context, fault error) time.Duration {
	var busy *fetcher.Busy
	switch {
	case errors.As(fault, &busy):
		return max(busy.Wait, time.Millisecond)
	case fault != nil && budget.Err() != nil:
		return d.tryAgain()
	default:
		return 0
	}
}

// putOff gives a source back as it was, due after a while. It takes a commit
// because Hasten moves nothing to later, and because only the lease says that
// the source is still ours to move.
func (d *Desk) putOff(ctx context.Context, ledger news.Ledger, wait time.Duration) Outcome {
	ledger.Poll.Due = d.now().Add(wait)
	out := Outcome{Source: ledger.Source, later: wait}
	if _, err := d.o.Store.Commit(ctx, news.Intake{Ledger: ledger, At: d.now()}); err != nil {
		out.Err, out.Ours = fmt.Errorf("put off: %w", err), true
		if !errors.Is(err, news.ErrLost) {
			d.release(ctx, ledger, wait)
		}
	}
	d.dueIn(wait)
	d.log.Debug("put off", "source", ledger.Source, "took", wait.String(), "err", out.Err)
	return out
}

// about is what is remembered of an address: another one in the config makes
// validators and faults of the former worthless, while the marks stay.
func about(feed string, poll news.Poll) news.Poll {
	if poll.Feed == "" || poll.Feed == feed {
		return poll
	}
	return news.Poll{Success: poll.Success, Fresh: poll.Fresh, Title: poll.Title, Home: poll.Home}
}

// release gives a source back as if it had not been asked.
func (d *Desk) release(ctx context.Context, ledger news.Ledger, wait time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBack)
	defer cancel()
	// What cannot be given back falls due by itself when the lease ends.
	_ = d.o.Store.Hasten(ctx, d.now().Add(wait), ledger.Source)
	d.dueIn(wait)
}

// report says in one line what came of a poll. A source that goes on failing
// is news once.
func (d *Desk) report(out Outcome, before news.Poll, start time.Time) {
	out.Took = d.now().Sub(start)
	if d.o.Polled != nil {
		d.o.Polled(out)
	}
	args := []any{"source", out.Source, "status", out.Poll.Status, "items", out.Items, "fresh", out.Fresh,
		"stories", out.Stories, "took", d.now().Sub(start).Round(time.Millisecond).String()}
	switch {
	case out.Err == nil:
		d.log.Info("polled", args...)
	case abandoned(out.Err):
	case out.Ours && errors.Is(out.Err, news.ErrLost):
		d.log.Warn("lost the lease, another process asks this source", "source", out.Source)
	case out.Ours:
		d.log.Error("could not file", append(args, "err", out.Err)...)
	case before.Failures == 0:
		d.log.Warn("source fails", append(args, "err", out.Err)...)
	default:
		d.log.Info("source still fails", append(args, "err", out.Err)...)
	}
}
