package normalize

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestGoldenCasesDoNotFall counts the cases of the tree and the languages that
// they are expected to be in.
func TestGoldenCasesDoNotFall(t *testing.T) {
	const leastCases, leastLanguages = 200, 45
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	languages := map[string]bool{}
	for _, file := range files {
		c := readGolden(t, file)
		for line := range strings.Lines(c.parts["want"]) {
			if lang, found := strings.CutPrefix(line, "language: "); found {
				languages[strings.TrimSpace(lang)] = true
			}
		}
	}
	t.Logf("%d cases in %d languages", len(files), len(languages))
	if len(files) < leastCases {
		t.Errorf("got %d golden cases, want at least %d", len(files), leastCases)
	}
	if len(languages) < leastLanguages {
		t.Errorf("got golden cases in %d languages, want at least %d", len(languages), leastLanguages)
	}
}
