package publish

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dateline/news"
)

const editorsKey = "editors-key-0123456789"

// guardedPress is secretPress with an editors' token.
func guardedPress(t *testing.T, a Access) *Server {
	t.Helper()
	s := secretPress(t)
	m := s.head.Load().Masthead
	m.Topics = []news.Topic{{ID: "open", Title: "Open"}, {ID: "closed", Title: "Closed matters"}}
	m.Access = a
	s.Reload(m)
	return s
}

// Every address and every kind of visitor: what is public is everybody's, what
// is private is not there for others, and the sources are the editors'.
func TestWhoMayReadWhat(t *testing.T) {
	visitors := []struct {
		name, token string
	}{{"stranger", ""}, {"with a wrong token", "wrong-0123456789abcdef"}, {"reader of the private topic", openSesame}, {"editor", editorsKey}}
	public, private, editors := [4]int{200, 200, 200, 200}, [4]int{404, 404, 200, 200}, [4]int{401, 401, 401, 200}
	nothing := [4]int{404, 404, 404, 404}
	s := guardedPress(t, Access{Admin: []string{editorsKey}})
	for _, c := range []struct {
		path string
		want [4]int
	}{
		{"/", public}, {"/opml", public}, {"/healthz", public}, {"/readyz", public}, {"/style.css", public}, {"/logo.png", public},
		{"/topics/open", public}, {"/topics/open.rss", public}, {"/topics/open.atom", public}, {"/topics/open.json", public},
		{"/topics/open/archive/2026-03-03.atom", public}, {"/stories/aaaaaaaaaaaaaaaa/x", public}, {"/stories/cccccccccccccccc", public},
		{"/api/topics", public}, {"/api/stories/aaaaaaaaaaaaaaaa", public}, {"/api/stories/cccccccccccccccc", public},
		{"/topics/closed", private}, {"/topics/closed.rss", private}, {"/topics/closed.atom", private}, {"/topics/closed.json", private},
		{"/topics/closed/archive/2026-03-03.atom", private}, {"/stories/bbbbbbbbbbbbbbbb/x", private}, {"/api/stories/bbbbbbbbbbbbbbbb", private},
		{"/sources", editors}, {"/api/sources", editors},
		{"/topics/none", nothing}, {"/stories/dddddddddddddddd", nothing}, {"/api/none", nothing}, {"/admin", nothing},
	} {
		for i, v := range visitors {
			inQuery := c.path
			if v.token != "" {
				inQuery += "?token=" + v.token
			}
			for how, w := range map[string]*httptest.ResponseRecorder{"header": askAs(s, c.path, v.token), "query": askAs(s, inQuery, "")} {
				if w.Code != c.want[i] {
					t.Errorf("%s, %s, token in the %s: got %d, want %d", c.path, v.name, how, w.Code, c.want[i])
				}
				if c.want != public && w.Code == 200 && w.Header().Get("Cache-Control") != "private, no-cache" {
					t.Errorf("%s, %s: Cache-Control %q lets others have it", c.path, v.name, w.Header().Get("Cache-Control"))
				}
				if w.Code == 401 && w.Header().Get("WWW-Authenticate") == "" {
					t.Errorf("%s: the 401 does not say how to sign in", c.path)
				}
				if h := w.Header(); h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Permissions-Policy") == "" {
					t.Errorf("%s: %d without its secure headers: %v", c.path, w.Code, h)
				}
			}
		}
	}
	if w := askAs(guardedPress(t, Access{}), "/api/sources", ""); w.Code != 200 {
		t.Errorf("sources of a desk without editors' token: %d", w.Code)
	}
}

func TestHostsThatAreNotOursAreTurnedAway(t *testing.T) {
	s := guardedPress(t, Access{Hosts: []string{"News.Example", "::1"}})
	for host, want := range map[string]int{
		"desk.example": 200, "desk.example:8080": 200, "NEWS.example.": 200, "[::1]:8080": 200, "evil.example": 421, "desk.example.evil.example": 421, "": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "/topics/open.rss", nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: got %d, want %d", host, w.Code, want)
		}
		r.URL.Path = "/healthz"
		w = httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != 200 {
			t.Errorf("host %q: health is %d", host, w.Code)
		}
	}
}

func TestPagesElsewhereCannotWrite(t *testing.T) {
	s := guardedPress(t, Access{})
	for site, want := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 405, "": 405} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%q: got %d, want %d", site, w.Code, want)
		}
	}
}

func TestClientHasItsRateEachMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := guardedPress(t, Access{Rate: 3})
		from := func(addr string) int {
			r := httptest.NewRequest(http.MethodGet, "/api/topics", nil)
			r.RemoteAddr = addr
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code == 429 && w.Header().Get("Retry-After") == "" {
				t.Error("the 429 does not say when to come again")
			}
			return w.Code
		}
		for i := range 5 {
			want := 200
			if i >= 3 {
				want = 429
			}
			if got := from("203.0.113.7:1000"); got != want {
				t.Errorf("request %d: got %d, want %d", i+1, got, want)
			}
			if got := from("[2001:db8::" + string('1'+rune(i)) + "]:1"); got != want {
				t.Errorf("request %d of an IPv6 network: got %d, want %d", i+1, got, want)
			}
			if got := from("10.1.2.3:9") + from("127.0.0.1:9") + from("[::1]:9"); got != 600 {
				t.Error("a client in a private network is counted")
			}
		}
		if got := from("198.51.100.9:1"); got != 200 {
			t.Errorf("another client: %d", got)
		}
		time.Sleep(time.Minute)
		if got := from("203.0.113.7:1000"); got != 200 {
			t.Errorf("a minute later: %d", got)
		}
	})
}

func TestManyClientsAreNotMistakenForOne(t *testing.T) {
	turns, now, refused := newTurns[netip.Prefix](), time.Unix(1e9, 0), 0
	for i := range 2000 {
		client := netip.PrefixFrom(netip.AddrFrom4([4]byte{203, byte(i >> 8), byte(i), 1}), 32)
		for range 10 {
			if !turns.take(client, 10, now) {
				refused++
			}
		}
	}
	if refused > 1000 {
		t.Errorf("%d of 20000 requests within the rate are refused", refused)
	}
}

// Files are read by everybody, so what is for editors is not among them.
func TestExportLeavesOutWhatIsForEditors(t *testing.T) {
	for _, admin := range [][]string{nil, {editorsKey}} {
		s, dir := guardedPress(t, Access{Admin: admin}), t.TempDir()
		m := s.head.Load().Masthead
		if _, err := Export(t.Context(), s.archive, m, dir); err != nil {
			t.Fatal(err)
		}
		written := false
		var linked bool
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rest, _ := filepath.Rel(dir, name)
			written = written || strings.HasPrefix(rest, "sources")
			if strings.HasSuffix(name, ".html") {
				body, err := os.ReadFile(name)
				linked = linked || strings.Contains(string(body), ">Sources</a>")
				return err
			}
			return nil
		})
		if public := admin == nil; err != nil || written != public || linked != public {
			t.Errorf("admin %v: sources page written %v, linked %v, %v", admin != nil, written, linked, err)
		}
	}
}
