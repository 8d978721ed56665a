package desk_test

import (
	"context"
	"testing"
	"time"

	"dateline/news"
)

// An outlet that makes guids and addresses of headlines sends an article whose
// headline it changes as if it were another one.
func TestSameTextUnderAnotherGuidAndHeadlineIsAnUpdate(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"accra-shuts", "Accra shuts its harbour", text("Accra"), time.Hour})
	n.assign(harbours, "gazette")
	n.once()
	first := n.stories("harbours")
	n.later(20 * time.Minute)
	n.outlets.send("gazette", wire{"no-ship-may-enter", "No ship may enter, says the harbour master", text("Accra"), 0})
	n.once()
	second := n.stories("harbours")
	if len(first) != 1 || len(second) != 1 || second[0].ID != first[0].ID || len(second[0].Articles) != 1 {
		t.Fatalf("got %v, want the story of before with one article", second)
	}
	was, is := first[0].Lead(), second[0].Lead()
	if is.ID != was.ID || is.Headline != "No ship may enter, says the harbour master" {
		t.Errorf("got %q as article %s, want the new headline as article %s", is.Headline, is.ID, was.ID)
	}
	if !is.Published.Equal(was.Published) || !second[0].Updated.After(first[0].Updated) {
		t.Errorf("published %v, was %v; updated %v, was %v", is.Published, was.Published, second[0].Updated, first[0].Updated)
	}

	n.later(20 * time.Minute)
	n.outlets.send("gazette", wire{"no-ship-may-enter", "Ships may enter again", "The harbour is open again, and the pilots are back at work.", 0})
	n.once()
	if got := n.stories("harbours"); len(got) != 1 || len(got[0].Articles) != 1 || got[0].Lead().Headline != "Ships may enter again" {
		t.Errorf("got %v, want its correction in the same article", got)
	}
	held := map[news.ArticleID]string{}
	for a, err := range n.store.Articles(context.Background(), start.Add(-24*time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		held[a.ID] = a.Headline
	}
	if len(held) != 1 || held[was.ID] != "Ships may enter again" {
		t.Errorf("the archive holds %v", held)
	}
}

// A feed that lists both has two articles, which tell one story.
func TestSameTextUnderTwoGuidsAtOnceIsNoUpdate(t *testing.T) {
	n := newNewsroom(t)
	one := wire{"accra-shuts", "Accra shuts its harbour", text("Accra"), time.Hour}
	n.outlets.send("gazette", one)
	n.assign(harbours, "gazette")
	n.once()
	n.later(20 * time.Minute)
	n.outlets.send("gazette", wire{"no-ship-may-enter", "No ship may enter the harbour", text("Accra"), 0}, one)
	n.once()
	got := n.stories("harbours")
	if len(got) != 1 || len(got[0].Articles) != 2 || got[0].Lead().Headline != "Accra shuts its harbour" {
		t.Errorf("got %v, want one story of two articles under the first headline", got)
	}
}

// What another outlet sends is its own article, in the same words or not.
func TestAnotherOutletsCopyIsNoUpdate(t *testing.T) {
	n := newNewsroom(t)
	n.outlets.send("gazette", wire{"accra-shuts", "Accra shuts its harbour", text("Accra"), time.Hour})
	n.assign(harbours, "gazette", "herald")
	n.outlets.send("herald")
	n.once()
	n.later(20 * time.Minute)
	n.outlets.send("gazette")
	n.outlets.send("herald", wire{"h1", "Harbour of Accra shut", text("Accra"), 0})
	n.once()
	if got := n.stories("harbours"); len(got) != 1 || len(got[0].Articles) != 2 || got[0].Lead().Source != "gazette" {
		t.Errorf("got %v, want one story of two outlets", got)
	}
}
