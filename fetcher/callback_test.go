package fetcher

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCallAsksAndTells(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("a", callBody+1))
		default:
			_, _ = io.WriteString(w, r.Method+" "+r.URL.RawQuery+" "+r.Header.Get("X-Hub-Signature")+" "+string(body))
		}
	})
	f := open(t)
	for _, c := range []struct {
		path, body string
		status     int
		answer     string
	}{
		{"/?a=b", "", 200, "GET a=b sum "},
		{"/?a=b", "news", 200, "POST a=b sum news"},
		{"/gone", "news", 410, ""},
		{"/moved", "", 307, "<a href=\"/\">Temporary Redirect</a>.\n\n"},
		{"/long", "", 200, strings.Repeat("a", callBody)},
	} {
		var body []byte
		if c.body != "" {
			body = []byte(c.body)
		}
		status, answer, err := f.Call(t.Context(), s.URL+c.path, http.Header{"X-Hub-Signature": {"sum"}}, body)
		if err != nil || status != c.status || string(answer) != c.answer {
			t.Errorf("%s: got %d %.80q, %v; want %d %.80q", c.path, status, answer, err, c.status, c.answer)
		}
	}
}

// A callback is an address that a stranger names.
func TestCallbacksAreGuarded(t *testing.T) {
	asked := false
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer s.Close()
	f, err := New(Options{UserAgent: "Dateline/test (+https://desk.example)"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, address := range []string{s.URL, "http://169.254.169.254/", "http://[::1]/", "http://2130706433/", "ftp://reader.example/", "file:///etc/passwd", "http://a:b@reader.example/", "http://%zz/"} {
		if _, _, err := f.Call(t.Context(), address, nil, []byte("news")); err == nil {
			t.Errorf("%s was called", address)
		}
	}
	if asked {
		t.Error("an address of this machine was reached")
	}
}

// What the operator allows for outlets leads no subscriber to the other servers
// of the house.
func TestCallbacksReachTheWebsPortsOnly(t *testing.T) {
	f := open(t) // which may ask this machine
	for _, port := range []string{"22", "25", "6379"} {
		_, _, err := f.Call(t.Context(), "http://127.0.0.1:"+port+"/", nil, []byte("news"))
		if err == nil || !strings.Contains(err.Error(), "port "+port+" is not one") {
			t.Errorf("port %s: got %v, want it refused", port, err)
		}
	}
}
