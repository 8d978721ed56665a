package topics

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"dateline/news"
)

// What speaks of sport, and of the kitchen, the stage and the journey.
var (
	//go:embed data/sports.txt
	sportsFile string
	//go:embed data/leisure.txt
	leisureFile string
)

// sportWords are the words of one language by which sport is told from the
// dealings of states, filed by the three bytes that they begin with.
type sportWords struct {
	words    []sportWord
	filed    [1 << sportBits][]uint16
	floating []uint16 // those that may stand within a word
}

// sportBits keeps the lists of sportWords.filed short: a language has some 300
// words.
const sportBits = 10

// sportKind is what a word says of a paragraph.
type sportKind uint8

const (
	sureWord  sportKind = iota // of sport alone
	oftenWord                  // with others, or beside a score
	stateWord                  // more is at stake than a game
	sportKinds
)

// sportWord is what is looked for: as written among words with one space
// between them, or loose, in scripts without spaces.
type sportWord struct {
	text  string
	loose bool
	kind  sportKind
}

// sports are the words by the place in langCodes, read at the first use.
var sports = sync.OnceValues(func() ([]sportWords, error) { return readSports(sportsFile + leisureFile) })

func readSports(text string) ([]sportWords, error) {
	list := make([]sportWords, len(langCodes))
	var langs []int
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			langs = langs[:0]
			for code := range strings.FieldsSeq(strings.Trim(line, "[]")) {
				i, ok := langIndex[code]
				if !ok {
					return nil, fmt.Errorf("sports line %d: unknown language %q", n, code)
				}
				langs = append(langs, i)
			}
			continue
		}
		name, entries, _ := strings.Cut(line, ":")
		kind := sportKind(slices.Index([]string{"sure", "often", "state"}, name))
		if kind >= sportKinds {
			return nil, fmt.Errorf("sports line %d: want sure, often or state, not %q", n, name)
		}
		for entry := range strings.SplitSeq(entries, ",") {
			word := newSportWord(strings.TrimSpace(entry), kind)
			if word.text == "" {
				continue
			}
			for _, i := range langs {
				list[i].add(word)
			}
		}
	}
	return list, nil
}

func (s *sportWords) add(w sportWord) {
	n := uint16(len(s.words))
	s.words = append(s.words, w)
	switch {
	case w.loose:
		list := &s.filed[sportKey(w.text)]
		*list = append(*list, n)
	case w.text[0] == ' ' && len(w.text) >= 4:
		list := &s.filed[sportKey(w.text[1:])]
		*list = append(*list, n)
	default:
		s.floating = append(s.floating, n)
	}
}

// sportKey is where a word is filed that begins with the first three bytes of
// text.
func sportKey(text string) uint32 {
	return (uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16) * 2654435761 >> (32 - sportBits)
}

func newSportWord(entry string, kind sportKind) sportWord {
	entry, goesOn := strings.CutSuffix(entry, "*")
	entry, before := strings.CutPrefix(entry, "*")
	p := newPart(news.InBody, entry, &scratch{})
	if len(p.tokens) == 0 {
		return sportWord{}
	}
	if first, _ := utf8.DecodeRuneInString(p.words[p.tokens[0].Start:]); news.Unspaced(first) {
		return sportWord{p.words, true, kind}
	}
	w := sportWord{text: p.spaced(0, len(p.tokens)), kind: kind}
	if before {
		w.text = w.text[1:]
	}
	if goesOn {
		w.text = w.text[:len(w.text)-1]
	}
	return w
}

// spaced are the words of the tokens from first up to end with one space
// before, between and behind them.
func (p *part) spaced(first, end int) string {
	var b strings.Builder
	if first < end {
		b.Grow(p.tokens[end-1].End - p.tokens[first].Start + end - first + 1)
	}
	for _, tok := range p.tokens[first:end] {
		b.WriteByte(' ')
		b.WriteString(p.words[tok.Start:tok.End])
	}
	b.WriteByte(' ')
	return b.String()
}

// How sure the words of a paragraph make that it is sport. One word that is of
// sport alone does, or a score with a word that often is; each word of states
// has to be outweighed.
const (
	pointsSure  = 3
	pointsScore = 2
	pointsOften = 1
	pointsState = 4
	isSport     = 3
)

// sporting reports whether h stands in a paragraph about sport, or in one that
// follows a head about sport and says nothing of states itself.
func (r *reading) sporting(h hit) bool {
	n := r.parts[h.part].paragraph[h.first]
	return r.sportIn(n, h) == sportful || n != 0 && r.sportIn(n, h) == sportless && r.sportIn(0, h) == sportful
}

// sportiness is what the words of a paragraph say.
type sportiness uint8

const (
	sportless sportiness = iota + 1
	sportful
	stateful
)

// sportIn weighs the paragraph of a number, once; h stands in it, unless it is
// the head.
func (r *reading) sportIn(n int32, h hit) sportiness {
	if s, ok := r.sport[n]; ok {
		return s
	}
	if r.sport == nil {
		r.sport = map[int32]sportiness{}
	}
	s := r.weighSport(n, h)
	r.sport[n] = s
	return s
}

// stretch is a run of tokens of one part.
type stretch struct {
	p          *part
	first, end int
}

// paragraph gives the stretches of the paragraph that h stands in, or of the
// head: title, lede and first paragraph.
func (r *reading) paragraph(n int32, h hit) []stretch {
	if n != 0 {
		p := &r.parts[h.part]
		first, end := p.around(h.first)
		return []stretch{{p, first, end}}
	}
	var list []stretch
	for i := range r.parts {
		p := &r.parts[i]
		end := 0
		for end < len(p.tokens) && p.paragraph[end] == 0 {
			end++
		}
		if end > 0 {
			list = append(list, stretch{p, 0, end})
		}
	}
	return list
}

func (r *reading) weighSport(n int32, h hit) sportiness {
	list, err := sports()
	if err != nil || r.lang < 0 {
		return sportless
	}
	t := tally{words: &list[r.lang]}
	score := 0
	for _, s := range r.paragraph(n, h) {
		t.count(s)
		if score == 0 && s.p.score(s.first, s.end) {
			score = pointsScore
		}
	}
	points := pointsSure*t.of[sureWord] + pointsOften*t.of[oftenWord] + score
	if points < isSport && (n == 0 || r.sportIn(0, h) != sportful) {
		return sportless // states would change nothing
	}
	switch states := t.of[stateWord] + r.leadersIn(n); {
	case points >= isSport+pointsState*states:
		return sportful
	case states > 0:
		return stateful
	}
	return sportless
}

// words are the folded words of s as they stand.
func (s stretch) words() string {
	return s.p.words[s.p.tokens[s.first].Start:s.p.tokens[s.end-1].End]
}

// leadersIn counts the leaders and their houses in a paragraph.
func (r *reading) leadersIn(n int32) (leaders int) {
	for _, h := range r.hits {
		if (h.alias.sense == senseLeader || h.alias.sense == senseSeat) && r.parts[h.part].paragraph[h.first] == n {
			leaders++
		}
	}
	return leaders
}

// tally counts the different words of each kind.
type tally struct {
	words *sportWords
	of    [sportKinds]int
	seen  []uint16
}

// count adds the words of a stretch.
func (t *tally) count(s stretch) {
	for i := s.first; i < s.end; i++ {
		if key, ok := s.keyAt(i); ok {
			for _, n := range t.words.filed[key] {
				if w := &t.words.words[n]; !w.loose && s.reads(i, w.text[1:]) {
					t.add(n)
				}
			}
		}
	}
	t.countLoose(s.words())
	if len(t.words.floating) > 0 {
		spaced := s.p.spaced(s.first, s.end)
		for _, n := range t.words.floating {
			if strings.Contains(spaced, t.words.words[n].text) {
				t.add(n)
			}
		}
	}
}

// countLoose adds the words of scripts without spaces in a text as it stands.
func (t *tally) countLoose(raw string) {
	for i := 0; i+3 <= len(raw); i++ {
		if raw[i] < utf8.RuneSelf || !utf8.RuneStart(raw[i]) {
			continue
		}
		for _, n := range t.words.filed[sportKey(raw[i:])] {
			if w := &t.words.words[n]; w.loose && strings.HasPrefix(raw[i:], w.text) {
				t.add(n)
			}
		}
	}
}

// keyAt is the key of what is written from token i on, with one space between
// the words; there is none at the end.
func (s stretch) keyAt(i int) (uint32, bool) {
	word := s.p.word(i)
	if len(word) >= 3 {
		return sportKey(word), true
	}
	next := ""
	if i+1 < s.end {
		next = s.p.word(i + 1)
	}
	if word += " " + next[:min(1, len(next))]; len(word) < 3 {
		return 0, false
	}
	return sportKey(word), true
}

// reads reports whether text, which may end within a word or behind the space
// after one, is written from token i on.
func (s stretch) reads(i int, text string) bool {
	for ; i < s.end; i++ {
		word := s.p.word(i)
		if len(text) <= len(word) {
			return strings.HasPrefix(word, text)
		}
		if text[len(word)] != ' ' || !strings.HasPrefix(text, word) {
			return false
		}
		if text = text[len(word)+1:]; text == "" {
			return true
		}
	}
	return false
}

func (t *tally) add(n uint16) {
	if !slices.Contains(t.seen, n) {
		t.seen = append(t.seen, n)
		t.of[t.words.words[n].kind]++
	}
}

// score reports whether a result stands among the tokens: 2-0, 3:1, 2比0.
func (p *part) score(first, end int) bool {
	for i := first + 1; i < end; i++ {
		if !p.goals(i) {
			continue
		}
		gap := strings.TrimSpace(p.folded[p.tokens[i-1].End:p.tokens[i].Start])
		if p.goals(i-1) && (gap == "-" || gap == ":") {
			return true
		}
		if i-2 >= first && p.goals(i-2) && gap == "" && strings.Contains(" 比 対 對 대 بر x ", p.spaced(i-1, i)) {
			return true
		}
	}
	return false
}

// goals reports whether token i is a number of one or two digits.
func (p *part) goals(i int) bool {
	text := p.words[p.tokens[i].Start:p.tokens[i].End]
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) <= 2
}

// relations reports whether r asks for the dealings of countries with one
// another and nothing else, so that their games are not meant.
func relations(r *news.Rule) bool {
	return onlyCountries(r.All) && onlyCountries(r.Any) && countrySides(r) >= 2
}

func countrySides(r *news.Rule) int {
	if len(r.Any) > 0 {
		return len(r.All) + 1
	}
	return len(r.All)
}

func onlyCountries(list []news.Clause) bool {
	for i := range list {
		c := &list[i]
		if c.Group != nil {
			if !onlyCountries(c.Group.All) || !onlyCountries(c.Group.Any) {
				return false
			}
		} else if c.Country == "" && c.Bloc == "" && c.Member == "" {
			return false
		}
	}
	return true
}
