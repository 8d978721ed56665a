package fetcher

import (
	"strings"
	"time"
)

// maxWish is the longest pause that a feed may wish for.
const maxWish = 7 * 24 * time.Hour

// hints are what a feed says about when to ask.
type hints struct {
	every     time.Duration
	skipHours [24]bool // GMT
	skipDays  [7]bool
}

func readHints(el *element) hints {
	var h hints
	if el == nil {
		return h
	}
	if minutes := number(el.first("ttl").text()); minutes > 0 && minutes < 1_000_000 {
		h.every = time.Duration(minutes) * time.Minute
	}
	h.every = max(h.every, updatePeriod(el))
	if list := el.first("skiphours"); list != nil {
		for _, kid := range list.kids {
			if text := kid.text(); isDigits(text) && number(text) <= 24 {
				h.skipHours[number(text)%24] = true
			}
		}
	}
	if list := el.first("skipdays"); list != nil {
		for _, kid := range list.kids {
			for day := time.Sunday; day <= time.Saturday; day++ {
				if strings.EqualFold(kid.text(), day.String()) {
					h.skipDays[day] = true
				}
			}
		}
	}
	return h
}

// updatePeriod is the interval of the syndication module: so many times a period.
func updatePeriod(el *element) time.Duration {
	const day = 24 * time.Hour
	var period time.Duration
	switch strings.ToLower(el.first("sy:updateperiod").text()) {
	case "hourly":
		period = time.Hour
	case "daily":
		period = day
	case "weekly":
		period = 7 * day
	case "monthly":
		period = 30 * day
	case "yearly":
		period = 365 * day
	}
	return period / time.Duration(min(max(number(el.first("sy:updatefrequency").text()), 1), 10_000))
}

// Wish is how long the feed asks to be left alone: its interval, lengthened to
// the end of the hours and days in which it says nothing is to be had. It is 0
// where the feed says nothing, and a week at most.
func (d *Document) Wish(now time.Time) time.Duration {
	wish := min(d.hints.every, maxWish)
	at := now.Add(wish).UTC()
	for d.hints.skips(at) {
		at = at.Truncate(time.Hour).Add(time.Hour)
		if at.Sub(now) >= maxWish {
			return wish // it skips every hour there is: no wish to follow
		}
	}
	return at.Sub(now)
}

func (h hints) skips(at time.Time) bool {
	return h.skipHours[at.Hour()] || h.skipDays[at.Weekday()]
}
