package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/redistest"
	"dateline/store/storetest"

	"github.com/redis/go-redis/v9"
)

func TestRedisClusterKeepsTheContract(t *testing.T) {
	c := redistest.StartCluster(t, 3)
	storetest.Run(t, func(t *testing.T) news.Store {
		for _, s := range c.Masters() {
			s.Tell("FLUSHALL")
		}
		return openStore(t, c.Address(), Options{})
	})
}

// traffic is several processes that file stories through a cluster, each again
// and again until it is told to stop, and note what was acknowledged.
type traffic struct {
	t    *testing.T
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu    sync.Mutex // guards filed
	filed map[news.StoryID]news.Revision
}

func startTraffic(t *testing.T, address string, writers int) *traffic {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	tr := &traffic{t: t, stop: stop, filed: map[news.StoryID]news.Revision{}}
	t.Cleanup(func() { stop(); tr.wg.Wait() })
	var ids []news.SourceID
	for i := range 4 * writers {
		ids = append(ids, news.SourceID(fmt.Sprint("source-", i)))
	}
	if err := openStore(t, address, Options{}).Enrol(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	for w := range writers {
		s := openStore(t, address, Options{})
		tr.wg.Go(func() {
			pace := time.NewTicker(20 * time.Millisecond) // what moves must not be outgrown
			defer pace.Stop()
			for n := 0; ctx.Err() == nil; n++ {
				tr.file(ctx, s, fmt.Sprintf("story-%d-%d", w, n))
				<-pace.C
			}
		})
	}
	return tr
}

// file claims a source and files a story for it, and again those that were
// lost, as the desk does. What fails on the way is done again by the next.
func (tr *traffic) file(ctx context.Context, s news.Store, name string) {
	claimed, err := s.Claim(ctx, time.Now(), time.Second, 1)
	if err != nil || len(claimed) == 0 {
		return
	}
	l := claimed[0]
	st := oneStory(news.StoryID(name))
	st.Articles[0].Source, st.Articles[0].Topics = l.Source, st.Topics
	in := news.Intake{Stories: append(filedAgain(l), st), Articles: st.Articles, At: noon}
	l.Poll = news.Poll{At: time.Now(), Due: time.Now(), Success: noon}
	l.Marks = append(l.Marks, news.Mark{Key: news.Key{1}, Article: news.ArticleID(name), Seen: noon, Filed: noon})
	in.Ledger = l
	for err = news.ErrStale; errors.Is(err, news.ErrStale) && ctx.Err() == nil; {
		if in.Base, err = s.Revision(ctx, ""); err == nil {
			in.Base, err = s.Commit(ctx, in)
		}
	}
	if err == nil {
		tr.mu.Lock()
		tr.filed[st.ID] = in.Base
		tr.mu.Unlock()
	}
}

// filedAgain are the stories of the articles that a claim found adrift.
func filedAgain(l news.Ledger) []news.Story {
	var lost []news.Story
	for _, a := range l.Adrift {
		lost = append(lost, news.Story{ID: news.StoryID(a.ID), Articles: []news.Article{a}, Topics: a.Topics, Filed: a.Filed})
	}
	return lost
}

func (tr *traffic) count() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return len(tr.filed)
}

// goOn waits until more was filed: the traffic got through.
func (tr *traffic) goOn(more int) {
	tr.t.Helper()
	from := tr.count()
	for deadline := time.Now().Add(2 * time.Minute); tr.count() < from+more; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			tr.t.Fatalf("only %d of %d stories were filed", tr.count()-from, more)
		}
	}
}

func (tr *traffic) end() {
	tr.stop()
	tr.wg.Wait()
}

// listed are the stories of a store, by all of its pages.
func listed(t *testing.T, s news.Store) map[news.StoryID]news.Revision {
	t.Helper()
	all := map[news.StoryID]news.Revision{}
	for after := (news.Cursor{}); ; {
		page, err := s.Stories(t.Context(), news.Query{Topic: "x", After: after, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		for _, st := range page {
			all[st.ID] = st.Revision
		}
		after = news.Cursor{Filed: page[len(page)-1].Filed, ID: page[len(page)-1].ID}
	}
}

// Slots that move while polls are claimed and filed lose nothing and let
// everything through in the end.
func TestSlotsMoveUnderLoad(t *testing.T) {
	c := redistest.StartCluster(t, 3)
	tr := startTraffic(t, c.Address(), 3)
	tr.goOn(20)
	for _, key := range []string{desk, shardOf("source-1").String(), desk} {
		steps := 0
		c.MoveSlot(key, func() {
			if steps++; steps <= 3 {
				time.Sleep(50 * time.Millisecond) // long enough for commands to meet a slot that is half here and half there
			}
		})
		tr.goOn(10)
	}
	tr.end()
	s := openStore(t, c.Address(), Options{ReadOnly: true})
	all, revisions := listed(t, s), map[news.Revision]news.StoryID{}
	for id, rev := range tr.filed {
		if all[id] != rev {
			t.Errorf("%s was filed at revision %d and is listed at %d", id, rev, all[id])
		}
		if other, twice := revisions[rev]; twice {
			t.Errorf("%s and %s have one revision, %d", id, other, rev)
		}
		revisions[rev] = id
	}
	told := 0
	for _, err := range s.Changes(t.Context(), 0) {
		if told++; err != nil {
			t.Fatal(err)
		}
	}
	if told != len(all) {
		t.Errorf("%d of %d stories are among the changes", told, len(all))
	}
}

// A master that dies may lose the last moments of its slots, and the masters of
// other slots keep theirs: stories without their ledgers, and ledgers without
// their stories. After one more poll no ledger vouches for a story that is not
// there.
func TestNoLedgerOutlivesItsStories(t *testing.T) {
	c := redistest.StartCluster(t, 3)
	tr := startTraffic(t, c.Address(), 3)
	tr.goOn(20)
	for _, key := range []string{desk, shardOf("source-1").String(), desk} {
		c.LoseMaster(key, func() { tr.goOn(5) })
		tr.goOn(10)
	}
	tr.end()
	s := openStore(t, c.Address(), Options{})
	vouched, adrift := map[news.StoryID]bool{}, 0
	for later := time.Now().Add(time.Minute); ; {
		claimed, err := s.Claim(t.Context(), later, time.Hour, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(claimed) == 0 {
			break
		}
		for _, l := range claimed {
			adrift += len(l.Adrift)
			for _, m := range l.Marks {
				vouched[news.StoryID(m.Article)] = true
			}
			in := news.Intake{Ledger: l, Stories: filedAgain(l), At: later}
			in.Ledger.Poll.Due = later.Add(time.Hour)
			if in.Base, err = s.Revision(t.Context(), ""); err == nil {
				_, err = s.Commit(t.Context(), in)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	all := listed(t, s)
	for id := range vouched {
		if all[id] == 0 {
			t.Errorf("%s is vouched for and not there", id)
		}
	}
	t.Logf("%d stories filed, %d there, %d vouched for, %d filed again at the end", tr.count(), len(all), len(vouched), adrift)
}

// A command that is turned away for the time being is sent again, alone, and
// what stands beside it in the pipeline is not.
func TestWhatIsTurnedAwayIsSentAgain(t *testing.T) {
	for _, refused := range []string{"TRYAGAIN Multiple keys request during rehashing of slot", "CLUSTERDOWN The cluster is down",
		"LOADING Redis is loading the dataset in memory", "READONLY You can't write against a read only replica.", "MASTERDOWN Link with MASTER is down",
		"ERR Error running script: Script attempted to access a non local key in a cluster node"} {
		s := openStore(t, startRedis(t), Options{}).(*remote)
		turns := 0
		s.client.AddHook(turningAway(func(cmd redis.Cmder) error {
			if cmd.Name() == "incr" && strings.Contains(cmd.String(), "second") {
				if turns++; turns <= 3 {
					return redisError(refused)
				}
			}
			return nil
		}))
		var first, second *redis.IntCmd
		_, err := s.client.Pipelined(t.Context(), func(p redis.Pipeliner) error {
			first, second = p.Incr(t.Context(), "first"), p.Incr(t.Context(), "second")
			return nil
		})
		if err != nil || first.Val() != 1 || second.Val() != 1 || turns != 4 {
			t.Errorf("%s: %d and %d, %v, after %d turns", refused, first.Val(), second.Val(), err, turns)
		}
		if n, err := s.client.Incr(t.Context(), "second").Result(); n != 2 || err != nil {
			t.Errorf("%s: got %d, %v", refused, n, err)
		}
	}
}

// redisError is an error as a server sends it.
type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

// turningAway answers some commands in the server's place.
type turningAway func(redis.Cmder) error

func (turningAway) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h turningAway) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := h(cmd); err != nil {
			cmd.SetErr(err)
			return err
		}
		return next(ctx, cmd)
	}
}

func (h turningAway) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		var through []redis.Cmder
		for _, cmd := range cmds {
			if err := h(cmd); err != nil {
				cmd.SetErr(err)
			} else {
				through = append(through, cmd)
			}
		}
		if len(through) > 0 {
			if err := next(ctx, through); err != nil {
				return err
			}
		}
		return firstError(cmds)
	}
}
