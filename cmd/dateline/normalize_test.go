package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const ferryPage = `<html lang="en"><head><title>Ferry returns to the northern islands</title>
<meta property="article:published_time" content="2024-06-20T09:30:00+02:00"><meta name="author" content="Mara Quill"></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav><article><h1>Ferry returns to the northern islands</h1>
<figure><img src="/ferry.jpg" width="800"><figcaption>The ferry at the pier. Photo: Ida Brand</figcaption></figure>
<p>OSLO (Reuters) - The ferry to the northern islands sailed again on Thursday, two years after the pier was lost in a storm.</p>
<p>About forty people stood on the new pier to see it leave, and the school was closed for the morning.</p>
<h2>1. The new pier</h2><p>The pier is built of stone this time, and the council says that it will stand for a hundred years.</p></article></body></html>`

const ferryDump = `Ferry returns to the northern islands

The ferry to the northern islands sailed again on Thursday, two years after the pier was lost in a storm.

About forty people stood on the new pier to see it leave, and the school was closed for the morning.
`

// runNormalize runs the command over standard input and returns what it
// prints.
func runNormalize(t *testing.T, c normalizeCmd, in string) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.Run(stdio{In: strings.NewReader(in), Out: &out}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// batchLine is a line of the batch contract.
func batchLine(t *testing.T, fields map[string]string) string {
	t.Helper()
	line, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(line) + "\n"
}

func TestNormalizeBatchAnswersEveryLineInOrder(t *testing.T) {
	in := batchLine(t, map[string]string{"id": "page", "url": "https://outlet.example/ferry", "html": ferryPage}) +
		"\n" + "this is not JSON\n" + batchLine(t, map[string]string{"id": "empty"}) + `{"id":"typed","html":5}` + "\n" +
		strings.TrimSuffix(batchLine(t, map[string]string{"id": "dump", "text": ferryDump}), "\n")
	var got []string
	var out bytes.Buffer
	err := (&normalizeCmd{Batch: true}).Run(stdio{In: strings.NewReader(in), Out: &out})
	if err == nil || !strings.HasPrefix(err.Error(), "normalize: line 3: ") {
		t.Errorf("got %v, want the first line that is no JSON named", err)
	}
	for line := range strings.Lines(out.String()) {
		var answer struct{ ID, Error, Headline string }
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		if (answer.Error == "") == (answer.Headline == "") {
			t.Errorf("line %q is neither an answer nor a fault", line)
		}
		fault := ""
		if answer.Error != "" {
			fault = " fault"
		}
		got = append(got, answer.ID+fault)
	}
	if got, want := strings.Join(got, ","), "page, fault,empty fault,typed fault,dump"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNormalizeBatchHasEveryFieldOfTheContract(t *testing.T) {
	out := runNormalize(t, normalizeCmd{Batch: true}, batchLine(t, map[string]string{"id": "1", "url": "https://outlet.example/ferry", "html": ferryPage}))
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(out), &fields); err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ name, value string }{
		{"id", `"1"`}, {"headline", `"Ferry returns to the northern islands"`}, {"kicker", `""`}, {"dateline", `"OSLO"`}, {"agency", `"Reuters"`},
		{"byline", `["Mara Quill"]`}, {"published", `"2024-06-20T09:30:00+02:00"`}, {"updated", `""`}, {"language", `"en"`},
		{"image", `"https://outlet.example/ferry.jpg"`}, {"truncated", `false`}, {"headings", `[{"text":"The new pier","level":2,"number":1}]`},
		{"captions", `[{"text":"The ferry at the pier.","credit":"Ida Brand"}]`},
	} {
		if got := string(fields[want.name]); got != want.value {
			t.Errorf("%s: got %s, want %s", want.name, got, want.value)
		}
	}
	var doc articleDoc
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	for _, shut := range []string{"OSLO", "Photo", "The ferry at the pier", "Home"} {
		if strings.Contains(doc.Text, shut) {
			t.Errorf("articleBody holds %q", shut)
		}
	}
	if !strings.HasPrefix(doc.Text, "The ferry to") || strings.Count(doc.Text, "\n\n") != 3 {
		t.Errorf("got articleBody %q", doc.Text)
	}
	var kinds []string
	for _, b := range doc.Body {
		kinds = append(kinds, b.Kind)
	}
	if got, want := strings.Join(kinds, " "), "paragraph paragraph heading paragraph"; got != want {
		t.Errorf("got body %s, want %s", got, want)
	}
	for _, name := range []string{"lede", "articleBody", "body", "kind"} {
		if fields[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestNormalizeBatchOfAnEmptyPageHasListsNotNull(t *testing.T) {
	for _, line := range []string{`{"id":"1","html":"<p>"}`, `{"id":"1","html":""}`, `{"id":"1","text":""}`} {
		out := runNormalize(t, normalizeCmd{Batch: true}, line)
		if strings.Contains(out, "null") || !strings.HasPrefix(out, `{"id":"1","headline":""`) {
			t.Errorf("%s: got %s", line, out)
		}
	}
}

// A pipeline that waits for one answer before it sends the next line must not
// wait forever.
func TestNormalizeBatchAnswersBeforeTheNextLineComes(t *testing.T) {
	in, feed := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := (&normalizeCmd{Batch: true}).Run(stdio{In: in, Out: out})
		out.Close()
		done <- err
	}()
	lines := bufio.NewReader(answers)
	for _, id := range []string{"1", "2", "3"} {
		if _, err := io.WriteString(feed, batchLine(t, map[string]string{"id": id, "text": ferryDump})); err != nil {
			t.Fatal(err)
		}
		line, err := lines.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, `{"id":"`+id+`"`) {
			t.Fatalf("got %q and %v, want the answer to %s", line, err, id)
		}
	}
	feed.Close()
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("after the last answer: %q, %v", rest, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNormalizeBatchReportsAClosedOutput(t *testing.T) {
	answers, out := io.Pipe()
	answers.Close()
	err := (&normalizeCmd{Batch: true}).Run(stdio{In: strings.NewReader(batchLine(t, map[string]string{"text": ferryDump})), Out: out})
	if err == nil || !strings.HasPrefix(err.Error(), "normalize: ") {
		t.Errorf("got %v", err)
	}
}

func TestNormalizePrintsForPeople(t *testing.T) {
	got := runNormalize(t, normalizeCmd{File: "-", URL: "https://outlet.example/ferry"}, ferryPage)
	want := `Ferry returns to the northern islands

by:        Mara Quill
agency:    Reuters
dateline:  OSLO
published: 2024-06-20T09:30:00+02:00
language:  en
picture:   https://outlet.example/ferry.jpg The ferry at the pier. Ida Brand

The ferry to the northern islands sailed again on Thursday, two years after the pier was lost in a storm.

About forty people stood on the new pier to see it leave, and the school was closed for the morning.

## 1. The new pier

The pier is built of stone this time, and the council says that it will stand for a hundred years.
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNormalizeSaysThatATextGoesOn(t *testing.T) {
	got := runNormalize(t, normalizeCmd{File: "-", Text: true}, ferryDump+"\nPage: 1 2 3\n")
	if !strings.HasSuffix(got, "\n(The text goes on elsewhere.)\n") {
		t.Errorf("got %q", got)
	}
}

func TestNormalizeReadsAFileAndPrintsJSON(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ferry.html")
	if err := os.WriteFile(name, []byte(ferryPage), 0o600); err != nil {
		t.Fatal(err)
	}
	var doc articleDoc
	out := runNormalize(t, normalizeCmd{File: name, JSON: true}, "")
	if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.Headline != "Ferry returns to the northern islands" {
		t.Errorf("got %q, %v", doc.Headline, err)
	}
	if !strings.Contains(out, "\n  \"headline\"") {
		t.Error("JSON for a file is not indented")
	}
}

func TestNormalizeNamesWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		cmd  normalizeCmd
		want string
	}{
		{normalizeCmd{}, "normalize: name a file, or - for standard input"},
		{normalizeCmd{File: filepath.Join(t.TempDir(), "none.html")}, "none.html"},
	} {
		err := c.cmd.Run(stdio{In: strings.NewReader(""), Out: io.Discard})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

func TestLooksLikeHTML(t *testing.T) {
	for _, c := range []struct {
		file string
		want bool
	}{
		{"<!DOCTYPE html><html></html>", true},
		{"\n  <p>A fragment.", true},
		{"\ufeff<html><body>With a byte order mark", true},
		{"Text before the tag\n<DIV class=a>and after", true},
		{"A title\n\n<p>A paragraph</p>", true},
		{ferryDump, false},
		{"Prices rose where a < b, and fell elsewhere.", false},
		{"", false},
	} {
		if got := looksLikeHTML([]byte(c.file)); got != c.want {
			t.Errorf("looksLikeHTML(%q) = %v, want %v", c.file, got, c.want)
		}
	}
}

func TestNormalizeFormIsGuessedUnlessItIsSaid(t *testing.T) {
	const copyDesk = "Ferry returns to the northern islands\n\nThe ferry sailed again on Thursday, and the sign &lt;closed&gt; was taken off the <p>pier</p> by the harbour master.\n\nIt had hung there for two years, he said, and nobody will miss it."
	guessed := runNormalize(t, normalizeCmd{File: "-"}, copyDesk)
	if guessed != runNormalize(t, normalizeCmd{File: "-", HTML: true}, copyDesk) {
		t.Error("a file with tags is not read as HTML")
	}
	if said := runNormalize(t, normalizeCmd{File: "-", Text: true}, copyDesk); said == guessed || !strings.Contains(said, "<p>pier</p>") {
		t.Errorf("--text does not keep the text as it is: %q", said)
	}
}
