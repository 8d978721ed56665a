package topics

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"dateline/news"
)

// Explanation tells why a topic takes a document, or why it does not.
type Explanation struct {
	Topic   news.TopicID
	Takes   bool
	Score   float64
	Needed  float64 // the score that the rule asks for; 0: any
	Matches []news.Match
	Clauses []ClauseVerdict
	Guard   string // empty, or what kept the topic from taking it: near, none, sports, enumeration, fields, score, source
	Near    string // with the guard near: how close the clauses have to stand
}

// ClauseVerdict tells whether one clause was met, and by what.
type ClauseVerdict struct {
	Clause  string // "all[0] country:RU"; inside a group "all[1].any[0] country:KP"
	Met     bool
	Nearest []news.Match // what spoke for it anywhere in the document
	Guard   string       // what kept it from counting: sports, enumeration (only a list names it), fields
	Like    []Likeness   // where nothing spoke for it: words that are spelt nearly as its aliases
}

// Likeness is a word of a document that is spelt nearly as an alias.
type Likeness struct{ Word, Alias string }

// Why explains a topic's verdict on d: the evidence, and which clauses failed.
func (m *Matcher) Why(id news.TopicID, d *Document) (Explanation, error) {
	for i := range m.topics {
		if t := &m.topics[i]; t.id == id {
			r := m.read(d)
			defer m.done(r)
			return r.explain(t), nil
		}
	}
	return Explanation{}, fmt.Errorf("no topic %q", id)
}

// explain tells the verdict of t clause by clause.
func (r *reading) explain(t *topic) Explanation {
	v := r.weigh(&t.rule)
	x := Explanation{Topic: t.id, Takes: v.takes, Score: v.score, Needed: t.rule.MinScore, Guard: v.guard}
	if v.takes || v.guard == "none" || v.guard == "score" {
		x.Matches = r.matches(t.id, v)
	}
	if v.guard == "near" {
		x.Near = nearWords(t.rule.Near)
	}
	x.Clauses = r.verdicts(t, &t.rule, "")
	for _, c := range x.Clauses {
		if !x.Takes && x.Guard == "" {
			x.Guard = c.Guard
		}
	}
	return x
}

func nearWords(n news.Near) string {
	if n.Unit == news.NearWords {
		return fmt.Sprintf("within %d words", n.Words)
	}
	return "in one " + string(n.Unit)
}

// verdicts are those on the clauses of u, and of its groups that were not met.
func (r *reading) verdicts(t *topic, u *rule, path string) (list []ClauseVerdict) {
	for _, group := range []struct {
		name string
		list []clause
	}{{"all", u.all}, {"any", u.any}, {"none", u.none}} {
		for i := range group.list {
			c := &group.list[i]
			at := fmt.Sprintf("%s%s[%d]", path, group.name, i)
			v := r.verdictOn(t, u, at, c)
			list = append(list, v)
			if c.group != nil && !v.Met {
				list = append(list, r.verdicts(t, c.group, at+".")...)
			}
		}
	}
	return list
}

func (r *reading) verdictOn(t *topic, u *rule, at string, c *clause) ClauseVerdict {
	e, ok := r.clause(u, c, everywhere)
	cv := ClauseVerdict{Clause: at + " " + c.name, Met: ok}
	if !ok {
		e, cv.Guard = r.nearest(*u, *c)
	}
	if len(e) > 0 {
		cv.Nearest = r.matches(t.id, verdict{evidence: e})
	} else if !ok {
		cv.Like = r.like(c)
	}
	return cv
}

// nearest is what would speak for c if a guard of u let it, and which.
func (r *reading) nearest(u rule, c clause) ([]evidence, string) {
	for _, step := range []struct {
		guard string
		off   func()
	}{
		{"sports", func() { u.relations = false }},
		{"enumeration", func() { u.Enumeration = -1 }},
		{"fields", func() { u.Fields, c.Fields = nil, nil }},
	} {
		step.off()
		if e, _ := r.clause(&u, &c, everywhere); len(e) > 0 {
			return e, step.guard
		}
	}
	return nil, ""
}

const (
	maxLikenesses = 3
	minLikeWord   = 5 // letters, of which one or two may differ
	maxLikeTokens = 2000
)

// like finds words near the beginning of the document that differ by a letter
// or two from an alias of one word that c asks for.
func (r *reading) like(c *clause) (found []Likeness) {
	for _, t := range []*table{r.m.lex.table, r.m.user} {
		for i := range t.aliases {
			a := &t.aliases[i]
			if len(a.words) != 1 || !slices.Contains(c.asks, a.concept) || r.lang >= 0 && !a.langs.at(r.lang) || utf8.RuneCountInString(a.words[0].text) < minLikeWord {
				continue
			}
			left := maxLikeTokens
			for n := range r.parts {
				p := &r.parts[n]
				tokens := p.tokens[:min(len(p.tokens), left)]
				left -= len(tokens)
				for _, tok := range tokens {
					word := p.words[tok.Start:tok.End]
					if word == a.words[0].text || !within(word, a.words[0].text, 1+utf8.RuneCountInString(word)/8) {
						continue
					}
					from, to := p.span(tok.Start, tok.End)
					like := Likeness{p.text[from:to], a.text}
					if !slices.ContainsFunc(found, func(l Likeness) bool { return l.Word == like.Word }) {
						found = append(found, like)
					}
					if len(found) == maxLikenesses {
						return found
					}
				}
			}
		}
	}
	return found
}

// within reports whether a becomes b by at most n letters put in, left out or
// replaced.
func within(a, b string, n int) bool {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > n || len(y)-len(x) > n || len(x) > 64 || len(y) > 64 {
		return false
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		left := row[0]
		row[0] = i + 1
		for j := range y {
			change := left
			if x[i] != y[j] {
				change++
			}
			left = row[j+1]
			row[j+1] = min(change, row[j]+1, left+1)
		}
	}
	return row[len(y)] <= n
}
