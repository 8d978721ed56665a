package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"dateline/fetcher"
	"dateline/news"
	"dateline/normalize"
)

// SourceDiscoverCmd looks for the feeds of a page.
type SourceDiscoverCmd struct {
	configFlag
	URL  string `arg:"" help:"The address of a news site, of one of its sections, or of a feed."`
	JSON bool   `name:"json" help:"Print what was found as JSON."`
}

// Help is shown under the flags.
func (SourceDiscoverCmd) Help() string {
	return "Example: dateline source discover news.example.org\nReads the page, the feeds it names and, where it names none, the usual places; one request at a time, and nothing that robots.txt forbids."
}

// searchTime bounds a whole search, with the gaps between its requests.
const searchTime = 2 * time.Minute

// Run prints the feeds, the best first, with their newest items.
func (s *SourceDiscoverCmd) Run(ctx context.Context, std stdio) error {
	c, err := s.loadIfAny()
	if err != nil {
		return err
	}
	finds, err := discover(ctx, c, s.URL)
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(std.Out).Encode(listFinds(finds))
	}
	if finds.Title != "" {
		fmt.Fprintf(std.Out, "%s: %s\n", finds.Page, printable(finds.Title))
	}
	for i, found := range listFinds(finds).Feeds {
		printFind(std, i+1, found)
	}
	for _, p := range finds.Passed {
		fmt.Fprintf(std.Out, "  no feed: %s: %s\n", printable(p.Address), p.Why)
	}
	if len(finds.Feeds) == 0 {
		return noFeed(finds.Page)
	}
	fmt.Fprintf(std.Out, "To take up the first: dateline source add %s\n", finds.Feeds[0].Address)
	return nil
}

func noFeed(page string) error {
	return fmt.Errorf("no feed was found at %s: give the feed's own address with --feed, or read the page itself with scrape: (docs/sources.md)", page)
}

// loadIfAny is the config, or the defaults where there is no file.
func (f configFlag) loadIfAny() (*config, error) {
	c, err := loadConfig(f.File, os.LookupEnv)
	if errors.Is(err, errNoConfig) {
		return readConfig(nil, f.File, os.LookupEnv)
	}
	return c, err
}

// discover looks for feeds at what a person typed: without a scheme https is
// meant, or else http.
func discover(ctx context.Context, c *config, typed string) (fetcher.Finds, error) {
	f, err := fetcher.New(c.fetcherOptions())
	if err != nil {
		return fetcher.Finds{}, err
	}
	defer f.Close()
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	src := news.Source{ID: "discover"}
	if strings.Contains(typed, "://") {
		finds, err := f.Discover(ctx, src, typed)
		return finds, about(typed, err)
	}
	finds, err := f.Discover(ctx, src, "https://"+typed)
	if err == nil || finds.Page != "" {
		return finds, about(typed, err)
	}
	if plain, second := f.Discover(ctx, src, "http://"+typed); second == nil {
		return plain, nil
	}
	return finds, about(typed, err)
}

func about(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", mask(what), err)
}

// foundFeed is a find as programs read it.
type foundFeed struct {
	Feed    string        `json:"feed"`
	Title   string        `json:"title"`
	Home    string        `json:"home,omitempty"`
	Lang    string        `json:"lang,omitempty"`
	Format  string        `json:"format"`
	Way     fetcher.Way   `json:"found"`
	Score   int           `json:"score"`
	Items   int           `json:"items"`
	Updated time.Time     `json:"updated,omitzero"`
	Same    []string      `json:"same,omitempty"`
	Newest  []previewItem `json:"newest"`
}

// previewItem is an item as a person judges a feed by it.
type previewItem struct {
	Headline  string    `json:"headline"`
	Link      string    `json:"link,omitempty"`
	Published time.Time `json:"published,omitzero"`
}

// foundList is what a search found, as programs read it.
type foundList struct {
	Page   string          `json:"page"`
	Title  string          `json:"title,omitempty"`
	Lang   string          `json:"lang,omitempty"`
	Feeds  []foundFeed     `json:"feeds"`
	Passed []passedAddress `json:"passed,omitempty"`
}

type passedAddress struct {
	Address string `json:"address"`
	Why     string `json:"why"`
}

func listFinds(finds fetcher.Finds) foundList {
	list := foundList{Page: finds.Page, Title: finds.Title, Lang: finds.Lang, Feeds: []foundFeed{}}
	for i := range finds.Feeds {
		list.Feeds = append(list.Feeds, previewOf(finds.Feeds[i]))
	}
	for _, p := range finds.Passed {
		list.Passed = append(list.Passed, passedAddress{p.Address, p.Why})
	}
	return list
}

// previewOf edits a find's newest items as the desk would. What most of them
// are written in is the feed's language, whatever it claims.
func previewOf(found fetcher.Found) foundFeed {
	x := foundFeed{
		Feed: found.Address, Title: found.Title, Home: found.Home, Lang: found.Lang, Format: found.Format, Way: found.Way,
		Score: found.Score, Items: found.Items, Updated: found.Updated, Same: found.Same, Newest: []previewItem{},
	}
	langs, most := map[string]int{}, 0
	for i := range found.Newest {
		a := normalize.Article(news.Source{ID: "preview", Feed: found.Address, Rights: news.RightsFull}, &found.Newest[i], nil, time.Now())
		x.Newest = append(x.Newest, previewItem{a.Headline, a.Link, found.Newest[i].Published})
		if a.Lang != "" {
			if langs[a.Lang]++; langs[a.Lang] > most {
				x.Lang, most = a.Lang, langs[a.Lang]
			}
		}
	}
	return x
}

var waysInWords = map[fetcher.Way]string{
	fetcher.WayItself: "the address itself", fetcher.WayNamed: "named by the page",
	fetcher.WayLinked: "linked from the page", fetcher.WayKnown: "at a usual place",
}

func printFind(std stdio, n int, x foundFeed) {
	fmt.Fprintf(std.Out, "%d. %s\n   %s; %s, %d items, newest %s, %s\n", n, printable(x.Feed), printable(firstOf(x.Title, "no title")),
		x.Format, x.Items, moment(x.Updated), waysInWords[x.Way])
	for _, same := range x.Same {
		fmt.Fprintf(std.Out, "   the same news: %s\n", printable(same))
	}
	for _, it := range x.Newest {
		fmt.Fprintf(std.Out, "     %s  %s\n", moment(it.Published), printable(it.Headline))
	}
}

// printable is a text from outside without what moves a terminal's cursor or
// turns its writing round.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}
