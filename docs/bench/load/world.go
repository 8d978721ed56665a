package main

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// world serves feeds that are the same for the same flags. Feed n is RSS where
// n is even and Atom where it is odd, has validators, and lists the newest of
// its items; every fiftieth item is about Russia and North Korea.
type world struct {
	feeds, items int
	delay        time.Duration
	newest       time.Time // claimed date of the newest item at the start
	host         string
	port         string

	added atomic.Int64 // items that each feed gained
	mu    sync.Mutex   // guards made
	made  map[int]edition
}

// edition is a feed as it stands after some items were added.
type edition struct {
	added int64
	body  []byte
}

func serveWorld(args []string) error {
	w := &world{made: map[int]edition{}}
	flags := flag.NewFlagSet("world", flag.ContinueOnError)
	flags.IntVar(&w.feeds, "feeds", 100, "number of feeds")
	flags.IntVar(&w.items, "items", 30, "items in each")
	flags.DurationVar(&w.delay, "delay", 0, "wait before each answer")
	newest := flags.Int64("newest", 0, "date of the newest item, seconds since 1970")
	if err := flags.Parse(args); err != nil {
		return err
	}
	w.newest = time.Unix(*newest, 0).UTC()
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		return err
	}
	_, w.port, _ = net.SplitHostPort(listener.Addr().String())
	fmt.Printf("http://127.0.0.1:%s\n", w.port)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed/{n}", w.feed)
	mux.HandleFunc("GET /list.txt", w.list)
	mux.HandleFunc("GET /bump", func(_ http.ResponseWriter, r *http.Request) {
		n, _ := strconv.ParseInt(r.FormValue("n"), 10, 64)
		w.added.Add(n)
	})
	return http.Serve(listener, mux)
}

// hosts is over how many loopback addresses the feeds are spread.
const hosts = 50

func (w *world) list(rw http.ResponseWriter, _ *http.Request) {
	for n := range w.feeds {
		fmt.Fprintf(rw, "http://127.0.1.%d:%s/feed/%d\n", 1+n%hosts, w.port, n)
	}
}

func (w *world) feed(rw http.ResponseWriter, r *http.Request) {
	time.Sleep(w.delay)
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= w.feeds {
		http.NotFound(rw, r)
		return
	}
	added := w.added.Load()
	tag := fmt.Sprintf(`"%d.%d"`, n, added)
	rw.Header().Set("ETag", tag)
	rw.Header().Set("Last-Modified", w.date(int(added)).Format(http.TimeFormat))
	if r.Header.Get("If-None-Match") == tag {
		rw.WriteHeader(http.StatusNotModified)
		return
	}
	rw.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = rw.Write(w.edition(n, added, "http://"+r.Host))
}

// edition writes a feed once: the world is not what is measured.
func (w *world) edition(n int, added int64, host string) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e, ok := w.made[n]; ok && e.added == added {
		return e.body
	}
	e := edition{added, w.write(n, int(added), host)}
	w.made[n] = e
	return e.body
}

func (w *world) date(item int) time.Time { return w.newest.Add(time.Duration(item) * time.Minute) }

func (w *world) write(n, added int, host string) []byte {
	var b bytes.Buffer
	rss := n%2 == 0
	if rss {
		fmt.Fprintf(&b, "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>"+
			"<title>Gazette %d</title><link>%s/</link><description>All the news of district %d</description>\n", n, host, n)
	} else {
		fmt.Fprintf(&b, "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Gazette %d</title><id>%s/feed/%d</id>"+
			"<updated>%s</updated><link href=\"%s/\"/>\n", n, host, n, w.date(added).Format(time.RFC3339), host)
	}
	for item := added; item > added-w.items; item-- {
		c := copyFor(n, item)
		html := "<p>" + strings.Join(c.paragraphs, "</p>\n<p>") + "</p>"
		link := fmt.Sprintf("%s/district-%d/%d?utm_source=feed", host, n, item)
		if rss {
			fmt.Fprintf(&b, "<item><title>%s</title><link>%s</link><guid isPermaLink=\"false\">%d/%d</guid><pubDate>%s</pubDate><description>%s</description>"+
				"<content:encoded><![CDATA[%s]]></content:encoded></item>\n",
				escaped(c.headline), escaped(link), n, item, w.date(item).Format(time.RFC1123Z), escaped(c.paragraphs[0]), html)
		} else {
			fmt.Fprintf(&b, "<entry><title>%s</title><link href=\"%s\"/><id>urn:gazette:%d:%d</id><updated>%s</updated><summary>%s</summary>"+
				"<content type=\"html\">%s</content></entry>\n",
				escaped(c.headline), escaped(link), n, item, w.date(item).Format(time.RFC3339), escaped(c.paragraphs[0]), escaped(html))
		}
	}
	if rss {
		b.WriteString("</channel></rss>\n")
	} else {
		b.WriteString("</feed>\n")
	}
	return b.Bytes()
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// written is one item.
type written struct {
	headline   string
	paragraphs []string
}

// copyFor writes an item, the same each time.
func copyFor(n, item int) written {
	r := rand.New(rand.NewPCG(uint64(n)<<32|uint64(uint32(item)), 7))
	c := written{headline: sentence(r)}
	for range 3 {
		var p []string
		for range 3 + r.IntN(3) {
			p = append(p, sentence(r)+".")
		}
		c.paragraphs = append(c.paragraphs, strings.Join(p, " "))
	}
	if r.IntN(50) == 0 {
		c.headline = "Pyongyang and Moscow: " + c.headline
		c.paragraphs[0] = "Russia and North Korea opened a bridge. " + c.paragraphs[0]
	}
	return c
}

// The words of sentences, by their place.
var (
	actors  = strings.Fields("farmers fishermen teachers engineers voters judges nurses pilots miners bakers traders sailors students surgeons clerks")
	deeds   = strings.Fields("welcome question delay approve reject inspect repair announce expect discuss celebrate mourn oppose defend postpone")
	objects = strings.Fields("ferry orchard library reservoir lighthouse tramway budget festival verdict harvest ceasefire tariff vaccine railway census")
	manners = strings.Fields("new disputed costly temporary regional promised unfinished ancient crowded flooded famous quiet remote")
	places  = strings.Fields("valley harbour suburb province island estuary plateau frontier delta peninsula")
	days    = strings.Fields("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
)

func sentence(r *rand.Rand) string {
	pick := func(words []string) string { return words[r.IntN(len(words))] }
	s := fmt.Sprintf("The %s of the %s %s %s the %s %s near the %s after %d weeks of talks on %s", pick(actors), pick(manners), pick(places), pick(deeds),
		pick(manners), pick(objects), pick(places), 2+r.IntN(40), pick(days))
	return s
}
