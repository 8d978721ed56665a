package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dateline/news"
)

// The metrics that are read at each scrape: from the store, and from what
// counts for itself.
var (
	perSource = []string{"source"}

	metricArchiveUp = prometheus.NewDesc("dateline_archive_up", "1 where the store could be read, else 0.", nil, nil)
	metricRevision  = prometheus.NewDesc("dateline_archive_revision", "The archive's revision, which each change of stories raises.", nil, nil)
	metricSources   = prometheus.NewDesc("dateline_sources", "Sources in the config, by state: ok, broken, gone, new, or not_shown beyond the first 5,000.", []string{"state"}, nil)
	metricWaiting   = prometheus.NewDesc("dateline_due_sources", "Sources that are due and were not asked yet.", nil, nil)
	metricLate      = prometheus.NewDesc("dateline_overdue_seconds", "By how much the most overdue source is late.", nil, nil)

	metricSuccess  = prometheus.NewDesc("dateline_source_last_success_timestamp_seconds", "When a poll of the source last succeeded; 0: never.", perSource, nil)
	metricAsked    = prometheus.NewDesc("dateline_source_last_poll_timestamp_seconds", "When the source was last asked; 0: never.", perSource, nil)
	metricFresh    = prometheus.NewDesc("dateline_source_last_news_timestamp_seconds", "When a poll of the source last brought news; 0: never.", perSource, nil)
	metricDue      = prometheus.NewDesc("dateline_source_next_poll_timestamp_seconds", "When the source is to be asked next; 0: at once.", perSource, nil)
	metricFailures = prometheus.NewDesc("dateline_source_failures", "Polls in a row that failed; 0: it is well.", perSource, nil)
	metricStatus   = prometheus.NewDesc("dateline_source_status", "The HTTP status of the source's last answer; 0: there was none.", perSource, nil)
	metricItems    = prometheus.NewDesc("dateline_source_items", "Items in the last feed that was read.", perSource, nil)
	metricDropped  = prometheus.NewDesc("dateline_source_dropped_items", "Items left out of the last feed that was read, by reason; none left out is not shown.", []string{"source", "reason"}, nil)

	metricCacheRequests  = prometheus.NewDesc("dateline_cache_requests_total", "Requests for documents: hit (from memory), rendered, or stale (the last good edition, because the store could not be read).", []string{"result"}, nil)
	metricCacheDocuments = prometheus.NewDesc("dateline_cache_documents", "Documents kept in memory.", nil, nil)
	metricCacheBytes     = prometheus.NewDesc("dateline_cache_bytes", "Bytes that these documents take in all codings.", nil, nil)
	metricDeliveries     = prometheus.NewDesc("dateline_hub_deliveries_total", "Deliveries to subscribers of our hub: taken, failed (tried again), or gone (the subscriber left).", []string{"result"}, nil)
	metricTracesLost     = prometheus.NewDesc("dateline_trace_spans_lost_total", "Spans that the collector did not take.", nil, nil)
)

// Describe tells Prometheus what Collect gives.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{metricArchiveUp, metricRevision, metricSources, metricWaiting, metricLate, metricSuccess, metricAsked, metricFresh, metricDue, metricFailures, metricStatus, metricItems, metricDropped,
		metricCacheRequests, metricCacheDocuments, metricCacheBytes, metricTracesLost, metricDeliveries} {
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
	if web := m.web.Load(); web != nil {
		n := web.Counts()
		for result, count := range map[string]int64{"hit": n.Hits, "rendered": n.Renders, "stale": n.Stale} {
			out <- prometheus.MustNewConstMetric(metricCacheRequests, prometheus.CounterValue, float64(count), result)
		}
		for result, count := range map[string]int64{"taken": n.Delivered, "failed": n.Undelivered, "gone": n.Departed} {
			out <- prometheus.MustNewConstMetric(metricDeliveries, prometheus.CounterValue, float64(count), result)
		}
		gauge(metricCacheDocuments, float64(n.Documents))
		gauge(metricCacheBytes, float64(n.Bytes))
	}
	if m.traces != nil {
		out <- prometheus.MustNewConstMetric(metricTracesLost, prometheus.CounterValue, float64(m.traces.lost.Load()))
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
	late, due, now := time.Duration(0), 0, time.Now()
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
			if now.After(p.Due) {
				due++
			}
		}
		gauge(metricSuccess, seconds(p.Success), id)
		gauge(metricAsked, seconds(p.At), id)
		gauge(metricFresh, seconds(p.Fresh), id)
		gauge(metricDue, seconds(p.Due), id)
		gauge(metricFailures, float64(p.Failures), id)
		gauge(metricStatus, float64(p.Status), id)
		gauge(metricItems, float64(p.Items), id)
		for _, r := range reasons(p.Dropped) {
			if r.n > 0 {
				gauge(metricDropped, float64(r.n), id, r.name)
			}
		}
	}
	for state, n := range states {
		gauge(metricSources, float64(n), state)
	}
	gauge(metricWaiting, float64(due))
	gauge(metricLate, late.Seconds())
}

// seconds is a time as Prometheus has it.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
