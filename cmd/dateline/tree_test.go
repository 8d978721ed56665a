package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors says which packages of ours each may import. A package that is not
// named may import nothing of ours but news.
var floors = map[string][]string{
	"dateline/news": {},
	"dateline/demo": {},
	"dateline/desk": {"dateline/news", "dateline/fetcher", "dateline/normalize", "dateline/topics", "dateline/stories"},
	"dateline/cmd/dateline": {"dateline/news", "dateline/fetcher", "dateline/normalize", "dateline/topics", "dateline/stories",
		"dateline/store", "dateline/publish", "dateline/desk", "dateline/demo"},
}

// homes says where each library may be imported, besides its own tests. A
// module that is not named is not imported at all.
var homes = map[string][]string{
	"github.com/mmcdole/gofeed":       {"dateline/fetcher"},
	"code.dny.dev/ssrf":               {"dateline/fetcher"},
	"github.com/gorilla/feeds":        {"dateline/publish"},
	"github.com/robfig/cron/v3":       {"dateline/desk"},
	"github.com/redis/go-redis/v9":    {"dateline/store"},
	"github.com/ncruces/go-sqlite3":   {"dateline/store"},
	"github.com/andybalholm/cascadia": {"dateline/normalize", "dateline/fetcher"},
	"golang.org/x/net":                {"dateline/normalize", "dateline/fetcher", "dateline/publish"},
	"golang.org/x/text":               {"dateline/news", "dateline/normalize", "dateline/topics", "dateline/topics/gen", "dateline/fetcher", "dateline/publish"},
	"golang.org/x/time":               {"dateline/fetcher"},
	"golang.org/x/sync":               {"dateline/cmd/dateline", "dateline/desk", "dateline/fetcher", "dateline/publish", "dateline/store"},
	"github.com/klauspost/compress":   {"dateline/fetcher", "dateline/store", "dateline/publish"},
	"github.com/andybalholm/brotli":   {"dateline/fetcher", "dateline/publish"},
	"github.com/alecthomas/kong":      {"dateline/cmd/dateline"},
	"github.com/goccy/go-yaml":        {"dateline/cmd/dateline"},

	"github.com/prometheus/client_golang": {"dateline/cmd/dateline"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "dateline/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []listed
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func TestNoTradeImportsAnother(t *testing.T) {
	list := packages(t)
	if len(list) < 9 {
		t.Fatalf("go list names %d packages, want the whole tree", len(list))
	}
	for _, p := range list {
		allowed, ok := floors[p.ImportPath]
		if !ok {
			allowed = []string{"dateline/news"}
		}
		for _, imported := range p.Imports {
			ours := imported == "dateline" || strings.HasPrefix(imported, "dateline/")
			if ours && !slices.Contains(allowed, imported) && !strings.HasPrefix(imported, p.ImportPath+"/") {
				t.Errorf("%s imports %s: trades speak only news", p.ImportPath, imported)
			}
		}
	}
}

func TestEachLibraryHasOneHome(t *testing.T) {
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			if !strings.Contains(strings.Split(imported, "/")[0], ".") {
				continue // the standard library, or ours
			}
			module := ""
			for m := range homes {
				if imported == m || strings.HasPrefix(imported, m+"/") {
					module = m
				}
			}
			switch {
			case module == "":
				t.Errorf("%s imports %s, which has no home", p.ImportPath, imported)
			case !slices.Contains(homes[module], p.ImportPath):
				t.Errorf("%s imports %s, whose home is %s", p.ImportPath, imported, strings.Join(homes[module], " and "))
			}
		}
	}
}
