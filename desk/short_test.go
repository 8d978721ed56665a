package desk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"dateline/news"
)

// Items of linklogs have two words and no title, guid or link. Each is news.
func TestShortestItemsAreNews(t *testing.T) {
	n := newNewsroom(t)
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = w.Write([]byte(`<rss version="2.0"><channel><title>Log</title>
			<item><description>Two &lt;b&gt;words&lt;/b&gt;</description></item>
			<item><description>Rain again</description></item>
			<item><description>&lt;img src="https://log.example/a.jpg" alt="a gull"&gt;</description></item>
			<item><description></description></item></channel></rss>`))
	}))
	defer feed.Close()
	r := n.roster([]news.Topic{{ID: "all", Title: "All"}}, "log")
	r.Sources[0].Feed = feed.URL
	if err := n.desk.Assign(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	tally := n.once()
	if got := n.stories("all"); len(got) != 3 {
		t.Fatalf("got %d stories of %+v, want two texts and a picture", len(got), tally)
	}
	ledgers, err := n.store.Ledgers(context.Background(), "log")
	if err != nil || ledgers[0].Poll.Dropped.Empty != 1 {
		t.Errorf("the empty item is not counted: %+v, %v", ledgers[0].Poll.Dropped, err)
	}
}
