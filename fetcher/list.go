package fetcher

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dateline/news"
)

// Bounds on a list of feeds.
const (
	maxListed    = 10_000
	maxListDepth = 32
)

// Listed is a feed that a subscription list names. All of it is the list's word.
type Listed struct {
	Title string `json:"title,omitempty"`
	Feed  string `json:"feed"`
	Home  string `json:"home,omitempty"`
	Lang  string `json:"lang,omitempty"`
}

// List asks for a subscription list, as Fetch asks for a feed: the address is
// src.Feed, last is the record of the last time, and next the one to keep. Where
// nothing changed, unchanged says so and there are no feeds. A list that cannot
// be read, or names no feed, is an error: nobody means to end all at once.
func (f *Fetcher) List(ctx context.Context, src news.Source, last news.Poll, now time.Time) (feeds []Listed, next news.Poll, unchanged bool, err error) {
	a, err := f.feed(ctx, src, last, now)
	if ctx.Err() != nil {
		return nil, last, false, fmt.Errorf("ask for the list: %w", ctx.Err())
	}
	if err == nil {
		switch {
		case a.status == http.StatusNotModified && last.Sum != 0:
			return nil, f.unchanged(src, last, a, now), true, nil
		case a.status != http.StatusOK:
			err = statusFault(a.status)
		case !a.whole:
			err = faultf("the list broke off after %s", size(int64(len(a.body))))
		case last.Sum == news.Sum64(a.body):
			return nil, f.unchanged(src, last, a, now), true, nil
		default:
			feeds, err = ReadOPML(a.body, a.header.Get("Content-Type"), a.base(src))
		}
	}
	if err != nil {
		return nil, failed(last, f.asFault(err, a, now), now), false, err
	}
	next = f.succeeded(src, last, a, now, 0)
	next.Sum, next.Items = news.Sum64(a.body), len(feeds)
	return feeds, next, false, nil
}

// ReadOPML reads the feeds of an OPML document in any charset, in its order,
// each address once. Addresses may be relative to base; only http and https
// count, and none that holds a password.
func ReadOPML(body []byte, contentType, base string) ([]Listed, error) {
	text, _, _ := decodeText(body, contentType)
	at, err := url.Parse(base)
	if err != nil {
		at = &url.URL{}
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it was decoded
	var feeds []Listed
	seen := map[string]bool{}
	for depth, inList := 0, false; ; {
		token, err := d.Token()
		if err != nil && !errors.Is(err, io.EOF) && len(feeds) == 0 {
			return nil, &fault{text: "not a list of feeds (OPML)", cause: err}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, &fault{text: fmt.Sprintf("the list breaks off after %d feeds", len(feeds)), cause: err}
		}
		if err != nil {
			break
		}
		switch el := token.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if depth++; depth > maxListDepth {
				return nil, faultf("the list is nested too deep")
			}
			name := strings.ToLower(el.Name.Local)
			inList = inList || name == "opml"
			if !inList {
				return nil, faultf("not a list of feeds (OPML)")
			}
			x, ok := listed(el, at)
			if name != "outline" || !ok || seen[x.Feed] {
				continue
			}
			seen[x.Feed] = true
			if feeds = append(feeds, x); len(feeds) > maxListed {
				return nil, faultf("the list names more than %d feeds", maxListed)
			}
		}
	}
	if len(feeds) == 0 {
		return nil, faultf("the list names no feed")
	}
	return feeds, nil
}

// listed is what an outline says of a feed; false where it names none.
func listed(el xml.StartElement, base *url.URL) (Listed, bool) {
	attrs := map[string]string{}
	for _, a := range el.Attr {
		attrs[strings.ToLower(a.Name.Local)] = strings.Join(strings.Fields(a.Value), " ")
	}
	if attrs["xmlurl"] == "" {
		return Listed{}, false
	}
	to, err := base.Parse(attrs["xmlurl"])
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Hostname() == "" || to.User != nil {
		return Listed{}, false
	}
	return Listed{
		Title: cutText(orString(attrs["title"], attrs["text"]), maxLinkText), Feed: bare(to),
		Home: pageAddress(attrs["htmlurl"]), Lang: cutText(attrs["language"], 35),
	}, true
}
