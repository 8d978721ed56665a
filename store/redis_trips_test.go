package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// trips counts round trips: a command alone, or a pipeline.
type trips struct {
	count int
	slots map[string]int // round trips by the hash tag of what they touch
}

func (*trips) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.see([]redis.Cmder{cmd})
		return next(ctx, cmd)
	}
}

func (c *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.see(cmds)
		return next(ctx, cmds)
	}
}

func (c *trips) see(cmds []redis.Cmder) {
	c.count++
	touched := map[string]bool{}
	for _, cmd := range cmds {
		for _, arg := range cmd.Args() {
			if key, ok := arg.(string); ok && strings.HasPrefix(key, "{") {
				tag, _, _ := strings.Cut(key, "}")
				touched[tag] = true
				break
			}
		}
	}
	for tag := range touched {
		c.slots[tag]++
	}
}

// of counts the round trips of an act, in all and the most to one slot.
func (c *trips) of(act func()) (all, most int) {
	c.count, c.slots = 0, map[string]int{}
	act()
	for _, n := range c.slots {
		most = max(most, n)
	}
	return c.count, most
}

// What docs/redis.md says that calls cost is what they cost.
func TestRoundTrips(t *testing.T) {
	s := openStore(t, startRedis(t), Options{}).(*remote)
	ids := make([]news.SourceID, 40)
	for i := range ids {
		ids[i] = news.SourceID(strings.Repeat("s", i+1))
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(s.Enrol(t.Context(), ids))
	_, err := s.Claim(t.Context(), noon, time.Hour, len(ids)) // and the scripts are known
	check(err)
	c := &trips{}
	s.client.AddHook(c)
	want := func(what string, wantAll, wantMost int, act func()) {
		t.Helper()
		if all, most := c.of(act); all != wantAll || most != wantMost {
			t.Errorf("%s: %d round trips, %d to one slot; want %d and %d", what, all, most, wantAll, wantMost)
		}
	}
	later := noon.Add(time.Hour)
	want("next due", 1, 1, func() { _, err = s.NextDue(t.Context()); check(err) })
	var claimed []news.Ledger
	want("a claim after that", 1, 1, func() { claimed, err = s.Claim(t.Context(), later, time.Hour, 8); check(err) })
	if len(claimed) != 8 {
		t.Fatalf("claimed %d, want 8", len(claimed))
	}
	want("a claim without it", 2, 2, func() { _, err = s.Claim(t.Context(), later, time.Hour, 8); check(err) })
	_, err = s.Commit(t.Context(), news.Intake{Ledger: claimed[0], At: later})
	check(err)
	want("a quiet commit", 1, 1, func() { _, err = s.Commit(t.Context(), news.Intake{Ledger: claimed[1], At: later}); check(err) })
	st := oneStory("s")
	st.Articles[0].Source = claimed[2].Source
	in := news.Intake{Ledger: claimed[2], Stories: []news.Story{st}, Articles: st.Articles, At: later}
	_, err = s.Commit(t.Context(), in)
	check(err)
	in.Ledger, in.Base = claimed[3], 1
	in.Articles[0].Source = claimed[3].Source
	want("a commit of stories", 3, 2, func() { _, err = s.Commit(t.Context(), in); check(err) })
	want("the ledgers of many", 1, 1, func() { _, err = s.Ledgers(t.Context(), ids...); check(err) })
	want("a revision", 1, 1, func() { _, err = s.Revision(t.Context(), "x"); check(err) })
	want("a letter left", 1, 1, func() {
		check(s.Leave(t.Context(), "s", news.Letter{Came: true, Body: []byte("x"), Token: "x", Until: later}))
	})
	want("letters collected", 1, 1, func() { _, err = s.Collect(t.Context(), "s"); check(err) })
	want("a listing", 2, 2, func() { _, err = s.Stories(t.Context(), news.Query{Topic: "x"}); check(err) })
}

// Sources that NextDue saw are claimed in order though others took some, and
// what it did not see is claimed by the next.
func TestClaimGoesByWhatNextDueSaw(t *testing.T) {
	address := startRedis(t)
	one, two := openStore(t, address, Options{}), openStore(t, address, Options{})
	if err := one.Enrol(t.Context(), []news.SourceID{"a", "b", "c"}); err != nil {
		t.Fatal(err)
	}
	claim := func(s news.Store, n int) string {
		t.Helper()
		got, err := s.Claim(t.Context(), noon, time.Hour, n)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, l := range got {
			ids = append(ids, string(l.Source))
		}
		return strings.Join(ids, " ")
	}
	look := func(s news.Store) {
		t.Helper()
		if _, err := s.NextDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look(one)
	look(two)
	if got := claim(two, 1); got != "a" {
		t.Errorf("claimed %q, want a", got)
	}
	if got := claim(one, 3); got != "b c" {
		t.Errorf("claimed %q, want what is left of what it saw", got)
	}
	look(two)
	if err := one.Enrol(t.Context(), []news.SourceID{"a", "b", "c", "d"}); err != nil {
		t.Fatal(err)
	}
	if got := claim(two, 3); got != "d" {
		t.Errorf("claimed %q, want the one that came after it looked", got)
	}
}
