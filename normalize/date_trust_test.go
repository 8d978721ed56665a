package normalize

import (
	"strings"
	"testing"
	"time"

	"dateline/news"
)

func TestDatesAreTrustedInOrder(t *testing.T) {
	const text = `<p>The council of the lake district agreed on Monday to rebuild the bridge over the narrows.</p><p>Work on the two piers will begin in spring and is to last three years, the engineers said.</p>`
	cases := []struct{ point, lang, head, line, address, published, updated string }{
		{"the machine's word before the reader's", "en", `<meta property="article:published_time" content="2024-06-20T09:00:00Z">`, "Published: June 22, 2024", "/a", "2024-06-20T09:00:00Z", "-"},
		{"a later visible date does not win", "en", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"The bridge","datePublished":"2024-06-20T09:00:00+02:00"}</script>`, "Updated June 23, 2024", "/a", "2024-06-20T09:00:00+02:00", "-"},
		{"a day takes the time that stands in the text", "id", `<meta property="article:published_time" content="2024-06-20">`, "Kamis, 20 Juni 2024 - 16:15 WIB", "/a", "2024-06-20T16:15:00+07:00", "-"},
		{"the local clock called UTC", "id", `<meta property="article:published_time" content="2024-06-20T16:15:00Z">`, "Kamis, 20 Juni 2024 - 16:15 WIB", "/a", "2024-06-20T16:15:00+07:00", "-"},
		{"the day of UTC is the day before", "id", `<meta property="article:published_time" content="2024-06-19T23:30:00Z">`, "Kamis, 20 Juni 2024 - 06:30 WIB", "/a", "2024-06-20T06:30:00+07:00", "-"},
		{"another time of the same day leaves the claim", "en", `<meta property="article:published_time" content="2024-06-20T09:00:00Z">`, "20 June 2024 16:15 BST", "/a", "2024-06-20T09:00:00Z", "-"},
		{"the text alone", "en", "", "June 20, 2024 4:15 PM EDT", "/a", "2024-06-20T16:15:00-04:00", "-"},
		{"the address last", "en", "", "", "/news/2024/06/20/bridge", "2024-06-20T00:00:00Z", "-"},
		{"an address with hyphens", "en", "", "", "/news/2024-06-20-bridge", "2024-06-20T00:00:00Z", "-"},
		{"an impossible day in the address", "en", "", "", "/news/2024/02/31/bridge", "-", "-"},
		{"numbers in an address that are no day", "en", "", "", "/news/20240620/bridge", "-", "-"},
		{"a claim from the future is none", "en", `<meta property="article:published_time" content="2031-06-20T09:00:00Z">`, "June 20, 2024", "/a", "2024-06-20T00:00:00Z", "-"},
		{"both words of the machine", "en", `<meta property="article:published_time" content="2024-06-20T09:00:00Z"><meta property="article:modified_time" content="2024-06-21T09:00:00Z">`, "", "/a", "2024-06-20T09:00:00Z", "2024-06-21T09:00:00Z"},
	}
	show := func(at time.Time) string {
		if at.IsZero() {
			return "-"
		}
		return at.Format(time.RFC3339)
	}
	for _, c := range cases {
		t.Run(strings.ReplaceAll(c.point, " ", "-"), func(t *testing.T) {
			page := `<html lang="` + c.lang + `"><head><title>The bridge</title>` + c.head + `</head><body><article><h1>The bridge</h1><p>` + c.line + `</p>` + text + `</article></body></html>`
			a := Page([]news.Page{{Address: "https://outlet.example" + c.address, HTML: []byte(page)}}, Hints{Now: dateTestNow})
			if got, want := show(a.Published)+" "+show(a.Updated), c.published+" "+c.updated; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestFeedsDateIsNotReplacedByThePages(t *testing.T) {
	const page = `<html lang="en"><head><title>The bridge</title><meta property="article:published_time" content="2024-06-24T09:00:00Z"></head><body><article><h1>The bridge</h1><p>The council of the lake district agreed on Monday to rebuild the bridge over the narrows.</p></article></body></html>`
	it := news.Item{Title: "The bridge", Link: "https://outlet.example/a", Published: dateTestNow.AddDate(0, 0, -4)}
	pages := []news.Page{{Address: it.Link, HTML: []byte(page)}}
	if a := Article(news.Source{ID: "outlet"}, &it, pages, dateTestNow); !a.Published.Equal(it.Published) {
		t.Errorf("got %s, want the feed's %s", a.Published, it.Published)
	}
	it.Published = time.Time{}
	if a := Article(news.Source{ID: "outlet"}, &it, pages, dateTestNow); a.Published.Day() != 24 {
		t.Errorf("got %s, want the page's where the feed says nothing", a.Published)
	}
}
