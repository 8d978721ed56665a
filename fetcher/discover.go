package fetcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/news"
)

// The measures of a search for feeds. A search is one visitor reading a few
// pages, one after the other: it must not look like a scan.
const (
	maxCandidates = 12 // addresses that a page names and we look at
	maxNewest     = 5  // items shown of each feed
)

// wellKnown are the paths at which programs that write news sites put their
// feeds, the most usual first. They are tried only where the page names none.
var wellKnown = []string{"/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json", "/index.rdf"}

// Way is how a feed was found.
type Way string

// The ways, from the surest to the least sure.
const (
	WayItself Way = "itself"     // the address that was asked for is the feed
	WayNamed  Way = "named"      // the page names it as its feed: link rel=alternate, in the head or in the answer's headers
	WayLinked Way = "linked"     // the page links to it as to any other page
	WayKnown  Way = "well-known" // it stands where feeds usually stand
)

// Found is a feed that a search found, and read.
type Found struct {
	Address string
	Title   string
	Home    string
	Lang    string // BCP 47; a claim of the feed, or else of the page
	Format  string // rss, atom, json or cdf, with its version
	Way     Way
	Items   int
	Newest  []news.Item // at most five, newest first
	Updated time.Time   // the newest date of all its items; zero: they bear none
	Same    []string    // addresses that give the same news in other formats
	Score   int         // by which finds are ranked
}

// Passed is an address that looked like a feed and was not one, or could not be
// read, with the reason.
type Passed struct {
	Address string
	Why     string
}

// Finds is what came of a search for feeds, the best first.
type Finds struct {
	Page   string // the address that was read, after redirects
	Title  string // the page's own title; empty where the address is a feed
	Lang   string // what the page says it is written in
	Feeds  []Found
	Passed []Passed
}

// Discover looks for the feeds of a page: at the address itself, at those the
// page names or links to, and, where these bring nothing, at well-known paths.
// It asks one address after the other, keeps the gap of each host, reads nothing
// that robots.txt forbids, and reaches no address that the guard refuses. The
// error says why the address itself could not be read.
func (f *Fetcher) Discover(ctx context.Context, src news.Source, address string) (Finds, error) {
	s := search{fetcher: f, src: src, now: time.Now(), seen: map[string]bool{}}
	first, err := f.look(ctx, src, address)
	if err != nil {
		return s.Finds, ended(ctx, "look for feeds", err)
	}
	s.Page = bare(first.final)
	s.seen[bare(first.asked)], s.seen[s.Page] = true, true
	switch found, err := s.read(first, WayItself); {
	case err == nil:
		s.Feeds = append(s.Feeds, found)
		return s.Finds, nil
	case !looksLikePage(first.header.Get("Content-Type"), first.body):
		return s.Finds, &fault{text: "the address gives neither a page nor a feed: " + err.Error(), cause: err}
	}
	text, err := pageText(first.header.Get("Content-Type"), first.body)
	if err != nil {
		return s.Finds, err
	}
	page := readLinks(text, first.final)
	s.Title, s.Lang = page.title, page.lang
	candidates := append(linksOfHeader(first.header, first.final), page.feeds...)
	if err := s.try(ctx, candidates); err != nil {
		return s.Finds, err
	}
	if len(s.Feeds) == 0 {
		if err := s.tryKnown(ctx, first.final); err != nil {
			return s.Finds, err
		}
	}
	s.Feeds = ranked(s.Feeds)
	return s.Finds, nil
}

// ended is err, or that the search was ended.
func ended(ctx context.Context, act string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", act, ctx.Err())
	}
	return err
}

// look reads an address that may be a page or a feed.
func (f *Fetcher) look(ctx context.Context, src news.Source, address string) (answer, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return answer{}, faultf("%q is not an address of the web", address)
	}
	q, err := f.question(src)
	if err != nil {
		return answer{}, err
	}
	q.address = u
	q.header.Set("Accept", "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1")
	if feed, err := url.Parse(strings.TrimSpace(src.Feed)); err == nil && src.Feed != "" && origin(feed) == origin(u) {
		q.own = credentials(src.Access)
	}
	if !f.opt.AnyRobots {
		q.welcome = func(to *url.URL) error { return f.welcome(ctx, src, to) }
	}
	a, err := f.ask(ctx, q)
	if err != nil {
		return a, err
	}
	if a.status != http.StatusOK {
		return a, statusFault(a.status)
	}
	return a, nil
}

// search is a search under way.
type search struct {
	Finds
	fetcher *Fetcher
	src     news.Source
	now     time.Time
	seen    map[string]bool // addresses that were looked at
}

// candidate is an address that may be a feed.
type candidate struct {
	address string
	title   string // what the page calls it
	way     Way
}

// try looks at what a page names, the surest first.
func (s *search) try(ctx context.Context, list []candidate) error {
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(weight[b.way], weight[a.way]) })
	tried := 0
	for _, c := range list {
		if s.seen[c.address] {
			continue
		}
		s.seen[c.address] = true
		if tried++; tried > maxCandidates {
			s.Passed = append(s.Passed, Passed{c.address, fmt.Sprintf("not looked at: the page names more than %d", maxCandidates)})
			continue
		}
		a, err := s.fetcher.look(ctx, s.src, c.address)
		if ctx.Err() != nil {
			return ended(ctx, "look for feeds", err)
		}
		if err == nil {
			err = s.keep(a, c)
		}
		if err != nil {
			s.Passed = append(s.Passed, Passed{c.address, err.Error()})
		}
	}
	return nil
}

// tryKnown looks at the usual places until one is a feed: below the page first,
// then at the root. A server that has had enough is not asked on.
func (s *search) tryKnown(ctx context.Context, page *url.URL) error {
	for _, path := range wellKnown {
		for _, below := range []string{strings.TrimRight(page.Path, "/"), ""} {
			at := (&url.URL{Scheme: page.Scheme, Host: page.Host, Path: below + path}).String()
			if s.seen[at] || strings.Contains(lastPart(below), ".") || below != "" && path != wellKnown[0] && path != wellKnown[3] {
				continue // a file has nothing below it, and of a section only two places are worth a question
			}
			s.seen[at] = true
			a, err := s.fetcher.look(ctx, s.src, at)
			if ctx.Err() != nil {
				return ended(ctx, "look for feeds", err)
			}
			if err == nil && s.keep(a, candidate{address: at, way: WayKnown}) == nil {
				return nil
			}
			if a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable || a.status == 0 && err != nil && !refusedByRobots(err) {
				s.Passed = append(s.Passed, Passed{at, err.Error()})
				return nil
			}
		}
	}
	return nil
}

// refusedByRobots reports whether an address was not read because the host
// asks robots not to: the next address may be free.
func refusedByRobots(err error) bool {
	var ft *fault
	return errors.As(err, &ft) && strings.Contains(ft.text, "asks robots not to")
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// keep reads an answer as a feed and keeps it, once for each final address.
func (s *search) keep(a answer, c candidate) error {
	found, err := s.read(a, c.way)
	if err != nil {
		return err
	}
	final := bare(a.final)
	if final != c.address && s.seen[final] {
		return nil // it was kept under its own name, or is the page itself
	}
	s.seen[final] = true
	if found.Title == "" {
		found.Title = c.title
	}
	s.Feeds = append(s.Feeds, found)
	return nil
}

// read makes a find of an answer that is a feed.
func (s *search) read(a answer, way Way) (Found, error) {
	doc, err := Parse(a.body, ParseOptions{ContentType: a.header.Get("Content-Type"), Base: bare(a.final)})
	if err != nil {
		return Found{}, documentFault(news.Source{}, a, err)
	}
	items, _ := doc.itemsAt(s.now, itemsOf(s.src))
	found := Found{
		Address: bare(a.final), Title: doc.Feed.Title, Home: pageAddress(doc.Feed.Link), Lang: orString(doc.Feed.Language, s.Lang),
		Format: strings.TrimSpace(doc.Format + " " + doc.Version), Way: way, Items: len(items),
	}
	if !a.permanent && a.hops > 0 { // what is only lent for now is asked for under its own name
		found.Address = bare(a.asked)
	}
	slices.SortStableFunc(items, func(x, y news.Item) int { return y.Published.Compare(x.Published) })
	if len(items) > 0 {
		found.Updated = items[0].Published
	}
	found.Newest = items[:min(len(items), maxNewest)]
	found.Score = s.score(found, doc)
	return found, nil
}

var weight = map[Way]int{WayItself: 100, WayNamed: 60, WayKnown: 40, WayLinked: 30}

// score ranks a find: how it was found first, then whether it is about the page
// that was asked for, whether it is alive, and what its format can say.
func (s *search) score(found Found, doc *Document) int {
	n := weight[found.Way]
	name := strings.ToLower(found.Address + " " + found.Title)
	if strings.Contains(name, "comment") || strings.Contains(name, "replies") {
		n -= 50
	}
	if strings.Contains(name, "podcast") {
		n -= 20
	}
	if found.Home != "" && sameAddress(found.Home, s.Page) {
		n += 20
	}
	switch {
	case found.Items == 0:
		n -= 30
	case found.Updated.After(s.now.AddDate(0, -1, 0)):
		n += 10
	case !found.Updated.IsZero() && found.Updated.Before(s.now.AddDate(-1, 0, 0)):
		n -= 15
	}
	switch doc.Format {
	case "atom":
		n += 3
	case "rss":
		n += 2
	}
	if slices.ContainsFunc(found.Newest, func(it news.Item) bool { return len(it.Content) > 1000 }) {
		n += 4 // it carries whole articles
	}
	return n
}

// sameAddress compares addresses but for scheme, www and a last slash.
func sameAddress(a, b string) bool {
	plain := func(s string) string {
		_, s, _ = strings.Cut(s, "://")
		return strings.TrimRight(strings.TrimPrefix(strings.ToLower(s), "www."), "/")
	}
	return plain(a) == plain(b)
}

// ranked orders finds and puts those that give the same news behind the best of
// them.
func ranked(finds []Found) []Found {
	slices.SortStableFunc(finds, func(a, b Found) int { return cmp.Compare(b.Score, a.Score) })
	var kept []Found
	for _, found := range finds {
		at := slices.IndexFunc(kept, func(k Found) bool { return sameNews(k, found) })
		if at >= 0 {
			kept[at].Same = append(kept[at].Same, found.Address)
			continue
		}
		kept = append(kept, found)
	}
	return kept
}

// sameNews reports whether two feeds list the same newest pages.
func sameNews(a, b Found) bool {
	if len(a.Newest) == 0 || a.Items != b.Items {
		return false
	}
	return slices.EqualFunc(a.Newest, b.Newest, func(x, y news.Item) bool { return x.Link != "" && x.Link == y.Link })
}
