package publish

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dateline/news"
)

func TestHubRefusesWithASentence(t *testing.T) {
	d := newHubDesk(t)
	for _, c := range []struct {
		form url.Values
		want string
	}{
		{url.Values{}, "hub.mode"},
		{wish("hub.mode", "publish"), "hub.mode"},
		{wish("hub.callback", ""), "hub.callback"},
		{wish("hub.callback", "/in"), "hub.callback"},
		{wish("hub.callback", "ftp://reader.example/"), "hub.callback"},
		{wish("hub.callback", "https://a:b@reader.example/"), "hub.callback"},
		{wish("hub.callback", "https://reader.example/#in"), "hub.callback"},
		{wish("hub.callback", "https://reader.example/a b"), "hub.callback"},
		{wish("hub.callback", "https://reader.example/"+strings.Repeat("a", maxCallback)), "hub.callback"},
		{wish("hub.topic", ""), "hub.topic"},
		{wish("hub.topic", "https://elsewhere.example"+atomPath), "hub.topic"},
		{wish("hub.topic", "https://news.example.org/topics/grain"), "hub.topic"},
		{wish("hub.topic", "https://news.example.org/topics/none.atom"), "hub.topic"},
		{wish("hub.topic", "https://news.example.org"+atomPath+"?limit=5"), "hub.topic"},
		{wish("hub.secret", strings.Repeat("s", 200)), "200 bytes"},
		{wish("hub.lease_seconds", "-5"), "hub.lease_seconds"},
		{wish("hub.lease_seconds", "soon"), "hub.lease_seconds"},
	} {
		w := post(d, c.form)
		if w.Code != 400 || !strings.Contains(w.Body.String(), c.want) || len(strings.Fields(w.Body.String())) < 5 {
			t.Errorf("%v: got %d %q, want 400 with a sentence about %s", c.form, w.Code, w.Body, c.want)
		}
	}
	if w := ask(d, "GET", "/hub"); w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET: got %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	if w := ask(d, "POST", "/hub"); w.Code != 415 {
		t.Errorf("no form: got %d, want 415", w.Code)
	}
	elsewhere := testMasthead()
	elsewhere.Site.Hub = "https://hub.example/"
	d.Reload(elsewhere)
	if w := post(d, wish()); w.Code != 405 {
		t.Errorf("another hub is named: got %d, want 405", w.Code)
	}
	if len(d.hub.intents) != 0 {
		t.Error("what was refused waits to be verified")
	}
}

func TestHubSubscribesWhatTheCallbackConfirms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newHubDesk(t)
		defer d.start(t)()
		began := time.Now()
		for _, c := range []struct {
			form   url.Values
			verify func(url.Values) (int, string)
			lease  time.Duration // 0: no subscription
		}{
			{wish(), func(url.Values) (int, string) { return 404, "" }, 0},
			{wish(), func(url.Values) (int, string) { return 200, "another challenge" }, 0},
			{wish(), func(q url.Values) (int, string) { return 302, q.Get("hub.challenge") }, 0},
			{wish(), nil, 10 * 24 * time.Hour},
			{wish("hub.lease_seconds", "1"), nil, 24 * time.Hour},
			{wish("hub.lease_seconds", "172800"), nil, 48 * time.Hour},
			{wish("hub.lease_seconds", "4000000000"), nil, 30 * 24 * time.Hour},
			{wish("hub.mode", "unsubscribe"), func(url.Values) (int, string) { return 404, "" }, 30 * 24 * time.Hour},
			{wish("hub.mode", "unsubscribe"), nil, 0},
		} {
			d.readers.mu.Lock()
			d.readers.verify, d.readers.asked = c.verify, nil
			d.readers.mu.Unlock()
			if w := post(d, c.form); w.Code != http.StatusAccepted {
				t.Fatalf("%v: got %d %s", c.form, w.Code, w.Body)
			}
			synctest.Wait()
			subs, _ := d.roll.Subscribers(t.Context())
			switch {
			case c.lease == 0 && len(subs) != 0:
				t.Errorf("%v: subscribed: %v", c.form, subs)
			case c.lease != 0 && (len(subs) != 1 || subs[0].Until.Sub(began) != c.lease):
				t.Errorf("%v: got %v, want a lease of %v", c.form, subs, c.lease)
			}
			q := d.readers.asked[0]
			told, given := q.Get("hub.lease_seconds"), fmt.Sprint(int(c.lease.Seconds()))
			if q.Get("id") != "7" || q.Get("hub.topic") != c.form.Get("hub.topic") || q.Get("hub.mode") != c.form.Get("hub.mode") || len(q.Get("hub.challenge")) < 20 {
				t.Errorf("the callback was asked with %v", q)
			}
			if c.form.Get("hub.mode") == "subscribe" && c.lease != 0 && told != given {
				t.Errorf("told a lease of %s, want %s", told, given)
			}
		}
	})
}

func TestHubDeliversWhatReadersGet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newHubDesk(t)
		defer d.start(t)()
		for i, form := range forms {
			post(d, wish("hub.topic", "https://news.example.org/topics/grain"+form.ext, "hub.callback", fmt.Sprintf("https://r%d.example/", i), "hub.secret", "geheim\x00"))
		}
		post(d, wish("hub.callback", "https://unsigned.example/"))
		synctest.Wait()
		time.Sleep(time.Minute)
		if early := d.readers.taken(); len(early) != 0 {
			t.Errorf("%d deliveries though nothing changed", len(early))
		}
		for change := range 3 {
			committed := time.Now()
			d.archive.change(func() { d.archive.stories = append(d.archive.stories, plainStory(10+change)) })
			time.Sleep(2 * time.Second)
			got := d.readers.taken()
			if len(got) != len(forms)+1 {
				t.Fatalf("got %d deliveries, want %d", len(got), len(forms)+1)
			}
			for _, c := range got {
				path := atomPath
				for i, form := range forms {
					if c.address == fmt.Sprintf("https://r%d.example/", i) {
						path = "/topics/grain" + form.ext
					}
				}
				read := ask(d, "GET", path)
				if !bytes.Equal(c.body, read.Body.Bytes()) || c.header.Get("Content-Type") != read.Header().Get("Content-Type") {
					t.Errorf("%s gets other bytes, or another type, than readers of %s", c.address, path)
				}
				contains(t, c.header.Get("Link"), "<"+ours+`>; rel="hub"`, "<https://news.example.org"+path+`>; rel="self"`)
				mac := hmac.New(sha256.New, []byte("geheim\x00"))
				mac.Write(c.body)
				want := "sha256=" + hex.EncodeToString(mac.Sum(nil))
				if c.address == "https://unsigned.example/" {
					want = ""
				}
				if c.header.Get("X-Hub-Signature") != want {
					t.Errorf("%s: signature %q, want %q", c.address, c.header.Get("X-Hub-Signature"), want)
				}
				if c.at.Sub(committed) > 2*time.Second {
					t.Errorf("delivered %v after the commit", c.at.Sub(committed))
				}
			}
		}
	})
}

func TestHubTriesAgainUntilTheLeaseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newHubDesk(t)
		defer d.start(t)()
		d.readers.take = func(c called) (int, error) {
			switch hostOf(c.address) {
			case "gone.example":
				return 410, nil
			case "broken.example":
				return 500, nil
			case "dead.example":
				return 0, errors.New("no answer")
			}
			return 200, nil
		}
		for _, callback := range []string{"https://gone.example/", "https://broken.example/", "https://dead.example/a", "https://dead.example/b", "https://well.example/"} {
			post(d, wish("hub.callback", callback, "hub.lease_seconds", "86400"))
		}
		synctest.Wait()
		began := time.Now()
		d.archive.change(func() { d.archive.stories = append(d.archive.stories, plainStory(10)) })
		time.Sleep(12 * time.Hour)
		heard := map[string][]time.Duration{}
		for _, c := range d.readers.taken() {
			heard[c.address] = append(heard[c.address], c.at.Sub(began).Round(5*time.Second))
		}
		for callback, want := range map[string]int{"https://gone.example/": 1, "https://well.example/": 1, "https://broken.example/": 20, "https://dead.example/a": 20, "https://dead.example/b": 0} {
			if n := len(heard[callback]); n < want*9/10 || n > want {
				t.Errorf("%s was called %d times: %v; want about %d", callback, n, heard[callback], want)
			}
		}
		if first := heard["https://broken.example/"][:5]; !slices.Equal(first, []time.Duration{0, 10 * time.Second, 30 * time.Second, 70 * time.Second, 150 * time.Second}) {
			t.Errorf("tried again after %v", first)
		}
		d.readers.mu.Lock()
		d.readers.take = nil
		d.readers.mu.Unlock()
		time.Sleep(2 * time.Hour)
		if got := d.readers.taken(); len(got) != 3 {
			t.Errorf("got %d deliveries once all answer again, want 3", len(got))
		}
		if n := d.Counts(); n.Delivered != 4 || n.Departed != 1 || n.Undelivered < 36 || n.Undelivered > 40 {
			t.Errorf("counted %+v", n)
		}
		time.Sleep(12 * time.Hour)
		if subs, _ := d.roll.Subscribers(t.Context()); len(subs) != 0 {
			t.Errorf("left when all leases are over: %v", subs)
		}
	})
}

func TestSlowHostKeepsNoOtherWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newHubDesk(t)
		defer d.start(t)()
		call := d.hub.call
		d.hub.call = func(ctx context.Context, address string, header http.Header, body []byte) (int, []byte, error) {
			if body != nil && hostOf(address) == "slow.example" {
				time.Sleep(time.Minute)
			}
			return call(ctx, address, header, body)
		}
		post(d, wish("hub.callback", "https://slow.example/"))
		post(d, wish("hub.callback", "https://quick.example/"))
		synctest.Wait()
		for change := range 3 {
			d.archive.change(func() { d.archive.stories = append(d.archive.stories, plainStory(10+change)) })
			time.Sleep(2 * time.Second)
			if got := d.readers.taken(); len(got) != 1 || got[0].address != "https://quick.example/" {
				t.Errorf("change %d: got %v", change, got)
			}
		}
	})
}

// Of several processes over one store one delivers; when it dies another does,
// and what was committed meanwhile is not lost.
func TestOneOfSeveralProcessesDelivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := newHubDesk(t)
		stopFirst := first.start(t)
		post(first, wish())
		synctest.Wait()
		s, err := New(first.archive, first.head.Load().Masthead, Options{})
		if err != nil {
			t.Fatal(err)
		}
		second := &hubDesk{Server: s, hub: NewHub(s, HubOptions{Subscriptions: first.roll, Call: first.readers.call})}
		defer second.start(t)()
		for change := range 5 {
			first.archive.change(func() { first.archive.stories = append(first.archive.stories, plainStory(10+change)) })
			time.Sleep(3 * time.Second)
			if got := first.readers.taken(); len(got) != 1 {
				t.Errorf("change %d was delivered %d times", change, len(got))
			}
		}
		stopFirst()
		first.archive.change(func() { first.archive.stories = append(first.archive.stories, plainStory(30)) })
		time.Sleep(dutyLease + 2*time.Second)
		if got := first.readers.taken(); len(got) != 1 || !bytes.Contains(got[0].body, []byte("Ship 30")) {
			t.Errorf("after one died: %d deliveries, want 1 with the news", len(got))
		}
	})
}

func TestFeedThatBecomesPrivateIsNotDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newHubDesk(t)
		defer d.start(t)()
		post(d, wish())
		synctest.Wait()
		m := d.head.Load().Masthead
		m.Tokens = map[news.TopicID][]string{"grain": {openSesame}}
		d.Reload(m)
		d.archive.change(func() { d.archive.stories = append(d.archive.stories, plainStory(10)) })
		time.Sleep(time.Minute)
		if got := d.readers.taken(); len(got) != 0 {
			t.Error("a private topic was delivered")
		}
		if w := post(d, wish()); w.Code != 400 {
			t.Errorf("subscribing to a private topic: got %d, want 400", w.Code)
		}
	})
}

// A round that is under way heeds a new masthead from the next delivery on.
func TestHubHeedsWhatIsPrivateBetweenTwoDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newHubDesk(t)
		defer d.start(t)()
		post(d, wish())
		post(d, wish("hub.callback", "https://reader.example/in?id=8"))
		synctest.Wait()
		d.readers.take = func(called) (int, error) {
			m := d.head.Load().Masthead
			m.Tokens = map[news.TopicID][]string{"grain": {openSesame}}
			d.Reload(m)
			return 204, nil
		}
		d.archive.change(func() { d.archive.stories = append(d.archive.stories, plainStory(10)) })
		time.Sleep(time.Minute)
		if got := d.readers.taken(); len(got) != 1 {
			t.Errorf("got %d deliveries, want the one before the topic became private", len(got))
		}
	})
}

func TestHubHasBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newHubDesk(t)
		for n := range intentsOfHost {
			if w := post(d, wish("hub.callback", fmt.Sprintf("https://flood.example/%d", n))); w.Code != 202 {
				t.Fatalf("request %d: got %d", n, w.Code)
			}
		}
		if w := post(d, wish("hub.callback", "https://FLOOD.example/more")); w.Code != 429 {
			t.Errorf("one more for a host: got %d, want 429", w.Code)
		}
		for n := intentsOfHost; n < mostIntents; n++ {
			post(d, wish("hub.callback", fmt.Sprintf("https://h%d.example/", n)))
		}
		if w := post(d, wish()); w.Code != 503 {
			t.Errorf("one more than may wait: got %d, want 503", w.Code)
		}
		for n := range mostOfHost - 5 {
			s := news.Subscriber{Callback: fmt.Sprintf("https://flood.example/held/%d", n), Topic: "grain", Form: ".rss", Until: time.Now().Add(time.Hour)}
			d.roll.subs[rollKey(s)] = s
		}
		stop := d.start(t)
		synctest.Wait()
		atHost := 0
		for _, s := range d.roll.subs {
			if hostOf(s.Callback) == "flood.example" {
				atHost++
			}
		}
		denied := slices.IndexFunc(d.readers.asked, func(q url.Values) bool { return q.Get("hub.mode") == "denied" && q.Get("hub.reason") != "" })
		if atHost < mostOfHost || atHost > mostOfHost+verifiers || denied < 0 {
			t.Errorf("one host has %d subscriptions, want %d; told that the rest is denied: %v", atHost, mostOfHost, denied >= 0)
		}
		stop()
	})
}

func FuzzHub(f *testing.F) {
	f.Add(wish("hub.secret", "s", "hub.lease_seconds", "86400").Encode())
	f.Add(wish("hub.mode", "unsubscribe").Encode())
	f.Add("hub.mode=subscribe&hub.callback=http://[::1%25eth0]/&hub.topic=%zz")
	f.Add("hub.mode=subscribe;hub.mode=unsubscribe&&&=")
	d := newHubDesk(f)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/hub", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		switch w.Code {
		case 202:
			in := <-d.hub.intents
			if !callable(in.Callback) || len(in.Secret) > maxSecret || in.lease < leaseLeast || in.lease > leaseLongest || d.head.Load().feedURL(in.Topic, in.Form) != in.feed {
				t.Errorf("taken: %+v", in)
			}
		case 400, 429:
			if len(strings.Fields(w.Body.String())) < 5 {
				t.Errorf("%d without a sentence", w.Code)
			}
		default:
			t.Errorf("got %d", w.Code)
		}
	})
}

// late is a roll on which a renewal comes after the hub has listed whose lease
// is over, and before it forgets them.
type late struct {
	*roll
	renewed news.Subscriber
}

func (l late) Hold(ctx context.Context, duty, holder string, lease time.Duration) (bool, error) {
	if err := l.Subscribe(ctx, l.renewed); err != nil {
		return false, err
	}
	return l.roll.Hold(ctx, duty, holder, lease)
}

func TestRenewalInTheLastMomentIsKept(t *testing.T) {
	d := newHubDesk(t)
	sub := news.Subscriber{Callback: "https://reader.example/in", Topic: "grain", Form: ".atom", Until: time.Now().Add(-time.Second)}
	lost := sub
	lost.Callback = "https://reader.example/lost"
	for _, s := range []news.Subscriber{sub, lost} {
		if err := d.roll.Subscribe(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	sub.Until = time.Now().Add(24 * time.Hour)
	d.hub.subs = late{d.roll, sub}
	if err := d.hub.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.hub.underway.Wait()
	if subs, _ := d.roll.Subscribers(t.Context()); len(subs) != 1 || subs[0].Callback != sub.Callback {
		t.Errorf("got %v, want the one that was renewed", subs)
	}
}
