package main

import (
	"fmt"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// handler answers scrapes.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, EnableOpenMetrics: true, MaxRequestsInFlight: 2, Timeout: 20 * time.Second})
}

// front is the public side: what readers are answered, counted and traced,
// beside what those who run the desk ask for.
func (h *house) front() http.Handler {
	web := h.answered.around(h.handler())
	beside, scrapes := h.config.Metrics == "", h.metrics.handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case beside && reads && r.URL.Path == "/metrics":
			scrapes.ServeHTTP(w, r)
		case reads && r.URL.Path == "/healthz" && h.stalled() != "":
			plainAnswer(w, http.StatusServiceUnavailable, h.stalled())
		case reads && r.URL.Path == "/readyz" && h.hindered() != "":
			plainAnswer(w, http.StatusServiceUnavailable, h.hindered())
		default:
			web.ServeHTTP(w, r)
		}
	})
}

// aside answers at the address that the metrics have for themselves: scrapes,
// whether the process lives, and whether it can do its work.
func (h *house) aside() http.Handler {
	scrapes := h.metrics.handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metrics":
			scrapes.ServeHTTP(w, r)
		case "/healthz":
			if said := h.stalled(); said != "" {
				plainAnswer(w, http.StatusServiceUnavailable, said)
				return
			}
			plainAnswer(w, http.StatusOK, "ok\n")
		case "/readyz":
			if _, err := h.store.Revision(r.Context(), ""); err != nil {
				plainAnswer(w, http.StatusServiceUnavailable, "The store cannot be read.\n")
				return
			}
			if said := h.hindered(); said != "" {
				plainAnswer(w, http.StatusServiceUnavailable, said)
				return
			}
			plainAnswer(w, http.StatusOK, "ready\n")
		default:
			http.NotFound(w, r)
		}
	})
}

// stalledAfter is how long a desk may go without looking for due sources. A
// poll is over within three minutes.
const stalledAfter = 5 * time.Minute

// stalled says that the desk stands still, which only a fault of the program
// can bring about: it is to be started anew. Empty: it does not.
func (h *house) stalled() string {
	beat := h.beat()
	if !h.role.fetch || beat.IsZero() || time.Since(beat) < stalledAfter {
		return ""
	}
	return fmt.Sprintf("The desk has not looked for due sources since %s.\n", beat.UTC().Format(time.RFC3339))
}

// hindered says that the store takes nothing, as one does whose disk is full:
// readers are served, and fetching goes on by itself. Empty: it does.
func (h *house) hindered() string {
	since := h.refused()
	if since.IsZero() {
		return ""
	}
	return fmt.Sprintf("The store has taken nothing since %s; what was published is still served, and fetching goes on by itself.\n", since.UTC().Format(time.RFC3339))
}

func plainAnswer(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(words)) // a client that has gone is no fault
}

// profile answers what go tool pprof asks for.
func profile(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "private, no-store")
	switch _, name, _ := strings.Cut(r.URL.Path, "/debug/pprof/"); name {
	case "cmdline": // it may hold what is nobody's business
		http.NotFound(w, r)
	case "profile":
		pprof.Profile(w, r)
	case "symbol":
		pprof.Symbol(w, r)
	case "trace":
		pprof.Trace(w, r)
	default:
		pprof.Index(w, r)
	}
}
