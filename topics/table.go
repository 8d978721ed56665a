package topics

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"dateline/news"
)

const noConcept conceptID = -1

// alias is one way to write a concept.
type alias struct {
	text    string // as written in the lexicon or the config
	words   []word
	concept conceptID
	sense   sense
	langs   langSet
	weak    bool // counts only in company
	capital bool // a name: written with a capital where the script has them
	upper   bool // all letters upper case in the source
	exact   bool // no endings
	term    term // of a holder's name: the years in office
}

// word is one folded word of an alias; open words take any short ending.
type word struct {
	text string
	open bool
}

// table finds aliases by the hash of the beginning of their first word.
type table struct {
	aliases []alias
	links   []link   // of the aliases, apart because most are only passed by
	heads   []int32  // of chains in links, plus one, by the key's last bits
	filter  []uint64 // one bit for each key, to turn most words away
	mask    uint64
	every   bool // find gives shorter aliases beside the longest
}

// bitsPerAlias keeps the filter sparse: of a hundred words that begin no alias
// it lets about three through.
const bitsPerAlias = 32

// link is what decides at a glance whether an alias is worth comparing.
type link struct {
	key    uint64
	langs  langSet
	next   int32
	size   int32 // bytes of its first word
	second byte  // first byte of its second word; 0: it has one word
}

func newTable(n int) *table {
	t := &table{aliases: make([]alias, 0, n), links: make([]link, 0, n)}
	t.resize(n)
	return t
}

// newOwnTable is the table of an editor's aliases.
func newOwnTable() *table {
	t := newTable(64)
	t.every = true
	return t
}

// resize makes room for n aliases and files those that are there again.
func (t *table) resize(n int) {
	size := uint64(1) << bits.Len(uint(n*bitsPerAlias))
	t.filter, t.mask = make([]uint64, size/64), size-1
	t.heads = make([]int32, size/bitsPerAlias*2)
	for i := range t.links {
		t.file(i)
	}
}

// file puts link i at the head of its chain.
func (t *table) file(i int) {
	l := &t.links[i]
	spread := mix(l.key) & t.mask
	t.filter[spread/64] |= 1 << (spread % 64)
	head := &t.heads[mix(l.key)&uint64(len(t.heads)-1)]
	l.next, *head = *head, int32(i+1)
}

func (t *table) mayHave(key uint64) bool {
	key = mix(key) & t.mask
	return t.filter[key/64]&(1<<(key%64)) != 0
}

// mix spreads what the last letters of a word changed over all bits.
func mix(key uint64) uint64 { return key ^ key>>29 }

// add files an alias. A star at the end of a word opens it to any ending, a
// text of up to four capitals (an editor's: two or three) is met in capitals
// only.
func (t *table) add(a alias) {
	folded := lookalike(news.Fold(a.text))
	var room [8]news.Token
	tokens := news.AppendTokens(room[:0], folded)
	if len(tokens) == 0 {
		return
	}
	a.words = make([]word, len(tokens))
	for i, tok := range tokens {
		w := word{text: folded[tok.Start:tok.End], open: tok.End < len(folded) && folded[tok.End] == '*'}
		if strings.HasPrefix(w.text, "ال") && len(w.text) > 8 {
			w.text = w.text[len("ال"):]
		}
		a.words[i] = w
	}
	a.text = strings.ReplaceAll(a.text, "*", "")
	r, _ := utf8.DecodeRuneInString(a.text)
	switch letters := utf8.RuneCountInString(a.text); {
	case a.sense < senseAlias:
		a.capital = isUpper(r)
		a.upper = a.capital && !hasLower(a.text) && letters <= 4
	case a.sense == senseAlias:
		a.upper = isUpper(r) && !hasLower(a.text) && 2 <= letters && letters <= 3
	}
	first, _ := utf8.DecodeRuneInString(a.words[0].text)
	if news.Unspaced(first) && len(a.words[0].text) == utf8.RuneLen(first) && len(tokens) == 1 && a.sense < senseAlias && a.langs != onlyKorean {
		return // one character of Han says too little, but among Hangul
	}
	key := hashOf(stem(a.words))
	l := link{key: key, langs: a.langs, size: int32(len(a.words[0].text))}
	if len(a.words) > 1 {
		l.second = a.words[1].text[0]
	}
	t.links = append(t.links, l)
	t.aliases = append(t.aliases, a)
	if len(t.links) > len(t.heads) {
		t.resize(2 * len(t.links))
		return
	}
	t.file(len(t.links) - 1)
}

// stem is the beginning of an alias that all its forms share: the first word
// without the vowel that endings replace, or two characters of Han.
func stem(words []word) string {
	w := words[0].text
	r, _ := utf8.DecodeRuneInString(w)
	if news.Unspaced(r) {
		if len(words) > 1 {
			return w + words[1].text
		}
		return w
	}
	if words[0].open {
		if base, ok := softens(w); ok && len(base) >= minStem {
			return base
		}
		return w
	}
	return bare(w)
}

// bare takes the vowel and a last s off, while three letters stay.
func bare(w string) string {
	n := utf8.RuneCountInString(w)
	r, size := utf8.DecodeLastRuneInString(w)
	if n > 4 && (r == 's' || r == 'σ') {
		if v, more := utf8.DecodeLastRuneInString(w[:len(w)-size]); strings.ContainsRune(vowels, v) {
			return w[:len(w)-size-more]
		}
	}
	if n > 3 && strings.ContainsRune(vowels, r) {
		return w[:len(w)-size]
	}
	return w
}

// vowels end a word where languages put their endings: also the soft sign, the
// virama and the Arabic and Georgian endings.
const vowels = "aeiouyаеиоуыэюяьєαειουηω" + "احهى" + "ה" + "ახიუ" + "ա" +
	"ािीेुूംാിെ്ుూ്ి్ాಾುಿ್ாிெு்" + "ൻർൽൾൺ"

const (
	hashSeed  = 14695981039346656037
	hashPrime = 1099511628211
)

func hashOf(s string) uint64 {
	return hashMore(hashSeed, s)
}

func hashMore(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * hashPrime
	}
	return h
}

// hit is one alias met in a text: tokens from first up to, not with, end.
type hit struct {
	alias      *alias
	part       int
	first, end int
	start      int // folded bytes
	stop       int
	sense      sense
	order      int
}

// unspaced appends the aliases that begin at token i, a character of a script
// without spaces, in the languages asked; the longest come last. It gives the
// token behind the longest, or i.
func (t *table) unspaced(found []hit, p *part, i, lang int) ([]hit, int) {
	best := i
	h := hashOf(p.word(i))
	if t.mayHave(h) {
		found, best = t.chain(found, p, h, i, lang, best)
	}
	if i+1 < len(p.tokens) {
		if h = hashMore(h, p.word(i+1)); t.mayHave(h) {
			found, best = t.chain(found, p, h, i, lang, best)
		}
	}
	return found, best
}

// word is token i, folded.
func (p *part) word(i int) string { return p.words[p.tokens[i].Start:p.tokens[i].End] }

// maxEnding bounds what may follow a stem, in bytes: Taiwanstraßenkonflikts.
const maxEnding = 32

// minStem is the length of the shortest stem that endings leave, in letters.
const minStem = 3

// chained is the first of the links, plus one, among which those of key are.
func (t *table) chained(key uint64) int32 { return t.heads[mix(key)&uint64(len(t.heads)-1)] }

// speaks reports whether the alias is of the language; -1 is any.
func (l *link) speaks(lang int) bool { return lang < 0 || l.langs.at(lang) }

// chain tries the aliases filed under key.
func (t *table) chain(found []hit, p *part, key uint64, i, lang, best int) ([]hit, int) {
	for at := t.chained(key); at > 0; at = t.links[at-1].next {
		l := &t.links[at-1]
		if l.key != key || !l.speaks(lang) {
			continue
		}
		if kind := t.aliases[at-1].ending(t.aliases[at-1].words[0], p.word(i), lang); kind != endsNot {
			found, best = t.try(found, p, candidate{at - 1, 0, kind}, i, lang, best)
		}
	}
	return found, best
}

// spaced appends the aliases that begin at token i, a word of a script with
// spaces, among those that its form admits; see unspaced.
func (t *table) spaced(found []hit, p *part, list []candidate, i, lang int) ([]hit, int) {
	best, offset := i, uint16(0)
	for _, c := range list {
		if c.offset != offset {
			if best > i {
				break // what fewer clitics leave wins
			}
			offset = c.offset
		}
		found, best = t.try(found, p, c, i, lang, best)
	}
	return found, best
}

// try appends alias c if it stands at token i and is not shorter than those
// that were found.
func (t *table) try(found []hit, p *part, c candidate, i, lang, best int) ([]hit, int) {
	if second := t.links[c.link].second; second != 0 && second < utf8.RuneSelf && (i+1 == len(p.tokens) || p.words[p.tokens[i+1].Start] != second) {
		return found, best
	}
	a := &t.aliases[c.link]
	n, stop, how := a.match(p, i, c.kind, lang)
	if n == 0 || !t.every && (i+n < best || i+n == best && len(found) > 0 && stop < found[len(found)-1].stop) {
		return found, best
	}
	return append(found, hit{alias: a, first: i, end: i + n, start: p.tokens[i].Start + int(c.offset), stop: stop, sense: how}), max(best, i+n)
}

// match reports how many tokens from i on spell a, where they end, and in what
// sense; 0 is no match. Of the first the ending is known.
func (a *alias) match(p *part, i int, first endKind, lang int) (n, stop int, how sense) {
	if i+len(a.words) > len(p.tokens) {
		return 0, 0, 0
	}
	how = a.sense.ended(first)
	for k := 1; k < len(a.words); k++ {
		w, tok := a.words[k], p.tokens[i+k]
		if !w.joins(p.folded[p.tokens[i+k-1].End:tok.Start]) {
			return 0, 0, 0
		}
		kind := a.ending(w, w.behindClitics(p.word(i+k)), lang)
		if kind == endsNot {
			return 0, 0, 0
		}
		how = how.ended(kind)
	}
	if !a.cased(p, i, len(a.words), how, lang) || !a.bounded(p, i, len(a.words)) {
		return 0, 0, 0
	}
	return len(a.words), p.tokens[i+len(a.words)-1].End, how
}

// ended is the sense of a name with an ending.
func (s sense) ended(kind endKind) sense {
	if kind == endsAdjective && s == senseName {
		return senseDemonym
	}
	return s
}

// behindClitics is text without what Semitic scripts write together with w.
func (w *word) behindClitics(text string) string {
	if text == w.text {
		return text
	}
	r, _ := utf8.DecodeRuneInString(text)
	for _, offset := range prefixes(text, scriptOf(r)) {
		if strings.HasPrefix(text[offset:], w.text) {
			return text[offset:]
		}
	}
	return text
}

// joins reports whether what stands between w and the word before leaves them
// one phrase. Characters of Han have no blank or quotation mark between them.
func (w *word) joins(gap string) bool {
	if gap == "" {
		return true
	}
	if len(gap) > 4 || strings.ContainsAny(gap, " \"'") && scriptOfText(w.text) == han {
		return false
	}
	for _, r := range gap {
		switch r {
		case ' ', '-', '\'', '.', '·', '・', '"', '&', '/', 'ー':
		default:
			return false
		}
	}
	return true
}

// cased reports whether the source has the letters' case that a needs.
func (a *alias) cased(p *part, i, n int, how sense, lang int) bool {
	if a.upper {
		tok := p.tokens[i]
		from, to := p.at(tok.Start), p.at(p.tokens[i+n-1].End)
		return !hasLower(strings.TrimRight(p.text[from:to], " "))
	}
	derived := how != a.sense && lang != english
	return !a.capital || derived || !isLower(p.first(i))
}

// english writes adjectives with a capital as well.
var english = langIndex["en"]

// ending tells whether text is w in a form of the language, or where that is
// unknown, of one of the languages that spell a so.
func (a *alias) ending(w word, text string, lang int) endKind {
	kind := ending(w, text, lang, a.exact)
	if lang >= 0 || kind != endsNot || a.langs == allLangs {
		return kind
	}
	for i := range langCodes {
		if a.langs.at(i) {
			if kind = ending(w, text, i, a.exact); kind != endsNot {
				return kind
			}
		}
	}
	return endsNot
}

// bounded reports whether unspaced text parts a from its neighbours as far as
// its script must: katakana from katakana, short Hangul from a word before.
func (a *alias) bounded(p *part, i, n int) bool {
	first, _ := utf8.DecodeRuneInString(a.words[0].text)
	last, _ := utf8.DecodeRuneInString(a.words[len(a.words)-1].text)
	before, after := p.neighbours(i, n)
	if n == 1 && scriptOf(first) == han && a.sense < senseAlias {
		return a.apart(p, i, before, after)
	}
	if scriptOf(first) == kana && isKatakana(before) && isKatakana(first) || scriptOf(last) == kana && isKatakana(last) && isKatakana(after) {
		return false
	}
	if scriptOf(first) == hangul && n <= 2 && scriptOf(before) == hangul {
		return false
	}
	if scriptOf(last) == hangul && n <= 2 && scriptOf(after) == hangul {
		return strings.ContainsRune(hangulAfter, after)
	}
	return true
}

// onlyKorean marks the aliases of Korean headlines that are one character.
var onlyKorean = parseLangs("ko")

// apart reports whether one character of Han stands by itself, as the countries
// do in Korean headlines (美 국무, 北·中). Weak ones are words as well (수사 中,
// 15日), and must not follow one.
func (a *alias) apart(p *part, i int, before, after rune) bool {
	if scriptOf(before) == han || scriptOf(after) == han || '0' <= before && before <= '9' {
		return false
	}
	if !a.weak {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(p.folded[:p.tokens[i].Start], " "))
	return scriptOf(last) != hangul
}

// hangulAfter begins what may follow a two-syllable name within a word: the
// particles, and nouns that newsrooms write together with it.
const hangulAfter = "은는이가을를의에와과도로만서인측산군계형발행령내외팀법어정대전관선총언당해국경제기업여교한안북남동방주무핵미외상사"

func isKatakana(r rune) bool { return 0x30A1 <= r && r <= 0x30FA || r == 0x30FC }

// neighbours are the letters directly before and behind n tokens from i.
func (p *part) neighbours(i, n int) (before, after rune) {
	before, _ = utf8.DecodeLastRuneInString(p.folded[:p.tokens[i].Start])
	after, _ = utf8.DecodeRuneInString(p.folded[p.tokens[i+n-1].End:])
	return before, after
}
