package normalize

import (
	"cmp"
	_ "embed" // the table of words
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed language_words.txt
var languageWordsText string

// maxLanguages bounds the table of languages that share a script.
const maxLanguages = 80

type languageTable struct {
	tags   []string
	script []textScript
	words  map[string][]languageVote
	opens  [1 << 16]uint16 // place in groups of those that begin with a pair of bytes; 0: none do
	groups [][]letterGroup
}

// letterGroup is up to four letters that say something of the language, and
// what: in whose words they are common, and whose do not know them.
type letterGroup struct {
	text   string
	common []languageVote
	absent []uint8
}

type languageVote struct {
	lang   uint8
	weight float32
}

// languageBytes is how much of a text is read for its language.
const languageBytes = 1200

// Language is the language of a text: a BCP 47 primary tag, for Chinese with
// the script, or "" where nothing tells. Claims are what page and feed declare;
// they decide between languages that the text leaves about equal.
func Language(text string, claims ...string) string {
	text = firstBytes(text, languageBytes)
	script, letters := mainScript(text)
	if letters == 0 {
		return ""
	}
	if own := scriptLanguage[script]; own != "" {
		return own
	}
	switch script {
	case scriptHan:
		return chinese(text, claims)
	case scriptBengali:
		if strings.ContainsAny(text, "ৰৱ") {
			return "as"
		}
		return "bn"
	}
	return languageTables().judge(text, script, claims)
}

type textScript uint8

const (
	scriptNone textScript = iota
	scriptLatin
	scriptCyrillic
	scriptArabic
	scriptDevanagari
	scriptHebrew
	scriptHan
	scriptBengali
	scriptKana
	scriptHangul
	scriptGreek
	scriptThai
	scriptGeorgian
	scriptArmenian
	scriptTamil
	scriptTelugu
	scriptKannada
	scriptMalayalam
	scriptGujarati
	scriptGurmukhi
	scriptSinhala
	scriptKhmer
	scriptLao
	scriptMyanmar
	scriptEthiopic
	scriptOriya
	scriptTibetan
	scriptThaana
	scriptCount
)

// scriptLanguage are the scripts of one language of news.
var scriptLanguage = [scriptCount]string{scriptKana: "ja", scriptHangul: "ko", scriptGreek: "el", scriptThai: "th", scriptGeorgian: "ka", scriptArmenian: "hy", scriptTamil: "ta", scriptTelugu: "te", scriptKannada: "kn", scriptMalayalam: "ml", scriptGujarati: "gu", scriptGurmukhi: "pa", scriptSinhala: "si", scriptKhmer: "km", scriptLao: "lo", scriptMyanmar: "my", scriptEthiopic: "am", scriptOriya: "or", scriptTibetan: "bo", scriptThaana: "dv"}

var scriptRanges = [...]struct {
	from, to rune
	script   textScript
}{
	{'A', 'Z', scriptLatin}, {'a', 'z', scriptLatin}, {0xC0, 0x24F, scriptLatin}, {0x1E00, 0x1EFF, scriptLatin}, {0x370, 0x3FF, scriptGreek}, {0x1F00, 0x1FFF, scriptGreek},
	{0x400, 0x52F, scriptCyrillic}, {0x531, 0x58F, scriptArmenian}, {0x5D0, 0x5F2, scriptHebrew}, {0x620, 0x6FF, scriptArabic}, {0x750, 0x77F, scriptArabic}, {0x780, 0x7BF, scriptThaana},
	{0x900, 0x963, scriptDevanagari}, {0x980, 0x9FF, scriptBengali}, {0xA00, 0xA7F, scriptGurmukhi}, {0xA80, 0xAFF, scriptGujarati}, {0xB00, 0xB7F, scriptOriya}, {0xB80, 0xBFF, scriptTamil},
	{0xC00, 0xC7F, scriptTelugu}, {0xC80, 0xCFF, scriptKannada}, {0xD00, 0xD7F, scriptMalayalam}, {0xD80, 0xDFF, scriptSinhala}, {0xE01, 0xE7F, scriptThai}, {0xE80, 0xEFF, scriptLao},
	{0xF00, 0xFFF, scriptTibetan}, {0x1000, 0x109F, scriptMyanmar}, {0x10A0, 0x10FF, scriptGeorgian}, {0x1200, 0x139F, scriptEthiopic}, {0x1780, 0x17FF, scriptKhmer},
	{0x3041, 0x30FF, scriptKana}, {0x3400, 0x9FFF, scriptHan}, {0xAC00, 0xD7A3, scriptHangul}, {0xFB50, 0xFEFC, scriptArabic},
}

func scriptOf(r rune) textScript {
	if r < utf8.RuneSelf {
		if 'a' <= r|0x20 && r|0x20 <= 'z' {
			return scriptLatin
		}
		return scriptNone
	}
	for _, x := range scriptRanges {
		if x.from <= r && r <= x.to {
			return x.script
		}
	}
	return scriptNone
}

// mainScript is the script most of the text is in. A letter of a script that
// says more than one sound counts more; some kana among Han is Japanese.
func mainScript(text string) (textScript, int) {
	var n [scriptCount]int
	letters := 0
	for _, r := range text {
		if s := scriptOf(r); s != scriptNone && r != 'ー' && r != '・' {
			n[s]++
			letters++
		}
	}
	if n[scriptKana] > 0 && n[scriptKana]*12 >= n[scriptHan] && (n[scriptKana]+n[scriptHan])*3 > n[scriptLatin] {
		return scriptKana, letters
	}
	n[scriptHan] *= 3
	n[scriptHangul] *= 3
	best := scriptNone
	for s := range n {
		if n[s] > n[best] {
			best = textScript(s)
		}
	}
	return best, letters
}

const (
	simplified  = "们这国说时会来对发经过还没问学长东车马门见贝风飞无书习买开关钱铁电乌乐亚产议论访谈总统战军边进远运连达选习导联网线级给约红组织结议"
	traditional = "們這國說時會來對發經過還沒問學長東車馬門見貝風飛無書習買開關錢鐵電烏樂亞產議論訪談總統戰軍邊進遠運連達選習導聯網線級給約紅組織結臺灣"
)

func chinese(text string, claims []string) string {
	score := 0
	for _, r := range text {
		if r < 0x3400 {
			continue
		}
		hans, hant := strings.ContainsRune(simplified, r), strings.ContainsRune(traditional, r)
		if hans && !hant {
			score++
		} else if hant && !hans {
			score--
		}
	}
	if score != 0 {
		if score < 0 {
			return "zh-Hant"
		}
		return "zh-Hans"
	}
	for _, c := range claims {
		c = strings.ToLower(c)
		switch {
		case primaryTag(c) == "ja":
			return "ja"
		case strings.Contains(c, "hant") || strings.HasSuffix(c, "tw") || strings.HasSuffix(c, "hk") || strings.HasSuffix(c, "mo"):
			return "zh-Hant"
		}
	}
	return "zh-Hans"
}

// languageTables weighs the words: the fewer languages share one, the more it
// says, and long ones say more than short ones.
var languageTables = sync.OnceValue(func() *languageTable {
	t := &languageTable{words: map[string][]languageVote{}}
	grams, absent := map[string][]languageVote{}, map[string][]uint8{}
	for line := range strings.Lines(languageWordsText) {
		tag, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if tag == "" || tag == "#" || len(t.tags) == maxLanguages {
			continue
		}
		words, groups, _ := strings.Cut(rest, "~")
		lang := uint8(len(t.tags))
		t.tags = append(t.tags, tag)
		script, _ := mainScript(words)
		t.script = append(t.script, script)
		for w := range strings.FieldsSeq(words) {
			vote(t.words, w, lang, 1+0.25*float32(min(utf8.RuneCountInString(w), 6)))
		}
		for g := range strings.FieldsSeq(groups) {
			if letter, ok := strings.CutPrefix(g, "-"); ok {
				absent[letter] = append(absent[letter], lang)
				continue
			}
			weight := float32(0.12)
			if g[0] >= utf8.RuneSelf {
				weight = 0.5
			}
			vote(grams, g, lang, weight)
		}
	}
	for _, table := range [...]map[string][]languageVote{t.words, grams} {
		for _, votes := range table {
			for i := range votes {
				votes[i].weight *= 0.6 + 1.4/float32(len(votes))
			}
		}
	}
	t.groups = make([][]letterGroup, 1) // 0 stands for none
	texts := slices.AppendSeq(slices.Collect(maps.Keys(grams)), maps.Keys(absent))
	slices.SortFunc(texts, shorterFirst)
	for _, g := range slices.Compact(texts) {
		t.open(letterGroup{text: g, common: grams[g], absent: absent[g]})
	}
	return t
})

func shorterFirst(a, b string) int {
	return cmp.Or(cmp.Compare(utf8.RuneCountInString(a), utf8.RuneCountInString(b)), strings.Compare(a, b))
}

// open files a group under the pairs that a text must show at a place where
// it can stand.
func (t *languageTable) open(g letterGroup) {
	if len(g.text) > 1 {
		t.file(bytePair(g.text), g)
		return
	}
	for second := range 256 {
		t.file(int(g.text[0])<<8|second, g)
	}
}

func (t *languageTable) file(pair int, g letterGroup) {
	if t.opens[pair] == 0 {
		t.opens[pair] = uint16(len(t.groups))
		t.groups = append(t.groups, nil)
	}
	at := t.opens[pair]
	t.groups[at] = append(t.groups[at], g)
}

// bytePair is the first two bytes of s, which is not empty.
func bytePair(s string) int {
	if len(s) == 1 {
		return int(s[0]) << 8
	}
	return int(s[0])<<8 | int(s[1])
}

func vote(table map[string][]languageVote, word string, lang uint8, weight float32) {
	for _, v := range table[word] {
		if v.lang == lang {
			return
		}
	}
	table[word] = append(table[word], languageVote{lang, weight})
}

func (t *languageTable) judge(text string, script textScript, claims []string) string {
	var score [maxLanguages]float32
	text = strings.ToLower(text)
	head := text[:wordEnd(text, languageHead)]
	words := t.count(head, &score)
	if len(head) < len(text) && !t.clear(script, &score) {
		words += t.count(text[len(head):], &score)
	}
	if !t.clear(script, &score) {
		t.addLetters(text, script, &score)
	}
	claimed := t.claimed(script, claims)
	if words == 0 {
		return claimed
	}
	best, top := "", float32(0)
	for i, tag := range t.tags {
		s := score[i]
		if t.script[i] != script {
			continue
		}
		if tag == claimed {
			s = s*1.12 + 0.6
		}
		if s > top {
			best, top = tag, s
		}
	}
	if top < 0.5 {
		return claimed
	}
	return best
}

// languageHead is how many bytes are enough where they leave no doubt.
const languageHead = 400

// wordEnd is the end of the first word of s that ends after n bytes.
func wordEnd(s string, n int) int {
	if len(s) > n {
		if at := strings.IndexByte(s[n:], ' '); at >= 0 {
			return n + at
		}
	}
	return len(s)
}

// clear reports whether the words alone leave no doubt.
func (t *languageTable) clear(script textScript, score *[maxLanguages]float32) bool {
	const sure, ahead = 12, 1.5
	best, second := float32(0), float32(0)
	for i := range t.tags {
		if s := score[i]; t.script[i] != script {
			continue
		} else if s > best {
			best, second = s, best
		} else if s > second {
			second = s
		}
	}
	return best > sure && best > ahead*second
}

// letterWeight is what the letters of a text weigh beside its words: four nats of
// likelihood are as much as one of the rarer common words.
const letterWeight = 0.25

// addLetters adds what the letters of a text say for each language of a script.
func (t *languageTable) addLetters(text string, script textScript, score *[maxLanguages]float32) {
	var sums [maxLanguages]float32
	letters := letterTables()
	letters.judge(text, &sums)
	top := float32(0)
	for i := range letters.tags {
		if letters.script[i] == script {
			top = max(top, sums[i])
		}
	}
	for j := range t.tags { // a language without letters has nearly what the likeliest has
		if t.script[j] == script && !letters.has(t.tags[j], script) {
			score[j] += 0.97 * letterWeight * top
		}
	}
	for i, tag := range letters.tags {
		if letters.script[i] != script {
			continue
		}
		for j := range t.tags {
			if t.tags[j] == tag && t.script[j] == script {
				score[j] += letterWeight * sums[i]
			}
		}
	}
}

// claimed is the first claim that can be true of a text in this script.
func (t *languageTable) claimed(script textScript, claims []string) string {
	for _, c := range claims {
		c = primaryTag(strings.TrimSpace(c))
		for i, tag := range t.tags {
			if tag == c && t.script[i] == script {
				return c
			}
		}
	}
	return ""
}

// count adds up what the words and letter groups of a text say.
func (t *languageTable) count(text string, score *[maxLanguages]float32) int {
	words := 0
	for i := 0; i < len(text); {
		size := letterAt(text[i:])
		if size == 0 {
			_, size = utf8.DecodeRuneInString(text[i:])
			i += size
			continue
		}
		end := i + size
		for end < len(text) {
			if size = letterAt(text[end:]); size == 0 {
				if text[end] != '\'' {
					break
				}
				size = 1
			}
			end += size
		}
		t.countWord(text[i:end], score)
		words++
		i = end
	}
	return words
}

// letterAt is the length of the letter or mark that s begins with; 0: it
// begins with something else.
func letterAt(s string) int {
	if c := s[0]; c < utf8.RuneSelf {
		if 'a' <= c|0x20 && c|0x20 <= 'z' {
			return 1
		}
		return 0
	}
	r, size := utf8.DecodeRuneInString(s)
	if unicode.IsLetter(r) || unicode.IsMark(r) {
		return size
	}
	return 0
}

func (t *languageTable) countWord(w string, score *[maxLanguages]float32) {
	for _, v := range t.words[w] {
		score[v.lang] += v.weight
	}
	for i := range len(w) {
		groups := t.groups[t.opens[bytePair(w[i:])]]
		for j := range groups {
			g := &groups[j]
			if !strings.HasPrefix(w[i:], g.text) {
				continue
			}
			for _, lang := range g.absent {
				score[lang] -= 0.7
			}
			for _, v := range g.common {
				score[v.lang] += v.weight
			}
		}
	}
}
