package normalize

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/news"
)

// largestSensible is the width beyond which a picture is only slower to load.
const largestSensible = 2000

// image adds a picture; pixels that only count readers are none.
func (w *walker) image(n *html.Node, ctx context) {
	f := w.figureOf(n)
	if f == nil {
		return
	}
	if ctx.inLink && ctx.frame == nil && f.Width > 0 && f.Width < 60 {
		return
	}
	if ctx.frame == nil && f.Width > 0 && f.Height > 0 && max(f.Width, f.Height) <= 120 { // a portrait of who wrote it
		return
	}
	p := piece{kind: news.Picture, figure: f, frame: ctx.frame, node: n, flags: ctx.flags, italic: ctx.italic}
	if ctx.link != "" {
		p.links = []news.Link{{URL: ctx.link}}
	}
	if w.run.solid > 0 { // a picture in the middle of a paragraph follows it
		held := w.run
		w.run = run{}
		w.emit(p)
		w.run = held
		return
	}
	w.emit(p)
}

// noscript looks for the picture that a lazy one stands in for.
func (w *walker) noscript(n *html.Node, ctx context) {
	if last := len(w.pieces) - 1; last >= 0 && w.pieces[last].kind == news.Picture && w.pieces[last].figure.Src != "" {
		return
	}
	var b strings.Builder
	rawText(n, &b)
	if text := b.String(); len(text) < 5000 && strings.Contains(text, "<img") {
		z := html.NewTokenizer(strings.NewReader(text))
		for z.Next() != html.ErrorToken {
			if t := z.Token(); t.DataAtom == atom.Img {
				w.image(&html.Node{Type: html.ElementNode, DataAtom: atom.Img, Data: "img", Attr: t.Attr}, ctx)
				return
			}
		}
	}
}

// figureOf reads an img element, with the sources of its picture element.
func (w *walker) figureOf(n *html.Node) *news.Figure {
	f := &news.Figure{Alt: plainTitle(attr(n, "alt")), Width: pixels(attr(n, "width")), Height: pixels(attr(n, "height"))}
	if f.Width == 1 || f.Height == 1 || f.Width == 2 && f.Height == 2 {
		return nil
	}
	best, width := "", 0
	for _, name := range []string{"srcset", "data-srcset", "data-lazy-srcset"} {
		if src, n := largest(attr(n, name)); src != "" && n >= width {
			best, width = src, n
		}
	}
	if best == "" && n.Parent != nil && n.Parent.DataAtom == atom.Picture {
		for c := n.Parent.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom != atom.Source {
				continue
			}
			for _, name := range []string{"srcset", "data-srcset"} {
				if src, n := largest(attr(c, name)); src != "" && (best == "" || n > width) {
					best, width = src, n
				}
			}
		}
	}
	if best == "" {
		for _, name := range []string{"data-src", "data-original", "data-lazy-src", "data-lazy", "data-image", "data-url", "data-hi-res-src", "src"} {
			if v := strings.TrimSpace(attr(n, name)); v != "" && !strings.HasPrefix(v, "data:") && !strings.HasPrefix(v, "{") {
				best = v
				break
			}
		}
	}
	f.Src = w.address(best)
	if f.Src == "" || isPixel(f.Src) {
		return nil
	}
	if f.Width == 0 && width > 10 {
		f.Width = width
	}
	return f
}

// largest picks the widest source of a srcset that is not wastefully wide.
func largest(srcset string) (src string, width int) {
	for _, candidate := range splitSrcset(srcset) {
		fields := strings.Fields(candidate)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "data:") {
			continue
		}
		n := 1
		if len(fields) > 1 {
			if v, err := strconv.ParseFloat(strings.TrimRight(fields[1], "wxh"), 64); err == nil && v > 0 && v < 1e5 {
				n = int(v)
			}
		}
		if src == "" || n > width && n <= largestSensible || width > largestSensible && n < width {
			src, width = fields[0], n
		}
	}
	return src, width
}

// splitSrcset parts candidates at commas that are followed by a space or an
// address: addresses may hold commas themselves.
func splitSrcset(s string) []string {
	if len(s) > 20000 {
		return nil
	}
	var parts []string
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] != ',' {
			continue
		}
		rest := s[i+1:]
		if rest == "" || rest[0] == ' ' || rest[0] == '\n' || rest[0] == '\t' || strings.HasPrefix(rest, "http") {
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

func pixels(s string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(s), "px"))
	if err != nil || n < 0 || n > 100000 {
		return 0
	}
	return n
}

// isPixel knows the addresses of pictures that show nothing.
func isPixel(address string) bool {
	lower := strings.ToLower(address)
	for _, sign := range []string{"/pixel.", "/pixel?", "spacer.", "blank.gif", "/1x1", "1x1.", "transparent.", "/beacon", "placeholder", "feedburner.com/~", "/tr?id=", "doubleclick", "loading.gif", "/b.gif", "counter.php"} {
		if strings.Contains(lower, sign) {
			return true
		}
	}
	return false
}
