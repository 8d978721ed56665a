package fetcher

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/news"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

func compressed(t testing.TB, coding string, body []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	var w io.WriteCloser
	var err error
	switch coding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&buf)
	case "br":
		w = brotli.NewWriterLevel(&buf, 5)
	case "zstd":
		w, err = zstd.NewWriter(&buf)
	case "deflate":
		w = zlib.NewWriter(&buf)
	case "raw deflate":
		w, err = flate.NewWriter(&buf, 5)
	default:
		return body
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// coded serves a body under a Content-Encoding.
func coded(t testing.TB, header string, body []byte) string {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if header != "" {
			w.Header().Set("Content-Encoding", header)
		}
		_, _ = w.Write(body)
	}).URL
}

func TestEveryCodingIsRead(t *testing.T) {
	plain := []byte(feedOf(4))
	f := open(t)
	for _, c := range []struct {
		header string
		body   []byte
	}{
		{"", plain},
		{"identity", plain},
		{"gzip", compressed(t, "gzip", plain)},
		{"X-GZIP", compressed(t, "gzip", plain)},
		{"br", compressed(t, "br", plain)},
		{"zstd", compressed(t, "zstd", plain)},
		{"deflate", compressed(t, "deflate", plain)},
		{"deflate", compressed(t, "raw deflate", plain)},
		{"gzip, br", compressed(t, "br", compressed(t, "gzip", plain))},
		{"gzip", plain},                    // said to be, and is not
		{"", compressed(t, "gzip", plain)}, // is, and not said to be
		{"gzip", compressed(t, "gzip", append(plain, bytes.Repeat([]byte("\n"), 5000)...))},
	} {
		r := fetch(t, f, coded(t, c.header, c.body), news.Poll{})
		if len(r.Items) != 4 || r.Poll.Sum == 0 {
			t.Errorf("%q: got %d items, sum %d", c.header, len(r.Items), r.Poll.Sum)
		}
	}
}

func TestDamagedAndUnknownCodings(t *testing.T) {
	f := open(t)
	for _, c := range []struct{ header, body, want string }{
		{"compress", "x", "was not asked for"},
		{"gzip, gzip, gzip", "x", "3 times over"},
		{"gzip", "\x1f\x8b\x08 nothing of the kind", "damaged"},
		{"zstd", "nothing of the kind", "damaged"},
		{"br", "\xff\xff\xff\xff", "damaged"},
	} {
		p := faultOf(t, f, source(coded(t, c.header, []byte(c.body))), news.Poll{})
		wantFault(t, p, c.want)
	}
}

func TestBombsAreDefused(t *testing.T) {
	bomb := append([]byte("<rss><channel><title>"), bytes.Repeat([]byte(" "), 64<<20)...)
	f := open(t)
	for _, coding := range []string{"gzip", "br", "zstd", "deflate"} {
		p := faultOf(t, f, source(coded(t, coding, compressed(t, coding, bomb))), news.Poll{})
		if !strings.Contains(p.Fault, "100 times its size") && !strings.Contains(p.Fault, "20 MiB once it is decompressed") {
			t.Errorf("%s: fault %q", coding, p.Fault)
		}
	}
}

func TestBombInABombIsDefused(t *testing.T) {
	bomb := bytes.Repeat([]byte("a"), 32<<20)
	p := faultOf(t, open(t), source(coded(t, "gzip, gzip", compressed(t, "gzip", compressed(t, "gzip", bomb)))), news.Poll{})
	wantFault(t, p, "decompress")
}

func TestLargeBodiesAreRefused(t *testing.T) {
	f := open(t, func(o *Options) { o.Limits = Limits{Wire: 100 << 10, Decoded: 150 << 10} })
	large := []byte(strings.Repeat("<rss>"+fmt.Sprint(time.Second), 30000))
	wantFault(t, faultOf(t, f, source(coded(t, "", large)), news.Poll{}), "larger than 100 KiB")
	chunked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for range 40 {
			_, _ = w.Write(large[:10<<10])
			w.(http.Flusher).Flush()
		}
	})
	wantFault(t, faultOf(t, f, source(chunked.URL), news.Poll{}), "larger than 100 KiB")
	wantFault(t, faultOf(t, f, source(coded(t, "br", compressed(t, "br", large))), news.Poll{}), "larger than 150 KiB once")
}

func TestLargeHeadersAreRefused(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for i := range 20 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 4<<10))
		}
		fmt.Fprint(w, feedOf(1))
	})
	wantFault(t, faultOf(t, open(t), source(s.URL), news.Poll{}), "64 KiB of headers")
}

func TestSlowServersAreLeft(t *testing.T) {
	// Only one limit can be met in each case, however slow the machine.
	patient := open(t, func(o *Options) {
		o.Limits = Limits{Whole: 300 * time.Millisecond, Headers: time.Hour, Idle: time.Hour}
	})
	drip := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for i := 0; r.Context().Err() == nil; i++ {
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	wantFault(t, faultOf(t, patient, source(drip.URL), news.Poll{}), "was not done within 300ms")
	silent := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	hasty := open(t, func(o *Options) { o.Limits = Limits{Whole: time.Hour, Headers: 100 * time.Millisecond} })
	wantFault(t, faultOf(t, hasty, source(silent.URL), news.Poll{}), "did not begin to answer within 100ms")
}

func FuzzDecode(f *testing.F) {
	for _, coding := range []string{"gzip", "br", "zstd", "deflate", "raw deflate", ""} {
		f.Add(coding, compressed(f, coding, []byte(feedOf(2))))
	}
	f.Add("gzip, br", []byte("x"))
	limits := Limits{Wire: 1 << 20, Decoded: 2 << 20}
	ask := open(f, func(o *Options) { o.Limits = limits })
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		resp := &http.Response{Header: http.Header{"Content-Encoding": {header}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: -1}
		sent, whole, err := ask.readSent(t.Context(), func() {}, resp, ask.opt.Limits)
		if err != nil {
			return
		}
		a := answer{header: resp.Header, body: sent, whole: whole, final: &url.URL{Host: "desk.example"}}
		err = ask.unpack(t.Context(), &a, ask.opt.Limits)
		got, whole := a.body, a.whole
		if int64(len(got)) > limits.Decoded {
			t.Errorf("%d bytes get past the limit", len(got))
		}
		if whole && err != nil {
			t.Errorf("whole, with %v", err)
		}
	})
}

// A source's own limits hold for it in place of those of all, both ways.
func TestSourcesHaveLimitsOfTheirOwn(t *testing.T) {
	f := open(t, func(o *Options) { o.Limits = Limits{Wire: 100 << 10, Decoded: 100 << 10, Whole: time.Minute} })
	large := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, feedOf(40), strings.Repeat(" ", 150<<10)) })
	src := source(large.URL)
	wantFault(t, faultOf(t, f, src, news.Poll{}), "larger than 100 KiB")
	src.Limits = news.Limits{Size: 1 << 20, Items: 7}
	r, err := f.Fetch(t.Context(), src, news.Poll{}, noon)
	if err != nil || len(r.Items) != 7 || r.Poll.Dropped.Excess != 33 {
		t.Errorf("got %d items, %+v, %v; want the newest 7 of 40", len(r.Items), r.Poll.Dropped, err)
	}
	src.Limits = news.Limits{Size: 10 << 10}
	wantFault(t, faultOf(t, f, src, news.Poll{}), "larger than 10 KiB")
	packed := source(coded(t, "gzip", compressed(t, "gzip", []byte(feedOf(4)+strings.Repeat(" ", 50<<10)))))
	packed.Limits = news.Limits{Size: 20 << 10}
	wantFault(t, faultOf(t, f, packed, news.Poll{}), "larger than 20 KiB once it is decompressed")

	silent := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	hasty := source(silent.URL)
	hasty.Limits = news.Limits{Timeout: 300 * time.Millisecond}
	wantFault(t, faultOf(t, f, hasty, news.Poll{}), "did not begin to answer within 100ms")
}
