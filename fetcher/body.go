package fetcher

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

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
// came to its end; a body that broke off is returned as far as it came.
func (f *Fetcher) readBody(ctx context.Context, resp *http.Response, limits Limits) (body []byte, whole bool, err error) {
	if resp.ContentLength > limits.Wire {
		return nil, false, faultf("the answer is larger than %s", size(limits.Wire))
	}
	wire := &meter{from: resp.Body, left: limits.Wire}
	plain, release, err := f.decoder(bufio.NewReader(wire), codings(resp.Header))
	if err != nil {
		return nil, false, err
	}
	defer release()
	load, ok := ctx.Value(burdenKey{}).(*burden)
	if !ok { // nobody keeps the body for long
		load = &burden{room: f.heavy}
		defer load.lay()
	}
	grown := func() error { return load.take(ctx, resp.Request.URL.Host, limits.Turn) }
	body, err = readAll(plain, wire, resp.ContentLength, limits, grown)
	switch {
	case err == nil:
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

// readAll reads to the end, watching how much a small body swells. It asks
// grown before it goes on with a large one.
func readAll(r io.Reader, wire *meter, length int64, limits Limits, grown func() error) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(int(min(max(length, 4<<10), 1<<20)) + bytes.MinRead)
	for {
		_, err := io.CopyN(&buf, r, 64<<10)
		decoded := int64(buf.Len())
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
			return buf.Bytes(), nil
		}
		if err != nil {
			return buf.Bytes(), err
		}
	}
}

// meter counts the bytes of a body as sent and refuses more than its limit.
type meter struct {
	from io.Reader
	read int64
	left int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.read += int64(n)
	if m.left -= int64(n); m.left < 0 {
		return 0, faultf("the answer is larger than %s", size(m.read+m.left))
	}
	return n, err
}

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

// decoder undoes the codings. What a body is comes before what is said of it:
// there are servers that call plain bodies gzip, and such that serve gzip files
// as plain bodies.
func (f *Fetcher) decoder(r *bufio.Reader, names []string) (io.Reader, func(), error) {
	if len(names) > 2 {
		return nil, nil, faultf("the answer is compressed %d times over", len(names))
	}
	zipped := false
	if head, _ := r.Peek(3); len(head) == 3 {
		zipped = head[0] == 0x1f && head[1] == 0x8b && head[2] == 8
	}
	if len(names) == 0 && zipped {
		names = []string{"gzip"}
	}
	if len(names) == 1 && (names[0] == "gzip" || names[0] == "x-gzip") && !zipped {
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
	return plain, release, nil
}

// undo undoes one coding.
func (f *Fetcher) undo(r io.Reader, name string) (io.Reader, func(), error) {
	switch name {
	case "gzip", "x-gzip":
		return f.gunzip(r)
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
