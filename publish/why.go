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
	Guard   string // what kept the topic from taking it: near, none, sports, enumeration, fields, score, source; empty: nothing, or a clause that is not met
	Matches []news.Match
	Clauses []ClauseVerdict
}

// ClauseVerdict tells whether one clause was met, and what came nearest to it.
type ClauseVerdict struct {
	Clause  string // "all[0] country:RU"
	Met     bool
	Nearest []news.Match
	Guard   string // what kept it from counting
}

// apiWhy is why an article is in a topic, or why it is not.
type apiWhy struct {
	Topic   string       `json:"topic"`
	Article string       `json:"article"`
	Story   string       `json:"story,omitempty"`
	Takes   bool         `json:"takes"`
	Score   float64      `json:"score"`
	Guard   string       `json:"guard,omitempty"`
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
	Clause  string     `json:"clause"`
	Met     bool       `json:"met"`
	Guard   string     `json:"guard,omitempty"`
	Nearest []apiMatch `json:"nearest"`
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
		Topic: string(topic.ID), Article: string(a.ID), Story: string(st.ID), Takes: found.Takes, Score: found.Score, Guard: line(found.Guard),
		Match: apiMatches(found.Matches, rights), Clauses: []apiVerdict{},
	}
	for _, c := range found.Clauses {
		out.Clauses = append(out.Clauses, apiVerdict{line(c.Clause), c.Met, line(c.Guard), apiMatches(c.Nearest, rights)})
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
