package main

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"dateline/desk"
	"dateline/news"
	"dateline/publish"
)

// metrics counts what the house does, for Prometheus (text format 0.0.4 and
// OpenMetrics). docs/metrics.md names every one.
type metrics struct {
	registry *prometheus.Registry
	archive  news.Archive
	sources  atomic.Pointer[[]news.SourceID]
	topics   atomic.Pointer[map[news.TopicID]string] // what each is called
	web      atomic.Pointer[publish.Server]          // nil: this process does not publish
	traces   *tracer                                 // told of polls too; nil: there is no collector

	polls    *prometheus.CounterVec
	took     prometheus.Histogram
	stages   *prometheus.HistogramVec
	items    *prometheus.CounterVec
	dropped  *prometheus.CounterVec
	matches  *prometheus.CounterVec
	stories  prometheus.Counter
	answers  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	store    storeMetrics
}

// Bounds of labels: the sources that have metrics of their own, each of which
// has eight that are read from the store for each scrape, and the topics.
const (
	mostSourceMetrics = 5000
	mostTopicMetrics  = 500
)

func newMetrics(archive news.Archive, c *config) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(), archive: archive, store: newStoreMetrics(),
		polls: counters("dateline_polls_total", "Polls by what came of them: news, nothing_new, failed (the outlet's fault), abandoned (ours).", "result",
			"news", "nothing_new", "failed", "abandoned"),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dateline_poll_duration_seconds", Help: "From the claim of a source to the commit of what it sent.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 14)}),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dateline_poll_stage_duration_seconds", Help: "Parts of a poll: fetch (ask the outlet), edit (with the pages read for it), file (place and commit).",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9)}, []string{"stage"}),
		items: counters("dateline_items_total", "Items in feeds that were read: fresh (new), changed (a correction of what was filed) or known (seen before).", "kind",
			"fresh", "changed", "known"),
		dropped: counters("dateline_items_dropped_total", "Items left out of feeds that were read, by reason.", "reason",
			"empty", "excess", "twice", "faulty", "flapped"),
		matches: counters("dateline_topic_articles_total", "Fresh and changed articles by the topic that took them; private for all private ones, not_shown beyond the first 500 topics.", "topic"),
		stories: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dateline_stories_saved_total", Help: "Stories that polls began or changed."}),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dateline_http_request_duration_seconds", Help: "Answers to readers, by status and method.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9)}, []string{"code", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dateline_http_requests_in_flight", Help: "Requests of readers under way."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "dateline_build_info", Help: "1, with the version of the program and of Go.", ConstLabels: prometheus.Labels{"version": version(), "go": goVersion()}})
	build.Set(1)
	m.registry.MustRegister(m.polls, m.took, m.stages, m.items, m.dropped, m.matches, m.stories, m.answers, m.inFlight, build, m,
		m.store.took, m.store.errors, m.store.conflicts,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.take(c)
	return m
}

// counters is a counter with one label. The values that are known beforehand
// are there from the start, so that rates begin at zero.
func counters(name, help, label string, values ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	for _, value := range values {
		v.WithLabelValues(value)
	}
	return v
}

// take learns which sources and topics there are.
func (m *metrics) take(c *config) {
	ids := make([]news.SourceID, len(c.Sources))
	for i := range c.Sources {
		ids[i] = news.SourceID(c.Sources[i].ID)
	}
	m.sources.Store(&ids)
	topics := map[news.TopicID]string{}
	for i := range c.Topics[:min(len(c.Topics), mostTopicMetrics)] {
		id := c.Topics[i].ID
		topics[news.TopicID(id)] = id
		if len(c.Topics[i].Token) > 0 { // scrapes need no token
			topics[news.TopicID(id)] = "private"
			m.matches.DeleteLabelValues(id)
		}
		m.matches.WithLabelValues(topics[news.TopicID(id)])
	}
	m.topics.Store(&topics)
}

// polled counts one poll. It is called from several goroutines.
func (m *metrics) polled(out desk.Outcome) {
	if m.traces != nil {
		m.traces.polled(out)
	}
	result := "nothing_new"
	switch {
	case out.Err != nil && (out.Ours || errors.Is(out.Err, context.Canceled)):
		result = "abandoned"
	case out.Err != nil:
		result = "failed"
	case out.Fresh > 0:
		result = "news"
	}
	m.polls.WithLabelValues(result).Inc()
	m.took.Observe(out.Took.Seconds())
	m.stages.WithLabelValues("fetch").Observe(out.Stages.Fetch.Seconds())
	if out.Items > 0 {
		m.stages.WithLabelValues("edit").Observe(out.Stages.Edit.Seconds())
	}
	m.stages.WithLabelValues("file").Observe(out.Stages.File.Seconds())
	if result == "abandoned" {
		return
	}
	m.items.WithLabelValues("fresh").Add(float64(out.Fresh - out.Changed))
	m.items.WithLabelValues("changed").Add(float64(out.Changed))
	m.items.WithLabelValues("known").Add(float64(max(0, out.Items-out.Fresh)))
	m.stories.Add(float64(out.Stories))
	for _, r := range reasons(out.Dropped) {
		m.dropped.WithLabelValues(r.name).Add(float64(r.n))
	}
	topics := *m.topics.Load()
	for topic, n := range out.Topics {
		m.matches.WithLabelValues(firstOf(topics[topic], "not_shown")).Add(float64(n))
	}
}

// reason is why items were left out, and how many.
type reason struct {
	name string
	n    int
}

func reasons(d news.Dropped) []reason {
	return []reason{{"empty", d.Empty}, {"excess", d.Excess}, {"twice", d.Twice}, {"faulty", d.Faulty}, {"flapped", d.Flapped}}
}
