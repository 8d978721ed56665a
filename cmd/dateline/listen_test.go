package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestConnectionsAreCapped(t *testing.T) {
	inner, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := capped(inner, 2)
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 3 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first, second := <-accepted, <-accepted
	select {
	case <-accepted:
		t.Fatal("a third connection has a place")
	default:
	}
	_ = first.Close()
	_ = first.Close() // twice gives up one place
	third := <-accepted
	_ = l.Close()
	if _, more := <-accepted; more {
		t.Error("a closed listener accepts")
	}
	_, _ = second.Close(), third.Close()
}

// noted is a log that several goroutines write to.
type noted struct {
	mu sync.Mutex
	bytes.Buffer
}

func (n *noted) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.Buffer.Write(p)
}

// What goes wrong in a handler is not passed over in silence, and ends nothing
// but its own connection.
func TestFaultsOfTheServerAreLogged(t *testing.T) {
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	log, ended := &noted{}, make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			panic("a handler broke")
		}
		_, _ = io.WriteString(w, "well")
	})
	go func() { ended <- serveHTTP(ctx, l, handler, slog.New(slog.NewTextHandler(log, nil)), nil) }()
	if res, err := http.Get("http://" + l.Addr().String() + "/bad"); err == nil {
		res.Body.Close()
		t.Error("a handler that broke answers")
	}
	res, err := http.Get("http://" + l.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(res.Body); string(body) != "well" {
		t.Errorf("got %q", body)
	}
	res.Body.Close()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "a handler broke") || !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("the log says %q", log.String())
	}
}
