package fetcher

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// readSent reads a body as it is sent, within the limits; decoding comes after
// the exchange, when no outlet can make it wait. whole tells whether it came to
// its end; a body that broke off is returned as far as it came. end ends the
// exchange.
func (f *Fetcher) readSent(ctx context.Context, end context.CancelFunc, resp *http.Response, limits Limits) (sent []byte, whole bool, err error) {
	if resp.ContentLength > limits.Wire {
		return nil, false, faultf("the answer is larger than %s", size(limits.Wire))
	}
	load, done := f.carried(ctx)
	defer done()
	grown := func() error { return load.begin(ctx, resp.Request.URL.Host, limits.Turn) }
	if resp.ContentLength > heavyBody { // who waits for room is not to hold a part of it meanwhile
		if err := grown(); err != nil {
			return nil, false, err
		}
	}
	wire := &meter{from: resp.Body, left: limits.Wire, idle: watch(end, limits.Idle)}
	defer wire.idle.stop()
	sent, err = f.readAll(wire, resp.ContentLength, func(n int64) error {
		if n > heavyBody {
			return grown()
		}
		return nil
	})
	switch {
	case err == nil:
		return sent, true, nil
	case isVerdict(err), len(sent) == 0 && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, false, err
	case len(sent) == 0:
		return nil, false, &fault{text: "the answer broke off at its beginning", cause: err}
	default: // it broke off
		return sent, false, nil
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

// readAll reads to the end. After each piece it asks allowed, which is told how
// much there is. What is of common size is read in room that was used before,
// and copied once its size is known: growing room takes several times as much
// as is read.
func (f *Fetcher) readAll(r io.Reader, length int64, allowed func(n int64) error) ([]byte, error) {
	room, ok := f.rooms.Get().(*[]byte)
	if !ok {
		room = new([]byte)
	}
	body, err := readInto(slices.Grow((*room)[:0], int(min(max(length, 4<<10), 1<<20))+bytes.MinRead), r, allowed)
	if cap(body) > heavyBody {
		return body, err
	}
	*room = body
	defer f.rooms.Put(room)
	return bytes.Clone(body), err
}

func readInto(body []byte, r io.Reader, allowed func(n int64) error) ([]byte, error) {
	for {
		if len(body) == cap(body) {
			body = slices.Grow(body, bytes.MinRead) // by a quarter where it is large; a bytes.Buffer doubles
		}
		n, err := r.Read(body[len(body):min(cap(body), len(body)+64<<10)])
		body = body[:len(body)+n]
		if err := allowed(int64(len(body))); err != nil {
			return nil, err
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
