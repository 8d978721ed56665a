package normalize

import (
	"strings"

	"golang.org/x/net/html"

	"dateline/news"
)

// cutThread drops what readers wrote below the text, where no class says so: at
// least three elements of one make that stand beside each other, each with
// text, without a heading, and ending in the same short line, the control to
// answer it.
func (d *draft) cutThread() {
	if d.feed || d.dump {
		return
	}
	labels := map[string][]int{}
	for i := range d.pieces {
		p := &d.pieces[i]
		if p.kind == news.Picture || len(p.text) > 40 || p.words() > 4 || p.level > 0 || p.under == nil || closes(p.text) {
			continue
		}
		labels[p.key()] = append(labels[p.key()], i)
	}
	start := len(d.pieces)
	for _, at := range labels {
		if len(at) < 3 {
			continue
		}
		first, ok := d.entryOf(at[0], at[1])
		if !ok || !d.isThread(first, at) {
			continue
		}
		for i := range at[0] + 1 {
			if d.pieces[i].within(first) {
				start = min(start, i)
				break
			}
		}
	}
	words := 0
	for i := range d.pieces[:start] {
		if d.pieces[i].clean() {
			words += d.pieces[i].words()
		}
	}
	if start == len(d.pieces) || words < 20 {
		return
	}
	if start > 0 && d.pieces[start-1].level > 0 { // "Opinions (12)"
		start--
	}
	d.pieces = d.pieces[:start]
}

// entryOf is the element around piece i that has its like around piece j as a
// sibling.
func (d *draft) entryOf(i, j int) (*html.Node, bool) {
	for n := d.pieces[i].under; n != nil && n.Parent != nil; n = n.Parent {
		if !d.pieces[j].within(n.Parent) {
			continue
		}
		for s := n.NextSibling; s != nil; s = s.NextSibling {
			if sameMake(n, s) && d.pieces[j].within(s) {
				return n, true
			}
		}
		return nil, false
	}
	return nil, false
}

// isThread reports whether the siblings of an entry that hold the control are
// readers' words: text in each, and no heading in any.
func (d *draft) isThread(entry *html.Node, controls []int) bool {
	from := 0
	for from < len(d.pieces) && !d.pieces[from].within(entry) {
		from++
	}
	for _, at := range controls {
		text := 0
		for i := from; i < at; i++ {
			p := &d.pieces[i]
			if p.level > 0 || p.kind == news.Picture && p.figure.Caption != "" {
				return false
			}
			text += len(strings.TrimSpace(p.text))
		}
		if text < 30 || !within(d.pieces[at].under, entry.Parent) {
			return false
		}
		from = at + 1
	}
	return true
}
