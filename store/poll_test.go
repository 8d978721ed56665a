package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/storetest"
)

// aPoll is the record of a source that answers the same each time.
func aPoll() news.Poll {
	p := news.Poll{
		At: noon.Add(17 * time.Microsecond), Due: noon.Add(15 * time.Minute), Status: 304, ETag: `"5f3a-61b2"`, LastModified: "Sun, 01 Mar 2026 11:00:00 GMT",
		Sum: 1 << 60, Read: noon, Feed: "https://news.example.org/world/rss.xml", Success: noon, Fresh: noon.Add(-time.Hour),
		Format: "rss 2.0", Title: "World news", Home: "https://news.example.org/", Items: 30,
	}
	for i := range news.MaxRequests {
		p.Requests = append(p.Requests, news.Request{
			At: noon.Add(time.Duration(-i) * 15 * time.Minute), Status: 304, Took: 21 * time.Millisecond,
			Sent: []string{"If-None-Match: " + p.ETag, "If-Modified-Since: " + p.LastModified},
			Got:  []string{"ETag: " + p.ETag, "Last-Modified: " + p.LastModified, "Cache-Control: max-age=300"},
		})
	}
	return p
}

func TestPollComesBack(t *testing.T) {
	var full news.Poll
	storetest.Fill(&full)
	many := news.Poll{Repairs: []string{"", "a", "", "a"}}
	for i := range 3 * mostTold {
		many.Repairs = append(many.Repairs, fmt.Sprint(i), fmt.Sprint(i/2))
	}
	far := news.Poll{At: noon, Due: time.Date(9999, 1, 2, 3, 4, 5, 6, time.UTC), Success: time.Unix(0, 0).UTC(), Failures: -1}
	for name, want := range map[string]news.Poll{"all fields": full, "none": {}, "a quiet one": aPoll(), "many texts": many, "far times": far} {
		b := appendPoll(nil, &want)
		got, err := readPoll(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := storetest.Same(got, want); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		for cut := range b {
			if _, err := readPoll(b[:cut]); !errors.Is(err, errDamaged) {
				t.Fatalf("%s, cut to %d of %d bytes: %v; want it to be damaged", name, cut, len(b), err)
			}
		}
		if _, err := readPoll(append(b, 0)); !errors.Is(err, errDamaged) {
			t.Errorf("%s, with a byte too many: %v; want it to be damaged", name, err)
		}
	}
}

// What six requests say alike is kept once.
func TestQuietPollIsSmall(t *testing.T) {
	p := aPoll()
	if got, most := len(appendPoll(nil, &p)), 640; got > most {
		t.Errorf("%d bytes, want at most %d", got, most)
	}
}

func FuzzPoll(f *testing.F) {
	p := aPoll()
	f.Add(appendPoll(nil, &p))
	f.Add(appendPoll(nil, &news.Poll{}))
	f.Add([]byte{formPoll, 0, 0, 0, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := readPoll(b)
		if err != nil {
			return
		}
		again, err := readPoll(appendPoll(nil, &p))
		if d := storetest.Same(again, p); err != nil || d != "" {
			t.Errorf("written and read once more: %s, %v", d, err)
		}
	})
}

func BenchmarkPoll(b *testing.B) {
	p := aPoll()
	bytes := appendPoll(nil, &p)
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			bytes = appendPoll(bytes[:0], &p)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := readPoll(bytes); err != nil {
				b.Fatal(err)
			}
		}
	})
}
