package desk

import (
	"context"
	"time"

	"dateline/news"
	"dateline/stories"
)

// WithdrawStory takes a story back from all that is published and returns it.
// It may be named by a story that was merged into it.
func WithdrawStory(ctx context.Context, store news.Store, id news.StoryID, at time.Time) (news.Story, error) {
	return rule(ctx, store, id, at, stories.Withdraw)
}

// RestoreStory publishes a story again that was withdrawn, and returns it.
func RestoreStory(ctx context.Context, store news.Store, id news.StoryID, at time.Time) (news.Story, error) {
	return rule(ctx, store, id, at, stories.Restore)
}

// rule commits a verdict on one story.
func rule(ctx context.Context, store news.Store, id news.StoryID, at time.Time, verdict func(news.Story, time.Time) (news.Story, error)) (ruled news.Story, err error) {
	err = deliver(ctx, store, at, func() ([]news.Story, error) {
		st, err := Standing(ctx, store, id)
		if err != nil {
			return nil, err
		}
		ruled, err = verdict(st, at)
		return []news.Story{ruled}, err
	})
	return ruled, err
}
