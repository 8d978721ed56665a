package normalize

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"dateline/news"
)

// A slug is what the lines between headline and text tell of the making of an
// article: who wrote it, where, for which agency, and when.
type slug struct {
	who    []string
	place  string
	agency string
	at     time.Time
}

// note keeps what a slug tells. A second, later date is that of a change.
func (d *draft) note(s slug) {
	d.byline = appendNew(d.byline, s.who...)
	d.agency, d.place = or(d.agency, s.agency), or(d.place, s.place)
	switch {
	case d.published.IsZero():
		d.published = s.at
	case d.updated.IsZero() && s.at.After(d.published):
		d.updated = s.at
	}
}

// slugLine reads a short line that is a date, or a date beside the names of
// who reported and from where: "By Ann Lee | Updated 3 May 2024, 10:15". Named
// says that the markup calls it a byline.
func (d *draft) slugLine(text string, named bool) (slug, bool) {
	if t, ok := d.dateLine(text); ok {
		return slug{at: t}, true
	}
	if len(text) > 160 || !hasDigit(text) {
		return slug{}, false
	}
	if text = withoutReadingTime(text); closesSentence(text) {
		return slug{}, false
	}
	for _, read := range [...]func(text string, named bool) (slug, bool){d.partedSlug, d.datedSlug, d.signedSlug} {
		if s, ok := read(text, named); ok {
			return s, true
		}
	}
	return slug{}, false
}

// withoutReadingTime takes how long the reading takes off the end of a line:
// "... à 06h00 • Lecture 3 min.", "... 7:05am 3 min read".
func withoutReadingTime(text string) string {
	for _, sign := range slugSigns {
		if head, tail, found := cutLast(text, sign); found && isReadingTime(&piece{text: tail}) {
			return strings.TrimSpace(head)
		}
	}
	words := strings.Fields(text)
	for n := 2; n <= 4 && n < len(words); n++ {
		if tail := words[len(words)-n:]; digitRun(tail[0]) == len(tail[0]) && isReadingTime(&piece{text: strings.Join(tail, " ")}) {
			return strings.Join(words[:len(words)-n], " ")
		}
	}
	return text
}

func cutLast(s, sign string) (head, tail string, found bool) {
	if i := strings.LastIndex(s, sign); i >= 0 {
		return s[:i], s[i+len(sign):], true
	}
	return s, "", false
}

// slugSigns part what a slug says.
var slugSigns = [...]string{"|", "•", "·", " - ", " – ", " — "}

// partedSlug reads a slug whose parts stand between signs.
func (d *draft) partedSlug(text string, _ bool) (slug, bool) {
	for _, sign := range slugSigns {
		parts := strings.Split(text, sign)
		if len(parts) < 2 || len(parts) > 5 {
			continue
		}
		s := slug{}
		for i, part := range parts {
			if t, ok := d.dateLine(strings.Join(parts[i:], sign)); ok && s.at.IsZero() { // with the hour behind the sign
				s.at = t
				break
			}
			if !d.readPart(strings.TrimSpace(part), &s) {
				return slug{}, false
			}
		}
		if !s.at.IsZero() {
			return s, true
		}
	}
	return slug{}, false
}

// readPart adds to a slug what one part says, and reports whether it may be one.
func (d *draft) readPart(part string, s *slug) bool {
	if t, ok := d.dateLine(part); ok {
		if s.at.IsZero() { // a second one is that of a change
			s.at = t
		}
		return true
	}
	if names, _, ok := splitByline(part); ok {
		s.who = append(s.who, names...)
		return true
	}
	if person, kind := cutBylineOpening(part); kind == 0 && isPerson(person) && !d.isOutletLine(person) {
		s.who = append(s.who, person)
		return true
	}
	return countWords(part) <= 6
}

// datedSlug reads a line that begins with a date, with the source or the time
// of a change behind it: "2024-06-01 15:20 来源：新华网", "Publié le 14/05/2024 à
// 06h30, mis à jour à 09h12", "09/05/2024 11h02 Atualizado há 3 horas".
func (d *draft) datedSlug(text string, _ bool) (slug, bool) {
	for i := len(text) - 1; i > 8; i-- {
		if text[i] != ' ' && text[i] != ',' || countWords(text[i+1:]) > 16 {
			continue
		}
		rest := strings.TrimSpace(text[i+1:])
		if digitRun(rest) == len("2024") {
			continue // a year belongs to the day before it
		}
		beside := labelled(rest) || text[i] == ',' && hasDigit(rest) || d.isDate(rest)
		if !beside && (hasDigit(rest) || countWords(rest) > 4) {
			continue
		}
		if t, ok := d.dateLine(text[:i]); ok && (beside || !isMidnight(t)) {
			return slug{at: t}, true
		}
	}
	return slug{}, false
}

func (d *draft) isDate(s string) bool {
	_, ok := ParseDate(s, d.dates)
	return ok
}

// signedSlug reads a line that begins with who reports, or from where, and goes
// on with a date: "By Ann Lee 3 May 2024", "NAPOLI, 20 giugno 2024, 08:14".
func (d *draft) signedSlug(text string, named bool) (slug, bool) {
	for i := range text {
		if text[i] != ' ' || i > 80 {
			continue
		}
		s, ok := d.maker(text[:i], named)
		if !ok {
			continue
		}
		if t, dated := d.dateLine(text[i+1:]); dated {
			s.at = t
			return s, true
		}
		if rest, dated := d.datedSlug(text[i+1:], false); dated {
			s.at = rest.at
			return s, true
		}
	}
	return slug{}, false
}

// maker reads what stands before the date of a line: a byline, a person, the
// source, or the place that the report was sent from.
func (d *draft) maker(text string, named bool) (slug, bool) {
	who, _, _ := strings.Cut(strings.TrimRight(text, " ,|·•-–—"), "@")
	if name, found := strings.CutPrefix(who, "De "); found && isPerson(name) { // where no date follows, it may be part of the name
		who = name
	}
	if names, agency, ok := splitByline(who); ok {
		return slug{who: names, agency: agency}, true
	}
	switch {
	case d.isOutletLine(who):
		return slug{}, false
	case isPlace(who):
		return slug{place: who}, true
	case isPerson(who), named && isUncasedName(who):
		return slug{who: []string{who}}, true
	}
	return slug{}, namesSource(who) || named && countWords(who) <= 4 && !hasDigit(who)
}

// lookAround takes the date and the byline, where the article has none, from the
// lines right before and behind it. Before it only those count that follow its
// headline or share an element with it: over it pages say which day it is.
func (d *draft) lookAround(before, behind []piece) {
	head := d.head
	for i := range before {
		if p := &before[i]; d.isTitle(p) {
			head, before = p.node, before[i+1:]
			for j := range before {
				d.tellsMaker(&before[j])
			}
			break
		}
	}
	if head != nil && head.Parent != nil && head.Parent.DataAtom != atom.Body {
		for i := range before {
			if p := &before[i]; d.published.IsZero() && p.within(head.Parent) {
				s, _ := d.slugLine(p.text, false)
				d.note(s)
			}
		}
	}
	d.lookBehind(behind)
}

// lookBehind reads the byline under an article that has none over it.
func (d *draft) lookBehind(behind []piece) {
	for i := range behind {
		p := &behind[i]
		if p.words() > 12 || p.clean() || p.level > 0 {
			break
		}
		if names, agency, ok := splitByline(p.text); ok && len(d.byline) == 0 {
			d.note(slug{who: names, agency: agency})
		}
	}
}

// signedLine reads a line that is a person's name and little else: a handle, or
// what the newsroom calls such people, "Ann Lee Staff Writer".
func signedLine(text string) string {
	words := strings.Fields(text)
	if len(words) < 2 {
		return ""
	}
	n := len(words)
	roles := bylineWords().roles
	for n > 2 && (words[n-1][0] == '@' || strings.Contains(words[n-1], "@") || roles[strings.Trim(news.Fold(words[n-1]), ",|.")]) {
		n--
	}
	name := strings.Trim(strings.Join(words[:n], " "), ",|·•-–— ")
	if n == len(words) || !isPerson(name) {
		return ""
	}
	return name
}

// labelledNames reads the names of a line that the markup calls a byline: after
// a label without its colon, "Journalist Ann Lee", or alone, with where they
// work behind a sign.
func labelledNames(text string) []string {
	if label, rest, found := strings.Cut(text, " "); found && isPerson(rest) {
		if names, _, ok := splitByline(label + ": " + rest); ok {
			return names
		}
	}
	text = strings.TrimRight(text, " ,|")
	if isUncasedName(text) {
		return []string{text}
	}
	for _, sign := range slugSigns {
		text, _, _ = strings.Cut(text, sign)
	}
	var names []string
	for name := range strings.SplitSeq(unifyJoins(text), ",") {
		if name = strings.TrimSpace(name); !isPerson(name) {
			break
		}
		names = append(names, name)
	}
	return names
}

// isPerson reports whether a short text has the shape of one person's name: two
// or three words in capitals' script, each with one.
func isPerson(s string) bool {
	words := strings.Fields(s)
	if len(words) < 2 || len(words) > 3 || hasDigit(s) || !cased(s) || capitals(s) || len(s) > 60 || strings.ContainsAny(s, ",.:;!?/\"\"") {
		return false
	}
	for _, w := range words {
		if !startsUpper(w) {
			return false
		}
	}
	if bylineWords().kinds[news.Fold(words[0])]&(bylineLabel|bylineWeak) == bylineLabel { // "Redacció Girona"
		return false
	}
	return !isPlace(s) && !isAgency(s)
}

// isUncasedName reports whether a short text of a script without capitals can be
// a person's name: of Han two to five signs, else two to four words.
func isUncasedName(s string) bool {
	words, signs := strings.Fields(s), utf8.RuneCountInString(s)
	if cased(s) || signs > 30 || isPlace(s) || isAgency(s) || isControl(wordsOf(s)) {
		return false
	}
	for _, r := range s {
		if r != ' ' && !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
	}
	if unicode.Is(unicode.Han, firstRune(s)) {
		return signs >= 2 && signs <= 5
	}
	return len(words) >= 2 && len(words) <= 4
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
