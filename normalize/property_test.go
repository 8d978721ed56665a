package normalize

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dateline/news"
)

// edited is an article with what it was made of.
type edited struct {
	name    string
	sort    string
	sources []string
	article news.Article
}

// eachEdited hands over every golden case and, with DATELINE_CORPUS set, the
// pages of the corpus.
func eachEdited(t *testing.T, check func(*testing.T, edited)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		c := readGolden(t, file)
		e := edited{name: c.sort + "/" + filepath.Base(file), sort: c.sort, article: c.edit()}
		for name, part := range c.parts {
			if name != "want" {
				e.sources = append(e.sources, part)
			}
		}
		t.Run(e.name, func(t *testing.T) { check(t, e) })
	}
	pages, _ := filepath.Glob(filepath.Join(os.Getenv("DATELINE_CORPUS"), "extraction", "dev", "*.html.gz"))
	if os.Getenv("DATELINE_CORPUS") == "" {
		pages = nil
	}
	for i, file := range pages {
		page := unzip(t, file)
		a := Page([]news.Page{{Address: "https://outlet.example/a", HTML: page}}, Hints{Now: noon})
		t.Run(fmt.Sprintf("corpus/%d", i), func(t *testing.T) {
			check(t, edited{name: filepath.Base(file), sort: "corpus", sources: []string{string(page)}, article: a})
		})
	}
}

// TestEditedCopyIsSound holds every case to what the fuzz targets ask: links
// within their text and apart, addresses fit for print, levels of headings.
func TestEditedCopyIsSound(t *testing.T) {
	eachEdited(t, func(t *testing.T, e edited) { sound(t, e.article) })
}

var markupLeft = regexp.MustCompile(`(?i)</?(?:p|div|span|br|a|img|b|i|em|strong|ul|ol|li|h[1-6]|table|tr|td|figure|script|style|iframe)(?:\s[^<>]*)?/?>|&(?:nbsp|amp|quot|lt|gt|#\d{2,5}|#x[0-9a-f]{2,5});|\[/?(?:caption|gallery|embed)[^\[\]]*\]|<!\[CDATA\[|\]\]>`)

// TestNothingOfTheMarkupSurvives looks for tags, attributes and entities in
// what is printed. A page that itself prints markup, escaped twice, may.
func TestNothingOfTheMarkupSurvives(t *testing.T) {
	eachEdited(t, func(t *testing.T, e edited) {
		for _, text := range printed(&e.article) {
			if left := markupLeft.FindString(text); left != "" && !prints(e.sources, left) {
				t.Errorf("%q is left of the markup in %.80q", left, text)
			}
		}
	})
}

// prints reports whether a source says s as text: with its signs escaped.
func prints(sources []string, s string) bool {
	for _, source := range sources {
		if strings.Contains(source, html.EscapeString(s)) || strings.Contains(source, strings.ReplaceAll(s, "<", "&lt;")) {
			return true
		}
	}
	return false
}

// printed are all texts of an article that a reader sees.
func printed(a *news.Article) []string {
	texts := append([]string{a.Headline, a.Kicker, a.Lede, a.Dateline, a.Agency}, a.Byline...)
	for _, b := range a.Body {
		texts = append(texts, b.Plain())
	}
	for _, f := range a.Figures() {
		texts = append(texts, f.Caption, f.Credit, f.Alt)
	}
	return texts
}

// TestEveryWordStandsInTheSource: an editor cuts, and never writes. Words are
// compared folded, for the source may escape its letters or part them by tags.
func TestEveryWordStandsInTheSource(t *testing.T) {
	eachEdited(t, func(t *testing.T, e edited) {
		var known strings.Builder
		for _, source := range e.sources {
			plain := html.UnescapeString(html.UnescapeString(validText(source)))
			plain = strings.NewReplacer(`\/`, "/", `\"`, `"`, `\n`, " ", `\r`, " ", `\t`, " ").Replace(plain)
			plain = escapedSign.ReplaceAllStringFunc(plain, func(s string) string {
				var r rune
				fmt.Sscanf(s[2:], "%04x", &r)
				return string(r)
			})
			known.WriteString(squeezed(mend(plain)) + " ") // letters that were stored wrongly are put right
			known.WriteString(squeezed(validText(source)) + " " + squeezed(plain) + " " + squeezed(tags.ReplaceAllString(plain, "")) + " ")
		}
		source := known.String()
		for _, text := range printed(&e.article) {
			for _, word := range wordsOf(text) {
				if !strings.Contains(source, squeezed(word)) {
					t.Errorf("%q of %.80q stands nowhere in the source", word, text)
				}
			}
		}
	})
}

var (
	tags        = regexp.MustCompile(`(?s)<!--.*?-->|<[^<>]*>`)
	escapedSign = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
)

// squeezed is the folded text without anything between its words.
func squeezed(s string) string { return strings.Join(wordsOf(s), "") }

// TestNothingIsSaidTwice: neither headline nor caption nor credit stands in
// the body again.
func TestNothingIsSaidTwice(t *testing.T) {
	eachEdited(t, func(t *testing.T, e edited) {
		if e.sort == "corpus" {
			return // real pages repeat themselves in their own sentences
		}
		elsewhere := map[string]string{key(e.article.Headline): "headline"}
		for _, f := range e.article.Figures() {
			elsewhere[key(f.Caption)] = "caption"
			elsewhere[key(f.Credit)] = "credit"
		}
		for _, b := range e.article.Body {
			for line := range strings.SplitSeq(b.Plain(), "\n") {
				if k := key(line); k != "" && elsewhere[k] != "" {
					t.Errorf("the %s stands in the body: %q", elsewhere[k], line)
				}
			}
		}
	})
}

// TestPrintedCopyEditsToItself prints an article as the plainest page
// and as plain text, and edits both again.
func TestPrintedCopyEditsToItself(t *testing.T) {
	eachEdited(t, func(t *testing.T, e edited) {
		a := e.article
		if a.Kind == news.KindConsent || a.Kind == news.KindIndex || len(a.Body) == 0 {
			return
		}
		page := printedPage(&a)
		again := Page([]news.Page{{Address: "https://outlet.example/world/story", HTML: []byte(page)}}, Hints{Now: noon, Lang: a.Lang})
		if got, want := bodyProof(again), bodyProof(a); got != want && e.sort != "corpus" {
			t.Errorf("as a page: got\n%s\n\nwant\n%s", got, want)
		}
		once := Text(a.Headline+"\n\n"+a.Text(), Hints{Title: a.Headline, Now: noon})
		twice := Text(a.Headline+"\n\n"+once.Text(), Hints{Title: a.Headline, Now: noon})
		if once.Text() != twice.Text() && e.sort != "corpus" {
			t.Errorf("as text: got\n%s\n\nwant\n%s", twice.Text(), once.Text())
		}
	})
}

// TestCorpusEditsToItself prints the pages of the corpus as plainly as they can
// be and edits them again. What changes are captions without a picture, figures
// that then stand beside each other, and last lines whose place had vouched for
// them: on at most three pages in a hundred, and hardly a word of the text.
func TestCorpusEditsToItself(t *testing.T) {
	if os.Getenv("DATELINE_CORPUS") == "" {
		t.Skip("DATELINE_CORPUS is not set")
	}
	const mostChanged, leastKept = 0.03, 0.998
	pages, changed, had, kept := 0, 0, 0, 0
	eachEdited(t, func(t *testing.T, e edited) {
		if e.sort != "corpus" {
			return
		}
		pages++
		page := printedPage(&e.article)
		again := Page([]news.Page{{Address: "https://outlet.example/world/story", HTML: []byte(page)}}, Hints{Now: noon, Lang: e.article.Lang})
		if bodyProof(again) != bodyProof(e.article) {
			changed++
		}
		had, kept = had+wordsIn(&e.article), kept+wordsIn(&again)
	})
	t.Logf("%d of %d pages change, %d of %d words stay", changed, pages, kept, had)
	if float64(changed) > mostChanged*float64(pages) || float64(kept) < leastKept*float64(had) {
		t.Error("editing edited copy changes more than it did")
	}
}

// bodyProof prints what must come through another round: texts and captions,
// not the levels, which a printer may shift.
func bodyProof(a news.Article) string {
	var b strings.Builder
	for _, block := range a.Body {
		switch block.Kind {
		case news.Picture:
			fmt.Fprintf(&b, "picture %s\n", figureLine(block.Figure))
		case news.Heading:
			fmt.Fprintf(&b, "heading %d %s\n", block.Number, block.Text)
		default:
			fmt.Fprintf(&b, "%s %s\n", block.Kind, strings.ReplaceAll(block.Plain(), "\n", " | "))
		}
	}
	return b.String()
}

// printedPage is the article as a plain page: every element says what it is.
func printedPage(a *news.Article) string {
	var b strings.Builder
	put := func(element, text string) {
		fmt.Fprintf(&b, "<%s>%s</%s>\n", element, html.EscapeString(text), element)
	}
	b.WriteString("<!doctype html><html><head>")
	put("title", a.Headline)
	b.WriteString("</head><body><article>")
	put("h1", a.Headline)
	putFigure(&b, a.Lead)
	for _, block := range a.Body {
		switch block.Kind {
		case news.Heading:
			text := block.Text
			if block.Number > 0 {
				text = fmt.Sprintf("%d. %s", block.Number, text)
			}
			put(fmt.Sprintf("h%d", block.Level), text)
		case news.Quote:
			b.WriteString("<blockquote>")
			for part := range strings.SplitSeq(block.Text, "\n") {
				put("p", part)
			}
			b.WriteString("</blockquote>")
		case news.List:
			b.WriteString("<ul>")
			for _, item := range block.Items {
				put("li", item)
			}
			b.WriteString("</ul>")
		case news.Code:
			put("pre", block.Text)
		case news.Table:
			b.WriteString("<table>")
			for _, row := range block.Rows {
				b.WriteString("<tr>")
				for _, cell := range row {
					put("td", cell)
				}
				b.WriteString("</tr>")
			}
			b.WriteString("</table>")
		case news.Picture:
			putFigure(&b, block.Figure)
		default:
			put("p", block.Text)
		}
	}
	b.WriteString("</article></body></html>")
	return b.String()
}

func putFigure(b *strings.Builder, f *news.Figure) {
	if f == nil {
		return
	}
	b.WriteString("<figure>")
	if f.Src != "" {
		fmt.Fprintf(b, "<img src=%q>", html.EscapeString(f.Src))
	}
	if f.Caption != "" || f.Credit != "" {
		fmt.Fprintf(b, `<figcaption>%s <span class="credit">%s</span></figcaption>`, html.EscapeString(f.Caption), html.EscapeString(f.Credit))
	}
	b.WriteString("</figure>\n")
}
