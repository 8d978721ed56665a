package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// followEvery is how often the config file is looked at, and followAgain when a
// config that could not be taken up is tried again.
const (
	followEvery = time.Second
	followAgain = 10 * time.Second
)

// follow takes up a changed config, on SIGHUP and when the file changes, once
// the process has begun. A broken one is said once and not taken up; one that
// fails for the store's sake is tried again. last is the fingerprint of the config
// that the process began with.
func (h *house) follow(ctx context.Context, reload func() (*config, error), last string, begun <-chan struct{}) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
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
	if next.Site.Pictures != h.config.Site.Pictures {
		h.log.Warn("site.pictures takes effect at the next start")
	}
	if next.Store != h.config.Store || next.Traces != h.config.Traces || next.Workers != h.config.Workers || joinPrefixes(next.Network.Allow) != joinPrefixes(h.config.Network.Allow) ||
		next.fetcherOptions().UserAgent != h.config.fetcherOptions().UserAgent || next.Network.Proxy != h.config.Network.Proxy || next.Network.Gap != h.config.Network.Gap ||
		next.Network.Timeout != h.config.Network.Timeout || next.Network.MaxDelay != h.config.Network.MaxDelay {
		h.log.Warn("store, workers, traces and network take effect at the next start")
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
	if h.pictures != nil {
		h.pictures.config.Store(next)
	}
	if h.bench != nil {
		h.bench.config.Store(next)
	}
	if h.role.fetch {
		if err := h.desk.Assign(ctx, roster); err != nil {
			return err
		}
	} else {
		h.desk.Acquaint(roster)
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
