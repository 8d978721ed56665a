package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"dateline/fetcher"
	"dateline/news"
)

// announcer tells a WebSub hub which of our feeds have changed, so that it
// fetches them and pushes them to its subscribers. What was announced is not
// stored: after a start every topic is announced once, and what could not be
// announced is tried again. A hub that hears of a change twice finds it once.
type announcer struct {
	archive news.Archive
	hub     string
	post    func(ctx context.Context, hub string, feeds []string) error
	log     *slog.Logger
	feeds   atomic.Pointer[map[news.TopicID][]string] // addresses, by public topic
	wake    chan struct{}                             // something may have changed

	known map[news.TopicID]news.Revision // announced
	whole news.Revision                  // of the archive, when all topics were
	down  bool                           // the hub did not answer last time
}

// How often changes are looked for where nobody wakes the announcer, and how
// long a hub that does not answer is left alone, growing.
const (
	announceEvery = 15 * time.Second
	announceAgain = 30 * time.Second
	announceMost  = time.Hour
)

// mostAnnounced bounds the topics of one message to a hub.
const mostAnnounced = 25

func newAnnouncer(archive news.Archive, f *fetcher.Fetcher, hub string, log *slog.Logger) *announcer {
	a := &announcer{archive: archive, hub: hub, post: f.Announce, log: log, wake: make(chan struct{}, 1), known: map[news.TopicID]news.Revision{}}
	a.feeds.Store(&map[news.TopicID][]string{})
	return a
}

// take learns which feeds there are. Private ones are nobody's to fetch.
func (a *announcer) take(c *config) {
	base := c.publicURL()
	feeds := map[news.TopicID][]string{}
	for i := range c.Topics {
		t := &c.Topics[i]
		if len(t.Token) > 0 {
			continue
		}
		for _, form := range []string{".atom", ".rss", ".json"} {
			feeds[news.TopicID(t.ID)] = append(feeds[news.TopicID(t.ID)], base+"/topics/"+t.ID+form)
		}
	}
	a.feeds.Store(&feeds)
	a.nudge()
}

// nudge says that something may have changed. It never waits.
func (a *announcer) nudge() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run announces until ctx ends.
func (a *announcer) run(ctx context.Context) error {
	wait := announceEvery
	for {
		timer := time.NewTimer(wait)
		var wake <-chan struct{}
		if !a.down {
			wake = a.wake
		}
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-wake:
			timer.Stop()
		case <-timer.C:
		}
		switch err := a.announce(ctx); {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			if a.down {
				a.log.Info("the hub answers again")
			}
			a.down, wait = false, announceEvery
		default:
			if !a.down {
				a.log.Warn("changes could not be announced, and will be tried again", "err", err)
			}
			if a.down = true; wait < announceAgain {
				wait = announceAgain
			} else {
				wait = min(2*wait, announceMost)
			}
		}
	}
}

// announce tells the hub of all changes since the last time.
func (a *announcer) announce(ctx context.Context) error {
	feeds := *a.feeds.Load()
	whole, err := a.archive.Revision(ctx, "")
	if err != nil {
		return err
	}
	if whole == a.whole && len(a.known) == len(feeds) {
		return nil
	}
	changed := map[news.TopicID]news.Revision{}
	var addresses []string
	send := func() error {
		if len(changed) == 0 {
			return nil
		}
		if err := a.post(ctx, a.hub, addresses); err != nil {
			return err
		}
		for id, revision := range changed {
			a.known[id] = revision
		}
		clear(changed)
		addresses = addresses[:0]
		return nil
	}
	for id, forms := range feeds {
		revision, err := a.archive.Revision(ctx, id)
		if err != nil {
			return err
		}
		if last, announced := a.known[id]; announced && last == revision {
			continue
		}
		changed[id], addresses = revision, append(addresses, forms...)
		if len(changed) == mostAnnounced {
			if err := send(); err != nil {
				return err
			}
		}
	}
	if err := send(); err != nil {
		return err
	}
	for id := range a.known {
		if feeds[id] == nil {
			delete(a.known, id)
		}
	}
	a.whole = whole
	return nil
}
