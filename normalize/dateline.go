package normalize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// datelineParts is what stands before the first sentence of a report.
type datelineParts struct {
	Place, Agency string
	Byline        []string
}

// splitDateline lifts the dateline off a first paragraph. It goes by shape: a
// short opening without a verb's room, a sign that ends it, and capitals, a
// known agency, a day or a city that reports are sent from. Without any of
// these an opening with a dash is an ordinary sentence.
func splitDateline(paragraph string) (parts datelineParts, rest string, ok bool) {
	s := strings.TrimSpace(paragraph)
	for _, shape := range [...]func(string) (datelineParts, string, bool){bracketDateline, wireDateline, gluedDateline, siteDateline, openDateline, leadingDateline} {
		if parts, rest, ok = shape(s); ok && rest != "" {
			return parts, rest, true
		}
	}
	return datelineParts{}, paragraph, false
}

// An opening is what may be a dateline and the text behind it.
type opening struct {
	head, rest string
	weak       bool // the sign behind it is no dash
	known      bool // only with an agency or a city we know
	stop       bool // a full stop ends it
}

// shouted reports whether s is one or two words in capitals, longer than an
// acronym and no label: "VÄSTERHAMN".
func shouted(s string) bool {
	words := strings.Fields(s)
	for _, w := range words {
		if utf8.RuneCountInString(w) < 3 || !capitals(w) || isLabel(w) || strings.ContainsAny(w, "./&0123456789") {
			return false
		}
	}
	return len(words) > 0 && len(words) < 3 && utf8.RuneCountInString(s) >= 5 && !isLabel(s) && !isAgency(s) && relatedPhrases.prefix(wordsOf(s)) == 0
}

// openDateline reads the openings that end in a sign: "SEOUL, June 19 (Yonhap)
// -- ", "МОСКВА, 19 июня. /ТАСС/. ", "Berlin (dpa) - " and "LIMA.- ".
func openDateline(s string) (datelineParts, string, bool) {
	for _, cut := range [...]func(string) (opening, bool){slashOpening, dottedOpening, signOpening, parenthesisOpening, stopOpening} {
		o, ok := cut(s)
		if !ok || o.rest == "" {
			continue
		}
		if p, ok := readOpening(o); ok {
			return p, o.rest, true
		}
	}
	return datelineParts{}, "", false
}

// leadingDateline reads "(ANSA) - ROMA, 20 GIU - ".
func leadingDateline(s string) (p datelineParts, rest string, ok bool) {
	inside, tail, closed := strings.Cut(strings.TrimPrefix(s, "("), ")")
	if !closed || s[0] != '(' || !isAgency(inside) {
		return p, "", false
	}
	p, rest, ok = openDateline(strings.TrimLeft(tail, " -–—"))
	if p.Agency != "" {
		return datelineParts{}, "", false
	}
	p.Agency = inside
	return p, rest, ok
}

// siteDateline reads "Liputan.example, Jakarta Pemerintah ...": the site and a
// city that we know, with no sign before the sentence.
func siteDateline(s string) (p datelineParts, rest string, ok bool) {
	site, tail, found := strings.Cut(s, ", ")
	if !found || len(site) > 40 || !isSiteName(news.Fold(site)) {
		return p, "", false
	}
	for words, at := 1, 0; words <= 3; words++ {
		next := strings.IndexByte(tail[at:], ' ')
		if next < 0 {
			break
		}
		at += next + 1
		if place := tail[:at-1]; isPlace(place) && startsUpper(tail[at:]) {
			return datelineParts{Place: place, Agency: site}, tail[at:], true
		}
	}
	return p, "", false
}

// gluedDateline reads "دمشق-سانا ", where nothing but the agency's name ends
// the dateline.
func gluedDateline(s string) (p datelineParts, rest string, ok bool) {
	first, rest, found := strings.Cut(s, " ")
	place, agency, dash := strings.Cut(first, "-")
	if !found || !dash || !isPlace(place) || !isAgency(agency) {
		return p, "", false
	}
	return datelineParts{Place: place, Agency: agency}, strings.TrimSpace(rest), true
}

const longestOpening = 110

// slashOpening ends behind an agency between slashes.
func slashOpening(s string) (opening, bool) {
	limit := s[:min(len(s), longestOpening)]
	from := strings.IndexByte(limit, '/')
	if from <= 0 {
		return opening{}, false
	}
	to := strings.IndexByte(limit[from+1:], '/')
	if to <= 0 {
		return opening{}, false
	}
	to += from + 1
	agency := strings.TrimSpace(s[from+1 : to])
	if !isAgency(agency) && !(looksLikeAgency(agency) && (strings.HasPrefix(s[to:], "/. ") || strings.HasPrefix(s[to:], "/ -"))) {
		return opening{}, false
	}
	return opening{head: strings.TrimSpace(s[:from]) + " (" + agency + ")", rest: strings.TrimLeft(s[to+1:], " .-–—:")}, true
}

// dottedOpening reads "КИЇВ. 20 червня. Укрінформ. ".
func dottedOpening(s string) (opening, bool) {
	f := strings.SplitN(s, ". ", 4)
	if len(f) < 4 || len(f[0])+len(f[1])+len(f[2]) > longestOpening || !hasDigit(f[1]) || !isDayText(f[1]) || !isAgency(f[2]) {
		return opening{}, false
	}
	return opening{head: f[0] + ", " + f[1] + " (" + f[2] + ")", rest: strings.TrimSpace(f[3])}, true
}

// signOpening ends at a dash between spaces, at ".-" or at a colon.
func signOpening(s string) (opening, bool) {
	depth := 0
	for i, r := range s[:min(len(s), longestOpening)] {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth == 0 && r == '-' && strings.HasPrefix(s[i:], "--("): // "BRIGHTPORT, Maine--(BUSINESS WIRE)--"
			if wire, tail, found := strings.Cut(s[i+len("--("):], ")--"); found && len(wire) < 40 && looksLikeAgency(wire) && tail != "" {
				return opening{head: strings.TrimSpace(s[:i]) + " (" + wire + ")", rest: strings.TrimSpace(tail)}, true
			}
		case depth == 0 && strings.ContainsRune("-–—―", r) && i > 0:
			after := strings.TrimLeft(s[i:], "-–—―")
			if s[i-1] != ' ' && s[i-1] != '.' && !(unicode.Is(unicode.Arabic, firstRune(s)) && isPlace(s[:i])) || !strings.HasPrefix(after, " ") {
				continue
			}
			head := strings.TrimSpace(s[:i])
			if tail, agency, ok := leadingAgency(after); ok {
				return opening{head: head + " (" + agency + ")", rest: tail}, true
			}
			return opening{head: head, rest: strings.TrimSpace(after)}, true
		case depth == 0 && r == '៖': // Khmer
			return opening{head: strings.TrimSpace(s[:i]), rest: strings.TrimSpace(s[i+len("៖"):]), weak: true}, true
		case depth == 0 && r == ':' && strings.HasPrefix(s[i+1:], " "):
			return opening{head: strings.TrimSpace(s[:i]), rest: strings.TrimSpace(s[i+1:]), weak: true}, true
		}
	}
	return opening{}, false
}

// parenthesisOpening ends behind an agency in parentheses with no sign after.
func parenthesisOpening(s string) (opening, bool) {
	limit := s[:min(len(s), longestOpening)]
	i := strings.IndexByte(limit, ')')
	j := strings.IndexByte(limit, '(')
	if j <= 0 || i < j || !isAgency(s[j+1:i]) {
		return opening{}, false
	}
	return opening{head: s[:i+1], rest: strings.TrimLeft(s[i+1:], " .।:"), weak: true, known: true}, true
}

// stopOpening ends a known city at a full stop: "STOCKHOLM. ", "काठमाडौँ । ".
func stopOpening(s string) (opening, bool) {
	for _, stop := range [...]string{". ", "। "} {
		head, rest, found := strings.Cut(s, stop)
		if head = strings.TrimSpace(head); !found || len(head) >= longestOpening {
			continue
		}
		rest = strings.TrimSpace(rest)
		if isPlace(head) && (stop != ". " || capitals(head) || reportFollows(rest, 30)) || stop == ". " && shouted(head) && reportFollows(rest, 40) && !capitals(rest) {
			return opening{head: head, rest: rest, weak: true, known: isPlace(head), stop: true}, true
		}
	}
	return opening{}, false
}

// readOpening tells place, day and agency of an opening.
func readOpening(o opening) (p datelineParts, ok bool) {
	var head string
	if p.Agency, head = cutParenthesis(o.head, "(", ")"); p.Agency == "" {
		p.Agency, head = cutParenthesis(o.head, "/", "/")
	}
	branch, _, _ := strings.Cut(p.Agency, "/")
	if p.Agency != "" && !isAgency(p.Agency) && !isAgency(branch) && !looksLikeAgency(p.Agency) {
		return p, false
	}
	sure := p.Agency != ""
	var places []string
	for _, f := range openingFields(head) {
		switch {
		case isAgency(f), len(places) > 0 && p.Agency == "" && namesOutlet(f):
			p.Agency, sure = f, true
		case sure && len(places) > 0 && digitRun(f) == len("2024") && len(f) == len("2024"): // the year of the day before it
		case hasDigit(f):
			if len(f) > 40 || !isDayText(f) {
				return p, false
			}
			sure = true
		case len(places) == 1 && p.Agency == "" && isPlace(places[0]) && !capitals(places[0]) && namesStation(f),
			len(places) == 1 && p.Agency == "" && !o.weak && namesLike(places[0]) && !capitals(places[0]) && isAcronym(f):
			p.Agency, sure = f, true
		default:
			places = append(places, f)
		}
	}
	if len(places) == 0 || len(places) > 3 || !placeLike(places[0], sure, o) {
		return p, false
	}
	for _, more := range places[1:] {
		if !startsUpper(more) || len(strings.Fields(more)) > 4 {
			return p, false
		}
	}
	p.Place = withInitialsDot(strings.Join(places, ", "), o.head)
	return p, true
}

// withInitialsDot gives a place that ends in initials the full stop back that
// it has in the head: "SIOUX FALLS, S.D.".
func withInitialsDot(place, head string) string {
	last := place[strings.LastIndexAny(place, " ,")+1:]
	if len(last) >= 3 && len(last)%2 == 1 && strings.Contains(head, last+".") {
		for i := range len(last) {
			if isDot := last[i] == '.'; isDot != (i%2 == 1) || !isDot && (last[i] < 'A' || last[i] > 'Z') {
				return place
			}
		}
		return place + "."
	}
	return place
}

// openingFields parts a head at its commas, or where it has none at its full
// stops, and a day from the place before it.
func openingFields(head string) []string {
	raw := strings.FieldsFunc(head, func(r rune) bool { return r == ',' || r == '،' })
	if len(raw) < 2 {
		raw = splitStops(strings.TrimRight(head, " ,"))
		if known := strings.Trim(head, " ."); isPlace(known) {
			raw = []string{known}
		}
	}
	var fields []string
	for _, f := range raw {
		f = strings.Trim(f, " .-–—")
		day := strings.IndexFunc(f, unicode.IsDigit)
		place := ""
		if day > 0 {
			place = strings.TrimSuffix(strings.TrimSpace(f[:day]), " في")
		}
		switch {
		case f == "":
		case day > 0 && (isPlace(place) || namesLike(place) && !isDayText(place) && isDayText(f[day:])):
			fields = append(fields, place, f[day:])
		default:
			fields = append(fields, f)
		}
	}
	return fields
}

// splitStops parts s at its full stops, but not behind a number: "Praha 20. června".
func splitStops(s string) []string {
	var fields []string
	for from, i := 0, 0; ; i++ {
		next := strings.Index(s[i:], ". ")
		if next < 0 {
			return append(fields, s[from:])
		}
		if i += next; i == 0 || s[i-1] < '0' || s[i-1] > '9' {
			fields, from = append(fields, s[from:i]), i+len(". ")
		}
	}
}

// namesStation reports whether s names an outlet by an acronym: "CNN Indonesia".
func namesStation(s string) bool {
	for w := range strings.FieldsSeq(s) {
		if utf8.RuneCountInString(w) >= 3 && capitals(w) {
			return true
		}
	}
	return false
}

// isAcronym reports whether s is one word of three to six capitals.
func isAcronym(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 3 && n <= 6 && capitals(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsUpper(r) }) < 0
}

// leadingAgency reads the agency of "Riyadh - Reuters: ".
func leadingAgency(s string) (tail, agency string, ok bool) {
	for i, r := range s {
		if i > 40 {
			break
		}
		if strings.ContainsRune(":-–—", r) || r == '.' && strings.HasPrefix(s[i:], ". ") {
			if agency = strings.TrimSpace(s[:i]); isAgency(agency) {
				return strings.TrimSpace(strings.TrimLeft(s[i:], ".:-–— ")), agency, true
			}
		}
	}
	return "", "", false
}

// cutParenthesis takes the last pair of marks off the end of s.
func cutParenthesis(s, open, closing string) (inside, rest string) {
	t := strings.TrimRight(s, " .")
	body, found := strings.CutSuffix(t, closing)
	if !found {
		return "", s
	}
	i := strings.LastIndex(body, open)
	if i < 0 {
		return "", s
	}
	return strings.TrimSpace(body[i+len(open):]), strings.TrimSpace(body[:i])
}

// isDayText reports whether s is a day as a dateline writes it, without year.
func isDayText(s string) bool {
	p := dateParser{s: news.Fold(s)}
	if !p.scan() {
		return false
	}
	month, numbers, slash := false, 0, false
	for _, t := range p.toks[:p.n] {
		switch t.kind {
		case dateMonth, dateJalali, dateMark:
			month = true
		case dateNumber:
			numbers++
		case dateSign:
			slash = slash || t.value == '/'
		}
	}
	return month || slash && numbers == 2 // "20/6"
}

func hasDigit(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) >= 0 }

func startsUpper(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) && !lower(r)
}

// lower reports whether r is a small letter. Georgian has no capitals in use,
// though Unicode calls its letters small.
func lower(r rune) bool { return unicode.IsLower(r) && !unicode.Is(unicode.Georgian, r) }

// capitals reports whether s has letters with case, all of them capitals.
func capitals(s string) bool {
	upper := false
	for _, r := range s {
		if lower(r) {
			return false
		}
		upper = upper || unicode.IsUpper(r)
	}
	return upper
}

// cased reports whether s has letters that know capitals.
func cased(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsUpper(r) || lower(r) }) >= 0
}

// placeLike reports whether s can be a place. Without other evidence it must
// be a city we know with a new sentence behind it, or before a dash be in
// capitals and longer than an acronym.
func placeLike(s string, sure bool, o opening) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 5 || strings.ContainsAny(s, "?!\"“”«»;:") {
		return false
	}
	letters := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	known := isPlace(s)
	switch {
	case sure:
		return letters > 1 && startsUpper(s) && (known || !o.known || hasDigit(o.head))
	case !startsSentence(o.rest):
		return false
	case known && !cased(s):
		return true
	case known && capitals(s):
		return true
	case known:
		return (!o.weak || o.stop) && !aside(o.rest) && !unicode.IsDigit(firstRune(o.rest))
	case o.stop:
		return shouted(s)
	case o.weak:
		first, _ := utf8.DecodeRuneInString(s)
		return !o.known && !isLabel(s) && len(words) == 1 && letters >= 2 && letters <= 12 && indic(first)
	}
	return capitals(s) && letters >= 5 && !isAgency(s) && !isLabel(s) || shapedPlace(s, o)
}

// startsSentence reports whether s begins as a sentence does, not as one goes on.
func startsSentence(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return !lower(r)
		}
	}
	return false
}

// aside reports whether the words behind a dash are soon ended by another, so
// that they stand inside a sentence: "Paris – Stadt der Liebe – ruft."
func aside(rest string) bool {
	first, _, _ := strings.Cut(rest, ". ")
	first = first[:min(len(first), 90)]
	return strings.Contains(first, " – ") || strings.Contains(first, " — ") || strings.Contains(first, " - ")
}

// shoutedWords open paragraphs in capitals as cities do: bodies with long
// acronyms and the labels of newsrooms. Folded.
var shoutedWords = foldedList("asean|unicef|unesco|interpol|unhcr|mercosur|opec|nasdaq|covid|covid-19|brexit|юнеско|юнисеф|обсе|" +
	"breaking|breaking news|update|updated|watch|video|videos|photo|photos|opinion|exclusive|analysis|explainer|explained|live|live updates|liveblog|live blog|interview|review|comment|editorial|correction|column|podcast|urgent|alert|flash|direct|gallery|quiz|feature|profile|obituary|factbox|timeline|recap|" +
	"eilmeldung|analyse|kommentar|meinung|interview|direkt|liveticker|newsticker|bilder|hintergrund|en direct|direct|vidéo|vidéos|exclusif|entretien|reportage|enquête|tribune|infographie|dernière minute|alerte|" +
	"última hora|ultima hora|en directo|en vivo|urgente|vídeo|vídeos|análisis|opinión|entrevista|exclusiva|exclusivo|fotos|análise|opinião|ao vivo|atualização|ultim'ora|ultimora|diretta|in diretta|esclusiva|intervista|commento|aggiornamento|" +
	"opini|foto|terbaru|eksklusif|wawancara|terpopuler|kaleidoskop|infografis|kronologi|son dakika|analiz|röportaj|canlı|özel|tin nóng|nóng|trực tiếp|cập nhật|bình luận|pilne|wywiad|opinia|komentarz|na żywo|živě|rozhovor|komentář|uživo|intervju|ekskluzivno|élő|interjú|vélemény|exclusiv|interviu|" +
	"срочно|фото|видео|эксклюзив|интервью|мнение|аналитика|обновлено|обновляется|сюжет|репортаж|терміново|відео|ексклюзив|інтерв'ю|оновлено|думка|ексклузивно|уживо|извънредно|εκτακτο|βιντεο|αποκλειστικο|συνεντευξη|αναλυση|γνωμη|" +
	"सवाल|जवाब|वीडियो|फोटो|समाचार|खबर|विशेष|विश्लेषण|राय|लाइव|ब्रेकिंग|अपडेट|जानिए|साक्षात्कार|संपादकीय|नोट|प्रश्न|उत्तर")
