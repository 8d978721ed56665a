package news

import (
	"encoding/binary"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold brings text into the one form in which Dateline compares it: compatible
// forms and letter case unified, marks of Latin, Greek, Cyrillic, Arabic and
// Hebrew letters off, format characters off, Arabic letter variants, dashes,
// apostrophes and digits of all scripts unified. Marks that are letters of
// their script (Indic vowels, kana voicing, Thai tones) stay. White space and
// punctuation stay. Folding twice is folding once.
func Fold(s string) string {
	if folded, ok := foldASCII(s); ok {
		return folded
	}
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		if w, ok := ascii8(s[i:]); ok {
			b = binary.LittleEndian.AppendUint64(b, w|upper8(w)>>2)
			i += 8
			continue
		}
		if r, ok := rune2(s, i); ok {
			b = append(b, foldRune(r)...)
			i += 2
			continue
		}
		var size int
		b, size = appendFolded(b, s, i)
		i += size
	}
	return string(b)
}

// FoldMap is Fold with the way back: source[i] is the byte offset in s of the
// character that folded[i] came from, and source[len(folded)] is len(s).
func FoldMap(s string) (folded string, source []int32) {
	b := make([]byte, 0, len(s)+8)
	source = make([]int32, 0, len(s)+9)
	for i := 0; i < len(s); {
		if w, ok := ascii8(s[i:]); ok {
			b = binary.LittleEndian.AppendUint64(b, w|upper8(w)>>2)
			n := int32(i)
			source = append(source, n, n+1, n+2, n+3, n+4, n+5, n+6, n+7)
			i += 8
			continue
		}
		if c := s[i]; c < utf8.RuneSelf {
			b, source = append(b, asciiFold[c]), append(source, int32(i))
			i++
			continue
		}
		if r, ok := rune2(s, i); ok {
			switch f := foldRune(r); len(f) {
			case 2:
				b, source = append(b, f[0], f[1]), append(source, int32(i), int32(i))
			default:
				b = append(b, f...)
				for range len(f) {
					source = append(source, int32(i))
				}
			}
			i += 2
			continue
		}
		var size int
		b, size = appendFolded(b, s, i)
		for len(source) < len(b) {
			source = append(source, int32(i))
		}
		i += size
	}
	return string(b), append(source, int32(len(s)))
}

// foldASCII is the short way for text without any other character. It looks at
// eight bytes at a time.
func foldASCII(s string) (string, bool) {
	var any, upper uint64
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := word8(s[i:])
		any |= w
		upper |= upper8(w)
	}
	for ; i < len(s); i++ {
		any |= uint64(s[i])
		upper |= upper8(uint64(s[i]))
	}
	switch {
	case any&(ones*0x80) != 0:
		return "", false
	case upper == 0:
		return s, true
	}
	return lowerASCII(s), true
}

// lowerASCII is s, which is all ASCII, in small letters.
func lowerASCII(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var chunk [256]byte
	i := 0
	for ; i+len(chunk) <= len(s); i += len(chunk) {
		for j := 0; j < len(chunk); j += 8 {
			w := word8(s[i+j:])
			binary.LittleEndian.PutUint64(chunk[j:], w|upper8(w)>>2)
		}
		b.Write(chunk[:])
	}
	for ; i < len(s); i++ {
		b.WriteByte(asciiFold[s[i]])
	}
	return b.String()
}

// ones times a byte is that byte eight times.
const ones = 0x0101010101010101

// word8 is the first eight bytes of s.
func word8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// ascii8 gives the first eight bytes of s if it has them and all are ASCII.
func ascii8(s string) (uint64, bool) {
	if len(s) < 8 {
		return 0, false
	}
	w := word8(s)
	return w, w&(ones*0x80) == 0
}

// rune2 gives the character of s at i if it takes two bytes: those of Latin,
// Greek, Cyrillic, Hebrew and Arabic do, and are never written in pieces that
// have to be seen as one.
func rune2(s string, i int) (rune, bool) {
	if i+1 >= len(s) || s[i] < 0xC2 || s[i] > 0xDF || s[i+1]&0xC0 != 0x80 {
		return 0, false
	}
	return rune(s[i]&0x1F)<<6 | rune(s[i+1]&0x3F), true
}

// upper8 has the highest bit of every byte of w set that is a capital. It
// holds for ASCII, where no byte carries into the next.
func upper8(w uint64) uint64 {
	return (w + ones*(0x80-'A')) &^ (w + ones*(0x80-'Z'-1)) & (ones * 0x80)
}

// appendFolded appends the character of s at i, or the cluster that must be
// seen as one, folded, and gives its length in s.
func appendFolded(b []byte, s string, i int) ([]byte, int) {
	if c := s[i]; c < utf8.RuneSelf {
		return append(b, asciiFold[c]), 1
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	if !composes(r, s[i+size:]) {
		return append(b, foldRune(r)...), size
	}
	size = max(size, norm.NFKC.NextBoundaryInString(s[i:], true))
	for _, c := range norm.NFKC.String(s[i : i+size]) {
		b = append(b, foldRune(c)...)
	}
	return b, size
}

// composes reports whether r and what follows are one letter written in
// pieces: Hangul in jamo, kana with a voicing mark.
func composes(r rune, rest string) bool {
	if 0x1100 <= r && r <= 0x11FF {
		return true
	}
	if !(0x3040 <= r && r <= 0x30FF || 0xFF66 <= r && r <= 0xFF9D) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return next == 0x3099 || next == 0x309A || next == 0xFF9E || next == 0xFF9F
}

var asciiFold = func() (table [utf8.RuneSelf]byte) {
	for c := range table {
		table[c] = byte(unicode.ToLower(rune(c)))
	}
	return
}()

// foldPages remembers foldRune by pages of 256 runes: working one out costs a
// microsecond, and a script's runes come together. It is a memo of a pure
// function, filled as scripts are met.
var foldPages [(unicode.MaxRune + 1) / 256]atomic.Pointer[[256]string]

func foldRune(r rune) string {
	if r < 0 || r > unicode.MaxRune {
		return string(unicode.ReplacementChar)
	}
	page := foldPages[r/256].Load()
	if page == nil {
		page = new([256]string)
		for i := range page {
			page[i] = workOutFold(r&^255 + rune(i))
		}
		foldPages[r/256].Store(page)
	}
	return page[r%256]
}

func workOutFold(r rune) string {
	if s, ok := specialFolds[r]; ok {
		return s
	}
	if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
		return ""
	}
	form := norm.NFKD
	if !marksFallOff(r) {
		form = norm.NFKC
	}
	var b strings.Builder
	for _, c := range form.String(string(r)) {
		if s, ok := specialFolds[c]; ok {
			b.WriteString(s)
			continue
		}
		if isLooseMark(c) {
			continue
		}
		if d, ok := digit(c); ok {
			b.WriteByte(byte('0' + d))
			continue
		}
		c = unicode.ToLower(c)
		if s, ok := specialFolds[c]; ok {
			b.WriteString(s)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// marksFallOff reports whether r is of a script whose diacritics are spelling
// that writers leave out, so that both spellings must be one.
func marksFallOff(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew, unicode.Common, unicode.Inherited) &&
		!(0x3000 <= r && r <= 0x30FF) && !(0xFF61 <= r && r <= 0xFF9F)
}

// isLooseMark reports whether c is a diacritic of such a script.
func isLooseMark(c rune) bool {
	switch {
	case 0x0300 <= c && c <= 0x036F, // Latin, Greek, Cyrillic
		0x0483 <= c && c <= 0x0489,
		0x0591 <= c && c <= 0x05BD, c == 0x05BF, c == 0x05C1, c == 0x05C2, c == 0x05C4, c == 0x05C5, c == 0x05C7, // Hebrew
		0x0610 <= c && c <= 0x061A, 0x064B <= c && c <= 0x065F, c == 0x0670, 0x06D6 <= c && c <= 0x06DC, 0x06DF <= c && c <= 0x06E4,
		c == 0x06E7, c == 0x06E8, 0x06EA <= c && c <= 0x06ED, // Arabic
		0x1AB0 <= c && c <= 0x1AFF, 0x1DC0 <= c && c <= 0x1DFF, 0x20D0 <= c && c <= 0x20F0, 0xFE20 <= c && c <= 0xFE2F:
		return true
	}
	return false
}

// digit gives the value of a decimal digit of any script. The digits of each
// script stand together, in runs of ten.
func digit(c rune) (int, bool) {
	if c < utf8.RuneSelf || !unicode.Is(unicode.Nd, c) {
		return 0, false
	}
	d := 0
	for d < 9 && unicode.Is(unicode.Nd, c-rune(d)-1) {
		d++
	}
	return d, true
}

// specialFolds are the letters that no normal form takes apart, and the signs
// that writers use for one another.
var specialFolds = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'ς': "σ", 'ı': "i", 'İ': "i", 'ł': "l", 'Ł': "l", 'ø': "o", 'Ø': "o", 'đ': "d", 'Đ': "d", 'ħ': "h", 'Ħ': "h",
	'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'þ': "th", 'Þ': "th", 'ð': "d", 'Ð': "d", 'ŋ': "n", 'Ŋ': "n", 'ə': "ə", 'Ə': "ə",
	'ي': "ي", 'ى': "ي", 'ی': "ي", 'ې': "ي", 'ک': "ك", 'ہ': "ه", 'ة': "ه", 'ۃ': "ه", 'ە': "ه", 'ٱ': "ا", 'ـ': "",
	'’': "'", '‘': "'", 'ʼ': "'", 'ʻ': "'", '′': "'", '`': "'", '´': "'", 'ʹ': "'", '＇': "'", '׳': "'",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '﹣': "-", '－': "-", '־': "-",
	'“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '‟': `"`, '״': `"`,
}
