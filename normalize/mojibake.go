package normalize

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// windows1252 are the bytes 0x80 to 0x9F of windows-1252 (WHATWG Encoding,
// index windows-1252), by what they stand for.
var windows1252 = map[rune]byte{
	'€': 0x80, '‚': 0x82, 'ƒ': 0x83, '„': 0x84, '…': 0x85, '†': 0x86, '‡': 0x87, 'ˆ': 0x88, '‰': 0x89, 'Š': 0x8A, '‹': 0x8B, 'Œ': 0x8C, 'Ž': 0x8E,
	'‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '•': 0x95, '–': 0x96, '—': 0x97, '˜': 0x98, '™': 0x99, 'š': 0x9A, '›': 0x9B, 'œ': 0x9C, 'ž': 0x9E, 'Ÿ': 0x9F,
}

// mend puts a text right that was stored badly: UTF-8 that was once read as
// windows-1252 ("aprÃ¨s"), and character references that were escaped twice
// ("&eacute;" in the text a reader sees).
func mend(s string) string {
	if strings.IndexByte(s, '&') >= 0 {
		if plain := html.UnescapeString(s); strings.Count(plain, "<") == strings.Count(s, "<") {
			s = plain
		}
	}
	return mendLetters(s)
}

// mendLetters reads runs of letters that are UTF-8 taken for windows-1252 as
// what they were. It needs proof: every letter beyond ASCII belongs to such a
// run, and what comes out is what such faults begin with in news, a letter with
// an accent or a sign of punctuation, or at least three letters of another
// script.
func mendLetters(s string) string {
	if strings.IndexByte(s, 0xC3) < 0 { // what the letters from U+00C2 to U+00F4 begin with
		return s
	}
	first := strings.IndexFunc(s, func(r rune) bool { return r >= 0xC2 && r <= 0xF4 })
	if first < 0 || !misreadAt(s[first:]) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	plain, foreign, stray := 0, 0, 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			b.WriteByte(s[i])
			i++
			continue
		}
		r, used := misread(s[i:])
		switch {
		case used == 0:
			lone, size := utf8.DecodeRuneInString(s[i:])
			if lone != '\u00a0' {
				stray++
			}
			b.WriteString(s[i : i+size])
			i += size
			continue
		case r < 0x180 || r >= 0x2010 && r <= 0x203A || r == '€' || r == '™' || r == '…':
			plain++
		default:
			foreign++
		}
		b.WriteRune(r)
		i += used
	}
	if stray > 0 || plain == 0 && foreign < 3 {
		return s
	}
	return b.String()
}

// misreadAt is a quick look whether s begins like a letter read wrongly.
func misreadAt(s string) bool {
	_, used := misread(s)
	return used > 0
}

// misread reads the letter at the start of s whose UTF-8 bytes were taken for
// letters of windows-1252, and how many bytes of s they are; 0: there is none.
func misread(s string) (letter rune, used int) {
	var raw [utf8.UTFMax]byte
	n := 0
	for i, r := range s {
		c, ok := byteOf(r)
		if n == 1 && r == ' ' { // a blank that cannot break, made an ordinary one
			switch {
			case raw[0] == 0xC2:
				return ' ', i + 1
			case raw[0] == 0xC3 && strings.HasPrefix(s[i+1:], " "):
				return 'à', i + 1
			case raw[0] == 0xC3:
				return 'à', i // the word's own blank stays
			}
		}
		if !ok || n == 0 && (c < 0xC2 || c > 0xF4) || n > 0 && c&0xC0 != 0x80 {
			return 0, 0
		}
		raw[n] = c
		n++
		if utf8.FullRune(raw[:n]) {
			letter, size := utf8.DecodeRune(raw[:n])
			if letter == utf8.RuneError || size != n {
				return 0, 0
			}
			return letter, i + utf8.RuneLen(r)
		}
		if n == len(raw) {
			return 0, 0
		}
	}
	return 0, 0
}

// byteOf is the byte that windows-1252 has for a letter beyond ASCII.
func byteOf(r rune) (byte, bool) {
	if r >= 0x80 && r <= 0xFF { // the five bytes that it leaves out are often passed through
		return byte(r), true
	}
	c, ok := windows1252[r]
	return c, ok
}
