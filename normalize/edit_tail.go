package normalize

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"dateline/news"
)

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
		if p.level == 0 {
			rest = 10
		}
		if (total-sum)*100 <= total*rest && total > 0 && (p.level > 0 || p.bold) && p.words() <= 8 && relatedPhrases.prefix(p.foldedUpTo(100)) > 0 && !d.resumes(i) {
			d.noteTail(d.pieces[i:])
			d.pieces = d.pieces[:i]
			break
		}
	}
	d.cutThread()
	d.cutCards()
	for len(d.pieces) > 0 {
		last := &d.pieces[len(d.pieces)-1]
		if isTeaserPicture(last) {
			d.pieces = d.pieces[:len(d.pieces)-1]
			continue
		}
		if !d.tellsPicture(last) && !d.isTail(last) {
			if n := len(d.pieces) - 2; n > 1 && last.words() <= 25 && d.presentsAuthor(&d.pieces[n]) {
				d.noteTail(d.pieces[n:])
				d.pieces = d.pieces[:n]
				continue
			}
			return
		}
		d.noteTail(d.pieces[len(d.pieces)-1:])
		d.pieces = d.pieces[:len(d.pieces)-1]
	}
}

// isTeaserPicture reports whether a picture without a caption is a link to
// another page, and not to its own larger self.
func isTeaserPicture(p *piece) bool {
	if p.kind != news.Picture || p.figure.Caption != "" || p.figure.Credit != "" || len(p.links) == 0 {
		return false
	}
	return !isPicture(&news.Media{URL: p.links[0].URL})
}

// resumes reports whether the text goes on behind a heading and the list of links
// under it: with a paragraph beside the one before them.
func (d *draft) resumes(heading int) bool {
	before := heading - 1
	for before >= 0 && !d.pieces[before].clean() {
		before--
	}
	after := heading + 1
	for after < len(d.pieces) && d.pieces[after].kind == news.List && d.pieces[after].density() > 0.8 {
		after++
	}
	if before < 0 || after == heading+1 || after >= len(d.pieces) {
		return false
	}
	if p := &d.pieces[after]; after+1 < len(d.pieces) && (p.level > 0 || p.bold) && p.linked == 0 && p.words() <= 12 {
		after++ // another heading, of the text
	}
	a, b := &d.pieces[before], &d.pieces[after]
	return b.clean() && b.kind == news.Paragraph && a.node != nil && b.node != nil && a.node.Parent == b.node.Parent && !d.isTail(b)
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
		p := &pieces[i]
		if isPager(p) {
			d.truncated = true
		}
		if name := bareName(p.text); d.agency == "" && len(name) < 40 && isAgency(name) {
			d.agency = name
		}
		if len(d.byline) > 0 || len(pieces) > 1 || p.kind != news.Paragraph || p.linked > 0 || len(p.text) > 200 {
			continue
		}
		if names, agency, ok := splitByline(strings.Trim(p.text, "()（）[] ")); ok {
			d.byline, d.agency = names, or(d.agency, agency)
		}
	}
}

// tellsPicture reads a last line that is about the picture above the text:
// "(Cover photo: the old bridge. Photo: Ann Lee)", "Photo: Ann Lee".
func (d *draft) tellsPicture(p *piece) bool {
	if p.kind != news.Paragraph || p.level > 0 || len(p.text) > 300 || d.cover != (news.Figure{}) {
		return false
	}
	line := strings.Trim(p.text, "()[]（）【】 ")
	words := wordsOf(line)
	if n := coverPhrases.prefix(words); n > 0 && labelAt(line, n) {
		at := strings.IndexAny(line, ":：")
		_, size := utf8.DecodeRuneInString(line[at:])
		d.cover.Caption, d.cover.Credit = splitCredit(strings.TrimSpace(line[at+size:]))
		return true
	}
	if !namesMaker(line) || len(words) > 9 {
		return false
	}
	text, credit := splitCredit(line)
	if text != "" || credit == "" {
		return false
	}
	d.cover.Credit = credit
	return true
}

func (d *draft) isTail(p *piece) bool {
	if p.kind == news.Picture {
		return false
	}
	if p.kind == news.Table || p.kind == news.Code {
		return false
	}
	if correctionPhrases.prefix(p.foldedUpTo(600)) > 0 && closes(p.text) && p.words() > 6 {
		return false
	}
	if p.kind == news.Paragraph && (len(p.text) <= 8 && wordless(strings.ReplaceAll(p.text, "30", "")) || len(p.text) < 40 && !d.feed && !d.dump && isPerson(p.text)) {
		return true // "###", "-30-", or who wrote it
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
	if isStamp(p) && len(d.pieces) > 3 && !d.feed {
		return true
	}
	if copyrightPhrases.within(words) || strings.HasPrefix(p.text, "©") || strings.HasPrefix(strings.ToLower(p.text), "copyright") {
		return true
	}
	size := p.words()
	if size <= 30 && contributionPhrases.within(words) || d.presentsAuthor(p) || size <= 25 && networksIn(words) > 1 {
		return true
	}
	if n := closingPhrases.prefix(words); n > 0 && news.Unspaced(firstRune(words[0])) { // a word there opens sentences too
		if size <= 30 && (n == len(words) || p.italic || enclosed(p.text) || p.density() > 0.2 || labelAt(p.text, n)) {
			return true
		}
	} else if n > 0 && size <= 45 && (p.italic || p.density() > 0.2 || n > 1 || size <= 12 || labelled(p.text)) && (size <= 30 || p.italic || n > 1) {
		return true
	}
	if subscribePhrases.within(words) && (size <= 30 || p.italic || p.density() > 0.1) {
		return true
	}
	if size <= 6 && closesWithAgency(p.text) || size <= 3 && len(p.text) <= 30 && enclosed(p.text) && !hasDigit(p.text) { // "(rin/idh)", "（完）"
		return true
	}
	if p.italic && p.words() < 60 && (p.density() > 0 || strings.Contains(p.text, "@")) {
		return true
	}
	if p.flags&flagByline != 0 && size < 120 || p.flags&flagDate != 0 && size < 60 {
		return true
	}
	if _, _, ok := splitByline(p.text); ok && size < 15 {
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
	for _, name := range slices.Concat(d.authors, d.byline) {
		if strings.Contains(name, " ") && strings.HasPrefix(p.text, name) {
			return true
		}
	}
	return isBiography(p.text)
}

// isBiography reports whether a line says who somebody is that writes: a name,
// "is", and soon what such people are.
func isBiography(s string) bool {
	words := strings.Fields(s)
	if len(words) < 5 || !startsUpper(words[0]) {
		return false
	}
	v := bylineWords()
	for i := 2; i <= 3; i++ { // a person has two names or three
		if !copulas[words[i]] {
			continue
		}
		if !isPerson(strings.Join(words[:i], " ")) {
			return false
		}
		if words[i] == "covers" || words[i] == "writes" && words[i+1] == "about" {
			return true
		}
		for _, w := range words[i+1 : min(len(words), i+13)] {
			if v.roles[strings.Trim(news.Fold(w), ".,;()'’")] {
				return true
			}
		}
		return false
	}
	return false
}

// copulas stand between who somebody is and what.
var copulas = map[string]bool{"is": true, "ist": true, "est": true, "es": true, "é": true, "è": true, "este": true, "är": true, "er": true, "on": true,
	"je": true, "jest": true, "adalah": true, "ialah": true, "–": true, "—": true, "είναι": true, "covers": true, "covered": true, "writes": true, "schreibt": true, "escribe": true, "scrive": true, "écrit": true}

// closesWithAgency reports whether a line is an agency's name, or a few words
// before one: "(dpa)", "（共同）", "Avec AFP".
func closesWithAgency(s string) bool {
	const most = 4 // words before it
	words := strings.Fields(bareName(s))
	if strings.ContainsAny(s, ":：") {
		return false
	}
	for i := range min(len(words), most) {
		if isAgency(strings.Join(words[i:], " ")) {
			return i == 0 || !closes(s)
		}
	}
	return false
}

// bareName is a line without the marks that stand around names.
func bareName(s string) string { return strings.Trim(s, "/()（）[]【】{}© .–—-") }

// enclosed reports whether a line is one parenthesis.
func enclosed(s string) bool {
	return strings.ContainsRune("(（[【", firstRune(s)) && strings.ContainsAny(s[len(s)-min(len(s), 3):], ")）]】")
}

// cutSignOff parts a closing paragraph from the parenthesis in which East Asia's
// agencies name the editor, with the day behind it: "...。（編輯：陳妍君）1140212".
func cutSignOff(s string) (text, editor string) {
	t := strings.TrimRight(s, "0123456789 ")
	if len(s)-len(t) > 8 {
		return s, ""
	}
	for _, pair := range [...][2]string{{"（", "）"}, {"(", ")"}, {"【", "】"}, {"[", "]"}} {
		inside, rest := cutParenthesis(t, pair[0], pair[1])
		if inside == "" || !closes(rest) {
			continue
		}
		_, _, ok := splitByline(inside)
		if (ok || closingPhrases.prefix(wordsOf(inside)) > 0) && labelled(inside) {
			return rest, inside
		}
	}
	return s, ""
}

// trimSignOff takes the editor's name off the last paragraph.
func (d *draft) trimSignOff() {
	if len(d.pieces) < 2 {
		return
	}
	p := &d.pieces[len(d.pieces)-1]
	if text, editor := cutSignOff(p.text); editor != "" && p.kind == news.Paragraph && p.linked == 0 {
		p.text = text
	}
}
