package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dateline/desk"
	"dateline/news"
	"dateline/publish"
)

// collector keeps the spans that were sent to it, and refuses while told to.
type collector struct {
	*httptest.Server
	spans   chan map[string]any
	refuses atomic.Bool
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{spans: make(chan map[string]any, 100)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if c.refuses.Load() || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var sent struct {
			ResourceSpans []struct {
				ScopeSpans []struct{ Spans []map[string]any }
			}
		}
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Error(err)
		}
		for _, span := range sent.ResourceSpans[0].ScopeSpans[0].Spans {
			c.spans <- span
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func TestPollsAreTraced(t *testing.T) {
	c := newCollector(t)
	tr := newTracer(c.URL+"/", slog.New(slog.DiscardHandler))
	begun := time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	tr.polled(desk.Outcome{Source: "post", Begun: begun, Took: 3 * time.Second, Items: 5, Fresh: 2, Poll: news.Poll{Status: 503, Fault: "it is down"}, Err: errors.New("x"),
		Stages: desk.Stages{Fetch: time.Second, File: 2 * time.Second}})
	tr.polled(desk.Outcome{Source: "not ours"})
	ended, end := context.WithCancel(t.Context())
	end()
	if err := tr.run(ended); err != nil {
		t.Fatal(err)
	}
	close(c.spans)
	byName := map[string]map[string]any{}
	for span := range c.spans {
		byName[span["name"].(string)] = span
	}
	if len(byName) != 4 {
		t.Fatalf("got %v", byName)
	}
	root := byName["poll"]
	if root["startTimeUnixNano"] != "1772600767000000008" || root["endTimeUnixNano"] != "1772600770000000008" || root["parentSpanId"] != nil {
		t.Errorf("poll: %v", root)
	}
	if status := root["status"].(map[string]any); status["code"] != 2.0 || status["message"] != "it is down" {
		t.Errorf("status: %v", status)
	}
	for _, name := range []string{"fetch", "edit", "file"} {
		if s := byName[name]; s["parentSpanId"] != root["spanId"] || s["traceId"] != root["traceId"] {
			t.Errorf("%s is no part of the poll: %v", name, s)
		}
	}
	if got := byName["file"]["startTimeUnixNano"]; got != byName["fetch"]["endTimeUnixNano"] {
		t.Errorf("filing began at %v", got)
	}
}

func TestReadersWhoTraceAndFaultsAreTraced(t *testing.T) {
	tr := newTracer("http://127.0.0.1:1", slog.New(slog.DiscardHandler))
	status := http.StatusOK
	answers := newAnswered(newMetrics(nil, &config{}), tr)
	web := answers.around(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	ask := func(traceparent string) {
		r := httptest.NewRequest(http.MethodGet, "/topics/x?token=secret", nil)
		r.Header.Set("traceparent", traceparent)
		web.ServeHTTP(httptest.NewRecorder(), r)
	}
	for _, quiet := range []string{"", "00-" + trace + "-" + parent + "-00", "01-" + trace + "-" + parent + "-01", "00-" + strings.ToUpper(trace) + "-" + parent + "-01",
		"00-" + strings.Repeat("0", 32) + "-" + parent + "-01", "00-" + trace + "-" + parent + "-zz"} {
		ask(quiet)
	}
	if n := len(tr.queue); n != 0 {
		t.Fatalf("%d spans of answers that nobody traces", n)
	}
	ask("00-" + trace + "-" + parent + "-01")
	if s := <-tr.queue; s.Trace != trace || s.Parent != parent || s.Kind != spanServer || strings.Contains(mustJSON(t, s), "secret") {
		t.Errorf("got %+v", s)
	}
	status = http.StatusInternalServerError
	ask("")
	if s := <-tr.queue; len(s.Trace) != 32 || s.Parent != "" || s.Status == nil || s.Status.Code != 2 {
		t.Errorf("a fault: %+v", s)
	}
	for _, took := range []time.Duration{slowAnswer / 2, slowAnswer} {
		answers.Begin()
		answers.End(publish.Answer{Method: http.MethodGet, Path: "/topics/x", Status: http.StatusOK, Begun: time.Now(), Took: took})
	}
	if s := <-tr.queue; len(tr.queue) != 0 || s.Status != nil {
		t.Errorf("of a quick and a slow answer: %+v and %d more", s, len(tr.queue))
	}
}

// A collector that is away costs spans, which are counted, and one line.
func TestTracesAreLetGo(t *testing.T) {
	c := newCollector(t)
	c.refuses.Store(true)
	var said bytes.Buffer
	tr := newTracer(c.URL, slog.New(slog.NewTextHandler(&said, nil)))
	for range 2 {
		tr.post(t.Context(), []span{{Name: "a"}, {Name: "b"}})
	}
	if n := tr.lost.Load(); n != 4 {
		t.Errorf("lost: got %d, want 4", n)
	}
	if n := strings.Count(said.String(), "does not take traces"); n != 1 {
		t.Errorf("said %d times:\n%s", n, said.String())
	}
	c.refuses.Store(false)
	tr.post(t.Context(), []span{{Name: "c"}})
	if s := <-c.spans; s["name"] != "c" {
		t.Errorf("got %v", s)
	}
	for range tracesQueued + 3 {
		tr.send(span{})
	}
	if n := tr.lost.Load(); n != 7 {
		t.Errorf("lost with a full queue: got %d, want 7", n)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
