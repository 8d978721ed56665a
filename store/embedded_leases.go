package store

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"

	"dateline/news"
)

// leaseBook has the leases that were given and not spent. A file has one owner at a
// time, and a lease ends with the owner that gave it, so they need not be in the
// file: there a source that is claimed stays due as it was, and is due at once
// for the next owner. What is in the file is never later than what is here.
//
// Claims and commits take turns at the connection that writes, so that none
// sees another half done; the lock is for those who look from elsewhere.
type leaseBook struct {
	sync.Mutex
	last  uint64                    // the last lease given
	held  map[news.SourceID]holding // sources whose due times those here are, and not the file's
	ahead []candidate               // the first of the sources that are due and not held, read for the next claims; may be empty
}

// holding is a source that is claimed, or was and is not committed.
type holding struct {
	lease    uint64
	due      int64 // microseconds: the end of the lease, or what the source was hastened to
	spending bool  // a commit is under way
}

// newLeaseBook begins after a number that no owner before has come by.
func newLeaseBook() *leaseBook {
	return &leaseBook{last: rand.Uint64() >> 33 << 32, held: map[news.SourceID]holding{}}
}

// candidate is a source that may be claimed.
type candidate struct {
	id   news.SourceID
	due  int64
	poll []byte // nil: see marks
	body []byte // of the marks, where there is no poll
}

// choose takes up to n of those that are due, by due time, and gives them a
// lease: of those ahead, and of those whose leases ran out. The lock is held.
func (l *leaseBook) choose(again []candidate, now, until int64, n int) ([]candidate, uint64) {
	due := again
	for i := 0; i < len(l.ahead) && i < n && l.ahead[i].due <= now; i++ {
		due = append(due, l.ahead[i])
	}
	slices.SortFunc(due, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.id, b.id)) })
	due = due[:min(n, len(due))]
	if len(due) == 0 {
		return nil, 0
	}
	l.last++
	for _, c := range due {
		if _, held := l.held[c.id]; !held {
			l.ahead = l.ahead[1:] // they are taken from the front
		}
		l.held[c.id] = holding{lease: l.last, due: until}
	}
	return due, l.last
}

// again are the sources whose leases ran out.
func (l *leaseBook) again(now int64) (ids []news.SourceID) {
	for id, h := range l.held {
		if h.due <= now {
			ids = append(ids, id)
		}
	}
	return ids
}

// moved forgets what was read ahead: due times were changed.
func (l *leaseBook) moved() {
	l.Lock()
	defer l.Unlock()
	l.ahead = nil
}

// spending is the lease of a commit that is being written. Until that ends no
// other turn comes, so that nobody sees it but who shares the transaction.
type spending struct {
	book *leaseBook // nil: there is none
	of   news.SourceID
	due  int64 // when the source will be due
}

// take takes up the lease of a ledger, and reports whether it is the last one
// that was given.
func (s *spending) take(book *leaseBook, l news.Ledger) bool {
	if book == nil {
		return false
	}
	book.Lock()
	defer book.Unlock()
	h, ok := book.held[l.Source]
	if !ok || h.lease != l.Lease || h.spending {
		return false
	}
	h.spending = true
	book.held[l.Source] = h
	*s = spending{book, l.Source, micros(l.Poll.Due)}
	return true
}

// end ends a commit: the lease is good for nothing more where it was kept, and
// as good as before where it was not.
func (s *spending) end(kept bool) {
	book := s.book
	if book == nil {
		return
	}
	book.Lock()
	defer book.Unlock()
	if kept {
		delete(book.held, s.of)
		if n := len(book.ahead); n > 0 && s.due <= book.ahead[n-1].due {
			book.ahead = nil // its place is among them
		}
	} else if h, ok := book.held[s.of]; ok {
		h.spending = false
		book.held[s.of] = h
	}
	s.book = nil
}

// put makes sources that are held due earlier, or later. Their leases stay.
func (l *leaseBook) put(due int64, later bool, ids []news.SourceID) {
	if l == nil {
		return
	}
	l.Lock()
	defer l.Unlock()
	l.ahead = nil
	for _, id := range ids {
		if h, ok := l.held[id]; ok && h.due != due && h.due < due == later {
			h.due = due
			l.held[id] = h
		}
	}
}

// among are those of some sources that are held.
func (l *leaseBook) among(ids []news.SourceID) (held []news.SourceID) {
	if l == nil {
		return nil
	}
	l.Lock()
	defer l.Unlock()
	for _, id := range ids {
		if _, ok := l.held[id]; ok {
			held = append(held, id)
		}
	}
	return held
}

// forget takes the leases of sources that are no more.
func (l *leaseBook) forget(ids []string) {
	l.Lock()
	defer l.Unlock()
	for _, id := range ids {
		delete(l.held, news.SourceID(id))
	}
}
