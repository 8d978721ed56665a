package normalize

import (
	"strings"
	"unicode/utf8"
)

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

// outletsIn are the last parts of titles whose rest is the headline: what a
// document's title adds to it is who prints it.
func outletsIn(titles []string, headline string) []string {
	var outlets []string
	for _, t := range titles {
		if head, tail, sign := lastPart(t); sign != "" && strings.HasPrefix(key(head), key(headline)) {
			outlets = appendNew(outlets, tail)
		}
	}
	return outlets
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
	for _, s := range []string{" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", "｜", " / ", "_"} {
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

// headlineIn is the part of a document's title that a line of the page says
// alone, with the outlet's name before or behind it; else the title.
func headlineIn(title string, pieces []piece) string {
	for i := range pieces[:min(len(pieces), 200)] {
		p := &pieces[i]
		if p.text == "" || len(p.text) >= len(title) {
			continue
		}
		rest, behind := strings.CutPrefix(title, p.text)
		if !behind {
			before, found := strings.CutSuffix(title, p.text)
			if !found {
				continue
			}
			rest = before
		}
		least := 3
		if p.level == 0 || !behind { // a shorter line could be a section's
			least = 4
		}
		if p.words() >= least && countWords(rest) <= 5 && parts(strings.TrimSpace(rest), behind) {
			return p.text
		}
	}
	return title
}

// parts reports whether what stands beside a headline is set apart from it by a
// sign: the first of what stands behind, the last of what stands before.
func parts(beside string, behind bool) bool {
	sign := firstRune(beside)
	if !behind {
		sign, _ = utf8.DecodeLastRuneInString(beside)
	}
	return strings.ContainsRune("|｜-–—·•»:：_", sign)
}
