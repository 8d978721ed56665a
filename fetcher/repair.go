package fetcher

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

// cleanXML makes decoded text fit for an XML parser: it drops what XML forbids,
// settles character references, and cuts everything before the root element.
// It says what it had to do, one sentence each.
func cleanXML(text []byte) (clean []byte, notes []string) {
	note := func(changed bool, sentence string) {
		if changed {
			notes = append(notes, sentence)
		}
	}
	text, changed := dropControls(text)
	note(changed, "dropped control characters")
	prolog, text := cutProlog(text)
	note(strayProlog(prolog), "cut what stood before the root element")
	text, changed = settleReferences(text, declaredEntities(prolog))
	note(changed, "escaped stray ampersands")
	return text, notes
}

// dropControls removes the control characters that XML forbids and reads the
// C1 controls as the windows-1252 punctuation they nearly always are.
func dropControls(text []byte) ([]byte, bool) {
	first := firstControl(text)
	if first < 0 {
		return text, false
	}
	out := make([]byte, first, len(text))
	copy(out, text)
	for i := first; i < len(text); {
		b := text[i]
		switch {
		case b < 0x20 && b != '\t' && b != '\n' && b != '\r', b == 0x7F:
			i++
		case b == 0xC2 && i+1 < len(text) && text[i+1] >= 0x80 && text[i+1] < 0xA0:
			out = utf8.AppendRune(out, decodeC1(text[i+1]))
			i += 2
		case b == 0xEF && i+2 < len(text) && text[i+1] == 0xBF && text[i+2] >= 0xBE:
			i += 3 // U+FFFE and U+FFFF
		default:
			out = append(out, b)
			i++
		}
	}
	return out, true
}

func firstControl(text []byte) int {
	for i, b := range text {
		switch {
		case b >= 0x20 && b < 0x7F, b == '\n', b == '\t', b == '\r':
		case b < 0x20 || b == 0x7F:
			return i
		case b == 0xC2 && i+1 < len(text) && text[i+1] < 0xA0:
			return i
		case b == 0xEF && i+2 < len(text) && text[i+1] == 0xBF && text[i+2] >= 0xBE:
			return i
		}
	}
	return -1
}

func decodeC1(b byte) rune {
	r, _ := utf8.DecodeRune(decodeAs([]byte{b}, "windows-1252"))
	return r
}

var rootElement = regexp.MustCompile(`(?i)<(?:[a-z][\w.\-]*:)?(?:rss|rdf|feed|channel|redirect)[\s/>]`)

// cutProlog splits a document before its root element. A document whose root
// is no feed's is not split: it has no prolog that we could know.
func cutProlog(text []byte) (prolog, rest []byte) {
	rest = bytes.TrimLeft(text, " \t\r\n\uFEFF")
	for len(rest) > 0 {
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			rest = after(rest[4:], "-->")
		case bytes.HasPrefix(rest, []byte("<?")):
			rest = after(rest, ">")
		case bytes.HasPrefix(rest, []byte("<!")):
			rest = rest[doctypeEnd(rest):]
		case len(rest) >= 5 && bytes.EqualFold(rest[:5], []byte("<html")):
			return text[:len(text)-len(rest)], rest
		default:
			if at := rootElement.FindIndex(rest); at != nil {
				rest = rest[at[0]:]
			}
			return text[:len(text)-len(rest)], rest
		}
		rest = bytes.TrimLeft(rest, " \t\r\n\uFEFF")
	}
	return text, nil
}

// after gives what follows the first mark, or nothing.
func after(text []byte, mark string) []byte {
	_, rest, _ := bytes.Cut(text, []byte(mark))
	return rest
}

// doctypeEnd finds the end of a document type with or without an internal subset.
func doctypeEnd(text []byte) int {
	subset := false
	quote := byte(0)
	for i, b := range text {
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			if subset || i < 400 {
				quote = b
			}
		case b == '[':
			subset = true
		case b == ']':
			subset = false
		case b == '>' && !subset:
			return i + 1
		}
	}
	if at := bytes.IndexByte(text, '>'); at >= 0 {
		return at + 1
	}
	return len(text)
}

// strayProlog reports a prolog with more in it than a feed should have.
func strayProlog(prolog []byte) bool {
	for _, p := range []string{"<?xml", "<!DOCTYPE", "<!doctype", "<!--"} {
		if bytes.HasPrefix(bytes.TrimSpace(prolog), []byte(p)) {
			return false
		}
	}
	return len(bytes.TrimSpace(prolog)) > 0
}

var entityDeclaration = regexp.MustCompile(`<!ENTITY\s+([A-Za-z_][\w.\-]*)\s+(?:"(&#\w+;|[^&"<]*)"|'(&#\w+;|[^&'<]*)')\s*>`)

// Limits on the entities that a document type may declare. Values are plain
// text, so one cannot hold another: there is nothing to explode.
const (
	maxEntities    = 64
	maxEntityValue = 256
	maxEntityText  = 1 << 20 // what all of them together may add
)

// declaredEntities reads the plain-text entities of an internal subset.
func declaredEntities(prolog []byte) map[string]string {
	if !bytes.Contains(prolog, []byte("<!ENTITY")) {
		return nil
	}
	entities := map[string]string{}
	for _, m := range entityDeclaration.FindAllSubmatch(prolog, maxEntities) {
		value := string(m[2]) + string(m[3])
		if len(value) <= maxEntityValue {
			entities[string(m[1])] = html.UnescapeString(value)
		}
	}
	return entities
}

// settleReferences leaves only references that any XML parser knows: HTML and
// declared names become their characters, numbers get their semicolon, other
// ampersands are escaped. CDATA is not touched. It reports whether there was
// anything that XML does not allow.
func settleReferences(text []byte, declared map[string]string) (settled []byte, mended bool) {
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		at := bytes.IndexByte(text[i:], '&')
		if at < 0 || len(out)-done > maxMending {
			break // what is left of stray ampersands, the parser puts up with
		}
		if open := bytes.Index(text[i:i+at], []byte("<![CDATA[")); open >= 0 {
			end := bytes.Index(text[i+open:], []byte("]]>"))
			if end < 0 {
				break
			}
			i += open + end + 3
			continue
		}
		at += i
		size, want := reference(text[at:], declared)
		if want != "" {
			out = append(append(out, text[done:at]...), want...)
			done = at + size
			mended = mended || want == "&amp;" || text[done-1] != ';'
			if len(out) > done+maxEntityText {
				declared = nil
			}
		}
		i = at + size
	}
	if done == 0 {
		return text, false
	}
	return append(out, text[done:]...), mended
}

// reference reads the reference that text begins with: how long it is, and
// what to write instead (empty: leave it).
func reference(text []byte, declared map[string]string) (size int, want string) {
	if len(text) > 2 && text[1] == '#' {
		return numericReference(text)
	}
	n := 1
	for n < len(text) && n < 34 && isNameByte(text[n]) {
		n++
	}
	if n == 1 || n == len(text) || text[n] != ';' {
		return 1, "&amp;"
	}
	name := string(text[1:n])
	switch name {
	case "amp", "lt", "gt", "quot", "apos":
		return n + 1, ""
	}
	if value, ok := declared[name]; ok {
		return n + 1, html.EscapeString(value)
	}
	if s := html.UnescapeString(string(text[:n+1])); !strings.HasSuffix(s, ";") {
		return n + 1, html.EscapeString(s)
	}
	return 1, "&amp;"
}

func isNameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

func numericReference(text []byte) (size int, want string) {
	n := 2
	hex := n < len(text) && (text[n] == 'x' || text[n] == 'X')
	if hex {
		n++
	}
	digits := n
	for n < len(text) && n < digits+10 && (text[n] >= '0' && text[n] <= '9' || hex && isHex(text[n])) {
		n++
	}
	if n == digits {
		return 1, "&amp;"
	}
	ref := string(text[:n]) + ";"
	if n < len(text) && text[n] == ';' {
		n++
	}
	r, _ := utf8.DecodeRuneInString(html.UnescapeString(ref))
	switch {
	case r == utf8.RuneError, r < 0x20 && r != '\t' && r != '\n' && r != '\r', r == 0xFFFE, r == 0xFFFF:
		return n, "\uFFFD"
	case r >= 0x80: // also the windows-1252 positions 128 to 159
		return n, string(r)
	case n == len(ref) && text[n-1] == ';' && text[2] != 'X':
		return n, ""
	}
	return n, ref
}

func isHex(b byte) bool {
	return b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}
