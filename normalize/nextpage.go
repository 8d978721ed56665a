package normalize

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/news"
)

// maxPages bounds the pages of one article.
const maxPages = 20

// NextPage gives the address of the article's next page, given the pages that
// were read so far; empty when there is none. A single-page view is offered
// once, after the first page. Links are looked for before anything is cleaned
// away: pagers are furniture.
func NextPage(read []news.Page) string { return Sites(nil).NextPage(read) }

// NextPage is NextPage by the rule for the page's host where there is one that
// tells of further pages, and in the general way elsewhere.
func (s Sites) NextPage(read []news.Page) string {
	next := s.leadsOn(read)
	if next == "" || repeats(read) {
		return ""
	}
	return next
}

// knownShare is the percent of a page's words that may stand on those before;
// a page with more was sent for an address that the site does not know.
const knownShare = 80

// repeats reports whether the last page says nearly only what the first or the
// one before it says.
func repeats(read []news.Page) bool {
	last := len(read) - 1
	if last < 1 {
		return false
	}
	known := map[string]bool{}
	for _, page := range [...]news.Page{read[0], read[last-1]} {
		for _, p := range articlePieces(page) {
			known[p.key()] = true
		}
	}
	words, old := 0, 0
	for _, p := range articlePieces(read[last]) {
		if !p.clean() {
			continue
		}
		words += p.words()
		if known[p.key()] {
			old += p.words()
		}
	}
	return words > 0 && old*100 >= words*knownShare
}

// articlePieces are the pieces of a page's article, nothing trimmed.
func articlePieces(page news.Page) []piece {
	root := parse(validText(string(page.HTML)))
	if root == nil {
		return nil
	}
	chosen, _, _ := choose(readTree(root, baseOf(page.Address, ""), false), nil)
	return chosen
}

// leadsOn is the address of the next page by the links of the last.
func (s Sites) leadsOn(read []news.Page) string {
	if len(read) == 0 || len(read) >= maxPages {
		return ""
	}
	last := read[len(read)-1]
	here, err := url.Parse(last.Address)
	if err != nil || here.Host == "" || len(last.HTML) > maxPage {
		return ""
	}
	root, err := html.Parse(bytes.NewReader(last.HTML))
	if err != nil {
		return ""
	}
	seen := map[string]bool{}
	for _, p := range read {
		seen[pageKey(p.Address)] = true
	}
	base, number := here, pageNumber(here)
	if m := findBase(root); m != "" {
		base = baseOf(last.Address, m)
	}
	if rule := s.For(last.Address); rule != nil && (rule.next != nil || rule.single != nil) {
		return rule.nextPage(root, base, here, seen, len(read))
	}
	links := pagerLinks(root, base, here)
	if len(read) == 1 {
		for _, l := range links {
			if wholePhrases.whole(l.words) && !seen[pageKey(l.url.String())] && sameArticle(here, l.url) {
				return l.url.String()
			}
		}
	} else if isWhole(here) {
		return ""
	}
	for _, want := range []func(pagerLink) bool{
		func(l pagerLink) bool { return l.next && !numbersSlug(l.url) },
		func(l pagerLink) bool { return len(l.words) == 1 && l.words[0] == strconv.Itoa(number+1) },
		func(l pagerLink) bool { return nextPhrases.whole(l.words) && (len(l.words) > 1 || !numbersSlug(l.url)) },
		func(l pagerLink) bool { return l.pointsOn(number+1) && !numbersSlug(l.url) },
	} {
		for _, l := range links {
			if want(l) && !seen[pageKey(l.url.String())] && follows(here, l.url, number) {
				return l.url.String()
			}
		}
	}
	return ""
}

// nextPage is the page that a rule's selectors lead to: on the same host, and
// not read before.
func (s *Site) nextPage(root *html.Node, base, here *url.URL, seen map[string]bool, read int) string {
	var wanted []*url.URL
	if read == 1 {
		wanted = append(wanted, link(root, s.single, base))
	}
	for _, u := range append(wanted, link(root, s.next, base)) {
		if u == nil || !strings.EqualFold(u.Hostname(), here.Hostname()) || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		u.Fragment, u.User = "", nil
		if address := u.String(); !seen[pageKey(address)] {
			return address
		}
	}
	return ""
}

// pagerLink is a link that could lead to another page of the article.
type pagerLink struct {
	url   *url.URL
	words []string
	next  bool // rel=next
	arrow bool // its look says "next": an arrow, a class
}

// pointsOn reports whether a link looks like one to the page of a number: the
// word of a pager with the number, the word "next" with more behind it, or an
// arrow.
func (l *pagerLink) pointsOn(number int) bool {
	if n := pagerPhrases.prefix(l.words); n > 0 && len(l.words) == n+1 && l.words[n] == strconv.Itoa(number) {
		return true
	}
	return l.arrow || nextPhrases.prefix(l.words) > 0
}

// numbersSlug reports whether the number of an address is the end of its slug,
// "weekly-notes-2": systems number articles of one title so.
func numbersSlug(u *url.URL) bool {
	path := strings.TrimSuffix(u.Path, "/")
	digits := strings.TrimRight(path, "0123456789")
	return digits != path && strings.HasSuffix(digits, "-") && !strings.HasSuffix(digits, "page-") && u.RawQuery == ""
}

// isArrow reports whether a link is an arrow onwards, or of a class that says so.
func isArrow(n *html.Node, text string) bool {
	switch strings.TrimSpace(text) {
	case "»", "›", ">", ">>", "→", "▶", "►", "❯", "⟩", "次へ>", ">|":
		return true
	case "":
		for _, name := range strings.Fields(attr(n, "class")) {
			if words := nameWords(name); len(words) > 0 && (words[len(words)-1] == "next" || words[0] == "next") {
				return true
			}
		}
	}
	return false
}

func pagerLinks(root *html.Node, base, here *url.URL) []pagerLink {
	var links []pagerLink
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		if n.DataAtom == atom.A || n.DataAtom == atom.Link {
			rel := " " + strings.ToLower(attr(n, "rel")) + " "
			next := strings.Contains(rel, " next ")
			if n.DataAtom == atom.Link && !next {
				return
			}
			u, err := base.Parse(strings.TrimSpace(attr(n, "href")))
			if err == nil && u.RawQuery != "" {
				u, err = url.Parse(news.CleanLink(u.String()))
			}
			if err == nil && attr(n, "href") != "" && strings.EqualFold(u.Hostname(), here.Hostname()) && (u.Scheme == "http" || u.Scheme == "https") {
				u.Fragment, u.User = "", nil
				text := linkText(n)
				links = append(links, pagerLink{url: u, words: wordsUpTo(text, 80), next: next, arrow: n.DataAtom == atom.A && isArrow(n, plainText(n))})
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && len(links) < 5000 {
				visit(c)
			}
		}
	}
	visit(root)
	return links
}

func linkText(n *html.Node) string {
	text := plainText(n)
	if len(wordsUpTo(text, 80)) == 0 {
		text = or(attr(n, "title"), attr(n, "aria-label"))
	}
	return text
}

func findBase(n *html.Node) string {
	if n.DataAtom == atom.Base {
		return attr(n, "href")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Body {
			return ""
		}
		if found := findBase(c); found != "" {
			return found
		}
	}
	return ""
}

// follows reports whether there is the next page's address: it differs from
// here in a page number only, and the number is the next one.
func follows(here, there *url.URL, number int) bool {
	return pageNumber(there) == number+1 && pageStem(here) == pageStem(there)
}

// sameArticle reports whether there shows the same article whole: the same
// path or one below it.
func sameArticle(here, there *url.URL) bool {
	a, b := strings.TrimSuffix(here.Path, "/"), strings.TrimSuffix(there.Path, "/")
	if a == b {
		return here.RawQuery != there.RawQuery
	}
	return a != "" && (strings.HasPrefix(b, a+"/") || pageStem(here) == pageStem(there))
}

// isWhole reports whether an address is that of a single-page view.
func isWhole(u *url.URL) bool {
	for name, values := range u.Query() {
		v := strings.ToLower(values[0])
		if isPageName(strings.ToLower(name)) && (v == "all" || v == "full" || v == "0") || name == "single" || name == "showall" || strings.EqualFold(name, "print") {
			return true
		}
	}
	path := strings.ToLower(strings.TrimSuffix(u.Path, "/"))
	for _, end := range []string{"/all", "/print", "/full", "/single", "/singlepage", "/printable"} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

func isPageName(name string) bool {
	switch name {
	case "page", "p", "pg", "pageno", "page_no", "pagenum", "page_num", "paged", "pn", "halaman", "hal", "seite", "pagina", "página", "strona", "sida", "sayfa", "trang", "str":
		return true
	}
	return false
}

// pageNumber is the number of the page that an address names: 1 where it
// names none.
func pageNumber(u *url.URL) int {
	n, _ := cutPage(u)
	return n
}

// pageStem is an address without its page number.
func pageStem(u *url.URL) string {
	_, stem := cutPage(u)
	return stem
}

func cutPage(u *url.URL) (int, string) {
	query, number := u.Query(), 0
	for name, values := range query {
		if isPageName(strings.ToLower(name)) {
			if n := smallNumber(values[0]); n > 0 || values[0] == "all" {
				number = max(n, 1)
				query.Del(name)
			}
		}
	}
	path, ext := strings.TrimSuffix(u.Path, "/"), ""
	if i := strings.LastIndexByte(path, '.'); i > strings.LastIndexByte(path, '/') && len(path)-i <= 6 {
		path, ext = path[:i], path[i:]
	}
	if number == 0 {
		digits := len(path)
		for digits > 0 && '0' <= path[digits-1] && path[digits-1] <= '9' {
			digits--
		}
		if n := smallNumber(path[digits:]); n > 0 && digits > 0 {
			head := path[:digits]
			for _, sign := range []string{"/page/", "/page-", "-page-", "_page_", "/page", "/seite-", "-seite-", "/halaman-", "/halaman/", "/seite/", "/pagina/", "-pagina-", "/p", "-p", "_p", "/", "_", "-", ","} {
				if rest, ok := strings.CutSuffix(head, sign); ok && rest != "" && strings.Trim(rest, "/") != "" {
					number, path = n, rest
					break
				}
			}
		}
	}
	return max(number, 1), u.Host + path + ext + "?" + query.Encode()
}

// smallNumber reads a page number; 0: it is none.
func smallNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 99 || len(s) > 2 {
		return 0
	}
	return n
}

func pageKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Fragment = ""
	n, stem := cutPage(u)
	if isWhole(u) {
		return stem + " whole"
	}
	return stem + " " + strconv.Itoa(n)
}
