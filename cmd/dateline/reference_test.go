package main

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write docs/commands.md anew")

// docs/commands.md is made of the commands themselves:
//
//	go test ./cmd/dateline -run TestCommandsReference -update
func TestCommandsReference(t *testing.T) {
	var cli commands
	parser, err := kong.New(&cli, kong.Name("dateline"))
	if err != nil {
		t.Fatal(err)
	}
	want := commandsReference(parser.Model.Node)
	const file = "../../docs/commands.md"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/commands.md is not what the commands say: go test ./cmd/dateline -run TestCommandsReference -update")
	}
}

func commandsReference(root *kong.Node) string {
	var b strings.Builder
	b.WriteString("# Commands\n\nMade of the program's own help. Exit status: 0 done, 2 a command line or config that is wrong, 1 everything else that failed.\nA command that programs read has `--json`. `-c FILE` (`DATELINE_CONFIG`) names the config; `dateline.yaml` where it is not said.\n")
	var visit func(n *kong.Node)
	visit = func(n *kong.Node) {
		for _, child := range n.Children {
			if len(child.Children) > 0 {
				visit(child)
				continue
			}
			fmt.Fprintf(&b, "\n## dateline %s", commandPath(child))
			for _, p := range child.Positional {
				fmt.Fprintf(&b, " %s", p.Summary())
			}
			fmt.Fprintf(&b, "\n\n%s\n", child.Help)
			for _, p := range child.Positional {
				if p.Help != "" {
					fmt.Fprintf(&b, "\n- `%s` %s", p.Summary(), p.Help)
				}
			}
			for _, f := range child.Flags {
				if f.Name != "config" && f.Name != "help" {
					fmt.Fprintf(&b, "\n- `%s` %s", f.Summary(), f.Help)
				}
			}
			fmt.Fprintf(&b, "\n\n```\n%s\n```\n", child.Detail)
		}
	}
	visit(root)
	return regexp.MustCompile(`\n{3,}`).ReplaceAllString(b.String(), "\n\n")
}

// Every key of the config stands in the documents, and every default that
// docs/config.md names is the one in force.
func TestConfigReference(t *testing.T) {
	said := map[string]bool{} // the words of all code
	for _, file := range []string{"config.md", "sources.md"} {
		text, err := os.ReadFile("../../docs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile("(?s)```.*?```|`[^`]+`").FindAllString(string(text), -1) {
			for _, word := range regexp.MustCompile(`[a-z_]+(\.[a-z_]+)*`).FindAllString(code, -1) {
				said[word] = true
			}
		}
	}
	defaults, keys := map[string]string{}, 0
	var visit func(v reflect.Value, prefix string, sections bool)
	visit = func(v reflect.Value, prefix string, sections bool) {
		for i := range v.NumField() {
			key := v.Type().Field(i).Tag.Get("yaml")
			if key == "" {
				continue
			}
			keys++
			of := v.Field(i).Type()
			switch below := elementOf(of); {
			case of.Kind() == reflect.Struct && strings.HasSuffix(of.Name(), "Config") && sections:
				visit(v.Field(i), key+".", false)
			case below.Kind() == reflect.Struct && strings.HasSuffix(below.Name(), "Config") && below != v.Type() && below != nearType:
				visit(reflect.New(below).Elem(), "", false)
			default:
				defaults[prefix+key] = strings.TrimSpace(fmt.Sprint(v.Field(i).Interface()))
			}
			if !said[prefix+key] && !(said[key] && prefix == "") && !saidBelow(said, key) {
				t.Errorf("docs/config.md does not name %s%s", prefix, key)
			}
		}
	}
	c := defaultConfig()
	visit(reflect.ValueOf(c), "", true)
	if keys < 60 {
		t.Errorf("the config has %d keys", keys)
	}
	text, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)`.*? \\| ([^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		got, known := defaults[row[1]]
		if !known {
			t.Errorf("docs/config.md names %s, which there is not", row[1])
		}
		if got == "" || got == "0s" || got == "[]" || got == "0" || got == "false" { // none here: it is made where it is used
			continue
		}
		if compared++; got != strings.Trim(row[2], "` ") {
			t.Errorf("docs/config.md says %s is %s, it is %q", row[1], row[2], got)
		}
	}
	if compared < 8 {
		t.Errorf("compared only %d defaults", compared)
	}
}

// elementOf is what a list, a map or a pointer holds.
func elementOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

// saidBelow reports whether one of a section's keys is named.
func saidBelow(said map[string]bool, section string) bool {
	for word := range said {
		if strings.HasPrefix(word, section+".") {
			return true
		}
	}
	return false
}

// Every address that docs/publishing.md lists is answered.
func TestAddressReference(t *testing.T) {
	text, err := os.ReadFile("../../docs/publishing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Addresses")
	section, _, _ = strings.Cut(section, "\n## ")
	var paths []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`/.*?) \\|").FindAllStringSubmatch(section, -1) {
		base := ""
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			path := m[1]
			if strings.HasPrefix(path, ".") { // further endings of the one before
				path = strings.TrimSuffix(base, ".rss") + path
			} else {
				base = path
			}
			paths = append(paths, strings.Replace(path, "ID", "korea", 1))
		}
	}
	for _, want := range []string{"/", "/topics/korea.json", "/opml", "/sources", "/hub", "/readyz"} {
		if !slices.Contains(paths, want) {
			t.Errorf("the table does not list %s: %q", want, paths)
		}
	}
	h := countedHouse(t)
	for _, path := range paths {
		method, good := http.MethodGet, []int{http.StatusOK}
		switch {
		case path == "/hub":
			method, good = http.MethodPost, []int{http.StatusUnsupportedMediaType} // it wants a form
		case strings.Contains(path, "/archive/"), strings.HasPrefix(path, "/stories/"), strings.HasPrefix(path, "/pictures/"):
			good = []int{http.StatusNotFound} // nothing was filed yet
		case path == "/sources", path == "/workbench", path == "/api/sources":
			good = []int{http.StatusUnauthorized} // this house has editors
		}
		w := httptest.NewRecorder()
		h.front().ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if !slices.Contains(good, w.Code) {
			t.Errorf("%s %s: got %d, want %v", method, path, w.Code, good)
		}
	}
}

// The README and the story of a newcomer are the same lines.
func TestReadmeIsWhatNewcomersType(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/script/newcomer.txtar")
	if err != nil {
		t.Fatal(err)
	}
	places := strings.NewReplacer("${gazette}/index.html", "news.example.org", "${courier}/rss.xml", "https://courier.example/rss.xml", "${tribune}/rss.xml", "https://tribune.example/rss.xml", "'North Korea'", `"North Korea"`)
	typed := 0
	for _, line := range regexp.MustCompile(`(?m)^exec (dateline (?:init|check|serve|source add)[^&\n]*)`).FindAllStringSubmatch(string(script), -1) {
		typed++
		if want := "./" + strings.TrimSpace(places.Replace(line[1])); !strings.Contains(string(readme), want) {
			t.Errorf("the README has no line %s", want)
		}
	}
	if typed != 4 {
		t.Errorf("the story has %d lines, want 4", typed)
	}
}

// Links between our documents lead somewhere.
func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	files := []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"}
	for _, dir := range []string{"docs", "docs/decisions"} {
		entries, err := os.ReadDir("../../" + dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".md") {
				files = append(files, dir+"/"+e.Name())
			}
		}
	}
	link := regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)
	found := 0
	for _, file := range files {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			found++
			dir := "../../" + file[:strings.LastIndex(file, "/")+1]
			if _, err := os.Stat(dir + m[1]); err != nil {
				t.Errorf("%s links to %s, which is not there", file, m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("found only %d links", found)
	}
}
