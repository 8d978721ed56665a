package topics

import (
	"fmt"
	"math/bits"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"dateline/news"
)

// takes reports whether rule takes an item of the given language.
func takes(t testing.TB, rule news.Rule, lang, title, body string) bool {
	t.Helper()
	m := mustNew(t, []news.Concept{{ID: "grain", Aliases: map[string][]string{"en": {"grain", "wheat"}, "ru": {"зерно"}}, Not: []string{"grain of salt"}}},
		[]news.Topic{{ID: "x", Rule: rule}})
	return len(m.Match(&Document{Source: "wire", Lang: lang, Title: title, Body: body})) > 0
}

func country(code string) news.Clause { return news.Clause{Country: code} }

func TestRuleLanguage(t *testing.T) {
	all := func(c ...news.Clause) news.Rule { return news.Rule{All: c} }
	for _, c := range []struct {
		name  string
		rule  news.Rule
		title string
		body  string
		want  bool
	}{
		{"all of all", all(country("RU"), country("KP")), "Russia greets North Korea", "", true},
		{"one of all", all(country("RU"), country("KP")), "Russia greets Cuba", "", false},
		{"any", news.Rule{Any: []news.Clause{country("RU"), country("KP")}}, "North Korea tests", "", true},
		{"none forbids", news.Rule{All: []news.Clause{country("RU")}, None: []news.Clause{{Term: []string{"ballet"}}}}, "Russia's ballet", "", false},
		{"an empty rule takes everything", news.Rule{}, "Rain", "", true},
		{"concept", all(news.Clause{Concept: "grain"}), "Wheat prices", "", true},
		{"what a concept is not", all(news.Clause{Concept: "grain"}), "With a grain of salt", "", false},
		{"whole words", all(news.Clause{Term: []string{"mac"}}), "The machine", "", false},
		{"phrase in order", all(news.Clause{Phrase: "joint drill"}), "A drill joint", "", false},
		{"regex on the text", all(news.Clause{Regex: `Su-\d+`}), "Su-35 deal", "", true},
		{"member", all(news.Clause{Member: "NATO"}), "Norway buys", "", true},
		{"group", all(country("RU"), news.Clause{Group: &news.Rule{Any: []news.Clause{country("KP"), country("CN")}}}), "Russia and China", "", true},
		{"field", news.Rule{All: []news.Clause{country("RU")}, Fields: []news.Field{news.InTitle}}, "Rain", "Russia acts.", false},
		{"score", news.Rule{All: []news.Clause{country("RU")}, MinScore: 2}, "Rain", "Russia acts.", false},
		{"excluded source", news.Rule{All: []news.Clause{country("RU")}, Exclude: []news.SourceID{"wire"}}, "Russia", "", false},
		{"near paragraph spans title and first paragraph", pair("RU", "KP"), "Russia sends aid", "North Korea thanked.", true},
		{"digest", pair("RU", "KP"), "Headlines", "Kenya flooded.\n\nNorth Korea opened a hospital.\n\nRussia voted.", false},
		{"near sentence", news.Rule{All: pair("RU", "KP").All, Near: news.Near{Unit: news.NearSentence}}, "News", "Russia voted. North Korea slept.", false},
		{"near words", news.Rule{All: pair("RU", "KP").All, Near: news.Near{Unit: news.NearWords, Words: 5}}, "Russia and North Korea", "", true},
		{"a list is no evidence", pair("RU", "KP"), "Report", "It names Brazil, Russia, North Korea, Iran and Cuba.", false},
	} {
		if got := takes(t, c.rule, "en", c.title, c.body); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestHomonymsAreNoEvidence(t *testing.T) {
	for _, c := range []struct{ lang, code, text string }{
		{"en", "KP", "South Korea votes"}, {"en", "US", "They told us so"}, {"en", "JO", "Michael Jordan retires"},
		{"en", "NE", "Nigeria floods"}, {"en", "MX", "New Mexico fires"}, {"en", "TR", "Roast turkey for all"},
		{"en", "IN", "Individual rights"}, {"en", "RU", "The rush hour"}, {"ja", "TH", "新しいスタイルのタイトル"}, {"zh", "IN", "印度尼西亚地震"},
		{"zh", "JP", "15日美国总统"}, {"zh", "IL", "以美国为首"}, {"ko", "TW", "고객 대만족"}, {"ko", "IN", "인도적 지원"}, {"ru", "RU", "Белорусский трактор"}, {"en", "GN", "Papua New Guinea quake"},
	} {
		if takes(t, news.Rule{All: []news.Clause{country(c.code)}}, c.lang, c.text, "") {
			t.Errorf("%s is met in %q", c.code, c.text)
		}
	}
}

func TestInflectedNamesAreMet(t *testing.T) {
	for _, c := range []struct{ lang, code, text string }{
		{"en", "IR", "An Iranian ship"}, {"ru", "BR", "визит в Бразилию"}, {"uk", "BR", "візит до Бразилії"}, {"be", "RU", "у Расіі"}, {"bg", "IR", "иранският посланик"},
		{"sr", "RU", "у Русији"}, {"hr", "RU", "u Rusiji"}, {"pl", "RU", "w Rosji"}, {"cs", "RU", "v Rusku"}, {"sk", "RU", "z Ruska"},
		{"sl", "RU", "v Rusiji"}, {"lt", "RU", "Rusijos kariuomenė"}, {"lv", "RU", "Krievijas armija"}, {"fi", "RU", "Venäjän armeija"}, {"et", "RU", "Venemaal"},
		{"hu", "RU", "Oroszországban"}, {"tr", "RU", "Rusya'nın ordusu"}, {"az", "RU", "Rusiyanın ordusu"}, {"el", "RU", "της Ρωσίας"}, {"ro", "RU", "armata Rusiei"},
		{"ar", "RU", "وبروسيا"}, {"he", "RU", "ברוסיה"}, {"fa", "IR", "دولت ایران"}, {"hi", "RU", "रूस में"}, {"id", "RU", "pasukan Rusia"},
		{"de", "TW", "die Taiwanstraße"}, {"ko", "RU", "러시아는"}, {"zh", "RU", "俄朝关系"}, {"ja", "RU", "露朝首脳会談"}, {"th", "RU", "ประเทศรัสเซีย"},
		{"ta", "RU", "ரஷ்யாவின்"}, {"ka", "RU", "რუსეთში"}, {"vi", "RU", "nước Nga"}, {"sv", "RU", "Rysslands armé"}, {"nl", "RU", "Russische leger"},
	} {
		if !takes(t, news.Rule{All: []news.Clause{country(c.code)}}, c.lang, c.text, "") {
			t.Errorf("%s: %s is not met in %q", c.lang, c.code, c.text)
		}
	}
}

func TestFaultsNameTopicAndClause(t *testing.T) {
	_, err := New(nil, []news.Topic{{ID: "x", Rule: news.Rule{All: []news.Clause{{Country: "RU"}, {Country: "XX"}}, Any: []news.Clause{{Regex: "("}}}}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`topic x: all[1]: unknown country "XX"`, "topic x: any[0]: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want %q in it", err, want)
		}
	}
}

func TestWhyExplainsMisses(t *testing.T) {
	m := mustNew(t, nil, []news.Topic{{ID: "x", Rule: pair("RU", "KP")}})
	x, err := m.Why("x", &Document{Lang: "en", Title: "Russia votes", Body: "Calm.\n\nNorth Korea slept."})
	if err != nil || x.Takes || x.Guard != "near" || len(x.Clauses) != 2 || !x.Clauses[0].Met || !x.Clauses[1].Met {
		t.Errorf("apart: got %+v, %v", x, err)
	}
	x, _ = m.Why("x", &Document{Lang: "en", Title: "Report", Body: "It names Brazil, Russia, North Korea, Iran and Cuba."})
	if x.Takes || x.Guard != "enumeration" {
		t.Errorf("list: got %+v", x)
	}
	if _, err := m.Why("y", &Document{}); err == nil {
		t.Error("an unknown topic gives no error")
	}
}

// TestLexiconIsBroad counts the countries whose names are known in sixty
// languages, and those of which capital and leaders are known.
func TestLexiconIsBroad(t *testing.T) {
	l, err := readLexicon()
	if err != nil {
		t.Fatal(err)
	}
	langs := map[conceptID]*langSet{}
	senses := map[sense]map[conceptID]bool{senseCapital: {}, senseLeader: {}, senseDemonym: {}}
	for i := range l.table.aliases {
		a := &l.table.aliases[i]
		if a.concept == noConcept || !strings.HasPrefix(l.names[a.concept], "country:") {
			continue
		}
		if a.sense == senseName && a.langs != allLangs {
			if langs[a.concept] == nil {
				langs[a.concept] = &langSet{}
			}
			for k := range a.langs {
				langs[a.concept][k] |= a.langs[k]
			}
		}
		if set := senses[a.sense]; set != nil {
			set[a.concept] = true
		}
	}
	named := 0
	for _, set := range langs {
		if bits.OnesCount64(set[0])+bits.OnesCount64(set[1]) >= 60 {
			named++
		}
	}
	t.Logf("%d aliases; %d countries named in 60 languages, %d capitals, leaders of %d, peoples of %d, %d blocs",
		len(l.table.aliases), named, len(senses[senseCapital]), len(senses[senseLeader]), len(senses[senseDemonym]), len(l.blocs))
	if named < 190 || len(senses[senseCapital]) < 120 || len(senses[senseLeader]) < 80 || len(senses[senseDemonym]) < 120 || len(l.blocs) < 10 {
		t.Error("the lexicon lost countries")
	}
}

// TestManyMayMatchAtOnce matches from several goroutines, which share what a
// Matcher remembers and the room it reads in.
func TestManyMayMatchAtOnce(t *testing.T) {
	m := mustNew(t, manyConcepts(100), []news.Topic{{ID: "x", Rule: pair("RU", "KP")}, {ID: "y", Rule: news.Rule{All: []news.Clause{country("TR")}}}})
	var docs []*Document
	var want []string
	for _, item := range labelled(t, "labelled.jsonl")[:80] {
		d := &Document{Lang: item.Lang, Title: item.Title, Body: item.Body + "\n" + benchText(len(docs)%4)}
		docs = append(docs, d)
		want = append(want, fmt.Sprint(m.Match(d)))
	}
	var wg sync.WaitGroup
	for start := range 8 {
		wg.Go(func() {
			for i := range docs {
				at := (i*7 + start*11) % len(docs)
				if got := fmt.Sprint(m.Match(docs[at])); got != want[at] {
					t.Errorf("%s: got %s, want %s", docs[at].Title, got, want[at])
				}
			}
		})
	}
	wg.Wait()
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{"Kim toasts Putin", "北·러 정상회담", "وبروسيا \u00ad", "Ру\u0301ссия, КНДР", "\xff\xfeRussia", "e\u0301Iran\u0301"} {
		f.Add("en", s, s)
	}
	m := mustNew(f, nil, []news.Topic{{ID: "a"}, {ID: "b", Rule: news.Rule{Any: []news.Clause{country("RU"), country("KP"), {Regex: `\w+`}}}}})
	f.Fuzz(func(t *testing.T, lang, title, body string) {
		for _, match := range m.Match(&Document{Lang: lang, Title: title, Body: body}) {
			text := map[news.Field]string{news.InTitle: title, news.InBody: body}[match.Field]
			if !utf8.ValidString(text) || match.Field == "" {
				continue
			}
			if runes := []rune(text); match.Start >= match.End || match.End > len(runes) || string(runes[match.Start:match.End]) != match.Text {
				t.Fatalf("%+v is not in %q", match, text)
			}
		}
	})
}
