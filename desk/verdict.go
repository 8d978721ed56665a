package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dateline/news"
	"dateline/stories"
)

// mostMerged is how many verdicts are followed from story to story.
const mostMerged = 16

// SplitStory takes an article out of the story that tells it and returns both
// stories. It needs no desk: desks at work take the verdict up as they take up
// what another process files.
func SplitStory(ctx context.Context, store news.Store, id news.ArticleID, at time.Time) (kept, taken news.Story, err error) {
	err = deliver(ctx, store, at, func() ([]news.Story, error) {
		st, err := telling(ctx, store, id)
		if err != nil {
			return nil, err
		}
		if kept, taken, err = stories.Split(st, id, at); err != nil {
			return nil, err
		}
		if old, err := store.Story(ctx, taken.ID); err == nil && old.Into == "" {
			return nil, fmt.Errorf("there is a story %s already", old.ID)
		} else if err != nil && !errors.Is(err, news.ErrNotFound) {
			return nil, err
		}
		return []news.Story{kept, taken}, nil
	})
	return kept, taken, err
}

// MergeStories tells two stories as one and returns it. Either may be named by
// a story that was merged before.
func MergeStories(ctx context.Context, store news.Store, into, from news.StoryID, at time.Time) (merged news.Story, err error) {
	err = deliver(ctx, store, at, func() ([]news.Story, error) {
		a, err := Standing(ctx, store, into)
		if err != nil {
			return nil, err
		}
		b, err := Standing(ctx, store, from)
		if err != nil {
			return nil, err
		}
		var emptied news.Story
		merged, emptied, err = stories.Merge(a, b, at)
		return []news.Story{merged, emptied}, err
	})
	return merged, err
}

// Standing is the story of an ID, or the one that it was merged into.
func Standing(ctx context.Context, archive news.Archive, id news.StoryID) (news.Story, error) {
	for range mostMerged {
		st, err := archive.Story(ctx, id)
		if err != nil {
			return st, err
		}
		if st.Into == "" {
			return st, nil
		}
		id = st.Into
	}
	return news.Story{}, fmt.Errorf("story %s: merged more than %d times", id, mostMerged)
}

// telling is the story that an article is told by: the one it opened, or else
// one of the whole archive.
func telling(ctx context.Context, store news.Store, id news.ArticleID) (news.Story, error) {
	switch st, err := Standing(ctx, store, news.StoryID(id)); {
	case err == nil && teller(&st, id) != nil:
		return st, nil
	case err != nil && !errors.Is(err, news.ErrNotFound):
		return st, err
	}
	for after := (news.Cursor{}); ; {
		page, err := store.Stories(ctx, news.Query{After: after, Limit: indexPage})
		if err != nil {
			return news.Story{}, err
		}
		for i := range page {
			if page[i].Into == "" && teller(&page[i], id) != nil {
				return page[i], nil
			}
		}
		if len(page) == 0 {
			return news.Story{}, fmt.Errorf("a story that tells article %s: %w", id, news.ErrNotFound)
		}
		after = news.Cursor{Filed: page[len(page)-1].Filed, ID: page[len(page)-1].ID}
	}
}

// deliver commits what decide says, and asks again when others were faster.
func deliver(ctx context.Context, store news.Store, at time.Time, decide func() ([]news.Story, error)) error {
	for range tries {
		base, err := store.Revision(ctx, "")
		if err != nil {
			return err
		}
		changed, err := decide()
		if err != nil {
			return err
		}
		_, err = store.Commit(ctx, news.Intake{Stories: changed, Base: base, At: at})
		if !errors.Is(err, news.ErrStale) {
			return wrap("commit", err)
		}
	}
	return fmt.Errorf("commit: %w %d times", news.ErrStale, tries)
}
