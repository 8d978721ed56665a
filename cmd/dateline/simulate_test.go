package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/store/redistest"
)

// TestSimulateTwoProcesses polls many slow outlets once, by one process and by
// two that share a Redis, and prints how much faster two are. It compares times,
// so it runs only where it is asked for.
func TestSimulateTwoProcesses(t *testing.T) {
	if os.Getenv("DATELINE_SIMULATE") == "" {
		t.Skip("DATELINE_SIMULATE is not set: make simulate sets it")
	}
	const outlets = 1600
	slow := startSlowOutlets(t)
	one, two := slow.poll(t, outlets, 1), slow.poll(t, outlets, 2)
	t.Logf("%d outlets that answer after 200 ms: %v by one process, %v by two: %.2f times as fast", outlets, one, two, one.Seconds()/two.Seconds())
}

// slowOutlets are many outlets that take their time. They note when the first
// was asked, and when the last was answered.
type slowOutlets struct {
	port string

	mu          sync.Mutex // guards first and last
	first, last time.Time
}

// startSlowOutlets listens at every address of this machine, so that each outlet
// has a host of its own.
func startSlowOutlets(t *testing.T) *slowOutlets {
	t.Helper()
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &slowOutlets{}
	server := httptest.NewUnstartedServer(s)
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	_, s.port, _ = net.SplitHostPort(listener.Addr().String())
	return s
}

// ServeHTTP answers after 200 ms with a feed of one item.
func (s *slowOutlets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.first.IsZero() {
		s.first = time.Now()
	}
	s.mu.Unlock()
	time.Sleep(200 * time.Millisecond)
	w.Header().Set("Content-Type", "application/rss+xml")
	fmt.Fprintf(w, `<rss version="2.0"><channel><title>%[1]s</title><item><guid>%[1]s</guid><title>News of %[1]s</title><description>It is calm.</description></item></channel></rss>`, r.Host)
	s.mu.Lock()
	s.last = time.Now()
	s.mu.Unlock()
}

// poll has some processes poll all outlets once and returns how long the outlets
// were at it.
func (s *slowOutlets) poll(t *testing.T, outlets, processes int) time.Duration {
	t.Helper()
	s.first = time.Time{}
	var b strings.Builder
	fmt.Fprintf(&b, "site: {title: Slow, url: \"http://desk.example\", contact: desk@desk.example}\nstore: %q\nnetwork: {allow: [\"127.0.0.0/8\"]}\nsources:\n", redistest.Start(t).Address())
	for i := range outlets {
		fmt.Fprintf(&b, "  - {id: o%d, title: O%d, feed: \"http://127.1.%d.%d:%s/\", lang: en, topics: [all]}\n", i, i, i/200, i%200+1, s.port)
	}
	b.WriteString("topics:\n  - {id: all, title: All, any: [{term: [unheardof]}]}\n")
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("dateline", "check", "-c", file).CombinedOutput(); err != nil {
		t.Fatalf("check: %v: %s", err, out)
	}
	var all sync.WaitGroup
	for range processes {
		all.Go(func() {
			if out, err := exec.Command("dateline", "once", "-c", file).CombinedOutput(); err != nil {
				t.Errorf("once: %v: %s", err, out)
			}
		})
	}
	all.Wait()
	return s.last.Sub(s.first).Round(10 * time.Millisecond)
}
