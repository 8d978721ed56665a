package topics

import (
	_ "embed"
	"fmt"
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
// dealings of states.
type sportWords struct {
	sure, often, state []sportWord
}

// sportWord is what is looked for: as written among words with one space
// between them, or loose, in scripts without spaces.
type sportWord struct {
	text  string
	loose bool
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
		kind, entries, _ := strings.Cut(line, ":")
		for entry := range strings.SplitSeq(entries, ",") {
			word := newSportWord(strings.TrimSpace(entry))
			if word.text == "" {
				continue
			}
			for _, i := range langs {
				switch kind {
				case "sure":
					list[i].sure = append(list[i].sure, word)
				case "often":
					list[i].often = append(list[i].often, word)
				case "state":
					list[i].state = append(list[i].state, word)
				default:
					return nil, fmt.Errorf("sports line %d: want sure, often or state, not %q", n, kind)
				}
			}
		}
	}
	return list, nil
}

func newSportWord(entry string) sportWord {
	entry, goesOn := strings.CutSuffix(entry, "*")
	entry, before := strings.CutPrefix(entry, "*")
	p := newPart(news.InBody, entry)
	if len(p.tokens) == 0 {
		return sportWord{}
	}
	if first, _ := utf8.DecodeRuneInString(p.words[p.tokens[0].Start:]); news.Unspaced(first) {
		return sportWord{p.words, true}
	}
	w := sportWord{text: p.spaced(0, len(p.tokens))}
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
	return r.sportIn(n) == sportful || n != 0 && r.sportIn(n) == sportless && r.sportIn(0) == sportful
}

// sportiness is what the words of a paragraph say.
type sportiness uint8

const (
	sportless sportiness = iota + 1
	sportful
	stateful
)

// sportIn weighs the paragraph of a number, once.
func (r *reading) sportIn(n int32) sportiness {
	if s, ok := r.sport[n]; ok {
		return s
	}
	if r.sport == nil {
		r.sport = map[int32]sportiness{}
	}
	s := r.weighSport(n)
	r.sport[n] = s
	return s
}

func (r *reading) weighSport(n int32) sportiness {
	list, err := sports()
	if err != nil || r.lang < 0 {
		return sportless
	}
	words := &list[r.lang]
	points, seen := 0, map[string]bool{}
	for i := range r.parts {
		p := &r.parts[i]
		first, end := p.within(n)
		if first == end {
			continue
		}
		text := p.spaced(first, end)
		raw := p.words[p.tokens[first].Start:p.tokens[end-1].End]
		points += pointsSure*count(words.sure, text, raw, seen) + pointsOften*count(words.often, text, raw, seen)
		if !seen["0-0"] && p.score(first, end) {
			seen["0-0"] = true
			points += pointsScore
		}
	}
	if points < isSport && (n == 0 || r.sportIn(0) != sportful) {
		return sportless // states would change nothing
	}
	switch states := r.statesIn(n, words); {
	case points >= isSport+pointsState*states:
		return sportful
	case states > 0:
		return stateful
	}
	return sportless
}

// statesIn counts the words of states and the leaders in a paragraph.
func (r *reading) statesIn(n int32, words *sportWords) (states int) {
	seen := map[string]bool{}
	for i := range r.parts {
		p := &r.parts[i]
		if first, end := p.within(n); first < end {
			states += count(words.state, p.spaced(first, end), p.words[p.tokens[first].Start:p.tokens[end-1].End], seen)
		}
	}
	for _, h := range r.hits {
		if r.parts[h.part].paragraph[h.first] == n && (h.alias.sense == senseLeader || h.alias.sense == senseSeat) {
			states++
		}
	}
	return states
}

// count is how many of the words stand in a text and were not seen before.
func count(words []sportWord, text, raw string, seen map[string]bool) (n int) {
	var threes triples
	threes.note(text)
	for _, w := range words {
		where := text
		if w.loose {
			where = raw
		} else if !threes.mayHold(w.text) {
			continue
		}
		if strings.Contains(where, w.text) && !seen[w.text] {
			seen[w.text] = true
			n++
		}
	}
	return n
}

// triples has a bit for every three bytes that stand together in a text. It
// turns most words away without a search.
type triples [16]uint64

func (t *triples) note(text string) {
	for i := 2; i < len(text); i++ {
		bit := tripleBit(text[i-2], text[i-1], text[i])
		t[bit/64] |= 1 << (bit % 64)
	}
}

func (t *triples) mayHold(word string) bool {
	if len(word) < 4 {
		return true
	}
	bit := tripleBit(word[1], word[2], word[3]) // the first is mostly the space
	return t[bit/64]&(1<<(bit%64)) != 0
}

func tripleBit(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 2654435761 >> 22
}

// within are the tokens of the paragraph of a number, from first up to end.
func (p *part) within(n int32) (first, end int) {
	for first < len(p.paragraph) && p.paragraph[first] != n {
		first++
	}
	end = first
	for end < len(p.paragraph) && p.paragraph[end] == n {
		end++
	}
	return first, end
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
