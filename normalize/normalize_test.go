package normalize

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

func TestSeedDumpComesOutExactly(t *testing.T) {
	corpus := os.Getenv("DATELINE_CORPUS")
	if corpus == "" {
		t.Skip("DATELINE_CORPUS is not set: the corpus is not checked")
	}
	dump, err := os.ReadFile(filepath.Join(corpus, "seed", "article.txt"))
	if err != nil {
		t.Fatal(err)
	}
	a := Text(string(dump), Hints{Now: noon})
	if got, want := a.Published.Format(time.RFC3339), "2024-06-20T16:15:00+07:00"; got != want {
		t.Errorf("published %s, want %s", got, want)
	}
	if a.Lang != "id" || a.Dateline != "PYONGYANG" || !a.Truncated {
		t.Errorf("got language %q, dateline %q, truncated %v", a.Lang, a.Dateline, a.Truncated)
	}
	figures := a.Figures()
	if len(figures) != 1 || figures[0].Credit != "Sputnik/Gavrii" || !strings.HasSuffix(figures[0].Caption, "19 Juni 2024.") {
		t.Errorf("got figures %+v", figures)
	}
	paragraphs, headings := 0, []news.Block(nil)
	for _, b := range a.Body {
		switch b.Kind {
		case news.Paragraph:
			paragraphs++
		case news.Heading:
			headings = append(headings, b)
		}
	}
	if paragraphs != 9 {
		t.Errorf("got %d paragraphs, want 9", paragraphs)
	}
	want := []news.Block{{Level: 2, Text: "Sejarah Hubungan Rusia dan Korut"}, {Level: 3, Number: 1, Text: "Kemerdekaan Korea dari Jepang"}, {Level: 3, Number: 2, Text: "Invasi ke Selatan"}}
	if len(headings) != len(want) {
		t.Fatalf("got headings %+v", headings)
	}
	for i, h := range headings {
		if h.Level != want[i].Level || h.Number != want[i].Number || h.Text != want[i].Text {
			t.Errorf("heading %d: got %+v, want %+v", i, h, want[i])
		}
	}
	for _, word := range []string{"loading", "A A A", "Halaman", "Klik", "Copyright", "rendering", "Baca Berita"} {
		if strings.Contains(a.Text(), word) {
			t.Errorf("the site's furniture is in the text: %q", word)
		}
	}
}

var words = regexp.MustCompile(`[\p{L}\p{N}_]+`)

// TestCorpusFloor holds the share of words that pages of real outlets keep.
func TestCorpusFloor(t *testing.T) {
	corpus := os.Getenv("DATELINE_CORPUS")
	if corpus == "" {
		t.Skip("DATELINE_CORPUS is not set: the corpus is not checked")
	}
	files, _ := filepath.Glob(filepath.Join(corpus, "extraction", "dev", "*.json"))
	hit, got, want, pages := 0.0, 0.0, 0.0, 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var truth struct{ URL, ArticleBody string }
		if json.Unmarshal(raw, &truth) != nil || truth.ArticleBody == "" {
			continue
		}
		a := Page([]news.Page{{Address: truth.URL, HTML: unzip(t, strings.TrimSuffix(file, ".json")+".html.gz")}}, Hints{Now: noon})
		left := map[string]int{}
		wanted := words.FindAllString(truth.ArticleBody, -1)
		for _, w := range wanted {
			left[w]++
		}
		found := words.FindAllString(a.Text(), -1)
		n := 0
		for _, w := range found {
			if left[w] > 0 {
				left[w]--
				n++
			}
		}
		hit, got, want, pages = hit+float64(n)/float64(len(wanted)), got+float64(len(found))/float64(len(wanted)), want+1, pages+1
	}
	if pages == 0 {
		t.Fatalf("no annotated pages below %s", os.Getenv("DATELINE_CORPUS"))
	}
	f1 := 2 * hit / (got + want)
	t.Logf("token F1 %.4f on %d pages", f1, pages)
	if f1 < 0.95 {
		t.Errorf("token F1 %.4f fell below 0.95", f1)
	}
}

func unzip(t *testing.T, file string) []byte {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

const plainPage = `<html lang="en"><head><title>Council votes to rebuild lighthouse</title></head><body><article><h1>Council votes to rebuild lighthouse</h1>
<p>The harbour council voted on Monday to rebuild the lighthouse that a storm broke in half last winter, its chairman said.</p>
<p>Work is to begin in the autumn and will take about two years, according to a plan that was read out at the meeting.</p>
<h2>The money</h2><p>The council must still find half of the money, and has asked the government of the island for a loan.</p></article></body></html>`

func TestEditingEditedCopyChangesNothing(t *testing.T) {
	first := Page([]news.Page{{Address: "https://outlet.example/a", HTML: []byte(plainPage)}}, Hints{Now: noon})
	var b strings.Builder
	for _, block := range first.Body {
		tag := "p"
		if block.Kind == news.Heading {
			tag = "h2"
		}
		b.WriteString("<" + tag + ">" + block.Text + "</" + tag + ">")
	}
	again := Article(news.Source{}, &news.Item{Title: first.Headline, Content: b.String()}, nil, noon)
	if again.Text() != first.Text() || again.Headline != first.Headline {
		t.Errorf("got\n%s\nwant\n%s", again.Text(), first.Text())
	}
}

func TestDeepPageStillGivesItsText(t *testing.T) {
	page := "<html><body>" + strings.Repeat("<div>", 3000) + "<p>The harbour council voted on Monday to rebuild the lighthouse that a storm broke in half.</p><p>Work is to begin in the autumn and will take about two years, its chairman said.</p>"
	a := Page([]news.Page{{HTML: []byte(page)}}, Hints{Title: "Council votes", Now: noon})
	if !strings.Contains(a.Text(), "rebuild the lighthouse") || strings.Contains(a.Text(), "<") {
		t.Errorf("got %q", a.Text())
	}
}

func TestItemMediaAreFiguresOrMedia(t *testing.T) {
	it := &news.Item{Title: "Council votes", Link: "https://outlet.example/a", Summary: "<p>The council has decided.</p>", Media: []news.Media{
		{URL: "https://outlet.example/light.jpg", Medium: "image", Description: "The lighthouse. Photo: Dana Webb", Width: 800},
		{URL: "https://outlet.example/talk.mp3", Type: "audio/mpeg", Length: 5},
		{URL: "https://count.example/p.gif", Type: "image/gif", Width: 1, Height: 1},
		{URL: "file:///etc/passwd", Type: "audio/mpeg"},
	}}
	a := Article(news.Source{ID: "outlet"}, it, nil, noon)
	if a.Lead == nil || a.Lead.Src != "https://outlet.example/light.jpg" || a.Lead.Credit != "Dana Webb" || a.Lead.Caption != "The lighthouse." || a.Lead.Width != 800 {
		t.Errorf("got lead %+v", a.Lead)
	}
	if len(a.Media) != 1 || a.Media[0].URL != "https://outlet.example/talk.mp3" || len(a.Figures()) != 1 {
		t.Errorf("got media %+v and %d figures", a.Media, len(a.Figures()))
	}
}

func TestOutletIsCutOffTitles(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"Council votes to rebuild lighthouse - Marrow Post", "Council votes to rebuild lighthouse"},
		{"Council votes to rebuild lighthouse | World | Marrow Post", "Council votes to rebuild lighthouse | World"},
		{"Russia - North Korea: a short history of two neighbours", "Russia - North Korea: a short history of two neighbours"},
		{"등대를 다시 짓기로 결정했다 - Marrow Post", "등대를 다시 짓기로 결정했다"},
	} {
		if got := withoutOutlet(c.title, []string{"Marrow Post"}, false); got != c.want {
			t.Errorf("withoutOutlet(%q) = %q, want %q", c.title, got, c.want)
		}
	}
}

func TestNextPage(t *testing.T) {
	const here = "https://outlet.example/news/story-12345.html"
	for _, c := range []struct{ name, html, address, want string }{
		{"rel next with a page number", `<link rel="next" href="?page=2">`, here, here + "?page=2"},
		{"rel next to another article", `<link rel="next" href="/news/other-12346.html">`, here, ""},
		{"numbered links", `<a href="?page=1">1</a> <a href="?page=2">2</a> <a href="?page=3">3</a>`, here, here + "?page=2"},
		{"Indonesian words", `<a href="?page=2">Selanjutnya</a>`, here, here + "?page=2"},
		{"single page is preferred", `<a href="?page=2">2</a> <a href="?page=all">Tampilkan semua</a>`, here, here + "?page=all"},
		{"another host", `<a href="https://other.example/news/story-12345.html?page=2">2</a>`, here, ""},
		{"path number", `<a href="/story/2">Next page</a>`, "https://outlet.example/story", "https://outlet.example/story/2"},
		{"Russian words", `<a href="/story?p=2">Следующая страница</a>`, "https://outlet.example/story", "https://outlet.example/story?p=2"},
		{"tracking on the link", `<a href="?page=2&utm_source=pager">Halaman Berikutnya</a>`, here, here + "?page=2"},
		{"the pager's word and the number", `<a href="?page=2">Strona 2</a>`, here, here + "?page=2"},
		{"what comes next is told", `<a href="/story?page=2">次ページ：港の灯台が再建へ</a>`, "https://outlet.example/story", "https://outlet.example/story?page=2"},
		{"an arrow", `<a href="story_2.html">»</a>`, "https://outlet.example/story.html", "https://outlet.example/story_2.html"},
		{"a class", `<a class="pager__next" href="/story/2/"><i></i></a>`, "https://outlet.example/story/", "https://outlet.example/story/2/"},
		{"the next article of the same title", `<a rel="next" href="/2024/06/weekly-notes-3/">Next</a>`, "https://outlet.example/2024/06/weekly-notes-2/", ""},
		{"the next article", `<a rel="next" href="/news/12346">Next</a><a href="/news/12346">Next article</a>`, "https://outlet.example/news/12345", ""},
		{"no pager", `<a href="/about">About</a>`, here, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := NextPage([]news.Page{{Address: c.address, HTML: []byte("<html><body>" + c.html + "</body></html>")}})
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNextPageEndsAtAPageSeenBefore(t *testing.T) {
	page := []byte(`<a href="?page=1">1</a><a href="?page=2">2</a>`)
	read := []news.Page{{Address: "https://outlet.example/s", HTML: page}, {Address: "https://outlet.example/s?page=2", HTML: page}}
	if got := NextPage(read); got != "" {
		t.Errorf("got %q, want none", got)
	}
	if got := NextPage(nil); got != "" {
		t.Errorf("no page: got %q", got)
	}
}

// TestNextPageEndsAtAPageThatRepeats: sites that do not know a page number send
// the first page, or the last, again.
func TestNextPageEndsAtAPageThatRepeats(t *testing.T) {
	page := func(number int, texts ...string) news.Page {
		html := "<html><body><article><h1>The lighthouse</h1>"
		for _, text := range texts {
			html += "<p>" + text + " The harbour council spoke of it for a long while on Monday.</p>"
		}
		return news.Page{Address: fmt.Sprintf("https://outlet.example/s?page=%d", number), HTML: fmt.Appendf(nil, `%s</article><a rel="next" href="?page=%d">Next</a></body></html>`, html, number+1)}
	}
	first, second := page(1, "A storm broke it.", "It stood for a century.", "Stones lie about."), page(2, "It will be built again.", "Work begins in autumn.")
	for _, c := range []struct {
		name string
		read []news.Page
		want string
	}{
		{"fresh", []news.Page{first, second}, "https://outlet.example/s?page=3"},
		{"the first again", []news.Page{first, second, page(3, "A storm broke it.", "It stood for a century.", "Stones lie about.")}, ""},
		{"the last again", []news.Page{first, second, page(3, "It will be built again.", "Work begins in autumn.")}, ""},
		{"half of it fresh", []news.Page{first, second, page(3, "It will be built again.", "The lamp comes from the south.")}, "https://outlet.example/s?page=4"},
	} {
		if got := NextPage(c.read); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	page := []byte(strings.Replace(plainPage, "</article>", strings.Repeat("<p>Fishermen welcomed the vote. Without the light, they said, the way into the harbour is a matter of luck.</p><div class=related><a href=/x>Other story of the day</a></div>", 200)+"</article>", 1))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		Page([]news.Page{{Address: "https://outlet.example/a", HTML: page}}, Hints{Now: noon})
	}
}

func BenchmarkText(b *testing.B) {
	dump := "Council votes to rebuild lighthouse\n" + strings.Repeat("The harbour council voted on Monday to rebuild the lighthouse that a storm broke in half last winter.\n\n", 50)
	b.SetBytes(int64(len(dump)))
	for b.Loop() {
		Text(dump, Hints{Now: noon})
	}
}

// BenchmarkPointers reads a dump in which everything leads to other articles,
// of one size and of four times that: its time is to grow no faster.
func BenchmarkPointers(b *testing.B) {
	const text = "The council voted on Monday to rebuild the lighthouse that a storm broke in half.\n"
	for _, n := range []int{500, 2000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			dump := text + strings.Repeat("Read also\nThe small ferry again\n"+text, n)
			b.SetBytes(int64(len(dump)))
			for b.Loop() {
				Text(dump, Hints{Now: noon})
			}
		})
	}
}

// BenchmarkItem edits a feed's item that carries a summary and its first lines.
func BenchmarkItem(b *testing.B) {
	it := &news.Item{
		Title:   "Council votes to rebuild lighthouse",
		Link:    "https://outlet.example/a",
		Summary: `<p><img src="https://outlet.example/a.jpg" alt="The lighthouse"> The harbour council voted on Monday to rebuild the lighthouse that a storm broke in half last winter. <a href="https://outlet.example/a">Continue reading</a></p>`,
		Content: strings.Repeat(`<p>The harbour council voted on Monday to rebuild the <a href="https://outlet.example/l">lighthouse</a> that a storm broke in half last winter, its chairman said after the meeting.</p><p>Work is to begin in the autumn &amp; will take about two years.</p>`, 2),
	}
	b.ReportAllocs()
	for b.Loop() {
		Article(news.Source{ID: "outlet", Lang: "en"}, it, nil, noon)
	}
}
