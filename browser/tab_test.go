package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// look is how a page is looked at.
type look struct {
	name          string
	width, height int64
	scale         float64
	phone, dark   bool
}

var looks = []look{
	{"desk-light", 1280, 900, 1, false, false},
	{"desk-dark", 1280, 900, 1, false, true},
	{"phone-light", 390, 844, 2, true, false},
	{"phone-dark", 390, 844, 2, true, true},
}

// tab is an open page with what happened on it.
type tab struct {
	ctx  context.Context
	site string

	mu       sync.Mutex // guards what follows
	said     []string   // errors on the console
	asked    []string   // addresses of requests
	pictures map[network.RequestID]bool
	failed   map[string]bool // addresses that gave no picture
	weight   float64         // bytes that came, without pictures
	underway map[network.RequestID]bool
	mayFail  func(address string) bool
}

// newTab opens a tab of its own, in which nothing is cached.
func newTab(t *testing.T, site string, l look) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(openBrowser(t))
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(stop)
	tb := &tab{ctx: ctx, site: site, pictures: map[network.RequestID]bool{}, failed: map[string]bool{}, underway: map[network.RequestID]bool{}}
	chromedp.ListenTarget(ctx, tb.hear)
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	tb.run(t, page.BringToFront(), emulation.SetFocusEmulationEnabled(true), // a tab behind another draws nothing
		network.Enable(), log.Enable(), runtime.Enable(), network.SetCacheDisabled(true),
		emulation.SetDeviceMetricsOverride(l.width, l.height, l.scale, l.phone),
		emulation.SetTouchEmulationEnabled(l.phone),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}),
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(watchShifts).Do(ctx)
			return err
		}))
	return tb
}

// watchShifts adds up how far things move while a page loads. Each shift names
// what moved, so that a failure says more than a number.
const watchShifts = `window.shifts = {sum: 0, of: []};
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) {
	shifts.sum += e.value;
	for (const s of e.sources || []) shifts.of.push(s.node ? (s.node.outerHTML || s.node.textContent || "").slice(0, 80) : "?");
} }).observe({type: "layout-shift", buffered: true});`

func (tb *tab) hear(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		tb.asked = append(tb.asked, e.Request.URL)
		tb.pictures[e.RequestID] = e.Type == network.ResourceTypeImage
		tb.underway[e.RequestID] = true
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 && e.Type == network.ResourceTypeImage {
			tb.failed[e.Response.URL] = true
		}
	case *network.EventLoadingFinished:
		if !tb.pictures[e.RequestID] {
			tb.weight += e.EncodedDataLength
		}
		delete(tb.underway, e.RequestID)
	case *network.EventLoadingFailed:
		delete(tb.underway, e.RequestID)
	case *runtime.EventExceptionThrown:
		tb.said = append(tb.said, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			tb.said = append(tb.said, fmt.Sprint(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError && (tb.mayFail == nil || !tb.mayFail(e.Entry.URL)) {
			tb.said = append(tb.said, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func (tb *tab) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(tb.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// open goes to a path of the site and waits until all is there, lazy pictures
// too.
func (tb *tab) open(t *testing.T, path string) {
	t.Helper()
	tb.run(t, chromedp.Navigate(tb.site+path), chromedp.WaitReady("body"))
	tb.settle(t)
}

// settle scrolls through the page, so that all of it is loaded, and waits for
// two frames after the last request.
func (tb *tab) settle(t *testing.T) {
	t.Helper()
	tb.run(t, evaluate(`(async () => {
		for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) { scrollTo(0, y); await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))); }
		await Promise.all([...document.images].map(i => i.complete || new Promise(r => { i.onload = i.onerror = r; })));
		scrollTo(0, 0);
		await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
	})()`, nil))
	if err := await(func() bool { tb.mu.Lock(); defer tb.mu.Unlock(); return len(tb.underway) == 0 }); err != nil {
		t.Fatal(err)
	}
}

// evaluate runs a script, to the end of what it promises.
func evaluate(script string, result any) chromedp.Action {
	return chromedp.Evaluate(script, result, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) })
}

// holdsUp checks what is asked of every page.
func (tb *tab) holdsUp(t *testing.T, mostBytes float64) {
	t.Helper()
	var shifts struct {
		Sum float64
		Of  []string
	}
	var wide []string
	tb.run(t, evaluate(`shifts`, &shifts), evaluate(wider, &wide))
	tb.quiet(t)
	tb.mu.Lock()
	defer tb.mu.Unlock()
	own, _ := url.Parse(tb.site)
	for _, a := range tb.asked {
		if u, err := url.Parse(a); err != nil || u.Scheme != "data" && u.Host != own.Host {
			t.Errorf("the page asks elsewhere: %s", a)
		}
	}
	if shifts.Sum != 0 {
		t.Errorf("the layout shifts by %.4f: %q", shifts.Sum, shifts.Of)
	}
	if len(wide) > 0 {
		t.Errorf("wider than the window: %q", wide)
	}
	if tb.weight == 0 || tb.weight > mostBytes {
		t.Errorf("the page weighs %.0f bytes without pictures, want at most %.0f", tb.weight, mostBytes)
	}
}

// quiet checks that nothing was said on the console.
func (tb *tab) quiet(t *testing.T) {
	t.Helper()
	tb.mu.Lock()
	defer tb.mu.Unlock()
	for _, s := range tb.said {
		t.Errorf("the console says: %s", s)
	}
}

// wider lists what makes a page scroll sideways.
const wider = `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map(e => e.outerHTML.slice(0, 120))`

// accessible lets axe-core look for barriers by WCAG 2.2 A and AA and its best
// practices.
func (tb *tab) accessible(t *testing.T) {
	t.Helper()
	file := os.Getenv("DATELINE_AXE")
	if file == "" {
		if os.Getenv(required) != "" {
			t.Fatal("DATELINE_AXE names no axe.min.js")
		}
		t.Log("not looked at by axe-core: DATELINE_AXE names no axe.min.js; make browser fetches it")
		return
	}
	script, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var found string
	tb.run(t, evaluate(string(script)+";0", nil), evaluate(`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify({passes: r.passes.length, violations: r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + n.failureSummary)}))}))`, &found))
	var report struct {
		Passes     int
		Violations []struct {
			ID, Help string
			Nodes    []string
		}
	}
	if err := json.Unmarshal([]byte(found), &report); err != nil || report.Passes < 10 {
		t.Fatalf("axe-core looked at %d rules, %v", report.Passes, err)
	}
	for _, v := range report.Violations {
		t.Errorf("axe: %s (%s)\n  %s", v.ID, v.Help, strings.Join(v.Nodes, "\n  "))
	}
}

// keep writes a screenshot of the whole page.
func (tb *tab) keep(t *testing.T, name string) {
	t.Helper()
	var picture []byte
	tb.run(t, chromedp.FullScreenshot(&picture, 100))
	if err := os.WriteFile(artefact(t, name), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// noScript turns the scripts of pages off.
func noScript() chromedp.Action { return emulation.SetScriptExecutionDisabled(true) }

// mayCopy lets the page write to the clipboard, as a person's click does.
func (tb *tab) mayCopy(t *testing.T) {
	t.Helper()
	tb.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
		for _, name := range []string{"clipboard-read", "clipboard-write"} {
			if err := cdpbrowser.SetPermission(&cdpbrowser.PermissionDescriptor{Name: name}, cdpbrowser.PermissionSettingGranted).Do(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
}
