package normalize

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/news"
)

// attachCaptions takes the pieces that are captions and credits to their
// pictures. A caption without a picture becomes a figure of its own. It works in
// the pieces' own room.
func attachCaptions(pieces []piece) []piece {
	markLoose(pieces)
	kept := pieces[:0]
	shown := map[string]bool{}
	sold := soldFrames(pieces)
	for i := range pieces {
		p := pieces[i]
		if p.kind == news.Picture {
			f := *p.figure
			p.figure = &f
			kept = append(kept, p)
			continue
		}
		if p.role == roleBody && p.frame != nil && p.kind == news.Paragraph && namesOnly(p.text) {
			p.role = roleCredit // beside the picture, for those who see no label
		}
		if p.role == roleBody || p.text == "" {
			kept = append(kept, p)
			continue
		}
		if _, _, byline := splitByline(p.text); byline && p.role == roleCredit && p.frame == nil && !namesMaker(p.text) {
			p.role = roleBody // "Penulis: ..." in a box that the template calls credits
			p.flags |= flagByline
			kept = append(kept, p)
			continue
		}
		if p.role == roleCredit && p.frame == nil && isClocked(p.text) {
			p.role = roleBody // who wrote it and when, in a class called credit
			p.flags |= flagByline | flagDate
			kept = append(kept, p)
			continue
		}
		if p.frame != nil && sold[p.frame] || isControl(p.foldedUpTo(120)) && !isAgency(bareName(p.text)) || subscribePhrases.within(p.foldedUpTo(600)) {
			continue
		}
		if p.role == roleCaption && p.frame == nil && p.words() > 90 {
			p.role = roleBody
			kept = append(kept, p)
			continue
		}
		f := pictureFor(kept, pieces[i+1:], &p)
		if f == nil && p.role == roleCredit && begun(kept) && !captioned(pieces[i+1:], p.frame) {
			continue // of a picture that the page does not show
		}
		if f == nil {
			f = &news.Figure{}
			kept = append(kept, piece{kind: news.Picture, figure: f, frame: p.frame, node: p.node, under: p.under, flags: p.flags})
		}
		text, credit := splitCredit(withoutCounter(p.text))
		if head, name := p.tailCredit(); name != "" && (credit == "" || strings.HasSuffix(name, "("+credit+")")) {
			text, credit = withoutLabel(strings.TrimRight(withoutCounter(head), " |–—-/([")), name
		}
		if p.role == roleCredit {
			text, credit = "", creditOf(p.text)
		}
		if namesPlaceOnPage(text) {
			text = ""
		}
		if text != "" && !strings.Contains(f.Caption, text) && len(f.Caption) < 2000 {
			f.Caption = saidOnce(withoutCounter(strings.TrimSpace(f.Caption + " " + text)))
		}
		f.Credit = or(f.Credit, strings.TrimSpace(strings.TrimLeft(credit, "©:| ")))
	}
	shareCredits(kept)
	return withoutRepeats(kept, shown)
}

// namesPlaceOnPage reports whether what is left of a caption says no more than
// which picture is meant: "Top photo by ...".
func namesPlaceOnPage(text string) bool {
	words := wordsUpTo(text, 40)
	return len(words) == 1 && (isControl(words) || coverPhrases.whole([]string{words[0], "photo"}))
}

// namesOnly reports whether a short line is a person or an agency.
func namesOnly(s string) bool { return len(s) <= 60 && (isPerson(s) || creditLike(s)) }

// tailCredit reads the credit that an element of its own sets apart at the end of
// a caption, where no sign does: "The pier <span>Ann Lee/Courier</span>".
func (p *piece) tailCredit() (head, name string) {
	if p.tail == 0 || p.role != roleCaption {
		return "", ""
	}
	head, name = p.text[:p.tail], strings.TrimSpace(p.text[p.tail:])
	bare := strings.TrimSpace(nameSigns.Replace(name))
	if !cased(bare) || hasDigit(bare) || countWords(bare) > 8 || closes(name) || !namesLike(bare) || !creditLike(name) && !strings.Contains(bare, " ") {
		return "", ""
	}
	if name[0] == '(' || name[0] == '[' {
		name = strings.Trim(name, "()[] ")
	}
	return head, name
}

// nameSigns are the signs that stand in credits beside names.
var nameSigns = strings.NewReplacer("/", " ", "«", " ", "»", " ", "(", " ", ")", " ", "|", " ", ",", " ")

// isClocked reports whether a line bears a time of day.
func isClocked(s string) bool {
	for i := 1; i+2 < len(s); i++ {
		if s[i] == ':' && isDigit(s[i-1]) && isDigit(s[i+1]) && isDigit(s[i+2]) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// namesMaker reports whether a line begins with a label of pictures.
func namesMaker(s string) bool {
	label, _, found := strings.Cut(s, ":")
	return found && creditLabels[news.Fold(strings.TrimSpace(label))]
}

// soldFrames are the figure elements whose caption asks the reader to
// subscribe: they show a magazine and no news.
func soldFrames(pieces []piece) map[*html.Node]bool {
	var sold map[*html.Node]bool
	for i := range pieces {
		p := &pieces[i]
		if p.frame == nil || p.role != roleCaption || !subscribePhrases.within(p.foldedUpTo(600)) {
			continue
		}
		if sold == nil {
			sold = map[*html.Node]bool{}
		}
		sold[p.frame] = true
	}
	return sold
}

// saidOnce cuts a caption where it begins anew: the short form of a slide's
// caption behind the full one. What is left of the switch between the two, a
// word behind the last sentence, goes too.
func saidOnce(s string) string {
	const opening = 40
	if len(s) < 3*opening {
		return s
	}
	at := strings.Index(s[opening:], s[:opening])
	if at < 0 {
		return s
	}
	full := strings.TrimSpace(s[:opening+at])
	if i := strings.LastIndexByte(full, ' '); i > 0 && !closes(full) && closes(full[:i]) {
		full = full[:i]
	}
	return full
}

// captioned reports whether a caption of the figure element comes next: the
// figure stands there although its picture waits for a script.
func captioned(after []piece, frame *html.Node) bool {
	return frame != nil && len(after) > 0 && after[0].frame == frame && after[0].role == roleCaption && after[0].text != ""
}

// begun reports whether the text has begun.
func begun(pieces []piece) bool {
	for i := range pieces {
		if pieces[i].clean() {
			return true
		}
	}
	return false
}

// shareCredits takes off captions a name in closing parentheses that several
// of them end with: whoever made the pictures, and not whom they show.
func shareCredits(pieces []piece) {
	named := map[string]int{}
	each := func(act func(f *news.Figure, rest, name string)) {
		for i := range pieces {
			f := pieces[i].figure
			if pieces[i].kind != news.Picture || f.Credit != "" || !strings.HasSuffix(f.Caption, ")") {
				continue
			}
			name, rest := cutParenthesis(f.Caption, "(", ")")
			if rest != "" && strings.Contains(name, " ") && namesLike(name) && !hasDigit(name) {
				act(f, rest, name)
			}
		}
	}
	each(func(_ *news.Figure, _, name string) { named[name]++ })
	each(func(f *news.Figure, rest, name string) {
		if named[name] > 1 {
			f.Caption, f.Credit = strings.TrimSpace(rest), name
		}
	})
}

// creditOf is a line that the markup calls a credit, without its label.
func creditOf(line string) string {
	if label, name, found := strings.Cut(line, " "); found && creditLabels[news.Fold(label)] && startsUpper(name) && strings.Contains(name, "/") && namesLike(strings.ReplaceAll(name, "/", " ")) {
		return name // "Photo Ann Lee / Courier"
	}
	if text, credit := splitCredit(line); credit != "" {
		if text != "" && namesLike(text) && (strings.HasSuffix(line, ")") || strings.Contains(line[len(text):], "/")) { // "Ann Lee (EFE)", "Ann Lee / EFE"
			return line
		}
		return credit
	}
	if label, name, found := strings.Cut(line, " "); found && creditLabels[news.Fold(label)] && startsUpper(name) && namesLike(strings.ReplaceAll(name, "/", " ")) {
		return name
	}
	for _, label := range []string{"Photo by ", "Photograph by ", "Image copyright ", "Copyright "} {
		if len(line) > len(label) && strings.EqualFold(line[:len(label)], label) {
			return line[len(label):]
		}
	}
	return strings.Trim(line, " ()[]|")
}

// pictureFor finds the picture that a caption belongs to: that of its own
// figure element, else the one right before it.
func pictureFor(before, after []piece, p *piece) *news.Figure {
	for i := len(before) - 1; i >= 0 && i >= len(before)-6; i-- {
		q := &before[i]
		if q.kind == news.Picture && (p.frame == nil || q.frame == p.frame || q.frame == nil) {
			return q.figure
		}
		if q.kind != news.Picture && q.words() > 3 {
			break
		}
	}
	for i := range after {
		q := &after[i]
		if i > 3 || q.kind != news.Picture && q.role == roleBody && q.words() > 3 {
			break
		}
		if q.kind == news.Picture && (p.frame == nil && q.frame == nil || q.frame == p.frame) {
			return q.figure
		}
	}
	return nil
}

// withoutRepeats drops figures that say or show what one before them does.
func withoutRepeats(pieces []piece, shown map[string]bool) []piece {
	kept := pieces[:0]
	for i := range pieces {
		p := pieces[i]
		if p.kind == news.Picture {
			f := p.figure
			said := key(f.Caption)
			if said != "" && shown["c"+said] || said == "" && f.Credit == "" && f.Src != "" && shown["s"+f.Src] {
				continue
			}
			shown["c"+said], shown["s"+f.Src] = true, true
		}
		kept = append(kept, p)
	}
	return kept
}

// markLoose finds captions that no markup calls so: a short line without a
// full stop right under a picture, set apart from the text by its letters, or
// as one of several alike.
func markLoose(pieces []piece) {
	var loose []int
	for i := 1; i < len(pieces); i++ {
		p := &pieces[i]
		if pieces[i-1].kind != news.Picture || p.kind != news.Paragraph || p.role != roleBody || p.level > 0 || p.bold || p.marked {
			continue
		}
		n := p.words()
		if p.flags&(flagByline|flagDate) != 0 || p.density() > 0.5 || n == 0 || n > 60 || isControl(p.foldedUpTo(120)) && !isAgency(p.text) {
			continue
		}
		if _, credit := splitCredit(p.text); credit != "" && n <= 60 || p.italic && !pieces[i-1].italic && n <= 40 && p.flags&(flagByline|flagDate) == 0 {
			p.role = roleCaption
		} else if boxed(pieces, i) {
			p.role = roleCaption
		} else if n <= 20 && !closes(p.text) && pieces[i-1].frame == nil {
			loose = append(loose, i)
		}
	}
	if len(loose) < 2 {
		return
	}
	for _, i := range loose {
		pieces[i].role = roleCaption
	}
}

// boxed reports whether a line and the picture right before it have an element
// to themselves, beside which the text goes on: a figure that is not called so.
func boxed(pieces []piece, i int) bool {
	picture, line := &pieces[i-1], &pieces[i]
	if picture.under == nil || len(picture.links) > 0 || line.linked > 0 {
		return false
	}
	box := line.under
	for box != nil && !within(picture.under, box) {
		box = box.Parent
	}
	if box == nil || box == line.node && inline(box.DataAtom) || i > 1 && pieces[i-2].within(box) || i+1 < len(pieces) && pieces[i+1].within(box) {
		return false
	}
	switch box.DataAtom {
	case atom.Body, atom.Article, atom.Main, atom.Section, atom.Li, atom.A, atom.P:
		return false
	}
	if box.Parent == nil {
		return false
	}
	beside := 0
	for j := max(0, i-8); j < min(len(pieces), i+8); j++ {
		if p := &pieces[j]; j != i && p.clean() && p.within(box.Parent) {
			beside++
		}
	}
	return beside >= 2
}

// withoutCounter takes the place in a gallery off a caption: "2 of 4 ...",
// "Bild 2 von 4: ...".
func withoutCounter(s string) string {
	t := s
	if word, rest, _ := strings.Cut(s, " "); len(word) < 30 && creditLabels[news.Fold(word)] {
		t = rest
	}
	i := 0
	for i < len(t) && '0' <= t[i] && t[i] <= '9' {
		i++
	}
	rest := strings.TrimLeft(t[i:], " ")
	if i == 0 || i > 3 {
		return s
	}
	for _, of := range []string{"of", "/", "von", "dari", "de", "sur", "di", "из", "van", "z", "av", "af"} {
		if tail, ok := strings.CutPrefix(rest, of); ok {
			tail = strings.TrimLeft(tail, " ")
			j := 0
			for j < len(tail) && '0' <= tail[j] && tail[j] <= '9' {
				j++
			}
			if j > 0 && j <= 3 && j < len(tail) && (tail[j] == ' ' || tail[j] == ':') {
				return strings.TrimLeft(tail[j:], " :")
			}
		}
	}
	return s
}
