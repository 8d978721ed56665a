package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newsOutlet is an outlet whose front page links to its feed.
func newsOutlet(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			fmt.Fprint(w, `<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head></html>`)
		case "/rss.xml":
			fmt.Fprint(w, `<rss version="2.0"><channel><title>Kabar Pelabuhan</title><link>https://kabar.example/</link><item><title>Kapal penyeberangan kembali beroperasi hari ini di pelabuhan</title><link>https://kabar.example/1</link></item></channel></rss>`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func command(t *testing.T, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), args, stdio{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestSourceDiscoverAndAdd(t *testing.T) {
	outlet := newsOutlet(t)
	code, out, said := command(t, "source", "discover", outlet, "--allow", "127.0.0.0/8")
	if code != 0 || !strings.Contains(out, outlet+"/rss.xml") || !strings.Contains(out, "Kapal penyeberangan") {
		t.Fatalf("discover: %d %s %s", code, out, said)
	}
	if code, _, said := command(t, "source", "discover", outlet); code != 1 || !strings.Contains(said, "127.0.0.1") {
		t.Errorf("a private address without --allow: %d %s", code, said)
	}
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	before := "# our desk\nsources:\n  # the first\n  - id: first\n    feed: https://first.example/rss # daily\n\n# and the topics\ntopics:\n  - id: all\n    any: [{term: news}]\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, said := command(t, "source", "add", "-c", file, outlet, "--allow", "127.0.0.0/8", "--dry-run"); code != 0 || !strings.Contains(out, "  - id: kabar-pelabuhan\n") || !strings.Contains(out, `lang: "id"`) {
		t.Errorf("dry run: %d %s %s", code, out, said)
	}
	if now, _ := os.ReadFile(file); string(now) != before {
		t.Errorf("a dry run changed the file:\n%s", now)
	}
	if code, _, said := command(t, "source", "add", "-c", file, outlet, "--allow", "127.0.0.0/8"); code != 0 {
		t.Fatalf("add: %d %s", code, said)
	}
	now, _ := os.ReadFile(file)
	want := strings.Replace(before, "rss # daily\n", "rss # daily\n  - id: kabar-pelabuhan\n    title: \"Kabar Pelabuhan\"\n    feed: \""+outlet+"/rss.xml\"\n    lang: \"id\"\n    home: \"https://kabar.example/\"\n", 1)
	if string(now) != want {
		t.Errorf("got\n%s\nwant\n%s", now, want)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if code, _, said := command(t, "source", "add", "-c", file, outlet, "--allow", "127.0.0.0/8"); code != 1 || !strings.Contains(said, "already") {
		t.Errorf("a second time: %d %s", code, said)
	}
}

func TestInsertSource(t *testing.T) {
	entry := []string{"- id: new", "  feed: f"}
	for _, c := range []struct{ name, text, want string }{
		{"no sources", "site: {title: A}\n\n", "site: {title: A}\nsources:\n  - id: new\n    feed: f\n\n"},
		{"an empty file", "", "sources:\n  - id: new\n    feed: f\n"},
		{"an empty list", "sources: []\ntopics: []\n", "sources:\n  - id: new\n    feed: f\ntopics: []\n"},
		{"no newline at the end", "sources:\n- id: a\n  feed: b", "sources:\n- id: a\n  feed: b\n- id: new\n  feed: f\n"},
		{"windows", "sources:\r\n  - id: a\r\n", "sources:\r\n  - id: a\r\n  - id: new\r\n    feed: f\r\n"},
		{"deep", "sources: # all\n    - id: a\n      access:\n        headers:\n          - x\n# end\nkeep: {}\n", "sources: # all\n    - id: a\n      access:\n        headers:\n          - x\n    - id: new\n      feed: f\n# end\nkeep: {}\n"},
	} {
		got, _, err := insertSource([]byte(c.text), entry)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	if _, _, err := insertSource([]byte("sources: [{id: a, feed: b}]\n"), entry); err == nil {
		t.Error("a list on one line was added to")
	}
}
