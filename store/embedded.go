package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"dateline/news"

	"github.com/ncruces/go-sqlite3"
)

// embedded is the memory of one process: one SQLite file, with a write-ahead
// log that is synced at every commit. One connection writes; a few read, and
// never wait for it.
type embedded struct {
	gate   gate
	path   string
	write  *sql.DB // one connection; nil: read-only
	turns  *writer // at write
	read   *sql.DB
	owned  *os.File // the lock; nil: read-only
	values *values
	leases *leaseBook // nil: this process does not own the file
	layout layout
	log    *slog.Logger
	step   steps
}

var _ news.Store = (*embedded)(nil)

// readers is how many connections read at once.
const readers = 4

func openEmbedded(ctx context.Context, path string, o Options) (news.Store, error) {
	s := &embedded{path: path, log: o.Log, step: o.Step}
	if err := s.open(ctx, o); err != nil {
		s.release()
		return nil, fmt.Errorf("store %s: %w", path, explain(err, path))
	}
	return s, nil
}

func (s *embedded) open(ctx context.Context, o Options) error {
	if err := examine(s.path, o.ReadOnly || o.Beside); err != nil {
		return err
	}
	var err error
	if s.values, err = newValues(); err != nil {
		return err
	}
	if !o.ReadOnly && !o.Beside {
		if s.owned, err = own(s.path); err != nil {
			return err
		}
	}
	if !o.ReadOnly {
		var by *connector
		if s.write, by, err = connect(s.path, "rw", 1); err != nil {
			return err
		}
		s.turns = newWriter(s.write, by)
	}
	if s.owned != nil {
		if err := prepare(ctx, s.write); err != nil {
			return err
		}
		s.leases = newLeaseBook()
		if _, err := s.write.ExecContext(ctx, filledTable+";"+hubTables); err != nil {
			return err
		}
	}
	if s.read, _, err = connect(s.path, "ro", readers); err != nil {
		return err
	}
	if err := checkVersion(ctx, s.read); err != nil {
		return err
	}
	s.layout, err = layoutOf(ctx, s.read)
	return err
}

// examine finds the plain faults of a path before SQLite words them its way,
// and makes an empty file, for this user only, where there is none.
func examine(path string, readOnly bool) error {
	if path == "" {
		return errors.New("the address names no file: give a path such as dateline.db")
	}
	flags := os.O_RDWR | os.O_CREATE
	if readOnly {
		flags = os.O_RDONLY
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return errors.New("is a directory: give the path of a file in it")
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// connect opens a pool. Its connections share no cache, so that readers see
// the last commit and never wait for the next.
func connect(path, mode string, conns int) (*sql.DB, *connector, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	query := url.Values{"mode": {mode}, "_pragma": {"busy_timeout(10000)", "cache_size(-4096)", "temp_store(memory)"}}
	if mode == "rw" {
		query["_pragma"] = append(query["_pragma"], "journal_mode(wal)", "synchronous(full)", "journal_size_limit(16777216)")
	} else {
		query["_pragma"] = append(query["_pragma"], "query_only(on)")
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(abs), RawQuery: query.Encode()}
	open, err := newConnector(dsn.String())
	if err != nil {
		return nil, nil, err
	}
	db := sql.OpenDB(open)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, open, db.Ping()
}

// explain adds to an error of opening what a person can do about it.
func explain(err error, path string) error {
	switch {
	case errors.Is(err, ErrInUse):
		return fmt.Errorf("%w: one process owns the file; stop the other, or use Redis for several", err)
	case errors.Is(err, ErrNewer):
		return fmt.Errorf("%w: use that version, or another file", err)
	case errors.Is(err, fs.ErrNotExist):
		if _, missing := os.Stat(filepath.Dir(path)); missing != nil {
			return fmt.Errorf("the directory %s does not exist: make it, or change the path", filepath.Dir(path))
		}
		return errors.New("there is no such file: check the path, or let serve make it")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, sqlite3.READONLY), errors.Is(err, sqlite3.PERM):
		return fmt.Errorf("not writable by this user: change the owner of the file and its directory, or the path (%w)", err)
	case errors.Is(err, sqlite3.NOTADB):
		return errors.New("is not a database: another file has this name; move it away, or change the path")
	case errors.Is(err, sqlite3.CORRUPT):
		return fmt.Errorf("is damaged: restore it from a copy (%w)", err)
	case errors.Is(err, sqlite3.FULL), errors.Is(err, syscall.ENOSPC):
		return errors.New("the disk is full: make room")
	case errors.Is(err, sqlite3.IOERR):
		return fmt.Errorf("cannot be written or read: the disk is full, or fails (%w)", err)
	default:
		return err
	}
}

// Close waits for what is under way and ends all use.
func (s *embedded) Close() error {
	if !s.gate.close() {
		return nil
	}
	return fail("close store", s.release())
}

func (s *embedded) release() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} { // the writer last: it empties the log
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.values != nil {
		s.values.close()
	}
	if s.owned != nil {
		errs = append(errs, s.owned.Close())
	}
	return errors.Join(errs...)
}

// change runs act in a write transaction: all of it is kept and synced, or
// none. It may be run more than once.
func (s *embedded) change(ctx context.Context, act func(*sql.Tx) error) error {
	return s.turn(ctx, &turn{act: act})
}

func (s *embedded) turn(ctx context.Context, t *turn) error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	if s.write == nil {
		return ErrReadOnly
	}
	return s.turns.change(ctx, t)
}

// look runs act on the readers' pool.
func (s *embedded) look(act func(*sql.DB) error) error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	return act(s.read)
}
