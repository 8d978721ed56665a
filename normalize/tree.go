package normalize

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/news"
)

// attr gives an attribute's value.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// skipped reports whether nothing in the element is ever text for a reader.
func skipped(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Math, atom.Iframe, atom.Object, atom.Embed, atom.Canvas,
		atom.Button, atom.Select, atom.Option, atom.Textarea, atom.Input, atom.Label, atom.Dialog, atom.Head, atom.Link, atom.Meta,
		atom.Video, atom.Audio, atom.Map, atom.Menu, atom.Datalist, atom.Title, atom.Source:
		return true
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		case "aria-hidden":
			if a.Val == "true" && (n.DataAtom == atom.I || n.DataAtom == atom.Span && len(plainText(n)) < 20) {
				return true
			}
		}
	}
	return false
}

// inline reports whether an element stands in a line of text.
func inline(a atom.Atom) bool {
	switch a {
	case atom.A, atom.Abbr, atom.Acronym, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Cite, atom.Code, atom.Data, atom.Del, atom.Dfn,
		atom.Em, atom.Font, atom.I, atom.Ins, atom.Kbd, atom.Mark, atom.Q, atom.Rp, atom.Rt, atom.Ruby, atom.S, atom.Samp,
		atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var, atom.Picture,
		atom.Wbr, atom.Img, atom.Br, atom.Nobr:
		return true
	}
	return false
}

func blockStyled(n *html.Node) bool {
	if n.DataAtom != atom.Span && n.DataAtom != atom.A {
		return false
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && !inline(c.DataAtom) && !skipped(c) {
			return true
		}
	}
	return false
}

// isReference reports whether a sup element is the mark of a footnote.
func isReference(n *html.Node) bool {
	var b strings.Builder
	rawText(n, &b)
	text := strings.Trim(strings.TrimSpace(b.String()), "[]() ")
	if text == "" || len(text) > 3 || n.FirstChild == nil || n.FirstChild.DataAtom != atom.A {
		return false
	}
	return strings.Trim(text, "0123456789") == ""
}

// holdsTitle reports whether an h1 stands under n.
func holdsTitle(n *html.Node, depth int) bool {
	if depth > 12 {
		return false
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (c.DataAtom == atom.H1 || holdsTitle(c, depth+1)) {
			return true
		}
	}
	return false
}

// holdsPost reports whether an element holds a post of a network that the
// article quotes.
func holdsPost(n *html.Node, depth int) bool {
	if depth > 6 {
		return false
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if c.DataAtom == atom.Blockquote && classFlags(attr(c, "class"))&flagPost != 0 || holdsPost(c, depth+1) {
			return true
		}
	}
	return false
}

// namesPicture reports whether an element says no more than that a picture
// follows: a word for those who cannot see it.
func namesPicture(n *html.Node) bool {
	text := n.FirstChild
	if text == nil || text.NextSibling != nil || text.Type != html.TextNode || len(text.Data) > 40 {
		return false
	}
	return pictureNames.whole(wordsOf(text.Data))
}

func hasNoPicture(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (c.DataAtom == atom.Img || c.DataAtom == atom.Figure || c.DataAtom == atom.Video || c.DataAtom == atom.Iframe || !hasNoPicture(c)) {
			return false
		}
	}
	return true
}

// rawText writes all text under n as it is.
func rawText(n *html.Node, b *strings.Builder) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.DataAtom == atom.Br:
			b.WriteByte('\n')
		case c.Type == html.ElementNode && c.DataAtom != atom.Script && c.DataAtom != atom.Style:
			rawText(c, b)
		}
	}
}

// plainText is the text under n on one line.
func plainText(n *html.Node) string {
	var b strings.Builder
	rawText(n, &b)
	return oneLine(b.String())
}

// oneLine collapses all white space.
func oneLine(s string) string {
	if isOneLine(s) {
		return s
	}
	return strings.Join(strings.Fields(strings.Map(seen, s)), " ")
}

// seen takes out the characters that are none of a text.
func seen(r rune) rune {
	if unseen(r) {
		return -1
	}
	return r
}

// isOneLine is the short way for ASCII text that is one line already.
func isOneLine(s string) bool {
	space := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x7F || c < ' ' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

// withAddress drops the links that lead nowhere printable.
func withAddress(links []news.Link) []news.Link {
	kept := links[:0]
	for _, l := range links {
		if l.URL != "" {
			kept = append(kept, l)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// dataTable reads a table of short cells; nil for one that only lays out a
// page.
func dataTable(table *html.Node) [][]string {
	var rows [][]string
	cells, long, headed := 0, 0, false
	var read func(n *html.Node, depth int) bool
	read = func(n *html.Node, depth int) bool {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch c.DataAtom {
			case atom.Table, atom.Figure, atom.H1, atom.H2:
				return false
			case atom.Tr:
				rows = append(rows, nil)
			case atom.Td, atom.Th:
				if len(rows) == 0 || len(rows) > 2000 {
					return false
				}
				text := plainText(c)
				headed = headed || c.DataAtom == atom.Th
				cells++
				if len(text) > 120 {
					long++
				}
				rows[len(rows)-1] = append(rows[len(rows)-1], text)
			}
			if c.Type == html.ElementNode && !read(c, depth+1) {
				return false
			}
		}
		return true
	}
	if !read(table, 0) || len(rows) < 2 || cells < 2*len(rows) || long*3 > cells || long > 0 && !headed {
		return nil
	}
	return rows
}
