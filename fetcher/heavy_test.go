package fetcher

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// Where as many large bodies are held as there is room for, a large one is put
// off, a small one is read, and nobody is blamed.
func TestLargeBodiesWaitForRoom(t *testing.T) {
	pad := strings.Repeat("<!-- quay -->", heavyBody/10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			fmt.Fprintf(w, smallFeedFor, pad)
			return
		}
		fmt.Fprintf(w, smallFeedFor, "")
	}))
	defer server.Close()
	f, err := New(Options{UserAgent: "Dateline/test (+https://desk.example)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Gap: -1, Limits: Limits{Turn: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	large, small := news.Source{ID: "large", Feed: server.URL + "/large"}, news.Source{ID: "small", Feed: server.URL + "/small"}
	for range mostHeavy {
		f.heavy <- struct{}{}
	}
	last := news.Poll{Failures: 2, Fault: "as before"}
	r, err := f.Fetch(t.Context(), large, last, time.Now())
	if busy := (*Busy)(nil); !errors.As(err, &busy) || r.Poll.Failures != 2 || r.Poll.Fault != "as before" {
		t.Errorf("a large body without room: %v, %+v", err, r.Poll)
	}
	if _, err := f.Fetch(t.Context(), small, news.Poll{}, time.Now()); err != nil {
		t.Errorf("a small body: %v", err)
	}
	for range mostHeavy {
		<-f.heavy
	}
	for range 3 * mostHeavy { // room is given back
		if r, err := f.Fetch(t.Context(), large, news.Poll{}, time.Now()); err != nil || len(r.Items) != 1 {
			t.Fatalf("a large body with room: %v", err)
		}
	}
	if len(f.heavy) != 0 {
		t.Errorf("%d shares are held for ever", len(f.heavy))
	}
}

const smallFeedFor = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>Council votes</title><guid>a</guid></item></channel></rss>%s`
