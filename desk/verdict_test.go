package desk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/desk"
	"dateline/news"
	"dateline/store"
	"dateline/stories"
)

// beside opens the newsroom's file as the command of an editor does, while the
// desk has it open.
func (n *newsroom) beside() news.Store {
	n.t.Helper()
	held, err := store.Open(context.Background(), n.file, store.Options{Beside: true})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { held.Close() })
	return held
}

// joined is a newsroom with one story told by two outlets.
func joined(t *testing.T) (*newsroom, news.Story) {
	t.Helper()
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), 2 * time.Hour})
	n.outlets.send("herald", wire{"h", "Crane closes Accra's harbour", text("Accra") + " More soon.", time.Hour})
	n.assign(harbours, "gazette", "herald")
	n.once()
	list := n.stories("harbours")
	if len(list) != 1 || len(list[0].Articles) != 2 {
		t.Fatalf("got %v, want one story of two articles", list)
	}
	return n, list[0]
}

func TestSplitStoriesStayApart(t *testing.T) {
	for _, opener := range []bool{false, true} {
		n, st := joined(t)
		id := st.Articles[1].ID
		if opener {
			id = st.Articles[0].ID
		}
		kept, taken, err := desk.SplitStory(context.Background(), n.beside(), id, n.clock())
		if err != nil {
			t.Fatal(err)
		}
		if kept.ID != st.ID || len(kept.Articles) != 1 || len(taken.Articles) != 1 || news.StoryID(taken.Articles[0].ID) != taken.ID {
			t.Fatalf("opener %v: got %v and %v", opener, kept, taken)
		}
		want := []news.StoryID{kept.ID, taken.ID}
		slices.Sort(want)
		check := func(when string, headline string) {
			t.Helper()
			list := n.stories("harbours")
			if got := ids(list); !slices.Equal(got, want) {
				t.Errorf("opener %v, %s: got stories %v, want %v", opener, when, got, want)
			}
			if !slices.ContainsFunc(list, func(st news.Story) bool { return st.Lead().Headline == headline && len(st.Articles) == 1 }) {
				t.Errorf("opener %v, %s: no story is %q alone: %v", opener, when, headline, list)
			}
		}
		n.later(20 * time.Minute)
		n.outlets.send("herald", wire{"h", "Corrected once", text("Accra") + " More soon!", time.Hour})
		n.once()
		check("a correction at the same desk", "Corrected once")
		n.store.Close()
		n.open()
		n.assign(harbours, "gazette", "herald")
		n.later(20 * time.Minute)
		n.outlets.send("herald", wire{"h", "Corrected twice", text("Accra") + " No more.", time.Hour})
		n.once()
		check("a correction after a restart", "Corrected twice")
	}
}

func TestMergedStoriesStayTogether(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), 2 * time.Hour})
	n.outlets.send("herald", wire{"h", "Fog in Bergen", text("Bergen"), time.Hour})
	n.assign(harbours, "gazette", "herald")
	n.once()
	list := n.stories("harbours")
	if len(list) != 2 {
		t.Fatalf("got %d stories, want 2", len(list))
	}
	into, from := list[1].ID, list[0].ID
	editor := n.beside()
	merged, err := desk.MergeStories(context.Background(), editor, into, from, n.clock())
	if err != nil {
		t.Fatal(err)
	}
	if merged.ID != into || len(merged.Articles) != 2 {
		t.Fatalf("got %v", merged)
	}
	check := func(when, headline string) {
		t.Helper()
		list := n.stories("harbours")
		if len(list) != 1 || list[0].ID != into || len(list[0].Articles) != 2 {
			t.Errorf("%s: got %v, want one story of two articles", when, list)
			return
		}
		if list[0].Articles[1].Headline != headline {
			t.Errorf("%s: got %q, want %q", when, list[0].Articles[1].Headline, headline)
		}
	}
	check("at once", "Fog in Bergen")
	n.later(20 * time.Minute)
	n.outlets.send("herald", wire{"h", "Fog lifts", strings.ReplaceAll(text("Bergen"), "never", "seldom"), time.Hour})
	n.once()
	check("a correction at the same desk", "Fog lifts")
	n.store.Close()
	n.open()
	n.assign(harbours, "gazette", "herald")
	n.later(20 * time.Minute)
	n.outlets.send("herald", wire{"h", "Fog is back", strings.ReplaceAll(text("Bergen"), "never", "rarely"), time.Hour})
	n.once()
	check("a correction after a restart", "Fog is back")

	editor = n.beside()
	if _, err := desk.MergeStories(context.Background(), editor, into, from, n.clock()); err == nil {
		t.Error("a story was merged into itself by its old ID")
	}
	if st, err := desk.Standing(context.Background(), editor, from); err != nil || st.ID != into {
		t.Errorf("the old ID leads to %v, %v", st.ID, err)
	}
	if _, _, err := desk.SplitStory(context.Background(), editor, news.ArticleID(from), n.clock()); err != nil {
		t.Errorf("undo: %v", err)
	}
	if got := n.stories("harbours"); len(got) != 2 {
		t.Errorf("after the undoing: got %d stories, want 2", len(got))
	}
}

func TestVerdictsThatCannotBe(t *testing.T) {
	n, st := joined(t)
	editor := n.beside()
	ctx := context.Background()
	if _, _, err := desk.SplitStory(ctx, editor, "aaaaaaaaaaaaaaaa", n.clock()); !errors.Is(err, news.ErrNotFound) {
		t.Errorf("an article that nobody has: %v", err)
	}
	if _, err := desk.MergeStories(ctx, editor, st.ID, "aaaaaaaaaaaaaaaa", n.clock()); !errors.Is(err, news.ErrNotFound) {
		t.Errorf("a story that nobody has: %v", err)
	}
	if _, _, err := desk.SplitStory(ctx, editor, st.Articles[1].ID, n.clock()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := desk.SplitStory(ctx, editor, st.Articles[1].ID, n.clock()); !errors.Is(err, stories.ErrAlone) {
		t.Errorf("split twice: %v", err)
	}
}

// A verdict that meets another writer is decided anew on what that one left.
func TestVerdictMeetsAnotherWriter(t *testing.T) {
	n, st := joined(t)
	n.store.BeforeCommit = func(in news.Intake) error {
		n.store.BeforeCommit = nil
		other, err := n.store.Story(context.Background(), st.ID)
		if err != nil {
			return err
		}
		other.Articles[0].Headline = "Changed meanwhile"
		rev, err := n.store.Revision(context.Background(), "")
		if err != nil {
			return err
		}
		_, err = n.store.Store.Commit(context.Background(), news.Intake{Stories: []news.Story{other}, Base: rev})
		return err
	}
	kept, _, err := desk.SplitStory(context.Background(), n.store, st.Articles[1].ID, n.clock())
	if err != nil {
		t.Fatal(err)
	}
	if kept.Lead().Headline != "Changed meanwhile" {
		t.Errorf("got %q: the other's change was written over", kept.Lead().Headline)
	}
}
