package fetcher

import (
	"net/http"
	"strings"
	"testing"

	"dateline/news"
)

func TestOPMLIsReadWhateverItsShape(t *testing.T) {
	feeds, err := ReadOPML([]byte("<?xml version=\"1.0\" encoding=\"windows-1251\"?><opml version=\"1.0\"><head><title>x</title></head><body><outline text=\"Folder\">"+
		"<outline TEXT=\"\xcf\xee\xf0\xf2\" xmlUrl=\"/a.xml?x=1&y=2\" htmlUrl=\"javascript:x\" language=ru /><outline title=twice xmlUrl=\"/a.xml?x=1&amp;y=2\"/></outline>"+
		"<outline text=f xmlUrl=\"file:///etc/passwd\"/><outline text=p xmlUrl=\"https://me:pw@b.example/\"/><outline text=B xmlurl=\"http://b.example/#x\"/></body></opml>"),
		"text/xml", "https://lists.example/x/list.opml")
	if err != nil || len(feeds) != 2 || feeds[0] != (Listed{Title: "Порт", Feed: "https://lists.example/a.xml?x=1&y=2", Lang: "ru"}) || feeds[1].Feed != "http://b.example/" {
		t.Errorf("got %+v, %v", feeds, err)
	}
}

func TestOPMLThatIsNoneIsRefused(t *testing.T) {
	for want, text := range map[string]string{
		"not a list":       "<html><body>no</body></html>",
		"names no feed":    "<opml><body><outline text=x/></body></opml>",
		"nested too deep":  "<opml>" + strings.Repeat("<outline>", 100),
		"breaks off after": `<opml><body><outline xmlUrl="http://a.example/"/><outline xmlUrl="http`,
		"more than 10000":  "<opml>" + manyOutlines(maxListed+1),
	} {
		if feeds, err := ReadOPML([]byte(text), "", ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %d feeds, %v, want %q", text, len(feeds), err, want)
		}
	}
}

func manyOutlines(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`<outline xmlUrl="http://a.example/` + strings.Repeat("a", i%7) + string(rune('a'+i%26)) + `?` + strings.Repeat("b", i/182%97) + `&` + strings.Repeat("c", i/17654%97) + `"/>`)
	}
	return b.String()
}

func TestListIsAskedConditionallyAndGuarded(t *testing.T) {
	status := http.StatusOK
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` && status == http.StatusOK {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`<opml><body><outline text="A" xmlUrl="a.xml"/></body></opml>`))
	})
	f, src := open(t), source(server.URL+"/list.opml")
	feeds, p, unchanged, err := f.List(t.Context(), src, news.Poll{}, noon)
	if err != nil || unchanged || len(feeds) != 1 || feeds[0].Feed != server.URL+"/a.xml" {
		t.Fatalf("got %v, %t, %v", feeds, unchanged, err)
	}
	if _, p, unchanged, err = f.List(t.Context(), src, p, noon); err != nil || !unchanged {
		t.Errorf("got unchanged %t, %v, want the 304 taken as such", unchanged, err)
	}
	status = http.StatusGone
	if _, p, _, err = f.List(t.Context(), src, p, noon); err == nil || p.Failures != 1 || p.ETag != `"1"` {
		t.Errorf("got %+v, %v, want a failure that keeps the validators", p, err)
	}
	if _, _, _, err := f.List(t.Context(), source("http://10.1.2.3/list.opml"), news.Poll{}, noon); err == nil || !strings.Contains(err.Error(), "private network") {
		t.Errorf("got %v, want the guard's refusal", err)
	}
}

func FuzzOPML(f *testing.F) {
	corpus(f, "opml")
	f.Fuzz(func(t *testing.T, text []byte) {
		feeds, err := ReadOPML(text, "", "https://lists.example/list.opml")
		if (err == nil) != (len(feeds) > 0) || len(feeds) > maxListed {
			t.Fatalf("got %d feeds, %v", len(feeds), err)
		}
		for _, x := range feeds {
			if pageAddress(x.Feed) == "" || strings.Contains(x.Title, "\n") {
				t.Errorf("got %+v", x)
			}
		}
	})
}
