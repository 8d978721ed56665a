package news

import (
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// Token is one word of a text: its bytes from Start to End.
type Token struct {
	Start, End int
}

// AppendTokens appends the words of a folded text to dst. A word is a run of
// letters, digits and marks; in scripts written without spaces, and in Hangul,
// whose words carry particles, it is one character with its marks. An
// apostrophe parts words: "russia's" is two.
func AppendTokens(dst []Token, folded string) []Token {
	start := -1 // of the run under way
	for i := 0; i < len(folded); {
		switch asciiClass[folded[i]] {
		case asciiWord:
			if start < 0 {
				start = i
			}
			for i++; i < len(folded) && asciiClass[folded[i]] == asciiWord; {
				i++
			}
			continue
		case asciiGap:
			if start >= 0 {
				dst = append(dst, Token{start, i})
				start = -1
			}
			i++
			continue
		}
		r, ok := rune2(folded, i)
		size := 2
		if !ok {
			r, size = utf8.DecodeRuneInString(folded[i:])
		}
		class := classOf(r)
		if class != inWord && start >= 0 {
			dst = append(dst, Token{start, i})
			start = -1
		}
		switch {
		case class == inWord:
			if start < 0 {
				start = i
			}
		case class == unspacedMark && len(dst) > 0 && dst[len(dst)-1].End == i:
			dst[len(dst)-1].End = i + size
		case class != betweenWords:
			dst = append(dst, Token{i, i + size})
		}
		i += size
	}
	if start >= 0 {
		dst = append(dst, Token{start, len(folded)})
	}
	return dst
}

// What a byte is to AppendTokens; 0: part of a longer character.
const (
	asciiWord = iota + 1
	asciiGap
)

var asciiClass = func() (table [256]uint8) {
	for c := range utf8.RuneSelf {
		table[c] = asciiGap
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' {
			table[c] = asciiWord
		}
	}
	return table
}()

// What a rune is to AppendTokens.
const (
	betweenWords uint8 = iota
	inWord
	unspacedLetter
	unspacedMark
)

// classPages remembers workOutClass by pages of 256 runes, as foldPages does.
var classPages [(unicode.MaxRune + 1) / 256]atomic.Pointer[[256]uint8]

func classOf(r rune) uint8 {
	page := classPages[r/256].Load()
	if page == nil {
		page = new([256]uint8)
		for i := range page {
			page[i] = workOutClass(r&^255 + rune(i))
		}
		classPages[r/256].Store(page)
	}
	return page[r%256]
}

func workOutClass(r rune) uint8 {
	switch {
	case Unspaced(r) && unicode.IsMark(r):
		return unspacedMark
	case Unspaced(r):
		return unspacedLetter
	case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
		return inWord
	}
	return betweenWords
}

// Unspaced reports whether r is a letter or mark of a script in which one
// character is a token: Han, kana, Hangul, Thai, Lao, Khmer, Burmese.
func Unspaced(r rune) bool {
	switch {
	case r < 0x0E00:
		return false
	case r <= 0x0EFF: // Thai, Lao
		return unicode.IsLetter(r) || unicode.IsMark(r)
	case r < 0x1000:
		return false
	case r <= 0x109F: // Burmese
		return unicode.IsLetter(r) || unicode.IsMark(r)
	case r < 0x1100:
		return false
	case r <= 0x11FF: // Hangul jamo
		return true
	case 0x1780 <= r && r <= 0x17FF: // Khmer
		return unicode.IsLetter(r) || unicode.IsMark(r)
	case r < 0x3005:
		return false
	case r <= 0x3007, 0x3041 <= r && r <= 0x30FF, 0x3130 <= r && r <= 0x318F, 0x31F0 <= r && r <= 0x31FF,
		0x3400 <= r && r <= 0x4DBF, 0x4E00 <= r && r <= 0x9FFF, 0xAC00 <= r && r <= 0xD7AF, 0xF900 <= r && r <= 0xFAFF, 0x20000 <= r && r <= 0x3134F:
		return r != 0x30FB // the middle dot parts words
	}
	return false
}
