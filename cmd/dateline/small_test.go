package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A container asks itself where its process listens, however that was set.
func TestHealthIsAskedWhereTheProcessListens(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	if err := os.WriteFile(file, []byte("site: {url: \"https://news.example.org\"}\nlisten: 127.0.0.1:7070\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		config string
		env    map[string]string
		want   string
	}{
		{"/absent.yaml", map[string]string{}, "http://127.0.0.1:8080/healthz"},
		{"/absent.yaml", map[string]string{"DATELINE_LISTEN": ":9090"}, "http://127.0.0.1:9090/healthz"},
		{file, map[string]string{}, "http://127.0.0.1:7070/healthz"},
		{file, map[string]string{"DATELINE_LISTEN": "[::]:9091"}, "http://127.0.0.1:9091/healthz"},
		{file, map[string]string{"DATELINE_METRICS": ":9464"}, "http://127.0.0.1:9464/healthz"},
		{file, map[string]string{"DATELINE_METRICS": "off"}, "http://127.0.0.1:7070/healthz"},
	} {
		env := func(name string) (string, bool) { value, ok := c.env[name]; return value, ok }
		if got := healthURL(c.config, env); got != c.want {
			t.Errorf("%s, %v: got %s, want %s", c.config, c.env, got, c.want)
		}
	}
}
