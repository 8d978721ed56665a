package redistest

import (
	"net"
	"sync"
	"testing"
)

// Fate is what becomes of an answer on its way through a Proxy.
type Fate int

const (
	Pass Fate = iota // it arrives
	Lose             // the connection breaks before it
	Tear             // the connection breaks in the middle of it
	Hold             // nothing arrives any more, and nobody is told
)

// Proxy stands between a client and a server and does what networks do.
type Proxy struct {
	target   string // a socket
	listener net.Listener
	wg       sync.WaitGroup

	mu    sync.Mutex // guards what follows
	fate  func(request []byte) Fate
	conns map[net.Conn]bool
}

// StartProxy starts a proxy before a server. It passes everything until Judge
// says otherwise.
func StartProxy(t testing.TB, server *Server) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{target: server.socket, listener: listener, conns: map[net.Conn]bool{}}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		listener.Close()
		p.Cut()
		p.wg.Wait()
	})
	return p
}

// Address is the store's address of the server by way of the proxy.
func (p *Proxy) Address() string { return "redis://" + p.listener.Addr().String() }

// Judge has fate decide what becomes of each answer, by what was asked last on
// its connection. It may wait, to delay the answer; nil: all arrive.
func (p *Proxy) Judge(fate func(request []byte) Fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fate = fate
}

// Cut breaks all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.target)
		if err != nil { // it is away: so are we
			client.Close()
			continue
		}
		p.keep(client, server)
		asked := &lastAsked{}
		p.wg.Go(func() { p.forward(client, server, asked) })
		p.wg.Go(func() { p.back(server, client, asked) })
	}
}

func (p *Proxy) keep(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = true
	}
}

func (p *Proxy) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		c.Close()
		delete(p.conns, c)
	}
}

// lastAsked is the last request of a connection.
type lastAsked struct {
	mu   sync.Mutex // guards text
	text []byte
}

func (p *Proxy) forward(client, server net.Conn, asked *lastAsked) {
	defer p.drop(client, server)
	for buffer := make([]byte, 64<<10); ; {
		n, err := client.Read(buffer)
		if n > 0 {
			asked.mu.Lock()
			asked.text = append([]byte(nil), buffer[:n]...)
			asked.mu.Unlock()
			if _, err := server.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) back(server, client net.Conn, asked *lastAsked) {
	defer p.drop(client, server)
	held := false
	for buffer := make([]byte, 64<<10); ; {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		if held {
			continue
		}
		switch p.judge(asked) {
		case Lose:
			return
		case Tear:
			_, _ = client.Write(buffer[:n/2])
			return
		case Hold:
			held = true
			continue
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *Proxy) judge(asked *lastAsked) Fate {
	p.mu.Lock()
	fate := p.fate
	p.mu.Unlock()
	if fate == nil {
		return Pass
	}
	asked.mu.Lock()
	request := asked.text
	asked.mu.Unlock()
	return fate(request)
}
