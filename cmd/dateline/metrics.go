package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dateline/desk"
	"dateline/news"
)

// metrics counts what the house does, for Prometheus (text format 0.0.4 and
// OpenMetrics). docs/metrics.md names every one.
type metrics struct {
	registry *prometheus.Registry
	archive  news.Archive
	sources  atomic.Pointer[[]news.SourceID]

	polls    *prometheus.CounterVec
	took     prometheus.Histogram
	items    *prometheus.CounterVec
	stories  prometheus.Counter
	answers  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

// mostSourceMetrics bounds the sources that have metrics of their own: each has
// eight, and all are read from the store for each scrape.
const mostSourceMetrics = 5000

func newMetrics(archive news.Archive, c *config) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(), archive: archive,
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dateline_polls_total", Help: "Polls by what came of them: news, nothing_new, failed (the outlet's fault), abandoned (ours)."}, []string{"result"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dateline_poll_duration_seconds", Help: "From the claim of a source to the commit of what it sent.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 14)}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dateline_items_total", Help: "Items in feeds that were read: fresh (new or changed) or known (seen before)."}, []string{"kind"}),
		stories: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dateline_stories_saved_total", Help: "Stories that polls began or changed."}),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dateline_http_request_duration_seconds", Help: "Answers to readers, by status and method.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9)}, []string{"code", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dateline_http_requests_in_flight", Help: "Requests of readers under way."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "dateline_build_info", Help: "1, with the version of the program.", ConstLabels: prometheus.Labels{"version": version()}})
	build.Set(1)
	for _, result := range []string{"news", "nothing_new", "failed", "abandoned"} {
		m.polls.WithLabelValues(result)
	}
	for _, kind := range []string{"fresh", "known"} {
		m.items.WithLabelValues(kind)
	}
	m.registry.MustRegister(m.polls, m.took, m.items, m.stories, m.answers, m.inFlight, build, m,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.take(c)
	return m
}

// take learns which sources there are.
func (m *metrics) take(c *config) {
	ids := make([]news.SourceID, len(c.Sources))
	for i := range c.Sources {
		ids[i] = news.SourceID(c.Sources[i].ID)
	}
	m.sources.Store(&ids)
}

// polled counts one poll. It is called from several goroutines.
func (m *metrics) polled(out desk.Outcome) {
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
	if result == "abandoned" {
		return
	}
	m.items.WithLabelValues("fresh").Add(float64(out.Fresh))
	m.items.WithLabelValues("known").Add(float64(max(0, out.Items-out.Fresh)))
	m.stories.Add(float64(out.Stories))
}

// handler answers scrapes.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, EnableOpenMetrics: true, MaxRequestsInFlight: 2, Timeout: 20 * time.Second})
}

// around counts the answers of a handler, and puts the metrics beside it at
// /metrics where they have no address of their own.
func (m *metrics) around(web http.Handler, beside bool) http.Handler {
	counted := promhttp.InstrumentHandlerInFlight(m.inFlight, promhttp.InstrumentHandlerDuration(m.answers, web))
	if !beside {
		return counted
	}
	scrapes := m.handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			scrapes.ServeHTTP(w, r)
			return
		}
		counted.ServeHTTP(w, r)
	})
}

// The metrics that are read from the store at each scrape.
var (
	perSource = []string{"source"}

	metricArchiveUp = prometheus.NewDesc("dateline_archive_up", "1 where the store could be read, else 0.", nil, nil)
	metricRevision  = prometheus.NewDesc("dateline_archive_revision", "The archive's revision, which each change of stories raises.", nil, nil)
	metricSources   = prometheus.NewDesc("dateline_sources", "Sources in the config, by state: ok, broken, gone, new, or not_shown beyond the first 5,000.", []string{"state"}, nil)
	metricLate      = prometheus.NewDesc("dateline_overdue_seconds", "By how much the most overdue source is late.", nil, nil)

	metricSuccess  = prometheus.NewDesc("dateline_source_last_success_timestamp_seconds", "When a poll of the source last succeeded; 0: never.", perSource, nil)
	metricAsked    = prometheus.NewDesc("dateline_source_last_poll_timestamp_seconds", "When the source was last asked; 0: never.", perSource, nil)
	metricFresh    = prometheus.NewDesc("dateline_source_last_news_timestamp_seconds", "When a poll of the source last brought news; 0: never.", perSource, nil)
	metricDue      = prometheus.NewDesc("dateline_source_next_poll_timestamp_seconds", "When the source is to be asked next; 0: at once.", perSource, nil)
	metricFailures = prometheus.NewDesc("dateline_source_failures", "Polls in a row that failed; 0: it is well.", perSource, nil)
	metricStatus   = prometheus.NewDesc("dateline_source_status", "The HTTP status of the source's last answer; 0: there was none.", perSource, nil)
	metricItems    = prometheus.NewDesc("dateline_source_items", "Items in the last feed that was read.", perSource, nil)
	metricDropped  = prometheus.NewDesc("dateline_source_dropped_items", "Items left out of the last feed that was read, by reason; none left out is not shown.", []string{"source", "reason"}, nil)
)

// Describe tells Prometheus what Collect gives.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{metricArchiveUp, metricRevision, metricSources, metricLate, metricSuccess, metricAsked, metricFresh, metricDue, metricFailures, metricStatus, metricItems, metricDropped} {
		out <- d
	}
}

// Collect reads the state of archive and sources. A store that is away is a
// metric and no error.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	ids := *m.sources.Load()
	shown := ids[:min(len(ids), mostSourceMetrics)]
	revision, err := m.archive.Revision(ctx, "")
	var ledgers []news.Ledger
	if err == nil && len(shown) > 0 {
		ledgers, err = m.archive.Ledgers(ctx, shown...)
	}
	if err != nil {
		gauge(metricArchiveUp, 0)
		return
	}
	gauge(metricArchiveUp, 1)
	gauge(metricRevision, float64(revision))
	states := map[string]int{"ok": 0, "broken": 0, "gone": 0, "new": 0, "not_shown": len(ids) - len(shown)}
	late, now := time.Duration(0), time.Now()
	for i := range ledgers {
		p, id := &ledgers[i].Poll, string(ledgers[i].Source)
		switch {
		case p.Gone:
			states["gone"]++
		case p.Failures > 0:
			states["broken"]++
		case p.At.IsZero():
			states["new"]++
		default:
			states["ok"]++
		}
		if !p.Due.IsZero() && !p.Gone {
			late = max(late, now.Sub(p.Due))
		}
		gauge(metricSuccess, seconds(p.Success), id)
		gauge(metricAsked, seconds(p.At), id)
		gauge(metricFresh, seconds(p.Fresh), id)
		gauge(metricDue, seconds(p.Due), id)
		gauge(metricFailures, float64(p.Failures), id)
		gauge(metricStatus, float64(p.Status), id)
		gauge(metricItems, float64(p.Items), id)
		for _, r := range []struct {
			reason string
			n      int
		}{{"empty", p.Dropped.Empty}, {"excess", p.Dropped.Excess}, {"twice", p.Dropped.Twice}, {"faulty", p.Dropped.Faulty}, {"flapped", p.Dropped.Flapped}} {
			if r.n > 0 {
				gauge(metricDropped, float64(r.n), id, r.reason)
			}
		}
	}
	for state, n := range states {
		gauge(metricSources, float64(n), state)
	}
	gauge(metricLate, late.Seconds())
}

// seconds is a time as Prometheus has it.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// aside answers at the address that the metrics have for themselves: scrapes
// and whether the process lives.
func (m *metrics) aside() http.Handler {
	scrapes := m.handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics":
			scrapes.ServeHTTP(w, r)
		case "/healthz":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Content-Length", strconv.Itoa(len("ok\n")))
			_, _ = w.Write([]byte("ok\n"))
		default:
			http.NotFound(w, r)
		}
	})
}
