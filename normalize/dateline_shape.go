package normalize

import (
	_ "embed" // the tables of words
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

//go:embed dateline_words.txt
var datelineWordsText string

// datelineVocabulary is what tells places, labels and outlets apart where the
// shape of an opening leaves it open. All folded.
type datelineVocabulary struct {
	labels  map[string]bool // stand before a dash or in brackets as places do
	outlets map[string]bool // words that names of newspapers are made of
	regions map[string]bool // words that end or open the names of regions
	opens   []string        // what names of towns begin with
	ends    []string        // what names of towns end in
}

var datelineWords = sync.OnceValue(func() *datelineVocabulary {
	v := &datelineVocabulary{labels: map[string]bool{}, outlets: map[string]bool{}, regions: map[string]bool{}}
	for kind, w := range wordKinds(datelineWordsText) {
		switch kind {
		case "label":
			v.labels[w] = true
		case "outlet":
			v.outlets[w] = true
		case "region":
			v.regions[w] = true
		case "opens":
			v.opens = append(v.opens, w+" ", w+"-")
		case "ends":
			v.ends = append(v.ends, w)
		}
	}
	return v
})

// isLabel reports whether s is what newsrooms put before a report that is no
// place: "Analysis", "تحليل", "사진".
func isLabel(s string) bool {
	f := strings.Trim(news.Fold(s), " .!")
	return shoutedWords[f] || datelineWords().labels[f]
}

// labelSigns stand in the labels of Chinese and Japanese newsrooms and hardly
// ever in the names of places.
const labelSigns = "讯訊报報闻聞独獨速评評论論说説說解析図图圖写寫照视視频頻動动播特题題专專更社集声聲谈談访訪问問答看听聽读讀記记者快最热熱点點事件案经経經济済濟政治体體育技術术文化娱娛乐楽樂教健康预預警告戦赛賽試试合選选举舉連连载載編编辑輯話话情直撃击擊追踪深度原创創転转轉注目緊紧急号號外発发表会議议随筆想感考証证据據"

// shapedBracket reads a place alone in brackets that no table knows:
// "【海参崴】…。", "[라진] ….".
func shapedBracket(inside, rest string) (place string, ok bool) {
	inside = strings.TrimSpace(inside)
	if isPlace(inside) {
		return inside, startsSentence(rest) && hasEnd(rest)
	}
	first, size := firstRune(inside), utf8.RuneCountInString(inside)
	if isLabel(inside) || hasDigit(inside) || strings.ContainsAny(inside, labelSigns) || !reportFollows(rest, 12) {
		return "", false
	}
	for _, r := range inside {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != 'ー' {
			return "", false
		}
	}
	switch {
	case unicode.Is(unicode.Katakana, first):
		return inside, size >= 3 && size <= 12 && katakana(inside)
	case unicode.Is(unicode.Han, first): // labels have two signs or four
		return inside, size == 3 || size == 5 || size <= 6 && endsAny(inside, hanPlaceEnds)
	case hangul(first):
		return inside, size >= 3 && size <= 8 && endsAny(inside, hangulPlaceEnds)
	case startsUpper(inside) && cased(inside):
		return inside, placeShape(inside)
	}
	return "", false
}

// hanPlaceEnds and hangulPlaceEnds end the names of places and seldom labels.
var (
	hanPlaceEnds    = []string{"市", "县", "縣", "州", "省", "岛", "島", "堡", "斯克", "格勒", "河"}
	hangulPlaceEnds = []string{"스크", "스토크", "그라드", "부르크", "베르크", "스탄", "폴리스", "타운", "시티", "특별시", "광역시", "특구"}
)

func endsAny(s string, ends []string) bool {
	for _, e := range ends {
		if strings.HasSuffix(s, e) {
			return true
		}
	}
	return false
}

func katakana(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Katakana, r) && r != 'ー' {
			return false
		}
	}
	return true
}

// shapedPlace reports whether a head that no table knows and that stands
// before a dash is a place: its spelling says so, or its script has no
// capitals and it is one or two words that are no label.
func shapedPlace(head string, o opening) bool {
	if o.weak || isLabel(head) || !reportFollows(o.rest, 30) || aside(o.rest) {
		return false
	}
	words := strings.Fields(head)
	for _, w := range words {
		if isLabel(w) {
			return false
		}
	}
	if cased(head) {
		return len(words) <= 3 && namesLike(head) && placeShape(head)
	}
	first, letters := firstRune(head), utf8.RuneCountInString(head)
	switch {
	case len(words) > 2 || letters < 4 || letters > 22 || strings.ContainsAny(head, ",.،"):
		return false
	case unicode.Is(unicode.Arabic, first):
		return !strings.HasPrefix(head, "ال") && len(words) == 1 && letters >= 6
	case unicode.Is(unicode.Hebrew, first):
		return !strings.HasPrefix(head, "ה") && len(words) == 1 && letters >= 6
	case unicode.Is(unicode.Thai, first):
		return len(words) == 1
	}
	return indic(first)
}

// placeShape reports whether a name is spelt as towns are: "Novosibirsk",
// "San Telmo", "Хабаровск".
func placeShape(s string) bool {
	v, f := datelineWords(), news.Fold(s)
	for _, o := range v.opens {
		if strings.HasPrefix(f, o) && len(f) > len(o)+2 {
			return true
		}
	}
	last := f[strings.LastIndexByte(f, ' ')+1:]
	for _, e := range v.ends {
		if stem, found := strings.CutSuffix(last, e); found && utf8.RuneCountInString(stem) >= 3 {
			return true
		}
	}
	return false
}

// indic reports whether r is of a script of South Asia, whose press writes
// "place: report".
func indic(r rune) bool { return 0x0900 <= r && r <= 0x0DFF && unicode.IsLetter(r) }

// reportFollows reports whether rest is at least one whole sentence of so many
// signs; what has no full stop is a list or a headline.
func reportFollows(rest string, least int) bool {
	if !startsSentence(rest) || utf8.RuneCountInString(rest) < least {
		return false
	}
	return hasEnd(rest) || unicode.In(firstRune(rest), unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// hasEnd reports whether s ends as a sentence does.
func hasEnd(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, " \"'”’»)）」』]"))
	return strings.ContainsRune(".!?…。！？؟۔।॥։။។።:：", r) || strings.HasSuffix(s, "다.")
}

// namesOutlet reports whether the name behind a place is an outlet's and not
// a region's: "Невские вести", "Lake Courier".
func namesOutlet(s string) bool {
	v, words := datelineWords(), strings.Fields(news.Fold(s))
	outlet := false
	for _, w := range words {
		if v.regions[w] {
			return false
		}
		outlet = outlet || v.outlets[w]
	}
	return outlet && len(words) >= 2 && len(words) <= 4
}
