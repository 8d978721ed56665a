package normalize

import "time"

// Months of other calendars are counted on from these.
const (
	jalaliMonths   = 100
	ethiopicMonths = 200
)

// ethiopicDate is the Gregorian day of a day of the Ethiopian calendar: twelve
// months of thirty days and one of five, six where the year leaves three when
// divided by four.
func ethiopicDate(year, month, day int) (y, m, d int, ok bool) {
	last := 30
	if month == 13 {
		last = 5
		if year%4 == 3 {
			last = 6
		}
	}
	if year < 1960 || year > 2100 || month < 1 || month > 13 || day < 1 || day > last {
		return 0, 0, 0, false
	}
	const base = 2000 // its first day was 12 September 2007
	days := (year-base)*365 + year/4 - base/4 + (month-1)*30 + day - 1
	t := time.Date(2007, time.September, 12, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
	return t.Year(), int(t.Month()), t.Day(), true
}

// jalaliDate is the Gregorian day of a day of the Persian calendar, by the
// 33-year cycle, which is exact for the years of news.
func jalaliDate(year, month, day int) (y, m, d int, ok bool) {
	if year < 1360 || year > 1500 || month < 1 || month > 12 || day < 1 || day > 31 || month > 6 && day > 30 {
		return 0, 0, 0, false
	}
	leaps := func(y int) int { // leap years of the cycle before y: 1, 5, 9, 13, 17, 22, 26, 30
		r := y % 33
		if r > 21 {
			return y/33*8 + (r+1)/4
		}
		return y/33*8 + (r+2)/4
	}
	if month == 12 && day == 30 && leaps(year+1) == leaps(year) {
		return 0, 0, 0, false
	}
	days := (year-1400)*365 + leaps(year) - leaps(1400) + min(month-1, 6)*31 + max(month-7, 0)*30 + day - 1
	t := time.Date(2021, time.March, 21, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days)
	return t.Year(), int(t.Month()), t.Day(), true
}
