package topics

import (
	"testing"
	"time"

	"dateline/news"
)

func TestAHolderCountsForTheYearsInOffice(t *testing.T) {
	for _, c := range []struct {
		country, title string
		year           int
		want           bool
	}{
		{"KR", "Lee Jae-myung speaks to reporters", 2026, true},
		{"KR", "Lee Jae-myung speaks to reporters", 2019, false},
		{"KR", "Yoon Suk Yeol speaks to reporters", 2023, true},
		{"KR", "Yoon Suk Yeol speaks to reporters", 2026, false},
		{"KR", "Yoon Suk Yeol speaks to reporters in Seoul", 2026, true},
		{"TW", "Lai Ching-te speaks to reporters", 2023, false},
		{"TW", "賴清德發表談話", 2025, true},
		{"TW", "賴清德發表談話", 2020, false},
		{"KR", "Lee Jae-myung speaks to reporters", 0, true},
		{"RU", "Putin speaks to reporters", 2005, true},
	} {
		d := &Document{Title: c.title, Lang: "en"}
		if c.title[0] >= 0x80 {
			d.Lang = "zh"
		}
		if c.year > 0 {
			d.Published = time.Date(c.year, 7, 1, 0, 0, 0, 0, time.UTC)
		}
		m := mustNew(t, nil, []news.Topic{{ID: "x", Rule: news.Rule{All: []news.Clause{country(c.country)}}}})
		if got := len(m.Match(d)) > 0; got != c.want {
			t.Errorf("%q in %d: got %v, want %v", c.title, c.year, got, c.want)
		}
	}
}

func TestFromArticleTellsTheYear(t *testing.T) {
	at := time.Date(2019, 1, 2, 0, 0, 0, 0, time.UTC)
	if got := FromArticle(&news.Article{Published: at}).Published; !got.Equal(at) {
		t.Errorf("got %v, want %v", got, at)
	}
}

func TestBadYearsOfAnOfficeAreFaults(t *testing.T) {
	for years, good := range map[string]bool{"2025": true, "2022-2025": true, "": false, "soon": false, "2025-2022": false, "2022-": false, "99999": false} {
		if _, err := readTerm(years); (err == nil) != good {
			t.Errorf("%q: got %v, want good %v", years, err, good)
		}
	}
}
