package store

import (
	"fmt"
	"testing"
	"time"

	"dateline/news"
)

// sourceBar is what the ledger of a quiet source may take of Redis.
const sourceBar = 1200 // bytes of MEMORY USAGE, with 30 marks

func TestQuietSourceIsSmallInRedis(t *testing.T) {
	s := openStore(t, startRedis(t), Options{}).(*remote)
	const n = 2000
	ids := make([]news.SourceID, n)
	for i := range ids {
		ids[i] = news.SourceID(fmt.Sprintf("outlet-%06d", i))
	}
	before, err := s.usedMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Enrol(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	claimed, err := s.Claim(t.Context(), noon, time.Second, n)
	if err != nil || len(claimed) != n {
		t.Fatal(len(claimed), err)
	}
	for i, l := range claimed {
		l.Poll = news.Poll{At: noon, Due: noon, Status: 304, ETag: fmt.Sprintf(`"5f3a-%x"`, news.Sum64("e", fmt.Sprint(i))), LastModified: "Sun, 01 Mar 2026 11:52:07 GMT",
			Sum: news.Sum64("s", fmt.Sprint(i)), Feed: fmt.Sprintf("https://outlet-%06d.example/news/world/rss.xml", i), Success: noon, Fresh: noon,
			Format: "rss 2.0", Title: fmt.Sprintf("Outlet %d, world news", i), Home: fmt.Sprintf("https://outlet-%06d.example/", i), Items: 30}
		for m := range 30 {
			k := news.ItemKey(l.Source, &news.Item{GUID: fmt.Sprint(m)})
			seed := fmt.Sprint(i, m)
			l.Marks = append(l.Marks, news.Mark{Key: k, Article: k.ArticleID(), Link: seedOf(seed), Text: news.Sum64("t", seed), Seen: noon,
				Filed: noon.Add(-time.Duration(m*17+int(seedOf(seed)%13)) * time.Minute)})
		}
		if _, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon}); err != nil {
			t.Fatal(err)
		}
	}
	var sum int64
	for _, id := range ids {
		bytes, err := s.client.MemoryUsage(t.Context(), shardOf(id).ledger(string(id)), 0).Result()
		if err != nil {
			t.Fatal(err)
		}
		sum += bytes
	}
	after, err := s.usedMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a source: %d bytes of used_memory, of which its ledger %d by MEMORY USAGE", (after-before)/n, sum/n)
	if each := sum / n; each > sourceBar {
		t.Errorf("the ledger of a quiet source takes %d bytes; want at most %d", each, sourceBar)
	}
}

func seedOf(s string) uint64 { return news.Sum64("l", s) }
