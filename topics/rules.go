package topics

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"dateline/news"
)

func sortBy[T any, K cmp.Ordered](list []T, key func(T) K) {
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}

// clause is a news.Clause made ready.
type clause struct {
	news.Clause
	name    string      // "country:RU"
	asks    []conceptID // any of these
	pattern *regexp.Regexp
	group   *rule
}

// rule is a news.Rule made ready.
type rule struct {
	news.Rule
	all, any, none []clause
	relations      bool // sport is no evidence
}

type topic struct {
	id   news.TopicID
	rule rule
}

// compiler turns rules into clauses over concept numbers.
type compiler struct {
	m      *Matcher
	topic  news.TopicID
	faults []error
}

// maxDepth bounds groups within groups.
const maxDepth = 16

func (c *compiler) rule(r news.Rule, path string, depth int) rule {
	out := rule{Rule: r}
	if depth > maxDepth {
		c.fault(path, "groups are nested too deep")
		return out
	}
	switch r.Near.Unit {
	case "", news.NearDocument, news.NearParagraph, news.NearSentence:
	case news.NearWords:
		if r.Near.Words <= 0 {
			c.fault(path+"near", "words needs a number above 0")
		}
	default:
		c.fault(path+"near", fmt.Sprintf("unknown unit %q", r.Near.Unit))
	}
	out.all = c.clauses(r.All, path+"all", depth)
	out.any = c.clauses(r.Any, path+"any", depth)
	out.none = c.clauses(r.None, path+"none", depth)
	if depth == 0 && relations(&r) {
		if r.Near.Unit == "" {
			out.Near.Unit = news.NearParagraph
		}
		if !r.Sports {
			out.guardSports()
		}
	}
	return out
}

// guardSports puts up the guard against sport, in groups as well.
func (r *rule) guardSports() {
	r.relations = true
	for _, list := range [][]clause{r.all, r.any} {
		for i := range list {
			if g := list[i].group; g != nil {
				g.guardSports()
			}
		}
	}
}

func (c *compiler) clauses(list []news.Clause, path string, depth int) []clause {
	out := make([]clause, len(list))
	for i, cl := range list {
		out[i] = c.clause(cl, fmt.Sprintf("%s[%d]", path, i), depth)
	}
	return out
}

func (c *compiler) clause(cl news.Clause, path string, depth int) clause {
	out := clause{Clause: cl}
	if n := kinds(cl); n != 1 {
		c.fault(path, fmt.Sprintf("a clause asks for exactly one thing, this one for %d", n))
		return out
	}
	lex := c.m.lex
	switch {
	case cl.Country != "":
		c.ask(&out, "country:"+cl.Country, path, fmt.Sprintf("unknown country %q", cl.Country))
	case cl.Bloc != "":
		c.ask(&out, "bloc:"+cl.Bloc, path, fmt.Sprintf("unknown bloc %q", cl.Bloc))
	case cl.Member != "":
		members, ok := lex.blocs[cl.Member]
		if !ok {
			c.fault(path, fmt.Sprintf("unknown bloc %q", cl.Member))
		}
		out.name = "member:" + cl.Member
		for _, code := range members {
			if id, ok := lex.numbers["country:"+code]; ok {
				out.asks = append(out.asks, id)
			}
		}
	case cl.Concept != "":
		c.ask(&out, "concept:"+cl.Concept, path, fmt.Sprintf("unknown concept %q", cl.Concept))
	case len(cl.Term) > 0:
		out.name = "term:" + cl.Term[0]
		out.asks = []conceptID{c.m.own(out.name + path + string(c.topic))}
		for _, t := range cl.Term {
			c.m.user.add(alias{text: t, concept: out.asks[0], sense: senseTerm, langs: allLangs})
		}
	case cl.Phrase != "":
		out.name = "phrase:" + cl.Phrase
		out.asks = []conceptID{c.m.own(out.name)}
		c.m.user.add(alias{text: cl.Phrase, concept: out.asks[0], sense: sensePhrase, langs: allLangs, exact: true})
	case cl.Regex != "":
		out.name = "regex:" + cl.Regex
		var err error
		if out.pattern, err = regexp.Compile(cl.Regex); err != nil {
			c.fault(path, err.Error())
		}
	case cl.Group != nil:
		out.name = "group"
		g := c.rule(*cl.Group, path+".", depth+1)
		out.group = &g
	}
	return out
}

func (c *compiler) ask(out *clause, name, path, fault string) {
	out.name = name
	id, ok := c.m.number(name)
	if !ok {
		c.fault(path, fault)
	}
	out.asks = []conceptID{id}
}

func (c *compiler) fault(path, what string) {
	c.faults = append(c.faults, fmt.Errorf("topic %s: %s: %s", c.topic, path, what))
}

func (c *compiler) err() error { return errors.Join(c.faults...) }

func kinds(cl news.Clause) (n int) {
	for _, given := range []bool{cl.Country != "", cl.Bloc != "", cl.Member != "", cl.Concept != "", len(cl.Term) > 0, cl.Phrase != "", cl.Regex != "", cl.Group != nil} {
		if given {
			n++
		}
	}
	return n
}
