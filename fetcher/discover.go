package fetcher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"dateline/news"
)

// Found is a feed that was found for an address.
type Found struct {
	Feed   string    `json:"feed"`
	Title  string    `json:"title,omitempty"`
	Format string    `json:"format"` // with its version: "rss 2.0"
	Home   string    `json:"home,omitempty"`
	Lang   string    `json:"language,omitempty"` // what the feed says; a claim
	Items  int       `json:"items"`
	Newest time.Time `json:"newest,omitzero"`
	How    string    `json:"how"` // where it was found, in words
	Titles []string  `json:"titles,omitempty"`
}

// Bounds of one discovery.
const (
	maxCandidates = 16 // addresses that are asked
	maxPreview    = 3  // titles that are shown of a feed
)

// usualAddresses are where outlets keep feeds that their pages do not name.
var usualAddresses = []string{"/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/posts/default", "/?feed=rss2", "/rss/news.xml"}

// Discover finds the feeds of the page at src.Feed: the address itself, those
// that the page links to (RSS Board, RSS Autodiscovery), and where there is
// none, the addresses that outlets usually have them at. Each was read, and
// holds items. Feeds of comments come last. The error is in words for a
// person, or wraps that of ctx.
func (f *Fetcher) Discover(ctx context.Context, src news.Source, now time.Time) ([]Found, error) {
	address, err := url.Parse(strings.TrimSpace(src.Feed))
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, faultf("%q is no address of a page: want one that begins with http:// or https://", src.Feed)
	}
	if r, err := f.Fetch(ctx, src, news.Poll{}, now); err == nil {
		return []Found{found(src.Feed, "the address itself", r)}, nil
	} else if ctx.Err() != nil {
		return nil, fmt.Errorf("ask for the page: %w", ctx.Err())
	}
	links, at, pageErr := f.feedLinks(ctx, src, address)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("ask for the page: %w", ctx.Err())
	}
	if ft := (*fault)(nil); pageErr != nil && (!errors.As(pageErr, &ft) || ft.status == 0) {
		return nil, pageErr // there is nobody to ask further
	}
	var all []Found
	tried := map[string]bool{src.Feed: true}
	try := func(candidates []string, how string) {
		for _, c := range candidates {
			if tried[c] || len(tried) > maxCandidates || ctx.Err() != nil {
				continue
			}
			tried[c] = true
			one := src
			one.Feed = c
			if origin(address) != originOf(c) { // what opens the page is not meant for others
				one.Access.Cookie, one.Access.Username, one.Access.Password, one.Access.Headers = "", "", "", nil
			}
			r, err := f.Fetch(ctx, one, news.Poll{}, now)
			if err == nil && !slices.ContainsFunc(all, func(x Found) bool { return x.Feed == c }) {
				all = append(all, found(c, how, r))
			}
		}
	}
	try(links, "a link in the page")
	if len(all) == 0 {
		try(usual(at), "a usual address")
	}
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("look for feeds: %w", ctx.Err())
	case len(all) == 0 && pageErr != nil:
		return nil, pageErr
	}
	slices.SortStableFunc(all, func(a, b Found) int { return rankOf(a) - rankOf(b) })
	return all, nil
}

// found describes a feed that was read.
func found(feed, how string, r Reply) Found {
	out := Found{Feed: feed, How: how, Title: r.Poll.Title, Format: r.Poll.Format, Home: r.Poll.Home, Items: len(r.Items)}
	if r.Poll.Address != "" {
		out.Feed = r.Poll.Address
	}
	for i := range r.Items {
		it := &r.Items[i]
		if it.Published.After(out.Newest) {
			out.Newest = it.Published
		}
		if out.Lang == "" {
			out.Lang = it.Lang
		}
		if len(out.Titles) < maxPreview && it.Title != "" {
			out.Titles = append(out.Titles, it.Title)
		}
	}
	return out
}

// rankOf puts feeds of comments, and empty ones, behind the others.
func rankOf(x Found) int {
	rank := 0
	if said := strings.ToLower(x.Title + " " + x.Feed); strings.Contains(said, "comment") {
		rank = 2
	}
	if x.Items == 0 {
		rank++
	}
	return rank
}

// usual are the usual addresses of feeds beside a page.
func usual(page *url.URL) []string {
	var all []string
	dir := strings.TrimRight(page.Path, "/")
	if dir != "" && !strings.Contains(dir[strings.LastIndexByte(dir, '/')+1:], ".") {
		all = append(all, absolute(page, dir+"/feed"), absolute(page, dir+"/rss.xml"))
	}
	for _, u := range usualAddresses {
		all = append(all, absolute(page, u))
	}
	return all
}

func absolute(base *url.URL, ref string) string {
	u, err := base.Parse(ref)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	u.Fragment, u.User = "", nil
	return u.String()
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return origin(u)
}

// feedLinks reads the page for links to feeds, those that it declares first.
// It returns the page's final address too.
func (f *Fetcher) feedLinks(ctx context.Context, src news.Source, address *url.URL) ([]string, *url.URL, error) {
	q, err := f.question(src)
	if err != nil {
		return nil, address, err
	}
	q.address, q.own, q.trusted = address, credentials(src.Access), true
	q.header.Set("Accept", "text/html, application/xhtml+xml, */*;q=0.1")
	a, err := f.ask(ctx, q)
	if err != nil {
		return nil, address, err
	}
	at := a.final
	if at == nil {
		at = address
	}
	if a.status != http.StatusOK {
		return nil, at, statusFault(a.status)
	}
	text, err := pageText(a.header.Get("Content-Type"), a.body)
	if err != nil {
		return nil, at, err
	}
	return linksToFeeds(text, at), at, nil
}

// feedTypes are the media types of links to feeds.
var feedTypes = map[string]bool{"application/rss+xml": true, "application/atom+xml": true, "application/feed+json": true, "application/rdf+xml": true, "application/xml": true, "text/xml": true}

// linksToFeeds lists the addresses of feeds in a page: link elements that say
// so, then anchors whose address looks like one.
func linksToFeeds(page []byte, at *url.URL) []string {
	var declared, anchors []string
	base := at
	z := html.NewTokenizer(bytes.NewReader(page))
	for len(declared)+len(anchors) < 4*maxCandidates {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		t := z.Token()
		attrs := map[string]string{}
		for _, x := range t.Attr {
			attrs[x.Key] = strings.TrimSpace(x.Val)
		}
		href := attrs["href"]
		if href == "" {
			continue
		}
		to := absolute(base, href)
		switch t.Data {
		case "base":
			if u, err := at.Parse(href); err == nil {
				base = u
			}
		case "link":
			media, _, _ := strings.Cut(strings.ToLower(attrs["type"]), ";")
			rels := strings.Fields(strings.ToLower(attrs["rel"]))
			if to != "" && (slices.Contains(rels, "alternate") && feedTypes[strings.TrimSpace(media)] || slices.Contains(rels, "feed")) && !slices.Contains(declared, to) {
				declared = append(declared, to)
			}
		case "a":
			if to != "" && looksLikeFeed(to) && !slices.Contains(anchors, to) {
				anchors = append(anchors, to)
			}
		}
	}
	return append(declared, anchors...)
}

// looksLikeFeed reports whether an address reads like that of a feed.
func looksLikeFeed(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	path := strings.ToLower(strings.TrimRight(u.Path, "/"))
	last := path[strings.LastIndexByte(path, '/')+1:]
	for _, end := range []string{"rss", "rss.xml", "feed", "feed.xml", "feed.json", "atom", "atom.xml", "index.rdf", "rdf", "feed.rss"} {
		if last == end {
			return true
		}
	}
	return strings.HasSuffix(last, ".rss") || strings.HasSuffix(last, ".atom") || strings.HasSuffix(last, ".rdf") || strings.Contains(path, "/rss/") && strings.HasSuffix(last, ".xml") || u.Query().Has("feed")
}
