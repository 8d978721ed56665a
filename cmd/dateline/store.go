package main

import (
	"context"
	"encoding/json"
	"fmt"

	"dateline/store"
)

// StoreInfoCmd shows what a store holds.
type StoreInfoCmd struct {
	configFlag
	Address string `arg:"" optional:"" help:"The store's address; the config's where it is missing."`
	JSON    bool   `name:"json" help:"Print as JSON."`
}

// Help is shown under the flags.
func (StoreInfoCmd) Help() string {
	return "Example: dateline store info redis://localhost:6379/0\nNothing is changed, and a store in use can be looked at."
}

// Run looks at the store.
func (s *StoreInfoCmd) Run(ctx context.Context, std stdio) error {
	address := s.Address
	if address == "" {
		c, err := s.load()
		if err != nil {
			return err
		}
		address = c.storeAddress()
	}
	f, err := store.Info(ctx, address)
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(std.Out).Encode(f)
	}
	fmt.Fprintf(std.Out, "%s, version %d, revision %d\n", f.Kind, f.Version, f.Revision)
	fmt.Fprintf(std.Out, "sources   %d enrolled, %d remembered beside them, %d ledgers\n", f.Enrolled, f.Left, f.Ledgers)
	fmt.Fprintf(std.Out, "articles  %d\nstories   %d in %d topics\nhub       %d subscriptions\nbytes     %d\n", f.Articles, f.Stories, f.Topics, f.Subscribers, f.Bytes)
	return nil
}

// StoreCopyCmd copies a store.
type StoreCopyCmd struct {
	From string `arg:"" help:"The address of the store to read; it may be in use."`
	To   string `arg:"" help:"The address to write to: a new file, or a Redis database without an archive."`
	JSON bool   `name:"json" help:"Print as JSON."`
}

// Help is shown under the flags.
func (StoreCopyCmd) Help() string {
	return `Example: dateline store copy dateline.db redis://localhost:6379/0
Example: dateline store copy redis://localhost:6379/0 backup.db

Everything is copied but the leases of polls under way: what each source has
sent and when it is due, articles, stories with their revisions. To move, stop
the desk first; for a backup it may go on.`
}

// Run copies, and fails where a value had to be left behind.
func (s *StoreCopyCmd) Run(ctx context.Context, std stdio) error {
	line, done := newProgress(std, "articles and stories copied", 0), 0
	count, err := store.Copy(ctx, s.From, s.To, store.Options{Log: newLog(std), Progress: func(so store.Copied) {
		line.step(so.Articles + so.Stories - done)
		done = so.Articles + so.Stories
	}})
	line.end()
	if err != nil {
		return err
	}
	if s.JSON {
		err = json.NewEncoder(std.Out).Encode(count)
	} else {
		_, err = fmt.Fprintf(std.Out, "%d sources, %d ledgers, %d articles, %d stories copied\n", count.Sources, count.Ledgers, count.Articles, count.Stories)
	}
	if err == nil && count.Damaged > 0 {
		err = fmt.Errorf("%d damaged values were left behind; all else is copied", count.Damaged)
	}
	return err
}
