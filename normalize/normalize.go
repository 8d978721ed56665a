package normalize

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// Hints are what is known of a text besides itself. Any may be empty.
type Hints struct {
	URL     string
	Lang    string
	Title   string
	Summary string // plain text
	Now     time.Time
	Zone    *time.Location // of dates that name none
	Sites   Sites          // the user's rules for hosts
}

// maxPage bounds what is read of one page, in bytes.
const maxPage = 8 << 20

// briefWords is the length below which an article is a brief.
const briefWords = 80

// Page edits an article's pages, in order.
func Page(pages []news.Page, h Hints) news.Article {
	var a news.Article
	for i, page := range pages {
		if i == maxPages {
			break
		}
		part := onePage(page, h)
		if i == 0 {
			a = part
			if h.Title == "" {
				h.Title = a.Headline
			}
		} else {
			join(&a, &part)
		}
	}
	a.Pages = min(len(pages), maxPages)
	if a.Kind == news.KindBrief && len(pages) > 1 && !isBrief(&a) {
		a.Kind = news.KindArticle
	}
	if len(pages) > 1 && len(a.Body) > 0 {
		a.Truncated = false
	}
	return a
}

// onePage edits one page.
func onePage(page news.Page, h Hints) news.Article {
	if page.Address == "" {
		page.Address = h.URL
	}
	if len(page.HTML) > maxPage {
		page.HTML = page.HTML[:maxPage]
	}
	markup := validText(string(page.HTML))
	h.Title, h.Summary = validText(h.Title), validText(h.Summary)
	if isDump(markup) {
		a := Text(markup, h)
		a.Link = news.CleanLink(page.Address)
		return a
	}
	root := parse(markup)
	if root == nil {
		return Text(flatText(markup), h)
	}
	m := readMeta(root)
	base := baseOf(page.Address, m.base)
	rule := h.Sites.For(page.Address)
	rule.prepare(root)
	pieces := readTree(root, base, false)
	chosen := rule.pieces(root, base)
	missed := rule != nil && rule.body != nil && chosen == nil
	v := newVouchers(m.body, appendNew(m.summary, h.Summary))
	var before, behind []piece
	if chosen == nil {
		chosen, before, behind = choose(pieces, v)
	}
	title := headlineIn(m.title, pieces)
	site := appendNew(appendNew(m.site, hostName(base)), outletsIn(m.titles, title)...)
	if h.Title != "" && (title == "" || similar(h.Title, title) < 0.3) {
		title = h.Title
	}
	o := DateOptions{Lang: or(m.lang, h.Lang), Now: h.Now, Zone: h.Zone}
	links, clean := shares(pieces)
	live := isLive(chosen)
	d := edit(chosen, claims{titles: appendNew(cutTitles(m.titles, site), title, h.Title), summary: appendNew(m.summary, h.Summary), site: site, authors: m.authors, dates: o, vouched: v})
	d.lookAround(before, behind)
	a := d.article(h, m.lang)
	if told := countWords(m.body); told >= 60 && wordsIn(&a) < 30 {
		a = scripted(a, m.body, title, h) // a script would have put the text there
	}
	a.Link = news.CleanLink(or(resolve(base, m.canonical), page.Address))
	a.Headline = title
	if len(m.summary) > 0 {
		a.Lede = m.summary[0]
	}
	if len(m.authors) > 0 {
		a.Byline = m.authors
	}
	a.Published = publishedDate(m, d, page.Address, o)
	if t := pageDate(o, m.updated); !t.IsZero() {
		a.Updated = t
	}
	a.Kind = kindOf(&a, m, links, clean)
	if live && (a.Kind == news.KindArticle || a.Kind == news.KindBrief) {
		a.Kind = news.KindLive
	}
	lead(&a, resolve(base, m.image))
	d.describe(a.Lead)
	rule.correct(&a, root, base, o)
	if missed {
		a.Note = "the rule for " + rule.host + " finds no text on the page: it was read in the general way"
	}
	return a
}

// scripted is an article whose page holds its text only in what it says to
// machines.
func scripted(a news.Article, body, title string, h Hints) news.Article {
	h.Title, h.Summary = title, ""
	t := Text(body, h)
	a.Body, a.Lang, a.Truncated = t.Body, t.Lang, t.Truncated
	a.Dateline, a.Agency = or(t.Dateline, a.Dateline), or(t.Agency, a.Agency)
	a.Byline = appendNew(a.Byline, t.Byline...)
	return a
}

// cutTitles adds to each title its form without the outlet.
func cutTitles(titles, site []string) []string {
	var all []string
	for _, t := range titles {
		all = appendNew(all, t, withoutOutlet(t, site, true))
	}
	return all
}

// article is the draft as an article.
func (d *draft) article(h Hints, lang string) news.Article {
	a := news.Article{Byline: d.byline, Agency: d.agency, Published: d.published, Updated: d.updated, Lede: d.lede, Kicker: d.kicker, Truncated: d.truncated}
	a.Body = d.blocks()
	liftDateline(&a)
	a.Dateline = or(a.Dateline, d.place)
	text := firstText(&a, languageBytes)
	if len(text) < 200 {
		text = strings.Join(d.titles, ". ") + ". " + text
	}
	a.Lang = Language(text, lang, h.Lang)
	return a
}

// firstText is the article's text up to about so many bytes.
func firstText(a *news.Article, limit int) string {
	short := news.Article{Body: a.Body}
	size := 0
	for i := range a.Body {
		if size += len(a.Body[i].Text); size >= limit {
			short.Body = a.Body[:i+1]
			break
		}
	}
	return firstBytes(short.Text(), limit)
}

// isBrief reports whether an article has few words, and counts no further.
func isBrief(a *news.Article) bool {
	n := 0
	for i := range a.Body {
		if b := &a.Body[i]; b.Kind != news.Table && b.Kind != news.Picture {
			if n += countWords(b.Plain()); n >= briefWords {
				return false
			}
		}
	}
	return true
}

// wordsIn counts the words of the article's text.
func wordsIn(a *news.Article) int {
	n := 0
	for i := range a.Body {
		if b := &a.Body[i]; b.Kind != news.Table && b.Kind != news.Picture {
			n += countWords(b.Plain())
		}
	}
	return n
}

// liftDateline takes place and agency off the first paragraph.
func liftDateline(a *news.Article) {
	for i := range a.Body {
		b := &a.Body[i]
		if b.Kind != news.Paragraph {
			continue
		}
		parts, rest, ok := splitDateline(b.Text)
		if !ok || rest == "" {
			return
		}
		cut := len(b.Text) - len(rest)
		if b.Text[cut:] != rest {
			b.Links = nil
		}
		kept := b.Links[:0]
		for _, l := range b.Links {
			if l.Start >= cut {
				kept = append(kept, news.Link{Start: l.Start - cut, End: l.End - cut, URL: l.URL})
			}
		}
		if b.Links = kept; len(kept) == 0 {
			b.Links = nil
		}
		b.Text = rest
		a.Dateline = or(a.Dateline, parts.Place)
		a.Agency = or(a.Agency, parts.Agency)
		a.Byline = appendNew(a.Byline, parts.Byline...)
		return
	}
}

// lead lifts the picture above the text out of the body.
func lead(a *news.Article, image string) {
	for i, b := range a.Body {
		if b.Kind != news.Picture {
			break
		}
		if b.Figure.Src != "" || b.Figure.Caption != "" {
			a.Lead = b.Figure
			a.Body = append(a.Body[:i:i], a.Body[i+1:]...)
			break
		}
	}
	if image == "" || isPixel(image) {
		return
	}
	switch {
	case a.Lead == nil:
		a.Lead = &news.Figure{Src: image}
		for i, b := range a.Body {
			if b.Kind == news.Picture && samePicture(b.Figure.Src, image) {
				a.Lead = b.Figure
				a.Body = append(a.Body[:i:i], a.Body[i+1:]...)
				break
			}
		}
	case a.Lead.Src == "":
		a.Lead.Src = image
	}
}

// describe gives a picture without a caption, or without a credit, what the
// small print says of it.
func (d *draft) describe(f *news.Figure) {
	if f == nil || f.Credit != "" {
		return
	}
	if f.Caption == "" {
		f.Caption = d.cover.Caption
	}
	f.Credit = d.cover.Credit
}

func samePicture(a, b string) bool {
	cut := func(s string) string {
		s, _, _ = strings.Cut(s, "?")
		return s[strings.LastIndexByte(s, '/')+1:]
	}
	return a != "" && cut(a) == cut(b)
}

// join adds the body of a further page, without what is there already.
func join(a, part *news.Article) {
	seen := map[string]bool{key(a.Headline): true}
	for _, b := range a.Body {
		seen[blockKey(&b)] = true
	}
	if a.Lead != nil {
		seen[blockKey(&news.Block{Kind: news.Picture, Figure: a.Lead})] = true
	}
	if part.Lead != nil && part.Lead.Caption != "" {
		part.Body = append([]news.Block{{Kind: news.Picture, Figure: part.Lead}}, part.Body...)
	}
	if part.Dateline != "" && a.Dateline == "" {
		a.Dateline = part.Dateline
	}
	fresh := part.Body[:0]
	for _, b := range part.Body {
		if k := blockKey(&b); k == "" || !seen[k] {
			seen[k] = true
			fresh = append(fresh, b)
		}
	}
	a.Body = append(a.Body, joinSeam(a.Body, fresh)...)
	a.Truncated = part.Truncated
}

// joinSeam makes one paragraph of the last before and the first after a turn
// of the page, where the sentence goes on there, and returns what is left to
// add.
func joinSeam(before, after []news.Block) []news.Block {
	if len(before) == 0 || len(after) == 0 {
		return after
	}
	last, first := &before[len(before)-1], &after[0]
	if last.Kind != news.Paragraph || first.Kind != news.Paragraph || closes(last.Text) {
		return after
	}
	r := firstRune(first.Text)
	space := " "
	switch {
	case news.Unspaced(r):
		space = ""
	case !unicode.IsLower(r) && (unicode.IsUpper(r) || !unicode.IsLetter(r)):
		return after // it begins anew
	}
	shift := len(last.Text) + len(space)
	last.Text += space + first.Text
	for _, l := range first.Links {
		last.Links = append(last.Links, news.Link{Start: l.Start + shift, End: l.End + shift, URL: l.URL})
	}
	return after[1:]
}

func blockKey(b *news.Block) string {
	if b.Kind == news.Picture {
		return "picture " + or(key(b.Figure.Caption), b.Figure.Src)
	}
	return key(b.Plain())
}

func baseOf(address, base string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		u = nil
	}
	if base == "" {
		return u
	}
	if u == nil {
		if b, err := url.Parse(base); err == nil && b.Host != "" {
			return b
		}
		return nil
	}
	if b, err := u.Parse(base); err == nil {
		return b
	}
	return u
}

// hostName is the name part of a host: "news" of www.news.example.
func hostName(u *url.URL) string {
	if u == nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// validText is s with the replacement character for what is not UTF-8.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
