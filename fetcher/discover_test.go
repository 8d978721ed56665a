package fetcher

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

const smallFeed = `<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title><link>/</link><language>id</language><item><title>Council votes</title><link>/a</link><guid>a</guid><pubDate>Mon, 06 May 2024 10:00:00 GMT</pubDate></item></channel></rss>`

func loopbackFetcher(t *testing.T) *Fetcher {
	t.Helper()
	f, err := New(Options{UserAgent: "Dateline/test (+https://desk.example)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// outletOf serves pages by their path; a path that is not named is missing.
func outletOf(t *testing.T, pages map[string]string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		media := "text/html; charset=utf-8"
		if strings.HasPrefix(body, "<?xml") {
			media = "application/rss+xml"
		}
		w.Header().Set("Content-Type", media)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestDiscover(t *testing.T) {
	feed := func(title string) string { return fmt.Sprintf(smallFeed, title) }
	for _, c := range []struct {
		name  string
		pages map[string]string
		at    string
		want  []string // paths, in order
		how   string
	}{
		{"the address is a feed", map[string]string{"/x": feed("News")}, "/x", []string{"/x"}, "the address itself"},
		{"a link element", map[string]string{"/": `<html><head><link rel="alternate" type="application/rss+xml" title="News" href="/deep/news.php"></head></html>`, "/deep/news.php": feed("News")}, "/", []string{"/deep/news.php"}, "a link in the page"},
		{"comments come last", map[string]string{"/": `<link rel=alternate type="application/rss+xml" href="/comments/feed"><link rel=alternate type="application/rss+xml" href="/news.xml">`, "/comments/feed": feed("Comments"), "/news.xml": feed("News")}, "/", []string{"/news.xml", "/comments/feed"}, "a link in the page"},
		{"an anchor", map[string]string{"/about": `<p>We have <a href="/world/rss">feeds</a>.</p>`, "/world/rss": feed("World")}, "/about", []string{"/world/rss"}, "a link in the page"},
		{"a base element", map[string]string{"/": `<base href="/news/"><link rel="alternate" type="application/rss+xml" href="all.xml">`, "/news/all.xml": feed("All")}, "/", []string{"/news/all.xml"}, "a link in the page"},
		{"a usual address", map[string]string{"/": "<p>No links here.</p>", "/feed.xml": feed("News")}, "/", []string{"/feed.xml"}, "a usual address"},
		{"beside the section", map[string]string{"/world": "<p>No links here.</p>", "/world/feed": feed("World")}, "/world", []string{"/world/feed"}, "a usual address"},
		{"a link that is no feed", map[string]string{"/": `<link rel="alternate" type="application/rss+xml" href="/gone.xml">`, "/rss": feed("News")}, "/", []string{"/rss"}, "a usual address"},
		{"none", map[string]string{"/": "<p>No links here.</p>"}, "/", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := outletOf(t, c.pages)
			all, err := loopbackFetcher(t).Discover(t.Context(), news.Source{ID: "x", Feed: server.URL + c.at}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range all {
				got = append(got, strings.TrimPrefix(x.Feed, server.URL))
				if x.How != c.how || x.Items != 1 || x.Format != "rss 2.0" || x.Lang != "id" || len(x.Titles) != 1 || x.Newest.IsZero() {
					t.Errorf("got %+v", x)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestDiscoverSaysWhatIsWrong(t *testing.T) {
	f := loopbackFetcher(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	missing := outletOf(t, nil)
	for _, c := range []struct{ address, want string }{
		{"ftp://outlet.example/", "no address of a page"},
		{"outlet.example", "no address of a page"},
		{missing.URL + "/", "404"},
		{closed.URL + "/", "refuses"},
		{"http://10.1.2.3/", "10.1.2.3"},
	} {
		_, err := f.Discover(t.Context(), news.Source{ID: "x", Feed: c.address}, time.Now())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.address, err, c.want)
		}
	}
}

// What opens the page of an outlet is not sent to the feed of another.
func TestDiscoverKeepsCredentials(t *testing.T) {
	var sent string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = r.Header.Get("Cookie") + r.Header.Get("Authorization")
		fmt.Fprintf(w, smallFeed, "Other")
	}))
	defer other.Close()
	page := outletOf(t, map[string]string{"/": `<link rel=alternate type="application/rss+xml" href="` + other.URL + `/feed">`})
	all, err := loopbackFetcher(t).Discover(t.Context(), news.Source{ID: "x", Feed: page.URL + "/", Access: news.Access{Cookie: "key=1", Username: "u", Password: "p"}}, time.Now())
	if err != nil || len(all) != 1 || sent != "" {
		t.Errorf("got %v, %v; %q was sent", all, err, sent)
	}
}

func FuzzLinksToFeeds(f *testing.F) {
	f.Add([]byte(`<base href="//x"><link rel=alternate type=application/rss+xml href=":"><a href="/rss">`))
	f.Fuzz(func(t *testing.T, page []byte) {
		for _, link := range linksToFeeds(page, mustURL("https://outlet.example/a/")) {
			if !strings.HasPrefix(link, "http://") && !strings.HasPrefix(link, "https://") {
				t.Errorf("%q is no web address", link)
			}
		}
	})
}
