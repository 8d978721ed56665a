package normalize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// creditLabels are the words before a credit, folded.
var creditLabels = foldedList("photo photos photograph photographer photography|handout|courtesy|photo courtesy|illustrations|cortesía|cortesia|courtoisie|ilustrasi|ilustración|ilustração|ilustracja|illustrazione|illustratie|illustrasjon|иллюстрация|автор фото|фото автора|autor foto|autor fotografie|autor fotografije|画像提供|イラスト|photo by|photos by|photograph by|image by|picture by|pictures by|image|images|picture|pic|photo credit|image credit|image source|photo source|picture credit|credit|credits|image copyright|image caption credit|illustration|illustration by|" +
	"foto|fotos|foto oleh|sumber foto|dok|dok foto|kredit foto|gambar|bild|bilder|bildquelle|quelle|fotograf|bildrechte|beeld|foto de|foto di|foto von|foto van|crédit photo|crédits photo|crédit|crédits|photo de|crédito|créditos|crédito da foto|imagen|imagem|fotografía|fotografia|reprodução|divulgação|foto e|foto nga|immagine|credito|credits foto|crèdit|" +
	"фото|фото из|фотография|фотограф|источник фото|снимка|снимки|фотографија|слика|світлина|фота|здымак|сурет|" +
	"사진|사진제공|사진 제공|사진 출처|写真|写真提供|画像|撮影|提供|图|圖|图片|圖片|图片来源|圖片來源|图源|圖源|摄影|攝影|摄|攝|摄影师|供图|" +
	"الصورة|صورة|تصوير|مصدر الصورة|المصدر|عکس|عکاس|منبع عکس|تصویر|تصویر کا ذریعہ|تصویر کا کریڈٹ|צילום|תמונה|קרדיט|צלם|فوٹو|فوٹو کریڈٹ|صور|الصور|ارشيفية|عدسة|" +
	"φωτογραφία|φωτό|φωτο|φωτ|φωτ/φία|εικόνα|πηγή φωτογραφίας|fotó|kép|forrás|zdjęcie|zdj|fot|źródło|kuva|kuvaaja|valokuva|foto autors|nuotrauka|nuotr|fotografie|snímek|snímka|zdroj|fotografija|izvor|vir|ảnh|nguồn ảnh|hình|nguồn|ภาพ|ที่มาภาพ|ขอบคุณภาพ|" +
	"फोटो|फ़ोटो|तस्वीर|फोटो क्रेडिट|इमेज स्रोत|छायाचित्र|ছবি|छवि|படம்|ఫోటో|ಚಿತ್ರ|ഫോട്ടോ|ફોટો|ਫੋਟੋ|fotoğraf|fotoğraflar|kaynak|foto müəllifi|larawan|litrato|larawan mula sa|litrato mula sa|kuha ni|kuha ng|larawan ni|picha|ljósmynd|mynd|լուսանկար|ფოტო|រូបភាព|ဓာတ်ပုံ")

func foldedList(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.SplitSeq(list, "|") {
		set[news.Fold(w)] = true
	}
	for w := range strings.FieldsSeq("photo photos photograph photographer photography") {
		set[w] = true
	}
	return set
}

// splitCredit parts a caption from its credit, which loses its label.
func splitCredit(caption string) (text, credit string) {
	s := strings.TrimSpace(caption)
	for _, label := range [...]string{"Image caption, ", "Image caption "} {
		s = strings.TrimPrefix(s, label)
	}
	for _, cut := range [...]func(string) (string, string, bool){wireCredit, parenthesisCredit, signCredit, labelCredit, wordCredit, tailCredit} {
		if text, credit, ok := cut(s); ok {
			return withoutLabel(strings.TrimRight(text, " \t\n|–—-/([（【")), trimCredit(credit)
		}
	}
	return s, ""
}

// wireCredit reads the caption that a Korean agency writes like a report: "(강릉=연합뉴스)
// 박영호 기자 = ... 2025.2.12 yh@agency.example". The address at its end tells it from one.
func wireCredit(s string) (text, credit string, ok bool) {
	at := strings.LastIndexByte(s, ' ')
	if at < 0 || !strings.Contains(s[at:], "@") || !strings.HasPrefix(s, "(") {
		return "", "", false
	}
	p, rest, ok := bracketDateline(s[:at])
	if !ok || p.Agency == "" || len(p.Byline) == 0 {
		return "", "", false
	}
	return rest, p.Byline[0] + "/" + p.Agency, true
}

// withoutLabel takes the label of pictures off the front of a caption whose
// credit stands elsewhere: "Foto: Pelabuhan lama. (Antara/Budi)".
func withoutLabel(text string) string {
	label, rest, found := strings.Cut(text, ": ")
	if found && !strings.Contains(label, " ") && creditLabels[news.Fold(label)] && countWords(rest) > 2 {
		return rest
	}
	return text
}

func trimCredit(s string) string {
	s = strings.Trim(s, " \t\n:/=|-–—[]：·。")
	s = strings.TrimLeft(s, ".")
	if !strings.HasSuffix(s, " Inc.") && !strings.HasSuffix(s, " Corp.") && !strings.HasSuffix(s, " Ltd.") {
		s = strings.TrimRight(s, ".")
	}
	if strings.HasPrefix(s, "記者") || strings.HasPrefix(s, "记者") { // "記者林佳蓉／攝影"
		name, _, _ := strings.Cut(strings.ReplaceAll(s[len("記者"):], "／", "/"), "/")
		s = strings.TrimSpace(name)
	}
	for _, label := range [...]string{"Credit ", "Credit..."} { // of markup that says it twice
		s = strings.TrimPrefix(s, label)
	}
	if strings.Count(s, ")") > strings.Count(s, "(") {
		s = strings.TrimRight(s, ") ")
	}
	return s
}

// parenthesisCredit reads "... (AP Photo/Jane Roe)".
func parenthesisCredit(s string) (text, credit string, ok bool) {
	for _, pair := range [...][2]string{{"(", ")"}, {"（", "）"}, {"[", "]"}, {"【", "】"}} {
		inside, rest := cutParenthesis(s, pair[0], pair[1])
		if inside == "" || utf8.RuneCountInString(inside) > 90 {
			continue
		}
		if before, c, found := labelCredit(inside); found && before == "" {
			return rest, c, true
		}
		if before, c, found := signCredit(inside); found && before == "" {
			return rest, c, true
		}
		if c, found := insideParenthesis(inside); found {
			return rest, c, true
		}
	}
	return "", "", false
}

// insideParenthesis reads credits that need the marks around them to be told:
// "Source: NASA", "foto Ansa", "STUDIO/Jane Roe".
func insideParenthesis(s string) (credit string, ok bool) {
	if label, after, found := strings.Cut(s, ": "); found && looseLabels[news.Fold(label)] && namesLike(after) {
		if news.Fold(label) == "source" {
			return after, true
		}
		return s, true
	}
	label, after, found := strings.Cut(s, " ")
	if found && creditLabels[news.Fold(label)] && creditLike(after) {
		return after, true
	}
	if who, _, found := strings.Cut(s, ". 재판매"); found { // "[연합뉴스 제공. 재판매 및 DB 금지]"
		s = who
	}
	if creditLike(s) || archivePhotos(s) {
		return s, true
	}
	studio, name, found := strings.Cut(s, "/")
	return s, found && capitals(studio) && looksLikeAgency(studio) && utf8.RuneCountInString(studio) > 2 && len(strings.Fields(name)) >= 2 && looksLikeAgency(name)
}

// archivePhotos reports whether s is how Korean outlets name whose file photo it
// is: "연합뉴스 자료사진", "서울시 제공".
func archivePhotos(s string) bool {
	words := strings.Fields(s)
	if len(words) < 2 || len(words) > 5 {
		return false
	}
	switch words[len(words)-1] {
	case "자료사진", "제공", "캡처", "캡쳐", "사진", "촬영", "DB":
		return hangul(firstRune(s)) || isAgency(strings.Join(words[:len(words)-1], " "))
	}
	return false
}

// looseLabels label a credit only where nothing else stands beside them.
var looseLabels = foldedList("source|file|archive")

// signCredit reads a closing "© ...".
func signCredit(s string) (text, credit string, ok bool) {
	for _, sign := range [...]string{"©", "ⓒ", "(c) ", "(C) "} {
		i := strings.LastIndex(s, sign)
		if i < 0 || utf8.RuneCountInString(s[i:]) > 90 {
			continue
		}
		if credit = strings.TrimSpace(s[i+len(sign):]); credit != "" && (len(sign) < 4 || startsUpper(credit) || isAgency(credit)) {
			return s[:i], credit, true
		}
	}
	return "", "", false
}

// labelCredit reads the last label with a separator behind it, at the start of
// the caption or of a sentence.
func labelCredit(s string) (text, credit string, ok bool) {
	const longest = 100
	for i := len(s) - 1; i > 0; i-- {
		if len(s)-i > 3*longest {
			break
		}
		if c := s[i]; c != ':' && c != '=' && c != '/' && c != '|' && c != 0xEF { // with the wide forms
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !strings.ContainsRune(":：=＝/／|", r) {
			continue
		}
		credit = strings.TrimSpace(s[i+size:])
		if n := utf8.RuneCountInString(credit); n < 2 || n > longest {
			continue
		}
		if narrates(credit) {
			continue
		}
		if r == '/' && lends(s[:i]) {
			continue
		}
		if at, found := labelBefore(s[:i], credit); found && !pointed(s[:at]) && (!strings.ContainsRune("/／|", r) || opensSentence(s[:at])) {
			return s[:at], credit, true
		}
	}
	return openLabel(s)
}

// lenders name how a picture came to the outlet: before a slash they are part of
// the credit, as in "Reprodução/TV".
var lenders = foldedList("reprodução|divulgação|reproducción|handout|courtesy|cortesia|cortesía|courtoisie|arquivo|archivo|acervo")

// lends reports whether s ends in a lender.
func lends(s string) bool { return lenders[news.Fold(s[strings.LastIndexAny(s, " :：")+1:])] }

// opensSentence reports whether what follows s begins anew.
func opensSentence(s string) bool {
	s = strings.TrimRight(s, " \t\n\u3000")
	r, _ := utf8.DecodeLastRuneInString(s)
	return s == "" || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ','
}

// pointed reports whether the label behind s stands in a phrase that points at
// the picture: "На фото: ...", "Im Bild: ...".
func pointed(s string) bool {
	s = strings.TrimRight(s, " ")
	return pointers[news.Fold(s[strings.LastIndexAny(s, " \n.|(")+1:])]
}

var pointers = foldedList("на|в|у|in|the|in the|this|im|am|das|dieses|en|la|el|esta|na|em|dans|sur|cette|på|i|ved|op|de|deze|nella|sulla|az|în|στη|στην|هذه|این|इस|এই")

// narrates reports whether s tells something, as names and agencies do not: of
// many words most begin small, or letters without spaces run on.
func narrates(s string) bool {
	words, small := strings.Fields(s), 0
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLower(r) && !nameParticles[w] {
			small++
		}
	}
	if len(words) >= 6 && 5*small > 3*len(words) {
		return true
	}
	return !strings.ContainsAny(s, " /／・、") && utf8.RuneCountInString(s) > 15 && kana(s)
}

// kana reports whether s holds the letters that bind a Japanese sentence.
func kana(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Hiragana, r) {
			return true
		}
	}
	return false
}

// makers label a credit only before a name: they head sentences as often.
var makers = foldedList("video|vídeo|vidéo|видео|відео|βίντεο|فيديو|ویدئو|วิดีโอ|वीडियो|ভিডিও|screenshot|screengrab|screen grab|tangkapan layar|скриншот|скріншот|graphic|graphics|infographic|grafik|grafika|gráfico|infografik|infografis|infographie|montage|map|karte|autor|author|auteur|autore|автор|снимок")

// labelBefore finds a label of credit that ends s, and where it begins.
func labelBefore(s, credit string) (int, bool) {
	s = strings.TrimRight(s, " ")
	at := len(s)
	for words := 0; words < 3 && at > 0; words++ {
		i := strings.LastIndexAny(strings.TrimRight(s[:at], " "), " \n.。।۔,|(（;)）!?…\u3000/") // before one word
		start := i + 1
		if i >= 0 {
			_, size := utf8.DecodeRuneInString(s[i:])
			start = i + size
		}
		label := strings.Trim(news.Fold(s[start:]), ". ")
		if makers[label] && opensSentence(s[:start]) && (creditLike(credit) || looksLikeAgency(credit)) {
			return start, true
		}
		if creditLabels[label] {
			longer, found := 0, false
			if words < 2 && start > 0 && s[start-1] == ' ' {
				longer, found = longerLabel(s, start)
			}
			if found {
				return longer, true
			}
			return start, true
		}
		at = start
		if at > 0 && s[at-1] != ' ' && s[at-1] != '.' {
			break
		}
		at = max(at-1, 0)
	}
	return 0, false
}

// longerLabel tries the word before a label too: "Image credit".
func longerLabel(s string, start int) (int, bool) {
	i := strings.LastIndexAny(s[:start-1], " \n.,") + 1
	return i, creditLabels[news.Fold(s[i:])]
}

// openLabels are the labels that need no colon.
var openLabels = [...]string{"Photo by ", "Photos by ", "Photograph by ", "photo by ", "photos by ", "photograph by ", "Image by ", "Picture by ", "Photo courtesy of ", "Photos courtesy of ", "Image courtesy of ", "Courtesy of ", "Foto von ", "Foto di ", "Foto de ", "Photo de ", "Foto oleh ", "fot. ", "Fot. ", "zdj. ", "nuotr. ", "Nuotr. ", "Beeld ", "Image via ", "Photo via ", "Photos via ", "Video via ", "Image source, ", "Image copyright ", "Gambar fail ", "Foto fail ", "Larawan mula sa ", "Litrato mula sa ", "Kuha ni ", "Larawan ni ", "Picha na ", "Φωτ. ", "ΦΩΤ. ", "Credit...", "Credit ", "Source: "}

// openLabel reads labels that need no colon: "Photo by X", "fot. X".
func openLabel(s string) (text, credit string, ok bool) {
	var starts [256]bool // bytes that a word of s begins with
	after := byte(' ')
	for i := range len(s) {
		if strings.IndexByte(" .\n|(", after) >= 0 {
			starts[s[i]] = true
		}
		after = s[i]
	}
	for _, label := range openLabels {
		if !starts[label[0]] {
			continue
		}
		i := strings.LastIndex(s, label)
		if i < 0 || i > 0 && !strings.ContainsRune(" .\n|(", rune(s[i-1])) {
			continue
		}
		if whole := label == "Credit " || label == "Source: " || label == "Beeld "; whole && !opensSentence(s[:i]) || label == "Source: " && i > 0 {
			continue
		}
		credit = s[i+len(label):]
		if startsUpper(credit) && utf8.RuneCountInString(credit) <= 80 && !strings.Contains(strings.TrimRight(credit, "."), ". ") {
			return s[:i], credit, true
		}
	}
	return "", "", false
}

// wordCredit reads the credits of East Asia, which end in the act, and the
// closing "＝共同" of Japan.
func wordCredit(s string) (text, credit string, ok bool) {
	i := strings.LastIndex(s, "＝")
	if i < 0 {
		i = strings.LastIndex(s, "=")
	}
	if i > 0 {
		_, size := utf8.DecodeRuneInString(s[i:])
		credit = strings.TrimSpace(s[i+size:])
		if at := strings.LastIndex(credit, "、"); at > 0 && endsInAct(credit[at+len("、"):]) { // "...＝12日、宮古市、佐藤健撮影"
			return s[:i+size] + credit[:at], credit[at+len("、"):], true
		}
		if isAgency(credit) || endsInAct(credit) {
			return s[:i], credit, true
		}
	}
	at := strings.LastIndexAny(s, "。！？（(\n")
	_, size := utf8.DecodeRuneInString(s[max(at, 0):])
	if at < 0 {
		size = 0
	}
	if credit = strings.TrimRight(s[max(at, 0)+size:], "）) 。"); !endsInAct(credit) {
		return "", "", false
	}
	if text = s[:max(at, 0)]; at >= 0 && (s[at] != '(' && !strings.HasPrefix(s[at:], "（")) {
		text = s[:at+size]
	}
	return text, credit, true
}

// endsInAct reports whether s says in a few signs who took the picture.
func endsInAct(s string) bool {
	if n := utf8.RuneCountInString(s); n < 3 || n > 24 {
		return false
	}
	for _, act := range [...]string{"摄", "攝", "撮影", "提供", "供图", "供圖", "攝影", "摄影"} {
		if strings.HasSuffix(s, act) {
			return true
		}
	}
	return false
}

// tailCredit reads what stands behind the last sentence: "X/Agency",
// "- Getty Images", or the whole caption where it is nothing else.
func tailCredit(s string) (text, credit string, ok bool) {
	if head, _, found := cutLast(s, " - "); creditLike(s) && (cased(s) || !found || countWords(head) < 3) {
		return "", s, true
	}
	for _, sep := range [...]string{"\n", ". ", "。", "।", "۔", "! ", "? ", ".” ", " | ", " — ", " – ", " - ", " / "} {
		i := lastBreak(s, sep)
		if i < 0 {
			continue
		}
		tail := strings.TrimLeft(s[i+len(sep):], "/ ")
		if sep == ". " && forHouse(tail) {
			return s[:i+1], tail, true
		}
		if label, agency, found := strings.Cut(tail, " "); found && creditLabels[news.Fold(label)] && isAgency(agency) { // "- Foto BERNAMA"
			return s[:i+len(strings.TrimRight(sep, " -–—|"))], agency, true
		}
		slashed := len(tail) < len(s)-i-len(sep) // ". / ANA RUIZ"
		if sep == " / " && isPerson(tail) && countWords(s[:i]) >= 3 || archivePhotos(tail) {
			return s[:i+len(strings.TrimRight(sep, " /-–—|"))], tail, true
		}
		if name, ok := signedPhoto(tail); ok {
			return s[:i+len(strings.TrimRight(sep, " /-–—|"))], name, true
		}
		if !creditLike(tail) && !(slashed && looksLikeAgency(tail) && strings.Contains(tail, " ")) {
			continue
		}
		end := i
		if strings.ContainsRune(".!?。।۔", firstRune(sep)) {
			end += len(strings.TrimRight(sep, " "))
		}
		return s[:end], tail, true
	}
	return "", "", false
}

// signedPhoto reads a name with the label behind it: "J. Kairio nuotr.".
func signedPhoto(s string) (name string, ok bool) {
	name, label, found := cutLast(s, " ")
	return name, found && len(s) <= 60 && creditLabels[strings.Trim(news.Fold(label), ".")] && lower(firstRune(label)) && namesLike(name)
}

// forHouse reads "Jane Roe for the Courier": who took the picture, and for whom.
func forHouse(s string) bool {
	who, house, found := strings.Cut(strings.Trim(s, " ."), " for ")
	house = strings.TrimPrefix(strings.TrimPrefix(house, "the "), "The ")
	return found && !hasDigit(s) && strings.Contains(who, " ") && len(strings.Fields(who)) <= 4 && namesLike(who) && looksLikeAgency(house)
}

// lastBreak is where sep last stands, not counting the full stop of an
// initial; for a slash, where it first does.
func lastBreak(s, sep string) int {
	if sep == " / " {
		return strings.Index(s, sep)
	}
	for end := len(s); ; {
		i := strings.LastIndex(s[:end], sep)
		if i < 0 || sep != ". " {
			return i
		}
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if !unicode.IsUpper(r) || i > size && !strings.ContainsRune(" /.", rune(s[i-size-1])) {
			return i
		}
		end = i
	}
}

// creditLike reports whether s is names of people and agencies only.
func creditLike(s string) bool {
	s = strings.Trim(s, " .")
	if s == "" || utf8.RuneCountInString(s) > 80 || strings.ContainsAny(s, "?!;:") || !startsUpper(s) && strings.HasPrefix(news.Fold(s), "file") {
		return false
	}
	if who, lender, via := strings.Cut(s, " via "); via && namesLike(strings.ReplaceAll(who, "/", " ")) && namesLike(lender) {
		return true
	}
	parts := strings.FieldsFunc(strings.ReplaceAll(s, " - ", "/"), func(r rune) bool { return r == '/' || r == '|' || r == ',' })
	slashes := strings.Count(s, "/")
	agency := false
	for i, part := range parts {
		part = strings.TrimSpace(part)
		switch {
		case isAgency(part):
			agency = true
		case isChannel(part):
		case !namesLike(part) && !(i == 0 && slashes > 1 && !strings.Contains(part, " ")): // a photographer's own name for himself
			return false
		}
	}
	if agency {
		return true
	}
	i := strings.LastIndexAny(s, "/|")
	if i <= 0 || len(strings.Fields(s[:i])) < 2 || hasDigit(s[:i]) {
		return false
	}
	outlet := strings.TrimSpace(s[i+1:])
	return looksLikeAgency(outlet) || isChannel(outlet)
}

// isChannel reports whether s is a letter or two and a number, as stations and
// portals call themselves: "g9", "R7", "TV2".
func isChannel(s string) bool {
	letters := strings.TrimRight(s, "0123456789")
	return len(s) <= 4 && letters != "" && letters != s && len(letters) <= 2 && isASCIILetter(letters[0]) && isASCIILetter(letters[len(letters)-1])
}

// namesLike reports whether each word of s begins like a name.
func namesLike(s string) bool {
	words := strings.Fields(s)
	for _, w := range words {
		if !startsUpper(w) && !nameParticles[w] {
			return false
		}
	}
	return len(words) > 0 && len(words) <= 7
}

var nameParticles = map[string]bool{"de": true, "da": true, "do": true, "dos": true, "van": true, "von": true, "der": true, "den": true, "di": true, "del": true, "la": true, "le": true, "al": true, "bin": true, "for": true, "the": true, "via": true, "of": true, "y": true, "e": true, "&": true, "and": true, "el": true, "für": true, "pour": true, "para": true, "ten": true, "du": true, "bint": true}

// looksLikeAgency goes by shape: short, capitals first, no sentence.
func looksLikeAgency(s string) bool {
	if !startsUpper(s) || len(strings.Fields(s)) > 4 || utf8.RuneCountInString(s) > 30 || hasDigit(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" .-&'’", r) {
			return false
		}
	}
	return namesLike(s)
}
