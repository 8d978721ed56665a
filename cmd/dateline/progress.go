package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress is a line that shows a person how far a long command is. It is
// written over again and gone at the end, so that only the outcome stays. Where
// nobody looks it writes nothing.
type progress struct {
	out  io.Writer // nil: nobody looks
	what string

	mu    sync.Mutex // guards what follows
	done  int
	of    int // 0: unknown
	shown time.Time
}

// progressEvery is how often the line is written at most.
const progressEvery = 100 * time.Millisecond

// newProgress begins to show something of which there are so many, or 0 where
// that is not known.
func newProgress(std stdio, what string, of int) *progress {
	p := &progress{what: what, of: of}
	if std.Terminal {
		p.out = std.Err
	}
	return p
}

// step counts n more. It may be called from several goroutines.
func (p *progress) step(n int) {
	if p.out == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if now := time.Now(); now.Sub(p.shown) >= progressEvery {
		p.shown = now
		fmt.Fprintf(p.out, "\r\x1b[K%s", p.line())
	}
}

func (p *progress) line() string {
	if p.of > 0 {
		return fmt.Sprintf("%d of %d %s", p.done, p.of, p.what)
	}
	return fmt.Sprintf("%d %s", p.done, p.what)
}

// end takes the line away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out != nil && !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	p.out = nil
}
