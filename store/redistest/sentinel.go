package redistest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Sentinels is a master, a replica and a sentinel that sees to them. One
// sentinel is enough to try what its clients do; it fails over when it is told
// to, and not because a busy machine makes a server look dead.
type Sentinels struct {
	t       testing.TB
	servers [2]*Server
	sees    string // port of the sentinel
}

// StartSentinels starts all three.
func StartSentinels(t testing.TB) *Sentinels {
	t.Helper()
	s := &Sentinels{t: t, sees: FreePort(t)}
	s.servers[0] = StartAt(t, "", Durable...)
	s.servers[1] = StartAt(t, "", append([]string{"--replicaof", "127.0.0.1 " + s.servers[0].port}, Durable...)...)
	dir := t.TempDir()
	config := filepath.Join(dir, "sentinel.conf")
	lines := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor news 127.0.0.1 %s 1\nsentinel down-after-milliseconds news 60000\nsentinel failover-timeout news 20000\n",
		s.sees, dir, s.servers[0].port)
	if err := os.WriteFile(config, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program(t), config, "--sentinel")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	await(t, "the sentinel to know a replica", func() bool {
		return strings.Contains(s.ask("SENTINEL", "replicas", "news"), s.servers[1].port)
	})
	return s
}

// Address is the store's address by the sentinel.
func (s *Sentinels) Address() string { return "redis-sentinel://127.0.0.1:" + s.sees + "/news" }

func (s *Sentinels) ask(command ...string) string { return ask("tcp", "127.0.0.1:"+s.sees, command) }

// Master is the server that the sentinel names.
func (s *Sentinels) Master() *Server { return s.servers[s.master()] }

func (s *Sentinels) master() int {
	if strings.Contains(s.ask("SENTINEL", "get-master-addr-by-name", "news"), s.servers[1].port) {
		return 1
	}
	return 0
}

// FailOver kills the master once its replica has what it has, waits for another,
// and has the dead one come back as its replica. meanwhile is called while there
// is none; nil: nothing is.
func (s *Sentinels) FailOver(meanwhile func()) {
	s.t.Helper()
	old := s.master()
	s.servers[old].awaitReplica()
	s.servers[old].Kill()
	if meanwhile != nil {
		meanwhile()
	}
	await(s.t, "the sentinel to begin", func() bool { return s.ask("SENTINEL", "FAILOVER", "news") == "OK" })
	next := s.servers[1-old]
	await(s.t, "a new master", func() bool { return s.master() != old && strings.HasPrefix(next.Ask("ROLE"), "master") })
	s.servers[old].args = replicaOf(s.servers[old].args, next.port)
	s.servers[old].Start()
	await(s.t, "the replica to follow", func() bool { return s.servers[old].info("replication", "master_link_status") == "up" })
}

// replicaOf are the arguments of a server that follows another.
func replicaOf(args []string, port string) []string {
	for i, arg := range args {
		if arg == "--replicaof" {
			args[i+1] = "127.0.0.1 " + port
			return args
		}
	}
	return append(args, "--replicaof", "127.0.0.1 "+port)
}
