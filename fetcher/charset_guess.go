package fetcher

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// guessSample bounds how much of a document the guesser reads.
const guessSample = 64 << 10

// guessCharset names the likeliest encoding of undeclared bytes that are not
// UTF-8. Each candidate decodes a sample; the one whose letters look most like
// the writing it was made for wins, and windows-1252 wins where none does.
func guessCharset(body []byte) string {
	sample := body[:min(len(body), guessSample)]
	high, runs := highBytes(sample)
	if high == 0 {
		return "utf-8"
	}
	best, score := "windows-1252", 0.0
	for _, c := range []struct {
		name  string
		score func(text []byte, high int) float64
	}{
		{"shift_jis", japaneseScore},
		{"euc-jp", japaneseScore},
		{"euc-kr", koreanScore},
		{"gb18030", chineseScore},
		{"big5", chineseScore},
		{"windows-1251", cyrillicScore},
		{"koi8-r", cyrillicScore},
		{"windows-1255", hebrewScore},
		{"windows-1253", greekScore},
		{"windows-1256", arabicScore},
		{"windows-874", thaiScore},
	} {
		text := decodeAs(sample, c.name)
		if brokenBefore(text, len(text)-4) {
			continue
		}
		if s := c.score(text, high); s > score {
			best, score = c.name, s
		}
	}
	// Western text has single accented letters among ASCII; other scripts
	// write whole words beyond ASCII.
	if float64(high)/float64(runs) < 1.5 || score < 0.6 {
		return "windows-1252"
	}
	if best == "gb18030" {
		return "gbk"
	}
	return best
}

// highBytes counts the bytes beyond ASCII and the runs they stand in.
func highBytes(text []byte) (high, runs int) {
	inside := false
	for _, b := range text {
		if b >= utf8.RuneSelf {
			high++
			if !inside {
				runs++
			}
		}
		inside = b >= utf8.RuneSelf
	}
	return high, runs
}

// brokenBefore reports a replacement character before the end of the sample,
// where the cut itself may have broken one.
func brokenBefore(text []byte, end int) bool {
	for i := 0; i < end; {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError || unicode.Is(unicode.Co, r) {
			return true
		}
		i += size
	}
	return false
}

// tally counts the letters beyond ASCII that like accepts, and all of them.
func tally(text []byte, like func(r rune) float64) (liked, all float64) {
	return tallyPairs(text, func(_, r rune) float64 { return like(r) })
}

// tallyPairs is tally by what stands before a letter, too.
func tallyPairs(text []byte, like func(before, r rune) float64) (liked, all float64) {
	before := rune(' ')
	for _, r := range string(text) {
		if r >= utf8.RuneSelf {
			all++
			liked += like(before, r)
		}
		before = r
	}
	return liked, max(all, 1)
}

func japaneseScore(text []byte, _ int) float64 {
	kana := 0.0
	liked, all := tally(text, func(r rune) float64 {
		switch {
		case r >= 0xFF61 && r <= 0xFF9F: // half-width katakana: what EUC and GBK look like in Shift_JIS
			return -0.5
		case unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー':
			kana++
			return 1.2
		case unicode.Is(unicode.Han, r):
			return 0.7
		case unicode.IsPunct(r) || unicode.IsSymbol(r):
			return 0.6
		}
		return 0
	})
	if kana/all < 0.1 {
		return liked / all * 0.8
	}
	return liked / all
}

// commonHangul are syllables that make up half of any Korean text. Chinese read
// as Korean is made of all 2,350 alike.
const commonHangul = "이다는의에을를가로한하고지기사인어대은스시정자도서리일전그아나해보수장관부국제과여성상있들했으라주만구무원"

func koreanScore(text []byte, _ int) float64 {
	liked, all := tally(text, func(r rune) float64 {
		switch {
		case strings.ContainsRune(commonHangul, r):
			return 1.4
		case unicode.Is(unicode.Hangul, r):
			return 0.8
		case unicode.Is(unicode.Han, r):
			return 0.4
		case unicode.IsPunct(r):
			return 0.6
		}
		return 0
	})
	return liked / all
}

func chineseScore(text []byte, _ int) float64 {
	liked, all := tally(text, func(r rune) float64 {
		switch {
		case isCommonHan(r):
			return 1.2
		case unicode.Is(unicode.Han, r) && r < 0xA000:
			return 0.75
		case r >= 0x3000 && r <= 0x3002, r >= 0xFF01 && r <= 0xFF1F, unicode.IsPunct(r):
			return 0.8
		}
		return 0
	})
	return liked / all
}

func cyrillicScore(text []byte, high int) float64 {
	before := rune(' ')
	score, all := 0.0, 0.0
	for _, r := range string(text) {
		if r >= utf8.RuneSelf {
			all++
			switch {
			case r >= 'а' && r <= 'я' || r == 'ё':
				score++
			case r >= 'А' && r <= 'Я' && !unicode.IsLower(before):
				score += 0.7
			case unicode.Is(unicode.Cyrillic, r): // a capital inside a word: koi8-r read as 1251
				score -= 0.5
			case unicode.IsPunct(r):
				score += 0.6
			}
		}
		before = r
	}
	return score / max(all, 1)
}

// hebrewScore minds letters behind those that end a word: they are what Russian
// looks like.
func hebrewScore(text []byte, _ int) float64 {
	liked, all := tallyPairs(text, func(before, r rune) float64 {
		switch {
		case r >= 'א' && r <= 'ת' && strings.ContainsRune("ךםןףץ", before):
			return -1
		case r >= 'א' && r <= 'ת':
			return 1.05
		case unicode.IsPunct(r):
			return 0.6
		}
		return 0
	})
	return liked / all
}

func greekScore(text []byte, _ int) float64 {
	liked, all := tally(text, func(r rune) float64 {
		switch {
		case r == 'ΰ': // rare in Greek, and the commonest letter of Russian
			return -1
		case r >= 'ά' && r <= 'ώ':
			return 1.02
		case unicode.Is(unicode.Greek, r):
			return 0.5
		case unicode.IsPunct(r):
			return 0.6
		}
		return 0
	})
	return liked / all
}

func arabicScore(text []byte, _ int) float64 {
	liked, all := tally(text, func(r rune) float64 {
		switch {
		case unicode.Is(unicode.Arabic, r):
			return 1
		case unicode.IsPunct(r):
			return 0.6
		case unicode.IsLetter(r): // what other writings have where windows-1256 has French letters
			return -0.5
		}
		return 0
	})
	return liked / all
}

// thaiScore likes letters and the marks that stand over and under consonants,
// and minds marks that stand elsewhere: any two bytes of EUC are a letter or so,
// and few of them vowels.
func thaiScore(text []byte, _ int) float64 {
	vowels := 0.0
	liked, all := tallyPairs(text, func(before, r rune) float64 {
		if r >= 'ะ' && r <= 'ๅ' {
			vowels++
		}
		consonant := before >= 'ก' && before <= 'ฮ'
		switch {
		case unicode.Is(unicode.Mn, r) && !consonant && !unicode.Is(unicode.Mn, before):
			return -2
		case r == 'ฃ' || r == 'ฅ' || r >= '๏' && r <= '๛': // hardly written in our times
			return -1
		case unicode.Is(unicode.Thai, r):
			return 1
		}
		return 0
	})
	if vowels/all < 0.15 {
		return liked / all * 0.7
	}
	return liked / all
}

// isCommonHan knows the characters that make up a good part of any Chinese
// text, in both forms.
func isCommonHan(r rune) bool {
	switch r {
	case '的', '一', '是', '不', '了', '在', '人', '有', '我', '他', '这', '這', '中', '大', '来', '來', '上', '国', '國', '个', '個',
		'到', '说', '說', '们', '們', '为', '為', '子', '和', '你', '地', '出', '道', '也', '时', '時', '年', '得', '就', '那',
		'要', '下', '以', '生', '会', '會', '自', '着', '去', '之', '过', '過', '家', '学', '學', '对', '對', '可', '她', '里', '裡',
		'后', '後', '小', '么', '麼', '心', '多', '天', '而', '能', '好', '都', '然', '没', '沒', '日', '于', '於', '起', '还', '還',
		'发', '發', '成', '事', '只', '作', '当', '當', '想', '看', '文', '无', '無', '开', '開', '手', '十', '用', '主', '行',
		'方', '又', '如', '前', '所', '本', '见', '見', '经', '經', '头', '頭', '面', '公', '同', '三', '已', '老', '从', '從',
		'动', '動', '两', '兩', '长', '長', '新', '网', '網', '与', '與', '月', '分', '及', '全', '最', '美', '更', '名', '点', '點':
		return true
	}
	return false
}
