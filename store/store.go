// Package store holds the memories of Dateline: the embedded one, a single
// file for a single process, and Redis, for as many processes as there are.
// Both keep the contract of news.Store, and the suite in storetest holds them
// to it.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"dateline/news"
)

// Errors of Open, and of a store that is used past its door.
var (
	// ErrNewer means that a newer Dateline wrote the store. Nothing was touched.
	ErrNewer = errors.New("written by a newer Dateline")
	// ErrInUse means that another process owns the embedded file.
	ErrInUse = errors.New("in use by another process")
	// ErrClosed means that the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrReadOnly means that the store was opened for reading.
	ErrReadOnly = errors.New("the store is open for reading only")
)

// Version is the version of the layout that this package writes, in the
// embedded file and in Redis alike. A store with a higher one is refused; one
// with a lower one is marked as of this version by who opens it for writing,
// because older programs could not read what is written from then on: version
// 2 has ledgers whose marks stand in columns, in version 3 articles of a file
// lie in bundles, and in version 4 its records of polls stand apart from marks.
const Version = 4

// Options are what a store may be told beside its address.
type Options struct {
	// Log hears of what an operator may want to know; nil: nobody.
	Log *slog.Logger
	// ReadOnly opens a store that exists, for looking only. The embedded file
	// can be read while another process owns it; every method that would
	// change something answers ErrReadOnly.
	ReadOnly bool
	// Beside opens a store that exists for an editor's verdict, which the
	// process that owns an embedded file takes up as it would another writer's.
	// Leases that were given stay as they are.
	Beside bool
	// Patience is how long Open waits for a Redis that is away, starting or
	// electing a master; 0: it says so at once. A wrong password or version is
	// said at once in any case.
	Patience time.Duration
	// Step is called at each of EmbeddedSteps or RedisSteps, for tests that end
	// the process there; nil: nobody listens.
	Step func(string)
	// Progress is called while Copy goes on, with what was copied so far; nil:
	// nobody looks.
	Progress func(Copied)

	filling bool // a copy is to be written to it: it must hold nothing
}

// Open opens the store at an address and makes it if there is none:
//
//	dateline.db, sqlite:PATH                       the embedded file
//	redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]     one server; rediss:// with TLS
//	unix://[[USER]:PASSWORD@]/SOCKET[?db=DB]       one server by its socket
//	redis-sentinel://[…@]HOST,HOST…/MASTER[/DB]    found through sentinels
//	redis-cluster://[…@]HOST,HOST…                 a cluster
//
// ?tls=true asks for TLS where the scheme does not say it; ca, cert and key name
// files of the authorities that may vouch for a server, and of our certificate.
//
// An error is one line that says what, where and what to do. It never shows a
// password.
func Open(ctx context.Context, address string, o Options) (news.Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	scheme, rest, found := strings.Cut(address, ":")
	switch {
	case found && scheme == "sqlite":
		return openEmbedded(ctx, strings.TrimPrefix(rest, "//"), o)
	case strings.Contains(address, "://"):
		return openRedis(ctx, address, o)
	case address == "":
		return nil, errors.New("store: no address: give a file, or redis://HOST")
	default:
		return openEmbedded(ctx, address, o)
	}
}

// gate lets calls through until it is shut, and shutting it waits for those
// inside. A method that has entered must not enter again.
type gate struct {
	mu   sync.RWMutex // held for reading by every call that is under way
	shut bool
}

func (g *gate) enter() error {
	g.mu.RLock()
	if g.shut {
		g.mu.RUnlock()
		return ErrClosed
	}
	return nil
}

func (g *gate) leave() { g.mu.RUnlock() }

// close shuts the gate and reports whether it was open.
func (g *gate) close() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	open := !g.shut
	g.shut = true
	return open
}

// fail wraps an error of a method with the act; nil stays nil.
func fail(act string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", act, err)
}
