package main

import (
	"dateline/desk"
	"dateline/news"
	"dateline/publish"
	"dateline/topics"
)

// explainer says for the API what a topic's present rule makes of an article.
func explainer(r desk.Roster) func(news.TopicID, *news.Article) (publish.Explanation, error) {
	return func(topic news.TopicID, a *news.Article) (publish.Explanation, error) {
		why, err := r.Matcher.Why(topic, topics.FromArticle(a))
		if err != nil {
			return publish.Explanation{}, err
		}
		out := publish.Explanation{Takes: why.Takes, Score: why.Score, Needed: why.Needed, Guard: why.Guard, Near: why.Near, Matches: why.Matches}
		for _, c := range why.Clauses {
			v := publish.ClauseVerdict{Clause: c.Clause, Met: c.Met, Nearest: c.Nearest, Guard: c.Guard}
			for _, l := range c.Like {
				v.Like = append(v.Like, publish.Likeness(l))
			}
			out.Clauses = append(out.Clauses, v)
		}
		for _, m := range a.Matches { // borne by all that its source sends
			if m.Topic == topic && m.Sense == "source" {
				out.Takes, out.Matches = true, append(out.Matches, m)
			}
		}
		return out, nil
	}
}
