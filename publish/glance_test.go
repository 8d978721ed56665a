package publish

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dateline/news"
)

// asked is an archive whose revision is asked for, and may be long in coming.
type asked struct {
	*memory
	times atomic.Int64
	takes time.Duration
}

func (a *asked) Revision(ctx context.Context, topic news.TopicID) (news.Revision, error) {
	a.times.Add(1)
	time.Sleep(a.takes)
	return a.memory.Revision(ctx, topic)
}

// Many requests cost the archive one question; and while it is long in
// answering, others go by what was known.
func TestRevisionIsAskedOnceForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &asked{memory: &memory{revision: 7}}
		s, err := New(a, testMasthead(), Options{Trust: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		want := func(what string, revision news.Revision, asked int64, patience time.Duration) {
			t.Helper()
			got, err := s.revision(t.Context(), "grain", patience)
			if got != revision || err != nil || a.times.Load() != asked {
				t.Errorf("%s: got %d after %d questions, %v; want %d after %d", what, got, a.times.Load(), err, revision, asked)
			}
		}
		want("at first", 7, 1, 0)
		a.change(func() {})
		want("at once", 7, 1, 0)
		want("by who must know", 8, 2, -1)
		time.Sleep(10 * time.Millisecond)
		want("after the time of trust", 8, 3, 0)

		a.change(func() {})
		a.takes = 3 * time.Second
		time.Sleep(time.Second)
		go s.revision(t.Context(), "grain", 0)
		synctest.Wait()
		want("while somebody asks", 8, 4, 0)
		time.Sleep(2 * time.Second)
		want("while he has asked for long", 9, 5, 0)

		a.takes, a.away = 0, true
		time.Sleep(time.Second)
		for range 2 {
			if _, err := s.revision(t.Context(), "grain", 0); !errors.Is(err, errAway) {
				t.Errorf("without the archive: %v", err)
			}
		}
	})
}
