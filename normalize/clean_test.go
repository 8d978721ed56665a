package normalize

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestClean(t *testing.T) {
	for fragment, want := range map[string]string{
		`safe<script>alert(1)</script> text`:             `safe text`,
		`<p onclick="x()" style="color:red">a</p>`:       `<p>a</p>`,
		`<a href="javascript:x()">a</a>`:                 `<a>a</a>`,
		`<a href=" java&#10;script:x()">a</a>`:           `<a>a</a>`,
		`<a href="../b?c=1&amp;d=2">a</a>`:               `<a href="https://site.example/b?c=1&amp;d=2">a</a>`,
		`<a href="mailto:a@b.example">a</a>`:             `<a href="mailto:a@b.example">a</a>`,
		`<img src="c.png" srcset="c.png 1x, /d.png 2x">`: `<img src="https://site.example/a/c.png" srcset="https://site.example/a/c.png 1x, https://site.example/d.png 2x">`,
		`<img src="data:image/png;base64,AA">`:           `<img src="data:image/png;base64,AA">`,
		`<img src="data:image/svg+xml,x">`:               `<img>`,
		`<form action="/x"><b>in</b><input></form>`:      `<b>in</b>`,
		`<svg><a href="x">y</a></svg>z`:                  `z`,
		`<math><mi>y</mi></math>z`:                       `z`,
		`safe<iframe src="x"> text`:                      `safe text`,
		`<object data="x">inside</object>after`:          `after`,
		`<!-- c -->a<!-- open`:                           `a`,
		`<noscript><img src="/n.png"></noscript>`:        `<img src="https://site.example/n.png">`,
		`1 < 2 & 3`:                  `1 &lt; 2 &amp; 3`,
		`<custom-tag>a</custom-tag>`: `a`,
	} {
		if got := Clean(fragment, "https://site.example/a/b.html"); got != want {
			t.Errorf("Clean(%s):\n got %s\nwant %s", fragment, got, want)
		}
	}
}

func TestCleanWhatIsTooDeepIsText(t *testing.T) {
	got := Clean(strings.Repeat("<div>", 100_000)+"deep <script>x</script>end", "")
	if got != "deep end" {
		t.Errorf("got %.80q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		`<p>a<b>c</p>d`, `<table><tr><p>x`, `<a href="//x.example/%zz">`, `<pre>` + "\n\n" + `x</pre>`, `<svg><style><img src=x onerror=y>`,
		`<math><mtext><table><mglyph><style><img>`, `<a href=x><a href=y>`, `<img srcset="a,b 2x, c">`, `<noscript><p title="</noscript><img src=x>">`,
		`<!--><script>x</script>-->`, `<select><option>a<div>`, "\x00<b\x00>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, fragment string) {
		const base = "https://site.example/a/b.html"
		once := Clean(fragment, base)
		if twice := Clean(once, base); twice != once {
			t.Errorf("cleaning again changes\n%q into\n%q", once, twice)
		}
		checkHarmless(t, once)
	})
}

// checkHarmless reads clean HTML as a browser would and looks for what must
// not be in it.
func checkHarmless(t *testing.T, clean string) {
	t.Helper()
	for z := html.NewTokenizer(strings.NewReader(clean)); z.Next() != html.ErrorToken; {
		tag := z.Token()
		switch tag.Type {
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("%s in %q", tag, clean)
		case html.StartTagToken, html.SelfClosingTagToken:
			if !isAllowed(tag.DataAtom) {
				t.Errorf("element %s in %q", tag.Data, clean)
			}
		}
		for _, a := range tag.Attr {
			value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(value, "javascript:") && isAddress(a.Key) {
				t.Errorf("attribute %s=%q in %q", a.Key, a.Val, clean)
			}
		}
	}
}

func isAddress(attribute string) bool {
	switch attribute {
	case "href", "src", "srcset", "cite", "poster", "longdesc", "data", "action", "background":
		return true
	}
	return false
}
