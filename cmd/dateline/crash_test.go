//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dateline/desk"
	"dateline/store"
)

// crashes is how often the crash tests kill: DATELINE_CRASHES, or few.
func crashes(t *testing.T) int {
	t.Helper()
	text := os.Getenv("DATELINE_CRASHES")
	if text == "" {
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("DATELINE_CRASHES=%q is not a number from 1", text)
	}
	return n
}

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

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// brittle is the program with short leases, so that a test need not wait for
// those of the dead, and with an end where BRITTLE names a step: the process is
// killed there when it comes by for the BRITTLE_TIME-th time.
func brittle() {
	r := role{fetch: true, web: true, lease: 2 * time.Second}
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
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
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

// whole accepts a feed with each of the stage's headlines once, and the
// stage's corrections and copies.
func (w *crashWorld) whole(stage int) func(map[string]string) string {
	want := w.titles(stage)
	return func(items map[string]string) string {
		seen := map[string]string{}
		corrections, copies := 0, 0
		for id, text := range items {
			title, _, _ := strings.Cut(text, "|")
			if other, twice := seen[title]; twice {
				return fmt.Sprintf("%q is published twice, as %s and %s", title, other, id)
			}
			if !want[title] {
				return fmt.Sprintf("%q was never written", title)
			}
			seen[title] = id
			corrections += strings.Count(text, "Correction: ")
			copies += strings.Count(text, "Also reported by")
		}
		if due, double := w.due(stage); len(seen) != len(want) || corrections != due || copies != double {
			return fmt.Sprintf("%d of %d items, %d of %d corrections and %d of %d copies are published", len(seen), len(want), corrections, due, copies, double)
		}
		return ""
	}
}

// sameFeeds compares what two desks publish.
func sameFeeds(got, want map[string]string) string {
	for id, text := range want {
		switch other, ok := got[id]; {
		case !ok:
			return fmt.Sprintf("%s is missing: %.80s", id, text)
		case other != text:
			return fmt.Sprintf("%s differs:\n got %s\nwant %s", id, other, text)
		}
	}
	for id, text := range got {
		if _, ok := want[id]; !ok {
			return fmt.Sprintf("%s is published only there: %.80s", id, text)
		}
	}
	return ""
}

// survive runs a desk that is disturbed again and again beside one that is
// not, over the same world, and holds them to publish the same. disturb is
// called while the desk runs and leaves it running.
func survive(t *testing.T, store string, disturb func(d *crashDesk, round int)) {
	t.Helper()
	t.Parallel()
	world := newCrashWorld()
	base, stop, err := serveWorld(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	calm, shaken := newCrashDesk(t, world, base, ""), newCrashDesk(t, world, base, store)
	shaken.brittle = store != ""
	calm.start()
	shaken.start()
	rounds := crashes(t)
	stages := min(6, rounds)
	for stage := range stages {
		world.stage.Store(int64(stage))
		for round := rounds * stage / stages; round < rounds*(stage+1)/stages; round++ {
			disturb(shaken, round)
		}
		want := calm.await("the undisturbed desk", world.whole(stage))
		shaken.await(fmt.Sprintf("stage %d", stage), func(items map[string]string) string {
			return sameFeeds(items, want)
		})
	}
	t.Logf("%d disturbances, %d requests to outlets", rounds, world.asked.Load())
}

// aMoment is some time of a process's life: its beginning most of all, when
// nearly everything happens, and now and then long enough to poll twice.
func aMoment() time.Duration {
	if rand.IntN(4) == 0 {
		return time.Duration(rand.IntN(2500)) * time.Millisecond
	}
	return time.Duration(20+rand.IntN(500)) * time.Millisecond
}

func killIt(d *crashDesk, _ int) {
	time.Sleep(aMoment())
	d.kill()
	d.start()
}

// A desk that is killed at any moment publishes what one that never was
// publishes: the same IDs and items, each once.
func TestKilledDeskLosesNothing(t *testing.T) { survive(t, "", killIt) }

// A process that sleeps, and wakes when the world has gone on, does no harm.
func TestPausedDeskLosesNothing(t *testing.T) {
	survive(t, "", func(d *crashDesk, round int) {
		time.Sleep(aMoment())
		_ = d.cmd.Process.Signal(syscall.SIGSTOP)
		time.Sleep(aMoment())
		_ = d.cmd.Process.Signal(syscall.SIGCONT)
		if round%2 == 1 {
			d.kill()
			d.start()
		}
	})
}

func TestKilledDeskOverRedisLosesNothing(t *testing.T) {
	r := startCrashRedis(t)
	survive(t, r.address, killIt)
}

// Redis is killed, too; it writes every change to disk before it answers.
func TestKilledRedisLosesNothing(t *testing.T) {
	r := startCrashRedis(t)
	survive(t, r.address, func(d *crashDesk, round int) {
		time.Sleep(aMoment())
		r.kill()
		if round%3 == 0 {
			d.kill()
		}
		r.start()
		if d.cmd == nil {
			d.start()
		}
	})
}

// The process dies at every step there is, the first time it comes by and the
// fifth.
func TestDeathAtEveryStepLosesNothing(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { dieAtEveryStep(t, "", slices.Concat(desk.Steps, store.EmbeddedSteps)) })
	t.Run("redis", func(t *testing.T) {
		dieAtEveryStep(t, startCrashRedis(t).address, slices.Concat(desk.Steps, store.RedisSteps))
	})
}

func dieAtEveryStep(t *testing.T, store string, steps []string) {
	t.Parallel()
	world := newCrashWorld()
	base, stop, err := serveWorld(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	calm, shaken := newCrashDesk(t, world, base, ""), newCrashDesk(t, world, base, store)
	shaken.brittle = true
	calm.start()
	for n, step := range steps {
		world.stage.Store(int64(n))
		for _, time := range []string{"1", "5"} {
			shaken.env = []string{"BRITTLE=" + step, "BRITTLE_TIME=" + time}
			shaken.start()
			shaken.awaitDeath(step)
		}
		shaken.env = nil
		shaken.start()
		want := calm.await("the undisturbed desk", world.whole(n))
		shaken.await(step, func(items map[string]string) string { return sameFeeds(items, want) })
		shaken.kill()
	}
}

// awaitDeath waits until the process has come to the step at which it dies.
func (d *crashDesk) awaitDeath(step string) {
	d.t.Helper()
	select {
	case <-d.ended:
		d.cmd = nil
	case <-time.After(60 * time.Second):
		d.kill()
		d.t.Fatalf("%s: never came by\n%s", step, tail(d.log.String(), 2000))
	}
}

// crashRedis is a redis-server that may be killed.
type crashRedis struct {
	t       *testing.T
	args    []string
	address string
	socket  string
	cmd     *exec.Cmd
}

// startCrashRedis starts a server that syncs every write. Without the program
// the test is skipped, or fails where DATELINE_REDIS_REQUIRED=1.
func startCrashRedis(t *testing.T) *crashRedis {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("DATELINE_REDIS_REQUIRED") == "1" {
			t.Fatal("redis-server is not installed, and DATELINE_REDIS_REQUIRED=1 demands it")
		}
		t.Skip("redis-server is not installed: apt-get install redis-server")
	}
	dir, err := os.MkdirTemp("", "redis") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	r := &crashRedis{t: t, socket: socket, address: "unix://" + socket, args: []string{program, "--port", "0", "--unixsocket", socket,
		"--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"}}
	t.Cleanup(func() { r.kill(); os.RemoveAll(dir) })
	r.start()
	return r
}

func (r *crashRedis) start() {
	r.t.Helper()
	_ = os.Remove(r.socket)
	r.cmd = exec.Command(r.args[0], r.args[1:]...)
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if conn, err := net.Dial("unix", r.socket); err == nil {
			conn.Close()
			return
		}
	}
	r.t.Fatal("redis-server did not come up")
}

func (r *crashRedis) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

// Stories and ledgers lie in different slots of a cluster, and a failover of
// the stories' server alone loses its last second: the stories are gone, and
// the ledgers say that they were read. They must come again, with the same IDs.
func TestLostStoriesComeAgain(t *testing.T) {
	t.Parallel()
	r := startCrashRedis(t)
	if _, err := exec.LookPath("redis-cli"); err != nil {
		t.Skip("redis-cli is not installed: apt-get install redis-tools")
	}
	world := newCrashWorld()
	base, stop, err := serveWorld(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	calm, shaken := newCrashDesk(t, world, base, ""), newCrashDesk(t, world, base, r.address)
	shaken.brittle = true
	calm.start()
	shaken.start()
	for stage := range 4 {
		// Every other time the process outlives the loss, with what it knows.
		if stage%2 == 0 {
			shaken.kill()
		}
		r.eval(`for _, k in ipairs(redis.call('KEYS', '{desk}:*')) do redis.call('COPY', k, k, 'DB', 1, 'REPLACE') end`)
		if shaken.cmd == nil {
			shaken.start()
		}
		world.stage.Store(int64(stage))
		want := calm.await("the undisturbed desk", world.whole(stage))
		same := func(items map[string]string) string { return sameFeeds(items, want) }
		shaken.await("before the loss", same)
		if stage%2 == 0 {
			shaken.kill()
		}
		r.eval(`for _, k in ipairs(redis.call('KEYS', '{desk}:*')) do if k ~= '{desk}:version' then redis.call('DEL', k) end end
			redis.call('SELECT', 1)
			for _, k in ipairs(redis.call('KEYS', '{desk}:*')) do redis.call('COPY', k, k, 'DB', 0, 'REPLACE') end
			redis.call('FLUSHDB')`)
		if shaken.cmd == nil {
			shaken.start()
		}
		shaken.await(fmt.Sprintf("after the loss of stage %d", stage), same)
	}
}

// eval runs a script on the server.
func (r *crashRedis) eval(script string) {
	r.t.Helper()
	if out, err := exec.Command("redis-cli", "-s", r.socket, "EVAL", script, "0").CombinedOutput(); err != nil || strings.Contains(string(out), "ERR") {
		r.t.Fatalf("redis-cli: %v: %s", err, out)
	}
}
