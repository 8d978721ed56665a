package main

import (
	"slices"
	"testing"

	"dateline/news"
	"dateline/publish"
)

func TestExplanationsTellMatchMissAndWhatASourceBears(t *testing.T) {
	c := defaultConfig()
	c.Site.Contact = "desk@example.org"
	c.Sources = []sourceConfig{{ID: "post", Feed: "https://post.example/rss", Schedule: "@every 1h"}}
	c.Topics = []topicConfig{{ID: "grain", All: []clauseConfig{{Term: oneMany{"wheat"}}}}}
	r, err := c.roster()
	if err != nil {
		t.Fatal(err)
	}
	explain := explainer(r)
	hit, err := explain("grain", &news.Article{Headline: "Wheat is dear", Lang: "en"})
	if err != nil || !hit.Takes || len(hit.Matches) == 0 || hit.Matches[0].Alias != "wheat" || len(hit.Clauses) != 1 || !hit.Clauses[0].Met {
		t.Errorf("a match: %+v, %v", hit, err)
	}
	miss, err := explain("grain", &news.Article{Headline: "Copper is dear", Lang: "en"})
	if err != nil || miss.Takes || len(miss.Clauses) != 1 || miss.Clauses[0].Met {
		t.Errorf("a miss: %+v, %v", miss, err)
	}
	misspelt, err := explain("grain", &news.Article{Headline: "Wheeat is dear", Lang: "en"})
	if err != nil || misspelt.Takes || len(misspelt.Clauses[0].Like) != 1 || misspelt.Clauses[0].Like[0] != (publish.Likeness{Word: "Wheeat", Alias: "wheat"}) {
		t.Errorf("a word spelt nearly as the alias: %+v, %v", misspelt, err)
	}
	borne, err := explain("grain", &news.Article{Headline: "Copper is dear", Lang: "en", Matches: []news.Match{{Topic: "grain", Concept: "source", Sense: "source", Alias: "post"}}})
	if err != nil || !borne.Takes || !slices.ContainsFunc(borne.Matches, func(m news.Match) bool { return m.Sense == "source" }) {
		t.Errorf("borne by its source: %+v, %v", borne, err)
	}
	if _, err := explain("none", &news.Article{}); err == nil {
		t.Error("a topic that is not there is explained")
	}
}
