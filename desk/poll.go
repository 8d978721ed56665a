package desk

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"dateline/fetcher"
	"dateline/news"
	"dateline/normalize"
	"dateline/topics"
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
	start := d.now()
	budget, cancel := context.WithTimeout(ctx, d.o.Lease*2/3)
	defer cancel()
	if !src.FullText { // whose pages may take minutes, in which nobody else could read a large body
		carrying, laid := d.o.Fetcher.Burdened(budget)
		defer laid()
		budget = carrying
	}

	known := about(src.Feed, ledger.Poll)
	letter := d.collect(budget, src.ID, &known.Push)
	reply, fault := d.read(budget, src, known, letter, start)
	reply.Poll.Feed = src.Feed
	fetched := d.now()
	d.step(stepFetched)
	if ctx.Err() != nil {
		d.release(ctx, ledger, 0)
		return Outcome{Source: src.ID, Err: ctx.Err(), Ours: true}
	}
	if wait := d.notAsked(budget, fault); wait > 0 {
		return d.putOff(ctx, ledger, wait)
	}
	if fault == nil && !reply.Unchanged || len(ledger.Adrift) > 0 {
		if err := d.readMarks(ctx, &ledger); err != nil {
			d.release(ctx, ledger, d.tryAgain())
			out = Outcome{Source: src.ID, Err: err, Ours: true}
			d.report(out, ledger.Poll, start)
			return out
		}
	}
	first := ledger.Poll.Success.IsZero()
	next := news.Ledger{Source: src.ID, Lease: ledger.Lease, Poll: reply.Poll, Marks: ledger.Marks, Unread: ledger.Unread}
	out = Outcome{Source: src.ID, Items: len(reply.Items), Err: fault, Begun: start}

	var articles []news.Article
	if fault == nil && !reply.Unchanged {
		fresh, marks, dropped := sift(src, reply.Items, ledger.Marks, start.UTC().Truncate(time.Millisecond))
		d.step(stepSifted)
		next.Marks = marks
		next.Poll.Dropped.Twice += dropped.Twice
		next.Poll.Dropped.Flapped += dropped.Flapped
		articles = d.edit(budget, src, &next, fresh, first, start)
		out.sum(articles, next.Poll.Dropped)
		d.step(stepEdited)
	}
	edited := d.now()
	if len(articles) > 0 {
		next.Poll.Fresh = start
	}
	if len(ledger.Adrift) > 0 {
		d.log.Warn("the store may have lost stories: what the source sent is filed again", "source", src.ID, "items", len(ledger.Adrift))
		articles = append(slices.Clip(ledger.Adrift), articles...) // a correction comes after what it corrects
	}
	subscribe := d.subscribing(&next.Poll.Push, letter.Came, len(articles) > len(ledger.Adrift), first, start)
	next.Poll.Due = due(next.Poll, schedule, src.ID)
	if ctx.Err() != nil {
		d.release(ctx, ledger, 0)
		return Outcome{Source: src.ID, Err: ctx.Err(), Ours: true}
	}
	if len(articles) == 0 {
		leave()
	}
	in := news.Intake{Ledger: next, Articles: articles, At: start}
	placed, err := d.file(ctx, in)
	d.refused.note(in, err)
	if err != nil {
		if !errors.Is(err, news.ErrLost) {
			d.release(ctx, ledger, d.tryAgain())
		}
		out.Err, out.Ours = err, true
	} else {
		d.dueIn(next.Poll.Due.Sub(d.now()))
		if subscribe {
			d.subscribe(budget, src, next.Poll.Push)
		}
	}
	d.step(stepFiled)
	out.Poll, out.Stories = next.Poll, placed
	out.Stages = Stages{Fetch: fetched.Sub(start), Edit: edited.Sub(fetched), File: d.now().Sub(edited)}
	d.report(out, ledger.Poll, start)
	return out
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

// due is when to ask again: by the schedule, later if the server wishes or
// after failures, never earlier.
func due(poll news.Poll, schedule Schedule, id news.SourceID) time.Time {
	h := fnv.New64a()
	h.Write([]byte(id))
	seed := h.Sum64()
	at := schedule.Next(poll.At)
	if failures := poll.Failures; failures > 0 {
		if poll.Status == http.StatusTooManyRequests || poll.Status == http.StatusServiceUnavailable {
			failures++ // it says that it is asked too often: twice the interval from the first time on
		}
		if later := poll.At.Add(fetcher.Backoff(failures, schedule.Interval(), seed)); later.After(at) {
			at = later
		}
	}
	if poll.NotBefore.After(at) {
		// A little after what the server named, so that not all ask in that moment.
		spread := min(poll.NotBefore.Sub(poll.At)/20, time.Minute)
		at = poll.NotBefore.Add(time.Duration(seed % uint64(max(spread, 1))))
	}
	if slow := pushed(poll, schedule); slow.After(at) {
		at = slow
	}
	if poll.Gone {
		at = poll.At.Add(goneFor)
	}
	return at
}

// goneFor is when a source that is gone for good (410) is asked again: hardly
// ever, but a mistake of the outlet's must not be for ever either.
const goneFor = 30 * 24 * time.Hour

// edit turns fresh items into articles, matched to topics. Items that time
// does not suffice for are forgotten again, with the validators that would
// keep them from coming back. One that the program cannot cope with is left
// out, and does not come again.
func (d *Desk) edit(ctx context.Context, src news.Source, ledger *news.Ledger, fresh []sifted, first bool, now time.Time) []news.Article {
	matcher := d.matcher()
	articles := make([]news.Article, 0, len(fresh))
	defer func() { ledger.Poll.Repairs = append(ledger.Poll.Repairs, remarks(articles)...) }()
	read := 0 // bytes of text on pages
	for n := range fresh {
		it, mark := &fresh[n].item, &ledger.Marks[fresh[n].mark]
		if n > 0 {
			fresh[n-1].item = news.Item{} // a large feed is not held as items and as articles
		}
		pages, note, later := d.pages(ctx, src, it, n == 0)
		if later || read > maxPollText {
			leaveForLater(ledger, fresh[n:], first)
			break
		}
		done, err := d.o.Fetcher.Room(ctx, sizeOf(pages))
		if err != nil {
			leaveForLater(ledger, fresh[n:], first)
			break
		}
		a, err := d.article(src, it, pages, now)
		done()
		if err != nil {
			d.log.Error("an item could not be edited and is left out", "source", src.ID, "url", it.Link, "err", err)
			ledger.Poll.Dropped.Faulty++
			mark.Filed = now
			continue
		}
		if a.Headline == "" && len(a.Body) == 0 && a.Lede == "" && a.Lead == nil && len(a.Media) == 0 {
			ledger.Poll.Dropped.Empty++
			mark.Filed = now
			continue
		}
		if a.Note == "" {
			a.Note = note
		}
		a.ID, a.Source = mark.Article, src.ID
		if !fresh[n].changed || mark.Filed.IsZero() {
			mark.Filed = filed(&a, first, now, n)
		}
		a.Filed, a.Changed = mark.Filed, mark.Filed
		if fresh[n].changed {
			a.Changed = now.UTC().Truncate(time.Millisecond)
		}
		clampDates(&a, now)
		d.o.Seats.Work(func() { err = d.guard(func() { match(matcher, src, &a) }) })
		if err != nil {
			d.log.Error("an article could not be matched to topics", "source", src.ID, "url", a.Link, "err", err)
			ledger.Poll.Dropped.Faulty++
			continue
		}
		articles = append(articles, a)
		if len(pages) > 0 {
			read += len(a.Text())
		}
	}
	return articles
}

// remarks say what stood in the way of better texts, a sentence each with the
// number of articles it is true of.
func remarks(articles []news.Article) []string {
	const most = 4
	var kinds []string
	count := map[string]int{}
	for i := range articles {
		note := articles[i].Note
		if note == "" {
			continue
		}
		if what, _, found := strings.Cut(note, unread); found && what == "" {
			note = strings.TrimSuffix(unread, ": ") // why differs from page to page
		}
		if count[note]++; count[note] == 1 && len(kinds) < most {
			kinds = append(kinds, note)
		}
	}
	for i, note := range kinds {
		articles := "articles"
		if count[note] == 1 {
			articles = "article"
		}
		kinds[i] = fmt.Sprintf("%d %s: %s", count[note], articles, note)
	}
	return kinds
}

// unread opens the note on a page that could not be read.
const unread = "the page could not be read: "

// article edits one item.
func (d *Desk) article(src news.Source, it *news.Item, pages []news.Page, now time.Time) (a news.Article, err error) {
	edit := d.editor
	if edit == nil {
		edit = d.sites().Article
	}
	defer d.copies.enter(it, pages)() // before the seat: who waits here needs none
	d.o.Seats.Work(func() { err = d.guard(func() { a = edit(src, it, pages, now) }) })
	return a, err
}

// guard turns a panic over one piece of copy into an error: copy comes from
// outside, and one piece must not end the process, or come back to end the next.
func (d *Desk) guard(work func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a fault of the program: %v", r)
			d.log.Debug("where it happened", "err", r, "stack", string(debug.Stack()))
		}
	}()
	work()
	return nil
}

// leaveForLater takes items out of the ledger as if they had not been seen,
// and the validators with them. A first poll that leaves some is not over: the
// rest is filed by its own dates, too, and not as news of the day.
func leaveForLater(ledger *news.Ledger, left []sifted, first bool) {
	later := make(map[int]bool, len(left))
	for _, s := range left {
		later[s.mark] = true
	}
	kept := ledger.Marks[:0:0]
	for i, mark := range ledger.Marks {
		switch {
		case !later[i]:
			kept = append(kept, mark)
		case len(mark.Prior) > 0: // it was seen: back to the version it had
			mark.Text, mark.Prior, mark.Changes = mark.Prior[0], mark.Prior[1:], mark.Changes-1
			kept = append(kept, mark)
		}
	}
	ledger.Marks = kept
	ledger.Poll.ETag, ledger.Poll.LastModified, ledger.Poll.Sum = "", "", 0
	if first {
		ledger.Poll.Success = time.Time{}
	}
}

// filed decides the date that orders an article: on a source's first poll its
// own claim, never later than now, afterwards the time of arrival. Items of one
// poll keep the feed's order.
func filed(a *news.Article, first bool, now time.Time, n int) time.Time {
	at := now.Add(-time.Duration(n) * time.Millisecond)
	claim := a.Published
	if claim.IsZero() {
		claim = a.Updated
	}
	if first && !claim.IsZero() && claim.Before(at) {
		at = claim
	}
	return at.UTC().Truncate(time.Millisecond)
}

// clampDates takes a claim to be from the future for what it is: wrong.
func clampDates(a *news.Article, now time.Time) {
	if a.Published.After(now) {
		a.Published = a.Filed
	}
	if a.Updated.After(now) {
		a.Updated = a.Changed
	}
}

// match finds the topics of an article. What the editor decided for the whole
// source is a reason of its own.
func match(matcher *topics.Matcher, src news.Source, a *news.Article) {
	a.Matches = append(matcher.Match(topics.FromArticle(a)), bear(src.ID, src.Topics)...)
	a.Topics = matcher.Topics(a.Matches)
}

// bear is why everything from a source is filed under its topics.
func bear(src news.SourceID, borne []news.TopicID) (matches []news.Match) {
	for _, id := range borne {
		matches = append(matches, news.Match{Topic: id, Concept: "source", Sense: "source", Alias: string(src), Score: 1})
	}
	return matches
}

// maxPollText bounds the text that one poll reads from pages, in bytes: hundreds
// of articles. What comes after it is left for the next.
const maxPollText = 2 << 20

// maxPages and maxPageBytes bound the pages of one article: no further one is
// read once those at hand are so large.
const (
	maxPages     = 20
	maxPageBytes = 4 << 20
)

// pages reads the article that an item links to, for sources that want it. A
// page that cannot be read is no fault of the feed: the item's own text stands
// in, and the note says why. Where only our time is up, the item is left for
// later, unless it had the whole of a poll to itself: it would never fit.
func (d *Desk) pages(ctx context.Context, src news.Source, it *news.Item, alone bool) (pages []news.Page, note string, later bool) {
	if ctx.Err() != nil {
		return nil, "", true
	}
	if !src.FullText || it.Link == "" {
		return nil, "", false
	}
	var err error
	next := func(pages []news.Page) string {
		done, err := d.o.Fetcher.Room(ctx, sizeOf(pages))
		if err != nil {
			return "" // what follows can be left out; what is there cannot
		}
		defer done()
		defer d.copies.enter(it, pages)()
		return d.sites().NextPage(pages)
	}
	if panicked := d.guard(func() { pages, err = readArticle(ctx, d.o.Fetcher, src, it.Link, next) }); panicked != nil {
		err = panicked
	}
	var busy *fetcher.Busy
	switch {
	case err == nil:
		return pages, "", false
	case errors.As(err, &busy), ctx.Err() != nil && !alone:
		return nil, "", true
	default:
		return pages, fmt.Sprintf(unread+"%v", err), false
	}
}

// ReadArticle reads an article's page and the pages that follow it, by the
// rules for its host where there are any. With an
// error it returns the pages read before.
func ReadArticle(ctx context.Context, f *fetcher.Fetcher, sites normalize.Sites, src news.Source, link string) ([]news.Page, error) {
	return readArticle(ctx, f, src, link, sites.NextPage)
}

func readArticle(ctx context.Context, f *fetcher.Fetcher, src news.Source, link string, next func([]news.Page) string) ([]news.Page, error) {
	if clean := news.CleanLink(link); clean != "" { // with tracking it does not look like its own second page
		link = clean
	}
	var pages []news.Page
	for room := maxPageBytes; link != "" && len(pages) < maxPages && room > 0; {
		page, err := f.Page(ctx, src, link)
		if err != nil {
			return pages, err
		}
		pages = append(pages, page)
		room -= len(page.HTML)
		link = next(pages)
	}
	return pages, nil
}
