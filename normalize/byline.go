package normalize

import (
	_ "embed" // the table of words
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

//go:embed byline_words.txt
var bylineWordsText string

// bylineVocabulary is what stands around names, folded.
type bylineVocabulary struct {
	kinds map[string]uint8 // what an opening is, by itself
	most  int              // bytes of the longest opening
	roles map[string]bool
	none  map[string]bool // words of no name
	ends  []string        // stand behind names
}

// How strong the opening of a byline is.
const (
	bylineLabel uint8 = 1 << iota // with a sign behind it
	bylineVerb                    // with or without
	bylineWeak                    // a preposition, so that only a whole name may follow
)

var bylineWords = sync.OnceValue(func() *bylineVocabulary {
	v := &bylineVocabulary{kinds: map[string]uint8{}, roles: map[string]bool{}, none: map[string]bool{}}
	for kind, w := range wordKinds(bylineWordsText) {
		switch kind {
		case "label":
			v.kinds[w] |= bylineLabel
		case "verb":
			v.kinds[w] |= bylineVerb | bylineLabel
		case "weak":
			v.kinds[w] |= bylineWeak | bylineLabel
		case "close":
			v.ends = append(v.ends, w)
		case "role":
			v.roles[w] = true
		case "nobody":
			v.none[w] = true
		}
		v.most = max(v.most, len(w))
	}
	return v
})

// splitByline reads a line that is nothing but who wrote the report: names
// without roles, places and addresses, and the agency they write for.
func splitByline(line string) (names []string, agency string, ok bool) {
	s := strings.Trim(line, " \t\n=|·•–—-")
	if s == "" || utf8.RuneCountInString(s) > 120 || strings.HasSuffix(s, ".") && strings.Count(s, " ") > 6 {
		return nil, "", false
	}
	if place, who, found := strings.Cut(s, "="); found && isPlace(strings.TrimSpace(place)) {
		s = strings.TrimSpace(who)
	}
	body, kind := cutBylineOpening(withoutAddresses(s))
	body, closed := cutBylineClosing(body)
	body = strings.TrimLeft(body, " :：\u3000")
	if kind == 0 && !closed || unicode.Is(unicode.Hiragana, firstRune(body)) {
		return nil, "", false
	}
	if unicode.Is(unicode.Han, firstRune(body)) {
		body = strings.Join(strings.Fields(body), ",")
	}
	return readNames(body, kind)
}

// cutBylineOpening takes the words before the names off a line.
func cutBylineOpening(s string) (body string, kind uint8) {
	v := bylineWords()
	folded, source := news.FoldMap(s)
	for n := min(v.most, len(folded)-1); n > 0; n-- {
		k := v.kinds[folded[:n]]
		if k == 0 {
			continue
		}
		after := s[source[n]:]
		bare := strings.TrimLeft(after, " \u3000")
		sign := firstRune(bare)
		switch {
		case k&bylineLabel != 0 && strings.ContainsRune(":：/／|｜=＝՝", sign), k&bylineLabel != 0 && bare != after && strings.ContainsRune("-–—", sign):
			return bare[utf8.RuneLen(sign):], bylineLabel
		case k&bylineVerb != 0 && (bare != after || unspacedBefore(folded[:n])):
			return bare, bylineVerb
		case k&bylineWeak != 0 && bare != after:
			return bare, bylineWeak
		}
	}
	return s, 0
}

// unspacedBefore reports whether an opening needs no space behind it.
func unspacedBefore(opening string) bool {
	r, _ := utf8.DecodeLastRuneInString(opening)
	return !hangul(r) && (news.Unspaced(r) || strings.ContainsRune("/／・", r))
}

// cutBylineClosing takes the words behind the names off a line.
func cutBylineClosing(s string) (body string, closed bool) {
	s = strings.TrimSpace(s)
	for _, c := range bylineWords().ends {
		if head, found := strings.CutSuffix(s, c); found {
			s, closed = strings.TrimSpace(head), true
		}
	}
	return s, closed
}

// withoutAddresses takes mail addresses and handles out of a line.
func withoutAddresses(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	var kept []string
	for w := range strings.FieldsSeq(s) {
		if !strings.Contains(w, "@") {
			kept = append(kept, w)
		}
	}
	return strings.Trim(strings.Join(kept, " "), " ,|;-–—")
}

// readNames reads the names of a byline's body.
func readNames(body string, kind uint8) (names []string, agency string, ok bool) {
	v := bylineWords()
	weak := kind == bylineWeak
	for _, sign := range [...]string{" — ", " – "} { // where or for whom behind it
		if who, where, found := strings.Cut(body, sign); found && len(strings.Fields(where)) <= 4 {
			body = who
		}
	}
	for name := range strings.SplitSeq(unifyJoins(body), ",") {
		name = withoutRole(strings.Trim(name, " :：=.、\u3000"))
		words := strings.Fields(news.Fold(name))
		switch {
		case name == "" || len(words) == 0:
		case isAgency(name):
			agency = name
		case len(names) > 0 && (isPlace(name) || namesOutlet(name) || v.roles[words[len(words)-1]] || bylineTails[words[0]] || reportingPlace(name)):
			// where and for whom
		case weak && (len(words) < 2 || len(words) > 5 || isPlace(name) || !startsUpper(name)):
			return nil, "", false
		case !namesLike(name) || hasDigit(name) || utf8.RuneCountInString(name) > 45 || !cased(name) && len(words) > 4 || anyWord(words, v.none):
			return nil, "", false
		case kind == bylineVerb && unicode.Is(unicode.Arabic, firstRune(name)) && (len(words) < 2 || strings.HasPrefix(name, "ال")):
			return nil, "", false
		case kind == bylineVerb && hangul(firstRune(name)) && (len(words) > 1 || utf8.RuneCountInString(name) > 4):
			return nil, "", false
		default:
			names = append(names, name)
		}
	}
	return names, agency, len(names) > 0 && len(names) <= 8 || agency != ""
}

func anyWord(words []string, set map[string]bool) bool {
	for _, w := range words {
		if set[w] {
			return true
		}
	}
	return false
}

// bylineTails are the prepositions before where somebody reports from.
var bylineTails = foldedList("in|à|en|em|a|da|aus|i|w|ve|v|u|din|în|iz|z|в|у|из|із|di|at|from|fra|från|på")

// withoutRole cuts what somebody is before a name and where he is behind it:
// "unserer Korrespondentin Anna Meier", "Jane Roe in Lima".
func withoutRole(name string) string {
	v, words := bylineWords(), strings.Fields(name)
	for len(words) > 1 && !startsUpper(words[0]) && v.roles[news.Fold(words[0])] {
		for words = words[1:]; len(words) > 2 && v.roles[news.Fold(words[0])]; words = words[1:] {
		}
		name = strings.Join(words, " ")
	}
	for i, w := range words {
		if i >= 2 && i+1 < len(words) && bylineTails[news.Fold(w)] && w != "da" && w != "di" && !startsUpper(w) && startsUpper(words[i+1]) {
			return strings.Join(words[:i], " ")
		}
	}
	return name
}

// reportingPlace reports whether s is "台北報導", where a report was written.
func reportingPlace(s string) bool {
	return endsAny(s, []string{"報導", "报道", "報道", "报导"})
}

// unifyJoins makes commas of the words and signs between names.
func unifyJoins(s string) string { return bylineJoins.Replace(s) }

var bylineJoins = strings.NewReplacer(" and ", ",", " & ", ",", " dan ", ",", " und ", ",", " et ", ",", " y ", ",", " e ", ",", " en ", ",", " og ", ",", " och ", ",", " i ", ",", " ja ", ",", " és ", ",", " și ", ",", " a ", ",", " и ", ",", " та ", ",", " і ", ",", " και ", ",", " ve ", ",", " və ", ",", " dhe ", ",", " và ", ",", " na ", ",", " at ", ",", " და ", ",", " և ", ",", " और ", ",", " व ", ",", " र ", ",", " ও ", ",", " و ", ",", " اور ", ",", " และ ", ",",
	"、", ",", "，", ",", "،", ",", "/", ",", "／", ",", "|", ",", "｜", ",", "(", ",", ")", ",", "·", ",", "・", ",", ";", ",")
