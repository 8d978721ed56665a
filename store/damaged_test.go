package store

import (
	"errors"
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
				if err := s.client.Set(t.Context(), shardOf(news.SourceID(id)).ledger(id), "\x01\xff\xff", 0).Err(); err != nil {
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

// Nor must one damaged story or article hide the others, or keep its story from
// being written again.
func TestDamagedStoryIsNotThere(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (news.Store, func()){
		"embedded": func(t *testing.T) (news.Store, func()) {
			s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}).(*embedded)
			return s, func() {
				for _, table := range []string{"stories", "articles"} {
					if _, err := s.write.Exec("UPDATE " + table + " SET body = x'01ffff' WHERE id = 'a'"); err != nil {
						t.Fatal(err)
					}
				}
			}
		},
		"redis": func(t *testing.T) (news.Store, func()) {
			s := openStore(t, startRedis(t), Options{}).(*remote)
			return s, func() {
				if err := s.client.HSet(t.Context(), desk+"story:a", "body", "\x01\xff\xff").Err(); err != nil {
					t.Fatal(err)
				}
				key := shardOf(oneStory("a").Articles[0].Source).key("article:a")
				if err := s.client.SetRange(t.Context(), key, 16, "\x09").Err(); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, damage := open(t)
			both := []news.Story{oneStory("a"), oneStory("b")}
			in := news.Intake{Stories: both, Articles: []news.Article{both[0].Articles[0], both[1].Articles[0]}}
			if _, err := s.Commit(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			damage()
			if _, err := s.Story(t.Context(), "a"); !errors.Is(err, news.ErrNotFound) {
				t.Errorf("got %v, want it not found", err)
			}
			list, err := s.Stories(t.Context(), news.Query{})
			if err != nil || len(list) != 1 || list[0].ID != "b" {
				t.Errorf("listed %d, %v; want the other", len(list), err)
			}
			changed, archived := 0, 0
			for _, err := range s.Changes(t.Context(), 0) {
				if changed++; err != nil {
					t.Error(err)
				}
			}
			for _, err := range s.Articles(t.Context(), time.Time{}) {
				if archived++; err != nil {
					t.Error(err)
				}
			}
			if changed != 1 || archived != 1 {
				t.Errorf("%d changes and %d articles, want the other's", changed, archived)
			}
			in.Base = 1
			if _, err := s.Commit(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Story(t.Context(), "a"); err != nil {
				t.Errorf("written again: %v", err)
			}
		})
	}
}

// A store of the version before is taken over, and marked so that the version
// before does not take it back.
func TestOlderStoreIsUpgraded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	old := openStore(t, file, Options{}).(*embedded)
	archived(t, old, 3, 1, copyOf)
	if _, err := old.write.ExecContext(t.Context(), "ALTER TABLE articles DROP COLUMN bundle; DROP TABLE bundles; PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	old.Close()
	wantArticles := func(s news.Store, want int) {
		t.Helper()
		n := 0
		for _, err := range s.Articles(t.Context(), noon) {
			if n++; err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Article(t.Context(), copyOf(1).ID); n != want || err != nil {
			t.Errorf("%d articles, %v; want %d", n, err, want)
		}
	}
	looker := openStore(t, file, Options{ReadOnly: true})
	wantArticles(looker, 3)
	looker.Close()
	s := openStore(t, file, Options{})
	wantArticles(s, 3)
	archived(t, s, 1, 10, copyOf)
	wantArticles(s, 10)
	var version int
	if err := s.(*embedded).read.QueryRowContext(t.Context(), "PRAGMA user_version").Scan(&version); err != nil || version != Version {
		t.Errorf("the file is of version %d, %v; want %d", version, err, Version)
	}

	address := startRedis(t)
	r := openStore(t, address, Options{}).(*remote)
	if err := r.client.Set(t.Context(), desk+"version", 1, 0).Err(); err != nil {
		t.Fatal(err)
	}
	openStore(t, address, Options{})
	if got, err := r.client.Get(t.Context(), desk+"version").Int(); err != nil || got != Version {
		t.Errorf("the database is of version %d, %v; want %d", got, err, Version)
	}
}
