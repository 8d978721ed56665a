package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// The readers of the latency part: each asks in its own beat, whatever became of
// the request before, so that a server that stands still is not spared.
const (
	latencyReaders = 4
	latencyBeat    = 20 * time.Millisecond
)

// latency shows how long readers wait for a feed while all feeds are polled for
// the first time, and how long they do once all have been.
func latency(ctx context.Context, o options, dir string, t *table) error {
	w, err := startWorld(ctx, "-feeds", fmt.Sprint(o.feeds))
	if err != nil {
		return err
	}
	defer w.stop()
	h, err := newHouse(ctx, o.dateline, dir, w, "dateline.db")
	if err != nil {
		return err
	}
	if err := warm(ctx, w); err != nil {
		return err
	}
	s, polled, err := h.watched(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	feed := s.address + "/topics/russia-north-korea.atom"
	began := time.Now()
	busy, err := readWhile(ctx, feed, func() bool { return polled.Load() < int64(len(h.feeds)) })
	if err != nil {
		return err
	}
	took := time.Since(began)
	until := time.Now().Add(5 * time.Second)
	quiet, err := readWhile(ctx, feed, func() bool { return time.Now().Before(until) })
	if err != nil {
		return err
	}
	t.add(line{what: fmt.Sprintf("a request while %d feeds are polled, p99", len(h.feeds)), got: milliseconds(at(busy, 0.99)), bar: 20, most: true, format: "%.1f ms",
		detail: fmt.Sprintf("p50 %.1f, p90 %.1f, most %.1f ms of %d in %.1f s; idle p50 %.1f, p99 %.1f ms", milliseconds(at(busy, 0.5)), milliseconds(at(busy, 0.9)), milliseconds(at(busy, 1)), len(busy),
			took.Seconds(), milliseconds(at(quiet, 0.5)), milliseconds(at(quiet, 0.99)))})
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / 1e6 }

// at is the part of the waits, from 0 to 1, that was not longer.
func at(waits []time.Duration, part float64) time.Duration {
	if len(waits) == 0 {
		return 0
	}
	return waits[min(int(part*float64(len(waits))), len(waits)-1)]
}

// readWhile reads a feed as long as more says so, and returns how long each
// answer took, counted from when it should have been asked for, in order of
// length.
func readWhile(ctx context.Context, feed string, more func() bool) ([]time.Duration, error) {
	var mu sync.Mutex // guards waits and fault
	var waits []time.Duration
	var fault error
	var readers sync.WaitGroup
	for n := range latencyReaders {
		readers.Go(func() {
			transport := &http.Transport{DisableCompression: true}
			defer transport.CloseIdleConnections()
			due := time.Now().Add(latencyBeat * time.Duration(n) / latencyReaders)
			for ; more() && ctx.Err() == nil; due = due.Add(latencyBeat) {
				time.Sleep(time.Until(due))
				err := readOnce(ctx, transport, feed)
				mu.Lock()
				waits, fault = append(waits, time.Since(due)), errors.Join(fault, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	readers.Wait()
	slices.Sort(waits)
	return waits, errors.Join(fault, ctx.Err())
}

func readOnce(ctx context.Context, transport *http.Transport, feed string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, feed, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", feed, res.Status)
	}
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// watched runs the server and counts its polls. It returns as soon as the
// server answers.
func (h *house) watched(ctx context.Context) (*server, *atomic.Int64, error) {
	cmd := exec.CommandContext(ctx, h.dateline, "serve", "-c", h.config)
	log, err := cmd.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	polled := new(atomic.Int64)
	go func() { // until the process ends
		lines := bufio.NewScanner(log)
		for lines.Scan() {
			if bytes.Contains(lines.Bytes(), []byte(`"polled"`)) {
				polled.Add(1)
			}
		}
	}()
	s := &server{"http://" + h.listen, cmd}
	for range 3000 {
		if _, err := get(s.address + "/healthz"); err == nil {
			return s, polled, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.stop()
	return nil, nil, errors.New("the server does not answer")
}
