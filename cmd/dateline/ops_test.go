package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Profiles tell what runs inside: they are for editors, and there are none
// where there is no editor's token.
func TestProfilesAreForEditors(t *testing.T) {
	h := countedHouse(t)
	for token, want := range map[string]int{"": http.StatusNotFound, "wrong-token-0123456789": http.StatusNotFound, "editors-token-0123456789": http.StatusOK} {
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/cmdline"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			h.front().ServeHTTP(w, r)
			wanted := want
			if strings.HasSuffix(path, "cmdline") { // it may hold secrets
				wanted = http.StatusNotFound
			}
			if w.Code != wanted {
				t.Errorf("%s with token %q: got %d, want %d", path, token, w.Code, wanted)
			}
		}
	}
	h.config.Access.Hosts, h.config.Access.Rate = []string{"desk.example"}, 1
	m, err := h.config.masthead()
	if err != nil {
		t.Fatal(err)
	}
	h.web.Reload(m)
	for n, want := range []int{http.StatusMisdirectedRequest, http.StatusOK, http.StatusTooManyRequests} { // an editor comes through the same doors
		r := httptest.NewRequest(http.MethodGet, "/debug/pprof/heap", nil)
		r.Header.Set("Authorization", "Bearer editors-token-0123456789")
		r.Host = map[bool]string{true: "other.example", false: "desk.example"}[n == 0]
		w := httptest.NewRecorder()
		if h.front().ServeHTTP(w, r); w.Code != want {
			t.Errorf("request %d: got %d, want %d", n, w.Code, want)
		}
	}
	h.config.Access = doorConfig{}
	m, err = h.config.masthead()
	if err != nil {
		t.Fatal(err)
	}
	h.web.Reload(m)
	if code, _ := scrape(t, h.front(), "/debug/pprof/?token="); code != http.StatusNotFound {
		t.Errorf("without an editor: %d", code)
	}
}

// A desk that has stopped looking for work is not well, whatever its pages say.
func TestHealthTellsOfADeskThatStandsStill(t *testing.T) {
	h := countedHouse(t)
	beat := time.Now()
	synctest.Test(t, func(t *testing.T) {
		h.beat = func() time.Time { return beat }
		beat = time.Now()
		for _, handler := range []http.Handler{h.front(), h.aside()} {
			if code, said := scrape(t, handler, "/healthz"); code != http.StatusOK {
				t.Errorf("at work: %d %s", code, said)
			}
		}
		time.Sleep(stalledAfter)
		for _, handler := range []http.Handler{h.front(), h.aside()} {
			if code, said := scrape(t, handler, "/healthz"); code != http.StatusServiceUnavailable || !strings.Contains(said, "has not looked") {
				t.Errorf("standing still: %d %s", code, said)
			}
		}
		h.role.fetch = false // a process that only publishes has no desk at work
		if code, _ := scrape(t, h.front(), "/healthz"); code != http.StatusOK {
			t.Errorf("web alone: %d", code)
		}
	})
}

// While the store takes nothing, as with a full disk, readers are served and
// who asks whether the desk is ready is told.
func TestReadinessTellsOfAStoreThatTakesNothing(t *testing.T) {
	h := countedHouse(t)
	var since time.Time
	h.refused = func() time.Time { return since }
	for _, c := range []struct {
		since time.Time
		want  int
	}{{time.Time{}, http.StatusOK}, {time.Now(), http.StatusServiceUnavailable}, {time.Time{}, http.StatusOK}} {
		since = c.since
		for name, handler := range map[string]http.Handler{"front": h.front(), "aside": h.aside()} {
			if code, said := scrape(t, handler, "/readyz"); code != c.want {
				t.Errorf("%s, refused since %v: %d %s, want %d", name, since, code, said, c.want)
			}
		}
		if code, said := scrape(t, h.front(), "/healthz"); code != http.StatusOK {
			t.Errorf("a restart would not help: %d %s", code, said)
		}
	}
}
