package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what a process took.
type usage struct {
	cpu    float64 // seconds, user and system
	memory int64   // bytes: the most that was resident
	took   time.Duration
}

// server is a process that runs until it is stopped.
type server struct {
	address string
	process *exec.Cmd // nil: somebody else's
}

func (s *server) stop() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// startWorld runs this program as a world whose news are of the last hour.
func startWorld(ctx context.Context, flags ...string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	newest := time.Now().Add(-10 * time.Minute).Unix()
	cmd := exec.CommandContext(ctx, self, append([]string{"world", "-newest", fmt.Sprint(newest)}, flags...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	return &server{strings.TrimSpace(address), cmd}, err
}

// startRedis runs an empty Redis that keeps nothing.
func startRedis(ctx context.Context) (*server, error) {
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := probe.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	probe.Close()
	cmd := exec.CommandContext(ctx, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{"redis://" + address, cmd}
	for range 100 {
		c, err := net.Dial("tcp", address)
		if err == nil {
			return s, c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.stop()
	return nil, errors.New("redis-server does not answer")
}

// looping is this program run as the bare loop.
type looping struct {
	*server
	ask    io.Writer
	answer *json.Decoder
}

func startLoop(ctx context.Context, w *server) (*looping, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "bare", w.address+"/list.txt")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &looping{&server{process: cmd}, in, json.NewDecoder(out)}, cmd.Start()
}

func (l *looping) round() (r round, err error) {
	if _, err := fmt.Fprintln(l.ask, "poll"); err != nil {
		return r, err
	}
	err = l.answer.Decode(&r)
	return r, err
}

// house is a config of dateline for all feeds of a world.
type house struct {
	ctx      context.Context
	dateline string
	config   string
	listen   string
	feeds    []string
}

func newHouse(ctx context.Context, dateline, dir string, w *server, store string) (*house, error) {
	list, err := get(w.address + "/list.txt")
	if err != nil {
		return nil, err
	}
	h := &house{ctx: ctx, dateline: dateline, config: filepath.Join(dir, "dateline.yaml"), feeds: strings.Fields(string(list))}
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.listen = probe.Addr().String()
	probe.Close()
	var b strings.Builder
	fmt.Fprintf(&b, `site: {title: Load, url: "http://%s", contact: load@example.org}
store: %s
listen: %s
defaults: {schedule: "@every 24h"}
network: {allow: [127.0.0.0/8]}
topics:
  - {id: russia-north-korea, title: Russia and North Korea, all: [{country: RU}, {country: KP}], near: paragraph}
sources:
`, h.listen, store, h.listen)
	for i, feed := range h.feeds {
		fmt.Fprintf(&b, "  - {id: gazette-%d, title: Gazette %d, feed: %q}\n", i, i, feed)
	}
	return h, os.WriteFile(h.config, []byte(b.String()), 0o600)
}

// once has dateline poll what is due.
func (h *house) once(flags ...string) (usage, error) {
	cmd := exec.CommandContext(h.ctx, h.dateline, append([]string{"once", "-c", h.config}, flags...)...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start)
	if err != nil {
		return usage{}, fmt.Errorf("%w: %s", err, out)
	}
	if !strings.Contains(string(out), " 0 failed") {
		return usage{}, fmt.Errorf("polls failed: %s", out)
	}
	u := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return usage{seconds(u.Utime) + seconds(u.Stime), u.Maxrss << 10, took}, nil
}

// onceTogether has n processes poll what is due, and says how long the last of
// them took.
func (h *house) onceTogether(n int) (time.Duration, error) {
	errs := make(chan error)
	start := time.Now()
	for range n {
		go func() {
			_, err := h.once()
			errs <- err
		}()
	}
	var all error
	for range n {
		all = errors.Join(all, <-errs)
	}
	return time.Since(start), all
}

// serve runs the server and waits until it answers and has settled.
func (h *house) serve(ctx context.Context) (*server, error) {
	cmd := exec.CommandContext(ctx, h.dateline, "serve", "-c", h.config)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{"http://" + h.listen, cmd}
	for range 300 {
		if _, err := get(s.address + "/healthz"); err == nil {
			return s, pause(ctx, 10*time.Second)
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.stop()
	return nil, errors.New("the server does not answer")
}

// used reads what a running process took so far, and what is resident now.
func (s *server) used() (u usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Process.Pid))
	if err != nil {
		return u, err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:])) // from the third on
	const utime, stime, rss, ticks = 11, 12, 21, 100
	var n [3]int64
	for i, at := range []int{utime, stime, rss} {
		if n[i], err = strconv.ParseInt(fields[at], 10, 64); err != nil {
			return u, err
		}
	}
	return usage{cpu: float64(n[0]+n[1]) / ticks, memory: n[2] * int64(os.Getpagesize())}, nil
}
