package desk_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/desk"
	"dateline/fetcher"
	"dateline/news"
	"dateline/normalize"
)

// impatient sits a desk with a fetcher that puts off at once.
func (n *newsroom) impatient() {
	n.t.Helper()
	f, err := fetcher.New(fetcher.Options{UserAgent: "Dateline/test (+https://desk.example/)", Limits: fetcher.Limits{Turn: time.Millisecond},
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(f.Close)
	n.fetcher = f
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: f, Now: n.clock, Grace: time.Minute})
}

// The line at a host is of our making: who stands in it is polled later, with
// nothing recorded against it.
func TestSourcesOfABusyHostArePutOff(t *testing.T) {
	n := newNewsroom(t)
	n.impatient()
	for _, place := range []string{"Accra", "Bergen", "Cairo"} {
		n.outlets.send(place, wire{place, place + " shuts", text(place), time.Hour})
	}
	n.outlets.hold = make(chan struct{})
	off := make(chan news.Ledger, 100)
	n.store.AfterCommit = func(in news.Intake) error {
		if in.Ledger.Poll.At.IsZero() {
			off <- in.Ledger
		}
		return nil
	}
	n.assign(harbours, "Accra", "Bergen", "Cairo")
	done := make(chan desk.Tally)
	go func() {
		tally, err := n.desk.Once(context.Background())
		if err != nil {
			t.Error(err)
		}
		done <- tally
	}()
	<-n.outlets.began
	for range 2 {
		l := <-off
		if p := l.Poll; p.Failures != 0 || p.Fault != "" || !p.Due.After(start) {
			t.Errorf("%s: our queue was recorded against the outlet: %+v", l.Source, p)
		}
	}
	close(n.outlets.hold)
	if tally := <-done; tally.Polled != 3 || tally.Failed != 0 || tally.Stories != 3 {
		t.Errorf("got %+v, want all three polled", tally)
	}
}

// An item that the program cannot cope with takes nothing with it.
func TestItemThatPanicsIsLeftOut(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour}, wire{"2", "Bergen shuts", text("Bergen"), time.Hour})
	n.desk.SetEditor(func(src news.Source, it *news.Item, pages []news.Page, now time.Time) news.Article {
		if strings.HasPrefix(it.Title, "Accra") {
			panic("nobody foresaw this")
		}
		return normalize.Article(src, it, pages, now)
	})
	n.assign(harbours, "gazette")
	if tally := n.once(); tally.Failed != 0 || tally.Stories != 1 {
		t.Fatalf("got %+v, want the other item filed", tally)
	}
	held, err := n.store.Ledgers(context.Background(), "gazette")
	if err != nil {
		t.Fatal(err)
	}
	if held[0].Poll.Dropped.Faulty != 1 || len(held[0].Marks) != 2 {
		t.Errorf("got %+v and %d marks, want one faulty item that is remembered", held[0].Poll.Dropped, len(held[0].Marks))
	}
}

// A first poll that does not get through its pages goes on at the next one, and
// what is old is still not news.
func TestPagesThatTimeDoesNotSufficeForComeLater(t *testing.T) {
	n := newNewsroom(t)
	page := func(place string) string {
		return "<html><body><article><h1>" + place + "</h1><p>" + text(place) + "</p></article></body></html>"
	}
	slow := make(chan struct{})
	n.outlets.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch name := strings.Trim(r.URL.Path, "/"); name {
		case "robots.txt":
			http.NotFound(w, r)
		case "Bergen":
			select {
			case <-slow:
			case <-r.Context().Done():
				return
			}
			w.Write([]byte(page(name)))
		case "Accra":
			w.Write([]byte(page(name)))
		default:
			host := "http://" + r.Host
			w.Header().Set("Content-Type", "application/rss+xml")
			w.Write([]byte(`<rss version="2.0"><channel><title>g</title><link>` + host + `</link>` +
				`<item><guid>1</guid><title>Accra</title><link>` + host + `/Accra</link><pubDate>` + start.Add(-48*time.Hour).Format(time.RFC1123Z) + `</pubDate></item>` +
				`<item><guid>2</guid><title>Bergen</title><link>` + host + `/Bergen</link><pubDate>` + start.Add(-24*time.Hour).Format(time.RFC1123Z) + `</pubDate></item>` +
				`</channel></rss>`))
		}
	})
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock, Lease: 2 * time.Second})
	r := n.roster(harbours, "gazette")
	r.Sources[0].FullText = true
	if err := n.desk.Assign(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if tally := n.once(); tally.Fresh != 1 || tally.Failed != 0 {
		t.Fatalf("got %+v, want one item and the other left for later", tally)
	}
	close(slow)
	n.later(time.Hour)
	if tally := n.once(); tally.Fresh != 1 {
		t.Fatalf("got %+v, want the item that was left", tally)
	}
	got := n.stories("harbours")
	i := slices.IndexFunc(got, func(st news.Story) bool { u, _ := url.Parse(st.Lead().Link); return u.Path == "/Bergen" })
	if i < 0 {
		t.Fatalf("the slow page's story is missing: %v", ids(got))
	}
	if !got[i].Filed.Equal(start.Add(-24 * time.Hour)) {
		t.Errorf("filed at %v: an old item came as news", got[i].Filed)
	}
	if a := got[i].Lead(); a.Pages != 1 || a.Note != "" {
		t.Errorf("the page was not read: %d pages, %q", a.Pages, a.Note)
	}
}

// A source that could not be put off for the store's sake does not stay claimed
// until its lease ends.
func TestPutOffThatFailsGivesTheSourceBack(t *testing.T) {
	n := newNewsroom(t)
	n.impatient()
	n.outlets.send("Accra", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.outlets.send("Bergen", wire{"2", "Bergen shuts", text("Bergen"), time.Hour})
	n.outlets.hold = make(chan struct{})
	away := errors.New("away")
	n.store.BeforeCommit = func(in news.Intake) error {
		if in.Ledger.Poll.At.IsZero() {
			close(n.outlets.hold)
			return away
		}
		return nil
	}
	n.assign(harbours, "Accra", "Bergen")
	if tally := n.once(); tally.Polled != 2 || tally.Failed != 1 || !tally.Faults[0].Ours || !errors.Is(tally.Faults[0].Err, away) {
		t.Fatalf("got %+v, want one put off that failed", tally)
	}
	next, err := n.store.NextDue(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if wait := next.Sub(start); wait <= 0 || wait > time.Minute {
		t.Errorf("due in %v, want soon", wait)
	}
}
