package main

import (
	"net/url"

	"dateline/desk"
	"dateline/publish"
)

// What site.hub may say beside the address of a hub elsewhere.
const (
	ownHub = "own" // ours, at /hub; the default
	noHub  = "off"
)

// checkHub adds what is wrong with site.hub.
func (c *config) checkHub(f *faults) {
	if c.Site.Hub == ownHub || c.Site.Hub == noHub {
		return
	}
	if u, err := url.Parse(c.Site.Hub); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		f.add(c.Site.key("hub"), "site.hub: want own, off, or the http or https address of a WebSub hub")
	}
}

// outsideHub is the address of a hub that is not ours; empty: there is none.
func (c *config) outsideHub() string {
	if c.Site.Hub == ownHub || c.Site.Hub == noHub {
		return ""
	}
	return c.Site.Hub
}

// served is the masthead of a server. Files name our own hub as little as
// anything else that only a server has.
func (c *config) served() (publish.Masthead, error) {
	m, err := c.masthead()
	if c.Site.Hub == ownHub {
		m.Site.Hub = publish.OwnHub(m.Site.URL)
	}
	return m, err
}

// openHub makes ready whatever tells readers of changes, and returns what is to
// hear of every poll.
func (h *house) openHub() func(desk.Outcome) {
	h.hub = publish.NewHub(h.web, publish.HubOptions{Subscriptions: h.store, Call: h.fetcher.Call, Step: h.role.step})
	wake := h.hub.Wake
	if hub := h.config.outsideHub(); hub != "" {
		h.announce = newAnnouncer(h.store, h.fetcher, hub, h.log)
		h.announce.take(h.config)
		wake = h.announce.nudge
	}
	return func(out desk.Outcome) {
		h.metrics.polled(out)
		if out.Stories > 0 {
			wake()
		}
	}
}
