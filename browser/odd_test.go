package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oddItems are what pages break on: other directions of writing, words and
// addresses without end, pictures that are not there or are none.
var oddItems = []struct{ lang, title, text, picture string }{
	{"he", "ספינות תבואה יוצאות שוב מאודסה אחרי שבוע של סערות", "הספינות נושאות חיטה ותירס, אמרה רשות הנמל. היעד הוא Port Said במצרים.", "wide.png"},
	{"fa", "کشتی‌های غله پس از یک هفته توفان دوباره از اودسا راهی شدند", "مقام‌های بندر گفتند کشتی‌ها گندم و ذرت می‌برند.", "missing.png"},
	{"ur", "اوڈیسا سے اناج کے جہاز ایک بار پھر روانہ", "بندرگاہ کے حکام نے کہا کہ جہازوں میں گندم ہے۔", ""},
	{"de", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsgetreideverladungsgenehmigung", "Getreide: " + strings.Repeat("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz", 4), "page.png"},
	{"en", "Grain " + strings.Repeat("and more grain ", 30), "See https://harbour.example/" + strings.Repeat("a/very/long/path/", 12) + " for the grain list.", "tall.png"},
	{"th", "เรือบรรทุกธัญพืชออกจากโอเดสซาอีกครั้ง grain", "เจ้าหน้าที่ท่าเรือกล่าวว่าเรือบรรทุกข้าวสาลีและข้าวโพดไปยังอียิปต์", "wide.png"},
	{"en", "Grain without a picture", "", ""},
}

const oddConfig = `
site: {title: "The Extraordinarily Long-Named Gazette of Grain, Harbours and Shipping"}
network: {allow: [127.0.0.1/32]}
sources:
  - {id: odd, title: "Ödd & <Ends>", feed: "%[1]s/feed.xml", schedule: "@every 1h"}
  - {id: away, title: Away, feed: "%[1]s/none.xml?key=averysecretvalue", schedule: "@every 1h"}
topics:
  - id: grain
    title: Grain
    description: Everything that is loaded, shipped and milled, in every direction of writing
    any: [{term: [grain, Getreide, תבואה, غله, اناج]}]
  - {id: empty, title: Nothing yet, any: [{term: [unheardofword]}]}
  - {id: long, title: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", any: [{term: [unheardofword]}]}
`

// oddOutlet serves the odd items and their pictures.
func oddOutlet() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/feed.xml", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Odd</title><link>http://odd.example/</link>`)
		for i, it := range oddItems {
			fmt.Fprintf(w, "<item><guid>odd-%d</guid><link>http://odd.example/%d</link><title>%s</title><description>%s</description><dc:language>%s</dc:language>", i, i, it.title, it.text, it.lang)
			if it.picture != "" {
				fmt.Fprintf(w, `<media:content medium="image" type="image/png" url="http://%s/%s"/>`, r.Host, it.picture)
			}
			fmt.Fprint(w, "</item>")
		}
		fmt.Fprint(w, "</channel></rss>")
	})
	for name, size := range map[string]string{"wide.png": "1400x300", "tall.png": "200x1600"} {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			var width, height int
			fmt.Sscanf(size, "%dx%d", &width, &height)
			w.Header().Set("Content-Type", "image/png")
			w.Write(checkered(width, height))
		})
	}
	mux.HandleFunc("/page.png", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<!doctype html><script>alert(1)</script>")
	})
	return mux
}

// Pages hold up for what is not as one would wish.
func TestOddNewsHoldsUp(t *testing.T) {
	openBrowser(t)
	outlet := httptest.NewServer(oddOutlet())
	defer outlet.Close()
	file := filepath.Join(t.TempDir(), "dateline.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, oddConfig, outlet.URL), 0o644); err != nil {
		t.Fatal(err)
	}
	site, err := start(polled, "serve", "-c", file)
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{"odd-front": "/", "odd-topic": "/topics/grain", "odd-empty": "/topics/empty", "odd-long-topic": "/topics/long", "odd-narrowed-to-nothing": "/topics/grain?lang=sv", "odd-sources": "/sources", "odd-subscribe": "/subscribe", "odd-workbench": "/workbench"}
	for i, lang := range []string{"he", "fa", "de", "en"} {
		paths[fmt.Sprintf("odd-story-%d-%s", i, lang)] = storyWith(t, site, "grain", `lang="`+lang)
	}
	for name, path := range paths {
		for _, l := range []look{looks[0], looks[3]} {
			t.Run(name+"-"+l.name, func(t *testing.T) {
				tb := newTab(t, site, l)
				tb.mayFail = func(address string) bool { return strings.Contains(address, "/pictures/") } // some are not there, on purpose
				tb.open(t, path)
				tb.holdsUp(t, mostBytes)
				tb.keep(t, name+"-"+l.name+".png")
				tb.accessible(t)
			})
		}
	}
	if page := read(site + "/sources"); strings.Contains(page, "averysecretvalue") || !strings.Contains(page, "Failing") {
		t.Error("the sources page tells a secret, or not what fails")
	}
}
