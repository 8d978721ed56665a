package fetcher

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/news"
)

// Subscription is what a hub is asked for (WebSub, 5.1).
type Subscription struct {
	Hub      string
	Topic    string
	Callback string
	Secret   string // what the hub signs its deliveries with
	Lease    time.Duration
}

// Subscribe asks a hub for a subscription, or for a longer one. The hub's
// consent comes to the callback. The address is the outlet's to name, so it is
// asked as any of the outlet's addresses is, and follows no redirect.
func (f *Fetcher) Subscribe(ctx context.Context, src news.Source, s Subscription) error {
	if hub, err := url.Parse(s.Hub); err == nil && !openPort(portOf(hub)) {
		return closedPort(portOf(hub))
	}
	return f.tellHub(ctx, src, s.Hub, url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {s.Topic}, "hub.callback": {s.Callback}, "hub.secret": {s.Secret},
		"hub.lease_seconds": {strconv.FormatInt(int64(s.Lease/time.Second), 10)},
	})
}

// Announce tells a hub that feeds have changed, in the way that hubs have come
// to agree on; WebSub leaves it open. The hub is the operator's choice.
func (f *Fetcher) Announce(ctx context.Context, hub string, feeds []string) error {
	return f.tellHub(ctx, news.Source{ID: "hub"}, hub, url.Values{"hub.mode": {"publish"}, "hub.url": feeds})
}

// tellHub sends a hub a form.
func (f *Fetcher) tellHub(ctx context.Context, src news.Source, address string, values url.Values) error {
	hub, err := url.Parse(address)
	if err != nil {
		return faultf("the hub's address cannot be understood")
	}
	q, err := f.question(src)
	if err != nil {
		return err
	}
	by := f.route(q.proxy, q.allow, q.limits)
	if err := by.guard.checkAddress(hub, by.proxied); err != nil {
		return &fault{text: err.Error(), cause: err}
	}
	turn, err := f.hosts.take(ctx, hostPort(hub), f.opt.Limits.Turn)
	if err != nil {
		return err
	}
	defer turn.end()
	form := values.Encode()
	ctx, cancel := context.WithTimeout(ctx, f.opt.Limits.Whole)
	defer cancel()
	req := request(q, hub, false)
	req.Method, req.Body, req.ContentLength = http.MethodPost, io.NopCloser(strings.NewReader(form)), int64(len(form))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := by.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, nearness(by, hub, turn))))
	if err != nil {
		return exchangeFault(err, hub.Hostname(), f.opt.Limits)
	}
	defer resp.Body.Close()
	drain(resp.Body)
	if resp.StatusCode/100 != 2 {
		return statusFault(resp.StatusCode)
	}
	return nil
}

// Pushed reads a document that a hub delivered, as Fetch reads one it asked
// for. What is known of the feed itself stays as it is: its validators, its
// wishes and when it was last asked. A document that is not whole is an error,
// and the feed has to be asked.
func (f *Fetcher) Pushed(src news.Source, last news.Poll, body []byte, contentType string) (Reply, error) {
	if limits := f.opt.Limits.of(src); int64(len(body)) > limits.Decoded {
		return Reply{Poll: last}, faultf("the hub sends more than %s", size(limits.Decoded))
	}
	base := src.Feed
	if last.Address != "" {
		base = last.Address
	}
	doc, err := Parse(body, ParseOptions{ContentType: contentType, Base: base})
	if err != nil {
		return Reply{Poll: last}, &fault{text: "the hub sends what is not a feed: " + err.Error(), cause: err}
	}
	if doc.cut {
		return Reply{Poll: last}, faultf("the hub sends a document that breaks off")
	}
	items, _ := doc.itemsAt(time.Now(), itemsOf(src))
	return Reply{Items: items, Poll: last}, nil
}

// Signed reports whether a delivery bears the signature of who knows the
// secret, as its X-Hub-Signature says (WebSub, 7.1).
func Signed(signature, secret string, body []byte) bool {
	name, sum, _ := strings.Cut(strings.TrimSpace(signature), "=")
	var method func() hash.Hash
	switch strings.ToLower(name) {
	case "sha1":
		method = sha1.New
	case "sha256":
		method = sha256.New
	case "sha384":
		method = sha512.New384
	case "sha512":
		method = sha512.New
	default:
		return false
	}
	got, err := hex.DecodeString(sum)
	if err != nil || secret == "" {
		return false
	}
	mac := hmac.New(method, []byte(secret))
	mac.Write(body)
	return hmac.Equal(got, mac.Sum(nil))
}

// hubOf is the hub that an answer names, and what it calls itself there: in
// its headers before its document (WebSub, 4). The first hub counts.
func hubOf(a answer, doc *Document, src news.Source) (hub, topic string) {
	base := a.base(src)
	take := func(rel, href string) {
		address := resolve(base, href)
		if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || len(address) > maxHub {
			return
		}
		for kind := range strings.FieldsSeq(strings.ToLower(rel)) {
			switch {
			case kind == "hub" && hub == "":
				hub = address
			case kind == "self" && topic == "":
				topic = address
			}
		}
	}
	for _, link := range linkHeader(a.header.Values("Link")) {
		take(link.Rel, link.Href)
	}
	for _, link := range doc.Feed.Links {
		take(link.Rel, link.Href)
	}
	if hub == "" {
		return "", ""
	}
	if topic == "" && a.asked != nil { // not where a redirect led this time
		topic = bare(a.asked)
	}
	if topic == "" {
		return "", ""
	}
	return hub, topic
}

// maxHub bounds the address of a hub, maxLinks the links of an answer's headers.
const (
	maxHub   = 2048
	maxLinks = 100
)

// linkHeader reads Link headers (RFC 8288, 3): addresses in angle brackets,
// each with parameters. What is malformed ends the reading of its header.
func linkHeader(values []string) (links []Link) {
	for _, rest := range values {
		for len(links) < maxLinks {
			rest = strings.TrimLeft(rest, " \t,")
			href, after, found := strings.Cut(strings.TrimPrefix(rest, "<"), ">")
			if !found || !strings.HasPrefix(rest, "<") {
				break
			}
			link := Link{Href: strings.TrimSpace(href)}
			for {
				name, value, more, err := parameter(after)
				if after = more; err != nil {
					break
				}
				if name == "rel" && link.Rel == "" {
					link.Rel = value
				}
			}
			links, rest = append(links, link), after
		}
	}
	return links
}

var errNoParameter = errors.New("no parameter")

// parameter reads one "; name=value", with or without quotes.
func parameter(s string) (name, value, rest string, err error) {
	s = strings.TrimLeft(s, " \t")
	if !strings.HasPrefix(s, ";") {
		return "", "", s, errNoParameter
	}
	s = strings.TrimLeft(s[1:], " \t")
	n := strings.IndexAny(s, "=;,")
	if n < 0 {
		return strings.ToLower(strings.TrimSpace(s)), "", "", nil
	}
	name = strings.ToLower(strings.TrimSpace(s[:n]))
	if s[n] != '=' {
		return name, "", s[n:], nil
	}
	s = strings.TrimLeft(s[n+1:], " \t")
	if quoted, ok := strings.CutPrefix(s, `"`); ok {
		value, rest, _ = strings.Cut(quoted, `"`)
		return name, value, rest, nil
	}
	n = strings.IndexAny(s, ";,")
	if n < 0 {
		n = len(s)
	}
	return name, strings.TrimSpace(s[:n]), s[n:], nil
}
