package fetcher

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dateline/news"
)

// discover searches a site made of the given answers; a path ending in " Link"
// is the Link header of that path.
func discover(t *testing.T, at string, site map[string]string) (Finds, []string, error) {
	t.Helper()
	var asked []string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		body, ok := site[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if link := site[r.URL.Path+" Link"]; link != "" {
			w.Header().Set("Link", link)
		}
		if strings.HasPrefix(body, "->") {
			http.Redirect(w, r, body[2:], http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", http.DetectContentType([]byte(body)))
		fmt.Fprint(w, body)
	})
	finds, err := open(t).Discover(t.Context(), news.Source{ID: "x"}, server.URL+at)
	for i := range finds.Feeds {
		finds.Feeds[i].Address = strings.TrimPrefix(finds.Feeds[i].Address, server.URL)
	}
	return finds, asked, err
}

func smallFeed(title, link string) string {
	return `<rss version="2.0"><channel><title>` + title + `</title><link>https://gazette.example/</link><item><title>` + title +
		` item</title><link>` + link + `</link></item></channel></rss>`
}

func TestDiscoverRanksWhatThePageNames(t *testing.T) {
	finds, asked, err := discover(t, "/world/", map[string]string{
		"/world/": `<!DOCTYPE html><html lang=fr><title>World</title><base href="/feeds/">
			<a href="/linked.rss">x</a><a href="other">RSS</a><a href="/about">About</a>
			<link rel="ALTERNATE" type="application/rss+xml; charset=utf-8" href="comments.xml" title="Comments">
			<link rel="alternate" type="application/rss+xml" href="world.xml">
			<link rel="alternate stylesheet" type="text/xml" href="/style.xml">`,
		"/world/ Link":        `<https://x.example/>; rel=next, </header.atom>; title="a \"b\", c"; rel="feed"; type="application/atom+xml"`,
		"/header.atom":        smallFeed("Header", "https://gazette.example/4"),
		"/linked.rss":         smallFeed("Linked", "https://gazette.example/1"),
		"/feeds/other":        smallFeed("Other", "https://gazette.example/2"),
		"/feeds/comments.xml": smallFeed("Comments on World", "https://gazette.example/5"),
		"/feeds/world.xml":    smallFeed("World", "https://gazette.example/3"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, found := range finds.Feeds {
		got = append(got, found.Address)
	}
	if want := []string{"/header.atom", "/feeds/world.xml", "/linked.rss", "/feeds/other", "/feeds/comments.xml"}; !slices.Equal(got, want) {
		t.Errorf("got feeds %v, want %v", got, want)
	}
	if finds.Title != "World" || finds.Lang != "fr" || finds.Feeds[1].Lang != "fr" {
		t.Errorf("got title %q and language %q of the page, %q of a feed that names none", finds.Title, finds.Lang, finds.Feeds[1].Lang)
	}
	if slices.Contains(asked, "/about") || slices.Contains(asked, "/style.xml") || slices.Contains(asked, "/feed") {
		t.Errorf("asked %v: what is no feed, or the usual places though the page names feeds", asked)
	}
}

func TestDiscoverAsksTheUsualPlacesBelowTheSectionFirst(t *testing.T) {
	site := map[string]string{"/world": "<!DOCTYPE html><p>News", "/world/feed": smallFeed("World", "https://gazette.example/1"), "/feed": smallFeed("All", "https://gazette.example/2")}
	finds, asked, err := discover(t, "/world", site)
	if err != nil || len(finds.Feeds) != 1 || finds.Feeds[0].Address != "/world/feed" || finds.Feeds[0].Way != WayKnown {
		t.Fatalf("got %+v, %v, want the section's feed", finds.Feeds, err)
	}
	if slices.Contains(asked, "/feed") {
		t.Errorf("asked %v: after the first feed nothing more is to be asked", asked)
	}
}

func TestDiscoverObeysRobots(t *testing.T) {
	finds, asked, err := discover(t, "/", map[string]string{
		"/robots.txt": "User-agent: *\nDisallow: /closed",
		"/":           `<!DOCTYPE html><link rel=alternate type=application/rss+xml href=/closed.xml>`,
		"/closed.xml": smallFeed("Closed", "https://gazette.example/1"),
		"/rss":        smallFeed("Open", "https://gazette.example/2"),
	})
	if err != nil || len(finds.Feeds) != 1 || finds.Feeds[0].Address != "/rss" {
		t.Fatalf("got %+v, %v, want the open feed", finds.Feeds, err)
	}
	if slices.Contains(asked, "/closed.xml") || len(finds.Passed) != 1 || !strings.Contains(finds.Passed[0].Why, "robots") {
		t.Errorf("asked %v and passed %v, want the closed feed named and not read", asked, finds.Passed)
	}
}

func TestDiscoverIsGuardedAndBounded(t *testing.T) {
	var page strings.Builder
	page.WriteString(`<!DOCTYPE html><link rel=alternate type=application/rss+xml href="http://10.1.2.3/rss"><link rel=feed href="file:///etc/passwd">`)
	for i := range 500 {
		fmt.Fprintf(&page, `<a href="/rss/%d">RSS</a>`, i)
	}
	finds, asked, err := discover(t, "/", map[string]string{"/": page.String()})
	if err != nil || len(finds.Feeds) != 0 {
		t.Fatalf("got %v, %v", finds.Feeds, err)
	}
	if most := 2 + maxCandidates + 2*len(wellKnown); len(asked) > most {
		t.Errorf("asked %d times, want at most %d", len(asked), most)
	}
	if len(finds.Passed) != maxPageLinks || !strings.Contains(finds.Passed[0].Why, "private network") {
		t.Errorf("got %d passed, the first %q; want %d, the first refused by the guard", len(finds.Passed), finds.Passed[0].Why, maxPageLinks)
	}
}

func TestDiscoverKeepsTheNameThatATemporaryRedirectBears(t *testing.T) {
	finds, _, err := discover(t, "/rss", map[string]string{"/rss": "->/today.xml", "/today.xml": smallFeed("Today", "https://gazette.example/1")})
	if err != nil || len(finds.Feeds) != 1 || finds.Feeds[0].Address != "/rss" {
		t.Errorf("got %+v, %v, want /rss", finds.Feeds, err)
	}
}

func TestDiscoverSaysWhatIsWrongWithTheAddress(t *testing.T) {
	for at, part := range map[string]string{"/absent": "404", "/text": "neither a page nor a feed"} {
		_, _, err := discover(t, at, map[string]string{"/text": "plain words"})
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: got %v, want %q", at, err, part)
		}
	}
}

// corpus adds the kept cases of a fuzz target's folder, one a file.
func corpus(f *testing.F, dir string) {
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no cases in testdata/%s: %v", dir, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
}

func FuzzDiscoverLinks(f *testing.F) {
	corpus(f, "discover")
	at := &url.URL{Scheme: "https", Host: "gazette.example", Path: "/news/"}
	f.Fuzz(func(t *testing.T, page []byte) {
		p := readLinks(page, at)
		header := linksOfHeader(http.Header{"Link": {string(page)}}, at)
		if len(p.feeds) > maxPageLinks || len(header) > maxPageLinks {
			t.Fatalf("got %d and %d candidates", len(p.feeds), len(header))
		}
		for _, c := range append(p.feeds, header...) {
			if u, err := url.Parse(c.address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
				t.Errorf("got candidate %q", c.address)
			}
		}
	})
}
