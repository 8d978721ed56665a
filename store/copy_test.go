package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/storetest"
)

// contents is all that a store says it holds.
type contents struct {
	Facts    Facts
	Ledgers  []news.Ledger
	Stories  []news.Story
	Changes  []news.Story
	Articles []news.Article
	Topic    news.Revision
	Filled   uint64
	Due      time.Time

	Subscribers []news.Subscriber
}

func contentsOf(t *testing.T, address string, ids []news.SourceID) contents {
	t.Helper()
	s := openStore(t, address, Options{ReadOnly: true})
	defer s.Close()
	c := contents{}
	var err error
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c.Facts, err = s.(movable).facts(t.Context())
	check(err)
	c.Facts.Kind, c.Facts.Bytes = "", 0
	c.Ledgers, err = s.Ledgers(t.Context(), ids...)
	check(err)
	c.Stories, err = s.Stories(t.Context(), news.Query{Topic: "grain", Limit: 1000})
	check(err)
	for st, err := range s.Changes(t.Context(), 0) {
		check(err)
		c.Changes = append(c.Changes, st)
	}
	for a, err := range s.Articles(t.Context(), time.Time{}) {
		check(err)
		c.Articles = append(c.Articles, a)
	}
	c.Topic, err = s.Revision(t.Context(), "grain")
	check(err)
	filled, err := s.Filled(t.Context())
	check(err)
	c.Filled = filled["grain"]
	c.Due, err = s.NextDue(t.Context())
	check(err)
	c.Subscribers, err = s.Subscribers(t.Context())
	check(err)
	return c
}

// populate gives a store more of everything than one batch takes.
func populate(t *testing.T, s news.Store) []news.SourceID {
	t.Helper()
	ids := make([]news.SourceID, 300)
	for i := range ids {
		ids[i] = news.SourceID("outlet-" + time.Duration(i).String())
	}
	if err := s.Enrol(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	claimed, err := s.Claim(t.Context(), noon, time.Minute, 250)
	if err != nil {
		t.Fatal(err)
	}
	base := news.Revision(0)
	for n, l := range claimed {
		l.Poll = news.Poll{At: noon, Due: noon.Add(time.Duration(n) * time.Second), ETag: string(l.Source), Success: noon}
		l.Marks = marks(3, noon)
		a := copyOf(n)
		a.Source = l.Source
		in := news.Intake{Ledger: l, Base: base, Articles: []news.Article{a}}
		in.Stories = []news.Story{{ID: news.StoryID(a.ID), Articles: []news.Article{a}, Topics: []news.TopicID{"grain"}, Filed: a.Filed}}
		if base, err = s.Commit(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetFilled(t.Context(), map[news.TopicID]uint64{"grain": 1<<64 - 7}); err != nil {
		t.Fatal(err)
	}
	if err := s.Enrol(t.Context(), ids[:290]); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{".atom", ".json"} {
		sub := news.Subscriber{Callback: "https://reader.example/in", Topic: "grain", Form: form, Secret: "s", Until: noon, Sent: 250, Missed: 3, Due: noon}
		if err := s.Subscribe(t.Context(), sub); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// What is copied from a file to Redis and to a file again is what it was, and
// can be worked with.
func TestCopyLosesNothingEitherWay(t *testing.T) {
	dir := t.TempDir()
	file, again := filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")
	remote := startRedis(t)
	s := openStore(t, file, Options{})
	ids := populate(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := contentsOf(t, file, ids)
	if len(want.Stories) != 250 || len(want.Articles) != 250 || want.Facts.Left != 10 || want.Facts.Ledgers != 250 || len(want.Subscribers) != 2 {
		t.Fatalf("the sample is not what it was meant to be: %+v", want.Facts)
	}
	for _, c := range []struct{ from, to string }{{file, remote}, {remote, again}} {
		count, err := Copy(t.Context(), c.from, c.to, Options{})
		if err != nil || count != (Copied{Sources: 300, Ledgers: 250, Articles: 250, Stories: 250, Subscribers: 2}) {
			t.Fatalf("%s to %s: %+v, %v", c.from, c.to, count, err)
		}
		if diff := storetest.Same(contentsOf(t, c.to, ids), want); diff != "" {
			t.Errorf("%s to %s: %s", c.from, c.to, diff)
		}
		s := openStore(t, c.to, Options{})
		at := noon.Add(time.Hour)
		claimed, err := s.Claim(t.Context(), at, time.Minute, 1)
		if err != nil || len(claimed) != 1 {
			t.Fatalf("claimed %d of the copy, %v", len(claimed), err)
		}
		st := want.Stories[7]
		st.Topics = nil
		if _, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{st}, Base: 250}); err != nil {
			t.Fatal(err)
		}
		if left, err := s.Stories(t.Context(), news.Query{Topic: "grain", Limit: 1000}); err != nil || len(left) != 249 {
			t.Errorf("%d stories are listed after one left its topic, %v; want 249", len(left), err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if c.to == remote { // begin again from what the file holds
			empty(t, remote)
			if _, err := Copy(t.Context(), file, remote, Options{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestCopyGoesNowhereElse(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.db")
	remote := startRedis(t)
	openStore(t, file, Options{}).Close()
	if _, err := Copy(t.Context(), file, remote, Options{}); err != nil {
		t.Fatal(err)
	}
	_, err := Copy(t.Context(), file, remote, Options{})
	wantLine(t, err, nil, "holds an archive")
	_, err = Copy(t.Context(), remote, file, Options{})
	wantLine(t, err, nil, "there is a file already")
	_, err = Copy(t.Context(), filepath.Join(dir, "none.db"), filepath.Join(dir, "b.db"), Options{})
	wantLine(t, err, nil, "no such file")
}

// A copy that was broken off is no store.
func TestBrokenCopyIsNotOpened(t *testing.T) {
	remote := startRedis(t)
	half, err := openWhole(t.Context(), remote, Options{filling: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := half.take(t.Context(), load{sources: []keptSource{{id: "a", enrolled: true}}}); err != nil {
		t.Fatal(err)
	}
	half.Close()
	_, err = Open(t.Context(), remote, Options{})
	wantLine(t, err, nil, "broken off")

	file := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(file+".part", []byte("half of a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty(t, remote)
	openStore(t, remote, Options{}).Close()
	if _, err := Copy(t.Context(), remote, file, Options{}); err != nil {
		t.Errorf("over what is left of another copy: %v", err)
	}
}
