//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package publish

import (
	"os"
	"syscall"
)

// claim takes the folder of an export for one export at a time, and tells what
// lets go of it; false: another has it. The kernel lets go of it when the
// process ends, however it ends.
func claim(root *os.Root) (alone bool, release func()) {
	dir, err := root.Open(".")
	if err != nil {
		return false, func() {}
	}
	err = syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return err == nil, func() { dir.Close() }
}
