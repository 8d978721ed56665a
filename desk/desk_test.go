package desk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/desk"
	"dateline/fetcher"
	"dateline/news"
	"dateline/store"
	"dateline/store/storetest"
	"dateline/topics"
)

// outlets is a small internet: one feed for each outlet.
type outlets struct {
	*httptest.Server
	mu    sync.Mutex
	copy  map[string][]wire
	asked map[string]int
	hold  chan struct{} // when set, feeds wait for it
	began chan string   // and say here that they were asked
}

type wire struct {
	GUID, Title, Text string
	Age               time.Duration
}

func newOutlets(t *testing.T) *outlets {
	o := &outlets{copy: map[string][]wire{}, asked: map[string]int{}, began: make(chan string, 100)}
	o.Server = httptest.NewServer(http.HandlerFunc(o.serve))
	t.Cleanup(o.Close)
	return o
}

func (o *outlets) send(outlet string, copy ...wire) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.copy[outlet] = copy
}

func (o *outlets) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.Trim(r.URL.Path, "/")
	o.mu.Lock()
	o.asked[name]++
	copy, ok := o.copy[name]
	hold := o.hold
	o.mu.Unlock()
	if hold != nil {
		o.began <- name
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
	}
	if !ok {
		http.Error(w, "no such outlet", http.StatusServiceUnavailable)
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0"><channel><title>%s</title><link>http://%s.example/</link>`, name, name)
	for _, c := range copy {
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s</guid><title>%s</title><link>http://%s.example/%s</link><pubDate>%s</pubDate><description>%s</description></item>`,
			c.GUID, c.Title, name, c.GUID, start.Add(-c.Age).Format(time.RFC1123Z), c.Text)
	}
	b.WriteString("</channel></rss>")
	etag := fmt.Sprintf(`"%x"`, news.Sum64(b.String()))
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprint(w, b.String())
}

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// newsroom is a desk over an embedded store, with a clock that the test moves.
type newsroom struct {
	t       *testing.T
	outlets *outlets
	store   *storetest.Faulty
	fetcher *fetcher.Fetcher
	desk    *desk.Desk
	mu      sync.Mutex
	now     time.Time
	file    string
}

func newNewsroom(t *testing.T) *newsroom {
	n := &newsroom{t: t, outlets: newOutlets(t), now: start, file: filepath.Join(t.TempDir(), "dateline.db")}
	f, err := fetcher.New(fetcher.Options{UserAgent: "Dateline/test (+https://desk.example/)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	n.fetcher = f
	n.open()
	t.Cleanup(func() { n.store.Close() })
	return n
}

// open opens the store and sits a new desk at it, as a restart does.
func (n *newsroom) open() {
	n.t.Helper()
	held, err := store.Open(context.Background(), n.file, store.Options{})
	if err != nil {
		n.t.Fatal(err)
	}
	n.store = &storetest.Faulty{Store: held}
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock, Grace: time.Minute})
}

func (n *newsroom) clock() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

func (n *newsroom) later(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = n.now.Add(d)
}

func term(id string, words ...string) news.Topic {
	return news.Topic{ID: news.TopicID(id), Title: id, Rule: news.Rule{All: []news.Clause{{Term: words}}}}
}

// roster is the named outlets' sources, filed under topics.
func (n *newsroom) roster(list []news.Topic, names ...string) desk.Roster {
	n.t.Helper()
	m, err := topics.New(nil, list)
	if err != nil {
		n.t.Fatal(err)
	}
	r := desk.Roster{Topics: list, Matcher: m, Schedules: map[news.SourceID]desk.Schedule{}}
	for _, name := range names {
		s, err := desk.ParseSchedule("@every 10m", news.SourceID(name))
		if err != nil {
			n.t.Fatal(err)
		}
		r.Schedules[news.SourceID(name)] = s
		r.Sources = append(r.Sources, news.Source{ID: news.SourceID(name), Title: name, Feed: n.outlets.URL + "/" + name, Rights: news.RightsFull})
	}
	return r
}

func (n *newsroom) assign(list []news.Topic, names ...string) {
	n.t.Helper()
	if err := n.desk.Assign(context.Background(), n.roster(list, names...)); err != nil {
		n.t.Fatal(err)
	}
}

func (n *newsroom) once() desk.Tally {
	n.t.Helper()
	tally, err := n.desk.Once(context.Background())
	if err != nil {
		n.t.Fatal(err)
	}
	return tally
}

func (n *newsroom) stories(topic string) []news.Story {
	n.t.Helper()
	list, err := n.store.Stories(context.Background(), news.Query{Topic: news.TopicID(topic)})
	if err != nil {
		n.t.Fatal(err)
	}
	return list
}

func (n *newsroom) revision() news.Revision {
	n.t.Helper()
	r, err := n.store.Revision(context.Background(), "")
	if err != nil {
		n.t.Fatal(err)
	}
	return r
}

func ids(stories []news.Story) []news.StoryID {
	var list []news.StoryID
	for _, s := range stories {
		list = append(list, s.ID)
	}
	slices.Sort(list)
	return list
}

// text is copy about a place's harbour, in words that no other place's has.
func text(place string) string {
	return map[string]string{
		"Accra": "The harbour of Accra was closed on Monday after a crane fell into the basin beside the customs house. Pilots turned eleven ships away, " +
			"the port captain told reporters, and nobody was hurt. Repairs to the quay wall are expected to take until spring, when the season for citrus begins.",
		"Bergen": "Fog so thick that lamps burned at noon kept every ferry moored in Bergen harbour yesterday, and commuters walked home over the bridge instead. " +
			"Traders of citrus at the fish market said they had never sold so little before a holiday, while children skated on the frozen fountain.",
		"Cairo": "Divers have raised a wooden barge from the river harbour at Cairo that sank three centuries ago with its cargo of glass still packed in straw. " +
			"Archaeologists hope that lettering on the hull will name the shipwright; a museum offered its largest hall for the citrus boxes found aboard.",
	}[place]
}

var harbours = []news.Topic{term("harbours", "harbour")}

func TestPollFilesItsItemsInFeedOrderByTheirDates(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), 3 * time.Hour}, wire{"2", "Bergen shuts", text("Bergen"), time.Hour},
		wire{"3", "Choirs sing", "A choir of four hundred sang in the old town hall until late at night.", 0})
	n.assign(harbours, "gazette")
	tally := n.once()
	if tally.Polled != 1 || tally.Items != 3 || tally.Fresh != 3 || tally.Stories != 2 {
		t.Fatalf("got %+v, want 3 fresh items and 2 stories", tally)
	}
	got := n.stories("harbours")
	if len(got) != 2 || got[0].Lead().Headline != "Bergen shuts" || !got[0].Filed.Equal(start.Add(-time.Hour)) {
		t.Errorf("got %v, want Bergen first, filed an hour ago", got)
	}
}

func TestQuietPollChangesNothing(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	n.once()
	before := n.revision()
	if tally := n.once(); tally.Polled != 0 {
		t.Errorf("polled %d sources that are not due", tally.Polled)
	}
	n.later(20 * time.Minute)
	if tally := n.once(); tally.Polled != 1 || tally.Fresh != 0 || tally.Unchanged != 1 {
		t.Errorf("got %+v, want one unchanged poll", tally)
	}
	if n.revision() != before {
		t.Error("a quiet poll moved the revision, and emptied the readers' caches")
	}
}

func TestCorrectionKeepsTheStory(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	n.once()
	before := n.stories("harbours")
	n.later(20 * time.Minute)
	n.outlets.send("gazette", wire{"1", "Accra shuts for good", strings.ReplaceAll(text("Accra"), "eleven", "twelve"), time.Hour})
	if tally := n.once(); tally.Fresh != 1 || tally.Stories != 1 {
		t.Fatalf("got %+v, want one changed story", tally)
	}
	after := n.stories("harbours")
	if len(after) != 1 || after[0].ID != before[0].ID || after[0].Lead().Headline != "Accra shuts for good" {
		t.Fatalf("got %+v, want the same story with the new headline", after)
	}
	if !after[0].Filed.Equal(before[0].Filed) || !after[0].Updated.After(before[0].Updated) {
		t.Error("filed must stay and updated must move")
	}
}

func TestCopiesOfOneStoryAreJoined(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), 2 * time.Hour})
	n.outlets.send("herald", wire{"h-9", "Crane closes Accra's harbour", text("Accra") + " More soon.", time.Hour})
	n.outlets.send("courier", wire{"c", "Bergen shuts", text("Bergen"), time.Hour})
	n.assign(harbours, "gazette", "herald", "courier")
	n.once()
	got := n.stories("harbours")
	if len(got) != 2 {
		t.Fatalf("got %d stories, want 2: %v", len(got), ids(got))
	}
	for _, st := range got {
		want := 1
		if strings.Contains(st.Lead().Text(), "Accra") {
			want = 2
		}
		if len(st.Publishers()) != want {
			t.Errorf("%q is told by %v", st.Lead().Headline, st.Publishers())
		}
	}
}

// A process that dies between fetch and commit has not asked at all.
func TestCrashBeforeTheCommitLosesAndDoublesNothing(t *testing.T) {
	n := newNewsroom(t)
	copy := []wire{{"1", "Accra shuts", text("Accra"), time.Hour}, {"2", "Bergen shuts", text("Bergen"), time.Hour}}
	n.outlets.send("gazette", copy...)
	n.assign(harbours, "gazette")
	died := errors.New("the process dies here")
	n.store.BeforeCommit = func(news.Intake) error { return died }
	if tally := n.once(); tally.Failed != 1 || !tally.Faults[0].Ours {
		t.Fatalf("got %+v, want one failure of ours", tally)
	}
	if len(n.stories("harbours")) != 0 {
		t.Fatal("something was published without a commit")
	}
	n.store.Close()
	n.open()
	n.assign(harbours, "gazette")
	n.later(5 * time.Minute) // the lease is over
	n.once()
	first := ids(n.stories("harbours"))
	if len(first) != 2 {
		t.Fatalf("got %d stories after the restart, want 2", len(first))
	}

	// And one that dies after the commit, before it knows.
	n.later(20 * time.Minute)
	n.outlets.send("gazette", append([]wire{{"3", "Cairo shuts", text("Cairo"), 0}}, copy...)...)
	n.store.AfterCommit = func(news.Intake) error { return died }
	n.once()
	n.store.Close()
	n.open()
	n.assign(harbours, "gazette")
	n.later(20 * time.Minute)
	n.once()
	if got := ids(n.stories("harbours")); len(got) != 3 {
		t.Errorf("got %d stories, want 3", len(got))
	}
}

func TestOtherWritersAreCaughtUpWith(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.outlets.send("herald", wire{"2", "Accra's harbour shut", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	other := desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock})

	stale := 0
	n.store.BeforeCommit = func(in news.Intake) error {
		if stale++; stale == 1 {
			// Before the first desk commits, another one files the same story.
			n.store.BeforeCommit = nil
			if err := other.Assign(context.Background(), n.roster(harbours, "gazette", "herald")); err != nil {
				return err
			}
			_, err := other.Once(context.Background())
			return err
		}
		return nil
	}
	if tally := n.once(); tally.Failed != 0 {
		t.Fatalf("got %+v", tally.Faults[0].Err)
	}
	got := n.stories("harbours")
	if len(got) != 1 || len(got[0].Articles) != 2 {
		t.Errorf("got %d stories, want one with both articles", len(got))
	}
}

func TestFailingOutletIsRecordedAndOthersUntouched(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign(harbours, "gazette", "closed")
	tally := n.once()
	if tally.Polled != 2 || tally.Failed != 1 || tally.Stories != 1 {
		t.Fatalf("got %+v", tally)
	}
	ledgers, err := n.store.Ledgers(context.Background(), "closed", "gazette")
	if err != nil {
		t.Fatal(err)
	}
	if p := ledgers[0].Poll; p.Fault == "" || p.Failures != 1 || !p.Since.Equal(start) || !p.Due.After(start) {
		t.Errorf("the ledger says %+v", p)
	}
	if p := ledgers[1].Poll; p.Fault != "" || p.Failures != 0 {
		t.Errorf("the other source's ledger says %+v", p)
	}
}

func TestNewTopicIsFilledFromTheArchive(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), 3 * time.Hour}, wire{"2", "Bergen shuts", text("Bergen"), time.Hour})
	n.assign(harbours, "gazette")
	n.once()
	n.later(time.Hour)
	n.assign(append(slices.Clone(harbours), term("citrus", "citrus"), term("whales", "whale")), "gazette")
	filled := n.stories("citrus")
	if len(filled) != 2 || !slices.Equal(ids(filled), ids(n.stories("harbours"))) {
		t.Fatalf("the new topic has %v, want the two stories that are there", ids(filled))
	}
	if !filled[0].Filed.Equal(start.Add(-time.Hour)) {
		t.Errorf("filed at %v: an old story comes as news", filled[0].Filed)
	}
	before := n.revision()
	n.assign(append(slices.Clone(harbours), term("citrus", "citrus"), term("whales", "whale")), "gazette")
	if n.revision() != before {
		t.Error("filling again changed something")
	}
}

func TestSourceBearsItsTopics(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("choirs", wire{"1", "Choirs sing", "A choir of four hundred sang in the old town hall until late at night.", time.Hour})
	r := n.roster(harbours, "choirs")
	r.Sources[0].Topics = []news.TopicID{"harbours"}
	if err := n.desk.Assign(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	n.once()
	if got := n.stories("harbours"); len(got) != 1 || got[0].Lead().Matches[0].Sense != "source" {
		t.Errorf("got %v, want the choir, because of its source", got)
	}
}

func TestStopGivesBackWhatIsUnderWay(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	n.outlets.hold = make(chan struct{})
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: n.fetcher, Now: n.clock, Grace: time.Millisecond})
	n.assign(harbours, "gazette")
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- n.desk.Run(ctx) }()
	<-n.outlets.began
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got := n.stories("harbours"); len(got) != 0 {
		t.Fatalf("an abandoned poll filed %d stories", len(got))
	}
	close(n.outlets.hold)
	n.outlets.mu.Lock()
	n.outlets.hold = nil
	n.outlets.mu.Unlock()
	if tally := n.once(); tally.Polled != 1 || tally.Stories != 1 {
		t.Errorf("after the stop: %+v, want the source to be due at once", tally)
	}
}

func TestStopLetsAPollFinish(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	n.outlets.hold = make(chan struct{})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- n.desk.Run(ctx) }()
	<-n.outlets.began
	stop()
	close(n.outlets.hold)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got := n.stories("harbours"); len(got) != 1 {
		t.Errorf("the poll under way filed %d stories, want 1", len(got))
	}
}
