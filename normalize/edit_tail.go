package normalize

import (
	"slices"
	"strings"
	"unicode/utf8"

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
	d.trimEnd()
}

// trimEnd drops the last pieces while they are none of the text. Pictures at the
// end stay, but those that are teasers, and small print before them goes as well.
func (d *draft) trimEnd() {
	var shown []piece // the pictures at the end, last first
	for {
		for n := len(d.pieces); n > 0 && d.pieces[n-1].kind == news.Picture; n-- {
			if p := &d.pieces[n-1]; len(shown) > 0 || !isTeaserPicture(p) {
				shown = append(shown, *p)
			}
			d.pieces = d.pieces[:n-1]
		}
		if !d.dropLast(len(shown) > 0) {
			break
		}
	}
	slices.Reverse(shown)
	d.pieces = append(d.pieces, shown...)
}

// dropLast drops the last piece where it is none of the text, and reports whether
// it did.
func (d *draft) dropLast(pictured bool) bool {
	at := len(d.pieces) - 1
	if at < 0 || pictured && (d.pieces[at].level > 0 || d.pieces[at].bold) { // a heading may stand over pictures
		return false
	}
	from := at
	if last := &d.pieces[at]; !d.tellsPicture(last) && !d.isTail(last) {
		if from--; from <= 1 || last.words() > 25 || !d.presentsAuthor(&d.pieces[from]) {
			return false
		}
	}
	d.noteTail(d.pieces[from:])
	d.pieces = d.pieces[:from]
	return true
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
		} else if name := withoutAddresses(p.text); !d.dump && isPerson(name) && !d.isOutletLine(name) && !isFurniture(p) {
			d.byline = []string{name}
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
	if label, _, _ := strings.Cut(line, ":"); !namesMaker(line) || len(words) > 9 || sourceLabels[news.Fold(strings.TrimSpace(label))] {
		return false
	}
	text, credit := splitCredit(line)
	if text != "" || credit == "" {
		return false
	}
	d.cover.Credit = credit
	return true
}

// sourceLabels name the source of a picture where they stand under one, and that
// of the text under the text.
var sourceLabels = foldedList("source|sources|quelle|quellen|fuente|fuentes|fonte|fonti|المصدر|منبع|forrás|źródło|źródła|zdroj|izvor|kaynak|nguồn|vir|πηγή|источник|джерело|извор|sursa|bron|sumber")

// isTail reports whether a last piece is none of the text.
func (d *draft) isTail(p *piece) bool {
	if p.kind == news.Picture || p.kind == news.Table || p.kind == news.Code || isCorrection(p) {
		return false
	}
	if d.isEndSign(p) || p.level > 0 || isFurniture(p) || isPager(p) || d.isTitle(p) || d.isOutletLine(p.text) {
		return true
	}
	if p.kind == news.List && p.density() < 0.5 || len(p.text) > 500 {
		return false
	}
	if isStamp(p) && len(d.pieces) > 3 && !d.feed {
		return true
	}
	return isRights(p) || d.tellsHelpers(p) || isSmallPrint(p) || asksReader(p) || isSignature(p) || d.isTailByLook(p)
}

// isCorrection knows what a newsroom says of its own report, which stays.
func isCorrection(p *piece) bool {
	return correctionPhrases.prefix(p.foldedUpTo(600)) > 0 && closes(p.text) && p.words() > 6
}

// isEndSign knows what ends an article: "###", "-30-", or who wrote it.
func (d *draft) isEndSign(p *piece) bool {
	return p.kind == news.Paragraph && (len(p.text) <= 8 && wordless(strings.ReplaceAll(p.text, "30", "")) || len(p.text) < 40 && !d.feed && !d.dump && isPerson(p.text))
}

// isRights knows a line of rights.
func isRights(p *piece) bool {
	return copyrightPhrases.within(p.foldedUpTo(500)) || strings.HasPrefix(p.text, "©") || len(p.text) >= len("copyright") && strings.EqualFold(p.text[:len("copyright")], "copyright")
}

// tellsHelpers knows the lines that say who helped with a report, who wrote it
// and where to follow them.
func (d *draft) tellsHelpers(p *piece) bool {
	words, size := p.foldedUpTo(500), p.words()
	return size <= 30 && contributionPhrases.within(words) || d.presentsAuthor(p) ||
		size <= 25 && networksIn(words) > 1 || size <= 15 && networksIn(words) > 0 && (p.bold || p.italic)
}

// isSmallPrint knows the lines that words of the small print open: editors,
// sources, tags. Words alone do not tell them from sentences: marks, links or
// letters must set the line apart, or its length.
func isSmallPrint(p *piece) bool {
	words, size := p.foldedUpTo(500), p.words()
	n := closingPhrases.prefix(words)
	switch {
	case n == 0:
		return false
	case news.Unspaced(firstRune(words[0])): // a word there opens sentences too
		return size <= 30 && (n == len(words) || p.italic || enclosed(p.text) || p.density() > 0.2 || labelAt(p.text, n))
	case size > 45 || size > 30 && !p.italic && n == 1:
		return false
	}
	return p.italic || p.density() > 0.2 || n > 1 || size <= 12 || labelled(p.text)
}

// asksReader knows the line that asks for a subscription or the like.
func asksReader(p *piece) bool {
	return subscribePhrases.within(p.foldedUpTo(500)) && (p.words() <= 30 || p.italic || p.density() > 0.1)
}

// isSignature knows the line that an agency's name ends, or a mark in
// parentheses: "Avec AFP", "(rin/idh)", "（完）".
func isSignature(p *piece) bool {
	size := p.words()
	return size <= 6 && closesWithAgency(p.text) || size <= 3 && len(p.text) <= 30 && enclosed(p.text) && !hasDigit(p.text)
}

// isTailByLook goes by what markup and shape say: small print in italics with a
// link or an address, bylines, dates, links, addresses, a bold line over nothing.
func (d *draft) isTailByLook(p *piece) bool {
	size := p.words()
	if p.italic && size < 60 && (p.density() > 0 || strings.Contains(p.text, "@")) {
		return true
	}
	if p.flags&flagByline != 0 && size < 120 || p.flags&flagDate != 0 && size < 60 {
		return true
	}
	if _, _, ok := splitByline(p.text); ok && size < 15 {
		return true
	}
	if _, ok := d.dateLine(p.text); ok && len(p.foldedUpTo(500)) < 10 {
		return true
	}
	if p.bold && size <= 8 && !closes(p.text) && !d.feed && !d.dump {
		return true
	}
	return p.density() > 0.7 || isTiming(p.text) || isMailbox(p) || size <= 20 && holdsMailbox(p.text) && !closes(p.text)
}

// presentsAuthor knows the lines under a text that say who wrote it: they
// begin with the author's name.
func (d *draft) presentsAuthor(p *piece) bool {
	if p.kind != news.Paragraph || len(p.text) > 600 {
		return false
	}
	if d.author != "" && len(d.byline) == 0 && strings.HasPrefix(p.text, d.author+" ") && (p.italic || isBiography(p.text)) {
		d.byline = []string{d.author}
	}
	for _, name := range slices.Concat(d.authors, d.byline) {
		at := strings.LastIndexByte(name, ' ')
		if at > 0 && (strings.HasPrefix(p.text, name) || p.italic && p.words() <= 30 && strings.HasPrefix(p.text, name[at+1:]+" ")) {
			return true
		}
	}
	return isBiography(p.text)
}

// isBiography reports whether a line says who somebody is that writes: a name,
// "is", and soon what such people are.
func isBiography(s string) bool {
	words := firstWords(s, 16) // a name, what the person is, and twelve words on it
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

// firstWords are the first n words of s, by white space.
func firstWords(s string, n int) []string {
	words := make([]string, 0, n)
	for word := range strings.FieldsSeq(s) {
		if words = append(words, word); len(words) == n {
			break
		}
	}
	return words
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

// signature is what stands in the parenthesis that a text ends with, where it is
// an agency, or who wrote and edited it in a few small letters: "(dpa/ame)".
func signature(s string) (text, agency string, ok bool) {
	inside, rest := cutParenthesis(s, "(", ")")
	if inside == "" || len(inside) > 24 || !closes(rest) {
		return s, "", false
	}
	parts := strings.Split(inside, "/")
	for _, part := range parts {
		part = strings.TrimSpace(part)
		switch small := strings.ToLower(part) == part; {
		case isAgency(part):
			agency = or(agency, part)
		case !small || len(part) < 2 || len(part) > 5 || hasDigit(part) || strings.Contains(part, " "):
			return s, "", false
		}
	}
	return rest, agency, agency != "" || len(parts) > 1
}

// trimSignOff takes the signature, or the editor's name, off the last paragraph.
func (d *draft) trimSignOff() {
	if len(d.pieces) < 2 {
		return
	}
	p := &d.pieces[len(d.pieces)-1]
	if text, agency, ok := signature(p.text); ok && p.kind == news.Paragraph && p.linked == 0 {
		p.text, d.agency = text, or(d.agency, agency)
	}
	if text, editor := cutSignOff(p.text); editor != "" && p.kind == news.Paragraph && p.linked == 0 {
		p.text = text
	}
}
