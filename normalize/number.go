package normalize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// headingNumber takes the number off a heading. Years, decimals and ordinary
// words stay where they are.
func headingNumber(s string) (number int, text string, ok bool) {
	t := strings.TrimSpace(s)
	for _, read := range [...]func(string) (int, string, bool){digitHeading, romanHeading, circledHeading, hanHeading, wordHeading} {
		if n, rest, found := read(t); found {
			if rest = strings.TrimSpace(rest); rest != "" && n > 0 {
				return n, rest, true
			}
		}
	}
	return 0, s, false
}

func digitHeading(s string) (int, string, bool) {
	n, at := 0, 0
	body := strings.TrimLeft(s, "#(（【[")
	for i, r := range body {
		if !unicode.IsDigit(r) {
			at = i
			break
		}
		if n = n*10 + number(news.Fold(string(r))); n > 999 {
			return 0, "", false
		}
	}
	if at == 0 {
		return 0, "", false
	}
	rest := body[at:]
	if after, found := strings.CutPrefix(rest, "."); found {
		next, _ := utf8.DecodeRuneInString(after)
		return n, after, !unicode.IsDigit(next) && (unicode.IsSpace(next) || startsUpper(after))
	}
	if after, found := strings.CutPrefix(rest, " "); found && body != s && s[0] == '#' { // "#1 ..."
		return n, after, true
	}
	for _, sep := range [...]string{")", "）", "】", "]", "、", "．", ":", "：", "- ", " - ", " – ", " — ", ".-", "º ", "ª "} {
		if after, found := strings.CutPrefix(rest, sep); found {
			next, _ := utf8.DecodeRuneInString(after)
			return n, after, !unicode.IsDigit(next)
		}
	}
	return 0, "", false
}

func romanHeading(s string) (int, string, bool) {
	i := strings.IndexAny(s, ".):")
	if i <= 0 || i > 6 || !strings.HasPrefix(s[i+1:], " ") {
		return 0, "", false
	}
	n := romanValue(s[:i])
	return n, s[i+1:], n > 0 && n <= 40
}

func romanValue(s string) int {
	total, last := 0, 0
	for i := len(s) - 1; i >= 0; i-- {
		v := 0
		switch s[i] {
		case 'I':
			v = 1
		case 'V':
			v = 5
		case 'X':
			v = 10
		default:
			return 0
		}
		if v < last {
			total -= v
		} else {
			total, last = total+v, v
		}
	}
	return total
}

func circledHeading(s string) (int, string, bool) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case '①' <= r && r <= '⑳':
		return int(r-'①') + 1, s[size:], true
	case '❶' <= r && r <= '❿':
		return int(r-'❶') + 1, s[size:], true
	case '⑴' <= r && r <= '⒇':
		return int(r-'⑴') + 1, s[size:], true
	case 'Ⅰ' <= r && r <= 'Ⅻ':
		rest := strings.TrimLeft(s[size:], ".．、：: \u3000")
		return int(r-'Ⅰ') + 1, rest, len(rest) < len(s)-size
	}
	return 0, "", false
}

func hanHeading(s string) (int, string, bool) {
	body := strings.TrimLeft(s, "（(")
	body, ordinal := strings.CutPrefix(body, "第")
	n, used := hanValue(body)
	if used == 0 {
		return 0, "", false
	}
	rest := body[used:]
	for _, unit := range [...]string{"章", "节", "節", "条", "點", "点"} {
		if after, found := strings.CutPrefix(rest, unit); found && ordinal {
			rest = after
		}
	}
	for _, sep := range [...]string{"、", "：", ":", "，", "．", "）", ")", " ", "\u3000"} {
		if after, found := strings.CutPrefix(rest, sep); found && (ordinal || sep != " " && sep != "，" && sep != "\u3000") {
			return n, after, true
		}
	}
	return 0, "", false
}

// hanValue reads a Chinese number below 100.
func hanValue(s string) (n, used int) {
	for i, r := range s {
		d := strings.Index("一二三四五六七八九", string(r))
		switch {
		case r == '十':
			n = max(n, 1) * 10
		case d >= 0:
			n += d/3 + 1
		default:
			return n, i
		}
	}
	return 0, 0
}

// ordinalWords are the ordinals that open headings, folded, a line a language;
// "_" alone is a place left out, within a word a space.
var ordinalWords = func() map[string]int {
	words := map[string]int{}
	for line := range strings.Lines(ordinalLines) {
		for i, w := range strings.Fields(line) {
			words[news.Fold(strings.ReplaceAll(w, "_", " "))] = i + 1
		}
	}
	delete(words, " ")
	return words
}()

const ordinalLines = `أولا ثانيا ثالثا رابعا خامسا سادسا سابعا ثامنا تاسعا عاشرا
primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo
primeiro _ terceiro quarto _ _ sétimo oitavo
first second third fourth fifth sixth seventh eighth ninth tenth
firstly secondly thirdly fourthly fifthly
pertama kedua ketiga keempat kelima keenam ketujuh kedelapan kesembilan kesepuluh
erstens zweitens drittens viertens fünftens sechstens
premièrement deuxièmement troisièmement quatrièmement cinquièmement
primo secondo terzo
во-первых во-вторых в-третьих в-четвертых в-пятых
первое второе третье четвертое пятое
по-перше по-друге по-третє по-четверте по-п'яте
първо второ трето четвърто пето
прво друго треће четврто пето
prvo drugo treće četvrto peto
birinci ikinci üçüncü dördüncü beşinci
birincisi ikincisi üçüncüsü dördüncüsü beşincisi
اول دوم سوم چهارم پنجم
ראשית שנית שלישית רביעית חמישית
첫째 둘째 셋째 넷째 다섯째 여섯째 일곱째 여덟째 아홉째 열째
पहला दूसरा तीसरा चौथा पांचवां
প্রথমত দ্বিতীয়ত তৃতীয়ত চতুর্থত পঞ্চমত
po_pierwsze po_drugie po_trzecie po_czwarte po_piąte
za_prvé za_druhé za_třetí za_čtvrté za_páté
po_prvé po_druhé po_tretie po_štvrté po_piate
először másodszor harmadszor negyedszer ötödször
în_primul_rând în_al_doilea_rând în_al_treilea_rând
ten_eerste ten_tweede ten_derde ten_vierde ten_vijfde
för_det_första för_det_andra för_det_tredje för_det_fjärde
for_det_første for_det_andre for_det_tredje for_det_fjerde
ensinnäkin toiseksi kolmanneksi neljänneksi
πρώτον δεύτερον τρίτον τέταρτον πέμπτον
thứ_nhất thứ_hai thứ_ba thứ_tư thứ_năm
kwanza pili tatu nne tano`

// adjectives are ordinals that open phrases too, which a comma does not part.
var adjectives = foldedList("first|second|third|fourth|fifth")

// wordHeading reads "Erstens: ...", "첫째, ...".
func wordHeading(s string) (int, string, bool) {
	i := strings.IndexAny(s[:min(len(s), 60)], ":：,،，、")
	if i <= 0 {
		return 0, "", false
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	n := ordinalWords[news.Fold(strings.TrimSpace(s[:i]))]
	if adjectives[news.Fold(s[:i])] && s[i] == ',' && lower(firstRune(strings.TrimSpace(s[i+size:]))) {
		return 0, "", false // "First, the heat"
	}
	return n, s[i+size:], n > 0
}
