package normalize

import (
	_ "embed"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"dateline/news"
)

//go:embed testdata/around.txt
var aroundLines string

// around is what pages say around a story in one language.
type around struct {
	related, share, ad, newsletter, tags, comments, other, home, politics, sport string
	byline, source, editor, rights, reading, follow, date, label, dateline/* ends as the language has it */ string
}

func readAround(t *testing.T) map[string]around {
	t.Helper()
	table := map[string]around{}
	for line := range strings.Lines(aroundLines) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), " | ")
		if line[0] == '#' {
			continue
		}
		if len(f) != 20 {
			t.Fatalf("%d fields, want 20: %s", len(f), line)
		}
		table[f[0]] = around{f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10], f[11], f[12], f[13], f[14], f[15], f[16], f[17], f[18], f[19]}
	}
	return table
}

// stories are the golden dumps in languages that around knows: each has a
// headline, a caption with its credit, and paragraphs under headings.
func stories(t *testing.T, table map[string]around, least int) map[string]news.Article {
	t.Helper()
	files, err := filepath.Glob("testdata/dumps/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]news.Article{}
	for _, file := range files {
		c := readGolden(t, file)
		a := c.edit()
		if _, known := table[primaryTag(a.Lang)]; known && a.Lead != nil && a.Lead.Credit != "" && len(a.Figures()) == 1 && wordsIn(&a) >= least {
			told[strings.TrimSuffix(filepath.Base(file), ".txtar")] = a
		}
	}
	if len(told) < 25 {
		t.Fatalf("only %d stories", len(told))
	}
	return told
}

// TestStoriesComeOutOfAnyFrame sets each story in the frames of testdata, which
// are made like the pages of many systems, and reads it back.
func TestStoriesComeOutOfAnyFrame(t *testing.T) {
	files, err := filepath.Glob("testdata/frames/*.frame")
	if err != nil || len(files) < 12 {
		t.Fatalf("found %d frames, err %v", len(files), err)
	}
	table := readAround(t)
	for name, story := range stories(t, table, 40) {
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			frame := map[string]string{}
			for _, f := range txtar.Parse(raw).Files {
				frame[f.Name] = strings.TrimSuffix(string(f.Data), "\n")
			}
			page := framed(frame, &story, table[primaryTag(story.Lang)])
			got := Page([]news.Page{{Address: "https://courier.example/news/2024/06/03/story.html", HTML: []byte(page)}}, Hints{Now: noon})
			t.Run(name+"/"+strings.TrimSuffix(filepath.Base(file), ".frame"), func(t *testing.T) { sameStory(t, &got, &story) })
		}
	}
}

// framed is a page that shows a story in a frame.
func framed(frame map[string]string, a *news.Article, w around) string {
	var parts []string
	paragraphs := 0
	for _, b := range a.Body {
		if b.Kind == news.Heading {
			parts = append(parts, fmt.Sprintf(frame["heading"], html.EscapeString(numbered(&b))))
			continue
		}
		parts = append(parts, fmt.Sprintf(frame["text"], html.EscapeString(b.Plain())))
		if paragraphs++; paragraphs == 2 && frame["between"] != "" {
			parts = append(parts, frame["between"])
		}
	}
	page := strings.Replace(frame["page.html"], "{{body}}", strings.Join(parts, frame["join"]+"\n"), 1)
	return strings.NewReplacer("{{title}}", html.EscapeString(a.Headline), "{{caption}}", html.EscapeString(a.Lead.Caption), "{{credit}}", html.EscapeString(a.Lead.Credit),
		"{{lang}}", a.Lang, "{{summary}}", html.EscapeString(firstBytes(a.Body[0].Plain(), 150)), "{{related}}", w.related, "{{share}}", w.share, "{{ad}}", w.ad, "{{newsletter}}", w.newsletter,
		"{{tags}}", w.tags, "{{comments}}", w.comments, "{{other}}", w.other, "{{home}}", w.home, "{{politics}}", w.politics, "{{sport}}", w.sport, "{{label}}", w.label+" ").Replace(page)
}

func numbered(b *news.Block) string {
	if b.Number > 0 {
		return fmt.Sprintf("%d. %s", b.Number, b.Text)
	}
	return b.Text
}

// sameStory compares what must come back: headline, texts in order, numbers of
// headings, the caption where the page has one, and the credit.
func sameStory(t *testing.T, got, want *news.Article) {
	t.Helper()
	if got.Headline != want.Headline {
		t.Errorf("headline: got %q, want %q", got.Headline, want.Headline)
	}
	if g, w := texts(got), texts(want); g != w {
		t.Errorf("body: got\n%s\nwant\n%s", g, w)
	}
	figures := got.Figures()
	if len(figures) != 1 || figures[0].Credit != want.Lead.Credit || figures[0].Caption != want.Lead.Caption && figures[0].Caption != "" {
		t.Errorf("figures: got %s, want %q by %q", proof(*got), want.Lead.Caption, want.Lead.Credit)
	}
}

func texts(a *news.Article) string {
	var b strings.Builder
	for _, block := range a.Body {
		if block.Kind != news.Picture {
			fmt.Fprintf(&b, "%d %s\n", block.Number, block.Plain())
		}
	}
	return b.String()
}

// TestStoriesComeOutOfDumps prints each story as plain text among what such
// dumps hold, laid out in ways that a seed decides, and reads it back.
func TestStoriesComeOutOfDumps(t *testing.T) {
	table := readAround(t)
	for name, story := range stories(t, table, 0) {
		for seed := range uint64(12) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				dump, dated := dumped(&story, table[primaryTag(story.Lang)], rand.New(rand.NewPCG(seed, uint64(len(story.Headline)))))
				got := Text(dump, Hints{Now: noon})
				want := story
				if !dated {
					want.Dateline = ""
				}
				if g, w := texts(&got), texts(&want); got.Headline != want.Headline || g != w {
					t.Errorf("got %q\n%s\nwant %q\n%s\nof\n%s", got.Headline, g, want.Headline, w, dump)
				}
				if figures := got.Figures(); len(figures) != 1 || figures[0].Caption != story.Lead.Caption || figures[0].Credit != story.Lead.Credit {
					t.Errorf("figures: got\n%s\nof\n%s", proof(got), dump)
				}
				if dated != (got.Dateline != "") {
					t.Errorf("dateline: got %q of\n%s", got.Dateline, dump)
				}
				if got.Published.Format("2006-01-02") != "2024-06-03" {
					t.Errorf("published: got %s of\n%s", got.Published, dump)
				}
			})
		}
	}
}

// dumped is a story as plain text, and whether a dateline opens it.
func dumped(a *news.Article, w around, r *rand.Rand) (dump string, dated bool) {
	var lines []string
	if r.IntN(10) < 7 {
		lines = append(lines, w.home, w.politics, w.sport)
	}
	lines = append(lines, a.Headline, w.date)
	lines = append(lines, some(r, 3, w.byline, w.share, "Facebook", "Twitter", w.reading, "A A A", "loading...", "0 "+w.comments)...)
	if r.IntN(2) == 0 {
		lines = append(lines, a.Headline)
	}
	lines = append(lines, a.Lead.Caption+" "+w.label+" "+a.Lead.Credit)
	for i := range a.Body {
		b := &a.Body[i]
		if i > 0 && a.Body[i-1].Kind != news.Heading && r.IntN(4) == 0 {
			lines = append(lines, some(r, 1, w.related+": "+w.other, w.related+"\n"+w.other, w.ad, w.newsletter, w.share)...)
		}
		text := numbered(b)
		if i == 0 && b.Kind == news.Paragraph && r.IntN(2) == 0 {
			text, dated = w.dateline+" "+text, true
		}
		lines = append(lines, text)
		if r.IntN(2) == 0 {
			lines = append(lines, "")
		}
	}
	lines = append(lines, some(r, 6, w.source, w.editor, "© 2024 Courier. "+w.rights, w.follow, w.tags+": alpha, beta", w.newsletter, w.related, w.other, w.comments+" (0)",
		"read/ rendering in 0.71 seconds (0.1#10.140)", "pixels", w.share, "Courier.example", w.ad)...)
	return strings.Join(lines, "\n"), dated
}

// some are up to most of the lines, in any order.
func some(r *rand.Rand, most int, lines ...string) []string {
	r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return lines[:r.IntN(most+1)]
}
