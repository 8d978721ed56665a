package store

import (
	"path/filepath"
	"testing"
	"time"

	"dateline/news"
)

// One damaged ledger must not keep all other sources from being claimed.
func TestDamagedLedgerIsBegunAnew(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (news.Store, func(id string)){
		"embedded": func(t *testing.T) (news.Store, func(string)) {
			s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}).(*embedded)
			return s, func(id string) {
				if _, err := s.write.Exec("UPDATE ledgers SET body = x'01ffff' WHERE source = ?", id); err != nil {
					t.Fatal(err)
				}
			}
		},
		"redis": func(t *testing.T) (news.Store, func(string)) {
			s := openStore(t, startRedis(t), Options{}).(*remote)
			return s, func(id string) {
				if err := s.client.Set(t.Context(), shardOf(news.SourceID(id)).key("ledger:"+id), "\x01\xff\xff", 0).Err(); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, damage := open(t)
			if err := s.Enrol(t.Context(), []news.SourceID{"a", "b"}); err != nil {
				t.Fatal(err)
			}
			for round := range 2 {
				got, err := s.Claim(t.Context(), noon, time.Minute, 2)
				if err != nil || len(got) != 2 {
					t.Fatalf("claimed %d, %v; want both", len(got), err)
				}
				if round == 1 {
					if !got[0].Poll.Success.IsZero() || got[1].Poll.Success.IsZero() {
						t.Errorf("got %+v, want only the first begun anew", got)
					}
				}
				for _, l := range got {
					l.Poll = news.Poll{At: noon, Success: noon, Due: noon}
					if _, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon}); err != nil {
						t.Fatal(err)
					}
				}
				damage("a")
			}
		})
	}
}
