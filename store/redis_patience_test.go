package store

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/store/redistest"
)

// lines is a log that says when something was written to it.
type lines struct {
	mu    sync.Mutex // guards text
	text  bytes.Buffer
	wrote chan struct{}
}

func newLines() *lines { return &lines{wrote: make(chan struct{}, 100)} }

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrote <- struct{}{}
	return l.text.Write(b)
}

func (l *lines) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// A process that begins while its Redis is away waits for it, says so once, and
// never shows the password.
func TestOpenWaitsForRedis(t *testing.T) {
	const secret = "geh31m"
	server := redistest.Start(t, "--requirepass", secret)
	server.Kill()
	log := newLines()
	opened := make(chan error, 1)
	go func() {
		s, err := Open(t.Context(), "unix://:"+secret+"@"+server.Socket(), Options{Patience: time.Hour, Log: log.logger()})
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	<-log.wrote
	select {
	case err := <-opened:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	server.Start()
	if err := <-opened; err != nil {
		t.Error(err)
	}
	if text := log.text.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "does not answer yet") || strings.Contains(text, secret) {
		t.Errorf("got the log %q, want one line without the password", text)
	}
}

// What waiting does not mend is said at once.
func TestOpenDoesNotWaitInVain(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "geh31m")
	_, err := Open(t.Context(), server.Address(), Options{Patience: time.Hour})
	wantLine(t, err, nil, "password is refused")
	server.Kill()
	_, err = Open(t.Context(), server.Address(), Options{})
	wantLine(t, err, nil, "not reachable")
}
