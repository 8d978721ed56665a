package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"dateline/desk"
	"dateline/publish"
)

// tracer sends what happened to an OpenTelemetry collector: a span for each
// poll with its parts, and one for each answer to a reader who traces or had to
// wait. It speaks OTLP/HTTP with JSON (OpenTelemetry Protocol 1.x, section
// OTLP/HTTP); why not the SDK stands in docs/decisions/0101. What the collector
// does not take is counted and let go: tracing never holds up news.
type tracer struct {
	url     string
	log     *slog.Logger
	client  *http.Client
	queue   chan span
	lost    atomic.Int64
	failing atomic.Bool // said once
}

// The bounds of tracing: spans that wait, spans sent at once, how long they
// are gathered, and how long an answer must take to be one worth a span.
const (
	tracesQueued = 4096
	tracesBatch  = 512
	tracesEvery  = 2 * time.Second
	slowAnswer   = 250 * time.Millisecond
)

// newTracer makes a tracer for a collector such as http://127.0.0.1:4318.
func newTracer(endpoint string, log *slog.Logger) *tracer {
	return &tracer{
		url: strings.TrimRight(endpoint, "/") + "/v1/traces", log: log,
		client: &http.Client{Timeout: 10 * time.Second}, queue: make(chan span, tracesQueued),
	}
}

// span is one thing that took time, as OTLP has it.
type span struct {
	Trace      string      `json:"traceId"`
	ID         string      `json:"spanId"`
	Parent     string      `json:"parentSpanId,omitempty"`
	Name       string      `json:"name"`
	Kind       int         `json:"kind"` // 1 internal, 2 server, 3 client
	Start      nanoseconds `json:"startTimeUnixNano"`
	End        nanoseconds `json:"endTimeUnixNano"`
	Attributes []attribute `json:"attributes,omitempty"`
	Status     *spanStatus `json:"status,omitempty"`
}

type spanStatus struct {
	Message string `json:"message,omitempty"`
	Code    int    `json:"code"` // 2 error
}

// attribute is a key with a text or a whole number.
type attribute struct {
	Key   string         `json:"key"`
	Value map[string]any `json:"value"`
}

func textAttribute(key, value string) attribute {
	return attribute{key, map[string]any{"stringValue": value}}
}

// numberAttribute writes whole numbers as JSON texts, as OTLP wants them.
func numberAttribute(key string, n int) attribute {
	return attribute{key, map[string]any{"intValue": strconv.Itoa(n)}}
}

// nanoseconds is a time as OTLP's JSON has it: a text of decimal digits.
type nanoseconds time.Time

// MarshalJSON writes the Unix time in nanoseconds.
func (n nanoseconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatInt(time.Time(n).UnixNano(), 10)), nil
}

const (
	spanInternal = 1
	spanServer   = 2
	spanClient   = 3
)

// polled makes spans of one poll.
func (t *tracer) polled(out desk.Outcome) {
	if out.Begun.IsZero() { // it was not ours to ask
		return
	}
	root := span{Trace: randomHex(16), ID: randomHex(8), Name: "poll", Kind: spanInternal, Start: nanoseconds(out.Begun), End: nanoseconds(out.Begun.Add(out.Took)),
		Attributes: []attribute{textAttribute("dateline.source", string(out.Source)), numberAttribute("dateline.items", out.Items),
			numberAttribute("dateline.fresh", out.Fresh), numberAttribute("dateline.stories", out.Stories)}}
	if out.Err != nil {
		root.Status = &spanStatus{Code: 2, Message: out.Poll.Fault} // an error of ours may hold an address
	}
	t.send(root)
	at := out.Begun
	for _, part := range []struct {
		name string
		kind int
		took time.Duration
	}{{"fetch", spanClient, out.Stages.Fetch}, {"edit", spanInternal, out.Stages.Edit}, {"file", spanClient, out.Stages.File}} {
		end := at.Add(part.took)
		child := span{Trace: root.Trace, ID: randomHex(8), Parent: root.ID, Name: part.name, Kind: part.kind, Start: nanoseconds(at), End: nanoseconds(end)}
		if part.name == "fetch" && out.Poll.Status != 0 {
			child.Attributes = []attribute{numberAttribute("http.response.status_code", out.Poll.Status)}
		}
		t.send(child)
		at = end
	}
}

// answered makes a span of an answer to a reader who traces (W3C Trace Context,
// a sampled traceparent), and of one that is slow or failed.
func (t *tracer) answered(a publish.Answer, traceparent string) {
	trace, parent, sampled := traceParent(traceparent)
	if !sampled && a.Status < 500 && a.Took < slowAnswer {
		return
	}
	if trace == "" {
		trace = randomHex(16)
	}
	answer := span{Trace: trace, ID: randomHex(8), Parent: parent, Name: a.Method, Kind: spanServer, Start: nanoseconds(a.Begun), End: nanoseconds(a.Begun.Add(a.Took)),
		Attributes: []attribute{textAttribute("http.request.method", a.Method), textAttribute("url.path", a.Path),
			numberAttribute("http.response.status_code", a.Status)}}
	if a.Status >= 500 {
		answer.Status = &spanStatus{Code: 2}
	}
	t.send(answer)
}

// traceParent reads a traceparent header of version 00: who asked, and whether
// it is traced. What is not one is none.
func traceParent(header string) (trace, parent string, sampled bool) {
	parts := strings.Split(header, "-")
	if len(parts) != 4 || parts[0] != "00" || !lowerHex(parts[1], 16) || !lowerHex(parts[2], 8) || len(parts[3]) != 2 {
		return "", "", false
	}
	flags, err := strconv.ParseUint(parts[3], 16, 8)
	if err != nil {
		return "", "", false
	}
	return parts[1], parts[2], flags&1 == 1
}

// lowerHex reports whether s is n bytes in lower-case hexadecimal, not all zero.
func lowerHex(s string, n int) bool {
	return len(s) == 2*n && strings.Trim(s, "0123456789abcdef") == "" && strings.Trim(s, "0") != ""
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// send hands a span over, or counts it as lost where too many wait.
func (t *tracer) send(s span) {
	select {
	case t.queue <- s:
	default:
		t.lost.Add(1)
	}
}

// run sends spans until ctx ends, and then what is left.
func (t *tracer) run(ctx context.Context) error {
	tick := time.NewTicker(tracesEvery)
	defer tick.Stop()
	var batch []span
	for {
		select {
		case s := <-t.queue:
			if batch = append(batch, s); len(batch) < tracesBatch {
				continue
			}
		case <-tick.C:
		case <-ctx.Done():
			for len(t.queue) > 0 && len(batch) < tracesBatch {
				batch = append(batch, <-t.queue)
			}
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			t.post(last, batch)
			return nil
		}
		t.post(ctx, batch)
		batch = batch[:0]
	}
}

// post sends a batch. A collector that does not take it is said once, until it
// takes one again.
func (t *tracer) post(ctx context.Context, batch []span) {
	if len(batch) == 0 {
		return
	}
	err := t.deliver(ctx, batch)
	if err == nil {
		t.failing.Store(false)
		return
	}
	t.lost.Add(int64(len(batch)))
	if !t.failing.Swap(true) {
		t.log.Warn("the collector does not take traces, they are let go", "err", err)
	}
}

func (t *tracer) deliver(ctx context.Context, batch []span) error {
	body, err := json.Marshal(exportRequest(batch))
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := t.client.Do(request)
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("it answers %s", answer.Status)
	}
	return nil
}

// exportRequest is ExportTraceServiceRequest of the protocol.
func exportRequest(batch []span) any {
	type object map[string]any
	return object{"resourceSpans": []object{{
		"resource":   object{"attributes": []attribute{textAttribute("service.name", "dateline"), textAttribute("service.version", version())}},
		"scopeSpans": []object{{"scope": object{"name": "dateline"}, "spans": batch}},
	}}}
}
