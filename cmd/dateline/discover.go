package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"dateline/fetcher"
	"dateline/news"
)

// SourceDiscoverCmd finds the feeds of a page.
type SourceDiscoverCmd struct {
	File  string   `short:"c" name:"config" env:"DATELINE_CONFIG" default:"dateline.yaml" help:"The config file, for its network settings; it need not be there." placeholder:"FILE"`
	URL   string   `arg:"" help:"The address of a page of the outlet, or of a feed."`
	JSON  bool     `name:"json" help:"Print as JSON."`
	Allow []string `help:"Address ranges that may be reached although they are not public, such as 127.0.0.0/8." placeholder:"CIDR"`
}

// Help is shown under the flags.
func (SourceDiscoverCmd) Help() string {
	return "Example: dateline source discover https://news.example.org/\nReads the links in the page, then the addresses that outlets usually have feeds at; each feed that is shown was read."
}

// Run prints the feeds that were found, the likeliest first.
func (s *SourceDiscoverCmd) Run(ctx context.Context, std stdio) error {
	c, err := loadConfig(s.File, os.LookupEnv)
	if err != nil {
		fallback := defaultConfig()
		c = &fallback
	}
	all, err := discover(ctx, c, s.URL, s.Allow)
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(std.Out).Encode(all)
	}
	printFound(std.Out, all)
	fmt.Fprintf(std.Err, "To follow the first: dateline source add %s\n", all[0].Feed)
	return nil
}

func printFound(out io.Writer, all []fetcher.Found) {
	for _, x := range all {
		fmt.Fprintf(out, "%s\n  %q, %s, %d items, newest %s; from %s\n", x.Feed, x.Title, x.Format, x.Items, moment(x.Newest), x.How)
		for _, t := range x.Titles {
			fmt.Fprintf(out, "    %s\n", t)
		}
	}
}

// discover finds feeds as the config has outlets be asked. None is an error.
func discover(ctx context.Context, c *config, address string, allow []string) ([]fetcher.Found, error) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	if err := checkFeed(address); err != nil {
		return nil, err
	}
	o := c.fetcherOptions()
	for _, text := range allow {
		var p prefix
		if err := p.UnmarshalText([]byte(text)); err != nil {
			return nil, err
		}
		o.Allow = append(o.Allow, p.Prefix)
	}
	f, err := fetcher.New(o)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := f.Discover(ctx, news.Source{ID: "discover", Feed: address}, time.Now())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", mask(address), err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no feed was found, neither linked from the page nor at the usual addresses; a page can be read by selectors: see scrape in docs/sources.md", mask(address))
	}
	return all, nil
}
