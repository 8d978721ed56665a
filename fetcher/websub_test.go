package fetcher

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"dateline/news"
)

func TestLinkHeadersAreRead(t *testing.T) {
	for header, want := range map[string][]Link{
		`<http://h.example/>; rel=hub`:                        {{Href: "http://h.example/", Rel: "hub"}},
		`<http://h.example/>; rel="hub", </feed>; rel="self"`: {{Href: "http://h.example/", Rel: "hub"}, {Href: "/feed", Rel: "self"}},
		`</a,b;c>; title="x, y; rel=no"; REL = "hub self"`:    {{Href: "/a,b;c", Rel: "hub self"}},
		`</a>; rel=hub; rel=self`:                             {{Href: "/a", Rel: "hub"}},
		`</a>;flag;rel=hub`:                                   {{Href: "/a", Rel: "hub"}},
		`, , </a> ; rel=hub ,`:                                {{Href: "/a", Rel: "hub"}},
		`</a`:                                                 nil,
		`a; rel=hub`:                                          nil,
		`</a>; rel="hub`:                                      {{Href: "/a", Rel: "hub"}},
		strings.TrimSuffix(strings.Repeat("</a>; rel=x, ", 500), ", "): slices.Repeat([]Link{{Href: "/a", Rel: "x"}}, maxLinks),
	} {
		if got := linkHeader([]string{header}); !slices.Equal(got, want) {
			t.Errorf("%.60s: got %v, want %v", header, got, want)
		}
	}
}

func TestSignaturesOfTheSpecification(t *testing.T) {
	// RFC 2202, 3, case 2 and RFC 4231, 4.3: key "Jefe".
	const body = "what do ya want for nothing?"
	for _, right := range []string{
		"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
		"sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		"sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
		"sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
	} {
		if !Signed(right, "Jefe", []byte(body)) || !Signed(strings.ToUpper(right), "Jefe", []byte(body)) {
			t.Errorf("%.6s is not believed", right)
		}
		if Signed(right, "Jefe", []byte(body+"!")) || Signed(right, "jefe", []byte(body)) || Signed(right, "", []byte(body)) || Signed(right[:len(right)-2], "Jefe", []byte(body)) {
			t.Errorf("%.6s is believed where it should not be", right)
		}
	}
}

func TestHubThatRefusesIsAnError(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
		case "/no":
			w.WriteHeader(http.StatusForbidden)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	})
	for path, ok := range map[string]bool{"/": true, "/moved": false, "/no": false} {
		err := open(t).Subscribe(t.Context(), source(s.URL), Subscription{Hub: s.URL + path, Topic: "t", Callback: "c", Secret: "s"})
		if (err == nil) != ok {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, hub := range []string{"http://10.0.0.1/", "ftp://h.example/", "http://u:p@127.0.0.1/", ":"} {
		if err := open(t).Subscribe(t.Context(), source(s.URL), Subscription{Hub: hub}); err == nil {
			t.Errorf("%s was asked", hub)
		}
	}
}

func FuzzLinkHeader(f *testing.F) {
	f.Add(`<http://h.example/>; rel="hub", </feed>; rel=self`)
	f.Add(`<;>;="`)
	f.Fuzz(func(t *testing.T, header string) {
		if n := len(linkHeader([]string{header, header})); n > maxLinks {
			t.Errorf("%d links", n)
		}
	})
}

func FuzzPushed(f *testing.F) {
	f.Add([]byte(feedOf(2)), "application/rss+xml", "sha256=00")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"x"}]}`), "application/feed+json", "sha1=")
	d, err := New(Options{UserAgent: "Dateline/test (+https://desk.example)"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType, signature string) {
		if Signed(signature, "a secret that nobody knows", body) {
			t.Errorf("%q is believed", signature)
		}
		last := news.Poll{ETag: `"e"`, Sum: 7, Items: 3}
		r, err := d.Pushed(source("https://gazette.example/feed"), last, body, contentType)
		if r.Poll.ETag != last.ETag || r.Poll.Sum != last.Sum || r.Poll.Items != last.Items || len(r.Items) > maxItems || err != nil && len(r.Items) > 0 {
			t.Errorf("%d items, record %+v, %v", len(r.Items), r.Poll, err)
		}
	})
}

func FuzzCharset(f *testing.F) {
	f.Add([]byte("\xFF\xFE<\x00r\x00"), "text/xml; charset=utf-16")
	f.Add([]byte("<?xml version='1.0' encoding='shift_jis'?><rss>\x93\x8c\x8b\x9e</rss>"), "")
	f.Add([]byte("<rss>\xcc\xee\xf1\xea\xe2\xe0 Troms\xc3\xb8</rss>"), `text/xml; charset="`)
	f.Add([]byte("\x00\x00\xFE\xFF\x00\x00"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, label, _ := decodeText(body, contentType)
		if label == "" || len(text) > 4*len(body)+16 {
			t.Errorf("%d bytes became %d of %q", len(body), len(text), label)
		}
	})
}

func FuzzRepair(f *testing.F) {
	f.Add([]byte(`<rss><channel><item><title><![CDATA[a</title><b c="d>&x;&#0;</item>`))
	f.Add([]byte(strings.Repeat("<a>", 300) + "</b>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		clean, _ := cleanXML(text)
		balanced, _, _, _ := balance(clean)
		again, broke, _, excess := balance(balanced)
		if broke && !excess {
			t.Errorf("what was balanced breaks off: %q, then %q", balanced, again)
		}
	})
}

func FuzzRescueJSON(f *testing.F) {
	f.Add([]byte(`{"items":[{"id":"1","title":"a\"]}"},{"id":2},{"id":"3","tit`))
	f.Add([]byte(`{"items":[[{}]],"version":7}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d Document
		if feed := d.rescueJSON(text); feed != nil && (len(feed.Items) == 0 || len(feed.Items) > maxEntries+1) {
			t.Errorf("rescued %d items", len(feed.Items))
		}
	})
}
