package topics

import (
	"testing"

	"dateline/news"
)

func TestFromArticleReadsEveryField(t *testing.T) {
	a := &news.Article{
		Source: "wire", Lang: "en", Headline: "Rain", Lede: "Calm.",
		Lead: &news.Figure{Caption: "Russian rescuers on Monday."},
	}
	a.Categories = []string{"North Korea"}
	d := FromArticle(a)
	m := mustNew(t, nil, []news.Topic{
		{ID: "caption", Rule: news.Rule{All: []news.Clause{{Country: "RU", Fields: []news.Field{news.InCaption}}}}},
		{ID: "category", Rule: news.Rule{All: []news.Clause{{Country: "KP", Fields: []news.Field{news.InCategory}}}}},
		{ID: "title", Rule: news.Rule{Any: []news.Clause{country("RU"), country("KP")}, Fields: []news.Field{news.InTitle}}},
	})
	if got := m.Topics(m.Match(d)); len(got) != 2 || got[0] != "caption" || got[1] != "category" {
		t.Errorf("got %v, want caption and category", got)
	}
}

func TestSourcesTrustAndScore(t *testing.T) {
	base := news.Rule{All: []news.Clause{country("RU")}}
	with := func(change func(*news.Rule)) news.Rule {
		r := base
		change(&r)
		return r
	}
	for _, c := range []struct {
		name  string
		rule  news.Rule
		want  bool
		score float64
	}{
		{"title counts three", base, true, 3},
		{"included", with(func(r *news.Rule) { r.Include = []news.SourceID{"wire"} }), true, 3},
		{"not included", with(func(r *news.Rule) { r.Include = []news.SourceID{"other"} }), false, 0},
		{"excluded", with(func(r *news.Rule) { r.Exclude = []news.SourceID{"wire"} }), false, 0},
		{"trust halves", with(func(r *news.Rule) { r.Trust = map[news.SourceID]float64{"wire": 0.5} }), true, 1.5},
		{"trust under the threshold", with(func(r *news.Rule) { r.MinScore, r.Trust = 2, map[news.SourceID]float64{"wire": 0.5} }), false, 0},
		{"weight of a field", with(func(r *news.Rule) { r.Weight = map[news.Field]float64{news.InTitle: 7} }), true, 7},
		{"weight of a clause", news.Rule{All: []news.Clause{{Country: "RU", Weight: 2}}}, true, 6},
		{"threshold reached", with(func(r *news.Rule) { r.MinScore = 3 }), true, 3},
		{"threshold missed", with(func(r *news.Rule) { r.MinScore = 3.5 }), false, 0},
	} {
		m := mustNew(t, nil, []news.Topic{{ID: "x", Rule: c.rule}})
		matches := m.Match(&Document{Source: "wire", Lang: "en", Title: "Russia votes"})
		score := 0.0
		for _, x := range matches {
			score += x.Score
		}
		if len(matches) > 0 != c.want || score != c.score {
			t.Errorf("%s: taken %v with %v, want %v with %v", c.name, len(matches) > 0, score, c.want, c.score)
		}
	}
}

func TestGuards(t *testing.T) {
	for _, c := range []struct {
		name, lang, a, b, title, body string
		want                          bool
	}{
		{"digest in one paragraph", "en", "RU", "KP", "Morning", "In brief: Kenya floods; Russia votes; North Korea builds a dam.", false},
		{"a digest of labels", "en", "JP", "CN", "A day", "Japan: rates rise. China: exports fall. Chad: rains late. Sudan: harvest poor.", false},
		{"labels of one story", "en", "JP", "CN", "Talks", "Japan: we will not yield to Beijing. China: neither will we.", true},
		{"a given name", "en", "TD", "US", "Chad Kroeger plays the guitar with friends in a Washington bar", "", false},
		{"a country with an office", "en", "TD", "US", "Chad President Deby lands in Washington", "", true},
		{"a town in America", "en", "GR", "TR", "Athens, Georgia, hosts Turkish students", "", false},
		{"a town in a state of two words", "en", "CU", "PE", "Cuba, New York, and Peru, Indiana, are twinned", "", false},
		{"roads", "en", "RU", "KP", "North Korean envoy buys a house on Moscow Street", "", false},
		{"countries behind a comma", "en", "FR", "GE", "Paris, Tbilisi agree; France, Georgia sign", "", true},
		{"the kitchen", "en", "TR", "GR", "Turkey stuffing recipes from a Greek kitchen", "", false},
		{"a restaurant that is bombed", "en", "PK", "AF", "Pakistani envoy killed in attack on Kabul restaurant", "The government in Islamabad blamed troops across the border.", true},
		{"a company", "en", "US", "CN", "China Airlines orders American engines", "", false},
		{"semicolons of one story", "en", "RU", "KP", "Talks", "Putin came to Pyongyang; the two signed; both sides smiled.", true},
		{"list with asides", "en", "RU", "KP", "Report", "It covers the north of Brazil, parts of Russia, all of North Korea, and most of Chile.", false},
		{"medals", "en", "RU", "KP", "Medals", "Russia 12 gold\nChina 10 gold\nNorth Korea 4 gold", false},
		{"temperatures", "de", "RU", "KP", "Wetter", "Moskau -5 Grad; Peking 8 Grad; Pjöngjang 3 Grad; Paris 12 Grad", false},
		{"family name with a leader", "en", "RU", "KP", "Kim toasts Putin", "", true},
		{"family name of a stranger", "en", "RU", "KP", "The band of Kim Larsen tours Russia", "", false},
		{"family name far away", "en", "RU", "KP", "Weather", "Our neighbour Kim bought a boat.\n\nRussia votes.", false},
		{"Turkish who", "tr", "RU", "KP", "Rusya'da kim kazandı", "", false},
		{"Finnish own", "fi", "OM", "RU", "Venäjä rakentaa oman sillan", "", false},
		{"Serbian small", "sr", "ML", "RU", "Mali most u selu", "Rusija ćuti.", false},
		{"Slavic plural of men", "pl", "RU", "KP", "Rosyjscy i północnokoreańscy inżynierowie", "", true},
	} {
		if got := takes(t, pair(c.a, c.b), c.lang, c.title, c.body); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRowsOfSigns(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		codes      []string
		want       bool
	}{
		{"zh", "中俄联合军演", []string{"CN", "RU"}, true}, {"zh", "朝俄签署条约", []string{"KP", "RU"}, true}, {"zh", "印巴边境", []string{"IN", "PK"}, true},
		{"ja", "日米韓が共同訓練", []string{"JP", "US", "KR"}, true}, {"ja", "露朝の接近", []string{"RU", "KP"}, true}, {"ja", "日朝首脳会談", []string{"JP", "KP"}, true},
		{"ko", "북러 정상회담", []string{"KP", "RU"}, true}, {"ko", "한미일 훈련", []string{"KR", "US", "JP"}, true}, {"ko", "북·러 밀착", []string{"KP", "RU"}, true}, {"ko", "북미 정상회담", []string{"KP", "US"}, true},
		{"ja", "朝露に濡れる", []string{"RU"}, false}, {"ja", "日中は晴れ", []string{"CN"}, false}, {"ko", "열심히 일한 사람", []string{"JP"}, false},
		{"zh", "美中不足", []string{"US"}, false}, {"zh", "其中美味", []string{"US"}, false}, {"ko", "북미 지역 판매", []string{"KP"}, false},
		{"ko", "北 “美 위협”", []string{"KP", "US"}, true}, {"ko", "美·中 무역", []string{"US", "CN"}, true}, {"ko", "15日 미국", []string{"JP"}, false}, {"ko", "미국 수사 中 발표", []string{"CN"}, false},
		{"zh", "美防长访菲", []string{"US", "PH"}, true}, {"zh", "南美总统", []string{"US"}, false}, {"ja", "英首相が訪米", []string{"GB", "US"}, true}, {"ja", "独、大使を追放", []string{"DE"}, true}, {"ko", "미, 제재 강화", []string{"US"}, true}, {"ko", "아름다운 미, 제재", []string{"US"}, false}, {"ja", "米中、関税で合意", []string{"US", "CN"}, true},
	} {
		for _, code := range c.codes {
			if got := takes(t, news.Rule{All: []news.Clause{country(code)}}, c.lang, c.text, ""); got != c.want {
				t.Errorf("%s in %q: got %v, want %v", code, c.text, got, c.want)
			}
		}
	}
}

func TestLanguageIsToldWhereTheClaimIsWrong(t *testing.T) {
	for _, c := range []struct{ claim, text, want string }{
		{"", "Президент сказал, что это было вчера", "ru"}, {"en", "Президент сказав, що їде", "uk"}, {"", "首脳会談が開かれた", "ja"}, {"", "两国举行会谈", "zh"},
		{"", "정상회담", "ko"}, {"", "قال الرئيس إن", "ar"}, {"", "وزیر گفت که پس از", "fa"}, {"en", "yang dan untuk dengan itu akan pada", "id"},
		{"de", "Der Minister sagte", "de"}, {"", "Minister der Justiz und die Richter mit dem", "de"}, {"sr", "Ministar je rekao", "sr"},
	} {
		d := &Document{Lang: c.claim, Title: c.text}
		got := ""
		if i := docLang(d, d.parts(&scratch{})); i >= 0 {
			got = langCodes[i]
		}
		if got != c.want {
			t.Errorf("%q claimed %q: got %q, want %q", c.text, c.claim, got, c.want)
		}
	}
}
