package publish

import (
	"context"
	_ "embed"
	"net/http"
	"strconv"
	"strings"

	"dateline/news"
)

// apiPrefix begins the addresses of the API.
const apiPrefix = "/api"

// apiRoute is an address of the API.
type apiRoute struct {
	pattern string // below /api; a name in braces stands for one segment
	queried bool   // it takes the parameters of a listing
	find    func(h *masthead, req *request, names []string, w want, topic news.TopicID) error
}

// apiRoutes are all addresses of the API, as openapi.json has them.
var apiRoutes = []apiRoute{
	{"/openapi.json", false, func(_ *masthead, req *request, _ []string, _ want, _ news.TopicID) error {
		req.render = func(_ context.Context, p press) (document, error) { return p.openAPI() }
		return nil
	}},
	{"/topics", false, func(_ *masthead, req *request, _ []string, _ want, _ news.TopicID) error {
		req.render = func(_ context.Context, p press) (document, error) { return p.apiTopics() }
		return nil
	}},
	{"/topics/{topic}/why/{article}", false, func(h *masthead, req *request, names []string, _ want, _ news.TopicID) error {
		topic := h.topics[news.TopicID(names[0])]
		if topic == nil || !h.admits(topic.ID, req.token) {
			return missing("There is no topic %q.", printable(names[0]))
		}
		if !news.ValidID(names[1]) {
			return missing("That is not the id of an article.")
		}
		req.render = func(ctx context.Context, p press) (document, error) {
			return p.apiWhy(ctx, topic, news.ArticleID(names[1]))
		}
		return nil
	}},
	{"/stories", true, func(_ *masthead, req *request, _ []string, w want, topic news.TopicID) error {
		req.scope = topic
		req.render = func(ctx context.Context, p press) (document, error) {
			return p.apiListing(ctx, "/api/stories", topic, w)
		}
		return nil
	}},
	{"/stories/{story}", false, func(_ *masthead, req *request, names []string, _ want, _ news.TopicID) error {
		if !news.ValidID(names[0]) {
			return missing("That is not the id of a story.")
		}
		req.render = func(ctx context.Context, p press) (document, error) { return p.apiStory(ctx, news.StoryID(names[0])) }
		return nil
	}},
	{"/articles", true, func(_ *masthead, req *request, _ []string, w want, topic news.TopicID) error {
		w.apart = true
		req.scope = topic
		req.render = func(ctx context.Context, p press) (document, error) {
			return p.apiListing(ctx, "/api/articles", topic, w)
		}
		return nil
	}},
	{"/articles/{article}", false, func(_ *masthead, req *request, names []string, _ want, _ news.TopicID) error {
		if !news.ValidID(names[0]) {
			return missing("That is not the id of an article.")
		}
		req.render = func(ctx context.Context, p press) (document, error) {
			return p.apiArticleDocument(ctx, news.ArticleID(names[0]))
		}
		return nil
	}},
	{"/sources", false, func(_ *masthead, req *request, _ []string, _ want, _ news.TopicID) error {
		req.live = true
		req.render = func(ctx context.Context, p press) (document, error) { return p.apiSources(ctx) }
		return nil
	}},
}

// routeAPI finds what an address of the API names; path is below /api.
func (h *masthead) routeAPI(req request, path, query string, shown pass) (request, error) {
	for _, r := range apiRoutes {
		names, ok := r.match(path)
		if !ok {
			continue
		}
		req.varied = len(h.tokens)+len(h.admin) > 0
		if token := h.worth(shown.token); token != "" {
			req.closed, req.token = true, token
			req.key += shown.mark()
		}
		topic, rest, err := h.topicIn(query, r.queried, req.token)
		if err != nil {
			return request{}, err
		}
		w, err := parseWant(h, rest)
		switch {
		case !r.queried && query != "":
			return request{}, fault{http.StatusBadRequest, "This address takes no parameters."}
		case strings.Contains(rest, "per="):
			return request{}, fault{http.StatusBadRequest, "There is no parameter per here: stories and articles have addresses of their own."}
		case err != nil:
			return request{}, fault{http.StatusBadRequest, err.Error()}
		}
		if r.queried && !strings.Contains(rest, "full=") {
			w.brief = true // a listing is to be looked through
		}
		if req.closed {
			w.raw = shown.bear(w.raw)
		}
		return req, r.find(h, &req, names, w, topic)
	}
	return request{}, missing("There is nothing at this address; %s/api/openapi.json names what there is.", h.base)
}

// match reads the names in a path; false: it is another address.
func (r apiRoute) match(path string) (names []string, ok bool) {
	parts, wanted := strings.Split(path, "/"), strings.Split(r.pattern, "/")
	if len(parts) != len(wanted) {
		return nil, false
	}
	for i, part := range parts {
		switch {
		case strings.HasPrefix(wanted[i], "{"):
			names = append(names, part)
		case part != wanted[i]:
			return nil, false
		}
	}
	return names, true
}

// topicIn takes the parameter topic out of a query.
func (h *masthead) topicIn(query string, queried bool, token string) (topic news.TopicID, rest string, err error) {
	if !queried {
		return "", "", nil
	}
	var others []string
	for pair := range strings.SplitSeq(query, "&") {
		id, named := strings.CutPrefix(pair, "topic=")
		switch {
		case !named && pair != "":
			others = append(others, pair)
		case named && topic != "":
			return "", "", fault{http.StatusBadRequest, "The parameter topic is given twice."}
		case named:
			if topic = news.TopicID(id); h.topics[topic] == nil || !h.admits(topic, token) {
				return "", "", fault{http.StatusBadRequest, "There is no topic " + strconv.Quote(printable(id)) + "; " + h.base + "/api/topics lists them."}
			}
		}
	}
	return topic, strings.Join(others, "&"), nil
}

// worth is a token where it opens something, else none: what strangers make up
// is not kept apart.
func (h *masthead) worth(token string) string {
	if token == "" || h.edits(token) {
		return token
	}
	for id := range h.tokens {
		if h.admits(id, token) {
			return token
		}
	}
	return ""
}

// problem is an error of the API (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// refuseAPI answers with a problem.
func refuseAPI(w http.ResponseWriter, r *http.Request, f fault) {
	body, err := jsonBytes(problem{"about:blank", http.StatusText(f.status), f.status, f.words})
	if err != nil {
		body = nil // the words are sound: it cannot be
	}
	tell(w, r, f.status, "application/problem+json", string(body))
}

//go:embed openapi.json
var openAPI string

// openAPI is the description of the API, with the address of this one.
func (p press) openAPI() (document, error) {
	where, err := jsonBytes(p.head.base + apiPrefix)
	body := strings.Replace(openAPI, `"https://desk.example/api"`, strings.TrimSpace(string(where)), 1)
	return document{body: []byte(body), mediaType: "application/json"}, err
}
