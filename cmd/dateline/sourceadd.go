package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"dateline/fetcher"
	"dateline/normalize"
)

// SourceAddCmd writes a source into the config file.
type SourceAddCmd struct {
	configFlag
	URL      string   `arg:"" help:"The address of a page of the outlet, or of a feed."`
	ID       string   `name:"id" help:"The source's ID; made of its title by default."`
	Title    string   `help:"How the outlet is credited; the feed's own title by default."`
	Lang     string   `help:"The language of what it sends; what the feed says, or its titles show, by default."`
	Schedule string   `help:"When it is asked, as a cron spec; the config's default by default."`
	DryRun   bool     `help:"Print the lines that would be added, and change nothing."`
	Allow    []string `help:"Address ranges that may be reached although they are not public, such as 127.0.0.0/8." placeholder:"CIDR"`
}

// Help is shown under the flags.
func (SourceAddCmd) Help() string {
	return "Example: dateline source add https://news.example.org/\nFinds the feed and adds it at the end of sources:. Comments and order stay; a server that runs takes it up within a second."
}

// Run adds the likeliest feed of an address.
func (s *SourceAddCmd) Run(ctx context.Context, std stdio) error {
	c, err := s.load()
	if err != nil {
		return err
	}
	all, err := discover(ctx, c, s.URL, s.Allow)
	if err != nil {
		return err
	}
	chosen := all[0]
	ids := map[string]bool{}
	for i := range c.Sources {
		if sameFeed(c.Sources[i].Feed, chosen.Feed) {
			return fmt.Errorf("the config has %s already: source %s", mask(chosen.Feed), c.Sources[i].ID)
		}
		ids[c.Sources[i].ID] = true
	}
	entry, err := s.entry(chosen, ids)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(s.File)
	if err != nil {
		return fmt.Errorf("read the config: %w", err)
	}
	changed, added, err := insertSource(text, entry)
	if err != nil {
		return fmt.Errorf("%s: %w", s.File, err)
	}
	next, err := readConfig(changed, s.File, os.LookupEnv)
	if err != nil {
		return fmt.Errorf("the config would not be sound with the source in it; it was left as it is: %w", err)
	}
	if n := len(next.Sources); n != len(c.Sources)+1 || next.Sources[n-1].Feed != chosen.Feed {
		return fmt.Errorf("%s: sources: is written in a way that cannot be added to; add these lines by hand:\n%s", s.File, added)
	}
	if s.DryRun {
		_, err := std.Out.Write(added)
		return err
	}
	if err := replaceFile(s.File, changed); err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	fmt.Fprintf(std.Out, "added %s: %s\n", next.Sources[len(next.Sources)-1].ID, mask(chosen.Feed))
	for _, other := range all[1:] {
		fmt.Fprintf(std.Err, "there is also %s (%q)\n", mask(other.Feed), other.Title)
	}
	return nil
}

// entry is a source's lines in the config, without indentation.
func (s *SourceAddCmd) entry(x fetcher.Found, taken map[string]bool) ([]string, error) {
	title := firstOf(s.Title, strings.TrimSpace(x.Title), hostOf(x.Feed))
	id := s.ID
	if id == "" {
		id = freeID(taken, title)
	} else if err := checkID(id); err != nil {
		return nil, err
	} else if taken[id] {
		return nil, fmt.Errorf("the config has a source %q already", id)
	}
	lang := firstOf(s.Lang, x.Lang)
	if lang == "" {
		lang = normalize.Language(strings.Join(x.Titles, ". "))
	}
	lines := []string{"- id: " + id, "  title: " + quote(title), "  feed: " + quote(x.Feed)}
	for _, f := range []struct{ name, value string }{{"lang", lang}, {"home", webPage(x.Home)}, {"schedule", s.Schedule}} {
		if f.value != "" {
			lines = append(lines, "  "+f.name+": "+quote(f.value))
		}
	}
	return lines, nil
}

// webPage is s where it is the address of a page.
func webPage(s string) string {
	if u, err := url.Parse(s); err == nil && u.Host != "" && u.User == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return s
	}
	return ""
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// sameFeed reports whether two addresses are one feed: scheme, a leading www
// and a closing slash make no difference.
func sameFeed(a, b string) bool { return plainAddress(a) == plainAddress(b) }

func plainAddress(s string) string {
	_, rest, found := strings.Cut(s, "://")
	if !found {
		return s
	}
	return strings.TrimRight(strings.TrimPrefix(strings.ToLower(rest[:strings.IndexByte(rest+"/", '/')]), "www.")+rest[strings.IndexByte(rest+"/", '/'):], "/")
}

// insertSource puts lines at the end of the config's list of sources, indented
// as that is. Everything else stays byte for byte. It returns the text and the
// lines as they were written.
func insertSource(text []byte, entry []string) (changed, added []byte, err error) {
	ending := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		ending = "\r\n"
	}
	lines := strings.SplitAfter(string(text), "\n")
	key := -1
	for i, line := range lines {
		if rest, found := strings.CutPrefix(line, "sources:"); found {
			rest, _, _ = strings.Cut(strings.TrimSpace(rest), " #")
			switch rest = strings.TrimSpace(rest); {
			case rest == "[]" || rest == "null" || rest == "~":
				lines[i] = "sources:" + ending
			case rest != "" && !strings.HasPrefix(rest, "#"):
				return nil, nil, errors.New("sources: is written on one line; write it as a list, an item to a line, and try again")
			}
			key = i
		}
	}
	indent, last := "  ", len(lines)-1
	if key < 0 {
		for last >= 0 && strings.TrimSpace(lines[last]) == "" {
			last--
		}
	} else {
		indent, last = lastItem(lines, key)
	}
	var b strings.Builder
	if key < 0 {
		b.WriteString("sources:" + ending)
	}
	for _, line := range entry {
		b.WriteString(indent + line + ending)
	}
	var out strings.Builder
	for i, line := range lines {
		out.WriteString(line)
		if i == last {
			if !strings.HasSuffix(line, "\n") && line != "" {
				out.WriteString(ending)
			}
			out.WriteString(b.String())
		}
	}
	if last < 0 {
		out.WriteString(b.String())
	}
	return []byte(out.String()), []byte(b.String()), nil
}

// lastItem finds the last line of the list under a key in the first column, and
// how its items are indented.
func lastItem(lines []string, key int) (indent string, last int) {
	indent, last = "  ", key
	seen := false
	for i := key + 1; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], "\r\n")
		body := strings.TrimLeft(line, " ")
		if body == "" || body[0] == '#' {
			continue
		}
		item := body == "-" || strings.HasPrefix(body, "- ")
		if len(body) == len(line) && !item {
			break // the next key, or the document's end
		}
		if item && !seen {
			indent, seen = line[:len(line)-len(body)], true
		}
		last = i
	}
	return indent, last
}

// replaceFile writes a file anew in one step: whoever reads it sees the old or
// the new whole. Its mode stays, and a link goes on pointing to it.
func replaceFile(name string, text []byte) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
