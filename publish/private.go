package publish

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dateline/news"
)

// A private topic is served to those who show one of its tokens, as a bearer
// token (RFC 6750), as a password with any name (RFC 7617) or, for feed readers
// that can send nothing else, as the parameter token. To everyone else there is
// no such topic: it is named on no page, in no list and in no other topic's
// feed, and neither are its stories.

// digest is what is kept of a token, so that comparing takes the same time
// whatever is wrong with it.
type digest = [sha256.Size]byte

// private makes ready the tokens of a masthead, and takes the private topics
// out of its list.
func (h *masthead) private() {
	h.tokens = map[news.TopicID][]digest{}
	for id, tokens := range h.Tokens {
		if h.topics[id] == nil || len(tokens) == 0 {
			continue
		}
		for _, t := range tokens {
			h.tokens[id] = append(h.tokens[id], sha256.Sum256([]byte(t)))
		}
	}
	if len(h.tokens) > 0 {
		h.Topics = slices.DeleteFunc(slices.Clone(h.Topics), func(t news.Topic) bool { return h.tokens[t.ID] != nil })
	}
}

// admits reports whether who shows a token may read a topic.
func (h *masthead) admits(id news.TopicID, token string) bool {
	digests, private := h.tokens[id]
	if !private {
		return true
	}
	return opens(digests, token) || h.edits(token)
}

// public reports whether there is a topic that everybody may read.
func (h *masthead) public(id news.TopicID) bool { return h.topics[id] != nil && h.tokens[id] == nil }

// hidden reports whether all topics of a story are private.
func (h *masthead) hidden(st *news.Story) bool {
	return len(h.tokens) > 0 && len(st.Topics) > 0 && !slices.ContainsFunc(st.Topics, func(id news.TopicID) bool { return h.tokens[id] == nil })
}

// mayRead reports whether who shows a token may read a story.
func (h *masthead) mayRead(st *news.Story, token string) bool {
	return !h.hidden(st) || slices.ContainsFunc(st.Topics, func(id news.TopicID) bool { return h.admits(id, token) })
}

// unnamed takes the private topics off a story and its matches.
func (h *masthead) unnamed(st news.Story) news.Story {
	if len(h.tokens) == 0 {
		return st
	}
	st.Topics = slices.DeleteFunc(slices.Clone(st.Topics), func(id news.TopicID) bool { return h.tokens[id] != nil })
	st.Articles = slices.Clone(st.Articles)
	for i := range st.Articles {
		a := &st.Articles[i]
		a.Topics = slices.DeleteFunc(slices.Clone(a.Topics), func(id news.TopicID) bool { return h.tokens[id] != nil })
		a.Matches = slices.DeleteFunc(slices.Clone(a.Matches), func(m news.Match) bool { return h.tokens[m.Topic] != nil })
	}
	return st
}

// pass is the token that a request shows, and how.
type pass struct {
	token   string
	inQuery bool // links must bear it, or the reader loses it
}

// takePass reads the token of a request, and gives its query without it.
func takePass(r *http.Request) (pass, string) {
	var p pass
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		p.token = strings.TrimSpace(token)
	} else if _, password, ok := r.BasicAuth(); ok { // what a browser asks a person for
		p.token = password
	}
	if !strings.Contains(r.URL.RawQuery, "token=") {
		return p, r.URL.RawQuery
	}
	var rest []string
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		value, found := strings.CutPrefix(pair, "token=")
		if !found {
			rest = append(rest, pair)
			continue
		}
		if token, err := url.QueryUnescape(value); err == nil && len(token) <= maxQuery {
			p = pass{token: token, inQuery: true}
		}
	}
	return p, strings.Join(rest, "&")
}

// mark is what tells apart the documents for those who show a token, in the
// keys under which they are held: by the token, and by whether their links bear
// it.
func (p pass) mark() string {
	if p.inQuery {
		return "\x00?" + p.token
	}
	return "\x00" + p.token
}

// bear adds the token to a query where the reader showed it in one.
func (p pass) bear(query string) string {
	if !p.inQuery {
		return query
	}
	token := "token=" + url.QueryEscape(p.token)
	if query == "" {
		return token
	}
	return query + "&" + token
}

// passQuery is the query that bears the reader's token; empty: none is needed.
func (w want) passQuery() string {
	if q := w.pass.bear(""); q != "" {
		return "?" + q
	}
	return ""
}
