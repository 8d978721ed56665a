package desk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"dateline/fetcher"
	"dateline/news"
	"dateline/normalize"
	"dateline/topics"
)

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
