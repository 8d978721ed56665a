package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"dateline/desk"
	"dateline/news"
	"dateline/stories"
)

func TestWithdrawnStoriesStayWithdrawnWhateverComes(t *testing.T) {
	n, st := joined(t)
	ctx, beside := context.Background(), n.beside()
	gone, err := desk.WithdrawStory(ctx, beside, st.ID, n.clock())
	if err != nil || gone.Withdrawn.IsZero() {
		t.Fatalf("got %v, %v", gone.Withdrawn, err)
	}
	n.outlets.send("gazette", wire{"1", "Accra shuts for good", text("Accra") + " It is final.", 2 * time.Hour})
	n.once()
	held := n.stories("harbours")
	if len(held) != 1 || held[0].ID != st.ID || !held[0].Withdrawn.Equal(gone.Withdrawn) {
		t.Fatalf("after a correction: got %v, want the story, withdrawn", held)
	}
	if _, err := desk.WithdrawStory(ctx, beside, st.ID, n.clock()); !errors.Is(err, stories.ErrWithdrawn) {
		t.Errorf("withdrawn twice: got %v", err)
	}
	if _, _, err := desk.SplitStory(ctx, beside, st.Articles[1].ID, n.clock()); !errors.Is(err, stories.ErrWithdrawn) {
		t.Errorf("split: got %v", err)
	}
	back, err := desk.RestoreStory(ctx, beside, st.ID, n.clock())
	if err != nil || !back.Withdrawn.IsZero() || !back.Updated.After(gone.Withdrawn) {
		t.Errorf("restored: got %v, updated %v after %v: %v", back.Withdrawn, back.Updated, gone.Withdrawn, err)
	}
	if _, err := desk.RestoreStory(ctx, beside, st.ID, n.clock()); !errors.Is(err, stories.ErrStands) {
		t.Errorf("restored twice: got %v", err)
	}
	if _, err := desk.WithdrawStory(ctx, beside, news.StoryID("aaaaaaaaaaaaaaaa"), n.clock()); !errors.Is(err, news.ErrNotFound) {
		t.Errorf("unknown: got %v", err)
	}
}
