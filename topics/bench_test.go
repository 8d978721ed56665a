package topics

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"dateline/news"
)

// benchText is news of the kind a desk reads, mostly words that name nothing.
func benchText(paragraphs int) string {
	list := []string{
		"The central bank kept its main rate unchanged on Thursday, saying that prices had risen less than feared and that wages would follow over the coming months.",
		"Residents of the coastal town carried furniture to upper floors as the river rose for a third day; schools stayed closed and trains were cancelled until further notice.",
		"The president of Russia met the chairman in Pyongyang on Monday to talk about grain, ships and the weather over the sea, according to a statement issued afterwards.",
		"Researchers who followed four thousand families for twenty years found that children who slept longer did better at arithmetic, whatever their parents earned.",
		"A court ordered the company to pay its former workers eighteen months of wages, and said the directors had known of the losses when they promised new contracts.",
		"Shares fell after the opening but recovered by noon, when the ministry in Ankara denied a report that it was planning a tax on the profits of lenders.",
	}
	var b strings.Builder
	for i := range paragraphs {
		b.WriteString(list[i%len(list)])
		b.WriteString("\n\n")
	}
	return b.String()
}

// sparseText is long and names a country once in some 870 bytes, as news of
// all kinds does.
func sparseText() string {
	var kept []string
	for i, p := range strings.Split(benchText(720), "\n\n") {
		if i%3 != 2 || i%18 < 6 {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}

// manyConcepts are n aliases of made-up names, in tens to a concept.
func manyConcepts(n int) []news.Concept {
	var list []news.Concept
	syllables := strings.Fields("ba ke lo mi nu ra se to vi zu dra kli pre sto gru fle han jor wex qui")
	word := func(i int) string {
		var b strings.Builder
		for range 4 {
			b.WriteString(syllables[i%len(syllables)])
			i /= len(syllables)
		}
		return b.String()
	}
	for i := 0; i < n; i += 10 {
		c := news.Concept{ID: fmt.Sprint("c", i), Aliases: map[string][]string{}}
		for j := i; j < i+10; j++ {
			c.Aliases[""] = append(c.Aliases[""], word(j*7919%160000)+" "+word(j*104729%160000))
		}
		list = append(list, c)
	}
	return list
}

// manyTopics are n topics of two countries, of which one takes the text.
func manyTopics(n int) []news.Topic {
	codes := Countries()
	list := []news.Topic{{ID: "t0", Rule: pair("RU", "KP")}}
	for i := 1; len(list) < n; i++ {
		a, b := codes[i%len(codes)].Code, codes[(i/len(codes)+i*7+1)%len(codes)].Code
		if a != b && !(a == "RU" && b == "KP" || a == "KP" && b == "RU") {
			list = append(list, news.Topic{ID: news.TopicID(fmt.Sprint("t", i)), Rule: pair(a, b)})
		}
	}
	return list
}

func BenchmarkMatch(b *testing.B) {
	concepts := manyConcepts(65000)
	for _, n := range []int{100, 10000} {
		m := mustNew(b, concepts, manyTopics(n))
		for name, text := range map[string]string{"short": benchText(36), "long": benchText(720), "sparse": sparseText()} {
			b.Run(fmt.Sprint(n, " topics, 100k aliases, ", name), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					m.Match(&Document{Lang: "en", Title: "Report", Body: text})
				}
			})
		}
	}
}

// BenchmarkMatchLanguages reads the labelled items of sixty languages, a text
// for each language.
func BenchmarkMatchLanguages(b *testing.B) {
	texts := map[string]string{}
	for _, item := range labelled(b, "labelled.jsonl") {
		texts[item.Lang] += item.Title + ".\n" + item.Body + "\n"
	}
	m := mustNew(b, manyConcepts(65000), []news.Topic{{ID: "x", Rule: pair("RU", "KP")}})
	var docs []*Document
	size := 0
	for lang, text := range texts {
		docs = append(docs, &Document{Lang: lang, Body: text})
		size += len(text)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range docs {
			m.Match(d)
		}
	}
}

// BenchmarkMatchScripts reads the labelled items of one script at a time, a text
// of some 30 kB for each language.
func BenchmarkMatchScripts(b *testing.B) {
	scripts := []struct {
		name  string
		langs []string
	}{
		{"Latin", []string{"en", "de", "fr", "es", "pl", "tr", "vi", "id"}}, {"Cyrillic", []string{"ru", "uk", "bg", "sr", "kk"}}, {"Greek", []string{"el"}},
		{"Arabic", []string{"ar", "fa", "ur"}}, {"Hebrew", []string{"he"}}, {"Devanagari", []string{"hi", "mr", "ne"}}, {"Thai", []string{"th"}},
		{"Han and kana", []string{"zh", "ja"}}, {"Hangul", []string{"ko"}},
	}
	texts := map[string]string{}
	for _, item := range labelled(b, "labelled.jsonl") {
		texts[item.Lang] += item.Title + ".\n" + item.Body + "\n"
	}
	m := mustNew(b, manyConcepts(65000), []news.Topic{{ID: "x", Rule: pair("RU", "KP")}})
	for _, s := range scripts {
		var docs []*Document
		size := 0
		for _, lang := range s.langs {
			if text := texts[lang]; text != "" {
				text = strings.Repeat(text, 30000/len(text)+1)
				docs = append(docs, &Document{Lang: lang, Body: text})
				size += len(text)
			}
		}
		b.Run(s.name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, d := range docs {
					m.Match(d)
				}
			}
		})
	}
}

func BenchmarkReadLexicon(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var kept *lexicon
	for b.Loop() {
		kept, _ = readLexicon()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
	if slices.Contains(kept.names, "") {
		b.Fatal("a concept has no name")
	}
}
