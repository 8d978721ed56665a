package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// atATime is how many tests run at a time that may: they wait for processes and
// their schedules more than they compute. -parallel says otherwise.
const atATime = "5"

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", atATime)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGUSR2) // the runtime's own goroutine for signals must not begin in a bubble
	testscript.Main(m, map[string]func(){"dateline": main, "brittle": brittle})
}

// TestScripts runs the stories of the whole binary: each file in
// testdata/script is one.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"outlet": outletCmd, "log": logCmd, "freeport": freeportCmd,
			"fill": fillCmd, "get": getCmd, "await": awaitCmd, "awaitfile": awaitFileCmd,
			"exit": exitCmd, "rss": rssCmd, "same": sameCmd, "item": itemCmd,
			"newer": newerCmd, "stalled": stalledCmd, "awaitstall": awaitStallCmd, "release": releaseCmd, "helps": helpsCmd, "farm": farmCmd, "markup": markupCmd,
		},
		Setup: func(env *testscript.Env) error {
			if corpus, ok := os.LookupEnv("DATELINE_CORPUS"); ok {
				env.Setenv("DATELINE_CORPUS", corpus)
			}
			env.Values[bench{}] = &servers{outlets: map[string]*outletServer{}, stalls: map[string]*stall{}}
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "corpus":
				return os.Getenv("DATELINE_CORPUS") != "", nil
			case "superuser":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		RequireExplicitExec: true,
	})
}

// bench is the key of a script's servers.
type bench struct{}

type servers struct {
	outlets map[string]*outletServer
	stalls  map[string]*stall
	farm    *farm
}

func benchOf(ts *testscript.TestScript) *servers { return ts.Value(bench{}).(*servers) }

// outletServer serves a folder of the script, with validators.
type outletServer struct {
	dir string

	mu  sync.Mutex // guards log
	log bytes.Buffer
}

// ServeHTTP answers with a file and notes the request and its answer.
func (o *outletServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	body, err := os.ReadFile(filepath.Join(o.dir, filepath.FromSlash(filepath.Clean("/"+r.URL.Path))))
	sum := sha256.Sum256(body)
	tag := fmt.Sprintf(`"%x"`, sum[:8])
	switch {
	case err != nil:
		status = http.StatusNotFound
	case r.Header.Get("If-None-Match") == tag:
		status = http.StatusNotModified
	}
	o.mu.Lock()
	fmt.Fprintf(&o.log, "%s %s %d\n", r.Method, r.URL.RequestURI(), status)
	o.mu.Unlock()
	if err == nil {
		w.Header().Set("ETag", tag)
	}
	switch filepath.Ext(r.URL.Path) {
	case ".html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	default:
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	}
	w.WriteHeader(status)
	if status == http.StatusOK {
		_, _ = w.Write(body) // a client that has gone is no fault here
	}
}

// outletCmd: outlet NAME DIR serves DIR and sets $NAME to its address.
func outletCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "outlet NAME DIR")
	o := &outletServer{dir: ts.MkAbs(args[1])}
	server := httptest.NewServer(o)
	ts.Defer(server.Close)
	benchOf(ts).outlets[args[0]] = o
	ts.Setenv(args[0], server.URL)
}

// logCmd: log NAME FILE writes what was asked of an outlet.
func logCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "log NAME FILE")
	o := benchOf(ts).outlets[args[0]]
	want(ts, o != nil, "no outlet "+args[0])
	o.mu.Lock()
	defer o.mu.Unlock()
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), o.log.Bytes(), 0o600))
}

// freeportCmd: freeport VAR sets VAR to a port that nobody uses.
func freeportCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "freeport VAR")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer l.Close()
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}

// fillCmd: fill FILE... puts the script's variables in place of ${NAME}.
func fillCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) > 0, "fill FILE...")
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// getCmd: get STATUS URL FILE [HEADER...] asks once and keeps headers and body.
func getCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) >= 3, "get STATUS URL FILE [HEADER...]")
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, args[1], nil)
	ts.Check(err)
	for _, line := range args[3:] {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), body, 0o600))
	if got := strconv.Itoa(answer.StatusCode); got != args[0] {
		ts.Fatalf("%s: got status %s, want %s: %.300s", args[1], got, args[0], body)
	}
	ts.Setenv("etag", answer.Header.Get("ETag"))
}

// patience bounds how long a script waits for what must come.
const patience = 90 * time.Second

// awaitThat asks until the condition holds, and no longer.
func awaitThat(ts *testscript.TestScript, what string, holds func() (string, bool)) {
	var last string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var ok bool
		if last, ok = holds(); ok {
			return
		}
	}
	ts.Fatalf("waited %v for %s; last: %.2000s", patience, what, last)
}

// awaitCmd: await URL PATTERN waits until the answer holds the pattern.
func awaitCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "await URL PATTERN")
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	awaitThat(ts, args[0]+" to say "+args[1], func() (string, bool) {
		answer, err := http.Get(args[0])
		if err != nil {
			return err.Error(), false
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		return string(body), err == nil && pattern.Match(body)
	})
}

// awaitFileCmd: awaitfile FILE PATTERN waits until a file, or the log of an
// outlet named @NAME, holds the pattern.
func awaitFileCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "awaitfile FILE PATTERN")
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	awaitThat(ts, args[0]+" to say "+args[1], func() (string, bool) {
		var text []byte
		if name, ok := strings.CutPrefix(args[0], "@"); ok {
			o := benchOf(ts).outlets[name]
			o.mu.Lock()
			text = bytes.Clone(o.log.Bytes())
			o.mu.Unlock()
		} else {
			text, _ = os.ReadFile(ts.MkAbs(args[0])) // it may not be there yet
		}
		return string(text), pattern.Match(text)
	})
}

// exitCmd: exit CODE COMMAND... runs dateline and wants its exit code.
func exitCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) > 1, "exit CODE ARG...")
	err := ts.Exec("dateline", args[1:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("dateline %s: got exit %s, want %s", strings.Join(args[1:], " "), got, args[0])
	}
}

// itemCmd: item FILE PATTERN VAR sets VAR to the pattern's first group.
func itemCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 3, "item FILE PATTERN VAR")
	found := regexp.MustCompile("(?s)" + args[1]).FindStringSubmatch(ts.ReadFile(args[0]))
	if len(found) < 2 {
		ts.Fatalf("%s has no %s", args[0], args[1])
	}
	ts.Setenv(args[2], found[1])
}

// sameCmd: same DIR DIR wants two folders to be alike byte for byte.
func sameCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) == 2, "same DIR DIR")
	a, b := treeOf(ts, args[0]), treeOf(ts, args[1])
	var differ []string
	for name := range a {
		if a[name] != b[name] {
			differ = append(differ, name)
		}
	}
	if len(a) != len(b) {
		differ = append(differ, fmt.Sprintf("%d files and %d", len(a), len(b)))
	}
	if (len(differ) > 0) != neg {
		ts.Fatalf("%s and %s differ in %v", args[0], args[1], differ)
	}
}

func treeOf(ts *testscript.TestScript, dir string) map[string]string {
	files := map[string]string{}
	root := ts.MkAbs(dir)
	ts.Check(filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[rel] = string(body)
		return err
	}))
	return files
}

// rssCmd: rss TEXTFILE FEED writes a feed whose one item is a plain text.
func rssCmd(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "rss TEXTFILE FEED")
	text := ts.ReadFile(args[0])
	title, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	feed := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Dump</title><link>https://dump.example/</link>\n"+
		"<item><title>%s</title><link>https://dump.example/a1</link><guid>a1</guid><pubDate>Thu, 20 Jun 2024 16:15:00 +0700</pubDate>\n<description>%s</description></item>\n</channel></rss>\n",
		escape.Replace(title), escape.Replace(text))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(feed), 0o600))
}

func want(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}
