package normalize

import "strings"

// withoutOutlet takes the outlet's name off a headline ("Headline - Outlet").
// Where the name is not known, only the sign set apart for that is trusted:
// a bar, or in a document's title a dash before a few words.
func withoutOutlet(title string, outlets []string, document bool) string {
	title = oneLine(title)
	for range 3 {
		head, tail, sign := lastPart(title)
		if sign == "" || countWords(head) < 2 {
			return title
		}
		if !isOutlet(tail, outlets) && !(document && countWords(tail) <= 4 && countWords(head) >= 4 && countWords(head) > 2*countWords(tail)) {
			return title
		}
		title = head
	}
	return title
}

func isOutlet(name string, outlets []string) bool {
	k := strings.ReplaceAll(key(name), " ", "")
	for _, o := range outlets {
		ok := strings.ReplaceAll(key(o), " ", "")
		if k != "" && ok != "" && (k == ok || len(k) >= 4 && len(ok) >= 4 && (strings.HasPrefix(k, ok) || strings.HasPrefix(ok, k))) {
			return true
		}
	}
	return false
}

// lastPart cuts a title at its last separator.
func lastPart(title string) (head, tail, sign string) {
	at := -1
	for _, s := range []string{" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", "｜", " / "} {
		if i := strings.LastIndex(title, s); i > at {
			at, sign = i, s
		}
	}
	if at <= 0 {
		return title, "", ""
	}
	return strings.TrimSpace(title[:at]), strings.TrimSpace(title[at+len(sign):]), sign
}

// similar is the share of a's words that b has too.
func similar(a, b string) float64 {
	have := map[string]bool{}
	for _, w := range wordsOf(b) {
		have[w] = true
	}
	words := wordsOf(a)
	if len(words) == 0 {
		return 0
	}
	n := 0
	for _, w := range words {
		if have[w] {
			n++
		}
	}
	return float64(n) / float64(len(words))
}
