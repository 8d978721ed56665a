package main

import (
	"testing"
	"testing/fstest"
)

func TestSmallHeapsMayGrowFurther(t *testing.T) {
	for live, want := range map[uint64]int{0: 3600, 1 << 20: 3600, 10 << 20: 360, 36 << 20: 100, 50 << 20: 70, 60 << 20: 60, 1 << 30: 60} {
		if got := slack(live); got != want {
			t.Errorf("%d MiB in use: got %d %%, want %d", live>>20, got, want)
		}
	}
}

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
