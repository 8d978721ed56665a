package store

import (
	"context"
	"database/sql"
	"os"

	"dateline/news"
)

func (s *embedded) facts(ctx context.Context) (Facts, error) {
	f := Facts{Kind: "embedded"}
	err := s.look(func(db *sql.DB) error {
		var rev int64
		err := db.QueryRowContext(ctx, `SELECT (SELECT revision FROM archive), (SELECT count(*) FROM sources WHERE enrolled = 1),
			(SELECT count(*) FROM sources WHERE enrolled = 0), (SELECT count(*) FROM ledgers), (SELECT count(*) FROM articles),
			(SELECT count(*) FROM stories), (SELECT count(*) FROM topics)`).
			Scan(&rev, &f.Enrolled, &f.Left, &f.Ledgers, &f.Articles, &f.Stories, &f.Topics)
		f.Revision = news.Revision(rev)
		if err == nil {
			f.Subscribers, err = countSubscribers(ctx, db)
		}
		return err
	})
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(s.path + suffix); err == nil {
			f.Bytes += info.Size()
		}
	}
	return f, err
}

// dump reads in one transaction, so that what others write meanwhile is not seen.
func (s *embedded) dump(ctx context.Context, give func(load) error) error {
	return s.look(func(db *sql.DB) error {
		tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, part := range []func(context.Context, *sql.Tx, func(load) error) error{s.dumpSources, s.dumpArticles, s.dumpStories, dumpRest} {
			if err := part(ctx, tx, give); err != nil {
				return err
			}
		}
		return nil
	})
}

// batches reads rows and gives them in loads of a bearable size.
func batches(rows *sql.Rows, err error, give func(load) error, read func(*load) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	var l load
	for n := 1; rows.Next(); n++ {
		if err := read(&l); err != nil {
			return err
		}
		if n%copyBatch == 0 {
			if err := give(l); err != nil {
				return err
			}
			l = load{}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return give(l)
}

func (s *embedded) dumpSources(ctx context.Context, tx *sql.Tx, give func(load) error) error {
	// A ledger may outlive its source's row only by damage; the join keeps it.
	rows, err := tx.QueryContext(ctx, "SELECT s.id, s.enrolled, s.due, coalesce("+s.layout.asked+", 0), l.body, "+s.layout.poll+
		" FROM sources s LEFT JOIN ledgers l ON l.source = s.id ORDER BY s.id")
	return batches(rows, err, give, func(l *load) error {
		var src keptSource
		var poll []byte
		err := rows.Scan(&src.id, &src.enrolled, &src.due, &src.asked, &src.ledger, &poll)
		if err == nil && poll != nil {
			src.ledger, err = s.wholeLedger(src.ledger, poll, src.id)
		}
		l.sources = append(l.sources, src)
		return err
	})
}

// wholeLedger is a ledger as one value. One that is damaged is no ledger: its
// source is begun anew.
func (s *embedded) wholeLedger(body, poll []byte, id string) ([]byte, error) {
	held, err := s.values.joinLedger(body, poll, news.SourceID(id))
	if leftOut(err, s.log) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.values.ledger(held)
}

func (s *embedded) dumpArticles(ctx context.Context, tx *sql.Tx, give func(load) error) error {
	rows, err := tx.QueryContext(ctx, s.archive("a.id, a.filed")+"ORDER BY a.filed, a.id")
	return batches(rows, err, give, func(l *load) error {
		var a keptArticle
		var bundle []byte
		if err := rows.Scan(&a.id, &a.kept, &a.body, &bundle); err != nil {
			return err
		}
		held, err := s.values.readBundled(news.ArticleID(a.id), a.body, bundle)
		if err == nil {
			a.source = held.Source
			a.body, err = s.values.unbundle(a.body, bundle)
		}
		if bundle != nil {
			a.body = s.values.squeeze(a.body)
		}
		if leftOut(err, s.log) {
			l.damaged++
			return nil
		}
		l.articles = append(l.articles, a)
		return err
	})
}

func (s *embedded) dumpStories(ctx context.Context, tx *sql.Tx, give func(load) error) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, filed, revision, body FROM stories ORDER BY revision, id")
	return batches(rows, err, give, func(l *load) error {
		var st keptStory
		var rev int64
		if err := rows.Scan(&st.id, &st.filed, &rev, &st.body); err != nil {
			return err
		}
		st.revision = news.Revision(rev)
		st, err := s.values.listed(st)
		if leftOut(err, s.log) {
			l.damaged++
			return nil
		}
		l.stories = append(l.stories, st)
		return err
	})
}

func dumpRest(ctx context.Context, tx *sql.Tx, give func(load) error) error {
	rest := keptRest{topics: map[string]news.Revision{}, filled: map[news.TopicID]uint64{}}
	var err error
	if rest.revision, err = revision(ctx, tx); err != nil {
		return err
	}
	err = pairs(tx.QueryContext(ctx, "SELECT id, revision FROM topics"))(func(id string, n int64) { rest.topics[id] = news.Revision(n) })
	if err == nil {
		err = pairs(tx.QueryContext(ctx, "SELECT topic, digest FROM filled"))(func(id string, n int64) { rest.filled[news.TopicID(id)] = uint64(n) })
	}
	if err == nil {
		rest.subscribers, err = dumpSubscribers(ctx, tx)
	}
	if err != nil {
		return err
	}
	return give(load{rest: &rest})
}

// countSubscribers finds none in a file of before there were any.
func countSubscribers(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (n int, err error) {
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'subscribers'").Scan(&n)
	if err == nil && n > 0 {
		err = db.QueryRowContext(ctx, "SELECT count(*) FROM subscribers").Scan(&n)
	}
	return n, err
}

func dumpSubscribers(ctx context.Context, tx *sql.Tx) ([]news.Subscriber, error) {
	if n, err := countSubscribers(ctx, tx); err != nil || n == 0 {
		return nil, err
	}
	return subscribers(tx.QueryContext(ctx, allSubscribers))
}

// pairs reads rows of a name and a number.
func pairs(rows *sql.Rows, err error) func(func(string, int64)) error {
	return func(put func(string, int64)) error {
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			var n int64
			if err := rows.Scan(&id, &n); err != nil {
				return err
			}
			put(id, n)
		}
		return rows.Err()
	}
}

func (s *embedded) take(ctx context.Context, l load) error {
	bundles, err := s.values.bundlesOf(l.articles)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		for _, src := range l.sources {
			if _, err := tx.ExecContext(ctx, "INSERT INTO sources (id, enrolled, due, asked) VALUES (?, ?, ?, ?)", src.id, btoi(src.enrolled), src.due, src.asked); err != nil {
				return err
			}
			if src.ledger == nil {
				continue
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO ledgers (source, body) VALUES (?, ?)", src.id, src.ledger); err != nil {
				return err
			}
		}
		if err := putBundles(ctx, tx, s.turns.plain(), bundles); err != nil {
			return err
		}
		for _, st := range l.stories {
			// A source in use may tell a story twice while it is read.
			if err := takeOut(ctx, tx, st.id, map[news.TopicID]bool{}); err != nil {
				return err
			}
			packed := packedStory{id: st.id, filed: st.filed, facets: st.facets, body: st.body}
			if err := putIn(ctx, tx, packed, st.revision, map[news.TopicID]bool{}); err != nil {
				return err
			}
		}
		if l.rest == nil {
			return nil
		}
		if err := setFilled(ctx, tx, l.rest.filled); err != nil {
			return err
		}
		for _, sub := range l.rest.subscribers {
			if err := putSubscriber(ctx, tx, sub); err != nil {
				return err
			}
		}
		for id, rev := range l.rest.topics {
			if err := moveTopics(ctx, tx, rev, map[news.TopicID]bool{news.TopicID(id): true}); err != nil {
				return err
			}
		}
		return moveTopics(ctx, tx, l.rest.revision, nil)
	})
}

// whole needs no mark: the file gets its name when it is closed.
func (s *embedded) whole(context.Context) error { return nil }
