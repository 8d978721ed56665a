package normalize

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// choose picks the pieces of the article: those of the smallest container
// that keeps nearly all the clean words of the best one. A text that others
// vouch for counts more. Beside it are the few pieces right before and behind.
func choose(pieces []piece, v *vouchers) (chosen, before, behind []piece) {
	c := survey(pieces, v)
	best := c.densest()
	if best == nil {
		return pieces, nil, nil
	}
	best = c.widen(best)
	best = c.prefer(best)
	first, last := -1, -1
	for i := range pieces {
		if pieces[i].within(best) {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	const beside = 6
	first = c.lead(pieces, first)
	chosen = untilNext(pieces[first : last+1])
	end := first + len(chosen)
	return chosen, pieces[max(0, first-beside):first], pieces[end:min(len(pieces), end+beside)]
}

// untilNext cuts off the article that a page shows below its own: another h1,
// in an element made like the one that holds the first.
func untilNext(pieces []piece) []piece {
	var own *piece
	for i := range pieces {
		p := &pieces[i]
		if p.level != 1 {
			continue
		}
		if own == nil {
			own = p
			continue
		}
		if other := twinHolding(own, p); other != nil {
			for i > 0 && pieces[i-1].within(other) {
				i--
			}
			return pieces[:i]
		}
	}
	return pieces
}

// twinHolding is the element around b that has its like around a as a sibling.
func twinHolding(a, b *piece) *html.Node {
	for n := b.under; n != nil && n.Parent != nil; n = n.Parent {
		if n == b.node || !within(a.node, n.Parent) {
			continue
		}
		for s := n.PrevSibling; s != nil; s = s.PrevSibling {
			if s != a.node && s.DataAtom == n.DataAtom && attr(s, "class") == attr(n, "class") && within(a.node, s) {
				return n
			}
		}
		return nil
	}
	return nil
}

// ground is what is known of the elements that could hold the article.
type ground struct {
	clean  map[*html.Node]int // words of clean pieces
	links  map[*html.Node]int // words of pieces that are mostly links
	score  map[*html.Node]float64
	order  []*html.Node
	pieces []piece
}

// vouchedWeight is how many times a paragraph counts that others vouch for.
const vouchedWeight = 3

func survey(pieces []piece, v *vouchers) *ground {
	asked := v.any()
	said := map[string]bool{} // a text that comes again is a template's
	c := &ground{clean: map[*html.Node]int{}, links: map[*html.Node]int{}, score: map[*html.Node]float64{}, pieces: pieces}
	for i := range pieces {
		p := &pieces[i]
		if !p.clean() {
			if p.density() > 0.5 {
				for n := p.under; n != nil; n = n.Parent {
					c.links[n] += p.words()
				}
			}
			continue
		}
		words := p.words()
		if len(p.text) > 60 {
			if said[p.text] {
				continue
			}
			said[p.text] = true
		}
		value := 1 + float64(min(words, 60))/10
		if asked && v.says(p) {
			value *= vouchedWeight
		}
		share := 1.0
		for n := p.under; n != nil; n = n.Parent {
			if c.clean[n] == 0 {
				c.order = append(c.order, n)
			}
			c.clean[n] += words
			if n == p.node || inline(n.DataAtom) { // the paragraph itself is no container
				continue
			}
			c.score[n] += value * share
			switch share {
			case 1.0:
				share = 0.6
			default:
				share *= 0.6
			}
		}
	}
	return c
}

// densest is the element with most clean text right below it.
func (c *ground) densest() *html.Node {
	var best *html.Node
	top := 0.0
	for _, n := range c.order {
		s := c.score[n] * float64(c.clean[n]) / float64(c.clean[n]+c.links[n])
		if n.DataAtom == atom.Article {
			s *= 1.1
		}
		if s > top {
			best, top = n, s
		}
	}
	return best
}

// widen climbs while the parent adds clean words without adding as many of
// links: bodies are cut into sections by pictures and advertising.
func (c *ground) widen(n *html.Node) *html.Node {
	for best, child, p := n, n, n.Parent; ; child, p = p, p.Parent {
		if p == nil || p.Type != html.ElementNode || p.DataAtom == atom.Html {
			return best
		}
		gain := c.clean[p] - c.clean[n]
		need := max(c.clean[n]/3, 50)
		if isNamedBody(best) {
			need = c.clean[n]
		}
		if isPart(child) {
			need = 8
		}
		if c.hasTwin(child) || isNamedBody(p) && p.DataAtom != atom.Body {
			need = c.clean[n] / 12
		}
		if gain < need || c.links[p]-c.links[n] > gain/2 {
			if p.DataAtom == atom.Article || p.DataAtom == atom.Main || p.DataAtom == atom.Body {
				return best
			}
			continue
		}
		if best.DataAtom == atom.Article && gain*3 < c.clean[n]*2 {
			return best
		}
		best, n = p, p
	}
}

// isPart reports whether an element is a part of a text by its kind: a list or a
// quotation, beside which the text goes on.
func isPart(n *html.Node) bool {
	return n.DataAtom == atom.Ul || n.DataAtom == atom.Ol || n.DataAtom == atom.Blockquote
}

// hasTwin reports whether an element has siblings of the same make that hold
// clean text too: then all are sections of one text.
func (c *ground) hasTwin(n *html.Node) bool {
	if n.DataAtom == atom.Article || n.DataAtom == atom.Li || n.Parent == nil {
		return false
	}
	class, words := attr(n, "class"), 0
	for s := n.Parent.FirstChild; s != nil; s = s.NextSibling {
		if s != n && s.DataAtom == n.DataAtom && s.Type == html.ElementNode && attr(s, "class") == class && c.links[s] < c.clean[s] {
			words += c.clean[s]
		}
	}
	return words >= 8
}

// isNamedBody reports whether an element is called the article's text.
func isNamedBody(n *html.Node) bool {
	return attr(n, "itemprop") == "articleBody" || classFlags(attr(n, "class"))&flagBody != 0
}

// prefer goes down again to the smallest element that keeps nearly all.
func (c *ground) prefer(best *html.Node) *html.Node {
	for {
		var next *html.Node
		for child := best.FirstChild; child != nil; child = child.NextSibling {
			if child.Type == html.ElementNode && !inline(child.DataAtom) && c.clean[child]*100 >= c.clean[best]*96 && c.clean[best]-c.clean[child] < 20 && c.score[child] > 0 {
				next = child
			}
		}
		if next == nil {
			return best
		}
		best = next
	}
}

// lead steps back over pictures and their captions that stand right before
// the container: the lead picture is often outside of it.
func (c *ground) lead(pieces []piece, first int) int {
	text := 0
	for i := first - 1; i >= 0 && first-i <= 40 && text < 3; i-- {
		p := &pieces[i]
		if p.level == 1 {
			return i
		}
		if p.level > 1 && p.density() > 0.5 && p.flags&flagByline == 0 {
			break
		}
		if p.clean() {
			text++
		}
	}
	return first
}
