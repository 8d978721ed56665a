package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"time"

	"dateline/demo"
)

// command runs the program in this process.
func command(t *testing.T, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), args, stdio{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestInitWritesASoundConfigOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	if code, out, said := command(t, "init", file); code != 0 || !strings.Contains(out, file) {
		t.Fatalf("%d %s %s", code, out, said)
	}
	if code, out, said := command(t, "check", "-c", file); code != 0 || !strings.Contains(out, "3 sources, 2 topics") {
		t.Errorf("check: %d %s %s", code, out, said)
	}
	if err := os.WriteFile(file, []byte("site: {title: Mine}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, said := command(t, "init", file); code != 1 || !strings.Contains(said, "there already") {
		t.Errorf("a second time: %d %s", code, said)
	}
	if text, _ := os.ReadFile(file); string(text) != "site: {title: Mine}\n" {
		t.Errorf("the file was changed: %s", text)
	}
	if code, out, _ := command(t, "init", "-"); code != 0 || out != string(starterConfig) {
		t.Errorf("printed: %d %s", code, out)
	}
}

// compiledSchema is the schema as the command prints it.
func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	code, out, said := command(t, "config", "schema")
	if code != 0 {
		t.Fatalf("%d %s", code, said)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("dateline.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := compiler.Compile("dateline.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON is a YAML document as JSON has it.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestSchemaTakesWhatTheProgramTakes(t *testing.T) {
	s := compiledSchema(t)
	deployed, err := os.ReadFile("../../deploy/dateline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"starter": starterConfig, "deploy": deployed, "demo": demo.New(time.Now(), nil).Config("http://127.0.0.1:1"),
		"rules": []byte("topics: [{id: a, near: {words: 40}, guard: {enumeration: 4, sports: false}, all: [{term: [a, b]}, {any: [{country: RU}, {regex: x, fields: [title]}]}], weight: {title: 2}}]\nsources: [{id: a, feed: 'https://a.example/', scrape: {item: li}, access: {allow: [10.0.0.0/8], headers: {X: 1}}}]\nkeep: {articles: 7d}\n"),
	} {
		if err := s.Validate(asJSON(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := readConfig(text, name, noEnvironment); err != nil {
			t.Errorf("%s: the program refuses it: %v", name, err)
		}
	}
	for _, text := range []string{"sorces: []", "sources: [{id: a, fede: x}]", "topics: [{id: a, all: [{contry: RU}]}]", "workers: many", "sites: [{host: a, bdy: p}]", "topics: [{id: a, near: chapter}]"} {
		if s.Validate(asJSON(t, []byte(text))) == nil {
			t.Errorf("the schema takes %q", text)
		}
		if _, err := readConfig([]byte(text), "x", noEnvironment); err == nil {
			t.Errorf("the program takes %q", text)
		}
	}
}

func TestCompletionOffersWhatThereIs(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		code, out, said := command(t, "completion", shell)
		if code != 0 || !strings.Contains(out, "discover") || !strings.Contains(out, "dry-run") {
			t.Errorf("%s: %d %s", shell, code, said)
		}
	}
	if code, _, _ := command(t, "completion", "csh"); code != 2 {
		t.Errorf("an unknown shell: exit %d", code)
	}
}

// The shells themselves complete with the scripts, where they are installed.
func TestShellsComplete(t *testing.T) {
	script := func(shell string) string {
		_, text, _ := command(t, "completion", shell)
		file := filepath.Join(t.TempDir(), "completion."+shell)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for shell, ask := range map[string]func(line string, words []string) []string{
		"bash": func(line string, words []string) []string {
			return []string{"-c", fmt.Sprintf("source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _dateline; echo \"${COMPREPLY[@]}\"", script("bash"), line, len(words)-1)}
		},
		"zsh": func(line string, words []string) []string { // the widget needs a terminal: the function is called as bashcompinit does
			return []string{"-f", "-c", fmt.Sprintf("autoload -U compinit && compinit -D -u; source %s; COMP_WORDS=(%s); COMP_CWORD=%d; setopt KSH_ARRAYS SH_WORD_SPLIT; _dateline; echo \"${COMPREPLY[@]}\"",
				script("zsh"), line, len(words)-1)}
		},
		"fish": func(line string, words []string) []string {
			return []string{"--no-config", "-c", fmt.Sprintf("source %s; complete -C %q | cut -f1", script("fish"), line)}
		},
	} {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("%s is not installed", shell)
			}
			for line, want := range map[string]string{
				"dateline so": "source", "dateline source di": "discover", "dateline source add --dr": "--dry-run", "dateline topic wh": "why", "dateline ini": "init",
			} {
				words := strings.Fields(line)
				run := exec.Command(path, ask(line, words)...)
				run.Env = append(os.Environ(), "HOME="+t.TempDir())
				out, err := run.CombinedOutput()
				offered := slices.DeleteFunc(strings.Fields(string(out)), func(w string) bool { return !strings.HasPrefix(w, words[len(words)-1]) }) // zsh does that itself, later
				if err != nil || !slices.Equal(offered, []string{want}) {
					t.Errorf("%s: got %q, %v; want %q", line, out, err, want)
				}
			}
		})
	}
}

func TestManNamesEveryCommand(t *testing.T) {
	code, page, said := command(t, "man")
	if code != 0 {
		t.Fatalf("%d %s", code, said)
	}
	_, help, _ := command(t, "--help")
	for line := range strings.Lines(help) {
		f := strings.Fields(line)
		if !strings.HasPrefix(line, "  ") || len(f) == 0 || strings.HasPrefix(f[0], "-") || strings.HasPrefix(line, "                ") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if !strings.Contains(page, roff("dateline "+strings.TrimSpace(name))) {
			t.Errorf("the page does not name %q", name)
		}
	}
}
