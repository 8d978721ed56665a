package normalize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/news"
)

// run is the text being gathered for the next piece.
type run struct {
	text    []byte
	links   []news.Link
	linked  int
	tagged  int // bytes of links to the article's tags
	bold    int // bytes that were bold
	italic  int
	upright int // bytes of links that were not italic
	marks   int
	solid   int // bytes that are not space
	space   bool
	breaks  int  // line breaks since the last text
	runIn   bool // the paragraph goes on in another letter on the next line
	inLink  bool // the last word was of a link
	beside  bool // an element begins right behind another
	tail    int  // where the last element in a line began, and where it ended
	tailEnd int
	from    context
}

// add puts text to the run, its white space collapsed. Words that single spaces
// part are put at once.
func (w *walker) add(text string, ctx *context) {
	start, spaces := 0, 0
	for i := 0; i < len(text); {
		if c := text[i]; c > ' ' && c < 0xC2 && c != 0x7F {
			i++
			continue
		}
		size, shown := blank(text[i:])
		if size == 0 {
			i++
			continue
		}
		if i > start && text[i] == ' ' && i+1 < len(text) && !isBlank(text[i+1:]) {
			spaces++
			i++
			continue
		}
		if i > start {
			w.addWords(text[start:i], spaces, ctx)
		}
		w.run.space = w.run.space || shown
		i += size
		start, spaces = i, 0
	}
	if start < len(text) {
		w.addWords(text[start:], spaces, ctx)
	}
}

func isBlank(s string) bool {
	size, _ := blank(s)
	return size > 0
}

// blank gives the length of the blank that s begins with, 0 where it begins
// with none, and whether a reader sees it as a space.
func blank(s string) (size int, shown bool) {
	switch c := s[0]; {
	case c == ' ', '\t' <= c && c <= '\r':
		return 1, true
	case c < ' ', c == 0x7F:
		return 1, false
	case c == 0xC2, c == 0xE2, c == 0xE3, c == 0xEF:
		r, size := utf8.DecodeRuneInString(s)
		switch r {
		case '\u0085', '\u00a0', '\u2028', '\u2029', '\u3000':
			return size, true
		}
		if unseen(r) {
			return size, false
		}
	}
	return 0, false
}

// unseen reports whether a character is none of a text: one that only says
// where a line may break, a control character, which a terminal would obey, or
// one that turns the direction of all that follows.
func unseen(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\ufeff', '\u202d', '\u202e', '\ufffe', '\uffff':
		return true
	}
	return r < ' ' && (r < '\t' || r > '\r') || 0x7F <= r && r < 0xA0 && r != '\u0085'
}

// addWords puts words to the run that are parted by so many single spaces.
func (w *walker) addWords(words string, spaces int, ctx *context) {
	r := &w.run
	if r.breaks >= 2 && r.solid > 0 {
		w.flush()
	}
	if r.breaks == 1 && r.solid > 0 && r.bold == r.solid && !ctx.bold && r.from.level == 0 {
		r.runIn = true
		w.flush()
	}
	if r.solid == 0 {
		r.from = *ctx
	} else if r.space || (ctx.inLink != r.inLink || r.beside) && glued(r.text, words) || r.beside && numberBeside(r.text, words) {
		r.text = append(r.text, ' ')
	}
	r.inLink, r.beside = ctx.inLink, false
	r.space, r.breaks = false, 0
	start := len(r.text)
	r.text = append(r.text, words...)
	solid := len(words) - spaces
	r.solid += solid
	if ctx.bold {
		r.bold += solid
	}
	if ctx.italic {
		r.italic += solid
	} else if ctx.inLink {
		r.upright += solid
	}
	if ctx.marked {
		r.marks += solid
	}
	if !ctx.inLink {
		return
	}
	if ctx.inTag {
		r.tagged += solid
	}
	end := len(r.text)
	if last := len(r.links) - 1; last >= 0 && r.links[last].URL == ctx.link && start-r.links[last].End <= 1 {
		r.linked += end - r.links[last].End
		r.links[last].End = end
		return
	}
	r.linked += end - start
	r.links = append(r.links, news.Link{Start: start, End: end, URL: ctx.link})
}

// glued reports whether words follow another without a blank where only style
// sets them apart: a small letter before a capital, "Ann LeeStaff Writer".
func glued(text []byte, words string) bool {
	last, _ := utf8.DecodeLastRune(text)
	return lower(last) && unicode.IsUpper(firstRune(words))
}

// numberBeside reports whether a number follows a word, or a word a number,
// without a blank: "Ann Lee" and "3 May" of two elements.
func numberBeside(text []byte, words string) bool {
	last, _ := utf8.DecodeLastRune(text)
	first := firstRune(words)
	return unicode.IsLetter(last) && unicode.IsDigit(first) || unicode.IsDigit(last) && unicode.IsLetter(first)
}

func (w *walker) lineBreak() {
	w.run.space = true
	w.run.breaks++
}

// flush ends the run and makes a piece of it.
func (w *walker) flush() {
	r := &w.run
	if r.solid == 0 {
		r.space, r.breaks = false, 0
		return
	}
	ctx := r.from
	p := piece{
		kind: news.Paragraph, role: ctx.role, text: string(r.text), links: r.links, linked: r.linked,
		bold: r.bold*20 >= r.solid*19, italic: r.italic > r.upright && r.italic*20 >= (r.solid-r.upright)*19, marked: r.marks == r.solid,
		level: ctx.level, ordered: ctx.ordered, list: ctx.list, frame: ctx.frame, node: ctx.block, flags: ctx.flags, runIn: r.runIn,
	}
	switch {
	case ctx.level > 0:
		p.kind = news.Heading
	case ctx.quote:
		p.kind = news.Quote
	case ctx.list != nil:
		p.kind = news.List
	}
	if r.tailEnd == len(r.text) {
		p.tail = r.tail
	}
	p.links = withAddress(p.links)
	tags := r.tagged*2 > r.solid
	w.run = run{text: r.text[:0]}
	if tags && ctx.level == 0 {
		return
	}
	w.emit(p)
}

func (w *walker) emit(p piece) {
	p.under = w.under
	if n := p.node; n != nil && n.Parent == w.under && n.DataAtom == atom.Div {
		p.under = n // the last line of a box stands in it as the others do
	}
	w.pieces = append(w.pieces, p)
}

// preformatted keeps the lines of a pre element as they are.
func (w *walker) preformatted(n *html.Node, ctx context) {
	var b strings.Builder
	rawText(n, &b)
	if text := strings.Trim(strings.ReplaceAll(b.String(), "\r", ""), "\n"); strings.TrimSpace(text) != "" {
		w.emit(piece{kind: news.Code, text: strings.TrimRight(text, " \t\n"), node: n, flags: ctx.flags})
	}
}
