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
	begun := false
	for i, line := range l.lines {
		kind := d.kindOfLine(line)
		if kind == lineShort && begun && unstopped(line) && utf8.RuneCountInString(line) >= 50 {
			kind = lineText
		}
		l.kinds[i] = kind
		begun = begun || kind == lineText
	}
	l.readSpeech()
	l.readSignOff()
	for i, kind := range l.kinds {
		if kind != lineText {
			continue
		}
		total += countWords(l.lines[i])
		if l.first < 0 {
			l.first = i
		}
		l.last = i
	}
	return total
}

// readSignOff makes text of the last paragraph where an agency's name closes it:
// what looks like a caption, soon behind the text and with none after.
func (l *layout) readSignOff() {
	const near = 6 // lines
	i := len(l.kinds) - 1
	for i >= 0 && l.kinds[i] != lineText {
		i--
	}
	for end := i + near; i >= 0 && i+1 < len(l.kinds) && i < end; {
		i++
		text, credit := splitCredit(l.lines[i])
		house, _, _ := strings.Cut(credit, "/")
		switch {
		case l.kinds[i] == lineCaption && runsOn(text) && isAgency(house) && strings.HasPrefix(l.lines[i], text) && !namesMaker(l.lines[i][len(text):]):
			l.kinds[i] = lineText
			return
		case l.kinds[i] == lineCaption || l.kinds[i] == lineTold:
			return
		}
	}
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
	told, words := false, 0
	for i := l.first; i < min(l.last, l.first+8); i++ {
		switch l.kinds[i] {
		case lineTold:
			told = true
		case lineText:
			if told {
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
		if _, ok := d.slugLine(line, false); ok {
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
	text, _ := cutSignOff(line)
	inside, rest := cutParenthesis(text, "(", ")")                   // "... Euro. (dpa/ame)"
	enough := n >= 7 || n >= 5 && utf8.RuneCountInString(line) >= 45 // words of Turkish or Finnish are long
	if enough && (hasEnd(text) || closes(text) || inside != "" && countWords(inside) <= 3 && closes(rest)) {
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
	if closes(line) || strings.Contains(line, "«") {
		return false
	}
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
	l.first = l.pastNotices(l.first, l.last, +1, total)
	l.last = l.pastNotices(l.last, l.first, -1, total)
}

// pastNotices is where the text begins if one goes line by line from an end of
// it towards the other: behind the last menu that has little text before it.
func (l *layout) pastNotices(end, other, step, total int) int {
	const share = 25 // percent of the text that may lie beyond the menu
	sum, menu := 0, 0
	for i := end; i != other+step; i += step {
		switch {
		case l.kinds[i] == lineText:
			parted := menu > longestMenu
			menu = 0
			sum += countWords(l.lines[i])
			if parted {
				end = i
			} else if sum*100 > total*share {
				return end
			}
		case l.inMenu(i):
			menu++
		}
	}
	return end
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
