package fetcher

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/news"
)

// Bounds on a page that stands for a feed.
const (
	maxScraped      = 4 << 20 // bytes
	maxScrapedNodes = 200_000
	maxSelector     = 1000 // bytes
)

// WrongSelector is a selector that cannot be used, by its key in the config.
type WrongSelector struct{ Key, Why string }

// CheckScrape says what is wrong with the selectors of a scraped source.
func CheckScrape(s news.Scrape) []WrongSelector {
	_, wrong := compileScrape(s)
	return wrong
}

// scraper is a scraped source's selectors, compiled.
type scraper struct {
	item, title, link, date, text, image *part
}

// part is one selector: which elements, and which attribute of them counts; the
// words, where there is none.
type part struct {
	key      string
	selector string
	group    cascadia.SelectorGroup
	attr     string
	missed   int // items in which it matched nothing
}

func compileScrape(s news.Scrape) (*scraper, []WrongSelector) {
	var c scraper
	var wrong []WrongSelector
	for _, x := range []struct {
		key, selector string
		to            **part
	}{
		{"item", s.Item, &c.item}, {"title", s.Title, &c.title}, {"link", s.Link, &c.link},
		{"date", s.Date, &c.date}, {"text", s.Text, &c.text}, {"image", s.Image, &c.image},
	} {
		if x.selector == "" {
			continue
		}
		p, why := compilePart(x.key, x.selector)
		if why != "" {
			wrong = append(wrong, WrongSelector{x.key, why})
			continue
		}
		*x.to = p
	}
	if s.Item == "" {
		wrong = append(wrong, WrongSelector{"item", "a selector is needed that finds each item, such as \"article\" or \".news li\""})
	}
	return &c, wrong
}

func compilePart(key, selector string) (p *part, why string) {
	if len(selector) > maxSelector {
		return nil, fmt.Sprintf("the selector is longer than %d bytes", maxSelector)
	}
	p = &part{key: key, selector: selector}
	css := selector
	if at := strings.LastIndexByte(css, '@'); at >= 0 && !strings.ContainsAny(css[at:], `"'])`) {
		css, p.attr = strings.TrimSpace(css[:at]), strings.ToLower(strings.TrimSpace(css[at+1:]))
		switch {
		case p.attr == "" || key == "item":
			return nil, fmt.Sprintf("%q: behind @ stands the attribute that counts, and only title, link, date, text and image have one", selector)
		case css == "":
			css = ":scope" // of the item itself
		}
	}
	if css == ":scope" {
		return p, ""
	}
	group, err := cascadia.ParseGroup(css)
	if err != nil {
		return nil, fmt.Sprintf("%q is no CSS selector: %v", selector, err)
	}
	p.group = group
	return p, ""
}

// asPage makes a question one for a page: nobody published it for machines, so
// robots.txt is obeyed.
func (f *Fetcher) asPage(ctx context.Context, src news.Source, q *question) {
	q.header.Set("Accept", "text/html, application/xhtml+xml, */*;q=0.1")
	if !f.opt.AnyRobots {
		q.welcome = func(to *url.URL) error { return f.welcome(ctx, src, to) }
	}
}

// pageRules is the version of a page's record: which selectors it was read by.
func pageRules(s news.Scrape) string {
	return fmt.Sprintf("rules-%06x", news.Sum64(strings.Join([]string{s.Item, s.Title, s.Link, s.Date, s.Text, s.Image}, "\x00"))&0xffffff)
}

// relevant is the last record without the validators that vouch for a reading
// under other selectors: a page that did not change is read again when they did.
func relevant(src news.Source, last news.Poll) news.Poll {
	was, is := strings.HasPrefix(last.Format, "page "), src.Scrape != nil
	if was == is && (!is || last.Format == "page "+pageRules(*src.Scrape)) {
		return last
	}
	if was || is {
		last.ETag, last.LastModified, last.Sum = "", "", 0
	}
	return last
}

// scrapePage reads the items that a page lists. An item selector that matches
// nothing is a fault, and so is one for titles or links that matches nothing in
// any item: the page was rebuilt. What only some items lack is a remark.
func scrapePage(rules news.Scrape, a answer, base string) (*Document, error) {
	c, wrong := compileScrape(rules)
	if len(wrong) > 0 {
		return nil, faultf("scrape.%s: %s", wrong[0].Key, wrong[0].Why)
	}
	text, err := pageText(a.header.Get("Content-Type"), a.body)
	if err != nil {
		return nil, err
	}
	d := &Document{Format: "page", Version: pageRules(rules), Encoding: "utf-8", Entries: []Entry{}}
	if len(text) > maxScraped {
		text = text[:maxScraped]
		d.Truncated = true
		d.mended(fmt.Sprintf("the page is longer than %s, and was read so far", size(maxScraped)))
	}
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, &fault{text: "the page is nested too deep to be read", cause: err}
	}
	at, err := url.Parse(base)
	if err != nil {
		at = &url.URL{}
	}
	p := scrapedPage{scraper: c, base: at}
	p.describe(root, &d.Feed)
	if p.nodes > maxScrapedNodes {
		return nil, faultf("the page has more than %d elements, too many to be searched", maxScrapedNodes)
	}
	items := p.items(root)
	if len(items) == 0 {
		return nil, faultf("scrape.item %q matches nothing on the page", rules.Item)
	}
	for _, n := range items {
		e := p.entry(n)
		if e.Title == "" && e.Link == "" {
			d.unread++
			continue
		}
		d.Entries = append(d.Entries, e)
	}
	return d, p.verdict(d, len(items))
}

// scrapedPage is a page under way.
type scrapedPage struct {
	*scraper
	base  *url.URL
	nodes int
	named bool // the base was named by the page
}

// describe reads what a page says of itself: title, language and base.
func (p *scrapedPage) describe(root *html.Node, feed *Feed) {
	feed.Link = bare(p.base)
	for n := range root.Descendants() {
		p.nodes++
		switch {
		case n.DataAtom == atom.Html && feed.Language == "":
			feed.Language = strings.TrimSpace(attributeOf(n, "lang"))
		case n.DataAtom == atom.Title && feed.Title == "":
			feed.Title = cutText(words(n), maxTitle)
		case n.DataAtom == atom.Base && !p.named:
			if to, err := p.base.Parse(strings.TrimSpace(attributeOf(n, "href"))); err == nil && attributeOf(n, "href") != "" {
				p.base, p.named = to, true
			}
		}
	}
}

// items are the elements that the item selector finds. One within another is
// part of it, and no item of its own.
func (p *scrapedPage) items(root *html.Node) []*html.Node {
	var found []*html.Node
	inside := map[*html.Node]bool{}
	for n := range root.Descendants() { // parents come before their children
		if inside[n.Parent] {
			inside[n] = true
			continue
		}
		if n.Type == html.ElementNode && p.item.group.Match(n) {
			inside[n] = true
			if found = append(found, n); len(found) > 2*maxItems {
				break
			}
		}
	}
	return found
}

func (p *scrapedPage) entry(n *html.Node) Entry {
	var e Entry
	link := firstOf(n, p.link, func(n *html.Node) bool { return n.DataAtom == atom.A && attributeOf(n, "href") != "" })
	if link != nil {
		e.Link = p.address(value(link, p.link, "href"))
	}
	switch title := firstOf(n, p.title, func(*html.Node) bool { return false }); {
	case title != nil:
		e.Title = value(title, p.title, "")
	case p.title == nil && link != nil:
		e.Title = words(link)
	}
	if date := firstOf(n, p.date, func(n *html.Node) bool { return n.DataAtom == atom.Time }); date != nil {
		e.Published = dateOf(value(date, p.date, "datetime"))
	}
	if text := firstOf(n, p.text, func(*html.Node) bool { return false }); text != nil {
		e.SummaryHTML = HTML{Fragment: fragment(text, p.text), Base: p.base.String()}
	}
	if image := firstOf(n, p.image, func(*html.Node) bool { return false }); image != nil {
		if image.DataAtom != atom.Img && p.image.attr == "" {
			if inner := firstOf(image, nil, func(n *html.Node) bool { return n.DataAtom == atom.Img }); inner != nil {
				image = inner
			}
		}
		if address := p.address(value(image, p.image, "src")); address != "" {
			e.Media = &Media{Contents: []MediaContent{{URL: address, Medium: "image"}}}
		}
	}
	return e
}

// verdict says which selectors matched nothing: as an error where that leaves
// no news, else on the sources page.
func (p *scrapedPage) verdict(d *Document, n int) error {
	for _, x := range []*part{p.title, p.link, p.date, p.text, p.image} {
		switch {
		case x == nil || x.missed == 0:
		case x.missed == n && (x.key == "title" || x.key == "link"):
			return faultf("scrape.%s %q matches nothing in any of the page's %d items", x.key, x.selector, n)
		default:
			d.mended(fmt.Sprintf("scrape.%s %q matches nothing in %d of %d items", x.key, x.selector, x.missed, n))
		}
	}
	if len(d.Entries) == 0 {
		return faultf("scrape.item %q matches %d elements, and none has a link or a title", p.item.selector, n)
	}
	if d.unread > 0 {
		d.mended(fmt.Sprintf("%d of %d items have neither a link nor a title, and were left out", d.unread, n))
	}
	return nil
}

// address is one of the web, seen from the page; what is none is empty.
func (p *scrapedPage) address(raw string) string {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return ""
	}
	to, err := p.base.Parse(raw)
	if err != nil {
		return ""
	}
	return pageAddress(to.String())
}

// firstOf is the first element that a selector finds in an item, the item
// itself included; without a selector, the first that is as usual.
func firstOf(item *html.Node, p *part, usual func(*html.Node) bool) *html.Node {
	matches := usual
	if p != nil {
		if p.group == nil {
			return item
		}
		matches = p.group.Match
	}
	if matches(item) {
		return item
	}
	for n := range item.Descendants() {
		if n.Type == html.ElementNode && matches(n) {
			return n
		}
	}
	if p != nil {
		p.missed++
	}
	return nil
}

// value is what counts of an element: the attribute that is named, else the
// usual one, else its words.
func value(n *html.Node, p *part, usual string) string {
	if p != nil && p.attr != "" {
		return strings.Join(strings.Fields(attributeOf(n, p.attr)), " ")
	}
	if usual != "" {
		if v := strings.TrimSpace(attributeOf(n, usual)); v != "" || usual != "datetime" {
			return v
		}
	}
	return words(n)
}

// fragment is an element's markup, raw as that of any feed.
func fragment(n *html.Node, p *part) string {
	if p.attr != "" {
		return html.EscapeString(attributeOf(n, p.attr))
	}
	var b bytes.Buffer
	for child := range n.ChildNodes() {
		if err := html.Render(&b, child); err != nil || b.Len() > maxItemText {
			break
		}
	}
	return cutText(b.String(), maxItemText)
}

// words are an element's words, without what scripts and styles say.
func words(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
			b.WriteByte(' ')
		case n.DataAtom == atom.Script, n.DataAtom == atom.Style, n.DataAtom == atom.Template:
			return
		}
		for child := range n.ChildNodes() {
			if b.Len() < maxTitle {
				walk(child)
			}
		}
	}
	walk(n)
	return cutText(strings.Join(strings.Fields(b.String()), " "), maxTitle)
}

func attributeOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// dateOf reads a date as feeds write it; another keeps its text, and is read
// with the words of the item's language later.
func dateOf(text string) Date {
	text = cutText(text, maxDateText)
	t, _ := parseDate(text)
	return Date{Time: t, Text: text}
}
