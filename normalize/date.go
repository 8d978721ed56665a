package normalize

import (
	"strings"
	"time"

	"dateline/news"
)

// DateOptions says what ParseDate may take for granted.
type DateOptions struct {
	Lang string         // BCP 47: decides the order of day and month and ambiguous words
	Now  time.Time      // what "yesterday" is relative to; zero: relative dates are none
	Zone *time.Location // for texts without a zone; nil: UTC
}

// ParseDate reads a text that is a date and nothing but a date, with the words
// that stand around one: label, weekday, zone, source. The result keeps the offset of
// the zone written. Impossible dates, dates before 1990 and dates more than a
// day after o.Now are none.
func ParseDate(text string, o DateOptions) (time.Time, bool) {
	if len(text) > 240 {
		return time.Time{}, false
	}
	text = strings.TrimSpace(text)
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if t, ok := machineDate(text, o); ok {
		return t, plausible(t, o.Now)
	}
	p := dateParser{o: o, lang: primaryTag(o.Lang), s: news.Fold(beforeSource(text))}
	if !p.scan() || p.n == 0 {
		return time.Time{}, false
	}
	p.pickSegment()
	t, ok := p.relative()
	if !ok {
		t, ok = p.absolute()
	}
	if !ok {
		return time.Time{}, false
	}
	return t, plausible(t, o.Now)
}

// beforeSource cuts off what names the source or the editor behind a date.
func beforeSource(text string) string {
	for _, label := range [...]string{"来源", "來源", "作者", "编辑", "編輯", "记者", "記者", "کد خبر", "شناسه خبر"} {
		if i := strings.Index(text, label); i > 8 {
			return text[:i]
		}
	}
	return text
}

func plausible(t, now time.Time) bool {
	return t.Year() >= 1990 && t.Year() < 2100 && (now.IsZero() || !t.After(now.Add(24*time.Hour)))
}

// primaryTag is the language of a BCP 47 tag.
func primaryTag(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	tag = strings.ToLower(tag)
	switch tag {
	case "nb", "nn":
		return "no"
	case "fil":
		return "tl"
	case "in":
		return "id"
	case "iw":
		return "he"
	}
	return tag
}

// machineDate reads the forms meant for machines that have no separators of
// their own: ISO 8601 with "T" and Unix seconds or milliseconds.
func machineDate(s string, o DateOptions) (time.Time, bool) {
	if len(s) < 8 || s[0] < '0' || s[0] > '9' {
		return time.Time{}, false
	}
	if digits := digitRun(s); digits == len(s) {
		switch digits {
		case 8:
			t, err := time.ParseInLocation("20060102", s, o.Zone)
			return t, err == nil
		case 10:
			return time.Unix(int64(number(s)), 0).UTC(), true
		case 13:
			return time.UnixMilli(int64(number(s))).UTC(), true
		case 14:
			t, err := time.ParseInLocation("20060102150405", s, o.Zone)
			return t, err == nil
		}
		return time.Time{}, false
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "20060102T150405Z0700", "20060102T150405"} {
		if t, err := time.ParseInLocation(layout, s, o.Zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func digitRun(s string) int {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return i
}

type dateToken struct {
	kind       dateKind
	value      int
	count      int
	start, end int
	past       bool // a unit that says "ago" as well
	weekday    bool // a month that could be a weekday
	noise      bool // a unit that could be a word around a date
}

type dateParser struct {
	o    DateOptions
	lang string
	s    string // folded
	toks [48]dateToken
	n    int
	i    int

	year, month, day int
	hour, min, sec   int
	nsec             int
	clock            bool
	am, pm           bool
	zone             int
	zoned            bool
	at, monthNext    bool
	thai             bool
}

// scan cuts the text into tokens; a word that is none of a date's ends it.
func (p *dateParser) scan() bool {
	x := dateWords()
	for i := 0; i < len(p.s); {
		if p.n == len(p.toks) {
			return false
		}
		rest := p.s[i:]
		if n, size := hanNumber(rest); size > 0 {
			p.push(dateToken{kind: dateNumber, value: n, start: i, end: i + size})
			i += size
			continue
		}
		if d := digitRun(rest); d > 0 {
			if d > 8 {
				return false
			}
			p.push(dateToken{kind: dateNumber, value: number(rest), start: i, end: i + d})
			i += d
			continue
		}
		if run := letterRun(rest); run > 0 {
			n, senses := x.find(rest)
			if n == 0 {
				return false
			}
			t := p.word(senses, i, i+n)
			p.push(t)
			i += n
			if t.kind == dateWeekday && p.lang == "vi" { // "thứ 5" is the fifth, Thursday
				if d := rest[n:]; len(d) > 1 && d[0] == ' ' && '2' <= d[1] && d[1] <= '7' && digitRun(d[1:]) == 1 {
					i += 2
				}
			}
			continue
		}
		switch c := rest[0]; {
		case strings.IndexByte("/-.:+", c) >= 0:
			p.push(dateToken{kind: dateSign, value: int(c), start: i, end: i + 1})
		case c >= 0x80 || strings.IndexByte(" \t\n,;|()[]'\"~*•&@>", c) >= 0:
		default:
			return false
		}
		i += runeLen(rest)
	}
	return true
}

func runeLen(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

func (p *dateParser) push(t dateToken) { p.toks[p.n] = t; p.n++ }

// word picks the sense of a word that fits the language.
func (p *dateParser) word(senses []dateSense, start, end int) dateToken {
	best, ownTongue := senses[0], false
	t := dateToken{start: start, end: end}
	for _, s := range senses {
		t.weekday = t.weekday || s.kind == dateWeekday
		t.noise = t.noise || s.kind == dateNoise || s.kind == dateAt
		if !ownTongue && p.lang != "" && speaks(s.langs, p.lang) {
			best, ownTongue = s, true
		}
	}
	if !ownTongue { // a month says more than any other word
		for _, s := range senses {
			if s.kind == dateMonth && p.lang == "" || s.kind == dateZone && end-start > 1 {
				best = s
				break
			}
			if s.langs == "" && (s.kind == dateUnit || s.kind == dateAgo) {
				best = s
			}
		}
	}
	if !ownTongue && p.n > 0 && p.toks[p.n-1].kind == dateNumber { // behind a number it says what is counted
		for _, s := range senses {
			if s.langs == "" && (s.kind == dateUnit || s.kind == dateAM || s.kind == datePM) {
				best = s
				break
			}
		}
	}
	if best.kind == dateWeekday { // "mar" may still be the month
		for _, s := range senses {
			if s.kind == dateMonth && (s.langs == "" || p.lang == "" || speaks(s.langs, p.lang)) {
				best = s
			}
		}
	}
	t.kind, t.value, t.count, t.past = best.kind, best.value, best.count, best.past
	if c := p.s[start]; c == 0xE0 && p.s[start+1] >= 0xB8 && p.s[start+1] <= 0xBB {
		p.thai = true
	}
	return t
}

func speaks(langs, lang string) bool {
	for f := range strings.FieldsSeq(langs) {
		if f == lang {
			return true
		}
	}
	return false
}

// dateSegment is what stands behind one label.
type dateSegment struct {
	from, to int
	label    dateKind
}

// pickSegment keeps one of several labelled dates: the published one before
// the updated one, else the first. A label between a day and its time parts
// nothing.
func (p *dateParser) pickSegment() {
	p.dropChange()
	var segs []dateSegment
	from, label := 0, datePublished
	for i := range p.n {
		kind := p.toks[i].kind
		if kind != datePublished && kind != dateUpdated {
			continue
		}
		if p.tellsDay(from, i) && p.tellsDay(i, p.n) {
			segs = append(segs, dateSegment{from, i, label})
			from = i
		}
		if from == i || !p.tellsDay(from, i) {
			label = kind
		}
	}
	if len(segs) == 0 {
		return
	}
	segs = append(segs, dateSegment{from, p.n, label})
	pick := segs[0]
	for _, s := range segs {
		if pick.label == dateUpdated && s.label == datePublished {
			pick = s
		}
	}
	p.n = copy(p.toks[:], p.toks[pick.from:pick.to])
}

// dropChange takes out a time of change that is set in parentheses behind the
// date, its label last: "2025年2月12日 15時20分 (2月12日 18時05分更新)".
func (p *dateParser) dropChange() {
	open := strings.IndexAny(p.s, "(（")
	if p.n == 0 || open <= 0 || p.toks[p.n-1].kind != dateUpdated {
		return
	}
	n := p.n
	for n > 0 && p.toks[n-1].start > open {
		n--
	}
	if p.tellsDay(0, n) {
		p.n = n
	}
}

// tellsDay reports whether some tokens hold more than a time of day.
func (p *dateParser) tellsDay(from, to int) bool {
	numbers := 0
	for _, t := range p.toks[from:to] {
		switch t.kind {
		case dateMonth, dateJalali, dateDay, dateAgo, dateNow:
			return true
		case dateNumber:
			numbers++
		}
	}
	return numbers >= 3
}

// hanNumber reads the digits of 二〇二四年六月二十日 and the first year of an
// era, 元年. They are numbers only in front of what they count.
func hanNumber(s string) (n, size int) {
	if len(s) < 6 || s[0] < 0xE3 || s[0] > 0xE9 {
		return 0, 0
	}
	if strings.HasPrefix(s, "元年") {
		return 1, len("元")
	}
	ten := false
	for i, r := range s {
		d := strings.IndexRune("〇一二三四五六七八九", r)
		switch {
		case r == '零':
			n *= 10
		case r == '十':
			n, ten = max(n, 1)*10, true
		case d >= 0 && ten:
			n, ten = n+d/len("一"), false
		case d >= 0:
			n = n*10 + d/len("一")
		case i > 0 && strings.ContainsRune("年月日号號", r) && n > 0 && n < 10000:
			return n, i
		default:
			return 0, 0
		}
		if n > 9999 {
			return 0, 0
		}
	}
	return 0, 0
}
