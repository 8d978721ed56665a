package publish

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"dateline/news"
)

// health is one source as the sources page and /api/sources show it. It holds
// nothing that an outlet or the config keeps secret.
type health struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Feed     string   `json:"feed"`
	Home     string   `json:"home,omitempty"`
	Lang     string   `json:"language,omitempty"`
	Rights   string   `json:"rights"`
	Interval string   `json:"interval,omitempty"`
	State    string   `json:"state"` // ok, broken, gone or new
	Fault    string   `json:"fault,omitempty"`
	Since    string   `json:"broken_since,omitempty"`
	Failures int      `json:"failures"`
	Status   int      `json:"status,omitempty"`
	Asked    string   `json:"last_poll,omitempty"`
	Success  string   `json:"last_success,omitempty"`
	Fresh    string   `json:"last_news,omitempty"`
	Due      string   `json:"next_fetch,omitempty"`
	Format   string   `json:"format,omitempty"`
	Items    int      `json:"items"`
	Repairs  []string `json:"repairs,omitempty"`
	Dropped  []string `json:"dropped,omitempty"`
	Moved    string   `json:"moved_to,omitempty"`
}

// healths reads how all sources are, the broken ones first, and what is
// remembered of them.
func (p press) healths(ctx context.Context) ([]health, map[news.SourceID]*news.Ledger, error) {
	ids := make([]news.SourceID, len(p.head.Sources))
	for i := range p.head.Sources {
		ids[i] = p.head.Sources[i].ID
	}
	if len(ids) == 0 {
		return []health{}, nil, nil
	}
	ledgers, err := p.archive.Ledgers(ctx, ids...)
	if err != nil {
		return nil, nil, fmt.Errorf("read ledgers: %w", err)
	}
	known := make(map[news.SourceID]*news.Ledger, len(ledgers))
	for i := range ledgers {
		known[ledgers[i].Source] = &ledgers[i]
	}
	var bad, good []health
	for i := range p.head.Sources {
		poll := &news.Poll{}
		if ledger := known[ids[i]]; ledger != nil {
			poll = &ledger.Poll
		}
		if h := p.head.health(&p.head.Sources[i], poll); h.State == "broken" || h.State == "gone" {
			bad = append(bad, h)
		} else {
			good = append(good, h)
		}
	}
	return append(bad, good...), known, nil
}

func (h *masthead) health(src *news.Source, poll *news.Poll) health {
	out := health{
		ID: string(src.ID), Title: line(orElse(src.Title, orElse(poll.Title, string(src.ID)))),
		Feed: legal(masked(src.Feed)), Home: orElse(address(src.Home), address(poll.Home)), Lang: langTag(src.Lang), Rights: src.Rights.String(),
		State: state(poll), Fault: unsecret(line(poll.Fault), src), Failures: poll.Failures, Status: poll.Status,
		Asked: when(poll.At), Success: when(poll.Success), Fresh: when(poll.Fresh), Due: when(poll.Due), Since: when(poll.Since),
		Format: line(poll.Format), Items: poll.Items, Dropped: droppedWords(poll.Dropped),
	}
	if h.Interval != nil {
		out.Interval = line(h.Interval(src.ID))
	}
	if out.State == "gone" {
		out.Due, out.Interval = "", ""
		out.Fault = orElse(out.Fault, "The outlet says that this feed is gone for good; it is not asked again until its address is changed in the config.")
	}
	for _, r := range poll.Repairs {
		out.Repairs = append(out.Repairs, unsecret(line(r), src))
	}
	if poll.Address != "" && poll.Address != src.Feed {
		out.Moved = legal(masked(poll.Address))
	}
	return out
}

func state(p *news.Poll) string {
	switch {
	case p.Gone:
		return "gone"
	case p.Failures > 0:
		return "broken"
	case p.At.IsZero():
		return "new"
	}
	return "ok"
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return rfc3339(t)
}

// droppedWords says what was left out of a feed, and why.
func droppedWords(d news.Dropped) []string {
	var words []string
	for _, r := range []struct {
		n   int
		why string
	}{
		{d.Empty, "with neither title nor text"},
		{d.Excess, "beyond the limit of items of one feed"},
		{d.Twice, "listed twice"},
		{d.Faulty, "unreadable"},
		{d.Flapped, "changing back and forth"},
	} {
		if r.n > 0 {
			words = append(words, strconv.Itoa(r.n)+" "+r.why)
		}
	}
	return words
}

// apiSources lists every source and how it is.
func (p press) apiSources(ctx context.Context) (document, error) {
	all, _, err := p.healths(ctx)
	if err != nil {
		return document{}, err
	}
	return apiDocument(map[string]any{"sources": all})
}
