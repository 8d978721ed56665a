package publish

import (
	"context"
	"crypto/rand"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"dateline/news"
)

// Hub is a WebSub hub for the public feeds of its Server and for nothing else
// (W3C Recommendation of 23 January 2018). It answers at /hub while the
// masthead names that address as the site's hub.
//
// A request is answered with 202 and then verified at the callback; only what
// the callback confirms is saved. What is owed to whom is told by revisions, see
// news.Subscriptions, so that a delivery survives the process that owes it.
type Hub struct {
	server *Server
	subs   news.Subscriptions
	call   Caller
	log    *slog.Logger
	step   func(string)
	holder string // this process, among those that could deliver

	intents  chan intent
	callers  *turns[string] // requests a minute, by host of the callback
	wake     chan struct{}
	slots    chan struct{} // full: no further host is called
	underway sync.WaitGroup

	mu   sync.Mutex // guards what follows
	busy map[string]bool

	known round // what the last round left; Run's alone
}

// Caller asks a stranger's address by GET, or where there is a body tells it by
// POST. Whoever gives one sees to it that no address is reached that a stranger
// may not name. An error means that nothing was answered.
type Caller func(ctx context.Context, address string, header http.Header, body []byte) (status int, answer []byte, err error)

// HubOptions are what a Hub needs beside its Server.
type HubOptions struct {
	Subscriptions news.Subscriptions
	Call          Caller
	Step          func(name string) // called at each of HubSteps; nil: nobody listens
}

// The measures of a hub.
const (
	leaseLeast   = 24 * time.Hour
	leaseUsual   = 10 * 24 * time.Hour
	leaseLongest = 30 * 24 * time.Hour

	maxSecret        = 199 // bytes; WebSub 5.1: less than 200
	maxCallback      = 2048
	maxSubscription  = 8 << 10 // bytes of a request
	mostIntents      = 512     // requests that wait to be verified
	verifiers        = 8       // at once
	intentsOfHost    = 300     // requests a minute for callbacks of one host
	mostSubscribers  = 10_000
	mostOfHost       = 1_000 // subscribers at one host
	subscriptionPath = "/hub"
)

// NewHub makes the hub of a Server. It is to be made before the Server serves,
// and works while Run does.
func NewHub(s *Server, o HubOptions) *Hub {
	if o.Step == nil {
		o.Step = func(string) {}
	}
	s.hub = &Hub{
		server: s, subs: o.Subscriptions, call: o.Call, log: s.log, step: o.Step, holder: rand.Text(),
		intents: make(chan intent, mostIntents), callers: newTurns[string](), wake: make(chan struct{}, 1),
		slots: make(chan struct{}, mostHosts), busy: map[string]bool{},
	}
	return s.hub
}

// OwnHub is the address of the hub of a site at a public address.
func OwnHub(site string) string { return strings.TrimRight(site, "/") + subscriptionPath }

// hubIsOurs reports whether the masthead names our own hub.
func (h *masthead) hubIsOurs() bool { return h.Site.Hub == OwnHub(h.base) }

// intent is what a request asks for and its callback has not confirmed yet.
type intent struct {
	news.Subscriber
	subscribe bool
	feed      string // the address of the feed, as the subscriber wrote it
	lease     time.Duration
}

// ServeHTTP takes a request to subscribe or unsubscribe (WebSub 5.1).
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := h.server.head.Load()
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		h.server.refuse(w, r, head, fault{http.StatusMethodNotAllowed, "This is a WebSub hub for the feeds of this site: subscribe with a POST."})
		return
	}
	in, err := readIntent(w, r, head)
	if err == nil {
		err = h.accept(r.Context(), in)
	}
	if err != nil {
		h.server.refuse(w, r, head, err)
		return
	}
	say(w, r, http.StatusAccepted, "Your callback will be asked whether it wants this.\n")
}

// accept takes an intent in to be verified.
func (h *Hub) accept(ctx context.Context, in intent) error {
	if !h.callers.take(hostOf(in.Callback), intentsOfHost, time.Now()) {
		return fault{http.StatusTooManyRequests, "There were too many requests for callbacks of that host. Please try again in a minute."}
	}
	if in.subscribe { // what changes from now on is owed, for the feed may have been read already
		revision, err := h.server.archive.Revision(ctx, in.Topic)
		if err != nil {
			h.log.Warn("subscription not taken", "err", err)
			return fault{http.StatusServiceUnavailable, "The archive cannot be read at the moment. Please try again in a minute."}
		}
		in.Sent = revision
	}
	select {
	case h.intents <- in:
		return nil
	default:
		return fault{http.StatusServiceUnavailable, "Too many requests wait to be verified. Please try again in a minute."}
	}
}

// readIntent reads the form of a request. Its errors are faults.
func readIntent(w http.ResponseWriter, r *http.Request, head *masthead) (intent, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return intent{}, fault{http.StatusUnsupportedMediaType, "A hub is asked by a form: application/x-www-form-urlencoded."}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxSubscription)
	if err := r.ParseForm(); err != nil {
		return intent{}, fault{http.StatusBadRequest, "The form cannot be read, or is too long."}
	}
	return parseIntent(r.PostForm, head)
}

// parseIntent decides what a form asks for. Its errors are faults, with a
// sentence for whoever wrote the subscriber.
func parseIntent(form url.Values, head *masthead) (intent, error) {
	bad := func(words string) (intent, error) { return intent{}, fault{http.StatusBadRequest, words} }
	in := intent{feed: form.Get("hub.topic"), lease: leaseUsual}
	switch form.Get("hub.mode") {
	case "subscribe":
		in.subscribe = true
	case "unsubscribe":
	default:
		return bad("The value of hub.mode can be subscribe or unsubscribe.")
	}
	in.Callback = form.Get("hub.callback")
	if !callable(in.Callback) {
		return bad("The value of hub.callback is to be an absolute http or https address without a user name or fragment.")
	}
	var ours bool
	if in.Topic, in.Form, ours = head.feedAt(in.feed); !ours {
		return bad("The value of hub.topic is not the address of a public feed of this site, as the feed's self link has it.")
	}
	if in.Secret = form.Get("hub.secret"); len(in.Secret) > maxSecret {
		return bad("The value of hub.secret is to be shorter than 200 bytes.")
	}
	if text := form.Get("hub.lease_seconds"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return bad("The value of hub.lease_seconds is to be a number of seconds.")
		}
		in.lease = min(max(time.Duration(seconds)*time.Second, leaseLeast), leaseLongest)
	}
	return in, nil
}

// callable reports whether a callback is an address that could be called.
// Where it leads to is for the Caller to judge.
func callable(callback string) bool {
	u, err := url.Parse(callback)
	return err == nil && len(callback) <= maxCallback && u.Host != "" && u.User == nil && !strings.Contains(callback, "#") &&
		(u.Scheme == "http" || u.Scheme == "https") && legal(callback) == callback && !strings.ContainsAny(callback, " \t\r\n")
}

// hostOf is the host of a callback, with its port.
func hostOf(callback string) string {
	_, rest, _ := strings.Cut(callback, "://")
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		rest = rest[:end]
	}
	return strings.ToLower(rest)
}

// feedAt finds the feed at a public address: those that name a hub, and no others.
func (h *masthead) feedAt(address string) (topic news.TopicID, form string, ok bool) {
	rest, ours := strings.CutPrefix(address, h.base)
	if !ours {
		return "", "", false
	}
	for _, f := range forms {
		for id := range h.topics {
			if rest == h.topicPath(id)+f.ext && h.tokens[id] == nil {
				return id, f.ext, true
			}
		}
	}
	return "", "", false
}

// feedURL is the public address of a feed.
func (h *masthead) feedURL(topic news.TopicID, form string) string {
	return h.base + h.topicPath(topic) + form
}

// verify asks a callback whether it wants what was asked for in its name, and
// does that if so (WebSub 5.3).
func (h *Hub) verify(ctx context.Context, in intent) {
	words := url.Values{"hub.mode": {"unsubscribe"}, "hub.topic": {in.feed}, "hub.challenge": {rand.Text()}}
	if in.subscribe {
		words.Set("hub.mode", "subscribe")
		words.Set("hub.lease_seconds", strconv.FormatInt(int64(in.lease/time.Second), 10))
	}
	status, answer, err := h.call(ctx, withQuery(in.Callback, words), nil, nil)
	if err != nil || status/100 != 2 || string(answer) != words.Get("hub.challenge") {
		h.log.Info("callback does not confirm", "url", hostOf(in.Callback), "status", status, "err", err)
		return
	}
	if !in.subscribe {
		err = h.subs.Unsubscribe(ctx, in.Subscriber)
	} else {
		in.Until = time.Now().Add(in.lease)
		err = h.subscribe(ctx, in)
	}
	if err != nil {
		h.log.Warn("subscription not saved", "url", hostOf(in.Callback), "err", err)
		return
	}
	h.Wake()
}

// subscribe saves a subscription that was verified, or tells the callback why
// it is denied (WebSub 5.2).
func (h *Hub) subscribe(ctx context.Context, in intent) error {
	all, err := h.subs.Subscribers(ctx)
	if err != nil {
		return err
	}
	atHost, renewed := 0, false
	for i := range all {
		if hostOf(all[i].Callback) == hostOf(in.Callback) {
			atHost++
		}
		renewed = renewed || all[i].Callback == in.Callback && all[i].Topic == in.Topic && all[i].Form == in.Form
	}
	if !renewed && (len(all) >= mostSubscribers || atHost >= mostOfHost) {
		h.deny(ctx, in.Callback, in.feed, "The hub has as many subscriptions as it takes.")
		h.log.Warn("the hub has as many subscriptions as it takes", "url", hostOf(in.Callback))
		return nil
	}
	if err := h.subs.Subscribe(ctx, in.Subscriber); err != nil {
		return err
	}
	h.log.Info("subscribed at the hub", "url", hostOf(in.Callback))
	return nil
}

// deny tells a callback that a subscription is not honoured. That it hears it is
// of no importance.
func (h *Hub) deny(ctx context.Context, callback, feed, reason string) {
	_, _, err := h.call(ctx, withQuery(callback, url.Values{"hub.mode": {"denied"}, "hub.topic": {feed}, "hub.reason": {reason}}), nil, nil)
	if err != nil {
		h.log.Info("callback does not hear that it is denied", "url", hostOf(callback), "err", err)
	}
}

// withQuery adds parameters to those that an address has.
func withQuery(address string, more url.Values) string {
	if strings.Contains(address, "?") {
		return address + "&" + more.Encode()
	}
	return address + "?" + more.Encode()
}
