package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// noEnv is an environment with nothing in it.
func noEnv(string) (string, bool) { return "", false }

// faultsOf are the lines that a config is refused with.
func faultsOf(t *testing.T, text string) string {
	t.Helper()
	_, err := readConfig([]byte(text), "f", noEnv)
	if err == nil {
		return ""
	}
	var bad *faults
	if !errors.As(err, &bad) {
		t.Fatalf("got %T %v, want faults", err, err)
	}
	return bad.Error()
}

func TestFaultsStandWhereTheyAre(t *testing.T) {
	const src = "sources:\n  - {id: a, feed: \"https://a.example/rss\"}\n"
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":             {"site: {titel: x}\n", `f:1:8: unknown key "titel": did you mean "title"?`},
		"unknown key, no guess":   {"site: {zzzzzzz: x}\n", `f:1:8: unknown key "zzzzzzz": known are contact, hub, pictures, tag, title, url`},
		"key twice":               {"workers: 4\nworkers: 5\n", `f:2:1: "workers" stands here twice`},
		"number":                  {"workers: many\n", `f:1:10: workers: want a number, not "many"`},
		"range":                   {"workers: 0\n", `f:1:10: workers: want 1 to 1024`},
		"truth":                   {"defaults: {fulltext: perhaps}\n", `f:1:22: fulltext: want true or false`},
		"list":                    {"sources: one\n", `f:1:10: sources: want a list ([a, b] or lines that begin with -)`},
		"mapping":                 {"site: one\n", `f:1:7: site: want keys with values (key: value)`},
		"text":                    {"store: [a]\n", `f:1:8: store: want a text`},
		"store":                   {"store: \"\"\n", `f:1:8: the store is empty: want a file such as dateline.db, or redis://…`},
		"listen":                  {"listen: \"8080\"\n", `f:1:9: listen address "8080": want host:port, such as 127.0.0.1:8080 or :8080`},
		"site":                    {"site:\n  url: news.example.org\n", `f:2:8: site url "news.example.org": want the public address, such as https://news.example.org`},
		"range of addresses":      {"network:\n  allow: [\"10.0.0.0/99\"]\n", `f:2:11: allow: "10.0.0.0/99" is not an address range: want one like 10.0.0.0/8 or 127.0.0.1`},
		"proxy":                   {"network: {proxy: \"proxy:80\"}\n", `f:1:18: proxy: want http://host:port, https://host:port or socks5://host:port`},
		"duration":                {"keep: {articles: soon}\n", `f:1:18: articles: "soon" is not a duration: want one like 90s, 15m, 6h or 7d`},
		"rights":                  {"defaults: {rights: all}\n", `f:1:20: rights "all": want headline, summary or full`},
		"second document":         {"workers: 4\n---\nworkers: 5\n", `f:3:1: a second document: the config is one`},
		"alias without anchor":    {"workers: *none\n", `f:1:10: no anchor of the name "none" stands before`},
		"source without feed":     {"sources:\n  - id: a\n", "f:2:5: source a: a feed address is needed"},
		"source without id":       {"sources:\n  - feed: https://a.example/rss\n", "f:2:5: source: an id is needed"},
		"source twice":            {src + "  - {id: a, feed: \"https://b.example/rss\"}\n", "f:3:10: source a stands here twice, first in line 2"},
		"feed's scheme":           {"sources:\n  - {id: a, feed: \"gopher://a.example/\"}\n", `f:2:19: source a: feed address of scheme "gopher": want http, https or file`},
		"password in an address":  {"sources:\n  - {id: a, feed: \"https://u:p@a.example/\"}\n", "f:2:19: source a: the feed address holds a password: put it under access (username, password_file)"},
		"source's topic":          {"sources:\n  - {id: a, feed: \"https://a.example/rss\", topics: [t]}\n", `f:2:52: source a: there is no topic "t"`},
		"source's timeout":        {"sources:\n  - {id: a, feed: \"https://a.example/rss\", limits: {timeout: 5m}}\n", "f:2:62: source a: timeout: want 1s to 1m40s"},
		"source's size":           {"sources:\n  - {id: a, feed: \"https://a.example/rss\", limits: {size: 1GiB}}\n", `f:2:59: size: "1GiB" is not a size: want one like 512KiB or 30MiB`},
		"source's size, too much": {"sources:\n  - {id: a, feed: \"https://a.example/rss\", limits: {size: 100MiB}}\n", "f:2:59: source a: size: want at most 64MiB"},
		"source's items":          {"sources:\n  - {id: a, feed: \"https://a.example/rss\", limits: {items: -1}}\n", "f:2:60: source a: items: want 1 to 10000"},
		"secret twice":            {"sources:\n  - {id: a, feed: \"https://a.example/rss\", access: {password: x, password_file: y}}\n", "f:2:81: password_file: both the secret and its file are given: which one?"},
		"header's name":           {"sources:\n  - {id: a, feed: \"https://a.example/rss\", access: {headers: {Bad Name: x}}}\n", `f:2:62: headers: "Bad Name" is no name of a header`},
		"header's value":          {"sources:\n  - {id: a, feed: \"https://a.example/rss\", access: {headers: {X: \"a\\nb\"}}}\n", "f:2:62: headers: the value of X is no line of text"},
		"concept without words":   {"concepts:\n  - {id: grain}\n", "f:2:5: concept grain has no aliases"},
		"concept twice":           {"concepts:\n  - {id: g, aliases: {en: [x]}}\n  - {id: g, aliases: {en: [x]}}\n", "f:3:10: concept g stands here twice"},
		"topic twice":             {"topics:\n  - {id: t, all: [{term: x}]}\n  - {id: t, all: [{term: x}]}\n", "f:3:10: topic t stands here twice"},
		"country":                 {"topics:\n  - id: t\n    all: [{country: XX}]\n", `f:3:21: topic t: no country has the code "XX" (ISO 3166-1, two letters)`},
		"bloc":                    {"topics:\n  - id: t\n    all: [{bloc: XX}]\n", `f:3:18: topic t: there is no bloc "XX"`},
		"member":                  {"topics:\n  - id: t\n    all: [{member: XX}]\n", `f:3:20: topic t: there is no bloc "XX"`},
		"concept":                 {"topics:\n  - id: t\n    all: [{concept: x}]\n", `f:3:21: topic t: there is no concept "x"`},
		"regex":                   {"topics:\n  - id: t\n    all: [{regex: \"a(\"}]\n", "f:3:19: topic t: error parsing regexp: missing closing ): `a(`"},
		"near":                    {"topics:\n  - id: t\n    near: page\n    all: [{term: x}]\n", "f:3:11: near: want document, paragraph, sentence or {words: 40}"},
		"field":                   {"topics:\n  - id: t\n    fields: [foot]\n    all: [{term: x}]\n", `f:3:13: topic t: there is no field "foot": want title, lede, body, caption or category`},
		"two things in a clause":  {"topics:\n  - id: t\n    all: [{country: RU, term: x}]\n", "f:3:11: topic t: a clause asks for one thing: country, bloc, member, concept, term, phrase, regex, or all/any/none"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := faultsOf(t, c.text); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
			}
		})
	}
}

func TestAliasesThatGrowAreRefused(t *testing.T) {
	grows := "concepts:\n  - {id: g, aliases: {en: [x]}}\ntopics:\n  - id: t0\n    any: &a0 [{term: x}, {term: y}]\n"
	for i := range 40 {
		grows += fmt.Sprintf("  - id: t%d\n    any: &a%d [{any: *a%d}, {any: *a%d}]\n", i+1, i+1, i, i)
	}
	for text, want := range map[string]string{
		grows: "more than 65536 values stand behind aliases",
		"topics:\n  - id: t\n    any: &x [{any: *x}, {any: *x}]\n": `f:3:20: no anchor of the name "x" stands before`,
	} {
		if got := faultsOf(t, text); !strings.Contains(got, want) {
			t.Errorf("got %.300s, want %s", got, want)
		}
	}
	if got := faultsOf(t, "topics:\n  - {id: a, all: &w [{term: x}]}\n  - {id: b, all: *w}\n"); got != "" {
		t.Errorf("an honest alias is refused: %s", got)
	}
}

func TestDefaults(t *testing.T) {
	c, err := readConfig([]byte("sources:\n  - {id: a, feed: \"https://a.example/rss\"}\n"), filepath.Join("somewhere", "dateline.yaml"), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	src := c.source(&c.Sources[0])
	if src.Schedule != "*/15 * * * *" || src.Rights.String() != "full" || src.FullText || c.Workers != 16 || c.Listen != "127.0.0.1:8080" {
		t.Errorf("got %+v %+v", src, c)
	}
	if got, want := c.storeAddress(), filepath.Join("somewhere", "dateline.db"); got != want {
		t.Errorf("got store %s, want %s beside the config", got, want)
	}
	if time.Duration(c.Keep.Articles) != 7*24*time.Hour || c.Keep.Stories != 0 {
		t.Errorf("got keep %+v, want a week of articles and all stories", c.Keep)
	}
}

func TestSourcesHaveLimits(t *testing.T) {
	c, err := readConfig([]byte("sources:\n  - {id: a, feed: \"https://a.example/rss\", limits: {timeout: 90s, size: 512KiB, items: 50}}\n"), "f", noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.source(&c.Sources[0]).Limits, (news.Limits{Timeout: 90 * time.Second, Size: 512 << 10, Items: 50}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTheEnvironmentStandsOverTheFile(t *testing.T) {
	env := map[string]string{"DATELINE_WORKERS": "3", "DATELINE_LISTEN": ":9", "DATELINE_NETWORK_ALLOW": "10.0.0.0/8, 127.0.0.1", "DATELINE_SITE_TITLE": ""}
	c, err := readConfig([]byte("site: {title: Ours}\nworkers: 4\n"), "f", func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	if c.Workers != 3 || c.Listen != ":9" || joinPrefixes(c.Network.Allow) != "10.0.0.0/8,127.0.0.1/32" || c.Site.Title != "Ours" {
		t.Errorf("got %+v", c)
	}
	env["DATELINE_WORKERS"] = "many"
	if _, err := readConfig(nil, "f", func(name string) (string, bool) { v, ok := env[name]; return v, ok }); err == nil || err.Error() != `f: DATELINE_WORKERS: "many" is not a number: want 1 to 1024` {
		t.Errorf("got %v, want one fault, which names DATELINE_WORKERS", err)
	}
}

func TestStarterConfigIsGood(t *testing.T) {
	c, err := loadConfig("../../deploy/dateline.yaml", noEnv)
	if err != nil {
		t.Fatal(err)
	}
	langs, sindo := map[string]bool{}, false
	for _, s := range c.Sources {
		lang, _, _ := strings.Cut(s.Lang, "-")
		langs[lang] = true
		sindo = sindo || s.Title == "SINDOnews"
	}
	if len(c.Sources) < 25 || len(langs) < 12 || !sindo || len(c.Topics) != 5 {
		t.Errorf("got %d sources, %d languages, SINDOnews %t, %d topics", len(c.Sources), len(langs), sindo, len(c.Topics))
	}
	if _, err := c.roster(); err != nil {
		t.Error(err)
	}
}

func FuzzReadConfig(f *testing.F) {
	starter, err := os.ReadFile("../../deploy/dateline.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(starter), "", "a", "- a", "sources: [{}]", "a: &x {b: *x}", "sources: &s\n  - *s\n", "topics:\n- {id: t, near: {words: -1}, all: [{term: [a, [b]]}]}",
		"site: !!binary x", "? [a]\n: b", "workers: 99999999999999999999", "keep: {articles: 99999d}", "topics: [{id: t, any: [{all: [{any: [{none: []}]}]}]}]", "x: |\n  y", "\"\\u0000\": 1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readConfig([]byte(text), "f", noEnv)
		var bad *faults
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("got %T %v, want faults", err, err)
		}
		if err == nil {
			if _, err := c.roster(); err != nil {
				t.Fatalf("the check found nothing, the desk did: %v", err)
			}
		}
	})
}

func TestAnEmptySecretFileIsAFault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store")
	if err := os.WriteFile(file, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) {
		if name == "DATELINE_STORE_FILE" {
			return file, true
		}
		return "", false
	}
	if _, err := readConfig(nil, "f", env); err == nil || err.Error() != "f: DATELINE_STORE_FILE: "+file+" is empty" {
		t.Errorf("got %v, want a fault: the desk would begin a store of its own", err)
	}
}
