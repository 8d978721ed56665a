package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
)

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
	configFlag
	OPML   string `arg:"" name:"opml" help:"The OPML file; - for standard input."`
	Add    bool   `help:"Write the sources into the config file, in place of printing them."`
	Rights string `enum:"headline,summary,full," default:"" placeholder:"RIGHTS" help:"How much may be carried of them all: headline, summary or full; by default what the config says."`
}

// Help is shown under the flags.
func (OpmlImportCmd) Help() string {
	return "Example: dateline opml import feeds.opml --add\nWithout --add it prints a sources: block. Feeds that the list names twice, or that the config polls already, are left out."
}

// maxOPML bounds an OPML file.
const maxOPML = 32 << 20

// Run prints a sources block for the config, or writes the sources into it.
func (o *OpmlImportCmd) Run(std stdio) error {
	list, err := o.read(std.In)
	if err != nil {
		return err
	}
	var before []byte
	c := &config{}
	if o.Add {
		if before, err = os.ReadFile(o.File); err != nil {
			return fmt.Errorf("read the config: %w (dateline init begins one)", err)
		}
		if c, err = readConfig(before, o.File, os.LookupEnv); err != nil {
			return err
		}
	}
	fresh := list.sources(c, func(feed string, why error) { fmt.Fprintf(std.Err, "left out %s: %v\n", mask(feed), why) })
	for i := range fresh {
		fresh[i].Rights = o.Rights
	}
	switch {
	case len(fresh) == 0 && o.Add:
		return fmt.Errorf("%s lists no feed that is new to %s", o.OPML, o.File)
	case len(fresh) == 0:
		return fmt.Errorf("%s lists no feeds", o.OPML)
	case !o.Add:
		fmt.Fprintln(std.Out, "sources:")
		for i := range fresh {
			fmt.Fprintf(std.Out, "  - %s\n", flowYAML(fresh[i]))
		}
		return nil
	}
	after, err := addSources(before, o.File, fresh...)
	if err != nil {
		return err
	}
	if err := replaceFile(o.File, before, after); err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	fmt.Fprintf(std.Out, "%s: added %d sources\n", o.File, len(fresh))
	return nil
}

func (o *OpmlImportCmd) read(in io.Reader) (list opml, err error) {
	if o.OPML != "-" {
		f, err := os.Open(o.OPML)
		if err != nil {
			return list, err
		}
		defer f.Close()
		in = f
	}
	decoder := xml.NewDecoder(io.LimitReader(in, maxOPML))
	decoder.Strict = false
	if err := decoder.Decode(&list); err != nil {
		return list, fmt.Errorf("%s is not OPML: %w", o.OPML, err)
	}
	return list, nil
}

// maxOutlineDepth bounds how deep folders of a list are looked into.
const maxOutlineDepth = 32

// sources are the feeds of a list as sources that a config does not have yet.
// It says which are left out, and why.
func (l opml) sources(c *config, leftOut func(feed string, why error)) (fresh []sourceConfig) {
	ids := map[string]bool{}
	for i := range c.Sources {
		ids[c.Sources[i].ID] = true
	}
	known := map[string]error{}
	for i := range c.Sources {
		known[plainAddress(c.Sources[i].Feed)] = fmt.Errorf("source %q polls it already", c.Sources[i].ID)
	}
	var walk func(outlines []outline, depth int)
	walk = func(outlines []outline, depth int) {
		for _, x := range outlines {
			if x.XMLURL != "" {
				address := plainAddress(x.XMLURL)
				if why := errors.Join(checkFeed(x.XMLURL), known[address]); why != nil {
					leftOut(x.XMLURL, why)
				} else {
					known[address] = errors.New("it is there twice")
					title := printable(firstOf(x.Title, x.Text, hostOf(x.XMLURL)))
					fresh = append(fresh, sourceConfig{ID: freeID(ids, title), Title: title, Feed: x.XMLURL, Home: x.HTMLURL, Lang: x.Language})
				}
			}
			if depth < maxOutlineDepth {
				walk(x.Outline, depth+1)
			}
		}
	}
	walk(l.Outline, 0)
	return fresh
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
