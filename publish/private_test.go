package publish

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

const openSesame = "open-sesame-0123456789"

// secretPress is a server with a public and a private topic. Story one is in
// the first, story two in the second, story three in both.
func secretPress(t *testing.T) *Server {
	t.Helper()
	day := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	story := func(id string, filed time.Time, topics ...news.TopicID) news.Story {
		a := news.Article{ID: news.ArticleID(id), Source: "s", Outlet: "Post", Headline: "Headline " + id, Rights: news.RightsFull, Filed: filed, Published: filed, Topics: topics}
		for _, topic := range topics {
			a.Matches = append(a.Matches, news.Match{Topic: topic, Concept: "concept " + string(topic), Text: "word"})
		}
		return news.Story{ID: news.StoryID(id), Topics: topics, Filed: filed, Articles: []news.Article{a}}
	}
	archive := &memory{revision: 3, stories: []news.Story{
		story("aaaaaaaaaaaaaaaa", day, "open"), story("bbbbbbbbbbbbbbbb", day.Add(-time.Hour), "closed"), story("cccccccccccccccc", day.Add(-26*time.Hour), "open", "closed"),
	}}
	s, err := New(archive, Masthead{
		Site:   Site{Title: "Desk", URL: "https://desk.example"},
		Topics: []news.Topic{{ID: "open", Title: "Open"}, {ID: "closed", Title: "Closed matters"}}, Sources: []news.Source{{ID: "s", Title: "Post"}},
		Tokens: map[news.TopicID][]string{"closed": {"other-token-9876543210", openSesame}},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func askAs(s *Server, target, bearer string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Host = "localhost" // one of the names of a desk that only this machine can ask
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestPrivateTopicIsReadWithItsTokenOnly(t *testing.T) {
	s := secretPress(t)
	for _, path := range []string{"/topics/closed", "/topics/closed.rss", "/topics/closed.atom", "/topics/closed.json", "/topics/closed/archive/2026-03-03.atom"} {
		for _, c := range []struct {
			query, bearer string
			want          int
		}{
			{"", "", 404}, {"?token=", "", 404}, {"?token=wrong", "", 404}, {"", "wrong", 404}, {"?token=" + openSesame, "", 200}, {"", openSesame, 200},
			{"?token=" + openSesame + "x", "", 404}, {"?token=%zz", "", 404},
		} {
			w := askAs(s, path+c.query, c.bearer)
			if w.Code != c.want {
				t.Errorf("%s%s, bearer %q: %d, want %d", path, c.query, c.bearer, w.Code, c.want)
			}
			if cached := w.Header().Get("Cache-Control"); c.want == 200 && !strings.Contains(cached, "private") || strings.Contains(cached, "public") && w.Code == 200 {
				t.Errorf("%s%s: Cache-Control %q", path, c.query, cached)
			}
			if c.want == 404 && strings.Contains(w.Body.String(), "Closed matters") {
				t.Errorf("%s%s names the topic", path, c.query)
			}
		}
	}
	if w := askAs(s, "/topics/nothing.rss", ""); w.Code != 404 {
		t.Errorf("no such topic: %d", w.Code)
	}
}

func TestPrivateTopicIsNamedNowhere(t *testing.T) {
	s := secretPress(t)
	for _, path := range []string{"/", "/opml", "/api/topics", "/topics/open", "/topics/open.rss", "/topics/open.atom", "/topics/open.json", "/stories/cccccccccccccccc/x", "/api/stories/cccccccccccccccc", "/sources", "/api/sources"} {
		w := askAs(s, path, "")
		if w.Code != 200 || strings.Contains(strings.ToLower(w.Body.String()), "closed") || strings.Contains(w.Body.String(), "bbbbbbbbbbbbbbbb") {
			t.Errorf("%s: %d\n%s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/stories/bbbbbbbbbbbbbbbb/x", "/api/stories/bbbbbbbbbbbbbbbb"} {
		if w := askAs(s, path, ""); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
		if w := askAs(s, path+"?token="+openSesame, ""); w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "private") {
			t.Errorf("%s with the token: %d, %q", path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

// A reader that shows the token in the address keeps it on every page.
func TestLinksOfPrivateTopicBearTheToken(t *testing.T) {
	s := secretPress(t)
	body := askAs(s, "/topics/closed.atom?limit=1&token="+openSesame, "").Body.String()
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(body)
	if next == nil {
		t.Fatalf("no next page in\n%s", body)
	}
	target := strings.TrimPrefix(strings.ReplaceAll(next[1], "&amp;", "&"), "https://desk.example")
	if w := askAs(s, target, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "Headline cccc") {
		t.Errorf("%s: %d", target, w.Code)
	}
	if body := askAs(s, "/topics/closed.atom", openSesame).Body.String(); strings.Contains(body, openSesame) {
		t.Error("a token that was sent in a header stands in the feed")
	}
}

// The page of a private topic leads to its stories, those who showed the token
// in the address too.
func TestPageOfPrivateTopicLeadsToItsStories(t *testing.T) {
	s := secretPress(t)
	story := regexp.MustCompile(`href="(/stories/[^"]+)"`)
	for _, c := range []struct{ query, bearer string }{{"?token=" + openSesame, ""}, {"", openSesame}} {
		found := story.FindAllStringSubmatch(askAs(s, "/topics/closed"+c.query, c.bearer).Body.String(), -1)
		if len(found) != 2 {
			t.Fatalf("%+v: got links %q, want two", c, found)
		}
		for _, link := range found {
			if w := askAs(s, link[1], c.bearer); w.Code != 200 {
				t.Errorf("%+v: %s: %d", c, link[1], w.Code)
			}
			if alone := strings.Contains(link[1], "bbbbbbbb"); strings.Contains(link[1], openSesame) != (alone && c.bearer == "") {
				t.Errorf("%+v: the link is %s", c, link[1])
			}
		}
	}
}

func TestTokenThatIsRevokedStopsAtReload(t *testing.T) {
	s := secretPress(t)
	if w := askAs(s, "/topics/closed.rss?token="+openSesame, ""); w.Code != 200 {
		t.Fatal(w.Code)
	}
	m := s.head.Load().Masthead
	m.Topics = []news.Topic{{ID: "open"}, {ID: "closed"}}
	m.Tokens = map[news.TopicID][]string{"closed": {"another-token-000000"}}
	s.Reload(m)
	if w := askAs(s, "/topics/closed.rss?token="+openSesame, ""); w.Code != 404 {
		t.Errorf("the revoked token: %d", w.Code)
	}
	if w := askAs(s, "/topics/closed.rss?token=another-token-000000", ""); w.Code != 200 {
		t.Errorf("the new one: %d", w.Code)
	}
}
