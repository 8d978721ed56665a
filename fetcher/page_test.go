package fetcher

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"dateline/news"

	"golang.org/x/text/encoding/htmlindex"
)

func TestPageIsUTF8WhateverItCameIn(t *testing.T) {
	const russian, japanese, french = "Паром снова вышел в море", "フェリーが再び出航", "Le ferry a repris la mer à l’été — voilà"
	encode := func(label, s string) string {
		if label == "" {
			return s
		}
		e, err := htmlindex.Get(label)
		if err != nil {
			t.Fatal(err)
		}
		out, err := e.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	meta := func(label string) string { return `<html><head><meta charset="` + label + `"></head>` }
	for name, c := range map[string]struct{ contentType, body, want string }{
		"utf-8 unnamed":            {"text/html", russian, russian},
		"header":                   {"text/html; charset=windows-1251", encode("windows-1251", russian), russian},
		"header in quotes":         {`text/html; charset="KOI8-R"`, encode("koi8-r", russian), russian},
		"meta":                     {"text/html", meta("windows-1251") + encode("windows-1251", russian), russian},
		"meta http-equiv":          {"text/html", `<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">` + encode("shift_jis", japanese), japanese},
		"meta in a comment":        {"text/html", "<!-- <meta charset=koi8-r> -->" + meta("windows-1251") + encode("windows-1251", russian), russian},
		"xml declaration":          {"application/xhtml+xml", `<?xml version="1.0" encoding="EUC-JP"?>` + encode("euc-jp", japanese), japanese},
		"header before meta":       {"text/html; charset=windows-1251", meta("koi8-r") + encode("windows-1251", russian), russian},
		"unknown header":           {"text/html; charset=none", meta("koi8-r") + encode("koi8-r", russian), russian},
		"wrong header over utf-8":  {"text/html; charset=iso-8859-1", russian, russian},
		"seven bits":               {"text/html", meta("iso-2022-jp") + encode("iso-2022-jp", japanese), japanese},
		"nothing: windows-1252":    {"text/html", encode("windows-1252", french), french},
		"latin1 is windows-1252":   {"text/html; charset=iso-8859-1", encode("windows-1252", french), french},
		"utf-8 mark":               {"text/html; charset=koi8-r", "\xef\xbb\xbf" + russian, russian},
		"utf-16 mark little":       {"text/html", "\xff\xfe" + encode("utf-16le", russian), russian},
		"utf-16 mark big":          {"text/html; charset=utf-8", "\xfe\xff" + encode("utf-16be", russian), russian},
		"utf-16 in the header":     {"text/html; charset=utf-16le", encode("utf-16le", "<p>"+russian), russian},
		"meta cannot mean utf-16":  {"text/html", meta("utf-16") + "plain", "plain"},
		"utf-8 with a bad byte":    {"text/html; charset=utf-8", russian + "\xff.", russian + "\uFFFD."},
		"content type is nonsense": {"text/html; charset", russian, russian},
	} {
		got, err := pageText(c.contentType, []byte(c.body))
		if err != nil || !strings.Contains(string(got), c.want) || !utf8.Valid(got) || strings.HasPrefix(string(got), "\ufeff") {
			t.Errorf("%s: got %q (%v), want %q in it", name, got, err, c.want)
		}
	}
}

func TestWhatIsNoPageIsRefused(t *testing.T) {
	for contentType, body := range map[string]string{"application/pdf": "%PDF", "image/png": "x", "video/mp4": "x", "": "\x89PNG\r\n\x1a\n\x00\x00", "text/html": "GIF89a\x00\x01"} {
		if got, err := pageText(contentType, []byte(body)); err == nil {
			t.Errorf("%q passes for a page: %q", contentType, got)
		}
	}
}

func FuzzPageText(f *testing.F) {
	f.Add("text/html; charset=koi8-r", []byte("<meta charset=utf-16>\xff"))
	f.Add("", []byte("\xff\xfe\x00"))
	f.Add("text/html;;", []byte("<?xml version='1.0' encoding='iso-2022-kr'?>\x0e"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		if got, err := pageText(contentType, body); err == nil && !utf8.Valid(got) {
			t.Errorf("%q is not UTF-8", got)
		}
	})
}

func TestPageFollowsRedirectsAndSaysWhereItEnded(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/short":
			http.Redirect(w, r, "/article?page=1#top", http.StatusFound)
		case "/article":
			if r.Header.Get("Cookie") != "c=1" || r.Header.Get("If-None-Match") != "" {
				t.Errorf("asked with %v", r.Header)
			}
			w.Header().Set("Content-Type", "text/html; charset=windows-1252")
			fmt.Fprint(w, "<p>caf\xe9")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	src := source(s.URL + "/feed")
	src.Access.Cookie = "c=1"
	page, err := open(t).Page(t.Context(), src, s.URL+"/short")
	if err != nil || page.Address != s.URL+"/article?page=1" || string(page.HTML) != "<p>café" {
		t.Errorf("got %q %q, %v", page.Address, page.HTML, err)
	}
}

func TestPageKeepsCredentialsFromOtherOrigins(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("another origin gets %v", r.Header)
		}
		fmt.Fprint(w, "<p>x")
	})
	src := source("https://gazette.example/feed")
	src.Access = news.Access{Cookie: "c=1", Username: "u"}
	if _, err := open(t).Page(t.Context(), src, s.URL); err != nil {
		t.Error(err)
	}
}

func TestPageRefuses(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.html")
	if err := os.WriteFile(secret, []byte("<p>secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/empty" {
			return
		}
		w.WriteHeader(http.StatusForbidden)
	})
	f := open(t)
	for _, link := range []string{"file://" + secret, "javascript:x", "", "/relative", "http://10.0.0.1/", strings.Replace(s.URL, "://", "://u:p@", 1), s.URL + "/x", s.URL + "/empty"} {
		page, err := f.Page(t.Context(), source("file://"+dir+"/feed.xml"), link)
		if err == nil {
			t.Errorf("%q gives %q", link, page.HTML)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Page(ctx, source(s.URL), s.URL); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRobotsIsAskedOnceAndObeyed(t *testing.T) {
	robots, pages := 0, 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			robots++
			fmt.Fprint(w, "User-agent: *\nDisallow: /private/\n")
			return
		}
		pages++
		fmt.Fprint(w, "<p>x")
	})
	f := open(t)
	for path, want := range map[string]bool{"/a": true, "/b": true, "/private/c": false} {
		_, err := f.Page(t.Context(), source(s.URL), s.URL+path)
		if (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if robots != 1 || pages != 2 {
		t.Errorf("robots.txt asked %d times, pages %d times", robots, pages)
	}
	if _, err := open(t, func(o *Options) { o.AnyRobots = true }).Page(t.Context(), source(s.URL), s.URL+"/private/c"); err != nil {
		t.Errorf("a person's own request: %v", err)
	}
}

func TestRobotsThatCannotBeHad(t *testing.T) {
	for status, want := range map[int]bool{404: true, 403: true, 410: true, 500: false, 503: false, 429: false} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				w.WriteHeader(status)
				return
			}
			fmt.Fprint(w, "<p>x")
		})
		if _, err := open(t).Page(t.Context(), source(s.URL), s.URL+"/a"); (err == nil) != want {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestRobotsRules(t *testing.T) {
	const file = "\ufeffUser-Agent: other\nDisallow: /\n\n# for all\nUser-agent: *\rDisallow: /a # comment\nAllow: /a/b\nDisallow: /*.pdf$\nDisallow: /x*y\nDisallow: /same\nAllow: /same\nDisallow:\nCrawl-delay: 2\n" +
		"User-agent: dateline/2\nUser-agent: friend\nDisallow: /only-dateline\nCrawl-delay: 1e9\n"
	all, ours := parseRobots([]byte(file), "Reader/1"), parseRobots([]byte(file), "Dateline/1.0 (+https://desk.example)")
	for path, want := range map[string]bool{"/": true, "/a": false, "/abc": false, "/a/b": true, "/a/b/c": true, "/z.pdf": false, "/z.pdf?x": true, "/x1y2": false, "/x1": true, "/same": true, "/only-dateline": true} {
		if got := all.allows(path); got != want {
			t.Errorf("for all, %s: %v, want %v", path, got, want)
		}
	}
	if ours.allows("/only-dateline/x") || !ours.allows("/a") {
		t.Error("the group that names us is not the one obeyed")
	}
	if all.delay != 2*time.Second || ours.delay != crawlDelay {
		t.Errorf("delays %v and %v", all.delay, ours.delay)
	}
}

func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a*b*$\nAllow: /"), "/a/b")
	f.Add([]byte("user-agent:x\nuser-agent:*\ncrawl-delay: NaN\ndisallow:*"), "")
	f.Fuzz(func(t *testing.T, file []byte, path string) {
		r := parseRobots(file, "Dateline/1")
		r.allows(path)
		if r.delay < 0 || r.delay > crawlDelay {
			t.Errorf("delay %v", r.delay)
		}
	})
}

// A page that is longer than any article's is read up to there.
func TestPagesHaveBounds(t *testing.T) {
	scripts := "<script>" + strings.Repeat("a</b;<", maxPageText/3) + "</SCRIPT><style>" + strings.Repeat("<", maxPageText) + "</style><p>quay"
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"tags", strings.Repeat("<p>x", maxPageTags+7), 4 * maxPageTags},
		{"text", "<p>" + strings.Repeat("quay ", maxPageText/5), maxPageText},
		{"scripts", scripts, len(scripts)},
		{"a script without end", "<p>quay<script>" + strings.Repeat("<", maxPage), maxPage},
		{"neither", "<p>" + strings.Repeat("quay ", 1000), 5003},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, c.body)
		})
		page, err := open(t).Page(t.Context(), news.Source{ID: "s", Feed: s.URL}, s.URL+"/page")
		if err != nil || len(page.HTML) != c.want {
			t.Errorf("%s: got %d bytes, want %d (%v)", c.name, len(page.HTML), c.want, err)
		}
	}
}
