package main

import (
	"bufio"
	"context"
	_ "embed" // the config to begin with
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"dateline/news"
	"dateline/topics"
)

//go:embed starter.yaml
var starterConfig []byte

// InitCmd writes a config to begin with.
type InitCmd struct {
	File    string   `arg:"" optional:"" default:"dateline.yaml" help:"Where to write it; - prints it."`
	Outlet  []string `help:"A news site or feed to begin with; may be given several times." placeholder:"URL"`
	Lang    string   `help:"The outlets' language, such as id or pt-BR; by default that of their newest items."`
	Country []string `help:"A country of the first topic, as two letters or its name; may be given several times. Two are a topic of what they have to do with each other." placeholder:"COUNTRY"`
	Contact string   `help:"A mail address at which outlets reach you." placeholder:"MAIL"`
}

// Help is shown under the flags.
func (InitCmd) Help() string {
	return "Example: dateline init --outlet news.example.org --outlet https://example.com/rss.xml --country RU --country \"North Korea\"\nAt a terminal it asks for what no flag says. Without outlets it writes three examples. A file that is there already is left as it is."
}

// Run writes the config, or says that there is one.
func (i *InitCmd) Run(ctx context.Context, std stdio) error {
	if _, err := os.Lstat(i.File); i.File != "-" && err == nil {
		return thereAlready(i.File)
	}
	begun := &beginning{ctx: ctx, std: std, contact: i.Contact, file: i.File}
	for _, outlet := range i.Outlet {
		if err := begun.outlet(outlet, i.Lang); err != nil {
			return err
		}
	}
	for _, country := range i.Country {
		if err := begun.country(country); err != nil {
			return err
		}
	}
	if std.Asks && len(i.Outlet) == 0 && len(i.Country) == 0 {
		if err := begun.ask(); err != nil {
			return err
		}
	}
	text, err := begun.text()
	if err != nil {
		return err
	}
	if i.File == "-" {
		_, err := std.Out.Write(text)
		return err
	}
	if err := writeNew(i.File, text); err != nil {
		return err
	}
	fmt.Fprintf(std.Out, "wrote %s\n", i.File)
	return begun.next(text)
}

func thereAlready(file string) error {
	return fmt.Errorf("%s is there already, and was left as it is: dateline source add puts another outlet into it", file)
}

// writeNew writes a file that is not there yet.
func writeNew(file string, text []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return thereAlready(file)
	}
	if err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	return nil
}

// beginning is what a newcomer said so far.
type beginning struct {
	ctx     context.Context
	std     stdio
	file    string
	contact string
	sources []sourceConfig
	nations []topics.CountryInfo
}

// outlet finds the feed of an outlet and shows what it sends.
func (b *beginning) outlet(address, lang string) error {
	c, err := readConfig(nil, b.file, os.LookupEnv)
	if err != nil {
		return err
	}
	c.Sources = b.sources
	add := SourceAddCmd{URL: address, Pick: 1, Lang: lang}
	found, err := add.find(b.ctx, c)
	if err != nil {
		return err
	}
	fresh, err := add.entry(c, found)
	if err != nil {
		return err
	}
	printFind(b.shown(), len(b.sources)+1, found)
	b.sources = append(b.sources, fresh)
	return nil
}

// shown is where a person reads: beside the config where that is printed.
func (b *beginning) shown() stdio {
	std := b.std
	if b.file == "-" {
		std.Out = std.Err
	}
	return std
}

// country takes two letters of ISO 3166-1, or a name in any language that
// topics know.
func (b *beginning) country(said string) error {
	all := topics.Countries()
	rules := make([]news.Topic, len(all))
	for n, c := range all {
		if strings.EqualFold(c.Code, said) || news.Fold(c.Name) == news.Fold(said) {
			b.nations = append(b.nations, c)
			return nil
		}
		rules[n] = news.Topic{ID: news.TopicID(c.Code), Rule: news.Rule{Any: []news.Clause{{Country: c.Code}}}}
	}
	matcher, err := topics.New(nil, rules)
	if err != nil {
		return err
	}
	if meant := matcher.Topics(matcher.Match(topics.FromArticle(&news.Article{Headline: said}))); len(meant) == 1 {
		return b.country(string(meant[0]))
	}
	return fmt.Errorf("there is no country %q: want two letters such as KP (ISO 3166-1), or a name such as North Korea", said)
}

// ask asks a person for everything.
func (b *beginning) ask() error {
	q := questions{in: bufio.NewScanner(b.std.In), out: b.shown().Out}
	fmt.Fprintln(q.out, "Four questions; an empty answer goes on.")
	for {
		known := len(b.sources)
		if err := q.ask("A news site or feed, such as news.example.org: ", func(answer string) error { return b.outlet(answer, "") }); err != nil {
			return err
		}
		if len(b.sources) == known {
			break
		}
		last := &b.sources[known]
		if err := q.ask(fmt.Sprintf("  Its language [%s]: ", last.Lang), func(answer string) error { last.Lang = answer; return nil }); err != nil {
			return err
		}
	}
	if err := q.ask("Countries of your first topic, such as Russia, North Korea: ", b.countries); err != nil {
		return err
	}
	return q.ask("A mail address at which outlets reach you: ", func(answer string) error { b.contact = answer; return nil })
}

// countries takes several countries with commas between them, or none.
func (b *beginning) countries(answer string) error {
	b.nations = nil
	for said := range strings.SplitSeq(answer, ",") {
		if err := b.country(strings.TrimSpace(said)); err != nil {
			return err
		}
	}
	return nil
}

// questions are put to a person, one after another.
type questions struct {
	in  *bufio.Scanner
	out io.Writer
}

// ask puts a question until the answer can be used, and says why where it
// cannot. An empty answer goes on, and so does the end of what is typed.
func (q questions) ask(words string, take func(answer string) error) error {
	for {
		fmt.Fprint(q.out, words)
		if !q.in.Scan() {
			fmt.Fprintln(q.out)
			return q.in.Err()
		}
		answer := strings.TrimSpace(q.in.Text())
		if answer == "" {
			return nil
		}
		err := take(answer)
		if err == nil || errors.Is(err, context.Canceled) {
			return err
		}
		fmt.Fprintln(q.out, " ", err)
	}
}

// text is the config: the examples, with what was said in their place.
func (b *beginning) text() ([]byte, error) {
	text := strings.Replace(string(starterConfig), `contact: ""   `, "contact: "+scalarYAML(b.contact), 1)
	if b.contact == "" {
		text = string(starterConfig)
	}
	if len(b.nations) > 0 || len(b.sources) > 0 {
		head, _, _ := strings.Cut(text, "\ntopics:\n")
		text = head + "\ntopics:\n" + b.topic()
	}
	if len(b.sources) == 0 {
		return []byte(text), nil
	}
	head, rest, _ := strings.Cut(text, "\nsources:\n")
	_, rest, _ = strings.Cut(rest, "\n\n")
	edited := []byte(head + "\nsources:\n\n" + rest)
	return addSources(edited, b.file, b.sources...)
}

// topic is the first topic as the config writes it: all news, what one of the
// countries is in, or, of two, what they have to do with each other.
func (b *beginning) topic() string {
	if len(b.nations) == 0 {
		return "  - id: all-news                   # without a rule: everything\n    title: All news\n"
	}
	var names, clauses []string
	for _, c := range b.nations {
		names = append(names, c.Name)
		clauses = append(clauses, "{country: "+c.Code+"}")
	}
	list, title := "any", strings.Join(names, ", ")
	if len(names) == 2 {
		list, title = "all", names[0]+"–"+names[1]
	}
	return fmt.Sprintf("  - id: %s\n    title: %s\n    %s: [%s]\n", freeID(map[string]bool{}, title), scalarYAML(title), list, strings.Join(clauses, ", "))
}

// next says what to do with the config.
func (b *beginning) next(text []byte) error {
	c, err := readConfig(text, b.file, os.LookupEnv)
	if err != nil {
		return err
	}
	flag := ""
	if b.file != "dateline.yaml" {
		flag = " -c " + b.file
	}
	_, err = io.WriteString(b.std.Out, fmt.Sprintf("next: dateline serve%s, then subscribe to %s/topics/%s.rss\n", flag, c.publicURL(), c.Topics[0].ID))
	return err
}
