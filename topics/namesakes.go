package topics

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dateline/news"
)

//go:embed data/namesakes.txt
var namesakesFile string

// namesakes tells what the words of data/namesakes.txt do to a name beside them.
type namesakes struct {
	whole map[string]effect
	begin map[string][]opened // words that may go on, by their first bytes
}

type opened struct {
	text string
	effect
}

// effect is what a word does; the file's head tells what each is.
type effect uint8

const (
	isBefore effect = 1 << iota
	isHouse
	isBehind
	isCapital
	isJoin
	isCredit
	isMoney
)

var effects = map[string]effect{"before": isBefore, "house": isHouse, "behind": isBehind, "capital": isCapital, "joins": isJoin, "credit": isCredit, "money": isMoney}

// openedBy is how many bytes of a word that may go on file it.
const openedBy = 3

func (w *namesakes) of(word string) effect {
	e := w.whole[word]
	if len(word) > openedBy {
		for _, o := range w.begin[word[:openedBy]] {
			if strings.HasPrefix(word, o.text) {
				e |= o.effect
			}
		}
	}
	return e
}

// ofForm also looks behind the article that Arabic writes with a word.
func (w *namesakes) ofForm(word string) effect {
	e := w.of(word)
	if r, _ := utf8.DecodeRuneInString(word); scriptOf(r) == arabic {
		for _, offset := range prefixes(word, arabic) {
			e |= w.of(word[offset:])
		}
	}
	return e
}

// readNamesakes reads the words, and files those that tell another place of a
// country's name among the aliases.
func (l *lexicon) readNamesakes(text string) (*namesakes, error) {
	w := &namesakes{whole: map[string]effect{}, begin: map[string][]opened{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, list, _ := strings.Cut(line, ":")
		e := effects[name]
		if e == 0 && len(name) != 2 {
			return nil, fmt.Errorf("namesakes: unknown list %q", name)
		}
		for f := range strings.FieldsSeq(list) {
			begin, opens := strings.CutSuffix(f, "*")
			switch folded := news.Fold(begin); {
			case e == 0:
				l.table.add(alias{text: f, concept: l.concept(codeConcept(name)), sense: senseElsewhere, langs: allLangs})
			case opens && len(folded) >= openedBy:
				w.begin[folded[:openedBy]] = append(w.begin[folded[:openedBy]], opened{folded, e})
			default:
				w.whole[folded] |= e
			}
		}
	}
	return w, nil
}

// dropNamesakes takes out what bears the name of a country or capital: streets
// and hotels, outlets, currencies, persons; towns of America with their state
// behind a comma (Athens, Georgia); where a report was written, and by whom.
func (r *reading) dropNamesakes() {
	if len(r.hits) == 0 {
		return
	}
	w := r.m.lex.namesakes
	var elsewhere []conceptID
	r.keep(func(h hit) bool {
		if h.alias.sense == senseElsewhere {
			elsewhere = append(elsewhere, h.alias.concept)
			return false
		}
		if h.alias.sense >= senseAlias || r.parts[h.part].field == news.InCategory {
			return true
		}
		if r.ofTown(h) || r.named(w, h) || r.placeOfReport(h) || r.credited(w, h) {
			return false
		}
		if r.person(h) {
			elsewhere = append(elsewhere, h.alias.concept)
			return false
		}
		return true
	})
	r.dropElsewhere(elsewhere)
}

// ofTown reports whether h is the name of a town or road in America.
func (r *reading) ofTown(h hit) bool {
	p := &r.parts[h.part]
	if h.end >= len(p.tokens) || !isUpper(p.first(h.end)) {
		return false
	}
	next := p.word(h.end)
	switch p.folded[p.tokens[h.end-1].End:p.tokens[h.end].Start] {
	case ", ":
		return states[next] || twoWordStates[next] && h.end+1 < len(p.tokens) && states[next+" "+p.word(h.end+1)]
	case " ":
		return roads[next]
	}
	return false
}

// person reports whether h is the first of a person's names: Chad Kroeger,
// Jordan Henderson. An office behind it leaves it a country.
func (r *reading) person(h hit) bool {
	p := &r.parts[h.part]
	if h.end >= len(p.tokens) || !isUpper(p.first(h.end)) || p.folded[p.tokens[h.end-1].End:p.tokens[h.end].Start] != " " {
		return false
	}
	next := p.word(h.end)
	return h.end-h.first == 1 && givenNames[p.words[h.start:h.stop]] && !officeWords[next] && !isUpper(p.secondLetter(h.end)) && r.stranger(h, h.end)
}

// secondLetter is the letter behind the first of token i in the source; 0:
// there is none.
func (p *part) secondLetter(i int) rune {
	at := p.at(p.tokens[i].Start)
	_, size := utf8.DecodeRuneInString(p.text[at:])
	if r, _ := utf8.DecodeRuneInString(p.text[at+size:]); p.tokens[i].End-p.tokens[i].Start > size {
		return r
	}
	return 0
}

// states are those of the United States and provinces of Canada with towns of
// such names; twoWordStates begins the ones of two words. Georgia is one of
// them only behind a comma.
var (
	states = set("alabama arizona arkansas california colorado connecticut delaware florida georgia idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma ontario oregon pennsylvania saskatchewan tennessee texas utah vermont virginia wisconsin wyoming")
	roads  = set("street avenue road lane boulevard creek township county heights elementary")

	// givenNames are countries and capitals whose names people bear, and
	// officeWords what stands behind the name of a country in the news.
	givenNames  = set("chad jordan georgia kenya paris cuba")
	officeWords = set("president king queen prince prime foreign defence defense interior finance minister ministry government parliament army navy air police valley river coast times talks summit accord agreement olympics club tv news stock central national supreme")

	twoWordStates = func() map[string]bool {
		first := map[string]bool{}
		for _, s := range []string{"new york", "new jersey", "new hampshire", "new mexico", "north carolina", "south carolina", "north dakota", "south dakota", "west virginia"} {
			states[s] = true
			word, _, _ := strings.Cut(s, " ")
			first[word] = true
		}
		return first
	}()
)

// named reports whether what stands beside h makes it the name of a street, a
// house, an outlet, a company or a currency.
func (r *reading) named(w *namesakes, h hit) bool {
	p := &r.parts[h.part]
	if h.alias.sense == senseLeader || h.alias.sense == senseSeat {
		return false
	}
	if h.end < len(p.tokens) && p.adjoins(h.end-1) {
		e := w.ofForm(p.word(h.end))
		if e&(isBehind|isMoney) != 0 || e&isCapital != 0 && p.plain && isUpper(p.first(h.end)) {
			return true
		}
	}
	i := h.first - 1
	if i < 0 || !p.adjoins(i) {
		return false
	}
	e := w.ofForm(p.word(i))
	if e&isMoney != 0 || e&isHouse != 0 && (p.quoted(i) || p.plain && i > 0 && p.sentence[i-1] == p.sentence[i] && isUpper(p.first(i))) {
		return true
	}
	for i > 0 && e&isJoin != 0 && p.adjoins(i-1) {
		i--
		e = w.of(p.word(i))
	}
	// Words that are prepositions as well, such as via, have a capital.
	return e&isBefore != 0 && (len(p.word(i)) > 3 || isUpper(p.first(i)))
}

// adjoins reports whether nothing but a space, or a quotation mark too, stands
// between token i and the next.
func (p *part) adjoins(i int) bool {
	switch p.folded[p.tokens[i].End:p.tokens[i+1].Start] {
	case " ", ` "`, `" `:
		return true
	}
	return false
}

// quoted reports whether a quotation mark stands behind token i.
func (p *part) quoted(i int) bool {
	return strings.Contains(p.folded[p.tokens[i].End:p.tokens[i+1].Start], `"`)
}

// maxDateline bounds the words between the place of a report and its dash.
const maxDateline = 5

// placeOfReport reports whether h opens a text and a dash behind it, with a date
// or agency between or the place in capitals, says that it was written there.
func (r *reading) placeOfReport(h hit) bool {
	p := &r.parts[h.part]
	if h.first > 2 || h.first > 0 && p.sentence[h.first] != p.sentence[0] || h.alias.sense == senseLeader {
		return false
	}
	told := !p.shouted && h.alias.sense <= senseCapital && !hasLower(p.text[p.at(h.start):p.at(h.stop)]) && cased(p.folded[h.start:])
	for i := h.end - 1; i+1 < len(p.tokens) && i < h.end+maxDateline; i++ {
		gap := p.folded[p.tokens[i].End:p.tokens[i+1].Start]
		if strings.Contains(gap, "- ") || strings.Contains(gap, ") ") {
			return told || strings.HasPrefix(gap, ")")
		}
		if c := p.word(i + 1)[0]; '0' <= c && c <= '9' {
			told = true
		}
		if strings.Contains(gap, "(") {
			continue
		}
		if gap != " " && gap != ", " && gap != ". " && gap != "/" && gap != "," {
			return false
		}
	}
	return false
}

// cased reports whether a text begins in a script that has capitals.
func cased(text string) bool {
	s := scriptOfText(text)
	return s == latin || s == cyrillic || s == greek
}

// credited reports whether the sentence of h, near the end of a text, says who
// wrote from where.
func (r *reading) credited(w *namesakes, h hit) bool {
	p := &r.parts[h.part]
	if h.first+maxCredits < len(p.tokens) {
		return false
	}
	first := h.first
	for first > 0 && p.sentence[first-1] == p.sentence[h.first] && h.first-first < maxCredit {
		first--
	}
	for i := first; i < h.first; i++ {
		if w.of(p.word(i))&isCredit != 0 && i+1 < len(p.tokens) && (p.word(i+1) == "by" || p.word(i+1) == "reporting") {
			return true
		}
	}
	return false
}

// maxCredit bounds the words of such a sentence before the place, and maxCredits
// those of all such sentences at the end of a text.
const (
	maxCredit  = 12
	maxCredits = 60
)

// dropElsewhere takes out the bare names of countries that are another place or
// a person, as a word or a person's name told, where nothing else speaks of the
// country.
func (r *reading) dropElsewhere(ids []conceptID) {
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if !slices.ContainsFunc(r.hits, func(h hit) bool { return h.alias.concept == id && h.sense != senseName }) {
			r.keep(func(h hit) bool { return h.alias.concept != id })
		}
	}
}
