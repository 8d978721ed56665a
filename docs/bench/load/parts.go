package main

import (
	"context"
	"fmt"
	"time"
)

// againstLoop sets the polls of the whole program against the bare loop: the
// first, one in which nothing changed, and one with three new items of thirty.
// What dateline takes to start with the same config and nothing due is its own
// line and not part of the polls.
func againstLoop(ctx context.Context, o options, dir string, t *table) error {
	w := &server{address: o.world}
	if o.world == "" {
		var err error
		if w, err = startWorld(ctx, "-feeds", fmt.Sprint(o.feeds)); err != nil {
			return err
		}
		defer w.stop()
	}
	h, err := newHouse(ctx, o.dateline, dir, w, "dateline.db")
	if err != nil {
		return err
	}
	if err := warm(ctx, w); err != nil {
		return err
	}
	l, err := startLoop(ctx, w)
	if err != nil {
		return err
	}
	defer l.stop()
	bare, err := l.round()
	if err != nil {
		return err
	}
	first, err := h.once()
	if err != nil {
		return err
	}
	start, err := h.once()
	if err != nil {
		return err
	}
	set := func(what string, ours, theirs, bar float64) {
		t.add(line{what: what, got: (ours - start.cpu) / theirs, bar: bar, most: true, format: "%.2f ×",
			detail: fmt.Sprintf("%.2f s against %.2f s of CPU, %d MiB", ours-start.cpu, theirs, first.memory>>20)})
	}
	set(fmt.Sprintf("first poll of %d feeds, %d items", len(h.feeds), bare.Items), first.cpu, bare.CPU, 2.5)

	const quiet = 5 // rounds, for they are short
	var ours, theirs float64
	for range quiet {
		bare, err := l.round()
		if err != nil {
			return err
		}
		if bare.Unchanged != len(h.feeds) {
			return fmt.Errorf("%d of %d feeds have not changed", bare.Unchanged, len(h.feeds))
		}
		u, err := h.once("--force")
		if err != nil {
			return err
		}
		ours, theirs = ours+u.cpu/quiet, theirs+bare.CPU/quiet
	}
	set("the same with nothing changed", ours, theirs, 2)

	if _, err := get(w.address + "/bump?n=3"); err != nil {
		return err
	}
	if err := warm(ctx, w); err != nil {
		return err
	}
	if bare, err = l.round(); err != nil {
		return err
	}
	news, err := h.once("--force")
	if err != nil {
		return err
	}
	set("the same with 3 new of 30 items", news.cpu, bare.CPU, 1.6)
	fmt.Printf("%-50s %10s\n", "start, with all feeds in the config and none due", fmt.Sprintf("%.2f s", start.cpu))
	return nil
}

// warm has the world write its feeds, which is not to be measured.
func warm(ctx context.Context, w *server) error {
	l, err := startLoop(ctx, w)
	if err != nil {
		return err
	}
	defer l.stop()
	_, err = l.round()
	return err
}

// firstOfMany shows the memory of a first poll.
func firstOfMany(ctx context.Context, o options, dir string, t *table) error {
	w, err := startWorld(ctx, "-feeds", fmt.Sprint(o.many))
	if err != nil {
		return err
	}
	defer w.stop()
	h, err := newHouse(ctx, o.dateline, dir, w, "dateline.db")
	if err != nil {
		return err
	}
	u, err := h.once()
	if err != nil {
		return err
	}
	t.add(line{what: fmt.Sprintf("memory at the first poll of %d feeds", o.many), got: float64(u.memory) / (1 << 20), bar: 200, most: true, format: "%.0f MiB",
		detail: fmt.Sprintf("%.1f s of CPU in %.1f s", u.cpu, u.took.Seconds())})
	return nil
}

// idle shows what a server takes whose feeds are all polled and not due.
func idle(ctx context.Context, o options, dir string, t *table) error {
	w, err := startWorld(ctx, "-feeds", fmt.Sprint(o.enrolled), "-items", "1")
	if err != nil {
		return err
	}
	defer w.stop()
	h, err := newHouse(ctx, o.dateline, dir, w, "dateline.db")
	if err != nil {
		return err
	}
	if _, err := h.once(); err != nil {
		return err
	}
	s, err := h.serve(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	before, err := s.used()
	if err != nil {
		return err
	}
	if err := pause(ctx, o.idle); err != nil {
		return err
	}
	after, err := s.used()
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%d feeds enrolled, idle", o.enrolled)
	t.add(line{what: what + ", of one core", got: 100 * (after.cpu - before.cpu) / o.idle.Seconds(), bar: 0.5, most: true, format: "%.2f %%",
		detail: fmt.Sprintf("%.2f s of CPU in %v", after.cpu-before.cpu, o.idle)})
	t.add(line{what: what + ", memory", got: float64(after.memory) / (1 << 20), bar: 120, most: true, format: "%.0f MiB"})
	return nil
}

// twoProcesses sets two fetching processes against one, over Redis, on feeds
// that let them wait.
func twoProcesses(ctx context.Context, o options, dir string, t *table) error {
	w, err := startWorld(ctx, "-feeds", fmt.Sprint(o.slow), "-items", "5", "-delay", "200ms")
	if err != nil {
		return err
	}
	defer w.stop()
	var took [2]time.Duration
	for i := range took {
		redis, err := startRedis(ctx)
		if err != nil {
			return err
		}
		defer redis.stop()
		h, err := newHouse(ctx, o.dateline, dir, w, redis.address)
		if err != nil {
			return err
		}
		if took[i], err = h.onceTogether(i + 1); err != nil {
			return err
		}
	}
	t.add(line{what: fmt.Sprintf("two processes against one, %d feeds after 200 ms", o.slow), got: took[0].Seconds() / took[1].Seconds(), bar: 1.9, format: "%.2f ×",
		detail: fmt.Sprintf("%.1f s against %.1f s", took[1].Seconds(), took[0].Seconds())})
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
