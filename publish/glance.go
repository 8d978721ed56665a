package publish

import (
	"context"
	"sync"
	"time"

	"dateline/news"
)

// glances are the revisions that were read lately.
type glances struct {
	trust time.Duration // for how long they are taken for the present ones

	mu sync.Mutex // guards of
	of map[news.TopicID]glance
}

// glance is a revision as it was read.
type glance struct {
	revision news.Revision
	at       time.Time
	asking   bool // somebody reads it anew
}

// revision is the revision of a topic, or of the archive where topic is empty,
// as it was within the time of trust. While one request asks the archive, others
// go by what was last known, for staleMost at most. Where patience is negative
// the archive is asked.
func (s *Server) revision(ctx context.Context, topic news.TopicID, patience time.Duration) (news.Revision, error) {
	g := &s.glances
	if g.trust <= 0 || patience < 0 {
		return s.archive.Revision(ctx, topic)
	}
	now := time.Now()
	g.mu.Lock()
	known, ok := g.of[topic]
	age := now.Sub(known.at)
	if ok && (age < g.trust || known.asking && age < staleMost) {
		g.mu.Unlock()
		return known.revision, nil
	}
	known.asking = true
	g.of[topic] = known
	g.mu.Unlock()

	revision, err := s.archive.Revision(ctx, topic)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		delete(g.of, topic)
		return 0, err
	}
	if g.of[topic].at.Before(now) { // else somebody asked later and was answered sooner
		g.of[topic] = glance{revision: revision, at: now}
	}
	return revision, nil
}
