package publish

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/news"
)

// memory is an archive in memory.
type memory struct {
	mu       sync.Mutex
	stories  []news.Story
	archived []news.Article
	ledgers  map[news.SourceID]news.Ledger
	revision news.Revision
	away     bool
	reads    int
}

var errAway = errors.New("the archive is away")

func (m *memory) Revision(_ context.Context, _ news.TopicID) (news.Revision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return 0, errAway
	}
	return m.revision, nil
}

func (m *memory) Story(_ context.Context, id news.StoryID) (news.Story, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return news.Story{}, errAway
	}
	for _, st := range m.stories {
		if st.ID == id {
			return st, nil
		}
	}
	return news.Story{}, news.ErrNotFound
}

func (m *memory) Article(_ context.Context, id news.ArticleID) (news.Article, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return news.Article{}, errAway
	}
	for _, a := range m.archived {
		if a.ID == id {
			return a, nil
		}
	}
	return news.Article{}, news.ErrNotFound
}

func (m *memory) Stories(_ context.Context, q news.Query) ([]news.Story, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, errAway
	}
	m.reads++
	var found []news.Story
	for _, st := range m.stories {
		if (q.Topic == "" || slices.Contains(st.Topics, q.Topic)) && slices.ContainsFunc(st.Articles, func(a news.Article) bool {
			return (len(q.Langs) == 0 || slices.Contains(q.Langs, primary(a.Lang))) && (q.Source == "" || a.Source == q.Source)
		}) && (q.After.IsZero() || before(st, q.After)) {
			found = append(found, st)
		}
	}
	slices.SortFunc(found, func(a, b news.Story) int {
		if c := b.Filed.Compare(a.Filed); c != 0 {
			return c
		}
		return strings.Compare(string(b.ID), string(a.ID))
	})
	return found[:min(len(found), q.Limit)], nil
}

func before(st news.Story, c news.Cursor) bool {
	return st.Filed.Before(c.Filed) || st.Filed.Equal(c.Filed) && st.ID < c.ID
}

func (m *memory) Ledgers(_ context.Context, ids ...news.SourceID) ([]news.Ledger, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return nil, errAway
	}
	var found []news.Ledger
	for _, id := range ids {
		l := m.ledgers[id]
		l.Source = id
		found = append(found, l)
	}
	return found, nil
}

func (m *memory) change(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
	m.revision++
}

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func storyID(n int) news.StoryID {
	return news.StoryID(news.ItemKey("test", &news.Item{GUID: fmt.Sprint(n)}).ArticleID())
}

// plainStory is the nth story: one article, filed n minutes before noon.
func plainStory(n int) news.Story {
	at := noon.Add(-time.Duration(n) * time.Minute)
	return news.Story{ID: storyID(n), Topics: []news.TopicID{"grain"}, Filed: at, Updated: at, Revision: 1, Articles: []news.Article{{
		ID: news.ArticleID(storyID(n)), Source: "harbour", Outlet: "Harbour Post", Link: fmt.Sprintf("https://harbour.example/%d", n),
		GUID: fmt.Sprintf("harbour-%d", n), Headline: fmt.Sprintf("Ship %d sails", n), Lede: "A ship sails.", Lang: "en", Rights: news.RightsFull,
		Body: []news.Block{{Text: "A ship sails at dawn."}}, Published: at, Filed: at, Changed: at, Topics: []news.TopicID{"grain"},
	}}}
}

// richStory has everything a story can have.
func richStory() news.Story {
	at := noon.Add(time.Hour)
	jakarta := time.FixedZone("WIB", 7*3600)
	lead := news.Article{
		ID: news.ArticleID(storyID(9000)), Source: "pelabuhan", Outlet: "Kabar Pelabuhan", Publisher: "pelabuhan", GUID: "urn:kp:77",
		Link: "https://pelabuhan.example/berita?id=7&hal=1", Headline: `Gandum & <b>kapal</b> &amp; "damai"`, Kicker: "Laut Hitam",
		Lede: "Kapal gandum & jelai berlayar < lagi.", Byline: []string{"Sari Dewi", "Budi Hartono"}, Dateline: "ODESA", Agency: "Antar", Lang: "id", Rights: news.RightsFull,
		Lead: &news.Figure{Src: "https://img.pelabuhan.example/kapal.jpg?w=1&h=2", Alt: "Kapal putih", Caption: "Kapal di dermaga.", Credit: "Antar/Wira", Width: 1200, Height: 800, Length: 54321},
		Body: []news.Block{
			{Text: "Kapal pertama berlayar, kata pejabat.", Links: []news.Link{{Start: 0, End: 5, URL: "https://pelabuhan.example/kapal"}}},
			{Kind: news.Heading, Level: 2, Text: "Sejarah"},
			{Kind: news.Heading, Level: 3, Number: 2, Text: "Perjanjian"},
			{Kind: news.Quote, Text: "Kami menunggu.\nLama sekali."},
			{Kind: news.List, Ordered: true, Items: []string{"Gandum", "Jelai"}},
			{Kind: news.Table, Rows: [][]string{{"Bulan", "Ton"}, {"Mei", "40"}}},
			{Kind: news.Picture, Figure: &news.Figure{Src: "https://img.pelabuhan.example/peta.png", Caption: "Peta.", Credit: "Redaksi"}},
		},
		Categories: []string{"Ekonomi/Pangan"}, RightsLine: "© Kabar Pelabuhan",
		Published: at.In(jakarta), Filed: at, Changed: at.Add(10 * time.Minute), Topics: []news.TopicID{"grain"},
		Matches: []news.Match{{Topic: "grain", Concept: "concept:grain", Alias: "gandum", Sense: "alias", Field: news.InBody, Text: "gandum", Quote: "RAHASIA kapal gandum berlayar."},
			{Topic: "grain", Concept: "country:UA", Alias: "Ukraina", Sense: "name", Field: news.InTitle, Text: "Ukraina"}},
		Earlier: []news.Version{{Since: at, Headline: "Gandum & <b>perahu</b>", Lede: "Perahu gandum & jelai berlayar.", Passages: []string{"Kapal RAHASIA berlayar, kata pejabat.", "Sejarah", "Perjanjian", "Kami menunggu.\nLama sekali.", "Gandum\nJelai"}}},
	}
	other := news.Article{ID: "x", Source: "harbour", Outlet: "Harbour Post", Link: "https://harbour.example/grain", Headline: "Grain ships sail again", Lang: "en", Published: at, Filed: at.Add(time.Minute), Rights: news.RightsFull}
	return news.Story{ID: storyID(9000), Topics: []news.TopicID{"grain"}, Filed: at, Updated: at.Add(10 * time.Minute), Revision: 7, Articles: []news.Article{lead, other}}
}

func testMasthead() Masthead {
	return Masthead{
		Site:   Site{Title: "World desk", URL: "https://news.example.org", Contact: "desk@example.org", Version: "1.0"},
		Topics: []news.Topic{{ID: "grain", Title: "Black Sea grain", Description: "Ships and <corn>"}, {ID: "quiet", Title: "Nothing"}},
		Sources: []news.Source{
			{ID: "harbour", Title: "Harbour Post", Feed: "https://harbour.example/feed.xml", Home: "https://harbour.example/", Rights: news.RightsFull},
			{ID: "pelabuhan", Title: "Kabar Pelabuhan", Feed: "https://user:hunter2secret@pelabuhan.example/rss?token=topsecretvalue", Rights: news.RightsFull, Access: news.Access{Cookie: "session=cookiesecret"}},
		},
		Interval: func(news.SourceID) string { return "every 15 minutes" },
	}
}

// desk is a server over an archive with the stories given.
func desk(t testing.TB, stories ...news.Story) (*Server, *memory) {
	t.Helper()
	m := &memory{stories: stories, revision: 1, ledgers: map[news.SourceID]news.Ledger{}}
	s, err := New(m, testMasthead(), Options{Patience: -1}) // what is new is to be seen at once
	if err != nil {
		t.Fatal(err)
	}
	return s, m
}

// ask makes a request with headers given as name, value.
func ask(s http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func get(t testing.TB, s http.Handler, target string) string {
	t.Helper()
	w := ask(s, "GET", target)
	if w.Code != 200 {
		t.Fatalf("GET %s: got %d, want 200: %s", target, w.Code, w.Body)
	}
	return w.Body.String()
}
