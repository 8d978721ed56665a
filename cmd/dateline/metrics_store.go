package main

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dateline/news"
)

// storeMetrics count what is asked of the store.
type storeMetrics struct {
	took      *prometheus.HistogramVec
	errors    *prometheus.CounterVec
	conflicts *prometheus.CounterVec
}

// storeOperations are the labels of storeMetrics.
var storeOperations = []string{"claim", "commit", "enrol", "hasten", "ledgers", "next_due", "revision", "stories", "story", "sweep"}

func newStoreMetrics() storeMetrics {
	m := storeMetrics{
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dateline_store_operation_duration_seconds", Help: "How long the store took to answer, by operation.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9)}, []string{"operation"}),
		errors: counters("dateline_store_errors_total", "Operations that the store failed to do.", "operation", storeOperations...),
		conflicts: counters("dateline_store_conflicts_total", "Commits that were refused for good reason: stale (another process saved stories in between), lost (the lease had passed on).", "kind",
			"stale", "lost"),
	}
	for _, operation := range storeOperations {
		m.took.WithLabelValues(operation)
	}
	return m
}

// countedStore is a store whose operations are counted. What it does not name
// goes to the store as it is.
type countedStore struct {
	news.Store
	m storeMetrics
}

// count notes one operation. An answer about the state of the archive is no
// error of the store's, nor is that nobody waits for the answer any more.
func (s countedStore) count(ctx context.Context, operation string, start time.Time, err error) {
	s.m.took.WithLabelValues(operation).Observe(time.Since(start).Seconds())
	switch {
	case err == nil, errors.Is(err, news.ErrNotFound), ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
	case errors.Is(err, news.ErrStale):
		s.m.conflicts.WithLabelValues("stale").Inc()
	case errors.Is(err, news.ErrLost):
		s.m.conflicts.WithLabelValues("lost").Inc()
	default:
		s.m.errors.WithLabelValues(operation).Inc()
	}
}

// Revision asks the store.
func (s countedStore) Revision(ctx context.Context, topic news.TopicID) (news.Revision, error) {
	start := time.Now()
	revision, err := s.Store.Revision(ctx, topic)
	s.count(ctx, "revision", start, err)
	return revision, err
}

// Story asks the store.
func (s countedStore) Story(ctx context.Context, id news.StoryID) (news.Story, error) {
	start := time.Now()
	story, err := s.Store.Story(ctx, id)
	s.count(ctx, "story", start, err)
	return story, err
}

// Stories asks the store.
func (s countedStore) Stories(ctx context.Context, q news.Query) ([]news.Story, error) {
	start := time.Now()
	stories, err := s.Store.Stories(ctx, q)
	s.count(ctx, "stories", start, err)
	return stories, err
}

// Ledgers asks the store.
func (s countedStore) Ledgers(ctx context.Context, ids ...news.SourceID) ([]news.Ledger, error) {
	start := time.Now()
	ledgers, err := s.Store.Ledgers(ctx, ids...)
	s.count(ctx, "ledgers", start, err)
	return ledgers, err
}

// Enrol asks the store.
func (s countedStore) Enrol(ctx context.Context, ids []news.SourceID) error {
	start := time.Now()
	err := s.Store.Enrol(ctx, ids)
	s.count(ctx, "enrol", start, err)
	return err
}

// Claim asks the store.
func (s countedStore) Claim(ctx context.Context, now time.Time, lease time.Duration, n int) ([]news.Ledger, error) {
	start := time.Now()
	ledgers, err := s.Store.Claim(ctx, now, lease, n)
	s.count(ctx, "claim", start, err)
	return ledgers, err
}

// Commit asks the store.
func (s countedStore) Commit(ctx context.Context, in news.Intake) (news.Revision, error) {
	start := time.Now()
	revision, err := s.Store.Commit(ctx, in)
	s.count(ctx, "commit", start, err)
	return revision, err
}

// Hasten asks the store.
func (s countedStore) Hasten(ctx context.Context, due time.Time, ids ...news.SourceID) error {
	start := time.Now()
	err := s.Store.Hasten(ctx, due, ids...)
	s.count(ctx, "hasten", start, err)
	return err
}

// Delay asks the store.
func (s countedStore) Delay(ctx context.Context, due time.Time, ids ...news.SourceID) error {
	start := time.Now()
	err := s.Store.Delay(ctx, due, ids...)
	s.count(ctx, "delay", start, err)
	return err
}

// NextDue asks the store.
func (s countedStore) NextDue(ctx context.Context) (time.Time, error) {
	start := time.Now()
	at, err := s.Store.NextDue(ctx)
	s.count(ctx, "next_due", start, err)
	return at, err
}

// Sweep asks the store.
func (s countedStore) Sweep(ctx context.Context, keep news.Keep) (news.Swept, error) {
	start := time.Now()
	swept, err := s.Store.Sweep(ctx, keep)
	s.count(ctx, "sweep", start, err)
	return swept, err
}
