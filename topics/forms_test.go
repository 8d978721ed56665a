package topics

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestFormsOfNames asks that the forms in which news writes of countries, in
// testdata/forms.txt, are met. The score of no language may fall.
func TestFormsOfNames(t *testing.T) {
	data, err := os.ReadFile("testdata/forms.txt")
	if err != nil {
		t.Fatal(err)
	}
	m := mustNew(t, nil, nil)
	all, met := 0, 0
	for line := range strings.Lines(string(data)) {
		lang, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || line[0] == '#' {
			continue
		}
		n, missed := 0, []string(nil)
		for entry := range strings.SplitSeq(list, "; ") {
			code, form, _ := strings.Cut(entry, " ")
			n++
			id, ok := m.number("country:" + code)
			if !ok {
				t.Fatalf("%s: unknown country %q", lang, code)
			}
			if r := m.read(&Document{Lang: lang, Body: fmt.Sprintf("1926: 12 %s 12.", form)}); !r.has(id) {
				missed = append(missed, entry)
			}
		}
		all, met = all+n, met+n-len(missed)
		if len(missed) > 0 {
			t.Errorf("%s: %d of %d missed: %s", lang, len(missed), n, strings.Join(missed, "; "))
		}
	}
	t.Logf("%d of %d forms met", met, all)
}
