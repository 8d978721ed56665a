package store

import (
	"context"
	"fmt"
	"strconv"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// Filled implements news.Store in one round trip.
func (s *remote) Filled(ctx context.Context) (map[news.TopicID]uint64, error) {
	if err := s.looking(); err != nil {
		return nil, fail("filled topics", err)
	}
	defer s.gate.leave()
	held, err := s.client.HGetAll(ctx, desk+"filled").Result()
	if err != nil {
		return nil, fail("filled topics", err)
	}
	filled := make(map[news.TopicID]uint64, len(held))
	for topic, text := range held {
		digest, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("filled topics: %w", errDamaged)
		}
		filled[news.TopicID(topic)] = digest
	}
	return filled, nil
}

// SetFilled implements news.Store in one transaction.
func (s *remote) SetFilled(ctx context.Context, filled map[news.TopicID]uint64) error {
	if err := s.changing(); err != nil {
		return fail("set filled topics", err)
	}
	defer s.gate.leave()
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, desk+"filled")
		for topic, digest := range filled {
			p.HSet(ctx, desk+"filled", string(topic), strconv.FormatUint(digest, 10))
		}
		return nil
	})
	return fail("set filled topics", err)
}
