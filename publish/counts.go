package publish

import "sync/atomic"

// Counts say how requests for documents were met since the server was made,
// and what is in memory now.
type Counts struct {
	Hits      int64 // from memory, in force
	Renders   int64 // rendered anew
	Stale     int64 // the last good edition, because the archive could not be read
	Documents int   // held in memory
	Bytes     int64 // that these take
}

type counts struct{ hits, renders, stale atomic.Int64 }

// Counts tells how well the memory of documents serves.
func (s *Server) Counts() Counts {
	c := Counts{Hits: s.counts.hits.Load(), Renders: s.counts.renders.Load(), Stale: s.counts.stale.Load()}
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	c.Documents, c.Bytes = len(s.shelf.held), s.shelf.bytes
	return c
}
