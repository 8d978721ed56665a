package fetcher

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decodeText turns the bytes of a document into UTF-8 and names the encoding
// they were in. Labels lie, so a label counts only if the bytes decode cleanly
// under it; the last resort, windows-1252, takes anything.
//
// RFC 3023 had text/xml without a charset mean US-ASCII. Nobody who sends
// text/xml knows, so that rule is not kept.
func decodeText(body []byte, contentType string) (text []byte, label string, note string) {
	if name, rest := byteOrderMark(body); name != "" {
		return decodeAs(rest, name), name, ""
	}
	if name := wideLabel(body); name != "" {
		return decodeAs(body, name), name, ""
	}
	ascii := isASCII(body)
	for _, name := range claims(body, contentType) {
		if name != "" && !isWide(name) {
			if ascii {
				return body, name, ""
			}
			if plainlyUTF8(body, name) {
				return body, "utf-8", ""
			}
			if text, ok := decodeCleanly(body, name); ok {
				return text, name, ""
			}
		}
	}
	if ascii || utf8.Valid(body) {
		return body, "utf-8", ""
	}
	if mostlyUTF8(body) {
		return bytes.ToValidUTF8(body, []byte("\uFFFD")), "utf-8", "replaced bytes that are not UTF-8"
	}
	name := guessCharset(body)
	return decodeAs(body, name), name, "guessed the character encoding " + name
}

// claims are the encodings that the header and the document name, the more
// trustworthy first: the header, unless it says windows-1252, which is a
// server's default, put on every file it has.
func claims(body []byte, contentType string) [2]string {
	header, declared := charsetName(httpCharset(contentType)), charsetName(declaredCharset(body))
	if header == "windows-1252" && declared != "" {
		return [2]string{declared, header}
	}
	return [2]string{header, declared}
}

// plainlyUTF8 reports whether a document is UTF-8 although it claims to be
// in another encoding. Text in those is hardly ever sound UTF-8: a program
// wrote the document anew and left the claim as it was. A few characters may
// still be chance, but not those of windows-1252.
func plainlyUTF8(body []byte, claimed string) bool {
	if claimed == "utf-8" || !utf8.Valid(body) {
		return false
	}
	return claimed == "windows-1252" || len(body)-utf8.RuneCount(body) >= 8
}

// byteOrderMark names the encoding a byte order mark stands for, and gives
// what follows the mark.
func byteOrderMark(body []byte) (name string, rest []byte) {
	for _, mark := range []struct{ bytes, name string }{
		{"\xEF\xBB\xBF", "utf-8"},
		{"\xFF\xFE\x00\x00", "utf-32le"},
		{"\x00\x00\xFE\xFF", "utf-32be"},
		{"\xFF\xFE", "utf-16le"},
		{"\xFE\xFF", "utf-16be"},
	} {
		if rest, ok := bytes.CutPrefix(body, []byte(mark.bytes)); ok {
			return mark.name, rest
		}
	}
	return "", body
}

// wideLabel knows UTF-16 and UTF-32 without a mark by the zeros around the
// first character, which is "<", "{" or white space in any feed.
func wideLabel(body []byte) string {
	if len(body) < 4 {
		return ""
	}
	a, b, c, d := body[0] != 0, body[1] != 0, body[2] != 0, body[3] != 0
	switch {
	case a && !b && !c && !d:
		return "utf-32le"
	case !a && !b && !c && d:
		return "utf-32be"
	case a && !b && c && !d:
		return "utf-16le"
	case !a && b && !c && d:
		return "utf-16be"
	}
	return ""
}

func isWide(name string) bool {
	return strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf-32")
}

func isASCII(body []byte) bool {
	for _, b := range body {
		if b >= utf8.RuneSelf || b == 0x1B { // escape: ISO-2022
			return false
		}
	}
	return true
}

// httpCharset reads the charset of a Content-Type header, however sloppily
// it is written.
func httpCharset(contentType string) string {
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return strings.Trim(params["charset"], `'" `)
	}
	_, after, ok := strings.Cut(strings.ToLower(contentType), "charset")
	if !ok {
		return ""
	}
	after = strings.TrimLeft(after, "=: ")
	after, _, _ = strings.Cut(after, ";")
	return strings.Trim(after, `'" `)
}

var declaration = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:\-]+)`)

// declaredCharset is the encoding that the XML declaration names.
func declaredCharset(body []byte) string {
	if m := declaration.FindSubmatch(body[:min(len(body), 1024)]); m != nil {
		return string(m[1])
	}
	return ""
}

// charsetName is the standard name of a label, or "" for one that nobody knows.
func charsetName(label string) string {
	label = strings.ToLower(strings.TrimSpace(label))
	switch label {
	case "u8", "utf_8", "utf8mb4":
		return "utf-8"
	case "utf-32", "utf-32le", "utf-32be", "utf_32", "ucs-4", "u32":
		return "utf-32be"
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		if enc, err = htmlindex.Get(strings.ReplaceAll(label, "_", "-")); err != nil {
			return ""
		}
	}
	name, err := htmlindex.Name(enc)
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return ""
	}
	return name
}

func encodingOf(name string) encoding.Encoding {
	switch name {
	case "gbk": // its decoder is that of its superset (WHATWG Encoding, 10.1.1)
		name = "gb18030"
	case "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return encoding.Replacement
	}
	return enc
}

// decodeAs decodes whatever comes; what the encoding cannot say becomes U+FFFD.
func decodeAs(body []byte, name string) []byte {
	if name == "utf-8" {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	text, err := encodingOf(name).NewDecoder().Bytes(body)
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return text
}

// decodeCleanly decodes only if every byte means something under name.
func decodeCleanly(body []byte, name string) ([]byte, bool) {
	if name == "utf-8" {
		return body, utf8.Valid(body)
	}
	text := decodeAs(body, name)
	if bytes.Contains(text, []byte("\uFFFD")) {
		return nil, false
	}
	return text, true
}

// mostlyUTF8 tells a UTF-8 document with a few broken bytes from one in
// another encoding: far more of its letters beyond ASCII are sound than not.
func mostlyUTF8(body []byte) bool {
	sound, broken := 0, 0
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			broken++
		} else {
			sound++
		}
		i += size
	}
	return sound > 2*broken
}
