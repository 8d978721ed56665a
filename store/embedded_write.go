package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dateline/news"

	"github.com/ncruces/go-sqlite3"
)

// Commit implements news.Store in one transaction.
func (s *embedded) Commit(ctx context.Context, in news.Intake) (news.Revision, error) {
	set, err := s.pack(in)
	if err != nil {
		return 0, fail("commit", err)
	}
	var rev news.Revision
	var lease spending
	err = s.turn(ctx, &turn{
		patient: set.quiet(),
		act: func(tx *sql.Tx) (err error) {
			if in.Ledger.Source != "" && !lease.take(s.leases, in.Ledger) {
				return news.ErrLost
			}
			rev, err = s.commit(ctx, tx, in, set)
			return err
		},
		end: lease.end,
	})
	if err != nil {
		return 0, fail("commit", err)
	}
	s.step.at(stepKept)
	return rev, nil
}

// keptIntake is an intake in the form in which a file keeps it.
type keptIntake struct {
	poll    []byte // nil: there is no ledger
	marks   []byte // nil: they stay as they are
	stories []packedStory
	bundles []bundle
}

// quiet reports whether nobody waits for what an intake holds.
func (k *keptIntake) quiet() bool { return len(k.stories) == 0 && len(k.bundles) == 0 }

// pack packs all of an intake before anything is written: a value that cannot
// be stored fails the whole.
func (s *embedded) pack(in news.Intake) (set keptIntake, err error) {
	if set.stories, err = s.values.stories(in.Stories); err != nil {
		return set, err
	}
	if set.bundles, err = s.values.bundles(last(in.Articles, articleID), in.At); err != nil || in.Ledger.Source == "" {
		return set, err
	}
	set.poll = appendPoll(make([]byte, 0, 1024), &in.Ledger.Poll)
	if len(set.poll) > MaxValue {
		return set, fmt.Errorf("ledger of %s is %d MiB large: the store takes %d MiB", in.Ledger.Source, len(set.poll)>>20, MaxValue>>20)
	}
	if !in.Ledger.Unread {
		set.marks, err = s.values.ledger(news.Ledger{Source: in.Ledger.Source, Marks: in.Ledger.Marks})
	}
	return set, err
}

// commit writes an intake. What a quiet poll changes is one row.
func (s *embedded) commit(ctx context.Context, tx *sql.Tx, in news.Intake, set keptIntake) (rev news.Revision, err error) {
	c := s.turns.plain()
	if set.poll != nil {
		if err := putPoll(c, in.Ledger, set.poll); err != nil {
			return 0, err
		}
	}
	s.step.at(stepLeased)
	if rev, err = presentRevision(c); err != nil {
		return 0, err
	}
	if rev, err = putStories(ctx, tx, set.stories, rev, in.Base); err != nil {
		return 0, err
	}
	s.step.at(stepTold)
	if err := putBundles(ctx, tx, c, set.bundles); err != nil {
		return 0, err
	}
	s.step.at(stepArchived)
	if set.marks != nil {
		_, err = tx.ExecContext(ctx, "INSERT INTO ledgers (source, body) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET body = excluded.body", string(in.Ledger.Source), set.marks)
	}
	s.step.at(stepLedger)
	return rev, err
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
	set.stories, err = v.stories(in.Stories)
	return set, err
}

// stories packs the last version of each.
func (v *values) stories(list []news.Story) (set []packedStory, err error) {
	for _, st := range last(list, storyID) {
		if len(st.Articles) == 0 {
			return nil, fmt.Errorf("story %s has no article", st.ID)
		}
		body, err := v.story(*st)
		if err != nil {
			return nil, err
		}
		set = append(set, packedStory{id: string(st.ID), filed: nanos(st.Filed), facets: facets(st), body: body})
	}
	return set, nil
}

// putPoll writes the record of a source's poll and makes the source due by it.
// A source that was swept has lost its lease.
func putPoll(c *conn, l news.Ledger, poll []byte) error {
	n, err := c.run("UPDATE sources SET due = ?, asked = ?, poll = ? WHERE id = ?", nil, micros(l.Poll.Due), micros(l.Poll.At), poll, string(l.Source))
	if err == nil && n == 0 {
		return news.ErrLost
	}
	return err
}

// presentRevision is the revision of the archive.
func presentRevision(c *conn) (rev news.Revision, err error) {
	_, err = c.run("SELECT revision FROM archive", func(r *sqlite3.Stmt) error {
		rev = news.Revision(r.ColumnInt64(0))
		return nil
	})
	return rev, err
}

// putStories saves stories under the next revision and returns it; without
// stories it returns the present one.
func putStories(ctx context.Context, tx *sql.Tx, stories []packedStory, rev, base news.Revision) (news.Revision, error) {
	if len(stories) == 0 {
		return rev, nil
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
		swept.Ledgers, err = s.sweepLedgers(ctx, keep.Ledgers)
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
func (s *embedded) sweepLedgers(ctx context.Context, before time.Time) (total int, err error) {
	for {
		var never, ids []string
		err := s.change(ctx, func(tx *sql.Tx) (err error) {
			never, err = texts(tx.QueryContext(ctx, `DELETE FROM sources WHERE enrolled = 0 AND NOT EXISTS
				(SELECT 1 FROM ledgers WHERE source = sources.id) RETURNING id`))
			if err != nil {
				return err
			}
			ids, err = texts(tx.QueryContext(ctx, `SELECT s.id FROM sources s JOIN ledgers l ON l.source = s.id
				WHERE s.enrolled = 0 AND s.asked < ? LIMIT ?`, micros(before), sweepBatch))
			if err != nil {
				return err
			}
			for _, id := range ids {
				if _, err := tx.ExecContext(ctx, "DELETE FROM ledgers WHERE source = ?", id); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, "DELETE FROM sources WHERE id = ?", id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		if s.leases != nil {
			s.leases.forget(append(never, ids...))
		}
		if len(ids) == 0 {
			return total, nil
		}
		total += len(ids)
	}
}
