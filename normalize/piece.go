package normalize

import (
	"strings"

	"golang.org/x/net/html"

	"dateline/news"
)

// piece is one block of a page as it was read, before anything is decided
// about it.
type piece struct {
	kind    news.BlockKind
	role    role
	text    string
	links   []news.Link // of a picture: the one it is, without a place
	linked  int         // bytes of text that are links
	bold    bool        // all of the text
	italic  bool
	level   int // of a heading element, 1 to 6; 0: it is none
	marked  bool
	runIn   bool // a bold line that its paragraph begins with
	tail    int  // where the element in the line begins that the text ends with; 0: none does
	ordered bool
	list    *html.Node // the innermost list the text is an item of
	rows    [][]string
	figure  *news.Figure
	frame   *html.Node // the figure element around it
	node    *html.Node // the block element it stood in
	under   *html.Node // the innermost element it stood in
	flags   flags      // of all elements above it
	count   int        // of words, once counted
	folded  []string   // the folded words, once read
}

// role is what the markup says about a piece of text.
type role uint8

const (
	roleBody role = iota
	roleCaption
	roleCredit
)

// flags are what the class and id words of an element, or its name, say.
type flags uint16

const (
	flagFurniture flags = 1 << iota // share bars, related boxes, promotions
	flagComments
	flagCaption
	flagCredit
	flagByline
	flagDate
	flagStandfirst
	flagSubhead
	flagBody // words that outlets call an article's text
	flagAside
	flagTitle
	flagKicker
	flagPost  // an embedded post of a network
	flagPlace // where a report was sent from
)

// words counts the piece's words.
func (p *piece) words() int {
	if p.count == 0 {
		p.count = countWords(p.text)
	}
	return p.count
}

// foldedUpTo gives the folded words of a text that only matters while it is
// short: nil for one longer than limit bytes.
func (p *piece) foldedUpTo(limit int) []string {
	if len(p.text) > limit {
		return nil
	}
	if p.folded == nil {
		p.folded = wordsOf(p.text)
	}
	return p.folded
}

// key is the form in which repetitions of the text are found.
func (p *piece) key() string { return strings.Join(p.foldedUpTo(len(p.text)), " ") }

// density is the share of the text that is links.
func (p *piece) density() float64 {
	if len(p.text) == 0 {
		return 0
	}
	return float64(p.linked) / float64(len(p.text))
}

// clean reports whether the piece reads like running text.
func (p *piece) clean() bool {
	if p.kind != news.Paragraph && p.kind != news.Quote && p.kind != news.List && p.kind != news.Code || p.role != roleBody || p.level > 0 {
		return false
	}
	n := p.words()
	return p.density() < 0.4 && (n >= 20 || n >= 8 && closes(p.text) || n >= 12 && unstopped(p.text))
}

// within reports whether the piece stands under n.
func (p *piece) within(n *html.Node) bool { return within(p.under, n) }

// withinAny reports whether the piece stands under one of some elements.
func (p *piece) withinAny(elements map[*html.Node]bool) bool {
	for n := p.under; n != nil; n = n.Parent {
		if elements[n] {
			return true
		}
	}
	return false
}

// textIn is the element whose own paragraph a piece of running text is; nil: it
// is none.
func (p *piece) textIn() *html.Node {
	if p.kind != news.Paragraph || p.node == nil || !p.clean() {
		return nil
	}
	return p.node.Parent
}

// within reports whether an element is n or stands under it.
func within(element, n *html.Node) bool {
	for ; element != nil; element = element.Parent {
		if element == n {
			return true
		}
	}
	return false
}
