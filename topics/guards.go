package topics

import (
	"strings"
	"unicode/utf8"
)

// dropWeak takes out aliases that also name others, such as a common surname,
// where no other country's or leader's name stands in the document to vouch
// for them, or where a stranger's name stands beside them.
func (r *reading) dropWeak() {
	kept := r.hits[:0]
	vouched := false
	for _, h := range r.hits {
		vouched = vouched || !h.alias.weak && h.alias.sense < senseAlias
	}
	for _, h := range r.hits {
		if h.alias.weak && (!vouched || r.stranger(h, h.first-1) || r.stranger(h, h.end)) {
			continue
		}
		kept = append(kept, h)
	}
	r.hits = kept
}

// stranger reports whether token i, beside h in a sentence-case text, is a
// capitalised word that no alias covers.
func (r *reading) stranger(h hit, i int) bool {
	p := &r.parts[h.part]
	if i < 0 || i >= len(p.tokens) || !p.plain || p.shouted || !isUpper(p.first(i)) || p.sentence[i] != p.sentence[h.first] {
		return false
	}
	if i < h.first && (i == 0 || p.sentence[i-1] != p.sentence[i]) {
		return false // capital of the sentence
	}
	left, right := min(i, h.end-1), max(i, h.first)
	if p.folded[p.tokens[left].End:p.tokens[right].Start] != " " {
		return false
	}
	for _, other := range r.hits {
		if other.part == h.part && other.first <= i && i < other.end {
			return false
		}
	}
	return true
}

// defaultEnumeration is how many countries in a row are a list.
const defaultEnumeration = 4

// markLists gives every hit the length of the list it stands in: countries
// named one behind the other with little more than commas between.
func (r *reading) markLists() {
	for i := 0; i < len(r.hits); {
		j := i + 1
		names := map[conceptID]bool{r.hits[i].alias.concept: true}
		last := r.hits[i]
		for j < len(r.hits) && r.inRow(last, r.hits[j]) {
			last = r.hits[j]
			names[last.alias.concept] = true
			j++
		}
		for k := i; k < j; k++ {
			r.hits[k].order = len(names)
		}
		i = j
	}
}

func (r *reading) inRow(a, b hit) bool {
	if a.part != b.part || b.alias.sense >= senseAlias || a.alias.sense >= senseAlias {
		return false
	}
	p := &r.parts[a.part]
	if b.first < a.end || b.first-a.end > 2 || p.sentence[a.first] != p.sentence[b.first] {
		return b.first < a.end
	}
	gap := p.folded[a.stop:b.start]
	if b.first-a.end == 0 {
		return true
	}
	return strings.ContainsAny(gap, ",、，،・") || utf8.RuneCountInString(gap) <= 8
}
