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

// namesakes are the words of data/namesakes.txt, where their meaning is told.
type namesakes struct {
	before, behind, capital, joins, credit, money wordSet
	elsewhere                                     map[conceptID]wordSet
}

// wordSet are folded words, some of which may go on.
type wordSet struct {
	whole map[string]bool
	begin []string
	loose []string // of scripts without spaces
}

func (s wordSet) has(word string) bool {
	return s.whole[word] || slices.ContainsFunc(s.begin, func(b string) bool { return strings.HasPrefix(word, b) })
}

// hasForm also looks behind the article that Arabic writes with a word.
func (s wordSet) hasForm(word string) bool {
	if s.has(word) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(word)
	return scriptOf(r) == arabic && slices.ContainsFunc(prefixes(word, arabic), func(offset int) bool { return s.has(word[offset:]) })
}

func (l *lexicon) readNamesakes(text string) (*namesakes, error) {
	w := &namesakes{elsewhere: map[conceptID]wordSet{}}
	lists := map[string]*wordSet{"before": &w.before, "behind": &w.behind, "capital": &w.capital, "joins": &w.joins, "credit": &w.credit, "money": &w.money}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, list, _ := strings.Cut(line, ":")
		s := wordSet{whole: map[string]bool{}}
		for f := range strings.FieldsSeq(list) {
			if begin, ok := strings.CutSuffix(f, "*"); ok {
				s.begin = append(s.begin, news.Fold(begin))
			} else if startsUnspaced(f) {
				s.loose = append(s.loose, news.Fold(f))
			} else {
				s.whole[news.Fold(f)] = true
			}
		}
		switch set := lists[name]; {
		case set != nil:
			*set = s
		case len(name) == 2:
			w.elsewhere[l.concept(codeConcept(name))] = s
		default:
			return nil, fmt.Errorf("namesakes: unknown list %q", name)
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
	persons := map[conceptID]bool{}
	r.keep(func(h hit) bool {
		if h.alias.sense >= senseAlias || r.parts[h.part].field == news.InCategory {
			return true
		}
		if r.ofTown(h) || r.named(w, h) || r.placeOfReport(h) || r.credited(w, h) {
			return false
		}
		if r.person(h) {
			persons[h.alias.concept] = true
			return false
		}
		return true
	})
	r.dropElsewhere(w, persons)
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
	if h.end < len(p.tokens) && p.adjoins(h.end-1) {
		next := p.word(h.end)
		if w.behind.has(next) || w.money.hasForm(next) || p.plain && w.capital.has(next) && isUpper(p.first(h.end)) {
			return true
		}
	}
	i := h.first - 1
	if i < 0 || !p.adjoins(i) {
		return false
	}
	if w.money.hasForm(p.word(i)) {
		return true
	}
	for i > 0 && w.joins.has(p.word(i)) && p.adjoins(i-1) {
		i--
	}
	// Words that are prepositions as well, such as via, have a capital.
	return w.before.has(p.word(i)) && (len(p.word(i)) > 3 || isUpper(p.first(i)))
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

// maxDateline bounds the words between the place of a report and its dash.
const maxDateline = 5

// placeOfReport reports whether h opens a text and a dash behind it, with a date
// or agency between or the place in capitals, says that it was written there.
func (r *reading) placeOfReport(h hit) bool {
	p := &r.parts[h.part]
	if h.first > 2 || h.first > 0 && p.sentence[h.first] != p.sentence[0] || h.alias.sense == senseLeader {
		return false
	}
	told := !p.shouted && !hasLower(p.text[p.at(h.start):p.at(h.stop)]) && scriptOfText(p.folded[h.start:]) <= greek
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

// credited reports whether the sentence of h says who wrote from where.
func (r *reading) credited(w *namesakes, h hit) bool {
	p := &r.parts[h.part]
	first := h.first
	for first > 0 && p.sentence[first-1] == p.sentence[h.first] && h.first-first < maxCredit {
		first--
	}
	for i := first; i < h.first; i++ {
		if w.credit.has(p.word(i)) && i+1 < len(p.tokens) && (p.word(i+1) == "by" || p.word(i+1) == "reporting" || p.word(i+1) == "in") {
			return true
		}
	}
	return false
}

// maxCredit bounds the words of such a sentence before the place.
const maxCredit = 12

// dropElsewhere takes out the bare names of countries that are another place or
// a person: a word tells so, or the name was a person's, and nothing else speaks
// of the country.
func (r *reading) dropElsewhere(w *namesakes, persons map[conceptID]bool) {
	other := map[conceptID]bool{}
	for id := range persons {
		other[id] = true
	}
	for _, h := range r.hits {
		if words, ok := w.elsewhere[h.alias.concept]; ok && !other[h.alias.concept] {
			other[h.alias.concept] = r.mentions(words)
		}
	}
	for _, h := range r.hits {
		if h.sense != senseName && h.alias.sense < senseAlias {
			other[h.alias.concept] = false
		}
	}
	r.keep(func(h hit) bool { return !other[h.alias.concept] || h.alias.sense >= senseAlias })
}

// mentions reports whether a word of s stands in the document.
func (r *reading) mentions(s wordSet) bool {
	for n := range r.parts {
		p := &r.parts[n]
		for i := range p.tokens {
			if s.has(p.word(i)) {
				return true
			}
		}
		if slices.ContainsFunc(s.loose, func(word string) bool { return strings.Contains(p.words, word) }) {
			return true
		}
	}
	return false
}
