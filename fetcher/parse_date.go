package fetcher

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxDateText is the longest text that is looked at as a date.
const maxDateText = 100

// parseDate reads a date as feeds write it: the forms of ISO 8601 and RFC 822,
// asctime, Unix seconds, and what people make of these. A zone that is named
// but not known gives no time: an hour that may be wrong is worse than none.
func parseDate(text string) (time.Time, bool) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || len(text) > maxDateText {
		return time.Time{}, false
	}
	if t, ok := parseISO(yearFirst(text)); ok {
		return t, true
	}
	if t, ok := parseUnix(text); ok {
		return t, true
	}
	return parseWritten(text)
}

var isoDate = regexp.MustCompile(`^(\d{4}|\d\d|)-?(?:(\d\d?)(?:-?(\d\d?))?)?` +
	`(?:(?:[Tt ]| [Tt] ?)(\d\d?):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)? ?(\S.*)?$`)

var ordinalDate = regexp.MustCompile(`^(\d{4}|\d\d)-?(\d{3})$`)

var (
	slashedDate = regexp.MustCompile(`^(?:\pL+\.?,? )?(\d{4})([/.])(\d\d?)([/.])(\d\d?)( .*)?$`)
	koreanDate  = regexp.MustCompile(`^(\d{4})년 ?(\d\d?)월 ?(\d\d?)일( .*)?$`)
	koreanHalf  = regexp.MustCompile(`(오전|오후) ?(\d\d?:\d\d(?::\d\d)?)`)
)

// yearFirst writes dates that begin with the year as ISO 8601 has them: those
// with slashes or dots, and those of Korea, where there is one zone.
func yearFirst(text string) string {
	if m := slashedDate.FindStringSubmatch(text); m != nil && m[2] == m[4] {
		return m[1] + "-" + m[3] + "-" + m[5] + m[6]
	}
	if strings.IndexByte(text, 0xEC) < 0 && strings.IndexByte(text, 0xEB) < 0 { // the first byte of these signs
		return text
	}
	short := koreanDate.ReplaceAllString(text, "$1-$2-$3$4")
	halved := koreanHalf.ReplaceAllStringFunc(short, func(s string) string {
		half := " AM"
		if strings.HasPrefix(s, "오후") {
			half = " PM"
		}
		return koreanHalf.ReplaceAllString(s, "$2") + half
	})
	if halved != text && strings.Contains(halved, ":") {
		halved += " KST"
	}
	return halved
}

// half takes AM or PM off what follows a clock.
func half(hour int, rest string) (int, string) {
	word, after, _ := strings.Cut(rest, " ")
	switch {
	case hour < 1 || hour > 12:
	case strings.EqualFold(word, "am"):
		return hour % 12, after
	case strings.EqualFold(word, "pm"):
		return hour%12 + 12, after
	}
	return hour, rest
}

// parseISO reads 2003-12-31T10:14:55Z and its shorter and sloppier forms.
func parseISO(text string) (time.Time, bool) {
	if m := ordinalDate.FindStringSubmatch(text); m != nil {
		t, ok := civil(fullYear(m[1]), 1, number(m[2]), 0, 0, 0, time.UTC)
		return t, ok && t.Year() == fullYear(m[1])
	}
	if len(text) == 6 && isDigits(text) { // 031231
		text = text[:2] + "-" + text[2:4] + "-" + text[4:]
	}
	m := isoDate.FindStringSubmatch(text)
	if m == nil || m[1] == "" && !strings.HasPrefix(text, "-") {
		return time.Time{}, false
	}
	year, month, day := m[1], m[2], m[3]
	if year == "" { // "-03-12" is December 2003
		year, month, day = month, day, ""
	}
	hour, rest := half(number(m[4]), m[7])
	zone, ok := parseZone(rest)
	if !ok || len(year) == 2 && month == "" || day == "" && m[4] != "" {
		return time.Time{}, false
	}
	return civil(fullYear(year), orOne(month), orOne(day), hour, number(m[5]), number(m[6]), zone)
}

// parseUnix reads seconds or milliseconds since 1970, if they are of our time.
func parseUnix(text string) (time.Time, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 600_000_000 {
		return time.Time{}, false
	}
	if n > 600_000_000_000 {
		n /= 1000
	}
	if n > 8_000_000_000 {
		return time.Time{}, false
	}
	return time.Unix(n, 0).UTC(), true
}

// parseWritten reads a date with a month's name in it, in whatever order.
func parseWritten(text string) (time.Time, bool) {
	var d written
	for _, word := range dateWords(text) {
		if !d.take(word) {
			return time.Time{}, false
		}
	}
	zone, ok := parseZone(d.zone)
	if !ok || d.month == 0 || d.day == 0 || d.year < 0 {
		return time.Time{}, false
	}
	return civil(d.year, d.month, d.day, d.hour, d.minute, d.second, zone)
}

// dateWords splits a date at spaces and commas, and day-month-year at hyphens.
func dateWords(text string) []string {
	var words []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		parts := strings.Split(word, "-")
		if len(parts) == 3 && parts[0] != "" && isAlpha(parts[1]) {
			words = append(words, parts...)
			continue
		}
		words = append(words, word)
	}
	return words
}

// written is a date while its words are read.
type written struct {
	year, month, day     int
	hour, minute, second int
	clock, hasYear       bool
	zone                 string
}

// take reads one word; false if the text is no date.
func (d *written) take(word string) bool {
	switch {
	case strings.Contains(word, ":") && word[0] >= '0' && word[0] <= '9':
		return d.takeClock(word)
	case isDigits(word):
		return d.takeNumber(word)
	case d.clock && (strings.EqualFold(word, "am") || strings.EqualFold(word, "pm")):
		d.hour = d.hour%12 + 12*strings.Count(strings.ToLower(word), "p")
		return true
	case d.month == 0 && monthNumber(word) > 0:
		d.month = monthNumber(word)
		return true
	case d.clock || d.hasYear && d.month > 0:
		if d.zone != "" && !strings.HasPrefix(word, "(") {
			return false
		}
		if d.zone == "" {
			d.zone = strings.Trim(word, "()")
		}
		return true
	case d.month == 0 && d.day == 0:
		return true // a weekday, in any language
	}
	if n := strings.TrimRight(strings.ToLower(word), "stndrh."); d.day == 0 && isDigits(n) && n != "" {
		return d.takeNumber(n)
	}
	return false
}

func (d *written) takeNumber(word string) bool {
	n := number(word)
	switch {
	case d.day == 0 && len(word) <= 2:
		d.day = n
	case !d.hasYear && (len(word) == 4 || len(word) == 2):
		d.year, d.hasYear = fullYear(word), true
	default:
		return false
	}
	return true
}

func (d *written) takeClock(word string) bool {
	if d.clock {
		return false
	}
	d.clock = true
	at := strings.IndexAny(word, "+-Zz")
	if at > 0 {
		d.zone, word = word[at:], word[:at]
	}
	parts := strings.Split(word, ":")
	if len(parts) > 3 {
		return false
	}
	fields := [3]*int{&d.hour, &d.minute, &d.second}
	for i, part := range parts {
		part, _, _ = strings.Cut(part, ".")
		if !isDigits(part) || len(part) > 2 {
			return false
		}
		*fields[i] = number(part)
	}
	return true
}

// civil is a time by the calendar; false for a day or an hour that is none.
func civil(year, month, day, hour, minute, second int, zone *time.Location) (time.Time, bool) {
	if year < 1 || month < 1 || month > 12 || day < 1 || day > 366 || hour > 24 || minute > 59 || second > 60 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, zone).UTC()
	if t.Year() < 2 || t.Year() > 9998 { // the first instant of the first year stands for no time
		return time.Time{}, false
	}
	if day <= 31 && time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Month() != time.Month(month) {
		return time.Time{}, false
	}
	return t, true
}

// fullYear reads a year of two digits as the one nearest to our time.
func fullYear(s string) int {
	n := number(s)
	switch {
	case len(s) != 2:
		return n
	case n < 70:
		return 2000 + n
	}
	return 1900 + n
}

func orOne(s string) int {
	if s == "" {
		return 1
	}
	return number(s)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func isDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

func isAlpha(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && r != '.' {
			return false
		}
	}
	return s != ""
}

// monthNumber knows the English months by any beginning of three letters or more.
func monthNumber(word string) int {
	word = strings.ToLower(strings.TrimRight(word, "."))
	if len(word) < 3 {
		return 0
	}
	for i, name := range [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september",
		"october", "november", "december"} {
		if strings.HasPrefix(name, word) {
			return i + 1
		}
	}
	return 0
}

var offset = regexp.MustCompile(`^(?i:GMT|UTC|UT|Z)? ?([+-])(\d\d?):?(\d\d)?$`)

// parseZone reads a zone: an offset, or a name whose offset is beyond doubt.
// MET and MEST are Central European time, which much software takes for UTC.
func parseZone(s string) (*time.Location, bool) {
	s = strings.Trim(s, " ()")
	if s == "" {
		return time.UTC, true
	}
	if m := offset.FindStringSubmatch(s); m != nil {
		hours, minutes := number(m[2]), number(m[3])
		if hours > 15 || minutes > 59 {
			return nil, false
		}
		seconds := hours*3600 + minutes*60
		if m[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone("", seconds), true
	}
	if fields := strings.Fields(s); len(fields) == 2 { // "+0200 (CEST)", "GMT +2"
		if zone, ok := parseZone(strings.Join(fields, "")); ok {
			return zone, true
		}
		if strings.HasPrefix(fields[1], "(") {
			return parseZone(fields[0])
		}
	}
	hours, ok := zoneHours(strings.ToUpper(s))
	if !ok {
		return nil, false
	}
	return time.FixedZone("", int(hours*3600)), true
}

func zoneHours(name string) (float64, bool) {
	switch strings.TrimPrefix(name, "ETC/") {
	case "Z", "UT", "UTC", "GMT", "WET", "GMT0", "UCT", "ZULU":
		return 0, true
	case "WEST", "CET", "MET", "MEZ", "WAT":
		return 1, true
	case "CEST", "MEST", "MESZ", "EET", "SAST", "CAT":
		return 2, true
	case "EEST", "MSK", "EAT", "TRT":
		return 3, true
	case "MSD":
		return 4, true
	case "PKT":
		return 5, true
	case "WIB", "ICT":
		return 7, true
	case "HKT", "WITA", "SGT", "MYT", "PHT", "AWST":
		return 8, true
	case "JST", "KST", "WIT":
		return 9, true
	case "AEST":
		return 10, true
	case "AEDT":
		return 11, true
	case "NZST":
		return 12, true
	case "NZDT":
		return 13, true
	case "AT", "AST", "EDT":
		return -4, true
	case "ADT", "BRT", "ART":
		return -3, true
	case "NST":
		return -3.5, true
	case "NDT":
		return -2.5, true
	case "ET", "EST", "CDT":
		return -5, true
	case "CT", "CST", "MDT":
		return -6, true
	case "MT", "MST", "PDT":
		return -7, true
	case "PT", "PST", "AKDT":
		return -8, true
	case "AKST":
		return -9, true
	case "HST":
		return -10, true
	}
	return 0, false
}
