package main

import (
	"encoding/json"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
)

// The bill of materials names what go.mod asks for, each with its digest.
func TestBillNamesTheModules(t *testing.T) {
	code, out, said := command(t, "version", "--sbom")
	if code != 0 || !strings.Contains(out, `"bomFormat": "CycloneDX"`) {
		t.Fatalf("%d %s %s", code, out, said)
	}
	var b billOfMaterials
	if err := json.Unmarshal([]byte(out), &b); err != nil {
		t.Fatal(err)
	}
	if b.Spec != "1.6" || b.Metadata.Component.Type != "application" || b.Metadata.Component.Name == "" || b.Components[0].Name != "std" {
		t.Errorf("got %+v", b)
	}
	b = bill(&debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Path: "dateline"}, Deps: []*debug.Module{
		{Path: "golang.org/x/net", Version: "v0.62.0", Sum: "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
		{Path: "example.org/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.org/new", Version: "v1.0.1"}},
	}})
	if got := b.Components[0].URL; got != "pkg:golang/std@1.26.8" {
		t.Errorf("the standard library: %s", got)
	}
	if c := b.Components[1]; c.URL != "pkg:golang/golang.org/x/net@v0.62.0" || len(c.Hashes) != 1 || c.Hashes[0].Content != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("got %+v", c)
	}
	if c := b.Components[2]; c.Name != "example.org/new" || c.Hashes != nil {
		t.Errorf("a module in the place of another: %+v", c)
	}
}

// Every direct dependency has its reasons written down.
func TestDependenciesHaveReasons(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/decisions/0102-dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`(?m)^\t(\S+) (v\S+)$`).FindAllStringSubmatch(string(mod), -1)
	if len(direct) < 15 {
		t.Fatalf("found %d direct dependencies", len(direct))
	}
	for _, m := range direct {
		if !strings.Contains(string(doc), "| `"+m[1]+"` | "+m[2]+" |") {
			t.Errorf("docs/decisions/0102-dependencies.md does not list %s %s", m[1], m[2])
		}
	}
	if listed := regexp.MustCompile("(?m)^\\| `[^`]+` \\| v").FindAllString(string(doc), -1); len(listed) != len(direct) {
		t.Errorf("it lists %d, go.mod asks for %d", len(listed), len(direct))
	}
}
