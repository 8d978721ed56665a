package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var harbour = sourceConfig{ID: "harbour", Title: "Harbour: \"Gazette\" <&>", Feed: "https://harbour.example/rss?a=1&b=2", Lang: "pt-BR", Topics: []string{"port"}}

const harbourFlow = `- {id: harbour, title: "Harbour: \"Gazette\" <&>", feed: "https://harbour.example/rss?a=1&b=2", lang: pt-BR, topics: [port]}`

// topicPort is the topic that harbour bears.
const topicPort = "topics:\n  - {id: port, title: Port, all: [{term: [port]}]}\n"

func TestAddedSourceLeavesTheRestAsItIs(t *testing.T) {
	for name, c := range map[string]struct{ before, want string }{
		"no sources": {topicPort, topicPort + "\nsources:\n  " + harbourFlow + "\n"},
		"empty list": {"sources: [] # none yet\n" + topicPort, "sources: [" + strings.TrimPrefix(harbourFlow, "- ") + "] # none yet\n" + topicPort},
		"no value":   {"sources: # soon\n" + topicPort, "sources: # soon\n  " + harbourFlow + "\n" + topicPort},
		"flow entries": {
			"# head\nsources:\n  # first\n  - {id: a, feed: \"https://a.example/\"} # why\n\n# the topics\n" + topicPort,
			"# head\nsources:\n  # first\n  - {id: a, feed: \"https://a.example/\"} # why\n  " + harbourFlow + "\n\n# the topics\n" + topicPort,
		},
		"block entries, dash at the margin": {
			"sources:\n- id: a\n  feed: https://a.example/\n  access:\n    cookie: |\n      x\n\n      y\n  # last word\n\n" + topicPort,
			"sources:\n- id: a\n  feed: https://a.example/\n  access:\n    cookie: |\n      x\n\n      y\n  # last word\n" +
				"- id: harbour\n  title: \"Harbour: \\\"Gazette\\\" <&>\"\n  feed: \"https://harbour.example/rss?a=1&b=2\"\n  lang: pt-BR\n  topics: [port]\n\n" + topicPort,
		},
		"no newline at the end": {topicPort + "sources:\n  - {id: a, feed: \"https://a.example/\"}", topicPort + "sources:\n  - {id: a, feed: \"https://a.example/\"}\n  " + harbourFlow + "\n"},
		"lists in brackets":     {topicPort + "sources: [{id: a, feed: \"https://a.example/\"}]\n", topicPort + "sources: [{id: a, feed: \"https://a.example/\"}, " + strings.TrimPrefix(harbourFlow, "- ") + "]\n"},
		"an anchor":             {"sources:\n  - &a\n    id: a\n    feed: https://a.example/\n" + topicPort, "sources:\n  - &a\n    id: a\n    feed: https://a.example/\n  - id: harbour\n    title: \"Harbour: \\\"Gazette\\\" <&>\"\n    feed: \"https://harbour.example/rss?a=1&b=2\"\n    lang: pt-BR\n    topics: [port]\n" + topicPort},
	} {
		for _, newline := range []string{"\n", "\r\n"} {
			before := strings.ReplaceAll(c.before, "\n", newline)
			got, err := addSources([]byte(before), "x.yaml", harbour)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if want := strings.ReplaceAll(c.want, "\n", newline); string(got) != want {
				t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
			}
		}
	}
}

func TestSourceIsNotForcedIntoWhatCannotHoldIt(t *testing.T) {
	for _, before := range []string{
		"{topics: [{id: port, title: Port, all: [{term: [port]}]}]}\n",
		"concepts: &none []\nsources: *none\n" + topicPort,
	} {
		got, err := addSources([]byte(before), "x.yaml", harbour)
		if err == nil || !strings.Contains(err.Error(), harbourFlow) {
			t.Errorf("%q: got %q, %v, want an error with the line to write", before, got, err)
		}
	}
	wrong := harbour
	wrong.Topics = []string{"absent"}
	if _, err := addSources([]byte(topicPort), "x.yaml", wrong); err == nil || !strings.Contains(err.Error(), `no topic "absent"`) || strings.Contains(err.Error(), "by hand") {
		t.Errorf("got %v, want the fault of the flag", err)
	}
}

func TestConfigIsReplacedInOneStep(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "link.yaml")
	if err := os.WriteFile(real, []byte("a"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.yaml", link); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(link, []byte("a"), []byte("b")); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(link, []byte("a"), []byte("c")); err == nil || !strings.Contains(err.Error(), "changed meanwhile") {
		t.Errorf("got %v over a file that was changed, want an error", err)
	}
	text, _ := os.ReadFile(real)
	info, _ := os.Stat(real)
	if at, err := os.Readlink(link); string(text) != "b" || info.Mode().Perm() != 0o640 || err != nil || at != "real.yaml" {
		t.Errorf("got %q, mode %v, link %q %v", text, info.Mode(), at, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("got %v in the folder, want the file and the link", left)
	}
}

func TestSourcesAreNamedAsAPersonWould(t *testing.T) {
	for _, c := range []struct{ title, home, wantTitle, wantID string }{
		{"Harbour Gazette - RSS Feed", "https://g.example/", "Harbour Gazette", "Harbour Gazette"},
		{"RSS", "https://www.gazette.example/x", "gazette.example", "gazette.example"},
		{"朝日新聞", "https://www.asahi.example/", "朝日新聞", "asahi.example"},
		{"Press", "https://p.example/", "Press", "Press"},
		{"a\x1b[31m  b", "https://p.example/", "a [31m b", "a [31m b"},
	} {
		title := sourceTitle(foundFeed{Title: c.title, Home: c.home})
		id := sourceID(sourceConfig{Title: title, Home: c.home})
		if title != c.wantTitle || id != c.wantID {
			t.Errorf("%q: got title %q and id of %q, want %q and %q", c.title, title, id, c.wantTitle, c.wantID)
		}
	}
}

func TestPolledAddressesAreToldApart(t *testing.T) {
	c := &config{Sources: []sourceConfig{{ID: "a", Feed: "https://www.a.example/rss/?x=1"}}}
	for address, polled := range map[string]bool{
		"http://a.example/rss?x=1": true, "https://A.example:443/rss?x=1": true, "https://a.example/rss?x=2": false,
		"https://a.example/Rss?x=1": false, "https://b.a.example/rss?x=1": false, "https://a.example:8443/rss?x=1": false,
	} {
		if got := c.polled(address) != nil; got != polled {
			t.Errorf("%s: got %t, want %t", address, got, polled)
		}
	}
}
