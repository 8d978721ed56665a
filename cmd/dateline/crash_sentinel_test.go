//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sentinels is a master, a replica and a sentinel that sees to them.
type sentinels struct {
	t       *testing.T
	dir     string
	ports   [2]string // of the servers
	sees    string    // port of the sentinel
	servers [2]*exec.Cmd
}

// startSentinels starts them on ports of their own. One sentinel is enough to
// try what we do.
func startSentinels(t *testing.T) *sentinels {
	t.Helper()
	for _, program := range []string{"redis-server", "redis-cli"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed: apt-get install redis-server redis-tools")
		}
	}
	s := &sentinels{t: t, dir: t.TempDir()}
	for i := range s.ports {
		s.ports[i] = freePort(t)
	}
	s.sees = freePort(t)
	s.start(0)
	s.start(1, "--replicaof", "127.0.0.1 "+s.ports[0])
	config := filepath.Join(s.dir, "sentinel.conf")
	lines := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor news 127.0.0.1 %s 1\nsentinel down-after-milliseconds news 300\nsentinel failover-timeout news 2000\n", s.sees, s.dir, s.ports[0])
	if err := os.WriteFile(config, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("redis-server", config, "--sentinel")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s.await("the sentinel to know a replica", func() bool {
		return strings.Contains(s.ask(s.sees, "SENTINEL", "replicas", "news"), s.ports[1])
	})
	return s
}

func freePort(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (s *sentinels) start(i int, more ...string) {
	s.t.Helper()
	dir := filepath.Join(s.dir, s.ports[i])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		s.t.Fatal(err)
	}
	args := append([]string{"--port", s.ports[i], "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
		"--repl-diskless-sync-delay", "0"}, more...)
	cmd := exec.Command("redis-server", args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.servers[i] = cmd
	s.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s.await("a server", func() bool { return strings.Contains(s.ask(s.ports[i], "PING"), "PONG") })
}

func (s *sentinels) ask(port string, command ...string) string {
	out, _ := exec.Command("redis-cli", append([]string{"-p", port}, command...)...).CombinedOutput()
	return string(out)
}

func (s *sentinels) await(what string, holds func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	s.t.Fatalf("waited in vain for %s", what)
}

// master is the server that the sentinel names.
func (s *sentinels) master() int {
	if strings.Contains(s.ask(s.sees, "SENTINEL", "get-master-addr-by-name", "news"), s.ports[1]) {
		return 1
	}
	return 0
}

// keepsUp reports whether a replica has what its master has. Before that a
// promotion loses not the last moments but all since the last failover, and of
// two copies that are both read anew the other may be read first: the story is
// then told under another ID, and rightly so.
func keepsUp(info string) bool {
	_, rest, found := strings.Cut(info, "state=online,offset=")
	at, _, _ := strings.Cut(rest, ",")
	_, end, told := strings.Cut(info, "master_repl_offset:")
	end, _, _ = strings.Cut(end, "\r")
	return found && told && at == strings.TrimSpace(end)
}

// failOver kills the master, waits for another, and has the dead one come back
// as its replica.
func (s *sentinels) failOver() {
	old := s.master()
	s.await("the replica to keep up", func() bool { return keepsUp(s.ask(s.ports[old], "INFO", "replication")) })
	_ = s.servers[old].Process.Kill()
	_ = s.servers[old].Wait()
	s.await("a new master", func() bool {
		return s.master() != old && strings.Contains(s.ask(s.ports[1-old], "ROLE"), "master")
	})
	s.start(old, "--replicaof", "127.0.0.1 "+s.ports[1-old])
	s.await("the replica to follow", func() bool {
		return strings.Contains(s.ask(s.ports[old], "INFO", "replication"), "master_link_status:up")
	})
}

// The master dies with what it had not sent on; the desk goes on at the other.
func TestFailoverLosesNothing(t *testing.T) {
	s := startSentinels(t)
	survive(t, "redis-sentinel://127.0.0.1:"+s.sees+"/news", func(d *crashDesk, round int) {
		time.Sleep(aMoment())
		if round%3 == 2 {
			d.kill()
		}
		s.failOver()
		if d.cmd == nil {
			d.start()
		}
	})
}
