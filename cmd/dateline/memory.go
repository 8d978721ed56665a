package main

import (
	"io/fs"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	measures "runtime/metrics"
	"strconv"
	"strings"
)

// How far the heap may grow beyond what is in use before it is collected
// (docs/decisions/0092).
const (
	slackHeap  = 60       // percent
	leastSlack = 36 << 20 // bytes: to collect a small heap often saves nothing worth having
)

// heedContainer has the collector keep the process below what its container may
// use, with a tenth to spare for what it does not see: without that it learns
// of the limit by being killed. GOMEMLIMIT, where it is set, decides alone, and
// so does GOGC about how much the heap may grow.
func heedContainer() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(slackHeap)
		paceCollector(slackHeap)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	if limit := containerMemory(os.DirFS("/")); limit > 0 {
		debug.SetMemoryLimit(limit - limit/10)
	}
}

// paceCollector sets after each collection by how many percent the heap may grow
// until the next one. It was set to percent last; while somebody else has set it
// to another value, it stays.
func paceCollector(percent int) {
	type collected struct{ _ [16]byte } // large enough to be collected alone
	runtime.AddCleanup(new(collected), func(percent int) {
		now := []measures.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/gogc:percent"}}
		measures.Read(now)
		if next := slack(now[0].Value.Uint64()); next != percent && now[1].Value.Uint64() == uint64(percent) {
			debug.SetGCPercent(next)
			percent = next
		}
		paceCollector(percent)
	}, percent)
}

// slack is by how many percent a heap may grow of which so many bytes are in use.
func slack(live uint64) int {
	const steps = 10 // percent: to set it holds the whole program up for a moment
	least := leastSlack * 100 / max(live, 1<<20)
	return max(slackHeap, int(least/steps*steps))
}

// containerMemory is what the control groups of this process allow it, in
// bytes: the least of its own group and those above; 0: there is no limit. It
// reads both versions of control groups (Linux, cgroups(7)).
func containerMemory(root fs.FS) int64 {
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0 // not Linux, or nothing to see
	}
	var least int64
	for line := range strings.Lines(string(groups)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		kinds, group, _ := strings.Cut(rest, ":")
		dir, file := "sys/fs/cgroup", "memory.max"
		if kinds != "" {
			dir, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
			if !strings.Contains(","+kinds+",", ",memory,") {
				continue
			}
		}
		for at := path.Clean("/" + group); ; at = path.Dir(at) { // what is above may be out of sight, or all there is
			if n := readBytes(root, path.Join(dir, at, file)); n > 0 && (least == 0 || n < least) {
				least = n
			}
			if at == "/" {
				break
			}
		}
	}
	return least
}

// unlimited is where version 1 begins to mean that there is no limit.
const unlimited = 1 << 60

// readBytes reads a file that holds a number of bytes; 0: none, or no limit.
func readBytes(root fs.FS, file string) int64 {
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || n >= unlimited { // "max"
		return 0
	}
	return n
}
