package publish

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// reader prints what feedparser understands of a feed on its input.
const reader = `
import sys, json, time, feedparser
d = feedparser.parse(sys.stdin.buffer.read())
stamp = lambda t: time.strftime("%Y-%m-%dT%H:%M:%SZ", t) if t else ""
print(json.dumps({"bozo": bool(d.bozo), "entries": [{
    "id": e.get("id", ""), "title": e.get("title", ""), "link": e.get("link", ""), "summary": e.get("summary", ""),
    "published": stamp(e.get("published_parsed")), "updated": stamp(e.get("updated_parsed")),
    "authors": [a.get("name", "") for a in e.get("authors", [])],
    "tags": [t.get("label") or t.get("term") for t in e.get("tags", [])],
    "content": e.content[0].value if "content" in e else "",
    "enclosure": [e.enclosures[0].href, e.enclosures[0].type] if e.get("enclosures") else [],
    "media": [m.get("url", "") for m in e.get("media_content", [])],
    "source": e.get("source", {}).get("title", ""),
} for e in d.entries]}))
`

// readBack is one entry as feedparser has it.
type readBack struct {
	ID, Title, Link, Summary, Published, Updated string
	Authors, Tags                                []string
	Content                                      string
	Enclosure, Media                             []string
	Source                                       string
}

func TestFeedparserReadsWhatWentIn(t *testing.T) {
	if err := exec.Command("python3", "-c", "import feedparser").Run(); err != nil {
		t.Skip("python3 with feedparser is not installed (apt: python3-feedparser)")
	}
	arabic := plainStory(3)
	arabic.Articles[0].Headline, arabic.Articles[0].Lang = "أخبار الحبوب 👩‍👩‍👧 & <b>", "ar"
	s, _ := desk(t, richStory(), plainStory(1), arabic)
	var sent jsonFeed
	if err := json.Unmarshal([]byte(get(t, s, jsonPath)), &sent); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{rssPath, atomPath} {
		cmd := exec.Command("python3", "-c", reader)
		cmd.Stdin = strings.NewReader(get(t, s, path))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var read struct {
			Bozo    bool
			Entries []readBack
		}
		if err := json.Unmarshal(out, &read); err != nil {
			t.Fatal(err)
		}
		if read.Bozo || len(read.Entries) != len(sent.Items) {
			t.Fatalf("%s: faulty %v, %d entries, want %d", path, read.Bozo, len(read.Entries), len(sent.Items))
		}
		for i, got := range read.Entries {
			sameReadBack(t, path, got, sent.Items[i])
		}
	}
}

// sameReadBack holds an entry that was read against what JSON Feed says of it.
// feedparser cleans content, so that of it only the text is compared.
func sameReadBack(t *testing.T, path string, got readBack, it jsonItem) {
	t.Helper()
	same := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s %s: %s is %q, want %q", path, it.ID, what, got, want)
		}
	}
	modified, _ := time.Parse(time.RFC3339Nano, it.Modified)
	same("id", got.ID, it.ID)
	same("link", got.Link, it.URL)
	same("published", got.Published, it.Published)
	if path == atomPath {
		same("updated", got.Updated, modified.Format("2006-01-02T15:04:05Z"))
	}
	same("title", got.Title, it.Title)
	if path == rssPath { // its description is HTML
		same("summary", got.Summary, escapeMarkup(it.Summary))
	} else {
		same("summary", got.Summary, it.Summary)
	}
	var names []string
	for _, a := range it.Authors {
		names = append(names, a.Name)
	}
	same("authors", strings.Join(got.Authors, "|"), strings.Join(names, "|"))
	same("categories", strings.Join(got.Tags, "|"), strings.Join(it.Tags, "|"))
	same("content", textOf(got.Content), textOf(it.HTML))
	if len(it.Attachments) > 0 {
		same("enclosure", strings.Join(got.Enclosure, " "), it.Attachments[0].URL+" "+it.Attachments[0].Type)
	}
	if len(it.Dateline.Images) > 0 {
		same("media", got.Media[0], it.Dateline.Images[0].URL)
	}
	if it.Dateline.Source.Feed != "" {
		same("source", got.Source, it.Dateline.Source.Title)
	}
}

var htmlAny = regexp.MustCompile(`<[^>]*>`)

// textOf is HTML without its tags and references.
func textOf(html string) string {
	text := htmlAny.ReplaceAllString(html, "")
	return line(strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text))
}
