package fetcher

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The documents tell the limits and the pauses that are in force where nothing
// is set.
func TestDocumentsTellTheLimits(t *testing.T) {
	f, err := New(Options{UserAgent: "Dateline (+https://desk.example)"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l := f.opt.Limits
	thousands := func(n int) string {
		return fmt.Sprintf("%d %03d", n/1000, n%1000)
	}
	for file, sentences := range map[string][]string{
		"config.md": {
			fmt.Sprintf("| `network.gap` | %.0fs |", f.hosts.gap.Seconds()),
			fmt.Sprintf("| `network.timeout` | %.0fs | for one exchange with all its redirects; to connect may take a sixth of it, the headers and a pause within the body a third |", l.Whole.Seconds()),
			fmt.Sprintf("| `network.max_delay` | %.0fd |", f.opt.MaxDelay.Hours()/24),
		},
		"manners.md": {
			fmt.Sprintf("%.0f s to connect, %.0f s to the headers, %.0f s without progress, %.0f s in all", l.Connect.Seconds(), l.Headers.Seconds(), l.Idle.Seconds(), l.Whole.Seconds()),
			fmt.Sprintf("%d KiB of headers, %d MiB on the wire, %d MiB decoded, %d times its size beyond the first MiB", l.Header>>10, l.Wire>>20, l.Decoded>>20, l.Ratio),
			fmt.Sprintf("%s entries, %s items, of each %d MiB of text and %s tags; of a page %d MiB, and without scripts %d MiB and %s tags", thousands(maxEntries), thousands(maxItems), maxItemText>>20, thousands(maxItemTags), maxPage>>20, maxPageText>>20, thousands(maxPageTags)),
			fmt.Sprintf("an answer that hangs for %.0f s no longer keeps others waiting; five failures to connect are a minute of rest, twice as long after each further one, %.0f minutes at most", longestTurn.Seconds(), breakMost.Minutes()),
		},
	} {
		text, err := os.ReadFile("../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range sentences {
			if !strings.Contains(string(text), want) {
				t.Errorf("docs/%s does not say %q", file, want)
			}
		}
	}
	if breakAfter != 5 || breakFor.Minutes() != 1 || l.Redirects != 10 || l.Connect != l.Whole/6 || l.Headers != l.Whole/3 || l.Idle != l.Whole/3 {
		t.Error("docs/manners.md tells of five failures, a minute, ten redirects, a sixth and a third, and they are others")
	}
}
