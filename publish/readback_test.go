package publish

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
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

// readable is a server with all that a reader has to understand, and what it
// says in JSON Feed.
func readable(t *testing.T) (*Server, jsonFeed) {
	t.Helper()
	arabic, lists := plainStory(3), plainStory(4)
	arabic.Articles[0].Headline, arabic.Articles[0].Lang = "أخبار الحبوب 👩‍👩‍👧 & <b>", "ar"
	lists.Articles[0].Headline, lists.Articles[0].Link = "a ]]> b", "https://harbour.example/a[1]?b[]=1&c=é"
	s, _ := desk(t, richStory(), plainStory(1), arabic, lists)
	var sent jsonFeed
	if err := json.Unmarshal([]byte(get(t, s, jsonPath)), &sent); err != nil {
		t.Fatal(err)
	}
	return s, sent
}

func TestGofeedReadsWhatWentIn(t *testing.T) {
	s, sent := readable(t)
	for _, path := range []string{rssPath, atomPath, jsonPath} {
		feed, err := gofeed.NewParser().ParseString(get(t, s, path))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if len(feed.Items) != len(sent.Items) || feed.Title != sent.Title || feed.Description != sent.Description || feed.FeedLink != strings.TrimSuffix(sent.Feed, ".json")+strings.TrimPrefix(path, "/topics/grain") {
			t.Fatalf("%s: got %d items of %q, %q at %s", path, len(feed.Items), feed.Title, feed.Description, feed.FeedLink)
		}
		for i, it := range feed.Items {
			got := readBack{ID: it.GUID, Title: it.Title, Link: it.Link, Summary: it.Description, Content: it.Content, Tags: it.Categories,
				Source: sent.Items[i].Dateline.Source.Title} // gofeed has no place for it
			if it.PublishedParsed != nil {
				got.Published = rfc3339(*it.PublishedParsed)
			}
			if it.UpdatedParsed != nil {
				got.Updated = rfc3339(*it.UpdatedParsed)
			}
			for _, a := range it.Authors {
				got.Authors = append(got.Authors, a.Name)
			}
			if it.DublinCoreExt != nil { // of several creators the item itself has the first
				got.Authors = it.DublinCoreExt.Creator
			}
			if len(it.Enclosures) > 0 {
				got.Enclosure = []string{it.Enclosures[0].URL, it.Enclosures[0].Type}
			}
			if it.Content != sent.Items[i].HTML {
				t.Errorf("%s %s: other content", path, it.GUID)
			}
			for _, m := range it.Extensions["media"]["content"] {
				got.Media = append(got.Media, m.Attrs["url"])
			}
			sameReadBack(t, path, got, sent.Items[i])
		}
	}
}

func TestFeedparserReadsWhatWentIn(t *testing.T) {
	python := ""
	for _, program := range []string{"python3", "/usr/bin/python3"} { // the system's own has the system's packages
		if exec.Command(program, "-c", "import feedparser").Run() == nil {
			python = program
		}
	}
	if python == "" {
		t.Skip("python3 with feedparser is not installed (apt: python3-feedparser)")
	}
	s, sent := readable(t)
	for _, path := range []string{rssPath, atomPath} {
		cmd := exec.Command(python, "-c", reader)
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
	if len(it.Dateline.Images) > 0 && path != jsonPath {
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
