package topics

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"dateline/news"
)

// evidence is a hit that speaks for a clause.
type evidence struct {
	hit
	concept string
	score   float64
}

// verdict is what a rule says of a document.
type verdict struct {
	takes    bool
	score    float64
	evidence []evidence
	guard    string // which guard spoke against it
}

// maxEvidence bounds what is shown for one clause, and fullEvidence what is for
// a rule: from there on nothing is joined.
const (
	maxEvidence  = 12
	fullEvidence = 8 * maxEvidence
)

// weigh asks whether r takes the document.
func (r *reading) weigh(u *rule) verdict {
	r.room.evidence = r.room.evidence[:0]
	if slices.Contains(u.Exclude, r.doc.Source) || len(u.Include) > 0 && !slices.Contains(u.Include, r.doc.Source) {
		return verdict{guard: "source"}
	}
	for i := range u.none {
		if e, ok := r.clause(u, &u.none[i], everywhere); ok {
			return verdict{guard: "none", evidence: slices.Clone(e)}
		}
	}
	v := r.guarded(u)
	if !v.takes {
		if v.guard = "near"; !r.holds(u, everywhere).takes {
			v.guard = ""
		}
		return v
	}
	trust, ok := u.Trust[r.doc.Source]
	if !ok {
		trust = 1
	}
	v.score = 0
	for i := range v.evidence {
		v.evidence[i].score *= trust
		v.score += v.evidence[i].score
	}
	if u.MinScore > 0 && v.score < u.MinScore {
		v.takes, v.guard = false, "score"
	}
	return v
}

// guarded asks whether u holds anywhere, and only then whether it does without
// what stands in the news of sport.
func (r *reading) guarded(u *rule) verdict {
	if u.relations {
		r.brief = true
		v := r.near(u, everywhere)
		r.brief = false
		if !v.takes {
			return v
		}
	}
	return r.near(u, everywhere)
}

// view is the stretch of a document that is looked at: from a token of one
// part up to, not with, a token of another.
type view struct {
	firstPart, first int
	lastPart, end    int
}

var everywhere = view{lastPart: math.MaxInt}

func (v view) holds(h hit) bool {
	return (h.part > v.firstPart || h.part == v.firstPart && h.first >= v.first) &&
		(h.part < v.lastPart || h.part == v.lastPart && h.end <= v.end)
}

// of gives those of hits, which are in the order of the document, that may be
// in v.
func (v view) of(hits []hit) []hit {
	if v == everywhere {
		return hits
	}
	from := sort.Search(len(hits), func(i int) bool {
		h := &hits[i]
		return h.part > v.firstPart || h.part == v.firstPart && h.first >= v.first
	})
	to := from
	for to < len(hits) && (hits[to].part < v.lastPart || hits[to].part == v.lastPart && hits[to].first < v.end) {
		to++
	}
	return hits[from:to]
}

// near asks whether u holds in one place of the size its Near names, and
// gathers the evidence of all such places.
func (r *reading) near(u *rule, in view) verdict {
	switch u.Near.Unit {
	case news.NearParagraph:
		return r.inPlaces(u, in, func(h hit) int32 { return r.parts[h.part].paragraph[h.first] })
	case news.NearSentence:
		return r.inPlaces(u, in, func(h hit) int32 { return r.parts[h.part].sentence[h.first] })
	case news.NearWords:
		return r.inWindows(u, in)
	}
	return r.holds(u, in)
}

// inPlaces asks in every stretch of hits that stand in one place.
func (r *reading) inPlaces(u *rule, in view, place func(hit) int32) verdict {
	if len(u.all)+len(u.any) == 0 {
		return r.holds(u, in)
	}
	var total verdict
	hits := in.of(r.allHits(u))
	for i := 0; i < len(hits) && !r.enough(&total); {
		first, n := i, place(hits[i])
		v := view{hits[i].part, hits[i].first, hits[i].part, hits[i].end}
		for ; i < len(hits) && place(hits[i]) == n; i++ {
			if h := hits[i]; h.part > v.lastPart {
				v.lastPart, v.end = h.part, h.end
			} else {
				v.end = max(v.end, h.end)
			}
		}
		if u.mayHold(hits[first:i]) {
			total.join(r.holds(u, v.within(in)))
		}
	}
	return total
}

// enough reports whether more places would change nothing.
func (r *reading) enough(v *verdict) bool {
	return len(v.evidence) >= fullEvidence || r.brief && v.takes
}

// mayHold reports whether hits speak for every clause of all, as far as that is
// seen at a glance.
func (u *rule) mayHold(hits []hit) bool {
	for i := range u.all {
		c := &u.all[i]
		if c.group == nil && c.pattern == nil && !slices.ContainsFunc(hits, func(h hit) bool { return h.speaksFor(c) }) {
			return false
		}
	}
	return true
}

// within is v as far as it is in another view.
func (v view) within(in view) view {
	if v.firstPart < in.firstPart || v.firstPart == in.firstPart && v.first < in.first {
		v.firstPart, v.first = in.firstPart, in.first
	}
	if v.lastPart > in.lastPart || v.lastPart == in.lastPart && v.end > in.end {
		v.lastPart, v.end = in.lastPart, in.end
	}
	return v
}

// inWindows asks in the stretch of so many words that begins with each hit.
func (r *reading) inWindows(u *rule, in view) verdict {
	if len(u.all)+len(u.any) == 0 {
		return r.holds(u, in)
	}
	var total verdict
	for _, h := range in.of(r.allHits(u)) {
		if in.holds(h) && !r.enough(&total) {
			total.join(r.holds(u, view{h.part, h.first, h.part, h.first + u.Near.Words}.within(in)))
		}
	}
	return total
}

// allHits are the hits and the finds of u's regular expressions, in the order
// of the document.
func (r *reading) allHits(u *rule) []hit {
	hits := r.patternHits(nil, u)
	if len(hits) == 0 {
		return r.hits
	}
	hits = append(hits, r.hits...)
	slices.SortStableFunc(hits, inOrder)
	return hits
}

func (r *reading) patternHits(hits []hit, u *rule) []hit {
	for _, list := range [][]clause{u.all, u.any, u.none} {
		for i := range list {
			if list[i].pattern != nil {
				hits = append(hits, r.finds(&list[i])...)
			}
			if list[i].group != nil {
				hits = r.patternHits(hits, list[i].group)
			}
		}
	}
	return hits
}

func inOrder(a, b hit) int {
	return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.first, b.first))
}

func (v *verdict) join(o verdict) {
	if !o.takes {
		return
	}
	v.takes = true
	v.evidence = slices.Grow(v.evidence, len(o.evidence))
	for _, e := range o.evidence {
		if !slices.ContainsFunc(v.evidence, func(x evidence) bool {
			return x.part == e.part && x.start == e.start && x.stop == e.stop && x.concept == e.concept
		}) && len(v.evidence) < fullEvidence {
			v.evidence = append(v.evidence, e)
		}
	}
}

// holds asks for all of u's clauses inside a view.
func (r *reading) holds(u *rule, in view) verdict {
	v := verdict{takes: true}
	for i := range u.all {
		e, ok := r.clause(u, &u.all[i], in)
		if !ok {
			return verdict{}
		}
		v.join(verdict{takes: true, evidence: e})
	}
	met := len(u.any) == 0
	for i := range u.any {
		if e, ok := r.clause(u, &u.any[i], in); ok {
			met = true
			v.join(verdict{takes: true, evidence: e})
		}
	}
	v.takes = met
	return v
}

// clause gathers what speaks for c inside a view, in room that the next weighing
// takes again.
func (r *reading) clause(u *rule, c *clause, in view) ([]evidence, bool) {
	if c.group != nil {
		for i := range c.group.none {
			if _, ok := r.clause(c.group, &c.group.none[i], in); ok {
				return nil, false
			}
		}
		v := r.near(c.group, in)
		for i := range v.evidence {
			v.evidence[i].score *= c.weight()
		}
		return v.evidence, v.takes
	}
	hits := r.hits
	if c.pattern != nil {
		hits = r.finds(c)
	}
	fields := c.Fields
	if len(fields) == 0 {
		fields = u.Fields
	}
	limit := u.Enumeration
	if limit == 0 {
		limit = defaultEnumeration
	}
	first := len(r.room.evidence)
	for _, h := range in.of(hits) {
		if c.pattern == nil && !h.speaksFor(c) {
			continue
		}
		p := &r.parts[h.part]
		if len(fields) > 0 && !slices.Contains(fields, p.field) || !in.holds(h) || limit > 0 && h.order >= limit || u.relations && !r.brief && r.sporting(h) {
			continue
		}
		if r.brief {
			return nil, true
		}
		e := evidence{hit: h, concept: c.name, score: u.weight(p.field) * c.weight()}
		if c.Member != "" {
			e.concept = r.m.conceptName(h.alias.concept)
		}
		if r.room.evidence = append(r.room.evidence, e); len(r.room.evidence)-first == maxEvidence {
			break
		}
	}
	out := r.room.evidence[first:len(r.room.evidence):len(r.room.evidence)]
	return out, len(out) > 0
}

// speaksFor reports whether h is of a concept that c asks for. What a regular
// expression finds is of none.
func (h hit) speaksFor(c *clause) bool {
	return h.alias != nil && slices.Contains(c.asks, h.alias.concept)
}

// finds are the places where c's regular expression fits the text as it stands.
func (r *reading) finds(c *clause) []hit {
	if hits, ok := r.regex[c]; ok {
		return hits
	}
	var hits []hit
	for n := range r.parts {
		p := &r.parts[n]
		for _, at := range c.pattern.FindAllStringIndex(p.text, maxEvidence) {
			start := sort.Search(len(p.folded), func(i int) bool { return p.at(i) >= at[0] })
			stop := sort.Search(len(p.folded), func(i int) bool { return p.at(i) >= at[1] })
			first := sort.Search(len(p.tokens), func(i int) bool { return p.tokens[i].End > start })
			if stop > start && first < len(p.tokens) {
				hits = append(hits, hit{part: n, first: first, end: first + 1, start: start, stop: stop, sense: senseRegex})
			}
		}
	}
	if r.regex == nil {
		r.regex = map[*clause][]hit{}
	}
	r.regex[c] = hits
	return hits
}

func (u *rule) weight(f news.Field) float64 {
	if w, ok := u.Weight[f]; ok {
		return w
	}
	switch f {
	case news.InTitle:
		return 3
	case news.InLede:
		return 2
	}
	return 1
}

func (c *clause) weight() float64 {
	if c.Weight == 0 {
		return 1
	}
	return c.Weight
}
