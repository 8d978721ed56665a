package store

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/redistest"
)

// A commit whose answer is lost, torn or never comes is sent again by the
// client, and is one commit: it answers the same revision and is there once.
func TestLostAnswerIsAskedForAgain(t *testing.T) {
	for name, fate := range map[string]redistest.Fate{"lost": redistest.Lose, "torn": redistest.Tear, "held": redistest.Hold} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := redistest.StartProxy(t, redistest.Start(t))
			s := openStore(t, p.Address(), Options{})
			if err := s.Enrol(t.Context(), []news.SourceID{"a"}); err != nil {
				t.Fatal(err)
			}
			story := oneStory("s")
			intakes := []news.Intake{{Stories: []news.Story{story}, Articles: story.Articles}, {}}
			if fate == redistest.Hold {
				intakes = intakes[:1] // it takes the client its ten seconds
			}
			for n, in := range intakes {
				got, err := s.Claim(t.Context(), noon.Add(time.Duration(n)*time.Hour), time.Minute, 1)
				if err != nil || len(got) != 1 {
					t.Fatal(len(got), err)
				}
				in.Ledger = got[0]
				in.Ledger.Poll = news.Poll{At: noon, Due: noon.Add(time.Duration(n+1) * time.Hour), Items: n + 7}
				var struck atomic.Int64
				p.Judge(func(request []byte) redistest.Fate { // of each script the first answer
					if bytes.Contains(request, []byte("evalsha")) && struck.Add(1) <= 1 {
						return fate
					}
					return redistest.Pass
				})
				rev, err := s.Commit(t.Context(), in)
				if err != nil || rev != 1 {
					t.Errorf("got revision %d, %v; want 1", rev, err)
				}
				if struck.Load() < 2 {
					t.Error("no answer was asked for again")
				}
				p.Judge(nil)
				ledgers, err := s.Ledgers(t.Context(), "a")
				if err != nil || ledgers[0].Poll.Items != n+7 {
					t.Errorf("the ledger is %+v, %v", ledgers[0].Poll, err)
				}
			}
			if rev, err := s.Revision(t.Context(), "x"); rev != 1 || err != nil {
				t.Errorf("the topic has revision %d, %v; want 1", rev, err)
			}
		})
	}
}

// A Redis that answers nobody holds up a call for as long as it may take, and
// not for ever.
func TestSilentRedisIsGivenUp(t *testing.T) {
	server := redistest.Start(t)
	s := openStore(t, server.Address(), Options{})
	server.Pause()
	defer server.Resume()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := s.Revision(ctx, ""); err == nil {
		t.Error("a paused server answered")
	}
}
