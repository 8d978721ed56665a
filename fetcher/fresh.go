package fetcher

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Backoff is how long to leave an outlet alone after failures in a row, given
// the interval at which it is asked when well: the interval, then twice, four
// times and so on, up to a day. The seed spreads outlets that fail together, so
// that they do not come back together; it only ever adds.
func Backoff(failures int, interval time.Duration, seed uint64) time.Duration {
	const longest = 24 * time.Hour
	if failures <= 0 {
		return 0
	}
	wait := max(interval, time.Second)
	for n := 1; n < failures && wait < longest; n++ {
		wait *= 2
	}
	if wait >= longest {
		return longest
	}
	part := float64(scatter(seed+uint64(failures))>>11) / (1 << 53)
	return min(wait+time.Duration(part*float64(wait)/4), longest)
}

// scatter is a number in which every bit depends on every bit of x
// (the finalizer of SplitMix64).
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// freshness is for how long an answer says it stays fresh, counted from now,
// and whether it says anything about it. max-age counts before Expires; the
// time that the answer lay in caches is taken off.
func freshness(h http.Header, now time.Time) (fresh time.Duration, named bool) {
	age := time.Duration(0)
	if n, ok := deltaSeconds(h.Get("Age")); ok {
		age = n
	}
	maxAge, again, found := cacheControl(strings.Join(h.Values("Cache-Control"), ","))
	if again {
		return 0, true
	}
	if found {
		return max(maxAge-age, 0), true
	}
	expires := h.Get("Expires")
	if expires == "" {
		return 0, false
	}
	t, err := http.ParseTime(expires)
	if err != nil { // "0" and "-1" are common, and mean: at once
		return 0, true
	}
	return max(t.Sub(now)-age, 0), true
}

// cacheControl reads max-age, and whether the answer wants to be asked for again
// at once. Validators are another matter: no-store and no-cache leave them be.
func cacheControl(value string) (maxAge time.Duration, again, found bool) {
	for directive := range strings.SplitSeq(value, ",") {
		name, arg, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "no-cache":
			again = again || arg == "" // no-cache="field" speaks of that field only
		case "no-store":
			again = true
		case "max-age":
			if n, ok := deltaSeconds(strings.Trim(strings.TrimSpace(arg), `"`)); ok && !found {
				maxAge, found = n, true
			}
		}
	}
	return maxAge, again, found
}

// retryAfter reads a Retry-After of seconds or of a date, and reports whether
// it could.
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if n, ok := deltaSeconds(value); ok {
		return n, true
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(t.Sub(now), 0), true
	}
	return 0, false
}

// deltaSeconds reads a number of seconds, however large.
func deltaSeconds(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > math.MaxInt64/int64(time.Second) {
		return math.MaxInt64, true
	}
	return time.Duration(n) * time.Second, true
}
