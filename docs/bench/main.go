// Bench compares the editing of article pages with two open extractors on the
// same pages, in one thread: processor time, and the body's F1 over runs of
// four words. It is a module of its own, so that neither extractor is a
// dependency of the product.
//
//	DATELINE_CORPUS=… go run .
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	readability "codeberg.org/readeck/go-readability/v2"
	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"

	"dateline/news"
	"dateline/normalize"
)

// rounds is how often every tool edits every page; the fastest round counts.
const rounds = 5

// page is one page of the corpus with the body that its annotators wrote.
type page struct {
	url  string
	html []byte
	body string // empty: not annotated
}

// tool turns a page into the text of its article.
type tool struct {
	name string
	edit func(page) string
}

var tools = []tool{
	{"dateline", edit},
	{"go-readability v2", readable},
	{"go-trafilatura", trafilated},
	{"x/net/html, parsing only", parsed},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	corpus := os.Getenv("DATELINE_CORPUS")
	if corpus == "" {
		return fmt.Errorf("DATELINE_CORPUS is not set: it names the directory that has extraction/dev")
	}
	pages, size, err := readPages(filepath.Join(corpus, "extraction", "dev"))
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(1)
	best := make([]time.Duration, len(tools))
	scores := make([]score, len(tools))
	for round := range rounds {
		for i, t := range tools {
			runtime.GC()
			start := processor()
			for _, p := range pages {
				text := t.edit(p)
				if round == 0 && p.body != "" {
					scores[i].add(p.body, text)
				}
			}
			if took := processor() - start; best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	fmt.Printf("%d pages, %.1f MB, one thread, best of %d rounds\n\n", len(pages), float64(size)/1e6, rounds)
	fmt.Printf("%-26s %8s %10s %8s %8s %8s\n", "", "CPU", "ms a page", "body F1", "P", "R")
	for i, t := range tools {
		f, p, r := scores[i].figures()
		fmt.Printf("%-26s %8.2f %10.2f %8.4f %8.4f %8.4f\n", t.name, float64(best[i])/float64(best[1]), best[i].Seconds()*1e3/float64(len(pages)), f, p, r)
	}
	fmt.Printf("\nPeak memory while a page of %.1f MB is edited, above what lay there before: %.1f MiB\n", float64(len(large()))/1e6, peak())
	return nil
}

// readPages reads the annotated pages of a directory, in order of their names.
func readPages(dir string) (pages []page, size int, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, 0, err
	}
	if len(names) == 0 {
		return nil, 0, fmt.Errorf("%s has no pages", dir)
	}
	slices.Sort(names)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, 0, err
		}
		var truth struct{ URL, ArticleBody string }
		if err := json.Unmarshal(raw, &truth); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", name, err)
		}
		markup, err := inflate(strings.TrimSuffix(name, ".json") + ".html.gz")
		if err != nil {
			return nil, 0, err
		}
		pages = append(pages, page{truth.URL, markup, truth.ArticleBody})
		size += len(markup)
	}
	return pages, size, nil
}

func inflate(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return io.ReadAll(z)
}

// edit is what the product does with a page, as its batch contract prints it.
func edit(p page) string {
	a := normalize.Page([]news.Page{{Address: p.url, HTML: p.html}}, normalize.Hints{URL: p.url})
	return a.Text()
}

// readable parses the page itself: go-readability's own reader guesses the
// charset first, which takes longer than all the rest and which no other tool
// here does.
func readable(p page) string {
	u, _ := url.Parse(p.url)
	root, err := html.Parse(bytes.NewReader(p.html))
	if err != nil {
		return ""
	}
	reader := readability.NewParser()
	a, err := reader.ParseAndMutate(root, u)
	if err != nil || a.Node == nil {
		return ""
	}
	var b strings.Builder
	if err := a.RenderText(&b); err != nil {
		return ""
	}
	return b.String()
}

func trafilated(p page) string {
	u, _ := url.Parse(p.url)
	r, err := trafilatura.Extract(bytes.NewReader(p.html), trafilatura.Options{OriginalURL: u, EnableFallback: true, ExcludeComments: true})
	if err != nil || r == nil {
		return ""
	}
	return r.ContentText
}

func parsed(p page) string {
	if _, err := html.Parse(bytes.NewReader(p.html)); err != nil {
		return err.Error()
	}
	return ""
}

// processor is the processor time that this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// score sums the pages' precision and recall, so that every page weighs the
// same.
type score struct {
	precision, recall float64
	pages             int
}

// run4 is the length of the runs of words that are compared.
const run4 = 4

func (s *score) add(truth, text string) {
	want, got := runs(truth), runs(text)
	hit, wanted, said := 0, 0, 0
	for w, n := range want {
		hit += min(n, got[w])
		wanted += n
	}
	for _, n := range got {
		said += n
	}
	s.pages++
	s.precision += share(hit, said)
	s.recall += share(hit, wanted)
}

func share(part, whole int) float64 { return float64(part) / float64(max(whole, 1)) }

func (s score) figures() (f, p, r float64) {
	p, r = s.precision/float64(max(s.pages, 1)), s.recall/float64(max(s.pages, 1))
	if p+r == 0 {
		return 0, 0, 0
	}
	return 2 * p * r / (p + r), p, r
}

// runs counts a text's runs of four words.
func runs(text string) map[string]int {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
	counts := map[string]int{}
	if len(words) == 0 {
		return counts
	}
	for i := 0; i+min(run4, len(words)) <= len(words); i++ {
		counts[strings.Join(words[i:i+min(run4, len(words))], " ")]++
	}
	return counts
}

// large is a page of two megabytes, most of it text.
func large() []byte {
	var b bytes.Buffer
	b.WriteString("<html><head><title>Tides</title></head><body><article><h1>Tides</h1>")
	for i := 0; b.Len() < 2<<20; i++ {
		fmt.Fprintf(&b, "<p class=\"text\">On day %d the <a href=\"/gauge/%d\">gauge</a> at the harbour mouth stood at %d centimetres, the warden wrote, and the tide turned late.</p>\n", i, i, i%400)
	}
	b.WriteString("</article></body></html>")
	return b.Bytes()
}

// peak is the most memory in MiB that editing the large page takes.
func peak() float64 {
	p := page{url: "https://outlet.example/tides", html: large()}
	debug.FreeOSMemory()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	most := uint64(0)
	go func() {
		defer close(done)
		edit(p)
	}()
	for {
		select {
		case <-done:
			return float64(cmp.Compare(most, before.HeapInuse)) * float64(most-min(most, before.HeapInuse)) / (1 << 20)
		default:
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapInuse)
		}
	}
}
