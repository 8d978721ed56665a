package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"dateline/news"

	"github.com/ncruces/go-sqlite3"
)

// Claim implements news.Store. It only reads: see leaseBook.
func (s *embedded) Claim(ctx context.Context, now time.Time, lease time.Duration, n int) ([]news.Ledger, error) {
	if n <= 0 {
		return nil, nil
	}
	if s.leases == nil {
		return nil, fail("claim", ErrReadOnly)
	}
	if err := s.gate.enter(); err != nil {
		return nil, fail("claim", err)
	}
	defer s.gate.leave()
	var ledgers []news.Ledger
	err := s.turns.look(ctx, func(c *conn) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.leases.Lock()
		defer s.leases.Unlock()
		if len(s.leases.ahead) < n {
			if err := s.lookAhead(c, micros(now), n); err != nil {
				return err
			}
		}
		again, err := s.dueAgain(c, micros(now))
		if err != nil {
			return err
		}
		chosen, token := s.leases.choose(again, micros(now), micros(now.Add(lease)), n)
		ledgers, err = s.claimed(chosen, token)
		return err
	})
	if err != nil {
		return nil, fail("claim", err)
	}
	return ledgers, nil
}

// claimed are the ledgers of sources that are claimed.
func (s *embedded) claimed(chosen []candidate, token uint64) ([]news.Ledger, error) {
	ledgers := make([]news.Ledger, len(chosen))
	for i := range chosen {
		l, err := s.claimedOne(&chosen[i])
		if l, err = begunAnew(l, err, chosen[i].id, s.log); err != nil {
			return nil, err
		}
		l.Lease = token
		ledgers[i] = l
	}
	return ledgers, nil
}

// claimedOne is the ledger of a source that is claimed. Its marks stay where
// they are unless they hold the record of the poll, too, as in older files.
func (s *embedded) claimedOne(c *candidate) (l news.Ledger, err error) {
	switch {
	case c.poll != nil:
		l.Poll, err = readPoll(c.poll)
		l.Unread = true
	case c.body != nil:
		l, err = s.values.readLedger(c.body, c.id)
	}
	l.Source = c.id
	if err != nil {
		err = fmt.Errorf("read ledger of %s: %w", c.id, err)
	}
	return l, err
}

// furthest is how many sources a claim reads ahead for those that follow.
const furthest = 256

// candidates selects what a candidate has.
const candidates = "SELECT id, due, poll, CASE WHEN poll IS NULL THEN (SELECT body FROM ledgers WHERE source = id) END FROM sources WHERE enrolled = 1 AND "

func readCandidate(r *sqlite3.Stmt) candidate {
	return candidate{id: news.SourceID(r.ColumnText(0)), due: r.ColumnInt64(1), poll: r.ColumnBlob(2, nil), body: r.ColumnBlob(3, nil)}
}

// lookAhead reads the first sources that are due and not held, n or more of
// them. In the file those that are held stand among them, since they are due
// there as they were. The lock of the leases is held.
func (s *embedded) lookAhead(c *conn, now int64, n int) error {
	held := s.leases.held
	ahead := make([]candidate, 0, furthest)
	_, err := c.run(candidates+"due <= ? ORDER BY due, id LIMIT ?", func(r *sqlite3.Stmt) error {
		if _, ok := held[news.SourceID(r.ColumnRawText(0))]; !ok {
			ahead = append(ahead, readCandidate(r))
		}
		return nil
	}, now, int64(max(n, furthest)+len(held)))
	s.leases.ahead = ahead
	return err
}

// dueAgain reads the sources whose leases ran out. The lock of the leases is
// held.
func (s *embedded) dueAgain(c *conn, now int64) (due []candidate, err error) {
	for _, id := range s.leases.again(now) {
		_, err := c.run(candidates+"id = ?", func(r *sqlite3.Stmt) error {
			again := readCandidate(r)
			again.due = s.leases.held[id].due
			due = append(due, again)
			return nil
		}, string(id))
		if err != nil {
			return nil, err
		}
	}
	return due, nil
}

// querier is a pool or a transaction.
type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// ledger reads all that is remembered of a source.
func (s *embedded) ledger(ctx context.Context, q querier, id news.SourceID) (news.Ledger, error) {
	var body, poll []byte
	err := q.QueryRowContext(ctx, "SELECT l.body, "+s.layout.poll+" FROM ledgers l LEFT JOIN sources s ON s.id = l.source WHERE l.source = ?", string(id)).Scan(&body, &poll)
	if errors.Is(err, sql.ErrNoRows) {
		return news.Ledger{Source: id}, nil
	}
	if err != nil {
		return news.Ledger{}, err
	}
	return s.values.joinLedger(body, poll, id)
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
				_, err = tx.ExecContext(ctx, "INSERT INTO sources (id, enrolled, due) VALUES (?, 1, 0)", id)
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
	if err == nil && s.leases != nil {
		s.leases.moved()
	}
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
	return fail("hasten", s.putDue(ctx, micros(due), false, ids))
}

// Delay implements news.Store. What is held is due later here alone: for the
// next owner of the file it is due.
func (s *embedded) Delay(ctx context.Context, due time.Time, ids ...news.SourceID) error {
	return fail("delay", s.putDue(ctx, micros(due), true, ids))
}

func (s *embedded) putDue(ctx context.Context, due int64, later bool, ids []news.SourceID) error {
	if len(ids) == 0 {
		return nil
	}
	var held []news.SourceID
	act := func(*sql.Tx) (err error) {
		c := s.turns.plain()
		if held, err = s.heldOf(c, ids); err != nil {
			return err
		}
		for _, id := range ids {
			switch {
			case !later:
				_, err = c.run("UPDATE sources SET due = ?1 WHERE id = ?2 AND enrolled = 1 AND due > ?1", nil, due, string(id))
			case !slices.Contains(held, id):
				_, err = c.run("UPDATE sources SET due = ?1 WHERE id = ?2 AND enrolled = 1 AND due < ?1", nil, due, string(id))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return s.turn(ctx, &turn{act: act, end: func(kept bool) {
		if kept {
			s.leases.put(due, later, held)
		}
	}})
}

// heldOf are those of some sources that are enrolled and held.
func (s *embedded) heldOf(c *conn, ids []news.SourceID) (held []news.SourceID, err error) {
	for _, id := range s.leases.among(ids) {
		_, err := c.run("SELECT 1 FROM sources WHERE id = ? AND enrolled = 1", func(*sqlite3.Stmt) error {
			held = append(held, id)
			return nil
		}, string(id))
		if err != nil {
			return nil, err
		}
	}
	return held, nil
}

// NextDue implements news.Store.
func (s *embedded) NextDue(ctx context.Context) (time.Time, error) {
	if err := s.gate.enter(); err != nil {
		return time.Time{}, fail("next due", err)
	}
	defer s.gate.leave()
	var due sql.NullInt64
	var err error
	if s.leases == nil {
		err = s.read.QueryRowContext(ctx, "SELECT min(due) FROM sources WHERE enrolled = 1").Scan(&due)
	} else {
		err = s.turns.look(ctx, func(c *conn) (err error) {
			due.Int64, due.Valid, err = s.earliest(c)
			return err
		})
	}
	if err != nil || !due.Valid {
		return time.Time{}, fail("next due", err)
	}
	return fromMicros(due.Int64), nil
}

// earliest is the earliest due time of the enrolled sources, if there are any.
// It looks no further than the first that is not held, for those that are held
// are due no earlier than the file has it.
func (s *embedded) earliest(c *conn) (due int64, any bool, err error) {
	s.leases.Lock()
	defer s.leases.Unlock()
	held := s.leases.held
	free := false
	_, err = c.run("SELECT id, due FROM sources WHERE enrolled = 1 ORDER BY due, id LIMIT ?", func(r *sqlite3.Stmt) error {
		h, ok := held[news.SourceID(r.ColumnRawText(0))]
		if !ok {
			h.due = r.ColumnInt64(1)
		}
		if !free && (!any || h.due < due) {
			due, any = h.due, true
		}
		free = free || !ok
		return nil
	}, int64(len(held)+1))
	return due, any, err
}
