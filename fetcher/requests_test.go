package fetcher

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

func TestRecordRemembersTheLastRequests(t *testing.T) {
	asked := 0
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Set-Cookie", "session=hidden")
		switch {
		case asked == 1:
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case asked == 2:
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("Cache-Control", "max-age=60")
			fmt.Fprint(w, feedOf(2))
		case asked == 3:
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	f, src := open(t), source(server.URL)
	src.Access = news.Access{Username: "me", Password: "hidden", Cookie: "key=hidden", Headers: map[string]string{"X-Key": "hidden"}}
	var last news.Poll
	for i := range news.MaxRequests + 3 {
		r, _ := f.Fetch(t.Context(), src, last, noon.Add(time.Duration(i)*time.Minute)) // the faults are in the record
		last = r.Poll
		if i == 2 {
			got := last.Requests
			if len(got) != 3 || got[0].Status != 503 || !slices.Equal(got[0].Got, []string{"Retry-After: 60"}) || got[0].Fault == "" ||
				got[1].Status != 304 || !slices.Equal(got[1].Sent, []string{`If-None-Match: "1"`}) || got[1].Fault != "" ||
				got[2].Status != 200 || got[2].Items != 2 || got[2].Address != server.URL+"/elsewhere" || got[2].Length != len(feedOf(2)) ||
				!slices.Equal(got[2].Got, []string{`ETag: "1"`, "Cache-Control: max-age=60"}) || len(got[2].Sent) != 0 {
				t.Errorf("got %+v", got)
			}
		}
	}
	if len(last.Requests) != news.MaxRequests || !last.Requests[0].At.After(last.Requests[1].At) {
		t.Errorf("got %d requests, want the last %d, newest first", len(last.Requests), news.MaxRequests)
	}
	if strings.Contains(fmt.Sprintf("%+v", last.Requests), "hidden") {
		t.Errorf("got a secret in %+v", last.Requests)
	}
}
