package fetcher

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
)

// benchFeed is an RSS feed of 100 items of 3 KB.
func benchFeed() []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Bench</title>`)
	for i := range 100 {
		fmt.Fprintf(&b, "<item><title>Item &amp; %d</title><link>https://b.example/%d</link><guid>%d</guid><dc:creator>A B</dc:creator>"+
			"<pubDate>Mon, 01 Jun 2026 20:00:00 GMT</pubDate><description><![CDATA[%s]]></description></item>", i, i, i,
			strings.Repeat(`<p>The price of copper rose on <a href="/x">Monday</a>.</p>`, 50))
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}

// BenchmarkParse reads feeds with decoding and repair, and with bare gofeed by
// turns: one feed of our own, and with DATELINE_CORPUS the real ones. x-gofeed
// is how many times gofeed's speed ours is, of the fastest rounds of each feed,
// so that a busy machine matters little.
func BenchmarkParse(b *testing.B) {
	b.Run("one", func(b *testing.B) { benchmarkReading(b, [][]byte{benchFeed()}) })
	if real := realFeeds(b); len(real) > 0 {
		b.Run("real", func(b *testing.B) { benchmarkReading(b, real) })
	}
}

func benchmarkReading(b *testing.B, feeds [][]byte) {
	ours, theirs := make([]time.Duration, len(feeds)), make([]time.Duration, len(feeds))
	fastest := func(of *time.Duration, began time.Time) {
		if took := time.Since(began); *of == 0 || took < *of {
			*of = took
		}
	}
	for b.Loop() {
		for i, feed := range feeds {
			began := time.Now()
			if _, err := Parse(feed, ParseOptions{}); err != nil {
				b.Fatal(err)
			}
			fastest(&ours[i], began)
			began = time.Now()
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(feed)); err != nil {
				b.Fatal(err)
			}
			fastest(&theirs[i], began)
		}
	}
	var mine, others time.Duration
	for i := range feeds {
		mine, others = mine+ours[i], others+theirs[i]
	}
	b.ReportMetric(float64(others)/float64(mine), "x-gofeed")
}

// realFeeds are those of the corpus that gofeed can read; none without one.
func realFeeds(b *testing.B) (feeds [][]byte) {
	corpus := os.Getenv("DATELINE_CORPUS")
	if corpus == "" {
		return nil
	}
	names, err := filepath.Glob(filepath.Join(corpus, "realfeeds", "*_*.*"))
	if err != nil || len(names) == 0 {
		b.Fatalf("no real feeds: %v", err)
	}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err == nil {
			feeds = append(feeds, body)
		}
	}
	return feeds
}
