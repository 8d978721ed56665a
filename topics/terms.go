package topics

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// term is the years in which someone holds an office. A year that is 0 is
// open.
type term struct {
	since, until int16
}

// readTerm reads what stands behind the @ of a name: 2025 is since 2025,
// 2022-2025 both years and those between.
func readTerm(years string) (term, error) {
	first, last, closed := strings.Cut(years, "-")
	since, err := strconv.ParseInt(first, 10, 16)
	if err != nil || since <= 0 {
		return term{}, fmt.Errorf("bad year %q", first)
	}
	if !closed {
		return term{since: int16(since)}, nil
	}
	until, err := strconv.ParseInt(last, 10, 16)
	if err != nil || until < since {
		return term{}, fmt.Errorf("bad years %q", years)
	}
	return term{int16(since), int16(until)}, nil
}

// covers reports whether the office was held at a time. It was at a time that
// is unknown.
func (t term) covers(at time.Time) bool {
	if t == (term{}) || at.IsZero() {
		return true
	}
	year := at.UTC().Year()
	return year >= int(t.since) && (t.until == 0 || year <= int(t.until))
}

// dropPast takes out the names of those who did not hold their office when the
// document was published.
func (r *reading) dropPast() {
	if r.doc.Published.IsZero() {
		return
	}
	r.keep(func(h hit) bool { return h.alias.term.covers(r.doc.Published) })
}
