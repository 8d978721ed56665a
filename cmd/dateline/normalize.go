package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"dateline/news"
	"dateline/normalize"
)

// normalizeCmd edits one page, dump or fragment, or many as JSON lines.
type normalizeCmd struct {
	sitesFlag
	HTML  bool   `help:"The file is HTML." xor:"form"`
	Text  bool   `help:"The file is plain text." xor:"form"`
	URL   string `name:"url" help:"The page's address: relative addresses are resolved against it."`
	Lang  string `help:"The language the text is thought to be in."`
	JSON  bool   `name:"json" help:"Print JSON."`
	Batch bool   `help:"Read JSON lines with id, url and html or text from standard input, print one line for each."`
	File  string `arg:"" optional:"" help:"The file; - is standard input."`
}

// Help shows how the command is used.
func (normalizeCmd) Help() string {
	return "Example: dateline normalize --html --url https://news.example/a.html page.html"
}

// frugalMemory is the heap, in bytes, above which the command collects rubbish
// more eagerly: a page of 2 MB is then edited within 60 MiB.
const frugalMemory = 44 << 20

// Run edits what the flags name.
func (c *normalizeCmd) Run(std stdio) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(frugalMemory))
	}
	sites, err := c.sites()
	if err != nil {
		return err
	}
	if c.Batch {
		return normalizeBatch(std, sites)
	}
	if c.File == "" {
		return errors.New("normalize: name a file, or - for standard input")
	}
	raw, err := readFile(std.In, c.File)
	if err != nil {
		return fmt.Errorf("normalize: %w", err)
	}
	h := normalize.Hints{URL: c.URL, Lang: c.Lang, Now: time.Now(), Sites: sites}
	a := editFile(raw, c.HTML || !c.Text && looksLikeHTML(raw), h)
	if !c.JSON {
		return printArticle(std.Out, a)
	}
	out := json.NewEncoder(std.Out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(articleDocument(a))
}

func readFile(in io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(name)
}

func editFile(raw []byte, isHTML bool, h normalize.Hints) news.Article {
	if isHTML {
		return normalize.Page([]news.Page{{Address: h.URL, HTML: raw}}, h)
	}
	return normalize.Text(string(raw), h)
}

// looksLikeHTML reports whether a file begins with, or is full of, tags.
func looksLikeHTML(raw []byte) bool {
	head := bytes.TrimPrefix(raw[:min(len(raw), 4096)], []byte("\ufeff"))
	head = bytes.ToLower(bytes.TrimSpace(head))
	return bytes.HasPrefix(head, []byte("<")) || bytes.Contains(head, []byte("<p>")) || bytes.Contains(head, []byte("<div"))
}

// normalizeLine is one line of the batch contract.
type normalizeLine struct {
	ID   lineID  `json:"id"`
	URL  string  `json:"url"`
	HTML *string `json:"html"`
	Text *string `json:"text"`
	Lang string  `json:"lang"`
}

// normalizeBatch answers each line with one line, in order.
func normalizeBatch(std stdio, sites normalize.Sites) error {
	err := eachLine(std, func(line []byte) (any, error) { return normalizeOne(line, sites) })
	if err != nil {
		return fmt.Errorf("normalize: %w", err)
	}
	return nil
}

func normalizeOne(raw []byte, sites normalize.Sites) (any, error) {
	var line normalizeLine
	if err := decodeLine(raw, &line); err != nil {
		return nil, err
	}
	if line.HTML == nil && line.Text == nil {
		return nil, errors.New("neither html nor text")
	}
	h := normalize.Hints{URL: line.URL, Lang: line.Lang, Now: time.Now(), Sites: sites}
	text, isHTML := line.HTML, line.HTML != nil && (*line.HTML != "" || line.Text == nil)
	if !isHTML {
		text = line.Text
	}
	body := []byte(*text)
	line.HTML, line.Text, text = nil, nil, nil // a large page is not held twice
	return normalizeAnswer{line.ID, newArticleDoc(editFile(body, isHTML, h))}, nil
}

// normalizeAnswer is an article of the batch.
type normalizeAnswer struct {
	ID lineID `json:"id"`
	*articleDoc
}

// articleDoc is an article in the form of the batch contract.
type articleDoc struct {
	Headline  string       `json:"headline"`
	Kicker    string       `json:"kicker"`
	Lede      string       `json:"lede"`
	Text      string       `json:"articleBody"`
	Body      []blockDoc   `json:"body"`
	Headings  []headingDoc `json:"headings"`
	Captions  []captionDoc `json:"captions"`
	Dateline  string       `json:"dateline"`
	Byline    []string     `json:"byline"`
	Agency    string       `json:"agency"`
	Published string       `json:"published"`
	Updated   string       `json:"updated"`
	Language  string       `json:"language"`
	Image     string       `json:"image"`
	Truncated bool         `json:"truncated"`
	Kind      news.Kind    `json:"kind"`
	Pages     int          `json:"pages,omitempty"`
}

type blockDoc struct {
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	Level  int    `json:"level,omitempty"`
	Number int    `json:"number,omitempty"`
}

type headingDoc struct {
	Text   string `json:"text"`
	Level  int    `json:"level"`
	Number int    `json:"number,omitempty"`
}

type captionDoc struct {
	Text   string `json:"text"`
	Credit string `json:"credit"`
}

// plainText is an article's text as a reader sees it: its headings bear their
// numbers.
func plainText(a *news.Article) string {
	numbered := *a
	numbered.Body = slices.Clone(a.Body)
	for i := range numbered.Body {
		if b := &numbered.Body[i]; b.Kind == news.Heading && b.Number > 0 {
			b.Text = fmt.Sprintf("%d. %s", b.Number, b.Text)
		}
	}
	return numbered.Text()
}

// articleDocument is the JSON form of an article, shared by the commands that
// print one.
func articleDocument(a news.Article) any { return newArticleDoc(a) }

func newArticleDoc(a news.Article) *articleDoc {
	d := &articleDoc{
		Headline: a.Headline, Kicker: a.Kicker, Lede: a.Lede, Text: plainText(&a), Body: []blockDoc{}, Headings: []headingDoc{}, Captions: []captionDoc{},
		Dateline: a.Dateline, Byline: append([]string{}, a.Byline...), Agency: a.Agency, Published: stamp(a.Published), Updated: stamp(a.Updated),
		Language: a.Lang, Truncated: a.Truncated, Kind: a.Kind, Pages: a.Pages,
	}
	if d.Kind == "" {
		d.Kind = news.KindArticle
	}
	for _, b := range a.Body {
		text := b.Plain()
		if b.Kind == news.Picture && b.Figure != nil {
			text = b.Figure.Caption
		}
		d.Body = append(d.Body, blockDoc{b.Kind.String(), text, b.Level, b.Number})
		if b.Kind == news.Heading {
			d.Headings = append(d.Headings, headingDoc{b.Text, b.Level, b.Number})
		}
	}
	for _, f := range a.Figures() {
		if d.Image == "" {
			d.Image = f.Src
		}
		if f.Caption != "" || f.Credit != "" {
			d.Captions = append(d.Captions, captionDoc{f.Caption, f.Credit})
		}
	}
	return d
}

// stamp prints a time in the zone as claimed; empty: none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// printArticle prints an article for people.
func printArticle(w io.Writer, a news.Article) error {
	var b strings.Builder
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s %s\n", label+":", value)
		}
	}
	b.WriteString(a.Headline + "\n\n")
	line("by", strings.Join(a.Byline, ", "))
	line("agency", a.Agency)
	line("dateline", a.Dateline)
	line("published", stamp(a.Published))
	line("updated", stamp(a.Updated))
	line("language", a.Lang)
	for _, f := range a.Figures() {
		line("picture", strings.TrimSpace(strings.Join([]string{f.Src, f.Caption, f.Credit}, " ")))
	}
	for _, block := range a.Body {
		text := block.Plain()
		switch {
		case text == "":
			continue
		case block.Kind == news.Heading && block.Number > 0:
			text = fmt.Sprintf("%s %d. %s", strings.Repeat("#", block.Level), block.Number, text)
		case block.Kind == news.Heading:
			text = strings.Repeat("#", block.Level) + " " + text
		}
		b.WriteString("\n" + text + "\n")
	}
	if a.Truncated {
		b.WriteString("\n(The text goes on elsewhere.)\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
