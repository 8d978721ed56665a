package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dateline/news"
	"dateline/store"
)

// SourceRequestsCmd shows what was asked of a source.
type SourceRequestsCmd struct {
	configFlag
	ID   string `arg:"" help:"The source's ID in the config."`
	JSON bool   `name:"json" help:"Print as JSON."`
}

// Help is shown under the flags.
func (SourceRequestsCmd) Help() string {
	return "Example: dateline source requests sindonews-intl\nNewest first. Credentials are not remembered, and the values of a query are masked."
}

// requestLine is a request as programs read it.
type requestLine struct {
	At      time.Time `json:"at"`
	Address string    `json:"address"`
	Sent    []string  `json:"sent,omitempty"`
	Status  int       `json:"status"`
	Got     []string  `json:"got,omitempty"`
	Bytes   int       `json:"bytes"`
	Items   int       `json:"items"`
	Seconds float64   `json:"seconds"`
	Fault   string    `json:"fault,omitempty"`
}

// Run prints the last requests, newest first, and when the next one comes.
func (s *SourceRequestsCmd) Run(ctx context.Context, std stdio) error {
	c, err := s.load()
	if err != nil {
		return err
	}
	r, err := c.roster()
	if err != nil {
		return err
	}
	id := news.SourceID(s.ID)
	if _, ok := r.Schedules[id]; !ok {
		return fmt.Errorf("the config has no source %q", s.ID)
	}
	held, err := store.Open(ctx, c.storeAddress(), store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer held.Close()
	ledgers, err := held.Ledgers(ctx, id)
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	p := ledgers[0].Poll
	next, why := nextPoll(r, id, ledgers[0]), whyThen(p)
	lines := []requestLine{}
	for _, q := range p.Requests {
		lines = append(lines, requestLine{q.At, mask(firstOf(q.Address, p.Feed)), q.Sent, q.Status, q.Got, q.Length, q.Items, q.Took.Seconds(), q.Fault})
	}
	if s.JSON {
		return json.NewEncoder(std.Out).Encode(map[string]any{"source": id, "next": next, "why": why, "requests": lines})
	}
	fmt.Fprintf(std.Out, "%s: next request %s: %s\n", id, moment(next), why)
	for _, q := range lines {
		fmt.Fprintf(std.Out, "%s  %s  %s  %d bytes, %d items, %.3f s\n", moment(q.At), statusWord(q.Status), printable(q.Address), q.Bytes, q.Items, q.Seconds)
		for _, x := range []struct{ word, text string }{{"sent", strings.Join(q.Sent, "; ")}, {"got", strings.Join(q.Got, "; ")}, {"fault", q.Fault}} {
			if x.text != "" {
				fmt.Fprintf(std.Out, "  %-6s %s\n", x.word, printable(x.text))
			}
		}
	}
	return nil
}

func statusWord(status int) string {
	if status == 0 {
		return "no answer"
	}
	return fmt.Sprint(status)
}

// whyThen says what decided when a source is asked next.
func whyThen(p news.Poll) string {
	switch {
	case p.Gone:
		return "the outlet says it is gone for good; it is asked again when the config names another address"
	case p.At.IsZero():
		return "it was not asked yet"
	case p.NotBefore.After(p.At) && p.Failures > 0:
		return "the server asked to be left alone until " + moment(p.NotBefore)
	case p.Failures > 0:
		return fmt.Sprintf("it failed %d times in a row, and is asked less often for each", p.Failures)
	case p.NotBefore.After(p.At):
		return "its schedule, and the server names " + moment(p.NotBefore) + " as the earliest time"
	default:
		return "its schedule"
	}
}
