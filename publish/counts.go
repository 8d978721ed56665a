package publish

import "sync/atomic"

// Counts say how requests for documents were met and changes delivered since
// the server was made, and what is in memory now.
type Counts struct {
	Hits      int64 // from memory, in force
	Renders   int64 // rendered anew
	Stale     int64 // the last good edition, because the archive could not be read
	Documents int   // held in memory
	Bytes     int64 // that these take

	Delivered   int64 // changes that subscribers of our hub took
	Undelivered int64 // deliveries that failed and are tried again
	Departed    int64 // subscribers that said they are gone (410)
}

type counts struct{ hits, renders, stale, delivered, undelivered, departed atomic.Int64 }

// Counts tells how well the memory of documents and the hub serve.
func (s *Server) Counts() Counts {
	c := Counts{Hits: s.counts.hits.Load(), Renders: s.counts.renders.Load(), Stale: s.counts.stale.Load(),
		Delivered: s.counts.delivered.Load(), Undelivered: s.counts.undelivered.Load(), Departed: s.counts.departed.Load()}
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	c.Documents, c.Bytes = len(s.shelf.held), s.shelf.bytes
	return c
}
