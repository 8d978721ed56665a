package normalize

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/news"
)

// maxPieces bounds what is read of one page.
const maxPieces = 20000

// walker reads a tree into pieces. It changes nothing in it.
type walker struct {
	base     *url.URL
	pieces   []piece
	classes  map[string]flags
	run      run
	under    *html.Node         // the element being read
	heft     map[*html.Node]int // bytes of text in paragraphs under a node
	total    int
	fragment bool
}

// context is what the elements above a text say about it.
type context struct {
	block   *html.Node
	list    *html.Node
	ordered bool
	frame   *html.Node
	quote   bool
	pre     bool
	bold    bool
	italic  bool
	marked  bool
	level   int
	role    role
	link    string
	inLink  bool
	inTag   bool // the link leads to a tag's page
	flags   flags
	depth   int
}

// readTree lists the pieces under n.
func readTree(n *html.Node, base *url.URL, fragment bool) []piece {
	w := &walker{base: base, classes: map[string]flags{}, heft: map[*html.Node]int{}, fragment: fragment}
	w.total = w.weigh(n)
	w.children(n, context{})
	w.flush()
	return w.pieces
}

// readElement lists the pieces of an element that holds a picture and what is
// said of it.
func readElement(n *html.Node, base *url.URL) []piece {
	w := &walker{base: base, classes: map[string]flags{}, heft: map[*html.Node]int{}, fragment: true}
	w.total = w.weigh(n)
	w.element(n, context{frame: n})
	w.flush()
	return w.pieces
}

// weigh notes how much of the page's paragraphs stands under each element.
func (w *walker) weigh(n *html.Node) int {
	sum := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			if len(c.Data) > 60 {
				sum += len(c.Data)
			}
		case html.ElementNode:
			switch c.DataAtom {
			case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg:
				continue
			}
			sum += w.weigh(c)
		}
	}
	if sum > 0 {
		w.heft[n] = sum
	}
	return sum
}

func (w *walker) children(n *html.Node, ctx context) {
	above := w.under
	w.under = n
	for c := n.FirstChild; c != nil && len(w.pieces) < maxPieces; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			w.add(mend(c.Data), &ctx)
		case html.ElementNode:
			w.element(c, ctx)
		}
	}
	w.under = above
}

func (w *walker) element(n *html.Node, ctx context) {
	if skipped(n) {
		if n.DataAtom == atom.Noscript {
			w.noscript(n, ctx)
		}
		return
	}
	own := w.ownFlags(n, &ctx)
	if w.junk(n, own) {
		if !inline(n.DataAtom) {
			w.flush()
		}
		return
	}
	above := ctx.role
	ctx.depth++
	ctx.flags |= own
	ctx.bold = ctx.bold || setsBold(n)
	ctx.role = w.roleOf(n, own, &ctx)
	if ctx.role != roleBody && w.run.solid == 0 && namesPicture(n) {
		return
	}
	if w.alone(n, ctx) {
		return
	}
	if inline(n.DataAtom) && !blockStyled(n) {
		w.inline(n, ctx)
		if above == roleBody && ctx.role != roleBody {
			w.flush() // the text that follows is none of the caption
		}
		return
	}
	w.flush()
	w.block(n, ctx)
	w.flush()
}

// ownFlags are an element's flags without those that its size or its place belie.
func (w *walker) ownFlags(n *html.Node, ctx *context) flags {
	own := w.flagsOf(n)
	if heft := w.heft[n]; heft > 700 || heft > 120 && 2*heft > w.total { // such words are about a line or two, not about a text
		own &^= flagByline | flagDate | flagStandfirst | flagKicker | flagTitle | flagSubhead | flagCredit
	}
	if own&flagBody != 0 && holdsTitle(n, 0) {
		own &^= flagBody // the whole page by that name
	}
	if own&flagFurniture != 0 && (own&flagCredit != 0 || (ctx.frame != nil || w.belowPicture(n)) && namesOwner(n)) {
		own = own&^flagFurniture | flagCredit // the rights in a picture are its credit
	}
	return own
}

// roleOf is the role of an element's text by its own flags, else that of the
// element above it.
func (w *walker) roleOf(n *html.Node, own flags, ctx *context) role {
	heft, framed := w.heft[n], ctx.frame != nil
	switch {
	case !framed && own&flagStandfirst != 0:
	case own&flagCredit != 0 && (ctx.flags&flagByline == 0 || framed && own&flagByline == 0) && heft < 400:
		return roleCredit
	case framed && own&flagByline != 0 && ctx.role == roleCaption && heft < 100: // whose picture it is
		return roleCredit
	case own&flagCaption != 0 && heft < 1500 && hasNoPicture(n):
		return roleCaption
	}
	return ctx.role
}

// alone reads the elements that hold no text to walk on in: pictures, tables of
// data, line breaks and rules.
func (w *walker) alone(n *html.Node, ctx context) bool {
	switch n.DataAtom {
	case atom.Br:
		w.lineBreak()
	case atom.Img:
		w.image(n, ctx)
	case atom.Hr:
		w.flush()
	case atom.Wbr:
	case atom.Table:
		rows := dataTable(n)
		if rows == nil {
			return false
		}
		w.flush()
		w.emit(piece{kind: news.Table, rows: rows, node: n, flags: ctx.flags})
	default:
		return false
	}
	return true
}

// afterPointer reports whether what was gathered is the label of a pointer to
// another article, which only style sets apart from the link.
func (w *walker) afterPointer() bool {
	r := &w.run
	return r.solid > 0 && r.solid < 60 && !r.space && r.linked == 0 && relatedPhrases.whole(wordsOf(string(r.text)))
}

// belowPicture reports whether a short element comes right behind a picture.
func (w *walker) belowPicture(n *html.Node) bool {
	last := len(w.pieces) - 1
	return last >= 0 && w.pieces[last].kind == news.Picture && w.run.solid == 0 && w.heft[n] == 0
}

// inline walks an element that does not part texts.
func (w *walker) inline(n *html.Node, ctx context) {
	switch n.DataAtom {
	case atom.A:
		if w.afterPointer() {
			w.flush()
		}
		ctx.inLink, ctx.link = true, w.address(attr(n, "href"))
		ctx.inTag = slices.Contains(strings.Fields(attr(n, "rel")), "tag")
	case atom.B, atom.Strong:
		ctx.bold = true
	case atom.I, atom.Em, atom.Small:
		ctx.italic = true
	case atom.Span, atom.Font:
		if style := attr(n, "style"); style != "" && (strings.Contains(style, "bold") || strings.Contains(style, "font-weight: 7") || strings.Contains(style, "font-weight:7")) {
			ctx.bold = true
		}
	case atom.Sup:
		if isReference(n) {
			return
		}
	}
	if setBeside(n) {
		w.run.beside = true
	}
	if ctx.flags&(flagByline|flagDate) != 0 && ctx.depth > 0 {
		w.run.space = true // templates set names and roles apart by style only
	}
	if n.DataAtom == atom.Time { // templates set it apart by style only
		w.run.space = true
		defer func() { w.run.space = true }()
	}
	if ctx.flags&flagSubhead != 0 {
		ctx.marked = true
	}
	if ctx.role != roleBody && w.run.solid > 0 && w.run.from.role != ctx.role {
		w.flush()
		defer w.flush()
	}
	if ctx.role != roleBody {
		w.run.space = true
	}
	opens, start := w.run.solid == 0 && w.flagsOf(n)&flagPlace != 0, len(w.run.text)
	w.children(n, ctx)
	if start > 0 && len(w.run.text) > start {
		w.run.tail, w.run.tailEnd = start, len(w.run.text)
	}
	if opens && w.run.solid > 0 && w.run.solid < 60 && !closes(string(w.run.text)) && !goesOn(n) {
		w.run.space = true
		w.addWords("–", 0, &ctx) // style sets it apart from the sentence
		w.run.space = true
	}
}

// setBeside reports whether an element in a line begins right behind another,
// with nothing between but style.
func setBeside(n *html.Node) bool {
	prev := n.PrevSibling
	return prev != nil && prev.Type == html.ElementNode && namesPart(prev.DataAtom) && namesPart(n.DataAtom)
}

// namesPart reports whether templates set the parts of a line in such elements.
func namesPart(a atom.Atom) bool {
	switch a {
	case atom.Span, atom.A, atom.Time, atom.Strong, atom.B, atom.Em, atom.I, atom.Small, atom.Cite:
		return true
	}
	return false
}

// goesOn reports whether the text behind an element begins with a sign that the
// sentence, or the dateline, goes on behind: ", May 30 --".
func goesOn(n *html.Node) bool {
	next := n.NextSibling
	if next == nil || next.Type != html.TextNode {
		return false
	}
	return strings.ContainsRune(",;:(/.-–—", firstRune(strings.TrimSpace(next.Data)))
}

// block walks an element that does.
func (w *walker) block(n *html.Node, ctx context) {
	ctx.block = n
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		ctx.level = int(n.Data[1] - '0')
	case atom.Ul, atom.Ol:
		ctx.list, ctx.ordered = n, n.DataAtom == atom.Ol
	case atom.Blockquote:
		ctx.quote = true
	case atom.Pre:
		ctx.pre = true
		w.preformatted(n, ctx)
		return
	case atom.Figure:
		ctx.frame = n
	case atom.A:
		ctx.inLink, ctx.link = true, w.address(attr(n, "href"))
	case atom.Figcaption, atom.Caption:
		if ctx.role == roleBody {
			ctx.role = roleCaption
		}
	case atom.Aside:
		ctx.flags |= flagAside
	case atom.Summary: // what a fold is called
		ctx.marked = true
	}
	if ctx.flags&flagSubhead != 0 && ctx.level == 0 && w.heft[n] < 200 {
		ctx.marked = true
	}
	w.children(n, ctx)
}

// junk reports whether an element's own words mark it as none of the article.
// An element that holds most of the page's text is not judged by its words:
// templates say "has-sidebar" on the body element.
func (w *walker) junk(n *html.Node, own flags) bool {
	switch n.DataAtom {
	case atom.Html, atom.Body, atom.Article, atom.Main:
		return false
	case atom.Nav:
		return w.heft[n]*3 < w.total
	case atom.Footer:
		return w.heft[n]*4 < w.total && w.heft[n] > 0 && !insideArticle(n)
	}
	switch {
	case own&flagComments != 0:
		return !holdsTitle(n, 0) && w.heft[n]*10 < w.total*9
	case own&flagFurniture != 0:
		return own&(flagCaption|flagCredit|flagBody) == 0 && !(n.DataAtom == atom.Div && holdsPost(n, 0)) && w.heft[n]*3 < w.total && !holdsTitle(n, 0) && !w.wrapsJunk(n)
	}
	return false
}

// wrapsJunk reports whether an element in the middle of a line holds a word of
// it beside a box that is junk by its own class: the wrapper of a link that
// shows the box when it is pointed at.
func (w *walker) wrapsJunk(n *html.Node) bool {
	if !inline(n.DataAtom) || n.FirstChild == nil || n.FirstChild.NextSibling == nil {
		return false
	}
	for c := n.FirstChild.NextSibling; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && w.flagsOf(c)&flagFurniture != 0 {
			return w.flagsOf(n.FirstChild)&flagFurniture == 0 || n.FirstChild.DataAtom == atom.A
		}
	}
	return false
}

func insideArticle(n *html.Node) bool {
	for n = n.Parent; n != nil; n = n.Parent {
		if n.DataAtom == atom.Article || n.DataAtom == atom.Blockquote {
			return true
		}
	}
	return false
}

// flagsOf reads an element's class words.
func (w *walker) flagsOf(n *html.Node) flags {
	var found flags
	for _, a := range n.Attr {
		switch a.Key {
		case "class", "id", "data-component", "data-testid", "data-block", "data-module", "data-embed", "data-widget", "data-widget-type":
			if len(a.Val) > 400 || a.Val == "" {
				continue
			}
			f, ok := w.classes[a.Val]
			if !ok {
				f = classFlags(a.Val)
				w.classes[a.Val] = f
			}
			found |= f
		case "itemprop":
			switch a.Val {
			case "articleBody":
				found |= flagBody
			case "author":
				found |= flagByline
			case "datePublished", "dateModified":
				found |= flagDate
			case "description":
				found |= flagStandfirst
			case "caption":
				found |= flagCaption
			case "copyrightHolder":
				found |= flagCredit
			}
		case "rel":
			if a.Val == "author" {
				found |= flagByline
			}
		case "role":
			if a.Val == "complementary" || a.Val == "navigation" || a.Val == "dialog" {
				found |= flagFurniture
			}
		}
	}
	return found
}

// address is an address of the page, absolute and clean; empty: none.
func (w *walker) address(raw string) string { return resolve(w.base, raw) }

func resolve(base *url.URL, raw string) string {
	raw = strings.TrimSpace(raw)
	if raw == "" || strings.HasPrefix(raw, "#") {
		return ""
	}
	if base != nil {
		u, err := base.Parse(raw)
		if err != nil {
			return ""
		}
		raw = u.String()
	}
	return news.CleanLink(raw)
}
