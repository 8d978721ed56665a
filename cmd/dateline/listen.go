package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"dateline/publish"
)

// listen takes an address, and says what to do where another process has it.
func listen(addr string) (*net.TCPListener, error) {
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen: %s is in use by another process: stop it, or choose another address with --listen", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener.(*net.TCPListener), nil
}

// mostConnections is how many connections are open at a time; further ones wait
// to be accepted. One that is idle takes some 20 KiB.
const mostConnections = 4000

// serveHTTP answers until ctx ends, then lets answers under way end. Where
// there is a front, it stands before the listener and answers what it can.
func serveHTTP(ctx context.Context, listener *net.TCPListener, handler http.Handler, log *slog.Logger, front func(net.Listener, *http.Server) *publish.Kiosk) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	accepting, finish := net.Listener(capped(listener, mostConnections)), func(context.Context) {}
	if front != nil {
		kiosk := front(accepting, server)
		accepting, finish = kiosk, kiosk.Finish
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(accepting) }()
	select {
	case err := <-ended:
		return fmt.Errorf("publish: %w", err)
	case <-ctx.Done():
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(wait); err != nil {
		server.Close()
	}
	finish(wait)
	<-ended
	return nil
}

// cappedListener accepts a connection only while fewer than a number are open.
type cappedListener struct {
	*net.TCPListener
	slots  chan struct{} // full: no further one is accepted
	closed chan struct{}
	once   sync.Once
}

func capped(l *net.TCPListener, most int) net.Listener {
	return &cappedListener{TCPListener: l, slots: make(chan struct{}, most), closed: make(chan struct{})}
}

// Accept waits for a free place, then for a connection.
func (l *cappedListener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.AcceptTCP()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &placedConn{TCPConn: c, leave: sync.OnceFunc(func() { <-l.slots })}, nil
}

// Close ends all waiting.
func (l *cappedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.TCPListener.Close()
}

// placedConn is a connection that gives its place up when it is closed. All
// else is as with the connection itself, so that several pieces are still
// written in one call.
type placedConn struct {
	*net.TCPConn
	leave func()
}

// Close closes the connection.
func (c *placedConn) Close() error {
	defer c.leave()
	return c.TCPConn.Close()
}
