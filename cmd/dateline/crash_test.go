//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"dateline/desk"
	"dateline/store"
	"dateline/store/redistest"
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
	r := redistest.Start(t, redistest.Durable...)
	survive(t, r.Address(), killIt)
}

// Redis is killed, too; it writes every change to disk before it answers.
func TestKilledRedisLosesNothing(t *testing.T) {
	r := redistest.Start(t, redistest.Durable...)
	survive(t, r.Address(), func(d *crashDesk, round int) {
		time.Sleep(aMoment())
		r.Kill()
		if round%3 == 0 {
			d.kill()
		}
		r.Start()
		if d.cmd == nil {
			d.start()
		}
	})
}

// The process dies at every step there is, the first time it comes by and the
// fifth; where few crashes are asked for, at one of these.
func TestDeathAtEveryStepLosesNothing(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { dieAtEveryStep(t, "", slices.Concat(desk.Steps, store.EmbeddedSteps)) })
	t.Run("redis", func(t *testing.T) {
		dieAtEveryStep(t, redistest.Start(t, redistest.Durable...).Address(), slices.Concat(desk.Steps, store.RedisSteps))
	})
}

func deathTimes(step int) []string {
	all := []string{"1", "5"}
	if os.Getenv("DATELINE_CRASHES") == "" {
		return all[step%2 : step%2+1]
	}
	return all
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
		for _, time := range deathTimes(n) {
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
	case <-time.After(crashPatience):
		d.kill()
		d.t.Fatalf("%s: never came by\n%s", step, tail(d.log.String(), 2000))
	}
}

// Stories and ledgers lie in different slots of a cluster, and a failover of
// the stories' server alone loses its last second: the stories are gone, and
// the ledgers say that they were read. They must come again, with the same IDs.
func TestLostStoriesComeAgain(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t, redistest.Durable...)
	world := newCrashWorld()
	base, stop, err := serveWorld(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	calm, shaken := newCrashDesk(t, world, base, ""), newCrashDesk(t, world, base, r.Address())
	shaken.brittle = true
	calm.start()
	shaken.start()
	for stage := range 4 {
		// Every other time the process outlives the loss, with what it knows.
		if stage%2 == 0 {
			shaken.kill()
		}
		r.Tell("EVAL", `for _, k in ipairs(redis.call('KEYS', '{desk}:*')) do redis.call('COPY', k, k, 'DB', 1, 'REPLACE') end
			return 1`, "0")
		if shaken.cmd == nil {
			shaken.start()
		}
		world.stage.Store(int64(stage))
		want := calm.await("the undisturbed desk", world.whole(stage))
		same := func(items map[string]string) string { return sameFeeds(items, want) }
		shaken.await("before the loss", same)
		stories := r.Tell("ZCARD", "{desk}:list:a")
		if stage%2 == 0 {
			shaken.kill()
		}
		r.Tell("EVAL", `for _, k in ipairs(redis.call('KEYS', '{desk}:*')) do if k ~= '{desk}:version' then redis.call('DEL', k) end end
			redis.call('SELECT', 1)
			for _, k in ipairs(redis.call('KEYS', '{desk}:*')) do redis.call('COPY', k, k, 'DB', 0, 'REPLACE') end
			redis.call('FLUSHDB')
			return 1`, "0")
		if shaken.cmd == nil {
			shaken.start()
		}
		// A process that outlives the loss may show its last edition for a while. Before
		// the stories are back the world must not go on: of a story that is lost and its
		// copy, the copy could be filed first.
		shaken.await(fmt.Sprintf("after the loss of stage %d", stage), func(items map[string]string) string {
			if back := r.Tell("ZCARD", "{desk}:list:a"); back != stories {
				return fmt.Sprintf("%s of %s stories are back", back, stories)
			}
			return same(items)
		})
	}
}
