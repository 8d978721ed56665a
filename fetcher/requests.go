package fetcher

import (
	"slices"
	"time"

	"dateline/news"
)

// gotHeaders are the headers of an answer that decide how it is asked next.
var gotHeaders = []string{"ETag", "Last-Modified", "Cache-Control", "Expires", "Age", "Retry-After"}

// maxNoted bounds a header line that is remembered.
const maxNoted = 200

// note puts an exchange before those that a record remembers. What was sent is
// told from what the last record held; credentials are not among it.
func note(p *news.Poll, last news.Poll, a answer, items int, took time.Duration) {
	r := news.Request{At: p.At, Status: a.status, Length: len(a.body), Items: items, Took: took.Round(time.Millisecond), Fault: p.Fault}
	if a.final != nil && a.asked != nil && bare(a.final) != bare(a.asked) {
		r.Address = cutText(bare(a.final), maxNoted)
	}
	file := a.final != nil && a.final.Scheme == "file"
	if last.ETag != "" && sendable(last.ETag) && !file {
		r.Sent = append(r.Sent, cutText("If-None-Match: "+last.ETag, maxNoted))
	}
	if last.LastModified != "" && sendable(last.LastModified) && !file {
		r.Sent = append(r.Sent, cutText("If-Modified-Since: "+last.LastModified, maxNoted))
	}
	for _, name := range gotHeaders {
		if v := a.header.Get(name); v != "" {
			r.Got = append(r.Got, cutText(name+": "+v, maxNoted))
		}
	}
	p.Requests = slices.Concat([]news.Request{r}, last.Requests[:min(len(last.Requests), news.MaxRequests-1)])
}
