package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAccessIsReadAndItsFaultsNamed(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, []byte("second-token-0123456789\nthird-token-0123456789\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(access string) (*config, error) {
		return readConfig([]byte("site: {url: \"https://desk.example\"}\naccess: "+access+"\n"), "dateline.yaml", func(string) (string, bool) { return "", false })
	}
	c, err := read("{admin_token: first-token-0123456789, admin_token_file: " + keys + ", hosts: [a.example, b.example], rate: 60}")
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.masthead()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"first-token-0123456789", "second-token-0123456789", "third-token-0123456789"}
	if a := m.Access; !slices.Equal(a.Admin, want) || len(a.Hosts) != 2 || a.Rate != 60 {
		t.Errorf("got %+v", a)
	}
	for access, word := range map[string]string{
		"{admin_token: short-key}": "at least 16", "{admin_token: []}": "no token", "{admin_token_file: " + keys + ".none}": "keys.none",
		"{hosts: [\"https://x.example/\"]}": "no host name", "{rate: -1}": "requests a minute",
	} {
		if _, err := read(access); err == nil || !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "short-key") {
			t.Errorf("%s: got %v, want %q", access, err, word)
		}
	}
}
