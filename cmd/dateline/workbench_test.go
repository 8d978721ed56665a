package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dateline/news"
	"dateline/publish"
)

// titles are the headlines of a list, each on a line.
func titles(l publish.TriedList) string {
	var b strings.Builder
	for _, a := range l.Shown {
		b.WriteString(a.Article.Headline + "\n")
	}
	return b.String()
}

func TestARuleIsTriedOnWhatIsStored(t *testing.T) {
	d := openDemo(t)
	try := func(rule, samples string) publish.Tried {
		t.Helper()
		got, err := d.bench.try(t.Context(), publish.Trial{Rule: rule, Samples: samples, Days: 30})
		if err != nil || len(got.Faults) > 0 {
			t.Fatalf("got %q, %v", got.Faults, err)
		}
		return got
	}
	same := try("id: black-sea-grain\nall: [{any: [{country: UA}, {country: RU}]}, {concept: grain}]\nnear: paragraph\n", "")
	if same.Gained.Count+same.Lost.Count != 0 || same.Kept.Count == 0 || same.Read < same.Kept.Count || same.Fresh || same.Score != nil {
		t.Errorf("the rule in force: got %d gained, %d lost, %d kept of %d, fresh %v", same.Gained.Count, same.Lost.Count, same.Kept.Count, same.Read, same.Fresh)
	}

	only := try("- id: black-sea-grain\n  all: [{country: UA}, {concept: grain}]\n", "+ Ukraine ships wheat\n- Cats sleep\n+ Dogs bark\n"+`{"title":"Wheat from Kyiv","lang":"en","topics":[]}`)
	if only.Gained.Count != 0 || only.Lost.Count == 0 || only.Kept.Count == 0 || only.Kept.Count+only.Lost.Count != same.Kept.Count {
		t.Errorf("a narrower rule: got %d gained, %d lost, %d kept, want those of before apart", only.Gained.Count, only.Lost.Count, only.Kept.Count)
	}
	if !strings.Contains(titles(only.Lost), "Russia and North Korea agree") || !strings.Contains(titles(only.Kept), "Grain ships leave Odesa") {
		t.Errorf("lost:\n%skept:\n%s", titles(only.Lost), titles(only.Kept))
	}
	for _, a := range only.Lost.Shown {
		if len(a.Wanting) == 0 || len(a.Matches) == 0 {
			t.Errorf("%s is lost without a reason", a.Article.Headline)
		}
	}
	for _, a := range only.Near.Shown {
		if len(a.Wanting) != 1 {
			t.Errorf("%s is near, and %q is wanting; want one thing", a.Article.Headline, a.Wanting)
		}
	}
	if s := only.Score; s == nil || s.Right != 1 || s.Wrong != 1 || s.Missed != 1 || s.Precision != 0.5 || s.WrongOnes[0] != "Wheat from Kyiv" || s.Misses[0] != "Dogs bark" {
		t.Errorf("samples: got %+v", s)
	}

	fresh := try("concepts:\n- {id: rail, aliases: {en: [railway, freight train]}}\ntopics:\n- id: rails\n  any: [{concept: rail}]\n", "")
	if !fresh.Fresh || fresh.Gained.Count == 0 || fresh.Lost.Count+fresh.Kept.Count != 0 || !strings.Contains(titles(fresh.Gained), "Freight trains return") {
		t.Errorf("a topic of its own: got %d gained, fresh %v:\n%s", fresh.Gained.Count, fresh.Fresh, titles(fresh.Gained))
	}
	first, last := fresh.Gained.Shown[0].Article.Filed, fresh.Gained.Shown[len(fresh.Gained.Shown)-1].Article.Filed
	if first.Before(last) {
		t.Error("the oldest comes first")
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	stopped, err := d.bench.try(ended, publish.Trial{Rule: "id: x\nany: [{country: UA}]", Days: 30})
	if err != nil || stopped.Stopped.IsZero() {
		t.Errorf("a trial whose time is up: got %v, %v", stopped.Stopped, err)
	}
}

func TestWhatIsWrongWithARuleIsSaidByLine(t *testing.T) {
	c, err := readConfig([]byte("concepts:\n- {id: grain, aliases: {en: [grain]}}\ntopics:\n- {id: a, any: [{concept: grain}]}\n"), "x.yaml", noEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a-secret-of-the-machine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for rule, want := range map[string]string{
		"id: a\nall: [{country: XX}]":                              "line 2: topic a: no country has the code",
		"# a comment\n\nid: a\nanny: []":                           "line 4: unknown key \"anny\"",
		"- id: a\n  all: [{concept: nothing}]":                     "line 2: topic a: there is no concept",
		"topics:\n- id: a\n  regexp: x":                            "line 3: unknown key",
		"- {id: a, any: [{term: x}]}\n- {id: b, any: [{term: x}]}": "2 topics here",
		"":                             "",
		"id: a\nany: [{regex: '('}]":   "line 2: ",
		"id: [":                        "",
		"id: a\ntoken_file: " + secret: "tokens are no part of a rule",
	} {
		_, said := editedRule(c, rule)
		if len(said) == 0 || !strings.Contains(strings.Join(said, "\n"), want) {
			t.Errorf("%q: got %q, want %q", rule, said, want)
		}
		if strings.Contains(strings.Join(said, "\n"), "a-secret") {
			t.Errorf("%q tells what a file holds: %q", rule, said)
		}
	}
	if _, said := editedRule(c, "id: b\nany: [{concept: grain}]"); len(said) > 0 {
		t.Errorf("a sound rule over the config's concepts: got %q", said)
	}
}

func TestTheRuleOfATopicIsShownAsItIsWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	text := `topics:
  - id: open # the first
    title: Open
    all:
      - {country: UA}
      # wheat and more
      - {concept: grain}

  # about the next
  - token:
      - hunter2hunter2hunter2
      - other2other2other2
    id: closed
    token_file: /run/secret
    any: [{term: x}]
sources: []
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &workbench{}
	b.config.Store(&config{file: file})
	if got, want := b.rule("open"), "id: open # the first\ntitle: Open\nall:\n  - {country: UA}\n  # wheat and more\n  - {concept: grain}\n"; got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	got := b.rule("closed")
	if strings.Contains(got, "hunter2") || strings.Contains(got, "other2") || strings.Contains(got, "/run/secret") || !strings.Contains(got, "id: closed\n") || !strings.Contains(got, "any: [{term: x}]") {
		t.Errorf("a private topic: got\n%s", got)
	}
	for _, item := range []string{
		"{id: closed, token: hunter2hunter2hunter2, any: [{term: x}]}", "id: closed\n    \"token\": hunter2hunter2hunter2\n    any: [{term: x}]",
		"id: closed\n    token : [other2other2other2, hunter2hunter2hunter2]", "id: closed\n    'token': |\n      hunter2hunter2hunter2",
		"id: closed\n    token: hunter2hunter2hunter2\n    # token: hunter2hunter2hunter2\n    any: [{term: x}]",
	} {
		if err := os.WriteFile(file, []byte("topics:\n  - "+item+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := b.rule("closed"); strings.Contains(got, "hunter2") {
			t.Errorf("%s: got\n%s", item, got)
		}
	}
	for _, id := range []news.TopicID{"none", ""} {
		if got := b.rule(id); got != "" {
			t.Errorf("%q: got %q", id, got)
		}
	}
	if got, want := pasteable("id: open\nall:\n- {country: UA}\n"), "- id: open\n  all:\n  - {country: UA}\n"; got != want {
		t.Errorf("to paste: got %q, want %q", got, want)
	}
}

func TestOnlyADeskOfThisMachineIsLocal(t *testing.T) {
	for _, c := range []struct {
		listen, site string
		want         bool
	}{
		{"127.0.0.1:8080", "", true}, {"[::1]:8080", "", true}, {"localhost:80", "", true}, {"127.0.0.1:8080", "http://localhost:8080", true},
		{":8080", "", false}, {"0.0.0.0:8080", "", false}, {"192.0.2.1:80", "", false},
		{"127.0.0.1:8080", "https://news.example.org", false}, // a proxy stands before it
	} {
		got := (&config{Listen: c.listen, Site: siteConfig{URL: c.site}}).local()
		if got != c.want {
			t.Errorf("%s as %q: got %v, want %v", c.listen, c.site, got, c.want)
		}
	}
}

func FuzzEditedRule(f *testing.F) {
	for _, rule := range []string{"id: a\nany: [{term: x}]", "topics: [{id: a}]", "- id: a", "- ", "concepts:\n- x", "{", "a: &a [*a]", "\x00", "id: a\nall: [{regex: '(a*)*'}]"} {
		f.Add(rule)
	}
	c := defaultConfig()
	f.Fuzz(func(t *testing.T, rule string) {
		edited, said := editedRule(&c, rule)
		if (edited == nil) == (len(said) == 0) {
			t.Errorf("got %v and %q: want a rule or what is wrong with it", edited, said)
		}
		if edited != nil && len(edited.Topics) != 1 {
			t.Errorf("got %d topics", len(edited.Topics))
		}
		pasteable(rule)
	})
}
