package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"dateline/fetcher"
	"dateline/news"
	"dateline/normalize"
	"dateline/store"
)

// SourceListCmd lists the sources.
type SourceListCmd struct {
	configFlag
	JSON bool `name:"json" help:"Print as JSON."`
}

// Help is shown under the flags.
func (SourceListCmd) Help() string { return "Example: dateline source list -c dateline.yaml" }

// Run prints a line for each source: state, last success, next poll, fault.
func (s *SourceListCmd) Run(ctx context.Context, std stdio) error {
	c, err := s.load()
	if err != nil {
		return err
	}
	r, err := c.roster()
	if err != nil {
		return err
	}
	held, err := store.Open(ctx, c.storeAddress(), store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer held.Close()
	ids := make([]news.SourceID, len(r.Sources))
	for i := range r.Sources {
		ids[i] = r.Sources[i].ID
	}
	ledgers, err := held.Ledgers(ctx, ids...)
	if err != nil {
		return fmt.Errorf("read the ledgers: %w", err)
	}
	type row struct {
		ID      news.SourceID `json:"id"`
		Feed    string        `json:"feed"`
		Success time.Time     `json:"success,omitzero"`
		Next    time.Time     `json:"next"`
		Since   time.Time     `json:"failing_since,omitzero"`
		Fault   string        `json:"fault,omitempty"`
		Items   int           `json:"items"`
	}
	rows := []row{}
	for i, l := range ledgers {
		rows = append(rows, row{ids[i], mask(r.Sources[i].Feed), l.Poll.Success, nextPoll(r, ids[i], l), l.Poll.Since, l.Poll.Fault, l.Poll.Items})
	}
	if s.JSON {
		return json.NewEncoder(std.Out).Encode(rows)
	}
	for _, x := range rows {
		state := "well since " + moment(x.Success)
		switch {
		case x.Fault != "":
			state = "failing since " + moment(x.Since) + ": " + x.Fault
		case x.Success.IsZero():
			state = "not asked yet"
		}
		fmt.Fprintf(std.Out, "%-28s next %s  %d items  %s\n", x.ID, moment(x.Next), x.Items, state)
	}
	return nil
}

// moment is a time as a person reads it in a list.
func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// SourceTestCmd asks one source.
type SourceTestCmd struct {
	configFlag
	ID   string `arg:"" help:"The source's ID in the config, or the address of a feed."`
	JSON bool   `name:"json" help:"Print the items as JSON."`
}

// Help is shown under the flags.
func (SourceTestCmd) Help() string {
	return "Example: dateline source test sindonews-intl\n         dateline source test https://news.example.org/rss"
}

// Run fetches a feed and prints what it sends.
func (s *SourceTestCmd) Run(ctx context.Context, std stdio) error {
	c, src, err := s.find()
	if err != nil {
		return err
	}
	f, err := fetcher.New(c.fetcherOptions())
	if err != nil {
		return err
	}
	defer f.Close()
	reply, err := f.Fetch(ctx, src, news.Poll{}, time.Now())
	if err != nil {
		return fmt.Errorf("%s: %w", src.ID, err)
	}
	if s.JSON {
		return json.NewEncoder(std.Out).Encode(reply.Items)
	}
	p := reply.Poll
	fmt.Fprintf(std.Out, "%s: %q, %s, %d items, status %d\n", src.ID, p.Title, p.Format, p.Items, p.Status)
	for _, said := range p.Repairs {
		fmt.Fprintf(std.Out, "  repaired: %s\n", said)
	}
	if n := p.Dropped.Total(); n > 0 {
		fmt.Fprintf(std.Out, "  left out: %d items\n", n)
	}
	for i := range reply.Items[:min(len(reply.Items), 5)] {
		a := normalize.Article(src, &reply.Items[i], nil, time.Now())
		fmt.Fprintf(std.Out, "  %s  %s\n    %s\n", moment(a.Published), a.Headline, a.Link)
	}
	return nil
}

// find is a source of the config, or one made up around an address.
func (s *SourceTestCmd) find() (*config, news.Source, error) {
	if strings.Contains(s.ID, "://") {
		c, err := loadConfig(s.File, os.LookupEnv)
		if err != nil {
			fallback := defaultConfig()
			c = &fallback
		}
		if err := checkFeed(s.ID); err != nil {
			return nil, news.Source{}, err
		}
		return c, news.Source{ID: "test", Feed: s.ID, Rights: news.RightsFull}, nil
	}
	c, err := s.load()
	if err != nil {
		return nil, news.Source{}, err
	}
	for i := range c.Sources {
		if c.Sources[i].ID == s.ID {
			return c, c.source(&c.Sources[i]), nil
		}
	}
	return nil, news.Source{}, fmt.Errorf("the config has no source %q", s.ID)
}

// freeID makes an ID of a title that no other source has.
func freeID(taken map[string]bool, title string) string {
	var b strings.Builder
	for _, r := range news.Fold(title) {
		switch {
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	id := strings.Trim(b.String(), "-")
	if id = id[:min(len(id), 48)]; id == "" {
		id = "source"
	}
	id = strings.Trim(id, "-")
	free := id
	for n := 2; taken[free]; n++ {
		free = fmt.Sprintf("%s-%d", id, n)
	}
	taken[free] = true
	return free
}
