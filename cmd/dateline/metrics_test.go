package main

import (
	"errors"
	"io"
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
	"dateline/store"
)

// countedHouse is a house with two sources, of which one was polled.
func countedHouse(t *testing.T) (*metrics, news.Store) {
	t.Helper()
	held, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { held.Close() })
	if err := held.Enrol(t.Context(), []news.SourceID{"a", "b"}); err != nil {
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
	c := defaultConfig()
	c.Sources = []sourceConfig{{ID: string(l.Source)}, {ID: "zz"}}
	return newMetrics(held, &c), held
}

func scrape(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestMetrics(t *testing.T) {
	m, held := countedHouse(t)
	m.polled(desk.Outcome{Source: "a", Items: 7, Fresh: 3, Stories: 2, Took: time.Second})
	m.polled(desk.Outcome{Source: "a", Items: 7, Took: time.Second})
	m.polled(desk.Outcome{Source: "b", Err: errors.New("gone"), Took: time.Second})
	m.polled(desk.Outcome{Source: "b", Err: errors.New("store"), Ours: true, Items: 5})
	web := m.around(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }), true)
	if code, _ := scrape(t, web, "/topics/x"); code != http.StatusTeapot {
		t.Errorf("the page: %d", code)
	}
	code, text := scrape(t, web, "/metrics")
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	for _, want := range []string{
		`dateline_polls_total{result="news"} 1`, `dateline_polls_total{result="nothing_new"} 1`, `dateline_polls_total{result="failed"} 1`, `dateline_polls_total{result="abandoned"} 1`,
		`dateline_items_total{kind="fresh"} 3`, `dateline_items_total{kind="known"} 11`, `dateline_stories_saved_total 2`, `dateline_poll_duration_seconds_count 4`,
		`dateline_http_request_duration_seconds_count{code="418",method="get"} 1`, `dateline_archive_up 1`, `dateline_source_items{source="a"} 7`,
		`dateline_source_dropped_items{reason="twice",source="a"} 2`, `dateline_source_last_success_timestamp_seconds{source="zz"} 0`, `dateline_sources{state="ok"} 1`, `dateline_sources{state="new"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("want %s in\n%s", want, text)
		}
	}
	if problems, err := testutil.GatherAndLint(m.registry); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
	held.Close()
	if code, text := scrape(t, m.aside(), "/metrics"); code != http.StatusOK || !strings.Contains(text, "dateline_archive_up 0\n") || strings.Contains(text, "dateline_source_items") {
		t.Errorf("without a store: %d %s", code, text)
	}
	if code, _ := scrape(t, m.aside(), "/topics/x"); code != http.StatusNotFound {
		t.Errorf("a page beside the metrics: %d", code)
	}
}

// Everything that dashboards and alerts name is there, and everything that is
// there is in the documents.
func TestMetricNamesAreDocumented(t *testing.T) {
	m, _ := countedHouse(t)
	m.answers.WithLabelValues("200", "get").Observe(1)
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
