package publish

import (
	"context"
	"fmt"

	"dateline/news"
)

// Explanation is what a topic's present rule makes of an article.
type Explanation struct {
	Takes   bool
	Score   float64
	Needed  float64 // the score that the rule asks for; 0: any
	Guard   string  // what kept the topic from taking it: near, none, sports, enumeration, fields, score, source; empty: nothing, or a clause that is not met
	Near    string  // with the guard near: how close the clauses have to stand
	Matches []news.Match
	Clauses []ClauseVerdict
}

// ClauseVerdict tells whether one clause was met, and what came nearest to it.
type ClauseVerdict struct {
	Clause  string // "all[0] country:RU"
	Met     bool
	Nearest []news.Match
	Guard   string     // what kept it from counting
	Like    []Likeness // where nothing spoke for it: words that are spelt nearly as its aliases
}

// Likeness is a word of an article that is spelt nearly as an alias.
type Likeness struct{ Word, Alias string }

// apiWhy is why an article is in a topic, or why it is not.
type apiWhy struct {
	Topic   string       `json:"topic"`
	Article string       `json:"article"`
	Story   string       `json:"story,omitempty"`
	Takes   bool         `json:"takes"`
	Score   float64      `json:"score"`
	Needed  float64      `json:"needed,omitempty"`
	Guard   string       `json:"guard,omitempty"`
	Near    string       `json:"near,omitempty"`
	Match   []apiMatch   `json:"match"`
	Clauses []apiVerdict `json:"clauses"`
}

type apiMatch struct {
	Rule    string  `json:"rule"`
	Alias   string  `json:"alias,omitempty"`
	Sense   string  `json:"sense,omitempty"`
	Field   string  `json:"field,omitempty"`
	Snippet string  `json:"snippet,omitempty"`
	Score   float64 `json:"score"`
}

type apiVerdict struct {
	Clause  string        `json:"clause"`
	Met     bool          `json:"met"`
	Guard   string        `json:"guard,omitempty"`
	Nearest []apiMatch    `json:"nearest"`
	Like    []apiLikeness `json:"spelt_like,omitempty"`
}

type apiLikeness struct {
	Word  string `json:"word"`
	Alias string `json:"alias"`
}

// apiWhy explains what a topic makes of an article, by the rule in force now,
// or, where nobody can be asked for that, by what was found when it was filed.
// What the rights in force do not cover is not quoted.
func (p press) apiWhy(ctx context.Context, topic *news.Topic, id news.ArticleID) (document, error) {
	a, st, err := p.readArticle(ctx, id)
	if err != nil {
		return document{}, err
	}
	found, err := p.explain(topic.ID, &a)
	if err != nil {
		return document{}, fmt.Errorf("explain a match: %w", err)
	}
	rights := p.head.cleared(a).Rights
	out := apiWhy{
		Topic: string(topic.ID), Article: string(a.ID), Story: string(st.ID), Takes: found.Takes, Score: found.Score, Needed: found.Needed, Guard: line(found.Guard), Near: line(found.Near),
		Match: apiMatches(found.Matches, rights), Clauses: []apiVerdict{},
	}
	for _, c := range found.Clauses {
		v := apiVerdict{Clause: line(c.Clause), Met: c.Met, Guard: line(c.Guard), Nearest: apiMatches(c.Nearest, rights)}
		for _, l := range c.Like {
			if rights >= news.RightsFull { // the word is a quotation
				v.Like = append(v.Like, apiLikeness{line(l.Word), line(l.Alias)})
			}
		}
		out.Clauses = append(out.Clauses, v)
	}
	return apiDocument(out)
}

func (p press) explain(topic news.TopicID, a *news.Article) (Explanation, error) {
	if p.head.Why != nil {
		return p.head.Why(topic, a)
	}
	var found Explanation
	for _, m := range a.Matches {
		if m.Topic == topic {
			found.Takes = true
			found.Score += m.Score
			found.Matches = append(found.Matches, m)
		}
	}
	return found, nil
}

func apiMatches(matches []news.Match, rights news.Rights) []apiMatch {
	if rights < news.RightsFull {
		matches = withoutQuotes(matches, rights)
	}
	all := []apiMatch{}
	for _, m := range matches {
		all = append(all, apiMatch{line(m.Concept), line(m.Alias), line(m.Sense), string(m.Field), line(orElse(m.Quote, m.Text)), m.Score})
	}
	return all
}
