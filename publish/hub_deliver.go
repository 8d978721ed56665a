package publish

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"dateline/news"
)

// The measures of deliveries.
const (
	lookEvery   = time.Second      // for changes that nobody woke us for
	listEvery   = 15 * time.Second // for subscriptions that other processes took
	dutyLease   = 10 * time.Second
	deliverGap  = time.Second // between two deliveries of one subscription
	missedFirst = 10 * time.Second
	missedMost  = time.Hour
	mostHosts   = 64 // that are called at once
	hubDuty     = "hub"
)

// HubSteps are the places of a delivery that HubOptions.Step hears of.
var HubSteps = []string{stepOwed, stepDelivered}

const (
	stepOwed      = "hub: delivery next"
	stepDelivered = "hub: delivered"
)

// round is what a look at the subscriptions leaves for the next one.
type round struct {
	whole news.Revision // of the archive
	again time.Time     // when to look though nothing changed
}

// Wake says that something may have changed. It never waits.
func (h *Hub) Wake() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Run verifies and delivers until ctx ends, and waits for what is under way.
func (h *Hub) Run(ctx context.Context) error {
	for range verifiers {
		h.underway.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case in := <-h.intents:
					h.verify(ctx, in)
				}
			}
		})
	}
	defer h.underway.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	failing := false
	for {
		err := h.round(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !failing {
			h.log.Warn("the hub cannot deliver, and will try again", "err", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-h.wake:
			h.known.again = time.Time{}
		case <-tick.C:
		}
	}
}

// round looks once for what is owed, and has it delivered if that is this
// process's duty.
func (h *Hub) round(ctx context.Context) error {
	head, now := h.server.head.Load(), time.Now()
	if !head.hubIsOurs() {
		return nil
	}
	whole, err := h.server.archive.Revision(ctx, "")
	if err != nil {
		return fmt.Errorf("read revision: %w", err)
	}
	if whole == h.known.whole && now.Before(h.known.again) {
		return nil
	}
	all, err := h.subs.Subscribers(ctx)
	if err != nil {
		return err
	}
	plan, err := h.plan(ctx, head, all, now)
	if err != nil {
		return err
	}
	if len(plan.owed)+len(plan.ended) > 0 {
		held, err := h.subs.Hold(ctx, hubDuty, h.holder, dutyLease)
		if err != nil {
			return err
		}
		plan.again = now // the holder may die, and what is under way needs the lease
		if held {
			if err := h.subs.Lapse(ctx, now, plan.ended...); err != nil {
				return err
			}
			for host, subs := range plan.owed {
				h.begin(host, func() { h.deliver(ctx, subs) })
			}
		}
	}
	h.known = round{whole: whole, again: plan.again}
	return nil
}

// plan is what is to be done for the subscribers at a time.
type plan struct {
	owed  map[string][]news.Subscriber // deliveries, by host
	ended []news.Subscriber            // whose lease is over
	again time.Time                    // when to look again
}

// plan decides from the revisions what is owed to whom. Of a feed that is not,
// or no longer, public nothing is owed; its subscriptions end with their leases,
// for another process may know it already.
func (h *Hub) plan(ctx context.Context, head *masthead, all []news.Subscriber, now time.Time) (plan, error) {
	p := plan{owed: map[string][]news.Subscriber{}, again: now.Add(listEvery)}
	revisions := map[news.TopicID]news.Revision{}
	for _, sub := range all {
		if !now.Before(sub.Until) {
			p.ended = append(p.ended, sub)
			continue
		}
		if !head.public(sub.Topic) {
			continue
		}
		revision, read := revisions[sub.Topic]
		if !read {
			var err error
			if revision, err = h.server.archive.Revision(ctx, sub.Topic); err != nil {
				return p, fmt.Errorf("read revision: %w", err)
			}
			revisions[sub.Topic] = revision
		}
		switch {
		case sub.Sent == revision:
		case now.Before(sub.Due):
			if sub.Due.Before(p.again) {
				p.again = sub.Due
			}
		default:
			host := hostOf(sub.Callback)
			p.owed[host] = append(p.owed[host], sub)
		}
	}
	return p, nil
}

// begin delivers at a host in the background, so that one that does not answer
// keeps no other waiting. Where something is under way there, or at as many
// hosts as may be, it is left for another round.
func (h *Hub) begin(host string, deliver func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[host] {
		return
	}
	select {
	case h.slots <- struct{}{}:
	default:
		return
	}
	h.busy[host] = true
	h.underway.Go(func() {
		defer func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			delete(h.busy, host)
			<-h.slots
		}()
		deliver()
	})
}

// deliver sends their feeds to the subscribers at one host, one after another,
// as long as the host answers and the feeds are public.
func (h *Hub) deliver(ctx context.Context, subs []news.Subscriber) {
	for i := range subs {
		head := h.server.head.Load()
		if !head.hubIsOurs() || !head.public(subs[i].Topic) {
			return // the next round knows what is owed now
		}
		doc, err := h.feed(ctx, head, &subs[i])
		if err != nil {
			h.log.Warn("feed not delivered, which will be tried again", "err", err)
			return
		}
		if doc.stamp.revision == subs[i].Sent { // the last good edition, of an archive that is away
			continue
		}
		status, err := h.send(ctx, head, &subs[i], doc)
		if ctx.Err() != nil {
			return // whether it came through nobody knows: it is owed still
		}
		if failed := h.note(ctx, subs[i:], doc.stamp.revision, status, err); failed != nil {
			h.log.Warn("delivery not noted, and will be repeated", "url", hostOf(subs[i].Callback), "err", failed)
			return
		}
		if err != nil {
			return
		}
	}
}

// note saves what came of a delivery to the first of subs. Where its host did
// not answer, all are put off.
func (h *Hub) note(ctx context.Context, subs []news.Subscriber, sent news.Revision, status int, err error) error {
	first := subs[0]
	switch {
	case err == nil && status == http.StatusGone:
		h.server.counts.departed.Add(1)
		h.log.Info("a subscriber is gone", "url", hostOf(first.Callback))
		return h.subs.Unsubscribe(ctx, first)
	case err == nil && status/100 == 2:
		h.server.counts.delivered.Add(1)
		first.Sent, first.Missed, first.Due = sent, 0, time.Now().Add(deliverGap)
		return h.subs.Delivered(ctx, first)
	}
	h.server.counts.undelivered.Add(1)
	if first.Missed == 0 {
		h.log.Warn("a subscriber does not take its delivery, which will be tried again", "url", hostOf(first.Callback), "status", status, "err", err)
	}
	if err == nil {
		subs = subs[:1]
	}
	return h.subs.Delivered(ctx, putOff(subs, time.Now())...)
}

// putOff are subscribers after one more delivery that failed: each waits twice
// as long as the time before.
func putOff(subs []news.Subscriber, now time.Time) []news.Subscriber {
	late := make([]news.Subscriber, len(subs))
	for i, sub := range subs {
		sub.Due = now.Add(min(missedFirst<<min(sub.Missed, 10), missedMost))
		sub.Missed++
		late[i] = sub
	}
	return late
}

// feed is the document that a subscriber is owed: the one that readers get.
func (h *Hub) feed(ctx context.Context, head *masthead, sub *news.Subscriber) (*edited, error) {
	req, err := head.route(head.topicPath(sub.Topic)+sub.Form, "", pass{})
	if err != nil {
		return nil, err
	}
	return h.server.current(ctx, head, req, -1)
}

// send sends a subscriber its feed (WebSub 7).
func (h *Hub) send(ctx context.Context, head *masthead, sub *news.Subscriber, doc *edited) (status int, err error) {
	self := atomLink{Rel: "self", Href: head.feedURL(sub.Topic, sub.Form)}
	header := http.Header{
		"Content-Type": {doc.mediaType},
		"Link":         {linkHeader(atomLink{Rel: "hub", Href: head.Site.Hub}) + ", " + linkHeader(self)},
	}
	if sub.Secret != "" {
		header["X-Hub-Signature"] = []string{signature(sub.Secret, doc.body)}
	}
	h.step(stepOwed)
	status, _, err = h.call(ctx, sub.Callback, header, doc.body)
	h.step(stepDelivered)
	return status, err
}

// signature signs a delivery (WebSub 7.1). SHA-1, which the first hubs used, is
// not offered.
func signature(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body) // a hash takes everything
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
