package publish

import (
	"fmt"
	"strings"
	"testing"

	"dateline/news"
)

func bodyOf(lang string, paragraphs ...string) *news.Article {
	a := &news.Article{Lang: lang}
	for _, p := range paragraphs {
		a.Body = append(a.Body, news.Block{Text: p})
	}
	return a
}

// shown writes an edited paragraph with its marks: +added+ and -cut-.
func shown(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		switch {
		case p.Added:
			b.WriteString("+" + p.Text + "+")
		case p.Cut:
			b.WriteString("-" + p.Text + "-")
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func shownAll(c *comparison) string {
	var b strings.Builder
	for _, p := range c.Passages {
		b.WriteString(shown(p) + "\n")
	}
	return b.String()
}

func TestTellingsAreComparedWordByWord(t *testing.T) {
	lead := bodyOf("en", "Two neighbours signed a pact on Monday.", "It costs 610 million dollars.", "Nobody said what the line will carry.")
	other := bodyOf("en-US", "Two neighbors signed a pact on Monday.", "It costs 610 million dollars.", "Northgate adds that ships wait outside.")
	c := compare(lead, other)
	if c == nil || c.Same {
		t.Fatalf("got %+v, want differences", c)
	}
	want := "Two -neighbours- +neighbors+ signed a pact on Monday.\n-Nobody said what the line will carry.-\n+Northgate adds that ships wait outside.+\n"
	if got := shownAll(c); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if c.Shared != 61 { // 6 and 5 of 18 words
		t.Errorf("got %d %% shared, want 61", c.Shared)
	}
}

func TestComparingWhatIsOrCannotBeTheSame(t *testing.T) {
	lead := bodyOf("ja", "ロシアと北朝鮮は月曜日に署名した。")
	if c := compare(lead, bodyOf("ja", "ロシアと北朝鮮は月曜日に署名した")); c == nil || !c.Same || c.Shared != 100 {
		t.Errorf("the same words: got %+v", c)
	}
	c := compare(lead, bodyOf("ja", "ロシアと北朝鮮は火曜日に署名した。"))
	if c == nil || shownAll(c) != "ロシアと北朝鮮は-月-+火+曜日に署名した。\n" {
		t.Errorf("one sign: got %+v", c)
	}
	if c := compare(lead, bodyOf("en", "Russia and North Korea signed.")); c != nil {
		t.Errorf("two languages are compared: %+v", c)
	}
	if c := compare(lead, bodyOf("ja")); c != nil {
		t.Errorf("a telling without text is compared: %+v", c)
	}
}

func TestWhatWasCutStandsWhereItStood(t *testing.T) {
	before := []string{"Gone at first.", "Rain fell over the harbour.", "Gone one.", "Gone two.", "Ships wait outside the bar.", "Gone last."}
	after := []string{"Ships wait outside the harbour bar.", "New here.", "Rain fell over the harbour."} // and the order changed
	want := "-Gone at first.-\nShips wait outside the +harbour+ bar.\n-Gone last.-\n+New here.+\n-Gone one.-\n-Gone two.-\n"
	if got := shownAll(contrast(before, after)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Whatever the paragraphs are, what is not cut is the telling and what is not
// added is the lead. What stands between words is the telling's, so that of the
// lead only the words themselves count.
func FuzzDifferences(f *testing.F) {
	f.Add("a b c d", "a x c d e")
	f.Add("Kapal berlayar, kata pejabat.", "Kapal itu berlayar lagi, kata")
	f.Add("ロシアと北朝鮮", "北朝鮮とロシア e\u0301 é")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, was, is string) {
		lead, other := bodyOf("en", was), bodyOf("en", is)
		c := compare(lead, other)
		if c == nil || len(c.Passages) != 1 {
			return
		}
		var theirs, ours strings.Builder
		for _, p := range c.Passages[0] {
			if !p.Added {
				theirs.WriteString(p.Text)
			}
			if !p.Cut {
				ours.WriteString(p.Text)
			}
		}
		words := func(s string) string {
			folded := news.Fold(s)
			var all []string
			for _, t := range news.AppendTokens(nil, folded) {
				if len(all) < maxWords {
					all = append(all, folded[t.Start:t.End])
				}
			}
			return strings.Join(all, " ")
		}
		together := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got, want := words(ours.String()), words(line(is)); got != want {
			t.Errorf("the telling: got %q, want %q", got, want)
		}
		if got, want := together(words(theirs.String())), together(words(line(was))); got != want {
			t.Errorf("the lead: got %q, want %q", got, want)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	var one, two []string
	for n := range 40 {
		p := strings.Repeat(fmt.Sprintf("word%d of a sentence that goes on for a while ", n), 6)
		one, two = append(one, p), append(two, strings.Replace(p, "while", "time", 2))
	}
	lead, other := bodyOf("en", one...), bodyOf("en", two...)
	b.ReportAllocs()
	for b.Loop() {
		compare(lead, other)
	}
}
