package publish

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"dateline/news"
)

// request is what an address names.
type request struct {
	key    string
	scope  news.TopicID // whose revision it follows
	live   bool         // it follows more than revisions: rendered each time
	token  string       // that the reader shows, where it may matter
	closed bool         // only for this reader's eyes
	past   bool         // nothing is added to it any more
	varied bool         // a token may open more of it
	render func(context.Context, press) (document, error)
}

// What caches are told of what does not follow the config; each is the one value of a header.
var (
	forOneReader  = []string{"private, no-cache"}
	forAMoment    = []string{"public, max-age=30, stale-if-error=86400"}
	whatIsPast    = []string{"public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"}
	forOurOwnFile = []string{"public, max-age=86400, stale-while-revalidate=604800"}
)

// cacheControl is how long caches may hold the answer.
func (r request) cacheControl(h *masthead) []string {
	switch {
	case r.closed:
		return forOneReader
	case r.live:
		return forAMoment
	case r.past:
		return whatIsPast
	}
	return h.freshness
}

// find is route, but for what lies on the shelf and is for everybody: that was
// found before.
func (s *Server) find(head *masthead, path, query string, shown pass) (request, error) {
	if shown == (pass{}) {
		if held := s.shelf.peek(path, query); held != nil && held.stamp.generation == head.generation && !held.request.closed {
			return held.request, nil
		}
	}
	return head.route(path, query, shown)
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
		req.key += shown.mark()
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
		req.key += shown.mark()
	}
	req.render = func(ctx context.Context, p press) (document, error) {
		p.pass = shown
		return p.story(ctx, news.StoryID(id))
	}
	return req, nil
}
