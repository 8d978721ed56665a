package main

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"dateline/desk"
	"dateline/news"
)

// countedHouse is a house with two sources, of which one was polled, and a
// topic.
func countedHouse(t *testing.T) *house {
	t.Helper()
	c, err := readConfig([]byte(`
site: {url: "http://desk.example"}
access: {admin_token: editors-token-0123456789}
traces: http://127.0.0.1:1
sources: [{id: a, feed: "https://a.example/"}, {id: zz, feed: "https://zz.example/"}]
topics: [{id: korea, any: [{country: KR}]}, {id: closed-matter, token: readers-token-0123456789, any: [{country: KP}]}]
`), filepath.Join(t.TempDir(), "dateline.yaml"), noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), c, slog.New(slog.DiscardHandler), role{fetch: true, web: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	held := h.store
	if err := held.Enrol(t.Context(), []news.SourceID{"a"}); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	claimed, err := held.Claim(t.Context(), now, time.Minute, 1)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	l := claimed[0]
	l.Poll = news.Poll{At: now, Success: now, Due: now.Add(-time.Minute), Status: 200, Items: 7, Dropped: news.Dropped{Twice: 2}}
	if _, err := held.Commit(t.Context(), news.Intake{Ledger: l, At: now}); err != nil {
		t.Fatal(err)
	}
	return h
}

func scrape(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestMetrics(t *testing.T) {
	h := countedHouse(t)
	m := h.metrics
	m.polled(desk.Outcome{Source: "a", Items: 7, Fresh: 3, Changed: 1, Stories: 2, Took: time.Second, Stages: desk.Stages{Fetch: time.Second / 2},
		Dropped: news.Dropped{Empty: 4}, Topics: map[news.TopicID]int{"korea": 2, "unheard-of": 1, "closed-matter": 4}})
	m.polled(desk.Outcome{Source: "a", Items: 7, Took: time.Second})
	m.polled(desk.Outcome{Source: "b", Err: errors.New("gone"), Took: time.Second})
	m.polled(desk.Outcome{Source: "b", Err: errors.New("store"), Ours: true, Items: 5})
	if _, err := h.store.Commit(t.Context(), news.Intake{Ledger: news.Ledger{Source: "a", Lease: 999}}); !errors.Is(err, news.ErrLost) {
		t.Errorf("a commit without a lease: %v", err)
	}
	web := h.front()
	if code, _ := scrape(t, web, "/topics/x"); code != http.StatusNotFound {
		t.Errorf("the page: %d", code)
	}
	for range 2 {
		if code, _ := scrape(t, web, "/topics/korea.json"); code != http.StatusOK {
			t.Errorf("the feed: %d", code)
		}
	}
	code, text := scrape(t, web, "/metrics")
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	for _, want := range []string{
		`dateline_polls_total{result="news"} 1`, `dateline_polls_total{result="nothing_new"} 1`, `dateline_polls_total{result="failed"} 1`, `dateline_polls_total{result="abandoned"} 1`,
		`dateline_items_total{kind="fresh"} 2`, `dateline_items_total{kind="changed"} 1`, `dateline_items_total{kind="known"} 11`, `dateline_items_dropped_total{reason="empty"} 4`,
		`dateline_topic_articles_total{topic="korea"} 2`, `dateline_topic_articles_total{topic="not_shown"} 1`, `dateline_topic_articles_total{topic="private"} 4`, `dateline_poll_stage_duration_seconds_sum{stage="fetch"} 0.5`,
		`dateline_store_operation_duration_seconds_count{operation="claim"} 1`, `dateline_store_conflicts_total{kind="lost"} 1`, `dateline_store_errors_total{operation="commit"} 0`,
		`dateline_cache_requests_total{result="rendered"} 1`, `dateline_cache_requests_total{result="hit"} 1`, `dateline_cache_documents 1`, `dateline_due_sources 1`, `dateline_stories_saved_total 2`, `dateline_poll_duration_seconds_count 4`,
		`dateline_http_request_duration_seconds_count{code="404",method="get"} 1`, `dateline_archive_up 1`, `dateline_source_items{source="a"} 7`,
		`dateline_source_dropped_items{reason="twice",source="a"} 2`, `dateline_source_last_success_timestamp_seconds{source="zz"} 0`, `dateline_sources{state="ok"} 1`, `dateline_sources{state="new"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("want %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "closed-matter") {
		t.Error("a private topic is named to those who scrape")
	}
	if problems, err := testutil.GatherAndLint(m.registry); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
	if code, said := scrape(t, h.aside(), "/readyz"); code != http.StatusOK {
		t.Errorf("ready: %d %s", code, said)
	}
	h.store.Close()
	if code, said := scrape(t, h.aside(), "/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("ready without a store: %d %s", code, said)
	}
	if code, text := scrape(t, h.aside(), "/metrics"); code != http.StatusOK || !strings.Contains(text, "dateline_archive_up 0\n") || strings.Contains(text, "dateline_source_items") || !strings.Contains(text, `dateline_store_errors_total{operation="revision"} 1`) {
		t.Errorf("without a store: %d %s", code, text)
	}
	if code, _ := scrape(t, h.aside(), "/topics/x"); code != http.StatusNotFound {
		t.Errorf("a page beside the metrics: %d", code)
	}
}

// The table of docs/metrics.md has the labels that each metric has, and tells
// all values of those that have a few.
func TestMetricLabelsAreDocumented(t *testing.T) {
	h := countedHouse(t)
	h.metrics.answers.WithLabelValues("200", "get").Observe(1)
	h.metrics.polled(desk.Outcome{Source: "a", Items: 1, Fresh: 1, Topics: map[news.TopicID]int{"korea": 1}})
	doc, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{} // labels and words
	name, quoted := regexp.MustCompile("`(dateline_[a-z_]+)`"), regexp.MustCompile("`([a-z_]+)`")
	for _, row := range regexp.MustCompile(`(?m)^\|(.*?)\|(.*?)\|(.*)\|$`).FindAllStringSubmatch(string(doc), -1) {
		for _, n := range name.FindAllStringSubmatch(row[1], -1) {
			rows[n[1]] = row[2:]
		}
	}
	families, err := h.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	valuesTold := 0
	for _, f := range families {
		row, known := rows[f.GetName()]
		if !strings.HasPrefix(f.GetName(), "dateline_") || !known {
			continue // TestMetricNamesAreDocumented misses it
		}
		has := map[string]bool{}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				has[l.GetName()] = true
				if !slices.Contains([]string{"result", "kind", "reason", "stage", "state"}, l.GetName()) {
					continue
				}
				if valuesTold++; !strings.Contains(row[1], "`"+l.GetValue()+"`") {
					t.Errorf("docs/metrics.md does not tell of %s{%s=%q}", f.GetName(), l.GetName(), l.GetValue())
				}
			}
		}
		said := map[string]bool{}
		for _, l := range quoted.FindAllStringSubmatch(row[0], -1) {
			said[l[1]] = true
		}
		if !maps.Equal(has, said) {
			t.Errorf("docs/metrics.md gives %s the labels %v, it has %v", f.GetName(), said, has)
		}
	}
	if valuesTold < 20 {
		t.Errorf("only %d values were met", valuesTold)
	}
}

// Everything that dashboards and alerts name is there, and everything that is
// there is in the documents.
func TestMetricNamesAreDocumented(t *testing.T) {
	m := countedHouse(t).metrics
	m.answers.WithLabelValues("200", "get").Observe(1)
	m.polled(desk.Outcome{})
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "dateline_") {
			names = append(names, f.GetName())
		}
	}
	if len(names) < 15 {
		t.Fatalf("only %v", names)
	}
	doc, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.Contains(string(doc), "`"+name) {
			t.Errorf("docs/metrics.md does not name %s", name)
		}
	}
	used := regexp.MustCompile(`dateline_[a-z_]+`)
	for _, file := range []string{"../../docs/metrics.md", "../../deploy/prometheus/alerts.yaml", "../../deploy/grafana/dateline.json"} {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		found := used.FindAllString(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s names no metric", file)
		}
		for _, name := range found {
			base := name
			for _, end := range []string{"_bucket", "_count", "_sum"} {
				base = strings.TrimSuffix(base, end)
			}
			if !slices.Contains(names, base) && !slices.Contains(names, name) {
				t.Errorf("%s names %s, which there is not", file, name)
			}
		}
	}
}
