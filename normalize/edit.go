package normalize

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"dateline/news"
)

// claims are what is known of an article before its text is read.
type claims struct {
	titles  []string
	summary []string
	site    []string
	authors []string // that the page's head names
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
		if p.kind == news.Picture && (p.figure.Caption != "" || p.figure.Credit != "") || p.clean() && d.dump {
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
		if d.lede == "" && d.standsApart(i) {
			d.lede = p.text
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
		if _, dated := d.slugLine(p.text); dated || author {
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
	if p.kind == news.List && opensWithHeadline(p) || !d.dump && isStamp(p) {
		return true
	}
	if words <= 20 {
		if names, agency, ok := splitByline(p.text); ok {
			d.byline, d.agency = appendNew(d.byline, names...), or(d.agency, agency)
			return true
		}
		if t, ok := d.slugLine(p.text); ok {
			if d.published.IsZero() {
				d.published = t
			} else if d.updated.IsZero() && t.After(d.published) {
				d.updated = t
			}
			return true
		}
	}
	if isControl(p.foldedUpTo(120)) || d.isOutletLine(p.text) || words <= 9 && isReadingTime(p) {
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
		if d.summarises(p) {
			d.lede = or(d.lede, p.text)
			return true
		}
		if d.lede == "" && p.flags&flagStandfirst != 0 && p.flags&flagBody == 0 && words < 70 {
			d.lede = or(d.lede, p.text)
			return true
		}
	}
	return words <= 25 && isFurniture(p)
}

// slugLine reads a short line that is a date, or a date beside the names of
// who reported and from where: "By Ann Lee | Updated 3 May 2024, 10:15".
func (d *draft) slugLine(text string) (time.Time, bool) {
	if t, ok := d.dateLine(text); ok {
		return t, true
	}
	if len(text) > 160 || !hasDigit(text) || closesSentence(text) {
		return time.Time{}, false
	}
	for _, sign := range [...]string{"|", "•", "·", " - ", " – ", " — "} {
		parts := strings.Split(text, sign)
		if len(parts) < 2 || len(parts) > 5 {
			continue
		}
		var at time.Time
		for _, part := range parts {
			if t, ok := d.dateLine(part); ok {
				at = t
			} else if countWords(part) > 6 {
				return time.Time{}, false
			}
		}
		if !at.IsZero() {
			return at, true
		}
	}
	for i := range text { // "By Ann Lee 3 May 2024"
		if text[i] != ' ' || i > 80 {
			continue
		}
		who, _, _ := strings.Cut(text[:i], "@")
		if names, agency, ok := splitByline(who); ok {
			if t, dated := d.dateLine(text[i+1:]); dated {
				d.byline, d.agency = appendNew(d.byline, names...), or(d.agency, agency)
				return t, true
			}
		}
	}
	return time.Time{}, false
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

// cutCards drops the teasers of other articles after the text: headings that
// are links, each over a line or two; lines that each begin with a link, as
// long as a headline; and a list of links under a line that calls it so.
func (d *draft) cutCards() {
	after := 0
	for i := len(d.pieces) - 1; i > 0; i-- {
		p := &d.pieces[i]
		if p.clean() {
			if after += p.words(); after > 60 {
				break
			}
		}
		if p.level > 0 && p.density() > 0.8 {
			d.pieces, after = d.pieces[:i], 0
		}
	}
	end := len(d.pieces)
	first := end
	for first > 0 && (opensWithHeadline(&d.pieces[first-1]) || d.pieces[first-1].kind == news.Picture) {
		first--
	}
	if end-first >= 3 && first > 0 {
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
	if isStamp(p) && len(d.pieces) > 3 {
		return true
	}
	if copyrightPhrases.within(words) || strings.HasPrefix(p.text, "©") || strings.HasPrefix(strings.ToLower(p.text), "copyright") {
		return true
	}
	if len(words) <= 30 && contributionPhrases.within(words) || d.presentsAuthor(p) || len(words) <= 25 && networksIn(words) > 1 {
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

// presentsAuthor knows the lines under a text that say who wrote it: they
// begin with the author's name.
func (d *draft) presentsAuthor(p *piece) bool {
	if p.kind != news.Paragraph || len(p.text) > 600 {
		return false
	}
	for _, name := range d.authors {
		if strings.Contains(name, " ") && strings.HasPrefix(p.text, name) {
			return true
		}
	}
	return false
}

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
