package fetcher

import (
	"net/http"
	"strings"
	"testing"

	"dateline/news"
)

const listPage = `<!DOCTYPE html><html lang="pt"><title>Gazeta</title><base href="/noticias/"><ul>
<li class=story><h2><a href="um?a=1&amp;b=2">A balsa <b>parou</b></a></h2><time datetime="2026-03-02T09:00:00Z">ontem</time><p>As <i>balsas</i>.</p><img data-src="/um.jpg"></li>
<li class=story><h2><a href="dois">O pão</a></h2><span class=when>2 de março de 2026</span><li class=story><h2></h2></li>
<li class=ad><h2><a href="/compre">Compre</a></h2></li></ul>`

var listRules = news.Scrape{Item: "li.story", Title: "h2", Link: "h2 a", Text: "p", Image: "img@data-src"}

// scraped is what came of one poll of a page under rules.
func scraped(t *testing.T, page string, rules news.Scrape) (Reply, error) {
	t.Helper()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(page))
	})
	src := source(server.URL)
	src.Scrape = &rules
	r, err := open(t).Fetch(t.Context(), src, news.Poll{}, noon)
	for i := range r.Items {
		r.Items[i].Link = strings.TrimPrefix(r.Items[i].Link, server.URL)
		for j := range r.Items[i].Media {
			r.Items[i].Media[j].URL = strings.TrimPrefix(r.Items[i].Media[j].URL, server.URL)
		}
	}
	return r, err
}

func TestScrapedPageGivesItems(t *testing.T) {
	r, err := scraped(t, listPage, listRules)
	if err != nil || len(r.Items) != 2 {
		t.Fatalf("got %d items, %v, want 2", len(r.Items), err)
	}
	first := r.Items[0]
	if first.Title != "A balsa parou" || first.Link != "/noticias/um?a=1&b=2" || first.Summary != "As <i>balsas</i>." || first.Lang != "pt" ||
		first.Published.Format("2006-01-02 15") != "2026-03-02 09" || len(first.Media) != 1 || first.Media[0].URL != "/um.jpg" || first.Media[0].Medium != "image" {
		t.Errorf("got %+v", first)
	}
	if p := r.Poll; p.Title != "Gazeta" || p.Items != 2 || p.Dropped.Faulty != 1 || !strings.HasPrefix(p.Format, "page ") {
		t.Errorf("got poll %+v, want 2 items and one that could not be read", p)
	}
	for _, want := range []string{`scrape.link "h2 a" matches nothing in 1 of 3 items`, `scrape.text "p" matches nothing in 2 of 3 items`, "1 of 3 items have neither a link nor a title"} {
		if !strings.Contains(strings.Join(r.Poll.Repairs, "\n"), want) {
			t.Errorf("got remarks %q, want %q among them", r.Poll.Repairs, want)
		}
	}
}

func TestScrapeFindsTheUsualWithoutSelectors(t *testing.T) {
	r, err := scraped(t, `<a class=s href=/1>One <time>2026-03-02</time></a><div class=s><a href=/2>Two</a></div>`, news.Scrape{Item: ".s", Date: "time"})
	if err != nil || len(r.Items) != 2 || r.Items[0].Link != "/1" || r.Items[1].Title != "Two" || r.Items[0].Published.IsZero() {
		t.Errorf("got %+v, %v", r.Items, err)
	}
}

func TestScrapeNamesTheSelectorThatMatchesNothing(t *testing.T) {
	for want, rules := range map[string]news.Scrape{
		`scrape.item ".none" matches nothing on the page`:                       {Item: ".none"},
		`scrape.title "h3" matches nothing in any of the page's 3 items`:        {Item: ".story", Title: "h3"},
		`scrape.link "a.more" matches nothing in any of the page's 3 items`:     {Item: ".story", Link: "a.more"},
		`scrape.item "time" matches 1 elements, and none has a link or a title`: {Item: "time"},
		`scrape.link: "a[" is no CSS selector`:                                  {Item: ".story", Link: "a["},
		`scrape.item: a selector is needed`:                                     {},
		`scrape.item: "li@x": behind @ stands the attribute`:                    {Item: "li@x"},
		`scrape.title: the selector is longer than`:                             {Item: "li", Title: strings.Repeat("a ", maxSelector)},
	} {
		r, err := scraped(t, listPage, rules)
		if err == nil || !strings.Contains(r.Poll.Fault, want) {
			t.Errorf("%+v: got %q, want %q", rules, r.Poll.Fault, want)
		}
	}
}

func TestScrapeRefusesWhatIsTooDeepOrTooMuch(t *testing.T) {
	for want, page := range map[string]string{
		"nested too deep": strings.Repeat("<div>", 5000),
		"too many":        "<p>" + strings.Repeat("<i>a</i>", maxScrapedNodes),
	} {
		if r, err := scraped(t, page, news.Scrape{Item: "i"}); err == nil || !strings.Contains(r.Poll.Fault, want) {
			t.Errorf("got %q, want %q", r.Poll.Fault, want)
		}
	}
}

func TestScrapedPageIsReadAgainUnderNewSelectors(t *testing.T) {
	var conditional []string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		conditional = append(conditional, r.Header.Get("If-None-Match"))
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Content-Type", "text/html")
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(listPage))
	})
	f, src := open(t), source(server.URL)
	var last news.Poll
	for i, item := range []string{".story", ".story", ".ad"} {
		src.Scrape = &news.Scrape{Item: item}
		r, err := f.Fetch(t.Context(), src, last, noon)
		if err != nil || r.Unchanged != (i == 1) {
			t.Fatalf("poll %d: got %+v, %v", i, r, err)
		}
		last = r.Poll
	}
	src.Scrape = nil
	if _, err := f.Fetch(t.Context(), src, last, noon); err == nil {
		t.Error("got no fault for a page read as a feed")
	}
	if got := strings.Join(conditional, " "); got != ` "1"  ` {
		t.Errorf("got conditions %q, want one, at the second poll", got)
	}
}

func TestScrapeObeysRobots(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /"))
	})
	src := source(server.URL)
	src.Scrape = &news.Scrape{Item: "li"}
	wantFault(t, faultOf(t, open(t), src, news.Poll{}), "asks robots not to read")
}

func FuzzScrape(f *testing.F) {
	corpus(f, "scrape")
	f.Fuzz(func(t *testing.T, text []byte) {
		selector, page, _ := strings.Cut(string(text), "\n")
		for _, rules := range []news.Scrape{{Item: "li, p, a", Title: "b", Text: "i", Image: "img", Date: "time@datetime"}, {Item: "*", Title: selector, Link: selector}, {Item: selector}} {
			d, err := scrapePage(rules, answer{body: []byte(page), header: http.Header{}}, "https://gazette.example/news/")
			if err != nil {
				continue
			}
			items, dropped := d.Items()
			if len(items) > maxItems || len(items) == 0 && dropped.Total()+d.unread == 0 {
				t.Errorf("got %d items, %+v", len(items), dropped)
			}
			for _, it := range items {
				if it.Link != "" && !strings.HasPrefix(it.Link, "http") {
					t.Errorf("got link %q", it.Link)
				}
			}
		}
	})
}
