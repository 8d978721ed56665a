package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// eachMaster calls look with what every server that holds data says of its
// memory, one at a time. A server whose user may not ask is left out.
func (s *remote) eachMaster(ctx context.Context, look func(info string)) error {
	var one sync.Mutex // held while look runs
	ask := func(ctx context.Context, c redis.Cmdable) error {
		info, err := c.Info(ctx, "memory").Result()
		if redis.HasErrorPrefix(err, "NOPERM") {
			return nil
		}
		if err != nil {
			return err
		}
		one.Lock()
		defer one.Unlock()
		look(info)
		return nil
	}
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return ask(ctx, c) })
	}
	return ask(ctx, s.client)
}

// examine refuses servers that throw away what they hold when memory is short:
// stories would vanish whose ledgers stay, and nobody would be told.
func (s *remote) examine(ctx context.Context) error {
	policy := ""
	err := s.eachMaster(ctx, func(info string) {
		if p := fieldOf(info, "maxmemory_policy"); strings.HasPrefix(p, "allkeys-") && fieldOf(info, "maxmemory") != "0" {
			policy = p
		}
	})
	if err == nil && policy != "" {
		err = verdict(fmt.Sprintf("throws away news when its memory is full (maxmemory-policy %s): set the policy to noeviction", policy))
	}
	return err
}

// usedMemory adds up what the masters use; 0 where the user may not ask.
func (s *remote) usedMemory(ctx context.Context) (int64, error) {
	var sum int64
	err := s.eachMaster(ctx, func(info string) {
		used, _ := strconv.ParseInt(fieldOf(info, "used_memory"), 10, 64)
		sum += used
	})
	return sum, err
}

// fieldOf is a field of what INFO answers.
func fieldOf(info, name string) string {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+":"); ok {
			return value
		}
	}
	return ""
}
