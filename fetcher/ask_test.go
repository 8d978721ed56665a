package fetcher

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// road is a server whose paths redirect as the map says, "301 /b"; all others
// are a feed.
func road(t *testing.T, ways map[string]string) *httptest.Server {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		var target string
		if n, _ := fmt.Sscanf(ways[r.URL.Path], "%d %s", &status, &target); n == 2 {
			w.Header().Set("Location", target)
			w.WriteHeader(status)
			return
		}
		fmt.Fprint(w, feedOf(1))
	})
}

// under is a server's address by another name of this machine.
func under(name string, s *httptest.Server) string {
	u, _ := url.Parse(s.URL)
	return "http://" + name + ":" + u.Port()
}

func TestRedirectsThatEndBadly(t *testing.T) {
	long := map[string]string{}
	for i := range 12 {
		long[fmt.Sprintf("/long%d", i)] = fmt.Sprintf("302 /long%d", i+1)
	}
	for path, want := range map[string]string{
		"/self":    "in a circle",
		"/a":       "in a circle",
		"/long0":   "more than 10 times",
		"/file":    `not "file"`,
		"/script":  `not "javascript"`,
		"/gopher":  `not "gopher"`,
		"/private": "10.0.0.1 is an address of a private network; to let it be asked, put 10.0.0.1/32 under network.allow",
		"/cloud":   "169.254.169.254 is a link-local address",
		"/mapped":  "10.0.0.1 is an address of a private network",
		"/six":     "fd00::1 is an address of a private network",
		"/user":    "a user name",
		"/decimal": "is not an address that is accepted",
		"/slash":   "cannot be understood",
		"/junk":    "cannot be understood",
	} {
		t.Run(path, func(t *testing.T) {
			ways := map[string]string{"/self": "301 /self", "/a": "302 /b", "/b": "307 /a", "/file": "302 file:///etc/passwd",
				"/script": "302 javascript:alert(1)", "/gopher": "302 gopher://x.example/", "/private": "302 http://10.0.0.1/", "/cloud": "302 http://169.254.169.254/latest/meta-data/",
				"/mapped": "302 http://[::ffff:10.0.0.1]/", "/six": "302 http://[fd00::1]/", "/user": "302 http://me:pw@127.0.0.1/", "/decimal": "302 http://2130706433/",
				"/slash": `302 http:\\127.0.0.1/`, "/junk": "302 http://[::1"}
			for k, v := range long {
				ways[k] = v
			}
			s := road(t, ways)
			wantFault(t, faultOf(t, open(t), source(s.URL+path), news.Poll{}), want)
		})
	}
}

func TestCredentialsStayAtTheirOrigin(t *testing.T) {
	headers := map[string]http.Header{}
	var other *httptest.Server
	note := func(w http.ResponseWriter, r *http.Request) {
		headers[r.Host+r.URL.Path] = r.Header.Clone()
		switch r.URL.Path {
		case "/start":
			http.Redirect(w, r, "/same?secret=1", http.StatusFound)
		case "/same":
			http.Redirect(w, r, other.URL+"/other", http.StatusFound)
		default:
			fmt.Fprint(w, feedOf(1))
		}
	}
	s, o := serve(t, note), serve(t, note)
	other = o
	src := source(s.URL + "/start")
	src.Access = news.Access{Cookie: "c=1", Username: "u", Password: "p", Headers: map[string]string{"X-Key": "k"}}
	if _, err := open(t).Fetch(t.Context(), src, news.Poll{ETag: `"e"`, LastModified: "m"}, noon); err != nil {
		t.Fatal(err)
	}
	own := []string{"Cookie", "Authorization", "X-Key", "If-None-Match", "If-Modified-Since"}
	at := func(server *httptest.Server, path string) http.Header {
		return headers[strings.TrimPrefix(server.URL, "http://")+path]
	}
	for _, name := range own {
		if at(s, "/start").Get(name) == "" || at(s, "/same").Get(name) == "" {
			t.Errorf("%s does not reach the feed's own origin", name)
		}
		if got := at(o, "/other").Get(name); got != "" {
			t.Errorf("%s: %q reaches another port", name, got)
		}
	}
	for key, h := range headers {
		if h.Get("Referer") != "" {
			t.Errorf("%s was told where we come from: %q", key, h.Get("Referer"))
		}
		if h.Get("User-Agent") == "" {
			t.Errorf("%s was not told who asks", key)
		}
	}
}

func TestPermanentAddressIsLearnt(t *testing.T) {
	for name, c := range map[string]struct {
		ways  map[string]string
		learn string
	}{
		"301":              {map[string]string{"/feed": "301 /new"}, "/new"},
		"308 after 301":    {map[string]string{"/feed": "301 /b", "/b": "308 /new"}, "/new"},
		"302":              {map[string]string{"/feed": "302 /new"}, ""},
		"303":              {map[string]string{"/feed": "303 /new"}, ""},
		"307":              {map[string]string{"/feed": "307 /new"}, ""},
		"302 after a 301":  {map[string]string{"/feed": "301 /b", "/b": "302 /new"}, ""},
		"none":             {nil, ""},
		"fragment is left": {map[string]string{"/feed": "301 /new#top"}, "/new"},
	} {
		t.Run(name, func(t *testing.T) {
			s := road(t, c.ways)
			f := open(t)
			p := fetch(t, f, s.URL+"/feed", news.Poll{}).Poll
			want := c.learn
			if want != "" {
				want = s.URL + want
			}
			if p.Address != want || p.Moving != "" {
				t.Errorf("learnt %q (moving %q), want %q", p.Address, p.Moving, want)
			}
		})
	}
}

func TestLearntAddressIsAsked(t *testing.T) {
	var paths []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		fmt.Fprint(w, feedOf(1))
	})
	p := fetch(t, open(t), s.URL+"/old", news.Poll{Address: s.URL + "/new"}).Poll
	if fmt.Sprint(paths) != "[/new]" || p.Address != s.URL+"/new" {
		t.Errorf("asked %v, address now %q", paths, p.Address)
	}
}

func TestMoveToAnotherHostNeedsASecondSightingOnAnotherDay(t *testing.T) {
	target := road(t, nil)
	s := road(t, map[string]string{"/feed": "301 " + under("localhost", target) + "/new"})
	f := open(t)
	moved := under("localhost", target) + "/new"
	at := func(last news.Poll, now time.Time) news.Poll {
		t.Helper()
		r, err := f.Fetch(t.Context(), source(s.URL+"/feed"), last, now)
		if err != nil {
			t.Fatal(err)
		}
		return r.Poll
	}
	p := at(news.Poll{}, noon)
	if p.Address != "" || p.Moving != moved || !p.MovingFrom.Equal(noon) {
		t.Fatalf("first sighting: %+v", p)
	}
	p = at(p, noon.Add(time.Hour))
	if p.Address != "" || p.Moving != moved || !p.MovingFrom.Equal(noon) {
		t.Fatalf("second sighting on the same day: %+v", p)
	}
	p = at(p, noon.Add(24*time.Hour))
	if p.Address != moved || p.Moving != "" || !p.MovingFrom.IsZero() {
		t.Fatalf("sighting on another day: %+v", p)
	}
}

func TestMoveThatIsTakenBackIsForgotten(t *testing.T) {
	s := road(t, nil)
	p := fetch(t, open(t), s.URL, news.Poll{Moving: "http://elsewhere.example/", MovingFrom: noon.Add(-48 * time.Hour)}).Poll
	if p.Moving != "" || !p.MovingFrom.IsZero() {
		t.Errorf("%+v", p)
	}
}

func TestNothingIsLearntFromARedirectToNoFeed(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/feed" {
			http.Redirect(w, r, "/parked", http.StatusMovedPermanently)
			return
		}
		fmt.Fprint(w, "<html>parked</html>")
	})
	p := faultOf(t, open(t), source(s.URL+"/feed"), news.Poll{})
	if p.Address != "" || p.Moving != "" {
		t.Errorf("learnt from a page: %+v", p)
	}
}

func TestNothingIsLearntThatWouldLoseCredentials(t *testing.T) {
	target := road(t, nil)
	s := road(t, map[string]string{"/feed": "301 " + target.URL + "/new"})
	src := source(s.URL + "/feed")
	src.Access.Cookie = "a=b"
	r, err := open(t).Fetch(t.Context(), src, news.Poll{}, noon)
	if err != nil || r.Poll.Address != "" {
		t.Errorf("err %v, learnt %q", err, r.Poll.Address)
	}
}

func TestLearntAddressThatFailsIsGivenUp(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/new" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprint(w, feedOf(1))
	})
	f := open(t)
	p := news.Poll{Address: s.URL + "/new"}
	for range 3 {
		p = faultOf(t, f, source(s.URL+"/old"), p)
	}
	if p.Address != "" {
		t.Fatalf("after three failures the learnt address is still %q", p.Address)
	}
	if r := fetch(t, f, s.URL+"/old", p); len(r.Items) != 1 {
		t.Errorf("the configured address is not asked again")
	}
}

func TestGoneAtALearntAddressIsNotYetGone(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusGone) })
	f := open(t)
	p := faultOf(t, f, source(s.URL+"/old"), news.Poll{Address: s.URL + "/new"})
	if p.Gone || p.Address != "" {
		t.Fatalf("record %+v", p)
	}
	if p = faultOf(t, f, source(s.URL+"/old"), p); !p.Gone {
		t.Errorf("the configured address is gone, and the record does not say so: %+v", p)
	}
}

func TestLearnNeverLeavesTLS(t *testing.T) {
	parse := func(s string) *url.URL { u, _ := url.Parse(s); return u }
	a := answer{asked: parse("https://gazette.example/feed"), final: parse("http://gazette.example/feed"), hops: 1, permanent: true}
	if got, moving, _ := learn(source("https://gazette.example/feed"), news.Poll{}, a, noon); got != "" || moving != "" {
		t.Errorf("learnt %q, moving %q", got, moving)
	}
	a = answer{asked: parse("http://gazette.example/feed"), final: parse("https://gazette.example/feed"), hops: 1, permanent: true}
	if got, _, _ := learn(source("http://gazette.example/feed"), news.Poll{}, a, noon); got != "https://gazette.example/feed" {
		t.Errorf("learnt %q, want the https address", got)
	}
}

func TestHTTP2AndCertificates(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+r.Proto+`"`)
		fmt.Fprint(w, feedOf(1))
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	f := open(t)
	wantFault(t, faultOf(t, f, source(s.URL), news.Poll{}), "signed by nobody we trust")

	trusting := open(t)
	tr := trusting.route(nil, loopback, trusting.opt.Limits)
	tr.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	if p := fetch(t, trusting, s.URL, news.Poll{}).Poll; p.ETag != `"HTTP/2.0"` {
		t.Errorf("asked over %s, want HTTP/2.0", p.ETag)
	}
	wantFault(t, faultOf(t, f, source(strings.Replace(road(t, nil).URL, "http:", "https:", 1)), news.Poll{}), "does not speak TLS")
}
