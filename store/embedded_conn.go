package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	sqlite "github.com/ncruces/go-sqlite3/driver"
)

// connector opens connections that keep their prepared statements.
type connector struct {
	driver.Connector
	newest atomic.Pointer[conn] // the connection that was opened last
}

// newConnector takes a data source name as the driver has it.
func newConnector(dsn string) (*connector, error) {
	c, err := (&sqlite.SQLite{}).OpenConnector(dsn)
	return &connector{Connector: c}, err
}

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	made := &conn{Conn: opened.(sqlite.Conn), idle: map[string]statement{}, plain: map[string]*sqlite3.Stmt{}}
	c.newest.Store(made)
	return made, nil
}

// maxIdle bounds the statements that a connection keeps. The package has fewer.
const maxIdle = 64

// conn is a connection that prepares a statement once and keeps it: preparing
// takes longer than most statements take to run. Like every driver.Conn it is
// used by one goroutine at a time.
type conn struct {
	sqlite.Conn
	idle  map[string]statement     // not in use, by their text
	plain map[string]*sqlite3.Stmt // those of run, by their text
}

// run runs a statement without database/sql, which takes several times as long
// as the statements of a quiet poll. It calls each for each row, and returns how
// many rows were changed. The caller is the only one to use the connection.
// Arguments are int64, string, []byte or nil.
func (c *conn) run(query string, each func(*sqlite3.Stmt) error, args ...any) (changed int64, err error) {
	s := c.plain[query]
	if s == nil {
		if s, _, err = c.Raw().PrepareFlags(query, sqlite3.PREPARE_PERSISTENT); err != nil {
			return 0, err
		}
		c.plain[query] = s
	}
	defer func() { err = errors.Join(err, s.Reset()) }()
	for i, arg := range args {
		if err := bind(s, i+1, arg); err != nil {
			return 0, err
		}
	}
	for s.Step() {
		if err := each(s); err != nil {
			return 0, err
		}
	}
	if err := s.Err(); err != nil {
		return 0, err
	}
	return c.Raw().Changes(), nil
}

// BeginTx implements driver.ConnBeginTx. A transaction that writes takes the
// lock for it at once, which cannot fail half-way, and its beginning and end are
// prepared like all else.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if opts.ReadOnly {
		return c.Conn.BeginTx(ctx, opts)
	}
	_, err := c.run("BEGIN IMMEDIATE", nil)
	return transaction{c}, err
}

// transaction is one that writes.
type transaction struct{ c *conn }

func (t transaction) Commit() error {
	_, err := t.c.run("COMMIT", nil)
	if err != nil && !t.c.Raw().GetAutocommit() {
		err = errors.Join(err, t.Rollback())
	}
	return err
}

// Rollback does nothing where SQLite has rolled back by itself.
func (t transaction) Rollback() error {
	if t.c.Raw().GetAutocommit() {
		return nil
	}
	_, err := t.c.run("ROLLBACK", nil)
	return err
}

func bind(s *sqlite3.Stmt, at int, arg any) error {
	switch v := arg.(type) {
	case int64:
		return s.BindInt64(at, v)
	case string:
		return s.BindText(at, v)
	case []byte:
		return s.BindBlob(at, v)
	case nil:
		return s.BindNull(at)
	}
	panic(fmt.Sprintf("store: no way to bind %T", arg))
}

// statement is what the driver prepares.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
	driver.NamedValueChecker
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return &kept{s, c, query}, nil
	}
	prepared, err := c.Conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(statement)
	if !ok {
		return prepared, nil
	}
	return &kept{s, c, query}, nil
}

// ExecContext implements driver.ExecerContext: a text without arguments may
// hold several statements.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

// CheckNamedValue implements driver.NamedValueChecker.
func (c *conn) CheckNamedValue(arg *driver.NamedValue) error {
	return c.Conn.(driver.NamedValueChecker).CheckNamedValue(arg)
}

// Close lets go of the statements and the connection.
func (c *conn) Close() error {
	var errs []error
	for _, s := range c.idle {
		errs = append(errs, s.Close())
	}
	for _, s := range c.plain {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.Conn.Close())...)
}

// kept is a statement in use. The driver resets it after each use, so that it
// holds no lock and no value once it is put back.
type kept struct {
	statement
	conn  *conn
	query string
}

// Close puts the statement back.
func (k *kept) Close() error {
	if _, twice := k.conn.idle[k.query]; twice || len(k.conn.idle) >= maxIdle {
		return k.statement.Close()
	}
	k.conn.idle[k.query] = k.statement
	return nil
}
