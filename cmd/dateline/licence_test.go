package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// licences are words of the licences under which we may ship a library.
var licences = regexp.MustCompile(`(?is)Apache License|Permission is hereby granted, free of charge|Redistribution and use in source and binary forms|Permission to use, copy, modify, and/or distribute|Mozilla Public License|released into the public domain`)

// Every module that the binary is built of bears a licence that lets us ship it.
func TestLicencesOfLibraries(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-json=Module", "dateline/cmd/dateline").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			Module *struct {
				Path, Dir string
				Main      bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module == nil || p.Module.Main || seen[p.Module.Path] {
			continue
		}
		seen[p.Module.Path] = true
		if !licensed(t, p.Module.Dir) {
			t.Errorf("%s bears no licence that we know", p.Module.Path)
		}
	}
	if len(seen) < 10 {
		t.Fatalf("go list names %d modules", len(seen))
	}
}

func licensed(t *testing.T, dir string) bool {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.ToLower(f.Name())
		if f.IsDir() || !strings.HasPrefix(name, "licen") && !strings.HasPrefix(name, "copying") && !strings.HasPrefix(name, "unlicense") {
			continue
		}
		if text, err := os.ReadFile(filepath.Join(dir, f.Name())); err == nil && licences.Match(text) {
			return true
		}
	}
	return false
}

// The notice names every place where data of others has its own.
func TestNoticeNamesAllNotices(t *testing.T) {
	notice, err := os.ReadFile("../../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if rel, _ := filepath.Rel("../..", path); err == nil && d.Name() == "NOTICE" && rel != "NOTICE" {
			if found++; !strings.Contains(string(notice), "  "+filepath.ToSlash(rel)+" ") {
				t.Errorf("NOTICE does not name %s", rel)
			}
		}
		return err
	})
	if err != nil || found == 0 {
		t.Errorf("found %d, %v", found, err)
	}
}
