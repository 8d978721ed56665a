package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"dateline/desk"
	"dateline/fetcher"
	"dateline/news"
	"dateline/publish"
	"dateline/store"
)

// house is a running process: what is torn down at its end.
type house struct {
	config   *config
	role     role
	log      *slog.Logger
	store    news.Store
	fetcher  *fetcher.Fetcher
	desk     *desk.Desk
	web      *publish.Server
	beat     func() time.Time // when the desk last looked for work; zero: not yet
	refused  func() time.Time // since when the store refuses the desk's work; zero: it does not
	metrics  *metrics
	traces   *tracer // nil: there is no collector
	answered *answered
	hub      *publish.Hub // of our own; it works while the masthead names it
	bench    *workbench   // nil: nothing is published
	pictures *pictures    // nil: they stay with their outlets
	announce *announcer   // nil: there is no hub elsewhere
	push     string       // public address for hubs; empty: no subscriptions
}

// pushPath is where hubs deliver.
const pushPath = "/push/"

// handler answers readers, and hubs where there are subscriptions.
func (h *house) handler() http.Handler {
	if h.push == "" {
		return h.web
	}
	pushes := http.StripPrefix(pushPath, h.desk.Pushes())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, pushPath) {
			pushes.ServeHTTP(w, r)
			return
		}
		h.web.ServeHTTP(w, r)
	})
}

// assign gives the desk its roster, waiting for a store that is away: a server
// that has begun does not give up for that.
func (h *house) assign(ctx context.Context, roster desk.Roster) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := h.desk.Assign(ctx, roster)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		h.log.Error("cannot begin yet", "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// open puts the house together from its config.
func open(ctx context.Context, c *config, log *slog.Logger, r role) (*house, error) {
	h := &house{config: c, role: r, log: log}
	var err error
	if h.store, err = store.Open(ctx, c.storeAddress(), store.Options{Log: log, Step: r.step, Patience: r.patience}); err != nil {
		return nil, err
	}
	asking := c.fetcherOptions()
	asking.Seats = r.seats
	if h.fetcher, err = fetcher.New(asking); err != nil {
		h.close()
		return nil, err
	}
	mail, shared := h.store.(news.Mail)
	if (r.fetch && r.web || shared) && c.Site.URL != "" && !c.Network.PollOnly { // hubs reach a process that publishes, and it the one that polls
		h.push = strings.TrimRight(c.Site.URL, "/") + pushPath
	}
	h.metrics = newMetrics(h.store, c)
	h.store = countedStore{h.store, h.metrics.store}
	if c.Traces != "" {
		h.traces = newTracer(c.Traces, log)
		h.metrics.traces = h.traces
	}
	h.answered = newAnswered(h.metrics, h.traces)
	polled := h.metrics.polled
	if r.web {
		m, err := c.served()
		if err == nil {
			h.bench = &workbench{store: h.store}
			h.bench.config.Store(c)
			h.web, err = h.publisher(m)
		}
		if err != nil {
			h.close()
			return nil, err
		}
		h.metrics.web.Store(h.web)
		polled = h.openHub()
	}
	if r.polled != nil {
		count := polled
		polled = func(out desk.Outcome) { count(out); r.polled(out) }
	}
	h.desk = desk.New(desk.Options{
		Polled: polled,
		Seats:  r.seats,
		Push:   h.push, Mail: mail,
		Store: h.store, Fetcher: h.fetcher, Log: log, Workers: c.Workers, Lease: r.lease, Step: r.step, Now: r.now,
		Keep: desk.Keep{Articles: time.Duration(c.Keep.Articles), Stories: time.Duration(c.Keep.Stories), Ledgers: time.Duration(c.Keep.Ledgers)},
	})
	h.beat, h.refused = h.desk.Beat, h.desk.Hindered
	return h, nil
}

// publisher makes the server of the pages and feeds.
func (h *house) publisher(m publish.Masthead) (*publish.Server, error) {
	options := publish.Options{Log: h.log, Bench: h.bench.published(), Trust: 10 * time.Millisecond, Profiles: http.HandlerFunc(profile)}
	if h.config.Site.Pictures != picturesDirect {
		var err error
		if h.pictures, err = newPictures(h.config); err != nil {
			return nil, err
		}
		options.Picture = h.pictures.get
	}
	return publish.New(h.store, m, options)
}

func (h *house) close() {
	if h.fetcher != nil {
		h.fetcher.Close()
	}
	if h.pictures != nil {
		h.pictures.fetcher.Close()
	}
	if h.store != nil {
		if err := h.store.Close(); err != nil {
			h.log.Error("close the store", "err", err)
		}
	}
}
