package publish

import (
	"html"
	"slices"
	"strconv"
	"strings"

	"dateline/news"
)

// contentHTML is an article's body as HTML for feeds: figures with caption and
// credit, section headings with their numbers, no style, no script.
func contentHTML(a *news.Article) string { return contentWith(a, address) }

// contentWith is contentHTML with pictures under the addresses that src gives
// them.
func contentWith(a *news.Article, src func(string) string) string {
	var b strings.Builder
	writeFigure(&b, a.Lead, src)
	if a.Dateline != "" && len(a.Body) > 0 && a.Body[0].Kind == news.Paragraph {
		writeParagraph(&b, a.Dateline, a.Body[0])
		writeBlocks(&b, a.Body[1:], src)
	} else {
		writeBlocks(&b, a.Body, src)
	}
	return b.String()
}

func writeBlocks(b *strings.Builder, blocks []news.Block, src func(string) string) {
	for _, block := range blocks {
		switch block.Kind {
		case news.Paragraph:
			writeParagraph(b, "", block)
		case news.Heading:
			writeHeading(b, block)
		case news.Quote:
			writeQuote(b, block)
		case news.List:
			writeList(b, block)
		case news.Code:
			wrap(b, "pre", "<code>"+escape(block.Text)+"</code>")
		case news.Table:
			writeTable(b, block)
		case news.Picture:
			writeFigure(b, block.Figure, src)
		}
	}
}

func writeParagraph(b *strings.Builder, dateline string, block news.Block) {
	if strings.TrimSpace(block.Text) == "" {
		return
	}
	b.WriteString("<p>")
	if dateline != "" {
		b.WriteString("<strong>" + escape(line(dateline)) + "</strong> — ")
	}
	b.WriteString(linked(block.Text, block.Links))
	b.WriteString("</p>\n")
}

func writeHeading(b *strings.Builder, block news.Block) {
	text := escape(line(block.Text))
	if block.Number > 0 {
		text = strconv.Itoa(block.Number) + ". " + text
	}
	wrap(b, "h"+strconv.Itoa(min(max(block.Level, 2), 6)), text)
}

func writeQuote(b *strings.Builder, block news.Block) {
	if strings.TrimSpace(block.Text) == "" {
		return
	}
	b.WriteString("<blockquote>")
	at := 0
	for part := range strings.SplitSeq(block.Text, "\n") {
		if strings.TrimSpace(part) != "" {
			b.WriteString("<p>" + linked(part, within(block.Links, at, at+len(part))) + "</p>")
		}
		at += len(part) + 1
	}
	b.WriteString("</blockquote>\n")
}

// within are the links that lie between two offsets, counted from the first.
func within(links []news.Link, start, end int) []news.Link {
	var inside []news.Link
	for _, l := range links {
		if l.Start >= start && l.End <= end {
			inside = append(inside, news.Link{Start: l.Start - start, End: l.End - start, URL: l.URL})
		}
	}
	return inside
}

func writeList(b *strings.Builder, block news.Block) {
	if len(block.Items) == 0 {
		return
	}
	tag := "ul"
	if block.Ordered {
		tag = "ol"
	}
	b.WriteString("<" + tag + ">")
	for _, item := range block.Items {
		b.WriteString("<li>" + escape(item) + "</li>")
	}
	b.WriteString("</" + tag + ">\n")
}

func writeTable(b *strings.Builder, block news.Block) {
	if len(block.Rows) == 0 {
		return
	}
	b.WriteString("<table>")
	for _, row := range block.Rows {
		b.WriteString("<tr>")
		for _, cell := range row {
			b.WriteString("<td>" + escape(cell) + "</td>")
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table>\n")
}

// writeFigure writes a picture, or only its caption where the picture's
// address was not to be had.
func writeFigure(b *strings.Builder, f *news.Figure, at func(string) string) {
	if f == nil {
		return
	}
	src, caption, credit := at(f.Src), escape(line(f.Caption)), escape(line(f.Credit))
	if src == "" && caption == "" && credit == "" {
		return
	}
	b.WriteString("<figure>")
	if src != "" {
		b.WriteString(`<img src="` + escape(src) + `" alt="` + escape(line(f.Alt)) + `"`)
		if f.Width > 0 && f.Height > 0 {
			b.WriteString(` width="` + strconv.Itoa(f.Width) + `" height="` + strconv.Itoa(f.Height) + `"`)
		}
		b.WriteString(` loading="lazy" referrerpolicy="no-referrer">`)
	}
	if caption != "" || credit != "" {
		b.WriteString("<figcaption>" + caption)
		if credit != "" {
			if caption != "" {
				b.WriteString(" ")
			}
			b.WriteString("<cite>" + credit + "</cite>")
		}
		b.WriteString("</figcaption>")
	}
	b.WriteString("</figure>\n")
}

// linked is text with its links made; a link that does not fit the text, or
// leads to no page, is left out.
func linked(text string, links []news.Link) string {
	var b strings.Builder
	at := 0
	links = slices.Clone(links)
	slices.SortStableFunc(links, func(a, b news.Link) int { return a.Start - b.Start })
	for _, l := range links {
		to := address(l.URL)
		if to == "" || l.Start < at || l.End <= l.Start || l.End > len(text) {
			continue
		}
		b.WriteString(escape(text[at:l.Start]))
		b.WriteString(`<a href="` + escape(to) + `" rel="noopener nofollow">` + escape(text[l.Start:l.End]) + "</a>")
		at = l.End
	}
	b.WriteString(escape(text[at:]))
	return b.String()
}

func wrap(b *strings.Builder, tag, inner string) {
	if inner != "" {
		b.WriteString("<" + tag + ">" + inner + "</" + tag + ">\n")
	}
}

// escape makes text safe inside HTML elements and quoted attributes.
func escape(s string) string { return html.EscapeString(legal(s)) }
