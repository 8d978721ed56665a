package topics

import (
	"slices"
	"sync"
	"unicode/utf8"

	"dateline/news"
)

// Matcher decides which topics documents belong to. It does not change after
// New, but for what it remembers of words, and may be used by many goroutines.
type Matcher struct {
	lex     *lexicon
	user    *table
	names   []string // of the user's concepts, from len(lex.names) on
	numbers map[string]conceptID
	topics  []topic
	filed   map[conceptID][]int // topics by the concepts of their rarest clause
	always  []int               // topics that no concept can announce
	begins  *beginnings
	rooms   sync.Pool // of *scratch
}

// New compiles topics over the built-in countries and blocs and the editor's
// concepts. All faults are reported together, each with its topic and clause.
func New(concepts []news.Concept, topics []news.Topic) (*Matcher, error) {
	lex, err := standard()
	if err != nil {
		return nil, err
	}
	m := &Matcher{lex: lex, user: newOwnTable(), numbers: map[string]conceptID{}, filed: map[conceptID][]int{}, begins: newBeginnings()}
	for _, c := range concepts {
		m.addConcept(c)
	}
	c := compiler{m: m}
	for _, t := range topics {
		c.topic = t.ID
		m.topics = append(m.topics, topic{t.ID, c.rule(t.Rule, "", 0)})
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	for i := range m.topics {
		m.file(i)
	}
	return m, nil
}

// Match gives, for every topic that takes d, the evidence.
func (m *Matcher) Match(d *Document) []news.Match {
	r := m.read(d)
	defer m.done(r)
	var matches []news.Match
	for _, i := range m.candidates(r) {
		if v := r.weigh(&m.topics[i].rule); v.takes {
			matches = append(matches, r.matches(m.topics[i].id, v)...)
		}
	}
	return matches
}

// Topics lists the topics that matches speak of, each once, sorted.
func (m *Matcher) Topics(matches []news.Match) []news.TopicID {
	ids := []news.TopicID{}
	for _, match := range matches {
		ids = append(ids, match.Topic)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (m *Matcher) addConcept(c news.Concept) {
	id := m.own("concept:" + c.ID)
	for lang, list := range c.Aliases {
		langs := parseLangs(baseLang(lang))
		if langs == (langSet{}) {
			langs = allLangs
		}
		for _, text := range list {
			m.user.add(alias{text: text, concept: id, sense: senseAlias, langs: langs})
		}
	}
	for _, text := range c.Not {
		m.user.add(alias{text: text, concept: noConcept, sense: senseNot, langs: allLangs})
	}
}

func (m *Matcher) own(name string) conceptID {
	id, ok := m.numbers[name]
	if !ok {
		id = conceptID(len(m.lex.names) + len(m.names))
		m.names = append(m.names, name)
		m.numbers[name] = id
	}
	return id
}

func (m *Matcher) number(name string) (conceptID, bool) {
	if id, ok := m.numbers[name]; ok {
		return id, true
	}
	id, ok := m.lex.numbers[name]
	return id, ok
}

func (m *Matcher) conceptName(id conceptID) string {
	if id == noConcept {
		return ""
	}
	if int(id) < len(m.lex.names) {
		return m.lex.names[id]
	}
	return m.names[int(id)-len(m.lex.names)]
}

// file puts topic i under its rarest clause: of all, the one that asks for the
// fewest concepts, or else under every clause of any.
func (m *Matcher) file(i int) {
	r := &m.topics[i].rule
	var rarest []conceptID
	for _, c := range r.all {
		if n := len(c.asks); n > 0 && (rarest == nil || n < len(rarest) || n == len(rarest) && c.asks[0] > rarest[0]) {
			rarest = c.asks
		}
	}
	if rarest == nil {
		for _, c := range r.any {
			if len(c.asks) == 0 {
				rarest = nil
				break
			}
			rarest = append(rarest[:len(rarest):len(rarest)], c.asks...)
		}
	}
	if rarest == nil {
		m.always = append(m.always, i)
	}
	slices.Sort(rarest)
	for _, id := range slices.Compact(slices.Clone(rarest)) {
		m.filed[id] = append(m.filed[id], i)
	}
}

// candidates are the topics whose rarest clause was met, in order, without
// those of which another clause was not.
func (m *Matcher) candidates(r *reading) []int {
	list := slices.Clone(m.always)
	for _, id := range r.met {
		for _, i := range m.filed[id] {
			if r.mayHold(&m.topics[i].rule) {
				list = append(list, i)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// mayHold reports whether a concept of every clause of all was met somewhere.
func (r *reading) mayHold(u *rule) bool {
	for i := range u.all {
		c := &u.all[i]
		if c.group == nil && c.pattern == nil && !slices.ContainsFunc(c.asks, r.has) {
			return false
		}
	}
	return true
}

func (r *reading) has(id conceptID) bool {
	_, ok := slices.BinarySearch(r.met, id)
	return ok
}

// concepts are those of the hits, each once, sorted.
func (r *reading) concepts() []conceptID {
	var ids []conceptID
	for _, h := range r.hits {
		if !slices.Contains(ids[max(0, len(ids)-8):], h.alias.concept) {
			ids = append(ids, h.alias.concept)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// reading is a document with all that was met in it.
type reading struct {
	m     *Matcher
	doc   *Document
	room  *scratch
	parts []part
	hits  []hit // without those that guards took out
	met   []conceptID
	lang  int // -1: unknown
	regex map[*clause][]hit
	sport map[int32]sportiness // by paragraph, as far as it was asked for
	brief bool                 // asked is only whether a rule holds, sport or not, and no evidence
}

// maxHits bounds the evidence of one document.
const maxHits = 4096

func (m *Matcher) read(d *Document) *reading {
	room, _ := m.rooms.Get().(*scratch)
	if room == nil {
		room = &scratch{}
	}
	r := &reading{m: m, doc: d, room: room, parts: d.parts(room), hits: room.hits}
	lang := docLang(d, r.parts)
	r.lang = lang
	for i := range r.parts {
		builtIn, own := m.live(&r.parts[i], lang, room)
		r.scan(i, lang, builtIn)
		r.scanOwn(i, lang, own)
	}
	if len(m.user.aliases) > 0 {
		slices.SortStableFunc(r.hits, inOrder)
	}
	r.dropPast()
	r.dropNamesakes()
	r.dropWords()
	r.dropWeak()
	r.partDigests()
	r.markLists()
	r.markTables()
	r.met = r.concepts()
	return r
}

// done gives the room back that r took. Nothing that is handed out refers to it.
func (m *Matcher) done(r *reading) {
	room := r.room
	if cap(room.tokens) > maxScratch {
		return
	}
	room.hits = r.hits
	room.clean()
	m.rooms.Put(room)
}

// find appends the aliases of t that begin at token i; the longest come last.
// It gives the token behind the longest, or i.
func (r *reading) find(t *table, found []hit, p *part, i, lang int) ([]hit, int) {
	word := p.word(i)
	if word[0] >= unspacedLead && startsUnspaced(word) {
		return t.unspaced(found, p, i, lang)
	}
	o := r.m.opens(word, lang)
	if t == r.m.user {
		return t.spaced(found, p, o.own, i, lang)
	}
	return t.spaced(found, p, o.builtIn, i, lang)
}

// scan looks at the tokens where built-in aliases may begin, and past those that
// an alias covers.
func (r *reading) scan(n, lang int, live []int32) {
	t := r.m.lex.table
	p := &r.parts[n]
	var room [8]hit
	next := 0
	for _, at := range live {
		i := int(at)
		if i < next {
			continue
		}
		if len(r.hits) >= maxHits {
			return
		}
		found, end := r.find(t, room[:0], p, i, lang)
		if row, stop := r.compound(found, p, i, lang); stop > end {
			found, end = row, stop
		}
		if end > i {
			r.take(n, found)
			next = end
		}
	}
}

// scanOwn looks for the editor's aliases. A phrase does not hide the words in
// it from the topics that ask for these; only what means something else does,
// and it hides built-in names as well.
func (r *reading) scanOwn(n, lang int, live []int32) {
	p := &r.parts[n]
	var room [8]hit
	hidden := 0
	var others []hit
	first := len(r.hits)
	for _, at := range live {
		i := int(at)
		if i < hidden {
			continue
		}
		if len(r.hits) >= maxHits {
			return
		}
		found, _ := r.find(r.m.user, room[:0], p, i, lang)
		other := 0
		for _, h := range found {
			if h.alias.sense == senseNot {
				other = max(other, h.end)
				others = append(others, h)
			}
		}
		hidden = max(hidden, other)
		slices.SortStableFunc(found, func(a, b hit) int { return b.end - a.end })
		for _, h := range found {
			covered := slices.ContainsFunc(r.hits[max(first, len(r.hits)-maxOverlap):], func(o hit) bool { return o.alias.concept == h.alias.concept && o.end >= h.end })
			if h.end > other && !covered {
				h.part = n
				r.hits = append(r.hits, h)
			}
		}
	}
	r.hide(n, others)
}

// hide takes out what the built-in table found in phrases of a part that mean
// something else to the editor.
func (r *reading) hide(n int, others []hit) {
	if len(others) == 0 {
		return
	}
	r.hits = slices.DeleteFunc(r.hits, func(h hit) bool {
		return h.part == n && h.alias.sense < senseAlias && slices.ContainsFunc(others, func(o hit) bool { return o.first <= h.first && h.end <= o.end })
	})
}

// maxOverlap is how many hits back one may stand that covers another.
const maxOverlap = 32

// compound looks for a row of countries' signs, in a text of a language that has
// such signs. They are not plain ASCII.
func (r *reading) compound(found []hit, p *part, i, lang int) ([]hit, int) {
	if p.source == nil || lang < 0 || r.m.lex.signs[lang] == nil || p.words[p.tokens[i].Start] < utf8.RuneSelf {
		return found, i
	}
	return r.m.lex.signs[lang].compound(found[len(found):], p, i)
}

// take keeps the longest of the aliases found at one place, one for each
// concept, unless a phrase that means something else is as long.
func (r *reading) take(n int, found []hit) {
	longest := found[len(found)-1]
	old := len(r.hits)
	for _, h := range found {
		if h.end != longest.end || h.stop != longest.stop {
			continue
		}
		if h.alias.sense == senseNot {
			r.hits = r.hits[:old]
			return
		}
		if !slices.ContainsFunc(r.hits[old:], func(o hit) bool { return o.alias.concept == h.alias.concept }) {
			h.part = n
			r.hits = append(r.hits, h)
		}
	}
}

// matches turns the evidence of a verdict into what readers see.
func (r *reading) matches(id news.TopicID, v verdict) []news.Match {
	out := make([]news.Match, 0, len(v.evidence)+1)
	for _, e := range v.evidence {
		p := &r.parts[e.part]
		from, to := p.span(e.start, e.stop)
		start := from // the text is plain ASCII
		if p.source != nil {
			start = utf8.RuneCountInString(p.text[:from])
		}
		match := news.Match{Topic: id, Concept: e.concept, Sense: e.sense.String(), Field: p.field, Start: start,
			End: start + utf8.RuneCountInString(p.text[from:to]), Text: p.text[from:to], Quote: p.quote(e.hit), Score: e.score}
		if e.alias != nil {
			match.Alias = e.alias.text
		}
		out = append(out, match)
	}
	if len(out) == 0 {
		out = append(out, news.Match{Topic: id, Concept: "source", Sense: senseSource.String(), Score: v.score})
	}
	return out
}

// maxQuote bounds a quote, in code points.
const maxQuote = 240

// quote is the sentence around h, shortened.
func (p *part) quote(h hit) string {
	if h.first >= len(p.tokens) {
		return ""
	}
	first, last := h.first, max(h.first, h.end-1)
	for first > 0 && h.first-first < 30 && p.sentence[first-1] == p.sentence[h.first] {
		first--
	}
	for last+1 < len(p.tokens) && last-first < 60 && p.sentence[last+1] == p.sentence[h.first] {
		last++
	}
	from, to := p.span(p.tokens[first].Start, p.tokens[last].End)
	if to-from <= maxQuote {
		return p.text[from:to]
	}
	text := []rune(p.text[from:to])
	if len(text) > maxQuote {
		return string(text[:maxQuote]) + "…"
	}
	return string(text)
}
