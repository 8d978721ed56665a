package store

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// writer gives turns at the one connection that writes. Who waits while another
// writes shares the next transaction with all others who wait, and its sync:
// under load a poll costs a part of a sync, and alone it waits for nobody. Who
// is patient waits a moment for others to share with.
type writer struct {
	db   *sql.DB
	by   *connector    // of the one connection
	busy chan struct{} // holds one while somebody writes

	mu      sync.Mutex // guards what follows
	waiting []*turn
	soon    *time.Timer // writes those who are patient; nil: nobody was, so far
}

// turn is one act that waits to be written.
type turn struct {
	act     func(*sql.Tx) error
	end     func(kept bool) // called before anybody else's turn, after act was called; nil: nobody minds
	patient bool

	ctx  context.Context
	done chan struct{} // closed once err stands
	err  error
}

const (
	maxTurns = 64                    // acts of one transaction, which bounds its size
	enough   = maxTurns / 2          // of those who wait for nobody to wait for more
	sharing  = 20 * time.Millisecond // that a patient one waits for others
)

func newWriter(db *sql.DB, by *connector) *writer {
	return &writer{db: db, by: by, busy: make(chan struct{}, 1)}
}

// plain is the connection itself. Only an act of change or look may use it, and
// it is in the transaction of that act.
func (w *writer) plain() *conn { return w.by.newest.Load() }

// change runs an act in a write transaction. When it returns nil all that the
// act did is kept and synced; otherwise none of it is. An act may be run again,
// where one that shared its transaction failed, after its end was told.
func (w *writer) change(ctx context.Context, t *turn) error {
	t.ctx, t.done = ctx, make(chan struct{})
	busy := w.busy
	if w.wait(t) && t.patient {
		busy = nil // somebody else writes it
	}
	for {
		select {
		case <-t.done:
			return t.err
		case busy <- struct{}{}:
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

// wait puts a turn behind those who wait, and reports whether it will be
// written soon if its owner does nothing about it.
func (w *writer) wait(t *turn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(w.waiting, t)
	if len(w.waiting) == 1 {
		w.writeSoon()
	}
	return len(w.waiting) < enough
}

// writeSoon has those who wait written when it has waited long enough. The lock is held.
func (w *writer) writeSoon() {
	if w.soon != nil {
		w.soon.Reset(sharing)
		return
	}
	w.soon = time.AfterFunc(sharing, func() {
		w.busy <- struct{}{}
		w.write(w.next())
		<-w.busy
	})
}

// look runs act while nobody writes, on the connection that does: its pages are
// in memory, where others read them anew after each commit.
func (w *writer) look(ctx context.Context, act func(*conn) error) error {
	select {
	case w.busy <- struct{}{}:
		defer func() { <-w.busy }()
		return act(w.plain())
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next takes those whose turn it is, who came first first.
func (w *writer) next() []*turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.waiting), maxTurns)
	turns := slices.Clone(w.waiting[:n])
	w.waiting = slices.Delete(w.waiting, 0, n)
	if len(w.waiting) > 0 {
		w.writeSoon()
	}
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
	if len(turns) > 1 && w.together(turns) == nil {
		for _, t := range turns {
			close(t.done)
		}
		return
	}
	for i := range turns {
		turns[i].err = w.together(turns[i : i+1])
		close(turns[i].done)
	}
}

// together writes turns in one transaction, and tells their ends. It does not end
// with anybody's context, which ends statements and is looked at before each turn.
func (w *writer) together(turns []*turn) (err error) {
	tx, err := w.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	begun := 0
	defer func() {
		for _, t := range turns[:begun] {
			if t.end != nil {
				t.end(err == nil)
			}
		}
	}()
	defer tx.Rollback()
	for _, t := range turns {
		begun++
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
