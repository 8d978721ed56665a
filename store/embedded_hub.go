package store

import (
	"context"
	"database/sql"
	"time"

	"dateline/news"
)

// hubTables came after the first files were laid out, so they are made where
// they are missing. Times are microseconds since 1970.
const hubTables = `CREATE TABLE IF NOT EXISTS subscribers (
	callback TEXT NOT NULL,
	topic    TEXT NOT NULL,
	form     TEXT NOT NULL,
	secret   BLOB NOT NULL,
	until    INTEGER NOT NULL,
	sent     INTEGER NOT NULL,
	missed   INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	PRIMARY KEY (callback, topic, form)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS duties (
	name   TEXT PRIMARY KEY,
	holder TEXT NOT NULL,
	until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The file has one owner at a time, so a duty found at the opening is of one that died.
DELETE FROM duties`

const allSubscribers = "SELECT callback, topic, form, secret, until, sent, missed, due FROM subscribers ORDER BY callback, topic, form"

// Subscribers implements news.Subscriptions.
func (s *embedded) Subscribers(ctx context.Context) (all []news.Subscriber, err error) {
	err = s.look(func(db *sql.DB) error {
		all, err = subscribers(db.QueryContext(ctx, allSubscribers))
		return err
	})
	return all, fail("list subscribers", err)
}

func subscribers(rows *sql.Rows, err error) ([]news.Subscriber, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []news.Subscriber
	for rows.Next() {
		var sub news.Subscriber
		var topic string
		var secret []byte
		var until, sent, due int64
		if err := rows.Scan(&sub.Callback, &topic, &sub.Form, &secret, &until, &sent, &sub.Missed, &due); err != nil {
			return nil, err
		}
		sub.Topic, sub.Secret, sub.Sent = news.TopicID(topic), string(secret), news.Revision(sent)
		sub.Until = fromMicros(until)
		if due > 0 {
			sub.Due = fromMicros(due)
		}
		all = append(all, sub)
	}
	return all, rows.Err()
}

// Subscribe implements news.Subscriptions.
func (s *embedded) Subscribe(ctx context.Context, sub news.Subscriber) error {
	return fail("subscribe", s.change(ctx, func(tx *sql.Tx) error { return putSubscriber(ctx, tx, sub) }))
}

func putSubscriber(ctx context.Context, tx *sql.Tx, sub news.Subscriber) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO subscribers (callback, topic, form, secret, until, sent, missed, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET secret = excluded.secret, until = excluded.until`,
		sub.Callback, string(sub.Topic), sub.Form, []byte(sub.Secret), micros(sub.Until), int64(sub.Sent), sub.Missed, micros(sub.Due))
	return err
}

// Unsubscribe implements news.Subscriptions.
func (s *embedded) Unsubscribe(ctx context.Context, all ...news.Subscriber) error {
	return fail("unsubscribe", s.eachSubscriber(ctx, all, func(tx *sql.Tx, sub news.Subscriber) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM subscribers WHERE callback = ? AND topic = ? AND form = ?", sub.Callback, string(sub.Topic), sub.Form)
		return err
	}))
}

// Lapse implements news.Subscriptions.
func (s *embedded) Lapse(ctx context.Context, now time.Time, all ...news.Subscriber) error {
	return fail("end subscriptions", s.eachSubscriber(ctx, all, func(tx *sql.Tx, sub news.Subscriber) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM subscribers WHERE callback = ? AND topic = ? AND form = ? AND until <= ?", sub.Callback, string(sub.Topic), sub.Form, micros(now))
		return err
	}))
}

// Delivered implements news.Subscriptions.
func (s *embedded) Delivered(ctx context.Context, all ...news.Subscriber) error {
	return fail("note deliveries", s.eachSubscriber(ctx, all, func(tx *sql.Tx, sub news.Subscriber) error {
		_, err := tx.ExecContext(ctx, "UPDATE subscribers SET sent = ?, missed = ?, due = ? WHERE callback = ? AND topic = ? AND form = ?",
			int64(sub.Sent), sub.Missed, micros(sub.Due), sub.Callback, string(sub.Topic), sub.Form)
		return err
	}))
}

func (s *embedded) eachSubscriber(ctx context.Context, all []news.Subscriber, act func(*sql.Tx, news.Subscriber) error) error {
	if len(all) == 0 {
		return nil
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		for _, sub := range all {
			if err := act(tx, sub); err != nil {
				return err
			}
		}
		return nil
	})
}

// Hold implements news.Subscriptions.
func (s *embedded) Hold(ctx context.Context, duty, holder string, lease time.Duration) (bool, error) {
	held := false
	err := s.change(ctx, func(tx *sql.Tx) error {
		now := time.Now()
		done, err := tx.ExecContext(ctx, `INSERT INTO duties (name, holder, until) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE holder = excluded.holder OR until <= ?`,
			duty, holder, micros(now.Add(lease)), micros(now))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		held = n > 0
		return err
	})
	return held, fail("hold a duty", err)
}
