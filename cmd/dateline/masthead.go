package main

import (
	"fmt"
	"net"
	"strings"
	"time"

	"dateline/desk"
	"dateline/fetcher"
	"dateline/news"
	"dateline/publish"
)

// fetcherOptions is how the config has outlets be asked.
func (c *config) fetcherOptions() fetcher.Options {
	agent := c.Network.UserAgent
	if agent == "" {
		agent = fmt.Sprintf("Dateline/%s (+%s)", version(), firstOf(c.Site.Contact, c.siteURL()))
	}
	return fetcher.Options{
		UserAgent: agent, Allow: prefixes(c.Network.Allow), Proxy: c.Network.Proxy, Gap: time.Duration(c.Network.Gap),
		MaxDelay: time.Duration(c.Network.MaxDelay), Limits: fetcher.Limits{Whole: time.Duration(c.Network.Timeout)},
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
	access := c.Access.published()
	access.Local = c.local()
	return publish.Masthead{
		Tokens:   tokens,
		Access:   access,
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
