//go:build unix

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/fetcher"
	"dateline/publish"
	"dateline/store/redistest"
)

// newsreader subscribes to a feed at a desk's hub and is sent it.
type newsreader struct {
	t      *testing.T
	server *httptest.Server
	asked  chan url.Values
	sent   chan []byte
}

const readerSecret = "only the hub and the reader know"

func newReader(t *testing.T) *newsreader {
	r := &newsreader{t: t, asked: make(chan url.Values, 100), sent: make(chan []byte, 1000)}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		switch {
		case req.Method == http.MethodGet:
			_, _ = io.WriteString(w, req.URL.Query().Get("hub.challenge"))
			r.asked <- req.URL.Query()
		case err == nil && fetcher.Signed(req.Header.Get("X-Hub-Signature"), readerSecret, body):
			r.sent <- body
		case err == nil:
			t.Errorf("a delivery is signed %q", req.Header.Get("X-Hub-Signature"))
		}
	}))
	t.Cleanup(r.server.Close)
	return r
}

// subscribe asks the hub of a desk, and waits until it asked back.
func (r *newsreader) subscribe(desk, feed string) {
	r.t.Helper()
	res, err := http.PostForm("http://"+desk+"/hub", url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {feed}, "hub.callback": {r.server.URL + "/in"}, "hub.secret": {readerSecret}})
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if words, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusAccepted {
		r.t.Fatalf("the hub answers %d %s", res.StatusCode, words)
	}
	select {
	case q := <-r.asked:
		if q.Get("hub.topic") != feed || q.Get("hub.lease_seconds") != "864000" {
			r.t.Errorf("the hub asks %v", q)
		}
	case <-time.After(crashPatience):
		r.t.Fatal("the hub never asked back")
	}
}

// await waits for a delivery that has a headline.
func (r *newsreader) await(what, headline string) {
	r.t.Helper()
	for late := time.After(crashPatience); ; {
		select {
		case body := <-r.sent:
			var feed struct{ Items []struct{ Title string } }
			if err := json.Unmarshal(body, &feed); err != nil {
				r.t.Fatalf("%s: %v", what, err)
			}
			for _, it := range feed.Items {
				if it.Title == headline {
					return
				}
			}
		case <-late:
			r.t.Fatalf("%s: %q was not delivered", what, headline)
		}
	}
}

// The desk is killed after the commit and before the delivery, and after the
// delivery and before it is noted: the subscription and what it is owed outlive
// the process.
func TestDeliveryOutlivesTheProcess(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { outlive(t, "") })
	t.Run("redis", func(t *testing.T) { outlive(t, redistest.Start(t, redistest.Durable...).Address()) })
}

func outlive(t *testing.T, store string) {
	t.Parallel()
	world := newCrashWorld()
	base, stop, err := serveWorld(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	d := newCrashDesk(t, world, base, store)
	d.brittle = true
	d.start()
	d.await("the opening", world.whole(0))
	r := newReader(t)
	r.subscribe(d.listen, "http://desk.example/topics/world.json")

	stage := 0
	newest := func() string { return world.title(0, worldOpening+worldGrowth*stage-1) }
	grow := func() { stage++; world.stage.Store(int64(stage)) }
	grow()
	r.await("a desk that lives", newest())
	for _, step := range publish.HubSteps {
		d.kill()
		d.env = []string{"BRITTLE=" + step, "BRITTLE_TIME=1"}
		grow()
		d.start()
		d.awaitDeath(step)
		d.env = nil
		d.start()
		r.await(step, newest())
	}
	d.kill() // its log is read after its end
	if strings.Contains(d.log.String(), readerSecret) {
		t.Error("the log shows the secret of a subscriber")
	}
}
