//go:build unix

package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/store/redistest"
)

// pushingOutlet is an outlet that names a hub, and its hub.
type pushingOutlet struct {
	t      *testing.T
	server *httptest.Server
	asked  chan url.Values // for a subscription
	polls  chan struct{}   // the feed was asked for
}

func newPushingOutlet(t *testing.T) *pushingOutlet {
	o := &pushingOutlet{t: t, asked: make(chan url.Values, 10), polls: make(chan struct{}, 1000)}
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(w http.ResponseWriter, r *http.Request) {
		o.polls <- struct{}{}
		_, _ = io.WriteString(w, o.feed("Quay opens"))
	})
	mux.HandleFunc("/hub", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.WriteHeader(http.StatusAccepted)
		o.asked <- r.PostForm
	})
	o.server = httptest.NewServer(mux)
	t.Cleanup(o.server.Close)
	return o
}

func (o *pushingOutlet) feed(headline string) string {
	return fmt.Sprintf(`<feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title><link rel="hub" href="%[1]s/hub"/><link rel="self" href="%[1]s/feed"/>`+
		`<entry><id>urn:%[2]s</id><title>%[2]s</title><link href="http://gazette.example/%[2]s"/><summary>The harbour board said so on Monday.</summary></entry></feed>`,
		o.server.URL, headline)
}

// confirm asks the subscriber back, until it knows of what it asked for.
func (o *pushingOutlet) confirm(form url.Values) {
	o.t.Helper()
	q := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {form.Get("hub.topic")}, "hub.challenge": {"echo this"}, "hub.lease_seconds": {"864000"}}
	eventually(o.t, "the subscription is confirmed", func() bool {
		resp, err := http.Get(form.Get("hub.callback") + "?" + q.Encode())
		if err != nil {
			o.t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode == http.StatusOK && string(body) == "echo this"
	})
}

// deliver sends a document, signed with a secret.
func (o *pushingOutlet) deliver(form url.Values, secret, body string) {
	o.t.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	req, err := http.NewRequest(http.MethodPost, form.Get("hub.callback"), strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/atom+xml")
	req.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		o.t.Fatalf("a delivery is answered with %s", resp.Status)
	}
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for late := time.Now().Add(crashPatience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("not seen: %s", what)
		}
	}
}

// Where one process polls and another publishes, the second hears the hubs for
// the first: what is pushed comes out without another question to the outlet,
// though that polls once a day only, and what is signed wrongly does not.
func TestPushesReachTheProcessThatPolls(t *testing.T) {
	outlet := newPushingOutlet(t)
	redis := redistest.Start(t)
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := door.Addr().String()
	door.Close()
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	config := fmt.Sprintf("site: {title: Desk, url: \"http://%s\", contact: desk@desk.example}\nstore: %q\nlisten: %s\nnetwork: {allow: [127.0.0.0/8]}\n"+
		"topics: [{id: quays, title: Quays, any: [{term: [quay, harbour]}]}]\nsources: [{id: gazette, schedule: \"@every 24h\", feed: \"%s/feed\"}]\n",
		address, redis.Address(), address, outlet.server.URL)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	for _, half := range []role{{web: true}, {fetch: true}} {
		c, err := loadConfig(file, noEnvironment)
		if err != nil {
			t.Fatal(err)
		}
		go func() { ended <- serve(ctx, c, half, slog.New(slog.DiscardHandler), nil, nil) }()
	}
	defer func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}()

	var form url.Values
	select {
	case form = <-outlet.asked:
	case <-time.After(crashPatience):
		t.Fatal("the hub is not asked for a subscription")
	}
	if !strings.HasPrefix(form.Get("hub.callback"), "http://"+address+"/push/gazette/") {
		t.Fatalf("the callback is %s", form.Get("hub.callback"))
	}
	outlet.confirm(form)
	shows := func(headline string) func() bool {
		return func() bool {
			resp, err := http.Get("http://" + address + "/topics/quays.json")
			if err != nil {
				return false
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			return strings.Contains(string(body), headline)
		}
	}
	eventually(t, "what was polled is published", shows("Quay opens"))
	polls := len(outlet.polls)

	outlet.deliver(form, "another secret", outlet.feed("Quay sinks"))
	outlet.deliver(form, form.Get("hub.secret"), outlet.feed("Quay shuts"))
	eventually(t, "what was pushed is published", shows("Quay shuts"))
	if shows("Quay sinks")() {
		t.Error("what was signed wrongly is published")
	}
	if len(outlet.polls) != polls {
		t.Errorf("the outlet was asked %d times more", len(outlet.polls)-polls)
	}
}
