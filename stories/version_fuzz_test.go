package stories

import (
	"strings"
	"testing"

	"dateline/news"
)

// Whatever the outlet makes of an article, its versions stay in their bounds, the
// newest of them is what it said last, and the same once more changes nothing.
func FuzzVersions(f *testing.F) {
	f.Add("Sixty wait", "Seventy wait", "They wait.", 3)
	f.Add("", "Seventy wait", strings.Repeat("long ", news.MaxVersionBytes/8), 9)
	f.Add("e\u0301\xff", "\u00e9", "سفن القمح\x00تبحر", 1)
	f.Fuzz(func(t *testing.T, one, two, text string, times int) {
		headlines := [2]string{one, two}
		st := Open(article("a", one, text))
		for n := range times % 12 {
			held := st.Articles[0]
			next := corrected(held, n, headlines[(n+1)%2], text+strings.Repeat(" more", n+1))
			st, _ = Join(st, next)
			got := st.Articles[0].Earlier
			if len(got) > news.MaxVersions || weight(got) > news.MaxVersionBytes {
				t.Fatalf("%d versions weigh %d bytes", len(got), weight(got))
			}
			if len(got) > 0 && got[len(got)-1].Headline != held.Headline {
				t.Fatalf("the newest version is %q, want %q", got[len(got)-1].Headline, held.Headline)
			}
			if again, _ := Join(st, next); len(again.Articles[0].Earlier) != len(got) {
				t.Fatal("the same text once more makes a version")
			}
		}
	})
}
