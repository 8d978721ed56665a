// Command cities collects how languages spell the cities that time zones are
// named after, among them nearly all capitals, from the Unicode Common Locale
// Data Repository, and writes the table that package normalize embeds: folded,
// sorted, one a line, compressed.
//
//	npm install cldr-dates-full@48.2.0
//	go run ./normalize/gen/cities node_modules/cldr-dates-full/main normalize/dateline_cities.txt.gz
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dateline/news"
)

// tongues are the languages whose spellings are taken.
const tongues = `af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko ky
 lo lt lv mk ml mn mr ms my ne nl no pa pl ps pt ro ru si sk sl sq sr sr-Latn sv sw ta te th tk tr uk ur uz vi zh zh-Hant`

// unfit are zones named after stations, after counties, or after what is a
// common word or name as well. Folded.
const unfit = ` center midway wake troll casey davis palmer syowa vostok rothera mcmurdo mawson monticello vincennes winamac marengo knox
 vevay beulah resolute regina nome easter unknown jersey creston rainy thunder goose `

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: cities CLDR-MAIN OUTPUT")
	}
	seen := map[string]bool{}
	for tag := range strings.FieldsSeq(tongues) {
		raw, err := os.ReadFile(filepath.Join(os.Args[1], tag, "timeZoneNames.json"))
		if err != nil {
			log.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(raw, &tree); err != nil {
			log.Fatal(err)
		}
		collect(tree, seen)
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if _, err := z.Write([]byte(strings.Join(names, "\n"))); err != nil {
		log.Fatal(err)
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[2], out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
	log.Printf("%d names, %d bytes", len(names), out.Len())
}

// collect adds every exemplarCity of a tree.
func collect(tree any, seen map[string]bool) {
	branches, ok := tree.(map[string]any)
	if !ok {
		return
	}
	for key, branch := range branches {
		name, leaf := branch.(string)
		if key != "exemplarCity" || !leaf {
			if key != "Antarctica" && key != "Etc" {
				collect(branch, seen)
			}
			continue
		}
		name, _, _ = strings.Cut(name, " (")
		name, _, _ = strings.Cut(name, ",")
		folded := strings.TrimSpace(news.Fold(name))
		first, _, _ := strings.Cut(folded, " ")
		if len([]rune(folded)) >= 2 && len(strings.Fields(folded)) <= 4 && !strings.Contains(unfit, " "+first+" ") {
			seen[folded] = true
		}
	}
}
