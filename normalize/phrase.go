package normalize

import (
	"iter"
	"strings"
	"sync"
	"unicode/utf8"

	"dateline/news"
)

// phrases is a table of wordings in many languages, compared by their folded
// words, so that neither case nor punctuation nor accents matter.
type phrases struct {
	kind    string
	read    sync.Once
	byFirst map[string][][]string
	first   [64]uint64 // a bit for each mark of a first word: most words need no look-up
}

// phrasesOf is the table of one kind of furnitureWordsText. It is read when it is
// first asked: most commands need none.
func phrasesOf(kind string) *phrases { return &phrases{kind: kind} }

func (p *phrases) readTable() {
	p.byFirst = map[string][][]string{}
	for line := range strings.Lines(furnitureWordsText) {
		kind, wordings, found := strings.Cut(line, ": ")
		if !found || kind != p.kind {
			continue
		}
		for wording := range strings.SplitSeq(wordings, ";") {
			if words := wordsOf(wording); len(words) > 0 {
				p.byFirst[words[0]] = append(p.byFirst[words[0]], words)
				at := markOf(words[0])
				p.first[at/64] |= 1 << (at % 64)
			}
		}
	}
}

// markOf is a number below 4096 that tells most words apart.
func markOf(word string) uint {
	if word == "" {
		return 0
	}
	last := len(word) - 1
	return (uint(word[0])*67 + uint(word[last])*19 + uint(word[last/2])*5 + uint(last)*257) % 4096
}

// whole reports whether words are one of the wordings and nothing else.
func (p *phrases) whole(words []string) bool {
	return len(words) > 0 && p.prefix(words) == len(words)
}

// prefix gives the length of the longest wording that words begin with.
func (p *phrases) prefix(words []string) int {
	longest := 0
	if len(words) == 0 {
		return 0
	}
	p.read.Do(p.readTable)
	if at := markOf(words[0]); p.first[at/64]&(1<<(at%64)) == 0 {
		return 0
	}
	for _, phrase := range p.byFirst[words[0]] {
		if len(phrase) > longest && hasPrefix(words, phrase) {
			longest = len(phrase)
		}
	}
	return longest
}

// within reports whether one of the wordings stands anywhere in words.
func (p *phrases) within(words []string) bool {
	for i := range words {
		if p.prefix(words[i:]) > 0 {
			return true
		}
	}
	return false
}

// made reports whether words are nothing but wordings of the table.
func (p *phrases) made(words []string) bool {
	if len(words) == 0 {
		return false
	}
	for len(words) > 0 {
		n := p.prefix(words)
		if n == 0 {
			return false
		}
		words = words[n:]
	}
	return true
}

func hasPrefix(words, phrase []string) bool {
	if len(words) < len(phrase) {
		return false
	}
	for i, w := range phrase {
		if words[i] != w {
			return false
		}
	}
	return true
}

// wordKinds yields the words of a table in which each line is a kind and its
// words: folded, "_" a space in them.
func wordKinds(table string) iter.Seq2[string, string] {
	return func(yield func(kind, word string) bool) {
		for line := range strings.Lines(table) {
			f := strings.Fields(line)
			if len(f) < 2 || f[0][0] == '#' {
				continue
			}
			for _, w := range f[1:] {
				if !yield(f[0], news.Fold(strings.ReplaceAll(w, "_", " "))) {
					return
				}
			}
		}
	}
}

// wordsOf gives the folded words of s.
func wordsOf(s string) []string {
	folded := news.Fold(s)
	var room [80]news.Token // as many as most lines that are asked about have
	tokens := news.AppendTokens(room[:0], folded)
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = folded[t.Start:t.End]
	}
	return words
}

// wordsUpTo is wordsOf for a line that only matters while it is short: nil for
// one longer than limit bytes.
func wordsUpTo(s string, limit int) []string {
	if len(s) > limit {
		return nil
	}
	return wordsOf(s)
}

// key is the form of a text in which repetitions are found.
func key(s string) string { return strings.Join(wordsOf(s), " ") }

// countWords counts the words of s; in scripts without spaces three signs of
// China and Japan count as two words, and of the alphabets of South-East Asia
// four as one, which is about what a translation would give.
func countWords(s string) int {
	n, in, unspaced, spelt := 0, false, 0, 0
	for i := range len(s) { // the short way, as far as it goes
		c := s[i]
		if c >= utf8.RuneSelf {
			s = s[i:]
			break
		}
		switch kind := wordByte[c]; {
		case kind == betweenWords:
			in = false
		case !in && kind == inWord:
			n++
			in = true
		}
		if i == len(s)-1 {
			return n
		}
	}
	for _, r := range s {
		switch {
		case r >= 0x0E00 && r < 0x1800 && news.Unspaced(r):
			spelt++
			in = false
		case r >= utf8.RuneSelf && news.Unspaced(r):
			unspaced++
			in = false
		case r == ' ' || r == '\n' || r == '\t' || r == '\u00a0':
			in = false
		case !in && (r >= utf8.RuneSelf || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z'):
			n++
			in = true
		}
	}
	return n + (unspaced*2+2)/3 + (spelt+3)/4
}

// What a byte of ASCII is to countWords.
const (
	besideWords uint8 = iota // an apostrophe, a full stop
	betweenWords
	inWord
)

var wordByte = func() (kinds [utf8.RuneSelf]uint8) {
	for c := range kinds {
		switch r := rune(c); {
		case r == ' ' || r == '\n' || r == '\t':
			kinds[c] = betweenWords
		case '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z':
			kinds[c] = inWord
		}
	}
	return kinds
}()

// closes reports whether s ends the way a sentence ends, in any script.
func closes(s string) bool {
	s = strings.TrimRight(s, " \u00a0\"'”’»)]）」』】")
	r, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune(".!?…:;。！？；：।॥؟۔։።", r)
}

// closesSentence is closes without the colon, which a heading may end with.
func closesSentence(s string) bool {
	s = strings.TrimRight(s, " \u00a0\"'”’»)]）」』】")
	r, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune(".!…;。！；।॥۔։።,，、", r)
}
