package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dateline/news"
)

// Commit implements news.Store in one transaction.
func (s *embedded) Commit(ctx context.Context, in news.Intake) (news.Revision, error) {
	bundles, err := s.values.bundles(last(in.Articles, articleID), in.At)
	if err != nil {
		return 0, fail("commit", err)
	}
	set, err := s.values.intake(news.Intake{Ledger: in.Ledger, Stories: in.Stories, At: in.At})
	if err != nil {
		return 0, fail("commit", err)
	}
	var rev news.Revision
	err = s.change(ctx, func(tx *sql.Tx) error {
		if err := spendLease(ctx, tx, in.Ledger); err != nil {
			return err
		}
		s.step.at(stepLeased)
		if rev, err = putStories(ctx, tx, set.stories, in.Base); err != nil {
			return err
		}
		s.step.at(stepTold)
		if err := putBundles(ctx, tx, bundles); err != nil {
			return err
		}
		s.step.at(stepArchived)
		err := putLedger(ctx, tx, in.Ledger, set.ledger)
		s.step.at(stepLedger)
		return err
	})
	if err != nil {
		return 0, fail("commit", err)
	}
	s.step.at(stepKept)
	return rev, nil
}

// packed is an intake in the form in which it is stored.
type packed struct {
	ledger   []byte
	articles []packedArticle
	stories  []packedStory
	placed   string // the commit of stories that the ledger vouches for; only Redis needs to be told
}

type packedArticle struct {
	id     string
	source news.SourceID
	kept   int64 // when it was archived, in nanoseconds
	body   []byte
}

type packedStory struct {
	id     string
	filed  int64
	facets []string
	body   []byte
}

// intake packs all of an intake before anything is written: a value that
// cannot be stored fails the whole.
func (v *values) intake(in news.Intake) (packed, error) {
	var set packed
	var err error
	if in.Ledger.Source != "" {
		if set.ledger, err = v.ledger(in.Ledger); err != nil {
			return packed{}, err
		}
	}
	for _, a := range last(in.Articles, articleID) {
		body, err := v.article(a)
		if err != nil {
			return packed{}, err
		}
		set.articles = append(set.articles, packedArticle{id: string(a.ID), source: a.Source, kept: nanos(in.At), body: body})
	}
	for _, st := range last(in.Stories, storyID) {
		if len(st.Articles) == 0 {
			return packed{}, fmt.Errorf("story %s has no article", st.ID)
		}
		body, err := v.story(*st)
		if err != nil {
			return packed{}, err
		}
		set.stories = append(set.stories, packedStory{id: string(st.ID), filed: nanos(st.Filed), facets: facets(st), body: body})
	}
	return set, nil
}

// spendLease checks the lease and makes it good for nothing more, so that a
// commit that is repeated answers ErrLost. In the same statement the source
// gets its next due time.
func spendLease(ctx context.Context, tx *sql.Tx, l news.Ledger) error {
	if l.Source == "" {
		return nil
	}
	if l.Lease == 0 {
		return news.ErrLost
	}
	return mustTouch(tx.ExecContext(ctx, "UPDATE sources SET lease = 0, due = ? WHERE id = ? AND lease = ?", micros(l.Poll.Due), string(l.Source), int64(l.Lease)))
}

func mustTouch(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(news.ErrLost, err)
	}
	return nil
}

// putStories saves stories under the next revision and returns it; without
// stories it returns the present one.
func putStories(ctx context.Context, tx *sql.Tx, stories []packedStory, base news.Revision) (news.Revision, error) {
	rev, err := revision(ctx, tx)
	if err != nil || len(stories) == 0 {
		return rev, err
	}
	if rev != base {
		return 0, news.ErrStale
	}
	rev++
	moved := map[news.TopicID]bool{}
	for _, st := range stories {
		if err := takeOut(ctx, tx, st.id, moved); err != nil {
			return 0, err
		}
		if err := putIn(ctx, tx, st, rev, moved); err != nil {
			return 0, err
		}
	}
	return rev, moveTopics(ctx, tx, rev, moved)
}

// takeOut removes a story from its listings, if it is there, and notes the
// topics it leaves.
func takeOut(ctx context.Context, tx *sql.Tx, id string, moved map[news.TopicID]bool) error {
	var filed int64
	var list []byte
	err := tx.QueryRowContext(ctx, "SELECT filed, facets FROM stories WHERE id = ?", id).Scan(&filed, &list)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	names, err := splitList(list)
	if err != nil {
		return fmt.Errorf("listings of story %s: %w", id, err)
	}
	for _, facet := range names {
		if t, ok := topicOf(facet); ok {
			moved[t] = true
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM facets WHERE facet = ? AND filed = ? AND id = ?", facet, filed, id); err != nil {
			return err
		}
	}
	return nil
}

func putIn(ctx context.Context, tx *sql.Tx, st packedStory, rev news.Revision, moved map[news.TopicID]bool) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO stories (id, filed, revision, facets, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET filed = excluded.filed, revision = excluded.revision, facets = excluded.facets, body = excluded.body`,
		st.id, st.filed, int64(rev), joinList(st.facets), st.body)
	if err != nil {
		return err
	}
	for _, facet := range st.facets {
		if t, ok := topicOf(facet); ok {
			moved[t] = true
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO facets (facet, filed, id) VALUES (?, ?, ?)", facet, st.filed, st.id); err != nil {
			return err
		}
	}
	return nil
}

func moveTopics(ctx context.Context, tx *sql.Tx, rev news.Revision, moved map[news.TopicID]bool) error {
	for t := range moved {
		if _, err := tx.ExecContext(ctx, `INSERT INTO topics (id, revision) VALUES (?, ?)
			ON CONFLICT (id) DO UPDATE SET revision = excluded.revision`, string(t), int64(rev)); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE archive SET revision = ?", int64(rev))
	return err
}

func putLedger(ctx context.Context, tx *sql.Tx, l news.Ledger, body []byte) error {
	if l.Source == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO ledgers (source, asked, body) VALUES (?, ?, ?)
		ON CONFLICT (source) DO UPDATE SET asked = excluded.asked, body = excluded.body`, string(l.Source), micros(l.Poll.At), body)
	return err
}

// Sweep implements news.Store in small batches, so that polls get in between.
func (s *embedded) Sweep(ctx context.Context, keep news.Keep) (news.Swept, error) {
	var swept news.Swept
	var err error
	if !keep.Articles.IsZero() {
		swept.Articles, err = s.sweep(ctx, func(tx *sql.Tx) (int, error) { return sweepArticles(ctx, tx, nanos(keep.Articles)) })
	}
	if err == nil && !keep.Stories.IsZero() {
		swept.Stories, err = s.sweep(ctx, func(tx *sql.Tx) (int, error) { return sweepStories(ctx, tx, keep.Stories) })
	}
	if err == nil && !keep.Ledgers.IsZero() {
		swept.Ledgers, err = s.sweep(ctx, func(tx *sql.Tx) (int, error) { return sweepLedgers(ctx, tx, keep.Ledgers) })
	}
	return swept, fail("sweep", err)
}

// sweepBatch is how many things one transaction of a sweep forgets.
const sweepBatch = 200

// sweep repeats one batch until it forgets nothing more, and counts.
func (s *embedded) sweep(ctx context.Context, batch func(*sql.Tx) (int, error)) (int, error) {
	total := 0
	for {
		n := 0
		err := s.change(ctx, func(tx *sql.Tx) (err error) {
			n, err = batch(tx)
			return err
		})
		if err != nil || n == 0 {
			return total, err
		}
		total += n
	}
}

// sweepStories forgets stories as a commit would change them: under a new
// revision, which their topics take, because what readers see changes.
func sweepStories(ctx context.Context, tx *sql.Tx, before time.Time) (int, error) {
	ids, err := texts(tx.QueryContext(ctx, "SELECT id FROM facets WHERE facet = ? AND filed < ? ORDER BY filed LIMIT ?", facetAll, nanos(before), sweepBatch))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	rev, err := revision(ctx, tx)
	if err != nil {
		return 0, err
	}
	moved := map[news.TopicID]bool{}
	for _, id := range ids {
		if err := takeOut(ctx, tx, id, moved); err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM stories WHERE id = ?", id); err != nil {
			return 0, err
		}
	}
	return len(ids), moveTopics(ctx, tx, rev+1, moved)
}

// sweepLedgers forgets sources that are off the due-list, and the lease with
// them: one who still holds it has lost it. A source that was never polled has
// no ledger and is not counted.
func sweepLedgers(ctx context.Context, tx *sql.Tx, before time.Time) (int, error) {
	_, err := tx.ExecContext(ctx, `DELETE FROM sources WHERE enrolled = 0 AND NOT EXISTS
		(SELECT 1 FROM ledgers WHERE source = sources.id)`)
	if err != nil {
		return 0, err
	}
	ids, err := texts(tx.QueryContext(ctx, `SELECT s.id FROM sources s JOIN ledgers l ON l.source = s.id
		WHERE s.enrolled = 0 AND l.asked < ? LIMIT ?`, micros(before), sweepBatch))
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, "DELETE FROM ledgers WHERE source = ?", id); err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sources WHERE id = ?", id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
