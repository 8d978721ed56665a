package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"dateline/news"
)

// occupied is the writer of a new store, while somebody writes. The function it
// comes with waits until n others do, and lets them.
func occupied(t *testing.T) (*embedded, func(n int)) {
	t.Helper()
	s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}).(*embedded)
	s.turns.busy <- struct{}{}
	return s, func(n int) {
		for waiting := 0; waiting < n; runtime.Gosched() {
			s.turns.mu.Lock()
			waiting = len(s.turns.waiting)
			s.turns.mu.Unlock()
		}
		<-s.turns.busy
	}
}

const insertTopic = "INSERT INTO topics (id, revision) VALUES (?, 1)"

func put(id string) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := tx.Exec(insertTopic, id)
		return err
	}
}

func written(t *testing.T, s *embedded) string {
	t.Helper()
	ids, err := texts(s.read.QueryContext(t.Context(), "SELECT id FROM topics ORDER BY id"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(ids, " ")
}

func TestWhoWaitsSharesATransaction(t *testing.T) {
	s, let := occupied(t)
	var first *sql.Tx
	var shared sync.WaitGroup
	for i := range 5 {
		shared.Go(func() {
			err := s.change(t.Context(), func(tx *sql.Tx) error {
				if first == nil {
					first = tx
				}
				if tx != first {
					return errors.New("another transaction")
				}
				return put(fmt.Sprint(i))(tx)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	let(5)
	shared.Wait()
	if got := written(t, s); got != "0 1 2 3 4" {
		t.Errorf("kept %q, want what all five wrote", got)
	}
}

func TestOneWhoFailsFailsAlone(t *testing.T) {
	faults := map[string]func(*sql.Tx) error{
		"an error": func(tx *sql.Tx) error { return errors.Join(put("bad")(tx), news.ErrLost) },
		"a panic":  func(tx *sql.Tx) error { _ = put("bad")(tx); panic("bad") },
		"a transaction that broke": func(tx *sql.Tx) error {
			_ = put("bad")(tx)
			_, err := tx.Exec("ROLLBACK; SELECT no_such_function()")
			return err
		},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			s, let := occupied(t)
			var turns sync.WaitGroup
			errs := make([]error, 4)
			for i, act := range []func(*sql.Tx) error{put("a"), fault, put("b"), put("c")} {
				turns.Go(func() { errs[i] = s.change(t.Context(), act) })
			}
			let(4)
			turns.Wait()
			if errs[1] == nil || errors.Join(errs[0], errs[2], errs[3]) != nil {
				t.Errorf("errors are %v, want one of the second alone", errs)
			}
			if got := written(t, s); got != "a b c" {
				t.Errorf("kept %q, want what the others wrote", got)
			}
		})
	}
}

func TestOneWhoLeavesDoesNotWrite(t *testing.T) {
	s, let := occupied(t)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if err := s.change(ctx, put("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("one who left while waiting got %v", err)
	}
	let(0)
	if err := s.change(t.Context(), put("b")); err != nil {
		t.Fatal(err)
	}
	if got := written(t, s); got != "b" {
		t.Errorf("kept %q, want what those who stayed wrote", got)
	}
}

func TestAStatementIsPreparedOnce(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}).(*embedded)
	idle := func() (found statement) {
		one, err := s.write.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer one.Close()
		if err := one.Raw(func(c any) error { found = c.(*conn).idle[insertTopic]; return nil }); err != nil {
			t.Fatal(err)
		}
		return found
	}
	var first statement
	for i := range 3 {
		if err := s.change(t.Context(), put(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		switch now := idle(); {
		case now == nil:
			t.Fatal("the statement was not kept")
		case first == nil:
			first = now
		case now != first:
			t.Error("the statement was prepared again")
		}
	}
	if got := written(t, s); got != "0 1 2" {
		t.Errorf("wrote %q, want each of the three values", got)
	}
}
