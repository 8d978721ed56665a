package desk_test

import (
	"net/netip"
	"testing"
	"time"

	"dateline/desk"
	"dateline/fetcher"
	"dateline/news"
)

// Copy is edited and filed in seats, by as many at a time as there are.
func TestCopyIsWorkedOnInSeats(t *testing.T) {
	n := newNewsroom(t)
	seats := news.NewSeats(1)
	f, err := fetcher.New(fetcher.Options{UserAgent: "Dateline/test (+https://desk.example/)", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Seats: seats})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n.desk = desk.New(desk.Options{Store: n.store, Fetcher: f, Now: n.clock, Seats: seats})
	edited, committed := 0, 0 // with one seat, by one at a time
	n.desk.SetEditor(func(_ news.Source, it *news.Item, _ []news.Page, now time.Time) news.Article {
		if edited++; len(seats) != 1 {
			t.Error("an item is edited without a seat")
		}
		return news.Article{Headline: it.Title, Body: []news.Block{{Text: text("Accra")}}, Published: now}
	})
	n.store.BeforeCommit = func(in news.Intake) error {
		if committed++; len(seats) != 1 {
			t.Errorf("%d articles are filed without a seat", len(in.Articles))
		}
		return nil
	}
	n.outlets.send("gazette", wire{"1", "Accra shuts", text("Accra"), time.Hour}, wire{"2", "Choirs sing", text("Bergen"), time.Hour})
	n.outlets.send("courier", wire{"1", "Cairo dives", text("Cairo"), time.Hour})
	n.assign(harbours, "gazette", "courier")
	n.once()
	if edited != 3 || committed != 2 || len(seats) != 0 {
		t.Errorf("%d items were edited, %d polls committed, %d seats are taken; want 3, 2, 0", edited, committed, len(seats))
	}
}
