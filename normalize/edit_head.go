package normalize

import (
	"slices"
	"strings"
	"time"

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
	if p.kind == news.List && opensWithHeadline(p) && !d.feed {
		return true
	}
	if words <= 20 {
		if names, agency, ok := splitByline(p.text); ok {
			d.byline, d.agency = appendNew(d.byline, names...), or(d.agency, agency)
			return true
		}
		if p.flags&flagByline != 0 && p.linked < len(p.text) || p.flags&flagByline != 0 && words <= 4 {
			if names := labelledNames(p.text); len(names) > 0 && !d.isOutletLine(names[0]) {
				d.byline = appendNew(d.byline, names...)
				return true
			}
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
	if !d.dump && words <= 8 && p.level == 0 {
		if who := signedLine(p.text); who != "" {
			d.byline = appendNew(d.byline, who)
			return true
		}
	}
	if !d.dump && isStamp(p) || isControl(p.foldedUpTo(120)) || isTimedControl(p.foldedUpTo(120)) || d.isOutletLine(p.text) || words <= 9 && isReadingTime(p) {
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
	if d.lede != "" && p.text == d.lede && p.node != nil && classFlags(attr(p.node, "class"))&flagStandfirst != 0 {
		return true // the template says the standfirst in the header and again over the text
	}
	return words <= 25 && isFurniture(p)
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
// a label without its colon, "Journalist Ann Lee", or alone.
func labelledNames(text string) []string {
	if label, rest, found := strings.Cut(text, " "); found && isPerson(rest) {
		if names, _, ok := splitByline(label + ": " + rest); ok {
			return names
		}
	}
	if isPerson(text) {
		return []string{text}
	}
	return nil
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
		var who []string
		for i, part := range parts {
			if t, ok := d.dateLine(strings.Join(parts[i:], sign)); ok && at.IsZero() { // with the hour behind the sign
				at = t
				break
			}
			if t, ok := d.dateLine(part); ok {
				if at.IsZero() { // a second one is that of a change
					at = t
				}
			} else if names, _, ok := splitByline(part); ok {
				who = append(who, names...)
			} else if person, kind := cutBylineOpening(strings.TrimSpace(part)); kind == 0 && isPerson(person) && !d.isOutletLine(person) {
				who = append(who, person)
			} else if countWords(part) > 6 {
				return time.Time{}, false
			}
		}
		if !at.IsZero() {
			d.byline = appendNew(d.byline, who...)
			return at, true
		}
	}
	if at := d.datedOpening(text); !at.IsZero() {
		return at, true
	}
	for i := range text { // "By Ann Lee 3 May 2024"
		if text[i] != ' ' || i > 80 {
			continue
		}
		who, _, _ := strings.Cut(strings.TrimRight(text[:i], " ,|·•-–—"), "@")
		names, agency, ok := splitByline(who)
		if !ok && isPerson(who) && !d.isOutletLine(who) {
			names, ok = []string{who}, true
		}
		if !ok {
			continue
		}
		t, dated := d.dateLine(text[i+1:])
		if !dated {
			t = d.datedOpening(text[i+1:])
		}
		if !t.IsZero() {
			d.byline, d.agency = appendNew(d.byline, names...), or(d.agency, agency)
			return t, true
		}
	}
	return time.Time{}, false
}

// datedOpening reads a line that begins with a date, with the source or the
// time of a change behind it: "2024-06-01 15:20 来源：新华网", "Publié le
// 14/05/2024 à 06h30, mis à jour à 09h12".
func (d *draft) datedOpening(text string) time.Time {
	for i := len(text) - 1; i > 8; i-- {
		if text[i] != ' ' && text[i] != ',' || countWords(text[i+1:]) > 8 {
			continue
		}
		rest := strings.TrimSpace(text[i+1:])
		if !labelled(rest) && !(text[i] == ',' && hasDigit(rest)) || digitRun(rest) == len("2024") {
			continue // a year belongs to the day before it
		}
		if t, ok := d.dateLine(text[:i]); ok {
			return t
		}
	}
	return time.Time{}
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
	return !isPlace(s) && !isAgency(s)
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
