package fetcher

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"dateline/news"
)

func TestPicturesAreAskedForWithoutCredentials(t *testing.T) {
	var asked *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r
		switch r.URL.Path {
		case "/big.png":
			w.Write(make([]byte, 4096))
		case "/away":
			http.Redirect(w, r, "http://10.0.0.1/x.png", http.StatusFound)
		case "/none.png":
			http.NotFound(w, r)
		default:
			w.Write([]byte("picture"))
		}
	}))
	defer server.Close()
	f, err := New(Options{UserAgent: "Dateline/1.0 (+https://desk.example)", Gap: -1, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Limits: Limits{Wire: 1024, Decoded: 1024}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	src := news.Source{ID: "a", Feed: server.URL + "/feed.xml", Access: news.Access{Cookie: "session=secret", Username: "u", Password: "p"}}
	body, err := f.Picture(t.Context(), src, strings.Replace(server.URL, "http://", "http://user:pw@", 1)+"/a.png")
	if err != nil || string(body) != "picture" {
		t.Fatalf("got %q, %v", body, err)
	}
	if asked.Header.Get("Cookie") != "" || asked.Header.Get("Authorization") != "" || !strings.Contains(asked.Header.Get("Accept"), "image/") {
		t.Errorf("sent %v", asked.Header)
	}
	for path, why := range map[string]string{"/big.png": "larger than", "/away": "", "/none.png": "404"} {
		if body, err := f.Picture(t.Context(), src, server.URL+path); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: got %d bytes, %v; want a fault with %q", path, len(body), err, why)
		}
	}
	if _, err := f.Picture(t.Context(), src, "ftp://a.example/x.png"); err == nil {
		t.Error("another scheme is asked")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Picture(ended, src, server.URL+"/a.png"); err == nil {
		t.Error("a picture comes after the end")
	}
}
