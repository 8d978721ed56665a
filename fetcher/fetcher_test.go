package fetcher

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dateline/news"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	noon     = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

// feedOf is a feed of n items.
func feedOf(n int) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Harbour Gazette</title><link>https://gazette.example/</link>`)
	for i := range n {
		fmt.Fprintf(&b, `<item><title>Ferry %d sails again</title><link>https://gazette.example/%d</link><guid>g%d</guid>`+
			`<description>The ferry number %d left the harbour in the morning, as its operator said.</description></item>`, i, i, i, i)
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// open is a Fetcher that may ask this machine and does not wait between
// requests.
func open(t testing.TB, change ...func(*Options)) *Fetcher {
	t.Helper()
	o := Options{UserAgent: "Dateline/test (+https://desk.example)", Allow: loopback}
	for _, c := range change {
		c(&o)
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func source(feed string) news.Source { return news.Source{ID: "gazette", Feed: feed} }

func fetch(t testing.TB, f *Fetcher, feed string, last news.Poll) Reply {
	t.Helper()
	r, err := f.Fetch(t.Context(), source(feed), last, noon)
	if err != nil {
		t.Fatalf("Fetch: %v", err)
	}
	return r
}

// fault asks for a feed that must fail, and returns the record.
func faultOf(t testing.TB, f *Fetcher, src news.Source, last news.Poll) news.Poll {
	t.Helper()
	r, err := f.Fetch(t.Context(), src, last, noon)
	if err == nil {
		t.Fatal("Fetch succeeded, want a fault")
	}
	if r.Poll.Fault == "" || r.Poll.Failures != last.Failures+1 || r.Poll.Since.IsZero() || !r.Poll.At.Equal(noon) {
		t.Fatalf("after a fault the record is %+v", r.Poll)
	}
	return r.Poll
}

func wantFault(t testing.TB, p news.Poll, part string) {
	t.Helper()
	if !strings.Contains(p.Fault, part) {
		t.Errorf("fault is %q, want something with %q", p.Fault, part)
	}
}

func TestFirstPollFillsTheRecord(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Last-Modified", "Mon, 02 Mar 2026 11:00:00 GMT")
		fmt.Fprint(w, feedOf(3))
	})
	r := fetch(t, open(t), s.URL, news.Poll{Failures: 4, Since: noon.Add(-time.Hour), Fault: "was ill", Gone: true})
	p := r.Poll
	if len(r.Items) != 3 || p.Items != 3 || r.Unchanged {
		t.Errorf("got %d items, record %d, unchanged %v", len(r.Items), p.Items, r.Unchanged)
	}
	if p.Status != 200 || p.ETag != `"one"` || p.LastModified == "" || p.Sum != news.Sum64(feedOf(3)) {
		t.Errorf("record %+v", p)
	}
	if p.Failures != 0 || !p.Since.IsZero() || p.Fault != "" || p.Gone || !p.Success.Equal(noon) || !p.At.Equal(noon) {
		t.Errorf("a success leaves traces of failures: %+v", p)
	}
	if p.Title != "Harbour Gazette" || p.Home != "https://gazette.example/" || p.Format != "rss 2.0" || !p.NotBefore.IsZero() {
		t.Errorf("record %+v", p)
	}
}

func TestValidatorsGoBackByteForByte(t *testing.T) {
	for _, etag := range []string{`"plain"`, `W/"weak"`, `unquoted`, `"a, b"`, `"`, `W/unquoted "odd" --gzip`, "\"\xe9t\xe9\""} {
		for _, modified := range []string{"Mon, 02 Mar 2026 11:00:00 GMT", "yesterday, roughly", "Fri, 01 Jan 2041 00:00:00 GMT", ""} {
			var again http.Header
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-None-Match") != "" {
					again = r.Header.Clone()
					w.WriteHeader(http.StatusNotModified)
					return
				}
				w.Header()["ETag"] = []string{etag}
				if modified != "" {
					w.Header().Set("Last-Modified", modified)
				}
				fmt.Fprint(w, feedOf(1))
			})
			f := open(t)
			first := fetch(t, f, s.URL, news.Poll{})
			second := fetch(t, f, s.URL, first.Poll)
			if got := again.Get("If-None-Match"); got != etag {
				t.Errorf("If-None-Match is %q, want %q", got, etag)
			}
			if got := again.Get("If-Modified-Since"); got != modified {
				t.Errorf("If-Modified-Since is %q, want %q", got, modified)
			}
			if !second.Unchanged || second.Poll.Status != 304 || second.Poll.ETag != etag || second.Poll.Sum != first.Poll.Sum || second.Poll.Items != 1 {
				t.Errorf("after a 304: %+v", second)
			}
		}
	}
}

func TestNotModifiedIsASuccess(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"new spelling"`)
		w.Header().Set("Cache-Control", "max-age=7200")
		w.WriteHeader(http.StatusNotModified)
	})
	last := news.Poll{ETag: `"old"`, LastModified: "x", Failures: 3, Since: noon.Add(-time.Hour), Fault: "ill", Title: "T", Items: 7}
	r := fetch(t, open(t), s.URL, last)
	p := r.Poll
	if !r.Unchanged || p.Failures != 0 || p.Fault != "" || !p.Success.Equal(noon) || p.Title != "T" || p.Items != 7 {
		t.Errorf("record %+v", p)
	}
	if p.ETag != `"new spelling"` || p.LastModified != "x" {
		t.Errorf("validators %q %q", p.ETag, p.LastModified)
	}
	if want := noon.Add(2 * time.Hour); !p.NotBefore.Equal(want) {
		t.Errorf("NotBefore %v, want %v: freshness of a 304 counts", p.NotBefore, want)
	}
}

func TestNotModifiedToAFirstRequestIsAFault(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotModified) })
	wantFault(t, faultOf(t, open(t), source(s.URL), news.Poll{}), "nothing was read")
}

func TestSameBodyIsUnchangedButItsValidatorsAreNew(t *testing.T) {
	n := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, n))
		fmt.Fprint(w, feedOf(2))
	})
	f := open(t)
	first := fetch(t, f, s.URL, news.Poll{})
	second := fetch(t, f, s.URL, first.Poll)
	if !second.Unchanged || len(second.Items) != 0 || second.Poll.ETag != `"2"` || second.Poll.Status != 200 {
		t.Errorf("got %+v", second)
	}
}

func TestValidatorsVanishWithTheServersOwn(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, feedOf(2)) })
	r := fetch(t, open(t), s.URL, news.Poll{ETag: `"may"`, LastModified: "in May", Sum: 5})
	if r.Poll.ETag != "" || r.Poll.LastModified != "" {
		t.Errorf("validators of an earlier body are kept: %+v", r.Poll)
	}
}

func TestBodyThatBreaksOffGivesItemsButNoValidators(t *testing.T) {
	whole := feedOf(5)
	for name, write := range map[string]func(http.ResponseWriter){
		"short of Content-Length": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
			fmt.Fprint(w, whole[:len(whole)-200])
		},
		"no last chunk": func(w http.ResponseWriter) {
			fmt.Fprint(w, whole[:len(whole)-200])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"cut gzip": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzipped(t, whole)
			_, _ = w.Write(z[:len(z)-30])
		},
		"whole answer of half a document": func(w http.ResponseWriter) { fmt.Fprint(w, whole[:len(whole)-200]) },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"cut"`)
				write(w)
			})
			r := fetch(t, open(t), s.URL, news.Poll{ETag: `"before"`, Sum: 9})
			if len(r.Items) == 0 || r.Unchanged {
				t.Errorf("got %d items, unchanged %v", len(r.Items), r.Unchanged)
			}
			if r.Poll.ETag != "" || r.Poll.Sum != 0 {
				t.Errorf("validators of a body not read whole: %+v", r.Poll)
			}
		})
	}
}

func TestFaultsAreInPlainWords(t *testing.T) {
	html := "<!DOCTYPE html><html><head><title>Gazette</title></head><body>Hello</body></html>"
	for _, c := range []struct {
		status      int
		contentType string
		body        string
		want        string
	}{
		{400, "", "", "400 Bad Request"},
		{401, "", "", "user name and a password"},
		{403, "text/html", html, "refuses to serve us (403 Forbidden)"},
		{404, "", "", "nothing at this address (404 Not Found)"},
		{410, "", "", "gone for good"},
		{418, "", "", "refuses the request (418"},
		{500, "", "", "error of its own"},
		{502, "", "", "behind it"},
		{599, "", "", "599"},
		{204, "", "", "204"},
		{200, "text/html", html, "a web page, not a feed"},
		{200, "application/rss+xml", "  " + html, "a web page, not a feed"},
		{200, "application/rss+xml", "", "empty document"},
		{200, "application/rss+xml", " \n\t ", "empty document"},
		{200, "application/rss+xml", "once upon a time", "not a feed: "},
		{301, "", "", "without saying where to"},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if c.contentType != "" {
				w.Header().Set("Content-Type", c.contentType)
			}
			w.Header().Set("ETag", `"of a fault"`)
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		})
		last := news.Poll{ETag: `"good"`, Sum: 7, Title: "Gazette", Failures: 1, Since: noon.Add(-time.Hour)}
		p := faultOf(t, open(t), source(s.URL+"/feed?token=hush"), last)
		wantFault(t, p, c.want)
		if strings.Contains(p.Fault, "hush") {
			t.Errorf("the fault tells a secret: %q", p.Fault)
		}
		if p.ETag != `"good"` || p.Sum != 7 || p.Title != "Gazette" || !p.Since.Equal(last.Since) {
			t.Errorf("%d: a fault changes what is known of the last good body: %+v", c.status, p)
		}
		if c.status != 200 && p.Status != c.status && c.status != 301 || p.Gone != (c.status == 410) {
			t.Errorf("%d: status %d, gone %v", c.status, p.Status, p.Gone)
		}
	}
}

func TestCancelledPollIsNobodysFault(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	last := news.Poll{ETag: "x", Failures: 2}
	r, err := open(t).Fetch(ctx, source(s.URL), last, noon)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want it to wrap context.Canceled", err)
	}
	if r.Poll.Failures != 2 || r.Poll.Fault != "" || !r.Poll.At.IsZero() {
		t.Errorf("an abandoned poll leaves a record: %+v", r.Poll)
	}
}

func TestRequestSaysWhoAsksAndNothingElse(t *testing.T) {
	var got http.Header
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		fmt.Fprint(w, feedOf(1))
	})
	fetch(t, open(t), s.URL, news.Poll{})
	want := map[string]bool{"User-Agent": true, "Accept": true, "Accept-Encoding": true}
	for name := range got {
		if !want[name] {
			t.Errorf("the request bears %s: %q", name, got[name])
		}
	}
	if got.Get("User-Agent") != "Dateline/test (+https://desk.example)" || got.Get("Accept-Encoding") != "gzip, br, zstd" {
		t.Errorf("headers %v", got)
	}
}

func TestAccessIsObeyed(t *testing.T) {
	var got http.Header
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		fmt.Fprint(w, feedOf(1))
	})
	src := source(s.URL)
	src.Access = news.Access{UserAgent: "Special/1", Cookie: "a=b", Username: "u", Password: "p",
		Headers: map[string]string{"X-Key": "k", "Host": "evil.example", "Accept-Encoding": "compress", "Bad Name": "x", "X-Bad": "a\r\nb: c"}}
	if _, err := open(t).Fetch(t.Context(), src, news.Poll{}, noon); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"User-Agent": "Special/1", "Cookie": "a=b", "X-Key": "k", "Authorization": "Basic dTpw",
		"Accept-Encoding": "gzip, br, zstd", "X-Bad": "", "B": ""} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestCredentialsInTheConfiguredAddress(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != "desk" || p != "hush" {
			w.WriteHeader(401)
			return
		}
		fmt.Fprint(w, feedOf(1))
	})
	r := fetch(t, open(t), strings.Replace(s.URL, "http://", "http://desk:hush@", 1), news.Poll{})
	if strings.Contains(fmt.Sprint(r), "hush") {
		t.Errorf("the password is kept or handed on: %+v", r)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{{}, {UserAgent: "Dateline/1"}, {UserAgent: "D (+https://x)\r\nX: y"},
		{UserAgent: "D (+https://x)", Proxy: "gopher://x"}, {UserAgent: "D (+https://x)", Proxy: "::"}} {
		if _, err := New(o); err == nil {
			t.Errorf("New(%+v) takes it", o)
		}
	}
}

func gzipped(t testing.TB, s string) []byte { return compressed(t, "gzip", []byte(s)) }

func BenchmarkFetchUnchanged(b *testing.B) { benchmarkFetch(b, true) }
func BenchmarkFetchChanged(b *testing.B)   { benchmarkFetch(b, false) }

func benchmarkFetch(b *testing.B, unchanged bool) {
	body := gzipped(b, feedOf(30))
	s := serve(b, func(w http.ResponseWriter, r *http.Request) {
		if unchanged {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = bytes.NewReader(body).WriteTo(w)
	})
	f := open(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Fetch(b.Context(), source(s.URL), news.Poll{ETag: `"x"`}, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func TestContentLocationIsTheBase(t *testing.T) {
	const feed = `<rss version="2.0"><channel><item><title>One</title><link>a/1</link></item></channel></rss>`
	for location, want := range map[string]string{
		"":                                  "/a/1",
		"https://gazette.example/world/rss": "https://gazette.example/world/a/1",
		"/srv/feeds/world/rss.xml":          "/a/1",
		"file:///srv/feeds/rss.xml":         "/a/1",
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if location != "" {
				w.Header().Set("Content-Location", location)
			}
			fmt.Fprint(w, feed)
		})
		if want[0] == '/' {
			want = s.URL + want
		}
		if got := fetch(t, open(t), s.URL+"/rss.xml", news.Poll{}).Items[0].Link; got != want {
			t.Errorf("Content-Location %q: the link is %q, want %q", location, got, want)
		}
	}
}
