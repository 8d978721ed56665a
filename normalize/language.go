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

// Signs that one way of writing Chinese has and the other has not.
const (
	simplified = "们这国说时会来对发经过还没问学长东车马门见贝风飞无书习买开关钱铁电乌亚产议论访谈总统战军边进远运连达选导联网线级给约红组织结税预项领类额题颜须顺顾顿频热灯灾炼烦爱状独狮现环画疗疯监" +
		"盘确础碍礼祸离种积称稳穷窃竞笔签简粮紧纪纯纳纸练细终绍绝继续绩维综绿编缓缩罗罚职肃胜脑脱腾艺节芦苏药荣获萨营蓝虑虽补装规视觉览计认让记讲许设证评识诉词译试话诚询该详语误请诸读课调谁" +
		"谢负财责贤败货质贩贪贫购贵费贺资赛赞赢赶趋跃踪转轮软轻载较辆辑输辖辞迁违迟适递逊遗邓邮释针钟钢银锁错锦键镇镜闭闻闹阅队阳阵际陆陈险随隐难雾静韩页饭饮馆驻验骑鱼鲜鸟鸡麦齐龙华协单卖卫" +
		"厂厅历压县双变吗听启员响园围图团圆场坏块坚坛垒声处备复够头夺奋奖妇孙宁宝实审宪宽宾寻寿将尔尘层属岁岛币师带帮广庆应庙废异张弹强归当录彻径态怀恋恶悬惊惧惨愤戏户扑执扩扫扬扰抚抢护报担" +
		"拥择挤挥损换据掳摄摆敌数断旧昼显晋暂术机杀权条极构枪标树样桥检楼欢欧残毁气汉汇汤沟沪泪泽洁测济浓涂涛润涨渐温湾满滚滞潜灭炉点烧伟传伤伦体债倾偿储儿养兽决况冻净凉减凤击则刚创剂剧办务" +
		"动劳势区医两严丧个临为丽举义乡亏亿仅从仓仪价众优"
	traditional = "們這國說時會來對發經過還沒問學長東車馬門見貝風飛無書習買開關錢鐵電烏樂亞產議論訪談總統戰軍邊進遠運連達選導聯網線級給約紅組織結稅預項領類額題顏須順顧頓頻熱燈災煉煩愛狀獨獅現環畫療瘋" +
		"監盤確礎礙禮禍離種積稱穩窮竊競筆簽簡糧緊紀純納紙練細終紹絕繼續績維綜綠編緩縮羅罰職肅勝腦脫騰藝節蘆蘇藥榮獲薩營藍慮雖補裝規視覺覽計認讓記講許設證評識訴詞譯試話誠詢該詳語誤請諸讀課調" +
		"誰謝負財責賢敗貨質販貪貧購貴費賀資賽贊贏趕趨躍蹤轉輪軟輕載較輛輯輸轄辭遷違遲適遞遜遺鄧郵釋裡針鐘鋼銀鎖錯錦鍵鎮鏡閉聞鬧閱隊陽陣際陸陳險隨隱難霧靜韓頁飯飲館駐驗騎魚鮮鳥雞麥齊龍華協單" +
		"賣衛廠廳歷壓縣雙變葉號嗎聽啟員響園圍圖團圓場壞塊堅壇壘聲處備復夠頭奪奮獎婦孫寧寶實審憲寬賓尋壽將爾塵層屬歲島幣師帶幫廣慶應廟廢異張彈強歸當錄徹徑態懷戀惡懸驚懼慘憤戲戶撲執擴掃揚擾撫" +
		"搶護報擔擁擇擠揮損換據擄攝擺敵數斷舊晝顯晉暫術機殺權條極構槍標樹樣橋檢樓歡歐殘毀氣漢匯湯溝滬淚澤潔測濟濃塗濤潤漲漸溫灣滿滾滯潛滅爐點燒偉傳傷倫體債傾償儲兒黨蘭興養獸衝決況凍淨準涼減" +
		"鳳擊劃則剛創劑劇辦務動勞勢區醫兩嚴喪個臨為麗舉義鄉虧雲億僅從倉儀價眾優臺灣"
)

// shortHan is the length of a headline, which in Japanese may do without kana.
const shortHan = 40

func claimsJapanese(claims []string) bool {
	return slices.ContainsFunc(claims, func(c string) bool { return primaryTag(c) == "ja" })
}

func chinese(text string, claims []string) string {
	score, signs := 0, 0
	for _, r := range text {
		signs++
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
	if score != 0 && !(signs <= shortHan && claimsJapanese(claims)) {
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

// lettersUnknown is what a language without counted letters has of the likeliest
// one's: its own words must speak for it.
const lettersUnknown = 0.88

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
	for j := range t.tags {
		if t.script[j] == script && !letters.has(t.tags[j], script) {
			score[j] += lettersUnknown * letterWeight * top
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
