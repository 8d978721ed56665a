package store

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// The keys of our own hub: what was subscribed, how far deliveries are, and
// before a duty who has it.
const (
	subscribersKey = desk + "subscribers"
	deliveriesKey  = desk + "deliveries"
	dutyKey        = desk + "duty:"
)

var (
	//go:embed scripts/hold.lua
	holdScript string
	//go:embed scripts/delivered.lua
	deliveredScript string
	//go:embed scripts/lapse.lua
	lapseScript string
)

// memberOf names a subscriber in a hash. Neither a topic nor a form has a space.
func memberOf(s news.Subscriber) string {
	return string(s.Topic) + " " + s.Form + " " + s.Callback
}

// termsOf and noteOf write the two halves of a subscription; a secret comes
// last, for it may be any bytes.
func termsOf(s news.Subscriber) string {
	return strconv.FormatInt(micros(s.Until), 10) + " " + s.Secret
}

func noteOf(s news.Subscriber) string {
	return fmt.Sprintf("%d %d %d", s.Sent, s.Missed, micros(s.Due))
}

// readSubscriber is the reverse of memberOf, termsOf and noteOf.
func readSubscriber(member, terms, note string) (s news.Subscriber, err error) {
	parts := strings.SplitN(member, " ", 3)
	until, secret, found := strings.Cut(terms, " ")
	micros, err := strconv.ParseInt(until, 10, 64)
	if len(parts) != 3 || !found || err != nil {
		return s, errDamaged
	}
	s = news.Subscriber{Topic: news.TopicID(parts[0]), Form: parts[1], Callback: parts[2], Secret: secret, Until: fromMicros(micros)}
	if note == "" { // it has had no delivery
		return s, nil
	}
	var sent uint64
	var due int64
	if n, err := fmt.Sscanf(note, "%d %d %d", &sent, &s.Missed, &due); n != 3 || err != nil {
		return s, errDamaged
	}
	if s.Sent = news.Revision(sent); due > 0 {
		s.Due = fromMicros(due)
	}
	return s, nil
}

// Subscribers implements news.Subscriptions in one round trip.
func (s *remote) Subscribers(ctx context.Context) ([]news.Subscriber, error) {
	if err := s.looking(); err != nil {
		return nil, fail("list subscribers", err)
	}
	defer s.gate.leave()
	all, err := s.subscribers(ctx)
	return all, fail("list subscribers", err)
}

func (s *remote) subscribers(ctx context.Context) ([]news.Subscriber, error) {
	var terms, notes *redis.MapStringStringCmd
	if _, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		terms, notes = p.HGetAll(ctx, subscribersKey), p.HGetAll(ctx, deliveriesKey)
		return nil
	}); err != nil {
		return nil, err
	}
	var all []news.Subscriber
	for member, text := range terms.Val() {
		sub, err := readSubscriber(member, text, notes.Val()[member])
		if leftOut(err, s.log) {
			continue
		}
		all = append(all, sub)
	}
	slices.SortFunc(all, func(a, b news.Subscriber) int {
		return cmp.Or(strings.Compare(a.Callback, b.Callback), cmp.Compare(a.Topic, b.Topic), strings.Compare(a.Form, b.Form))
	})
	return all, nil
}

// Subscribe implements news.Subscriptions in one transaction.
func (s *remote) Subscribe(ctx context.Context, sub news.Subscriber) error {
	if err := s.changing(); err != nil {
		return fail("subscribe", err)
	}
	defer s.gate.leave()
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		putSubscriberIn(ctx, p, sub)
		return nil
	})
	return fail("subscribe", err)
}

func putSubscriberIn(ctx context.Context, p redis.Pipeliner, sub news.Subscriber) {
	p.HSet(ctx, subscribersKey, memberOf(sub), termsOf(sub))
	p.HSetNX(ctx, deliveriesKey, memberOf(sub), noteOf(sub))
}

// Unsubscribe implements news.Subscriptions in one transaction.
func (s *remote) Unsubscribe(ctx context.Context, all ...news.Subscriber) error {
	if err := s.changing(); err != nil {
		return fail("unsubscribe", err)
	}
	defer s.gate.leave()
	if len(all) == 0 {
		return nil
	}
	members := make([]string, len(all))
	for i, sub := range all {
		members[i] = memberOf(sub)
	}
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HDel(ctx, subscribersKey, members...)
		p.HDel(ctx, deliveriesKey, members...)
		return nil
	})
	return fail("unsubscribe", err)
}

// Lapse implements news.Subscriptions in one round trip.
func (s *remote) Lapse(ctx context.Context, now time.Time, all ...news.Subscriber) error {
	if err := s.changing(); err != nil {
		return fail("end subscriptions", err)
	}
	defer s.gate.leave()
	if len(all) == 0 {
		return nil
	}
	args := []any{micros(now)}
	for _, sub := range all {
		args = append(args, memberOf(sub))
	}
	return fail("end subscriptions", s.run(ctx, s.lapses, []string{subscribersKey, deliveriesKey}, args...).Err())
}

// Delivered implements news.Subscriptions in one round trip.
func (s *remote) Delivered(ctx context.Context, all ...news.Subscriber) error {
	if err := s.changing(); err != nil {
		return fail("note deliveries", err)
	}
	defer s.gate.leave()
	if len(all) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(all))
	for _, sub := range all {
		args = append(args, memberOf(sub), noteOf(sub))
	}
	return fail("note deliveries", s.run(ctx, s.delivers, []string{subscribersKey, deliveriesKey}, args...).Err())
}

// Hold implements news.Subscriptions in one round trip.
func (s *remote) Hold(ctx context.Context, duty, holder string, lease time.Duration) (bool, error) {
	if err := s.changing(); err != nil {
		return false, fail("hold a duty", err)
	}
	defer s.gate.leave()
	held, err := s.run(ctx, s.duties, []string{dutyKey + duty}, holder, max(1, lease.Milliseconds())).Bool()
	return held, fail("hold a duty", err)
}
