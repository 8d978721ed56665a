package topics

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"dateline/news"
)

// Digest stands for all that decides what a topic takes: its rule, and what the
// editor's concepts and the built-in lexicon give it to look for. It is 0 for a
// topic that m does not know. A topic with another digest than before has to be
// filled again.
func (m *Matcher) Digest(id news.TopicID) uint64 {
	for i := range m.topics {
		if m.topics[i].id != id {
			continue
		}
		r := &m.topics[i].rule
		rule, err := json.Marshal(r.Rule)
		if err != nil { // a number that JSON does not know; such a topic is filled once
			rule = nil
		}
		asked := map[conceptID]bool{}
		r.asked(asked)
		parts := []string{string(rule), lexiconSum()}
		for k := range m.user.aliases {
			if a := &m.user.aliases[k]; asked[a.concept] || a.concept == noConcept {
				parts = append(parts, fmt.Sprint(m.conceptName(a.concept), a.words, a.langs, a.sense))
			}
		}
		slices.Sort(parts[2:])
		return news.Sum64(parts...)
	}
	return 0
}

// lexiconSum stands for the built-in lexicon.
var lexiconSum = sync.OnceValue(func() string {
	return fmt.Sprint(news.Sum64(string(namesFile), lexiconFile, demonymsFile, officesFile, endingsFile, sportsFile, leisureFile, namesakesFile))
})

// asked gathers the concepts that r asks for.
func (r *rule) asked(ids map[conceptID]bool) {
	for _, list := range [][]clause{r.all, r.any, r.none} {
		for i := range list {
			for _, id := range list[i].asks {
				ids[id] = true
			}
			if g := list[i].group; g != nil {
				g.asked(ids)
			}
		}
	}
}
