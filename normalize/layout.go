package normalize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// lineKind is what a line of a dump is by its own look.
type lineKind uint8

const (
	lineShort     lineKind = iota // no sentence: a heading, an entry of a menu, a headline
	lineText                      // running text
	lineList                      // begins with a bullet
	lineCaption                   // ends in a credit
	lineCredit                    // is a credit, of what the line before says
	lineTold                      // says who wrote the report, when and where
	lineFurniture                 // a control, an advertisement, small print
	linePointer                   // leads to other articles: "Read also", alone
)

// layout is a dump whose lines are told apart by where they stand: menus above
// the headline, what belongs to it, the text, and what a page shows below.
type layout struct {
	lines       []string
	kinds       []lineKind
	title       int // the headline's line; -1: none
	first, last int // lines of the text
}

// longestMenu is how many short lines in a row are a menu, and no headings.
const longestMenu = 4

// lay reads the layout of a dump. Title is the headline where it is known.
func lay(lines []string, title string, o DateOptions) *layout {
	lines = joinLabels(lines)
	l := &layout{lines: lines, kinds: make([]lineKind, len(lines)), title: -1, first: -1}
	total := l.sort(&draft{claims: claims{dates: o, dump: true}})
	if l.first < 0 {
		return l
	}
	l.skipNotices(total)
	l.findTitle(title)
	if l.title >= 0 && l.title >= l.first { // the headline is set as a sentence
		l.first = min(l.title+1, l.last)
	}
	l.skipStandfirst()
	for l.first > l.title+1 && l.opens(l.first-1) {
		l.first--
	}
	for l.last+1 < len(lines) && l.goesOn(l.last+1) {
		l.last++
	}
	return l
}

// sort tells the kinds of the lines and where the text begins and ends, and
// returns how many words it has.
func (l *layout) sort(d *draft) (total int) {
	for i, line := range l.lines {
		kind := d.kindOfLine(line)
		switch {
		case kind == lineShort && l.first >= 0 && unstopped(line) && utf8.RuneCountInString(line) >= 50:
			kind = lineText
		case kind == lineCaption && l.first >= 0 && l.signedOff(i):
			kind = lineText
		}
		if l.kinds[i] = kind; kind == lineText {
			total += countWords(line)
			if l.first < 0 {
				l.first = i
			}
			l.last = i
		}
	}
	l.readSpeech()
	return total
}

// signedOff reports whether a line is a paragraph that an agency's name closes:
// the text goes on to it, and the name is all there is of a credit.
func (l *layout) signedOff(i int) bool {
	text, credit := splitCredit(l.lines[i])
	return runsOn(text) && isAgency(credit) && (l.kinds[i-1] == lineText || l.kinds[i-1] == lineShort && l.last == i-2) && !namesMaker(l.lines[i][len(text):])
}

// readSpeech makes text of sentences behind a dash that stand alone: what
// somebody says, and no point of a list.
func (l *layout) readSpeech() {
	for i, kind := range l.kinds {
		alone := (i == 0 || l.kinds[i-1] != lineList) && (i+1 == len(l.kinds) || l.kinds[i+1] != lineList)
		if kind == lineList && alone && strings.HasPrefix(l.lines[i], "- ") && runsOn(l.lines[i]) {
			l.kinds[i] = lineText
		}
	}
}

// skipStandfirst moves the beginning of the text past a sentence or two that
// stand between the headline and the lines that tell author and date.
func (l *layout) skipStandfirst() {
	told := -1
	words := 0
	for i := l.first; i < min(l.last, l.first+8); i++ {
		switch l.kinds[i] {
		case lineTold, lineCaption:
			told = i
		case lineText:
			if told >= 0 {
				l.first = i
				return
			}
			if words += countWords(l.lines[i]); words > 60 {
				return
			}
		}
	}
}

// joinLabels joins a label that has a line to itself to what it labels.
func joinLabels(lines []string) []string {
	joined := lines[:0:0]
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		label := strings.TrimRight(line, " :：")
		if i+1 < len(lines) && label != line && countWords(label) <= 3 && countWords(lines[i+1]) <= 12 && !runsOn(lines[i+1]) && isLineLabel(label) {
			i++
			line += " " + lines[i]
		}
		joined = append(joined, line)
	}
	return joined
}

// isLineLabel reports whether a label of pages is a word that names, tags,
// credits or other articles stand behind.
func isLineLabel(label string) bool {
	words := wordsUpTo(label, 60)
	_, kind := cutBylineOpening(label + ": x")
	return kind != 0 || creditLabels[news.Fold(label)] || relatedPhrases.whole(words) || closingPhrases.whole(words)
}

// kindOfLine tells what a line is by itself.
func (d *draft) kindOfLine(line string) lineKind {
	p := piece{kind: news.Paragraph, text: line}
	words := p.foldedUpTo(400)
	if n := relatedPhrases.prefix(words); n > 0 && n == len(words) {
		return linePointer
	}
	if isFurniture(&p) || isPager(&p) || isTrail(line) || copyrightPhrases.within(words) || p.words() <= 30 && subscribePhrases.within(words) || isRecordNumber(line) {
		return lineFurniture
	}
	ever := draft{claims: claims{dates: DateOptions{Lang: d.dates.Lang}}} // a date to come is no date, and no headline
	for _, d := range [...]*draft{d, &ever} {
		if _, ok := d.slugLine(line); ok {
			return lineTold
		}
	}
	if _, _, ok := splitByline(line); ok && p.words() <= 20 {
		return lineTold
	}
	if isCaptionLine(line) {
		return lineCaption
	}
	if text, credit := splitCredit(line); credit != "" && text == "" && namesMaker(line) && len(words) <= 9 {
		return lineCredit
	}
	if isAgency(bareName(line)) {
		return lineFurniture
	}
	if isBullet(line) {
		return lineList
	}
	if runsOn(line) {
		return lineText
	}
	return lineShort
}

// runsOn reports whether a line is running text: some words that end as a
// sentence does, or more of them than a headline has.
func runsOn(line string) bool {
	n := countWords(line)
	if text, _ := cutSignOff(line); n >= 7 && (closes(text) || hasEnd(text)) {
		return true
	}
	if unstopped(line) {
		return utf8.RuneCountInString(line) >= 80
	}
	return n >= 30
}

// unstopped reports whether a line is in a script that knows no full stop.
func unstopped(line string) bool {
	return unicode.In(firstRune(line), unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// isCaptionLine reports whether a line says something and whose picture shows
// it.
func isCaptionLine(line string) bool {
	text, credit := splitCredit(line)
	return credit != "" && len(credit) < 80 && text != "" && countWords(text) <= 90 && !isPlace(text) && !copyrightPhrases.within(wordsUpTo(line, 400))
}

func isBullet(line string) bool {
	return strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "• ")
}

// isTrail knows the path to a page: "Home / World / Asia", "首页 > 国际".
func isTrail(line string) bool {
	for _, sign := range [...]string{" / ", " > ", " » ", " › ", " → ", ">", "»"} {
		parts := strings.Split(line, sign)
		if len(parts) < 2 || len(parts) == 2 && !strings.Contains(sign, ">") && !strings.ContainsAny(sign, "»›→") {
			continue
		}
		if label, rest, found := strings.Cut(parts[0], "："); found && countWords(label) < 5 { // "当前位置：首页"
			parts[0] = rest
		}
		short := true
		for _, part := range parts[:len(parts)-1] {
			short = short && countWords(part) <= 4 && !closes(part)
		}
		if short {
			return true
		}
	}
	return false
}

// isRecordNumber knows the number under which an outlet keeps a report: "کد خبر: 85746231".
func isRecordNumber(line string) bool {
	label, figure, found := strings.Cut(line, ":")
	figure = strings.TrimSpace(news.Fold(figure))
	return found && len(figure) >= 4 && digitRun(figure) == len(figure) && countWords(label) <= 4
}

// skipNotices moves the ends of the text past sentences that menus part from
// it: a notice of cookies above, a line about the outlet below.
func (l *layout) skipNotices(total int) {
	const share = 25 // percent of the text that may lie beyond the menu
	for sum, menu, i := 0, 0, l.first; i <= l.last; i++ {
		switch {
		case l.kinds[i] == lineText && menu > longestMenu:
			l.first, menu = i, 0
			sum += countWords(l.lines[i])
		case l.kinds[i] == lineText:
			menu = 0
			if sum += countWords(l.lines[i]); sum*100 > total*share {
				i = l.last
			}
		case l.inMenu(i):
			menu++
		}
	}
	for sum, menu, i := 0, 0, l.last; i >= l.first; i-- {
		switch {
		case l.kinds[i] == lineText && menu > longestMenu:
			l.last, menu = i, 0
			sum += countWords(l.lines[i])
		case l.kinds[i] == lineText:
			menu = 0
			if sum += countWords(l.lines[i]); sum*100 > total*share {
				i = l.first
			}
		case l.inMenu(i):
			menu++
		}
	}
}

// inMenu reports whether a line could be an entry of a menu.
func (l *layout) inMenu(i int) bool {
	if l.kinds[i] != lineShort && l.kinds[i] != lineFurniture || hasDigit(l.lines[i]) {
		return false
	}
	return countWords(l.lines[i]) <= 4
}

// opens reports whether a line right above the text belongs to it: a numbered
// heading, a point of a list.
func (l *layout) opens(i int) bool {
	if l.kinds[i] == lineList {
		return true
	}
	_, _, numbered := headingNumber(l.lines[i])
	return numbered && l.kinds[i] == lineShort
}

// goesOn reports whether a line right below the text belongs to it: a point of
// a list, or a short sentence.
func (l *layout) goesOn(i int) bool {
	return l.kinds[i] == lineList || l.kinds[i] == lineShort && countWords(l.lines[i]) >= 3 && hasEnd(l.lines[i]) && !strings.ContainsAny(l.lines[i][len(l.lines[i])-min(len(l.lines[i]), 3):], ":：")
}

// findTitle finds the headline above the text: the line that is the title, else
// the one most like a headline.
func (l *layout) findTitle(title string) {
	if title != "" {
		k := key(title)
		for i, line := range l.lines[:l.first] {
			if lk := key(line); lk == k || lk != "" && key(withoutOutlet(line, nil, true)) == k {
				l.title = i
			}
		}
		return
	}
	count := map[string]int{}
	for i, line := range l.lines[:l.first] {
		if l.kinds[i] == lineShort {
			count[key(withoutOutlet(line, nil, true))]++
		}
	}
	best := 0
	for i := range l.lines[:l.first] {
		if s := l.headlineScore(i, count); s > best {
			best, l.title = s, i
		}
	}
	if l.title < 0 {
		l.sentenceTitle()
		return
	}
	k := key(withoutOutlet(l.lines[l.title], nil, true))
	for i := l.title + 1; i < l.first; i++ { // said again below the menu
		if key(l.lines[i]) == k {
			l.title = i
		}
	}
}

// sentenceTitle takes a first line for the headline that ends in a full stop.
func (l *layout) sentenceTitle() {
	if n := countWords(l.lines[l.first]); l.first < l.last && n >= 3 && n <= 14 && l.kinds[l.first] == lineText {
		l.title = l.first
	}
}

// headlineScore says how much a line above the text looks like the headline; 0:
// not at all.
func (l *layout) headlineScore(i int, count map[string]int) int {
	line := l.lines[i]
	n := countWords(line)
	if news.Unspaced(firstRune(line)) && !unstopped(line) { // a menu's entry counts as several words there
		n /= 2
	}
	if l.kinds[i] != lineShort || n < 3 || n > 40 {
		return 0
	}
	score := min(n, 6)
	if count[key(withoutOutlet(line, nil, true))] > 1 {
		score += 20
	}
	if closesSentence(line) {
		score -= 6
	}
	for j := max(0, i-2); j < min(l.first, i+5); j++ {
		if l.kinds[j] == lineTold {
			score += 4
			break
		}
	}
	if i > 0 && l.kinds[i-1] == linePointer || i+1 < len(l.kinds) && (l.kinds[i+1] == lineCredit || l.kinds[i+1] == lineCaption && strings.HasPrefix(l.lines[i+1], line)) {
		score -= 8
	}
	return max(score, 1)
}

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
	for i := l.first; i <= l.last; i++ {
		if l.kinds[i] == linePointer {
			if l.teasersFollow(i) {
				break
			}
			for i < l.last && (l.kinds[i+1] == lineShort || l.kinds[i+1] == linePointer) && !l.numbered(i+1) {
				i++
			}
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

// teasersFollow reports whether a pointer stands over nothing but other
// articles to the end: a headline and a line or two of text, again and again,
// and little of it beside the text before.
func (l *layout) teasersFollow(pointer int) bool {
	const share = 30 // percent of the text before
	heads, texts, after, before := 0, 0, 0, 0
	for i := l.first; i < pointer; i++ {
		if l.kinds[i] == lineText {
			before += countWords(l.lines[i])
		}
	}
	for i := pointer + 1; i <= l.last; i++ {
		switch {
		case l.kinds[i] == lineList || l.numbered(i):
			return false
		case l.kinds[i] == lineShort:
			heads++
		case l.kinds[i] == lineText:
			if l.kinds[i-1] == lineText || i == pointer+1 {
				return false
			}
			texts, after = texts+1, after+countWords(l.lines[i])
		}
	}
	return heads > 1 && texts > 1 && after*100 <= before*share
}

// headline is the dump's own headline.
func (l *layout) headline() string {
	switch {
	case l.title >= 0:
		return withoutOutlet(l.lines[l.title], nil, false)
	case l.first < 0:
		return titleOfShort(l.lines)
	}
	return ""
}

// titleOfShort finds the headline of a dump without a sentence: a line that
// stands twice near the top, else the first that could be one.
func titleOfShort(lines []string) string {
	count := map[string]int{}
	near := lines[:min(len(lines), 40)]
	for _, line := range near {
		count[key(line)]++
	}
	first := ""
	for i, line := range near {
		n := countWords(line)
		if n < 3 || n > 40 || isControl(wordsUpTo(line, 120)) {
			continue
		}
		if n >= 4 && count[key(line)] > 1 {
			return line
		}
		if p := (piece{text: line}); first == "" && i < 15 && n <= 30 && !isFurniture(&p) {
			if _, dated := ParseDate(line, DateOptions{}); !dated {
				first = line
			}
		}
	}
	return first
}
