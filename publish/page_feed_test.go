package publish

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var styleSheet = regexp.MustCompile(`<\?xml-stylesheet type="text/css" href="([^"]+)"\?>`)

// Browsers have no XSLT any more, but they have CSS for XML. The sheet has to
// be found from wherever a feed stands, and nothing may ask for XSLT.
func TestFeedsNameAStyleSheetThatIsThere(t *testing.T) {
	old := plainStory(1)
	old.Filed = noon.AddDate(0, 0, -2)
	s, _ := desk(t, richStory(), plainStory(0), old)
	archive := s.head.Load().archivePath("grain", old.Filed)
	for _, path := range []string{rssPath, atomPath, rssPath + "?lang=id", atomPath + "?limit=1", "/topics/quiet.rss", archive} {
		doc := get(t, s, path)
		wellFormed(t, doc)
		lacks(t, doc, "text/xsl", "application/xslt")
		m := styleSheet.FindStringSubmatch(doc)
		if m == nil || strings.Index(doc, m[0]) > strings.Index(doc, "<rss")+strings.Index(doc, "<feed")+1 {
			t.Errorf("%s: no style sheet before its root", path)
			continue
		}
		at, _ := url.Parse(path)
		sheet, err := at.Parse(m[1])
		if err != nil || sheet.Path != "/feed.css" {
			t.Errorf("%s: its style sheet is at %v, want /feed.css", path, sheet)
		}
	}
	w := ask(s, "GET", "/feed.css")
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("the style sheet: got %d %s", w.Code, w.Header().Get("Content-Type"))
	}
}

// An export has the style sheet at the place that its feeds name.
func TestExportedFeedsFindTheirStyleSheet(t *testing.T) {
	_, m := desk(t, richStory())
	files := exportedFiles(t, m, testMasthead(), t.TempDir())
	for name, body := range files {
		m := styleSheet.FindSubmatch(body)
		if m == nil {
			continue
		}
		at := url.URL{Path: "/" + name}
		sheet, _ := at.Parse(string(m[1]))
		if files[strings.TrimPrefix(sheet.Path, "/")] == nil {
			t.Errorf("%s: there is no %s", name, sheet.Path)
		}
	}
	if files["topics/grain.rss"] == nil || !styleSheet.Match(files["topics/grain.rss"]) {
		t.Error("the exported feed names no style sheet")
	}
}

// Who opens a feed in a browser gets the same bytes as XML; nobody else does.
func TestABrowserGetsFeedsAsXML(t *testing.T) {
	s, _ := desk(t, richStory())
	for _, path := range []string{rssPath, atomPath} {
		plain, opened, fetched := ask(s, "GET", path), ask(s, "GET", path, "Sec-Fetch-Dest", "document"), ask(s, "GET", path, "Sec-Fetch-Dest", "empty", "Accept", "text/html")
		if got := opened.Header().Get("Content-Type"); got != "application/xml; charset=utf-8" {
			t.Errorf("%s opened: got %s", path, got)
		}
		if got := plain.Header().Get("Content-Type"); strings.Contains(got, "application/xml") || fetched.Header().Get("Content-Type") != got {
			t.Errorf("%s read: got %s and %s", path, got, fetched.Header().Get("Content-Type"))
		}
		if opened.Body.String() != plain.Body.String() || opened.Header().Get("ETag") != plain.Header().Get("ETag") {
			t.Errorf("%s: opened and read differ", path)
		}
		if vary := strings.Join(plain.Header().Values("Vary"), ", "); vary != "Accept-Encoding, Sec-Fetch-Dest" {
			t.Errorf("%s: varies by %q", path, vary)
		}
	}
	if got := ask(s, "GET", jsonPath, "Sec-Fetch-Dest", "document").Header(); got.Get("Content-Type") != typeJSON || got.Get("Vary") != "Accept-Encoding" {
		t.Errorf("JSON Feed opened: got %s", got.Get("Content-Type"))
	}
}
