package fetcher

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is the memory that a zstd body may ask for: what RFC 9659 demands
// of every reader.
const maxWindow = 8 << 20

// readBody reads and decodes a body within the limits. whole tells whether it
// came to its end; a body that broke off is returned as far as it came. end
// ends the exchange.
func (f *Fetcher) readBody(ctx context.Context, end context.CancelFunc, resp *http.Response) (body []byte, whole bool, err error) {
	limits := f.opt.Limits
	if resp.ContentLength > limits.Wire {
		return nil, false, faultf("the answer is larger than %s", size(limits.Wire))
	}
	load, ok := ctx.Value(burdenKey{}).(*burden)
	if !ok { // nobody keeps the body for long
		load = &burden{room: f.heavy}
		defer load.lay()
	}
	grown := func() error { return load.take(ctx, resp.Request.URL.Host, limits.Turn) }
	if resp.ContentLength > heavyBody { // who waits for room is not to hold a part of it meanwhile
		if err := grown(); err != nil {
			return nil, false, err
		}
	}
	wire := &meter{from: resp.Body, left: limits.Wire, idle: watch(end, limits.Idle)}
	defer wire.idle.stop()
	plain, release, err := f.decoder(bufio.NewReader(wire), codings(resp.Header))
	if err != nil {
		return nil, false, err
	}
	defer release()
	body, err = f.readAll(plain, wire, resp.ContentLength, grown)
	switch {
	case err == nil, len(body) > 0 && errors.Is(err, gzip.ErrHeader): // what follows the end of a gzip file is nothing of it
		return body, true, nil
	case isVerdict(err):
		return nil, false, err
	case len(body) == 0 && errors.Is(err, io.ErrUnexpectedEOF):
		return nil, false, &fault{text: "the answer broke off at its beginning", cause: err}
	case len(body) == 0:
		return nil, false, damaged(err)
	default: // it broke off, or was damaged on the way
		return body, false, nil
	}
}

// isVerdict reports whether an error of reading ends the exchange, whatever
// came before it.
func isVerdict(err error) bool {
	var ft *fault
	var timeout net.Error
	if busy := (*Busy)(nil); errors.As(err, &busy) {
		return true
	}
	return errors.As(err, &ft) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// readAll reads a body to its end. One of common size is read in room that was
// used before, and copied once its size is known: growing room takes several
// times as much as is read.
func (f *Fetcher) readAll(r io.Reader, wire *meter, length int64, grown func() error) ([]byte, error) {
	room, ok := f.rooms.Get().(*[]byte)
	if !ok {
		room = new([]byte)
	}
	body, err := readInto(slices.Grow((*room)[:0], int(min(max(length, 4<<10), 1<<20))+bytes.MinRead), r, wire, f.opt.Limits, grown)
	if cap(body) > heavyBody {
		return body, err
	}
	*room = body
	defer f.rooms.Put(room)
	return bytes.Clone(body), err
}

// readInto reads to the end, watching how much a small body swells. It asks
// grown before it goes on with a large one.
func readInto(body []byte, r io.Reader, wire *meter, limits Limits, grown func() error) ([]byte, error) {
	for {
		if len(body) == cap(body) {
			body = slices.Grow(body, bytes.MinRead) // by a quarter where it is large; a bytes.Buffer doubles
		}
		n, err := r.Read(body[len(body):min(cap(body), len(body)+64<<10)])
		body = body[:len(body)+n]
		decoded := int64(len(body))
		if decoded > limits.Decoded {
			return nil, faultf("the answer is larger than %s once it is decompressed", size(limits.Decoded))
		}
		if decoded > 1<<20 && decoded/limits.Ratio > wire.read {
			return nil, faultf("the answer decompresses to more than %d times its size", limits.Ratio)
		}
		if decoded > heavyBody {
			if err := grown(); err != nil {
				return nil, err
			}
		}
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return body, err
		}
	}
}

// meter counts the bytes of a body as sent and refuses more than its limit.
type meter struct {
	from io.Reader
	read int64
	left int64
	idle *idleness
	err  error // the first one, for who asks again
}

func (m *meter) Read(p []byte) (n int, err error) {
	if m.err != nil {
		return 0, m.err
	}
	n, m.err = m.from.Read(p)
	if err := m.idle.over(n > 0); err != nil {
		m.err = err
	}
	m.read += int64(n)
	if m.left -= int64(n); m.left < 0 {
		n, m.err = 0, faultf("the answer is larger than %s", size(m.read+m.left))
	}
	return n, m.err
}

// idleness ends a body of which nothing more comes, long before its time is up.
// A nil one waits for ever.
type idleness struct {
	timer *time.Timer
	limit time.Duration
	ended atomic.Bool
}

// watch ends an exchange when nothing of its body comes for as long as limit.
func watch(end context.CancelFunc, limit time.Duration) *idleness {
	i := &idleness{limit: limit}
	i.timer = time.AfterFunc(limit, func() {
		i.ended.Store(true)
		end()
	})
	return i
}

// over is a fault once the time is up; a piece that came begins it anew.
func (i *idleness) over(came bool) error {
	switch {
	case i == nil:
		return nil
	case i.ended.Load():
		return faultf("the answer stopped coming for %s", i.limit)
	case came:
		i.timer.Reset(i.limit)
	}
	return nil
}

func (i *idleness) stop() { i.timer.Stop() }

// codings lists the content codings in the order in which they were applied.
func codings(h http.Header) []string {
	var names []string
	for name := range strings.SplitSeq(strings.Join(h.Values("Content-Encoding"), ","), ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && name != "identity" {
			names = append(names, name)
		}
	}
	return names
}

// maxCodings is how many times over a body may be compressed.
const maxCodings = 2

// decoder undoes the codings. What a body is comes before what is said of it:
// there are servers that call plain bodies gzip or name their charset as a
// coding, and such that serve gzip files as plain bodies, or compress them again.
func (f *Fetcher) decoder(r *bufio.Reader, names []string) (io.Reader, func(), error) {
	if len(names) > maxCodings {
		return nil, nil, faultf("the answer is compressed %d times over", len(names))
	}
	if isPlain(r) || len(names) == 1 && isGzipName(names[0]) && !isGzip(r) {
		names = nil
	}
	var plain io.Reader = r
	var releases []func()
	release := func() {
		for _, done := range releases {
			done()
		}
	}
	for i := len(names) - 1; i >= 0; i-- {
		next, done, err := f.undo(plain, names[i])
		if err != nil {
			release()
			return nil, nil, err
		}
		plain, releases = next, append(releases, done)
	}
	if len(names) == maxCodings {
		return plain, release, nil
	}
	inner := r
	if len(names) > 0 {
		inner = bufio.NewReaderSize(plain, 512)
	}
	if !isGzip(inner) {
		return inner, release, nil
	}
	next, done, err := f.gunzip(inner)
	if err != nil {
		release()
		return nil, nil, err
	}
	releases = append(releases, done)
	return next, release, nil
}

// isPlain reports whether a body begins as feeds and pages do, which nothing
// that is compressed does: with markup or a brace, after white space at most.
func isPlain(r *bufio.Reader) bool {
	head, _ := r.Peek(64)
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	return len(head) > 1 && (head[0] == '<' && (head[1] == '?' || head[1] == '!' || isNameStart(head[1])) || head[0] == '{' && strings.IndexByte(" \t\r\n\"", head[1]) >= 0)
}

func isGzip(r *bufio.Reader) bool {
	head, _ := r.Peek(3)
	return len(head) == 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8
}

func isGzipName(name string) bool { return name == "gzip" || name == "x-gzip" }

// undo undoes one coding.
func (f *Fetcher) undo(r io.Reader, name string) (io.Reader, func(), error) {
	switch name {
	case "gzip", "x-gzip":
		return f.gunzip(r)
	case "none", "binary", "8bit", "7bit", "utf-8": // no codings, but sent as if they were
		return r, func() {}, nil
	case "br":
		return brotli.NewReader(r), func() {}, nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(uint64(max(f.opt.Limits.Decoded, maxWindow))))
		if err != nil {
			return nil, nil, damaged(err)
		}
		return z, z.Close, nil
	case "deflate":
		return inflate(r)
	default:
		return nil, nil, faultf("the answer is compressed in a way that was not asked for (%q)", name)
	}
}

// gunzip reads gzip with a reader that was used before, if there is one: they
// are large for the short bodies of feeds.
func (f *Fetcher) gunzip(r io.Reader) (io.Reader, func(), error) {
	z, ok := f.gzips.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	if err := z.Reset(r); err != nil {
		return nil, nil, damaged(err)
	}
	return z, func() { f.gzips.Put(z) }, nil
}

// inflate reads deflate, which the standard wraps in zlib and some servers do
// not.
func inflate(r io.Reader) (io.Reader, func(), error) {
	b := bufio.NewReader(r)
	head, _ := b.Peek(2)
	if len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		z, err := zlib.NewReader(b)
		if err != nil {
			return nil, nil, damaged(err)
		}
		return z, func() { _ = z.Close() }, nil
	}
	z := flate.NewReader(b)
	return z, func() { _ = z.Close() }, nil
}

// damaged is the fault of a body of which nothing can be read; what limits and
// deadlines say stays as it is.
func damaged(err error) error {
	if isVerdict(err) {
		return err
	}
	return &fault{text: "the answer is damaged", cause: err}
}
