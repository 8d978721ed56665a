package store

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"dateline/news"
)

// bothStores runs a benchmark on the embedded file and on Redis.
func bothStores(b *testing.B, run func(b *testing.B, s news.Store)) {
	b.Run("embedded", func(b *testing.B) {
		run(b, openStore(b, filepath.Join(b.TempDir(), "dateline.db"), Options{}))
	})
	b.Run("redis", func(b *testing.B) { run(b, openStore(b, startRedis(b), Options{})) })
}

// enrolMany enrols n sources, none due before noon plus an hour, and returns
// their IDs.
func enrolMany(b *testing.B, s news.Store, n int) []news.SourceID {
	b.Helper()
	ids := make([]news.SourceID, n)
	for i := range ids {
		ids[i] = news.SourceID(fmt.Sprintf("outlet-%06d", i))
	}
	ctx := context.Background()
	if err := s.Enrol(ctx, ids); err != nil {
		b.Fatal(err)
	}
	for {
		got, err := s.Claim(ctx, noon, time.Hour, 20000)
		if err != nil {
			b.Fatal(err)
		}
		if len(got) == 0 {
			return ids
		}
	}
}

func BenchmarkClaimNoneDue(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprintf("enrolled=%d", n), func(b *testing.B) {
			bothStores(b, func(b *testing.B, s news.Store) {
				enrolMany(b, s, n)
				for b.Loop() {
					if got, err := s.Claim(b.Context(), noon, time.Minute, 8); err != nil || len(got) > 0 {
						b.Fatal(len(got), err)
					}
				}
			})
		})
	}
}

func BenchmarkClaimEightDue(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprintf("enrolled=%d", n), func(b *testing.B) {
			bothStores(b, func(b *testing.B, s news.Store) {
				enrolMany(b, s, n)
				now := noon.Add(time.Hour)
				for b.Loop() { // each claim moves eight to the end
					got, err := s.Claim(b.Context(), now, time.Hour, 8)
					if err != nil {
						b.Fatal(err)
					}
					if len(got) < 8 {
						now = now.Add(time.Hour)
					}
				}
			})
		})
	}
}

// prose is text that compresses about as well as copy does.
func prose(n int) string {
	words := []string{"harvest", "minister", "port", "grain", "talks", "border", "said", "the", "of", "on", "Monday", "export", "envoy", "rail"}
	var b []byte
	for i := n * 7919; len(b) < 3000; i = i*1103515245 + 12345 {
		b = append(append(b, words[uint(i>>16)%uint(len(words))]...), ' ')
	}
	return string(b)
}

func copyOf(n int) news.Article {
	it := news.Item{GUID: fmt.Sprint(n)}
	return news.Article{
		ID: news.ItemKey("a", &it).ArticleID(), Source: "a", Outlet: "Harbour Herald", GUID: it.GUID, Link: fmt.Sprintf("https://herald.example/%d", n),
		Headline: prose(n)[:80], Lede: prose(n)[:200], Body: []news.Block{{Text: prose(n)}}, Lang: "en", Filed: noon.Add(time.Duration(n) * time.Second),
	}
}

func BenchmarkCommitThirty(b *testing.B) {
	bothStores(b, func(b *testing.B, s news.Store) {
		enrolMany(b, s, 1)
		now, n := noon, 0
		for b.Loop() {
			b.StopTimer()
			now = now.Add(time.Hour)
			in := claimed(b, s, now)
			for range 30 {
				a := copyOf(n)
				n++
				in.Articles = append(in.Articles, a)
				in.Stories = append(in.Stories, news.Story{ID: news.StoryID(a.ID), Articles: []news.Article{a}, Topics: []news.TopicID{"grain"}, Filed: a.Filed})
			}
			b.StartTimer()
			if _, err := s.Commit(b.Context(), in); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func claimed(b *testing.B, s news.Store, now time.Time) news.Intake {
	b.Helper()
	base, err := s.Revision(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	got, err := s.Claim(b.Context(), now, time.Minute, 1)
	if err != nil || len(got) != 1 {
		b.Fatal(len(got), err)
	}
	l := got[0]
	l.Poll = news.Poll{At: now, Due: now.Add(time.Minute), Status: 304, ETag: `"5f3a"`, Success: now, Fresh: now, Format: "rss 2.0", Title: "Harbour Herald"}
	l.Marks = marks(30, now)
	return news.Intake{Ledger: l, Base: base, At: now}
}

func marks(n int, now time.Time) []news.Mark {
	list := make([]news.Mark, n)
	for i := range list {
		k := news.ItemKey("a", &news.Item{GUID: fmt.Sprint(i)})
		list[i] = news.Mark{Key: k, Article: k.ArticleID(), Link: news.Sum64("l", fmt.Sprint(i)), Text: news.Sum64("t", fmt.Sprint(i)),
			Seen: now, Filed: now.Add(-time.Duration(i) * 17 * time.Minute)}
	}
	return list
}

func BenchmarkQuietPoll(b *testing.B) {
	bothStores(b, func(b *testing.B, s news.Store) {
		enrolMany(b, s, 1)
		now := noon
		for b.Loop() {
			now = now.Add(time.Hour)
			if _, err := s.Commit(b.Context(), claimed(b, s, now)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkQuietPolls has sixteen workers poll at once, as the desk does.
func BenchmarkQuietPolls(b *testing.B) {
	bothStores(b, func(b *testing.B, s news.Store) {
		const workers = 16
		enrolMany(b, s, workers)
		now := noon
		for b.Loop() {
			now = now.Add(time.Hour)
			ledgers, err := s.Claim(b.Context(), now, time.Minute, workers)
			if err != nil || len(ledgers) != workers {
				b.Fatal(len(ledgers), err)
			}
			var polls sync.WaitGroup
			for _, l := range ledgers {
				l.Poll = news.Poll{At: now, Due: now.Add(time.Minute), Status: 304, ETag: `"5f3a"`, Success: now, Fresh: now, Format: "rss 2.0", Title: "Harbour Herald"}
				l.Marks = marks(30, now)
				polls.Go(func() {
					if _, err := s.Commit(b.Context(), news.Intake{Ledger: l, At: now}); err != nil {
						b.Error(err)
					}
				})
			}
			polls.Wait()
		}
	})
}

func BenchmarkList(b *testing.B) {
	bothStores(b, func(b *testing.B, s news.Store) {
		var stories []news.Story
		for n := range 5000 {
			a := copyOf(n)
			stories = append(stories, news.Story{ID: news.StoryID(a.ID), Articles: []news.Article{a}, Topics: []news.TopicID{"grain"}, Filed: a.Filed})
		}
		if _, err := s.Commit(b.Context(), news.Intake{Stories: stories}); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if got, err := s.Stories(b.Context(), news.Query{Topic: "grain"}); err != nil || len(got) != news.DefaultLimit {
				b.Fatal(len(got), err)
			}
		}
	})
}

func BenchmarkValues(b *testing.B) {
	v := newTestValues(b)
	a := copyOf(1)
	article, _ := v.article(&a)
	l := news.Ledger{Source: "a", Poll: news.Poll{At: noon, Due: noon, ETag: `"5f3a"`, Title: "Harbour Herald"}, Marks: marks(30, noon)}
	ledger, _ := v.ledger(l)
	for _, c := range []struct {
		name string
		size int
		run  func() error
	}{
		{"WriteArticle", len(article), func() error { _, err := v.article(&a); return err }},
		{"ReadArticle", len(article), func() error { _, err := v.readArticle(article); return err }},
		{"WriteLedger", len(ledger), func() error { _, err := v.ledger(l); return err }},
		{"ReadLedger", len(ledger), func() error { _, err := v.readLedger(ledger, "a"); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(c.size), "bytes")
		})
	}
}
