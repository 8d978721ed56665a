package fetcher

import (
	"bytes"
)

// tokenKind says what a token is.
type tokenKind uint8

const (
	textToken tokenKind = iota
	cdataToken
	startToken
	endToken
	asideToken // a comment, an instruction or a declaration
)

// token is one piece of a document; its slices alias the document.
type token struct {
	kind   tokenKind
	whole  []byte // as it stands
	name   []byte // of a tag, with its prefix
	attrs  []byte // of a start tag, unparsed
	body   []byte // of CDATA
	closed bool   // a start tag that is its own end tag
	broken bool   // not XML: a stray bracket, or the document ends inside
}

// scanner cuts markup into tokens. It takes anything: what is no markup is text.
type scanner struct {
	text    []byte
	at      int
	endless [2]bool // no "]]>" and no "?>" follow: not to be looked for again
}

// next gives the next token; false at the end.
func (s *scanner) next() (token, bool) {
	rest := s.text[s.at:]
	if len(rest) == 0 {
		return token{}, false
	}
	t := s.cut(rest)
	s.at += len(t.whole)
	return t, true
}

func (s *scanner) cut(rest []byte) token {
	if rest[0] != '<' {
		n := bytes.IndexByte(rest, '<')
		if n < 0 {
			n = len(rest)
		}
		return token{kind: textToken, whole: rest[:n]}
	}
	if len(rest) == 1 {
		return token{kind: textToken, whole: rest, broken: true}
	}
	switch c := rest[1]; {
	case c == '!':
		return s.cutDeclaration(rest)
	case c == '?':
		return s.cutInstruction(rest)
	case c == '/' && len(rest) > 2 && isNameStart(rest[2]):
		return cutEnd(rest)
	case isNameStart(c):
		return cutStart(rest)
	case c == '/' && len(rest) == 2:
		return token{kind: asideToken, whole: rest, broken: true}
	}
	return token{kind: textToken, whole: rest[:1], broken: true}
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func (s *scanner) cutDeclaration(rest []byte) token {
	const open = "<![CDATA["
	if bytes.HasPrefix(rest, []byte(open)) {
		n := -1
		if !s.endless[0] {
			n = bytes.Index(rest, []byte("]]>"))
		}
		if n < 0 {
			s.endless[0] = true
			return token{kind: cdataToken, whole: rest, body: rest[len(open):], broken: true}
		}
		return token{kind: cdataToken, whole: rest[:n+3], body: rest[len(open):n]}
	}
	if bytes.HasPrefix(rest, []byte("<!--")) {
		return cutAside(rest, "-->")
	}
	return cutAside(rest, ">")
}

// cutInstruction cuts up to "?>", or to any ">" where there is none.
func (s *scanner) cutInstruction(rest []byte) token {
	if !s.endless[1] {
		if t := cutAside(rest, "?>"); !t.broken {
			return t
		}
		s.endless[1] = true
	}
	t := cutAside(rest, ">")
	t.broken = true
	return t
}

// cutAside cuts up to the closing mark, or to the end of the document.
func cutAside(rest []byte, mark string) token {
	if n := bytes.Index(rest, []byte(mark)); n >= 0 {
		return token{kind: asideToken, whole: rest[:n+len(mark)]}
	}
	return token{kind: asideToken, whole: rest, broken: true}
}

func cutEnd(rest []byte) token {
	t := token{kind: endToken}
	limit := len(rest)
	if next := bytes.IndexByte(rest[1:], '<'); next >= 0 {
		limit = next + 1
	}
	n := bytes.IndexByte(rest[:limit], '>')
	if n < 0 {
		t.broken = true
		n = limit - 1
	}
	t.whole = rest[:n+1]
	t.name = tagName(rest[2 : n+1])
	return t
}

func cutStart(rest []byte) token {
	t := token{kind: startToken}
	n := tagEnd(rest)
	if n == strayBracket {
		return token{kind: textToken, whole: rest[:1], broken: true}
	}
	if n < 0 {
		t.broken = true
		if n = bytes.IndexByte(rest, '>'); n < 0 {
			return token{kind: asideToken, whole: rest, broken: true} // cut off inside a tag
		}
	}
	t.whole = rest[:n+1]
	inside := rest[1:n]
	if len(inside) > 0 && inside[len(inside)-1] == '/' {
		t.closed = true
		inside = inside[:len(inside)-1]
	}
	t.name = tagName(inside)
	t.attrs = inside[len(t.name):]
	return t
}

// What tagEnd answers where a start tag has no end.
const (
	noTagEnd     = -1 // the document ends first, or a quote swallows too much
	strayBracket = -2 // another tag begins first
)

// tagEnd finds the ">" that ends a start tag, quotes honoured.
func tagEnd(rest []byte) int {
	quote := byte(0)
	equals := false
	for i := 1; i < len(rest); i++ {
		c := rest[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if i > 64<<10 {
				return noTagEnd
			}
		case c == '>':
			return i
		case (c == '"' || c == '\'') && equals:
			quote = c
		case c == '<':
			return strayBracket
		}
		if quote == 0 && c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			equals = c == '='
		}
	}
	return noTagEnd
}

func tagName(inside []byte) []byte {
	for i, c := range inside {
		switch c {
		case ' ', '\t', '\n', '\r', '/', '>', '<', '=':
			return inside[:i]
		}
	}
	return inside
}

// attribute is one name and value of a start tag.
type attribute struct {
	name  string // with its prefix, as written
	value string // unescaped
}

// maxAttributes bounds what is read of one tag.
const maxAttributes = 64

// attributes parses what a start tag says.
func attributes(raw []byte) []attribute {
	var list []attribute
	for len(list) < maxAttributes {
		raw = bytes.TrimLeft(raw, " \t\r\n/")
		name := tagName(raw)
		raw = raw[len(name):]
		if len(name) == 0 {
			if len(raw) == 0 {
				break
			}
			raw = raw[1:]
			continue
		}
		var value []byte
		if rest := bytes.TrimLeft(raw, " \t\r\n"); len(rest) > 0 && rest[0] == '=' {
			value, raw = attributeValue(bytes.TrimLeft(rest[1:], " \t\r\n"))
		}
		list = append(list, attribute{string(name), unescape(value)})
	}
	return list
}

func attributeValue(rest []byte) (value, after []byte) {
	if len(rest) == 0 {
		return nil, nil
	}
	if q := rest[0]; q == '"' || q == '\'' {
		if n := bytes.IndexByte(rest[1:], q); n >= 0 {
			return rest[1 : n+1], rest[n+2:]
		}
		return rest[1:], nil
	}
	n := bytes.IndexAny(rest, " \t\r\n")
	if n < 0 {
		n = len(rest)
	}
	return rest[:n], rest[n:]
}
