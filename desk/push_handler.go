package desk

import (
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dateline/fetcher"
	"dateline/news"
)

// maxDelivery bounds the body of a delivery, maxChallenge what is repeated to a
// hub.
const (
	maxDelivery  = 10 << 20
	maxChallenge = 1 << 10
)

// Pushes answers hubs (WebSub, 5.3 and 7): it confirms the subscriptions that
// were asked for and takes in what is delivered. Its paths are ID/TOKEN; whoever
// mounts it strips what stands before.
func (d *Desk) Pushes() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		poll, id, ok := d.subscribed(r)
		switch {
		case !ok:
			http.Error(w, "no such subscription", http.StatusNotFound)
		case r.Method == http.MethodGet:
			d.confirmPush(w, r, id, poll.Push)
		case r.Method == http.MethodPost:
			d.deliver(w, r, id, poll)
		default:
			w.Header().Set("Allow", "GET, POST")
			http.Error(w, "want GET or POST", http.StatusMethodNotAllowed)
		}
	})
}

// subscribed finds the source that a callback is of.
func (d *Desk) subscribed(r *http.Request) (news.Poll, news.SourceID, bool) {
	name, token, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	id := news.SourceID(name)
	if _, _, ok := d.source(id); !found || !ok {
		return news.Poll{}, "", false
	}
	held, err := d.o.Store.Ledgers(r.Context(), id)
	if err != nil || len(held) != 1 || held[0].Poll.Push.Token == "" {
		return news.Poll{}, "", false
	}
	poll := held[0].Poll
	want := derive(poll.Push.Token, "callback")
	return poll, id, subtle.ConstantTimeCompare([]byte(token), []byte(want)) == 1
}

// confirmPush answers a hub that wants to know whether it was us who asked.
func (d *Desk) confirmPush(w http.ResponseWriter, r *http.Request, id news.SourceID, p news.Push) {
	q := r.URL.Query()
	challenge := q.Get("hub.challenge")
	switch mode := q.Get("hub.mode"); {
	case q.Get("hub.topic") != p.Topic:
		http.Error(w, "not the topic that was asked for", http.StatusNotFound)
	case mode == "denied":
		if !d.leave(w, r, id, news.Letter{Token: p.Token}) {
			return
		}
		d.log.Info("the hub denies a subscription", "source", id)
	case mode != "subscribe", challenge == "", len(challenge) > maxChallenge:
		http.Error(w, "not what was asked for", http.StatusNotFound)
	default:
		if !d.leave(w, r, id, news.Letter{Token: p.Token, Until: d.now().Add(lease(q.Get("hub.lease_seconds")))}) {
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, challenge)
	}
}

// lease is for how long a hub says it will deliver.
func lease(seconds string) time.Duration {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n <= 0 {
		return leaseAsked
	}
	return time.Duration(min(n, int64(leaseMost/time.Second))) * time.Second
}

// deliver takes in a delivery and has its source polled. The answer says that
// it came, and nothing of whether it was believed.
func (d *Desk) deliver(w http.ResponseWriter, r *http.Request, id news.SourceID, poll news.Poll) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "the delivery broke off", http.StatusBadRequest)
		return
	}
	if !fetcher.Signed(r.Header.Get("X-Hub-Signature"), derive(poll.Push.Token, "secret"), body) {
		d.log.Debug("a delivery without the right signature", "source", id)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	l := news.Letter{Came: true, Body: body, ContentType: r.Header.Get("Content-Type")}
	at := d.now()
	if len(body) == 0 || r.Header.Get("Content-Encoding") != "" {
		l.Body = nil
		if next := poll.At.Add(pingGap); next.After(at) {
			at = next
		}
		if poll.Failures > 0 && poll.NotBefore.After(at) { // it asked to be left alone
			at = poll.NotBefore
		}
	}
	if !d.leave(w, r, id, l) {
		return
	}
	if err := d.o.Store.Hasten(r.Context(), at, id); err != nil {
		http.Error(w, tryLater, http.StatusServiceUnavailable)
		return
	}
	d.rouse()
	w.WriteHeader(http.StatusAccepted)
}

const tryLater = "try again later"

// leave puts a letter where the next poll finds it, or tells the hub to come
// again.
func (d *Desk) leave(w http.ResponseWriter, r *http.Request, id news.SourceID, l news.Letter) bool {
	if err := d.mail.Leave(r.Context(), id, l); err != nil {
		d.log.Warn("what a hub sent could not be kept", "source", id, "err", err)
		http.Error(w, tryLater, http.StatusServiceUnavailable)
		return false
	}
	return true
}
