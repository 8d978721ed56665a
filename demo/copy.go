package demo

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed copy/*.txt
var copyFiles embed.FS

// piece is one article as an outlet wrote it.
type piece struct {
	slug     string
	story    string // what several outlets tell shares it; else the outlet and slug
	topic    string
	title    string
	kicker   string
	byline   string
	dateline string // place
	agency   string // named in the dateline, in brackets
	age      time.Duration
	caption  string
	credit   string
	jpeg     bool
	section  string
	blocks   []block

	like string // outlet/slug whose blocks keep takes, before its own
	keep []int
}

// block is a paragraph, heading or page break.
type block struct {
	kind   byte // 'p', 'h', 'q' (quote), '-' (page break)
	level  int
	number int
	text   string // may hold [[before|after]]
}

// readCopy reads an outlet's file: articles begin with "= slug" and header
// lines, then come blocks apart by blank lines. "## " and "### " begin
// headings, "> " a quote, "---" a new page.
func readCopy(id string) []*piece {
	data, err := copyFiles.ReadFile("copy/" + id + ".txt")
	if err != nil {
		return nil
	}
	var pieces []*piece
	for i, section := range strings.Split("\n"+string(data), "\n= ") {
		if i == 0 {
			continue
		}
		pieces = append(pieces, readPiece(id, section))
	}
	return pieces
}

func readPiece(id, section string) *piece {
	head, body, _ := strings.Cut(strings.TrimSpace(section), "\n\n")
	lines := strings.Split(head, "\n")
	p := &piece{slug: strings.TrimSpace(lines[0])}
	p.story = id + "/" + p.slug
	for _, line := range lines[1:] {
		key, value, _ := strings.Cut(line, ": ")
		p.set(key, strings.TrimSpace(value))
	}
	for text := range strings.SplitSeq(body, "\n\n") {
		if text = strings.Join(strings.Fields(text), " "); text != "" {
			p.blocks = append(p.blocks, readBlock(text))
		}
	}
	return p
}

func (p *piece) set(key, value string) {
	switch key {
	case "story":
		p.story = value
	case "topic":
		p.topic = value
	case "title":
		p.title = value
	case "kicker":
		p.kicker = value
	case "byline":
		p.byline = value
	case "dateline":
		p.dateline = value
	case "agency":
		p.agency = value
	case "age":
		p.age, _ = time.ParseDuration(value)
	case "caption":
		p.caption = value
	case "credit":
		p.credit = value
	case "picture":
		p.jpeg = value == "jpeg"
	case "section":
		p.section = value
	case "like":
		p.like = value
	case "keep":
		for n := range strings.SplitSeq(value, ",") {
			i, _ := strconv.Atoi(strings.TrimSpace(n))
			p.keep = append(p.keep, i)
		}
	default:
		panic(fmt.Sprintf("demo copy: unknown header %q in %s", key, p.slug))
	}
}

func readBlock(text string) block {
	switch {
	case text == "---":
		return block{kind: '-'}
	case strings.HasPrefix(text, "> "):
		return block{kind: 'q', text: text[2:]}
	case strings.HasPrefix(text, "## "), strings.HasPrefix(text, "### "):
		marks, words, _ := strings.Cut(text, " ")
		b := block{kind: 'h', level: len(marks), text: words}
		if digits, rest, ok := strings.Cut(words, ". "); ok {
			if n, err := strconv.Atoi(digits); err == nil {
				b.number, b.text = n, rest
			}
		}
		return b
	}
	return block{kind: 'p', text: text}
}

// resolve fills the pieces that are edits of another outlet's.
func resolve(outlets []*outlet) {
	bySlug := map[string]*piece{}
	for _, o := range outlets {
		for _, c := range o.copy {
			bySlug[o.id+"/"+c.slug] = c
		}
	}
	for _, o := range outlets {
		for _, c := range o.copy {
			wire := bySlug[c.like]
			if wire == nil {
				continue
			}
			var taken []block
			for _, n := range c.keep {
				taken = append(taken, wire.blocks[n-1])
			}
			c.blocks = append(taken, c.blocks...)
		}
	}
}

// at returns text as it stands before or after the correction.
func at(text string, corrected bool) string {
	before, rest, ok := strings.Cut(text, "[[")
	if !ok {
		return text
	}
	change, rest, _ := strings.Cut(rest, "]]")
	was, is, _ := strings.Cut(change, "|")
	if corrected {
		was = is
	}
	return before + was + at(rest, corrected)
}

// change returns what the correction changes in a text.
func change(text string) (before, after string) {
	_, rest, ok := strings.Cut(text, "[[")
	if !ok {
		return "", ""
	}
	marked, _, _ := strings.Cut(rest, "]]")
	before, after, _ = strings.Cut(marked, "|")
	return before, after
}

func (p *piece) correctable() bool {
	for _, b := range p.blocks {
		if strings.Contains(b.text, "[[") {
			return true
		}
	}
	return strings.Contains(p.title, "[[")
}

// pages are the article's blocks, page by page.
func (p *piece) pages(corrected bool) [][]block {
	pages := [][]block{nil}
	for _, b := range p.blocks {
		if b.kind == '-' {
			pages = append(pages, nil)
			continue
		}
		if b.text = at(b.text, corrected); b.text != "" {
			pages[len(pages)-1] = append(pages[len(pages)-1], b)
		}
	}
	return pages
}

// lede is the first paragraph.
func (p *piece) lede(corrected bool) string {
	for _, b := range p.pages(corrected)[0] {
		if b.kind == 'p' {
			return b.text
		}
	}
	return ""
}

func (p *piece) pictureName() string {
	if p.jpeg {
		return p.slug + ".jpg"
	}
	return p.slug + ".png"
}

func (p *piece) truth(o *outlet) Truth {
	t := Truth{
		Slug: p.slug, Topic: p.topic, Outlets: []string{o.id}, Lang: o.lang, Headline: at(p.title, false), Dateline: p.dateline,
		Caption: p.caption, Credit: p.credit,
	}
	pages := p.pages(false)
	t.Pages = len(pages)
	for _, page := range pages {
		for _, b := range page {
			switch b.kind {
			case 'h':
				t.Headings = append(t.Headings, Heading{b.level, b.number, b.text})
			case 'p':
				t.Paragraphs = append(t.Paragraphs, b.text)
			}
		}
	}
	for _, b := range p.blocks {
		if before, after := change(b.text); before != "" {
			t.Before, t.After = before, after
		}
	}
	return t
}
