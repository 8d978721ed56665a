package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

//go:embed scripts/restore.lua
var restoreScript string

// filling is the version of a store that a copy is being written to.
const filling = "filling"

// beginCopy claims a database that holds nothing of ours.
func (s *remote) beginCopy(ctx context.Context) error {
	if err := s.examine(ctx); err != nil {
		return err
	}
	begun, err := s.client.SetNX(ctx, desk+"version", filling, 0).Result()
	if err == nil && !begun {
		err = verdict("holds an archive, or a copy that was broken off, already: name another database, or empty this one")
	}
	return err
}

// whole turns the copy into a store.
func (s *remote) whole(ctx context.Context) error {
	return s.client.Set(ctx, desk+"version", Version, 0).Err()
}

func (s *remote) facts(ctx context.Context) (Facts, error) {
	f := Facts{Kind: "redis"}
	if err := s.looking(); err != nil {
		return f, err
	}
	defer s.gate.leave()
	var on, off, asked, archived [shards]*redis.IntCmd
	var stories, topics, subscribers *redis.IntCmd
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range shard(shards) {
			on[i], off[i] = p.ZCard(ctx, i.key("due")), p.ZCard(ctx, i.key("off"))
			asked[i], archived[i] = p.ZCard(ctx, i.key("asked")), p.ZCard(ctx, i.key("articles"))
		}
		stories, topics, subscribers = p.ZCard(ctx, desk+"list:a"), p.HLen(ctx, desk+"topics"), p.HLen(ctx, subscribersKey)
		return nil
	})
	if err != nil {
		return f, err
	}
	for i := range shards {
		f.Enrolled += int(on[i].Val())
		f.Left += int(off[i].Val())
		f.Ledgers += int(asked[i].Val())
		f.Articles += int(archived[i].Val())
	}
	f.Stories, f.Topics, f.Subscribers = int(stories.Val()), int(topics.Val()), int(subscribers.Val())
	if f.Revision, err = s.revision(ctx, ""); err != nil {
		return f, err
	}
	f.Bytes, err = s.usedMemory(ctx)
	return f, err
}

// dump may run while others write. Ledgers come first: a story that is saved
// meanwhile is in the copy though no ledger vouches for it, and never the other
// way about.
func (s *remote) dump(ctx context.Context, give func(load) error) error {
	if err := s.looking(); err != nil {
		return err
	}
	defer s.gate.leave()
	for i := range shard(shards) {
		for _, list := range []string{"due", "off"} {
			if err := s.dumpSources(ctx, i, list, give); err != nil {
				return err
			}
		}
	}
	for i := range shard(shards) {
		if err := s.dumpArticles(ctx, i, give); err != nil {
			return err
		}
	}
	if err := s.dumpStories(ctx, give); err != nil {
		return err
	}
	return s.dumpRest(ctx, give)
}

func (s *remote) dumpSources(ctx context.Context, i shard, list string, give func(load) error) error {
	all, err := s.client.ZRangeWithScores(ctx, i.key(list), 0, -1).Result()
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(all, copyBatch) {
		bodies := make([]*redis.StringCmd, len(batch))
		asked := make([]*redis.FloatCmd, len(batch))
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for n, z := range batch {
				id, _ := z.Member.(string)
				bodies[n], asked[n] = p.Get(ctx, i.ledger(id)), p.ZScore(ctx, i.key("asked"), id)
			}
			return nil
		})
		if err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
		var l load
		for n, z := range batch {
			id, _ := z.Member.(string)
			src := keptSource{id: id, enrolled: list == "due", due: int64(z.Score), asked: int64(asked[n].Val())}
			if body, err := bodies[n].Bytes(); err == nil {
				src.ledger = body
			} else if !errors.Is(err, redis.Nil) {
				return err
			}
			l.sources = append(l.sources, src)
		}
		if err := give(l); err != nil {
			return err
		}
	}
	return nil
}

func (s *remote) dumpArticles(ctx context.Context, i shard, give func(load) error) error {
	return s.eachPage(ctx, i.key("articles"), func(members []string) error {
		keys := make([]string, len(members))
		for n, m := range members {
			_, id := splitMember(m)
			keys[n] = i.article(id)
		}
		bodies, err := s.client.MGet(ctx, keys...).Result()
		if err != nil {
			return err
		}
		var l load
		for n, b := range bodies {
			at, id := splitMember(members[n])
			text, ok := b.(string)
			if !ok || !strings.HasPrefix(text, at) {
				continue // forgotten or archived anew since the page was read
			}
			kept, err := fromPlace(at)
			if err != nil {
				return err
			}
			a, err := s.values.readable(keptArticle{id: id, kept: kept, body: []byte(text[len(at):])})
			if leftOut(err, s.log) {
				l.damaged++
				continue
			}
			if err != nil {
				return err
			}
			l.articles = append(l.articles, a)
		}
		return give(l)
	})
}

func (s *remote) dumpStories(ctx context.Context, give func(load) error) error {
	return s.eachPage(ctx, desk+"list:a", func(members []string) error {
		cmds := make([]*redis.SliceCmd, len(members))
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for n, m := range members {
				_, id := splitMember(m)
				cmds[n] = p.HMGet(ctx, desk+"story:"+id, "filed", "revision", "body")
			}
			return nil
		})
		if err != nil {
			return err
		}
		var l load
		for n, cmd := range cmds {
			_, id := splitMember(members[n])
			at, ok := cmd.Val()[0].(string)
			rev, _ := cmd.Val()[1].(string)
			body, _ := cmd.Val()[2].(string)
			if !ok {
				continue // forgotten since the page was read
			}
			filed, err := fromPlace(at)
			if err != nil {
				return err
			}
			number, err := strconv.ParseUint(rev, 10, 64)
			if err != nil {
				return errDamaged
			}
			st, err := s.values.listed(keptStory{id: id, filed: filed, revision: news.Revision(number), body: []byte(body)})
			if leftOut(err, s.log) {
				l.damaged++
				continue
			}
			if err != nil {
				return err
			}
			l.stories = append(l.stories, st)
		}
		return give(l)
	})
}

// eachPage walks the members of a sorted set of places.
func (s *remote) eachPage(ctx context.Context, key string, page func([]string) error) error {
	for from := "-"; ; {
		members, err := s.client.ZRangeByLex(ctx, key, &redis.ZRangeBy{Min: from, Max: "+", Count: copyBatch}).Result()
		if err != nil || len(members) == 0 {
			return err
		}
		if err := page(members); err != nil {
			return err
		}
		from = "(" + members[len(members)-1]
	}
}

func (s *remote) dumpRest(ctx context.Context, give func(load) error) error {
	rest := keptRest{topics: map[string]news.Revision{}, filled: map[news.TopicID]uint64{}}
	topics, err := s.client.HGetAll(ctx, desk+"topics").Result()
	if err != nil {
		return err
	}
	for id, text := range topics {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return errDamaged
		}
		rest.topics[id] = news.Revision(n)
	}
	held, err := s.client.HGetAll(ctx, desk+"filled").Result()
	if err != nil {
		return err
	}
	for id, text := range held {
		if rest.filled[news.TopicID(id)], err = strconv.ParseUint(text, 10, 64); err != nil {
			return errDamaged
		}
	}
	if rest.revision, err = s.revision(ctx, ""); err != nil {
		return err
	}
	if rest.subscribers, err = s.subscribers(ctx); err != nil {
		return err
	}
	return give(load{rest: &rest})
}

// take writes in pipelines. Nobody else can have the store open.
func (s *remote) take(ctx context.Context, l load) error {
	if err := s.changing(); err != nil {
		return err
	}
	defer s.gate.leave()
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, src := range l.sources {
			sh, list := shardOf(news.SourceID(src.id)), "off"
			if src.enrolled {
				list = "due"
			}
			p.ZAdd(ctx, sh.key(list), redis.Z{Score: float64(src.due), Member: src.id})
			if src.ledger != nil {
				p.Set(ctx, sh.ledger(src.id), src.ledger, 0)
				p.ZAdd(ctx, sh.key("asked"), redis.Z{Score: float64(src.asked), Member: src.id})
			}
		}
		for _, a := range l.articles {
			sh := shardOf(a.source)
			p.Set(ctx, sh.article(a.id), place(a.kept)+string(a.body), 0)
			p.ZAdd(ctx, sh.key("articles"), redis.Z{Member: place(a.kept) + ":" + a.id})
		}
		if l.rest != nil {
			p.Set(ctx, desk+"revision", uint64(l.rest.revision), 0)
			for id, rev := range l.rest.topics {
				p.HSet(ctx, desk+"topics", id, uint64(rev))
			}
			for _, sub := range l.rest.subscribers {
				putSubscriberIn(ctx, p, sub)
			}
			for id, digest := range l.rest.filled {
				p.HSet(ctx, desk+"filled", string(id), strconv.FormatUint(digest, 10))
			}
		}
		return nil
	})
	if err != nil || len(l.stories) == 0 {
		return err
	}
	var calls []runs
	for _, st := range l.stories {
		args := []any{desk, st.id, place(st.filed), uint64(st.revision), st.body}
		for _, f := range st.facets {
			args = append(args, f)
		}
		calls = append(calls, runs{keys: []string{desk + "topics", desk + "changes"}, args: args})
	}
	_, err = s.runAll(ctx, redis.NewScript(restoreScript), calls, nil)
	return err
}

// fromPlace reads a time back that place wrote.
func fromPlace(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 16, 64)
	if err != nil {
		return 0, fmt.Errorf("place %q: %w", text, errDamaged)
	}
	return int64(n ^ 1<<63), nil
}
