package topics

import (
	"testing"

	"dateline/news"
)

func TestDigestChangesWithWhatTheRuleExpandsTo(t *testing.T) {
	grain := news.Concept{ID: "grain", Aliases: map[string][]string{"en": {"grain", "wheat"}}}
	more := news.Concept{ID: "grain", Aliases: map[string][]string{"en": {"grain", "wheat", "barley"}}}
	open := news.Concept{ID: "grain", Aliases: map[string][]string{"en": {"grain*", "wheat"}}}
	other := news.Concept{ID: "other", Aliases: map[string][]string{"en": {"ferry"}}}
	rule := news.Rule{All: []news.Clause{country("UA"), {Group: &news.Rule{Any: []news.Clause{{Concept: "grain"}}}}}}
	digest := func(r news.Rule, concepts ...news.Concept) uint64 {
		return mustNew(t, concepts, []news.Topic{{ID: "x", Rule: r}}).Digest("x")
	}
	first := digest(rule, grain)
	if first == 0 || first != digest(rule, grain) || first != digest(rule, other, grain) {
		t.Error("the digest moves though nothing that the topic asks for changed")
	}
	for name, d := range map[string]uint64{
		"an alias": digest(rule, more), "an open alias": digest(rule, open),
		"the rule":                           digest(news.Rule{All: rule.All, MinScore: 2}, grain),
		"a phrase that means something else": digest(rule, news.Concept{ID: "grain", Aliases: grain.Aliases, Not: []string{"grain of salt"}}),
	} {
		if d == first {
			t.Errorf("%s does not change the digest", name)
		}
	}
	if mustNew(t, nil, nil).Digest("x") != 0 {
		t.Error("an unknown topic has a digest")
	}
}
