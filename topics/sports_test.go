package topics

import (
	"slices"
	"testing"

	"dateline/news"
)

func TestSportIsNoDealingOfStates(t *testing.T) {
	countries := pair("RU", "KP")
	for _, c := range []struct {
		name, lang, title, body string
		rule                    news.Rule
		want                    bool
	}{
		{"a score and a match", "en", "Russia 3-1 North Korea", "The match was played in Jakarta.", countries, false},
		{"a vote that looks like a score", "en", "Council votes 13-2 on North Korea", "Russia cast one of the two.", countries, true},
		{"a goal of policy", "en", "Russia names goal for North Korea rail line", "A team will be sent in May.", countries, true},
		{"the last round of talks", "en", "Russia and North Korea begin final round of talks", "The teams met for lunch.", countries, true},
		{"a leader at the rink", "en", "Putin and Kim Jong Un watch ice hockey", "", countries, true},
		{"a boycott", "en", "Russia joins North Korea in boycott of Olympics", "", countries, true},
		{"the paragraph behind", "en", "North Korea beat Russia in volleyball qualifier", "A win for the hosts.\n\nRussia and North Korea meet again on Friday.", countries, false},
		{"states in the paragraph behind", "en", "North Korea beat Russia in volleyball qualifier", "A win.\n\nThe ministers of Russia and North Korea signed a treaty on Friday.", countries, true},
		{"a rule that wants it", "en", "North Korea beat Russia in volleyball qualifier", "", news.Rule{All: countries.All, Sports: true}, true},
		{"a rule that asks for more", "en", "North Korea beat Russia in volleyball", "", news.Rule{All: append([]news.Clause{{Term: []string{"volleyball"}}}, countries.All...)}, true},
		{"a rule of one country", "en", "Russia wins volleyball cup", "", news.Rule{All: []news.Clause{country("RU")}}, true},
		{"in a group", "en", "North Korea beat Russia in volleyball qualifier", "", news.Rule{All: []news.Clause{country("RU"), {Group: &news.Rule{Any: []news.Clause{country("KP")}}}}}, false},
		{"compounds", "de", "Nordkorea trifft im Viertelfinale auf Russland", "", countries, false},
		{"clitics", "ar", "روسيا تواجه كوريا الشمالية في المباراة", "", countries, false},
		{"unspaced", "th", "รัสเซียพบเกาหลีเหนือ ฟุตบอลโลก", "", countries, false},
	} {
		if got := takes(t, c.rule, c.lang, c.title, c.body); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhyNamesSport(t *testing.T) {
	m := mustNew(t, nil, []news.Topic{{ID: "x", Rule: pair("RU", "KP")}})
	x, err := m.Why("x", &Document{Lang: "en", Title: "North Korea beat Russia in volleyball"})
	if err != nil || x.Takes || x.Guard != "sports" || len(x.Clauses) != 2 || len(x.Clauses[0].Nearest) == 0 {
		t.Errorf("got %+v, %v", x, err)
	}
}

func TestCountriesAloneMeetInOneParagraph(t *testing.T) {
	rule := news.Rule{All: []news.Clause{country("RU"), country("KP")}}
	for body, want := range map[string]bool{
		"Rain.\n\nRussia voted.\n\nNorth Korea opened a bridge.": false,
		"Rain.\n\nRussia and North Korea opened a bridge.":       true,
	} {
		if got := takes(t, rule, "en", "In brief", body); got != want {
			t.Errorf("%q: got %v, want %v", body, got, want)
		}
	}
	rule.Near.Unit = news.NearDocument
	if !takes(t, rule, "en", "In brief", "Rain.\n\nRussia voted.\n\nNorth Korea opened a bridge.") {
		t.Error("a rule that looks through the whole document does not")
	}
}

func TestSportWordsAreRead(t *testing.T) {
	list, err := sports()
	if err != nil {
		t.Fatal(err)
	}
	langs := 0
	for i, words := range list {
		if len(words.words) == 0 {
			continue
		}
		langs++
		var of [sportKinds]int
		for _, w := range words.words {
			of[w.kind]++
		}
		if slices.Contains(of[:], 0) {
			t.Errorf("%s has no words of one kind: %v", langCodes[i], of)
		}
	}
	if langs < 40 {
		t.Errorf("%d languages, want 40", langs)
	}
	for _, bad := range []string{"[xx]\nsure: a", "[en]\nnever: a"} {
		if _, err := readSports(bad); err == nil {
			t.Errorf("%q gives no error", bad)
		}
	}
}
