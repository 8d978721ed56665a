package desk_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	tag      = `"v1"`
	modified = "Mon, 23 Nov 2026 11:00:00 GMT"
)

// keeper answers 304 to whoever sends its validators back, byte for byte.
func keeper(h *hostile, headers ...string) {
	h.answers(func(_ int, w http.ResponseWriter, r *http.Request) {
		known := true
		for _, line := range headers {
			name, value, _ := strings.Cut(line, ": ")
			asked := map[string]string{"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[name]
			known = known && r.Header.Get(asked) == value
		}
		if known {
			say(w, 304, "")
			return
		}
		say(w, 200, oneFeed, headers...)
	})
}

func keeps(headers ...string) func(*hostile) {
	return func(h *hostile) {
		keeper(h, headers...)
		h.well()
		for range 2 {
			if p := h.well(); p.Status != 304 {
				h.Fatalf("status %d: the validators did not come back as sent", p.Status)
			}
		}
		h.headlines("Accra shuts")
	}
}

// stays is a poll that fails, after which the validators are those of before.
func stays(status int, body string) func(*hostile) {
	return func(h *hostile) {
		h.sends(oneFeed, "ETag: "+tag)
		h.well()
		h.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { say(w, status, body, `ETag: "of the error"`) })
		if p := h.poll(); p.ETag != tag || p.Failures != 1 {
			h.Errorf("ETag %q after %d failures, want that of the last feed after 1", p.ETag, p.Failures)
		}
		keeper(h, "ETag: "+tag)
		if p := h.well(); p.Status != 304 {
			h.Errorf("status %d, want 304", p.Status)
		}
		h.headlines("Accra shuts")
	}
}

func TestHostileConditional(t *testing.T) {
	runHostile(t, []behaviour{
		{"a strong ETag comes back", keeps("ETag: " + tag)},
		{"a weak ETag comes back", keeps(`ETag: W/"v1"`)},
		{"an unquoted ETag comes back", keeps("ETag: v1")},
		{"an ETag with a comma comes back", keeps(`ETag: "a,b"`)},
		{"an ETag with a lone quote comes back", keeps(`ETag: "v1`)},
		{"an ETag of a compressed answer comes back", keeps(`ETag: "v1--gzip"`)},
		{"Last-Modified comes back", keeps("Last-Modified: " + modified)},
		{"Last-Modified of the year 2041 comes back", keeps("Last-Modified: Fri, 01 Jan 2041 00:00:00 GMT")},
		{"Last-Modified that is no date comes back", keeps("Last-Modified: last Tuesday")},
		{"Last-Modified in another zone comes back", keeps("Last-Modified: Mon, 23 Nov 2026 12:00:00 +0100")},
		{"both validators come back", keeps("ETag: "+tag, "Last-Modified: "+modified)},
		{"the first request is unconditional, and there is one", func(h *hostile) {
			h.sends(oneFeed, "ETag: "+tag)
			h.well()
			if r := h.last(); h.count() != 1 || r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since") != "" {
				h.Errorf("%d requests, the last with %v", h.count(), r.Header)
			}
		}},
		{"validators of the same body are replaced", func(h *hostile) {
			h.answers(func(n int, w http.ResponseWriter, _ *http.Request) {
				say(w, 200, oneFeed, fmt.Sprintf("ETag: \"v%d\"", n))
			})
			h.well()
			if h.well(); h.record().ETag != `"v2"` {
				h.Errorf("ETag %q, want that of the last answer", h.record().ETag)
			}
		}},
		{"validators that the server gives up are given up", func(h *hostile) {
			h.sends(oneFeed, "ETag: "+tag)
			h.well()
			h.sends(rss(item("2", "Bergen shuts")))
			h.well()
			if h.well(); h.last().Header.Get("If-None-Match") != "" {
				h.Error("a validator that the server no longer sends is sent")
			}
		}},
		{"a 304 may bring a new ETag", func(h *hostile) {
			h.sends(oneFeed, "ETag: "+tag)
			h.well()
			h.refuses(304, `ETag: "v2"`)
			if p := h.well(); p.ETag != `"v2"` {
				h.Errorf("ETag %q", p.ETag)
			}
		}},
		{"a 304 to a first request is a fault", func(h *hostile) { h.refuses(304); h.ill("nothing was read") }},
		{"a 304 after failures is a success", func(h *hostile) {
			h.sends(oneFeed, "ETag: "+tag)
			h.well()
			h.refuses(500)
			h.poll()
			h.refuses(304)
			if p := h.well(); !p.Success.Equal(h.now) {
				h.Errorf("last success %s", p.Success)
			}
		}},
		{"a server that ignores validators files nothing twice", func(h *hostile) {
			h.sends(oneFeed, "ETag: "+tag)
			h.well()
			h.well()
			h.headlines("Accra shuts")
		}},
		{"validators outlive a restart", func(h *hostile) {
			keeper(h, "ETag: "+tag)
			h.well()
			h.restart()
			if p := h.well(); p.Status != 304 {
				h.Errorf("status %d", p.Status)
			}
		}},
		{"an ETag of an error is not kept", stays(500, "trouble")},
		{"an ETag of a missing page is not kept", stays(404, "nothing here")},
		{"an ETag of a page for people is not kept", stays(200, "<!doctype html><html><body>Under repair</body></html>")},
		{"an ETag of an empty answer is not kept", stays(200, "")},
		{"a validator that holds on to an old body is not sent for ever", func(h *hostile) {
			keeper(h, "ETag: "+tag)
			h.well()
			for range 24 * 6 * 8 {
				if h.well(); h.last().Header.Get("If-None-Match") == "" {
					return
				}
			}
			h.Error("eight days of 304, and the feed was never read in full")
		}},
	})
}

// roads has the outlet redirect: "301 /b" by path; other paths are the feed.
func (h *hostile) roads(ways map[string]string) {
	h.answers(func(_ int, w http.ResponseWriter, r *http.Request) {
		status, target, found := strings.Cut(ways[r.URL.Path], " ")
		if !found {
			say(w, 200, oneFeed, "ETag: "+tag)
			return
		}
		code := 0
		_, _ = fmt.Sscan(status, &code)
		say(w, code, "", "Location: "+target)
	})
}

// learns is a chain of redirects from /feed, and the path then asked at once.
func learns(path string, ways map[string]string) func(*hostile) {
	return func(h *hostile) {
		h.roads(ways)
		h.well()
		h.well()
		h.mu.Lock()
		defer h.mu.Unlock()
		if ways["/feed"] == "" {
			h.Fatal("no redirect to test")
		}
		second := h.asked[len(h.asked)/2]
		if path != "/feed" {
			second = h.asked[len(h.asked)-1]
			if len(h.asked) != len(ways)+2 {
				h.Errorf("%d requests, want the second poll to be one", len(h.asked))
			}
		}
		if second.URL.Path != path {
			h.Errorf("the second poll asked %s, want %s", second.URL.Path, path)
		}
	}
}

func ends(part string, ways map[string]string) func(*hostile) {
	return func(h *hostile) { h.roads(ways); h.ill(part) }
}

// moves is a permanent redirect to another host, seen at each of some times.
func moves(status int, learnt bool, steps ...time.Duration) func(*hostile) {
	return func(h *hostile) {
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { say(w, 200, oneFeed) }))
		h.Cleanup(other.Close)
		target := strings.Replace(other.URL, "127.0.0.1", "127.0.0.2", 1)
		if other.Config.ErrorLog == nil { // the server listens on one address only: its port by another name
			target = strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
		}
		h.roads(map[string]string{"/feed": fmt.Sprintf("%d %s/moved", status, target)})
		h.well()
		for _, step := range steps {
			h.now = h.now.Add(step)
			h.well()
		}
		if got := h.record().Address != ""; got != learnt {
			h.Errorf("learnt %q after %d sightings", h.record().Address, 1+len(steps))
		}
	}
}

func TestHostileRedirects(t *testing.T) {
	chain := func(n int) map[string]string {
		ways := map[string]string{"/feed": "302 /1"}
		for i := 1; i < n; i++ {
			ways[fmt.Sprintf("/%d", i)] = fmt.Sprintf("302 /%d", i+1)
		}
		return ways
	}
	one := func(way string) map[string]string { return map[string]string{"/feed": way} }
	runHostile(t, []behaviour{
		{"301 is learnt", learns("/new", one("301 /new"))},
		{"308 is learnt", learns("/new", one("308 /new"))},
		{"302 is not learnt", learns("/feed", one("302 /new"))},
		{"303 is not learnt", learns("/feed", one("303 /new"))},
		{"307 is not learnt", learns("/feed", one("307 /new"))},
		{"a permanent chain is learnt to its end", learns("/c", map[string]string{"/feed": "301 /b", "/b": "308 /c"})},
		{"a 301 that goes on with a 302 is not learnt", func(h *hostile) {
			h.roads(map[string]string{"/feed": "301 /b", "/b": "302 /c"})
			if p := h.well(); p.Address != "" {
				h.Errorf("learnt %q", p.Address)
			}
		}},
		{"a 302 that goes on with a 301 is not learnt", func(h *hostile) {
			h.roads(map[string]string{"/feed": "302 /b", "/b": "301 /c"})
			if p := h.well(); p.Address != "" {
				h.Errorf("learnt %q", p.Address)
			}
		}},
		{"a 301 to a page is not learnt", func(h *hostile) {
			h.answers(func(_ int, w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/feed" {
					say(w, 301, "", "Location: /login")
					return
				}
				say(w, 200, "<!doctype html><html><body>Welcome to the hotel</body></html>")
			})
			if p := h.ill("a web page"); p.Address != "" {
				h.Errorf("learnt %q", p.Address)
			}
		}},
		{"a 301 to another host counts nothing the first time", moves(301, false)},
		{"a 301 to another host counts nothing twice a day", moves(301, false, time.Hour, time.Hour)},
		{"a 301 to another host counts on the second day", moves(301, true, 25*time.Hour)},
		{"a 308 to another host counts on the second day", moves(308, true, 25*time.Hour)},
		{"a 302 to another host never counts", moves(302, false, 25*time.Hour, 25*time.Hour)},
		{"a learnt address that fails is given up", func(h *hostile) {
			h.roads(one("301 /new"))
			h.well()
			h.answers(func(_ int, w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/new" {
					say(w, 404, "no")
					return
				}
				say(w, 200, oneFeed)
			})
			for range 3 {
				h.poll()
			}
			if h.well(); h.last().URL.Path != "/feed" {
				h.Errorf("asked %s", h.last().URL.Path)
			}
		}},
		{"a redirect to itself ends", ends("in a circle", one("301 /feed"))},
		{"a circle ends", ends("in a circle", map[string]string{"/feed": "302 /b", "/b": "302 /feed"})},
		{"ten redirects are followed", func(h *hostile) { h.roads(chain(10)); h.well(); h.headlines("Accra shuts") }},
		{"eleven redirects are not", ends("more than 10 times", chain(11))},
		{"a redirect to nowhere is a fault", func(h *hostile) { h.refuses(302); h.ill("without saying where") }},
		{"a redirect with a fragment is followed", func(h *hostile) { h.roads(one("302 /new#top")); h.well(); h.headlines("Accra shuts") }},
		{"a redirect to a relative address is followed", func(h *hostile) { h.roads(one("302 new?x=1")); h.well(); h.headlines("Accra shuts") }},
		{"300 is a fault", func(h *hostile) { h.refuses(300, "Location: /new"); h.ill("300") }},
		{"validators and cookies stay at their origin", func(h *hostile) {
			var there http.Header
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				there = r.Header.Clone()
				say(w, 200, oneFeed)
			}))
			h.Cleanup(other.Close)
			h.sends(oneFeed, "ETag: "+tag, "Set-Cookie: id=7")
			h.well()
			h.roads(one("302 " + other.URL))
			h.well()
			for _, name := range []string{"If-None-Match", "Cookie", "Referer", "Authorization"} {
				if there.Get(name) != "" {
					h.Errorf("%s: %q went to another origin", name, there.Get(name))
				}
			}
			if h.last().Header.Get("Cookie") != "" {
				h.Error("a cookie was sent back")
			}
		}},
	})
}

// wishes is a feed that wishes to be left alone.
func wishes(least, most time.Duration, body string, headers ...string) func(*hostile) {
	return func(h *hostile) { h.sends(body, headers...); h.well(); h.waits(least, most) }
}

// refusal is an answer that is a fault, and when the outlet is asked again.
func refusal(status int, least, most time.Duration, headers ...string) func(*hostile) {
	return func(h *hostile) {
		h.refuses(status, headers...)
		h.ill(fmt.Sprint(status))
		h.waits(least, most)
	}
}

func TestHostilePacing(t *testing.T) {
	const min, hour, day = time.Minute, time.Hour, 24 * time.Hour
	in := func(d time.Duration) string { return start.Add(d).Format(http.TimeFormat) }
	runHostile(t, []behaviour{
		{"ten minutes are ten", func(h *hostile) {
			h.sends(oneFeed)
			h.well()
			h.well()
			h.waits(10*min, 10*min)
		}},
		{"429 with seconds", refusal(429, hour, hour+3*min, "Retry-After: 3600")},
		{"429 with a date", refusal(429, 2*hour, 2*hour+7*min, "Retry-After: "+in(2*hour))},
		{"429 with a date that is over", refusal(429, 5*min, 25*min, "Retry-After: "+in(-hour))},
		{"429 without a word is twice the interval", refusal(429, 20*min, 30*min)},
		{"429 with junk", refusal(429, 20*min, 30*min, "Retry-After: soon")},
		{"429 with a negative number", refusal(429, 20*min, 30*min, "Retry-After: -5")},
		{"429 for a hundred years is a day", refusal(429, day, day+2*min, "Retry-After: 3153600000")},
		{"429 with a number beyond all numbers is a day", refusal(429, day, day+2*min, "Retry-After: 99999999999999999999999")},
		{"503 with seconds", refusal(503, hour, hour+3*min, "Retry-After: 3600")},
		{"503 with a date", refusal(503, 2*hour, 2*hour+7*min, "Retry-After: "+in(2*hour))},
		{"503 without a word is twice the interval", refusal(503, 20*min, 30*min)},
		{"403 with Retry-After", refusal(403, hour, hour+3*min, "Retry-After: 3600")},
		{"max-age", wishes(hour, hour+3*min, oneFeed, "Cache-Control: public, max-age=3600")},
		{"max-age in quotes", wishes(hour, hour+3*min, oneFeed, `Cache-Control: max-age="3600"`)},
		{"max-age less Age", wishes(hour, hour+3*min, oneFeed, "Cache-Control: max-age=7200", "Age: 3600")},
		{"max-age counts before Expires", wishes(hour, hour+3*min, oneFeed, "Cache-Control: max-age=3600", "Expires: "+in(9*hour))},
		{"Expires", wishes(3*hour, 3*hour+10*min, oneFeed, "Expires: "+in(3*hour))},
		{"Expires: 0 is now", wishes(5*min, 20*min, oneFeed, "Expires: 0")},
		{"no-cache is now", wishes(5*min, 20*min, oneFeed, "Cache-Control: no-cache, max-age=7200")},
		{"s-maxage is for others", wishes(5*min, 20*min, oneFeed, "Cache-Control: s-maxage=86400")},
		{"max-age of a year is a day", wishes(day, day+2*min, oneFeed, "Cache-Control: max-age=31536000")},
		{"max-age that is junk", wishes(5*min, 20*min, oneFeed, "Cache-Control: max-age=soon")},
		{"max-age counts on a 304", func(h *hostile) {
			h.sends(oneFeed, "ETag: "+tag)
			h.well()
			h.refuses(304, "Cache-Control: max-age=7200")
			h.well()
			h.waits(2*hour, 2*hour+7*min)
		}},
		{"ttl", wishes(2*hour, 2*hour+7*min, channel("<ttl>120</ttl>"))},
		{"ttl counts after a 304", func(h *hostile) {
			h.sends(channel("<ttl>240</ttl>"), "ETag: "+tag)
			h.well()
			h.refuses(304)
			for range 3 {
				h.well()
				h.waits(4*hour, 4*hour+13*min)
			}
		}},
		{"ttl counts after the same body", func(h *hostile) {
			h.sends(channel("<ttl>240</ttl>"))
			for range 3 {
				h.well()
				h.waits(4*hour, 4*hour+13*min)
			}
		}},
		{"ttl of a year is a day", wishes(day, day+2*min, channel("<ttl>525600</ttl>"))},
		{"ttl that is junk", wishes(5*min, 20*min, channel("<ttl>-5</ttl>"))},
		{"skipHours", wishes(6*hour-10*min, 6*hour+20*min, channel("<skipHours><hour>12</hour><hour>13</hour><hour>14</hour><hour>15</hour><hour>16</hour><hour>17</hour></skipHours>"))},
		{"skipDays", wishes(12*hour, 12*hour+31*min, channel("<skipDays><day>Monday</day></skipDays>"))},
		{"skipHours of all hours are ignored", wishes(5*min, 20*min, channel("<skipHours>"+everyHour()+"</skipHours>"))},
		{"sy:updatePeriod", wishes(12*hour, 12*hour+37*min, strings.Replace(channel("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"),
			"<rss ", `<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" `, 1))},
		{"500 again and again is asked more and more rarely", func(h *hostile) {
			h.refuses(500)
			before := time.Duration(0)
			for range 4 {
				p := h.ill("500")
				wait := p.Due.Sub(p.At)
				if p.Failures > 2 && wait <= before {
					h.Errorf("failure %d is followed by %s, the one before by %s", p.Failures, wait, before)
				}
				before = wait
			}
		}},
		{"failures end in a day at most", func(h *hostile) {
			h.refuses(500)
			for range 14 {
				h.poll()
			}
			h.waits(day, day+20*min)
		}},
		{"a recovered outlet is asked as before", func(h *hostile) {
			h.refuses(500)
			for range 5 {
				h.poll()
			}
			h.sends(oneFeed)
			h.well()
			h.waits(5*min, 20*min)
		}},
		{"400 backs off", refusal(400, 5*min, 25*min)},
		{"401 backs off", refusal(401, 5*min, 25*min)},
		{"402 backs off", refusal(402, 5*min, 25*min)},
		{"403 backs off", refusal(403, 5*min, 25*min)},
		{"404 backs off", refusal(404, 5*min, 25*min)},
		{"418 backs off", refusal(418, 5*min, 25*min)},
		{"451 backs off", refusal(451, 5*min, 25*min)},
		{"520 backs off", refusal(520, 5*min, 25*min)},
		{"410 ends the asking and keeps what was published", func(h *hostile) {
			h.sends(oneFeed)
			h.well()
			h.refuses(410)
			if p := h.ill("gone for good"); !p.Gone {
				h.Error("not marked as gone")
			}
			h.waits(20*day, 40*day)
			h.headlines("Accra shuts")
		}},
		{"a restart resets no timer", func(h *hostile) {
			h.sends(oneFeed, "Cache-Control: max-age=7200")
			before := h.well().Due
			h.restart()
			if h.record().Due != before {
				h.Errorf("due %s, before the restart %s", h.record().Due, before)
			}
			if _, err := h.desk.Once(t.Context()); err != nil || h.count() != 1 {
				h.Errorf("%d requests, %v; want none after the restart", h.count(), err)
			}
		}},
		{"a host is asked one request at a time", func(h *hostile) {
			open := make(chan struct{}, 1)
			h.answers(func(_ int, w http.ResponseWriter, _ *http.Request) {
				select {
				case open <- struct{}{}:
				default:
					h.Error("two requests at a time")
				}
				say(w, 200, oneFeed)
				<-open
			})
			h.open()
			h.assign("gazette", "two", "three", "four", "five")
			h.well()
			if h.count() != 5 {
				h.Errorf("%d requests, want 5", h.count())
			}
		}},
		{"who asks says so, and nothing else", func(h *hostile) {
			h.sends(oneFeed)
			h.well()
			r := h.last()
			if !strings.Contains(r.UserAgent(), "+https://desk.example/") || r.Header.Get("Referer")+r.Header.Get("Cookie")+r.URL.RawQuery != "" || r.Method != "GET" {
				h.Errorf("asked %s %s with %v", r.Method, r.URL, r.Header)
			}
		}},
		{"compressed answers are asked for", func(h *hostile) {
			h.sends(oneFeed)
			h.well()
			if got := h.last().Header.Get("Accept-Encoding"); !strings.Contains(got, "gzip") || !strings.Contains(got, "br") {
				h.Errorf("Accept-Encoding %q", got)
			}
		}},
		{"a part of a feed (226) is added and nothing taken away", func(h *hostile) {
			h.sends(oneFeed, "ETag: "+tag)
			h.well()
			h.answers(func(_ int, w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("A-IM") != "feed" || r.Header.Get("If-None-Match") != tag {
					h.Errorf("A-IM %q, If-None-Match %q", r.Header.Get("A-IM"), r.Header.Get("If-None-Match"))
				}
				say(w, 226, rss(item("2", "Bergen shuts")), "IM: feed", `ETag: "v2"`)
			})
			if p := h.well(); p.ETag != `"v2"` || p.Status != 226 {
				h.Errorf("ETag %q, status %d", p.ETag, p.Status)
			}
			h.headlines("Accra shuts", "Bergen shuts")
		}},
	})
}

func everyHour() (hours string) {
	for n := range 24 {
		hours += fmt.Sprintf("<hour>%d</hour>", n)
	}
	return hours
}
