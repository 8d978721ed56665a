package topics

import (
	_ "embed"
	"strings"
	"unicode/utf8"

	"dateline/news"
)

//go:embed data/endings.txt
var endingsFile string

// endKind says what an ending makes of a word.
type endKind uint8

const (
	endsNot endKind = iota
	endsForm
	endsAdjective
)

// endRule replaces the final of a word by one of its endings.
type endRule struct {
	final string
	forms map[string]bool
	open  []string // endings that may go on
}

// endings are the rules of each language by its place in langCodes; the last
// row serves texts whose language is unknown.
var endings = readEndings(endingsFile)

func readEndings(text string) [][]endRule {
	rules := make([][]endRule, len(langCodes)+1)
	var langs []int
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			langs = langs[:0]
			for code := range strings.FieldsSeq(strings.Trim(line, "[]")) {
				if i, ok := langIndex[code]; ok {
					langs = append(langs, i)
				}
			}
			continue
		}
		final, list, _ := strings.Cut(line, ":")
		rule := endRule{final: news.Fold(strings.Trim(final, "-")), forms: map[string]bool{}}
		for e := range strings.FieldsSeq(list) {
			if open, ok := strings.CutSuffix(e, "*"); ok {
				rule.open = append(rule.open, news.Fold(open))
			} else {
				rule.forms[news.Fold(strings.Trim(e, "-"))] = true
			}
		}
		for _, i := range langs {
			rules[i] = append(rules[i], rule)
		}
	}
	return rules
}

// maxTail is how many letters may stand behind an open word or ending.
const maxTail = 9

// ending tells whether text is w with an ending of the language.
func ending(w word, text string, lang int, exact bool) endKind {
	if text == w.text {
		return endsForm
	}
	if exact || text == "" || text[0] != w.text[0] {
		return endsNot
	}
	if w.open {
		if rest, ok := strings.CutPrefix(text, w.text); ok && utf8.RuneCountInString(rest) <= maxTail {
			return endsForm
		}
		if base, ok := softens(w.text); ok && len(text) > len(base)+1 && (text[len(base)] == 'c' || text[len(base)] == 't') &&
			strings.HasPrefix(text, base) && len(text) <= len(base)+3 {
			return endsForm // rosyjscy, ruští
		}
		return endsNot
	}
	if lang < 0 {
		return endsNot
	}
	for _, rule := range endings[lang] {
		base, ok := strings.CutSuffix(w.text, rule.final)
		if !ok || utf8.RuneCountInString(base) < 3 {
			continue
		}
		rest, ok := strings.CutPrefix(text, base)
		if !ok {
			continue
		}
		if rule.forms[rest] {
			return endsForm
		}
		for _, open := range rule.open {
			if tail, ok := strings.CutPrefix(rest, open); ok && utf8.RuneCountInString(tail) <= maxTail {
				if open == "" {
					return endsForm
				}
				return endsAdjective
			}
		}
	}
	return endsNot
}

// softens gives the beginning that Slavic adjectives in -sk and -ck share with
// the plural of men, in which the k becomes another letter.
func softens(stem string) (string, bool) {
	if strings.HasSuffix(stem, "sk") || strings.HasSuffix(stem, "ck") {
		return stem[:len(stem)-1], true
	}
	return "", false
}

// prefixes are the offsets at which a word may begin behind the clitics that
// Semitic scripts write together with it.
func prefixes(text string, s script) []int {
	switch s {
	case arabic:
		return clitics(text, arabicClitics)
	case hebrew:
		return clitics(text, hebrewClitics)
	case ethiopic:
		return clitics(text, ethiopicClitics)
	}
	return noClitics
}

func clitics(text string, list []string) []int {
	offsets := noClitics
	for _, c := range list {
		if strings.HasPrefix(text, c) && utf8.RuneCountInString(text[len(c):]) >= 3 {
			offsets = append(offsets[:len(offsets):len(offsets)], len(c))
		}
	}
	return offsets
}

var noClitics = []int{0}
var arabicClitics = []string{"وال", "بال", "فال", "كال", "ولل", "فلل", "وبال", "ال", "لل", "و", "ف", "ب", "ك", "ل", "س", "وب", "ول", "وك", "فب"}
var hebrewClitics = []string{"ו", "ה", "ב", "ל", "מ", "ש", "כ", "וה", "וב", "ול", "ומ", "שה", "שב", "מה", "לכ", "וש"}
var ethiopicClitics = []string{"የ", "በ", "ለ", "ከ", "ስለ", "እና", "ወደ"}
