package normalize

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// shape writes a tree with all that is known of its nodes.
func shape(n *html.Node, depth int, b *strings.Builder) {
	fmt.Fprintf(b, "%*s%d %v %q %v\n", depth, "", n.Type, n.DataAtom, n.Data, n.Attr)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		shape(c, depth+1, b)
	}
}

// samePlain fails where plainTree reads markup in another way than the parser,
// and reports whether it read it.
func samePlain(t *testing.T, markup string) bool {
	t.Helper()
	plain := plainTree(markup)
	if plain == nil {
		return false
	}
	parsed, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		t.Fatal(err)
	}
	var got, want strings.Builder
	shape(plain, 0, &got)
	shape(parsed, 0, &want)
	if got.String() != want.String() {
		t.Errorf("%q is read as\n%s\nthe parser reads\n%s", markup, got.String(), want.String())
	}
	return true
}

var plainMarkup = []string{
	"", " ", "Rain.", "<p>Rain.</p><p>More rain.</p>", " \n<p>Rain<br>and<br/>hail<br /> </p>\n<p>", "a<p>b<p>c</p>d", "<br>a", "a &amp; b &lt;p&gt; &eacute;t&eacute; &nosuch; &#8217; &",
	"\u00a0a", "a > b", "<p> </p>  ",
}

func TestPlainMarkupIsReadAsTheParserReadsIt(t *testing.T) {
	for _, markup := range plainMarkup {
		if !samePlain(t, markup) {
			t.Errorf("%q was left to the parser", markup)
		}
	}
	for _, markup := range []string{"<p class=a>b", "<b>a</b>", "a < b", "a<b", "<P>a", "a\rb", "a\x00b", "<!-- a -->", "<p", "</p>"} {
		if plainTree(markup) != nil {
			t.Errorf("%q was not left to the parser", markup)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, markup := range plainMarkup {
		f.Add(markup)
	}
	f.Fuzz(func(t *testing.T, markup string) { samePlain(t, markup) })
}
