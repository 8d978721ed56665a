package normalize

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"dateline/news"
)

var update = flag.Bool("update", false, "write what comes out into the golden files, for reading over")

var noon = time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)

// TestGolden edits each case of testdata: pages (page.html, or several in
// order), dumps (dump.txt) and items (summary.html and content.html, with the
// pages of the link). To add a case, add a file; the reason is its first line.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d golden files, err %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := readGolden(t, file)
			if strings.TrimSpace(string(c.archive.Comment)) == "" {
				t.Error("the first line must tell the reason of the case")
			}
			got := proof(c.edit())
			if *update {
				rewrite(t, file, c.archive, got)
				return
			}
			if want := strings.TrimSpace(c.parts["want"]); got != want {
				t.Errorf("got\n%s\n\nwant\n%s", got, want)
			}
		})
	}
}

// golden is one case of testdata.
type golden struct {
	sort    string // pages, dumps or items
	archive *txtar.Archive
	parts   map[string]string
	pages   []news.Page
}

func readGolden(t *testing.T, file string) golden {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := golden{sort: filepath.Base(filepath.Dir(file)), archive: archive, parts: map[string]string{}}
	for _, f := range archive.Files {
		c.parts[f.Name] = string(f.Data)
		if strings.HasPrefix(f.Name, "page") {
			address := "https://outlet.example/world/story"
			if len(c.pages) > 0 {
				address += fmt.Sprintf("?page=%d", len(c.pages)+1)
			}
			c.pages = append(c.pages, news.Page{Address: address, HTML: f.Data})
		}
	}
	return c
}

func (c *golden) edit() news.Article {
	switch c.sort {
	case "dumps":
		return Text(c.parts["dump.txt"], Hints{Now: noon})
	case "items":
		it := &news.Item{GUID: "1", Link: "https://outlet.example/world/story", Title: strings.TrimSpace(c.parts["title"]), Summary: c.parts["summary.html"], Content: c.parts["content.html"]}
		return Article(news.Source{ID: "outlet", Title: "Outlet"}, it, c.pages, noon)
	default:
		return Page(c.pages, Hints{Now: noon})
	}
}

func rewrite(t *testing.T, file string, archive *txtar.Archive, got string) {
	kept := archive.Files[:0]
	for _, f := range archive.Files {
		if f.Name != "want" {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, txtar.File{Name: "want", Data: []byte(got + "\n")})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// proof prints an article for comparison: one line a field or block.
func proof(a news.Article) string {
	var b strings.Builder
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", label, value)
		}
	}
	line("headline", a.Headline)
	line("kicker", a.Kicker)
	line("lede", a.Lede)
	line("byline", strings.Join(a.Byline, "; "))
	line("agency", a.Agency)
	line("dateline", a.Dateline)
	if !a.Published.IsZero() {
		line("published", a.Published.Format(time.RFC3339))
	}
	line("language", a.Lang)
	line("kind", string(a.Kind))
	line("note", a.Note)
	if a.Truncated {
		line("truncated", "true")
	}
	if a.Lead != nil {
		line("lead", figureLine(a.Lead))
	}
	for _, block := range a.Body {
		switch block.Kind {
		case news.Heading:
			line(fmt.Sprintf("heading %d %d", block.Level, block.Number), block.Text)
		case news.Picture:
			line("picture", figureLine(block.Figure))
		default:
			line(block.Kind.String(), strings.ReplaceAll(block.Plain(), "\n", " | "))
		}
		for _, l := range block.Links {
			line("  link", block.Text[l.Start:l.End]+" -> "+l.URL)
		}
	}
	return strings.TrimSpace(b.String())
}

func figureLine(f *news.Figure) string {
	return strings.Join([]string{f.Src, f.Caption, f.Credit}, " | ")
}
