package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/storetest"
)

// One damaged ledger must not keep all other sources from being claimed.
func TestDamagedLedgerIsBegunAnew(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (news.Store, func(id string)){
		"embedded": func(t *testing.T) (news.Store, func(string)) {
			s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}).(*embedded)
			return s, func(id string) {
				if _, err := s.write.Exec("UPDATE sources SET poll = x'01ffff' WHERE id = ?", id); err != nil {
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

// Marks that are damaged while the record of the poll is well are no marks, and
// the source is remembered as one that was never asked.
func TestDamagedMarksAreBegunAnew(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}).(*embedded)
	if err := s.Enrol(t.Context(), []news.SourceID{"a"}); err != nil {
		t.Fatal(err)
	}
	l := claimNow(t, s)
	l.Poll, l.Marks = news.Poll{At: noon, Success: noon, Due: noon}, marks(3, noon)
	if _, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.Exec("UPDATE ledgers SET body = x'01ffff'"); err != nil {
		t.Fatal(err)
	}
	if l := claimNow(t, s); !l.Unread || l.Poll.Success.IsZero() {
		t.Errorf("claimed %+v, want what is well of it", l)
	}
	got, err := s.Ledgers(t.Context(), "a")
	if err != nil || storetest.Same(got[0], news.Ledger{Source: "a"}) != "" {
		t.Errorf("got %+v, %v; want nothing but the source", got, err)
	}
}

// claimNow claims the only source there is.
func claimNow(t *testing.T, s news.Store) news.Ledger {
	t.Helper()
	got, err := s.Claim(t.Context(), noon, 0, 1)
	if err != nil || len(got) != 1 {
		t.Fatalf("claimed %d, %v; want one", len(got), err)
	}
	return got[0]
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
	enrolled := []news.SourceID{"asked", "claimed", "new"}
	if err := old.Enrol(t.Context(), enrolled); err != nil {
		t.Fatal(err)
	}
	want := news.Ledger{Source: "asked", Poll: news.Poll{At: noon, Due: noon.Add(time.Hour), ETag: `"1"`, Status: 200}, Marks: marks(3, noon)}
	asBefore(t, old, want)
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
	wantLedger := func(s news.Store) {
		t.Helper()
		got, err := s.Ledgers(t.Context(), "asked")
		if err != nil {
			t.Fatal(err)
		}
		if d := storetest.Same(got[0], want); d != "" {
			t.Error(d)
		}
	}
	looker := openStore(t, file, Options{ReadOnly: true})
	wantArticles(looker, 3)
	wantLedger(looker)
	looker.Close()
	s := openStore(t, file, Options{})
	wantArticles(s, 3)
	wantLedger(s)
	if got, err := s.Claim(t.Context(), noon, time.Minute, 9); err != nil || len(got) != 2 || got[0].Source != "claimed" || got[1].Source != "new" {
		t.Errorf("claimed %v, %v; want what is new and what the last owner had claimed", got, err)
	}
	got, err := s.Claim(t.Context(), noon.Add(time.Hour), 0, 9)
	if err != nil || len(got) != 3 {
		t.Fatalf("claimed %d, %v; want all", len(got), err)
	}
	for round, l := range []news.Ledger{got[2], {}} {
		if round == 1 {
			l = claimNow(t, s)
		}
		l.Poll.Due = noon
		want.Poll = l.Poll
		if _, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon}); err != nil || l.Unread != (round == 1) {
			t.Errorf("commit %d: %v, unread %v", round, err, l.Unread)
		}
		wantLedger(s)
	}
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

// asBefore makes a file one of version 1 that holds a ledger, and a source that
// was claimed and never committed.
func asBefore(t *testing.T, s *embedded, l news.Ledger) {
	t.Helper()
	body, err := s.values.ledger(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"ALTER TABLE articles DROP COLUMN bundle", "DROP TABLE bundles",
		"ALTER TABLE sources DROP COLUMN poll", "ALTER TABLE sources DROP COLUMN asked",
		"ALTER TABLE sources ADD COLUMN lease INTEGER NOT NULL DEFAULT 0", "UPDATE sources SET lease = 7, due = 1999999999000000 WHERE id = 'claimed'",
		"ALTER TABLE archive ADD COLUMN leases INTEGER NOT NULL DEFAULT 7",
		"ALTER TABLE ledgers ADD COLUMN asked INTEGER NOT NULL DEFAULT 0", "PRAGMA user_version = 1",
	} {
		if _, err := s.write.ExecContext(t.Context(), q); err != nil {
			t.Fatal(q, err)
		}
	}
	if _, err := s.write.ExecContext(t.Context(), "INSERT INTO ledgers (source, asked, body) VALUES (?, ?, ?)", string(l.Source), micros(l.Poll.At), body); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.ExecContext(t.Context(), "UPDATE sources SET due = ? WHERE id = ?", micros(l.Poll.Due), string(l.Source)); err != nil {
		t.Fatal(err)
	}
}
