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
		env  map[string]string
		want string
	}{
		{map[string]string{"DATELINE_CONFIG": "/absent.yaml"}, "http://127.0.0.1:8080/healthz"},
		{map[string]string{"DATELINE_CONFIG": "/absent.yaml", "DATELINE_LISTEN": ":9090"}, "http://127.0.0.1:9090/healthz"},
		{map[string]string{"DATELINE_CONFIG": file}, "http://127.0.0.1:7070/healthz"},
		{map[string]string{"DATELINE_CONFIG": file, "DATELINE_LISTEN": "[::]:9091"}, "http://127.0.0.1:9091/healthz"},
		{map[string]string{"DATELINE_CONFIG": file, "DATELINE_METRICS": ":9464"}, "http://127.0.0.1:9464/healthz"},
		{map[string]string{"DATELINE_CONFIG": file, "DATELINE_METRICS": "off"}, "http://127.0.0.1:7070/healthz"},
	} {
		env := func(name string) (string, bool) { value, ok := c.env[name]; return value, ok }
		if got := healthURL(env); got != c.want {
			t.Errorf("%v: got %s, want %s", c.env, got, c.want)
		}
	}
}
