package normalize

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Clean gives a fragment of HTML without anything that could do harm in a
// page: only elements and attributes of a list, only addresses of harmless
// schemes, all made absolute against base. Cleaning clean HTML changes nothing.
// What is nested too deep to be read as HTML comes back as its text.
func Clean(fragment, base string) string {
	c := newCleaner(base)
	out := withoutOpenEnds(fragment)
	for range 4 { // HTML that is written and read again may settle differently once
		next, ok := c.clean(out)
		if !ok {
			return html.EscapeString(stripTags(fragment))
		}
		if next == out {
			return out
		}
		out = next
	}
	return html.EscapeString(stripTags(out))
}

// withoutOpenEnds takes out the start tags of comments and hidden elements that
// are never closed: otherwise each would hide all that follows it.
func withoutOpenEnds(fragment string) string {
	if strings.IndexByte(fragment, '<') < 0 {
		return fragment
	}
	if at := strings.LastIndex(fragment, "<!--"); at >= 0 && !strings.Contains(fragment[at:], "-->") {
		from := strings.LastIndex(fragment, "-->") + 1
		fragment = fragment[:from] + cutTags(fragment[from:], "<!--")
	}
	// What an iframe holds is for readers that cannot show frames: ours.
	fragment = cutTags(cutTags(fragment, "<iframe"), "</iframe")
	for _, name := range []string{"script", "style", "object", "applet", "template", "textarea", "select", "noembed",
		"noframes", "xmp", "plaintext", "title", "svg", "math", "noscript"} {
		at := lastIndexFold(fragment, "<"+name)
		if at < 0 || lastIndexFold(fragment[at:], "</"+name) >= 0 {
			continue
		}
		from := lastIndexFold(fragment, "</"+name) + 1
		fragment = fragment[:from] + cutTags(fragment[from:], "<"+name)
	}
	return fragment
}

// cutTags takes out every tag that begins with open.
func cutTags(s, open string) string {
	var b strings.Builder
	for {
		at := indexFold(s, open)
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		_, s, _ = strings.Cut(s[at:], ">")
	}
}

// indexFold is strings.Index for an ASCII tag in any case.
func indexFold(s, tag string) int {
	for from := 0; ; {
		at := strings.IndexByte(s[from:], '<')
		if at < 0 || from+at+len(tag) > len(s) {
			return -1
		}
		from += at
		if strings.EqualFold(s[from:from+len(tag)], tag) {
			return from
		}
		from++
	}
}

func lastIndexFold(s, tag string) int {
	for end := len(s); ; {
		at := strings.LastIndexByte(s[:end], '<')
		if at < 0 {
			return -1
		}
		if at+len(tag) <= len(s) && strings.EqualFold(s[at:at+len(tag)], tag) {
			return at
		}
		end = at
	}
}

type cleaner struct {
	base *url.URL
}

func newCleaner(base string) cleaner {
	u, err := url.Parse(base)
	if err != nil || !u.IsAbs() || u.Host == "" {
		u = nil
	}
	return cleaner{u}
}

// clean reads, sifts and writes once; false if the fragment cannot be read.
func (c cleaner) clean(fragment string) (string, bool) {
	context := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragmentWithOptions(strings.NewReader(fragment), context, html.ParseOptionEnableScripting(false))
	if err != nil {
		return "", false
	}
	var b strings.Builder
	for _, n := range nodes {
		c.write(&b, n)
	}
	return strings.TrimSpace(b.String()), true
}

func (c cleaner) write(b *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.TextNode:
		writeText(b, n.Data)
	case html.ElementNode:
		c.writeElement(b, n)
	}
}

func writeText(b *strings.Builder, s string) {
	b.WriteString(textEscaper.Replace(strings.ReplaceAll(s, "\x00", "")))
}

var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (c cleaner) writeElement(b *strings.Builder, n *html.Node) {
	if n.Namespace != "" || isDropped(n.DataAtom) {
		if keepsFallback(n.DataAtom) && n.Namespace == "" {
			c.writeChildren(b, n)
		}
		return
	}
	if !isAllowed(n.DataAtom) {
		c.writeChildren(b, n)
		return
	}
	b.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		if value, ok := c.attribute(n.DataAtom, a); ok {
			b.WriteString(" " + a.Key + `="` + html.EscapeString(value) + `"`)
		}
	}
	b.WriteByte('>')
	if isVoid(n.DataAtom) {
		return
	}
	if n.DataAtom == atom.Pre && n.FirstChild != nil && n.FirstChild.Type == html.TextNode && strings.HasPrefix(n.FirstChild.Data, "\n") {
		b.WriteByte('\n') // the reader takes one away
	}
	c.writeChildren(b, n)
	b.WriteString("</" + n.Data + ">")
}

func (c cleaner) writeChildren(b *strings.Builder, n *html.Node) {
	for kid := n.FirstChild; kid != nil; kid = kid.NextSibling {
		c.write(b, kid)
	}
}

// isDropped names the elements that go with all they hold.
func isDropped(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Iframe, atom.Object, atom.Applet, atom.Template, atom.Textarea, atom.Select,
		atom.Noembed, atom.Noframes, atom.Xmp, atom.Plaintext, atom.Title, atom.Svg, atom.Math, atom.Noscript:
		return true
	}
	return false
}

// keepsFallback names those of them whose content is meant for readers that
// cannot show them: readers such as ours.
func keepsFallback(a atom.Atom) bool {
	return a == atom.Noscript
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Hr, atom.Img, atom.Col, atom.Source, atom.Track, atom.Wbr, atom.Area:
		return true
	}
	return false
}

func isAllowed(a atom.Atom) bool {
	switch a {
	case atom.A, atom.Abbr, atom.Acronym, atom.Address, atom.Article, atom.Aside, atom.Audio, atom.B, atom.Bdi, atom.Bdo,
		atom.Big, atom.Blockquote, atom.Br, atom.Caption, atom.Center, atom.Cite, atom.Code, atom.Col, atom.Colgroup,
		atom.Dd, atom.Del, atom.Details, atom.Dfn, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Em, atom.Figcaption,
		atom.Figure, atom.Font, atom.Footer, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header,
		atom.Hgroup, atom.Hr, atom.I, atom.Img, atom.Ins, atom.Kbd, atom.Li, atom.Main, atom.Mark, atom.Menu,
		atom.Nav, atom.Ol, atom.P, atom.Picture, atom.Pre, atom.Q, atom.Rb, atom.Rp, atom.Rt, atom.Rtc, atom.Ruby,
		atom.S, atom.Samp, atom.Section, atom.Small, atom.Source, atom.Span, atom.Strike, atom.Strong, atom.Sub,
		atom.Summary, atom.Sup, atom.Table, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Time, atom.Tr,
		atom.Track, atom.Tt, atom.U, atom.Ul, atom.Var, atom.Video, atom.Wbr, atom.Map, atom.Area:
		return true
	}
	return false
}

// attribute is what stays of an attribute.
func (c cleaner) attribute(element atom.Atom, a html.Attribute) (string, bool) {
	if a.Namespace != "" {
		return "", false
	}
	switch a.Key {
	case "href", "src", "cite", "poster", "longdesc":
		if a.Key == "src" && element == atom.Source || a.Key == "src" || a.Key == "poster" {
			return c.address(a.Val, true)
		}
		return c.address(a.Val, false)
	case "srcset":
		return c.addresses(a.Val)
	case "alt", "title", "width", "height", "lang", "dir", "colspan", "rowspan", "headers", "scope", "abbr", "align", "valign",
		"datetime", "start", "reversed", "type", "media", "sizes", "rel", "controls", "loop", "muted", "preload", "kind", "label",
		"srclang", "open", "span", "summary", "border", "cellpadding", "cellspacing", "color", "face", "size", "hspace", "vspace",
		"value", "compact", "clear", "nowrap", "noshade", "name", "id", "class", "shape", "coords", "usemap", "hreflang", "charset",
		"axis", "char", "charoff", "frame", "rules", "bgcolor", "tabindex", "accesskey", "rev", "ismap", "decoding", "loading":
		return a.Val, true
	}
	return "", false
}

var scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.\-]*):`)

// address is an absolute address of a harmless scheme; pictures may also be
// carried inside it.
func (c cleaner) address(raw string, picture bool) (string, bool) {
	raw = strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r >= 0x7F && r < 0xA0, r == 0x200B, r == 0xFEFF, r >= 0x200C && r <= 0x200F:
			return -1
		}
		return r
	}, strings.TrimSpace(raw))
	raw = strings.TrimSpace(raw)
	if m := scheme.FindStringSubmatch(raw); m != nil {
		return raw, isHarmless(strings.ToLower(m[1])) || picture && isPictureData(raw)
	}
	u, err := url.Parse(raw)
	if err != nil || strings.Contains(raw, `\`) || badRelative.MatchString(raw) {
		return "", false
	}
	if c.base == nil {
		return raw, true
	}
	return c.base.ResolveReference(u).String(), true
}

// badRelative knows addresses that hide a scheme from a careless reader.
var badRelative = regexp.MustCompile(`(?i)^[^/?#]*(?:&#|%3a|:)`)

func isHarmless(scheme string) bool {
	switch scheme {
	case "http", "https", "mailto", "ftp", "tel", "xmpp", "irc", "magnet", "sms", "geo", "news", "sftp", "webcal", "sip", "sips",
		"urn", "tag", "feed", "gopher", "nntp", "rtsp", "cid", "callto":
		return true
	}
	return false
}

func isPictureData(raw string) bool {
	head := strings.ToLower(raw[:min(len(raw), 24)])
	for _, kind := range []string{"png", "jpeg", "jpg", "gif", "webp", "avif", "bmp"} {
		if strings.HasPrefix(head, "data:image/"+kind) {
			return true
		}
	}
	return false
}

// addresses cleans a srcset: each candidate is an address and a descriptor.
func (c cleaner) addresses(set string) (string, bool) {
	var out []string
	for candidate := range strings.SplitSeq(set, ", ") {
		fields := strings.Fields(strings.Trim(candidate, ", "))
		if len(fields) == 0 || len(fields) > 2 {
			continue
		}
		if address, ok := c.address(fields[0], false); ok && address != "" {
			fields[0] = strings.ReplaceAll(address, ",", "%2C")
			out = append(out, strings.Join(fields, " "))
		}
	}
	return strings.Join(out, ", "), len(out) > 0
}

// stripTags is the text of markup too deep to be read as a tree.
func stripTags(fragment string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(fragment))
	hidden := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			if !hidden {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			hidden = isDropped(atom.Lookup(name))
		case html.EndTagToken:
			hidden = false
		}
	}
}
