package normalize

import (
	"strings"
	"time"

	"dateline/news"
)

// claims are what is known of an article before its text is read.
type claims struct {
	titles  []string
	summary []string
	site    []string
	dates   DateOptions
	dump    bool // lines of plain text: no markup vouches for anything
}

// draft is an article under way.
type draft struct {
	claims
	pieces    []piece
	keys      map[string]bool // of the titles
	titled    bool            // an h1 says the headline: others are crossheads
	byline    []string
	agency    string
	published time.Time
	updated   time.Time
	lede      string
	kicker    string
	truncated bool
}

// edit turns pieces into a body: captions to their pictures, head, tail and
// furniture away, headings told from text.
func edit(pieces []piece, c claims) *draft {
	d := &draft{claims: c, keys: map[string]bool{}}
	for _, t := range c.titles {
		if k := key(t); k != "" {
			d.keys[k] = true
		}
	}
	d.pieces = attachCaptions(pieces)
	for i := range d.pieces {
		p := &d.pieces[i]
		d.titled = d.titled || p.level == 1 && d.saysTitle(p)
	}
	d.trimHead()
	d.trimTail()
	d.trimInside()
	d.trimTail()
	d.markHeadings()
	return d
}

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
		if d.isTitle(p) || d.headLine(p) {
			continue
		}
		if p.clean() || p.level > 1 || p.kind == news.List || closes(p.text) || p.words() > 6 || d.dump {
			break
		}
		if len(p.text) < 400 && relatedPhrases.prefix(p.foldedUpTo(400)) == 0 && p.density() < 0.5 && p.flags&(flagByline|flagDate) == 0 && (p.bold || len(d.pieces) > i+1 && d.pieces[i+1].clean()) {
			break
		}
	}
	d.pieces = append(kept, d.pieces[i:]...)
}

// afterHead moves start behind a standfirst and the lines of author and date
// that follow it: what stands above those is not the text yet.
func (d *draft) afterHead(start int) int {
	text := 0
	for i := start; i < len(d.pieces) && i < start+8; i++ {
		p := &d.pieces[i]
		if p.clean() {
			if text++; text > 1 || p.words() > 60 {
				return start
			}
			continue
		}
		if text == 0 || p.words() > 15 || p.level > 0 {
			continue
		}
		_, _, author := splitByline(p.text)
		if _, dated := d.dateLine(p.text); dated || author {
			for j := start; j < i; j++ {
				if d.pieces[j].clean() {
					d.lede = or(d.lede, d.pieces[j].text)
				}
			}
			return i
		}
	}
	return start
}

// isTitle reports whether a piece says the headline again.
func (d *draft) isTitle(p *piece) bool {
	if p.text == "" || len(p.text) > 400 {
		return false
	}
	k := p.key()
	if d.keys[k] {
		return p.level > 0 || !closesSentence(p.text) || d.dump
	}
	if p.level == 1 || p.level == 2 && p.flags&flagTitle != 0 {
		return d.saysTitle(p) || p.level == 1 && !d.titled
	}
	return false
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
	if words <= 20 {
		if names, agency, ok := splitByline(p.text); ok {
			d.byline, d.agency = appendNew(d.byline, names...), or(d.agency, agency)
			return true
		}
		if t, ok := d.dateLine(p.text); ok {
			if d.published.IsZero() {
				d.published = t
			} else if d.updated.IsZero() && t.After(d.published) {
				d.updated = t
			}
			return true
		}
	}
	if isControl(p.foldedUpTo(120)) || d.isOutletLine(p.text) {
		return true
	}
	if p.flags&(flagByline|flagDate) != 0 && words < 40 && !p.clean() {
		return true
	}
	if p.flags&flagKicker != 0 && words < 10 {
		d.kicker = or(d.kicker, p.text)
		return true
	}
	if p.level > 0 || (p.flags&flagStandfirst != 0 || p.bold || p.italic) && (p.flags&flagBody == 0 || !p.clean()) {
		for _, s := range d.summary {
			if k, sk := p.key(), key(s); k != "" && (k == sk || len(k) > 30 && (strings.HasPrefix(sk, k) || strings.HasPrefix(k, sk))) {
				d.lede = or(d.lede, p.text)
				return true
			}
		}
		if d.lede == "" && p.flags&flagStandfirst != 0 && p.flags&flagBody == 0 && words < 70 {
			d.lede = or(d.lede, p.text)
			return true
		}
	}
	return words <= 25 && isFurniture(p)
}

// dateLine reads a short line that is a date and little else.
func (d *draft) dateLine(text string) (time.Time, bool) {
	if len(text) > 90 || !strings.ContainsAny(news.Fold(text), "0123456789") {
		return time.Time{}, false
	}
	return ParseDate(text, d.dates)
}

func (d *draft) isOutletLine(text string) bool {
	return len(text) < 60 && isOutlet(text, d.site) && !closes(text)
}

// trimTail drops what stands after the text, from the end upwards, and before
// that everything below a heading that points elsewhere.
func (d *draft) trimTail() {
	total := 0
	for i := range d.pieces {
		if d.pieces[i].clean() {
			total += d.pieces[i].words()
		}
	}
	sum := 0
	for i := range d.pieces {
		p := &d.pieces[i]
		if p.clean() {
			sum += p.words()
		}
		if sum > 40 && headsComments(p) {
			d.pieces = d.pieces[:i]
			break
		}
		rest := 30 // percent of the text that may be lost with the block
		if p.level == 0 && !d.dump {
			rest = 10
		}
		if (total-sum)*100 <= total*rest && total > 0 && (p.level > 0 || p.bold || d.dump) && p.words() <= 8 && relatedPhrases.prefix(p.foldedUpTo(100)) > 0 {
			d.noteTail(d.pieces[i:])
			d.pieces = d.pieces[:i]
			break
		}
	}
	d.cutCards()
	for len(d.pieces) > 0 {
		last := &d.pieces[len(d.pieces)-1]
		if !d.isTail(last) {
			return
		}
		d.noteTail(d.pieces[len(d.pieces)-1:])
		d.pieces = d.pieces[:len(d.pieces)-1]
	}
}

// headsComments reports whether a piece stands over what readers wrote:
// "Comments (12)".
// cutCards drops the teasers of other articles after the text: headings that
// are links, each over a line or two.
func (d *draft) cutCards() {
	after := 0
	for i := len(d.pieces) - 1; i > 0; i-- {
		p := &d.pieces[i]
		if p.clean() {
			if after += p.words(); after > 60 {
				return
			}
		}
		if p.level > 0 && p.density() > 0.8 {
			d.pieces, after = d.pieces[:i], 0
		}
	}
}

// noteTail keeps what the small print tells.
func (d *draft) noteTail(pieces []piece) {
	for i := range pieces {
		if isPager(&pieces[i]) {
			d.truncated = true
		}
	}
}

func (d *draft) isTail(p *piece) bool {
	if p.kind == news.Picture {
		return false
	}
	if p.kind == news.Table || p.kind == news.Code {
		return false
	}
	if p.level > 0 || isFurniture(p) || isPager(p) || d.isTitle(p) || d.isOutletLine(p.text) {
		return true
	}
	if p.kind == news.List && p.density() < 0.5 {
		return false
	}
	words := p.foldedUpTo(500)
	if words == nil {
		return false
	}
	if copyrightPhrases.within(words) || strings.HasPrefix(p.text, "©") || strings.HasPrefix(strings.ToLower(p.text), "copyright") {
		return true
	}
	n := closingPhrases.prefix(words)
	if n > 0 && len(words) <= 45 && (p.italic || p.density() > 0.2 || n > 1 || len(words) <= 12 || labelled(p.text)) && (len(words) <= 30 || p.italic || n > 1) {
		return true
	}
	if subscribePhrases.within(words) && (len(words) <= 30 || p.italic || p.density() > 0.1) {
		return true
	}
	if p.italic && p.words() < 60 && (p.density() > 0 || strings.Contains(p.text, "@")) {
		return true
	}
	if p.flags&(flagByline|flagDate) != 0 && p.words() < 60 {
		return true
	}
	if _, _, ok := splitByline(p.text); ok && len(words) < 15 {
		return true
	}
	if _, ok := d.dateLine(p.text); ok && len(words) < 10 {
		return true
	}
	return p.density() > 0.7 || isTiming(p.text) || isMailbox(p)
}

// isMailbox knows the line that is a reporter's address and little else.
// labelled reports whether a line begins with a label and a colon.
// isClock knows the hour that stands alone over an entry of a live page.
// isTiming knows the line in which a server says how long it took.
// isPager knows the line of an article's page numbers.
// isControl reports whether the words of a line are the labels of controls.
// isFurniture reports whether a piece between the article's own is none of it.
// labelAt reports whether a colon stands after the first n words.
// trimInside drops furniture between paragraphs, and headings that stand over
// nothing but links.
func (d *draft) trimInside() {
	seen := map[string]bool{}
	kept := d.pieces[:0:0]
	for i := range d.pieces {
		p := &d.pieces[i]
		if isFurniture(p) || p.flags&flagAside != 0 && p.kind != news.Picture && !p.clean() || d.isTitle(p) && p.level > 0 {
			if last := len(kept) - 1; last >= 0 && illustrates(&kept[last], p) {
				kept = kept[:last]
			}
			continue
		}
		if p.kind == news.Paragraph || p.kind == news.Quote {
			if len(p.text) > 60 {
				k := p.key()
				if seen[k] {
					continue
				}
				seen[k] = true
			}
		}
		kept = append(kept, *p)
	}
	d.pieces = dropLinkLists(kept)
}

// illustrates reports whether a picture belongs to a pointer to another
// article: both are links to the same address.
// dropLinkLists drops lists that are links only and stand alone or under a
// heading of their own: they lead elsewhere. Lists between paragraphs that
// introduce them stay.
func dropLinkLists(pieces []piece) []piece {
	kept := pieces[:0:0]
	for i := 0; i < len(pieces); i++ {
		p := &pieces[i]
		if p.kind != news.List || p.list == nil {
			kept = append(kept, *p)
			continue
		}
		j, linked, size := i, 0, 0
		for j < len(pieces) && pieces[j].kind == news.List && pieces[j].list == p.list {
			linked, size = linked+pieces[j].linked, size+len(pieces[j].text)
			j++
		}
		introduced := len(kept) > 0 && strings.HasSuffix(strings.TrimSpace(kept[len(kept)-1].text), ":")
		if linked*10 >= size*8 && !introduced {
			if n := len(kept); n > 0 && kept[n-1].level > 0 {
				kept = kept[:n-1]
			}
		} else {
			kept = append(kept, pieces[i:j]...)
		}
		i = j - 1
	}
	return kept
}

// blocks makes the body of the pieces that are left.
func (d *draft) blocks() []news.Block {
	var body []news.Block
	for i := 0; i < len(d.pieces); i++ {
		p := &d.pieces[i]
		switch p.kind {
		case news.List:
			b := news.Block{Kind: news.List, Ordered: p.ordered}
			for ; i < len(d.pieces) && d.pieces[i].kind == news.List && d.pieces[i].list == p.list; i++ {
				b.Items = append(b.Items, d.pieces[i].text)
			}
			i--
			body = append(body, b)
		case news.Heading:
			body = append(body, heading(p))
		case news.Quote:
			if n := len(body); n > 0 && body[n-1].Kind == news.Quote && i > 0 && d.pieces[i-1].kind == news.Quote && d.pieces[i-1].under == p.under {
				body[n-1].Text += "\n" + p.text
				continue
			}
			body = append(body, news.Block{Kind: news.Quote, Text: p.text, Links: p.links})
		case news.Table:
			body = append(body, news.Block{Kind: news.Table, Rows: p.rows})
		case news.Picture:
			body = append(body, news.Block{Kind: news.Picture, Figure: p.figure})
		default:
			body = append(body, news.Block{Kind: p.kind, Text: p.text, Links: p.links})
		}
	}
	level(body)
	return body
}
