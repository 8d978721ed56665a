package normalize

import "time"

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
