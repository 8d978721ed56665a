package topics

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	out.all = c.clauses(&r, r.All, path+"all", depth)
	out.any = c.clauses(&r, r.Any, path+"any", depth)
	out.none = c.clauses(&r, r.None, path+"none", depth)
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

func (c *compiler) clauses(r *news.Rule, list []news.Clause, path string, depth int) []clause {
	out := make([]clause, len(list))
	for i, cl := range list {
		out[i] = c.clause(r, cl, fmt.Sprintf("%s[%d]", path, i), depth)
	}
	return out
}

// groupIn is a nested group as it stands in a clause of r: where it says
// nothing itself, it looks where the clause does, or else where r does, and
// weighs as r does.
func groupIn(r *news.Rule, cl *news.Clause) news.Rule {
	g := *cl.Group
	if len(g.Fields) == 0 {
		g.Fields = cl.Fields
	}
	if len(g.Fields) == 0 {
		g.Fields = r.Fields
	}
	if g.Weight == nil {
		g.Weight = r.Weight
	}
	if g.Enumeration == 0 {
		g.Enumeration = r.Enumeration
	}
	return g
}

func (c *compiler) clause(r *news.Rule, cl news.Clause, path string, depth int) clause {
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
		g := c.rule(groupIn(r, &cl), path+".", depth+1)
		out.group = &g
		out.name = g.name()
	}
	return out
}

// name tells a group by what its clauses ask for: "any(country:UA, country:RU)".
func (r *rule) name() string {
	var parts []string
	for _, l := range []struct {
		name string
		list []clause
	}{{"all", r.all}, {"any", r.any}, {"none", r.none}} {
		if len(l.list) == 0 {
			continue
		}
		names := make([]string, len(l.list))
		for i := range l.list {
			names[i] = l.list[i].name
		}
		parts = append(parts, l.name+"("+strings.Join(names, ", ")+")")
	}
	return strings.Join(parts, " ")
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
