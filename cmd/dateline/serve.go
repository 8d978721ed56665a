package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"dateline/desk"
	"dateline/news"

	"golang.org/x/sync/errgroup"
)

// configFlag is the flag that most commands have.
type configFlag struct {
	File string `short:"c" name:"config" env:"DATELINE_CONFIG" default:"dateline.yaml" help:"The config file." placeholder:"FILE"`
}

func (f configFlag) load() (*config, error) { return loadConfig(f.File, os.LookupEnv) }

// ServeCmd fetches and publishes.
type ServeCmd struct {
	configFlag
	Listen string `help:"Address to publish at, in place of the config's." placeholder:"ADDR"`
}

// Help is shown under the flags.
func (ServeCmd) Help() string { return "Example: dateline serve -c dateline.yaml --listen :8080" }

// Run serves until it is told to stop.
func (s *ServeCmd) Run(ctx context.Context, std stdio) error {
	return s.configFlag.run(ctx, std, role{fetch: true, web: true, listen: s.Listen, seats: roomForReaders()})
}

// roomForReaders has the runtime keep a processor of its own for readers beside
// those that the desk works on, and returns the seats of the desk: one fewer
// than there are processors. Else readers wait until work of a hundredth of a
// second each, of all who poll, makes place (docs/decisions/0062). GOMAXPROCS,
// where it is set, is obeyed.
func roomForReaders() news.Seats {
	processors := runtime.GOMAXPROCS(0)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(processors + 1)
	}
	return news.NewSeats(max(1, processors-1))
}

// FetchCmd is the fetching half.
type FetchCmd struct{ configFlag }

// Help is shown under the flags.
func (FetchCmd) Help() string {
	return "Example: DATELINE_STORE=redis://redis:6379 dateline fetch -c dateline.yaml"
}

// Run fetches until it is told to stop.
func (s *FetchCmd) Run(ctx context.Context, std stdio) error {
	return s.configFlag.run(ctx, std, role{fetch: true})
}

// WebCmd is the publishing half.
type WebCmd struct {
	configFlag
	Listen string `help:"Address to publish at, in place of the config's." placeholder:"ADDR"`
}

// Help is shown under the flags.
func (WebCmd) Help() string {
	return "Example: DATELINE_STORE=redis://redis:6379 dateline web -c dateline.yaml --listen :8080"
}

// Run publishes until it is told to stop.
func (s *WebCmd) Run(ctx context.Context, std stdio) error {
	return s.configFlag.run(ctx, std, role{web: true, listen: s.Listen})
}

// role is which halves of the house a process is.
type role struct {
	fetch, web bool
	listen     string

	seats news.Seats // where copy is worked on; nil: there is one for each worker

	patience time.Duration // how long a store that is away is waited for at the start

	lease time.Duration     // how long a claim lasts; 0: as the desk has it
	step  func(name string) // called at every step of desk and store; nil: nobody listens
	now   func() time.Time  // the desk's clock; nil: time.Now

	polled func(desk.Outcome) // called after every poll; nil: nobody listens
}

// startPatience is how long a process that is to stay waits for its Redis. One
// that a person waits for says at once that it is not there.
const startPatience = 30 * time.Second

func (f configFlag) run(ctx context.Context, std stdio, r role) error {
	c, err := f.load()
	if err != nil {
		return err
	}
	if r.listen != "" {
		if err := checkListen(r.listen); err != nil {
			return err
		}
		c.Listen = r.listen
	}
	if r.fetch != r.web && !strings.Contains(c.Store, "://") {
		return fmt.Errorf("the store %s is a file, which one process owns: run dateline serve, or put fetch and web over a redis:// store", c.storeAddress())
	}
	r.patience = startPatience
	log := newLog(std)
	reload := func() (*config, error) { return f.load() }
	return serve(ctx, c, r, log, reload, nil)
}

// newLog writes text where a person reads, JSON elsewhere.
func newLog(std stdio) *slog.Logger {
	if std.Terminal {
		return slog.New(slog.NewTextHandler(std.Err, nil))
	}
	return slog.New(slog.NewJSONHandler(std.Err, nil))
}

// metricsOff is what the config says where nobody wants metrics.
const metricsOff = "off"

// serve runs the halves of the house until ctx ends. It calls ready, where
// there is one, with the address it publishes at.
func serve(ctx context.Context, c *config, r role, log *slog.Logger, reload func() (*config, error), ready func(addr string)) error {
	roster, err := c.roster()
	if err != nil {
		return err
	}
	var listener, scrapes *net.TCPListener
	if c.Metrics != "" && c.Metrics != metricsOff {
		if scrapes, err = listen(c.Metrics); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
		defer scrapes.Close()
	}
	if r.web {
		if listener, err = listen(c.Listen); err != nil {
			return err
		}
		defer listener.Close()
	}
	h, err := open(ctx, c, log, r)
	if err != nil {
		return err
	}
	defer h.close()

	jobs, ctx := errgroup.WithContext(ctx)
	if scrapes != nil {
		jobs.Go(func() error { return serveHTTP(ctx, scrapes, h.aside(), log, nil) })
		log.Info("metrics", "url", "http://"+scrapes.Addr().String()+"/metrics")
	}
	if r.web {
		jobs.Go(func() error { return serveHTTP(ctx, listener, h.front(), log, h.kiosk) })
		log.Info("publishing", "url", "http://"+listener.Addr().String()+"/")
		if ready != nil {
			ready(listener.Addr().String())
		}
	}
	if h.announce != nil {
		jobs.Go(func() error { return h.announce.run(ctx) })
	}
	if h.traces != nil {
		jobs.Go(func() error { return h.traces.run(ctx) })
	}
	if h.hub != nil {
		jobs.Go(func() error { return h.hub.Run(ctx) })
	}
	begun := make(chan struct{}) // a later config must not be overtaken by the first
	if r.fetch {
		jobs.Go(func() error {
			if err := h.assign(ctx, roster); err != nil {
				return err
			}
			debug.FreeOSMemory() // what it took to begin, an idle process would keep for long
			close(begun)
			return h.desk.Run(ctx)
		})
	} else {
		h.desk.Acquaint(roster)
		close(begun)
	}
	if reload != nil {
		seen := c.fingerprint() // before the lists can change it
		jobs.Go(func() error { return h.follow(ctx, reload, seen, begun) })
		jobs.Go(func() error { return h.keepLists(ctx, c, reload) })
	}
	err = jobs.Wait()
	log.Info("stopped")
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
