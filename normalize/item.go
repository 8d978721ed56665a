package normalize

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"dateline/news"
)

// Article edits one feed item. Pages, of which there may be none, are those of
// the linked article, in order. Where they give a poorer text than the feed
// itself, the feed's is taken and Note says why. ID, Filed, Changed, Topics
// and Matches are left for the desk.
func Article(src news.Source, it *news.Item, pages []news.Page, now time.Time) news.Article {
	return Sites(nil).Article(src, it, pages, now)
}

// Article is Article by the rules for the pages' hosts where there are any.
func (s Sites) Article(src news.Source, it *news.Item, pages []news.Page, now time.Time) news.Article {
	h := Hints{Sites: s, URL: it.Link, Lang: or(src.Lang, it.Lang), Title: withoutOutlet(plainTitle(it.Title), []string{src.Title, src.Publisher}, false), Now: now}
	a := fromFeed(it, h)
	if len(pages) > 0 {
		h.Summary = a.Lede
		a = better(a, Page(pages, h), h.Title)
	}
	a.Source, a.Outlet, a.Publisher = src.ID, or(src.Title, string(src.ID)), src.Publisher
	a.GUID, a.Link = it.GUID, news.CleanLink(it.Link)
	a.Headline = or(h.Title, a.Headline)
	a.Categories, a.Rights, a.RightsLine = it.Categories, src.Rights, oneLine(it.Rights)
	if !it.Published.IsZero() {
		a.Published = it.Published
	} else if t, ok := ParseDate(it.DateText, DateOptions{Lang: a.Lang, Now: now}); ok && it.DateText != "" {
		a.Published = t
	}
	if !it.Updated.IsZero() {
		a.Updated = it.Updated
	}
	if names := authors(it.Authors); len(names) > 0 {
		a.Byline = names
	}
	addMedia(&a, it.Media)
	return a
}

// better chooses between the feed's text and the page's.
func better(feed, page news.Article, title string) news.Article {
	had, got := wordsIn(&feed), wordsIn(&page)
	switch {
	case page.Kind == news.KindConsent:
		feed.Note = "the page is a consent wall: the feed's own text is used"
	case page.Kind == news.KindIndex:
		feed.Note = "the page is a list, not an article: the feed's own text is used"
	case got == 0:
		feed.Note = "no text was found on the page: the feed's own text is used"
	case got*2 < had:
		feed.Note = "the page has far less text than the feed: the feed's own text is used"
	default:
		page.Lede = or(feed.Lede, page.Lede)
		if feed.Lead != nil && page.Lead == nil {
			page.Lead = feed.Lead
		}
		return page
	}
	return feed
}

// fromFeed edits what the feed itself says.
func fromFeed(it *news.Item, h Hints) news.Article {
	base, err := url.Parse(or(it.Base, it.Link))
	if err != nil || base.Host == "" {
		base = nil
	}
	summary, content := it.Summary, it.Content
	if strings.TrimSpace(content) == "" {
		content = summary
	}
	c := claims{titles: []string{h.Title}, feed: true, dates: DateOptions{Lang: h.Lang, Now: h.Now}}
	var a news.Article
	if isDump(content) {
		a = Text(html.UnescapeString(content), Hints{URL: h.URL, Lang: or(it.Lang, h.Lang), Title: h.Title, Now: h.Now})
	} else {
		pieces := fragment(content, base)
		d := edit(slices.Clone(pieces), c)
		if !slices.ContainsFunc(d.pieces, func(p piece) bool { return p.text != "" || len(p.rows) > 0 }) {
			d.pieces = bare(pieces, d)
		}
		a = d.article(h, it.Lang)
	}
	if !isDump(summary) {
		a.Lede = ledeOf(fragment(summary, base), c)
	}
	if a.Lede == "" {
		for _, b := range a.Body {
			if b.Kind == news.Paragraph {
				a.Lede = b.Text
				break
			}
		}
	}
	a.Kind = news.KindArticle
	if isBrief(&a) {
		a.Kind = news.KindBrief
	}
	a.Headline = or(h.Title, a.Headline)
	lead(&a, "")
	return a
}

// bare is what is left of a text so short that trimming took all of it: what
// is neither the title nor furniture nor the caption of a picture; of an item
// without a title, everything.
func bare(pieces []piece, d *draft) []piece {
	var left []piece
	for i := range pieces {
		if p := &pieces[i]; len(d.keys) == 0 && len(d.pieces) == 0 || !d.isTitle(p) && !isFurniture(p) && !captions(d.pieces, p) {
			left = append(left, *p)
		}
	}
	return left
}

// captions reports whether a text stands under one of the pictures.
func captions(pictures []piece, p *piece) bool {
	return p.text != "" && (p.role != roleBody || slices.ContainsFunc(pictures, func(q piece) bool {
		return q.figure != nil && (q.figure.Caption != "" && strings.Contains(p.text, q.figure.Caption) || q.figure.Credit != "" && strings.Contains(p.text, q.figure.Credit))
	}))
}

// ledeOf is the first text of a summary.
func ledeOf(pieces []piece, c claims) string {
	a := news.Article{Body: edit(pieces, c).blocks()}
	liftDateline(&a)
	var parts []string
	for _, b := range a.Body {
		if text := b.Plain(); text != "" && b.Kind != news.Table {
			parts = append(parts, oneLine(text))
		}
		if countWords(strings.Join(parts, " ")) > 40 {
			break
		}
	}
	return strings.Join(parts, " ")
}

// fragment reads the HTML of a feed. Markup that was escaped once too often is
// read as markup.
func fragment(markup string, base *url.URL) []piece {
	markup = validText(firstBytes(markup, maxPage))
	if !strings.Contains(markup, "<") && strings.Contains(markup, "&lt;") && strings.Contains(markup, "&gt;") {
		markup = html.UnescapeString(markup)
	}
	if strings.TrimSpace(markup) == "" {
		return nil
	}
	if !strings.Contains(markup, "<") && strings.Contains(strings.TrimSpace(markup), "\n\n") {
		return dumpPieces(readLines(html.UnescapeString(markup)))
	}
	root := parse(markup)
	if root == nil {
		return dumpPieces(readLines(flatText(markup)))
	}
	return readTree(root, base, true)
}

// plainTitle is a title without markup.
func plainTitle(title string) string {
	title = mend(validText(title))
	if strings.ContainsAny(title, "<&") {
		if root, err := html.Parse(strings.NewReader(firstBytes(title, 10000))); err == nil {
			if text := plainText(root); text != "" {
				return text
			}
		}
	}
	return oneLine(title)
}

func authors(people []news.Person) []string {
	var names []string
	for _, p := range people {
		name := oneLine(p.Name)
		if split, _, ok := splitByline(name); ok && len(split) > 0 {
			names = appendNew(names, split...)
			continue
		}
		if !strings.Contains(name, "@") {
			names = appendNew(names, name)
		}
	}
	return names
}

// addMedia files the item's enclosures: pictures are figures, the rest media.
func addMedia(a *news.Article, media []news.Media) {
	have := map[string]*news.Figure{}
	for _, f := range a.Figures() {
		have[f.Src] = f
	}
	for _, m := range media {
		m.URL = news.CleanLink(m.URL)
		if m.URL == "" || m.Width == 1 || m.Height == 1 || isPixel(m.URL) {
			continue
		}
		if !isPicture(&m) {
			a.Media = append(a.Media, m)
			continue
		}
		text, credit := splitCredit(oneLine(m.Description))
		f := have[m.URL]
		if f == nil && m.Thumbnail && a.Lead != nil {
			continue
		}
		if f == nil {
			f = &news.Figure{Src: m.URL, Alt: oneLine(m.Title)}
			have[m.URL] = f
			if a.Lead == nil || a.Lead.Src == "" {
				if a.Lead != nil {
					f.Caption, f.Credit = a.Lead.Caption, a.Lead.Credit
				}
				a.Lead = f
			} else if a.Lead.Caption == "" && text == "" {
				continue
			} else {
				a.Body = append(a.Body, news.Block{Kind: news.Picture, Figure: f})
			}
		}
		f.Caption, f.Credit = or(f.Caption, text), or(f.Credit, or(oneLine(m.Credit), credit))
		f.Type, f.Length = or(f.Type, m.Type), cmp.Or(f.Length, m.Length)
		f.Width, f.Height = cmp.Or(f.Width, m.Width), cmp.Or(f.Height, m.Height)
	}
}

func isPicture(m *news.Media) bool {
	if m.Medium != "" {
		return m.Medium == "image"
	}
	if m.Type != "" {
		return strings.HasPrefix(m.Type, "image/")
	}
	path, _, _ := strings.Cut(strings.ToLower(m.URL), "?")
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"} {
		if strings.HasSuffix(path, ext) {
			return true
		}
	}
	return m.Thumbnail
}
