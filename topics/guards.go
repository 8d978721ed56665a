package topics

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// dropWords takes out names that are words of the text's language where no
// capital within a sentence tells them from the word.
func (r *reading) dropWords() {
	common := r.common()
	if len(common) == 0 {
		return
	}
	inSentence := r.company(hit.standsAlone, r.sentenceOf)
	r.keep(func(h hit) bool {
		if h.end-h.first != 1 || h.alias.sense >= senseAlias {
			return true
		}
		p := &r.parts[h.part]
		how := common[p.words[h.start:h.stop]]
		if how == notCommon {
			return true
		}
		within := h.first > 0 && p.sentence[h.first-1] == p.sentence[h.first]
		return within && !p.shouted && isUpper(p.first(h.first)) || how == commonName && inSentence.beside(h)
	})
}

func (r *reading) common() map[string]commonness {
	if r.lang < 0 {
		return nil
	}
	return r.m.lex.common[r.lang]
}

// dropWeak takes out aliases that also name others, such as a leader's family
// name alone, where nothing vouches for them: the same country elsewhere in the
// document, or another country or leader in the same paragraph. A stranger's
// name beside one takes it out as well.
func (r *reading) dropWeak() {
	if !slices.ContainsFunc(r.hits, func(h hit) bool { return h.alias.weak }) {
		return
	}
	inParagraph := r.company(hit.standsAlone, r.paragraphOf)
	leaders := r.company(r.leaderAlone, r.sentenceOf)
	strong := map[conceptID]bool{}
	for _, h := range r.hits {
		if !h.alias.weak {
			strong[h.alias.concept] = true
		}
	}
	r.keep(func(h hit) bool {
		if !h.alias.weak {
			return true
		}
		vouched := strong[h.alias.concept] || inParagraph.beside(h) || r.leaderAlone(h) && leaders.beside(h)
		return vouched && !r.stranger(h, h.first-1) && !r.stranger(h, h.end)
	})
}

// leaderAlone reports whether h is a leader's family name in sentence case, with
// no name beside it that would make it another's. Two of them, of two countries,
// vouch for each other within a sentence: Marcos told Xi.
func (r *reading) leaderAlone(h hit) bool {
	p := &r.parts[h.part]
	return h.alias.weak && h.alias.sense == senseLeader && p.plain && !p.shouted && isUpper(p.first(h.first)) && !r.stranger(h, h.first-1) && !r.stranger(h, h.end)
}

func (r *reading) sentenceOf(h hit) int32  { return r.parts[h.part].sentence[h.first] }
func (r *reading) paragraphOf(h hit) int32 { return r.parts[h.part].paragraph[h.first] }

// standsAlone reports whether h is the name of a country that needs no company.
func (h hit) standsAlone() bool { return !h.alias.weak && h.alias.sense < senseAlias }

// company is who keeps a name company: for each place, two of the countries
// that names in it mean which may keep company. Of two, one is another than that
// of the name.
type company struct {
	r     *reading
	keeps func(hit) bool
	place func(hit) int32
	in    map[int32][2]conceptID // nil: not asked for yet
}

func (r *reading) company(keeps func(hit) bool, place func(hit) int32) *company {
	return &company{r: r, keeps: keeps, place: place}
}

// gather fills c.in.
func (c *company) gather() {
	c.in = map[int32][2]conceptID{}
	for _, h := range c.r.hits {
		if !c.keeps(h) {
			continue
		}
		switch two, ok := c.in[c.place(h)]; {
		case !ok:
			c.in[c.place(h)] = [2]conceptID{h.alias.concept, h.alias.concept}
		case two[0] == two[1] && two[0] != h.alias.concept:
			c.in[c.place(h)] = [2]conceptID{two[0], h.alias.concept}
		}
	}
}

// beside reports whether a name that may keep company and means another country
// stands in the place of h.
func (c *company) beside(h hit) bool {
	if c.in == nil {
		c.gather()
	}
	two, ok := c.in[c.place(h)]
	return ok && (two[0] != h.alias.concept || two[1] != h.alias.concept)
}

// keep leaves the hits that good speaks for. It asks of all before it drops any.
func (r *reading) keep(good func(hit) bool) {
	var bad []int
	for i, h := range r.hits {
		if !good(h) {
			bad = append(bad, i)
		}
	}
	if len(bad) == 0 {
		return
	}
	kept := r.hits[:0]
	for i, h := range r.hits {
		if _, found := slices.BinarySearch(bad, i); !found {
			kept = append(kept, h)
		}
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
	return !r.covered(h.part, i)
}

// covered reports whether a hit stands at token i of a part.
func (r *reading) covered(part, i int) bool {
	end := sort.Search(len(r.hits), func(k int) bool {
		o := &r.hits[k]
		return o.part > part || o.part == part && o.first > i
	})
	for k := end - 1; k >= max(0, end-maxOverlap); k-- {
		if o := &r.hits[k]; o.part == part && i < o.end {
			return true
		}
	}
	return false
}

// defaultEnumeration is how many countries in a row are a list.
const defaultEnumeration = 4

// markLists gives every hit the length of the list it stands in: countries
// named one behind the other with little more than commas between.
func (r *reading) markLists() {
	for i := 0; i < len(r.hits); {
		j := i + 1
		last := r.hits[i]
		for j < len(r.hits) && r.inRow(last, r.hits[j]) {
			last = r.hits[j]
			j++
		}
		if n := r.distinct(i, j); j-i > 1 {
			for k := i; k < j; k++ {
				r.hits[k].order = n
			}
		}
		i = j
	}
}

// distinct counts the concepts of the hits from i up to j, as far as a list
// may matter.
func (r *reading) distinct(i, j int) int {
	var room [32]conceptID
	seen := room[:0]
	for _, h := range r.hits[i:j] {
		if !slices.Contains(seen, h.alias.concept) && len(seen) < cap(seen) {
			seen = append(seen, h.alias.concept)
		}
	}
	return len(seen)
}

// asideInList is how many words may stand between two commas of a list: parts
// of Kenya, the north of Brazil, Cuba for the first time.
const asideInList = 5

func (r *reading) inRow(a, b hit) bool {
	if a.part != b.part || b.alias.sense >= senseAlias || a.alias.sense >= senseAlias {
		return false
	}
	if b.first <= a.end {
		return true
	}
	p := &r.parts[a.part]
	if p.sentence[a.first] != p.sentence[b.first] || b.first-a.end > asideInList {
		return false
	}
	gap := p.folded[a.stop:b.start]
	if strings.ContainsAny(gap, ",、，،・") {
		return true
	}
	return b.first-a.end <= 2 && utf8.RuneCountInString(gap) <= 8
}

// inTable is the order of what stands in a table: no list is so long.
const inTable = 1 << 20

// markTables marks countries that follow one another with a figure and hardly
// a word to each: medals, temperatures, prices, results.
func (r *reading) markTables() {
	for i := 0; i < len(r.hits); {
		j := i + 1
		for j < len(r.hits) && r.inRows(r.hits[j-1], r.hits[j]) {
			j++
		}
		if j-i >= defaultEnumeration-1 && r.distinct(i, j) >= defaultEnumeration-1 {
			for k := i; k < j; k++ {
				r.hits[k].order = inTable
			}
		}
		i = j
	}
}

// maxCells bounds the figures and words between two countries of a table.
const maxCells = 8

// inRows reports whether between a and b stand figures and at most two words,
// and a line ends, a semicolon or a comma parts them.
func (r *reading) inRows(a, b hit) bool {
	if a.part != b.part || b.first <= a.end || b.first-a.end > maxCells || b.alias.sense >= senseAlias {
		return false
	}
	p := &r.parts[a.part]
	figures, words := 0, 0
	for i := a.end; i < b.first; i++ {
		if c := p.folded[p.tokens[i].Start]; '0' <= c && c <= '9' {
			figures++
		} else {
			words++
		}
	}
	return figures > 0 && words <= 2 && strings.ContainsAny(p.folded[a.stop:b.start], ";,\n|/、；，،")
}

// partDigests takes news in brief within one paragraph apart: "In brief: …; …;
// …". Each piece becomes a paragraph of its own.
func (r *reading) partDigests() {
	fresh := int32(-2)
	for n := range r.parts {
		p := &r.parts[n]
		for _, cuts := range [][]int{p.separators(), r.labels(n)} {
			for len(cuts) > 1 {
				number, in := p.paragraph[cuts[0]], 1
				for in < len(cuts) && p.paragraph[cuts[in]] == number {
					in++
				}
				if in > 1 {
					first, end := p.around(cuts[0])
					pieces := cuts[:in]
					if pieces[0] != first {
						pieces = append([]int{first}, pieces...)
					}
					if len(pieces) > 2 && (p.headed(first, end) || r.unlike(n, pieces, end)) {
						fresh = p.renumber(pieces, end, fresh)
					}
				}
				cuts = cuts[in:]
			}
		}
	}
}

// labels are the tokens at which a sentence begins that opens with a country
// and a colon: "Japan: rates rise. China: exports fall."
func (r *reading) labels(n int) (cuts []int) {
	p := &r.parts[n]
	for _, h := range r.hits {
		if h.part != n || h.end >= len(p.tokens) || h.alias.sense >= senseAlias || h.first > 0 && p.sentence[h.first-1] == p.sentence[h.first] {
			continue
		}
		if gap := p.folded[p.tokens[h.end-1].End:p.tokens[h.end].Start]; strings.HasPrefix(gap, ":") && (len(cuts) == 0 || cuts[len(cuts)-1] < h.first) {
			cuts = append(cuts, h.first)
		}
	}
	return cuts
}

// separators are the tokens that a semicolon or bar stands before, within a
// paragraph.
func (p *part) separators() (cuts []int) {
	for _, sign := range []string{";", "|", "؛"} {
		for rest := 0; ; {
			next := strings.Index(p.folded[rest:], sign)
			if next < 0 {
				break
			}
			rest += next + len(sign)
			i := sort.Search(len(p.tokens), func(i int) bool { return p.tokens[i].Start >= rest })
			if i > 0 && i < len(p.tokens) && p.paragraph[i] == p.paragraph[i-1] {
				cuts = append(cuts, i)
			}
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// around are the tokens of the paragraph of token i: from first up to end.
func (p *part) around(i int) (first, end int) {
	first, end = i, i+1
	for first > 0 && p.paragraph[first-1] == p.paragraph[i] {
		first--
	}
	for end < len(p.tokens) && p.paragraph[end] == p.paragraph[i] {
		end++
	}
	return first, end
}

// renumber makes paragraphs of pieces, the last of which ends before end, with
// numbers from fresh downwards. It gives the next one.
func (p *part) renumber(pieces []int, end int, fresh int32) int32 {
	for k, from := range pieces {
		to := end
		if k+1 < len(pieces) {
			to = pieces[k+1]
		}
		for i := from; i < to; i++ {
			p.paragraph[i] = fresh
		}
		fresh--
	}
	return fresh
}

// maxHeading bounds the words before a digest's colon.
const maxHeading = 5

// headed reports whether the paragraph opens with a short heading and a colon.
func (p *part) headed(first, end int) bool {
	for i := first + 1; i < end && i <= first+maxHeading; i++ {
		if strings.Contains(p.folded[p.tokens[i-1].End:p.tokens[i].Start], ":") {
			return true
		}
	}
	return false
}

// unlike reports whether at least three pieces name countries, four in all, and
// no two pieces the same.
func (r *reading) unlike(n int, cuts []int, end int) bool {
	owner := map[conceptID]int{}
	named := map[int]bool{}
	for _, h := range r.hits {
		if h.part != n || h.first < cuts[0] || h.first >= end || h.alias.sense >= senseAlias {
			continue
		}
		k, found := slices.BinarySearch(cuts, h.first)
		if !found {
			k--
		}
		if was, ok := owner[h.alias.concept]; ok && was != k {
			return false
		}
		owner[h.alias.concept], named[k] = k, true
	}
	return len(named) >= 3 && len(owner) >= 4
}
