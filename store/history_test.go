package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/redistest"
	"dateline/store/storetest"

	"github.com/anishathalye/porcupine"
)

// What clients did with one source's lease, or with the revision, and what they
// were answered. A call that failed may have happened, before or after it was
// answered, or not at all.
type (
	claiming struct{ now int64 }                // answer: the lease
	spent    struct{ lease, due int64 }         // answer: spentWell …
	read     struct{}                           // answer: the revision
	wrote    struct{ base, next news.Revision } // answer: spentWell …
)

const (
	unknown = -1 // the answer is lost; of a lease: nobody knows its number
	none    = 0  // not claimed; refused
	well    = 1
)

// history notes calls of several clients in the order of one clock.
type history struct {
	clock atomic.Int64
	mu    sync.Mutex // guards calls
	calls map[string][]porcupine.Operation
}

// note adds a call that began at a time and has just been answered. One that
// failed may still take effect at the end of all.
func (h *history) note(of string, client int, began int64, input any, output int64) {
	ended := h.clock.Add(1)
	if output == unknown {
		ended = 1 << 60
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls[of] = append(h.calls[of], porcupine.Operation{ClientId: client, Input: input, Call: began, Output: output, Return: ended})
}

const historyLease = 40 // ticks of the clock

// leased is what the contract says of a source: who holds it, and when it is
// due. The number of a lease whose answer was lost is unknown.
type leased struct{ holder, due int64 }

// leases is the contract of Claim and Commit for one source. Where answers are
// lost the client may have asked twice, and be answered for the second time.
func leases(faults bool) porcupine.Model {
	return (&porcupine.NondeterministicModel{
		Init: func() []any { return []any{leased{}} },
		Step: func(state, input, output any) (next []any) {
			s, answer := state.(leased), output.(int64)
			switch in := input.(type) {
			case claiming:
				if answer > none {
					if in.now >= s.due {
						next = append(next, leased{answer, in.now + historyLease})
					}
					return next
				}
				if answer == unknown || in.now < s.due {
					next = append(next, s)
				}
				if in.now >= s.due && (answer == unknown || faults) {
					next = append(next, leased{unknown, in.now + historyLease})
				}
			case spent:
				if in.lease == s.holder && (answer != none || faults) {
					next = append(next, leased{none, in.due})
				}
				if answer == unknown || answer == none && in.lease != s.holder {
					next = append(next, s)
				}
			}
			return next
		},
	}).ToModel()
}

// revisions is the contract of the archive's revision.
func revisions(faults bool) porcupine.Model {
	return (&porcupine.NondeterministicModel{
		Init: func() []any { return []any{news.Revision(0)} },
		Step: func(state, input, output any) (next []any) {
			rev, answer := state.(news.Revision), output.(int64)
			switch in := input.(type) {
			case read:
				if answer == unknown || int64(rev) == answer {
					next = append(next, rev)
				}
			case wrote:
				if rev == in.base && (answer == well && in.next == rev+1 || answer != well && (answer == unknown || faults)) {
					next = append(next, rev+1)
				}
				if answer == unknown || answer == none && rev != in.base {
					next = append(next, rev)
				}
			}
			return next
		},
	}).ToModel()
}

// client works as a desk does, and forgets at times what it claimed.
func (h *history) client(t *testing.T, s news.Store, number, rounds int) {
	draw := rand.New(rand.NewPCG(uint64(number), 7))
	for range rounds {
		began := h.clock.Add(1)
		now := time.UnixMicro(began)
		got, err := s.Claim(t.Context(), now, historyLease*time.Microsecond, 10)
		found := map[news.SourceID]int64{}
		for _, l := range got {
			found[l.Source] = int64(l.Lease)
		}
		for _, id := range historySources {
			answer := found[id]
			if err != nil {
				answer = unknown
			}
			h.note(string(id), number, began, claiming{began}, answer)
		}
		for _, l := range got {
			if draw.IntN(4) == 0 {
				continue // as if it had died
			}
			h.commit(t, s, number, l)
		}
		h.tell(t, s, number)
	}
}

var historySources = []news.SourceID{"a", "b", "c"}

// commit spends a lease, at once or when it has long passed.
func (h *history) commit(t *testing.T, s news.Store, number int, l news.Ledger) {
	if rand.IntN(3) == 0 {
		h.clock.Add(historyLease)
	}
	began := h.clock.Add(1)
	due := began + rand.Int64N(20)
	l.Poll = news.Poll{At: noon, Due: time.UnixMicro(due)}
	_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
	h.note(string(l.Source), number, began, spent{int64(l.Lease), due}, answerOf(err, news.ErrLost))
}

// tell commits a story on the revision that is read before.
func (h *history) tell(t *testing.T, s news.Store, number int) {
	began := h.clock.Add(1)
	base, err := s.Revision(t.Context(), "")
	if err != nil {
		h.note("revision", number, began, read{}, unknown)
		return
	}
	h.note("revision", number, began, read{}, int64(base))
	began = h.clock.Add(1)
	next, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory(news.StoryID(fmt.Sprint(number, "-", began)))}, Base: base, At: noon})
	h.note("revision", number, began, wrote{base, next}, answerOf(err, news.ErrStale))
}

func answerOf(err, refused error) int64 {
	switch {
	case err == nil:
		return well
	case errors.Is(err, refused):
		return none
	default:
		return unknown
	}
}

// judge demands that there is an order of all calls that the contract allows.
func (h *history) judge(t *testing.T, faults bool) {
	t.Helper()
	for of, calls := range h.calls {
		model := leases(faults)
		if of == "revision" {
			model = revisions(faults)
		}
		lost := 0
		for _, c := range calls {
			if c.Output == int64(unknown) {
				lost++
			}
		}
		switch result := porcupine.CheckOperationsTimeout(model, calls, 2*time.Minute); result {
		case porcupine.Ok:
			t.Logf("%s: %d calls, %d of them without an answer", of, len(calls), lost)
		default:
			t.Errorf("%s: %d calls, %d of them without an answer: %s", of, len(calls), lost, result)
		}
	}
}

// run has several clients work at once, each by its own store.
func (h *history) run(t *testing.T, stores []news.Store, rounds int) {
	h.calls = map[string][]porcupine.Operation{}
	if err := stores[0].Enrol(t.Context(), historySources); err != nil {
		t.Fatal(err)
	}
	var clients sync.WaitGroup
	for number, s := range stores {
		clients.Go(func() { h.client(t, s, number, rounds) })
	}
	clients.Wait()
}

const historyRounds = 40

func TestLeaseHistoriesOfTheFile(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{})
	var calm history
	calm.run(t, []news.Store{s, s, s}, historyRounds)
	calm.judge(t, false)
}

// Calls fail before they happen, or their answers are lost.
func TestLeaseHistoriesOfTheFileWithFaults(t *testing.T) {
	torn := errors.New("torn")
	now := func() error {
		if rand.IntN(10) == 0 {
			return torn
		}
		return nil
	}
	s := &storetest.Faulty{Store: openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}),
		BeforeClaim: now, AfterClaim: func([]news.Ledger) error { return now() },
		BeforeCommit: func(news.Intake) error { return now() }, AfterCommit: func(news.Intake) error { return now() },
	}
	var h history
	h.run(t, []news.Store{s, s, s}, historyRounds)
	h.judge(t, true)
}

func TestLeaseHistoriesOfRedis(t *testing.T) {
	address := startRedis(t)
	var stores []news.Store
	for range 3 {
		stores = append(stores, openStore(t, address, Options{}))
	}
	var h history
	h.run(t, stores, historyRounds)
	h.judge(t, false)
}

// Connections break before, in and after answers.
func TestLeaseHistoriesOfRedisWithFaults(t *testing.T) {
	p := redistest.StartProxy(t, redistest.Start(t))
	var stores []news.Store
	for range 3 {
		stores = append(stores, openStore(t, p.Address(), Options{}))
	}
	p.Judge(func(request []byte) redistest.Fate {
		if !bytes.Contains(request, []byte("evalsha")) {
			return redistest.Pass
		}
		switch rand.IntN(8) {
		case 0:
			return redistest.Lose
		case 1:
			return redistest.Tear
		default:
			return redistest.Pass
		}
	})
	var h history
	h.run(t, stores, historyRounds)
	p.Judge(nil)
	h.judge(t, true)
}

// A history that the contract forbids is found out.
func TestForbiddenHistoriesAreFoundOut(t *testing.T) {
	op := func(client int, at int64, input any, output int64) porcupine.Operation {
		return porcupine.Operation{ClientId: client, Input: input, Call: at, Output: output, Return: at + 1}
	}
	for name, calls := range map[string][]porcupine.Operation{
		"two leases at a time":  {op(0, 1, claiming{1}, 5), op(1, 3, claiming{3}, 6)},
		"a spent lease":         {op(0, 1, claiming{1}, 5), op(0, 3, spent{5, 90}, well), op(0, 5, spent{5, 90}, well)},
		"a lease that passed":   {op(0, 1, claiming{1}, 5), op(1, 50, claiming{50}, 6), op(0, 60, spent{5, 90}, well)},
		"a source that is lost": {op(0, 1, claiming{1}, none)},
	} {
		if porcupine.CheckOperations(leases(false), calls) {
			t.Errorf("%s: nobody minds", name)
		}
	}
	for name, calls := range map[string][]porcupine.Operation{
		"two on one base": {op(0, 1, wrote{0, 1}, well), op(1, 3, wrote{0, 1}, well)},
		"a lost revision": {op(0, 1, wrote{0, 1}, well), op(1, 3, read{}, 0)},
	} {
		if porcupine.CheckOperations(revisions(false), calls) {
			t.Errorf("%s: nobody minds", name)
		}
	}
}
