package redistest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// slots is how many there are in a cluster.
const slots = 16384

// Cluster is some masters, which share the slots evenly, with a replica each.
type Cluster struct {
	t       testing.TB
	servers []*Server // masters, then the replica of each
	masters int
}

// StartCluster starts a cluster and waits until all of it agrees. No replica
// takes over before LoseMaster says so, however slow the machine is.
func StartCluster(t testing.TB, masters int, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{t: t, masters: masters}
	for range 2 * masters {
		port := FreePort(t)
		bus := FreePort(t)
		c.servers = append(c.servers, StartAt(t, port, append([]string{"--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "3000",
			"--cluster-replica-no-failover", "yes"}, args...)...))
		if i := len(c.servers) - 1; i > 0 {
			first := c.servers[0]
			c.servers[i].Tell("CLUSTER", "MEET", "127.0.0.1", first.port, first.bus())
		}
	}
	for i, s := range c.servers[:masters] {
		s.Tell("CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(i*slots/masters), strconv.Itoa((i+1)*slots/masters-1))
		s.Ask("CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1)) // refused where the greeting gave one already
	}
	for i, s := range c.servers[masters:] {
		id := c.servers[i].Tell("CLUSTER", "MYID")
		await(t, "a server to know its master", func() bool { return strings.Contains(s.Ask("CLUSTER", "NODES"), id) })
		await(t, "a server to follow its master", func() bool { return s.Ask("CLUSTER", "REPLICATE", id) == "OK" })
	}
	c.settle()
	return c
}

// bus is the port that servers of a cluster talk to each other by.
func (s *Server) bus() string {
	for i, arg := range s.args {
		if arg == "--cluster-port" {
			return s.args[i+1]
		}
	}
	return ""
}

// settle waits until every server sees all slots served, and every master that
// runs has a replica that follows it.
func (c *Cluster) settle() {
	c.t.Helper()
	for _, s := range c.servers {
		await(c.t, "the cluster to agree", func() bool {
			info := s.Ask("CLUSTER", "INFO")
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", len(c.servers))) &&
				strings.Count(s.Ask("CLUSTER", "NODES"), "slave") == len(c.servers)-c.masters
		})
	}
	for _, s := range c.servers {
		if s.info("replication", "role") == "slave" {
			await(c.t, "a replica to follow", func() bool { return s.info("replication", "master_link_status") == "up" })
		}
	}
}

// Address is the store's address of the cluster, by two of its servers.
func (c *Cluster) Address() string {
	return "redis-cluster://127.0.0.1:" + c.servers[0].port + ",127.0.0.1:" + c.servers[len(c.servers)-1].port
}

// Servers are all servers of the cluster.
func (c *Cluster) Servers() []*Server { return c.servers }

// Masters are the servers that serve slots now.
func (c *Cluster) Masters() []*Server {
	var list []*Server
	for _, s := range c.servers {
		if strings.HasPrefix(s.Ask("ROLE"), "master") {
			list = append(list, s)
		}
	}
	return list
}

// Owner is the server of a key's slot.
func (c *Cluster) Owner(key string) *Server {
	c.t.Helper()
	slot := strconv.Itoa(Slot(key))
	for _, s := range c.Masters() {
		if !strings.HasPrefix(s.Ask("CLUSTER", "COUNTKEYSINSLOT", slot), "-") && !strings.HasPrefix(s.Ask("TYPE", key), "-MOVED") {
			return s
		}
	}
	c.t.Fatalf("nobody serves slot %s", slot)
	return nil
}

// MoveSlot moves the slot of a key to another master, a few keys at a time.
// between is called while some are here and some there; nil: nothing is.
func (c *Cluster) MoveSlot(key string, between func()) {
	c.t.Helper()
	from, slot := c.Owner(key), strconv.Itoa(Slot(key))
	var to *Server
	for _, s := range c.Masters() {
		if s != from {
			to = s
		}
	}
	source, target := from.Tell("CLUSTER", "MYID"), to.Tell("CLUSTER", "MYID")
	to.Tell("CLUSTER", "SETSLOT", slot, "IMPORTING", source)
	from.Tell("CLUSTER", "SETSLOT", slot, "MIGRATING", target)
	for batch := 3; ; batch = min(2*batch, 100) {
		keys := from.Ask("CLUSTER", "GETKEYSINSLOT", slot, strconv.Itoa(batch))
		if keys == "" {
			break
		}
		from.Tell(append([]string{"MIGRATE", "127.0.0.1", to.port, "", "0", "10000", "KEYS"}, strings.Split(keys, "\n")...)...)
		if between != nil {
			between()
		}
	}
	to.Tell("CLUSTER", "SETSLOT", slot, "NODE", target)
	from.Tell("CLUSTER", "SETSLOT", slot, "NODE", target)
	for _, s := range c.Masters() {
		s.Ask("CLUSTER", "SETSLOT", slot, "NODE", target)
	}
}

// LoseMaster kills the master of a key's slot, promotes its replica and has the
// dead one come back. lag is called while the replica no longer hears of what
// its master is told; nil: the replica has all but the last moment.
func (c *Cluster) LoseMaster(key string, lag func()) {
	c.t.Helper()
	old := c.Owner(key)
	next := c.replica(old)
	old.awaitReplica()
	if lag != nil {
		old.Tell("ACL", "SETUSER", "default", "-psync", "-sync")
		old.Tell("CLIENT", "KILL", "TYPE", "replica")
		lag()
	}
	old.Kill()
	next.Tell("CLUSTER", "FAILOVER", "TAKEOVER")
	await(c.t, "the replica to be the master", func() bool { return strings.HasPrefix(next.Ask("ROLE"), "master") })
	old.Start()
	c.settle()
}

// replica is the server that follows a master.
func (c *Cluster) replica(master *Server) (found *Server) {
	c.t.Helper()
	id := master.Tell("CLUSTER", "MYID")
	await(c.t, "a replica to be there", func() bool {
		for _, s := range c.servers {
			if s != master && strings.Contains(myself(s.Ask("CLUSTER", "NODES")), " "+id+" ") {
				found = s
			}
		}
		return found != nil && found.info("replication", "master_link_status") == "up"
	})
	return found
}

// myself is the line of CLUSTER NODES that tells of who was asked.
func myself(nodes string) string {
	for line := range strings.Lines(nodes) {
		if strings.Contains(line, "myself") {
			return line
		}
	}
	return ""
}

// Slot is the slot of a key: CRC-16 (XMODEM) of what stands between the first
// braces, by the Redis Cluster specification.
func Slot(key string) int {
	if _, rest, ok := strings.Cut(key, "{"); ok {
		if tag, _, closed := strings.Cut(rest, "}"); closed && tag != "" {
			key = tag
		}
	}
	var crc uint16
	for _, b := range []byte(key) {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc) % slots
}
