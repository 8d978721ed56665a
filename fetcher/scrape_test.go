package fetcher

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

const newsroom = `<html><head><title>Ministry: news</title></head><body><ul class="list">
<li class="n"><h3><a href="/press/1?utm_source=x">Bridge <b>reopens</b></a></h3><time datetime="2024-05-06T10:00:00+07:00">6 Mei 2024</time><p class="t">The bridge is <i>open</i> again.<script>x()</script></p><img data-src="/1.jpg" src="data:," alt="The bridge"></li>
<li class="n"><h3><a href="/press/2">Tolls rise</a></h3><time>5 Mei 2024 09:15 WIB</time><p class="t">From June.</p></li>
<li class="n"></li></ul></body></html>`

func TestScrapedSource(t *testing.T) {
	server := outletOf(t, map[string]string{"/press": newsroom})
	src := news.Source{ID: "ministry", Feed: server.URL + "/press", Scrape: news.Scrape{Item: "li.n", Title: "h3", Link: "h3 a", Date: "time", Text: "p.t", Image: "img"}}
	r, err := loopbackFetcher(t).Fetch(t.Context(), src, news.Poll{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Items) != 2 || r.Poll.Dropped.Empty != 1 || r.Poll.Format != "page" || r.Poll.Title != "Ministry: news" || r.Poll.Items != 2 {
		t.Fatalf("got %d items, %+v", len(r.Items), r.Poll)
	}
	a := r.Items[0]
	if a.Title != "Bridge reopens" || a.Link != server.URL+"/press/1?utm_source=x" || a.GUID != a.Link || a.DateText != "2024-05-06T10:00:00+07:00" ||
		!strings.Contains(a.Summary, "<i>open</i>") || len(a.Media) != 1 || a.Media[0].URL != server.URL+"/1.jpg" {
		t.Errorf("got %+v", a)
	}
	if b := r.Items[1]; b.DateText != "5 Mei 2024 09:15 WIB" || b.Media != nil {
		t.Errorf("got %+v", b)
	}
	again, err := loopbackFetcher(t).Fetch(t.Context(), src, r.Poll, time.Now())
	if err != nil || !again.Unchanged {
		t.Errorf("the same page again: %+v, %v", again, err)
	}
}

func TestScrapeWithoutMoreThanItems(t *testing.T) {
	page, err := readScraped("text/html", []byte(newsroom), "https://gov.example/press", news.Scrape{Item: "li.n a"})
	if err != nil || len(page.items) != 2 || page.items[0].Link != "https://gov.example/press/1?utm_source=x" || page.items[1].Title != "Tolls rise" {
		t.Errorf("got %+v, %v", page, err)
	}
}

func TestScrapeSaysWhichSelectorFindsNothing(t *testing.T) {
	page, err := readScraped("text/html", []byte(newsroom), "https://gov.example/press", news.Scrape{Item: "li.n", Date: ".when"})
	if err != nil || len(page.remarks) != 1 || !strings.Contains(page.remarks[0], `date selector ".when"`) {
		t.Errorf("got %v, %v", page.remarks, err)
	}
	_, err = readScraped("text/html", []byte(newsroom), "https://gov.example/press", news.Scrape{Item: "div.story"})
	if err == nil || !strings.Contains(err.Error(), `item selector "div.story"`) {
		t.Errorf("got %v", err)
	}
	for _, s := range []news.Scrape{{}, {Item: "li["}, {Item: "li", Date: ":nope"}} {
		if CheckScrape(s) == nil {
			t.Errorf("%+v is taken for sound", s)
		}
	}
}

// A page that robots.txt forbids is not scraped.
func TestScrapeAsksRobots(t *testing.T) {
	server := outletOf(t, map[string]string{"/press": newsroom, "/robots.txt": "User-agent: *\nDisallow: /press\n"})
	_, err := loopbackFetcher(t).Fetch(t.Context(), news.Source{ID: "m", Feed: server.URL + "/press", Scrape: news.Scrape{Item: "li"}}, news.Poll{}, time.Now())
	if err == nil || !strings.Contains(err.Error(), "asks robots") {
		t.Errorf("got %v", err)
	}
}

func FuzzScrape(f *testing.F) {
	f.Add([]byte(newsroom), "li.n", "h3", "time")
	f.Add([]byte("<a href='//['>"), "a", "", "")
	f.Fuzz(func(t *testing.T, page []byte, item, title, date string) {
		got, err := readScraped("text/html", page, "https://gov.example/", news.Scrape{Item: item, Title: title, Date: date})
		if err == nil && len(got.items) > maxScraped {
			t.Errorf("%d items", len(got.items))
		}
	})
}
