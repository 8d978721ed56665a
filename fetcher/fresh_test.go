package fetcher

import (
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"

	"dateline/news"
)

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func TestFreshness(t *testing.T) {
	date := func(d time.Duration) string { return noon.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		h     http.Header
		want  time.Duration
		named bool
	}{
		{header(), 0, false},
		{header("Cache-Control", "max-age=600"), 10 * time.Minute, true},
		{header("Cache-Control", "public, MAX-AGE = 600 , must-revalidate"), 10 * time.Minute, true},
		{header("Cache-Control", `max-age="600"`), 10 * time.Minute, true},
		{header("Cache-Control", "public", "Cache-Control", "max-age=600"), 10 * time.Minute, true},
		{header("Cache-Control", "max-age=600", "Age", "200"), 400 * time.Second, true},
		{header("Cache-Control", "max-age=600", "Age", "700"), 0, true},
		{header("Cache-Control", "max-age=600", "Age", "-5"), 10 * time.Minute, true},
		{header("Cache-Control", "max-age=600, max-age=5"), 10 * time.Minute, true},
		{header("Cache-Control", "max-age=99999999999999999999999"), math.MaxInt64, true},
		{header("Cache-Control", "max-age=9223372036854775807"), math.MaxInt64, true},
		{header("Cache-Control", "max-age=-1"), 0, false},
		{header("Cache-Control", "max-age=ten, private"), 0, false},
		{header("Cache-Control", "s-maxage=600"), 0, false},
		{header("Cache-Control", "no-cache, max-age=600"), 0, true},
		{header("Cache-Control", "no-store"), 0, true},
		{header("Cache-Control", `no-cache="Set-Cookie", max-age=60`), time.Minute, true},
		{header("Expires", date(time.Hour)), time.Hour, true},
		{header("Expires", date(-time.Hour)), 0, true},
		{header("Expires", "0"), 0, true},
		{header("Expires", date(time.Hour), "Cache-Control", "max-age=60"), time.Minute, true},
	} {
		if got, named := freshness(c.h, noon); got != c.want || named != c.named {
			t.Errorf("%v: got %v %v, want %v %v", c.h, got, named, c.want, c.named)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute, " 0 ": 0, "86400": 24 * time.Hour, "99999999999999999999": math.MaxInt64,
		noon.Add(time.Hour).Format(http.TimeFormat):  time.Hour,
		noon.Add(-time.Hour).Format(http.TimeFormat): 0,
		noon.Add(time.Hour).Format(time.RFC850):      time.Hour,
		noon.Add(time.Hour).UTC().Format(time.ANSIC): time.Hour,
		"": -1, "-1": -1, "soon": -1, "1.5": -1, "1h": -1, "2026-03-02T13:00:00Z": -1,
	} {
		got, ok := retryAfter(value, noon)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("Retry-After %q is %v, want %v", value, got, want)
		}
	}
}

// answering serves a feed, or a status without one, under headers.
func answering(t *testing.T, status int, body string, pairs ...string) string {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", noon.Format(http.TimeFormat))
		for name, values := range header(pairs...) {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}).URL
}

func TestServersWishBecomesNotBefore(t *testing.T) {
	hourly := `<rss version="2.0"><channel><title>T</title><ttl>60</ttl><item><title>x</title></item></channel></rss>`
	for name, c := range map[string]struct {
		body   string
		header []string
		want   time.Duration
	}{
		"none":                    {feedOf(1), nil, 0},
		"max-age":                 {feedOf(1), []string{"Cache-Control", "max-age=7200"}, 2 * time.Hour},
		"ttl":                     {hourly, nil, time.Hour},
		"ttl beats max-age":       {hourly, []string{"Cache-Control", "max-age=600"}, time.Hour},
		"max-age beats ttl":       {hourly, []string{"Cache-Control", "max-age=7200"}, 2 * time.Hour},
		"capped":                  {feedOf(1), []string{"Cache-Control", "max-age=31536000"}, 24 * time.Hour},
		"junk":                    {feedOf(1), []string{"Cache-Control", "max-age=soon", "Expires", "never"}, 0},
		"Expires against Date":    {feedOf(1), []string{"Date", "Mon, 02 Mar 2020 12:00:00 GMT", "Expires", "Mon, 02 Mar 2020 13:00:00 GMT"}, time.Hour},
		"a 200's Retry-After not": {feedOf(1), []string{"Retry-After", "3600"}, 0},
	} {
		p := fetch(t, open(t), answering(t, 200, c.body, c.header...), news.Poll{}).Poll
		got := time.Duration(0)
		if !p.NotBefore.IsZero() {
			got = p.NotBefore.Sub(noon)
		}
		if got != c.want {
			t.Errorf("%s: NotBefore is in %v, want %v", name, got, c.want)
		}
	}
}

func TestRefusalsWishBecomesNotBefore(t *testing.T) {
	for _, c := range []struct {
		status   int
		value    string
		failures int
		low, top time.Duration
	}{
		{429, "3600", 0, time.Hour, time.Hour},
		{503, "3600", 0, time.Hour, time.Hour},
		{429, noon.Add(2 * time.Hour).Format(http.TimeFormat), 0, 2 * time.Hour, 2 * time.Hour},
		{429, "99999999999", 0, 24 * time.Hour, 24 * time.Hour},
		{429, "soon", 0, 0, 0}, // the backoff is the desk's, who knows the interval
		{429, "", 3, 0, 0},
		{503, "", 0, 0, 0},
		{500, "3600", 0, time.Hour, time.Hour},
		{403, "3600", 0, time.Hour, time.Hour},
	} {
		url := answering(t, c.status, "", "Retry-After", c.value)
		p := faultOf(t, open(t), source(url), news.Poll{Failures: c.failures, Since: noon})
		got := time.Duration(0)
		if !p.NotBefore.IsZero() {
			got = p.NotBefore.Sub(noon)
		}
		if got < c.low || got > c.top {
			t.Errorf("%d with %q after %d failures: NotBefore is in %v, want %v to %v", c.status, c.value, c.failures, got, c.low, c.top)
		}
	}
}

func TestMaxDelayCapsEveryWish(t *testing.T) {
	f := open(t, func(o *Options) { o.MaxDelay = time.Hour })
	p := fetch(t, f, answering(t, 200, feedOf(1), "Cache-Control", "max-age=86400"), news.Poll{}).Poll
	q := faultOf(t, f, source(answering(t, 429, "", "Retry-After", "86400")), news.Poll{})
	if want := noon.Add(time.Hour); !p.NotBefore.Equal(want) || !q.NotBefore.Equal(want) {
		t.Errorf("NotBefore %v and %v, want %v", p.NotBefore, q.NotBefore, want)
	}
}

func TestNoStoreLeavesValidators(t *testing.T) {
	p := fetch(t, open(t), answering(t, 200, feedOf(1), "Cache-Control", "no-store, no-cache", "ETag", `"kept"`), news.Poll{}).Poll
	if p.ETag != `"kept"` {
		t.Errorf("ETag %q", p.ETag)
	}
}

func TestFreshnessLastsThroughSilent304s(t *testing.T) {
	url := answering(t, 304, "")
	last := news.Poll{ETag: "x", At: noon.Add(-time.Hour), NotBefore: noon.Add(-30 * time.Minute)}
	if got, want := fetch(t, open(t), url, last).Poll.NotBefore, noon.Add(30*time.Minute); !got.Equal(want) {
		t.Errorf("NotBefore %v, want %v", got, want)
	}
	last.Failures, last.Since = 1, noon // then NotBefore was a Retry-After
	if got := fetch(t, open(t), url, last).Poll.NotBefore; !got.IsZero() {
		t.Errorf("NotBefore %v after a failure, want none", got)
	}
}

func TestBackoff(t *testing.T) {
	quarter := 15 * time.Minute
	if got := Backoff(0, quarter, 1); got != 0 {
		t.Errorf("without failures: %v", got)
	}
	floor := quarter
	for n := 1; n <= 6; n++ {
		if got := Backoff(n, quarter, 7); got < floor || got > floor+floor/4 {
			t.Errorf("after %d failures: %v, want %v and up to a quarter more", n, got, floor)
		}
		floor *= 2
	}
	for _, n := range []int{8, 100, math.MaxInt} {
		if got := Backoff(n, quarter, 7); got != 24*time.Hour {
			t.Errorf("after %d failures: %v, want a day", n, got)
		}
	}
	if got := Backoff(3, -time.Hour, 7); got < 4*time.Second || got > 5*time.Second {
		t.Errorf("of a senseless interval: %v", got)
	}
	spread := map[time.Duration]bool{}
	for seed := range uint64(50) {
		spread[Backoff(2, quarter, seed)] = true
	}
	once, again := Backoff(2, quarter, 3), Backoff(2, quarter, 3)
	if len(spread) < 45 || once != again {
		t.Errorf("50 seeds give %d waits", len(spread))
	}
}

func FuzzFreshness(f *testing.F) {
	for _, s := range []string{"max-age=600", "no-cache", `private, max-age="1", x=","`, "max-age=99999999999999999999", ",,=,"} {
		f.Add(s, "5", "Mon, 02 Mar 2026 13:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, control, age, expires string) {
		if got, _ := freshness(header("Cache-Control", control, "Age", age, "Expires", expires), noon); got < 0 {
			t.Errorf("negative: %v", got)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"120", "-1", "Mon, 02 Mar 2026 13:00:00 GMT", "99999999999999999999", "1e9", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if got, ok := retryAfter(value, noon); got < 0 || !ok && got != 0 {
			t.Errorf("%q: %v %v", value, got, ok)
		}
	})
}
