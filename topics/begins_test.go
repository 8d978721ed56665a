package topics

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dateline/news"
)

// naive are the aliases of t that stand at token i, sought among all of them.
func naive(t *table, p *part, i, lang int) (found []string) {
	word := p.word(i)
	offsets := noClitics
	if !startsUnspaced(word) {
		offsets = prefixes(word, scriptOfText(word))
	}
	for _, offset := range offsets {
		for k := range t.aliases {
			a := &t.aliases[k]
			if kind := a.ending(a.words[0], word[offset:], lang); kind != endsNot && t.links[k].speaks(lang) {
				if n, _, _ := a.match(p, i, kind, lang); n > 0 {
					found = append(found, fmt.Sprint(a.text, " ", n))
				}
			}
		}
		if len(found) > 0 {
			break
		}
	}
	slices.Sort(found)
	return found
}

// TestNoAliasIsMissed holds the memory of words, the filter and the chains
// against a look at all aliases, on random texts of many scripts, twice: when
// nothing is remembered and when much is.
func TestNoAliasIsMissed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("Lira Lirana Marok Maroko Ost Osten mare Грузия Грузии Перу мир مصر ومصر المغرب بالمغرب سوريا ישראל בישראל 中国 日本 北 京 한국 북한 서울 จีน ไทย Ελλάδα Кипр მარო रूस ኢትዮጵያ የኢትዮጵያ")
	pick := func() string { return words[r.IntN(len(words))] }
	met := 0
	for round := range 40 {
		var aliases []string
		for range 20 {
			alias := pick()
			for range r.IntN(3) {
				alias += []string{" ", "-", ""}[r.IntN(3)] + pick()
			}
			if r.IntN(4) == 0 {
				alias += "*"
			}
			aliases = append(aliases, alias)
		}
		lang := []string{"", "en", "ru", "ar", "he", "zh", "ko", "th", "am"}[round%9]
		m := mustNew(t, []news.Concept{{ID: "c", Aliases: map[string][]string{lang: aliases}}}, nil)
		for range 30 {
			var text strings.Builder
			for range 12 {
				text.WriteString(pick() + []string{"", " ", ", ", "a ", "-", "の"}[r.IntN(6)])
			}
			room := &scratch{}
			d := &Document{Lang: lang, Body: text.String()}
			read := &reading{m: m, doc: d, room: room, parts: d.parts(room)}
			read.lang = docLang(d, read.parts)
			p := &read.parts[0]
			_, own := m.live(p, read.lang, room)
			for i := range p.tokens {
				want := naive(m.user, p, i, read.lang)
				var got []string
				if slices.Contains(own, int32(i)) {
					hits, _ := read.find(m.user, nil, p, i, read.lang)
					for _, h := range hits {
						got = append(got, fmt.Sprint(h.alias.text, " ", h.end-h.first))
					}
					slices.Sort(got)
				}
				met += len(want)
				if !slices.Equal(got, want) {
					t.Fatalf("%q, aliases %q, language %q, token %d %q: got %q, want %q", text.String(), aliases, lang, i, p.word(i), got, want)
				}
			}
		}
	}
	if met < 1000 {
		t.Errorf("%d aliases were met, want 1000", met)
	}
}

// TestReadingSportByTokensIsReadingItsText holds keyAt and reads against the
// words written out with one space between them.
func TestReadingSportByTokensIsReadingItsText(t *testing.T) {
	p := newPart(news.InBody, "A goal in the 90th minute! It is 2-0; x", &scratch{})
	s := stretch{&p, 1, len(p.tokens) - 1}
	written := p.spaced(s.first, s.end)
	at := 0
	for i := s.first; i < s.end; i++ {
		rest := written[at+1:]
		if key, ok := s.keyAt(i); ok != (len(rest) >= 3) || ok && key != sportKey(rest) {
			t.Errorf("token %d: got key %d, %v", i, key, ok)
		}
		for n := 1; n <= len(rest); n++ {
			if !s.reads(i, rest[:n]) || s.reads(i, rest[:n-1]+"#") {
				t.Errorf("token %d is not read as %q", i, rest[:n])
			}
		}
		at += 1 + len(p.word(i))
	}
}
