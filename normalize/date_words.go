package normalize

import (
	_ "embed" // the tables of words
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

//go:embed date_words.txt
var dateWordsText string

// dateKind is what a word or number does in a date.
type dateKind uint8

const (
	dateNumber dateKind = iota
	dateSign            // punctuation that can matter
	dateMonth
	dateJalali
	dateHijri
	dateWeekday
	datePublished
	dateUpdated
	dateNoise
	dateAt
	dateAM
	datePM
	dateDay // so many days before today
	dateNow
	dateAgo
	dateCount // a number in words
	dateUnit  // of a relative date
	dateMark  // names the number before it: 年, 월
	datePrefix
	dateEra
	dateZone
)

// dateSense is one meaning of a word.
type dateSense struct {
	kind  dateKind
	value int
	count int    // with dateUnit: the word says the number too
	past  bool   // with dateUnit: the word says "ago" too
	langs string // space-separated; empty: all
}

type dateLexicon struct {
	words   map[string][]dateSense
	phrases map[string][]string // by first run of letters, longest first
}

// dateWords reads the table once.
var dateWords = sync.OnceValue(func() *dateLexicon {
	x := &dateLexicon{words: map[string][]dateSense{}, phrases: map[string][]string{}}
	for line := range strings.Lines(dateWordsText) {
		f := strings.Fields(line)
		if len(f) < 3 || f[0][0] == '#' {
			continue
		}
		x.readLine(f[0], strings.Trim(f[1], "*"), f[2:])
	}
	for _, z := range dateZones {
		x.add(z.name, dateSense{kind: dateZone, value: z.minutes, langs: z.langs})
	}
	for first := range x.phrases {
		sortByLength(x.phrases[first])
	}
	return x
})

// dateLineKinds are the kinds of lines that hold plain words.
var dateLineKinds = map[string]dateSense{
	"hijri": {kind: dateHijri}, "weekday": {kind: dateWeekday}, "published": {kind: datePublished}, "updated": {kind: dateUpdated},
	"noise": {kind: dateNoise}, "at": {kind: dateAt}, "am": {kind: dateAM}, "pm": {kind: datePM}, "today": {kind: dateDay},
	"yesterday": {kind: dateDay, value: 1}, "before": {kind: dateDay, value: 2}, "now": {kind: dateNow}, "ago": {kind: dateAgo},
	"one": {kind: dateCount, value: 1}, "two": {kind: dateCount, value: 2}, "three": {kind: dateCount, value: 3},
	"second": {kind: dateUnit, value: 's'}, "minute": {kind: dateUnit, value: 'i'}, "minute2": {kind: dateUnit, value: 'i', count: 2},
	"hour": {kind: dateUnit, value: 'h'}, "hour1": {kind: dateUnit, value: 'h', count: 1}, "hour2": {kind: dateUnit, value: 'h', count: 2},
	"day": {kind: dateUnit, value: 'd'}, "day1": {kind: dateUnit, value: 'd', count: 1}, "day2": {kind: dateUnit, value: 'd', count: 2},
	"week": {kind: dateUnit, value: 'w'}, "week1": {kind: dateUnit, value: 'w', count: 1}, "week2": {kind: dateUnit, value: 'w', count: 2},
	"minuteago": {kind: dateUnit, value: 'i', past: true}, "hourago": {kind: dateUnit, value: 'h', past: true}, "dayago": {kind: dateUnit, value: 'd', past: true},
	"weekago": {kind: dateUnit, value: 'w', past: true}, "monthago": {kind: dateUnit, value: 'm', past: true}, "yearago": {kind: dateUnit, value: 'y', past: true},
	"months": {kind: dateUnit, value: 'm'}, "years": {kind: dateUnit, value: 'y'}, "prefix": {kind: datePrefix},
}

func (x *dateLexicon) readLine(kind, langs string, words []string) {
	month := 1
	for _, w := range words {
		switch kind {
		case "month", "jalali", "ethiopic":
			if w == "|" {
				month++
				continue
			}
			s := dateSense{kind: dateMonth, value: month, langs: langs}
			switch kind {
			case "jalali":
				s.kind, s.value = dateJalali, month+jalaliMonths
			case "ethiopic":
				s.kind, s.value = dateJalali, month+ethiopicMonths
			}
			x.add(w, s)
		case "mark":
			name, unit, _ := strings.Cut(w, "=")
			x.add(name, dateSense{kind: dateMark, value: int(unit[0]), langs: langs})
		case "era":
			name, year, _ := strings.Cut(w, "=")
			x.add(name, dateSense{kind: dateEra, value: number(year), langs: langs})
		default:
			s := dateLineKinds[kind]
			s.langs = langs
			x.add(w, s)
		}
	}
}

func (x *dateLexicon) add(word string, s dateSense) {
	w := news.Fold(strings.ReplaceAll(word, "_", " "))
	senses := x.words[w]
	for i := range senses {
		if senses[i].kind == s.kind && senses[i].value == s.value && senses[i].count == s.count && senses[i].past == s.past {
			if s.langs == "" || senses[i].langs == "" {
				senses[i].langs = ""
			} else {
				senses[i].langs += " " + s.langs
			}
			return
		}
	}
	if len(senses) == 0 {
		if run := w[:letterRun(w)]; run != w {
			x.phrases[run] = append(x.phrases[run], w)
		}
	}
	x.words[w] = append(senses, s)
}

// find returns the longest entry that s begins with, or 0.
func (x *dateLexicon) find(s string) (int, []dateSense) {
	run := letterRun(s)
	for _, p := range x.phrases[s[:run]] {
		if strings.HasPrefix(s, p) && letterRun(s[len(p):]) == 0 {
			return len(p), x.words[p]
		}
	}
	if senses := x.words[s[:run]]; senses != nil {
		return run, senses
	}
	first, _ := utf8.DecodeRuneInString(s)
	if !news.Unspaced(first) {
		return 0, nil
	}
	return x.findUnspaced(s, run)
}

func (x *dateLexicon) findUnspaced(s string, run int) (int, []dateSense) {
	const longest = 48
	for end := min(run, longest); end > 0; end-- {
		if end < len(s) && !utf8.RuneStart(s[end]) {
			continue
		}
		for _, p := range x.phrases[s[:end]] {
			if strings.HasPrefix(s, p) {
				return len(p), x.words[p]
			}
		}
		if senses := x.words[s[:end]]; senses != nil {
			return end, senses
		}
	}
	return 0, nil
}

// letterRun is the length of the letters and marks that s begins with.
func letterRun(s string) int {
	for i, r := range s {
		if r < utf8.RuneSelf {
			if 'a' <= r && r <= 'z' {
				continue
			}
			return i
		}
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return i
		}
	}
	return len(s)
}

func sortByLength(words []string) {
	for i := range words {
		for j := i; j > 0 && len(words[j]) > len(words[j-1]); j-- {
			words[j], words[j-1] = words[j-1], words[j]
		}
	}
}

// number reads decimal digits; anything else ends it.
func number(s string) int {
	n := 0
	for i := 0; i < len(s) && '0' <= s[i] && s[i] <= '9' && n < 1e15; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
