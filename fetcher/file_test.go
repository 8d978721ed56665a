package fetcher

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dateline/news"
)

func TestFileIsAFeed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a feed.xml")
	write := func(body []byte, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	f := open(t)
	feed := "file://" + filepath.ToSlash(path)
	write([]byte(feedOf(2)), noon)
	first := fetch(t, f, feed, news.Poll{})
	if len(first.Items) != 2 || first.Poll.Status != 200 {
		t.Fatalf("first: %+v", first)
	}
	if again := fetch(t, f, feed, first.Poll); !again.Unchanged || again.Poll.Status != 304 || again.Poll.LastModified != first.Poll.LastModified {
		t.Errorf("untouched: %+v", again)
	}
	write([]byte(feedOf(2)), noon.Add(time.Hour))
	touched := fetch(t, f, feed, first.Poll)
	if !touched.Unchanged || touched.Poll.LastModified == first.Poll.LastModified {
		t.Errorf("touched: %+v", touched)
	}
	write(gzipped(t, feedOf(3)), noon.Add(2*time.Hour))
	if changed := fetch(t, f, feed, touched.Poll); len(changed.Items) != 3 || changed.Unchanged {
		t.Errorf("changed: %+v", changed)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	large, empty := filepath.Join(dir, "large"), filepath.Join(dir, "empty")
	for path, body := range map[string][]byte{large: bytes.Repeat([]byte("x"), 1<<20), empty: nil} {
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, func(o *Options) { o.Limits.Wire = 1 << 10 })
	for feed, want := range map[string]string{"file://" + dir: "not that of a file", "file://" + dir + "/none": "no such file", "file:///dev/zero": "not that of a file",
		"file://far.example/feed": "from this machine only", "file:": "names no file", "file://" + large: "larger than 1 KiB", "file://" + empty: "empty document"} {
		wantFault(t, faultOf(t, f, source(feed), news.Poll{}), want)
	}
}
