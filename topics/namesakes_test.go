package topics

import (
	"strings"
	"testing"

	"dateline/news"
)

func TestNamesakesAreNoEvidence(t *testing.T) {
	for _, c := range []struct {
		why, lang, a, b, title, body string
		want                         bool
	}{
		{"a street before", "es", "ES", "MA", "La calle de Marruecos estrena carril", "España paga las obras.", false},
		{"a street that is a preposition", "it", "JO", "SY", "Via Giordania chiusa", "Un bus parte da piazza Siria.", false},
		{"a preposition", "it", "JO", "SY", "Gli aiuti passano via Giordania", "I camion entrano in Siria.", true},
		{"a street behind", "lt", "GE", "RU", "Gruzijos gatvėje sudegė namas", "Rusijos ambasada netoli.", false},
		{"a quoted house", "ru", "UA", "VA", "В гостинице «Украина» гости из Ватикана", "", false},
		{"an outlet", "en", "PH", "CN", "China Daily names a new editor for Manila", "", false},
		{"an airline", "en", "BE", "TR", "Two Turkish Airlines crews stuck in Belgium", "", false},
		{"the airlines of a country", "en", "BE", "IN", "Belgium bars Indian airlines from its airspace", "", true},
		{"a house with a capital", "en", "UA", "VA", "A Vatican delegation stayed at the Hotel Ukraine", "", false},
		{"a hotel in a capital", "en", "AF", "CN", "Kabul hotel attack kills Chinese workers", "", true},
		{"a hotel of a capital", "ru", "AF", "CN", "В отеле Кабула взорвали китайцев", "", true},
		{"a hotel with its article", "es", "AF", "CN", "Atacan un hotel de Kabul con huéspedes chinos", "", true},
		{"a road that leads on", "en", "PK", "CN", "Pakistan road map for Chinese loans agreed", "", true},
		{"a tanker of a country", "id", "RU", "UA", "Ukraina serang tanker Rusia", "", true},
		{"the sea, not the money", "hu", "RU", "UA", "Ukrajna orosz tengeri célt támadott", "", true},
		{"a country before a dash", "en", "US", "CN", "Talks", "US - China talks resume.", true},
		{"currencies", "ar", "JO", "SY", "الدينار الأردني والليرة السورية أمام الذهب", "", false},
		{"currencies behind", "en", "TR", "RU", "Turkish lira falls, Russian rouble firms", "", false},
		{"a currency and its state", "en", "TR", "RU", "Ankara props up the Turkish lira with Russian money", "", true},
		{"the place of a report", "en", "JO", "SY", "Oil steady", "AMMAN, Nov 3 - Damascus oil traders slept.", false},
		{"an agency", "en", "JO", "SY", "Oil steady", "Amman (Reuters) - Damascus oil traders slept.", false},
		{"no place of a report", "en", "JO", "SY", "Oil flows", "Jordan-Syria trade grew - at last.", true},
		{"a credit", "en", "JO", "SY", "Jordan bakes bread", "Bread is cheap. Reporting by A. Miller in Damascus.", false},
		{"another place of the name", "en", "GE", "RU", "Georgia indicts Russian hackers", "The four attacked a hospital in Atlanta.", false},
		{"another place, without spaces", "ko", "GE", "RU", "조지아 공장 화재", "애틀랜타 인근에서 러시아산 장비가 탔다.", false},
		{"the country and the place", "en", "GE", "RU", "Georgia indicts Russian hackers", "They fled from Tbilisi to Atlanta.", true},
		{"a person, named in full once", "en", "JO", "SY", "Jordan Fisher sings sweet songs about Syria", "His songs sell well there, and Jordan is glad about that too.", false},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got := takes(t, pair(c.a, c.b), c.lang, c.title, c.body); got != c.want {
				t.Errorf("%s %s: got %v, want %v", c.title, c.body, got, c.want)
			}
		})
	}
}

func TestAnEditorsAbbreviationsAreMetInCapitals(t *testing.T) {
	rule := news.Rule{All: []news.Clause{{Concept: "cop"}}}
	m := mustNew(t, []news.Concept{{ID: "cop", Aliases: map[string][]string{"": {"COP", "КС", "FARC"}}}}, []news.Topic{{ID: "x", Rule: rule}})
	for text, want := range map[string]bool{"The COP opens": true, "A cop was shot": false, "Открылась КС": true, "Farc rebels": true, "COPs": false} {
		if got := len(m.Match(&Document{Lang: "en", Title: text})) > 0; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestUnknownNamesakesAreFaults(t *testing.T) {
	l := &lexicon{numbers: map[string]conceptID{}}
	if _, err := l.readNamesakes("besides: x"); err == nil || !strings.Contains(err.Error(), `"besides"`) {
		t.Errorf("got %v", err)
	}
}

func TestAWeakNameNeedsAnotherCountryInItsParagraph(t *testing.T) {
	for text, want := range map[string]bool{
		"Envoys of Trump saw Xi there.": true, "Xi and Xi and Trump.": true, "Xi is a letter, and Xi again.": false, "Trump slept.\n\nXi ate.": false,
		"Marcos says he told Xi no.": true, "Marcos Silva says he told Xi no.": false, "Marcos slept. Xi ate.": false, "MARCOS TOLD XI": false,
	} {
		if got := takes(t, news.Rule{All: []news.Clause{country("CN")}}, "en", "", text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestAnEditorsPhraseHidesABuiltInName(t *testing.T) {
	m := mustNew(t, []news.Concept{{ID: "old", Not: []string{"Malta fever"}}}, []news.Topic{{ID: "x", Rule: news.Rule{All: []news.Clause{country("MT")}}}})
	for text, want := range map[string]bool{"Malta fever spreads": false, "Malta votes": true, "Malta fever in Malta": true} {
		if got := len(m.Match(&Document{Lang: "en", Title: text})) > 0; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
