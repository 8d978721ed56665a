package browser

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Required says that a test that cannot run has failed.
const required = "DATELINE_BROWSER_REQUIRED"

// browser is the one browser of all tests.
var browser struct {
	once   sync.Once
	ctx    context.Context
	cancel context.CancelFunc
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.cancel != nil {
		browser.cancel()
	}
	os.Exit(code)
}

// openBrowser is the browser; a test without one is skipped, or fails where a
// browser is required.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	browser.once.Do(startBrowser)
	if browser.err != nil {
		if os.Getenv(required) != "" {
			t.Fatal(browser.err)
		}
		t.Skipf("%v; make browser installs one", browser.err)
	}
	return browser.ctx
}

func startBrowser() {
	path := ""
	for _, name := range []string{os.Getenv("DATELINE_BROWSER"), "chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); name != "" && err == nil {
			path = found
			break
		}
	}
	if path == "" {
		browser.err = fmt.Errorf("there is no Chromium here")
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("font-render-hinting", "none"), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	browser.ctx, browser.cancel = ctx, func() { cancel(); stop() }
	browser.err = chromedp.Run(ctx)
}

// binary is Dateline, built once.
var binary struct {
	once sync.Once
	path string
	err  error
}

func build() {
	dir, err := os.MkdirTemp("", "dateline-browser-")
	if err != nil {
		binary.err = err
		return
	}
	atEnd(func() { os.RemoveAll(dir) })
	binary.path = filepath.Join(dir, "dateline")
	build := exec.Command("go", "build", "-o", binary.path, "./cmd/dateline")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		binary.err = fmt.Errorf("build dateline: %w\n%s", err, out)
	}
}

// atEnd adds to what is done after the last test, before the browser ends.
func atEnd(do func()) {
	stop := browser.cancel
	browser.cancel = func() { do(); stop() }
}

// start runs Dateline with some arguments and a free address to listen at, until
// the tests end, and waits until it is ready. It returns the site's address.
func start(ready func(site string) bool, args ...string) (string, error) {
	if binary.once.Do(build); binary.err != nil {
		return "", binary.err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr := listener.Addr().String()
	listener.Close()
	ctx, cancel := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, binary.path, append(args, "--listen", addr)...)
	if err := run.Start(); err != nil {
		cancel()
		return "", fmt.Errorf("start dateline: %w", err)
	}
	atEnd(func() { cancel(); run.Wait() })
	site := "http://" + addr
	return site, await(func() bool { return ready(site) })
}

// polled reports whether a site has asked all its sources.
func polled(site string) bool {
	sources := read(site + "/api/sources")
	return strings.Contains(sources, `"state": "ok"`) && !strings.Contains(sources, `"state": "new"`)
}

// demo is the desk over the small news world, as `dateline demo` runs it.
var demo = sync.OnceValues(func() (string, error) { return start(polled, "demo", "--quiet") })

// openDemo is the address of the demo, which the first test that asks starts.
func openDemo(t *testing.T) string {
	t.Helper()
	site, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// await looks until something has come.
func await(done func() bool) error {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		if done() {
			return nil
		}
		<-time.After(50 * time.Millisecond)
	}
	return fmt.Errorf("waited for two minutes in vain")
}

// read is what stands at an address; empty where nothing does.
func read(address string) string {
	answer, err := http.Get(address)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	var b strings.Builder
	buffer := make([]byte, 1<<16)
	for {
		n, err := answer.Body.Read(buffer)
		b.Write(buffer[:n])
		if err != nil {
			return b.String()
		}
	}
}

var storyLink = regexp.MustCompile(`/stories/[a-z2-7]{16}/[^"]*`)

// storyWith is the path of a story that a topic's page of the site lists, of
// which the page says some words.
func storyWith(t *testing.T, site, topic, words string) string {
	t.Helper()
	page := read(site + "/topics/" + topic)
	for _, part := range strings.Split(page, "<article")[1:] {
		if strings.Contains(part, words) {
			return storyLink.FindString(part)
		}
	}
	t.Fatalf("no story of %s says %q", topic, words)
	return ""
}

// artefact is where a screenshot is kept: below the folder that the environment
// names, or nowhere.
func artefact(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("DATELINE_SCREENSHOTS")
	if dir == "" {
		dir = t.ArtifactDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}
