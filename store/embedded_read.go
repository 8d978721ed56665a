package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"dateline/news"
)

// Revision implements news.Archive.
func (s *embedded) Revision(ctx context.Context, topic news.TopicID) (news.Revision, error) {
	var rev news.Revision
	err := s.look(func(db *sql.DB) (err error) {
		if topic == "" {
			rev, err = revision(ctx, db)
			return err
		}
		var n int64
		err = db.QueryRowContext(ctx, "SELECT revision FROM topics WHERE id = ?", string(topic)).Scan(&n)
		rev = news.Revision(n)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return rev, fail("revision", err)
}

func revision(ctx context.Context, q querier) (news.Revision, error) {
	var n int64
	err := q.QueryRowContext(ctx, "SELECT revision FROM archive").Scan(&n)
	return news.Revision(n), err
}

// Story implements news.Archive.
func (s *embedded) Story(ctx context.Context, id news.StoryID) (news.Story, error) {
	var st news.Story
	err := s.look(func(db *sql.DB) error {
		var rev int64
		var body []byte
		err := db.QueryRowContext(ctx, "SELECT revision, body FROM stories WHERE id = ?", string(id)).Scan(&rev, &body)
		if errors.Is(err, sql.ErrNoRows) {
			return news.ErrNotFound
		}
		if err != nil {
			return err
		}
		st, err = s.values.readStory(body, news.Revision(rev))
		if leftOut(err, s.log) {
			return news.ErrNotFound
		}
		return err
	})
	if err != nil {
		return news.Story{}, fail("story "+string(id), err)
	}
	return st, nil
}

// Article implements news.Archive.
func (s *embedded) Article(ctx context.Context, id news.ArticleID) (news.Article, error) {
	var a news.Article
	err := s.look(func(db *sql.DB) error {
		var body, bundle []byte
		err := db.QueryRowContext(ctx, s.archive("a.filed")+"WHERE a.id = ?", string(id)).Scan(new(int64), &body, &bundle)
		if errors.Is(err, sql.ErrNoRows) {
			return news.ErrNotFound
		}
		if err != nil {
			return err
		}
		a, err = s.values.readBundled(id, body, bundle)
		if leftOut(err, s.log) {
			return news.ErrNotFound
		}
		return err
	})
	if err != nil {
		return news.Article{}, fail("article "+string(id), err)
	}
	return a, nil
}

// Stories implements news.Archive.
func (s *embedded) Stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	query, args := listing(q)
	var list []news.Story
	err := s.look(func(db *sql.DB) (err error) {
		list, err = s.stories(db.QueryContext(ctx, query, args...))
		return err
	})
	if err != nil {
		return nil, fail("stories", err)
	}
	return list, nil
}

// listing words a query: walk one listing backwards and look each story up in
// the others by their key.
func listing(q news.Query) (string, []any) {
	sel := selects(q)
	var b strings.Builder
	b.WriteString("SELECT s.revision, s.body FROM facets f CROSS JOIN stories s ON s.id = f.id WHERE f.facet = ?")
	args := []any{sel.walk}
	if !q.After.IsZero() {
		b.WriteString(" AND (f.filed, f.id) < (?, ?)")
		args = append(args, nanos(q.After.Filed), string(q.After.ID))
	}
	for _, group := range sel.also {
		b.WriteString(" AND EXISTS (SELECT 1 FROM facets g WHERE g.facet IN (?" + strings.Repeat(", ?", len(group)-1) + ") AND g.filed = f.filed AND g.id = f.id)")
		for _, facet := range group {
			args = append(args, facet)
		}
	}
	b.WriteString(" ORDER BY f.filed DESC, f.id DESC LIMIT ?")
	return b.String(), append(args, sel.limit)
}

// stories reads rows of revision and body.
func (s *embedded) stories(rows *sql.Rows, err error) ([]news.Story, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []news.Story
	for rows.Next() {
		var rev int64
		var body sql.RawBytes
		if err := rows.Scan(&rev, &body); err != nil {
			return nil, err
		}
		st, err := s.values.readStory(body, news.Revision(rev))
		if leftOut(err, s.log) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, st)
	}
	return list, rows.Err()
}

// Ledgers implements news.Archive.
func (s *embedded) Ledgers(ctx context.Context, ids ...news.SourceID) ([]news.Ledger, error) {
	ledgers := make([]news.Ledger, 0, len(ids))
	err := s.look(func(db *sql.DB) error {
		tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, id := range ids {
			l, err := s.ledger(ctx, tx, id)
			if l, err = begunAnew(l, err, id, s.log); err != nil {
				return err
			}
			ledgers = append(ledgers, l)
		}
		return nil
	})
	if err != nil {
		return nil, fail("ledgers", err)
	}
	return ledgers, nil
}

// pageSize is how many values an iterator reads at a time. Between pages it
// holds nothing, so that its caller may take long and use the store.
const pageSize = 64

// Changes implements news.Store.
func (s *embedded) Changes(ctx context.Context, since news.Revision) iter.Seq2[news.Story, error] {
	return pages(func(after *news.Story) ([]news.Story, error) {
		rev, id := since, "\xff"
		if after != nil {
			rev, id = after.Revision, string(after.ID)
		}
		var page []news.Story
		err := s.look(func(db *sql.DB) (err error) {
			// Text above every ID stands for "all of that revision".
			page, err = s.stories(db.QueryContext(ctx, `SELECT revision, body FROM stories
				WHERE (revision, id) > (?, ?) ORDER BY revision, id LIMIT ?`, int64(rev), id, pageSize))
			return err
		})
		return page, fail("changes", err)
	})
}

// Articles implements news.Store.
func (s *embedded) Articles(ctx context.Context, since time.Time) iter.Seq2[news.Article, error] {
	all := pages(func(after *archivedRow) ([]archivedRow, error) {
		if after == nil {
			after = &archivedRow{at: nanos(since)}
		}
		page, err := s.archivePage(ctx, after)
		return page, fail("articles", err)
	})
	return func(yield func(news.Article, error) bool) {
		for a, err := range all {
			if err == nil && a.damaged {
				continue
			}
			if !yield(a.Article, err) || err != nil {
				return
			}
		}
	}
}

// archivedRow is an article with its place in the archive.
type archivedRow struct {
	at int64
	id string
	news.Article
	damaged bool // there is no article
}

func (s *embedded) archivePage(ctx context.Context, after *archivedRow) (page []archivedRow, err error) {
	err = s.look(func(db *sql.DB) error {
		rows, err := db.QueryContext(ctx, s.archive("a.id, a.filed")+"WHERE (a.filed, a.id) > (?, ?) ORDER BY a.filed, a.id LIMIT ?", after.at, after.id, pageSize)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var a archivedRow
			var body, bundle sql.RawBytes
			if err := rows.Scan(&a.id, &a.at, &body, &bundle); err != nil {
				return err
			}
			a.Article, err = s.values.readBundled(news.ArticleID(a.id), body, bundle)
			if a.damaged = leftOut(err, s.log); err != nil && !a.damaged {
				return err
			}
			page = append(page, a)
		}
		return rows.Err()
	})
	return page, err
}

// pages yields the values of one page after the other. next is given the last
// value yielded, nil at first, and an empty page is the end.
func pages[T any](next func(after *T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var after *T
		for {
			page, err := next(after)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			if len(page) == 0 {
				return
			}
			for i := range page {
				if !yield(page[i], nil) {
					return
				}
			}
			after = &page[len(page)-1]
		}
	}
}

func texts(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// joinList writes a list of any strings as one value.
func joinList(list []string) []byte {
	var b []byte
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

func splitList(b []byte) ([]string, error) {
	r := reader{rest: b}
	var list []string
	for len(r.rest) > 0 && !r.failed {
		list = append(list, string(r.bytes()))
	}
	if r.failed {
		return nil, fmt.Errorf("listings: %w", errDamaged)
	}
	return list, nil
}
