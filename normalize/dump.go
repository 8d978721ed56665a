package normalize

import (
	"strings"

	"dateline/news"
)

// Text edits a plain text dump: what is left of a page when its markup is
// gone, furniture and all.
func Text(dump string, h Hints) news.Article {
	if len(dump) > maxPage {
		dump = firstBytes(dump, maxPage)
	}
	lines := readLines(dump)
	title := h.Title
	if title == "" {
		title, lines = takeTitle(lines)
	}
	o := DateOptions{Lang: h.Lang, Now: h.Now, Zone: h.Zone}
	c := claims{titles: []string{title}, dates: o, dump: true}
	if h.Summary != "" {
		c.summary = []string{h.Summary}
	}
	d := edit(dumpPieces(lines), c)
	a := d.article(h, "")
	a.Headline = title
	a.Link = news.CleanLink(h.URL)
	if h.Summary != "" {
		a.Lede = h.Summary
	}
	a.Kind = kindOf(&a, &meta{}, 0, 0)
	lead(&a, "")
	return a
}

// isDump reports whether a text is one: several lines, and no markup.
func isDump(text string) bool {
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "<")
		if !found {
			break
		}
		if after != "" && (isASCIILetter(after[0]) || after[0] == '/' || after[0] == '!' || after[0] == '?') {
			return false
		}
		rest = after
	}
	lines := 0
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	return lines >= 3
}

func isASCIILetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func readLines(dump string) []string {
	dump = validText(strings.ReplaceAll(dump, "\r\n", "\n"))
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(dump, "\r", "\n"), "\n") {
		if line = oneLine(line); line != "" && len(lines) < maxPieces {
			lines = append(lines, line)
		}
	}
	return lines
}

// takeTitle finds the headline: a line that stands twice near the top, else
// the first that could be one.
func takeTitle(lines []string) (string, []string) {
	count := map[string]int{}
	for _, line := range lines[:min(len(lines), 40)] {
		count[key(line)]++
	}
	for _, line := range lines[:min(len(lines), 40)] {
		if n := countWords(line); count[key(line)] > 1 && n >= 4 && n <= 40 && !isControl(wordsUpTo(line, 120)) {
			return line, lines
		}
	}
	for i, line := range lines[:min(len(lines), 15)] {
		p := piece{text: line}
		if n := countWords(line); n < 3 || n > 30 || isControl(wordsUpTo(line, 120)) || isFurniture(&p) {
			continue
		}
		if _, ok := ParseDate(line, DateOptions{}); ok {
			continue
		}
		if closesSentence(line) && i+1 < len(lines) && countWords(line) > 14 {
			return "", lines
		}
		return line, lines
	}
	return "", lines
}

// dumpPieces makes pieces of lines. A line that ends in a labelled credit is a
// caption: no sentence of an article does.
func dumpPieces(lines []string) []piece {
	pieces := make([]piece, 0, len(lines))
	for i, line := range lines {
		p := piece{kind: news.Paragraph, text: line}
		if text, credit := splitCredit(line); i < len(lines)-1 && credit != "" && len(credit) < 80 && text != "" && countWords(text) <= 90 && !copyrightPhrases.within(wordsUpTo(line, 400)) {
			p.role = roleCaption
		} else if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "• ") {
			_, rest, _ := strings.Cut(line, " ")
			p.kind, p.text = news.List, rest
		}
		pieces = append(pieces, p)
	}
	return pieces
}
