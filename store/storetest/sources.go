package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"dateline/news"
)

func enrolMakesTheDueList(t *testing.T, s news.Store) {
	enrol(t, s, "b", "a", "b")
	wantList(t, "new sources, due at once", sources(claim(t, s, noon, 10)), []news.SourceID{"a", "b"})
	enrol(t, s, "b", "c")
	later := noon.Add(time.Hour)
	wantList(t, "after a is named no more", sources(claim(t, s, later, 10)), []news.SourceID{"c", "b"})
	enrol(t, s)
	if got := claim(t, s, later.Add(time.Hour), 10); len(got) != 0 {
		t.Errorf("nobody is enrolled, got %v", sources(got))
	}
}

func enrolKeepsDueTimesAndLedgers(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	poll(t, s, noon)
	enrol(t, s, "a")
	if got := claim(t, s, noon.Add(59*time.Minute), 10); len(got) != 0 {
		t.Errorf("enrolled again, the source keeps its due time; got %v", sources(got))
	}
	enrol(t, s)
	enrol(t, s, "a")
	if got := claim(t, s, noon.Add(59*time.Minute), 10); len(got) != 0 {
		t.Errorf("taken back, the source keeps its due time; got %v", sources(got))
	}
	if l := claimOne(t, s, noon.Add(time.Hour)); l.Poll.Status != 200 {
		t.Errorf("the ledger is gone: %+v", l)
	}
}

func claimFollowsDueTimes(t *testing.T, s news.Store) {
	due := map[news.SourceID]time.Duration{"a": 50, "b": 10, "c": 30, "d": 40, "e": 20, "f": 70}
	var ids []news.SourceID
	for id := range due {
		ids = append(ids, id)
	}
	enrol(t, s, ids...)
	for _, l := range claim(t, s, noon, 10) {
		l.Poll = news.Poll{At: noon, Due: noon.Add(due[l.Source] * time.Minute)}
		_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
		check(t, err)
	}
	now := noon.Add(time.Hour)
	wantList(t, "first two", sources(claim(t, s, now, 2)), []news.SourceID{"b", "e"})
	wantList(t, "none asked", sources(claim(t, s, now, 0)), nil)
	wantList(t, "the rest that is due", sources(claim(t, s, now, 10)), []news.SourceID{"c", "d", "a"})
	wantList(t, "nobody twice", sources(claim(t, s, now, 10)), nil)
	wantList(t, "due exactly now, behind those whose lease ran out", sources(claim(t, s, noon.Add(70*time.Minute), 10)),
		[]news.SourceID{"a", "b", "c", "d", "e", "f"})
}

func claimedSourceComesBack(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	first := claimOne(t, s, noon)
	wantList(t, "during the lease", sources(claim(t, s, noon.Add(lease-time.Second), 10)), nil)
	second := claimOne(t, s, noon.Add(lease))
	if first.Lease == 0 || second.Lease <= first.Lease {
		t.Errorf("leases %d, then %d: want them to grow from above 0", first.Lease, second.Lease)
	}
}

func claimBearsTheLedger(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	l := claimOne(t, s, noon)
	if l.Source != "a" || !l.Poll.At.IsZero() || l.Marks != nil {
		t.Errorf("an unknown ledger has only its source and lease, got %+v", l)
	}
	l.Poll = news.Poll{At: noon, Due: noon.Add(time.Hour), ETag: `W/"x"`}
	l.Marks = []news.Mark{{Key: news.Key{1, 2}, Article: articleID(1), Seen: noon, Filed: noon}}
	_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
	check(t, err)
	again := claimOne(t, s, noon.Add(2*time.Hour))
	readMarks(t, s, &again)
	l.Lease = again.Lease
	if d := Same(again, l); d != "" {
		t.Error(d)
	}
	read, err := s.Ledgers(t.Context(), "zz", "a", "zz")
	check(t, err)
	wantList(t, "ledgers in the order asked", sources(read), []news.SourceID{"zz", "a", "zz"})
	if d := Same(read[0], news.Ledger{Source: "zz"}); d != "" {
		t.Error(d)
	}
	if d := Same(read[1].Poll, l.Poll); d != "" {
		t.Error(d)
	}
}

// readMarks reads the marks that a claim left in the store.
func readMarks(t *testing.T, s news.Store, l *news.Ledger) {
	t.Helper()
	if !l.Unread {
		return
	}
	held, err := s.Ledgers(t.Context(), l.Source)
	check(t, err)
	l.Marks, l.Unread = held[0].Marks, false
}

// A quiet poll is committed as it was claimed, but for the record of the poll.
func quietPollsKeepTheMarks(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	l := claimOne(t, s, noon)
	l.Poll = news.Poll{At: noon, Due: noon.Add(time.Hour), ETag: `"1"`, Title: "Harbour News"}
	l.Marks = []news.Mark{{Key: news.Key{1, 2}, Article: articleID(1), Seen: noon, Filed: noon}}
	_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
	check(t, err)
	want := l
	for hour := 1; hour <= 3; hour++ {
		now := noon.Add(time.Duration(hour) * time.Hour)
		quiet := claimOne(t, s, now)
		if quiet.Poll.ETag != `"1"` || quiet.Poll.Title != "Harbour News" {
			t.Errorf("claimed without what the last poll left: %+v", quiet.Poll)
		}
		quiet.Poll.At, quiet.Poll.Due, quiet.Poll.Status = now, now.Add(time.Hour), 304
		want.Poll = quiet.Poll
		_, err := s.Commit(t.Context(), news.Intake{Ledger: quiet, At: now})
		check(t, err)
		if _, err := s.Commit(t.Context(), news.Intake{Ledger: quiet, At: now}); !errors.Is(err, news.ErrLost) {
			t.Errorf("again: got %v, want ErrLost", err)
		}
	}
	got, err := s.Ledgers(t.Context(), "a")
	check(t, err)
	want.Lease = 0
	if d := Same(got[0], want); d != "" {
		t.Error(d)
	}
	loud := claimOne(t, s, noon.Add(4*time.Hour))
	readMarks(t, s, &loud)
	if len(loud.Marks) != 1 {
		t.Fatalf("%d marks, want 1", len(loud.Marks))
	}
	loud.Marks = append(loud.Marks, news.Mark{Key: news.Key{3}, Article: articleID(3), Seen: noon, Filed: noon})
	_, err = s.Commit(t.Context(), news.Intake{Ledger: loud, At: noon})
	check(t, err)
	if got, err = s.Ledgers(t.Context(), "a"); err != nil || len(got[0].Marks) != 2 {
		t.Errorf("got %d marks, %v; want 2", len(got[0].Marks), err)
	}
}

// A source that is given back is due again by its hastening, and may still be
// committed by its lease until another claims it.
func givenBackIsDueAgain(t *testing.T, s news.Store) {
	enrol(t, s, "a", "b")
	held := claim(t, s, noon, 2)
	check(t, s.Hasten(t.Context(), noon.Add(time.Second), "a"))
	if got, err := s.NextDue(t.Context()); err != nil || !got.Equal(noon.Add(time.Second)) {
		t.Errorf("next due %v, %v; want when it was hastened to", got, err)
	}
	wantList(t, "too early", sources(claim(t, s, noon, 10)), nil)
	wantList(t, "the one given back", sources(claim(t, s, noon.Add(time.Second), 10)), []news.SourceID{"a"})
	if _, err := s.Commit(t.Context(), news.Intake{Ledger: held[0], At: noon}); !errors.Is(err, news.ErrLost) {
		t.Errorf("by the lease before: got %v, want ErrLost", err)
	}
	check(t, s.Hasten(t.Context(), noon, "b"))
	held[1].Poll.Due = noon.Add(time.Hour)
	_, err := s.Commit(t.Context(), news.Intake{Ledger: held[1], At: noon})
	check(t, err)
	wantList(t, "committed", sources(claim(t, s, noon.Add(2*time.Second), 10)), nil)
}

// A commit that is refused leaves the lease to be used once more.
func refusedCommitKeepsTheLease(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	in := news.Intake{Ledger: claimOne(t, s, noon), Articles: []news.Article{article(1)}, Stories: []news.Story{story(1, "x")}, Base: 7, At: noon}
	if _, err := s.Commit(t.Context(), in); !errors.Is(err, news.ErrStale) {
		t.Fatalf("got %v, want ErrStale", err)
	}
	wantList(t, "still claimed", sources(claim(t, s, noon.Add(lease-time.Second), 10)), nil)
	in.Base = 0
	_, err := s.Commit(t.Context(), in)
	check(t, err)
}

func eachSourceIsClaimedOnce(t *testing.T, s news.Store) {
	var ids []news.SourceID
	for i := range 100 {
		ids = append(ids, news.SourceID(fmt.Sprintf("s%03d", i)))
	}
	enrol(t, s, ids...)
	var mu sync.Mutex // guards seen
	seen := map[news.SourceID]int{}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 30 {
				got, err := s.Claim(t.Context(), noon, lease, 7)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, l := range got {
					seen[l.Source]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if seen[id] != 1 {
			t.Errorf("%s was claimed %d times, want once", id, seen[id])
		}
	}
}

func commitDemandsTheLastLease(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	slow := claimOne(t, s, noon)
	quick := claimOne(t, s, noon.Add(lease))
	slow.Poll.Status, quick.Poll.Status = 500, 200
	for name, l := range map[string]news.Ledger{
		"a passed lease": slow, "no lease": {Source: "a"}, "a lease never given": {Source: "a", Lease: quick.Lease + 1},
		"a source never heard of": {Source: "zz", Lease: quick.Lease},
	} {
		if _, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon}); !errors.Is(err, news.ErrLost) {
			t.Errorf("%s: got %v, want ErrLost", name, err)
		}
	}
	// The lease ran out, but nobody took the source since: it still counts.
	_, err := s.Commit(t.Context(), news.Intake{Ledger: quick, At: noon.Add(3 * lease)})
	check(t, err)
	got, err := s.Ledgers(t.Context(), "a")
	check(t, err)
	if got[0].Poll.Status != 200 {
		t.Errorf("got status %d of the slow one", got[0].Poll.Status)
	}
}

func commitOfAnUnenrolledSource(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	l := claimOne(t, s, noon)
	enrol(t, s)
	l.Poll = news.Poll{At: noon, Due: noon.Add(time.Minute), Status: 200}
	_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
	check(t, err)
	wantList(t, "no longer claimed", sources(claim(t, s, noon.Add(time.Hour), 10)), nil)
	got, err := s.Ledgers(t.Context(), "a")
	check(t, err)
	if got[0].Poll.Status != 200 {
		t.Error("the ledger of the poll under way was not kept")
	}
	enrol(t, s, "a")
	wantList(t, "taken back", sources(claim(t, s, noon.Add(time.Minute), 10)), []news.SourceID{"a"})
}

func commitTwiceIsCommitOnce(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	in := news.Intake{Ledger: claimOne(t, s, noon), Articles: []news.Article{article(1)}, Stories: []news.Story{story(1, "x")}, At: noon}
	in.Ledger.Poll = news.Poll{At: noon, Due: noon.Add(time.Hour)}
	first, err := s.Commit(t.Context(), in)
	check(t, err)
	second, err := s.Commit(t.Context(), in)
	if !errors.Is(err, news.ErrLost) && (err != nil || second != first) {
		t.Errorf("again: got %d, %v; want ErrLost or %d", second, err, first)
	}
	wantRevision(t, s, "", first)
	wantList(t, "stories", list(t, s, news.Query{}), storyIDs(1))
	if got := collect(t, s.Articles(t.Context(), time.Time{})); len(got) != 1 {
		t.Errorf("got %d articles, want 1", len(got))
	}
}

func commitMakesTheSourceDue(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	l := claimOne(t, s, noon)
	due := noon.Add(time.Hour + 123456789*time.Nanosecond)
	l.Poll.Due = due
	_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
	check(t, err)
	wantList(t, "a millisecond early", sources(claim(t, s, due.Add(-time.Millisecond), 10)), nil)
	l = claimOne(t, s, due)
	l.Poll.Due = time.Time{}
	_, err = s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
	check(t, err)
	claimOne(t, s, noon) // no due time is at once
}

func hastenOnlyHastens(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	poll(t, s, noon)
	check(t, s.Hasten(t.Context(), noon.Add(2*time.Hour), "a"))
	check(t, s.Hasten(t.Context(), noon))
	check(t, s.Hasten(t.Context(), noon, "zz"))
	wantList(t, "not later, nobody new", sources(claim(t, s, noon.Add(59*time.Minute), 10)), nil)
	check(t, s.Hasten(t.Context(), noon.Add(10*time.Minute), "a", "zz"))
	wantList(t, "not yet", sources(claim(t, s, noon.Add(9*time.Minute), 10)), nil)
	wantList(t, "earlier", sources(claim(t, s, noon.Add(10*time.Minute), 10)), []news.SourceID{"a"})
	enrol(t, s)
	check(t, s.Hasten(t.Context(), noon, "a"))
	wantList(t, "not enrolled", sources(claim(t, s, noon.Add(time.Hour), 10)), nil)
}

func delayOnlyDelays(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	poll(t, s, noon)
	check(t, s.Delay(t.Context(), noon.Add(3*time.Hour)))
	check(t, s.Delay(t.Context(), noon.Add(2*time.Hour), "a", "zz"))
	check(t, s.Delay(t.Context(), noon.Add(30*time.Minute), "a", "zz"))
	wantList(t, "not yet, nobody new", sources(claim(t, s, noon.Add(119*time.Minute), 10)), nil)
	wantList(t, "later, not earlier", sources(claim(t, s, noon.Add(2*time.Hour), 10)), []news.SourceID{"a"})
	enrol(t, s)
	check(t, s.Delay(t.Context(), noon.Add(9*time.Hour), "a"))
	enrol(t, s, "a")
	wantList(t, "not enrolled", sources(claim(t, s, noon.Add(8*time.Hour), 10)), []news.SourceID{"a"})
}

func nextDueIsTheEarliest(t *testing.T, s news.Store) {
	next := func() time.Time {
		t.Helper()
		got, err := s.NextDue(t.Context())
		check(t, err)
		return got
	}
	if got := next(); !got.IsZero() {
		t.Errorf("nobody is enrolled, got %v", got)
	}
	enrol(t, s, "a", "b")
	if got := next(); got.IsZero() || got.After(noon) {
		t.Errorf("new sources are due at once, got %v", got)
	}
	for i, l := range claim(t, s, noon, 2) {
		l.Poll.Due = noon.Add(time.Duration(2-i) * time.Hour)
		_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
		check(t, err)
	}
	if got, want := next(), noon.Add(time.Hour); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	enrol(t, s, "a")
	if got, want := next(), noon.Add(2*time.Hour); !got.Equal(want) {
		t.Errorf("of the enrolled: got %v, want %v", got, want)
	}
	claim(t, s, noon.Add(2*time.Hour), 1)
	if got, want := next(), noon.Add(2*time.Hour+lease); !got.Equal(want) {
		t.Errorf("of a claimed one: got %v, want %v", got, want)
	}
}

func sweepForgetsLedgers(t *testing.T, s news.Store) {
	for i, id := range []news.SourceID{"left-early", "left-late", "stays"} {
		enrol(t, s, id)
		poll(t, s, noon.Add(time.Duration(i)*time.Hour))
	}
	enrol(t, s, "stays", "never-asked", "held")
	held := claim(t, s, noon, 10)
	i := slices.IndexFunc(held, func(l news.Ledger) bool { return l.Source == "held" })
	enrol(t, s, "stays")
	swept, err := s.Sweep(t.Context(), news.Keep{Ledgers: noon.Add(time.Hour)})
	check(t, err)
	if want := (news.Swept{Ledgers: 1}); swept != want {
		t.Errorf("got %+v, want %+v", swept, want)
	}
	got, err := s.Ledgers(t.Context(), "left-early", "left-late", "stays")
	check(t, err)
	for i, status := range []int{0, 200, 200} {
		if got[i].Poll.Status != status {
			t.Errorf("%s: got status %d, want %d", got[i].Source, got[i].Poll.Status, status)
		}
	}
	if _, err := s.Commit(t.Context(), news.Intake{Ledger: held[i], At: noon}); !errors.Is(err, news.ErrLost) {
		t.Errorf("a poll of a forgotten source: got %v, want ErrLost", err)
	}
	enrol(t, s, "left-early", "stays")
	wantList(t, "forgotten and new", sources(claim(t, s, noon, 10)), []news.SourceID{"left-early"})
}
