package main

import (
	"context"
	"fmt"
	"time"

	"dateline/desk"
	"dateline/news"
)

// StoryWithdrawCmd takes a story back.
type StoryWithdrawCmd struct {
	configFlag
	Story storyRef `arg:"" help:"The ID of a story, as feeds and pages show it."`
	Undo  bool     `help:"Publish a story again that was withdrawn."`
}

// Help is shown under the flags.
func (StoryWithdrawCmd) Help() string {
	return `The story leaves every feed and page, and so do copies of it that come later.
Atom feeds tell readers to delete it (RFC 6721), JSON feeds name it as
withdrawn, its address answers 410. It stays in the store: --undo publishes it
again, as changed.

Example: dateline story withdraw abcdefghijklmnop`
}

// Run delivers the verdict.
func (s *StoryWithdrawCmd) Run(ctx context.Context, std stdio) error {
	return withVerdict(ctx, &s.configFlag, func(held news.Store) error {
		verdict, word := desk.WithdrawStory, "withdrawn"
		if s.Undo {
			verdict, word = desk.RestoreStory, "restored"
		}
		st, err := verdict(ctx, held, s.Story.story(), time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(std.Out, "%s: %s\n", word, told(&st))
		return nil
	})
}
