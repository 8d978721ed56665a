package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

func mustSchedule(t *testing.T, spec string, id news.SourceID) Schedule {
	t.Helper()
	s, err := ParseSchedule(spec, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSixtyMinutesAreSixty(t *testing.T) {
	for _, spec := range []string{"@every 1h", "0 * * * *", "@hourly", "30 * * * *"} {
		s := mustSchedule(t, spec, "outlet")
		at := s.Next(time.Date(2026, 11, 23, 10, 17, 3, 0, time.UTC))
		for range 50 {
			late := at.Add(1700 * time.Millisecond) // the poll begins a little after it is due
			next := s.Next(late)
			if got := next.Sub(at); got != time.Hour {
				t.Fatalf("%s: after %v comes %v, %v later, want one hour", spec, at, next, got)
			}
			at = next
		}
	}
}

func TestSourcesOfOneScheduleAreSpread(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, spec := range []string{"*/15 * * * *", "@every 15m"} {
		minutes := map[int]int{}
		for i := range 1500 {
			s := mustSchedule(t, spec, news.SourceID(fmt.Sprint("outlet-", i)))
			minutes[s.Next(now).Minute()%15]++
		}
		for m := range 15 {
			if n := minutes[m]; n < 50 || n > 150 {
				t.Errorf("%s: %d of 1500 sources in minute %d of 15, want about 100", spec, n, m)
			}
		}
	}
}

func TestDailyPollStaysNearItsHour(t *testing.T) {
	for i := range 200 {
		s := mustSchedule(t, "CRON_TZ=Asia/Jakarta 0 7 * * *", news.SourceID(fmt.Sprint("outlet-", i)))
		next := s.Next(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))
		lo := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
		if next.Before(lo) || !next.Before(lo.Add(maxSpread)) {
			t.Fatalf("a daily poll at 7:00 in Jakarta comes at %v, want from %v, %v at most later", next, lo, maxSpread)
		}
	}
}

func TestPollOutsideTheScheduleIsNotRepeatedAtOnce(t *testing.T) {
	for _, spec := range []string{"*/10 * * * *", "@every 10m"} {
		s := mustSchedule(t, spec, "outlet")
		for sec := range 600 {
			at := time.Date(2026, 11, 23, 10, 0, sec, 0, time.UTC)
			if wait := s.Next(at).Sub(at); wait < 5*time.Minute || wait > 15*time.Minute {
				t.Fatalf("%s: after a poll at %v the next is %v away", spec, at, wait)
			}
		}
	}
}

func TestBadSchedulesAreRefused(t *testing.T) {
	for _, spec := range []string{"", "every ten minutes", "* * * *", "61 * * * *", "TZ=UTC", "CRON_TZ=Nowhere/City * * * * *", "@every never", "0 0 30 2 *"} {
		if s, err := ParseSchedule(spec, "outlet"); err == nil {
			t.Errorf("%q is taken: next %v", spec, s.Next(time.Now()))
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error is more than a line: %v", spec, err)
		}
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, spec := range []string{"*/15 * * * *", "@every 10m", "CRON_TZ=Asia/Jakarta 0 7 * * *", "TZ=", "@every -1s", "0 0 29 2 *"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		s, err := ParseSchedule(spec, "outlet")
		if err != nil {
			return
		}
		at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		if next := s.Next(at); !next.After(at) {
			t.Fatalf("%q: after %v comes %v", spec, at, next)
		}
	})
}

func TestDueIsMovedLaterAndNeverEarlier(t *testing.T) {
	s := mustSchedule(t, "@every 15m", "outlet")
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	plain := due(news.Poll{At: at}, s, "outlet")
	for _, c := range []struct {
		name     string
		poll     news.Poll
		from, to time.Duration // after at
	}{
		{"a wish before the schedule changes nothing", news.Poll{At: at, NotBefore: at.Add(time.Minute)}, plain.Sub(at), plain.Sub(at)},
		{"Retry-After is waited for", news.Poll{At: at, NotBefore: at.Add(3 * time.Hour)}, 3 * time.Hour, 3*time.Hour + time.Minute},
		{"five failures wait longer", news.Poll{At: at, Failures: 5}, time.Hour, 25 * time.Hour},
		{"gone is hardly asked", news.Poll{At: at, Failures: 1, Gone: true}, goneFor, goneFor},
	} {
		if got := due(c.poll, s, "outlet").Sub(at); got < c.from || got > c.to {
			t.Errorf("%s: due after %v, want %v to %v", c.name, got, c.from, c.to)
		}
	}
}
