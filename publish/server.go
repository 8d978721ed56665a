package publish

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"dateline/news"
)

// Options are the choices of a Server. The zero value is sensible.
type Options struct {
	Log      *slog.Logger // nil: nothing is logged
	MaxCache int64        // bytes of documents kept in memory; 0: 64 MiB
	Bench    *Workbench   // nil: rules cannot be tried here
	// Patience is how long a reader waits for a new edition where another was in
	// force until now; 0: 10 ms, negative: as long as it takes.
	Patience time.Duration
	// Trust is how long a revision that was read is taken for the present one,
	// so that many requests cost the archive one question; 0: it is asked for
	// each request.
	Trust time.Duration
	// Profiles answers editors below /debug/pprof/; nil: there is nothing.
	Profiles http.Handler
	// Picture gets a picture that an article of a source shows, bounded in time
	// and size and from public addresses only; nil: pages name the outlets'
	// addresses.
	Picture func(ctx context.Context, source news.SourceID, address string) ([]byte, error)
}

// Server answers readers. It is an http.Handler, and may be used from several
// goroutines.
type Server struct {
	archive news.Archive
	log     *slog.Logger
	shelf   *shelf
	renders singleflight.Group
	head    atomic.Pointer[masthead]
	pages   *pages
	origins *http.CrossOriginProtection
	tallies *tallies
	bench   *Workbench    // nil: there is none
	trying  chan struct{} // full: a rule is being tried

	picture  func(context.Context, news.SourceID, string) ([]byte, error) // nil: pictures stay with their outlets
	pictures *shelf
	getting  chan struct{} // full: no further picture may be asked for
	turns    *turns[netip.Prefix]
	hub      *Hub // nil: there is none of ours
	counts   counts

	profiles http.Handler // nil: there are none
	patience time.Duration
	glances  glances
}

// New makes a Server that reads from archive. It fails only on a masthead
// whose site has no public address, or a tag that is none.
func New(archive news.Archive, m Masthead, o Options) (*Server, error) {
	head, err := newMasthead(m, 1)
	if err != nil {
		return nil, err
	}
	pages, err := newPages()
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxCache <= 0 {
		o.MaxCache = 64 << 20
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Millisecond
	}
	s := &Server{
		archive: archive, log: o.Log, patience: o.Patience, shelf: newShelf(o.MaxCache), pages: pages,
		origins: http.NewCrossOriginProtection(), turns: newTurns[netip.Prefix](), tallies: newTallies(),
		bench: o.Bench, trying: make(chan struct{}, 1),
		picture: o.Picture, pictures: newShelf(maxPictures), getting: make(chan struct{}, picturesAtOnce),
		profiles: o.Profiles, glances: glances{trust: o.Trust, of: map[news.TopicID]glance{}},
	}
	s.head.Store(head)
	return s, nil
}

// Reload takes a new masthead. One that New would refuse is logged and left:
// the present one stays.
func (s *Server) Reload(m Masthead) {
	for {
		old := s.head.Load()
		head, err := newMasthead(m, old.generation+1)
		if err != nil {
			s.log.Error("masthead refused, the present one stays", "err", err)
			return
		}
		head.since = time.Now().Truncate(time.Second)
		if head.tells = old.tells; head.takesBack(old) {
			head.tells = head.generation
		}
		if s.head.CompareAndSwap(old, head) {
			return
		}
	}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := s.head.Load()
	s.secure(w.Header())
	path := head.within(r.URL.Path)
	if err := s.turnedAway(r, head, path); err != nil {
		s.refuse(w, r, head, err)
		return
	}
	if s.profiles != nil && strings.HasPrefix(path, profilesPath) && editor(r, head) {
		s.profiles.ServeHTTP(w, r)
		return
	}
	if path == subscriptionPath && s.hub != nil && head.hubIsOurs() {
		s.hub.ServeHTTP(w, r)
		return
	}
	if path == workbenchPath {
		s.workbench(w, r, head)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.refuse(w, r, head, fault{http.StatusMethodNotAllowed, "This address can only be read: use GET or HEAD."})
		return
	}
	switch {
	case path == "/healthz":
		say(w, r, http.StatusOK, "ok\n")
	case path == "/readyz":
		s.ready(w, r)
	case s.asset(w, r, path):
	case s.picture != nil && strings.HasPrefix(path, picturesPath):
		s.showPicture(w, r, head, path)
	default:
		s.document(w, r, head, path)
	}
}

// ready tells whether the archive can be read.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if _, err := s.archive.Revision(ctx, ""); err != nil {
		s.log.Warn("archive unreadable", "err", err)
		say(w, r, http.StatusServiceUnavailable, "The archive cannot be read; feeds and pages are served from the last good edition where there is one.\n")
		return
	}
	say(w, r, http.StatusOK, "ready\n")
}

// fault is an answer that is no document. Its words are for the reader.
type fault struct {
	status int
	words  string
}

func (f fault) Error() string { return f.words }

func missing(format string, args ...any) fault {
	return fault{http.StatusNotFound, fmt.Sprintf(format, args...)}
}

// document answers with the edition in force of what path names; where the
// archive fails, with the last good one.
func (s *Server) document(w http.ResponseWriter, r *http.Request, head *masthead, path string) {
	shown, query := takePass(r)
	req, err := s.find(head, path, query, shown)
	if err != nil {
		s.refuse(w, r, head, err)
		return
	}
	doc, err := s.current(r.Context(), head, req, s.patience)
	if err != nil {
		s.refuse(w, r, head, err)
		return
	}
	if req.varied {
		w.Header().Set("Vary", "Accept-Encoding, Authorization")
	}
	serve(w, r, doc, req.cacheControl(head))
}
