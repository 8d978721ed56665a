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
// short opening without a verb's room, a dash or colon, and either capitals, a
// known agency, a date or a script without capitals and an agency. Without any
// of these an opening with a dash is an ordinary sentence.
func splitDateline(paragraph string) (parts datelineParts, rest string, ok bool) {
	s := strings.TrimSpace(paragraph)
	for _, shape := range [...]func(string) (datelineParts, string, bool){bracketDateline, wireDateline, dashDateline} {
		if parts, rest, ok = shape(s); ok && rest != "" {
			return parts, rest, true
		}
	}
	return datelineParts{}, paragraph, false
}

// bracketDateline reads "(서울=연합뉴스) 홍길동 기자 = " and "【平壌共同】".
func bracketDateline(s string) (p datelineParts, rest string, ok bool) {
	var inside string
	for _, pair := range [...][2]string{{"(", ")"}, {"（", "）"}, {"【", "】"}, {"[", "]"}} {
		if after, found := strings.CutPrefix(s, pair[0]); found {
			if inside, rest, ok = strings.Cut(after, pair[1]); ok {
				break
			}
		}
	}
	if !ok || utf8.RuneCountInString(inside) > 30 || inside == "" {
		return p, "", false
	}
	rest = strings.TrimSpace(rest)
	place, agency, split := strings.Cut(inside, "=")
	if !split {
		if place, agency, split = cutAgency(inside); !split {
			return p, "", false
		}
	}
	p.Place, p.Agency = strings.TrimSpace(place), strings.TrimSpace(agency)
	if i := strings.Index(rest, "="); i >= 0 && i < 80 {
		if names, _, isBy := splitByline(rest[:i]); isBy {
			p.Byline, rest = names, strings.TrimSpace(rest[i+1:])
		}
	}
	return p, rest, true
}

// cutAgency parts "平壌共同" into place and agency.
func cutAgency(s string) (place, agency string, ok bool) {
	for _, a := range unspacedAgencies {
		if place, found := strings.CutSuffix(s, a); found && utf8.RuneCountInString(place) <= 12 {
			return place, a, true
		}
	}
	return "", "", false
}

// wireDateline reads the Chinese form: agency, place, day, 电 or 電, reporters.
func wireDateline(s string) (p datelineParts, rest string, ok bool) {
	at, size := -1, 0
	for i, r := range s {
		if i > 90 {
			break
		}
		if r == '电' || r == '電' {
			at, size = i, utf8.RuneLen(r)
			break
		}
	}
	if at < 0 {
		return p, "", false
	}
	head := s[:at]
	day := strings.IndexFunc(head, unicode.IsDigit)
	if day <= 0 || !strings.HasSuffix(head, "日") {
		return p, "", false
	}
	head = head[:day]
	for _, a := range unspacedAgencies {
		if place, found := strings.CutPrefix(head, a); found {
			p.Agency, p.Place = a, place
		}
	}
	if p.Agency == "" {
		return p, "", false
	}
	rest = strings.TrimLeft(s[at+size:], " \u3000")
	for _, pair := range [...][2]string{{"（", "）"}, {"(", ")"}} {
		if after, found := strings.CutPrefix(rest, pair[0]); found {
			if who, tail, closed := strings.Cut(after, pair[1]); closed && len(who) < 120 {
				p.Byline, _, _ = splitByline(who)
				rest = tail
			}
		}
	}
	return p, strings.TrimLeft(rest, " \u3000：:"), true
}

// dashDateline reads "SEOUL, June 19 (Yonhap) -- ", "МОСКВА, 19 июня. /ТАСС/. "
// and "Berlin (dpa) - ".
func dashDateline(s string) (p datelineParts, rest string, ok bool) {
	head, rest, colon, ok := cutOpening(s)
	if !ok {
		return p, "", false
	}
	var sure bool
	if p.Agency, head = cutParenthesis(head, "(", ")"); p.Agency == "" {
		p.Agency, head = cutParenthesis(head, "/", "/")
	}
	if p.Agency != "" && !isAgency(p.Agency) && !looksLikeAgency(p.Agency) {
		return p, "", false
	}
	sure = p.Agency != ""
	fields := strings.FieldsFunc(head, func(r rune) bool { return r == ',' || r == '،' })
	if !strings.Contains(head, ",") {
		fields = strings.Split(head, ". ")
	}
	var places []string
	for _, f := range append(fields[:0:0], fields...) {
		f = strings.Trim(f, " .-–—")
		switch {
		case f == "":
		case isAgency(f):
			p.Agency, sure = f, true
		case hasDigit(f):
			if len(f) > 40 || !isDayText(f) {
				return p, "", false
			}
			sure = true
		default:
			places = append(places, f)
		}
	}
	if i := len(places); i == 1 && p.Agency == "" { // "الرياض - رويترز"
		if a, b, cut := cutDash(places[0]); cut && isAgency(b) {
			places, p.Agency, sure = []string{a}, b, true
		}
	}
	if len(places) == 0 || len(places) > 3 {
		return p, "", false
	}
	if !placeLike(places[0], sure, colon) {
		return p, "", false
	}
	for _, more := range places[1:] {
		if !startsUpper(more) || len(strings.Fields(more)) > 4 {
			return p, "", false
		}
	}
	p.Place = strings.Join(places, ", ")
	return p, rest, true
}

// cutOpening parts a paragraph at the sign that ends a dateline.
func cutOpening(s string) (head, rest string, colon, ok bool) {
	const longest = 110
	limit := min(len(s), longest)
	if i := strings.Index(s[:limit], "/. "); i > 0 && strings.Contains(s[:i], "/") {
		return s[:i+1], strings.TrimSpace(s[i+3:]), false, true
	}
	depth := 0
	for i, r := range s[:limit] {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth == 0 && strings.ContainsRune("-–—―", r) && i > 0:
			after := strings.TrimLeft(s[i:], "-–—―")
			spaced := s[i-1] == ' ' && strings.HasPrefix(after, " ")
			if !spaced {
				continue
			}
			if tail, agency, ok := leadingAgency(after); ok {
				return strings.TrimSpace(s[:i]) + " (" + agency + ")", tail, false, true
			}
			return strings.TrimSpace(s[:i]), strings.TrimSpace(after), false, true
		case depth == 0 && r == ':' && strings.HasPrefix(s[i+1:], " "):
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:]), true, true
		}
	}
	return "", "", false, false
}

// leadingAgency reads the agency of "Riyadh - Reuters: ".
func leadingAgency(s string) (tail, agency string, ok bool) {
	for i, r := range s {
		if i > 40 {
			break
		}
		if strings.ContainsRune(":-–—", r) {
			if agency = strings.TrimSpace(s[:i]); isAgency(agency) {
				return strings.TrimSpace(strings.TrimLeft(s[i:], ":-–— ")), agency, true
			}
		}
	}
	return "", "", false
}

func cutDash(s string) (a, b string, ok bool) {
	for _, dash := range [...]string{" - ", " – ", " — "} {
		if a, b, ok = strings.Cut(s, dash); ok {
			return strings.TrimSpace(a), strings.TrimSpace(b), true
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
	month := false
	for i := range p.n {
		month = month || p.toks[i].kind == dateMonth || p.toks[i].kind == dateMark
	}
	return month
}

func hasDigit(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) >= 0 }

func startsUpper(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r) || unicode.IsLetter(r) && !unicode.IsLower(r)
}

// placeLike reports whether s can be a place. Without other evidence it must
// be in capitals, longer than an acronym, or one short word before a colon in
// a script without capitals.
func placeLike(s string, sure, colon bool) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 5 || strings.ContainsAny(s, "?!\"“”«»;:") {
		return false
	}
	letters, upper, cased := 0, 0, false
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters++
			cased = cased || unicode.IsUpper(r) || unicode.IsLower(r)
			if unicode.IsUpper(r) {
				upper++
			}
		}
	}
	switch {
	case sure:
		return letters > 1 && startsUpper(s)
	case !cased:
		return colon && len(words) <= 2 && letters >= 2 && letters <= 12 && unicode.Is(unicode.Devanagari, []rune(s)[0])
	case colon:
		return false
	}
	return letters == upper && letters >= 5 && !isAgency(s) && !knownAcronyms[s]
}

// knownAcronyms are bodies whose names in capitals are as long as a city's.
var knownAcronyms = map[string]bool{"ASEAN": true, "UNICEF": true, "UNESCO": true, "INTERPOL": true, "UNHCR": true, "MERCOSUR": true, "BREAKING": true, "UPDATE": true, "WATCH": true, "VIDEO": true, "PHOTOS": true, "OPINION": true, "EXCLUSIVE": true, "ANALYSIS": true, "COVID": true, "СРОЧНО": true, "ФОТО": true, "ВИДЕО": true, "BREXIT": true, "ЮНЕСКО": true, "ЮНИСЕФ": true, "EILMELDUNG": true, "OPINIÓN": true, "OPINI": true, "FOTOS": true}
