package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dateline/demo"
)

func TestProgressIsWrittenOverAndGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		p := newProgress(stdio{Err: &said, Terminal: true}, "sources polled", 3)
		p.step(1)
		p.step(1) // too soon to be written
		time.Sleep(progressEvery)
		p.step(1)
		p.end()
		p.step(1)
		if want := "\r\x1b[K1 of 3 sources polled\r\x1b[K3 of 3 sources polled\r\x1b[K"; said.String() != want {
			t.Errorf("got %q, want %q", said.String(), want)
		}
	})
}

// The long commands show how far they are to a person, and to nobody else.
func TestLongCommandsShowProgressToAPerson(t *testing.T) {
	dir := t.TempDir()
	world := demo.New(time.Now(), nil)
	base, stop, err := serveWorld(world)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	file := filepath.Join(dir, "dateline.yaml")
	if err := os.WriteFile(file, world.Config(base), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"once", "--force", "-c", file}, `\d+ of \d+ sources polled`},
		{[]string{"export", "-c", file, filepath.Join(dir, "public")}, `\d+ stories read`},
		{[]string{"store", "copy", filepath.Join(dir, "dateline.db"), filepath.Join(dir, "copy.db")}, `\d+ articles and stories copied`},
	} {
		var out, said bytes.Buffer
		if code := run(context.Background(), c.args, stdio{In: strings.NewReader(""), Out: &out, Err: &said, Terminal: true}); code != 0 {
			t.Fatalf("%v: exit %d: %s", c.args, code, said.String())
		}
		if !regexp.MustCompile(c.want).MatchString(said.String()) || !strings.HasSuffix(said.String(), "\r\x1b[K") {
			t.Errorf("%v: got %q", c.args, said.String())
		}
	}
	if _, _, said := command(t, "once", "--force", "-c", file); said != "" {
		t.Errorf("written where nobody looks: %q", said)
	}
}

func TestOtherSpellingsLeadToTheCommand(t *testing.T) {
	for args, want := range map[string]string{
		"discover https://a.example": "source discover https://a.example", "why topic id": "topic why topic id", "why-dup a b": "story why a b",
		"fetch --file rss.xml": "parse rss.xml", "fetch --file=rss.xml": "parse rss.xml", "fetch -c a.yaml": "fetch -c a.yaml", "source discover x": "source discover x", "": "",
	} {
		if got := strings.Join(spelt(strings.Fields(args)), " "); got != want {
			t.Errorf("%s: got %s, want %s", args, got, want)
		}
	}
}
