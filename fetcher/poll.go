package fetcher

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"dateline/news"
)

// maxCarried is for how long the freshness of an earlier answer counts where
// an answer that nothing changed names none of its own.
const maxCarried = time.Hour

// lostTrust is after how many failures in a row a learnt address is given up
// for the configured one.
const lostTrust = 3

// failed is the record after a poll that brought nothing. What is known of the
// last body stays: its validators are still true.
func failed(last news.Poll, f *fault, now time.Time) news.Poll {
	p := last
	p.At = now
	p.Status = f.status
	p.NotBefore = time.Time{}
	if f.until.After(now) {
		p.NotBefore = f.until
	}
	p.Failures++
	if p.Since.IsZero() {
		p.Since = now
	}
	p.Fault = f.text
	p.Gone = f.status == http.StatusGone && last.Address == "" // a learnt address may be gone and the configured one not
	if f.status == http.StatusGone || p.Failures >= lostTrust {
		p.Address = ""
	}
	return p
}

// succeeded is the record after an answer that was a feed, but for what its
// document says. Validators are kept as sent.
func (f *Fetcher) succeeded(src news.Source, last news.Poll, a answer, now time.Time, wish time.Duration) news.Poll {
	p := last
	p.At, p.Success = now, now
	p.Status = a.status
	p.Failures, p.Since, p.Fault, p.Gone = 0, time.Time{}, "", false
	p.ETag, p.LastModified = a.header.Get("ETag"), a.header.Get("Last-Modified")
	p.NotBefore = time.Time{}
	if fresh, _ := freshness(a.header, a.date(now)); max(fresh, wish) > 0 {
		p.NotBefore = now.Add(min(max(fresh, wish), f.opt.MaxDelay))
	}
	p.Address, p.Moving, p.MovingFrom = learn(src, last, a, now)
	return p
}

// unchanged is the record after a 304, or after the body that is known already.
func (f *Fetcher) unchanged(src news.Source, last news.Poll, a answer, now time.Time) news.Poll {
	_, named := freshness(a.header, a.date(now))
	carried := time.Duration(0)
	if !named && last.Failures == 0 {
		carried = min(last.NotBefore.Sub(last.At), maxCarried)
	}
	p := f.succeeded(src, last, a, now, max(carried, wishOf(last.Asks, now)))
	if a.status == http.StatusNotModified { // a 304 repeats only the validators it wants to change
		if p.ETag == "" {
			p.ETag = last.ETag
		}
		if p.LastModified == "" {
			p.LastModified = last.LastModified
		}
	}
	return p
}

// learn decides which address to ask from now on. Only chains of permanent
// redirects that ended well teach anything. A move within the host counts at
// once; one to another host has to be seen again on another day, because hotel
// networks and parked domains redirect everything, permanently, for a while.
func learn(src news.Source, last news.Poll, a answer, now time.Time) (address, moving string, from time.Time) {
	if a.final == nil || a.hops == 0 || !a.permanent {
		return last.Address, "", time.Time{}
	}
	target := bare(a.final)
	configured, err := url.Parse(strings.TrimSpace(src.Feed))
	switch {
	case err != nil, a.asked.Scheme == "https" && a.final.Scheme != "https":
		return last.Address, "", time.Time{}
	case origin(configured) != origin(a.final) && (hasSecrets(src.Access) || configured.User != nil):
		return last.Address, "", time.Time{} // the credentials would not be sent there
	case target == bare(configured):
		return "", "", time.Time{}
	case strings.EqualFold(a.asked.Hostname(), a.final.Hostname()):
		return target, "", time.Time{}
	case last.Moving != target:
		return last.Address, target, now
	case day(last.MovingFrom).Equal(day(now)):
		return last.Address, last.Moving, last.MovingFrom
	default:
		return target, "", time.Time{}
	}
}

// bare is an address without what is never stored: credentials and fragment.
func bare(u *url.URL) string {
	c := *u
	c.User, c.Fragment, c.RawFragment = nil, "", ""
	return c.String()
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func hasSecrets(a news.Access) bool {
	return a.Username != "" || a.Password != "" || a.Cookie != "" || len(a.Headers) > 0
}
