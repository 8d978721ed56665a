package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// The measures of letters: the largest body that is kept (of a larger one the
// feed is asked), and for how long a delivery waits for the poll that it asked
// for.
const (
	letterMost = 1 << 20
	letterKept = 10 * time.Minute
)

// The keys of a source's letters, beside its ledger: what was delivered, and the
// hub's word on the subscription.
func deliveryKey(id news.SourceID) string { return shardOf(id).key("letter:" + string(id)) }
func consentKey(id news.SourceID) string  { return shardOf(id).key("consent:" + string(id)) }

// Leave implements news.Mail in one transaction.
func (s *remote) Leave(ctx context.Context, id news.SourceID, l news.Letter) error {
	if err := s.changing(); err != nil {
		return fail("leave a letter", err)
	}
	defer s.gate.leave()
	if len(l.Body) > letterMost {
		l.Body = nil
	}
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if l.Came {
			p.HIncrBy(ctx, deliveryKey(id), "came", 1)
			p.HSet(ctx, deliveryKey(id), "body", l.Body, "type", l.ContentType)
			p.PExpire(ctx, deliveryKey(id), letterKept)
		}
		if l.Token != "" {
			p.Set(ctx, consentKey(id), strconv.FormatInt(micros(l.Until), 10)+" "+l.Token, max(time.Until(l.Until), time.Hour))
		}
		return nil
	})
	return fail("leave a letter", err)
}

// Collect implements news.Mail in one transaction.
func (s *remote) Collect(ctx context.Context, id news.SourceID) (news.Letter, error) {
	if err := s.changing(); err != nil {
		return news.Letter{}, fail("collect letters", err)
	}
	defer s.gate.leave()
	var delivered *redis.MapStringStringCmd
	var consent *redis.SliceCmd
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		delivered = p.HGetAll(ctx, deliveryKey(id))
		p.Del(ctx, deliveryKey(id))
		consent = p.MGet(ctx, consentKey(id))
		return nil
	})
	if err != nil {
		return news.Letter{}, fail("collect letters", err)
	}
	return readLetter(delivered.Val(), consent.Val()), nil
}

// readLetter reads what lies under both keys. A consent that cannot be read is
// none: the hub is asked again.
func readLetter(delivered map[string]string, consents []any) (l news.Letter) {
	if came := delivered["came"]; came != "" {
		l.Came = true
		if came == "1" && delivered["body"] != "" {
			l.Body, l.ContentType = []byte(delivered["body"]), delivered["type"]
		}
	}
	if len(consents) == 1 {
		text, _ := consents[0].(string)
		until, token, _ := strings.Cut(text, " ")
		if us, err := strconv.ParseInt(until, 10, 64); err == nil {
			if l.Token = token; us > 0 {
				l.Until = fromMicros(us)
			}
		}
	}
	return l
}
