package normalize

import (
	"strings"

	"dateline/news"
)

// parts gives the pieces of the text, with the captions above it in front, and
// those above and below it that may tell who wrote it and when. What the outlet
// says under the headline comes before what stands over it.
func (l *layout) parts() (text, above, below []piece) {
	if l.first < 0 {
		return dumpPieces(l.lines), nil, nil
	}
	var over []piece
	for i, line := range l.lines[:l.first] {
		p := piece{kind: news.Paragraph, text: line}
		switch {
		case i == l.title:
		case i > l.title && l.caption(i) != "":
			p.role, p.text = roleCaption, l.caption(i)
			text = append(text, p)
		case i > l.title:
			if l.kinds[i] == lineShort && i == l.title+1 && countWords(line) >= 5 && !isMailbox(&p) || l.kinds[i] == lineText {
				p.flags |= flagStandfirst
			}
			above = append(above, p)
		default:
			over = append(over, p)
		}
	}
	text = append(text, l.body()...)
	for _, line := range l.lines[l.last+1:] {
		below = append(below, piece{kind: news.Paragraph, text: line})
	}
	return text, append(above, over...), below
}

// body gives the pieces of the text itself, without the menus and pointers
// between its paragraphs.
func (l *layout) body() []piece {
	var pieces []piece
	teasers := l.teaserPointers()
	for i := l.first; i <= l.last; i++ {
		if l.kinds[i] == linePointer {
			if teasers[i] {
				break
			}
			i = l.pastPointed(i)
			continue
		}
		if l.kinds[i] == lineFurniture && (!runsOn(l.lines[i]) || countWords(l.lines[i]) <= 12) {
			continue
		}
		if n := l.menuAt(i); n >= longestMenu {
			i += n - 1
			continue
		}
		if i < l.last && l.kinds[i] == lineShort && l.lines[i] == l.lines[i+1] { // what a picture is called, and its caption
			i++
			pieces = append(pieces, piece{kind: news.Paragraph, role: roleCaption, text: l.lines[i]})
			continue
		}
		if i < l.last && l.kinds[i] == lineShort && l.kinds[i+1] == lineCredit {
			i++
			pieces = append(pieces, piece{kind: news.Paragraph, role: roleCaption, text: l.caption(i)})
			continue
		}
		if i < l.last && l.kinds[i] == lineShort && l.kinds[i+1] == lineCaption && strings.HasPrefix(l.lines[i+1], l.lines[i]) {
			continue
		}
		pieces = append(pieces, l.piece(i))
	}
	return pieces
}

// pastPointed is the last of the headlines that a pointer stands over. Of several
// lines the last, where it is shorter than headlines are, heads the text.
func (l *layout) pastPointed(pointer int) int {
	i := pointer
	for i < l.last && (l.kinds[i+1] == lineShort || l.kinds[i+1] == linePointer) && !l.numbered(i+1) {
		i++
	}
	if i > pointer+1 && i < l.last && l.kinds[i+1] == lineText {
		last, before := headlineWords(l.lines[i]), headlineWords(l.lines[i-1])
		if last <= 4 && last < before {
			i--
		}
	}
	return i
}

// caption is the caption that a line holds, with that before it where the line
// is no more than a credit; empty: none.
func (l *layout) caption(i int) string {
	switch {
	case l.kinds[i] == lineCaption:
		return l.lines[i]
	case l.kinds[i] == lineCredit && i > 0 && i-1 > l.title && l.kinds[i-1] == lineShort:
		return l.lines[i-1] + " " + l.lines[i]
	}
	return ""
}

func (l *layout) piece(i int) piece {
	p := piece{kind: news.Paragraph, text: l.lines[i]}
	switch l.kinds[i] {
	case lineShort:
		p.marked = i < l.last && (l.kinds[i+1] == lineText || l.kinds[i+1] == lineList || l.numbered(i) || l.numbered(i+1)) && countWords(p.text) <= 14 && !closesSentence(p.text) && !isMailbox(&p)
	case lineCaption:
		p.role = roleCaption
	case lineList:
		_, rest, _ := strings.Cut(p.text, " ")
		p.kind, p.text = news.List, rest
	}
	return p
}

func (l *layout) numbered(i int) bool {
	_, _, ok := headingNumber(l.lines[i])
	return ok
}

// menuAt counts the entries of a menu that begins at a line.
func (l *layout) menuAt(i int) int {
	n := 0
	for i+n <= l.last && l.kinds[i+n] == lineShort && l.inMenu(i+n) && !closes(l.lines[i+n]) {
		n++
	}
	return n
}

// teaserPointers are the pointers that stand over nothing but other articles to
// the end: a headline and a line or two of text, again and again, and little of
// it beside the text before. It goes over the lines once, from the end.
func (l *layout) teaserPointers() map[int]bool {
	const share = 30 // percent of the text before
	total := 0
	for i := l.first; i <= l.last; i++ {
		if l.kinds[i] == lineText {
			total += countWords(l.lines[i])
		}
	}
	found := map[int]bool{}
	heads, texts, after := 0, 0, 0
	for i := l.last; i >= l.first; i-- {
		switch {
		case l.kinds[i] == lineList || l.numbered(i):
			return found
		case l.kinds[i] == lineShort:
			heads++
		case l.kinds[i] == lineText:
			texts, after = texts+1, after+countWords(l.lines[i])
			if i > l.first && l.kinds[i-1] == lineText { // running text
				return found
			}
		case l.kinds[i] == linePointer && i < l.last && l.kinds[i+1] != lineText:
			found[i] = heads > 1 && texts > 1 && after*100 <= (total-after)*share
		}
	}
	return found
}
