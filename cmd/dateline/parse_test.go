package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParsePrintsACleanDocument(t *testing.T) {
	feed := `<rss><channel><title>Quay</title><item><title>a</title><description>&lt;p onclick="x()"&gt;b&lt;a href="/c"&gt;c&lt;/a&gt;</description></item></channel></rss>`
	got := runParse(t, feed)
	want := `<p>b<a href="https://quay.example/c">c</a></p>`
	if got["ok"] != true || got["entries"].([]any)[0].(map[string]any)["summary_html"] != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestParseSaysWhatIsNoFeed(t *testing.T) {
	got := runParse(t, "<html><body>Not found</body></html>")
	if got["ok"] != false || got["error"] != "a web page, not a feed" {
		t.Errorf("got %v", got)
	}
}

func runParse(t *testing.T, feed string) map[string]any {
	t.Helper()
	var out strings.Builder
	if err := (parseCmd{BaseURL: "https://quay.example/feed"}).Run(stdio{In: strings.NewReader(feed), Out: &out}); err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(out.String()), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}
