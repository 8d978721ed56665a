package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
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

	patience time.Duration
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
	s := &Server{archive: archive, log: o.Log, patience: o.Patience, shelf: newShelf(o.MaxCache), pages: pages, origins: http.NewCrossOriginProtection(), turns: newTurns[netip.Prefix](), tallies: newTallies(), bench: o.Bench, trying: make(chan struct{}, 1),
		picture: o.Picture, pictures: newShelf(maxPictures), getting: make(chan struct{}, picturesAtOnce)}
	s.head.Store(head)
	return s, nil
}

// Reload takes a new masthead. One that New would refuse is logged and left:
// the present one stays.
func (s *Server) Reload(m Masthead) {
	for {
		old := s.head.Load()
		head, err := newMasthead(m, old.generation+1)
		if err == nil {
			head.since = time.Now().Truncate(time.Second)
		}
		if err != nil {
			s.log.Error("masthead refused, the present one stays", "err", err)
			return
		}
		if s.head.CompareAndSwap(old, head) {
			return
		}
	}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := s.head.Load()
	secure(w.Header())
	if s.picture == nil {
		w.Header()["Content-Security-Policy"] = directPolicy
	}
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, head.path); ok && (rest == "" || rest[0] == '/') {
		path = rest
	}
	if err := s.turnedAway(r, head, path); err != nil {
		s.refuse(w, r, head, err)
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
	req, err := head.route(path, query, shown)
	if err != nil {
		s.refuse(w, r, head, err)
		return
	}
	doc, err := s.current(r.Context(), head, req, s.patience)
	if err != nil {
		s.refuse(w, r, head, err)
		return
	}
	serve(w, r, doc, req.cacheControl(head))
}

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
	revision, err := s.archive.Revision(ctx, req.scope)
	if err != nil {
		return s.lastGood(held, fmt.Errorf("read revision: %w", err))
	}
	stamp := stamp{revision: revision, generation: head.generation}
	if held != nil && held.stamp == stamp && !req.live {
		held.inForce.Store(time.Now().UnixNano())
		s.counts.hits.Add(1)
		return held, nil
	}
	if patience < 0 || held == nil || req.live || held.stamp.generation != stamp.generation || time.Since(time.Unix(0, held.inForce.Load())) > staleMost {
		return s.awaited(ctx, head, req, held, stamp)
	}
	if time.Since(held.made) < min(rest*held.took, restMost) {
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
		return s.lastGood(held, got.Err)
	case <-timer.C:
		s.counts.hits.Add(1)
		return held, nil
	}
}

// awaited is an edition that is at least as new as a stamp. A rendering that is
// under way may have begun before.
func (s *Server) awaited(ctx context.Context, head *masthead, req request, held *edited, wanted stamp) (*edited, error) {
	for tries := 0; ; tries++ {
		select {
		case got := <-s.rendering(ctx, head, req):
			if got.Err != nil {
				return s.lastGood(held, got.Err)
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
	made.made = time.Now()
	made.took = made.made.Sub(began)
	return s.shelf.put(made), nil
}

// lastGood is the edition held, whatever its age; without one it is the fault.
func (s *Server) lastGood(held *edited, err error) (*edited, error) {
	var f fault
	if errors.As(err, &f) {
		return nil, f
	}
	s.log.Warn("edition not renewed", "err", err)
	if held != nil {
		s.counts.stale.Add(1)
		return held, nil
	}
	return nil, fault{http.StatusServiceUnavailable, "The archive cannot be read at the moment. Please try again in a minute."}
}

// press is what rendering needs.
type press struct {
	archive news.Archive
	head    *masthead
	pages   *pages
	to      func(target string) string // how pages write the address of one of ours
	static  bool                       // there is no server to answer queries
	token   string                     // that the reader shows
	tallies *tallies                   // nil: every page counts for itself
	bench   bool                       // there is a workbench

	pictures bool // pictures are to be had from us
	pass     pass // that the reader shows
}

func (s *Server) press(head *masthead) press {
	return press{archive: s.archive, head: head, pages: s.pages, tallies: s.tallies, bench: s.bench != nil, pictures: s.picture != nil, to: func(target string) string { return head.path + target }}
}

// request is what an address names.
type request struct {
	key    string
	scope  news.TopicID // whose revision it follows
	live   bool         // it follows more than revisions: rendered each time
	token  string       // that the reader shows, where it may matter
	closed bool         // only for this reader's eyes
	past   bool         // nothing is added to it any more
	render func(context.Context, press) (document, error)
}

// cacheControl is how long caches may hold the answer.
func (r request) cacheControl(h *masthead) string {
	if r.closed {
		return "private, no-cache"
	}
	if r.live {
		return "public, max-age=30, stale-if-error=86400"
	}
	if r.past {
		return "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
	}
	return h.freshness
}

// route finds what an address names.
func (h *masthead) route(path, query string, shown pass) (request, error) {
	req := request{key: path + "?" + query}
	if rest, ok := strings.CutPrefix(path, "/topics/"); ok {
		return h.routeTopic(req, rest, query, shown)
	}
	if err := h.closedTo(path, shown.token); err != nil {
		return request{}, err
	}
	req.closed = len(h.admin) > 0 && slices.Contains(editorial, path)
	if rest, ok := strings.CutPrefix(path, apiPrefix); ok && strings.HasPrefix(rest, "/") {
		return h.routeAPI(req, rest, query, shown)
	}
	if query != "" {
		return request{}, fault{http.StatusBadRequest, "This address takes no parameters."}
	}
	if rest, ok := strings.CutPrefix(path, "/stories/"); ok {
		id, _, _ := strings.Cut(rest, "/")
		return h.routeStory(req, id, shown)
	}
	switch path {
	case "/", "":
		req.render = func(ctx context.Context, p press) (document, error) { return p.front(ctx) }
	case "/subscribe":
		req.render = func(_ context.Context, p press) (document, error) { return p.subscribe() }
	case "/opml":
		req.render = func(_ context.Context, p press) (document, error) { return p.opml() }
	case "/sources":
		req.live = true
		req.render = func(ctx context.Context, p press) (document, error) { return p.sources(ctx) }
	default:
		return request{}, missing("There is nothing at this address.")
	}
	return req, nil
}

func (h *masthead) routeTopic(req request, rest, query string, shown pass) (request, error) {
	if name, day, ok := strings.Cut(rest, "/archive/"); ok && h.topics[news.TopicID(name)] != nil && h.admits(news.TopicID(name), shown.token) {
		return h.routeArchive(req, h.topics[news.TopicID(name)], day, query, shown)
	}
	name, form := rest, ""
	for _, f := range forms {
		if cut, ok := strings.CutSuffix(rest, f.ext); ok && h.topics[news.TopicID(rest)] == nil {
			name, form = cut, f.ext
		}
	}
	topic := h.topics[news.TopicID(name)]
	if topic == nil || !h.admits(topic.ID, shown.token) {
		return request{}, missing("There is no topic %q.", printable(name))
	}
	w, err := parseWant(h, query)
	if err != nil {
		return request{}, fault{http.StatusBadRequest, err.Error()}
	}
	if req.closed = h.tokens[topic.ID] != nil; req.closed && shown.inQuery {
		w.pass, w.raw = shown, shown.bear(w.raw)
		req.key += "\x00" + shown.token
	}
	req.scope = topic.ID
	req.render = func(ctx context.Context, p press) (document, error) { return p.topic(ctx, topic, w, form) }
	return req, nil
}

func (h *masthead) routeStory(req request, id string, shown pass) (request, error) {
	if !news.ValidID(id) {
		return request{}, missing("That is not the id of a story.")
	}
	req.key = strings.Replace(req.key, "/stories/"+id, "/stories/"+id+"\x00", 1)
	req.key, _, _ = strings.Cut(req.key, "\x00") // the slug is for people
	if token := h.worth(shown.token); token != "" {
		req.closed, req.token = true, token
		req.key += "\x00" + token
	}
	req.render = func(ctx context.Context, p press) (document, error) {
		p.pass = shown
		return p.story(ctx, news.StoryID(id))
	}
	return req, nil
}

// topic renders one listing of a topic in one form.
func (p press) topic(ctx context.Context, topic *news.Topic, w want, form string) (document, error) {
	ed, err := p.edition(ctx, topic, w)
	if err != nil {
		return document{}, err
	}
	if form == ".atom" && w.raw == w.pass.bear("") && len(ed.entries)+len(ed.gone) > 0 {
		if ed.before, err = p.newestArchive(ctx, topic.ID); err != nil {
			return document{}, err
		}
	}
	return p.write(ctx, ed, form)
}

// edition reads one listing of a topic.
func (p press) edition(ctx context.Context, topic *news.Topic, w want) (*edition, error) {
	q := w.listing(topic.ID)
	stories, err := p.archive.Stories(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list stories: %w", err)
	}
	next := ""
	listed := len(stories)
	stories = w.fit(stories, q.Limit)
	if n := len(stories); n > 0 && (listed == q.Limit || n < listed) {
		q.After, q.Limit = place(&stories[n-1]), 1
		more, err := p.archive.Stories(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list further stories: %w", err)
		}
		if len(more) > 0 {
			next = w.from(q.After)
		}
	}
	return newEdition(p.head, topic, w, stories, next), nil
}

// write writes an edition in one form; the empty form is the page.
func (p press) write(ctx context.Context, ed *edition, form string) (doc document, err error) {
	doc.changed = ed.changed
	switch form {
	case ".rss":
		doc.mediaType = typeRSS + "; charset=utf-8"
		doc.body, err = ed.rss()
	case ".atom":
		doc.mediaType = typeAtom + "; charset=utf-8"
		doc.body, err = ed.atom()
	case ".json":
		doc.mediaType = typeJSON
		doc.body, err = ed.json()
	default:
		return p.topicPage(ctx, ed)
	}
	if err != nil {
		return document{}, fmt.Errorf("write edition: %w", err)
	}
	for _, l := range ed.links(form, true) {
		doc.links = append(doc.links, linkHeader(l))
	}
	return doc, nil
}

// linkHeader writes a link for HTTP.
func linkHeader(l atomLink) string {
	s := "<" + l.Href + `>; rel="` + l.Rel + `"`
	if l.Type != "" {
		s += `; type="` + l.Type + `"`
	}
	return s
}

// mostMerged is how many verdicts of an editor are followed from a story to the
// one that it was merged into.
const mostMerged = 16

// unmerged reads one story, or the one that has its articles now.
func (p press) unmerged(ctx context.Context, id news.StoryID) (news.Story, error) {
	st, err := p.archive.Story(ctx, id)
	for hops := 0; err == nil && st.Into != "" && hops < mostMerged; hops++ {
		st, err = p.archive.Story(ctx, st.Into)
	}
	return st, err
}

// readStory reads a story for readers; its error is a fault where there is none.
func (p press) readStory(ctx context.Context, id news.StoryID) (entry, error) {
	st, err := p.unmerged(ctx, id)
	if errors.Is(err, news.ErrNotFound) || err == nil && len(st.Articles) == 0 {
		return entry{}, missing("There is no story with this id; it may have been swept from the archive.")
	}
	if err != nil {
		return entry{}, fmt.Errorf("read story: %w", err)
	}
	if !p.head.mayRead(&st, p.token) {
		return entry{}, missing("There is no story with this id; it may have been swept from the archive.")
	}
	if !st.Withdrawn.IsZero() {
		return entry{}, fault{http.StatusGone, "This story was withdrawn."}
	}
	return newEntry(p.head, st, want{}), nil
}
