package main

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dateline/fetcher"
	"dateline/news"
)

// listConfig is a subscription list that somebody else keeps. What it names are
// sources, for as long as it names them.
type listConfig struct {
	placed
	ID       string       `yaml:"id"`
	URL      string       `yaml:"url"`
	Every    duration     `yaml:"every"`
	Max      int          `yaml:"max"`
	Lang     string       `yaml:"lang"`
	Schedule string       `yaml:"schedule"`
	Topics   []string     `yaml:"topics"`
	Rights   string       `yaml:"rights"`
	FullText *bool        `yaml:"fulltext"`
	Join     string       `yaml:"join"`
	Access   accessConfig `yaml:"access"`
}

// What a list has where the config does not say.
const (
	listEvery    = 6 * time.Hour
	listMax      = 500
	listShortest = time.Minute
	listsLook    = 15 * time.Second // how often a running desk looks for lists that are due
	listLongest  = 10_000
)

// checkLists adds what is wrong with the lists.
func (c *config) checkLists(topics map[string]bool, f *faults) {
	seen := map[string]bool{}
	for i := range c.Lists {
		l := &c.Lists[i]
		if err := checkID(l.ID); err != nil {
			f.add(l.key("id"), "list: %v", err)
		} else if len(l.ID) > 40 {
			f.add(l.key("id"), "list %s: the id is longer than 40 characters: its sources' ids begin with it", l.ID)
		} else if seen[l.ID] {
			f.add(l.key("id"), "list %s stands here twice", l.ID)
		}
		seen[l.ID] = true
		if u, err := url.Parse(l.URL); err != nil || checkFeed(l.URL) != nil || u.Scheme == "file" {
			f.add(l.key("url"), "list %s: want the http or https address of an OPML document, without a password", l.ID)
		}
		if l.Every != 0 && time.Duration(l.Every) < listShortest {
			f.add(l.key("every"), "list %s: every: want at least %s", l.ID, listShortest)
		}
		if l.Max < 0 || l.Max > listLongest {
			f.add(l.key("max"), "list %s: max: want 1 to %d", l.ID, listLongest)
		}
		probe := sourceConfig{placed: l.placed, ID: firstOf(l.ID, "list"), Feed: "https://list.invalid/", Schedule: l.Schedule, Topics: l.Topics, Rights: l.Rights, Join: l.Join, Access: l.Access}
		c.checkSource(&probe, topics, map[string]place{}, f)
		l.Access = probe.Access
	}
}

// listCopy is the last good reading of a list, kept in a file so that a start
// without the list's server is a start with its sources.
type listCopy struct {
	URL   string           `json:"url"`
	Feeds []fetcher.Listed `json:"feeds"`
}

// listState is when and how a list was asked last.
type listState struct {
	Poll news.Poll `json:"poll"`
}

// listsDir is the folder of the copies: beside the store's file, or else beside
// the config.
func (c *config) listsDir() string {
	if at := strings.TrimPrefix(c.storeAddress(), "sqlite:"); !strings.Contains(at, "://") {
		return at + ".lists"
	}
	return c.file + ".lists"
}

func (c *config) listFile(id, ending string) string {
	return filepath.Join(c.listsDir(), id+ending)
}

// addListed puts the sources of the lists' copies behind the config's own. What
// the config polls itself is not polled twice.
func (c *config) addListed() error {
	polled := map[string]bool{}
	for i := range c.Sources {
		polled[plainAddress(c.Sources[i].Feed)] = true
	}
	for i := range c.Lists {
		l := &c.Lists[i]
		var held listCopy
		if err := readJSON(c.listFile(l.ID, ".json"), &held); err != nil {
			return fmt.Errorf("list %s: %w", l.ID, err)
		}
		if held.URL != l.URL {
			continue // it is that of another address, and will be read anew
		}
		room := l.Max
		if room == 0 {
			room = listMax
		}
		for _, x := range held.Feeds {
			if plain := plainAddress(x.Feed); !polled[plain] && room > 0 && strings.HasPrefix(x.Feed, "http") && checkFeed(x.Feed) == nil {
				polled[plain] = true
				room--
				c.Sources = append(c.Sources, l.source(x))
			}
		}
	}
	return nil
}

// source is the source that a list's feed is. Its ID follows from the address
// alone: the list's order and titles may change.
func (l *listConfig) source(x fetcher.Listed) sourceConfig {
	sum := sha256.Sum256([]byte(plainAddress(x.Feed)))
	id := l.ID + "." + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
	return sourceConfig{
		ID: id, Title: printable(x.Title), Feed: x.Feed, Home: x.Home, Lang: firstOf(l.Lang, x.Lang),
		Schedule: l.Schedule, Topics: l.Topics, Rights: l.Rights, FullText: l.FullText, Join: l.Join,
		Access: accessConfig{UserAgent: l.Access.UserAgent, Proxy: l.Access.Proxy, Allow: l.Access.Allow},
	}
}

// refreshLists asks for the lists that are due, all of them where forced, and
// keeps what came. It reports how many changed. A list that fails keeps the
// feeds it had.
func (c *config) refreshLists(ctx context.Context, f *fetcher.Fetcher, now time.Time, force bool, log *slog.Logger) (changed int, err error) {
	for i := range c.Lists {
		did, fault := c.refreshList(ctx, f, &c.Lists[i], now, force, log)
		if did {
			changed++
		}
		err = errors.Join(err, fault)
	}
	return changed, err
}

func (c *config) refreshList(ctx context.Context, f *fetcher.Fetcher, l *listConfig, now time.Time, force bool, log *slog.Logger) (changed bool, err error) {
	var held listCopy
	var state listState
	if err := errors.Join(readJSON(c.listFile(l.ID, ".json"), &held), readJSON(c.listFile(l.ID, ".state"), &state)); err != nil {
		return false, fmt.Errorf("list %s: %w", l.ID, err)
	}
	if held.URL != l.URL {
		state.Poll = news.Poll{}
	}
	every := time.Duration(l.Every)
	if every == 0 {
		every = listEvery
	}
	if !force && !state.Poll.At.IsZero() && (now.Before(state.Poll.At.Add(every)) || now.Before(state.Poll.NotBefore)) {
		return false, nil
	}
	src := news.Source{ID: news.SourceID("list:" + l.ID), Feed: l.URL, Access: c.source(&sourceConfig{Access: l.Access}).Access}
	feeds, next, unchanged, fault := f.List(ctx, src, state.Poll, now)
	if busy := (*fetcher.Busy)(nil); ctx.Err() != nil || errors.As(fault, &busy) {
		return false, ctx.Err()
	}
	if err := writeJSON(c.listFile(l.ID, ".state"), listState{next}); err != nil {
		return false, fmt.Errorf("list %s: %w", l.ID, err)
	}
	switch {
	case fault != nil:
		log.Warn("a list cannot be read, and keeps the feeds it had", "url", mask(l.URL), "items", len(held.Feeds), "err", fault)
		return false, nil
	case unchanged, held.URL == l.URL && slices.Equal(held.Feeds, feeds):
		return false, nil
	}
	if over := len(feeds) - max(l.Max, boolInt(l.Max == 0)*listMax); over > 0 {
		log.Warn("a list names more feeds than its max: the last are left out", "url", mask(l.URL), "items", over)
	}
	log.Info("took up a list", "url", mask(l.URL), "items", len(feeds))
	return true, writeJSON(c.listFile(l.ID, ".json"), listCopy{l.URL, feeds})
}

// freshLists asks for the lists once, and gives the config with what they name.
func (o *OnceCmd) freshLists(ctx context.Context, c *config, log *slog.Logger) (*config, error) {
	if len(c.Lists) == 0 {
		return c, nil
	}
	f, err := fetcher.New(c.fetcherOptions())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := c.refreshLists(ctx, f, time.Now(), o.Force, log); err != nil {
		return nil, err
	}
	return o.load()
}

// keepLists asks for the lists as they fall due, until ctx ends. What changes
// is taken up as a changed config is.
func (h *house) keepLists(ctx context.Context, c *config, reload func() (*config, error)) error {
	tick := time.NewTicker(listsLook)
	defer tick.Stop()
	for read := fingerprint(c.file); ; {
		if now := fingerprint(c.file); now != read {
			if next, err := reload(); err == nil { // a broken config is said by who takes it up
				c = next
			}
			read = now
		}
		if _, err := c.refreshLists(ctx, h.fetcher, time.Now(), false, h.log); err != nil && ctx.Err() == nil {
			h.log.Error("the lists cannot be kept", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// readJSON reads a file into v; one that is not there leaves v as it is.
func readJSON(name string, v any) error {
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("the copy %s cannot be read, remove it: %w", name, err)
	}
	return nil
}

// writeJSON puts a file in its place in one step.
func writeJSON(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	fresh, err := os.CreateTemp(filepath.Dir(name), ".list.*")
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name()) // it is gone where all went well
	_, err = fresh.Write(text)
	if err := errors.Join(err, fresh.Sync(), fresh.Close()); err != nil {
		return err
	}
	return os.Rename(fresh.Name(), name)
}

// fingerprint tells one state of the config and its lists from another.
func (c *config) fingerprint() string {
	marks := []string{fingerprint(c.file)}
	for i := range c.Lists {
		marks = append(marks, fingerprint(c.listFile(c.Lists[i].ID, ".json")))
	}
	return strings.Join(marks, " ")
}
