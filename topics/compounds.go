package topics

import (
	"strings"
	"unicode/utf8"

	"dateline/news"
)

// signs are how one language writes countries with one character each, and
// what tells a row of them from a word: 中俄, 日米韓, 북·러.
type signs struct {
	aliases  map[string]*alias // by the sign
	weak     map[string]bool   // signs that are everyday words or parts of them
	mistaken []string          // words made of signs
	before   map[string]string // what makes a word with a sign behind it
	after    map[string]string // what makes a word with a sign before it
	nouns    []string          // what two countries have: relations, summits, borders
}

func newSigns() *signs {
	return &signs{aliases: map[string]*alias{}, weak: map[string]bool{}, before: map[string]string{}, after: map[string]string{}}
}

// maxSigns bounds a compound: five countries written as one word.
const maxSigns = 5

// compound gives the countries of a row of signs that begins at token i, and
// the token behind it; or i.
func (s *signs) compound(found []hit, p *part, i int) ([]hit, int) {
	end, dotted, weak := s.row(p, i)
	if end-i == 1 && p.headlined(i) {
		a := s.aliases[p.word(i)]
		return append(found, hit{alias: a, first: i, end: end, start: p.tokens[i].Start, stop: p.tokens[i].End, sense: senseCompound}), end
	}
	if end-i < 2 {
		return found, i
	}
	start, stop := p.tokens[i].Start, p.tokens[end-1].End
	if !s.means(p, i, end, dotted, weak) {
		return found, i
	}
	for k := i; k < end; k++ {
		a := s.aliases[p.words[p.tokens[k].Start:p.tokens[k].End]]
		found = append(found, hit{alias: a, first: i, end: end, start: start, stop: stop, sense: senseCompound})
	}
	return found, end
}

// headlined reports whether token i opens a headline and a comma parts it from
// what it does, as newsrooms write who acts: 独、… expels; 미, … sanctions.
func (p *part) headlined(i int) bool {
	if i > 0 || p.field != news.InTitle || len(p.tokens) < 2 {
		return false
	}
	gap := p.folded[p.tokens[0].End:p.tokens[1].Start]
	return strings.HasPrefix(gap, "、") || strings.HasPrefix(gap, ",")
}

// row is the run of different signs from token i on, how many dots part them
// and how many of them are weak.
func (s *signs) row(p *part, i int) (end, dotted, weak int) {
	seen := conceptID(-1)
	for end = i; end < len(p.tokens) && end-i < maxSigns; end++ {
		tok := p.tokens[end]
		sign := p.words[tok.Start:tok.End]
		a := s.aliases[sign]
		if a == nil || a.concept == seen {
			break
		}
		if end > i {
			switch p.folded[p.tokens[end-1].End:tok.Start] {
			case "":
			case "·", "・", "-", "/":
				dotted++
			default:
				return end, dotted, weak
			}
		}
		seen = a.concept
		if s.weak[sign] {
			weak++
		}
	}
	return end, dotted, weak
}

// means reports whether the row from i up to end speaks of countries: no word
// of the language contains part of it, and a sign that is nothing else, dots,
// or what two countries have stands with it.
func (s *signs) means(p *part, i, end, dotted, weak int) bool {
	before, after := p.neighbours(i, end-i)
	first := p.words[p.tokens[i].Start:p.tokens[i].End]
	last := p.words[p.tokens[end-1].Start:p.tokens[end-1].End]
	hangulRow := scriptOfText(first) == hangul
	if strings.ContainsRune(s.before[first], before) || strings.ContainsRune(s.after[last], after) || strings.ContainsRune(nameGoesOn, after) {
		return false
	}
	if hangulRow && scriptOf(before) == hangul || isKatakana(before) && scriptOfText(first) == kana || isKatakana(after) && scriptOfText(last) == kana {
		return false
	}
	rest := strings.TrimLeft(p.words[p.tokens[end-1].End:], " 、,")
	if hasAnyPrefix(rest, s.nouns) {
		return true
	}
	for _, word := range s.mistaken {
		if strings.HasPrefix(p.words[p.tokens[i].Start:], word) {
			return false
		}
	}
	if dotted == end-i-1 {
		return true
	}
	return weak < end-i && (!hangulRow || scriptOf(after) != hangul || strings.ContainsRune(hangulAfter, after))
}

// nameGoesOn follows the sign of a country where its full name stands and no
// compound: 日美国 is a date and a country.
const nameGoesOn = "国國罗羅度克兰蘭朗色基湾灣鲜鮮本方军軍국元圆圓"

func hasAnyPrefix(text string, list []string) bool {
	for _, p := range list {
		if strings.HasPrefix(text, p) {
			return true
		}
	}
	return false
}

func scriptOfText(s string) script {
	r, _ := utf8.DecodeRuneInString(s)
	return scriptOf(r)
}

// readSigns reads one line of a section of signs: "strong" and "weak" name
// countries (RU=俄), "mistaken" and "nouns" words, "before" and "after" what
// makes a word with a sign (中=其手), "titles" and "towards" what stands behind
// or before a single sign that means the country (US KP=军 外长; RU=访).
func (l *lexicon) readSigns(lang, key, list string) {
	i, ok := langIndex[lang]
	if !ok {
		return
	}
	if l.signs[i] == nil {
		l.signs[i] = newSigns()
	}
	s := l.signs[i]
	if key == "titles" || key == "towards" {
		l.titles(s, i, key == "titles", list)
		return
	}
	for f := range strings.FieldsSeq(list) {
		left, right, _ := strings.Cut(f, "=")
		switch key {
		case "strong", "weak":
			sign := news.Fold(right)
			s.aliases[sign] = &alias{text: right, concept: l.concept(codeConcept(left)), sense: senseCompound, langs: allLangs}
			s.weak[sign] = key == "weak"
		case "mistaken":
			s.mistaken = append(s.mistaken, news.Fold(f))
		case "nouns":
			s.nouns = append(s.nouns, news.Fold(f))
		case "before":
			s.before[left] += right
		case "after":
			s.after[left] += right
		}
	}
}

// titles files the words that a sign makes with each of the words of a list:
// 美军, 俄外长, 访俄. Words that end in the sign by chance hide it.
func (l *lexicon) titles(s *signs, lang int, behind bool, list string) {
	codes, words, _ := strings.Cut(list, "=")
	langs := parseLangs(langCodes[lang])
	for sign, a := range s.aliases {
		if !strings.Contains(" "+codes+" ", " "+strings.TrimPrefix(strings.TrimPrefix(l.names[a.concept], "country:"), "bloc:")+" ") {
			continue
		}
		for w := range strings.FieldsSeq(words) {
			text := w + a.text
			if behind {
				text = a.text + w
			}
			l.table.add(alias{text: text, concept: a.concept, sense: senseAbbreviation, langs: langs})
		}
		for _, r := range s.before[sign] {
			l.table.add(alias{text: string(r) + a.text, concept: noConcept, sense: senseNot, langs: langs})
		}
	}
}
