//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// own takes the lock beside an embedded file. The kernel lets go of it when
// the process ends, however it ends; the empty lock file stays.
func own(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		defer f.Close()
		return nil, fmt.Errorf("%w%s", ErrInUse, owner(f))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	if err := f.Truncate(0); err == nil {
		fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return f, nil
}

// owner names the process that wrote itself into the lock file.
func owner(f *os.File) string {
	b := make([]byte, 32)
	n, _ := f.Read(b)
	if pid := strings.TrimSpace(string(b[:n])); pid != "" {
		return " (" + pid + ")"
	}
	return ""
}
