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
	o := DateOptions{Lang: h.Lang, Now: h.Now, Zone: h.Zone}
	l := lay(readLines(dump), h.Title, o)
	title := or(h.Title, l.headline())
	c := claims{titles: []string{title}, dates: o, dump: true}
	if h.Summary != "" {
		c.summary = []string{h.Summary}
	}
	text, above, below := l.parts()
	c.above, c.below = above, below
	d := edit(text, c)
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

// dumpPieces makes pieces of lines. A line that ends in a labelled credit is a
// caption: no sentence of an article does.
func dumpPieces(lines []string) []piece {
	pieces := make([]piece, 0, len(lines))
	for i, line := range lines {
		p := piece{kind: news.Paragraph, text: line}
		if i < len(lines)-1 && isCaptionLine(line) {
			p.role = roleCaption
		} else if isBullet(line) {
			_, rest, _ := strings.Cut(line, " ")
			p.kind, p.text = news.List, rest
		}
		pieces = append(pieces, p)
	}
	return pieces
}
