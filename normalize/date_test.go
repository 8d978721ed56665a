package normalize

import (
	_ "embed" // the table of cases
	"strings"
	"testing"
	"time"
)

var dateTestNow = time.Date(2024, 6, 25, 12, 0, 0, 0, time.UTC)

//go:embed testdata/dates.txt
var dateCases string

func TestParseDate(t *testing.T) {
	for line := range strings.Lines(dateCases) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		lang, rest, _ := strings.Cut(line, "|")
		i := strings.LastIndex(rest, "|")
		text, want := rest[:i], rest[i+1:]
		got := "-"
		if at, ok := ParseDate(text, DateOptions{Lang: lang, Now: dateTestNow}); ok {
			got = at.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%s %q: got %s, want %s", lang, text, got, want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for line := range strings.Lines(dateCases) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := ParseDate(s, DateOptions{Now: dateTestNow}); ok && (at.Year() < 1990 || at.After(dateTestNow.Add(24*time.Hour))) {
			t.Errorf("%q gives the absurd %s", s, at)
		}
	})
}

func BenchmarkParseDate(b *testing.B) {
	for b.Loop() {
		ParseDate("Kamis, 20 Juni 2024 - 16:15 WIB", DateOptions{Lang: "id"})
	}
}
