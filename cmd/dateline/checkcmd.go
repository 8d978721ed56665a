package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"dateline/desk"
	"dateline/news"
)

// CheckCmd checks the config.
type CheckCmd struct {
	configFlag
	JSON bool `name:"json" help:"Print the next polls as JSON."`
}

// Help is shown under the flags.
func (CheckCmd) Help() string {
	return "Example: dateline check -c dateline.yaml\nExits 2 where something is wrong, with a line for each fault: file:line:column: what."
}

// Run prints the next three polls of each source, or every fault.
func (k *CheckCmd) Run(std stdio) error {
	c, err := k.load()
	if err != nil {
		return err
	}
	r, err := c.roster()
	if err != nil {
		return err
	}
	type polls struct {
		Source   news.SourceID `json:"source"`
		Schedule string        `json:"schedule"`
		Next     []time.Time   `json:"next"`
	}
	now := time.Now().UTC()
	list := []polls{}
	for _, src := range r.Sources {
		p := polls{Source: src.ID, Schedule: src.Schedule}
		for at := now; len(p.Next) < 3; {
			at = r.Schedules[src.ID].Next(at)
			p.Next = append(p.Next, at.Truncate(time.Second))
		}
		list = append(list, p)
	}
	if k.JSON {
		return json.NewEncoder(std.Out).Encode(list)
	}
	fmt.Fprintf(std.Out, "%s is good: %d sources, %d topics, %d concepts\n", c.file, len(r.Sources), len(r.Topics), len(c.Concepts))
	for _, p := range list {
		fmt.Fprintf(std.Out, "  %-28s %-16s", p.Source, p.Schedule)
		for _, at := range p.Next {
			fmt.Fprintf(std.Out, "  %s", at.Format("02 Jan 15:04:05"))
		}
		fmt.Fprintln(std.Out, " UTC")
	}
	return nil
}

// ConfigCmd shows the config as it takes effect.
type ConfigCmd struct{ configFlag }

// Help is shown under the flags.
func (ConfigCmd) Help() string {
	return "Example: DATELINE_STORE=redis://redis:6379 dateline config show -c dateline.yaml"
}

// Run prints the settings with secrets masked, and where each can be set.
func (k *ConfigCmd) Run(std stdio) error {
	c, err := k.load()
	if err != nil {
		return err
	}
	for _, s := range settings {
		value := s.Get(c)
		if s.Secret {
			value = mask(value)
		}
		fmt.Fprintf(std.Out, "%-28s %s\n", "DATELINE_"+s.Name, value)
	}
	fmt.Fprintf(std.Out, "%-28s %s, %s, %s\n", "keep (articles, stories, ledgers)", c.Keep.Articles, c.Keep.Stories, c.Keep.Ledgers)
	for i := range c.Sources {
		src := c.source(&c.Sources[i])
		fmt.Fprintf(std.Out, "source %s: feed %s, schedule %q, rights %s, fulltext %t%s\n",
			src.ID, mask(src.Feed), src.Schedule, src.Rights, src.FullText, accessWords(src.Access))
	}
	for i := range c.Topics {
		fmt.Fprintf(std.Out, "topic %s: %s\n", c.Topics[i].ID, c.Topics[i].Title)
	}
	return nil
}

func accessWords(a news.Access) string {
	var words []string
	for name, set := range map[string]bool{"user_agent": a.UserAgent != "", "headers": len(a.Headers) > 0, "cookie": a.Cookie != "",
		"username and password": a.Username != "", "proxy": a.Proxy != "", "allow": len(a.Allow) > 0} {
		if set {
			words = append(words, name)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return ", with " + strings.Join(words, ", ")
}

// mask hides the password and the query values of an address.
func mask(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "***"
	}
	if _, ok := u.User.Password(); ok {
		u.User = url.UserPassword(u.User.Username(), "***")
	}
	if u.RawQuery != "" {
		query := u.Query()
		for name := range query {
			query.Set(name, "***")
		}
		u.RawQuery = query.Encode()
	}
	return strings.ReplaceAll(u.String(), "%2A%2A%2A", "***")
}

// nextPoll is the first poll of a schedule after now, for listings.
func nextPoll(r desk.Roster, id news.SourceID, ledger news.Ledger) time.Time {
	if !ledger.Poll.Due.IsZero() {
		return ledger.Poll.Due
	}
	return r.Schedules[id].Next(time.Now())
}
