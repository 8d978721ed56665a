package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newsSite is a site that names its feed.
func newsSite(t *testing.T, title string) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(`<!DOCTYPE html><html lang="en"><title>` + title + `</title><link rel="alternate" type="application/rss+xml" href="/rss.xml">`))
		case "/rss.xml":
			w.Header().Set("Content-Type", "application/rss+xml")
			_, _ = w.Write([]byte(`<rss version="2.0"><channel><title>` + title + `</title><link>http://` + r.Host + `/</link>
				<item><title>Fishing talks begin between Moscow and Pyongyang</title><link>http://` + r.Host + `/1</link><pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate>
				<description>Delegations from Russia and North Korea met on Monday to talk about fishing grounds in the east.</description></item></channel></rss>`))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	return site.URL
}

// answering runs init with a person at the terminal who types these lines.
func answering(t *testing.T, file string, lines ...string) (code int, out, said string) {
	t.Helper()
	t.Setenv("DATELINE_NETWORK_ALLOW", "127.0.0.1")
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), []string{"init", file}, stdio{In: strings.NewReader(strings.Join(lines, "\n") + "\n"), Out: &stdout, Err: &stderr, Asks: true})
	return code, stdout.String(), stderr.String()
}

func TestInitAsksAPerson(t *testing.T) {
	one, two := newsSite(t, "Harbour Gazette"), newsSite(t, "Mountain Courier")
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	code, out, said := answering(t, file, one, "", two, "en-GB", "", "Atlantis", "Россия, north korea", "desk@example.org")
	if code != 0 {
		t.Fatalf("%d %s %s", code, out, said)
	}
	for _, want := range []string{"Fishing talks begin", "Its language [en]", `there is no country "Atlantis"`, "/topics/russia-north-korea.rss"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := readConfig(text, file, noEnvironment)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(c.Sources) != 2 || c.Sources[0].ID != "harbour-gazette" || c.Sources[0].Lang != "en" || c.Sources[1].Lang != "en-GB" || c.Defaults.Rights != "summary" || c.Site.Contact != "desk@example.org" {
		t.Errorf("got\n%s", text)
	}
	if len(c.Topics) != 1 || c.Topics[0].Title != "Russia–North Korea" || len(c.Topics[0].All) != 2 {
		t.Errorf("topic: got %+v", c.Topics)
	}
	for _, kept := range []string{"# What is polled.", "# What is published", "# the address that readers see", "# store: dateline.db"} {
		if !strings.Contains(string(text), kept) {
			t.Errorf("the comment %q is gone:\n%s", kept, text)
		}
	}
}

// Empty answers are a config of examples; an outlet without countries is a
// topic of everything it sends.
func TestInitGoesOnWithoutAnswers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	if code, out, said := answering(t, file, "", "", ""); code != 0 {
		t.Fatalf("%d %s %s", code, out, said)
	}
	if text, _ := os.ReadFile(file); !bytes.Equal(text, starterConfig) {
		t.Errorf("got\n%s", text)
	}
	file = filepath.Join(t.TempDir(), "own.yaml")
	code, out, said := answering(t, file, newsSite(t, "Harbour Gazette"))
	if code != 0 || !strings.Contains(out, "dateline serve -c "+file) || !strings.Contains(out, "/topics/all-news.rss") {
		t.Fatalf("%d %s %s", code, out, said)
	}
	if code, out, said := command(t, "check", "-c", file); code != 0 || !strings.Contains(out, "1 sources, 1 topics") {
		t.Errorf("%d %s %s", code, out, said)
	}
}

func TestInitByFlags(t *testing.T) {
	t.Setenv("DATELINE_NETWORK_ALLOW", "127.0.0.1")
	site := newsSite(t, "Harbour Gazette")
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	for _, wrong := range [][]string{{"--country", "Atlantis"}, {"--outlet", site + "/absent"}, {"--outlet", site, "--outlet", site}} {
		if code, _, said := command(t, append([]string{"init", file}, wrong...)...); code != 1 || said == "" {
			t.Errorf("%q: %d %s", wrong, code, said)
		}
		if _, err := os.Stat(file); err == nil {
			t.Fatalf("%q wrote a file", wrong)
		}
	}
	code, out, said := command(t, "init", "-", "--outlet", site, "--country", "South Korea", "--contact", "desk@example.org")
	if code != 0 || strings.Contains(out, "Fishing") || !strings.Contains(said, "Fishing talks begin") {
		t.Errorf("printed: %d %s %s", code, out, said)
	}
	c, err := readConfig([]byte(out), "printed", noEnvironment)
	if err != nil || len(c.Sources) != 1 || len(c.Topics[0].Any) != 1 || c.Topics[0].ID != "republic-of-korea" {
		t.Errorf("%v\n%s", err, out)
	}
}
