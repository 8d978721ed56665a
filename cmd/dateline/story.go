package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"dateline/desk"
	"dateline/news"
	"dateline/store"
	"dateline/stories"
)

// StoryWhyCmd explains whether two articles are one story.
type StoryWhyCmd struct {
	configFlag
	A    storyRef `arg:"" help:"The ID of a story or archived article."`
	B    storyRef `arg:"" help:"The ID of another."`
	JSON bool     `name:"json" help:"Print as JSON."`
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
		return json.NewEncoder(std.Out).Encode(struct {
			A articleKeys `json:"a"`
			B articleKeys `json:"b"`
			stories.Evidence
		}{keysOf(&a), keysOf(&b), evidence})
	}
	for _, k := range []articleKeys{keysOf(&a), keysOf(&b)} {
		fmt.Fprintf(std.Out, "%s  %s (%s)\n  guid     %s\n  address  %s\n", k.ID, k.Headline, k.Source, k.GUID, k.Link)
	}
	fmt.Fprintf(std.Out, "in common: %d of %d runs of five words, %.0f %% (%.0f %% are needed); %d of %d figures\n%s\n",
		evidence.Common, evidence.Shingles, 100*evidence.Containment, 100*evidence.Threshold, evidence.CommonFigures, evidence.Figures, evidence.Verdict)
	return nil
}

// articleKeys are what an article is known by.
type articleKeys struct {
	ID       news.ArticleID `json:"id"`
	Source   news.SourceID  `json:"source"`
	GUID     string         `json:"guid"`
	Link     string         `json:"url"`
	Headline string         `json:"headline"`
}

func keysOf(a *news.Article) articleKeys {
	return articleKeys{a.ID, a.Source, printable(a.GUID), printable(a.Link), a.Headline}
}

// StorySplitCmd takes an article out of a story.
type StorySplitCmd struct {
	configFlag
	Article storyRef `arg:"" help:"The ID of an article that stands in a story with others."`
}

// Help is shown under the flags.
func (StorySplitCmd) Help() string {
	return `The article is told by a story of its own from then on, and so is whatever
comes of it later. A desk at work takes the verdict up at its next poll.

Example: dateline story split abcdefghijklmnop`
}

// Run delivers the verdict.
func (s *StorySplitCmd) Run(ctx context.Context, std stdio) error {
	return withVerdict(ctx, &s.configFlag, func(held news.Store) error {
		kept, taken, err := desk.SplitStory(ctx, held, s.Article.article(), time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintln(std.Out, told(&kept))
		fmt.Fprintln(std.Out, told(&taken))
		return nil
	})
}

// StoryMergeCmd tells two stories as one.
type StoryMergeCmd struct {
	configFlag
	Into storyRef `arg:"" help:"The ID of the story that stays."`
	From storyRef `arg:"" help:"The ID of the story whose articles join it."`
}

// Help is shown under the flags.
func (StoryMergeCmd) Help() string {
	return `The second story leaves its topics; its address shows the first. To undo it,
split its articles out again.

Example: dateline story merge abcdefghijklmnop qrstuvwxyz234567`
}

// Run delivers the verdict.
func (s *StoryMergeCmd) Run(ctx context.Context, std stdio) error {
	return withVerdict(ctx, &s.configFlag, func(held news.Store) error {
		merged, err := desk.MergeStories(ctx, held, s.Into.story(), s.From.story(), time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintln(std.Out, told(&merged))
		return nil
	})
}

// withVerdict opens the store beside whoever works with it.
func withVerdict(ctx context.Context, flags *configFlag, deliver func(news.Store) error) error {
	c, err := flags.load()
	if err != nil {
		return err
	}
	held, err := store.Open(ctx, c.storeAddress(), store.Options{Beside: true})
	if err != nil {
		return err
	}
	defer held.Close()
	return deliver(held)
}

// told names a story and those who tell it in one line.
func told(st *news.Story) string {
	line := fmt.Sprintf("%s  %s", st.ID, st.Lead().Headline)
	for i := range st.Articles {
		line += fmt.Sprintf("\n  %s  %s", st.Articles[i].ID, st.Articles[i].Outlet)
	}
	return line
}
