package fetcher

import (
	"bytes"
	"slices"
	"strings"
)

// Limits on the shape of a document. Past them its markup is flattened or cut.
const (
	maxDepth    = 256
	maxEntries  = 10_000
	maxElements = 1_000_000 // tags of one document
	maxIndexed  = 120_000   // elements around its texts: twelve for each entry
	maxKids     = 512       // elements of one entry; what more it has, is not read
	maxMending  = 4 << 20   // bytes that may be added to mend it
)

// balance rewrites a document so that every element is closed, none is nested
// beyond reason, and no bracket is astray. The text of what it cannot keep stays.
// It reports whether the document broke off, and where; or whether it was cut
// because it has more than is taken, which is no fault of the transfer.
func balance(text []byte) (balanced []byte, broke, inEntry, excess bool) {
	b := balancer{out: make([]byte, 0, len(text)+256), room: len(text) + maxMending}
	s := scanner{text: text}
	for b.entries <= maxEntries && b.elements <= maxElements && !b.done {
		t, more := s.next()
		if !more {
			break
		}
		if t.kind == cdataToken && t.broken {
			s.at += b.brokenCDATA(t) - len(t.whole)
			continue
		}
		b.take(t)
	}
	excess = b.entries > maxEntries || b.elements > maxElements
	broke, inEntry = len(b.open) > 0 && !excess, slices.ContainsFunc(b.open, isEntryName)
	for len(b.open) > 0 {
		b.pop()
	}
	return b.out, broke, inEntry, excess
}

type balancer struct {
	out      []byte
	open     []string
	dropped  int // start tags left out for depth, still to be ended
	entries  int
	elements int
	done     bool // the root is closed
	room     int  // beyond which stray brackets are left out
}

func (b *balancer) take(t token) {
	switch t.kind {
	case startToken:
		b.start(t)
	case endToken:
		b.end(string(t.name))
	case cdataToken:
		b.out = append(b.out, t.whole...)
	case textToken:
		switch {
		case !t.broken:
			b.out = append(b.out, t.whole...)
		case len(b.out) < b.room:
			b.out = append(b.out, "&lt;"...)
		}
	case asideToken: // comments and instructions say nothing to us
	}
}

func (b *balancer) start(t token) {
	name := string(t.name)
	if isEntryName(name) {
		b.closeEntry()
		b.entries++
	}
	b.elements++
	if b.entries > maxEntries || b.elements > maxElements {
		return
	}
	if len(b.open) >= maxDepth {
		if !t.closed {
			b.dropped++
		}
		return
	}
	b.out = append(append(b.out, '<'), name...)
	for _, a := range attributes(t.attrs) {
		if validName(a.name) {
			b.out = append(b.out, ` `+a.name+`="`+escapeAttribute(a.value)+`"`...)
		}
	}
	if t.closed {
		b.out = append(b.out, "/>"...)
		return
	}
	b.out = append(b.out, '>')
	b.open = append(b.open, name)
}

// closeEntry ends an entry that was never ended before the next one begins.
func (b *balancer) closeEntry() {
	at := slices.IndexFunc(b.open, isEntryName)
	for at >= 0 && len(b.open) > at {
		b.pop()
	}
}

func (b *balancer) end(name string) {
	at := len(b.open) - 1
	for at >= 0 && b.open[at] != name {
		at--
	}
	if at < 0 { // never opened, or spelled in another case
		if at = len(b.open) - 1; at < 0 || !strings.EqualFold(b.open[at], name) {
			return
		}
	}
	if b.dropped > 0 && at == len(b.open)-1 && len(b.open) >= maxDepth {
		b.dropped--
		return
	}
	b.dropped = 0
	for len(b.open) > at {
		b.pop()
	}
}

func (b *balancer) pop() {
	last := len(b.open) - 1
	b.out = append(append(append(b.out, "</"...), b.open[last]...), '>')
	b.open = b.open[:last]
	b.done = last == 0
}

// brokenCDATA takes a CDATA section without an end: it ends where the element
// it stands in does. The answer is how much of the document it took.
func (b *balancer) brokenCDATA(t token) int {
	body := t.body
	if len(b.open) > 0 {
		if n := bytes.Index(body, []byte("</"+b.open[len(b.open)-1])); n >= 0 {
			body = body[:n]
		}
	}
	b.out = append(b.out, escapeText(string(body))...)
	return len(t.whole) - len(t.body) + len(body)
}

func isEntryName(name string) bool {
	_, local, ok := strings.Cut(name, ":")
	if !ok {
		local = name
	}
	return strings.EqualFold(local, "item") || strings.EqualFold(local, "entry")
}

func validName(name string) bool {
	if name == "" || !isNameStart(name[0]) {
		return false
	}
	return !strings.ContainsAny(name, "\"'&<>=;,()[]{}@#$%^*!?/\\|`~+")
}

var (
	textEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	attrEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")
)

func escapeText(s string) string {
	return textEscapes.Replace(s)
}

func escapeAttribute(s string) string {
	return attrEscapes.Replace(s)
}
