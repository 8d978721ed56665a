package topics

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

func isLower(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return 'a' <= r && r <= 'z'
	case uint32(r) < twoBytes:
		return letterCase[r] == small
	}
	return mayBeCased(r) && unicode.IsLower(r)
}

// mayBeCased reports whether r may have a case: the scripts of India and East Asia have none.
func mayBeCased(r rune) bool {
	return !(0x0900 <= r && r < 0x10A0 || 0x2E80 <= r && r < 0xA640 || 0xAC00 <= r && r < 0xD800)
}

// firstByte is what the first byte of a letter says of its case; 0: nothing.
// The letters of India, Southeast and East Asia have none, but for what shares a
// byte with others.
var firstByte = func() (table [256]uint8) {
	for c := range table {
		switch {
		case 'a' <= c && c <= 'z':
			table[c] = small
		case 'A' <= c && c <= 'Z':
			table[c] = large
		case c < utf8.RuneSelf, c == 0xE0, 0xE3 <= c && c <= 0xE9, 0xEB <= c && c <= 0xED:
			table[c] = uncased
		}
	}
	return table
}()

// twoBytes is the first rune that takes three bytes in UTF-8: Latin, Greek,
// Cyrillic, Armenian, Hebrew and Arabic stand before it.
const twoBytes = 0x800

const (
	small = iota + 1
	large
	uncased
)

// letterCase is the case of those letters.
var letterCase = func() (table [twoBytes]uint8) {
	for r := range rune(twoBytes) {
		switch {
		case unicode.IsLower(r):
			table[r] = small
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			table[r] = large
		}
	}
	return table
}()

func isUpper(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return 'A' <= r && r <= 'Z'
	case uint32(r) < twoBytes:
		return letterCase[r] == large
	}
	return mayBeCased(r) && (unicode.IsUpper(r) || unicode.IsTitle(r))
}

func isASCII(s string) bool {
	for len(s) >= 8 {
		if (s[0]|s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7])&utf8.RuneSelf != 0 {
			return false
		}
		s = s[8:]
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func hasLower(s string) bool {
	for _, r := range s {
		if isLower(r) {
			return true
		}
	}
	return false
}

func isMarkAt(s string, at int) bool {
	r, _ := utf8.DecodeRuneInString(s[at:])
	return unicode.IsMark(r)
}

// script sorts letters as far as matching has to tell them apart.
type script uint8

const (
	otherScript script = iota
	latin
	cyrillic
	greek
	arabic
	hebrew
	han
	kana
	hangul
	thai
	indic
	ethiopic
)

func scriptOf(r rune) script {
	switch {
	case r < 0x250:
		return latin
	case 0x370 <= r && r < 0x400:
		return greek
	case 0x400 <= r && r < 0x530:
		return cyrillic
	case 0x590 <= r && r < 0x600:
		return hebrew
	case 0x600 <= r && r < 0x780:
		return arabic
	case 0x900 <= r && r < 0xE00:
		return indic
	case 0xE00 <= r && r < 0xE80:
		return thai
	case 0x1200 <= r && r < 0x1400:
		return ethiopic
	case 0x3041 <= r && r <= 0x30FF:
		return kana
	case 0xAC00 <= r && r <= 0xD7AF:
		return hangul
	case news.Unspaced(r) && r >= 0x3400:
		return han
	}
	return otherScript
}

// lookalike makes the final forms of Hebrew letters the common ones, so that a
// word with an ending is seen to begin like the word without.
func lookalike(folded string) string {
	if strings.IndexByte(folded, hebrewLead) < 0 {
		return folded
	}
	for i, r := range folded {
		if _, ok := hebrewFinals[r]; ok {
			b := []byte(folded)
			for j := i; j < len(b); {
				c, size := utf8.DecodeRune(b[j:])
				if common, ok := hebrewFinals[c]; ok {
					utf8.EncodeRune(b[j:], common)
				}
				j += size
			}
			return string(b)
		}
	}
	return folded
}

// hebrewLead begins every Hebrew letter in UTF-8.
const hebrewLead = 0xD7

var hebrewFinals = map[rune]rune{'ך': 'כ', 'ם': 'מ', 'ן': 'נ', 'ף': 'פ', 'ץ': 'צ'}
