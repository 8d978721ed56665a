// Package fetcher asks outlets. It holds one HTTP exchange with a feed or an
// article page, polite to the host and guarded against hostile answers, and
// reads every dialect of feeds into news.Item.
//
// What an exchange teaches is a news.Poll: the record that the desk stores and
// hands back at the next poll. The Fetcher itself remembers only what keeps it
// polite within one process, so that a restart resets nothing.
package fetcher

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"dateline/news"
)

// Options says how outlets are asked.
type Options struct {
	UserAgent string         // who we are, with an address where to complain: "Dateline/1.0 (+https://desk.example)"
	Allow     []netip.Prefix // special-purpose addresses that every source may reach
	Proxy     string         // http, https or socks5 address of an egress proxy; the environment's is never used
	Gap       time.Duration  // between two requests to one host; 0: a second, but none at allowed addresses; negative: none
	MaxDelay  time.Duration  // the longest wait that a server may wish for; 0: a day
	Limits    Limits
	Seats     news.Seats // where documents are read; nil: anywhere
	AnyRobots bool       // read article pages whatever robots.txt says: for a page that a person asked for
}

// Limits bounds one exchange. A zero field stands for its default.
type Limits struct {
	Connect   time.Duration // to resolve the name and connect: a sixth of Whole
	TLS       time.Duration // for the handshake: a sixth of Whole
	Headers   time.Duration // from the request to the end of the answer's headers: a third of Whole
	Idle      time.Duration // for a body that has begun, from one piece to the next: a third of Whole
	Whole     time.Duration // for the exchange with all its redirects, waiting in turn not counted: 60 s
	Turn      time.Duration // for the wait until a host is free for a feed: 5 s. Pages wait longer
	Header    int64         // bytes of headers: 64 KiB
	Wire      int64         // bytes of the body as sent: 10 MiB
	Decoded   int64         // bytes of the body after decompression: 20 MiB
	Ratio     int64         // how many times its size a body may decompress to, beyond its first MiB: 100
	Redirects int           // 10
}

func (l Limits) withDefaults() Limits {
	whole := or(l.Whole, time.Minute)
	return Limits{
		Connect:   or(l.Connect, whole/6),
		TLS:       or(l.TLS, whole/6),
		Headers:   or(l.Headers, whole/3),
		Idle:      or(l.Idle, whole/3),
		Whole:     whole,
		Turn:      or(l.Turn, 5*time.Second),
		Header:    or(l.Header, 64<<10),
		Wire:      or(l.Wire, 10<<20),
		Decoded:   or(l.Decoded, 20<<20),
		Ratio:     or(l.Ratio, 100),
		Redirects: or(l.Redirects, 10),
	}
}

// of are the limits that hold for a source: its own where it has any. Those on
// time follow the whole in their proportions.
func (l Limits) of(src news.Source) Limits {
	own := src.Limits
	if own.Timeout > 0 && own.Timeout != l.Whole {
		l = Limits{Whole: own.Timeout, Turn: l.Turn, Header: l.Header, Wire: l.Wire, Decoded: l.Decoded, Ratio: l.Ratio, Redirects: l.Redirects}.withDefaults()
	}
	if own.Size > 0 {
		l.Wire, l.Decoded = own.Size, own.Size
	}
	return l
}

// or is v, or its default where v is not positive.
func or[T int | int64 | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

// Reply is what came of asking for a feed.
type Reply struct {
	Items     []news.Item
	Poll      news.Poll // the next record to store; the desk still sets Due and Fresh
	Unchanged bool      // a 304, or the same body as last time: there is nothing to sift
}

// Fetcher asks outlets. Its methods may be called from several goroutines.
type Fetcher struct {
	opt    Options
	hosts  *hosts
	robots *robotsCache
	gzips  sync.Pool     // of *gzip.Reader
	rooms  sync.Pool     // of *[]byte, in which bodies are read
	heavy  chan struct{} // full: no further large body may be read
	room   int64         // bytes of documents that may be worked on at a time
	work   *semaphore.Weighted

	mu     sync.Mutex // guards routes
	routes map[string]*route
}

// New returns a Fetcher, or says what is wrong with the options.
func New(o Options) (*Fetcher, error) {
	if !strings.Contains(o.UserAgent, "://") && !strings.Contains(o.UserAgent, "@") {
		return nil, fmt.Errorf("user agent %q: want a name and an address where outlets can complain, as in \"Dateline/1.0 (+https://desk.example)\"", o.UserAgent)
	}
	if !sendable(o.UserAgent) {
		return nil, fmt.Errorf("user agent %q: control characters cannot be sent", o.UserAgent)
	}
	if _, err := proxyAddress(o.Proxy); err != nil {
		return nil, err
	}
	gap, everywhere := o.Gap, o.Gap > 0
	if gap == 0 {
		gap = time.Second
	}
	o.MaxDelay = or(o.MaxDelay, 24*time.Hour)
	o.Limits = o.Limits.withDefaults()
	room := workRoom()
	return &Fetcher{
		opt:    o,
		heavy:  make(chan struct{}, mostHeavy),
		room:   room,
		work:   semaphore.NewWeighted(room),
		hosts:  newHosts(max(gap, 0), everywhere, o.Limits.Turn),
		robots: newRobotsCache(),
		routes: map[string]*route{},
	}, nil
}

// Close lets go of idle connections. Exchanges under way end on their own.
func (f *Fetcher) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.routes {
		r.CloseIdleConnections()
	}
}

// Fetch asks an outlet for its feed, given what the last poll left. The reply
// always holds the record to store next. An error is the outlet's fault, and
// Poll.Fault says so in one sentence, but for two: where ctx has ended the error
// wraps that of ctx, and where the host has no time for us it is Busy. In both
// cases the record is the last one, and the poll is to be abandoned.
func (f *Fetcher) Fetch(ctx context.Context, src news.Source, last news.Poll, now time.Time) (Reply, error) {
	ctx, done := f.Burdened(ctx)
	defer done()
	last = relevant(src, last)
	began := time.Now()
	a, err := f.feed(ctx, src, last, now)
	if ctx.Err() != nil {
		return Reply{Poll: last}, fmt.Errorf("ask for the feed: %w", ctx.Err())
	}
	if busy := (*Busy)(nil); errors.As(err, &busy) {
		return Reply{Poll: last}, busy
	}
	took := time.Since(began)
	if err == nil {
		var r Reply
		f.opt.Seats.Work(func() { r, err = f.read(src, last, a, now) })
		if err == nil {
			note(&r.Poll, last, a, len(r.Items), took)
			return r, nil
		}
	}
	p := failed(last, f.asFault(err, a, now), now)
	note(&p, last, a, 0, took)
	return Reply{Poll: p}, err
}

// feed gets the feed's document, from the address learnt for it if there is one.
func (f *Fetcher) feed(ctx context.Context, src news.Source, last news.Poll, now time.Time) (answer, error) {
	configured, err := url.Parse(strings.TrimSpace(src.Feed))
	if err != nil {
		return answer{}, faultf("the feed's address cannot be understood")
	}
	if configured.Scheme == "file" {
		return f.file(configured, last, f.opt.Limits.of(src))
	}
	q, err := f.question(src)
	if err != nil {
		return answer{}, err
	}
	q.address = configured
	if learnt, err := url.Parse(last.Address); err == nil && last.Address != "" {
		q.address = learnt
	}
	q.header.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, "+
		"application/rdf+xml;q=0.9, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1")
	if origin(configured) == origin(q.address) {
		q.own = credentials(src.Access)
		q.address = withUser(q.address, configured.User)
	}
	if last.Read.IsZero() || now.Sub(last.Read) < trustValidators {
		conditional(q.own, last)
	}
	q.trusted, q.patience = true, f.opt.Limits.Turn
	if src.Scrape != nil {
		f.asPage(ctx, src, &q)
	}
	return f.ask(ctx, q)
}

// trustValidators is for how long a server's word is taken that nothing
// changed. There are servers and caches that say so for ever; once a week the
// feed is read in full.
const trustValidators = 7 * 24 * time.Hour

// conditional sends back the validators of the last body (RFC 9110, 13.1), byte
// for byte, and offers to take only what is new since (RFC 3229, with the
// instance manipulation "feed").
func conditional(own http.Header, last news.Poll) {
	if last.ETag != "" && sendable(last.ETag) {
		own.Set("If-None-Match", last.ETag)
		own.Set("A-IM", "feed")
	}
	if last.LastModified != "" && sendable(last.LastModified) {
		own.Set("If-Modified-Since", last.LastModified)
	}
}

// read makes the next record of an answer.
func (f *Fetcher) read(src news.Source, last news.Poll, a answer, now time.Time) (Reply, error) {
	switch {
	case a.status == http.StatusNotModified && last.ETag == "" && last.LastModified == "":
		return Reply{}, faultf("the server answers that nothing changed, but nothing was read from it before")
	case a.status == http.StatusNotModified:
		return Reply{Poll: f.unchanged(src, last, a, now), Unchanged: true}, nil
	case !documented(a.status):
		return Reply{}, statusFault(a.status)
	}
	if len(strings.TrimSpace(string(a.body[:min(len(a.body), 64)]))) == 0 && len(a.body) <= 64 {
		return Reply{}, faultf("the server answers with an empty document")
	}
	sum := news.Sum64(a.body)
	if a.whole && sum == last.Sum {
		p := f.unchanged(src, last, a, now)
		p.Read = now
		return Reply{Poll: p, Unchanged: true}, nil
	}
	doc, err := document(src, a)
	if err != nil {
		return Reply{}, err
	}
	items, dropped := doc.itemsAt(time.Now(), itemsOf(src))
	dropped.Faulty += doc.unread
	p := f.succeeded(src, last, a, now, doc.Wish(now))
	p.Sum, p.Asks = sum, doc.hints
	switch {
	case !a.whole || doc.cut:
		p.ETag, p.LastModified, p.Sum = "", "", 0
	case a.status == http.StatusIMUsed: // what changed, and not the feed
		p.Sum = 0
	default:
		p.Read = now
	}
	if hub, topic := hubOf(a, doc, src); hub != last.Push.Hub || topic != last.Push.Topic {
		if hub != "" || !doc.cut && a.whole && a.status != http.StatusIMUsed {
			p.Push = news.Push{Hub: hub, Topic: topic, Asked: last.Push.Asked} // an address that changes each time is not subscribed to each time
		}
	}
	p.Format, p.Title, p.Home = strings.TrimSpace(doc.Format+" "+doc.Version), doc.Feed.Title, doc.Feed.Link
	p.Items, p.Dropped, p.Repairs = len(items), dropped, doc.Repairs
	if !a.whole {
		p.Repairs = append([]string{fmt.Sprintf("the answer broke off after %s", size(int64(len(a.body))))}, p.Repairs...)
	}
	return Reply{Items: items, Poll: p}, nil
}

// documented reports whether an answer of this status holds a document: the
// feed, the feed as a proxy changed it (203), a part of it (206), or what
// changed in it (226).
func documented(status int) bool {
	switch status {
	case http.StatusOK, http.StatusNonAuthoritativeInfo, http.StatusPartialContent, http.StatusIMUsed:
		return true
	}
	return false
}

// document is an answer's feed, or what the page lists that stands for one.
func document(src news.Source, a answer) (*Document, error) {
	if src.Scrape != nil {
		return scrapePage(*src.Scrape, a, a.base(src))
	}
	doc, err := Parse(a.body, ParseOptions{ContentType: a.header.Get("Content-Type"), Base: a.base(src)})
	if err != nil {
		return nil, documentFault(src, a, err)
	}
	return doc, nil
}

// documentFault says why a body that came well is not a feed. A page that names
// its feed is worth more than a complaint, but one that is read with a password
// may name an address that holds another.
func documentFault(src news.Source, a answer, err error) error {
	if looksLikePage(a.header.Get("Content-Type"), a.body) {
		text := "the address gives a web page, not a feed"
		if feed := namedFeed(a); feed != "" && !hasSecrets(src.Access) {
			text += "; the page names " + feed + " as its feed"
		}
		return &fault{text: text, cause: err}
	}
	if !a.whole {
		return &fault{text: fmt.Sprintf("the answer broke off after %s, too early to be read", size(int64(len(a.body)))), cause: err}
	}
	return &fault{text: "not a feed: " + err.Error(), cause: err}
}

// namedFeed is the first feed that a page names, other than where it stands.
func namedFeed(a answer) string {
	if a.final == nil {
		return ""
	}
	for _, c := range readLinks(a.body, a.final).feeds {
		if c.way == WayNamed && c.address != bare(a.final) {
			return cutText(c.address, maxNoted)
		}
	}
	return ""
}

// looksLikePage reports whether a body that is no feed is a page for people.
func looksLikePage(contentType string, body []byte) bool {
	head := strings.ToLower(string(body[:min(len(body), 1024)]))
	if strings.Contains(head, "<!doctype html") || strings.Contains(head, "<html") {
		return true
	}
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "text/html") && strings.Contains(head, "<")
}

// asFault is err as a fault, with the server's wish to be left alone.
func (f *Fetcher) asFault(err error, a answer, now time.Time) *fault {
	var ft *fault
	if !errors.As(err, &ft) {
		ft = &fault{text: err.Error(), cause: err}
	}
	known := *ft
	if known.status >= http.StatusBadRequest { // RFC 9110, 10.2.3 has it for 503 and redirects, RFC 6585 for 429; others send it, too
		if wait, ok := retryAfter(a.header.Get("Retry-After"), a.date(now)); ok {
			known.until = now.Add(min(wait, f.opt.MaxDelay))
		}
	}
	return &known
}
