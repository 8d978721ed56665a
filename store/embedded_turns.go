package store

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
)

// writer gives turns at the one connection that writes. Who waits while another
// writes shares the next transaction with all others who wait, and its sync:
// under load a poll costs a part of a sync, and alone it waits for nobody.
type writer struct {
	db   *sql.DB
	busy chan struct{} // holds one while somebody writes

	mu      sync.Mutex // guards waiting
	waiting []*turn
}

// turn is one act that waits to be written.
type turn struct {
	ctx  context.Context
	act  func(*sql.Tx) error
	done chan struct{} // closed once err stands
	err  error
}

// maxTurns bounds the acts of one transaction, and so its size.
const maxTurns = 64

func newWriter(db *sql.DB) *writer {
	return &writer{db: db, busy: make(chan struct{}, 1)}
}

// change runs act in a write transaction. When it returns nil all that act did
// is kept and synced; otherwise none of it is. An act may be run again, where
// one that shared its transaction failed.
func (w *writer) change(ctx context.Context, act func(*sql.Tx) error) error {
	t := &turn{ctx: ctx, act: act, done: make(chan struct{})}
	w.mu.Lock()
	w.waiting = append(w.waiting, t)
	w.mu.Unlock()
	for {
		select {
		case <-t.done:
			return t.err
		case w.busy <- struct{}{}:
			w.write(w.next())
			<-w.busy
		case <-ctx.Done():
			if w.withdraw(t) {
				return ctx.Err()
			}
			<-t.done
			return t.err
		}
	}
}

// next takes those whose turn it is, who came first first.
func (w *writer) next() []*turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.waiting), maxTurns)
	turns := slices.Clone(w.waiting[:n])
	w.waiting = slices.Delete(w.waiting, 0, n)
	return turns
}

// withdraw takes back a turn that nobody has taken up.
func (w *writer) withdraw(t *turn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.waiting, t)
	if i < 0 {
		return false
	}
	w.waiting = slices.Delete(w.waiting, i, i+1)
	return true
}

// write keeps what the turns do and answers them. Where one of several fails,
// nothing of the transaction is kept, and each is written alone, so that it
// stands or falls by itself.
func (w *writer) write(turns []*turn) {
	if len(turns) > 1 && w.together(context.Background(), turns) == nil {
		for _, t := range turns {
			close(t.done)
		}
		return
	}
	for _, t := range turns {
		t.err = w.together(t.ctx, []*turn{t})
		close(t.done)
	}
}

// together writes turns in one transaction.
func (w *writer) together(ctx context.Context, turns []*turn) error {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, t := range turns {
		if err := t.run(tx); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// run runs a turn's act. A panic in it is its owner's, who is not the one who
// runs it, and becomes an error.
func (t *turn) run(tx *sql.Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a fault of the program: %v\n%s", r, debug.Stack())
		}
	}()
	if err := t.ctx.Err(); err != nil {
		return err
	}
	return t.act(tx)
}
