package publish

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/news"
)

// ours is the address of our own hub in the tests.
const ours = "https://news.example.org/hub"

// roll is a memory of subscriptions that several processes may share.
type roll struct {
	mu     sync.Mutex
	subs   map[string]news.Subscriber
	holder string
	until  time.Time
}

func rollKey(s news.Subscriber) string { return s.Callback + " " + string(s.Topic) + s.Form }

func (r *roll) Subscribers(context.Context) ([]news.Subscriber, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []news.Subscriber
	for _, key := range slices.Sorted(maps.Keys(r.subs)) {
		all = append(all, r.subs[key])
	}
	return all, nil
}

func (r *roll) Subscribe(_ context.Context, s news.Subscriber) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if held, known := r.subs[rollKey(s)]; known {
		s.Sent, s.Missed, s.Due = held.Sent, held.Missed, held.Due
	}
	r.subs[rollKey(s)] = s
	return nil
}

func (r *roll) Unsubscribe(_ context.Context, all ...news.Subscriber) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range all {
		delete(r.subs, rollKey(s))
	}
	return nil
}

func (r *roll) Lapse(_ context.Context, now time.Time, all ...news.Subscriber) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range all {
		if held, known := r.subs[rollKey(s)]; known && !now.Before(held.Until) {
			delete(r.subs, rollKey(s))
		}
	}
	return nil
}

func (r *roll) Delivered(_ context.Context, all ...news.Subscriber) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range all {
		if held, known := r.subs[rollKey(s)]; known {
			held.Sent, held.Missed, held.Due = s.Sent, s.Missed, s.Due
			r.subs[rollKey(s)] = held
		}
	}
	return nil
}

func (r *roll) Hold(_ context.Context, _, holder string, lease time.Duration) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.holder != holder && time.Now().Before(r.until) {
		return false, nil
	}
	r.holder, r.until = holder, time.Now().Add(lease)
	return true, nil
}

// called is one call of a subscriber.
type called struct {
	at      time.Time
	address string
	header  http.Header
	body    []byte
}

// readers are the subscribers' side: what they answer, and what they heard.
type readers struct {
	mu     sync.Mutex
	verify func(q url.Values) (int, string) // nil: all is confirmed
	take   func(c called) (int, error)      // nil: all is taken
	asked  []url.Values
	got    []called
}

func (r *readers) call(ctx context.Context, address string, header http.Header, body []byte) (int, []byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return 0, nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if body == nil {
		q := u.Query()
		r.asked = append(r.asked, q)
		if r.verify == nil {
			return 200, []byte(q.Get("hub.challenge")), nil
		}
		status, answer := r.verify(q)
		return status, []byte(answer), nil
	}
	c := called{time.Now(), address, header.Clone(), body}
	r.got = append(r.got, c)
	if r.take == nil {
		return 204, nil, ctx.Err()
	}
	status, err := r.take(c)
	return status, nil, err
}

// taken is what was delivered since the last time.
func (r *readers) taken() []called {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// hubDesk is a server with a hub of its own.
type hubDesk struct {
	*Server
	hub     *Hub
	archive *memory
	roll    *roll
	readers *readers
}

func newHubDesk(t testing.TB) *hubDesk {
	t.Helper()
	s, m := desk(t, richStory(), plainStory(1))
	d := &hubDesk{Server: s, archive: m, roll: &roll{subs: map[string]news.Subscriber{}}, readers: &readers{}}
	d.hub = NewHub(s, HubOptions{Subscriptions: d.roll, Call: d.readers.call})
	named := testMasthead()
	named.Site.Hub = ours
	s.Reload(named)
	return d
}

// start runs the hub until the test, or the function it returns, ends it.
func (d *hubDesk) start(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.hub.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the hub ended with %v", err)
		}
	}
}

func wish(values ...string) url.Values {
	form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://news.example.org" + atomPath}, "hub.callback": {"https://reader.example/in?id=7"}}
	for i := 0; i+1 < len(values); i += 2 {
		form.Del(values[i])
		if values[i+1] != "" {
			form.Set(values[i], values[i+1])
		}
	}
	return form
}

func post(h http.Handler, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/hub", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
