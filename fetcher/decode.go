package fetcher

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
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

// usualRatio is how many times its size a compressed feed mostly takes.
const usualRatio = 8

// unpack decodes the body of an answer, once there is room for it and for what
// is made of it. One that turns out to be large is decoded once more under all
// the room there is: whoever waits for more may hold nothing that others wait for.
func (f *Fetcher) unpack(ctx context.Context, a *answer, limits Limits) error {
	if len(a.body) == 0 {
		return nil
	}
	load, done := f.carried(ctx)
	defer done()
	names := codings(a.header)
	weight := int64(len(a.body))
	if len(names) > 0 || isGzip(bufio.NewReader(bytes.NewReader(a.body))) {
		weight *= usualRatio
	}
	if err := load.weigh(ctx, a.final.Host, weight); err != nil {
		return err
	}
	body, whole, err := f.decode(a.body, names, limits, load.most(limits))
	if errors.Is(err, errLarge) {
		if err := load.weigh(ctx, a.final.Host, heavyBody+1); err != nil {
			return err
		}
		body, whole, err = f.decode(a.body, names, limits, load.most(limits))
	}
	a.body, a.whole = body, a.whole && whole
	return err
}

// errLarge stops the decoding of a body for which more room is needed.
var errLarge = errors.New("a large body")

// decode decodes a body within the limits, and up to most bytes.
func (f *Fetcher) decode(sent []byte, names []string, limits Limits, most int64) (body []byte, whole bool, err error) {
	wire := &meter{from: bytes.NewReader(sent), left: limits.Wire}
	plain, release, err := f.decoder(wire, names, limits)
	if err != nil {
		return nil, false, err
	}
	defer release()
	if plain == nil {
		if int64(len(sent)) > limits.Decoded {
			return nil, false, faultf("the answer is larger than %s", size(limits.Decoded))
		}
		return sent, true, nil
	}
	body, err = f.readAll(plain, int64(len(sent)), func(n int64) error {
		switch {
		case n > limits.Decoded:
			return faultf("the answer is larger than %s once it is decompressed", size(limits.Decoded))
		case n > 1<<20 && n/limits.Ratio > wire.read:
			return faultf("the answer decompresses to more than %d times its size", limits.Ratio)
		case n > most:
			return errLarge
		}
		return nil
	})
	switch {
	case err == nil, len(body) > 0 && errors.Is(err, gzip.ErrHeader): // what follows the end of a gzip file is nothing of it
		return body, true, nil
	case errors.Is(err, errLarge), isVerdict(err):
		return nil, false, err
	case len(body) == 0 && errors.Is(err, io.ErrUnexpectedEOF):
		return nil, false, &fault{text: "the answer broke off at its beginning", cause: err}
	case len(body) == 0:
		return nil, false, damaged(err)
	default: // it broke off, or was damaged on the way
		return body, false, nil
	}
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

// maxCodings is how many times over a body may be compressed.
const maxCodings = 2

// decoder undoes the codings; nil: there is nothing to undo. What a body is
// comes before what is said of it: there are servers that call plain bodies gzip
// or name their charset as a coding, and such that serve gzip files as plain
// bodies, or compress them again.
func (f *Fetcher) decoder(sent io.Reader, names []string, limits Limits) (io.Reader, func(), error) {
	r := bufio.NewReader(sent)
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
		next, done, err := f.undo(plain, names[i], limits)
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
		if len(names) == 0 {
			return nil, release, nil
		}
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
func (f *Fetcher) undo(r io.Reader, name string, limits Limits) (io.Reader, func(), error) {
	switch name {
	case "gzip", "x-gzip":
		return f.gunzip(r)
	case "none", "binary", "8bit", "7bit", "utf-8": // no codings, but sent as if they were
		return r, func() {}, nil
	case "br":
		return brotli.NewReader(r), func() {}, nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(uint64(max(limits.Decoded, maxWindow))))
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
