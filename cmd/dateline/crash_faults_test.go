//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dateline/store/redistest"
)

// The master dies; the desk goes on at the other, and one that starts while
// there is none waits for it.
func TestFailoverLosesNothing(t *testing.T) {
	s := redistest.StartSentinels(t)
	survive(t, s.Address(), func(d *crashDesk, round int) {
		time.Sleep(aMoment())
		s.FailOver(func() {
			if round%3 == 0 {
				d.kill()
				d.start()
			}
		})
	})
}

// In a cluster the slot of the stories moves, or the master of theirs or of
// some sources dies and its replica takes over.
func TestClusterLosesNothing(t *testing.T) {
	c := redistest.StartCluster(t, 3, redistest.Durable...)
	survive(t, c.Address(), func(d *crashDesk, round int) {
		time.Sleep(aMoment())
		if round%3 == 2 {
			d.kill()
		}
		switch key := []string{"{desk}:revision", "{src:3}:due"}[round/2%2]; round % 2 {
		case 0:
			c.MoveSlot(key, func() {})
		case 1:
			c.LoseMaster(key, nil)
		}
		if d.cmd == nil {
			d.start()
		}
	})
}

// Of two desks over one Redis one sleeps for longer than its leases while the
// other goes on, and wakes in the middle of what it was doing.
func TestDeskThatSleptThroughItsLeasesDoesNoHarm(t *testing.T) {
	r := redistest.Start(t, redistest.Durable...)
	var other *crashDesk
	survive(t, r.Address(), func(d *crashDesk, _ int) {
		if other == nil {
			other = d.beside()
			other.start()
		}
		time.Sleep(aMoment())
		sleeper := []*crashDesk{d, other}[rand.IntN(2)]
		_ = sleeper.cmd.Process.Signal(syscall.SIGSTOP)
		time.Sleep(brittleLease + aMoment())
		_ = sleeper.cmd.Process.Signal(syscall.SIGCONT)
	})
}

// The clock jumps a day ahead, back to what it was, and a day behind.
func TestJumpingClockLosesNothing(t *testing.T) {
	jumps := []time.Duration{25 * time.Hour, 0, -25 * time.Hour, 10 * time.Minute, 0, -3 * time.Minute}
	t.Run("embedded", func(t *testing.T) { surviveClock(t, "", jumps) })
	t.Run("redis", func(t *testing.T) { surviveClock(t, redistest.Start(t, redistest.Durable...).Address(), jumps) })
}

func surviveClock(t *testing.T, store string, jumps []time.Duration) {
	file := filepath.Join(t.TempDir(), "clock")
	survive(t, store, func(d *crashDesk, round int) {
		if d.env == nil { // from now on it has that clock
			d.kill()
			d.env, d.brittle = []string{"BRITTLE_CLOCK=" + file}, true
			d.start()
		}
		time.Sleep(aMoment())
		next := file + ".next"
		if err := os.WriteFile(next, []byte(jumps[round%len(jumps)].String()), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(next, file); err != nil {
			t.Fatal(err)
		}
		if round%4 == 3 {
			d.kill()
			d.start()
		}
		time.Sleep(aMoment())
	})
}

// The disk is full for a while. The desk stays up and publishes what it has, and
// goes on by itself when there is room.
func TestFullDiskLosesNothing(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	ballast := filepath.Join(dir, "ballast")
	survive(t, filepath.Join(dir, "dateline.db"), func(d *crashDesk, round int) {
		time.Sleep(aMoment())
		fillDisk(t, ballast)
		time.Sleep(aMoment())
		if round%3 == 1 {
			d.kill()
			d.start()
			d.settled()
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		if d.hasEnded() { // one that starts on a full disk may say so and end
			if !strings.Contains(d.log.String(), "the disk is full") {
				t.Errorf("the desk ended:\n%s", tail(d.log.String(), 3000))
			}
			d.start()
		}
	})
}

// fillDisk writes until there is no room for one byte more.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); ; {
		n, err := f.Write(block)
		if err != nil && len(block) == 1 {
			return
		}
		if err != nil && n == 0 {
			block = block[:max(1, len(block)/2)]
		}
	}
}

// A file that may not grow is a disk that is full for one process.
func TestFileThatMayNotGrowLosesNothing(t *testing.T) {
	if _, err := exec.LookPath("prlimit"); err != nil {
		t.Skip("prlimit is not installed: apt-get install util-linux")
	}
	survive(t, filepath.Join(t.TempDir(), "dateline.db"), func(d *crashDesk, _ int) {
		d.ready()
		d.limit(fmt.Sprint(rand.IntN(64 << 10)))
		time.Sleep(aMoment())
		d.limit("unlimited")
		if d.hasEnded() {
			t.Fatalf("the desk ended:\n%s", tail(d.log.String(), 3000))
		}
	})
}

// limit bounds the size of the files that the process writes, in bytes.
func (d *crashDesk) limit(size string) {
	d.t.Helper()
	out, err := exec.Command("prlimit", "--pid", fmt.Sprint(d.cmd.Process.Pid), "--fsize="+size+":unlimited").CombinedOutput()
	if err != nil && !strings.Contains(string(out), "No such process") {
		d.t.Fatalf("prlimit: %v: %s", err, out)
	}
}

// Between the desk and its Redis connections break before, in and after answers,
// and for a while nothing arrives late, or at all.
func TestBrokenNetworkLosesNothing(t *testing.T) {
	p := redistest.StartProxy(t, redistest.Start(t, redistest.Durable...))
	survive(t, p.Address(), func(*crashDesk, int) {
		p.Judge(func([]byte) redistest.Fate {
			switch rand.IntN(30) {
			case 0:
				return redistest.Lose
			case 1:
				return redistest.Tear
			case 2:
				time.Sleep(aMoment() / 4)
			}
			return redistest.Pass
		})
		time.Sleep(aMoment())
		p.Judge(func([]byte) redistest.Fate { return redistest.Hold })
		time.Sleep(aMoment() / 2)
		p.Judge(nil)
		p.Cut()
	})
}
