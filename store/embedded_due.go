package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dateline/news"
)

// Claim implements news.Store. While nothing is due it only reads.
func (s *embedded) Claim(ctx context.Context, now time.Time, lease time.Duration, n int) ([]news.Ledger, error) {
	if n <= 0 {
		return nil, nil
	}
	due, err := s.NextDue(ctx)
	if err != nil {
		return nil, fail("claim", err)
	}
	if due.IsZero() || micros(due) > micros(now) {
		if s.write == nil {
			return nil, fail("claim", ErrReadOnly)
		}
		return nil, nil
	}
	var ledgers []news.Ledger
	err = s.change(ctx, func(tx *sql.Tx) (err error) {
		ledgers, err = s.claim(ctx, tx, micros(now), micros(now.Add(lease)), n)
		return err
	})
	if err != nil {
		return nil, fail("claim", err)
	}
	return ledgers, nil
}

func (s *embedded) claim(ctx context.Context, tx *sql.Tx, now, until int64, n int) ([]news.Ledger, error) {
	ledgers, err := s.ledgersDue(ctx, tx, now, n)
	if err != nil || len(ledgers) == 0 {
		return nil, err
	}
	var token int64
	if err := tx.QueryRowContext(ctx, "UPDATE archive SET leases = leases + 1 RETURNING leases").Scan(&token); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE sources SET due = ?, lease = ? WHERE id IN (
		SELECT id FROM sources WHERE enrolled = 1 AND due <= ? ORDER BY due, id LIMIT ?)`, until, token, now, n)
	for i := range ledgers {
		ledgers[i].Lease = uint64(token)
	}
	return ledgers, err
}

// ledgersDue reads the ledgers of up to n sources that are due, who has been
// due longest first.
func (s *embedded) ledgersDue(ctx context.Context, tx *sql.Tx, now int64, n int) ([]news.Ledger, error) {
	rows, err := tx.QueryContext(ctx, `SELECT s.id, l.body FROM sources s LEFT JOIN ledgers l ON l.source = s.id
		WHERE s.enrolled = 1 AND s.due <= ? ORDER BY s.due, s.id LIMIT ?`, now, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ledgers []news.Ledger
	for rows.Next() {
		var id string
		var body sql.RawBytes
		if err := rows.Scan(&id, &body); err != nil {
			return nil, err
		}
		l := news.Ledger{Source: news.SourceID(id)}
		if body != nil {
			held, err := s.values.readLedger(body, l.Source)
			if l, err = begunAnew(held, err, news.SourceID(id), s.log); err != nil {
				return nil, err
			}
		}
		ledgers = append(ledgers, l)
	}
	return ledgers, rows.Err()
}

// querier is a pool or a transaction.
type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

func (s *embedded) ledger(ctx context.Context, q querier, id news.SourceID) (news.Ledger, error) {
	var body []byte
	err := q.QueryRowContext(ctx, "SELECT body FROM ledgers WHERE source = ?", string(id)).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return news.Ledger{Source: id}, nil
	}
	if err != nil {
		return news.Ledger{}, err
	}
	return s.values.readLedger(body, id)
}

// Enrol implements news.Store: it writes only what differs.
func (s *embedded) Enrol(ctx context.Context, ids []news.SourceID) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		named := make(map[string]bool, len(ids))
		for _, id := range ids {
			named[string(id)] = true
		}
		known, err := enrolments(ctx, tx)
		if err != nil {
			return err
		}
		for id := range named {
			on, ok := known[id]
			switch {
			case !ok:
				_, err = tx.ExecContext(ctx, "INSERT INTO sources (id, enrolled, due, lease) VALUES (?, 1, 0, 0)", id)
			case !on:
				_, err = tx.ExecContext(ctx, "UPDATE sources SET enrolled = 1 WHERE id = ?", id)
			}
			if err != nil {
				return err
			}
		}
		for id, on := range known {
			if on && !named[id] {
				if _, err := tx.ExecContext(ctx, "UPDATE sources SET enrolled = 0 WHERE id = ?", id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return fail("enrol", err)
}

// enrolments lists the sources that are known, and whether each is enrolled.
func enrolments(ctx context.Context, q querier) (map[string]bool, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, enrolled FROM sources")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]bool{}
	for rows.Next() {
		var id string
		var on int64
		if err := rows.Scan(&id, &on); err != nil {
			return nil, err
		}
		known[id] = on == 1
	}
	return known, rows.Err()
}

// Hasten implements news.Store.
func (s *embedded) Hasten(ctx context.Context, due time.Time, ids ...news.SourceID) error {
	return fail("hasten", s.putDue(ctx, "UPDATE sources SET due = ?1 WHERE id = ?2 AND enrolled = 1 AND due > ?1", due, ids))
}

// Delay implements news.Store.
func (s *embedded) Delay(ctx context.Context, due time.Time, ids ...news.SourceID) error {
	return fail("delay", s.putDue(ctx, "UPDATE sources SET due = ?1 WHERE id = ?2 AND enrolled = 1 AND due < ?1", due, ids))
}

// putDue runs a statement with a time and each of the ids.
func (s *embedded) putDue(ctx context.Context, move string, due time.Time, ids []news.SourceID) error {
	if len(ids) == 0 {
		return nil
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, move, micros(due), string(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// NextDue implements news.Store.
func (s *embedded) NextDue(ctx context.Context) (time.Time, error) {
	var due time.Time
	err := s.look(func(db *sql.DB) error {
		var us int64
		err := db.QueryRowContext(ctx, "SELECT due FROM sources WHERE enrolled = 1 ORDER BY due, id LIMIT 1").Scan(&us)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		due = fromMicros(us)
		return err
	})
	if err != nil {
		return time.Time{}, fail("next due", err)
	}
	return due, nil
}
