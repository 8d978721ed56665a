package desk

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"dateline/fetcher"
	"dateline/news"
)

// The measures of subscriptions.
const (
	leaseAsked  = 10 * 24 * time.Hour // that a hub is asked for
	leaseMost   = 30 * 24 * time.Hour // that is believed
	askAgain    = time.Hour           // after a hub that did not answer
	missAllowed = 2                   // news that a poll finds before the hub, in a row, and it is trusted no more
	slowness    = 8                   // how many times rarer a feed is polled while its hub works
	slowest     = 6 * time.Hour       // and how rarely at most: the net that is kept
	pingGap     = time.Minute         // between a poll and one that a hub's ping asks for
	mailMost    = 64 << 20            // bytes of deliveries that wait; what comes on top is a ping
)

// mailbox is the mail of one process alone: what hubs sent until the source's
// next poll, which is at once. A delivery makes its source due, is claimed like
// any, and goes the way of a polled document. A process that dies loses nothing,
// since the source stays due and is then polled.
type mailbox struct {
	mu      sync.Mutex // guards what follows
	letters map[news.SourceID]news.Letter
	size    int
}

func newMailbox() *mailbox { return &mailbox{letters: map[news.SourceID]news.Letter{}} }

// Leave implements news.Mail. The bodies that lie here are mailMost at most.
func (m *mailbox) Leave(_ context.Context, id news.SourceID, l news.Letter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	held := m.letters[id]
	if l.Token != "" {
		held.Token, held.Until = l.Token, l.Until
	}
	if l.Came {
		m.size -= len(held.Body)
		if held.Came || m.size+len(l.Body) > mailMost {
			l.Body = nil
		}
		held.Came, held.Body, held.ContentType = true, l.Body, l.ContentType
		m.size += len(l.Body)
	}
	m.letters[id] = held
	return nil
}

// Collect implements news.Mail.
func (m *mailbox) Collect(_ context.Context, id news.SourceID) (news.Letter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.letters[id]
	if ok {
		m.size -= len(l.Body)
		m.letters[id] = news.Letter{Token: l.Token, Until: l.Until}
	}
	return l, nil
}

// collect gives what a source's hub sent since its last poll, and writes what it
// said of the subscription into the record. What cannot be had now is asked of
// the feed.
func (d *Desk) collect(ctx context.Context, id news.SourceID, p *news.Push) news.Letter {
	if p.Token == "" {
		return news.Letter{}
	}
	l, err := d.mail.Collect(ctx, id)
	if err != nil {
		d.log.Info("what its hub sent cannot be had, the feed is asked", "source", id, "err", err)
		return news.Letter{}
	}
	if l.Token == p.Token {
		p.Until = l.Until
	}
	return l
}

// read reads what a hub delivered, or asks the outlet.
func (d *Desk) read(ctx context.Context, src news.Source, last news.Poll, l news.Letter, now time.Time) (fetcher.Reply, error) {
	if len(l.Body) > 0 {
		reply, err := d.o.Fetcher.Pushed(src, last, l.Body, l.ContentType)
		if err == nil {
			return reply, nil
		}
		d.log.Info("a delivery cannot be used, the feed is asked", "source", src.ID, "err", err)
	}
	return d.o.Fetcher.Fetch(ctx, src, last, now)
}

// subscribing brings a subscription up to date with a poll, and reports whether
// its hub is to be asked for one.
func (d *Desk) subscribing(p *news.Push, heard, found, first bool, now time.Time) bool {
	switch {
	case heard:
		p.Heard, p.Missed = now, 0
	case found && !first && p.Until.After(now) && !p.Heard.IsZero():
		p.Missed++
	}
	if d.o.Push == "" || p.Hub == "" || now.Before(renewAt(*p)) {
		return false
	}
	if p.Token == "" {
		p.Token = rand.Text()
	}
	p.Asked = now
	return true
}

// renewAt is when a hub is to be asked for a subscription: when the greater
// part of its lease is over, so that there is time for some attempts.
func renewAt(p news.Push) time.Time {
	if p.Asked.IsZero() {
		return time.Time{}
	}
	if !p.Until.After(p.Asked) {
		return p.Asked.Add(askAgain)
	}
	return p.Asked.Add(max(p.Until.Sub(p.Asked)*6/10, time.Minute))
}

// subscribe asks a hub. That it fails is no fault of the feed: polling goes on
// as if there were no hub.
func (d *Desk) subscribe(ctx context.Context, src news.Source, p news.Push) {
	err := d.o.Fetcher.Subscribe(ctx, src, fetcher.Subscription{
		Hub: p.Hub, Topic: p.Topic, Callback: d.o.Push + callback(src.ID, p.Token), Secret: derive(p.Token, "secret"), Lease: leaseAsked,
	})
	if err != nil {
		d.log.Info("the hub could not be asked", "source", src.ID, "err", err)
	}
}

// pushed is when a feed is polled whose hub works; zero where there is none. It
// works while its lease lasts and polls find nothing that it had not sent.
func pushed(poll news.Poll, schedule Schedule) time.Time {
	p := poll.Push
	if p.Heard.IsZero() || p.Missed >= missAllowed || poll.Failures > 0 || !p.Until.After(poll.At) {
		return time.Time{}
	}
	at := schedule.Next(poll.At.Add(min(slowness*schedule.Interval(), slowest) - schedule.Interval()))
	if renew := renewAt(p); renew.Before(at) {
		return renew
	}
	return at
}

// callback is where a source's hub delivers, below the address for all hubs.
// Nobody who was not told can guess it.
func callback(id news.SourceID, token string) string {
	return string(id) + "/" + derive(token, "callback")
}

// derive makes one secret of another, so that who learns the callback, which
// stands in the logs of servers, cannot sign.
func derive(token, use string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(use))
	return hex.EncodeToString(mac.Sum(nil)[:20])
}
