// Load measures the whole program against a bare loop over the same feeds, in
// one run on one machine, and prints ratios. A world of synthetic feeds, the
// loop and dateline are processes of their own; the kernel says what processor
// time and memory each took.
//
//	go run ./load -dateline ../../bin/dateline
//
// With -world the feeds are those of another server: it has a list of their
// addresses at /list.txt and gives every feed n new items at /bump?n=.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	dateline string
	world    string
	feeds    int
	many     int
	enrolled int
	slow     int
	idle     time.Duration
	only     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "world" {
		return serveWorld(args[1:])
	}
	if len(args) > 1 && args[0] == "bare" {
		return bareLoop(args[1], os.Stdin, os.Stdout)
	}
	var o options
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.StringVar(&o.dateline, "dateline", "dateline", "the binary")
	flags.StringVar(&o.world, "world", "", "address of another world's server, of -feeds feeds; empty: our own")
	flags.IntVar(&o.feeds, "feeds", 2000, "feeds of 30 items that are set against the bare loop")
	flags.IntVar(&o.many, "many", 10000, "feeds of 30 items whose first poll shows the memory")
	flags.IntVar(&o.enrolled, "enrolled", 20000, "feeds that are enrolled and not due")
	flags.IntVar(&o.slow, "slow", 1600, "feeds that answer after 200 ms")
	flags.DurationVar(&o.idle, "idle", time.Minute, "how long the idle server is watched")
	flags.StringVar(&o.only, "only", "", "the parts to run, of loop, memory, latency, idle, two, with commas; empty: all")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(o.dateline); err != nil {
		return fmt.Errorf("the binary: %w", err)
	}
	dir, err := os.MkdirTemp("", "dateline-load")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var t table
	for _, part := range []struct {
		name string
		run  func(context.Context, options, string, *table) error
	}{{"loop", againstLoop}, {"memory", firstOfMany}, {"latency", latency}, {"idle", idle}, {"two", twoProcesses}} {
		if o.only != "" && !strings.Contains(o.only, part.name) {
			continue
		}
		room := filepath.Join(dir, part.name)
		if err := errors.Join(os.Mkdir(room, 0o700), ctx.Err()); err != nil {
			return err
		}
		if err := part.run(ctx, o, room, &t); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	t.print()
	return nil
}

// table is what was measured, a line for each bar.
type table struct{ lines []line }

type line struct {
	what     string
	got, bar float64
	format   string // of got and bar, with the unit
	most     bool   // the bar is the most that is allowed, else the least
	detail   string
}

func (t *table) add(l line) {
	t.lines = append(t.lines, l)
	l.print()
}

func (t *table) print() {
	fmt.Println()
	for _, l := range t.lines {
		l.print()
	}
}

func (l line) print() {
	met, sign := l.got >= l.bar, "≥"
	if l.most {
		met, sign = l.got <= l.bar, "≤"
	}
	verdict := "met"
	if !met {
		verdict = "NOT met"
	}
	fmt.Printf("%-50s %10s  bar %s %-9s %-8s %s\n", l.what, fmt.Sprintf(l.format, l.got), sign, fmt.Sprintf(l.format, l.bar), verdict, l.detail)
}
