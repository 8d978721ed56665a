package publish

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

const benchToken = "bench-token-of-some-length"

// bench is a server whose workbench answers with what try says.
func bench(t *testing.T, access Access, try func(context.Context, Trial) (Tried, error)) *Server {
	t.Helper()
	head := testMasthead()
	head.Access = access
	s, err := New(&memory{revision: 1}, head, Options{Bench: &Workbench{
		Rule: func(id news.TopicID) string { return "id: " + string(id) + "\nall: [{country: UA}] # <b>\n" }, Try: try,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// postForm sends a form to the workbench.
func postForm(s http.Handler, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/workbench", strings.NewReader(form.Encode()))
	r.Host = "localhost:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func noTrial(context.Context, Trial) (Tried, error) { return Tried{}, errors.New("not to be tried") }

func TestTheWorkbenchIsForEditors(t *testing.T) {
	form := url.Values{"rule": {"x"}, "days": {"7"}}
	for _, c := range []struct {
		name            string
		access          Access
		get, post, open int // without a token, by POST without one, with one
	}{
		{"public desk without a token", Access{}, 404, 404, 404},
		{"this machine only", Access{Local: true}, 200, 200, 200},
		{"with a token", Access{Admin: []string{benchToken}}, 401, 401, 200},
		{"with a token, on this machine", Access{Admin: []string{benchToken}, Local: true}, 401, 401, 200},
	} {
		s := bench(t, c.access, func(context.Context, Trial) (Tried, error) { return Tried{Topic: "grain"}, nil })
		r := httptest.NewRequest("GET", "http://localhost/workbench", nil)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != c.get {
			t.Errorf("%s: GET %d, want %d", c.name, w.Code, c.get)
		}
		if w.Code == 401 && !strings.Contains(strings.Join(w.Header().Values("WWW-Authenticate"), " "), "Basic ") {
			t.Errorf("%s: a browser is not told to ask for a token: %q", c.name, w.Header().Values("WWW-Authenticate"))
		}
		if w := postForm(s, form); w.Code != c.post {
			t.Errorf("%s: POST %d, want %d", c.name, w.Code, c.post)
		}
		for _, way := range []func(*http.Request){
			func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+benchToken) },
			func(r *http.Request) { r.SetBasicAuth("editor", benchToken) },
			func(r *http.Request) { r.URL.RawQuery = "token=" + benchToken },
		} {
			r := httptest.NewRequest("GET", "http://localhost/workbench", nil)
			way(r)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != c.open {
				t.Errorf("%s: with a token %d, want %d", c.name, w.Code, c.open)
			}
		}
	}
}

// A page elsewhere can reach a desk on this machine through the browser of who
// sits there: by a form, or by a name of its own for the loopback address.
func TestPagesElsewhereCannotUseTheWorkbench(t *testing.T) {
	s := bench(t, Access{Local: true}, noTrial)
	form := url.Values{"rule": {"x"}, "days": {"7"}}
	if w := postForm(s, form, "Sec-Fetch-Site", "cross-site"); w.Code != 403 {
		t.Errorf("a form of another site: got %d, want 403", w.Code)
	}
	if w := postForm(s, form, "Origin", "https://evil.example"); w.Code != 403 {
		t.Errorf("a form of another origin: got %d, want 403", w.Code)
	}
	r := httptest.NewRequest("GET", "http://rebound.example/workbench", nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 421 {
		t.Errorf("under a foreign name: got %d, want 421", w.Code)
	}
}

func TestTheWorkbenchShowsWhatCameOfARule(t *testing.T) {
	article := plainStory(1).Articles[0]
	article.Headline = "Ships & <i>corn</i>"
	s := bench(t, Access{Local: true}, func(_ context.Context, got Trial) (Tried, error) {
		if got != (Trial{Rule: "id: grain\nall: []", Samples: "+ a\n- b", Days: 30}) {
			t.Errorf("got trial %+v", got)
		}
		return Tried{
			Topic: "grain", Read: 120, Stopped: noon, Paste: "- id: grain\n",
			Gained: TriedList{Count: 41, Shown: []TriedArticle{{Article: article, Matches: []news.Match{{Topic: "grain", Concept: "country:UA", Field: news.InTitle, Text: "Ukraine", Quote: "In Ukraine ships sail"}}}}},
			Lost:   TriedList{Count: 1, Shown: []TriedArticle{{Article: article, Wanting: []string{"not met: all[1] concept:grain"}}}},
			Score:  &TriedScore{Right: 2, Wrong: 1, Precision: 2.0 / 3, Recall: 1, WrongOnes: []string{"Corn in Iowa"}},
		}, nil
	})
	w := postForm(s, url.Values{"rule": {"id: grain\r\nall: []"}, "samples": {"+ a\r\n- b"}, "days": {"30"}})
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "form-action 'self'") {
		t.Fatalf("got %d, %v", w.Code, w.Header())
	}
	contains(t, w.Body.String(), "120 stored articles", "Time was up", "41</b>", "Ships &amp; &lt;i&gt;corn", "<b>Ukraine</b>", "In <mark>Ukraine</mark> ships sail", "the newest 1 are shown",
		"not met: all[1] concept:grain", "66.6 %", "100 %", "Corn in Iowa", "- id: grain", "id: grain\nall: []</textarea>")
	lacks(t, withoutOwnScript(w.Body.String()), "<script", "<i>corn")

	s = bench(t, Access{Local: true}, func(context.Context, Trial) (Tried, error) {
		return Tried{Faults: []string{"line 2: unknown key <x>"}}, nil
	})
	w = postForm(s, url.Values{"rule": {"id: grain\nx: 1"}, "days": {"7"}})
	contains(t, w.Body.String(), "line 2: unknown key &lt;x&gt;", `aria-invalid="true"`, "id: grain\nx: 1</textarea>")
	lacks(t, w.Body.String(), "Gained")
	contains(t, get(t, s.at("localhost"), "/workbench?topic=grain"), "id: grain\nall: [{country: UA}] # &lt;b&gt;\n</textarea>", `<option value="grain" selected>`)
}

// at is the server as it is asked under a host name.
func (s *Server) at(host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = host
		s.ServeHTTP(w, r)
	})
}

func TestTheWorkbenchHasBounds(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	s := bench(t, Access{Local: true}, func(ctx context.Context, _ Trial) (Tried, error) {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("a trial has no end")
		}
		begun <- struct{}{}
		<-end
		return Tried{}, nil
	})
	form := url.Values{"rule": {"x"}, "days": {"7"}}
	done := make(chan int)
	go func() { done <- postForm(s, form).Code }()
	<-begun
	if w := postForm(s, form); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("a second trial at once: got %d, want 503", w.Code)
	}
	close(end)
	if code := <-done; code != 200 {
		t.Errorf("the first trial: got %d", code)
	}
	for name, c := range map[string]struct {
		form url.Values
		want int
	}{
		"no days":   {url.Values{"rule": {"x"}}, 400},
		"too many":  {url.Values{"rule": {"x"}, "days": {"91"}}, 400},
		"too large": {url.Values{"rule": {strings.Repeat("x", maxTrialForm+1)}, "days": {"7"}}, 413},
	} {
		if w := postForm(s, c.form); w.Code != c.want {
			t.Errorf("%s: got %d, want %d", name, w.Code, c.want)
		}
	}
	if w := ask(s.at("localhost"), "DELETE", "/workbench"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("DELETE: got %d", w.Code)
	}
	s = bench(t, Access{Local: true}, noTrial)
	if w := postForm(s, form); w.Code != 503 {
		t.Errorf("an archive that is away: got %d, want 503", w.Code)
	}
	if w := ask(s.at("localhost"), "GET", "/workbench?topic=none"); w.Code != 404 {
		t.Errorf("an unknown topic: got %d, want 404", w.Code)
	}
}

// A form that comes slowly keeps nobody else from trying a rule.
func TestASlowFormHoldsNoTrialUp(t *testing.T) {
	s := bench(t, Access{Local: true}, func(context.Context, Trial) (Tried, error) { return Tried{Topic: "grain"}, nil })
	body, slow := io.Pipe()
	done := make(chan int)
	go func() {
		r := httptest.NewRequest("POST", "http://localhost/workbench", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		done <- w.Code
	}()
	if _, err := io.WriteString(slow, "days=7&rule="); err != nil { // it is being read
		t.Fatal(err)
	}
	if w := postForm(s, url.Values{"rule": {"x"}, "days": {"7"}}); w.Code != 200 {
		t.Errorf("another trial: got %d, want 200", w.Code)
	}
	slow.Close()
	if code := <-done; code != 200 {
		t.Errorf("the slow one: got %d, want 200", code)
	}
}

func TestRequestsOfSourcesAreForEditors(t *testing.T) {
	ledger := news.Ledger{Source: "pelabuhan", Poll: news.Poll{At: noon, Success: noon, Requests: []news.Request{{
		At: noon, Address: "https://pelabuhan.example/rss?token=topsecretvalue", Status: 304, Sent: []string{`If-None-Match: "abc"`}, Got: []string{"Retry-After: 120"}, Length: 2048, Items: 3, Took: 120 * time.Millisecond,
	}}}, Marks: []news.Mark{{Filed: noon}, {Filed: noon.AddDate(0, 0, -2)}, {Filed: noon.AddDate(0, 0, -40)}}}
	for _, c := range []struct {
		access Access
		shown  bool
	}{{Access{}, false}, {Access{Local: true}, true}} {
		head := testMasthead()
		head.Access = c.access
		s, err := New(&memory{revision: 1, ledgers: map[news.SourceID]news.Ledger{"pelabuhan": ledger}}, head, Options{})
		if err != nil {
			t.Fatal(err)
		}
		page := get(t, s.at("localhost"), "/sources")
		contains(t, page, `aria-label="Items a day, 21 April to 4 May: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1"`, "2 items in 14 days")
		lacks(t, page, "topsecretvalue")
		for _, words := range []string{"Last 1 request", "If-None-Match: &#34;abc&#34;", "Retry-After: 120", "<b>304</b>", "2 KiB, 3 items, 120ms", "token=…</p>"} {
			if strings.Contains(page, words) != c.shown {
				t.Errorf("access %+v: %q shown is %v, want %v", c.access, words, !c.shown, c.shown)
			}
		}
	}
}
