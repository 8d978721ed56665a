package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"dateline/desk"
	"dateline/fetcher"
	"dateline/news"
	"dateline/publish"
	"dateline/store"
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
	return s.configFlag.run(ctx, std, role{fetch: true, web: true, listen: s.Listen})
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

	lease time.Duration     // how long a claim lasts; 0: as the desk has it
	step  func(name string) // called at every step of desk and store; nil: nobody listens
}

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

// house is a running process: what is torn down at its end.
type house struct {
	config   *config
	role     role
	log      *slog.Logger
	store    news.Store
	fetcher  *fetcher.Fetcher
	desk     *desk.Desk
	web      *publish.Server
	metrics  *metrics
	hub      *publish.Hub // of our own; it works while the masthead names it
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

// metricsOff is what the config says where nobody wants metrics.
const metricsOff = "off"

// serve runs the halves of the house until ctx ends. It calls ready, where
// there is one, with the address it publishes at.
func serve(ctx context.Context, c *config, r role, log *slog.Logger, reload func() (*config, error), ready func(addr string)) error {
	roster, err := c.roster()
	if err != nil {
		return err
	}
	var listener, scrapes net.Listener
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
		jobs.Go(func() error { return serveHTTP(ctx, scrapes, h.metrics.aside()) })
		log.Info("metrics", "url", "http://"+scrapes.Addr().String()+"/metrics")
	}
	if r.web {
		jobs.Go(func() error { return serveHTTP(ctx, listener, h.metrics.around(h.handler(), c.Metrics == "")) })
		log.Info("publishing", "url", "http://"+listener.Addr().String()+"/")
		if ready != nil {
			ready(listener.Addr().String())
		}
	}
	if h.announce != nil {
		jobs.Go(func() error { return h.announce.run(ctx) })
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
			close(begun)
			return h.desk.Run(ctx)
		})
	} else {
		close(begun)
	}
	if reload != nil {
		jobs.Go(func() error { return h.follow(ctx, reload, begun) })
		jobs.Go(func() error { return h.keepLists(ctx, c, reload) })
	}
	err = jobs.Wait()
	log.Info("stopped")
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
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

func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen: %s is in use by another process: stop it, or choose another address with --listen", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

// open puts the house together from its config.
func open(ctx context.Context, c *config, log *slog.Logger, r role) (*house, error) {
	h := &house{config: c, role: r, log: log}
	var err error
	if h.store, err = store.Open(ctx, c.storeAddress(), store.Options{Log: log, Step: r.step}); err != nil {
		return nil, err
	}
	if h.fetcher, err = fetcher.New(c.fetcherOptions()); err != nil {
		h.close()
		return nil, err
	}
	if r.fetch && r.web && c.Site.URL != "" && !c.Network.PollOnly { // hubs reach the process that polls
		h.push = strings.TrimRight(c.Site.URL, "/") + pushPath
	}
	h.metrics = newMetrics(h.store, c)
	polled := h.metrics.polled
	if r.web {
		m, err := c.served()
		if err == nil {
			h.web, err = publish.New(h.store, m, publish.Options{Log: log})
		}
		if err != nil {
			h.close()
			return nil, err
		}
		polled = h.openHub()
	}
	h.desk = desk.New(desk.Options{
		Polled: polled,
		Push:   h.push,
		Store:  h.store, Fetcher: h.fetcher, Log: log, Workers: c.Workers, Lease: r.lease, Step: r.step,
		Keep: desk.Keep{Articles: time.Duration(c.Keep.Articles), Stories: time.Duration(c.Keep.Stories), Ledgers: time.Duration(c.Keep.Ledgers)},
	})
	return h, nil
}

func (h *house) close() {
	if h.fetcher != nil {
		h.fetcher.Close()
	}
	if h.store != nil {
		if err := h.store.Close(); err != nil {
			h.log.Error("close the store", "err", err)
		}
	}
}

// fetcherOptions is how the config has outlets be asked.
func (c *config) fetcherOptions() fetcher.Options {
	agent := c.Network.UserAgent
	if agent == "" {
		agent = fmt.Sprintf("Dateline/%s (+%s)", version(), firstOf(c.Site.Contact, c.siteURL()))
	}
	return fetcher.Options{
		UserAgent: agent, Allow: prefixes(c.Network.Allow), Proxy: c.Network.Proxy, Gap: time.Duration(c.Network.Gap),
	}
}

// masthead is what the config has published.
func (c *config) masthead() (publish.Masthead, error) {
	r, err := c.roster()
	if err != nil {
		return publish.Masthead{}, err
	}
	tokens := map[news.TopicID][]string{}
	for i := range c.Topics {
		if t := &c.Topics[i]; len(t.Token) > 0 {
			tokens[news.TopicID(t.ID)] = t.Token
		}
	}
	return publish.Masthead{
		Tokens:   tokens,
		Access:   c.Access.published(),
		Site:     publish.Site{Title: c.Site.Title, URL: c.publicURL(), Hub: c.outsideHub(), Contact: c.Site.Contact, Tag: c.Site.Tag, Version: version()},
		Topics:   r.Topics,
		Sources:  r.Sources,
		Interval: scheduleOf(r),
		Why:      explainer(r),
	}, nil
}

// publicURL is siteURL without the last slash: every address of ours begins
// with it.
func (c *config) publicURL() string { return strings.TrimRight(c.siteURL(), "/") }

// siteURL is the public address, or what it must be on this machine.
func (c *config) siteURL() string {
	if c.Site.URL != "" {
		return c.Site.URL
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return "http://127.0.0.1:8080"
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// scheduleOf gives each source's schedule as the config has it.
func scheduleOf(r desk.Roster) func(news.SourceID) string {
	specs := make(map[news.SourceID]string, len(r.Sources))
	for i := range r.Sources {
		specs[r.Sources[i].ID] = r.Sources[i].Schedule
	}
	return func(id news.SourceID) string { return specs[id] }
}

// serveHTTP answers readers until ctx ends, then lets answers under way end.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("publish: %w", err)
	case <-ctx.Done():
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(wait); err != nil {
		server.Close()
	}
	<-ended
	return nil
}

// followEvery is how often the config file is looked at, and followAgain when a
// config that could not be taken up is tried again.
const (
	followEvery = time.Second
	followAgain = 10 * time.Second
)

// follow takes up a changed config, on SIGHUP and when the file changes, once
// the process has begun. A broken one is said once and not taken up; one that
// fails for the store's sake is tried again.
func (h *house) follow(ctx context.Context, reload func() (*config, error), begun <-chan struct{}) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	last := h.config.fingerprint()
	select {
	case <-ctx.Done():
		return nil
	case <-begun:
	}
	var again <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangup:
		case <-again:
		case <-tick.C:
			now := h.config.fingerprint()
			if now == last {
				continue
			}
			last = now
		}
		again = nil
		if !h.reload(ctx, reload) {
			again = time.After(followAgain)
		}
	}
}

// reload takes up the config as it is now. It reports false where that may go
// better another time.
func (h *house) reload(ctx context.Context, reload func() (*config, error)) bool {
	next, err := reload()
	if err != nil {
		h.log.Error("the config is broken, the old one stays", "err", err)
		return true
	}
	next.Listen = h.config.Listen
	if err := h.take(ctx, next); err != nil {
		h.log.Error("the config could not be taken up, and will be tried again", "err", err)
		return false
	}
	if next.outsideHub() != h.config.outsideHub() {
		h.log.Warn("another hub elsewhere is told of changes from the next start")
	}
	if next.Store != h.config.Store || next.Workers != h.config.Workers || joinPrefixes(next.Network.Allow) != joinPrefixes(h.config.Network.Allow) ||
		next.fetcherOptions().UserAgent != h.config.fetcherOptions().UserAgent || next.Network.Proxy != h.config.Network.Proxy || next.Network.Gap != h.config.Network.Gap {
		h.log.Warn("store, workers and network take effect at the next start")
	}
	h.config = next
	h.log.Info("took up the config", "items", len(next.Sources))
	return true
}

// take hands a config to the halves that run.
func (h *house) take(ctx context.Context, next *config) error {
	roster, err := next.roster()
	if err != nil {
		return err
	}
	if h.metrics != nil {
		h.metrics.take(next)
	}
	if h.announce != nil {
		h.announce.take(next)
	}
	if h.role.fetch {
		if err := h.desk.Assign(ctx, roster); err != nil {
			return err
		}
	}
	if h.web == nil {
		return nil
	}
	m, err := next.served()
	if err != nil {
		return err
	}
	h.web.Reload(m)
	return nil
}

// fingerprint tells one state of a file from another.
func fingerprint(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}
