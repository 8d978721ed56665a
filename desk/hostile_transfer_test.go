package desk_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dateline/fetcher"
)

func packed(body string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(body))
	_ = z.Close()
	return b.String()
}

func deflated(body string) string {
	var b bytes.Buffer
	z, _ := flate.NewWriter(&b, 6)
	_, _ = z.Write([]byte(body))
	_ = z.Close()
	return b.String()
}

func zlibbed(body string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(body))
	_ = z.Close()
	return b.String()
}

func coded(body string, coding ...string) func(*hostile) {
	return func(h *hostile) {
		var headers []string
		for _, c := range coding {
			headers = append(headers, "Content-Encoding: "+c)
		}
		h.sends(body, headers...)
		h.well()
		h.headlines("Accra shuts")
	}
}

var twoFeed = rss(item("1", "Accra shuts"), item("2", "Bergen shuts"))

// breaks is a transfer that ends early: what came is filed, no validators are
// kept, and the whole feed is filed once it comes, each item once.
func breaks(raw string) func(*hostile) {
	return func(h *hostile) {
		h.writes(raw)
		if p := h.well(); p.ETag != "" || p.LastModified != "" {
			h.Errorf("validators of a broken answer are kept: %q, %q", p.ETag, p.LastModified)
		}
		h.headlines("Accra shuts")
		h.sends(twoFeed, "ETag: "+tag)
		if h.well(); h.last().Header.Get("If-None-Match") != "" {
			h.Error("asked conditionally after a broken answer")
		}
		h.headlines("Accra shuts", "Bergen shuts")
	}
}

func head(lines ...string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: \"broken\"\r\nLast-Modified: " + modified + "\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// drags is an outlet that is too slow. The limit is short, so that the test is.
func drags(limits fetcher.Limits, reply func(n int, w http.ResponseWriter, r *http.Request)) func(*hostile) {
	return func(h *hostile) {
		h.limits = limits
		h.answers(reply)
		h.poll()
		if p := h.record(); p.Failures != 1 || p.Fault == "" {
			h.Errorf("a slow outlet is no fault: %+v", p)
		}
	}
}

func TestHostileTransfer(t *testing.T) {
	half := twoFeed[:strings.Index(twoFeed, "Bergen")+3]
	chunk := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }
	short := fetcher.Limits{Headers: 50 * time.Millisecond, Whole: 200 * time.Millisecond}
	runHostile(t, []behaviour{
		{"shorter than Content-Length", breaks(head(fmt.Sprint("Content-Length: ", len(twoFeed))) + half)},
		{"chunked without an end", breaks(head("Transfer-Encoding: chunked") + chunk(half))},
		{"chunked, broken inside a chunk", breaks(head("Transfer-Encoding: chunked") + fmt.Sprintf("%x\r\n%s", len(twoFeed), half))},
		{"chunked, with a size that is none", breaks(head("Transfer-Encoding: chunked") + chunk(half) + "zz\r\nmore\r\n")},
		{"without a length, and the root not closed", breaks(head("Connection: close") + half)},
		{"gzip that ends early", func(h *hostile) {
			z := packed(twoFeed + "<!--" + repeated("0123456789abcdef", 1024) + "-->")
			h.writes(head("Content-Encoding: gzip", fmt.Sprint("Content-Length: ", len(z))) + z[:len(z)-4])
			if p := h.well(); p.ETag != "" {
				h.Errorf("ETag %q kept", p.ETag)
			}
			h.headlines("Accra shuts", "Bergen shuts")
		}},
		{"longer than Content-Length", func(h *hostile) {
			h.writes(head(fmt.Sprint("Content-Length: ", len(oneFeed))) + oneFeed + "HTTP/1.1 200 OK\r\n\r\nsmuggled")
			h.well()
			h.headlines("Accra shuts")
		}},
		{"gzip", coded(packed(oneFeed), "gzip")},
		{"x-gzip", coded(packed(oneFeed), "x-gzip")},
		{"GZIP in capitals", coded(packed(oneFeed), "GZIP")},
		{"deflate with its wrapping", coded(zlibbed(oneFeed), "deflate")},
		{"deflate without", coded(deflated(oneFeed), "deflate")},
		{"gzip twice over", coded(packed(packed(oneFeed)), "gzip", "gzip")},
		{"gzip that nobody announced", coded(packed(oneFeed))},
		{"plain text that is called gzip", coded(oneFeed, "gzip")},
		{"identity", coded(oneFeed, "identity")},
		{"plain text that is called br", coded(oneFeed, "br")},
		{"plain text that is called zstd and deflate", coded("\n "+oneFeed, "zstd", "deflate")},
		{"a charset in place of a coding", coded(oneFeed, "UTF-8")},
		{"gzip twice over that is called gzip once", coded(packed(packed(oneFeed)), "gzip")},
		{"zeros behind a gzip file", coded(packed(oneFeed)+strings.Repeat("\x00", 512), "gzip")},
		{"a coding that was not asked for", faults("not asked for", "\x1f\x9d\x90"+oneFeed, "Content-Encoding: compress")},
		{"gzip five times over", faults("times over", packed(oneFeed), "Content-Encoding: gzip, gzip, gzip, gzip, gzip")},
		{"a gzip bomb", faults("decompress", packed(repeated("<!-- nothing to see -->", 64<<20)), "Content-Encoding: gzip")},
		{"a gzip bomb in a gzip bomb", faults("decompress", packed(packed(repeated("<!-- nothing to see -->", 64<<20))), "Content-Encoding: gzip, gzip")},
		{"gzip that is damaged at its beginning", faults("", "\x1f\x8b\x08\x00garbage", "Content-Encoding: gzip")},
		{"more than 10 MiB", faults("larger than", oneFeed+repeated("<!-- nothing to see -->", 11<<20))},
		{"a Content-Length beyond all memory", func(h *hostile) { h.writes(head("Content-Length: 9000000000000") + oneFeed); h.ill("larger than") }},
		{"a negative Content-Length", func(h *hostile) { h.writes(head("Content-Length: -5") + oneFeed); h.ill("") }},
		{"two lengths that differ", func(h *hostile) { h.writes(head("Content-Length: 5", "Content-Length: 7") + oneFeed); h.ill("") }},
		{"a mebibyte of headers", func(h *hostile) {
			h.sends(oneFeed, "X-Long: "+repeated("0123456789abcdef", 1<<20))
			h.ill("of headers")
		}},
		{"ten thousand headers", func(h *hostile) {
			h.writes(head(strings.TrimSuffix(strings.Repeat("X-Many: 0123456789\r\n", 10_000), "\r\n")) + oneFeed)
			h.ill("of headers")
		}},
		{"headers that come too late", drags(short, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })},
		{"a body that drips for ever", drags(short, func(_ int, w http.ResponseWriter, r *http.Request) {
			for tick := time.NewTicker(5 * time.Millisecond); ; {
				select {
				case <-r.Context().Done():
					tick.Stop()
					return
				case <-tick.C:
					_, _ = w.Write([]byte(" "))
					_ = http.NewResponseController(w).Flush()
				}
			}
		})},
		{"a body that stops, long before its time is up", drags(fetcher.Limits{Idle: 100 * time.Millisecond}, func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(half))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})},
		{"a body that stops in the middle", drags(short, func(_ int, w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(half))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})},
		{"a connection that is closed at once", func(h *hostile) { h.writes(""); h.ill("closed the connection") }},
		{"another protocol", func(h *hostile) { h.writes("220 mail.example ESMTP\r\n"); h.ill("does not speak HTTP") }},
		{"HTTP/0.9", func(h *hostile) { h.writes(oneFeed); h.ill("") }},
		{"HTTP/1.0", func(h *hostile) { h.writes("HTTP/1.0 200 OK\r\n\r\n" + oneFeed); h.well(); h.headlines("Accra shuts") }},
		{"early hints before the answer", func(h *hostile) {
			h.writes("HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" + head("Connection: close") + oneFeed)
			h.well()
			h.headlines("Accra shuts")
		}},
		{"a hundred early hints", func(h *hostile) {
			h.writes(strings.Repeat("HTTP/1.1 103 Early Hints\r\nX: "+repeated("0123456789abcdef", 1024)+"\r\n\r\n", 100) + head("Connection: close") + oneFeed)
			h.ill("")
		}},
		{"204", func(h *hostile) { h.refuses(204); h.ill("204") }},
		{"206 that nobody asked for", func(h *hostile) {
			h.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { say(w, 206, oneFeed, "ETag: "+tag) })
			if p := h.well(); p.ETag != "" || p.Sum != 0 {
				h.Errorf("ETag %q of a part is kept", p.ETag)
			}
			h.headlines("Accra shuts")
		}},
		{"203 of a proxy that changed something", func(h *hostile) {
			h.answers(func(_ int, w http.ResponseWriter, _ *http.Request) { say(w, 203, oneFeed, "ETag: "+tag) })
			if p := h.well(); p.ETag != tag {
				h.Errorf("ETag %q", p.ETag)
			}
			h.headlines("Accra shuts")
		}},
		{"nobody listens", func(h *hostile) { h.server.Close(); h.ill("refuses the connection") }},
	})
}
