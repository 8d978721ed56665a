package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"

	"github.com/mmcdole/gofeed"
)

// round is what one round over all feeds took.
type round struct {
	CPU       float64 // seconds, user and system
	Items     int
	Unchanged int
}

// bareWorkers is how many feeds the loop asks at a time, as the desk does.
const bareWorkers = 16

// bareLoop asks every feed of a list, reads it with gofeed and forgets it. It
// does a round for each line of in and writes what it took to out.
func bareLoop(list string, in io.Reader, out io.Writer) error {
	addresses, err := get(list)
	if err != nil {
		return err
	}
	loop := &loop{addresses: strings.Fields(string(addresses)), tags: map[string]string{}}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		before := used()
		r, err := loop.round()
		if err != nil {
			return err
		}
		r.CPU = used() - before
		if err := json.NewEncoder(out).Encode(r); err != nil {
			return err
		}
	}
	return nil
}

type loop struct {
	addresses []string

	mu   sync.Mutex // guards tags
	tags map[string]string
}

func (l *loop) round() (total round, err error) {
	next := make(chan string)
	var workers sync.WaitGroup
	var mu sync.Mutex // guards total and err
	for range bareWorkers {
		workers.Go(func() {
			for address := range next {
				items, unchanged, failed := l.poll(address)
				mu.Lock()
				total.Items += items
				if unchanged {
					total.Unchanged++
				}
				if failed != nil {
					err = failed
				}
				mu.Unlock()
			}
		})
	}
	for _, address := range l.addresses {
		next <- address
	}
	close(next)
	workers.Wait()
	return total, err
}

func (l *loop) poll(address string) (items int, unchanged bool, err error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return 0, false, err
	}
	l.mu.Lock()
	if tag := l.tags[address]; tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	l.mu.Unlock()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, false, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode == http.StatusNotModified {
		return 0, err == nil, err
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", address, err)
	}
	l.mu.Lock()
	l.tags[address] = resp.Header.Get("ETag")
	l.mu.Unlock()
	return len(feed.Items), false, nil
}

func get(address string) ([]byte, error) {
	resp, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// used is the processor time of this process so far, in seconds.
func used() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return seconds(u.Utime) + seconds(u.Stime)
}

func seconds(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
