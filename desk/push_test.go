package desk_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/desk"
)

// hub is a real one on this machine: it takes subscriptions, asks back, and
// delivers.
type hub struct {
	*hostile
	server *httptest.Server
	door   *httptest.Server // where the desk is reached
	asked  []url.Values
	lease  string
	status int
}

// withHub is a newsroom whose outlet names a hub.
func withHub(t *testing.T) *hub {
	h := &hub{hostile: newHostile(t), lease: "864000", status: 202}
	h.server = httptest.NewServer(http.HandlerFunc(h.subscribe))
	t.Cleanup(h.server.Close)
	h.door = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.StripPrefix("/push/", h.desk.Pushes()).ServeHTTP(w, r)
	}))
	t.Cleanup(h.door.Close)
	h.push = h.door.URL + "/push/"
	h.sends(h.naming(item("1", "Accra shuts")))
	return h
}

// naming is a feed that names the hub.
func (h *hub) naming(items ...string) string {
	return strings.Replace(rss(items...), "<link>http://gazette.example/</link>", fmt.Sprintf(`<link>http://gazette.example/</link>`+
		`<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="%s/"/><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="http://gazette.example/feed"/>`, h.server.URL), 1)
}

func (h *hub) subscribe(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	h.asked = append(h.asked, r.PostForm)
	w.WriteHeader(h.status)
	if h.status/100 == 2 {
		h.verify(r.PostForm.Get("hub.topic"), "subscribe")
	}
}

// verify asks the subscriber back, and gives what it answers.
func (h *hub) verify(topic, mode string) (int, string) {
	h.Helper()
	q := url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {"echo this"}, "hub.lease_seconds": {h.lease}}
	resp, err := http.Get(h.callback() + "?" + q.Encode())
	if err != nil {
		h.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

func (h *hub) callback() string { return h.asked[len(h.asked)-1].Get("hub.callback") }

func (h *hub) sign(name string, method func() hash.Hash, body string) string {
	mac := hmac.New(method, []byte(h.asked[len(h.asked)-1].Get("hub.secret")))
	mac.Write([]byte(body))
	return name + "=" + hex.EncodeToString(mac.Sum(nil))
}

func (h *hub) deliver(body, signature string) int {
	h.Helper()
	req, err := http.NewRequest(http.MethodPost, h.callback(), strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/rss+xml")
	req.Header.Set("X-Hub-Signature", signature)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// work polls what is due now, without moving the clock.
func (h *hub) work() desk.Tally {
	h.Helper()
	tally, err := h.desk.Once(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	return tally
}

func TestHubIsAskedAndAnswered(t *testing.T) {
	h := withHub(t)
	h.well()
	if len(h.asked) != 1 {
		t.Fatalf("the hub was asked %d times", len(h.asked))
	}
	form := h.asked[0]
	if form.Get("hub.mode") != "subscribe" || form.Get("hub.topic") != "http://gazette.example/feed" || form.Get("hub.lease_seconds") != "864000" {
		t.Errorf("asked with %v", form)
	}
	if !strings.HasPrefix(h.callback(), h.push+"gazette/") || len(h.callback()) < len(h.push)+40 || strings.Contains(h.callback(), form.Get("hub.secret")) {
		t.Errorf("callback %s, secret %s: want a callback that nobody can guess and that tells nothing", h.callback(), form.Get("hub.secret"))
	}
	if status, body := h.verify("http://gazette.example/feed", "subscribe"); status != 200 || body != "echo this" {
		t.Errorf("the challenge is answered with %d %q", status, body)
	}
	for what, status := range map[string]int{"another topic": first(h.verify("http://other.example/", "subscribe")), "to unsubscribe": first(h.verify("http://gazette.example/feed", "unsubscribe"))} {
		if status != 404 {
			t.Errorf("%s is confirmed (%d)", what, status)
		}
	}
	if h.well(); len(h.asked) != 1 || h.record().Push.Until.IsZero() {
		t.Errorf("asked %d times, lease until %s", len(h.asked), h.record().Push.Until)
	}
}

func first(status int, _ string) int { return status }

func TestHubInTheHeadersComesFirst(t *testing.T) {
	h := withHub(t)
	h.sends(strings.Replace(h.naming(item("1", "Accra shuts")), h.server.URL, "http://elsewhere.example", 1),
		fmt.Sprintf(`Link: </feed?x=1,2>; title="a, b"; rel="self", <%s>; rel="HUB preload"`, h.server.URL))
	h.well()
	if len(h.asked) != 1 || h.asked[0].Get("hub.topic") != h.hostile.server.URL+"/feed?x=1,2" {
		t.Errorf("asked %v", h.asked)
	}
}

func TestDeliveryIsFiledLikeAPoll(t *testing.T) {
	h := withHub(t)
	h.well()
	before, polls := h.record(), h.count()
	for i, sum := range []struct {
		name   string
		method func() hash.Hash
	}{{"sha1", sha1.New}, {"sha256", sha256.New}, {"sha384", sha512.New384}, {"sha512", sha512.New}} {
		body := h.naming(item("1", "Accra shuts"), item(fmt.Sprint("new", i), fmt.Sprint("Quay ", i, " shuts")))
		if status := h.deliver(body, h.sign(sum.name, sum.method, body)); status != 202 {
			t.Fatalf("%s: %d", sum.name, status)
		}
		if tally := h.work(); tally.Fresh != 1 {
			t.Errorf("%s: %+v, want one new item", sum.name, tally)
		}
	}
	if p := h.record(); h.count() != polls || !p.At.Equal(before.At) || p.ETag != before.ETag || p.Push.Heard.IsZero() {
		t.Errorf("%d requests, record %+v; want none, and what is known of the feed as it was", h.count()-polls, p)
	}
	h.sends(h.naming(item("1", "Accra shuts"), item("new0", "Quay 0 shuts"), item("new3", "Quay 3 shuts")))
	h.well()
	h.headlines("Accra shuts", "Quay 0 shuts", "Quay 1 shuts", "Quay 2 shuts", "Quay 3 shuts")
}

func TestDeliveryWithoutTheRightSignatureIsNotRead(t *testing.T) {
	h := withHub(t)
	h.well()
	body := h.naming(item("forged", "Lies"))
	right := h.sign("sha256", sha256.New, body)
	for _, signature := range []string{"", "sha256=", right[:len(right)-2] + "00", "md5=" + right[7:], h.sign("sha256", sha1.New, body), "sha256=zz"} {
		if status := h.deliver(body, signature); status != 202 {
			t.Errorf("%q: %d, want an answer that tells nothing", signature, status)
		}
	}
	if tally := h.work(); tally.Polled != 0 {
		t.Errorf("forged deliveries caused %d polls", tally.Polled)
	}
	h.headlines("Accra shuts")
	for _, address := range []string{h.push + "gazette/0000", h.push + "gazette", h.push + "nobody/" + h.callback()[strings.LastIndexByte(h.callback(), '/')+1:]} {
		resp, err := http.Post(address, "application/rss+xml", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != 404 {
			t.Errorf("%s answers %d", address, resp.StatusCode)
		}
	}
}

func TestWhatCannotBeReadIsPolled(t *testing.T) {
	whole := func(h *hub) string { return h.naming(item("1", "Accra shuts"), item("2", "Bergen shuts")) }
	for name, send := range map[string]func(h *hub){
		"a ping":     func(h *hub) { h.deliver("", h.sign("sha1", sha1.New, "")) },
		"not a feed": func(h *hub) { h.deliver("changed!", h.sign("sha1", sha1.New, "changed!")) },
		"a feed that is cut": func(h *hub) {
			cut := strings.TrimSuffix(whole(h), "</item></channel></rss>")
			h.deliver(cut, h.sign("sha1", sha1.New, cut))
		},
		"two before one poll": func(h *hub) {
			h.deliver(whole(h), h.sign("sha1", sha1.New, whole(h)))
			h.deliver(whole(h), h.sign("sha1", sha1.New, whole(h)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := withHub(t)
			h.well()
			h.now = h.now.Add(2 * time.Minute)
			h.sends(whole(h))
			send(h)
			if h.work(); h.count() != 2 {
				t.Errorf("the outlet was asked %d times, want a poll for it", h.count())
			}
			h.headlines("Accra shuts", "Bergen shuts")
		})
	}
}

func TestPollingIsRareWhileTheHubWorks(t *testing.T) {
	h := withHub(t)
	h.well()
	h.well()
	h.waits(5*time.Minute, 20*time.Minute) // confirmed, but nothing came yet
	body := h.naming(item("2", "Bergen shuts"))
	h.deliver(body, h.sign("sha256", sha256.New, body))
	h.work()
	h.waits(70*time.Minute, 90*time.Minute)
	h.well()
	h.waits(70*time.Minute, 90*time.Minute)
	for n := range 2 { // the hub has fallen silent, and polls find the news
		h.sends(h.naming(item("2", "Bergen shuts"), item(fmt.Sprint("more", n), fmt.Sprint("Quay ", n, " shuts"))))
		h.well()
	}
	h.waits(5*time.Minute, 20*time.Minute)
	body = h.naming(item("3", "Cairo shuts"))
	h.deliver(body, h.sign("sha256", sha256.New, body))
	h.work()
	h.waits(70*time.Minute, 90*time.Minute)
}

func TestLeaseIsRenewedAndItsEndEndsRarePolling(t *testing.T) {
	h := withHub(t)
	h.lease = "7200"
	h.well()
	body := h.naming(item("2", "Bergen shuts"))
	h.deliver(body, h.sign("sha256", sha256.New, body))
	h.work()
	callback := h.callback()
	for range 20 {
		h.well()
	}
	if p := h.record(); len(h.asked) < 3 || h.callback() != callback || !p.Push.Until.After(h.now) {
		t.Errorf("asked %d times, lease until %s, now %s; want it renewed under the same callback", len(h.asked), p.Push.Until, h.now)
	}
	h.status = 500 // the hub is broken: no consent any more
	asked := len(h.asked)
	for range 40 {
		h.well()
	}
	h.waits(5*time.Minute, 20*time.Minute)
	if more := len(h.asked) - asked; more < 2 || more > 12 {
		t.Errorf("a broken hub was asked %d times in about seven hours", more)
	}
}

func TestSubscriptionOutlivesARestart(t *testing.T) {
	h := withHub(t)
	h.well()
	h.well()
	h.restart()
	body := h.naming(item("2", "Bergen shuts"))
	h.deliver(body, h.sign("sha256", sha256.New, body))
	if h.work(); len(h.asked) != 1 {
		t.Errorf("the hub was asked %d times", len(h.asked))
	}
	h.headlines("Accra shuts", "Bergen shuts")
}

func TestHubsAreGuardedLikeOutlets(t *testing.T) {
	h := withHub(t)
	h.sends(strings.Replace(h.naming(item("1", "Accra shuts")), h.server.URL, "http://10.0.0.1", 1))
	if p := h.well(); len(h.asked) != 0 || p.Push.Hub == "" {
		t.Errorf("asked %v, hub %q", h.asked, p.Push.Hub)
	}
	h.sends(strings.Replace(h.naming(item("2", "Bergen shuts")), h.server.URL, "javascript:alert(1)", 1))
	if p := h.well(); p.Push.Hub != "" {
		t.Errorf("hub %q", p.Push.Hub)
	}
}

func TestNobodySubscribesWithoutAnAddress(t *testing.T) {
	h := withHub(t)
	h.push = ""
	if p := h.well(); len(h.asked) != 0 || p.Push.Token != "" {
		t.Errorf("asked %v", h.asked)
	}
}

func TestDeniedSubscriptionIsOver(t *testing.T) {
	h := withHub(t)
	h.well()
	h.well()
	h.verify("http://gazette.example/feed", "denied")
	if p := h.well(); !p.Push.Until.IsZero() {
		t.Errorf("a lease until %s after the hub denied it", p.Push.Until)
	}
}

func FuzzPushes(f *testing.F) {
	f.Add("POST", "/gazette/00", "", "sha1=00", "<rss/>")
	f.Add("GET", "/gazette/00", "hub.mode=subscribe&hub.challenge=x", "", "")
	f.Add("PUT", "//", "hub.lease_seconds=-1", "=", "\x00")
	h := newHostile(f)
	h.sends(oneFeed)
	h.open()
	door := h.desk.Pushes()
	f.Fuzz(func(t *testing.T, method, path, query, signature, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header.Set("X-Hub-Signature", signature)
		w := httptest.NewRecorder()
		if door.ServeHTTP(w, r); w.Code != 404 {
			t.Errorf("%s %q: %d, and there is no subscription", method, path, w.Code)
		}
	})
}
