package normalize

import (
	"strings"

	"golang.org/x/net/html/atom"

	"dateline/news"
)

// markHeadings decides which pieces are headings, and drops the heading
// elements that head nothing.
func (d *draft) markHeadings() {
	ps := d.pieces
	shouted := 0
	for i := range ps {
		if shouts(&ps[i]) {
			shouted++
		}
	}
	kept := ps[:0]
	for i := range ps {
		p := ps[i]
		if p.kind == news.Heading || p.kind == news.Paragraph && d.headsText(&p, following(ps, i), shouted) {
			if p.kind == news.Paragraph {
				p.level = 0
			}
			p.kind = news.Heading
			if p.level == 1 {
				p.level = 2
			}
			if p.density() > 0.8 && p.list != nil {
				continue
			}
			if next := following(ps, i); p.density() > 0.8 && next != nil && !next.clean() {
				continue
			}
			if following(ps, i) == nil || p.words() > 45 {
				if p.words() > 20 {
					p.kind, p.level = news.Paragraph, 0
				} else {
					continue
				}
			}
		}
		kept = append(kept, p)
	}
	d.pieces = kept
}

// following is the next piece that is text.
func following(ps []piece, i int) *piece {
	for j := i + 1; j < len(ps); j++ {
		if ps[j].kind != news.Picture {
			return &ps[j]
		}
	}
	return nil
}

// headsText reports whether a paragraph is a heading by its look.
func (d *draft) headsText(p, next *piece, shouted int) bool {
	words := p.words()
	if next == nil || words == 0 || words > 20 || p.list != nil || p.density() > 0.5 {
		return false
	}
	if p.marked && words <= 16 {
		return true
	}
	if next.kind != news.Paragraph && next.kind != news.List && next.kind != news.Heading && next.kind != news.Quote {
		return false
	}
	if p.runIn {
		_, _, numbered := headingNumber(p.text)
		return numbered && !closesSentence(p.text)
	}
	if p.bold && words <= 25 && !closesSentence(p.text) && (!strings.HasSuffix(p.text, ":") || words <= 12) && (!next.bold || headsList(next)) {
		return true
	}
	if !d.dump && shouts(p) && strings.Contains(p.text, ",") && words <= 4 {
		return false // the place of a dateline, on a line of its own
	}
	longer := next.words() >= words && (next.words() >= 12 || next.kind == news.Heading)
	if shouts(p) && words <= 12 && !closesSentence(p.text) && longer {
		return shouted > 1 || words > 1
	}
	if d.dump && words <= 12 && !closes(p.text) && !isControl(p.foldedUpTo(120)) {
		_, _, numbered := headingNumber(p.text)
		_, _, nextNumbered := headingNumber(next.text)
		return longer || numbered || nextNumbered
	}
	return false
}

// headsList reports whether a bold line is a numbered heading, over which
// another may stand.
func headsList(p *piece) bool {
	_, _, numbered := headingNumber(p.text)
	return numbered && p.words() <= 20 && !closesSentence(p.text)
}

// shouts reports whether a short piece is set in capitals.
func shouts(p *piece) bool {
	if p.kind != news.Paragraph || len(p.text) > 120 || p.node != nil && p.node.DataAtom == atom.Li {
		return false
	}
	upper := strings.ToUpper(p.text)
	return upper == p.text && upper != strings.ToLower(p.text) && len(p.text) > 4
}

func heading(p *piece) news.Block {
	b := news.Block{Kind: news.Heading, Text: p.text, Level: p.level}
	if n, text, ok := headingNumber(p.text); ok && n > 0 && text != "" {
		b.Number, b.Text = n, text
	}
	return b
}

// level gives headings without a level of their own one: numbered ones stand
// below unnumbered ones.
func level(body []news.Block) {
	seen := false
	for i := range body {
		b := &body[i]
		if b.Kind != news.Heading {
			continue
		}
		if b.Level == 0 {
			b.Level = 2
			if b.Number > 0 && seen {
				b.Level = 3
			}
		}
		seen = seen || b.Number == 0
	}
}
