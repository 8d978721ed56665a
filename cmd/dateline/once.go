package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"dateline/desk"
	"dateline/news"
)

// OnceCmd polls every due source once.
type OnceCmd struct {
	configFlag
	Force bool `help:"Poll all sources, due or not."`
	JSON  bool `name:"json" help:"Print the outcome as JSON."`
	Log   bool `help:"Log every poll."`
}

// Help is shown under the flags.
func (OnceCmd) Help() string { return "Example: dateline once -c dateline.yaml --force" }

// Run polls, prints what came of it and leaves the store as serve would.
func (o *OnceCmd) Run(ctx context.Context, std stdio) error {
	c, err := o.load()
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	if o.Log {
		log = newLog(std)
	}
	if c, err = o.freshLists(ctx, c, log); err != nil {
		return err
	}
	of := 0 // how many are due is known at the end
	if o.Force {
		of = len(c.Sources)
	}
	line := newProgress(std, "sources polled", of)
	h, err := open(ctx, c, log, role{fetch: true, polled: func(desk.Outcome) { line.step(1) }})
	if err != nil {
		return err
	}
	defer h.close()
	tally, took, err := h.once(ctx, o.Force)
	line.end()
	if err != nil {
		return err
	}
	if o.JSON {
		return json.NewEncoder(std.Out).Encode(tallyDocument(tally, took))
	}
	for _, out := range tally.Faults {
		fmt.Fprintf(std.Out, "%s: %s\n", out.Source, said(out))
	}
	fmt.Fprintf(std.Out, "%d sources polled: %d failed, %d without news; %d items, %d fresh, %d stories changed, in %v\n",
		tally.Polled, tally.Failed, tally.Unchanged, tally.Items, tally.Fresh, tally.Stories, took.Round(time.Millisecond))
	if ours := countOurs(tally); ours > 0 {
		return fmt.Errorf("%d polls could not be filed: see above", ours)
	}
	return nil
}

func (h *house) once(ctx context.Context, force bool) (desk.Tally, time.Duration, error) {
	start := time.Now()
	roster, err := h.config.roster()
	if err != nil {
		return desk.Tally{}, 0, err
	}
	if err := h.desk.Assign(ctx, roster); err != nil {
		return desk.Tally{}, 0, err
	}
	if force {
		ids := make([]news.SourceID, len(roster.Sources))
		for i := range roster.Sources {
			ids[i] = roster.Sources[i].ID
		}
		if err := h.store.Hasten(ctx, start, ids...); err != nil {
			return desk.Tally{}, 0, fmt.Errorf("hasten sources: %w", err)
		}
	}
	tally, err := h.desk.Once(ctx)
	if err != nil {
		return tally, 0, err
	}
	if err := h.desk.Sweep(ctx); err != nil {
		return tally, 0, fmt.Errorf("sweep the archive: %w", err)
	}
	slices.SortFunc(tally.Faults, func(a, b desk.Outcome) int { return strings.Compare(string(a.Source), string(b.Source)) })
	return tally, time.Since(start), nil
}

// said is what a person is told of a failed poll.
func said(out desk.Outcome) string {
	switch {
	case errors.Is(out.Err, news.ErrLost):
		return "another process polls it: what it sends is filed there"
	case !out.Ours && out.Poll.Fault != "":
		return out.Poll.Fault
	}
	return out.Err.Error()
}

// countOurs counts the polls that failed by our fault and that nobody else does.
func countOurs(t desk.Tally) int {
	n := 0
	for _, out := range t.Faults {
		if out.Ours && !errors.Is(out.Err, news.ErrLost) {
			n++
		}
	}
	return n
}

func tallyDocument(t desk.Tally, took time.Duration) any {
	type failure struct {
		Source news.SourceID `json:"source"`
		Fault  string        `json:"fault"`
	}
	failures := []failure{}
	for _, out := range t.Faults {
		failures = append(failures, failure{out.Source, said(out)})
	}
	return struct {
		Polled    int       `json:"polled"`
		Failed    int       `json:"failed"`
		Unchanged int       `json:"unchanged"`
		Items     int       `json:"items"`
		Fresh     int       `json:"fresh"`
		Stories   int       `json:"stories"`
		Seconds   float64   `json:"seconds"`
		Faults    []failure `json:"faults"`
	}{t.Polled, t.Failed, t.Unchanged, t.Items, t.Fresh, t.Stories, took.Seconds(), failures}
}
