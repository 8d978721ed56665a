// Package redistest starts real Redis servers for tests: one, one behind a
// sentinel, a cluster. They listen on this machine only, know nobody else, and
// end with the test.
package redistest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program is what is started. DATELINE_REDIS_SERVER names another than
// redis-server, such as valkey-server.
func program(t testing.TB) string {
	t.Helper()
	name := os.Getenv("DATELINE_REDIS_SERVER")
	if name == "" {
		name = "redis-server"
	}
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("DATELINE_REDIS_REQUIRED") == "1" {
		t.Fatalf("%s is not installed, and DATELINE_REDIS_REQUIRED=1 demands it", name)
	}
	t.Skipf("%s is not installed: apt-get install redis-server", name)
	return ""
}

// Durable are arguments that have a server write every change to disk before it
// answers.
var Durable = []string{"--appendonly", "yes", "--appendfsync", "always"}

// Server is a redis-server that may be killed and started again.
type Server struct {
	t      testing.TB
	socket string
	port   string // empty: it has no port
	args   []string
	cmd    *exec.Cmd
}

// Start starts a server that listens on a socket, and has it end with the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := newServer(t, "0", args...)
	s.Start()
	return s
}

// StartAt starts a server that listens on a port, too; empty: a free one.
func StartAt(t testing.TB, port string, args ...string) *Server {
	t.Helper()
	if port == "" {
		port = FreePort(t)
	}
	s := newServer(t, port, append([]string{"--bind", "127.0.0.1"}, args...)...)
	s.port = port
	s.Start()
	return s
}

func newServer(t testing.TB, port string, args ...string) *Server {
	t.Helper()
	path := program(t)
	dir, err := os.MkdirTemp("", "redis") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, socket: filepath.Join(dir, "s")}
	s.args = append([]string{path, "--port", port, "--unixsocket", s.socket, "--dir", dir, "--save", "", "--daemonize", "no",
		"--repl-diskless-sync-delay", "0"}, args...)
	t.Cleanup(func() { s.Kill(); os.RemoveAll(dir) })
	return s
}

// FreePort is a port that nobody listens on, low enough for a cluster's bus
// beside it.
func FreePort(t testing.TB) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		if port < 55000 {
			return strconv.Itoa(port)
		}
	}
}

// Address is the store's address of the server, by its socket.
func (s *Server) Address() string { return "unix://" + s.socket }

// Socket is the path of the server's socket.
func (s *Server) Socket() string { return s.socket }

// Port is the port that the server listens on.
func (s *Server) Port() string { return s.port }

// Start starts the server again after Kill, and waits until it listens. It may
// still be reading its file then.
func (s *Server) Start() {
	s.t.Helper()
	_ = os.Remove(s.socket)
	s.cmd = exec.Command(s.args[0], s.args[1:]...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	await(s.t, "redis-server to listen", func() bool {
		conn, err := net.Dial("unix", s.socket)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// Kill ends the server as a power cut does, but for what its kernel holds.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Pause stops the server where it stands; it keeps its connections and answers
// nobody.
func (s *Server) Pause() { _ = s.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume ends a pause.
func (s *Server) Resume() { _ = s.cmd.Process.Signal(syscall.SIGCONT) }

// Ask sends a command and returns the answer as text: of a list its elements,
// a line each; of an error the error. Who does not answer says nothing.
func (s *Server) Ask(command ...string) string { return ask("unix", s.socket, command) }

// Tell is Ask for a command that must go well.
func (s *Server) Tell(command ...string) string {
	s.t.Helper()
	answer := s.Ask(command...)
	if answer == "" || strings.HasPrefix(answer, "-") {
		s.t.Fatalf("%q was answered %q", command, answer)
	}
	return answer
}

// info is a field of INFO.
func (s *Server) info(section, field string) string {
	for line := range strings.Lines(s.Ask("INFO", section)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), field+":"); ok {
			return value
		}
	}
	return ""
}

// awaitReplica waits until a replica of the server has all that it has now.
// Before that a promotion loses more than the last moments.
func (s *Server) awaitReplica() {
	s.t.Helper()
	now, _ := strconv.Atoi(s.info("replication", "master_repl_offset"))
	await(s.t, "the replica to keep up", func() bool {
		_, at, ok := strings.Cut(s.info("replication", "slave0"), "state=online,offset=")
		at, _, _ = strings.Cut(at, ",")
		n, err := strconv.Atoi(at)
		return ok && err == nil && n >= now
	})
}

// await waits until something holds, looking again and again: a server has no
// other way to say so.
func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

func ask(network, address string, command []string) string {
	conn, err := net.DialTimeout(network, address, 5*time.Second)
	if err != nil {
		return ""
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(command))
	for _, word := range command {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := conn.Write([]byte(b.String())); err != nil {
		return ""
	}
	return readAnswer(conn)
}
