package topics

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"dateline/news"
)

// beginnings remembers of which words an alias may begin, and which aliases do.
// Most words of a text are few and begin none, so that one look at the memory
// is all they cost. It is a memo of pure functions over the tables: what another
// word pushed out is worked out again.
type beginnings struct {
	seed  maphash.Seed
	first uint64 // seeds of hash, so that nobody can write words that meet
	last  uint64
	words [1 << memoryBits]atomic.Uint64            // hash of word and language, and the flags
	open  [1 << openingBits]atomic.Pointer[opening] // of words that begin an alias
}

// memoryBits makes the memory of words 256 KiB: it should stay near the
// processor. openingBits bounds the words whose aliases are remembered.
const (
	memoryBits  = 15
	openingBits = 12
)

// The flags in the last bits of what is remembered.
const (
	beginsBuiltIn uint64 = 1 << iota
	beginsOwn
	remembered
	flags = beginsBuiltIn | beginsOwn | remembered
)

func newBeginnings() *beginnings {
	b := &beginnings{seed: maphash.MakeSeed()}
	b.first, b.last = maphash.String(b.seed, "first"), maphash.String(b.seed, "last")
	return b
}

// hash is that of a word, for the memory alone.
func (b *beginnings) hash(word string) uint64 {
	n := len(word)
	var first, last uint64
	switch {
	case n > 16:
		return maphash.String(b.seed, word)
	case n >= 8:
		first, last = bytes8(word), bytes8(word[n-8:])
	case n >= 4:
		first, last = bytes4(word), bytes4(word[n-4:])
	default:
		first = uint64(word[0]) | uint64(word[n/2])<<8 | uint64(word[n-1])<<16
	}
	high, low := bits.Mul64(first^b.first, last^b.last^uint64(n))
	return high ^ low
}

func bytes8(s string) uint64 { return bytes4(s) | bytes4(s[4:])<<32 }

func bytes4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// live gives the tokens of p at which aliases of the built-in table and of the
// editor's may begin.
func (m *Matcher) live(p *part, lang int, s *scratch) (builtIn, own []int32) {
	salt := uint64(lang+1) * hashPrime
	s.live = slices.Grow(s.live[:0], 2*len(p.tokens))
	builtIn, own = s.live[:0:len(p.tokens)], s.live[len(p.tokens):len(p.tokens):2*len(p.tokens)]
	for i, tok := range p.tokens {
		word := p.words[tok.Start:tok.End]
		h := m.begins.hash(word) ^ salt
		unspaced := p.source != nil && word[0] >= unspacedLead && startsUnspaced(word)
		if unspaced && i+1 < len(p.tokens) {
			next := p.tokens[i+1]
			h += bits.RotateLeft64(m.begins.hash(p.words[next.Start:next.End]), 29)
		}
		slot := &m.begins.words[h>>(64-memoryBits)]
		known := slot.Load()
		if known&^flags != h&^flags || known&remembered == 0 {
			known = h&^flags | remembered
			if unspaced {
				known |= m.announces(p, i, lang)
			} else {
				known |= m.opens(word, lang).flags()
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

// unspacedLead is the first byte of the scripts that news.Unspaced speaks of;
// others have it, too.
const unspacedLead = 0xE0

func startsUnspaced(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return news.Unspaced(r)
}

// announces tells for a token of an unspaced script which tables file an alias
// under it, or under it and the next.
func (m *Matcher) announces(p *part, i, lang int) (known uint64) {
	if m.lex.table.announced(p, i, lang) || m.lex.isSign(p.word(i), lang) {
		known |= beginsBuiltIn
	}
	if m.user.announced(p, i, lang) {
		known |= beginsOwn
	}
	return known
}

func (l *lexicon) isSign(word string, lang int) bool {
	return lang >= 0 && l.signs[lang] != nil && l.signs[lang].aliases[word] != nil
}

func (t *table) announced(p *part, i, lang int) bool {
	h := hashOf(p.word(i))
	if t.files(h, lang) {
		return true
	}
	return i+1 < len(p.tokens) && t.files(hashMore(h, p.word(i+1)), lang)
}

// files reports whether an alias of the language is filed under key.
func (t *table) files(key uint64, lang int) bool {
	if !t.mayHave(key) {
		return false
	}
	for at := t.chained(key); at > 0; at = t.links[at-1].next {
		if l := &t.links[at-1]; l.key == key && l.speaks(lang) {
			return true
		}
	}
	return false
}

// opening is what may begin at a word of a spaced script.
type opening struct {
	word         string
	lang         int
	builtIn, own []candidate
}

// candidate is an alias whose first word a word is a form of.
type candidate struct {
	link   int32
	offset uint16 // of the alias in the word, behind clitics
	kind   endKind
}

func (o *opening) flags() (known uint64) {
	if len(o.builtIn) > 0 {
		known |= beginsBuiltIn
	}
	if len(o.own) > 0 {
		known |= beginsOwn
	}
	return known
}

// opens gives the aliases that may begin at a word.
func (m *Matcher) opens(word string, lang int) *opening {
	h := m.begins.hash(word) ^ uint64(lang+1)*hashPrime
	slot := &m.begins.open[h>>(64-openingBits)]
	if o := slot.Load(); o != nil && o.lang == lang && o.word == word {
		return o
	}
	o := &opening{lang: lang, builtIn: m.lex.table.opens(word, lang), own: m.user.opens(word, lang)}
	if o.flags() != 0 && len(word) <= maxRemembered {
		o.word = strings.Clone(word)
		slot.Store(o)
	}
	return o
}

// maxRemembered bounds the words whose opening is remembered, in bytes.
const maxRemembered = 64

// opens gives the aliases of the language whose first word a word is a form of,
// behind its clitics: in the order of clitics, then of the length of the stem.
func (t *table) opens(word string, lang int) (list []candidate) {
	if len(t.aliases) == 0 || len(word) > maxWord {
		return nil
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
			if runes++; (runes >= minStem || j+1 == len(word)) && t.mayHave(h) {
				list = t.fitting(list, h, word, offset, lang)
			}
		}
	}
	return list
}

// maxWord bounds the words that are looked up, in bytes.
const maxWord = 1 << 15

// fitting appends the aliases filed under key whose first word can be spelt as
// word is from offset on.
func (t *table) fitting(list []candidate, key uint64, word string, offset, lang int) []candidate {
	word = word[offset:]
	for at := t.chained(key); at > 0; at = t.links[at-1].next {
		l := &t.links[at-1]
		if l.key != key || !l.speaks(lang) || int32(len(word)) > l.size+maxEnding {
			continue
		}
		a := &t.aliases[at-1]
		if kind := a.ending(a.words[0], word, lang); kind != endsNot {
			list = append(list, candidate{at - 1, uint16(offset), kind})
		}
	}
	return list
}
