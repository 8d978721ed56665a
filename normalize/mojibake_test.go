package normalize

import (
	"strings"
	"testing"
)

func TestMendPutsMisreadTextRight(t *testing.T) {
	for _, c := range []struct{ name, stored, want string }{
		{"accents", "aprÃ¨s deux annÃ©es", "après deux années"},
		{"quotes", "itâ€™s â€œfineâ€\u009d â€“ he said", "it’s “fine” – he said"},
		{"blank", "jusquâ€™Ã  NoÃ«l", "jusqu’à Noël"},
		{"blank lost", "Ã Paris, NoÃ«l", "à Paris, Noël"},
		{"no-break blank", "Â«Â OuiÂ Â»", "«\u00a0Oui\u00a0»"},
		{"cyrillic", "ÐœÐ¾Ñ\u0081ÐºÐ²Ð°", "Москва"},
		{"escaped twice", "caf&eacute; &amp; bar", "café & bar"},
		{"sound", "après deux années – « oui »", "après deux années – « oui »"},
		{"capital before a quote", "au CAFÉ”", "au CAFÉ”"},
		{"guillemets after a capital", "« LIBERTÉ»", "« LIBERTÉ»"},
		{"mixed with sound letters", "aprÃ¨s l’été", "aprÃ¨s l’été"},
		{"markup stays escaped", "write &lt;b&gt; for bold", "write &lt;b&gt; for bold"},
		{"vietnamese", "Hà Nội", "Hà Nội"},
	} {
		if got := strings.ReplaceAll(mend(c.stored), "\u00a0", " "); got != strings.ReplaceAll(c.want, "\u00a0", " ") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzMend(f *testing.F) {
	for _, s := range []string{"aprÃ¨s", "Ã", "Â ", "â€™", "ÐœÐ¾", "&eacute;&lt;", "\xff\xfe", "CAFÉ”"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := mend(s)
		if len(got) > 2*len(s) { // "&nGt;" is two letters of three bytes
			t.Errorf("%q grew to %q", s, got)
		}
		if strings.Count(got, "<") > strings.Count(s, "<") {
			t.Errorf("%q became markup: %q", s, got)
		}
	})
}

func TestShallowKeepsTextAndBlocks(t *testing.T) {
	markup := strings.Repeat("<div><b>", 900) + "<h2>Weirs</h2><p>One<p>Two" + strings.Repeat("</b></div>", 900) + "<p>Three</p>"
	root := parse(markup)
	if root == nil {
		t.Fatal("the page was given up")
	}
	var got []string
	for _, p := range readTree(root, nil, true) {
		got = append(got, p.kind.String()+" "+p.text)
	}
	if want := "heading Weirs|paragraph One|paragraph Two|paragraph Three"; strings.Join(got, "|") != want {
		t.Errorf("got %s, want %s", strings.Join(got, "|"), want)
	}
}

func FuzzShallow(f *testing.F) {
	f.Add("<div><p>a</div></b>")
	f.Add(strings.Repeat("<font>", 600) + "x")
	f.Fuzz(func(t *testing.T, markup string) {
		if got := shallow(markup); len(got) > len(markup) {
			t.Errorf("%d bytes became %d", len(markup), len(got))
		}
	})
}
