package main

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"dateline/news"
	"dateline/topics"
)

type conceptConfig struct {
	placed
	ID      string             `yaml:"id"`
	Title   string             `yaml:"title"`
	Aliases map[string]oneMany `yaml:"aliases"`
	Not     oneMany            `yaml:"not"`
}

type topicConfig struct {
	placed
	ID          string `yaml:"id"`
	Title       string `yaml:"title"`
	Description string `yaml:"description"`

	Token     oneMany `yaml:"token"`
	TokenFile string  `yaml:"token_file"`

	All     []clauseConfig     `yaml:"all"`
	Any     []clauseConfig     `yaml:"any"`
	None    []clauseConfig     `yaml:"none"`
	Near    nearConfig         `yaml:"near"`
	Fields  []string           `yaml:"fields"`
	Weight  map[string]float64 `yaml:"weight"`
	Score   float64            `yaml:"min_score"`
	Guard   guardConfig        `yaml:"guard"`
	Include []string           `yaml:"include"`
	Exclude []string           `yaml:"exclude"`
	Trust   map[string]float64 `yaml:"trust"`
}

type guardConfig struct {
	placed
	Enumeration int   `yaml:"enumeration"`
	Sports      *bool `yaml:"sports"`
}

type clauseConfig struct {
	placed
	Country string         `yaml:"country"`
	Bloc    string         `yaml:"bloc"`
	Member  string         `yaml:"member"`
	Concept string         `yaml:"concept"`
	Term    oneMany        `yaml:"term"`
	Phrase  string         `yaml:"phrase"`
	Regex   string         `yaml:"regex"`
	All     []clauseConfig `yaml:"all"`
	Any     []clauseConfig `yaml:"any"`
	None    []clauseConfig `yaml:"none"`
	Near    nearConfig     `yaml:"near"`
	Fields  []string       `yaml:"fields"`
	Weight  float64        `yaml:"weight"`
}

// oneMany is a list that may be written as one value.
type oneMany []string

func (o *oneMany) fromNode(r *yamlReader, n ast.Node) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		if s, ok := r.scalar(n, "a word or a list of words"); ok {
			*o = oneMany{s}
		}
		return
	}
	for _, item := range list.Values {
		if s, ok := r.scalar(r.resolve(item), "a word"); ok {
			*o = append(*o, s)
		}
	}
}

// nearConfig is "paragraph", or {unit: paragraph}, or {tokens: 40}.
type nearConfig struct {
	near news.Near
	at   place
}

func (c *nearConfig) fromNode(r *yamlReader, n ast.Node) {
	c.at = where(n)
	var long struct {
		Unit   string `yaml:"unit"`
		Tokens int    `yaml:"tokens"`
		Words  int    `yaml:"words"`
	}
	if s, ok := n.(ast.ScalarNode); ok {
		long.Unit = s.GetToken().Value
	} else {
		readInto(r, n, &long)
	}
	switch unit := news.Unit(long.Unit); {
	case long.Tokens+long.Words > 0 && (unit == "" || unit == news.NearWords || unit == "tokens"):
		c.near = news.Near{Unit: news.NearWords, Words: long.Tokens + long.Words}
	case unit == news.NearDocument || unit == news.NearParagraph || unit == news.NearSentence:
		c.near = news.Near{Unit: unit}
	default:
		r.faults.add(c.at, "near: want document, paragraph, sentence or {words: 40}")
	}
}

// checkTopics adds what is wrong with concepts and topics to f, and returns
// the topics' IDs.
func (c *config) checkTopics(f *faults) map[string]bool {
	concepts := map[string]bool{}
	for i := range c.Concepts {
		x := &c.Concepts[i]
		if err := checkID(x.ID); err != nil {
			f.add(x.key("id"), "concept: %v", err)
		} else if concepts[x.ID] {
			f.add(x.key("id"), "concept %s stands here twice", x.ID)
		}
		if len(x.Aliases) == 0 {
			f.add(x.key("aliases"), "concept %s has no aliases", x.ID)
		}
		concepts[x.ID] = true
	}
	ids := map[string]bool{}
	for i := range c.Topics {
		t := &c.Topics[i]
		if err := checkID(t.ID); err != nil {
			f.add(t.key("id"), "topic: %v", err)
		} else if ids[t.ID] {
			f.add(t.key("id"), "topic %s stands here twice", t.ID)
		}
		ids[t.ID] = true
		t.checkTokens(f)
		before := len(f.List)
		ck := clauseCheck{f: f, topic: t.ID, concepts: concepts}
		ck.fields(t.Fields, t.key("fields"))
		for name, w := range t.Weight {
			ck.fields([]string{name}, t.key("weight"))
			ck.positive(w, t.key("weight"), "weight")
		}
		ck.positive(t.Score, t.key("min_score"), "min_score")
		for _, factor := range t.Trust {
			ck.positive(factor, t.key("trust"), "trust")
		}
		c.checkNamed(t, f)
		for _, list := range [][]clauseConfig{t.All, t.Any, t.None} {
			for j := range list {
				ck.clause(&list[j])
			}
		}
		if len(f.List) == before {
			c.tryTopic(t, f)
		}
	}
	return ids
}

// tryTopic lets the matcher itself find what the checks before did not.
func (c *config) tryTopic(t *topicConfig, f *faults) {
	if _, err := topics.New(c.concepts(), []news.Topic{t.topic()}); err != nil {
		f.add(t.at, "%v", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
}

// clauseCheck checks the clauses of one topic.
type clauseCheck struct {
	f        *faults
	topic    string
	concepts map[string]bool
}

func (ck clauseCheck) clause(c *clauseConfig) {
	kinds := 0
	for _, set := range []bool{c.Country != "", c.Bloc != "", c.Member != "", c.Concept != "", len(c.Term) > 0, c.Phrase != "", c.Regex != "",
		len(c.All)+len(c.Any)+len(c.None) > 0} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		ck.f.add(c.at, "topic %s: a clause asks for one thing: country, bloc, member, concept, term, phrase, regex, or all/any/none", ck.topic)
	}
	if c.Near.near.Unit != "" && len(c.All)+len(c.Any)+len(c.None) == 0 {
		ck.f.add(c.key("near"), "topic %s: near is for a topic, or a clause of all, any and none", ck.topic)
	}
	ck.positive(c.Weight, c.key("weight"), "weight")
	if c.Concept != "" && !ck.concepts[c.Concept] {
		ck.f.add(c.key("concept"), "topic %s: there is no concept %q", ck.topic, c.Concept)
	}
	if c.Country != "" && !isCountry(strings.ToUpper(c.Country)) {
		ck.f.add(c.key("country"), "topic %s: no country has the code %q (ISO 3166-1, two letters)", ck.topic, c.Country)
	}
	for key, bloc := range map[string]string{"bloc": c.Bloc, "member": c.Member} {
		if bloc != "" && !isBloc(bloc) {
			ck.f.add(c.key(key), "topic %s: there is no bloc %q", ck.topic, bloc)
		}
	}
	if c.Regex != "" {
		if _, err := regexp.Compile(c.Regex); err != nil {
			ck.f.add(c.key("regex"), "topic %s: %v", ck.topic, err)
		}
	}
	ck.fields(c.Fields, c.key("fields"))
	for _, list := range [][]clauseConfig{c.All, c.Any, c.None} {
		for i := range list {
			ck.clause(&list[i])
		}
	}
}

func (ck clauseCheck) positive(n float64, at place, name string) {
	if n < 0 {
		ck.f.add(at, "topic %s: %s is below 0", ck.topic, name)
	}
}

// checkNamed adds the sources that a topic's rule names and the config has not.
// A file of concepts and topics alone has none to hold them against, and those
// of lists are not known before the lists were read.
func (c *config) checkNamed(t *topicConfig, f *faults) {
	if len(c.Sources) == 0 {
		return
	}
	known := func(id string) bool {
		return slices.ContainsFunc(c.Sources, func(s sourceConfig) bool { return s.ID == id }) ||
			slices.ContainsFunc(c.Lists, func(l listConfig) bool { return strings.HasPrefix(id, l.ID+".") })
	}
	for key, ids := range map[string][]string{"include": t.Include, "exclude": t.Exclude, "trust": slices.Sorted(maps.Keys(t.Trust))} {
		for _, id := range ids {
			if !known(id) {
				f.add(t.key(key), "topic %s: %s names a source that is not here: %q", t.ID, key, id)
			}
		}
	}
}

func isCountry(code string) bool {
	return slices.ContainsFunc(topics.Countries(), func(c topics.CountryInfo) bool { return c.Code == code })
}

func isBloc(code string) bool {
	return slices.ContainsFunc(topics.Blocs(), func(b topics.BlocInfo) bool { return b.Code == code })
}

func (ck clauseCheck) fields(names []string, at place) {
	for _, name := range names {
		switch news.Field(name) {
		case news.InTitle, news.InLede, news.InBody, news.InCaption, news.InCategory:
		default:
			ck.f.add(at, "topic %s: there is no field %q: want title, lede, body, caption or category", ck.topic, name)
		}
	}
}

func (t *topicConfig) topic() news.Topic {
	rule := news.Rule{
		All: clauses(t.All), Any: clauses(t.Any), None: clauses(t.None), Near: t.Near.near, Fields: fields(t.Fields),
		MinScore: t.Score, Enumeration: t.Guard.Enumeration, Sports: t.Guard.Sports != nil && !*t.Guard.Sports, Include: sourceIDs(t.Include), Exclude: sourceIDs(t.Exclude),
	}
	if len(t.Weight) > 0 {
		rule.Weight = map[news.Field]float64{}
		for name, w := range t.Weight {
			rule.Weight[news.Field(name)] = w
		}
	}
	if len(t.Trust) > 0 {
		rule.Trust = map[news.SourceID]float64{}
		for id, w := range t.Trust {
			rule.Trust[news.SourceID(id)] = w
		}
	}
	return news.Topic{ID: news.TopicID(t.ID), Title: firstOf(t.Title, t.ID), Description: t.Description, Rule: rule}
}

func clauses(list []clauseConfig) []news.Clause {
	var out []news.Clause
	for i := range list {
		c := &list[i]
		clause := news.Clause{
			Country: strings.ToUpper(c.Country), Bloc: c.Bloc, Member: c.Member, Concept: c.Concept, Term: c.Term,
			Phrase: c.Phrase, Regex: c.Regex, Fields: fields(c.Fields), Weight: c.Weight,
		}
		if len(c.All)+len(c.Any)+len(c.None) > 0 {
			clause.Group = &news.Rule{All: clauses(c.All), Any: clauses(c.Any), None: clauses(c.None), Near: c.Near.near}
		}
		out = append(out, clause)
	}
	return out
}

func fields(names []string) []news.Field {
	var out []news.Field
	for _, n := range names {
		out = append(out, news.Field(n))
	}
	return out
}

func sourceIDs(names []string) []news.SourceID {
	var out []news.SourceID
	for _, n := range names {
		out = append(out, news.SourceID(n))
	}
	return out
}

func (c *config) concepts() []news.Concept {
	var out []news.Concept
	for i := range c.Concepts {
		x := &c.Concepts[i]
		aliases := make(map[string][]string, len(x.Aliases))
		for lang, words := range x.Aliases {
			aliases[lang] = words
		}
		out = append(out, news.Concept{ID: x.ID, Title: x.Title, Aliases: aliases, Not: x.Not})
	}
	return out
}

// matcher compiles the config's topics.
func (c *config) matcher() ([]news.Topic, *topics.Matcher, error) {
	var list []news.Topic
	for i := range c.Topics {
		list = append(list, c.Topics[i].topic())
	}
	m, err := topics.New(c.concepts(), list)
	if err != nil {
		return nil, nil, fmt.Errorf("compile the topics: %w", err)
	}
	return list, m, nil
}

// topic is the config's topic of an ID.
func (c *config) topic(id string) (news.Topic, error) {
	for i := range c.Topics {
		if c.Topics[i].ID == id {
			return c.Topics[i].topic(), nil
		}
	}
	return news.Topic{}, errors.New("the config has no topic " + id)
}
