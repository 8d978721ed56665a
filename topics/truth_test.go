package topics

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dateline/news"
)

// letters are the words that the rules of this test ask for.
var letters = []string{"alpha", "bravo", "cedar", "delta"}

// randomRule is a rule of terms and groups, and what it is as a formula.
func randomRule(r *rand.Rand, depth int) (news.Rule, func(has map[string]bool) bool) {
	var rule news.Rule
	lists := [3][]func(map[string]bool) bool{}
	for k, n := range []int{r.IntN(3), r.IntN(3), r.IntN(2)} {
		for range n {
			var c news.Clause
			var f func(map[string]bool) bool
			switch word := letters[r.IntN(len(letters))]; {
			case depth > 0 && r.IntN(2) == 0:
				var g news.Rule
				g, f = randomRule(r, depth-1)
				if len(g.All)+len(g.Any)+len(g.None) == 0 {
					continue
				}
				c.Group = &g
			case r.IntN(3) == 0:
				c.Regex, f = "(?i)"+word, func(has map[string]bool) bool { return has[word] }
			case r.IntN(2) == 0:
				c.Phrase, f = word, func(has map[string]bool) bool { return has[word] }
			default:
				c.Term, f = []string{word}, func(has map[string]bool) bool { return has[word] }
			}
			lists[k] = append(lists[k], f)
			switch k {
			case 0:
				rule.All = append(rule.All, c)
			case 1:
				rule.Any = append(rule.Any, c)
			default:
				rule.None = append(rule.None, c)
			}
		}
	}
	return rule, func(has map[string]bool) bool {
		holds := func(f func(map[string]bool) bool) bool { return f(has) }
		return !slices.ContainsFunc(lists[0], func(f func(map[string]bool) bool) bool { return !f(has) }) &&
			(len(lists[1]) == 0 || slices.ContainsFunc(lists[1], holds)) && !slices.ContainsFunc(lists[2], holds)
	}
}

// TestRulesAreFormulas holds rules against the formulas they stand for, on
// every choice of the words.
func TestRulesAreFormulas(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for range 150 {
		rule, formula := randomRule(r, 3)
		m := mustNew(t, nil, []news.Topic{{ID: "x", Rule: rule}})
		for choice := range 1 << len(letters) {
			has, body := map[string]bool{}, "zulu."
			for i, w := range letters {
				if choice>>i&1 == 1 {
					has[w] = true
					body += " Then " + w + ".\n\nAgain zulu."
				}
			}
			if got, want := len(m.Match(&Document{Lang: "en", Body: body})) > 0, formula(has); got != want {
				t.Fatalf("%+v on %q: got %v, want %v", rule, body, got, want)
			}
		}
	}
}

// TestNearIsWhatItSays holds the units against a count by hand.
func TestNearIsWhatItSays(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 9))
	for range 200 {
		words := make([]string, 3+r.IntN(14))
		sentence, paragraph := make([]int, len(words)), make([]int, len(words))
		var body strings.Builder
		s, p := 0, 0
		for i := range words {
			words[i] = append(letters[:2:2], "zulu", "yankee", "xray")[r.IntN(5)]
			sentence[i], paragraph[i] = s, p
			body.WriteString(words[i])
			switch r.IntN(6) {
			case 0:
				s++
				body.WriteString(". ")
			case 1:
				s++
				p++
				body.WriteString(".\n\n")
			default:
				body.WriteString(" ")
			}
		}
		n := 1 + r.IntN(6)
		together := func(near func(i, j int) bool) (any bool) {
			for i := range words {
				for j := range words {
					any = any || words[i] == "alpha" && words[j] == "bravo" && near(min(i, j), max(i, j))
				}
			}
			return any
		}
		for _, c := range []struct {
			near news.Near
			want bool
		}{
			{news.Near{}, together(func(i, j int) bool { return true })},
			{news.Near{Unit: news.NearParagraph}, together(func(i, j int) bool { return paragraph[i] == paragraph[j] })},
			{news.Near{Unit: news.NearSentence}, together(func(i, j int) bool { return sentence[i] == sentence[j] })},
			{news.Near{Unit: news.NearWords, Words: n}, together(func(i, j int) bool { return j-i < n })},
		} {
			for kind, clauses := range map[string][]news.Clause{
				"terms": {{Term: []string{"alpha"}}, {Term: []string{"bravo"}}}, "regex": {{Term: []string{"alpha"}}, {Regex: "bravo"}},
				"group": {{Group: &news.Rule{All: []news.Clause{{Phrase: "alpha"}, {Phrase: "bravo"}}, Near: c.near}}},
			} {
				rule := news.Rule{All: clauses, Near: c.near}
				if got := takes(t, rule, "en", "", body.String()); got != c.want {
					t.Fatalf("%s, %s of %d: %q: got %v, want %v", kind, c.near.Unit, c.near.Words, body.String(), got, c.want)
				}
			}
		}
	}
}

func TestGroupsLookWhereTheirRuleDoes(t *testing.T) {
	group := func(c news.Clause) news.Clause { return news.Clause{Group: &news.Rule{Any: []news.Clause{c}}} }
	inTitle := []news.Field{news.InTitle}
	for _, c := range []struct {
		name string
		rule news.Rule
		want bool
	}{
		{"the rule's fields", news.Rule{All: []news.Clause{group(country("RU"))}, Fields: inTitle}, false},
		{"the clause's fields", news.Rule{All: []news.Clause{{Group: &news.Rule{Any: []news.Clause{country("RU")}}, Fields: inTitle}}}, false},
		{"a clause's own fields win", news.Rule{All: []news.Clause{group(news.Clause{Country: "RU", Fields: []news.Field{news.InBody}})}, Fields: inTitle}, true},
		{"no fields", news.Rule{All: []news.Clause{group(country("RU"))}}, true},
		{"the rule's weights", news.Rule{All: []news.Clause{group(country("RU"))}, Weight: map[news.Field]float64{news.InBody: 4}, MinScore: 4}, true},
		{"the group's weight", news.Rule{All: []news.Clause{{Group: &news.Rule{Any: []news.Clause{country("RU")}}, Weight: 5}}, MinScore: 5}, true},
		{"the rule's guard", news.Rule{All: []news.Clause{group(country("KP"))}, Enumeration: -1}, true},
		{"the guard by itself", news.Rule{All: []news.Clause{group(country("KP"))}}, false},
	} {
		if got := takes(t, c.rule, "en", "Report", "Russia acts. It names Brazil, North Korea, Iran, Chile and Cuba."); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhyTellsWhatWasNearest(t *testing.T) {
	m := mustNew(t, nil, []news.Topic{
		{ID: "pair", Rule: pair("RU", "KP")},
		{ID: "group", Rule: news.Rule{All: []news.Clause{{Group: &news.Rule{Any: []news.Clause{country("UA"), country("KP")}}}}}},
		{ID: "score", Rule: news.Rule{All: []news.Clause{country("RU")}, MinScore: 9}},
	})
	d := &Document{Lang: "en", Title: "Report", Body: "Rusia votes.\n\nPyongyong slept."}
	x, err := m.Why("pair", d)
	if err != nil || len(x.Clauses) != 2 {
		t.Fatalf("got %+v, %v", x, err)
	}
	for i, want := range []Likeness{{"Rusia", "Russia"}, {"Pyongyong", "Pyongyang"}} {
		if !slices.Contains(x.Clauses[i].Like, want) {
			t.Errorf("%s: got %v, want %v", x.Clauses[i].Clause, x.Clauses[i].Like, want)
		}
	}
	x, _ = m.Why("group", d)
	var clauses []string
	for _, c := range x.Clauses {
		clauses = append(clauses, fmt.Sprint(c.Clause, " ", c.Met))
	}
	if want := []string{"all[0] any(country:UA, country:KP) false", "all[0].any[0] country:UA false", "all[0].any[1] country:KP false"}; !slices.Equal(clauses, want) {
		t.Errorf("got %q, want %q", clauses, want)
	}
	x, _ = m.Why("score", &Document{Lang: "en", Title: "Russia votes"})
	if x.Guard != "score" || x.Score != 3 || x.Needed != 9 || len(x.Matches) != 1 {
		t.Errorf("got %+v", x)
	}
	if x, _ = m.Why("pair", &Document{Lang: "en", Title: "Report", Body: "Russia votes.\n\nPyongyang slept."}); x.Near != "in one paragraph" {
		t.Errorf("got %+v", x)
	}
}

func TestAPhraseDoesNotHideItsWords(t *testing.T) {
	concepts := []news.Concept{{ID: "corridor", Aliases: map[string][]string{"en": {"grain corridor", "grain corridor deal"}}, Not: []string{"grain corridor of salt"}}}
	m := mustNew(t, concepts, []news.Topic{
		{ID: "word", Rule: news.Rule{All: []news.Clause{{Term: []string{"grain"}}}}},
		{ID: "phrase", Rule: news.Rule{All: []news.Clause{{Phrase: "corridor deal"}}}},
		{ID: "concept", Rule: news.Rule{All: []news.Clause{{Concept: "corridor"}}}},
	})
	for text, want := range map[string][]news.TopicID{
		"The grain corridor deal ends": {"concept", "phrase", "word"}, "The grain corridor": {"concept", "word"}, "A grain corridor of salt": {}, "Grain": {"word"},
	} {
		matches := m.Match(&Document{Lang: "en", Title: text})
		if got := m.Topics(matches); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
		if len(want) == 3 && len(matches) != 3 {
			t.Errorf("%q: one place is evidence twice: %+v", text, matches)
		}
	}
}

func TestWithinCountsLetters(t *testing.T) {
	for _, c := range []struct {
		a, b string
		n    int
		want bool
	}{{"rusia", "russia", 1, true}, {"russia", "prussia", 1, true}, {"rosja", "russia", 1, false}, {"", "ab", 2, true}, {"", "abc", 2, false}, {"мозква", "москва", 1, true}} {
		if got := within(c.a, c.b, c.n); got != c.want {
			t.Errorf("%s, %s within %d: got %v", c.a, c.b, c.n, got)
		}
	}
}
