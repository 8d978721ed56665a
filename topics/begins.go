package topics

import (
	"hash/maphash"
	"slices"
	"sync/atomic"
	"unicode/utf8"

	"dateline/news"
)

// beginnings remembers of which words an alias may begin. Most words of a text
// are few and begin none, so that one look at the memory is all they cost. It
// is a memo of a pure function over the tables: a word that another one pushed
// out is worked out again.
type beginnings struct {
	seed  maphash.Seed
	words [1 << memoryBits]atomic.Uint64 // hash of word and language, and the flags
}

// memoryBits makes the memory 256 KiB: it should stay near the processor.
const memoryBits = 15

// The flags in the last bits of what is remembered.
const (
	beginsBuiltIn uint64 = 1 << iota
	beginsOwn
	remembered
	flags = beginsBuiltIn | beginsOwn | remembered
)

func newBeginnings() *beginnings { return &beginnings{seed: maphash.MakeSeed()} }

// live gives the tokens of p at which aliases of the built-in table and of the
// editor's may begin.
func (m *Matcher) live(p *part, lang int, s *scratch) (builtIn, own []int32) {
	salt := uint64(lang+1) * hashPrime
	s.live = slices.Grow(s.live[:0], 2*len(p.tokens))
	builtIn, own = s.live[:0:len(p.tokens)], s.live[len(p.tokens):len(p.tokens):2*len(p.tokens)]
	for i, tok := range p.tokens {
		word := p.words[tok.Start:tok.End]
		if p.source != nil && word[0] >= utf8.RuneSelf {
			if r, _ := utf8.DecodeRuneInString(word); news.Unspaced(r) {
				// Two characters decide; the table's own filter is as quick.
				builtIn, own = append(builtIn, int32(i)), append(own, int32(i))
				continue
			}
		}
		h := maphash.String(m.begins.seed, word) ^ salt
		slot := &m.begins.words[h>>(64-memoryBits)]
		known := slot.Load()
		if known&^flags != h&^flags || known&remembered == 0 {
			known = h&^flags | remembered
			if m.lex.table.begins(word, lang) {
				known |= beginsBuiltIn
			}
			if m.user.begins(word, lang) {
				known |= beginsOwn
			}
			slot.Store(known)
		}
		if known&beginsBuiltIn != 0 {
			builtIn = append(builtIn, int32(i))
		}
		if known&beginsOwn != 0 {
			own = append(own, int32(i))
		}
	}
	if len(m.user.aliases) == 0 {
		own = nil
	}
	return builtIn, own
}

// begins reports whether the beginning of a word, behind its clitics, is filed
// for an alias of the language.
func (t *table) begins(word string, lang int) bool {
	if len(t.aliases) == 0 {
		return false
	}
	offsets := noClitics
	if word[0] >= utf8.RuneSelf {
		r, _ := utf8.DecodeRuneInString(word)
		offsets = prefixes(word, scriptOf(r))
	}
	for _, offset := range offsets {
		h, runes := uint64(hashSeed), 0
		for j := offset; j < len(word); j++ {
			h = (h ^ uint64(word[j])) * hashPrime
			if j+1 < len(word) && !utf8.RuneStart(word[j+1]) {
				continue
			}
			if runes++; (runes >= minStem || j+1 == len(word)) && t.mayHave(h) && t.files(h, word[offset:], lang) {
				return true
			}
		}
	}
	return false
}

// files reports whether an alias of the language is filed under key whose first
// word can be spelt so.
func (t *table) files(key uint64, word string, lang int) bool {
	for at := t.heads[mix(key)&uint64(len(t.heads)-1)]; at > 0; at = t.links[at-1].next {
		l := &t.links[at-1]
		if l.key != key || lang >= 0 && !l.langs.at(lang) || int32(len(word)) > l.size+maxEnding {
			continue
		}
		if a := &t.aliases[at-1]; a.ending(a.words[0], word, lang) != endsNot {
			return true
		}
	}
	return false
}
