package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// due is one source of a due-list.
type due struct {
	id string
	at int64
}

// Claim implements news.Store in one round trip where NextDue has looked at the
// due-lists just before, as the desk has it do while it waits; else it looks
// itself first. What another process takes in between is missing from the
// answer; the next claim brings others.
func (s *remote) Claim(ctx context.Context, now time.Time, lease time.Duration, n int) ([]news.Ledger, error) {
	if err := s.changing(); err != nil {
		return nil, fail("claim", err)
	}
	defer s.gate.leave()
	if n <= 0 {
		return nil, nil
	}
	for _, find := range []func() ([]due, error){
		func() ([]due, error) { return s.ahead.take(micros(now), n), nil },
		func() ([]due, error) { return s.firstDue(ctx, micros(now), n) },
	} {
		first, err := find()
		if err != nil {
			return nil, fail("claim", err)
		}
		if len(first) == 0 {
			continue
		}
		s.step.at(stepFound)
		ledgers, err := s.claim(ctx, first, micros(now), micros(now.Add(lease)))
		if err != nil {
			return nil, fail("claim", err)
		}
		if len(ledgers) > 0 {
			s.step.at(stepTaken)
			return ledgers, nil
		}
	}
	return nil, nil
}

// ahead is what NextDue found at the head of the due-lists. It serves one claim:
// others claim too.
type ahead struct {
	mu     sync.Mutex // guards list and looked
	list   []due      // in order
	looked time.Time
}

// stale is when what was found is no longer worth trying.
const stale = 10 * time.Second

func (a *ahead) put(list []due) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list, a.looked = list, time.Now()
}

// take returns those that are due, at most n of them, and forgets all.
func (a *ahead) take(now int64, n int) []due {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.list
	a.list = nil
	if time.Since(a.looked) > stale {
		return nil
	}
	ready := 0
	for ready < min(n, len(list)) && list[ready].at <= now {
		ready++
	}
	return list[:ready]
}

// firstDue lists the first n sources of all shards that are due.
func (s *remote) firstDue(ctx context.Context, until int64, n int) ([]due, error) {
	all, err := s.heads(ctx, until, n)
	return all[:min(n, len(all))], err
}

// heads lists the first sources of the due-lists in order, up to each from every
// shard. What may stand behind one that was not asked for is left out.
func (s *remote) heads(ctx context.Context, until int64, each int) ([]due, error) {
	cmds := make([]*redis.ZSliceCmd, shards)
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range cmds {
			cmds[i] = p.ZRangeByScoreWithScores(ctx, shard(i).key("due"),
				&redis.ZRangeBy{Min: "-inf", Max: strconv.FormatInt(until, 10), Count: int64(each)})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []due
	known := int64(math.MaxInt64) // up to here nothing is missing
	for _, cmd := range cmds {
		for n, z := range cmd.Val() {
			id, _ := z.Member.(string)
			all = append(all, due{id: id, at: int64(z.Score)})
			if n == each-1 {
				known = min(known, int64(z.Score))
			}
		}
	}
	slices.SortFunc(all, func(a, b due) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	complete := len(all)
	for complete > 0 && all[complete-1].at > known {
		complete--
	}
	return all[:complete], nil
}

// claim takes leases on sources, and returns the ledgers of those it got in
// their order.
func (s *remote) claim(ctx context.Context, first []due, now, until int64) ([]news.Ledger, error) {
	byShard := map[shard]*runs{}
	for _, d := range first {
		sh := shardOf(news.SourceID(d.id))
		call := byShard[sh]
		if call == nil {
			call = &runs{keys: []string{sh.key("due"), sh.key("leases"), sh.key("seq"), sh.key("placed")}, args: []any{now, until}}
			byShard[sh] = call
		}
		call.keys, call.args = append(call.keys, sh.ledger(d.id)), append(call.args, d.id)
	}
	var calls []runs
	for _, call := range byShard {
		calls = append(calls, *call)
	}
	var placed *redis.SliceCmd
	cmds, err := s.runAll(ctx, s.claims, calls, func(p redis.Pipeliner) { placed = p.HMGet(ctx, desk+"placed", names(first)...) })
	if err != nil {
		return nil, err
	}
	told, err := s.placed(ctx, first, placed)
	if err != nil {
		return nil, err
	}
	got := make(map[string]news.Ledger, len(first))
	for _, cmd := range cmds {
		flat, err := cmd.Slice()
		if err != nil {
			return nil, err
		}
		for ; len(flat) >= 4; flat = flat[4:] {
			l, err := s.claimed(flat[0], flat[1], flat[2])
			if err != nil {
				return nil, err
			}
			if vouched, _ := flat[3].(string); vouched != "" && vouched != told[string(l.Source)] {
				if err := s.findAdrift(ctx, &l, told[string(l.Source)]); err != nil {
					return nil, err
				}
			}
			got[string(l.Source)] = l
		}
	}
	var ledgers []news.Ledger
	for _, d := range first {
		if l, ok := got[d.id]; ok {
			ledgers = append(ledgers, l)
		}
	}
	return ledgers, nil
}

// claimed reads one answer of the claim script.
func (s *remote) claimed(id, lease, body any) (news.Ledger, error) {
	name, _ := id.(string)
	l := news.Ledger{Source: news.SourceID(name)}
	if text, ok := body.(string); ok {
		read, err := s.values.readLedger([]byte(text), l.Source)
		if l, err = begunAnew(read, err, l.Source, s.log); err != nil {
			return l, err
		}
	}
	token, err := strconv.ParseUint(fmt.Sprint(lease), 10, 64)
	l.Lease = token
	return l, err
}

// enrolBatch is how many sources one call of a script moves.
const enrolBatch = 500

// Enrol implements news.Store: it sends only what differs.
func (s *remote) Enrol(ctx context.Context, ids []news.SourceID) error {
	if err := s.changing(); err != nil {
		return fail("enrol", err)
	}
	defer s.gate.leave()
	s.ahead.put(nil) // who comes may be due before those
	enrolled, err := s.enrolled(ctx)
	if err != nil {
		return fail("enrol", err)
	}
	var on, off [shards][]any
	for _, id := range ids {
		if was, ok := enrolled[string(id)]; !ok {
			on[shardOf(id)] = append(on[shardOf(id)], string(id))
			enrolled[string(id)] = false
		} else if was {
			enrolled[string(id)] = false // what stays true is not named
		}
	}
	for id, unnamed := range enrolled {
		if unnamed {
			sh := shardOf(news.SourceID(id))
			off[sh] = append(off[sh], id)
		}
	}
	for i := range shard(shards) {
		keys := []string{i.key("due"), i.key("off")}
		for batch := range slices.Chunk(on[i], enrolBatch) {
			err = errors.Join(err, s.run(ctx, s.enrols, keys, append([]any{len(batch)}, batch...)...).Err())
		}
		for batch := range slices.Chunk(off[i], enrolBatch) {
			err = errors.Join(err, s.run(ctx, s.enrols, keys, append([]any{0}, batch...)...).Err())
		}
	}
	return fail("enrol", err)
}

// enrolled is the set of the sources on the due-lists.
func (s *remote) enrolled(ctx context.Context) (map[string]bool, error) {
	cmds := make([]*redis.StringSliceCmd, shards)
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range cmds {
			cmds[i] = p.ZRange(ctx, shard(i).key("due"), 0, -1)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	for _, cmd := range cmds {
		for _, id := range cmd.Val() {
			set[id] = true
		}
	}
	return set, nil
}

// Hasten implements news.Store in one round trip.
func (s *remote) Hasten(ctx context.Context, at time.Time, ids ...news.SourceID) error {
	return fail("hasten", s.putDue(ctx, redis.ZAddArgs{XX: true, LT: true}, at, ids))
}

// Delay implements news.Store in one round trip.
func (s *remote) Delay(ctx context.Context, at time.Time, ids ...news.SourceID) error {
	return fail("delay", s.putDue(ctx, redis.ZAddArgs{XX: true, GT: true}, at, ids))
}

// putDue moves enrolled sources on the due-lists to a time, the way that how
// allows.
func (s *remote) putDue(ctx context.Context, how redis.ZAddArgs, at time.Time, ids []news.SourceID) error {
	if err := s.changing(); err != nil {
		return err
	}
	defer s.gate.leave()
	if len(ids) == 0 {
		return nil
	}
	s.ahead.put(nil)
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, id := range ids {
			how.Members = []redis.Z{{Score: float64(micros(at)), Member: string(id)}}
			p.ZAddArgs(ctx, shardOf(id).key("due"), how)
		}
		return nil
	})
	return err
}

// headsAhead is how many sources of each shard NextDue looks at.
const headsAhead = 4

// NextDue implements news.Store in one round trip.
func (s *remote) NextDue(ctx context.Context) (time.Time, error) {
	if err := s.looking(); err != nil {
		return time.Time{}, fail("next due", err)
	}
	defer s.gate.leave()
	const always = 1 << 53
	first, err := s.heads(ctx, always, headsAhead)
	if err != nil || len(first) == 0 {
		return time.Time{}, fail("next due", err)
	}
	s.ahead.put(first)
	return fromMicros(first[0].at), nil
}
