//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// crashPatience bounds what a test waits for: on a machine with much else to do
// nothing may fail for being slow.
const crashPatience = 4 * time.Minute

// crashDesk is one desk over the world, a process that may be killed.
type crashDesk struct {
	t       *testing.T
	file    string
	listen  string
	env     []string
	brittle bool // with short leases
	cmd     *exec.Cmd
	ended   chan struct{}
	log     bytes.Buffer // of the present process; read after it ended
}

func newCrashDesk(t *testing.T, world *crashWorld, base, store string) *crashDesk {
	t.Helper()
	dir := t.TempDir()
	d := &crashDesk{t: t, file: filepath.Join(dir, "dateline.yaml"), listen: freeAddress(t)}
	if store == "" {
		store = filepath.Join(dir, "dateline.db")
	}
	if err := os.WriteFile(d.file, world.config(base, store, d.listen), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.kill)
	return d
}

// beside is another desk of the same config, which publishes elsewhere.
func (d *crashDesk) beside() *crashDesk {
	d.t.Helper()
	text, err := os.ReadFile(d.file)
	if err != nil {
		d.t.Fatal(err)
	}
	other := &crashDesk{t: d.t, file: filepath.Join(d.t.TempDir(), "dateline.yaml"), listen: freeAddress(d.t), brittle: d.brittle}
	if err := os.WriteFile(other.file, bytes.ReplaceAll(text, []byte(d.listen), []byte(other.listen)), 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(other.kill)
	return other
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// brittleLease is how long the brittle program's claims last.
const brittleLease = 2 * time.Second

// brittle is the program with short leases, so that a test need not wait for
// those of the dead; with an end where BRITTLE names a step: the process is
// killed there when it comes by for the BRITTLE_TIME-th time; and with a clock
// that is wrong by what the file BRITTLE_CLOCK says.
func brittle() {
	r := role{fetch: true, web: true, lease: brittleLease}
	if file := os.Getenv("BRITTLE_CLOCK"); file != "" {
		r.now = func() time.Time {
			text, _ := os.ReadFile(file)
			wrong, _ := time.ParseDuration(string(text)) // no file: right
			return time.Now().Add(wrong)
		}
	}
	if name := os.Getenv("BRITTLE"); name != "" {
		left, _ := strconv.Atoi(os.Getenv("BRITTLE_TIME"))
		var passed atomic.Int64
		r.step = func(at string) {
			if at == name && passed.Add(1) == int64(left) {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}
	file := configFlag{File: os.Args[1]}
	if err := file.run(context.Background(), stdio{Err: os.Stderr, Out: os.Stdout}, r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// start starts the program, which TestMain has put on the path.
func (d *crashDesk) start() {
	d.t.Helper()
	d.log.Reset()
	d.cmd = exec.Command("dateline", "serve", "-c", d.file)
	if d.brittle {
		d.cmd = exec.Command("brittle", d.file)
	}
	d.cmd.Env = append(os.Environ(), d.env...)
	d.cmd.Stderr, d.cmd.Stdout = &d.log, io.Discard
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) { _ = cmd.Wait(); close(ended) }(d.cmd, d.ended)
}

// kill ends the process as a power cut does.
func (d *crashDesk) kill() {
	if d.cmd == nil {
		return
	}
	_ = d.cmd.Process.Kill()
	<-d.ended
	d.cmd = nil
}

// hasEnded reports whether the process ended by itself.
func (d *crashDesk) hasEnded() bool {
	select {
	case <-d.ended:
		return true
	default:
		return false
	}
}

// ready waits until the desk answers readers.
func (d *crashDesk) ready() {
	d.t.Helper()
	d.await("to answer", func(map[string]string) string { return "" })
}

// settled waits until the process answers or has ended.
func (d *crashDesk) settled() {
	d.t.Helper()
	for end := time.Now().Add(crashPatience); !d.hasEnded(); time.Sleep(20 * time.Millisecond) {
		if _, err := d.published(); err == nil {
			return
		}
		if time.Now().After(end) {
			d.t.Fatalf("neither answers nor ends:\n%s", tail(d.log.String(), 2000))
		}
	}
}

// published is what readers see: the items of the topic's JSON feed by ID,
// without the dates, which say when each desk read them.
func (d *crashDesk) published() (map[string]string, error) {
	client := http.Client{Timeout: 20 * time.Second}
	res, err := client.Get("http://" + d.listen + "/topics/world.json?limit=1000")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	var feed struct{ Items []map[string]any }
	if err := json.NewDecoder(res.Body).Decode(&feed); err != nil {
		return nil, err
	}
	items := map[string]string{}
	for _, it := range feed.Items {
		id, _ := it["id"].(string)
		if _, twice := items[id]; twice {
			return nil, fmt.Errorf("the item %s is published twice", id)
		}
		items[id] = fmt.Sprintf("%v|%v|%v|%v", it["title"], it["url"], it["content_html"], it["authors"])
	}
	return items, nil
}

// await waits until the desk publishes what holds accepts, looking again and
// again: a reader has no other way to know.
func (d *crashDesk) await(what string, holds func(map[string]string) string) map[string]string {
	d.t.Helper()
	lacks := "nothing was read"
	for deadline := time.Now().Add(crashPatience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		items, err := d.published()
		if err != nil {
			lacks = err.Error()
			continue
		}
		if lacks = holds(items); lacks == "" {
			return items
		}
	}
	d.kill()
	d.t.Fatalf("%s: %s\n%s", what, lacks, tail(d.log.String(), 3000))
	return nil
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }
