package normalize

import (
	"slices"
	"strings"

	"dateline/news"
)

// trimHead drops what stands before the text and keeps what it tells.
func (d *draft) trimHead() {
	start, end := 0, len(d.pieces)
	for i, text := 0, 0; i < end && i-start <= 40 && text < 3; i++ {
		p := &d.pieces[i]
		if d.isTitle(p) {
			start, text = i+1, 0
		} else if p.clean() {
			text++
		}
	}
	start = d.afterHead(start)
	var kept []piece
	for i := range d.pieces[:start] {
		p := &d.pieces[i]
		if p.kind == news.Picture && (p.figure.Caption != "" || p.figure.Credit != "") || p.clean() && d.dump && !d.isTitle(p) {
			kept = append(kept, *p)
		} else {
			d.headLine(p)
		}
	}
	i := start
	for ; i < end; i++ {
		p := &d.pieces[i]
		if p.kind == news.Picture || p.kind == news.Table || p.kind == news.Code {
			kept = append(kept, *p)
			continue
		}
		if p.level > 1 && i+1 < end && d.pieces[i+1].kind == news.List && !d.isTitle(p) {
			break // what the article says in short, in points
		}
		if d.isTitle(p) || d.headLine(p) {
			continue
		}
		if d.lede == "" && d.standsApart(i) {
			d.lede = p.text
			continue
		}
		if p.clean() || p.level > 1 || p.kind == news.List || closes(p.text) || p.words() > 6 || d.dump {
			break
		}
		if d.titled && d.author == "" && p.level == 0 && isPerson(p.text) {
			d.author = p.text // or a section by such a name: what follows the text may tell
			continue
		}
		if len(p.text) < 400 && relatedPhrases.prefix(p.foldedUpTo(400)) == 0 && p.density() < 0.5 && p.flags&(flagByline|flagDate) == 0 && (p.bold || len(d.pieces) > i+1 && d.pieces[i+1].clean()) {
			break
		}
	}
	d.pieces = append(kept, d.pieces[i:]...)
}

// standsApart reports whether a paragraph says what the page says of the
// article, and stands outside of the element that holds the paragraphs after it.
func (d *draft) standsApart(i int) bool {
	p := &d.pieces[i]
	if p.kind != news.Paragraph || p.node == nil || p.words() > 60 || !d.summarises(p) || !d.shortOfSummary(p) {
		return false
	}
	var next []*piece
	for j := i + 1; j < len(d.pieces) && len(next) < 2; j++ {
		if d.pieces[j].clean() && d.pieces[j].node != nil {
			next = append(next, &d.pieces[j])
		}
	}
	return len(next) == 2 && next[0].node.Parent == next[1].node.Parent && p.node.Parent != next[0].node.Parent
}

// summarises reports whether a piece says what the page's description says.
func (d *draft) summarises(p *piece) bool {
	k := p.key()
	for _, s := range d.summary {
		if sk := key(s); k != "" && (k == sk || len(k) > 30 && (strings.HasPrefix(sk, k) || strings.HasPrefix(k, sk))) {
			return true
		}
	}
	return false
}

// shortOfSummary reports whether the description goes as far as the piece: one
// that breaks off in the middle of it was cut from the article's first words.
func (d *draft) shortOfSummary(p *piece) bool {
	k := p.key()
	return slices.ContainsFunc(d.summary, func(s string) bool { return strings.HasPrefix(key(s), k) })
}

// afterHead moves start behind a standfirst, a paragraph or a heading, and the
// lines of author and date that follow it: what stands above those is not the
// text yet.
func (d *draft) afterHead(start int) int {
	text, headed := 0, false
	for i := start; i < len(d.pieces) && i < start+8; i++ {
		p := &d.pieces[i]
		if p.clean() {
			if text++; text > 1 || p.words() > 60 {
				return start
			}
			continue
		}
		headed = headed || p.level > 1
		if text == 0 && !headed || p.words() > 15 || p.level > 0 {
			continue
		}
		_, _, author := splitByline(p.text)
		author = author || p.flags&(flagByline|flagDate) != 0 && hasDigit(p.text)
		if _, dated := d.slugLine(p.text, p.flags&flagByline != 0); dated || author {
			d.lede = or(d.lede, standfirstOf(d.pieces[start:i]))
			return i
		}
	}
	return start
}

// standfirstOf is the first text of the pieces of a head, else the first heading
// that is long enough to be one.
func standfirstOf(head []piece) string {
	said := ""
	for i := range head {
		switch p := &head[i]; {
		case p.clean():
			return p.text
		case p.level > 0 && p.words() >= 4:
			said = or(said, p.text)
		}
	}
	return said
}

// isTitle reports whether a piece says the headline again.
func (d *draft) isTitle(p *piece) bool {
	if p.text == "" || len(p.text) > 400 {
		return false
	}
	if d.isKey(p.foldedUpTo(len(p.text))) {
		return p.level > 0 || !closesSentence(p.text) || d.dump
	}
	if p.level == 1 || p.level == 2 && p.flags&flagTitle != 0 {
		return d.saysTitle(p) || p.level == 1 && !d.titled
	}
	return false
}

// isKey reports whether words are those of one of the titles.
func (d *draft) isKey(words []string) bool {
	for k := range d.keys {
		if joins(words, k) {
			return true
		}
	}
	return false
}

// joins reports whether words, parted by spaces, are k.
func joins(words []string, k string) bool {
	for i, w := range words {
		if i > 0 {
			if k == "" || k[0] != ' ' {
				return false
			}
			k = k[1:]
		}
		if !strings.HasPrefix(k, w) {
			return false
		}
		k = k[len(w):]
	}
	return k == ""
}

// saysTitle reports whether a heading says about what one of the titles says.
func (d *draft) saysTitle(p *piece) bool {
	k := p.key()
	for t := range d.keys {
		if k == t || len(k) > 20 && (strings.HasPrefix(t, k) || strings.HasPrefix(k, t)) || similar(k, t) > 0.75 && similar(t, k) > 0.6 {
			return true
		}
	}
	return false
}

// headLine reports whether a piece is one of the lines between headline and
// text, and takes from it what it tells.
func (d *draft) headLine(p *piece) bool {
	if p.kind == news.Picture || p.text == "" {
		return false
	}
	words := p.words()
	switch {
	case p.kind == news.List && opensWithHeadline(p) && !d.feed,
		words <= 20 && d.tellsMaker(p),
		d.isPageLine(p),
		p.flags&(flagByline|flagDate) != 0 && words < 40 && !p.clean():
		return true
	case p.flags&flagKicker != 0 && words < 10:
		d.kicker = or(d.kicker, p.text)
		return true
	}
	return d.isStandfirst(p) || words <= 25 && isFurniture(p)
}

// tellsMaker takes from a line who wrote the article, and when.
func (d *draft) tellsMaker(p *piece) bool {
	if names, agency, ok := splitByline(p.text); ok {
		d.note(slug{who: names, agency: agency})
		return true
	}
	named := p.flags&flagByline != 0 && (p.linked < len(p.text) || p.words() <= 4)
	if s, ok := d.slugLine(p.text, named); ok {
		d.note(s)
		return true
	}
	if named {
		names := labelledNames(p.text)
		if p.tail > 0 && isPerson(strings.TrimSpace(p.text[:p.tail])) { // "Ann Lee", and in an element of its own "Reporter"
			names = []string{strings.TrimSpace(p.text[:p.tail])}
		}
		if len(names) > 0 && !d.isOutletLine(names[0]) {
			d.note(slug{who: names})
			return true
		}
	}
	if !d.dump && p.words() <= 8 && p.level == 0 {
		if who := signedLine(p.text); who != "" {
			d.note(slug{who: []string{who}})
			return true
		}
	}
	return false
}

// isPageLine reports whether a line is the page's and none of the article's:
// its controls, the outlet's name, how long the reading takes, the source.
func (d *draft) isPageLine(p *piece) bool {
	words := p.foldedUpTo(120)
	return !d.dump && isStamp(p) || isControl(words) || isTimedControl(words) || d.isOutletLine(p.text) ||
		p.words() <= 9 && isReadingTime(p) || !d.dump && p.words() <= 8 && namesSource(p.text)
}

// namesSource reports whether a line is a label of the small print and the name
// behind it: "来源：新华网".
func namesSource(s string) bool {
	n := closingPhrases.prefix(wordsUpTo(s, 120))
	return n > 0 && labelAt(s, n) && !closes(s)
}

// isStandfirst reports whether a line says the article in short before it begins.
func (d *draft) isStandfirst(p *piece) bool {
	if p.level > 0 || (p.flags&flagStandfirst != 0 || p.bold || p.italic) && (p.flags&flagBody == 0 || !p.clean()) {
		if d.summarises(p) || d.lede == "" && p.flags&flagStandfirst != 0 && p.flags&flagBody == 0 && p.words() < 70 {
			d.lede = or(d.lede, p.text)
			return true
		}
	}
	// the template says the standfirst in the header and again over the text
	return d.lede != "" && p.text == d.lede && p.node != nil && classFlags(attr(p.node, "class"))&flagStandfirst != 0
}
