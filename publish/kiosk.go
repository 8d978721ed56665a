package publish

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Kiosk hands finished editions over the counter. It stands between a listener
// and an http.Server, which takes it for its listener: of each connection it
// answers the plain requests itself, byte for byte as the http.Server would,
// and with the first that is not plain it hands the connection on, with what
// was read of it, for good. Why it is there stands in docs/decisions/0061.
//
// Shutdown of the http.Server closes it, and Finish waits for the answers that
// are under way then.
type Kiosk struct {
	net.Listener
	server *Server
	house  *http.Server // whose limits are kept here too
	meter  Meter

	handed chan net.Conn
	failed chan error
	closed chan struct{}
	today  atomic.Pointer[dateLine]

	breakOff context.CancelFunc // ends what answers wait for
	underway sync.WaitGroup
	mu       sync.Mutex // guards visits, and closing where it is set
	visits   map[net.Conn]struct{}
	closing  atomic.Bool
}

// Meter hears of each request that a Kiosk takes up, and of what came of it. It
// is called from several goroutines.
type Meter interface {
	Begin()
	End(Answer)
}

// Answer is what a request was answered.
type Answer struct {
	Method, Path string
	Status       int // 0: it was handed on
	Begun        time.Time
	Took         time.Duration
}

// silence is a Meter that nobody reads.
type silence struct{}

func (silence) Begin()     {}
func (silence) End(Answer) {}

// NewKiosk begins to answer at l what is plain, and gives the rest to house,
// whose Handler is to ask s for documents in the end. Where m is nil nothing is
// counted.
func NewKiosk(s *Server, l net.Listener, house *http.Server, m Meter) *Kiosk {
	if m == nil {
		m = silence{}
	}
	k := &Kiosk{
		Listener: l, server: s, house: house, meter: m,
		handed: make(chan net.Conn), failed: make(chan error), closed: make(chan struct{}),
		visits: map[net.Conn]struct{}{},
	}
	ctx, cancel := context.WithCancel(context.Background())
	k.breakOff = cancel
	k.underway.Go(func() { k.open(ctx) })
	return k
}

// open lets visitors in until the listener is closed.
func (k *Kiosk) open(ctx context.Context) {
	for {
		c, err := k.Listener.Accept()
		if err != nil {
			select {
			case k.failed <- err: // the http.Server knows which of them pass, and waits before it comes again
				continue
			case <-k.closed:
				return
			}
		}
		if !k.enter(c) {
			c.Close()
			return
		}
		k.underway.Go(func() { k.attend(ctx, c) })
	}
}

// Accept waits for the next connection that is not for the kiosk.
func (k *Kiosk) Accept() (net.Conn, error) {
	select {
	case c := <-k.handed:
		return c, nil
	case err := <-k.failed:
		return nil, err
	case <-k.closed:
		return nil, net.ErrClosed
	}
}

// Close lets nobody else in, and those go who wait for nothing.
func (k *Kiosk) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing.Swap(true) {
		return nil
	}
	close(k.closed)
	for c := range k.visits {
		c.SetReadDeadline(time.Unix(1, 0))
	}
	return k.Listener.Close()
}

// Finish waits, after Close, for the answers under way; once ctx ends it breaks
// them off.
func (k *Kiosk) Finish(ctx context.Context) {
	defer k.breakOff()
	waited := context.AfterFunc(ctx, func() {
		k.breakOff()
		k.mu.Lock()
		defer k.mu.Unlock()
		for c := range k.visits {
			c.Close()
		}
	})
	defer waited()
	k.underway.Wait()
}

func (k *Kiosk) enter(c net.Conn) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing.Load() {
		return false
	}
	k.visits[c] = struct{}{}
	return true
}

func (k *Kiosk) leave(c net.Conn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.visits, c)
}

// visit is one connection.
type visit struct {
	conn    net.Conn
	client  netip.Prefix
	counted bool   // its requests are counted
	room    []byte // what was read and not answered yet
	said    []byte // the head of the last answer
	parts   [2][]byte
	pieces  net.Buffers // of parts

	untilRead, untilWritten time.Time // the deadlines that are set
}

// slack is by how much the end of a wait may be late: to move a deadline for
// each request would cost as much as the rest of the answer.
func slack(wait time.Duration) time.Duration { return wait / 8 }

// attend answers the plain requests of a connection, one after the other, and
// hands it on with the first that is not.
func (k *Kiosk) attend(ctx context.Context, c net.Conn) {
	v := &visit{conn: c, room: make([]byte, 0, mostPlain)}
	v.client, v.counted = clientOf(c.RemoteAddr().String())
	if !k.serves(ctx, v) {
		k.leave(c)
		c.Close()
		return
	}
	k.leave(c)
	c.SetDeadline(time.Time{})
	select {
	case k.handed <- &begunConn{Conn: c, begun: v.room}:
	case <-k.closed:
		c.Close()
	}
}

// serves answers plain requests until there is one that is not; false: the
// connection is over.
func (k *Kiosk) serves(ctx context.Context, v *visit) (handOn bool) {
	defer func() {
		if r := recover(); r != nil {
			k.server.log.Error("a fault of the program ended a connection", "err", r, "stack", string(debug.Stack()))
			handOn = false
		}
	}()
	wait := k.house.ReadHeaderTimeout // of a new connection; then that of an idle one
	for {
		if len(v.room) == 0 && !k.listen(v, wait) || k.closing.Load() {
			return false
		}
		r, plain := readPlain(v.room)
		if !plain {
			return true
		}
		answered, err := k.answer(ctx, v, &r)
		if !answered || err != nil {
			return err == nil
		}
		v.room = v.room[:copy(v.room, v.room[r.size:])]
		wait = k.house.IdleTimeout
	}
}

// listen waits for the next request; false: there will be none.
func (k *Kiosk) listen(v *visit, wait time.Duration) bool {
	if wait > 0 {
		late := time.Now().Add(wait + slack(wait))
		if v.untilRead.Before(late.Add(-slack(wait))) || v.untilRead.After(late) {
			v.untilRead = late
			v.conn.SetReadDeadline(v.untilRead)
		}
	}
	if k.closing.Load() { // or the deadline that Close set is gone
		return false
	}
	n, _ := v.conn.Read(v.room[:cap(v.room)])
	v.room = v.room[:n]
	return n > 0
}

// begunConn is a connection of which something was read already.
type begunConn struct {
	net.Conn
	begun []byte
}

// Read gives what was read already, then what comes.
func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.begun) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.begun)
	if c.begun = c.begun[n:]; len(c.begun) == 0 {
		c.begun = nil
	}
	return n, nil
}

// CloseWrite lets an http.Server tell the other side that nothing more comes
// while it still reads, so that its last answer is not lost.
func (c *begunConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
