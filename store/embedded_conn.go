package store

import (
	"context"
	"database/sql/driver"
	"errors"

	sqlite "github.com/ncruces/go-sqlite3/driver"
)

// connector opens connections that keep their prepared statements.
type connector struct{ driver.Connector }

// newConnector takes a data source name as the driver has it.
func newConnector(dsn string) (connector, error) {
	c, err := (&sqlite.SQLite{}).OpenConnector(dsn)
	return connector{c}, err
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: opened.(sqlite.Conn), idle: map[string]statement{}}, nil
}

// maxIdle bounds the statements that a connection keeps. The package has fewer.
const maxIdle = 64

// conn is a connection that prepares a statement once and keeps it: preparing
// takes longer than most statements take to run. Like every driver.Conn it is
// used by one goroutine at a time.
type conn struct {
	sqlite.Conn
	idle map[string]statement // not in use, by their text
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
