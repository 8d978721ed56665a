package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// The world of the crash test: outlets whose feeds grow from stage to stage.
// Nothing ever leaves a feed, so that whatever a desk slept through can still
// be read, and what it has to publish at a stage is known beforehand. Copies
// and corrections come a stage after what they copy or correct: which of two
// texts was read first must not depend on when a process died.
const (
	worldOutlets = 8
	worldOpening = 12 // items of each outlet at stage 0
	worldGrowth  = 4  // more at each further stage
)

type crashWorld struct {
	stage atomic.Int64
	began time.Time
	asked atomic.Int64
}

func newCrashWorld() *crashWorld { return &crashWorld{began: time.Now().Add(-time.Hour)} }

// prose is an item's text: words of its own, so that no two items tell the same.
func (w *crashWorld) prose(outlet, item int) string {
	draw := rand.New(rand.NewPCG(uint64(outlet), uint64(item)))
	var b strings.Builder
	for range 60 {
		for range 2 + draw.IntN(3) {
			b.WriteByte("bdfgklmnprstvz"[draw.IntN(14)])
			b.WriteByte("aeiou"[draw.IntN(5)])
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String()) + "."
}

// firstTold is who wrote an item first: at every stage an outlet with an odd number
// copies its neighbour's newest item of the stage before.
func firstTold(outlet, item int) (from, original int) {
	if grown := item - worldOpening; outlet%2 == 1 && grown >= worldGrowth && grown%worldGrowth == 0 {
		return outlet - 1, item - worldGrowth
	}
	return outlet, item
}

// corrected reports whether an item bears a correction at a stage.
func corrected(outlet, item, stage int) bool {
	return outlet%2 == 0 && item%3 == 0 && item < stage && item < worldOpening
}

func (w *crashWorld) title(outlet, item int) string {
	outlet, item = firstTold(outlet, item)
	words := strings.Fields(w.prose(outlet, item))
	return strings.ToUpper(words[0][:1]) + strings.Join(words[:7], " ")[1:]
}

// ServeHTTP answers with the feed of /s0, /s1 … as it is at the present stage.
func (w *crashWorld) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	var outlet int
	if _, err := fmt.Sscanf(r.URL.Path, "/s%d", &outlet); err != nil || outlet >= worldOutlets {
		http.NotFound(out, r)
		return
	}
	w.asked.Add(1)
	stage := int(w.stage.Load())
	tag := fmt.Sprintf("%q", fmt.Sprintf("%d-%d", outlet, stage))
	out.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		out.WriteHeader(http.StatusNotModified)
		return
	}
	out.Header().Set("Content-Type", "application/rss+xml")
	_, _ = out.Write(w.feed(outlet, stage))
}

func (w *crashWorld) feed(outlet, stage int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0"?><rss version="2.0"><channel><title>Outlet %d</title><link>http://s%d.example/</link><description>News</description>`, outlet, outlet)
	for item := worldOpening + worldGrowth*stage - 1; item >= 0; item-- {
		text := w.prose(firstTold(outlet, item))
		if corrected(outlet, item, stage) {
			text += " Correction: an earlier version named another harbour."
		}
		fmt.Fprintf(&b, "<item><guid isPermaLink=\"false\">%d-%d</guid><link>http://s%d.example/%d</link><pubDate>%s</pubDate><title>", outlet, item, outlet, item,
			w.began.Add(time.Duration(item)*time.Second).UTC().Format(time.RFC1123Z))
		_ = xml.EscapeText(&b, []byte(w.title(outlet, item)))
		b.WriteString("</title><description>")
		_ = xml.EscapeText(&b, []byte("<p>"+text+"</p>"))
		b.WriteString("</description></item>")
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}

// titles are the headlines that a desk has to publish at a stage, each once.
func (w *crashWorld) titles(stage int) map[string]bool {
	all := map[string]bool{}
	for outlet := range worldOutlets {
		for item := range worldOpening + worldGrowth*stage {
			all[w.title(outlet, item)] = true
		}
	}
	return all
}

// due is how many corrections and copies there are at a stage.
func (w *crashWorld) due(stage int) (corrections, copies int) {
	for outlet := range worldOutlets {
		for item := range worldOpening + worldGrowth*stage {
			if corrected(outlet, item, stage) {
				corrections++
			}
			if from, _ := firstTold(outlet, item); from != outlet {
				copies++
			}
		}
	}
	return corrections, copies
}

// config is that of a desk over the world.
func (w *crashWorld) config(base, store, listen string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "site: {title: Crash desk, url: \"http://desk.example\", contact: desk@desk.example}\nstore: %q\nlisten: %q\n", store, listen)
	b.WriteString("network: {allow: [\"127.0.0.0/8\"]}\nsources:\n")
	for i := range worldOutlets {
		fmt.Fprintf(&b, "  - {id: s%d, title: Outlet %d, publisher: p%d, feed: %q, lang: en, schedule: \"@every 1s\", rights: full, topics: [world]}\n", i, i, i, fmt.Sprintf("%s/s%d", base, i))
	}
	b.WriteString("topics:\n  - {id: world, title: World, any: [{term: [unheardof]}]}\n")
	return []byte(b.String())
}
