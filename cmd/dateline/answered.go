package main

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dateline/publish"
)

// answered counts and traces what readers are answered, by the kiosk or by a
// handler.
type answered struct {
	inFlight prometheus.Gauge
	took     *prometheus.HistogramVec
	common   map[common]prometheus.Observer // of took, looked up beforehand
	traces   *tracer                        // nil: there is no collector
}

// common is what most answers are.
type common struct {
	method string
	status int
}

func newAnswered(m *metrics, traces *tracer) *answered {
	a := &answered{inFlight: m.inFlight, took: m.answers, traces: traces, common: map[common]prometheus.Observer{}}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, status := range []int{http.StatusOK, http.StatusNotModified} {
			a.common[common{method, status}] = a.took.WithLabelValues(strconv.Itoa(status), methodLabel(method))
		}
	}
	return a
}

// kiosk stands before the listener of readers.
func (h *house) kiosk(l net.Listener, server *http.Server) *publish.Kiosk {
	return publish.NewKiosk(h.web, l, server, h.answered)
}

// Begin implements publish.Meter.
func (a *answered) Begin() { a.inFlight.Inc() }

// End implements publish.Meter.
func (a *answered) End(answer publish.Answer) {
	a.inFlight.Dec()
	if answer.Status != 0 { // else it is answered elsewhere
		a.note(answer, "")
	}
}

// around counts and traces the answers of a handler.
func (a *answered) around(web http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.inFlight.Inc()
		defer a.inFlight.Dec()
		noted := &statusNoter{ResponseWriter: w, status: http.StatusOK}
		answer := publish.Answer{Method: r.Method, Path: r.URL.Path, Begun: time.Now()}
		web.ServeHTTP(noted, r)
		answer.Status, answer.Took = noted.status, time.Since(answer.Begun)
		a.note(answer, r.Header.Get("traceparent"))
	})
}

func (a *answered) note(answer publish.Answer, traceparent string) {
	observer := a.common[common{answer.Method, answer.Status}]
	if observer == nil {
		observer = a.took.WithLabelValues(strconv.Itoa(answer.Status), methodLabel(answer.Method))
	}
	observer.Observe(answer.Took.Seconds())
	if a.traces != nil {
		a.traces.answered(answer, traceparent)
	}
}

// methodLabel is the label of a method. Readers can send any; those that HTTP
// has none of share one.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return strings.ToLower(method)
	}
	return "unknown"
}

// statusNoter notes the status of an answer.
type statusNoter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (n *statusNoter) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is below.
func (n *statusNoter) Unwrap() http.ResponseWriter { return n.ResponseWriter }
