package fetcher

import (
	"bytes"
	"encoding/base64"
	"html"
	"net/url"
	"strings"

	"golang.org/x/text/language"
)

// unescape resolves the references of XML text once.
func unescape(text []byte) string {
	return unescapeString(string(text))
}

// unescapeString is html.UnescapeString but for names without a semicolon: in
// an address, "&copy=1" is a parameter.
func unescapeString(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		at := strings.IndexByte(s, '&')
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at:]
		n := strings.IndexByte(s[:min(len(s), 40)], ';')
		if n < 0 {
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		if c := commonReference(s[1:n]); c != 0 {
			b.WriteByte(c)
			s = s[n+1:]
			continue
		}
		if r := html.UnescapeString(s[:n+1]); r != s[:n+1] && !strings.ContainsRune(s[1:n], '&') {
			b.WriteString(r)
			s = s[n+1:]
			continue
		}
		b.WriteByte('&')
		s = s[1:]
	}
}

// commonReference is the character of one of the names that XML defines; 0: it
// is another.
func commonReference(name string) byte {
	switch name {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	return 0
}

// maxText bounds what is read of one text: more than is taken of an item.
const maxText = 2 * maxItemText

// textValue is what an element's content says: with markup, the markup as HTML;
// without, the text that the references and CDATA sections stand for.
func textValue(inner []byte) (value string, markup bool) {
	inner = inner[:min(len(inner), maxText)]
	if bytes.IndexByte(inner, '<') < 0 {
		return unescape(inner), false
	}
	for s := (scanner{text: inner}); ; {
		t, more := s.next()
		if !more {
			break
		}
		if t.kind == startToken {
			return markupValue(inner), true
		}
	}
	var b strings.Builder
	for s := (scanner{text: inner}); ; {
		t, more := s.next()
		if !more {
			return b.String(), false
		}
		switch t.kind {
		case textToken:
			b.WriteString(unescape(t.whole))
		case cdataToken:
			b.Write(t.body)
		}
	}
}

// markupValue writes inline XML as HTML: no prefixes, no empty-element form
// for elements that HTML would leave open.
func markupValue(inner []byte) string {
	var b strings.Builder
	for s := (scanner{text: inner}); ; {
		t, more := s.next()
		if !more {
			return b.String()
		}
		switch t.kind {
		case textToken:
			b.Write(t.whole)
		case cdataToken:
			b.WriteString(escapeText(string(t.body)))
		case startToken:
			name := localName(t.name)
			b.WriteByte('<')
			b.WriteString(name)
			b.Write(bytes.TrimRight(t.attrs, " \t\r\n"))
			b.WriteByte('>')
			if t.closed && !isVoid(name) {
				b.WriteString("</" + name + ">")
			}
		case endToken:
			if name := localName(t.name); !isVoid(name) {
				b.WriteString("</" + name + ">")
			}
		}
	}
}

func localName(name []byte) string {
	if _, local, ok := bytes.Cut(name, []byte(":")); ok {
		name = local
	}
	return string(name)
}

func isVoid(name string) bool {
	switch strings.ToLower(name) {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// typedText reads an Atom text construct by its type: as HTML, and as plain text.
func typedText(e *element) (fragment, plain string) {
	fragment, words := typedFragment(e)
	if words {
		return escapeText(fragment), fragment
	}
	return fragment, plainText(fragment)
}

// typedHTML reads an Atom text construct by its type as HTML.
func typedHTML(e *element) string {
	fragment, words := typedFragment(e)
	if words {
		return escapeText(fragment)
	}
	return fragment
}

// typedFragment reads an Atom text construct by its type: as HTML, or as words
// that are not HTML.
func typedFragment(e *element) (fragment string, words bool) {
	kind, mode := strings.ToLower(e.attr("type")), strings.ToLower(e.attr("mode"))
	value, markup := textValue(e.inner)
	if mode == "base64" {
		if raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), "")); err == nil {
			value, markup = string(raw), false
		}
	}
	switch {
	case markup:
		fragment = withoutDiv(value)
		if strings.HasSuffix(kind, "html") && kind != "xhtml" && !strings.Contains(fragment, "<") { // escaped inside its div
			fragment = unescapeString(fragment)
		}
	case kind == "html", kind == "text/html", kind == "application/xhtml+xml", strings.Contains(kind, "xml"), kind == "" && mode == "escaped":
		fragment = value
	case kind == "xhtml":
		fragment = escapeText(value)
	default:
		words, fragment = true, value
	}
	return strings.TrimSpace(fragment), words
}

// guessedText reads a text of RSS, which never says what it is: HTML if it has
// the marks of it, else plain.
func guessedText(e *element) (fragment, plain string) {
	value, markup := textValue(e.inner)
	value = strings.TrimSpace(value)
	if markup || looksLikeHTML(value) {
		return value, plainText(value)
	}
	return escapeText(value), value
}

// withoutDiv takes off the one div that an XHTML text is wrapped in.
func withoutDiv(fragment string) string {
	trimmed := strings.TrimSpace(fragment)
	s := scanner{text: []byte(trimmed)}
	first, ok := s.next()
	if !ok || first.kind != startToken || first.closed || !strings.EqualFold(string(first.name), "div") {
		return fragment
	}
	for depth := 1; depth > 0; {
		from := s.at
		t, more := s.next()
		if !more {
			return fragment
		}
		switch {
		case t.kind == startToken && !t.closed && strings.EqualFold(string(t.name), "div"):
			depth++
		case t.kind == endToken && strings.EqualFold(string(t.name), "div"):
			if depth--; depth == 0 && s.at == len(trimmed) {
				return trimmed[len(first.whole):from]
			}
		}
	}
	return fragment
}

// looksLikeHTML reports whether a text that may be either is HTML: it closes
// an element or has a reference, and all the elements it opens exist.
func looksLikeHTML(value string) bool {
	if strings.IndexByte(value, '<') < 0 {
		return strings.IndexByte(value, '&') >= 0 && unescapeString(value) != value
	}
	marks := unescapeString(value) != value
	for s := (scanner{text: []byte(value)}); ; {
		t, more := s.next()
		if !more {
			return marks
		}
		switch t.kind {
		case startToken:
			if !isHTMLElement(string(t.name)) {
				return false
			}
			marks = marks || t.closed || isVoid(string(t.name))
		case endToken:
			if !isHTMLElement(string(t.name)) {
				return false
			}
			marks = true
		case asideToken:
			marks = marks || bytes.HasPrefix(t.whole, []byte("<!--"))
		}
	}
}

func isHTMLElement(name string) bool {
	switch strings.ToLower(name) {
	case "a", "abbr", "acronym", "address", "applet", "area", "article", "aside", "audio", "b", "base", "bdi", "bdo", "big", "blink",
		"blockquote", "body", "br", "button", "canvas", "caption", "center", "cite", "code", "col", "colgroup", "data", "dd", "del",
		"details", "dfn", "dialog", "dir", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "font", "footer",
		"form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img",
		"input", "ins", "kbd", "label", "legend", "li", "link", "main", "map", "mark", "menu", "meta", "meter", "nav", "nobr",
		"noframes", "noscript", "object", "ol", "optgroup", "option", "output", "p", "param", "picture", "pre", "progress", "q",
		"rp", "rt", "ruby", "s", "samp", "script", "section", "select", "small", "source", "span", "strike", "strong", "style",
		"sub", "summary", "sup", "table", "tbody", "td", "template", "textarea", "tfoot", "th", "thead", "time", "title", "tr",
		"track", "tt", "u", "ul", "var", "video", "wbr", "svg", "math":
		return true
	}
	return false
}

// plainText is what a fragment of HTML says to somebody who sees no markup.
func plainText(fragment string) string {
	var b strings.Builder
	hidden := ""
	lastEnd := lastEnds(fragment)
	for s := (scanner{text: []byte(fragment)}); ; {
		t, more := s.next()
		if !more {
			break
		}
		name := strings.ToLower(string(t.name))
		switch {
		case hidden != "":
			if t.kind == endToken && name == hidden {
				hidden = ""
			}
		case t.kind == asideToken && t.broken: // a comment without an end hides only its tag
			if n := bytes.IndexByte(t.whole, '>'); n >= 0 {
				s.at += n + 1 - len(t.whole)
			}
		case t.kind == textToken:
			b.WriteString(html.UnescapeString(string(t.whole)))
		case t.kind == cdataToken:
			b.Write(t.body)
		case t.kind == startToken && !t.closed && lastEnd[name] >= s.at:
			hidden = name
		case t.kind == startToken && (name == "br" || name == "p" || name == "div"), t.kind == endToken && name == "p":
			b.WriteByte(' ')
		}
	}
	return strings.TrimSpace(b.String())
}

// lastEnds says where the elements whose content nobody sees are last closed.
// One that is never closed hides nothing.
func lastEnds(fragment string) map[string]int {
	var ends map[string]int
	for at := 0; ; {
		n := strings.Index(fragment[at:], "</")
		if n < 0 {
			return ends
		}
		if at += n; at > 0 {
			if name := unseen(fragment[at+2:]); name != "" {
				if ends == nil {
					ends = map[string]int{}
				}
				ends[name] = at
			}
		}
		at += 2
	}
}

// unseen is the element whose content nobody sees that a tag's text names.
func unseen(tag string) string {
	for _, name := range [...]string{"script", "style", "object", "applet", "noscript", "template", "textarea", "select",
		"svg", "math", "xmp", "noembed", "noframes", "title"} {
		if len(tag) >= len(name) && strings.EqualFold(tag[:len(name)], name) {
			return name
		}
	}
	return ""
}

// resolve makes an address absolute. What is no address stays as it is.
func resolve(base, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" || base == "" {
		return ref
	}
	if strings.HasPrefix(ref, "https://") || strings.HasPrefix(ref, "http://") {
		return ref // absolute, or no address
	}
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	r, err := url.Parse(ref)
	if err != nil || r.IsAbs() {
		return ref
	}
	return b.ResolveReference(r).String()
}

// languageTag is a claim of language in its usual spelling; what is no tag
// is nothing.
func languageTag(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if s == "" || len(s) > 35 {
		return ""
	}
	if _, err := language.Parse(s); err != nil && len(s) > 8 {
		return ""
	}
	return s
}
