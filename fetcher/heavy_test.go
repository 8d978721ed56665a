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

	"golang.org/x/sync/errgroup"

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
	f, err := New(Options{UserAgent: "Dateline/test (+https://desk.example)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Gap: -1, Limits: Limits{Turn: time.Second / 2}})
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

// A body that says how large it is gets room before any of it is read.
func TestLargeBodiesAreNotBegunWithoutRoom(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(heavyBody+1))
		w.(http.Flusher).Flush()
		<-r.Context().Done() // who reads waits for ever
	}))
	defer server.Close()
	f, err := New(Options{UserAgent: "Dateline/test (+https://desk.example)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Gap: -1, Limits: Limits{Turn: time.Second / 2}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range mostHeavy {
		f.heavy <- struct{}{}
	}
	_, err = f.Fetch(t.Context(), news.Source{ID: "large", Feed: server.URL + "/large"}, news.Poll{}, time.Now())
	if busy := (*Busy)(nil); !errors.As(err, &busy) || busy.Wait != heavyAgain {
		t.Errorf("got %v, want that there is no room", err)
	}
}

// What is read waits until there is room to work on it; a small document does
// not, and nobody is blamed.
func TestDocumentsWaitForRoomToBeWorkedOn(t *testing.T) {
	f := open(t, func(o *Options) { o.Limits = Limits{Turn: 50 * time.Millisecond} })
	feedOf := func(size int) string {
		return coded(t, "gzip", compressed(t, "gzip", fmt.Appendf(nil, smallFeedFor, strings.Repeat("<!-- quay -->", size/13))))
	}
	small, middling := feedOf(lightBody/usualRatio), feedOf(heavyBody/2)
	done, err := f.Room(t.Context(), heavyBody+1)
	if err != nil {
		t.Fatal(err)
	}
	if r := fetch(t, f, small, news.Poll{}); len(r.Items) != 1 {
		t.Errorf("a small document: %d items", len(r.Items))
	}
	plain := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, smallFeedFor, strings.Repeat("<!-- quay -->", 2*lightBody/13))
	})
	r, err := f.Fetch(t.Context(), source(plain.URL), news.Poll{Failures: 2}, time.Now())
	if busy := (*Busy)(nil); !errors.As(err, &busy) || busy.Wait != heavyAgain || r.Poll.Failures != 2 {
		t.Errorf("a document without room: %v, %+v", err, r.Poll)
	}
	done()
	if r := fetch(t, f, plain.URL, news.Poll{}); len(r.Items) != 1 {
		t.Errorf("a document with room: %d items", len(r.Items))
	}
	fetch(t, f, middling, news.Poll{})
	if !f.work.TryAcquire(f.room) {
		t.Error("some room is held for ever")
	}
}

// Documents of all sizes at once, of which some turn out larger than they
// seemed, are all read in the end.
func TestNobodyWaitsInACircle(t *testing.T) {
	f := open(t, func(o *Options) { o.Limits = Limits{Turn: time.Minute, Ratio: 10_000} })
	var all errgroup.Group
	for n := range 24 {
		size := []int{lightBody / 4, lightBody * 2, heavyBody / 2, heavyBody * 2}[n%4]
		body := fmt.Appendf(nil, smallFeedFor, strings.Repeat("<!-- quay -->", size/13)) // which gzip makes little of
		address := coded(t, "gzip", compressed(t, "gzip", body))
		all.Go(func() error {
			r, err := f.Fetch(t.Context(), source(address), news.Poll{}, time.Now())
			if err == nil && len(r.Items) != 1 {
				err = fmt.Errorf("%d items of %d bytes", len(r.Items), size)
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	if len(f.heavy) != 0 || !f.work.TryAcquire(f.room) {
		t.Error("some room is held for ever")
	}
}

const smallFeedFor = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>Council votes</title><guid>a</guid></item></channel></rss>%s`

// What gofeed is not shown of a large document is read all the same, and the
// fields around it are those of their items.
func TestLongTextsOfLargeDocumentsAreRead(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>News</title>`)
	text := strings.Repeat("The quay is shut. ", (128<<10)/18)
	for n := range 12 {
		fmt.Fprintf(&b, "<item><title>Item %d</title><description>%s%d</description><guid>%d</guid><category>c%d</category><pubDate>Mon, 0%d Jun 2026 20:00:00 GMT</pubDate></item>", n, text, n, n, n, 1+n%9)
	}
	b.WriteString("</channel></rss>")
	if b.Len() < heavyBody {
		t.Fatalf("a document of %d bytes is not large", b.Len())
	}
	d, err := Parse([]byte(b.String()), ParseOptions{})
	if err != nil || len(d.Entries) != 12 {
		t.Fatalf("%d entries: %v", len(d.Entries), err)
	}
	if light := without([]byte(b.String()), indexOf([]byte(b.String()), false).texts); len(light) > 12*300 {
		t.Errorf("gofeed is shown %d bytes", len(light))
	}
	for n, e := range d.Entries {
		want := fmt.Sprintf("%s%d", text, n)
		if e.SummaryHTML.Fragment != want || e.ID != fmt.Sprint(n) || e.Categories[0].Term != fmt.Sprintf("c%d", n) || e.Published.Time.Day() != 1+n%9 {
			t.Errorf("entry %d: %d bytes of text, id %q, categories %v, published %v", n, len(e.SummaryHTML.Fragment), e.ID, e.Categories, e.Published)
		}
	}
}

// Of a large JSON Feed no more is built than is taken, and the rest is said.
func TestLargeJSONIsCutBeforeItIsBuilt(t *testing.T) {
	item := `{"id":"1","title":"x","content_text":"` + strings.Repeat("y", 100) + `"},`
	whole := `{"version":"https://jsonfeed.org/version/1.1","title":"G","items":[` + strings.TrimSuffix(strings.Repeat(item, 2*maxEntries), ",") + `]}`
	d, err := Parse([]byte(whole), ParseOptions{})
	if err != nil || len(d.Entries) != maxEntries || !d.Truncated || d.cut {
		t.Errorf("%d entries, truncated %t, cut %t, %v", len(d.Entries), d.Truncated, d.cut, err)
	}
	d, err = Parse([]byte(whole[:len(whole)/4]), ParseOptions{})
	if err != nil || !d.cut || len(d.Repairs) == 0 {
		t.Errorf("cut off: cut %t, repairs %q, %v", d.cut, d.Repairs, err)
	}
}
