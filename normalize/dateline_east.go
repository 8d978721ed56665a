package normalize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// bracketDateline reads "(서울=연합뉴스) 홍길동 기자 = " and "【平壌共同】".
func bracketDateline(s string) (p datelineParts, rest string, ok bool) {
	var inside, sign string
	for _, pair := range [...][2]string{{"(", ")"}, {"（", "）"}, {"【", "】"}, {"[", "]"}, {"［", "］"}, {"〔", "〕"}} {
		if after, found := strings.CutPrefix(s, pair[0]); found {
			if inside, rest, ok = strings.Cut(after, pair[1]); ok {
				sign = pair[0]
				break
			}
		}
	}
	if !ok || utf8.RuneCountInString(inside) > 30 || inside == "" {
		return p, "", false
	}
	rest = strings.TrimSpace(rest)
	if p, ok = insideBrackets(inside); !ok {
		if sign == "(" || sign == "（" { // asides of sentences too
			return p, "", false
		}
		p.Place, ok = shapedBracket(inside, rest)
		return p, rest, ok
	}
	if after := strings.TrimLeft(rest, "-–— "); after != rest {
		rest = after
	}
	if i := strings.Index(rest, "="); i >= 0 && i < 80 {
		if names, _, isBy := splitByline(rest[:i]); isBy {
			p.Byline, rest = names, strings.TrimSpace(rest[i+1:])
		}
	}
	return p, rest, true
}

// insideBrackets reads what stands between the brackets of a dateline.
func insideBrackets(s string) (p datelineParts, ok bool) {
	if p, ok = chineseCredit(s); ok {
		return p, true
	}
	place, who, split := strings.Cut(strings.ReplaceAll(s, "＝", "="), "=")
	if place, who = strings.TrimSpace(place), strings.TrimSpace(who); split && !creditLabels[news.Fold(place)] {
		if city, wire, two := strings.Cut(place, " "); two && isAgency(wire) { // "도쿄 AP=연합뉴스"
			place = city
		}
		city := strings.TrimSuffix(place, "支局")
		switch {
		case isAgency(who):
			return datelineParts{Place: place, Agency: who}, true
		case isPlace(city) && !hasDigit(who) && namesLike(who):
			return datelineParts{Place: city, Byline: []string{who}}, true
		}
		return datelineParts{Place: place, Agency: who}, news.Unspaced(firstRune(place)) || hangul(firstRune(place))
	}
	f := strings.Fields(s) // "［ワシントン　２０日　ロイター］"
	if len(f) == 3 && isAgency(f[2]) && hasDigit(f[1]) {
		return datelineParts{Place: f[0], Agency: f[2]}, true
	}
	if split {
		return p, false
	}
	if place, agency, found := cutAgency(s); found {
		return datelineParts{Place: place, Agency: agency}, true
	}
	return p, false
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func hangul(r rune) bool { return unicode.Is(unicode.Hangul, r) }

// chineseCredit reads "中央社記者王小明台北20日電" and "記者王小明／台北報導".
func chineseCredit(s string) (p datelineParts, ok bool) {
	for _, a := range unspacedAgencies {
		if after, found := strings.CutPrefix(s, a); found {
			p.Agency, s = a, after
			break
		}
	}
	s, reporter := strings.CutPrefix(strings.Replace(s, "记者", "記者", 1), "記者")
	if name, place, found := strings.Cut(s, "／"); found && reporter {
		place = strings.TrimSuffix(strings.TrimSuffix(place, "報導"), "报道")
		p.Place, p.Byline = strings.TrimSuffix(place, "綜合"), []string{name}
		return p, place != "" && utf8.RuneCountInString(name) <= 12
	}
	day := strings.IndexFunc(s, unicode.IsDigit)
	if p.Agency == "" || day <= 0 || !strings.ContainsAny(s[day:], "電电導道") {
		return datelineParts{}, false
	}
	p.Place = s[:day]
	if reporter {
		if p.Place = placeSuffix(s[:day]); p.Place == "" {
			return datelineParts{}, false
		}
		p.Byline = []string{strings.TrimSuffix(s[:day], p.Place)}
	}
	return p, true
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
		if strings.ContainsRune("电電讯訊", r) {
			at, size = i, utf8.RuneLen(r)
			break
		}
	}
	if at < 0 {
		return p, "", false
	}
	head := s[:at]
	if head == "本报" || head == "本報" { // "本报讯（记者 王海）", without place and day
		p.Byline, rest = reportersOf(strings.TrimLeft(s[at+size:], " \u3000"))
		return p, rest, len(p.Byline) > 0
	}
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
	for _, own := range [...]string{"本报", "本報", "本社"} { // the paper's own reporters
		if place, found := strings.CutPrefix(head, own); found {
			p.Place = place
		}
	}
	if p.Place == "" {
		return p, "", false
	}
	p.Byline, rest = reportersOf(strings.TrimLeft(s[at+size:], " \u3000"))
	return p, rest, true
}

// reportersOf parts a text from the parenthesis of reporters that it begins with.
func reportersOf(s string) (names []string, rest string) {
	for _, pair := range [...][2]string{{"（", "）"}, {"(", ")"}} {
		if after, found := strings.CutPrefix(s, pair[0]); found {
			if who, tail, closed := strings.Cut(after, pair[1]); closed && len(who) < 120 {
				names, _, _ = splitByline(who)
				s = tail
			}
		}
	}
	return names, strings.TrimLeft(s, " \u3000：:")
}
