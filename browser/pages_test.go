package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// mostBytes is what a page may weigh without its pictures, as it is sent: a
// second and a half on slow 3G (400 kbit/s).
const mostBytes = 60_000

// Every page, by day and night, on a desk and on a phone.
func TestEveryPageHoldsUp(t *testing.T) {
	openBrowser(t)
	site := openDemo(t)
	for name, path := range map[string]string{
		"front":     "/",
		"topic":     "/topics/russia-north-korea",
		"filtered":  "/topics/russia-north-korea?lang=ar",
		"story":     storyWith(t, site, "russia-north-korea", "Also reported by"),
		"arabic":    storyWith(t, site, "russia-north-korea", `lang="ar"`),
		"chinese":   storyWith(t, site, "russia-north-korea", `lang="zh-Hans"`),
		"sources":   "/sources",
		"subscribe": "/subscribe",
		"workbench": "/workbench?topic=black-sea-grain",
	} {
		for _, l := range looks {
			t.Run(name+"-"+l.name, func(t *testing.T) {
				tb := newTab(t, site, l)
				tb.open(t, path)
				tb.holdsUp(t, mostBytes)
				tb.keep(t, name+"-"+l.name+".png")
				tb.accessible(t)
			})
		}
	}
}

// The demo's correction, which comes after a minute, is shown as a difference
// that one can see, and hear.
func TestACorrectionIsShown(t *testing.T) {
	openBrowser(t)
	site := openDemo(t)
	path := storyWith(t, site, "russia-north-korea", "Freight trains return")
	if err := await(func() bool { return strings.Contains(read(site+path), `id="corrected"`) }); err != nil {
		t.Fatal(err)
	}
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) {
			tb := newTab(t, site, l)
			tb.open(t, path)
			var told struct {
				Added, Gone, Said string
				Seen              float64
			}
			tb.run(t, evaluate(`(() => { const of = n => document.querySelector(".corrected details[open] " + n);
				return {Added: of("ins").textContent, Gone: of("del").textContent, Said: getComputedStyle(of("del"), "::before").content, Seen: of("ins").getBoundingClientRect().height};
			})()`, &told))
			if told.Added != "two" || told.Gone != "twelve" || !strings.Contains(told.Said, "gone") || told.Seen < 10 {
				t.Errorf("got %+v", told)
			}
			tb.holdsUp(t, mostBytes)
			tb.keep(t, "corrected-"+l.name+".png")
			tb.accessible(t)
		})
	}
}

// What is no page is told on one that can be read just as well.
func TestFaultsHoldUp(t *testing.T) {
	openBrowser(t)
	site := openDemo(t)
	for name, path := range map[string]string{"404": "/topics/none", "400": "/topics/black-sea-grain?colour=red"} {
		for _, l := range looks {
			t.Run(name+"-"+l.name, func(t *testing.T) {
				tb := newTab(t, site, l)
				tb.mayFail = func(address string) bool { return address == site+path } // the console notes the status
				tb.open(t, path)
				tb.holdsUp(t, mostBytes)
				tb.keep(t, name+"-"+l.name+".png")
				tb.accessible(t)
			})
		}
	}
}

// A feed that is opened in a browser can be read.
func TestFeedsAreReadableInABrowser(t *testing.T) {
	openBrowser(t)
	site := openDemo(t)
	for _, form := range []string{"rss", "atom"} {
		for _, l := range []look{looks[0], looks[3]} {
			t.Run(form+"-"+l.name, func(t *testing.T) {
				tb := newTab(t, site, l)
				tb.run(t, chromedp.Navigate(site+"/topics/russia-north-korea."+form))
				tb.settle(t)
				var shown struct {
					Title, Item float64
					Content     int
					Face        string
				}
				tb.run(t, evaluate(`(() => {
					const first = n => document.getElementsByTagName(n)[0], item = first("item") || first("entry");
					const tall = e => e.getBoundingClientRect().height;
					return {Title: tall(first("title")), Item: tall(item.getElementsByTagName("title")[0]),
						Content: [...document.querySelectorAll("*")].filter(e => /content|guid|^id$|category/.test(e.localName) && tall(e) > 0).length,
						Face: getComputedStyle(item.getElementsByTagName("title")[0]).fontWeight};
				})()`, &shown))
				if shown.Title < 20 || shown.Item < 15 || shown.Content > 0 || shown.Face != "700" {
					t.Errorf("got %+v: want titles shown in bold, and no machinery", shown)
				}
				tb.quiet(t)
				tb.keep(t, "feed-"+form+"-"+l.name+".png")
			})
		}
	}
}

// The keyboard reaches the news at once, and one sees where one is.
func TestTheKeyboardIsEnough(t *testing.T) {
	openBrowser(t)
	tb := newTab(t, openDemo(t), looks[0])
	tb.open(t, "/topics/russia-north-korea")
	var first, second, where string
	var ring bool
	tb.run(t, chromedp.KeyEvent(kb.Tab), evaluate(`document.activeElement.className`, &first),
		evaluate(`(() => { const e = document.activeElement, r = e.getBoundingClientRect(); return r.top >= 0 && r.height > 20 && getComputedStyle(e).outlineStyle != "none"; })()`, &ring))
	if first != "skip" || !ring {
		t.Errorf("the first stop is %q, seen with a ring: %v; want the link past the masthead", first, ring)
	}
	tb.run(t, chromedp.KeyEvent(kb.Enter), evaluate(`document.activeElement.id`, &where), chromedp.KeyEvent(kb.Tab), evaluate(`document.activeElement.closest("main") ? "in" : "out"`, &second))
	if where != "main" || second != "in" {
		t.Errorf("after the skip link: at %q, then %s of the news", where, second)
	}
	var unseen []string
	tb.run(t, evaluate(`[...document.querySelectorAll("a, button, summary, input, textarea, select, [tabindex='0']")].filter(e => {
		e.focus({focusVisible: true});
		const s = getComputedStyle(e);
		return document.activeElement == e && (s.outlineStyle == "none" || parseFloat(s.outlineWidth) < 2);
	}).map(e => e.outerHTML.slice(0, 100))`, &unseen))
	if len(unseen) > 0 {
		t.Errorf("no ring shows the focus on %q", unseen)
	}
	tb.run(t, evaluate(`document.querySelector(".because summary").focus()`, nil), chromedp.KeyEvent(kb.Enter))
	var opened string
	tb.run(t, evaluate(`document.querySelector("details[open] mark")?.textContent || ""`, &opened))
	if opened == "" {
		t.Error("the reasons do not open by the keyboard")
	}
}

func TestTheCopyButtonCopies(t *testing.T) {
	openBrowser(t)
	site := openDemo(t)
	tb := newTab(t, site, looks[0])
	tb.mayCopy(t)
	tb.open(t, "/topics/russia-north-korea")
	var copied, label string
	tb.run(t, chromedp.Click(".forms li:nth-child(2) .copy"), chromedp.WaitVisible(`//button[starts-with(., "Copied")]`, chromedp.BySearch),
		evaluate(`navigator.clipboard.readText()`, &copied), evaluate(`document.querySelector(".forms li:nth-child(2) .copy").textContent`, &label))
	if copied != site+"/topics/russia-north-korea.atom" {
		t.Errorf("the clipboard has %q", copied)
	}
	if label != "Copied the address of the Atom feed" {
		t.Errorf("the button says %q", label)
	}
}

// Without script everything is there, but the buttons that need it.
func TestPagesWorkWithoutScript(t *testing.T) {
	openBrowser(t)
	tb := newTab(t, openDemo(t), looks[0])
	tb.run(t, noScript())
	tb.run(t, chromedp.Navigate(tb.site+"/workbench?topic=black-sea-grain"), chromedp.SetValue("#samples", "+ Ukraine ships wheat\n- Cats sleep"), chromedp.SetValue("#days", "30"),
		chromedp.Click(".go"), chromedp.WaitVisible("#outcome h2"))
	var outcome string
	tb.run(t, chromedp.Text("#outcome", &outcome))
	for _, want := range []string{"What came of it", "Kept", "100 % precision", "Grain ships leave Odesa"} {
		if !strings.Contains(strings.Join(strings.Fields(outcome), " "), want) {
			t.Errorf("the outcome lacks %q", want)
		}
	}
	tb.run(t, chromedp.Navigate(tb.site+"/subscribe"))
	var seen int
	tb.run(t, chromedp.EvaluateAsDevTools(`[...document.querySelectorAll(".copy")].filter(b => getComputedStyle(b).visibility == "visible").length`, &seen))
	if seen != 0 {
		t.Errorf("%d buttons are seen that do nothing", seen)
	}
}

// An editor narrows a rule, sees what it loses, makes a mistake and mends it.
func TestTheWorkbenchIsClickedThrough(t *testing.T) {
	openBrowser(t)
	for _, l := range []look{looks[0], looks[3]} {
		t.Run(l.name, func(t *testing.T) {
			tb := newTab(t, openDemo(t), l)
			tb.mayCopy(t)
			tb.open(t, "/")
			tb.run(t, chromedp.Click(`//nav//a[text()="Workbench"]`, chromedp.BySearch), chromedp.WaitVisible("#rule"),
				chromedp.SetValue("#topic", "black-sea-grain"), chromedp.Click(".pick button"), chromedp.WaitVisible(`//textarea[contains(., "black-sea-grain")]`, chromedp.BySearch))
			narrow := "id: black-sea-grain\ntitle: Black Sea grain\nall: [{country: UA}, {concept: grain}]\nnear: paragraph\n"
			tb.run(t, chromedp.SetValue("#rule", strings.Replace(narrow, "country: UA", "county: UA", 1)), chromedp.SetValue("#days", "30"), chromedp.Click(".go"), chromedp.WaitVisible("#faults"))
			var faults, kept string
			tb.run(t, chromedp.Text("#faults", &faults), chromedp.Value("#rule", &kept))
			if !strings.Contains(faults, "line 3") || !strings.Contains(faults, "county") || !strings.Contains(kept, "county") {
				t.Errorf("a slip: got %q, and %q is kept", faults, kept)
			}
			tb.accessible(t)
			tb.run(t, chromedp.SetValue("#rule", narrow), chromedp.SetValue("#samples", "+ Ukraine ships wheat\n- Ukraine plays football\n+ Corn from Odesa"), chromedp.Click(".go"), chromedp.WaitVisible(".tried.lost article mark"))
			tb.settle(t)
			var lost, score string
			tb.run(t, chromedp.Text(".tried.lost", &lost), chromedp.Text(".outcome .states", &score))
			if !strings.Contains(lost, "not met: all[0] country:UA") {
				t.Errorf("lost: got %q, want what was not met", lost)
			}
			if !strings.Contains(score, "precision") {
				t.Errorf("got %q, want precision and recall", score)
			}
			var copied string
			tb.run(t, chromedp.Click(".paste .copy"), chromedp.WaitVisible(`//button[starts-with(., "Copied")]`, chromedp.BySearch), evaluate(`navigator.clipboard.readText()`, &copied))
			if want := "- id: black-sea-grain\n  title: Black Sea grain\n"; !strings.HasPrefix(copied, want) {
				t.Errorf("to paste: got %q, want it to begin with %q", copied, want)
			}
			tb.holdsUp(t, 4*mostBytes) // three pages
			tb.keep(t, "workbench-tried-"+l.name+".png")
			tb.accessible(t)
		})
	}
}
