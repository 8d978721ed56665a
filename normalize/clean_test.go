package normalize

import (
	"strings"
	"testing"
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
		lower := strings.ToLower(once)
		for _, bad := range []string{"<script", "<iframe", "<style", "<svg", "<math", "<form", "<object", "<!--", `="javascript:`} {
			if strings.Contains(lower, bad) {
				t.Errorf("%s in %q", bad, once)
			}
		}
	})
}
