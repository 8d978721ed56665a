package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dateline/fetcher"
)

const listedConfig = `sources:
  - {id: own, feed: "https://www.a.example/rss/"}
lists:
  - {id: l, url: "https://lists.example/l.opml", max: 2, rights: summary, access: {user_agent: x, cookie: hidden}}
`

// listedSources are the ids and feeds of a config whose list has a copy.
func listedSources(t *testing.T, held any) ([]sourceConfig, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	if err := os.WriteFile(file, []byte(listedConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(filepath.Dir(file), "dateline.db.lists", "l.json")
	if err := writeJSON(name, held); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig(file, func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, err
	}
	return c.Sources, nil
}

func feedsAt(addresses ...string) (list []fetcher.Listed) {
	for _, a := range addresses {
		list = append(list, fetcher.Listed{Title: "T\x1b[1m", Feed: a})
	}
	return list
}

func TestListedSourcesStandBehindTheConfigsOwn(t *testing.T) {
	sources, err := listedSources(t, listCopy{"https://lists.example/l.opml", feedsAt("http://a.example/rss", "file:///etc/passwd", "https://b.example/", "https://c.example/", "https://d.example/")})
	if err != nil || len(sources) != 3 {
		t.Fatalf("got %d sources, %v, want the own one and two", len(sources), err)
	}
	b := sources[1]
	if b.Feed != "https://b.example/" || sources[2].Feed != "https://c.example/" || b.Rights != "summary" || b.Access.UserAgent != "x" || b.Access.Cookie != "" || strings.Contains(b.Title, "\x1b") {
		t.Errorf("got %+v", sources[1:])
	}
	if err := checkID(b.ID); err != nil || !strings.HasPrefix(b.ID, "l.") {
		t.Errorf("got id %q, %v", b.ID, err)
	}
	other, err := listedSources(t, listCopy{"https://lists.example/l.opml", []fetcher.Listed{{Title: "Renamed", Feed: "https://x.example/"}, {Title: "B", Feed: "http://www.b.example"}}})
	if err != nil || !slices.ContainsFunc(other, func(s sourceConfig) bool { return s.ID == b.ID }) {
		t.Errorf("got %+v, %v, want the id %s again after another order, title and scheme", other, err, b.ID)
	}
}

func TestCopyOfAnotherAddressIsNotTaken(t *testing.T) {
	if sources, err := listedSources(t, listCopy{"https://old.example/l.opml", feedsAt("https://b.example/")}); err != nil || len(sources) != 1 {
		t.Errorf("got %d sources, %v, want the own one", len(sources), err)
	}
	if _, err := listedSources(t, "no copy"); err == nil || !strings.Contains(err.Error(), "l.json cannot be read, remove it") {
		t.Errorf("got %v over a damaged copy, want to be told which file", err)
	}
}
