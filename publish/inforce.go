package publish

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"golang.org/x/sync/singleflight"
)

// How long readers may get an edition after it was the one in force: in any
// case not longer than staleMost, while the next is being rendered; and without
// a thought to the next, until rest times the time have gone by that it took to
// make, restMost at most, so that a topic that changes all the time does not
// keep a processor busy for its readers.
const (
	staleMost = 2 * time.Second
	rest      = 4
	restMost  = time.Second
)

// current is the edition in force of what a request names. While a new one is
// being rendered, a reader who has waited for the time of patience gets the one
// that was in force until now; without end, where patience is negative. What
// editors decide, a new masthead, is always waited for.
func (s *Server) current(ctx context.Context, head *masthead, req request, patience time.Duration) (*edited, error) {
	held := s.shelf.get(req.key)
	revision, err := s.revision(ctx, req.scope, patience)
	if err != nil {
		return s.lastGood(head, held, fmt.Errorf("read revision: %w", err))
	}
	stamp := stamp{revision: revision, generation: head.generation}
	if held != nil && held.stamp == stamp && !req.live {
		held.inForce.Store(time.Now().UnixNano())
		s.counts.hits.Add(1)
		return held, nil
	}
	if req.live && patience >= 0 && held != nil && held.stamp == stamp && held.rests() {
		s.counts.hits.Add(1)
		return held, nil
	}
	if patience < 0 || held == nil || req.live || held.stamp.generation != stamp.generation || time.Since(time.Unix(0, held.inForce.Load())) > staleMost {
		return s.awaited(ctx, head, req, held, stamp)
	}
	if held.rests() {
		s.counts.hits.Add(1)
		return held, nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case got := <-s.rendering(ctx, head, req):
		if got.Err == nil {
			return got.Val.(*edited), nil
		}
		return s.lastGood(head, held, got.Err)
	case <-timer.C:
		s.counts.hits.Add(1)
		return held, nil
	}
}

// rests reports whether an edition is so new that no next one is made yet.
func (e *edited) rests() bool { return time.Since(e.made) < min(rest*e.took, restMost) }

// awaited is an edition that is at least as new as a stamp. A rendering that is
// under way may have begun before.
func (s *Server) awaited(ctx context.Context, head *masthead, req request, held *edited, wanted stamp) (*edited, error) {
	for tries := 0; ; tries++ {
		select {
		case got := <-s.rendering(ctx, head, req):
			if got.Err != nil {
				return s.lastGood(head, held, got.Err)
			}
			if made := got.Val.(*edited); made.stamp == wanted || tries == 1 || made.stamp.generation >= wanted.generation && made.stamp.revision > wanted.revision {
				return made, nil
			}
		case <-ctx.Done():
			return nil, fault{http.StatusServiceUnavailable, "You went before this was ready."}
		}
	}
}

// rendering is the one rendering of a document that is under way, or a new one.
func (s *Server) rendering(ctx context.Context, head *masthead, req request) <-chan singleflight.Result {
	return s.renders.DoChan(fmt.Sprintf("%s\x00%d", req.key, head.generation), func() (any, error) { return s.render(ctx, head, req) })
}

// render makes an edition and holds it. A panic is an error like any other:
// readers then get the last good edition.
func (s *Server) render(ctx context.Context, head *masthead, req request) (made *edited, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("render %s: %v\n%s", req.scope, v, debug.Stack())
		}
	}()
	// Others may wait for this rendering: it outlives the one who asked first.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	began := time.Now()
	revision, err := s.archive.Revision(ctx, req.scope)
	if err != nil {
		return nil, fmt.Errorf("read revision: %w", err)
	}
	stamp := stamp{revision: revision, generation: head.generation}
	held := s.shelf.get(req.key) // the flight before may have landed since
	if held != nil && held.stamp == stamp && !req.live {
		return held, nil
	}
	s.counts.renders.Add(1)
	p := s.press(head)
	p.token = req.token
	doc, err := req.render(ctx, p)
	if f := (fault{}); errors.As(err, &f) {
		s.shelf.remove(req.key) // what is no longer there must not come back while the archive is away
	}
	if err != nil {
		return nil, err
	}
	doc.key, doc.stamp = req.key, stamp
	if !doc.changed.IsZero() {
		doc.changed = later(doc.changed, head.since)
	}
	made = renew(doc, held, time.Now())
	made.request = req
	made.made = time.Now()
	made.took = made.made.Sub(began)
	return s.shelf.put(made), nil
}

// lastGood is the edition held, whatever its age, unless it tells what an editor
// took back since; without one it is the fault.
func (s *Server) lastGood(head *masthead, held *edited, err error) (*edited, error) {
	var f fault
	if errors.As(err, &f) {
		return nil, f
	}
	s.log.Warn("edition not renewed", "err", err)
	if held != nil && held.stamp.generation >= head.tells {
		s.counts.stale.Add(1)
		return held, nil
	}
	return nil, fault{http.StatusServiceUnavailable, "The archive cannot be read at the moment. Please try again in a minute."}
}
