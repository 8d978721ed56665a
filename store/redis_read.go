package store

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// Revision implements news.Archive.
func (s *remote) Revision(ctx context.Context, topic news.TopicID) (news.Revision, error) {
	if err := s.looking(); err != nil {
		return 0, fail("revision", err)
	}
	defer s.gate.leave()
	rev, err := s.revision(ctx, topic)
	return rev, fail("revision", err)
}

func (s *remote) revision(ctx context.Context, topic news.TopicID) (news.Revision, error) {
	var cmd *redis.StringCmd
	if topic == "" {
		cmd = s.client.Get(ctx, desk+"revision")
	} else {
		cmd = s.client.HGet(ctx, desk+"topics", string(topic))
	}
	rev, err := readRevision(cmd)
	s.high.see(rev)
	return rev, err
}

func readRevision(cmd *redis.StringCmd) (news.Revision, error) {
	n, err := cmd.Uint64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return news.Revision(n), err
}

// Story implements news.Archive.
func (s *remote) Story(ctx context.Context, id news.StoryID) (news.Story, error) {
	if err := s.looking(); err != nil {
		return news.Story{}, fail("story "+string(id), err)
	}
	defer s.gate.leave()
	found, err := s.fetchStories(ctx, []string{string(id)})
	if err == nil && len(found) == 0 {
		err = news.ErrNotFound
	}
	if err != nil {
		return news.Story{}, fail("story "+string(id), err)
	}
	return found[0], nil
}

// Article implements news.Archive in one round trip. Which shard has an article
// its ID does not tell, so each is asked.
func (s *remote) Article(ctx context.Context, id news.ArticleID) (news.Article, error) {
	if err := s.looking(); err != nil {
		return news.Article{}, fail("article "+string(id), err)
	}
	defer s.gate.leave()
	a, err := s.article(ctx, id)
	return a, fail("article "+string(id), err)
}

func (s *remote) article(ctx context.Context, id news.ArticleID) (news.Article, error) {
	cmds := make([]*redis.StringCmd, shards)
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range cmds {
			cmds[i] = p.Get(ctx, shard(i).article(string(id)))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return news.Article{}, err
	}
	for _, cmd := range cmds {
		text, err := cmd.Result()
		if errors.Is(err, redis.Nil) {
			continue
		}
		if err != nil {
			return news.Article{}, err
		}
		a, err := s.values.readArticle([]byte(text[min(len(text), placeSize):]))
		if leftOut(err, s.log) {
			break
		}
		return a, err
	}
	return news.Article{}, news.ErrNotFound
}

// fetchStories reads stories in one pipeline, and leaves out what is not there.
func (s *remote) fetchStories(ctx context.Context, ids []string) ([]news.Story, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cmds := make([]*redis.SliceCmd, len(ids))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			cmds[i] = p.HMGet(ctx, desk+"story:"+id, "revision", "body")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	stories := make([]news.Story, 0, len(ids))
	for _, cmd := range cmds {
		rev, ok := cmd.Val()[0].(string)
		body, there := cmd.Val()[1].(string)
		if !ok || !there {
			continue
		}
		n, err := strconv.ParseUint(rev, 10, 64)
		if err != nil {
			return nil, errDamaged
		}
		st, err := s.values.readStory([]byte(body), news.Revision(n))
		if leftOut(err, s.log) {
			continue
		}
		if err != nil {
			return nil, err
		}
		stories = append(stories, st)
	}
	return stories, nil
}

// Stories implements news.Archive: it walks one listing backwards, a page at a
// time, and keeps what stands in the others too.
func (s *remote) Stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	if err := s.looking(); err != nil {
		return nil, fail("stories", err)
	}
	defer s.gate.leave()
	list, err := s.stories(ctx, q)
	if err != nil {
		return nil, fail("stories", err)
	}
	return list, nil
}

func (s *remote) stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	sel := selects(q)
	from := "+"
	if !q.After.IsZero() {
		from = "(" + place(nanos(q.After.Filed)) + ":" + string(q.After.ID)
	}
	var list []news.Story
	for len(list) < sel.limit {
		count := sel.limit - len(list)
		if len(sel.also) > 0 {
			count = max(count, 4*pageSize)
		}
		page, err := s.client.ZRevRangeByLex(ctx, desk+"list:"+sel.walk, &redis.ZRangeBy{Max: from, Min: "-", Count: int64(count)}).Result()
		if err != nil || len(page) == 0 {
			return list, err
		}
		from = "(" + page[len(page)-1]
		ids, err := s.alsoIn(ctx, page, sel.also)
		if err != nil {
			return nil, err
		}
		found, err := s.fetchStories(ctx, ids[:min(len(ids), sel.limit-len(list))])
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
		if len(page) < count {
			break // the listing ends here
		}
	}
	return list, nil
}

// alsoIn returns the IDs of the members that stand in a listing of each group.
func (s *remote) alsoIn(ctx context.Context, members []string, groups [][]string) ([]string, error) {
	if len(groups) > 0 {
		var err error
		if members, err = s.keep(ctx, members, groups); err != nil {
			return nil, err
		}
	}
	ids := make([]string, len(members))
	for i, m := range members {
		_, ids[i] = splitMember(m)
	}
	return ids, nil
}

func (s *remote) keep(ctx context.Context, members []string, groups [][]string) ([]string, error) {
	scores := make([][]*redis.Cmd, len(groups))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for g, group := range groups {
			for _, list := range group {
				args := []any{"ZMSCORE", desk + "list:" + list}
				for _, m := range members {
					args = append(args, m)
				}
				scores[g] = append(scores[g], p.Do(ctx, args...))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var kept []string
	for i, m := range members {
		if slices.ContainsFunc(scores, func(group []*redis.Cmd) bool { return !inAny(group, i) }) {
			continue
		}
		kept = append(kept, m)
	}
	return kept, nil
}

// inAny reports whether the i-th member has a score in one of the answers.
func inAny(group []*redis.Cmd, i int) bool {
	return slices.ContainsFunc(group, func(cmd *redis.Cmd) bool {
		list, err := cmd.Slice()
		return err == nil && i < len(list) && list[i] != nil
	})
}

// Ledgers implements news.Archive in one round trip.
func (s *remote) Ledgers(ctx context.Context, ids ...news.SourceID) ([]news.Ledger, error) {
	if err := s.looking(); err != nil {
		return nil, fail("ledgers", err)
	}
	defer s.gate.leave()
	ledgers := make([]news.Ledger, len(ids))
	if len(ids) == 0 {
		return ledgers, nil
	}
	cmds := make([]*redis.StringCmd, len(ids))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			cmds[i] = p.Get(ctx, shardOf(id).ledger(string(id)))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fail("ledgers", err)
	}
	for i, cmd := range cmds {
		body, err := cmd.Bytes()
		if errors.Is(err, redis.Nil) {
			ledgers[i] = news.Ledger{Source: ids[i]}
			continue
		}
		if err == nil {
			ledgers[i], err = s.values.readLedger(body, ids[i])
		}
		if ledgers[i], err = begunAnew(ledgers[i], err, ids[i], s.log); err != nil {
			return nil, fail("ledgers", err)
		}
	}
	return ledgers, nil
}

// Changes implements news.Store. A story that is saved again while they are
// read comes once, in its later place.
func (s *remote) Changes(ctx context.Context, since news.Revision) iter.Seq2[news.Story, error] {
	return pages(func(after *news.Story) ([]news.Story, error) {
		from := beyond(revPlace(since))
		if after != nil {
			from = "(" + revPlace(after.Revision) + ":" + string(after.ID)
		}
		page, err := s.changes(ctx, from)
		return page, fail("changes", err)
	})
}

// changes reads the next page that holds anything.
func (s *remote) changes(ctx context.Context, from string) ([]news.Story, error) {
	if err := s.looking(); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	for {
		members, err := s.client.ZRangeByLex(ctx, desk+"changes", &redis.ZRangeBy{Min: from, Max: "+", Count: pageSize}).Result()
		if err != nil || len(members) == 0 {
			return nil, err
		}
		from = "(" + members[len(members)-1]
		told := map[string]bool{}
		ids := make([]string, len(members))
		for i, m := range members {
			told[m] = true
			_, ids[i] = splitMember(m)
		}
		page, err := s.fetchStories(ctx, ids)
		if err != nil {
			return nil, err
		}
		page = slices.DeleteFunc(page, func(st news.Story) bool { return !told[revPlace(st.Revision)+":"+string(st.ID)] })
		if len(page) > 0 {
			return page, nil
		}
	}
}

// Articles implements news.Store: it merges the shards by the time of archiving.
func (s *remote) Articles(ctx context.Context, since time.Time) iter.Seq2[news.Article, error] {
	return func(yield func(news.Article, error) bool) {
		feeds := make([]articleFeed, shards)
		for i := range feeds {
			feeds[i] = articleFeed{shard: shard(i), from: "[" + place(nanos(since))}
		}
		for {
			next, err := s.oldest(ctx, feeds)
			if err != nil {
				yield(news.Article{}, fail("articles", err))
				return
			}
			if next == nil || !yield(next.take().Article, nil) {
				return
			}
		}
	}
}

// articleFeed is the archive of one shard as it is read: a page ahead.
type articleFeed struct {
	shard shard
	from  string
	ahead []archivedArticle
	ended bool
}

// archivedArticle is an article with its place in the archive.
type archivedArticle struct {
	at string
	news.Article
}

func (f *articleFeed) take() archivedArticle {
	a := f.ahead[0]
	f.ahead = f.ahead[1:]
	return a
}

// oldest returns the feed whose next article was archived first; nil: all ended.
func (s *remote) oldest(ctx context.Context, feeds []articleFeed) (*articleFeed, error) {
	var first *articleFeed
	for i := range feeds {
		f := &feeds[i]
		for len(f.ahead) == 0 && !f.ended {
			if err := s.readAhead(ctx, f); err != nil {
				return nil, err
			}
		}
		if len(f.ahead) == 0 {
			continue
		}
		if first == nil || before(&f.ahead[0], &first.ahead[0]) {
			first = f
		}
	}
	return first, nil
}

func before(a, b *archivedArticle) bool {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.ID, b.ID)) < 0
}

func (s *remote) readAhead(ctx context.Context, f *articleFeed) error {
	if err := s.looking(); err != nil {
		return err
	}
	defer s.gate.leave()
	members, err := s.client.ZRangeByLex(ctx, f.shard.key("articles"), &redis.ZRangeBy{Min: f.from, Max: "+", Count: pageSize}).Result()
	if err != nil {
		return err
	}
	if len(members) == 0 {
		f.ended = true
		return nil
	}
	f.from = "(" + members[len(members)-1]
	keys := make([]string, len(members))
	for i, m := range members {
		_, id := splitMember(m)
		keys[i] = f.shard.article(id)
	}
	bodies, err := s.client.MGet(ctx, keys...).Result()
	if err != nil {
		return err
	}
	for i, b := range bodies {
		at, _ := splitMember(members[i])
		text, ok := b.(string)
		if !ok || !strings.HasPrefix(text, at) {
			continue // forgotten or archived anew since the page was read
		}
		a, err := s.values.readArticle([]byte(text[len(at):]))
		if leftOut(err, s.log) {
			continue
		}
		if err != nil {
			return err
		}
		f.ahead = append(f.ahead, archivedArticle{at, a})
	}
	return nil
}
