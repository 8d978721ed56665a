package normalize

import (
	"slices"

	"golang.org/x/net/html"

	"dateline/news"
)

// cutCards drops the teasers of other articles after the text: headings that
// are links, each over a line or two; lines that each begin with a link, as
// long as a headline; and a list of links under a line that calls it so.
func (d *draft) cutCards() {
	d.cutHeadedCards()
	if d.feed {
		return
	}
	end := len(d.pieces)
	first, teasers := end, 0
	for i := end - 1; i > 0; i-- { // pictures between teasers are theirs, unless they have a caption
		if p := &d.pieces[i]; opensWithHeadline(p) {
			first, teasers = i, teasers+1
		} else if p.kind != news.Picture || p.figure.Caption != "" {
			break
		}
	}
	if teasers >= 3 {
		d.pieces = d.pieces[:first]
		return
	}
	if n := cardRun(d.pieces); n > 0 {
		d.pieces = d.pieces[:end-n]
		return
	}
	first = end
	for first > 0 && d.pieces[first-1].kind == news.List && d.pieces[first-1].linked > 0 && d.pieces[first-1].words() <= 30 {
		first--
	}
	if first > 1 && end-first >= 2 && d.pieces[first-1].words() <= 8 && relatedPhrases.prefix(d.pieces[first-1].foldedUpTo(100)) > 0 {
		d.pieces = d.pieces[:first-1]
	}
}

// cutHeadedCards drops the last headings that are links with what they stand
// over. Of a card between paragraphs of the text only the card goes.
func (d *draft) cutHeadedCards() {
	first := map[*html.Node]int{} // where an element's own paragraphs begin
	for i := len(d.pieces) - 1; i >= 0; i-- {
		if n := d.pieces[i].textIn(); n != nil {
			first[n] = i
		}
	}
	after := 0
	behind, cards := map[*html.Node]bool{}, map[*html.Node]bool{}
	for i := len(d.pieces) - 1; i > 0; i-- {
		p := &d.pieces[i]
		if p.clean() {
			if after += p.words(); after > 60 {
				break
			}
			behind[p.textIn()] = true
		}
		if p.level == 0 || p.density() <= 0.8 {
			continue
		}
		if box := boxBetween(p.node, func(n *html.Node) bool { at, found := first[n]; return found && at < i && behind[n] }); box != nil {
			cards[box] = true
			continue
		}
		d.pieces, after = d.pieces[:i], 0
		clear(behind)
	}
	if len(cards) > 0 {
		d.pieces = slices.DeleteFunc(d.pieces, func(p piece) bool { return p.withinAny(cards) })
	}
}

// boxBetween is the element around a node that stands among an element's own
// paragraphs; nil: none does.
func boxBetween(node *html.Node, surrounds func(*html.Node) bool) *html.Node {
	if node == nil {
		return nil
	}
	for n := node.Parent; n != nil && n.Parent != nil; n = n.Parent {
		if surrounds(n.Parent) {
			return n
		}
	}
	return nil
}

// cardRun gives the number of pieces at the end that are cards of other
// articles: at least four times the same few elements, a link among them and
// no more than a line or two of text.
func cardRun(pieces []piece) int {
	const fewest, mostWords = 4, 30
	for period := 2; period <= 4; period++ {
		cycles := 0
		for end := len(pieces); end >= period; end -= period {
			words, linked := 0, false
			for i := range pieces[end-period : end] {
				p := &pieces[end-period+i]
				words += p.words()
				linked = linked || len(p.links) > 0
				if last := &pieces[len(pieces)-period+i]; p.kind != last.kind || p.level != last.level || !sameMake(p.under, last.under) {
					words = mostWords + 1
				}
			}
			if words > mostWords || words == 0 || !linked {
				break
			}
			cycles++
		}
		if cycles >= fewest {
			return cycles * period
		}
	}
	return 0
}

// sameMake reports whether two elements are of one name and class.
func sameMake(a, b *html.Node) bool {
	return a != nil && b != nil && a.DataAtom == b.DataAtom && attr(a, "class") == attr(b, "class")
}

// opensWithHeadline reports whether a line begins with a link as long as a
// headline and goes on behind it.
func opensWithHeadline(p *piece) bool {
	if len(p.links) != 1 || p.links[0].Start > 0 || p.level > 0 {
		return false
	}
	title := p.text[:p.links[0].End]
	return countWords(title) >= 4 && len(title) < len(p.text) && !closes(title)
}
