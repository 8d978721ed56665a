package desk

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"dateline/fetcher"
	"dateline/news"
)

// maxSpread bounds how far a poll is moved from the time that its cron spec
// names: "0 7 * * *" is answered between 7:00 and 7:15, not at noon.
const maxSpread = 15 * time.Minute

// MinInterval is the shortest time between two polls of one source.
const MinInterval = time.Second

// Schedule says when a source is asked. It is spread over its interval by a
// hash of the source, so that many sources of one schedule are not asked in
// one moment, and are not after a restart either.
type Schedule struct {
	spec     cron.Schedule
	every    time.Duration // of an @every spec; 0: a cron spec
	interval time.Duration
	shift    time.Duration
}

// ParseSchedule reads a cron spec of five fields, a descriptor such as
// @hourly, or "@every 10m". Times are UTC unless the spec begins with
// CRON_TZ=Area/City.
func ParseSchedule(spec string, id news.SourceID) (Schedule, error) {
	spec = strings.TrimSpace(spec)
	if spec == "" {
		return Schedule{}, errors.New(`the schedule is empty: want a cron spec such as "*/15 * * * *" or "@every 10m"`)
	}
	zoned := spec
	if strings.HasPrefix(spec, "TZ=") || strings.HasPrefix(spec, "CRON_TZ=") {
		if !strings.Contains(spec, " ") { // the library slices without looking
			return Schedule{}, fmt.Errorf("schedule %q: a zone and nothing else", spec)
		}
	} else {
		zoned = "CRON_TZ=UTC " + spec
	}
	parsed, err := cron.ParseStandard(zoned)
	if err != nil {
		return Schedule{}, fmt.Errorf("schedule %q: %w", spec, err)
	}
	s := Schedule{spec: parsed}
	if constant, ok := parsed.(cron.ConstantDelaySchedule); ok {
		s.every = max(constant.Delay, MinInterval)
	}
	if err := s.measure(id); err != nil {
		return Schedule{}, fmt.Errorf("schedule %q: %w", spec, err)
	}
	return s, nil
}

// measure finds the schedule's interval and the source's place in it.
func (s *Schedule) measure(id news.SourceID) error {
	h := fnv.New64a()
	h.Write([]byte(id))
	hash := h.Sum64()
	if s.every > 0 {
		s.interval = s.every
		s.shift = time.Duration(hash % uint64(s.every))
		return nil
	}
	// The shortest of some intervals: "0 7,8 * * *" has one of an hour.
	at := s.spec.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	for range 8 {
		next := s.spec.Next(at)
		if at.IsZero() || next.IsZero() {
			return errors.New("it never comes")
		}
		if gap := next.Sub(at); s.interval == 0 || gap < s.interval {
			s.interval = gap
		}
		at = next
	}
	s.shift = time.Duration(hash % uint64(min(s.interval, maxSpread)))
	return nil
}

// Interval is the shortest time between two polls.
func (s Schedule) Interval() time.Duration { return s.interval }

// Next is when to ask again after a poll at a time. Right after a poll that
// stood outside the schedule (the first, a forced one) it skips a turn rather
// than asking twice in a short while.
func (s Schedule) Next(after time.Time) time.Time {
	next := s.turn(after)
	if next.Sub(after) < min(s.interval/2, maxSpread) {
		next = s.turn(next)
	}
	return next
}

// turn is the schedule's first time after a time.
func (s Schedule) turn(after time.Time) time.Time {
	if s.every > 0 {
		since := after.Add(-s.shift).UnixNano()
		return time.Unix(0, since-mod(since, int64(s.every))).Add(s.every + s.shift).UTC()
	}
	next := s.spec.Next(after.Add(-s.shift))
	if next.IsZero() {
		return after.Add(24 * time.Hour)
	}
	return next.Add(s.shift).UTC()
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// due is when to ask again: by the schedule, later if the server wishes or
// after failures, never earlier.
func due(poll news.Poll, schedule Schedule, id news.SourceID) time.Time {
	h := fnv.New64a()
	h.Write([]byte(id))
	seed := h.Sum64()
	at := schedule.Next(poll.At)
	if failures := poll.Failures; failures > 0 {
		if poll.Status == http.StatusTooManyRequests || poll.Status == http.StatusServiceUnavailable {
			failures++ // it says that it is asked too often: twice the interval from the first time on
		}
		if later := poll.At.Add(fetcher.Backoff(failures, schedule.Interval(), seed)); later.After(at) {
			at = later
		}
	}
	if poll.NotBefore.After(at) {
		// A little after what the server named, so that not all ask in that moment.
		spread := min(poll.NotBefore.Sub(poll.At)/20, time.Minute)
		at = poll.NotBefore.Add(time.Duration(seed % uint64(max(spread, 1))))
	}
	if slow := pushed(poll, schedule); slow.After(at) {
		at = slow
	}
	if poll.Gone {
		at = poll.At.Add(goneFor)
	}
	return at
}

// goneFor is when a source that is gone for good (410) is asked again: hardly
// ever, but a mistake of the outlet's must not be for ever either.
const goneFor = 30 * 24 * time.Hour
