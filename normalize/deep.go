package normalize

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxNested is the depth, in open elements, that a page keeps when it is
// nested deeper than the parser goes, which gives up at 512.
const maxNested = 400

// parse reads a page or a fragment. One that is nested too deeply is read
// without the tags of its deepest elements; nil: not even then. The pictures of
// AMP pages are pictures.
func parse(markup string) *html.Node {
	if strings.Contains(markup, "<amp-img") {
		markup = ampPictures.Replace(markup)
	}
	if root := plainTree(markup); root != nil {
		return root
	}
	if root, err := html.Parse(strings.NewReader(markup)); err == nil {
		return root
	}
	if root, err := html.Parse(strings.NewReader(shallow(markup))); err == nil {
		return root
	}
	return nil
}

// ampPictures writes the picture element of AMP as that of HTML.
var ampPictures = strings.NewReplacer("<amp-img", "<img", "</amp-img>", "")

// impliedEnd are the elements that end without an end tag: they do not nest
// by being left open.
var impliedEnd = map[atom.Atom]bool{
	atom.P: true, atom.Li: true, atom.Dd: true, atom.Dt: true, atom.Option: true, atom.Tr: true, atom.Td: true, atom.Th: true, atom.Thead: true, atom.Tbody: true, atom.Tfoot: true,
	atom.Html: true, atom.Head: true, atom.Body: true,
	atom.Br: true, atom.Img: true, atom.Hr: true, atom.Input: true, atom.Meta: true, atom.Link: true, atom.Wbr: true, atom.Source: true, atom.Area: true, atom.Base: true, atom.Col: true, atom.Embed: true, atom.Param: true, atom.Track: true,
}

// wrappers are the elements that nest without meaning anything.
var wrappers = map[atom.Atom]bool{
	atom.Div: true, atom.Span: true, atom.Section: true, atom.Article: true, atom.Center: true, atom.Font: true, atom.B: true, atom.I: true, atom.Em: true, atom.Strong: true,
	atom.U: true, atom.Small: true, atom.Big: true, atom.Blockquote: true, atom.Ul: true, atom.Ol: true, atom.Table: true, atom.Tt: true, atom.S: true, 0: true,
}

// shallow is markup without the tags of elements that are nested deeper than
// maxNested. Their text stays.
func shallow(markup string) string {
	type element struct {
		name string
		kept bool
	}
	var open []element
	var b strings.Builder
	b.Grow(len(markup))
	z := html.NewTokenizer(strings.NewReader(markup))
	for depth := 0; ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return b.String()
		case html.StartTagToken:
			raw := string(z.Raw()) // before the tag's name is read, which lowers its case in place
			name, _ := z.TagName()
			if impliedEnd[atom.Lookup(name)] {
				b.WriteString(raw)
				continue
			}
			kept := depth < maxNested || depth < maxNested+50 && !wrappers[atom.Lookup(name)]
			open = append(open, element{string(name), kept})
			if kept {
				depth++
				b.WriteString(raw)
			}
		case html.EndTagToken:
			raw := string(z.Raw())
			name, _ := z.TagName()
			if impliedEnd[atom.Lookup(name)] {
				b.WriteString(raw)
				continue
			}
			at := len(open) - 1
			for at >= 0 && at >= len(open)-maxNested && open[at].name != string(name) {
				at--
			}
			if at < 0 || open[at].name != string(name) {
				continue // of an element that was not open
			}
			kept := open[at].kept
			for _, e := range open[at:] {
				if e.kept {
					depth--
				}
			}
			open = open[:at]
			if kept {
				b.WriteString(raw)
			}
		default:
			b.Write(z.Raw())
		}
	}
}

// flatText is the text of a page that is nested too deeply to be parsed.
func flatText(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	hidden := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == "" {
				b.WriteString(string(z.Text()))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch {
			case t.Type == html.StartTagToken && (t.Data == "script" || t.Data == "style" || t.Data == "title"):
				hidden = t.Data
			case t.Type == html.EndTagToken && t.Data == hidden:
				hidden = ""
			case !inline(t.DataAtom):
				b.WriteString("\n\n")
			}
		}
	}
}
