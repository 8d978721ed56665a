package main

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	gauges "runtime/metrics"
	"strconv"
	"strings"
)

// How far the heap may grow beyond what is in use before it is collected
// (docs/decisions/0092): by slackLeast bytes, or the slackLarge percent that are
// more where much is in use.
const (
	slackLarge = 10
	slackLeast = 12 << 20
	freely     = 92 << 20 // in all, up to which slackSmall percent decide
	slackSmall = 200
	slackGiven = 60 // percent, where GOMEMLIMIT is set and GOGC is not
)

// boundMemory has the collector keep the process small, and below what its
// container may use, with a tenth to spare for what it does not see: without
// that it learns of the limit by being killed. GOMEMLIMIT and GOGC, where they
// are set, decide alone.
func boundMemory() {
	limit := int64(math.MaxInt64)
	if given := containerMemory(os.DirFS("/")); given > 0 {
		limit = given - given/10
	}
	switch {
	case os.Getenv("GOMEMLIMIT") != "":
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(slackGiven)
		}
	case os.Getenv("GOGC") != "":
		debug.SetMemoryLimit(limit)
	default:
		debug.SetGCPercent(slackSmall)
		followHeap(limit)
	}
}

// followHeap sets the limit on memory anew after each collection: to what is in
// use, and the slack. Unlike a limit that stands, it is never so near that the
// collector runs without end, whatever the config needs; and unlike a percentage
// it has pages returned that a burst has left behind.
func followHeap(limit int64) {
	limitMemory(limit)
	runtime.AddCleanup(new([64]byte), followHeap, limit)
}

func limitMemory(most int64) { debug.SetMemoryLimit(min(most, memoryFor(memoryInUse()))) }

// memoryFor is the limit for what is in use: of the heap after its last
// collection, and of what is no heap.
func memoryFor(heap, rest int64) int64 {
	return max(heap+rest+max(slackLeast, heap*slackLarge/100), freely)
}

func memoryInUse() (heap, rest int64) {
	samples := []gauges.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	gauges.Read(samples)
	value := func(i int) int64 { return int64(samples[i].Value.Uint64()) }
	return value(0), value(1) - value(2) - value(3) - value(4)
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
