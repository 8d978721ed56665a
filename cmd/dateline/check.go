package main

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"dateline/desk"
	"dateline/news"
)

// check adds everything wrong with the config's meaning to f, and fills in
// secrets that stand in files.
func (c *config) check(f *faults) {
	c.checkSite(f)
	if c.Store == "" {
		f.add(c.key("store"), "the store is empty: want a file such as dateline.db, or redis://…")
	}
	c.checkHub(f)
	if p := c.Site.Pictures; p != "" && p != picturesProxied && p != picturesDirect {
		f.add(c.Site.key("pictures"), "site.pictures: want proxied or direct")
	}
	if c.Metrics != "" && c.Metrics != metricsOff {
		if err := checkListen(c.Metrics); err != nil {
			f.add(c.key("metrics"), "metrics: %v, or off", err)
		}
	}
	if u, err := url.Parse(c.Traces); c.Traces != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		f.add(c.key("traces"), "traces: want the address of an OpenTelemetry collector, such as http://127.0.0.1:4318")
	}
	c.Access.check(f)
	if err := checkListen(c.Listen); err != nil {
		f.add(c.key("listen"), "%v", err)
	}
	if c.Workers < 1 || c.Workers > maxWorkers {
		f.add(c.key("workers"), "workers: want 1 to %d", maxWorkers)
	}
	checkProxy(c.Network.Proxy, c.Network.key("proxy"), f)
	if _, err := desk.ParseSchedule(c.Defaults.Schedule, ""); err != nil {
		f.add(c.Defaults.key("schedule"), "%v", err)
	}
	if _, err := news.ParseRights(c.Defaults.Rights); err != nil {
		f.add(c.Defaults.key("rights"), "%v", err)
	}
	if _, err := news.ParseJoining(c.Defaults.Join); err != nil {
		f.add(c.Defaults.key("join"), "%v", err)
	}
	c.checkSites(f)
	topics := c.checkTopics(f)
	seen := map[string]place{}
	for i := range c.Sources {
		c.checkSource(&c.Sources[i], topics, seen, f)
	}
	c.checkLists(topics, f)
}

func (c *config) checkSite(f *faults) {
	if c.Site.URL == "" {
		return
	}
	u, err := url.Parse(c.Site.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.User != nil {
		f.add(c.Site.key("url"), "site url %q: want the public address, such as https://news.example.org", c.Site.URL)
	}
}

func checkProxy(proxy string, at place, f *faults) {
	if proxy == "" {
		return
	}
	u, err := url.Parse(proxy)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		f.add(at, "proxy: want http://host:port, https://host:port or socks5://host:port")
	}
}

func (c *config) checkSource(s *sourceConfig, topics map[string]bool, seen map[string]place, f *faults) {
	if err := checkID(s.ID); err != nil {
		f.add(s.key("id"), "source: %v", err)
	} else if first, twice := seen[s.ID]; twice {
		f.add(s.key("id"), "source %s stands here twice, first in line %d", s.ID, first.Line)
	} else {
		seen[s.ID] = s.key("id")
	}
	if err := checkFeed(s.Feed); err != nil {
		f.add(s.key("feed"), "source %s: %v", s.ID, err)
	}
	if s.Schedule != "" {
		if _, err := desk.ParseSchedule(s.Schedule, news.SourceID(s.ID)); err != nil {
			f.add(s.key("schedule"), "source %s: %v", s.ID, err)
		}
	}
	if s.Rights != "" {
		if _, err := news.ParseRights(s.Rights); err != nil {
			f.add(s.key("rights"), "source %s: %v", s.ID, err)
		}
	}
	if s.Join != "" {
		if _, err := news.ParseJoining(s.Join); err != nil {
			f.add(s.key("join"), "source %s: %v", s.ID, err)
		}
	}
	for _, t := range s.Topics {
		if !topics[t] {
			f.add(s.key("topics"), "source %s: there is no topic %q", s.ID, t)
		}
	}
	s.Access.check(f)
	s.Limits.check(s.ID, f)
	s.Scrape.check(s.ID, f)
}

// The most that a source's limits may be: an exchange has to fit a poll's time,
// and a document the memory that it takes many times of.
const (
	longestTimeout = 100 * time.Second
	largestSize    = 64 << 20
	mostItems      = 10_000
)

func (l *limitsConfig) check(source string, f *faults) {
	if t := time.Duration(l.Timeout); t != 0 && (t < time.Second || t > longestTimeout) {
		f.add(l.key("timeout"), "source %s: timeout: want 1s to %s", source, longestTimeout)
	}
	if l.Size < 0 || l.Size > largestSize {
		f.add(l.key("size"), "source %s: size: want at most %s", source, byteSize(largestSize))
	}
	if l.Items < 0 || l.Items > mostItems {
		f.add(l.key("items"), "source %s: items: want 1 to %d", source, mostItems)
	}
}

// headerName is a token (RFC 9110, 5.6.2).
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func (a *accessConfig) check(f *faults) {
	checkProxy(a.Proxy, a.key("proxy"), f)
	for _, name := range slices.Sorted(maps.Keys(a.Headers)) {
		if !headerName.MatchString(name) {
			f.add(a.key("headers"), "headers: %q is no name of a header", name)
		} else if strings.ContainsFunc(a.Headers[name], unicode.IsControl) {
			f.add(a.key("headers"), "headers: the value of %s is no line of text", name)
		}
	}
	for _, secret := range []struct {
		value *string
		file  string
		key   string
	}{{&a.Password, a.PasswordFile, "password_file"}, {&a.Cookie, a.CookieFile, "cookie_file"}} {
		if secret.file == "" {
			continue
		}
		if *secret.value != "" {
			f.add(a.key(secret.key), "%s: both the secret and its file are given: which one?", secret.key)
			continue
		}
		value, err := readSecret(secret.file)
		if err != nil {
			f.add(a.key(secret.key), "%v", err)
			continue
		}
		*secret.value = value
	}
}

// roster is what the config has the desk do; the config was checked. It is
// made once: compiling topics and schedules takes a while.
func (c *config) roster() (desk.Roster, error) {
	if c.made == nil {
		r, err := c.makeRoster()
		if err != nil {
			return r, err
		}
		c.made = &r
	}
	return *c.made, nil
}

func (c *config) makeRoster() (desk.Roster, error) {
	r := desk.Roster{Schedules: make(map[news.SourceID]desk.Schedule, len(c.Sources))}
	for i := range c.Sources {
		src := c.source(&c.Sources[i])
		schedule, err := desk.ParseSchedule(src.Schedule, src.ID)
		if err != nil {
			return r, err
		}
		r.Schedules[src.ID] = schedule
		r.Sources = append(r.Sources, src)
	}
	var err error
	if r.Sites, err = c.sites(); err != nil {
		return r, err
	}
	r.Topics, r.Matcher, err = c.matcher()
	return r, err
}
