package normalize

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the tables of places
	"io"
	"slices"
	"strings"
	"sync"

	"dateline/news"
)

//go:embed dateline_places.txt
var datelinePlacesText string

// The cities that time zones are named after, as seventy languages spell them.
//
//go:generate go run ./gen/cities node_modules/cldr-dates-full/main dateline_cities.txt.gz
//go:embed dateline_cities.txt.gz
var datelineCitiesFile []byte

// datelinePlaces are the cities that reports are often sent from, folded. A
// dateline needs one only where its shape says too little.
var datelinePlaces = sync.OnceValue(func() map[string]bool {
	places := map[string]bool{}
	for line := range strings.Lines(datelinePlacesText) {
		if line[0] == '#' {
			continue
		}
		for w := range strings.FieldsSeq(line) {
			places[news.Fold(strings.ReplaceAll(w, "_", " "))] = true
		}
	}
	return places
})

// datelineCities is the sorted list of datelineCitiesFile. Data that cannot be
// read would be a fault of the build, which the tests find: it is no list.
var datelineCities = sync.OnceValue(func() []string {
	z, err := gzip.NewReader(bytes.NewReader(datelineCitiesFile))
	if err != nil {
		return nil
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil
	}
	return strings.Split(string(raw), "\n")
})

// longestPlace is the length of the longest name of a place, in bytes.
const longestPlace = 80

func isPlace(s string) bool {
	if len(s) > longestPlace {
		return false
	}
	f := news.Fold(s)
	if datelinePlaces()[f] {
		return true
	}
	_, found := slices.BinarySearch(datelineCities(), f)
	return found
}

// placeSuffix is the longest known place that ends s.
func placeSuffix(s string) string {
	for i := range s {
		if isPlace(s[i:]) {
			return s[i:]
		}
	}
	return ""
}
