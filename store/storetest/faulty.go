package storetest

import (
	"context"
	"iter"
	"time"

	"dateline/news"
)

// Faulty is a store that fails or waits where a test wants it to. A hook that
// is nil does nothing; one that returns an error makes the call answer it. A
// hook may wait, to delay the call.
type Faulty struct {
	news.Store

	BeforeClaim  func() error              // the claim does not happen
	AfterClaim   func([]news.Ledger) error // it happened, but the answer is lost
	BeforeCommit func(news.Intake) error   // the commit does not happen
	AfterCommit  func(news.Intake) error   // it happened, but the answer is lost
	BeforeRead   func(method string) error // of Revision, Story, Article, Stories, Ledgers, NextDue, Changes, Articles, Filled and Subscribers
	BeforeWrite  func(method string) error // of Enrol, Hasten, Delay, SetFilled, Sweep, Subscribe, Unsubscribe, Lapse, Delivered and Hold
}

// Claim implements news.Store.
func (f *Faulty) Claim(ctx context.Context, now time.Time, lease time.Duration, n int) ([]news.Ledger, error) {
	if f.BeforeClaim != nil {
		if err := f.BeforeClaim(); err != nil {
			return nil, err
		}
	}
	ledgers, err := f.Store.Claim(ctx, now, lease, n)
	if err == nil && f.AfterClaim != nil {
		err = f.AfterClaim(ledgers)
	}
	if err != nil {
		return nil, err
	}
	return ledgers, nil
}

// Commit implements news.Store.
func (f *Faulty) Commit(ctx context.Context, in news.Intake) (news.Revision, error) {
	if f.BeforeCommit != nil {
		if err := f.BeforeCommit(in); err != nil {
			return 0, err
		}
	}
	rev, err := f.Store.Commit(ctx, in)
	if err == nil && f.AfterCommit != nil {
		err = f.AfterCommit(in)
	}
	if err != nil {
		return 0, err
	}
	return rev, nil
}

func (f *Faulty) reading(method string) error {
	if f.BeforeRead == nil {
		return nil
	}
	return f.BeforeRead(method)
}

func (f *Faulty) writing(method string) error {
	if f.BeforeWrite == nil {
		return nil
	}
	return f.BeforeWrite(method)
}

// Revision implements news.Archive.
func (f *Faulty) Revision(ctx context.Context, topic news.TopicID) (news.Revision, error) {
	if err := f.reading("Revision"); err != nil {
		return 0, err
	}
	return f.Store.Revision(ctx, topic)
}

// Story implements news.Archive.
func (f *Faulty) Story(ctx context.Context, id news.StoryID) (news.Story, error) {
	if err := f.reading("Story"); err != nil {
		return news.Story{}, err
	}
	return f.Store.Story(ctx, id)
}

// Article implements news.Archive.
func (f *Faulty) Article(ctx context.Context, id news.ArticleID) (news.Article, error) {
	if err := f.reading("Article"); err != nil {
		return news.Article{}, err
	}
	return f.Store.Article(ctx, id)
}

// Stories implements news.Archive.
func (f *Faulty) Stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	if err := f.reading("Stories"); err != nil {
		return nil, err
	}
	return f.Store.Stories(ctx, q)
}

// Ledgers implements news.Archive.
func (f *Faulty) Ledgers(ctx context.Context, ids ...news.SourceID) ([]news.Ledger, error) {
	if err := f.reading("Ledgers"); err != nil {
		return nil, err
	}
	return f.Store.Ledgers(ctx, ids...)
}

// NextDue implements news.Store.
func (f *Faulty) NextDue(ctx context.Context) (time.Time, error) {
	if err := f.reading("NextDue"); err != nil {
		return time.Time{}, err
	}
	return f.Store.NextDue(ctx)
}

// Changes implements news.Store.
func (f *Faulty) Changes(ctx context.Context, since news.Revision) iter.Seq2[news.Story, error] {
	if err := f.reading("Changes"); err != nil {
		return func(yield func(news.Story, error) bool) { yield(news.Story{}, err) }
	}
	return f.Store.Changes(ctx, since)
}

// Articles implements news.Store.
func (f *Faulty) Articles(ctx context.Context, since time.Time) iter.Seq2[news.Article, error] {
	if err := f.reading("Articles"); err != nil {
		return func(yield func(news.Article, error) bool) { yield(news.Article{}, err) }
	}
	return f.Store.Articles(ctx, since)
}

// Enrol implements news.Store.
func (f *Faulty) Enrol(ctx context.Context, ids []news.SourceID) error {
	if err := f.writing("Enrol"); err != nil {
		return err
	}
	return f.Store.Enrol(ctx, ids)
}

// Hasten implements news.Store.
func (f *Faulty) Hasten(ctx context.Context, due time.Time, ids ...news.SourceID) error {
	if err := f.writing("Hasten"); err != nil {
		return err
	}
	return f.Store.Hasten(ctx, due, ids...)
}

// Delay implements news.Store.
func (f *Faulty) Delay(ctx context.Context, due time.Time, ids ...news.SourceID) error {
	if err := f.writing("Delay"); err != nil {
		return err
	}
	return f.Store.Delay(ctx, due, ids...)
}

// Filled implements news.Store.
func (f *Faulty) Filled(ctx context.Context) (map[news.TopicID]uint64, error) {
	if err := f.reading("Filled"); err != nil {
		return nil, err
	}
	return f.Store.Filled(ctx)
}

// SetFilled implements news.Store.
func (f *Faulty) SetFilled(ctx context.Context, filled map[news.TopicID]uint64) error {
	if err := f.writing("SetFilled"); err != nil {
		return err
	}
	return f.Store.SetFilled(ctx, filled)
}

// Sweep implements news.Store.
func (f *Faulty) Sweep(ctx context.Context, keep news.Keep) (news.Swept, error) {
	if err := f.writing("Sweep"); err != nil {
		return news.Swept{}, err
	}
	return f.Store.Sweep(ctx, keep)
}

// Subscribers implements news.Subscriptions.
func (f *Faulty) Subscribers(ctx context.Context) ([]news.Subscriber, error) {
	if err := f.reading("Subscribers"); err != nil {
		return nil, err
	}
	return f.Store.Subscribers(ctx)
}

// Subscribe implements news.Subscriptions.
func (f *Faulty) Subscribe(ctx context.Context, s news.Subscriber) error {
	if err := f.writing("Subscribe"); err != nil {
		return err
	}
	return f.Store.Subscribe(ctx, s)
}

// Lapse implements news.Subscriptions.
func (f *Faulty) Lapse(ctx context.Context, now time.Time, all ...news.Subscriber) error {
	if err := f.writing("Lapse"); err != nil {
		return err
	}
	return f.Store.Lapse(ctx, now, all...)
}

// Unsubscribe implements news.Subscriptions.
func (f *Faulty) Unsubscribe(ctx context.Context, all ...news.Subscriber) error {
	if err := f.writing("Unsubscribe"); err != nil {
		return err
	}
	return f.Store.Unsubscribe(ctx, all...)
}

// Delivered implements news.Subscriptions.
func (f *Faulty) Delivered(ctx context.Context, all ...news.Subscriber) error {
	if err := f.writing("Delivered"); err != nil {
		return err
	}
	return f.Store.Delivered(ctx, all...)
}

// Hold implements news.Subscriptions.
func (f *Faulty) Hold(ctx context.Context, duty, holder string, lease time.Duration) (bool, error) {
	if err := f.writing("Hold"); err != nil {
		return false, err
	}
	return f.Store.Hold(ctx, duty, holder, lease)
}
