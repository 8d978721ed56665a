package fetcher

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"dateline/news"
)

// maxScraped bounds the items of one page.
const maxScraped = 500

// CheckScrape says what is wrong with the selectors of a scraped source, for
// the person who wrote them.
func CheckScrape(s news.Scrape) error {
	_, err := compile(s)
	return err
}

// selectors are the compiled selectors of a scraped source; nil: not given.
type selectors struct{ item, title, link, date, text, image cascadia.Matcher }

func compile(s news.Scrape) (sel selectors, err error) {
	if s.Item == "" {
		return sel, fmt.Errorf("the item selector is missing: it names the elements that are one item each")
	}
	for _, x := range []struct {
		name, text string
		into       *cascadia.Matcher
	}{{"item", s.Item, &sel.item}, {"title", s.Title, &sel.title}, {"link", s.Link, &sel.link}, {"date", s.Date, &sel.date}, {"text", s.Text, &sel.text}, {"image", s.Image, &sel.image}} {
		if x.text == "" {
			continue
		}
		group, err := cascadia.ParseGroup(x.text)
		if err != nil {
			return sel, fmt.Errorf("the %s selector %q cannot be read: %w", x.name, x.text, err)
		}
		*x.into = group
	}
	return sel, nil
}

// scraped makes the next record of a page that is read by selectors.
func (f *Fetcher) scraped(src news.Source, last news.Poll, a answer, now time.Time, sum uint64) (Reply, error) {
	page, err := readScraped(a.header.Get("Content-Type"), a.body, a.base(src), src.Scrape)
	if err != nil {
		return Reply{}, err
	}
	p := f.succeeded(src, last, a, now, 0)
	p.Sum = sum
	if !a.whole {
		p.ETag, p.LastModified, p.Sum = "", "", 0
		page.remarks = append([]string{fmt.Sprintf("the answer broke off after %s", size(int64(len(a.body))))}, page.remarks...)
	}
	p.Format, p.Title, p.Home = "page", page.title, bareOr(a.final, src.Home)
	p.Items, p.Dropped, p.Repairs = len(page.items), page.dropped, page.remarks
	return Reply{Items: page.items, Poll: p}, nil
}

func bareOr(u *url.URL, otherwise string) string {
	if u == nil || u.Scheme == "file" {
		return otherwise
	}
	return bare(u)
}

// scrapedPage is what selectors found on a page.
type scrapedPage struct {
	title   string
	items   []news.Item
	dropped news.Dropped
	remarks []string // of selectors that found nothing
}

// readScraped reads the items of a page. A page on which no element is an item
// is a fault: the outlet has changed it.
func readScraped(contentType string, body []byte, address string, s news.Scrape) (scrapedPage, error) {
	var out scrapedPage
	sel, err := compile(s)
	if err != nil {
		return out, &fault{text: err.Error(), cause: err}
	}
	text, err := pageText(contentType, body)
	if err != nil {
		return out, err
	}
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return out, &fault{text: "the page cannot be read: " + err.Error(), cause: err}
	}
	base, err := url.Parse(address)
	if err != nil {
		return out, &fault{text: "the page's address cannot be understood", cause: err}
	}
	if b := cascadia.Query(root, baseElement); b != nil {
		if u, err := base.Parse(attrOf(b, "href")); err == nil && u.Host != "" {
			base = u
		}
	}
	if t := cascadia.Query(root, titleElement); t != nil {
		out.title = nodeText(t)
	}
	elements := cascadia.QueryAll(root, sel.item)
	if len(elements) == 0 {
		return out, faultf("nothing on the page matches the item selector %q", s.Item)
	}
	if len(elements) > maxScraped {
		out.dropped.Excess = len(elements) - maxScraped
		elements = elements[:maxScraped]
	}
	hits := map[string]int{}
	for _, e := range elements {
		it := scrapedItem(e, sel, base, hits)
		if it.Title == "" && it.Summary == "" {
			out.dropped.Empty++
			continue
		}
		out.items = append(out.items, it)
	}
	for _, x := range []struct{ name, text string }{{"title", s.Title}, {"link", s.Link}, {"date", s.Date}, {"text", s.Text}, {"image", s.Image}} {
		if x.text != "" && hits[x.name] == 0 {
			out.remarks = append(out.remarks, fmt.Sprintf("the %s selector %q matches nothing in any item", x.name, x.text))
		}
	}
	return out, nil
}

var (
	baseElement  = cascadia.MustCompile("base[href]")
	titleElement = cascadia.MustCompile("head > title")
	linkElement  = cascadia.MustCompile("a[href]")
	imageElement = cascadia.MustCompile("img")
)

// scrapedItem reads one item of a page.
func scrapedItem(e *html.Node, sel selectors, base *url.URL, hits map[string]int) news.Item {
	first := func(name string, m cascadia.Matcher) *html.Node {
		if m == nil {
			return nil
		}
		n := cascadia.Query(e, m)
		if n == nil && m.Match(e) {
			n = e
		}
		if n != nil {
			hits[name]++
		}
		return n
	}
	it := news.Item{Base: base.String()}
	link := first("link", sel.link)
	if sel.link == nil {
		if link = e; !linkElement.Match(e) {
			link = cascadia.Query(e, linkElement)
		}
	} else if link != nil && attrOf(link, "href") == "" {
		link = cascadia.Query(link, linkElement)
	}
	if link != nil {
		it.Link = absolute(base, attrOf(link, "href"))
	}
	title := first("title", sel.title)
	if title == nil && sel.title == nil {
		if title = link; title == nil {
			title = e
		}
	}
	if title != nil {
		it.Title = nodeText(title)
	}
	if date := first("date", sel.date); date != nil {
		it.DateText = attrOf(date, "datetime")
		if it.DateText == "" {
			it.DateText = nodeText(date)
		}
	}
	if text := first("text", sel.text); text != nil {
		var b bytes.Buffer
		if html.Render(&b, text) == nil {
			it.Summary = b.String()
		}
	}
	if image := first("image", sel.image); image != nil {
		if !imageElement.Match(image) {
			if inner := cascadia.Query(image, imageElement); inner != nil {
				image = inner
			}
		}
		for _, name := range []string{"data-src", "data-original", "src"} {
			if to := absolute(base, attrOf(image, name)); attrOf(image, name) != "" && to != "" {
				it.Media = []news.Media{{URL: to, Medium: "image", Description: attrOf(image, "alt")}}
				break
			}
		}
	}
	if it.GUID = it.Link; it.GUID == "" {
		it.GUID = it.Title
	}
	return it
}

func attrOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// nodeText is the text of an element on one line, without scripts and styles.
func nodeText(n *html.Node) string {
	var b strings.Builder
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "template" || n.Data == "noscript"):
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
		if n.Type == html.ElementNode && n.Data != "a" && n.Data != "b" && n.Data != "i" && n.Data != "em" && n.Data != "strong" && n.Data != "span" {
			b.WriteByte(' ')
		}
	}
	visit(n)
	return strings.Join(strings.Fields(b.String()), " ")
}
