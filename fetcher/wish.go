package fetcher

import (
	"strings"
	"time"

	"dateline/news"
)

// maxWish is the longest pause that a feed may wish for.
const maxWish = 7 * 24 * time.Hour

func readHints(el *element) news.Asks {
	var h news.Asks
	if el == nil {
		return h
	}
	if minutes := number(el.first("ttl").text()); minutes > 0 && minutes < 1_000_000 {
		h.Every = time.Duration(minutes) * time.Minute
	}
	h.Every = max(h.Every, updatePeriod(el))
	if list := el.first("skiphours"); list != nil {
		for _, kid := range list.kids {
			if text := kid.text(); isDigits(text) && number(text) <= 24 {
				h.SkipHours |= 1 << (number(text) % 24)
			}
		}
	}
	if list := el.first("skipdays"); list != nil {
		for _, kid := range list.kids {
			for day := time.Sunday; day <= time.Saturday; day++ {
				if strings.EqualFold(kid.text(), day.String()) {
					h.SkipDays |= 1 << day
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
func (d *Document) Wish(now time.Time) time.Duration { return wishOf(d.hints, now) }

func wishOf(asks news.Asks, now time.Time) time.Duration {
	wish := min(asks.Every, maxWish)
	at := now.Add(wish).UTC()
	for skips(asks, at) {
		at = at.Truncate(time.Hour).Add(time.Hour)
		if at.Sub(now) >= maxWish {
			return wish // it skips every hour there is: no wish to follow
		}
	}
	return at.Sub(now)
}

func skips(asks news.Asks, at time.Time) bool {
	return asks.SkipHours>>at.Hour()&1 == 1 || asks.SkipDays>>at.Weekday()&1 == 1
}
