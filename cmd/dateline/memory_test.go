package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/fstest"
)

func TestContainerMemory(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"no control groups", nil, 0},
		{"version 2, in a namespace of its own", map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n"}, 512 << 20},
		{"version 2, no limit", map[string]string{
			"proc/self/cgroup": "0::/user.slice\n", "sys/fs/cgroup/user.slice/memory.max": "max\n"}, 0},
		{"version 2, a group above has less", map[string]string{
			"proc/self/cgroup":                                       "0::/system.slice/dateline.service\n",
			"sys/fs/cgroup/system.slice/memory.max":                  "100\n",
			"sys/fs/cgroup/system.slice/dateline.service/memory.max": "200\n"}, 100},
		{"version 1", map[string]string{
			"proc/self/cgroup": "12:pids:/x\n5:cpu,memory:/docker/1f\n",
			"sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes": "268435456\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":           "9223372036854771712\n"}, 256 << 20},
		{"version 1, seen from inside", map[string]string{
			"proc/self/cgroup": "5:memory:/docker/1f\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "1000\n"}, 1000},
		{"version 1, no limit", map[string]string{
			"proc/self/cgroup": "5:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
		{"nonsense", map[string]string{"proc/self/cgroup": "memory\n\n0::../../etc\n", "sys/fs/cgroup/memory.max": "-3\n"}, 0},
	} {
		root := fstest.MapFS{}
		for name, text := range c.files {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := containerMemory(root); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

// The limit leaves room to grow, in proportion where very much is in use and by
// so many bytes below that, and never lies below what is in use.
func TestMemoryFor(t *testing.T) {
	for _, c := range []struct{ heap, rest, want int64 }{
		{0, 0, 92},
		{35, 25, 92},  // 72 would do: a small house is collected rarely
		{60, 10, 92},  // 82
		{30, 80, 122}, // by 12 MiB
		{80, 10, 102},
		{120, 10, 142},
		{500, 10, 560}, // by a tenth
	} {
		if got := memoryFor(c.heap<<20, c.rest<<20); got != c.want<<20 {
			t.Errorf("%d and %d MiB in use: got %d MiB, want %d", c.heap, c.rest, got>>20, c.want)
		}
	}
}

// What is in use decides on the limit, up to that of the container.
func TestMemoryIsFollowed(t *testing.T) {
	t.Cleanup(func() { debug.SetMemoryLimit(math.MaxInt64) })
	held := make([]byte, 120<<20)
	for i := 0; i < len(held); i += 4096 {
		held[i] = 1
	}
	runtime.GC()
	limitMemory(math.MaxInt64)
	if got := debug.SetMemoryLimit(-1); got < 132<<20 || got > 400<<20 {
		t.Errorf("the limit is %d MiB, with 120 MiB in use", got>>20)
	}
	runtime.KeepAlive(held)
	limitMemory(130 << 20)
	if got := debug.SetMemoryLimit(-1); got != 130<<20 {
		t.Errorf("the limit is %d MiB, want the container's 130", got>>20)
	}
}
