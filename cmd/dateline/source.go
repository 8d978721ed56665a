package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
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

// opml is a subscription list, OPML 2.0.
type opml struct {
	XMLName xml.Name  `xml:"opml"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"head>title"`
	Outline []outline `xml:"body>outline"`
}

type outline struct {
	Text     string    `xml:"text,attr"`
	Title    string    `xml:"title,attr,omitempty"`
	Type     string    `xml:"type,attr,omitempty"`
	XMLURL   string    `xml:"xmlUrl,attr,omitempty"`
	HTMLURL  string    `xml:"htmlUrl,attr,omitempty"`
	Language string    `xml:"language,attr,omitempty"`
	Outline  []outline `xml:"outline"`
}

// OpmlImportCmd turns OPML into config.
type OpmlImportCmd struct {
	File string `arg:"" help:"The OPML file; - for standard input."`
}

// Help is shown under the flags.
func (OpmlImportCmd) Help() string {
	return "Example: dateline opml import feeds.opml >> dateline.yaml\nPrints a sources: block; feeds that the list names twice are printed once."
}

// maxOPML bounds an OPML file.
const maxOPML = 32 << 20

// Run prints a sources block for the config.
func (o *OpmlImportCmd) Run(std stdio) error {
	in := std.In
	if o.File != "-" {
		f, err := os.Open(o.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	var list opml
	decoder := xml.NewDecoder(io.LimitReader(in, maxOPML))
	decoder.Strict = false
	if err := decoder.Decode(&list); err != nil {
		return fmt.Errorf("%s is not OPML: %w", o.File, err)
	}
	fmt.Fprintln(std.Out, "sources:")
	ids, feeds := map[string]bool{}, map[string]bool{}
	printed := 0
	var walk func(outlines []outline, depth int)
	walk = func(outlines []outline, depth int) {
		for _, x := range outlines {
			if checkFeed(x.XMLURL) == nil && !feeds[x.XMLURL] {
				feeds[x.XMLURL] = true
				printed++
				fmt.Fprintf(std.Out, "  - {id: %s, title: %s, feed: %s%s%s}\n", freeID(ids, firstOf(x.Title, x.Text)), quote(firstOf(x.Title, x.Text)),
					quote(x.XMLURL), field("home", x.HTMLURL), field("lang", x.Language))
			} else if x.XMLURL != "" {
				fmt.Fprintf(std.Err, "left out %s: a repetition, or not an address to poll\n", mask(x.XMLURL))
			}
			if depth < 32 {
				walk(x.Outline, depth+1)
			}
		}
	}
	walk(list.Outline, 0)
	if printed == 0 {
		return fmt.Errorf("%s lists no feeds", o.File)
	}
	return nil
}

func field(name, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf(", %s: %s", name, quote(value))
}

// quote is a YAML double-quoted scalar.
func quote(s string) string {
	text, _ := json.Marshal(s) // a string always marshals, and JSON is YAML
	return string(text)
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

// OpmlExportCmd turns config into OPML.
type OpmlExportCmd struct{ configFlag }

// Help is shown under the flags.
func (OpmlExportCmd) Help() string { return "Example: dateline opml export > sources.opml" }

// Run prints the config's sources as OPML.
func (o *OpmlExportCmd) Run(std stdio) error {
	c, err := o.load()
	if err != nil {
		return err
	}
	list := opml{Version: "2.0", Title: c.Site.Title + ": sources"}
	for _, s := range c.Sources {
		title := firstOf(s.Title, s.ID)
		list.Outline = append(list.Outline, outline{Text: title, Title: title, Type: "rss", XMLURL: s.Feed, HTMLURL: s.Home, Language: s.Lang})
	}
	fmt.Fprint(std.Out, xml.Header)
	encoder := xml.NewEncoder(std.Out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(list); err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.Out)
	return err
}
