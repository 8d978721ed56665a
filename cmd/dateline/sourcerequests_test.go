package main

import (
	"strings"
	"testing"
	"time"

	"dateline/news"
)

func TestWhySaysWhatASourceWaitsFor(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for want, p := range map[string]news.Poll{
		"not asked yet":                        {},
		"gone for good":                        {At: at, Gone: true, Failures: 1},
		"left alone until 2026-03-02 13:00:00": {At: at, Failures: 2, NotBefore: at.Add(time.Hour)},
		"failed 2 times":                       {At: at, Failures: 2},
		"earliest time":                        {At: at, NotBefore: at.Add(time.Hour)},
		"its schedule":                         {At: at},
	} {
		if got := whyThen(p); !strings.Contains(got, want) {
			t.Errorf("%+v: got %q, want %q", p, got, want)
		}
	}
}
