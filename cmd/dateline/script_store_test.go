package main

import (
	"bytes"
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3/driver"
	"github.com/rogpeppe/go-internal/testscript"
)

// newerCmd: newer FILE makes a store look like one of a version to come.
func newerCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "newer FILE")
	db, err := driver.Open("file:" + ts.MkAbs(args[0]))
	ts.Check(err)
	defer func(db *sql.DB) { ts.Check(db.Close()) }(db)
	_, err = db.ExecContext(context.Background(), "PRAGMA user_version = 99")
	ts.Check(err)
}

// stall is an outlet that does not answer until it is released.
type stall struct {
	asked chan struct{} // closed at the first request
	once  sync.Once

	mu   sync.Mutex // guards body
	body string     // empty: do not answer
}

// ServeHTTP keeps the asker waiting, or answers with a feed.
func (s *stall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	body := s.body
	s.mu.Unlock()
	if body == "" {
		s.once.Do(func() { close(s.asked) })
		<-r.Context().Done()
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml")
	_, _ = w.Write([]byte(body))
}

// stalledCmd: stalled NAME serves an outlet that does not answer.
func stalledCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "stalled NAME")
	s := &stall{asked: make(chan struct{})}
	server := httptest.NewServer(s)
	ts.Defer(func() { server.CloseClientConnections(); server.Close() })
	benchOf(ts).stalls[args[0]] = s
	ts.Setenv(args[0], server.URL)
}

// awaitStallCmd: awaitstall NAME waits until somebody waits for the outlet.
func awaitStallCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "awaitstall NAME")
	s := benchOf(ts).stalls[args[0]]
	awaitThat(ts, args[0]+" to be asked", func() (string, bool) {
		select {
		case <-s.asked:
			return "", true
		default:
			return "not asked", false
		}
	})
}

// releaseCmd: release NAME FILE has a stalled outlet answer from now on.
func releaseCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "release NAME FILE")
	s := benchOf(ts).stalls[args[0]]
	s.mu.Lock()
	s.body = ts.ReadFile(args[1])
	s.mu.Unlock()
}

// helpsCmd: helps asks every command for help and wants an example there.
func helpsCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 0, "helps")
	commandsOf(reflect.TypeFor[commands](), nil, func(words []string) {
		var out, errOut bytes.Buffer
		if code := run(context.Background(), append(words, "--help"), stdio{In: strings.NewReader(""), Out: &out, Err: &errOut}); code != 0 {
			ts.Fatalf("%v --help: exit %d: %s", words, code, errOut.String())
		}
		if example := "dateline " + strings.Join(words, " "); !strings.Contains(out.String(), "Example") || !strings.Contains(strings.SplitN(out.String(), "Example", 2)[1], example) {
			ts.Fatalf("the help of %v has no example:\n%s", words, out.String())
		}
	})
}

// commandsOf walks the commands of the command line that have no commands of
// their own.
func commandsOf(t reflect.Type, words []string, visit func(words []string)) {
	for i := range t.NumField() {
		f := t.Field(i)
		if _, ok := f.Tag.Lookup("cmd"); !ok {
			continue
		}
		name := append(words[:len(words):len(words)], strings.ToLower(f.Name))
		if _, runs := reflect.PointerTo(f.Type).MethodByName("Run"); runs {
			visit(name)
		} else {
			commandsOf(f.Type, name, visit)
		}
	}
}
