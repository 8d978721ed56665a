package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/storetest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// openStore opens a store that ends with the test.
func openStore(t testing.TB, address string, o Options) news.Store {
	t.Helper()
	s, err := Open(context.Background(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestEmbeddedKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) news.Store {
		return openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{})
	})
}

func TestFaultlessFaultyKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) news.Store {
		return &storetest.Faulty{Store: openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{})}
	})
}

func TestFaultyLosesAnswersButNotCommits(t *testing.T) {
	torn := errors.New("torn")
	s := &storetest.Faulty{Store: openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{})}
	s.AfterCommit = func(news.Intake) error { return torn }
	if _, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory("s")}}); !errors.Is(err, torn) {
		t.Fatalf("got %v, want the fault", err)
	}
	if rev, err := s.Revision(t.Context(), "x"); rev != 1 || err != nil {
		t.Errorf("got %d, %v; want the commit to have happened", rev, err)
	}
	s.BeforeCommit = func(news.Intake) error { return torn }
	if _, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory("t")}, Base: 1}); !errors.Is(err, torn) {
		t.Fatalf("got %v, want the fault", err)
	}
	if rev, _ := s.Revision(t.Context(), ""); rev != 1 {
		t.Errorf("revision %d: the commit happened", rev)
	}
}

func oneStory(id news.StoryID) news.Story {
	return news.Story{ID: id, Topics: []news.TopicID{"x"}, Filed: noon, Articles: []news.Article{{ID: news.ArticleID(id), Source: "a", Headline: "Harvest begins", Filed: noon}}}
}

func TestReopenedFileHasEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Enrol(t.Context(), []news.SourceID{"a"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Claim(t.Context(), noon, time.Minute, 1)
	if err != nil {
		t.Fatal(err)
	}
	got[0].Poll = news.Poll{At: noon, Due: noon.Add(time.Hour), ETag: `"1"`}
	in := news.Intake{Ledger: got[0], Stories: []news.Story{oneStory("s")}, Articles: oneStory("s").Articles}
	if _, err := s.Commit(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = openStore(t, "sqlite:"+path, Options{})
	if rev, err := s.Revision(t.Context(), "x"); rev != 1 || err != nil {
		t.Errorf("revision %d, %v; want 1", rev, err)
	}
	if st, err := s.Story(t.Context(), "s"); err != nil || st.Lead().Headline != "Harvest begins" {
		t.Errorf("got %+v, %v", st, err)
	}
	if due, err := s.NextDue(t.Context()); !due.Equal(noon.Add(time.Hour)) || err != nil {
		t.Errorf("next due %v, %v", due, err)
	}
	if _, err := s.Commit(t.Context(), in); !errors.Is(err, news.ErrLost) {
		t.Errorf("the lease was spent before: got %v, want ErrLost", err)
	}
}

func TestSecondProcessMayOnlyLook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	owner := openStore(t, path, Options{})
	if _, err := owner.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory("s")}}); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path, Options{})
	wantLine(t, err, ErrInUse, path, "stop the other")

	looker := openStore(t, path, Options{ReadOnly: true})
	if st, err := looker.Story(t.Context(), "s"); err != nil || st.ID != "s" {
		t.Errorf("got %+v, %v", st, err)
	}
	if _, err := owner.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory("t")}, Base: 1}); err != nil {
		t.Fatal(err)
	}
	if rev, err := looker.Revision(t.Context(), ""); rev != 2 || err != nil {
		t.Errorf("the looker sees revision %d, %v; want 2", rev, err)
	}
	wantReadOnly(t, looker)
}

// wantReadOnly tries all that would change something.
func wantReadOnly(t *testing.T, s news.Store) {
	t.Helper()
	_, claim := s.Claim(t.Context(), noon, time.Minute, 1)
	_, commit := s.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory("u")}, Base: 2})
	_, sweep := s.Sweep(t.Context(), news.Keep{Stories: noon.Add(time.Hour)})
	for name, err := range map[string]error{
		"claim": claim, "commit": commit, "sweep": sweep,
		"enrol": s.Enrol(t.Context(), []news.SourceID{"b"}), "hasten": s.Hasten(t.Context(), noon, "a"), "delay": s.Delay(t.Context(), noon, "a"),
	} {
		if !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: got %v, want ErrReadOnly", name, err)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name, address string
		options       Options
		want          string
	}{
		{"missing directory", filepath.Join(dir, "no", "dateline.db"), Options{}, "does not exist"},
		{"a directory", dir, Options{}, "is a directory"},
		{"not a database", write("notes.txt", strings.Repeat("Dear diary, ", 500), 0o600), Options{}, "is not a database"},
		{"nothing to look at", filepath.Join(dir, "none.db"), Options{ReadOnly: true}, "no such file"},
		{"empty to look at", write("empty.db", "", 0o600), Options{ReadOnly: true}, "another program"},
		{"no address", "", Options{}, "no address"},
		{"no file", "sqlite:", Options{}, "names no file"},
		{"unknown scheme", "postgres://u:geheim@h/db", Options{}, "unknown scheme"},
	} {
		_, err := Open(t.Context(), c.address, c.options)
		if err == nil {
			t.Errorf("%s: opened", c.name)
			continue
		}
		wantLine(t, err, nil, c.want)
	}
	if os.Getuid() != 0 {
		_, err := Open(t.Context(), write("fixed.db", "", 0o400), Options{})
		wantLine(t, err, nil, "not writable")
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "notes.txt")); !strings.HasPrefix(string(text), "Dear diary") {
		t.Error("the file that is no database was changed")
	}
}

func TestOpenRefusesOtherLayouts(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		is     error
		want   string
	}{
		"newer":   {"PRAGMA user_version = 99", ErrNewer, "store version 99"},
		"foreign": {"PRAGMA application_id = 7", nil, "another program"},
	} {
		path := filepath.Join(t.TempDir(), "dateline.db")
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.(*embedded).write.Exec(c.change); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, o := range []Options{{}, {ReadOnly: true}} {
			_, err = Open(t.Context(), path, o)
			wantLine(t, err, c.is, name, path, c.want)
		}
	}
}

// wantLine demands one line that is target and says all of want; name first in
// want is only for the reader.
func wantLine(t *testing.T, err, target error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", want)
	}
	if target != nil && !errors.Is(err, target) {
		t.Errorf("got %v, want %v", err, target)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %v", err)
	}
	if last := want[len(want)-1]; !strings.Contains(err.Error(), last) {
		t.Errorf("got %q, want it to say %q", err, last)
	}
}

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}).(*embedded)
	if _, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory("s")}}); err != nil {
		t.Fatal(err)
	}
	tx, err := s.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("DELETE FROM stories"); err != nil {
		t.Fatal(err)
	}
	if st, err := s.Story(t.Context(), "s"); err != nil || st.ID != "s" {
		t.Errorf("while a commit is under way: got %+v, %v", st, err)
	}
}

func TestLeasesOfADeadOwnerAreVoid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	first := openStore(t, path, Options{})
	if err := first.Enrol(t.Context(), []news.SourceID{"asked", "held"}); err != nil {
		t.Fatal(err)
	}
	claimed, err := first.Claim(t.Context(), now, 3*time.Minute, 2)
	if err != nil || len(claimed) != 2 {
		t.Fatalf("got %d ledgers, %v", len(claimed), err)
	}
	committed := claimed[0]
	committed.Poll.At, committed.Poll.Due = now, now.Add(time.Hour)
	if _, err := first.Commit(t.Context(), news.Intake{Ledger: committed, At: now}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil { // the other source's poll was never filed
		t.Fatal(err)
	}
	second := openStore(t, path, Options{})
	again, err := second.Claim(t.Context(), now.Add(time.Second), 3*time.Minute, 2)
	if err != nil || len(again) != 1 || again[0].Source != claimed[1].Source {
		t.Fatalf("after the restart got %v, %v, want the source whose poll was not filed and only that", again, err)
	}
	if _, err := second.Commit(t.Context(), news.Intake{Ledger: claimed[1], At: now}); !errors.Is(err, news.ErrLost) {
		t.Errorf("a commit with the void lease: got %v, want ErrLost", err)
	}
}
