package stories

import (
	"strings"
	"unicode/utf8"

	"dateline/news"
)

// skeleton is how a name sounds, as far as spellings and scripts agree: its
// consonants in seven classes, p t k s r m n, none twice in a row. Зеленского,
// Selenskyj, زيلينسكي and 젤렌스키 begin with srnsk. It is empty for words of
// scripts that do not spell sounds, and takes at most maxSkeleton letters.
func skeleton(word string) string {
	word = bareName(news.Fold(word))
	var b [maxSkeleton]byte
	n := 0
	for len(word) > 0 && n < len(b) {
		class, size := sound(word)
		word = word[size:]
		for _, c := range []byte(class) {
			if n < len(b) && (n == 0 || b[n-1] != c) {
				b[n] = c
				n++
			}
		}
	}
	return string(b[:n])
}

// maxSkeleton leaves endings out of most names.
const maxSkeleton = 5

// bareName takes off what languages write together with a name: the article of
// Arabic, the case endings of Cyrillic that have a consonant.
func bareName(word string) string {
	for _, p := range [...]string{"وال", "بال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(word, p); ok && len(rest) >= 6 {
			return rest
		}
	}
	if r, _ := utf8.DecodeRuneInString(word); 0x400 <= r && r < 0x530 && len(word) >= 12 {
		for _, end := range [...]string{"ого", "ому", "ыми", "ами", "ями", "ом", "ем", "ым", "им", "ах", "ях"} {
			if rest, ok := strings.CutSuffix(word, end); ok {
				return rest
			}
		}
	}
	return word
}

// sound gives the class of the first letter of a folded word, or of the letters
// that are one sound, and their length. Vowels and h have none.
func sound(word string) (class string, size int) {
	c := word[0]
	if c < utf8.RuneSelf {
		return latinSound(word)
	}
	r, size := utf8.DecodeRuneInString(word)
	switch {
	case r == 'ν' || r == 'μ' || r == 'γ':
		if class, ok := greekPairs[word[:min(len(word), 4)]]; ok {
			return class, 4
		}
	case 0x900 <= r && r < 0xD80:
		return indicSounds[r&0x7F], size
	case 0xAC00 <= r && r <= 0xD7A3:
		syllable := int(r - 0xAC00)
		return hangulInitials[syllable/588] + hangulFinals[syllable%28], size
	}
	return sounds[r], size
}

func latinSound(word string) (class string, size int) {
	for _, d := range latinPairs {
		if strings.HasPrefix(word, d.letters) {
			return d.class, len(d.letters)
		}
	}
	switch c := word[0]; c {
	case 'b', 'p', 'f', 'v', 'w':
		return "p", 1
	case 'd', 't':
		return "t", 1
	case 'k', 'g', 'q':
		return "k", 1
	case 'c':
		if len(word) > 1 && strings.IndexByte("eiy", word[1]) >= 0 {
			return "s", 1
		}
		return "k", 1
	case 's', 'z', 'j':
		return "s", 1
	case 'x':
		return "ks", 1
	case 'r', 'l':
		return "r", 1
	case 'm':
		return "m", 1
	case 'n':
		return "n", 1
	}
	return "", 1
}

// latinPairs are letters that are one sound, the longer first.
var latinPairs = []struct{ letters, class string }{
	{"tsch", "s"}, {"sch", "s"}, {"tch", "s"}, {"dsch", "s"}, {"sh", "s"}, {"ch", "s"}, {"cz", "s"}, {"sz", "s"}, {"zh", "s"}, {"ts", "s"}, {"tz", "s"},
	{"dj", "s"}, {"dz", "s"}, {"kh", "k"}, {"gh", "k"}, {"ph", "p"}, {"th", "t"},
}

// greekPairs are how Greek writes b, d and g.
var greekPairs = map[string]string{"ντ": "t", "μπ": "p", "γκ": "k", "γγ": "k"}

// sounds are the classes of the letters of alphabets, folded.
var sounds = func() map[rune]string {
	m := map[rune]string{}
	for class, letters := range map[string]string{
		"p":  "бпвфπβφψبپفڤبבפבპბფვპբպփֆվパピプペポバビブベボフヴ",
		"t":  "дтτδθتدطضظثذדטתდთტդթտタテトダデドティチヂ",
		"k":  "гкхґқғκγχخغقكگחכקגკგქღყხკգկքխղカキクケコガギグゲゴ",
		"s":  "сзжцчшщџћђσζثجسزشصچژסזצשსზჟჩცძწჭჯშջսզժչցծձճշサシスセソザジズゼゾツヅ",
		"r":  "рлљρλرلړרלრლրլռラリルレロ",
		"m":  "мμمמმմマミムメモ",
		"n":  "нњνنנნնナニヌネノン",
		"ks": "ξ",
	} {
		for _, r := range letters {
			m[r] = class
		}
	}
	return m
}()

// indicSounds are the classes by the place in a block: the scripts of India
// stand in one order.
var indicSounds = func() (table [128]string) {
	for class, places := range map[string][]int{
		"k": {0x15, 0x16, 0x17, 0x18}, "s": {0x1A, 0x1B, 0x1C, 0x1D, 0x36, 0x37, 0x38, 0x5B},
		"t": {0x1F, 0x20, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27, 0x5C, 0x5D}, "n": {0x1E, 0x19, 0x23, 0x28, 0x29, 0x02},
		"p": {0x2A, 0x2B, 0x2C, 0x2D, 0x35, 0x5E}, "m": {0x2E}, "r": {0x30, 0x31, 0x32, 0x33, 0x34},
	} {
		for _, p := range places {
			table[p] = class
		}
	}
	return table
}()

// The classes of the beginnings and ends of Hangul syllables, in Unicode's order.
var (
	hangulInitials = [19]string{"k", "k", "n", "t", "t", "r", "m", "p", "p", "s", "s", "", "s", "s", "s", "k", "t", "p", ""}
	hangulFinals   = [28]string{"", "k", "k", "ks", "n", "n", "n", "t", "r", "rk", "rm", "rp", "rs", "rt", "rp", "r", "m", "p", "ps", "t", "t", "nk", "t", "t", "k", "t", "p", ""}
)
