package normalize

import (
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// strange is a page that no general way could read: its text stands in cells
// among promotions of the same make.
const strange = `<html lang="en"><head><title>Tide tables | Harbour Post</title></head><body>
<div class="c x"><p>Our calendar of regattas is out now, and it has never had so many pages, says the publisher, who ought to know.</p>
<p>Buy two and the third is free of charge until the end of the month, in every shop along the quay and in the market hall too.</p></div>
<div class="h">Low water strands nine barges</div><div class="w">Ines Alder</div><div class="w">Tom Reed</div><div class="d">3 March 2026, 14:05</div>
<div class="l"><img src="/i/barges.jpg" width="900" height="600"><span class="q">Barges on the mud (Photo: Ines Alder)</span></div>
<div class="c t"><p>Nine barges lay on the mud below the lock on Tuesday.</p><p class="ad">Try our new crossword app today.</p></div>
<div class="c t"><p>The lock keeper expects the next high water at noon.</p></div>
<a class="n" href="?part=2">Onward</a><a class="s" href="/whole/7">Everything</a></body></html>`

func rules(t *testing.T, all ...SiteRule) Sites {
	t.Helper()
	var sites Sites
	for _, r := range all {
		s, err := NewSite(r)
		if err != nil {
			t.Fatal(err)
		}
		sites = append(sites, s)
	}
	return sites
}

func TestSiteRuleReadsItsHost(t *testing.T) {
	rule := SiteRule{Host: "post.example", Body: "div.t", Strip: []string{"p.ad"}, Title: ".h", Byline: ".w", Date: ".d", Lead: ".l"}
	h := Hints{Sites: rules(t, rule), Now: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)}
	a := Page([]news.Page{{Address: "https://www.post.example/a/7", HTML: []byte(strange)}}, h)
	if want := "Nine barges lay on the mud below the lock on Tuesday.\n\nThe lock keeper expects the next high water at noon."; a.Text() != want {
		t.Errorf("text: got %q, want %q", a.Text(), want)
	}
	if a.Headline != "Low water strands nine barges" || strings.Join(a.Byline, "+") != "Ines Alder+Tom Reed" {
		t.Errorf("got headline %q byline %q", a.Headline, a.Byline)
	}
	if got := a.Published.Format("2006-01-02 15:04"); got != "2026-03-03 14:05" {
		t.Errorf("published: got %s", got)
	}
	if a.Lead == nil || a.Lead.Src != "https://www.post.example/i/barges.jpg" || a.Lead.Caption != "Barges on the mud" || a.Lead.Credit != "Ines Alder" {
		t.Errorf("lead: got %+v", a.Lead)
	}
	if a.Note != "" {
		t.Errorf("note: got %q", a.Note)
	}
}

func TestSiteRuleIsForItsHostOnly(t *testing.T) {
	sites := rules(t, SiteRule{Host: "post.example", Body: "div.t"}, SiteRule{Host: "sport.post.example", Body: "div.s"})
	for address, want := range map[string]string{
		"https://post.example/a": "post.example", "https://m.POST.example/a": "post.example", "https://live.sport.post.example:8443/": "sport.post.example",
		"https://outpost.example/a": "", "https://post.example.org/": "", "::": "", "": "",
	} {
		got := ""
		if s := sites.For(address); s != nil {
			got = s.host
		}
		if got != want {
			t.Errorf("%q: got the rule for %q, want %q", address, got, want)
		}
	}
}

func TestSiteRuleThatFindsNothingSaysSo(t *testing.T) {
	h := Hints{Sites: rules(t, SiteRule{Host: "post.example", Body: "div.gone"})}
	a := Page([]news.Page{{Address: "https://post.example/a/7", HTML: []byte(strange)}}, h)
	if a.Text() == "" || !strings.Contains(a.Note, "post.example") {
		t.Errorf("got text %q note %q, want the general way and a word on it", a.Text(), a.Note)
	}
}

func TestSiteRuleLeadsToTheNextPage(t *testing.T) {
	page := news.Page{Address: "https://post.example/a/7", HTML: []byte(strange)}
	second := news.Page{Address: "https://post.example/a/7?part=2", HTML: []byte(strange)}
	for name, c := range map[string]struct {
		rule SiteRule
		read []news.Page
		want string
	}{
		"next":           {SiteRule{Host: "post.example", Next: "a.n"}, []news.Page{page}, second.Address},
		"the same again": {SiteRule{Host: "post.example", Next: "a.n"}, []news.Page{page, second}, ""},
		"single first":   {SiteRule{Host: "post.example", Next: "a.n", Single: "a.s"}, []news.Page{page}, "https://post.example/whole/7"},
		"none":           {SiteRule{Host: "post.example", Next: "a.zz"}, []news.Page{page}, ""},
	} {
		if got := rules(t, c.rule).NextPage(c.read); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	away := strings.ReplaceAll(strange, `href="?part=2"`, `href="https://other.example/2"`)
	if got := rules(t, SiteRule{Host: "post.example", Next: "a.n"}).NextPage([]news.Page{{Address: page.Address, HTML: []byte(away)}}); got != "" {
		t.Errorf("another host: got %q", got)
	}
}

func TestSiteRulesThatCannotBe(t *testing.T) {
	for name, r := range map[string]SiteRule{
		"no host": {Body: "p"}, "an address": {Host: "https://a.example", Body: "p"}, "nothing said": {Host: "a.example"},
		"a broken selector": {Host: "a.example", Body: "div["}, "a broken strip": {Host: "a.example", Strip: []string{"p", ">>"}},
	} {
		if _, err := NewSite(r); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzSiteRule(f *testing.F) {
	f.Add("div.t", "p.ad", "a.n", strange)
	f.Add("p:nth-child(2n+1)", "*", ":has(> a)", "<p><a href=x>y</a>")
	f.Fuzz(func(t *testing.T, body, strip, next, page string) {
		s, err := NewSite(SiteRule{Host: "post.example", Body: body, Strip: []string{strip}, Next: next, Lead: body, Date: strip, Byline: next})
		if err != nil || len(page) > 1<<16 {
			return
		}
		pages := []news.Page{{Address: "https://post.example/a", HTML: []byte(page)}}
		Page(pages, Hints{Sites: Sites{s}})
		Sites{s}.NextPage(pages)
	})
}
