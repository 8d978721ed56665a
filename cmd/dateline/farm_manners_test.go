package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

func conditionalDeeds() []deed {
	const modified = "Mon, 23 Nov 2026 11:00:00 GMT"
	kept := func(name, header string) deed {
		field, value, _ := strings.Cut(header, ": ")
		asked := map[string]string{"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[field]
		return deed{name: name, reply: keeper(header), judge: and(files(1), sends(asked, value))}
	}
	return []deed{
		control(),
		kept("a weak ETag", `ETag: W/"1"`),
		kept("an ETag without quotes", "ETag: abc"),
		kept("an ETag with a lone quote", `ETag: "abc`),
		kept("an ETag with spaces and a comma", `ETag: "a, b"`),
		kept("Last-Modified", "Last-Modified: "+modified),
		kept("Last-Modified of the year 2041", "Last-Modified: Fri, 04 Jan 2041 00:00:00 GMT"),
		kept("Last-Modified that is no date", "Last-Modified: yesterday"),
		{name: "both validators", reply: keeper(`ETag: "1"`, "Last-Modified: "+modified), judge: and(files(1), sends("If-Modified-Since", modified))},
		{name: "a new ETag for the same body", reply: func(n int, w http.ResponseWriter, r *http.Request) {
			answer(w, r, 200, one, fmt.Sprintf(`ETag: "%d"`, n))
		}, judge: and(files(1), func(e evidence) string {
			last := e.asked[len(e.asked)-1].header.Get("If-None-Match")
			return wrongIf(last != fmt.Sprintf(`"%d"`, len(e.asked)-1), "the last request has %s", last)
		})},
		{name: "the ETag of an error page", reply: turns(says(one, `ETag: "1"`), refuses(500, "no", `ETag: "error"`), keeper(`ETag: "1"`)),
			judge: and(files(1), sends("If-None-Match", `"1"`))},
		{name: "the ETag of a page to log in at", reply: turns(says(one, `ETag: "1"`), says(loginPage, `ETag: "page"`), keeper(`ETag: "1"`)),
			judge: and(files(1), sends("If-None-Match", `"1"`))},
		{name: "a 304 to who asked for nothing before", reply: refuses(304, ""), judge: ill("nothing was read")},
		{name: "a server without validators", reply: says(one), judge: and(files(1), unconditional)},
		{name: "no-store", reply: keeper(`ETag: "1"`, "Cache-Control: no-store"), judge: and(files(1), sends("If-None-Match", `"1"`))},
		{name: "Expires: 0", reply: keeper(`ETag: "1"`, "Expires: 0"), judge: and(files(1), sends("If-None-Match", `"1"`))},
		{name: "a delta (226)", reply: turns(says(one, `ETag: "1"`), refuses(226, channelOf(item2), `ETag: "2"`, "IM: feed"), keeper(`ETag: "2"`)),
			judge: and(files(1, 2), sends("A-Im", "feed"))},
	}
}

func redirectDeeds() []deed {
	// walks redirects /ID to /ID/2 and so on by these statuses, then gives a feed.
	walks := func(statuses ...int) reply {
		return func(_ int, w http.ResponseWriter, r *http.Request) {
			at := strings.Count(r.URL.Path, "/") - 1
			if at >= len(statuses) {
				answer(w, r, 200, one, `ETag: "1"`)
				return
			}
			answer(w, r, statuses[at], "", "Location: "+r.URL.Path+"/next")
		}
	}
	learnt := func(yes bool) func(evidence) string {
		return func(e evidence) string {
			begun := 0 // at the address in the config
			for _, r := range e.asked {
				begun += strings.Count(r.path+" ", "/"+e.id+" ")
			}
			return wrongIf(yes != (begun == 1) || yes != (e.health.MovedTo != ""), "begun %d times at the old address, moved to %q", begun, e.health.MovedTo)
		}
	}
	points := func(location string) reply { return refuses(302, "", "Location: "+location) }
	return []deed{
		control(),
		{name: "301 is learnt", reply: walks(301), judge: and(files(1), learnt(true))},
		{name: "308 is learnt", reply: walks(308), judge: and(files(1), learnt(true))},
		{name: "a chain of permanent ones is learnt", reply: walks(301, 308, 301), judge: and(files(1), learnt(true))},
		{name: "302 is not learnt", reply: walks(302), judge: and(files(1), learnt(false))},
		{name: "303 is not learnt", reply: walks(303), judge: and(files(1), learnt(false))},
		{name: "307 is not learnt", reply: walks(307), judge: and(files(1), learnt(false))},
		{name: "a chain with one for now is not learnt", reply: walks(301, 302), judge: and(files(1), learnt(false))},
		{name: "301 to another host is not learnt in a day", reply: func(_ int, w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Host, "localhost") {
				answer(w, r, 200, one)
				return
			}
			answer(w, r, 301, "", "Location: http://"+strings.Replace(r.Host, "127.0.0.1", "localhost", 1)+r.URL.Path+"/there")
		}, judge: and(files(1), learnt(false))},
		{name: "301 to a page is not learnt", reply: func(_ int, w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/next") {
				answer(w, r, 200, loginPage)
				return
			}
			answer(w, r, 301, "", "Location: "+r.URL.Path+"/next")
		}, judge: and(ill("web page"), func(e evidence) string { return wrongIf(e.health.MovedTo != "", "moved") })},
		{name: "ten hops are followed", reply: walks(302, 302, 302, 302, 302, 302, 302, 302, 302, 302), judge: files(1)},
		{name: "eleven are not", reply: walks(302, 302, 302, 302, 302, 302, 302, 302, 302, 302, 302), judge: ill("more than 10 times")},
		{name: "a circle", reply: points("/CODE"), judge: ill("in a circle")},
		{name: "a circle of two", reply: func(_ int, w http.ResponseWriter, r *http.Request) {
			to := map[bool]string{true: "/CODE", false: "/CODE/b"}[strings.HasSuffix(r.URL.Path, "/b")]
			answer(w, r, 302, "", "Location: "+to)
		}, judge: ill("in a circle")},
		{name: "no Location", reply: refuses(302, ""), judge: ill("without saying where")},
		{name: "a Location with a fragment", reply: func(_ int, w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/b") {
				answer(w, r, 200, one)
				return
			}
			answer(w, r, 302, "", "Location: /CODE/b#part")
		}, judge: files(1)},
		{name: "to a file", reply: points("file:///etc/passwd"), judge: ill("only http")},
		{name: "to ftp", reply: points("ftp://127.0.0.1/feed"), judge: ill("only http")},
		{name: "to data", reply: points("data:application/rss+xml,<rss/>"), judge: ill("only http")},
		{name: "no cookie, Referer or validator goes to another origin", reply: func(n int, w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasPrefix(r.Host, "localhost"):
				answer(w, r, 200, one)
			case n == 1:
				answer(w, r, 200, one, `ETag: "1"`, "Set-Cookie: id=7")
			default:
				answer(w, r, 302, "", "Set-Cookie: id=8", "Location: http://"+strings.Replace(r.Host, "127.0.0.1", "localhost", 1)+r.URL.Path+"/there?x=1")
			}
		}, more: "access: {username: me, password: secret}", judge: func(e evidence) string {
			for _, r := range e.asked {
				there := strings.Contains(r.path, "/there")
				if r.header.Get("Cookie")+r.header.Get("Referer") != "" || there && r.header.Get("Authorization")+r.header.Get("If-None-Match") != "" {
					return fmt.Sprintf("%s was asked with %v", r.path, r.header)
				}
			}
			return wrongIf(len(e.asked) < 3, "too few requests")
		}},
	}
}

func pacingDeeds() []deed {
	soon := func() string { return time.Now().Add(time.Hour).UTC().Format(http.TimeFormat) }
	waits := func(name, text string, headers ...string) deed {
		return deed{name: name, reply: says(text, headers...), judge: and(files(1), resting(1))}
	}
	goesOn := func(name, text string, headers ...string) deed {
		return deed{name: name, reply: says(text, headers...), judge: and(files(1), func(e evidence) string {
			return wrongIf(len(e.asked) < controlPolls-2, "%d requests while the control source had %d", len(e.asked), e.polls)
		})}
	}
	rests := func(name string, status int, headers ...string) deed {
		return deed{name: name, reply: refuses(status, "no", headers...), judge: and(ill(fmt.Sprint(status)), resting(1))}
	}
	with := func(more string) string { return strings.Replace(one, "<item>", more+"<item>", 1) }
	return []deed{
		control(),
		waits("max-age", one, "Cache-Control: max-age=3600"),
		waits("max-age before Expires", one, "Cache-Control: max-age=3600", "Expires: Thu, 01 Jan 1970 00:00:00 GMT"),
		waits("max-age less Age", one, "Cache-Control: max-age=7200", "Age: 3600"),
		goesOn("max-age that Age has used up", one, "Cache-Control: max-age=3600", "Age: 3600"),
		waits("max-age beyond all numbers", one, "Cache-Control: max-age=99999999999999999999"),
		goesOn("max-age that is none", one, "Cache-Control: max-age=soon"),
		goesOn("max-age=0", one, "Cache-Control: max-age=0"),
		goesOn("no-cache", one, "Cache-Control: no-cache, max-age=3600"),
		{name: "Expires", reply: func(_ int, w http.ResponseWriter, r *http.Request) { answer(w, r, 200, one, "Expires: "+soon()) }, judge: and(files(1), resting(1))},
		waits("ttl", with("<ttl>60</ttl>")),
		goesOn("a ttl that is none", with("<ttl>soon</ttl>")),
		waits("sy:updatePeriod", strings.Replace(with("<sy:updatePeriod>daily</sy:updatePeriod>"), "<rss ", `<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" `, 1)),
		{name: "skipHours", reply: func(_ int, w http.ResponseWriter, r *http.Request) {
			now := time.Now().UTC()
			hours := fmt.Sprintf("<skipHours><hour>%d</hour><hour>%d</hour></skipHours>", now.Hour(), now.Add(time.Hour).Hour())
			answer(w, r, 200, with(hours))
		}, judge: and(files(1), resting(1))},
		{name: "skipDays", reply: func(_ int, w http.ResponseWriter, r *http.Request) {
			now := time.Now().UTC()
			days := fmt.Sprintf("<skipDays><day>%s</day><day>%s</day></skipDays>", now.Weekday(), now.Add(24*time.Hour).Weekday())
			answer(w, r, 200, with(days))
		}, judge: and(files(1), resting(1))},
		{name: "max-age on a 304", reply: turns(says(one, `ETag: "1"`), refuses(304, "", "Cache-Control: max-age=3600")), judge: and(files(1), resting(2))},
		rests("429 with seconds", 429, "Retry-After: 3600"),
		{name: "429 with a date", reply: func(_ int, w http.ResponseWriter, r *http.Request) { answer(w, r, 429, "no", "Retry-After: "+soon()) }, judge: and(ill("429"), resting(1))},
		rests("503 with seconds", 503, "Retry-After: 3600"),
		{name: "500 is asked less and less", reply: refuses(500, "no"), judge: and(ill("500"), func(e evidence) string {
			return wrongIf(len(e.asked) >= e.polls || e.health.Failures != len(e.asked), "%d requests and %d failures, the control had %d", len(e.asked), e.health.Failures, e.polls)
		})},
		{name: "an outlet comes back", reply: turns(refuses(500, "no"), refuses(404, "no"), says(one)), judge: files(1)},
		{name: "410 stops, and keeps what was published", reply: turns(says(one), refuses(410, "gone")), judge: and(holds(1), resting(2), func(e evidence) string {
			return wrongIf(e.health.State != "gone", "the source is %s", e.health.State)
		})},
	}
}
