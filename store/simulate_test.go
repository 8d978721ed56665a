package store

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"dateline/news"
)

// TestSimulateManySources drives claims and quiet commits against a real Redis
// with DATELINE_SIMULATE sources enrolled and with a thousand, and prints what
// each costs. It compares times, so it runs only where it is asked for.
func TestSimulateManySources(t *testing.T) {
	text := os.Getenv("DATELINE_SIMULATE")
	if text == "" {
		t.Skip("DATELINE_SIMULATE is not set: make simulate sets it to 1000000")
	}
	many, err := strconv.Atoi(text)
	if err != nil || many < 1000 {
		t.Fatalf("DATELINE_SIMULATE=%q is not a number from 1000", text)
	}
	few, lots := simulate(t, 1000), simulate(t, many)
	t.Logf("%9d enrolled: claim of 8 %v, quiet commit %v, %d bytes a source", 1000, few.claim, few.commit, few.bytes)
	t.Logf("%9d enrolled: claim of 8 %v, quiet commit %v, %d bytes a source", many, lots.claim, lots.commit, lots.bytes)
	t.Logf("ratio of the claims: %.2f, of the commits: %.2f", float64(lots.claim)/float64(few.claim), float64(lots.commit)/float64(few.commit))
}

// cost is the median time of each call, and the memory of a source.
type cost struct {
	claim, commit time.Duration
	bytes         int64
}

func simulate(t *testing.T, n int) cost {
	s := openStore(t, startRedis(t), Options{}).(*remote)
	ids := make([]news.SourceID, n)
	for i := range ids {
		ids[i] = news.SourceID(fmt.Sprintf("outlet-%07d", i))
	}
	before, err := s.usedMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Enrol(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	var claims, commits []time.Duration
	const rounds = 2000
	now := noon
	for range rounds {
		began := time.Now()
		got, err := s.Claim(t.Context(), now, time.Minute, 8)
		claims = append(claims, time.Since(began))
		if err != nil || len(got) == 0 {
			t.Fatal(len(got), err)
		}
		for _, l := range got {
			l.Poll = news.Poll{At: now, Due: now.Add(time.Second), Status: 304, ETag: `"5f3a"`, Success: now, Format: "rss 2.0", Title: "Harbour Herald"}
			l.Marks = marks(30, noon)
			began := time.Now()
			if _, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: now}); err != nil {
				t.Fatal(err)
			}
			commits = append(commits, time.Since(began))
		}
		now = now.Add(time.Second)
	}
	after, err := s.usedMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cost{median(claims), median(commits), (after - before) / int64(n)}
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2].Round(time.Microsecond)
}
