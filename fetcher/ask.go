package fetcher

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/news"
)

// question is what is asked of a server.
type question struct {
	address  *url.URL
	header   http.Header // sent on every hop
	own      http.Header // sent only while the origin stays that of the address: validators and credentials
	allow    []netip.Prefix
	proxy    *url.URL
	trusted  bool                 // the address is the operator's: it may hold credentials
	welcome  func(*url.URL) error // asked before each hop; nil: every address is
	patience time.Duration        // for the wait until a host is free
	limits   Limits
}

// pagePatience is how long a page waits for its host. The poll that wants it is
// under way, and what it has is worth more than its worker's time.
const pagePatience = 5 * time.Minute

// answer is what a server answered.
type answer struct {
	status    int
	header    http.Header
	body      []byte // only of a 200, 203, 206 or 226; as sent until ask has decoded it
	whole     bool   // the body was read to its end
	asked     *url.URL
	final     *url.URL
	hops      int
	permanent bool // every hop was
}

// base is what relative addresses in the body are relative to: the address that
// answered, or the one that the answer says its document stands at if that is a
// whole one. So had RFC 2616, 14.14 it, by which feeds were made; RFC 9110, 8.7
// asks it of nobody. Relative ones are mostly names of files on the server's disk.
func (a answer) base(src news.Source) string {
	if a.final == nil || a.final.Scheme == "file" {
		return src.Home
	}
	if stands, err := url.Parse(pageAddress(a.header.Get("Content-Location"))); err == nil && stands.Host != "" {
		return bare(stands)
	}
	return bare(a.final)
}

// date is the server's own idea of the time, for comparing its dates with; its
// clock may be wrong, but it is wrong in the same way in all of its headers.
func (a answer) date(now time.Time) time.Time {
	if t, err := http.ParseTime(a.header.Get("Date")); err == nil {
		return t
	}
	return now
}

// question is what every question of a source has in common. Credentials are
// added only for addresses of the feed's own origin.
func (f *Fetcher) question(src news.Source) (question, error) {
	raw := f.opt.Proxy
	if src.Access.Proxy != "" {
		raw = src.Access.Proxy
	}
	proxy, err := proxyAddress(raw)
	if err != nil {
		return question{}, &fault{text: err.Error(), cause: err}
	}
	agent := f.opt.UserAgent
	if src.Access.UserAgent != "" && sendable(src.Access.UserAgent) {
		agent = src.Access.UserAgent
	}
	return question{
		header: http.Header{"User-Agent": {agent}, "Accept-Encoding": {"gzip, br, zstd"}},
		own:    http.Header{},
		allow:  slices.Concat(f.opt.Allow, src.Access.Allow),
		proxy:  proxy, patience: pagePatience, limits: f.opt.Limits.of(src),
	}, nil
}

// ask holds an exchange and decodes what came of it. Its error is a fault, Busy,
// or that of ctx.
func (f *Fetcher) ask(ctx context.Context, q question) (answer, error) {
	a, err := f.exchange(ctx, q)
	if err == nil {
		err = f.unpack(ctx, &a, q.limits)
	}
	return a, err
}

// exchange sends one request, and those that redirects ask for.
func (f *Fetcher) exchange(ctx context.Context, q question) (answer, error) {
	at := *q.address
	if q.trusted && at.User != nil {
		if q.own.Get("Authorization") == "" {
			password, _ := at.User.Password()
			q.own.Set("Authorization", basic(at.User.Username(), password))
		}
		at.User = nil
	}
	a := answer{asked: &at, permanent: true}
	by := f.route(q.proxy, q.allow, q.limits)
	seen := map[string]bool{}
	left := q.limits.Whole
	own := true
	var turn *turn
	defer func() { turn.end() }()
	for current := &at; ; {
		if err := by.guard.checkAddress(current, by.proxied); err != nil {
			return a, &fault{text: err.Error(), cause: err}
		}
		if (a.hops > 0 || !q.trusted) && !openPort(portOf(current)) { // at allowed addresses, too: a port there is the operator's to name
			return a, closedPort(portOf(current))
		}
		seen[bare(current)] = true
		var err error
		if turn, err = f.turnAt(ctx, q, current, turn); err != nil {
			return a, err
		}
		began := time.Now()
		next, err := f.hop(ctx, by, request(q, current, own), q.limits, left, turn, &a)
		left -= time.Since(began)
		if err != nil || next == nil {
			return a, err
		}
		if a.hops++; a.hops > q.limits.Redirects {
			return a, faultf("the address redirects more than %d times", q.limits.Redirects)
		}
		if seen[bare(next)] {
			return a, faultf("the address redirects in a circle")
		}
		own = own && origin(next) == origin(current)
		current = next
	}
}

// turnAt is the turn at the host of an address: the one that is held, or a new
// one in its place. No two are held at once, so that nobody waits in a circle.
func (f *Fetcher) turnAt(ctx context.Context, q question, to *url.URL, held *turn) (*turn, error) {
	if held != nil && held.key == hostPort(to) && q.welcome == nil && !held.ended.Load() {
		return held, nil
	}
	held.end()
	if q.welcome != nil {
		if err := q.welcome(to); err != nil {
			return nil, err
		}
	}
	return f.hosts.take(ctx, hostPort(to), q.patience)
}

// hop sends one request. It returns where the answer redirects to, or nil when
// the answer is the last one and a holds it.
func (f *Fetcher) hop(ctx context.Context, by *route, req *http.Request, limits Limits, left time.Duration, t *turn, a *answer) (*url.URL, error) {
	ctx, cancel := context.WithTimeout(ctx, max(left, time.Millisecond))
	defer cancel()
	to := req.URL
	resp, err := by.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, nearness(by, to, t))))
	if err != nil {
		if !by.proxied && connectFailed(err) && ctx.Err() != context.Canceled {
			t.unreachable()
		}
		return nil, exchangeFault(err, to.Hostname(), limits)
	}
	defer resp.Body.Close()
	t.reached()
	a.status, a.header, a.final = resp.StatusCode, resp.Header, to
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect:
		a.permanent = a.permanent && (resp.StatusCode == http.StatusMovedPermanently || resp.StatusCode == http.StatusPermanentRedirect)
		drain(resp.Body)
		return redirected(to, resp)
	case http.StatusOK, http.StatusNonAuthoritativeInfo, http.StatusPartialContent, http.StatusIMUsed:
		a.body, a.whole, err = f.readSent(ctx, cancel, resp, limits)
		if busy := (*Busy)(nil); errors.As(err, &busy) {
			return nil, busy
		}
		if err != nil {
			return nil, exchangeFault(err, to.Hostname(), limits)
		}
		if resp.StatusCode == http.StatusPartialContent { // nobody asked for a part: what there is may be read, and is not the feed
			a.whole = false
		}
	case http.StatusTooManyRequests:
		wait, _ := retryAfter(resp.Header.Get("Retry-After"), a.date(time.Now()))
		t.refused(min(wait, f.opt.MaxDelay))
		drain(resp.Body)
	default:
		drain(resp.Body)
	}
	return nil, nil
}

// nearness notes on a turn whether the host is at an address that the operator
// allowed, and so needs no gap: by its address if that is written, else by where
// the connection went.
func nearness(by *route, to *url.URL, t *turn) *httptrace.ClientTrace {
	if addr, err := netip.ParseAddr(to.Hostname()); err == nil && !by.proxied {
		t.near = by.guard.allows(addr.Unmap())
	}
	return &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if remote, err := netip.ParseAddrPort(info.Conn.RemoteAddr().String()); err == nil && !by.proxied {
			t.near = by.guard.allows(remote.Addr().Unmap())
		}
	}}
}

func request(q question, to *url.URL, own bool) *http.Request {
	target := *to
	target.Fragment, target.RawFragment = "", ""
	header := q.header.Clone()
	if own {
		maps.Copy(header, q.own)
	}
	return &http.Request{
		Method: http.MethodGet, URL: &target, Host: target.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}

// redirected reads where an answer points to.
func redirected(from *url.URL, resp *http.Response) (*url.URL, error) {
	location := resp.Header.Get("Location")
	if location == "" {
		return nil, faultf("the server redirects without saying where to (%d)", resp.StatusCode)
	}
	if strings.Contains(location, `\`) {
		return nil, faultf("the server redirects to an address that cannot be understood")
	}
	next, err := from.Parse(location)
	if err != nil {
		return nil, faultf("the server redirects to an address that cannot be understood")
	}
	return next, nil
}

// drain reads the short body of an answer that has nothing for us, so that the
// connection can be used again.
func drain(body io.Reader) {
	_, _ = io.CopyN(io.Discard, body, 16<<10)
}

// credentials are the headers that an outlet wants from us alone.
func credentials(a news.Access) http.Header {
	h := http.Header{}
	for name, value := range a.Headers {
		if settable(name) && sendable(value) {
			h.Set(name, value)
		}
	}
	if a.Cookie != "" && sendable(a.Cookie) {
		h.Set("Cookie", a.Cookie)
	}
	if a.Username != "" || a.Password != "" {
		h.Set("Authorization", basic(a.Username, a.Password))
	}
	return h
}

// withUser is an address with the credentials of another.
func withUser(u *url.URL, user *url.Userinfo) *url.URL {
	c := *u
	c.User = user
	return &c
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// settable reports whether a configured header may be sent: those that run the
// exchange are ours.
func settable(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "", "Host", "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "Te", "Trailer", "Upgrade", "Expect",
		"If-None-Match", "If-Modified-Since", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection":
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	})
}

// sendable reports whether a header can hold s.
func sendable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
