package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"

	"dateline/fetcher"
	"dateline/news"
)

// revisions is an archive of which only the revisions are asked.
type revisions struct {
	news.Archive
	of   map[news.TopicID]news.Revision
	away bool
}

func (r *revisions) Revision(_ context.Context, id news.TopicID) (news.Revision, error) {
	if r.away {
		return 0, errors.New("away")
	}
	return r.of[id], nil
}

// hubbub is a hub that notes what it is told.
func hubbub(t *testing.T) (address string, told *[]string, status *int) {
	t.Helper()
	told, status = &[]string{}, new(int)
	*status = http.StatusNoContent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.PostForm.Get("hub.mode") != "publish" {
			t.Errorf("%s %v, %v", r.Method, r.PostForm, err)
		}
		if *status/100 == 2 {
			*told = append(*told, r.PostForm["hub.url"]...)
		}
		w.WriteHeader(*status)
	}))
	t.Cleanup(server.Close)
	return server.URL, told, status
}

func TestChangesAreAnnounced(t *testing.T) {
	hub, told, status := hubbub(t)
	f, err := fetcher.New(fetcher.Options{UserAgent: "Dateline/test (+https://desk.example)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Gap: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	archive := &revisions{of: map[news.TopicID]news.Revision{"": 5, "a": 3, "b": 5, "secret": 5}}
	a := newAnnouncer(archive, f, hub, slog.New(slog.DiscardHandler))
	c := defaultConfig()
	c.Site.URL = "https://desk.example/news/"
	c.Topics = []topicConfig{{ID: "a"}, {ID: "b"}, {ID: "secret", Token: oneMany{"0123456789abcdef"}}}
	a.take(&c)
	expect := func(what string, want ...string) {
		t.Helper()
		if err := a.announce(t.Context()); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		slices.Sort(*told)
		slices.Sort(want)
		if !slices.Equal(*told, want) {
			t.Errorf("%s: the hub heard %v, want %v", what, *told, want)
		}
		*told = nil
	}
	forms := func(id string) []string {
		return []string{"https://desk.example/news/topics/" + id + ".atom", "https://desk.example/news/topics/" + id + ".rss", "https://desk.example/news/topics/" + id + ".json"}
	}
	expect("at the start", append(forms("a"), forms("b")...)...)
	expect("nothing new")
	archive.of[""], archive.of["b"] = 6, 6
	expect("one changed", forms("b")...)
	archive.of[""], archive.of["secret"] = 7, 7
	expect("a private one changed")

	archive.of[""], archive.of["a"] = 8, 8
	*status = http.StatusServiceUnavailable
	if err := a.announce(t.Context()); err == nil {
		t.Error("a hub that refuses is no fault")
	}
	*status = http.StatusNoContent
	expect("the hub is back", forms("a")...)
	archive.away = true
	if err := a.announce(t.Context()); err == nil {
		t.Error("an archive that is away is no fault")
	}
	archive.away = false
	c.Topics = c.Topics[1:]
	a.take(&c)
	archive.of[""] = 9
	expect("a topic left")
}
