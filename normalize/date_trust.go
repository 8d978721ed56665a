package normalize

import (
	"net/url"
	"strings"
	"time"
)

// publishedDate decides when a page was published, or zero. The order of trust:
// what the page says to machines, its time elements, its visible text, its
// address. A visible date that is later never wins over a published one.
func publishedDate(m *meta, d *draft, address string, o DateOptions) time.Time {
	if claim := pageDate(o, append([]string{m.published}, m.times...)...); !claim.IsZero() {
		return exactDate(claim, d.published)
	}
	if !d.published.IsZero() {
		return d.published
	}
	return addressDate(address, o)
}

// exactDate is a claim made exact by what the reader sees: a claim that is a
// day only takes the time of the same day, and one that calls the local clock
// UTC takes the zone that stands in the text.
func exactDate(claim, visible time.Time) time.Time {
	if claim.IsZero() || visible.IsZero() {
		return claim
	}
	sameDay := claim.Format(time.DateOnly) == visible.Format(time.DateOnly)
	_, offset := claim.Zone()
	_, local := visible.Zone()
	switch {
	case sameDay && isMidnight(claim) && offset == 0 && !isMidnight(visible):
		return visible
	case claim.Truncate(time.Minute).Equal(visible):
		return claim.In(visible.Location())
	case sameDay && offset == 0 && local != 0 && claim.Format("15:04") == visible.Format("15:04"):
		return visible
	}
	return claim
}

func isMidnight(t time.Time) bool {
	h, m, s := t.Clock()
	return h == 0 && m == 0 && s == 0
}

// addressDate is the day in an address, "/2024/06/20/" or "/2024-06-20-",
// or zero.
func addressDate(address string, o DateOptions) time.Time {
	u, err := url.Parse(address)
	if err != nil || len(u.Path) > 1000 {
		return time.Time{}
	}
	for i := 0; i+10 < len(u.Path); i++ {
		day := u.Path[i+1:]
		if u.Path[i] != '/' || digitRun(day) != 4 || day[4] != '/' && day[4] != '-' || day[4] != day[7] || digitRun(day[5:]) != 2 || digitRun(day[8:]) != 2 {
			continue
		}
		if t, ok := ParseDate(strings.ReplaceAll(day[:10], "/", "-"), DateOptions{Now: o.Now, Zone: o.Zone}); ok {
			return t
		}
	}
	return time.Time{}
}
