package normalize

import (
	_ "embed" // the table of places
	"strings"
	"sync"

	"dateline/news"
)

//go:embed dateline_places.txt
var datelinePlacesText string

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

func isPlace(s string) bool { return datelinePlaces()[news.Fold(s)] }

// placeSuffix is the longest known place that ends s.
func placeSuffix(s string) string {
	for i := range s {
		if isPlace(s[i:]) {
			return s[i:]
		}
	}
	return ""
}
