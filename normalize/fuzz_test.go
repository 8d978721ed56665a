package normalize

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"dateline/news"
)

func FuzzPage(f *testing.F) {
	for _, seed := range []string{
		plainPage, "", "<p>", "<h1>a</h1><ul><li><a href=x>y</a></ul><table><tr><td>1<td>2<tr><td>3<td>4</table>",
		`<script type="application/ld+json">{"@type":"NewsArticle","headline":"x",}</script><figure><img src=a srcset="b 1w,c 2w"><figcaption>z`,
		"<pre>a\nb</pre><blockquote><p>x<p>y</blockquote><a href='javascript:1'>k</a><base href='//h'>", "\xff\xfe<b>1. x<br><br>2",
	} {
		f.Add(seed, "https://outlet.example/a")
	}
	f.Fuzz(func(t *testing.T, page, address string) {
		p := []news.Page{{Address: address, HTML: []byte(page)}}
		sound(t, Page(p, Hints{Now: noon}))
	})
}

func FuzzNextPage(f *testing.F) {
	f.Add(plainPage, "https://outlet.example/a")
	f.Fuzz(func(t *testing.T, page, address string) {
		next := NextPage([]news.Page{{Address: address, HTML: []byte(page)}})
		if next == "" {
			return
		}
		printable(t, next)
		here, err := url.Parse(address)
		there, _ := url.Parse(next)
		if err != nil || there == nil || !strings.EqualFold(here.Hostname(), there.Hostname()) {
			t.Errorf("%q leads away to %q", address, next)
		}
		if next == address {
			t.Errorf("a page follows itself: %q", next)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "Title of it all\n\nText. Foto/X/Y\nHalaman :", "1. A\n2. B\n- c\n© 2024", "\x00\r\n\u2028", "PYONGYANG - x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, dump string) { sound(t, Text(dump, Hints{Now: noon})) })
}

func FuzzItem(f *testing.F) {
	f.Add("Title - Outlet", "<p>a</p>", "<p>b<img src=http://x.example/1.jpg>")
	f.Add("&lt;b&gt;x", "&lt;p&gt;a&lt;/p&gt;", "")
	f.Add("", "", "a\n\nb")
	f.Fuzz(func(t *testing.T, title, summary, content string) {
		it := &news.Item{Title: title, Summary: summary, Content: content, Link: "https://outlet.example/a"}
		sound(t, Article(news.Source{ID: "s", Title: "Outlet"}, it, nil, noon))
	})
}

// sound checks what an article promises whatever it was made of.
func sound(t *testing.T, a news.Article) {
	t.Helper()
	for _, b := range a.Body {
		end := 0
		for _, l := range b.Links {
			if l.Start < end || l.End <= l.Start || l.End > len(b.Text) {
				t.Errorf("links %+v do not fit %q", b.Links, b.Text)
			}
			end = l.End
			printable(t, l.URL)
		}
		if b.Kind == news.Heading && (b.Level < 2 || b.Level > 6) {
			t.Errorf("heading of level %d", b.Level)
		}
		if b.Kind == news.Paragraph && strings.Contains(b.Text, "\n") {
			t.Errorf("paragraph of several lines: %q", b.Text)
		}
	}
	for _, fig := range a.Figures() {
		if fig.Src != "" {
			printable(t, fig.Src)
		}
	}
	if !utf8.ValidString(a.Text()) || !utf8.ValidString(a.Headline) || !utf8.ValidString(a.Lede) {
		t.Error("the text is not UTF-8")
	}
}

func printable(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		t.Errorf("address %q is not fit for print", address)
	}
}
