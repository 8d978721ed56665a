package normalize

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"dateline/news"
)

// SiteRule is what a user says of the pages of one host, where the general way
// does not do. All but Host are CSS selectors (W3C Selectors Level 3), and any
// may be empty. A group "a, b" means what either finds.
type SiteRule struct {
	Host   string   // news.example.org: the host and all below it
	Body   string   // the elements that hold the text, in the order of the page
	Strip  []string // what is taken out before anything is read
	Title  string
	Byline string // who wrote the report: one element a name, or "By A and B"
	Date   string // when it was published: the datetime or content attribute, else the text
	Lead   string // the lead picture: an img, or what holds it with its caption
	Next   string // the link to the next page
	Single string // the link to the whole article on one page
}

// Site is a rule that was compiled.
type Site struct {
	host string
	body, strip, title, byline, date, lead,
	next, single cascadia.SelectorGroup
}

// NewSite compiles a rule. Its error names the selector that is wrong.
func NewSite(r SiteRule) (*Site, error) {
	host := strings.ToLower(strings.Trim(r.Host, ". "))
	if host == "" || strings.ContainsAny(host, "/:@ ") {
		return nil, fmt.Errorf("host %q: want a name such as news.example.org", r.Host)
	}
	s := &Site{host: host}
	for _, part := range []struct {
		name, selector string
		group          *cascadia.SelectorGroup
	}{
		{"body", r.Body, &s.body}, {"strip", strings.Join(r.Strip, ", "), &s.strip}, {"title", r.Title, &s.title}, {"byline", r.Byline, &s.byline},
		{"date", r.Date, &s.date}, {"lead", r.Lead, &s.lead}, {"next", r.Next, &s.next}, {"single", r.Single, &s.single},
	} {
		if strings.TrimSpace(part.selector) == "" {
			continue
		}
		group, err := cascadia.ParseGroup(part.selector)
		if err != nil {
			return nil, fmt.Errorf("%s: the selector %q: %w", part.name, part.selector, err)
		}
		*part.group = group
	}
	if s.body == nil && s.strip == nil && s.title == nil && s.byline == nil && s.date == nil && s.lead == nil && s.next == nil && s.single == nil {
		return nil, errors.New("the rule says nothing: give body, strip, title, byline, date, lead, next or single")
	}
	return s, nil
}

// Sites are the rules for the hosts that have one. The zero value has none.
type Sites []*Site

// For is the rule for the host of an address, or for the nearest host above
// it; nil: there is none.
func (s Sites) For(address string) *Site {
	if len(s) == 0 {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	var best *Site
	for _, site := range s {
		if (host == site.host || strings.HasSuffix(host, "."+site.host)) && (best == nil || len(site.host) > len(best.host)) {
			best = site
		}
	}
	return best
}

// mostFound bounds what is taken of the elements that one selector finds.
const mostFound = 2000

// find lists what a selector finds, without what stands in something found.
func find(root *html.Node, selector cascadia.SelectorGroup) (found []*html.Node) {
	if selector == nil {
		return nil
	}
	for _, n := range cascadia.QueryAll(root, selector) {
		if len(found) == mostFound {
			break
		}
		if last := len(found) - 1; last >= 0 && within(n, found[last]) {
			continue
		}
		found = append(found, n)
	}
	return found
}

// prepare takes out of a page what its rule strips.
func (s *Site) prepare(root *html.Node) {
	if s == nil {
		return
	}
	for _, n := range find(root, s.strip) {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

// pieces reads the elements that a rule calls the text; nil where there is no
// rule, or where it finds none with words in it.
func (s *Site) pieces(root *html.Node, base *url.URL) (pieces []piece) {
	if s == nil {
		return nil
	}
	words := 0
	for _, n := range find(root, s.body) {
		for _, p := range readTree(n, base, true) {
			words += p.words()
			pieces = append(pieces, p)
		}
	}
	if words == 0 {
		return nil
	}
	return pieces
}

// correct puts into an article what a rule finds of its head.
func (s *Site) correct(a *news.Article, root *html.Node, base *url.URL, o DateOptions) {
	if s == nil {
		return
	}
	if found := find(root, s.title); len(found) > 0 {
		a.Headline = or(oneLine(textUnder(found[0])), a.Headline)
	}
	var names []string
	for _, n := range find(root, s.byline) {
		text := oneLine(textUnder(n))
		if split, agency, ok := splitByline(text); ok {
			names, a.Agency = appendNew(names, split...), or(a.Agency, agency)
		} else if text != "" && len(text) < 200 {
			names = appendNew(names, text)
		}
	}
	if len(names) > 0 {
		a.Byline = names
	}
	for _, n := range find(root, s.date) {
		if t := pageDate(o, attr(n, "datetime"), attr(n, "content"), oneLine(textUnder(n))); !t.IsZero() {
			a.Published = t
			break
		}
	}
	for _, n := range find(root, s.lead) {
		for _, p := range attachCaptions(readElement(n, base)) {
			if p.kind == news.Picture && p.figure.Src != "" {
				a.Lead = p.figure
				return
			}
		}
	}
}

// textUnder is the text of an element, its white space collapsed.
func textUnder(n *html.Node) string {
	var b strings.Builder
	for _, p := range readTree(n, nil, true) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// link is the address that the first link a selector finds leads to.
func link(root *html.Node, selector cascadia.SelectorGroup, base *url.URL) *url.URL {
	for _, n := range find(root, selector) {
		for a := n; a != nil; a = a.FirstChild {
			if href := attr(a, "href"); href != "" {
				if u, err := base.Parse(strings.TrimSpace(href)); err == nil {
					return u
				}
			}
		}
	}
	return nil
}
