package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"dateline/demo"
	"time"
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
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here to try the script")
	}
	_, script, _ := command(t, "completion", "bash")
	for _, c := range []struct{ line, want string }{
		{"dateline so", "source"}, {"dateline source di", "discover"}, {"dateline source add --dr", "--dry-run"}, {"dateline topic wh", "why"},
	} {
		words := strings.Fields(c.line)
		try := script + "\nCOMP_WORDS=(" + c.line + ")\nCOMP_CWORD=" + string(rune('0'+len(words)-1)) + "\n_dateline\necho \"${COMPREPLY[@]}\"\n"
		out, err := exec.Command(bash, "-c", try).Output()
		if err != nil || strings.TrimSpace(string(out)) != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.line, out, err, c.want)
		}
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
