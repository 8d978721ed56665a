package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/html"
)

// markupFeeds and markupItems are how many feeds of how many items are written.
const (
	markupFeeds = 12
	markupItems = 60
)

// markupCmd: "markup write DIR" writes feeds, and the config that reads them,
// in which every field of every item tries to be alive where it is shown;
// "markup judge DIR" looks through what was made of them.
func markupCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "markup write DIR, or markup judge DIR")
	dir := ts.MkAbs(args[1])
	if args[0] == "write" {
		ts.Check(writeMarkup(dir))
		return
	}
	seen, faults := 0, []string{}
	ts.Check(filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pieces, err := shown(path, string(body))
		for _, p := range pieces {
			seen++
			if why := alive(p); why != "" {
				faults = append(faults, fmt.Sprintf("%s: %s in %.400q", filepath.Base(path), why, p.text))
			}
		}
		return err
	}))
	ts.Logf("%d pieces of HTML looked through", seen)
	if len(faults) > 0 || seen < markupFeeds*markupItems {
		ts.Fatalf("%d of %d pieces are alive, or too few there: %.4000s", len(faults), seen, strings.Join(faults, "\n"))
	}
}

func writeMarkup(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	config := "topics:\n  - {id: all, all: [{term: unheardof}]}\nsources:\n"
	for n := range markupFeeds {
		file := filepath.Join(dir, fmt.Sprintf("feed%d.xml", n))
		if err := os.WriteFile(file, []byte(markupFeed(uint64(n))), 0o644); err != nil {
			return err
		}
		config += fmt.Sprintf("  - {id: feed%d, feed: \"file://%s\", topics: [all]}\n", n, filepath.ToSlash(file))
	}
	return os.WriteFile(filepath.Join(dir, "dateline.yaml"), []byte(config), 0o644)
}

// attack makes payloads. Each is put together from parts, so that there are
// more kinds than anybody would write down.
type attack struct{ *rand.Rand }

func (a attack) of(list ...string) string { return list[a.IntN(len(list))] }

// deed is script that does something.
func (a attack) deed() string {
	return a.of("alive(1)", "alert`alive`", "top['al'+'ert']('alive')", "fetch(`//alive.example`)")
}

// address is one that runs a script, in a spelling that browsers understand.
func (a attack) address() string {
	scheme := a.of("javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", " javascript:", "\x01javascript:", "&#106;avascript:", "&#x6A;avascript&colon;",
		"javascript&#58;", "java&Tab;script:", "vbscript:", "feed:javascript:", "view-source:javascript:", "livescript:", "data:text/html,", "data:text/html;base64,", "data:image/svg+xml,",
		"data:application/xhtml+xml,", "blob:", "filesystem:", "//alive.example\\@", "jar:")
	return scheme + a.deed()
}

func (a attack) quoted(value string) string {
	return a.of(`"`+strings.ReplaceAll(value, `"`, "&quot;")+`"`, "'"+strings.ReplaceAll(value, "'", "&#39;")+"'", "`"+value+"`", strings.Join(strings.Fields(value), ""))
}

func (a attack) handler() string {
	name := a.of("onerror", "onload", "onfocus", "ontoggle", "onmouseover", "onanimationstart", "onpointerenter", "onbegin", "onwheel", "OnClick", "on\x00click", "onfocusin", "onbeforetoggle")
	return a.of(" ", "/", "\t", "\n", "\f", `""`) + name + a.of("=", " = ", "\n=") + a.quoted(a.deed())
}

func (a attack) addressed() string {
	return " " + a.of("href", "src", "action", "formaction", "xlink:href", "poster", "background", "srcset", "cite", "data", "ping", "longdesc", "usemap", "srcdoc", "style", "content", "from", "values", "HREF") +
		"=" + a.quoted(a.of(a.address(), "x 1x, "+a.address()+" 2x", "<script>"+a.deed()+"</script>", "background:url("+a.address()+")", "0;url="+a.address()))
}

func (a attack) element(depth int) string {
	name := a.of("script", "img", "svg", "math", "iframe", "object", "embed", "style", "link", "meta", "base", "form", "input", "button", "video", "audio", "details", "marquee",
		"body", "table", "td", "isindex", "template", "noscript", "xmp", "plaintext", "textarea", "title", "a", "area", "p", "div", "blockquote", "q", "source", "picture", "figure",
		"figcaption", "foreignObject", "desc", "animate", "set", "use", "mglyph", "malignmark", "mtext", "annotation-xml", "select", "option", "frameset", "frame", "x", "SCRIPT", "ſcript", "image", "portal", "dialog")
	var b strings.Builder
	b.WriteString("<" + name)
	for range a.IntN(3) {
		b.WriteString(a.of(a.handler(), a.addressed(), " autofocus", " open", " id=x tabindex=1", " is=x", ` title="</`+name+`><img src=x onerror=`+a.deed()+`>"`))
	}
	b.WriteString(a.of(">", ">", ">", "/>", "", " <", "//>"))
	switch {
	case depth > 3:
	case a.IntN(3) > 0:
		b.WriteString(a.fragment(depth + 1))
	default:
		b.WriteString(a.deed())
	}
	b.WriteString(a.of("</"+name+">", "</"+name+">", "", "</"+strings.ToUpper(name)+" x>", "</"))
	return b.String()
}

// fragment is elements and what confuses readers of them.
func (a attack) fragment(depth int) string {
	var b strings.Builder
	for range 1 + a.IntN(3) {
		if a.IntN(2) == 0 {
			b.WriteString(a.element(depth))
			continue
		}
		b.WriteString(a.of("<!--", "-->", "--!>", "<![CDATA[", "]]>", "<?x ?>", "<!x>", "words ", "\x00", "&lt;img src=x onerror="+a.deed()+"&gt;", "</p>", "</table>", "<%", "%>"))
	}
	return b.String()
}

// field is a payload as a feed bears it: escaped, in CDATA, twice escaped, or
// in parts.
func (a attack) field() string {
	payload := strings.Map(func(r rune) rune {
		if r == 0 || r == 1 || r == '\f' {
			return ' '
		}
		return r
	}, a.fragment(0))
	switch a.IntN(5) {
	case 0:
		return "<![CDATA[" + strings.ReplaceAll(payload, "]]>", "]]]]><![CDATA[>") + "]]>"
	case 1:
		return html.EscapeString(html.EscapeString(payload))
	case 2:
		half := len(payload) / 2
		return html.EscapeString(payload[:half]) + "<![CDATA[" + strings.ReplaceAll(payload[half:], "]]>", "") + "]]>"
	case 3:
		return html.EscapeString(payload) + "<!-- x -->"
	default:
		return html.EscapeString(payload)
	}
}

func markupFeed(seed uint64) string {
	a := attack{rand.New(rand.NewPCG(seed, 1))}
	attr := func() string {
		return html.EscapeString(a.of(a.address(), a.fragment(2), "http://g.example/x\" onerror=\"alive(1)"))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">`+
		"<channel><title>%s</title><link>%s</link><description>%s</description><image><url>%s</url></image>", a.field(), attr(), a.field(), attr())
	for n := range markupItems {
		id := fmt.Sprintf("%d-%d", seed, n)
		fmt.Fprintf(&b, "<item><guid>%s</guid><title>%s %s</title>", a.of(id, id+attr()), headline(id, 1), a.field())
		fmt.Fprintf(&b, "<link>%s</link>", a.of("http://g.example/"+id, attr()))
		fmt.Fprintf(&b, "<description>&lt;p&gt;%s said so.&lt;/p&gt;%s</description>", headline(id, 2), a.field())
		fmt.Fprintf(&b, "<content:encoded>&lt;p&gt;%s said so.&lt;/p&gt;%s%s</content:encoded>", headline(id, 3), a.field(), a.field())
		fmt.Fprintf(&b, "<author>%s</author><dc:creator>%s</dc:creator><category>%s</category><comments>%s</comments>", a.field(), a.field(), a.field(), attr())
		fmt.Fprintf(&b, `<enclosure url="%s" type="%s" length="1"/><source url="%s">%s</source>`, attr(), attr(), attr(), a.field())
		fmt.Fprintf(&b, `<media:content url="%s" type="image/jpeg"><media:title>%s</media:title><media:description>%s</media:description><media:credit>%s</media:credit></media:content>`,
			a.of("http://g.example/"+id+".jpg", attr()), a.field(), a.field(), a.field())
		fmt.Fprintf(&b, `<atom:link rel="%s" href="%s"/><pubDate>%s</pubDate></item>`, attr(), attr(), a.field())
	}
	return b.String() + "</channel></rss>"
}

// piece is HTML that somebody shows.
type piece struct {
	text string
	page bool // a whole page of ours
}

// shown are the pieces of HTML in an output.
func shown(path, body string) (pieces []piece, err error) {
	switch filepath.Ext(path) {
	case ".html":
		return []piece{{body, true}}, nil
	case ".json":
		var doc any
		if err := json.Unmarshal([]byte(body), &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		each(doc, "", func(key, text string) {
			if key == "content_html" {
				pieces = append(pieces, piece{text, false})
			} else if key == "url" || key == "home" || key == "moved_to" || strings.HasSuffix(key, "_url") || key == "image" {
				pieces = append(pieces, piece{`<a href="` + html.EscapeString(text) + `">x</a>`, false})
			}
		})
		return pieces, nil
	case ".rss", ".atom", ".opml":
		return shownXML(path, body)
	}
	return nil, nil
}

func each(doc any, key string, take func(key, text string)) {
	switch v := doc.(type) {
	case map[string]any:
		for k, x := range v {
			each(x, k, take)
		}
	case []any:
		for _, x := range v {
			each(x, key, take)
		}
	case string:
		take(key, v)
	}
}

// shownXML gives the texts of a feed that readers take for HTML, and every
// address in it as a link.
func shownXML(path, body string) (pieces []piece, err error) {
	name, typed := "", ""
	var text strings.Builder
	for d := xml.NewDecoder(strings.NewReader(body)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return pieces, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			name, typed = t.Name.Local, ""
			text.Reset()
			for _, at := range t.Attr {
				switch at.Name.Local {
				case "type":
					typed = at.Value
				case "href", "url", "uri", "src", "htmlUrl", "xmlUrl":
					pieces = append(pieces, piece{`<a href="` + html.EscapeString(at.Value) + `">x</a>`, false})
				}
			}
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			switch s := text.String(); {
			case typed == "html", name == "description" && typed == "" && t.Name.Space == "", name == "encoded":
				pieces = append(pieces, piece{s, false})
			case name == "link" || name == "url" || name == "comments":
				pieces = append(pieces, piece{`<a href="` + html.EscapeString(s) + `">x</a>`, false})
			}
			text.Reset()
			name = ""
		}
	}
}

// alive says what in a piece would act, read as browsers read it.
func alive(p piece) string {
	root, err := html.Parse(strings.NewReader(p.text))
	if err != nil {
		return err.Error()
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script": // our pages have one of their own, in a file
			if !p.page || n.FirstChild != nil || len(n.Attr) == 0 {
				return "<script>"
			}
		case "iframe", "object", "embed", "frame", "frameset", "base", "portal", "math", "template", "noscript", "xmp", "plaintext":
			return "<" + n.Data + ">"
		case "svg", "style", "link", "meta", "form", "input", "button", "textarea", "select", "title":
			if !p.page {
				return "<" + n.Data + ">"
			}
		}
		for _, at := range n.Attr {
			if strings.HasPrefix(at.Key, "on") || at.Key == "srcdoc" || at.Key == "style" || at.Key == "ping" || strings.Contains(at.Key, "alive") {
				return at.Key + "=" + at.Val
			}
			if address := strings.Map(visible, strings.ToLower(at.Val)); runs(at.Key, address) {
				return at.Key + "=" + at.Val
			}
		}
	}
	return ""
}

func visible(r rune) rune {
	if r <= ' ' {
		return -1
	}
	return r
}

// runs reports whether an attribute's address would run something.
func runs(key, address string) bool {
	switch key {
	case "href", "src", "action", "formaction", "poster", "background", "cite", "data", "longdesc", "srcset":
	default:
		return false
	}
	scheme, _, found := strings.Cut(strings.TrimPrefix(address, "feed:"), ":") // ours, for programs that subscribe
	return found && !strings.ContainsAny(scheme, "/?#") && scheme != "http" && scheme != "https" && scheme != "mailto"
}
