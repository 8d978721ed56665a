package fetcher

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"dateline/news"
)

// The measures of robots.txt, after RFC 9309.
const (
	robotsKept  = 24 * time.Hour
	robotsRetry = 10 * time.Minute // where it could not be had
	robotsSize  = 512 << 10
	robotsHosts = 4096
	crawlDelay  = 30 * time.Second // the longest that is obeyed
)

// robotsCache remembers what robots.txt of an origin allows us.
type robotsCache struct {
	mu    sync.Mutex // guards known
	known map[string]*robotsEntry
}

type robotsEntry struct {
	asking chan struct{} // holds a token while somebody reads or asks
	until  time.Time
	rules  *robotsRules
}

func newRobotsCache() *robotsCache { return &robotsCache{known: map[string]*robotsEntry{}} }

func (c *robotsCache) entry(origin string) *robotsEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.known[origin]
	if e == nil {
		if len(c.known) >= robotsHosts {
			clear(c.known)
		}
		e = &robotsEntry{asking: make(chan struct{}, 1)}
		c.known[origin] = e
	}
	return e
}

// welcome says whether robots.txt lets us read an address, as an error if not.
func (f *Fetcher) welcome(ctx context.Context, src news.Source, to *url.URL) error {
	entry := f.robots.entry(origin(to))
	select {
	case entry.asking <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-entry.asking }()
	if now := time.Now(); entry.rules == nil || now.After(entry.until) {
		rules, kept, err := f.askRobots(ctx, src, to)
		if err != nil {
			return err
		}
		entry.rules, entry.until = rules, now.Add(kept)
		f.hosts.slow(hostPort(to), rules.delay)
	}
	path := orString(to.EscapedPath(), "/") // an address may leave out the slash of the root
	if to.RawQuery != "" {
		path += "?" + to.RawQuery
	}
	switch {
	case entry.rules.allows(path):
		return nil
	case entry.rules.closed:
		return faultf("%s cannot say for now whether it lets robots read its pages", to.Hostname())
	default:
		return faultf("%s asks robots not to read this page", to.Hostname())
	}
}

// askRobots reads the robots.txt of an address's origin. That there is none
// allows everything; that the server cannot say, nothing for now.
func (f *Fetcher) askRobots(ctx context.Context, src news.Source, to *url.URL) (*robotsRules, time.Duration, error) {
	q, err := f.question(src)
	if err != nil {
		return nil, 0, err
	}
	q.address = &url.URL{Scheme: to.Scheme, Host: to.Host, Path: "/robots.txt"}
	q.header.Set("Accept", "text/plain, */*;q=0.1")
	if feed, err := url.Parse(strings.TrimSpace(src.Feed)); err == nil {
		q.trusted = origin(feed) == origin(to)
	}
	a, err := f.ask(ctx, q)
	busy := (*Busy)(nil)
	switch {
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case errors.As(err, &busy):
		return nil, 0, busy
	case err != nil && a.status == 0: // not even a connection: the page will say why
		return nil, 0, err
	case err != nil: // an answer that is no robots.txt: too large, in a circle
		return &robotsRules{}, robotsKept, nil
	case a.status == http.StatusOK:
		return parseRobots(a.body[:min(len(a.body), robotsSize)], q.header.Get("User-Agent")), robotsKept, nil
	case a.status >= 500 || a.status == http.StatusTooManyRequests:
		return &robotsRules{closed: true}, robotsRetry, nil
	default:
		return &robotsRules{}, robotsKept, nil
	}
}

// robotsRules is what one robots.txt says to us.
type robotsRules struct {
	rules  []robotsRule
	delay  time.Duration
	closed bool
}

type robotsRule struct {
	pattern string
	allow   bool
}

// allows reports whether a path, with its query, may be read: the longest rule
// that matches decides, and of two as long the one that allows.
func (r *robotsRules) allows(path string) bool {
	if r.closed {
		return false
	}
	longest, verdict := -1, true
	for _, rule := range r.rules {
		if len(rule.pattern) < longest || !robotsMatch(rule.pattern, path) {
			continue
		}
		if len(rule.pattern) > longest || rule.allow {
			longest, verdict = len(rule.pattern), rule.allow
		}
	}
	return verdict
}

// robotsMatch matches a pattern in which * stands for anything and a last $ for
// the end.
func robotsMatch(pattern, path string) bool {
	pattern, exact := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	path = path[len(parts[0]):]
	for i, part := range parts[1:] {
		if exact && i == len(parts)-2 {
			return strings.HasSuffix(path, part)
		}
		at := strings.Index(path, part)
		if at < 0 {
			return false
		}
		path = path[at+len(part):]
	}
	return !exact || path == ""
}

// parseRobots reads the group of rules for a user agent, or else that for all.
func parseRobots(body []byte, agent string) *robotsRules {
	name := productOf(agent)
	ours, all := &robotsRules{}, &robotsRules{}
	named := false
	var groups []*robotsRules // that the lines being read belong to
	inRules := true
	for line := range bytes.SplitSeq(bytes.ReplaceAll(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), []byte("\r"), []byte("\n")), []byte("\n")) {
		text, _, _ := strings.Cut(string(line), "#")
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "user-agent":
			if inRules {
				groups, inRules = nil, false
			}
			switch {
			case value == "*":
				groups = append(groups, all)
			case name != "" && productOf(value) == name:
				named, groups = true, append(groups, ours)
			}
		case "allow", "disallow":
			inRules = true
			for _, g := range groups {
				g.add(value, strings.EqualFold(strings.TrimSpace(key), "allow"))
			}
		case "crawl-delay":
			inRules = true
			for _, g := range groups {
				g.wait(value)
			}
		}
	}
	if named {
		return ours
	}
	return all
}

func (r *robotsRules) add(pattern string, allow bool) {
	if pattern == "" || len(r.rules) >= 5000 || strings.Count(pattern, "*") > 32 {
		return
	}
	if pattern[0] != '/' && pattern[0] != '*' {
		pattern = "/" + pattern
	}
	r.rules = append(r.rules, robotsRule{pattern: pattern, allow: allow})
}

func (r *robotsRules) wait(value string) {
	if n, err := strconv.ParseFloat(value, 64); err == nil && n > 0 {
		r.delay = time.Duration(min(n, crawlDelay.Seconds()) * float64(time.Second))
	}
}

// productOf is the name in a user agent, lower case: "dateline" of
// "Dateline/1.0 (+https://...)".
func productOf(agent string) string {
	end := strings.IndexFunc(agent, func(r rune) bool {
		return r != '-' && r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end >= 0 {
		agent = agent[:end]
	}
	return strings.ToLower(agent)
}
