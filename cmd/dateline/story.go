package main

import (
	"context"
	"encoding/json"
	"fmt"

	"dateline/stories"
)

// StoryWhyCmd explains whether two articles are one story.
type StoryWhyCmd struct {
	configFlag
	A    string `arg:"" help:"The ID of a story or archived article."`
	B    string `arg:"" help:"The ID of another."`
	JSON bool   `name:"json" help:"Print as JSON."`
}

// Help is shown under the flags.
func (StoryWhyCmd) Help() string {
	return "Example: dateline story why abcdefghijklmnop qrstuvwxyz234567"
}

// Run compares two stored articles.
func (s *StoryWhyCmd) Run(ctx context.Context, std stdio) error {
	c, err := s.load()
	if err != nil {
		return err
	}
	a, err := storedArticle(ctx, c, s.A)
	if err != nil {
		return err
	}
	b, err := storedArticle(ctx, c, s.B)
	if err != nil {
		return err
	}
	evidence := stories.Compare(&a, &b)
	if s.JSON {
		return json.NewEncoder(std.Out).Encode(evidence)
	}
	fmt.Fprintf(std.Out, "%s  %s (%s)\n%s  %s (%s)\n%s\n", a.ID, a.Headline, a.Outlet, b.ID, b.Headline, b.Outlet, evidence.Verdict)
	return nil
}
