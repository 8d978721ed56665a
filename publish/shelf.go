package publish

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"dateline/news"
)

// document is something rendered.
type document struct {
	key       string
	stamp     stamp
	body      []byte
	mediaType string
	changed   time.Time // the newest change in it; zero: unknown
	links     []string  // for the Link header
}

// stamp is what a document was rendered from.
type stamp struct {
	revision   news.Revision
	generation uint64
}

// edited is a document in all codings, each with its own tag. Nothing of it is
// ever changed but when it was last in force.
type edited struct {
	document
	codings [len(codingNames)]coded
	request request       // that it was made for
	inForce *atomic.Int64 // when it last was, in Unix nanoseconds
	made    time.Time     // when, and how long it took
	took    time.Duration
}

type coded struct {
	body []byte // nil: not in this coding
	etag string // quoted

	always, whole []headerLine
	written       *[2]atomic.Pointer[writtenHead] // for answers in full, and for 304
}

// The codings, the one we like best first.
const (
	inBrotli = iota
	inZstd
	inGzip
	inIdentity
)

var codingNames = [...]string{inBrotli: "br", inZstd: "zstd", inGzip: "gzip", inIdentity: "identity"}

// worthPacking is the size under which compressing does not pay.
const worthPacking = 512

// renew is a document newly rendered, where held is its last edition or nil.
// What says the same bytes as before stays as it was, with its date. What
// changed bears a date after the one it had, though the news in it may be
// older: a source was renamed, a story was swept.
func renew(doc document, held *edited, now time.Time) *edited {
	if held == nil {
		return edit(doc)
	}
	if bytes.Equal(held.body, doc.body) && held.mediaType == doc.mediaType && slices.Equal(held.links, doc.links) {
		same := *held
		same.inForce = inForce(now)
		same.key, same.stamp = doc.key, doc.stamp
		return &same
	}
	if !doc.changed.IsZero() && !doc.changed.Truncate(time.Second).After(held.changed) {
		doc.changed = later(now, held.changed.Add(time.Second))
	}
	return edit(doc)
}

// inForce notes a time.
func inForce(now time.Time) *atomic.Int64 {
	at := new(atomic.Int64)
	at.Store(now.UnixNano())
	return at
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// edit compresses a document and gives each coding its tag.
func edit(doc document) *edited {
	doc.body = bytes.Clone(doc.body)
	e := &edited{document: doc, inForce: inForce(time.Now())}
	e.codings[inIdentity] = code(doc.body)
	if len(doc.body) >= worthPacking {
		e.codings[inGzip] = code(gzipped(doc.body))
		e.codings[inBrotli] = code(brotlied(doc.body))
		e.codings[inZstd] = code(zstandard(doc.body))
	}
	for i := range e.codings {
		c := &e.codings[i]
		c.always, c.whole = heads(&e.document, *c, i)
	}
	return e
}

func code(body []byte) coded {
	sum := sha256.Sum256(body)
	return coded{body: body, etag: `"` + hex.EncodeToString(sum[:12]) + `"`, written: new([2]atomic.Pointer[writtenHead])}
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.DefaultCompression) // the level is sound, and a Buffer takes everything
	w.Write(body)
	w.Close()
	return bytes.Clone(b.Bytes()) // without the room that it grew into
}

func brotlied(body []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, 5)
	w.Write(body)
	w.Close()
	return bytes.Clone(b.Bytes())
}

func zstandard(body []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil // this coding is not offered; the options are sound
	}
	defer w.Close()
	return bytes.Clone(w.EncodeAll(body, nil))
}

// size is the memory an edited document takes.
func (e *edited) size() int64 {
	n := int64(1024 + len(e.key))
	for i := range e.codings {
		n += int64(len(e.codings[i].body))
	}
	return n
}

// shelf keeps documents in memory, those last asked for, up to a bound in bytes.
type shelf struct {
	bound int64

	mu    sync.Mutex // guards all below
	held  map[string]*list.Element
	order *list.List // of *edited, the last asked for first
	bytes int64
}

func newShelf(bound int64) *shelf {
	return &shelf{bound: bound, held: map[string]*list.Element{}, order: list.New()}
}

// get is what is held under key; nil: nothing.
func (s *shelf) get(key string) *edited {
	s.mu.Lock()
	defer s.mu.Unlock()
	el := s.held[key]
	if el == nil {
		return nil
	}
	s.order.MoveToFront(el)
	return el.Value.(*edited)
}

// peek is what get is for the key of a path and a query.
func (s *shelf) peek(path, query string) *edited {
	var room [256]byte
	key := append(append(append(room[:0], path...), '?'), query...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if el := s.held[string(key)]; el != nil {
		return el.Value.(*edited)
	}
	return nil
}

// put holds e in place of what its key held, and returns it. One that is
// larger than the whole shelf is not held.
func (s *shelf) put(e *edited) *edited {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(s.held[e.key])
	if e.size() > s.bound {
		return e
	}
	for s.bytes+e.size() > s.bound {
		s.drop(s.order.Back())
	}
	s.held[e.key] = s.order.PushFront(e)
	s.bytes += e.size()
	return e
}

// remove forgets what is held under key.
func (s *shelf) remove(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(s.held[key])
}

func (s *shelf) drop(el *list.Element) {
	if el == nil {
		return
	}
	e := s.order.Remove(el).(*edited)
	delete(s.held, e.key)
	s.bytes -= e.size()
}
