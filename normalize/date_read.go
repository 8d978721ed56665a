package normalize

import (
	"strings"
	"time"
)

// relative reads "2 hours ago" and "just now".
func (p *dateParser) relative() (time.Time, bool) {
	ago, unit := false, false
	for i := range p.n {
		switch t := p.toks[i]; t.kind {
		case dateAgo:
			ago = true
		case dateUnit:
			unit = true
			ago = ago || t.past
		case dateMark:
			unit = true
		case dateNow:
			return p.o.Now.In(p.o.Zone), !p.o.Now.IsZero() && p.n <= 3
		case dateMonth, dateSign, dateJalali:
			return time.Time{}, false
		}
	}
	if !ago || !unit || p.o.Now.IsZero() {
		return time.Time{}, false
	}
	at, n := p.o.Now.In(p.o.Zone), -1
	for i := range p.n {
		switch t := p.toks[i]; t.kind {
		case dateNumber, dateCount:
			if n < 0 {
				n = t.value
			}
		case dateUnit, dateMark:
			if n < 0 && t.count == 0 && i+1 < p.n && p.toks[i+1].kind == dateNumber && !(i+2 < p.n && p.toks[i+2].kind == dateUnit) { // "saa 2 zilizopita"
				n = p.toks[i+1].value
				p.toks[i+1].kind = dateNoise
			}
			if n < 0 {
				n = max(1, t.count)
			}
			if n > 1000 {
				return time.Time{}, false
			}
			at, n = before(at, n, byte(t.value)), -1
		}
	}
	return at, true
}

func before(t time.Time, n int, unit byte) time.Time {
	switch unit {
	case 's':
		return t.Add(-time.Duration(n) * time.Second)
	case 'i':
		return t.Add(-time.Duration(n) * time.Minute)
	case 'h':
		return t.Add(-time.Duration(n) * time.Hour)
	case 'd':
		return t.AddDate(0, 0, -n)
	case 'w':
		return t.AddDate(0, 0, -7*n)
	case 'm':
		return t.AddDate(0, -n, 0)
	}
	return t.AddDate(-n, 0, 0)
}

// absolute reads a day of the calendar with what stands around it.
func (p *dateParser) absolute() (time.Time, bool) {
	p.dropHijri()
	p.settleMonths()
	for p.i < p.n {
		if !p.read() {
			return time.Time{}, false
		}
	}
	if p.year == 0 && p.month > 0 && p.day > 0 && !p.o.Now.IsZero() {
		p.latestYear()
	}
	p.pmHours()
	if !p.calendar() || p.month < 1 || p.month > 12 || p.day < 1 || p.hour > 23 || p.min > 59 || p.sec > 60 {
		return time.Time{}, false
	}
	wall := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.min, p.sec, p.nsec, time.UTC)
	if wall.Day() != p.day && p.hour < 24 {
		return time.Time{}, false
	}
	loc := p.o.Zone
	if p.zoned {
		loc = time.UTC
		if offset := zoneOffset(p.zone, wall); offset != 0 {
			loc = time.FixedZone("", offset*60)
		}
	}
	return time.Date(p.year, time.Month(p.month), p.day, p.hour, p.min, p.sec, p.nsec, loc), true
}

// dropHijri takes out a Hijri date that stands beside a Gregorian one; alone it
// is left to fail, since its day depends on who saw the moon.
func (p *dateParser) dropHijri() {
	for i := range p.n {
		if p.toks[i].kind != dateHijri {
			continue
		}
		for _, j := range [...]int{i - 1, i, i + 1} {
			if j >= 0 && j < p.n && (j == i || p.toks[j].kind == dateNumber) {
				p.toks[j].kind = dateNoise
			}
		}
	}
}

// settleMonths decides that the first of two months is the weekday it could be:
// "mar 12 mar".
func (p *dateParser) settleMonths() {
	months := 0
	for i := range p.n {
		if p.toks[i].kind == dateMonth {
			months++
		}
	}
	for i := 0; i < p.n && months > 1; i++ {
		if t := &p.toks[i]; t.kind == dateMonth && t.weekday {
			t.kind = dateWeekday
			months--
		}
	}
}

func (p *dateParser) read() bool {
	t := p.toks[p.i]
	switch t.kind {
	case dateNumber:
		return p.number(t)
	case dateMonth, dateJalali:
		if p.month != 0 && p.month == t.value { // "يونيو/ حزيران"
			break
		}
		if p.month != 0 && p.day != 0 || p.month != 0 && p.month != t.value {
			return false
		}
		p.month = t.value
	case dateDay:
		if p.o.Now.IsZero() || p.day != 0 {
			return false
		}
		d := p.o.Now.In(p.o.Zone).AddDate(0, 0, -t.value)
		p.year, p.month, p.day = d.Year(), int(d.Month()), d.Day()
	case dateAM:
		p.am = true
	case datePM:
		if prev := p.peek(-1); !(prev.kind == dateNumber && prev.end-prev.start == 4 && p.s[t.start:t.end] == "م") { // "2024 م": of our era
			p.pm = true
		}
	case dateAt:
		p.at = true
	case datePrefix:
		p.monthNext = true
	case dateZone:
		p.i++
		p.zone, p.zoned = t.value, true
		if name := p.s[t.start:t.end]; strings.HasSuffix(name, "мск") || name == "msk" { // "МСК+7": so many hours east of Moscow
			ok := p.offset(true)
			if p.zone != t.value {
				p.zone += t.value
			}
			return ok
		}
		return p.offset(t.value == 0)
	case dateEra:
		if next := p.peek(1); next.kind == dateNumber && p.year == 0 {
			p.year = t.value + next.value
			p.i++
			if mark := p.peek(1); mark.kind == dateMark && mark.value == 'y' {
				p.i++
			}
		}
	case dateAgo, dateCount:
		if !t.noise {
			return false
		}
	case dateHijri, dateNow:
		return false
	}
	p.i++
	return true
}

// peek is the token d places from the present one, or none.
func (p *dateParser) peek(d int) dateToken {
	if i := p.i + d; i >= 0 && i < p.n {
		return p.toks[i]
	}
	return dateToken{kind: dateNoise, start: -1, end: -1}
}

// pair is the number after the present one and a sign between them.
func (p *dateParser) pair(sign byte, d int) (dateToken, bool) {
	a, s, b := p.peek(d), p.peek(d+1), p.peek(d+2)
	ok := s.kind == dateSign && s.value == int(sign) && b.kind == dateNumber && s.start == a.end &&
		(b.start == s.end || b.start == s.end+1 && (sign == '.' || sign == ':' && b.end-b.start == 2))
	return b, ok
}

func (p *dateParser) number(t dateToken) bool {
	if b, ok := p.pair(':', 0); ok {
		return p.clockTime(t, b, ':')
	}
	if p.month == 0 || p.day == 0 {
		for _, sign := range [...]byte{'-', '/', '.'} {
			if b, ok := p.pair(sign, 0); ok {
				if c, ok := p.pair(sign, 2); ok {
					return p.numeric(t, b, c, sign)
				}
			}
		}
	}
	if b, ok := p.pair('.', 0); ok && b.start == t.end+1 && b.end-b.start == 2 && t.value < 24 && !p.clock &&
		(p.at || p.month != 0 && p.day != 0) {
		return p.clockTime(t, b, '.')
	}
	for _, sign := range [...]byte{'/', '.', '-'} {
		if b, ok := p.pair(sign, 0); ok && p.n > 3 && p.month == 0 && !p.at && t.value <= 31 && b.value <= 31 {
			p.i += 3
			return p.dayMonth(t.value, b.value, sign)
		}
	}
	return p.bare(t)
}

// bare reads a number that no sign ties to another.
func (p *dateParser) bare(t dateToken) bool {
	p.i++
	next := p.peek(0)
	width := t.end - t.start
	if next.kind == dateMark {
		p.i++
		return p.mark(byte(next.value), t.value)
	}
	hourWord := next.kind == dateUnit && next.value == 'h' || next.kind == dateNoise && isHourMark(p.s[max(next.start, 0):max(next.end, 0)])
	half := next.kind == dateAM || next.kind == datePM
	switch {
	case !p.clock && width == 4 && hourWord && p.month != 0 && p.day != 0 && p.year != 0: // "1615 hrs"
		p.hour, p.min, p.clock = t.value/100, t.value%100, true
	case !p.clock && width <= 2 && t.value <= 24 && (hourWord || half || p.at && p.month != 0 && p.day != 0):
		p.hour, p.clock = t.value, true
		if m := p.peek(1); hourWord && m.kind == dateNumber && m.value < 60 && m.start-next.end <= 1 && m.end-m.start == 2 {
			p.min = m.value
			p.i += 2
		}
		return p.offset(false)
	case p.monthNext:
		p.monthNext = false
		p.month = t.value
	case p.monthName() && p.day == 0 && t.value <= 31 && width <= 2 || p.month == 0 && p.day == 0 && width <= 2 && t.value <= 31:
		p.day = t.value
	case p.year == 0 && width == 4:
		p.year = t.value
	case p.year == 0 && width == 2 && p.day != 0:
		p.year = p.shortYear(t.value)
	case p.clock && next.kind == dateUnit && next.value == 'i' && t.value < 60:
		p.min = t.value
	default:
		return false
	}
	p.at = false
	return true
}

func (p *dateParser) monthName() bool { return p.month != 0 }

func isHourMark(w string) bool {
	switch w {
	case "h", "uhr", "u", "น.", "นาฬกา", "hs", "hrs":
		return true
	}
	return false
}

func (p *dateParser) mark(unit byte, n int) bool {
	switch unit {
	case 'y':
		if p.year = n; n < 100 {
			p.year = p.shortYear(n)
		}
	case 'm':
		p.month = n
	case 'd':
		p.day = n
	case 'h':
		p.hour, p.clock = n, true
	case 'i':
		p.min = n
	case 's':
		p.sec = n
	}
	return true
}

func (p *dateParser) shortYear(n int) int {
	switch {
	case (p.thai || p.lang == "th") && n > 30:
		return 2500 + n
	case n >= 70:
		return 1900 + n
	}
	return 2000 + n
}

func (p *dateParser) clockTime(h, m dateToken, sign byte) bool {
	if p.clock || m.end-m.start != 2 || h.end-h.start > 2 {
		return false
	}
	p.hour, p.min, p.clock, p.at = h.value, m.value, true, false
	s, ok := p.pair(sign, 2)
	p.i += 3
	if ok && s.end-s.start == 2 {
		p.sec = s.value
		p.i += 2
		if s := p.peek(0); s.kind == dateSign && s.value == '.' && p.peek(1).kind == dateNumber && p.peek(1).start == s.end {
			p.i += 2
		}
	}
	return p.offset(false)
}

// offset reads "+07:00" after a time or after the name of the zero zone.
func (p *dateParser) offset(named bool) bool {
	s, a := p.peek(0), p.peek(1)
	if s.kind != dateSign || s.value != '+' && s.value != '-' || a.kind != dateNumber || a.start != s.end {
		return true
	}
	hours, minutes, used := a.value, 0, 2
	b, colon := p.pair(':', 1)
	switch width := a.end - a.start; {
	case width == 4:
		hours, minutes = a.value/100, a.value%100
	case colon:
		minutes, used = b.value, 4
	case width > 2 || !named && s.value == '-':
		return true
	}
	if hours > 14 || minutes > 59 || minutes%15 != 0 {
		return false
	}
	p.zone = hours*60 + minutes
	if s.value == '-' {
		p.zone = -p.zone
	}
	p.zoned = true
	p.i += used
	return true
}

// numeric reads three numbers with one sign between them.
func (p *dateParser) numeric(a, b, c dateToken, sign byte) bool {
	p.i += 5
	if p.peek(0).kind == dateSign && p.peek(0).value == '.' {
		p.i++
	}
	short := c.end-c.start == 2
	switch {
	case a.end-a.start == 4, a.end-a.start == 3 && p.lang == "zh":
		p.year, p.month, p.day = a.value, b.value, c.value
		return true
	case short && a.end-a.start == 2 && strings.Contains(" ja ko zh hu ", " "+p.lang+" ") && b.value <= 12:
		p.year, p.month, p.day = p.shortYear(a.value), b.value, c.value
		return true
	}
	p.year = c.value
	if short {
		p.year = p.shortYear(c.value)
	} else if c.end-c.start != 4 {
		return false
	}
	return p.dayMonth(a.value, b.value, sign)
}

// dayMonth tells day from month: only English has the month first, and only
// with slashes, unless the numbers leave no choice.
func (p *dateParser) dayMonth(a, b int, sign byte) bool {
	p.day, p.month = a, b
	if b > 12 && a <= 12 || sign == '/' && a <= 12 && p.monthFirst() {
		p.day, p.month = b, a
	}
	return true
}

func (p *dateParser) monthFirst() bool {
	if p.lang == "tl" {
		return true
	}
	if p.lang != "en" {
		return strings.Contains(" ja ko zh hu ", " "+p.lang+" ") && p.year == 0 && p.lang != ""
	}
	_, region, _ := strings.Cut(p.o.Lang, "-")
	return region == "" || strings.EqualFold(region, "US") || strings.EqualFold(region, "PH")
}

func (p *dateParser) latestYear() {
	now := p.o.Now.In(p.o.Zone)
	p.year = now.Year()
	if time.Date(p.year, time.Month(p.month%jalaliMonths), p.day, 0, 0, 0, 0, p.o.Zone).After(now.Add(24 * time.Hour)) {
		p.year--
	}
}

func (p *dateParser) pmHours() {
	switch {
	case p.pm && p.hour < 12 && p.clock:
		p.hour += 12
	case p.am && p.hour == 12:
		p.hour = 0
	}
}

// calendar turns years of other calendars into ours.
func (p *dateParser) calendar() (ok bool) {
	switch {
	case p.month > ethiopicMonths:
		p.year, p.month, p.day, ok = ethiopicDate(p.year, p.month-ethiopicMonths, p.day)
		return ok
	case p.month > jalaliMonths || p.year >= 1360 && p.year < 1500 && (p.lang == "fa" || p.lang == "ps"):
		p.year, p.month, p.day, ok = jalaliDate(p.year, p.month%jalaliMonths, p.day)
		return ok
	case p.year >= 2450 && p.year < 2650 && (p.thai || p.lang == "th" || p.lang == "lo" || p.lang == "km"):
		p.year -= 543
	case p.year >= 79 && p.year <= 150 && p.lang == "zh": // of the Republic
		p.year += 1911
	}
	return p.year > 0
}
