package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"dateline/news"
)

// SourceAddCmd puts a source into the config.
type SourceAddCmd struct {
	configFlag
	URL      string   `arg:"" help:"The address of a news site, of a section or of a feed."`
	Feed     bool     `help:"The address is the feed: do not search, do not read it."`
	Pick     int      `default:"1" help:"Which of the feeds that source discover lists." placeholder:"N"`
	ID       string   `name:"id" help:"The source's id; by default made of its title."`
	Title    string   `help:"How the outlet is credited; by default the feed's title."`
	Lang     string   `help:"The language, such as id or pt-BR; by default that of the newest items."`
	Schedule string   `help:"When to poll, such as \"@every 10m\"; by default the config's." placeholder:"SPEC"`
	Rights   string   `help:"How much may be carried: headline, summary or full."`
	FullText bool     `name:"fulltext" help:"Read the linked pages."`
	Topic    []string `help:"A topic that everything from this source bears." placeholder:"ID"`
	DryRun   bool     `name:"dry-run" help:"Show the change and write nothing."`
	JSON     bool     `name:"json" help:"Print what was added as JSON."`
}

// Help is shown under the flags.
func (SourceAddCmd) Help() string {
	return "Example: dateline source add news.example.org --dry-run\nFinds the feed, shows its newest items and writes the source into the config file. Comments, order and everything else in it stay as they are."
}

// Run finds the feed and writes the source.
func (s *SourceAddCmd) Run(ctx context.Context, std stdio) error {
	before, err := os.ReadFile(s.File)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w at %s: name one with -c, or begin one with dateline init", errNoConfig, s.File)
	}
	if err != nil {
		return fmt.Errorf("read the config: %w", err)
	}
	c, err := readConfig(before, s.File, os.LookupEnv)
	if err != nil {
		return err
	}
	found, err := s.find(ctx, c)
	if err != nil {
		return err
	}
	fresh, err := s.entry(c, found)
	if err != nil {
		return err
	}
	after, err := addSources(before, s.File, fresh)
	if err != nil {
		return err
	}
	if !s.DryRun {
		if err := replaceFile(s.File, before, after); err != nil {
			return fmt.Errorf("write the config: %w", err)
		}
	}
	if s.JSON {
		return json.NewEncoder(std.Out).Encode(map[string]any{"file": s.File, "written": !s.DryRun, "source": fresh.pairs(), "preview": found.Newest})
	}
	if !s.Feed {
		printFind(std, s.Pick, found)
	}
	fmt.Fprint(std.Out, diffOf(s.File, before, after))
	if s.DryRun {
		fmt.Fprintln(std.Out, "nothing was written (--dry-run)")
		return nil
	}
	fmt.Fprintf(std.Out, "%s: added %s\n", s.File, fresh.ID)
	return nil
}

// find is the feed that is meant. A feed that the config polls already is
// refused before anything is asked, and again once its real address is known.
func (s *SourceAddCmd) find(ctx context.Context, c *config) (foundFeed, error) {
	if s.Feed {
		return foundFeed{Feed: s.URL}, checkFeed(s.URL)
	}
	if strings.HasPrefix(s.URL, "file:") {
		return foundFeed{}, errors.New("a file is no place to search: say --feed to list it as it is")
	}
	if err := c.polled(s.URL); err != nil {
		return foundFeed{}, err
	}
	finds, err := discover(ctx, c, s.URL)
	switch {
	case err != nil:
		return foundFeed{}, err
	case len(finds.Feeds) == 0:
		return foundFeed{}, noFeed(finds.Page)
	case s.Pick < 1 || s.Pick > len(finds.Feeds):
		return foundFeed{}, fmt.Errorf("--pick %d: %d feeds were found at %s", s.Pick, len(finds.Feeds), finds.Page)
	}
	return previewOf(finds.Feeds[s.Pick-1]), nil
}

// entry is the source to write, and refuses one that is there already.
func (s *SourceAddCmd) entry(c *config, found foundFeed) (sourceConfig, error) {
	for _, address := range append([]string{found.Feed}, found.Same...) {
		if err := c.polled(address); err != nil {
			return sourceConfig{}, err
		}
	}
	taken := map[string]bool{}
	for i := range c.Sources {
		taken[c.Sources[i].ID] = true
	}
	fresh := sourceConfig{
		ID: s.ID, Title: firstOf(s.Title, sourceTitle(found)), Feed: found.Feed, Home: found.Home, Lang: firstOf(s.Lang, found.Lang),
		Schedule: s.Schedule, Rights: s.Rights, Topics: s.Topic,
	}
	if s.FullText {
		fresh.FullText = &s.FullText
	}
	switch {
	case fresh.ID == "":
		fresh.ID = freeID(taken, sourceID(fresh))
	case taken[fresh.ID]:
		return fresh, fmt.Errorf("the config has a source %q already: choose another --id", fresh.ID)
	}
	return fresh, nil
}

// polled refuses an address that a source polls already. That one is written
// with https or www and the other without makes no difference.
func (c *config) polled(address string) error {
	for i := range c.Sources {
		if plainAddress(c.Sources[i].Feed) == plainAddress(address) {
			return fmt.Errorf("source %q polls %s already", c.Sources[i].ID, mask(c.Sources[i].Feed))
		}
	}
	return nil
}

// plainAddress is an address without what does not tell feeds apart.
func plainAddress(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return address
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	plain := host + strings.TrimRight(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		plain += "?" + u.RawQuery
	}
	return plain
}

// sourceTitle is the feed's title as a credit: without the words that only say
// that it is a feed. Where nothing is left it is the host.
func sourceTitle(found foundFeed) string {
	title := strings.Join(strings.Fields(printable(found.Title)), " ")
	for {
		shorter := strings.Trim(title, " -–—|»«:·/")
		for _, word := range []string{"RSS Feed", "RSS-Feed", "RSS", "Atom Feed", "Atom", "Feed", "Feeds", "Home", "Homepage", "All"} {
			if at := len(shorter) - len(word); at >= 0 && strings.EqualFold(shorter[at:], word) && (at == 0 || strings.ContainsAny(shorter[at-1:at], " |>:-/")) {
				shorter = shorter[:at]
			}
		}
		if shorter == title {
			break
		}
		title = shorter
	}
	if r := []rune(title); len(r) > 80 {
		title = strings.TrimSpace(string(r[:80]))
	}
	return firstOf(title, hostOf(firstOf(found.Home, found.Feed)))
}

// sourceID is what a source's ID is made of: its title where that has enough
// of the letters an ID can have, else its host.
func sourceID(s sourceConfig) string {
	letters := 0
	for _, r := range news.Fold(s.Title) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			letters++
		}
	}
	if letters >= 3 {
		return s.Title
	}
	return firstOf(hostOf(firstOf(s.Home, s.Feed)), s.Title)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// pairs are the keys of a source as the config writes them, in its order.
func (s sourceConfig) pairs() [][2]string {
	var list [][2]string
	for _, p := range [][2]string{{"id", s.ID}, {"title", s.Title}, {"feed", s.Feed}, {"home", s.Home}, {"lang", s.Lang}, {"schedule", s.Schedule}, {"rights", s.Rights}} {
		if p[1] != "" {
			list = append(list, [2]string{p[0], scalarYAML(p[1])})
		}
	}
	if len(s.Topics) > 0 {
		words := make([]string, len(s.Topics))
		for i, t := range s.Topics {
			words[i] = scalarYAML(t)
		}
		list = append(list, [2]string{"topics", "[" + strings.Join(words, ", ") + "]"})
	}
	if s.FullText != nil {
		list = append(list, [2]string{"fulltext", fmt.Sprint(*s.FullText)})
	}
	return list
}

// scalarYAML writes a text so that YAML reads a text: plain where it is a word
// of letters, else in double quotes, which YAML reads as JSON does.
func scalarYAML(s string) string {
	plain := s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z') && s[len(s)-1] != ' ' &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(" ._-", r)
		})
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		plain = false
	}
	if plain {
		return s
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
