package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// Commit implements news.Store. Stories go first, under the revision, then
// articles and the ledger, under the lease. A crash between the two leaves
// validators and marks as they were, so the outlet is asked again and the same
// IDs are written again. A quiet poll is one round trip.
func (s *remote) Commit(ctx context.Context, in news.Intake) (news.Revision, error) {
	rev, err := s.commit(ctx, in)
	if err != nil {
		return 0, fail("commit", err)
	}
	return rev, nil
}

func (s *remote) commit(ctx context.Context, in news.Intake) (news.Revision, error) {
	if err := s.changing(); err != nil {
		return 0, err
	}
	defer s.gate.leave()
	set, err := s.values.intake(in)
	if err != nil {
		return 0, err
	}
	if in.Ledger.Source != "" && in.Ledger.Lease == 0 {
		return 0, news.ErrLost
	}
	nonce := rand.Text()[:13] // 65 bits; tells this call, sent twice, from another
	if len(set.stories) == 0 {
		return s.commitQuiet(ctx, in.Ledger, set, nonce)
	}
	set.placed = nonce
	if err := s.holds(ctx, in.Ledger); err != nil {
		return 0, err
	}
	s.step.at(stepHeld)
	rev, err := s.putStories(ctx, in.Ledger.Source, set.stories, in.Base, nonce)
	if err != nil {
		return 0, err
	}
	s.step.at(stepTold)
	return rev, s.save(ctx, in.Ledger, set, nonce, nil)
}

// commitQuiet saves an intake without stories and returns the present
// revision, asked for in the same round trip.
func (s *remote) commitQuiet(ctx context.Context, l news.Ledger, set packed, nonce string) (news.Revision, error) {
	var present *redis.StringCmd
	set.placed = s.drift.settled(l)
	if err := s.save(ctx, l, set, nonce, func(p redis.Pipeliner) { present = p.Get(ctx, desk+"revision") }); err != nil {
		return 0, err
	}
	if present == nil {
		return s.revision(ctx, "")
	}
	return readRevision(present)
}

// holds finds out early that a lease is lost, before stories are saved on its
// behalf.
func (s *remote) holds(ctx context.Context, l news.Ledger) error {
	if l.Source == "" {
		return nil
	}
	held, err := s.client.HGet(ctx, shardOf(l.Source).key("leases"), string(l.Source)).Result()
	if errors.Is(err, redis.Nil) || err == nil && held != strconv.FormatUint(l.Lease, 10) {
		return news.ErrLost
	}
	return err
}

func (s *remote) putStories(ctx context.Context, source news.SourceID, stories []packedStory, base news.Revision, nonce string) (news.Revision, error) {
	step := 1
	if _, lost := s.drift.of(source); lost || s.high.above(base) {
		step = leap
	}
	keys := deskKeys()
	args := []any{desk, uint64(base), nonce, string(source), step}
	for _, st := range stories {
		keys = append(keys, desk+"story:"+st.id)
		args = append(args, st.id, place(st.filed), st.body, len(st.facets))
		for _, f := range st.facets {
			keys, args = append(keys, desk+"list:"+f), append(args, f)
		}
	}
	n, err := s.run(ctx, s.tells, keys, args...).Int64()
	if err != nil {
		return 0, err
	}
	if n < 0 {
		return 0, news.ErrStale
	}
	s.high.see(news.Revision(n))
	return news.Revision(n), nil
}

func deskKeys() []string {
	return []string{desk + "revision", desk + "topics", desk + "changes", desk + "nonce", desk + "placed"}
}

// save writes the articles of other shards, if there are any, and then the
// ledger with the articles of its own, in one pipeline with what also adds.
func (s *remote) save(ctx context.Context, l news.Ledger, set packed, nonce string, also func(redis.Pipeliner)) error {
	byShard := map[shard][]*packedArticle{}
	for i := range set.articles {
		a := &set.articles[i]
		byShard[shardOf(a.source)] = append(byShard[shardOf(a.source)], a)
	}
	var others []runs
	for sh, articles := range byShard {
		if l.Source == "" || sh != shardOf(l.Source) {
			others = append(others, saveCall(sh, news.Ledger{}, packed{}, nonce, articles))
		}
	}
	if len(others) > 0 {
		if err := s.holds(ctx, l); err != nil {
			return err
		}
		if _, err := s.runAll(ctx, s.saves, others, nil); err != nil {
			return err
		}
	}
	if l.Source == "" {
		return nil
	}
	s.step.at(stepOthers)
	own := shardOf(l.Source)
	cmds, err := s.runAll(ctx, s.saves, []runs{saveCall(own, l, set, nonce, byShard[own])}, also)
	if err != nil {
		return err
	}
	if saved, err := cmds[0].Int(); err != nil || saved == 0 {
		return cmp.Or(err, news.ErrLost)
	}
	s.drift.forget(l)
	s.step.at(stepKept)
	return nil
}

func saveCall(sh shard, l news.Ledger, set packed, nonce string, articles []*packedArticle) runs {
	call := runs{
		keys: []string{sh.key("due"), sh.key("off"), sh.key("leases"), sh.key("asked"), sh.key("articles"), sh.key("placed"), sh.ledger(string(l.Source))},
		args: []any{string(l.Source), l.Lease, nonce, micros(l.Poll.Due), micros(l.Poll.At), set.ledger, set.placed},
	}
	for _, a := range articles {
		call.keys = append(call.keys, sh.article(a.id))
		call.args = append(call.args, a.id, place(a.kept), a.body)
	}
	return call
}

// Sweep implements news.Store in small batches, so that polls get in between.
func (s *remote) Sweep(ctx context.Context, keep news.Keep) (news.Swept, error) {
	var swept news.Swept
	if err := s.changing(); err != nil {
		return swept, fail("sweep", err)
	}
	defer s.gate.leave()
	var err error
	for i := range shard(shards) {
		if err == nil && !keep.Articles.IsZero() {
			keys := s.forgetKeys(i)
			err = until(&swept.Articles, func() (int, error) {
				return s.run(ctx, s.forgets, keys, i.String(), "articles", place(nanos(keep.Articles)), sweepBatch).Int()
			})
		}
		if err == nil && !keep.Ledgers.IsZero() {
			err = s.sweepLedgers(ctx, i, keep.Ledgers, &swept.Ledgers)
		}
	}
	if err == nil && !keep.Stories.IsZero() {
		err = until(&swept.Stories, func() (int, error) {
			return s.run(ctx, s.tells, append(deskKeys(), desk+"list:"+facetAll), desk, "forget", place(nanos(keep.Stories)), sweepBatch).Int()
		})
	}
	return swept, fail("sweep", err)
}

func (s *remote) forgetKeys(sh shard) []string {
	return []string{sh.key("articles"), sh.key("off"), sh.key("leases"), sh.key("asked"), sh.key("placed")}
}

func (s *remote) sweepLedgers(ctx context.Context, sh shard, before time.Time, total *int) error {
	off, err := s.client.ZRange(ctx, sh.key("off"), 0, -1).Result()
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(off, sweepBatch) {
		keys, args := s.forgetKeys(sh), []any{sh.String(), "ledgers", micros(before)}
		for _, id := range batch {
			keys, args = append(keys, sh.ledger(id)), append(args, id)
		}
		n, err := s.run(ctx, s.forgets, keys, args...).Int()
		if err != nil {
			return err
		}
		*total += n
	}
	return nil
}

// until repeats a batch until it does nothing more, and adds up.
func until(total *int, batch func() (int, error)) error {
	for {
		n, err := batch()
		if err != nil || n == 0 {
			return err
		}
		*total += n
	}
}

// place is a time as text that sorts like it: the score of a sorted set cannot
// hold nanoseconds, its members can. A member is a place, a colon and an ID.
func place(ns int64) string { return fmt.Sprintf("%016x", uint64(ns)^1<<63) }

// member parts: the place before, the ID behind the colon.
func splitMember(m string) (place, id string) {
	place, id, _ = strings.Cut(m, ":")
	return place, id
}

// beyond is the end of all members of a place: the byte after the colon.
func beyond(place string) string { return "(" + place + string(rune(':'+1)) }

// revPlace is a revision as text that sorts like it.
func revPlace(r news.Revision) string { return fmt.Sprintf("%016x", min(uint64(r), math.MaxInt64)) }
