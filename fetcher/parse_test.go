package fetcher

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// TestFeeds runs the golden cases: each a feed and the fields that matter in it.
func TestFeeds(t *testing.T) {
	files, err := filepath.Glob("testdata/feeds/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range archive.Files {
				parts[f.Name] = string(f.Data)
			}
			options := pairs(parts["options"])
			d, err := Parse([]byte(parts["feed"]), ParseOptions{ContentType: options["content-type"], Base: options["base"]})
			if err != nil {
				t.Fatal(err)
			}
			got := flatten(t, d)
			for path, want := range pairs(parts["want"]) {
				if got[path] != want {
					t.Errorf("%s: got %q, want %q", path, got[path], want)
				}
			}
		})
	}
}

// pairs reads lines of "name: value".
func pairs(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimRight(line, "\n"), ": "); ok {
			out[name] = value
		}
	}
	return out
}

// flatten writes a document as paths and values.
func flatten(t *testing.T, d *Document) map[string]string {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, kid := range v {
				walk(strings.TrimPrefix(path+"."+name, "."), kid)
			}
		case []any:
			for i, kid := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), kid)
			}
		default:
			out[path] = fmt.Sprint(v)
		}
	}
	walk("", tree)
	return out
}

func TestWhatIsNoFeedIsNamed(t *testing.T) {
	for body, want := range map[string]string{
		"":                              "an empty document",
		" \n\t":                         "an empty document",
		"<!DOCTYPE html><html><body>hi": "a web page, not a feed",
		`<opml version="2.0"></opml>`:   "a list of feeds (OPML), not a feed",
		`{"items":`:                     "a JSON Feed that is cut off or broken",
		`{"a":1}`:                       "JSON, but not a feed",
		`<?xml version="1.0"?><a/>`:     "XML, but not a feed",
		"service unavailable":           "not a feed",
	} {
		if _, err := Parse([]byte(body), ParseOptions{}); err == nil || err.Error() != want {
			t.Errorf("Parse(%q): got error %v, want %s", body, err, want)
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	const depth = 100_000
	for _, open := range []string{"<a>", "<item>", "<description>", `<media:group>`, "<![CDATA[", "<?", "</a", "<a b='"} {
		body := "<rss><channel><item><title>x</title>" + strings.Repeat(open, depth)
		d, err := Parse([]byte(body), ParseOptions{})
		if err != nil || len(d.Entries) == 0 || d.Entries[0].Title != "x" {
			t.Errorf("%d times %s: got %v, want the item", depth, open, err)
		} else if !d.Truncated {
			t.Errorf("%d times %s: not marked as truncated", depth, open)
		} else if len(d.Entries) > maxEntries {
			t.Errorf("%d times %s: got %d entries, want %d at most", depth, open, len(d.Entries), maxEntries)
		}
	}
}

// gofeed keeps the last of several channels only; the entries of the others
// are read one by one.
func TestEntriesThatTheParserLosesAreReadAlone(t *testing.T) {
	d, err := Parse([]byte(`<rss><channel><item><title>a</title><pubDate>Mon, 01 Jun 2026 20:00:00 GMT</pubDate><category>x</category></item></channel>`+
		`<channel><title>Two</title><item><title>b</title></item></channel></rss>`), ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Entries) != 2 || d.Entries[0].Title != "a" || len(d.Entries[0].Categories) != 1 || d.Entries[1].Title != "b" {
		t.Errorf("got %+v, want both items whole", d.Entries)
	}
	if len(d.Repairs) != 1 || d.Repairs[0] != "read the entries one by one" {
		t.Errorf("got repairs %q", d.Repairs)
	}
}

func TestRSSTextIsRelativeToItsPage(t *testing.T) {
	feed := "<rss%s><channel><item><title>t</title><link>https://quay.example/a/b</link><description>x</description></item></channel></rss>"
	for attr, want := range map[string]string{"": "https://quay.example/a/b", ` xml:base="/deep/"`: "https://cdn.example/deep/"} {
		d, err := Parse(fmt.Appendf(nil, feed, attr), ParseOptions{Base: "https://cdn.example/feed"})
		if err != nil {
			t.Fatal(err)
		}
		if items, _ := d.Items(); items[0].Base != want {
			t.Errorf("%q: got base %s, want %s", attr, items[0].Base, want)
		}
	}
}

func TestEntitiesDoNotExplode(t *testing.T) {
	body := `<!DOCTYPE rss [<!ENTITY a "` + strings.Repeat("x", 200) + `"><!ENTITY b "&a;&a;">]><rss><channel><title>&b;` +
		strings.Repeat("&a;", 100_000) + `</title></channel></rss>`
	d, err := Parse([]byte(body), ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Feed.Title); n > len(body)+2*maxEntityText {
		t.Errorf("got a title of %d bytes from %d", n, len(body))
	}
}

func TestItemsAreBoundedAndCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString("<rss><channel><item></item>")
	for i := range maxItems + 5 {
		fmt.Fprintf(&b, "<item><title>n%d</title><pubDate>%s</pubDate></item>", i,
			time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC).Format(time.RFC1123))
	}
	b.WriteString("<item><title>big</title><description>" + strings.Repeat("é", maxItemText) + "</description></item></channel></rss>")
	d, err := Parse([]byte(b.String()), ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	items, dropped := d.itemsAt(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), maxItems)
	if len(items) != maxItems || dropped.Empty != 1 || dropped.Excess != 6 {
		t.Errorf("got %d items, %+v dropped; want %d, 1 empty, 6 in excess", len(items), dropped, maxItems)
	}
	if items[0].Title != "n6" {
		t.Errorf("got %q first, want the oldest left out", items[0].Title)
	}
	if last := items[len(items)-1]; len(last.Summary) > maxItemText || last.Title != "big" {
		t.Errorf("got %d bytes of %q", len(last.Summary), last.Title)
	}
}

func TestTagsOfAnItemAreBounded(t *testing.T) {
	markup := strings.Repeat("<b>x", maxItemTags+7)
	for _, c := range []struct{ name, in, want string }{
		{"as many as may be", markup[:4*maxItemTags], markup[:4*maxItemTags]},
		{"one more", markup[:4*maxItemTags+4], markup[:4*maxItemTags]},
		{"none", "no tag at all", "no tag at all"},
	} {
		if got := cutTags(c.in); got != c.want {
			t.Errorf("%s: got %d bytes, want %d", c.name, len(got), len(c.want))
		}
	}
	d, err := Parse([]byte("<rss><channel><item><title>t</title><description><![CDATA["+markup+"]]></description></item></channel></rss>"), ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	items, _ := d.Items()
	if want := "texts of more than 1 MiB or 20000 tags were cut short: 1"; !slices.Contains(d.Repairs, want) {
		t.Errorf("repairs %q; want %q among them", d.Repairs, want)
	}
	if len(items) != 1 || strings.Count(items[0].Summary+items[0].Content, "<") != maxItemTags {
		t.Errorf("got %d items, with %d tags in the first; want 1 with %d", len(items), strings.Count(items[0].Summary+items[0].Content, "<"), maxItemTags)
	}
}

func TestDatesAreDistrusted(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for text, trusted := range map[string]bool{
		"Mon, 01 Jun 2026 20:00:00 GMT": true,
		"Thu, 04 Jun 2026 00:00:00 GMT": false,
		"Thu, 01 Jan 1970 00:00:00 GMT": false,
		"kemarin sore":                  false,
	} {
		d, err := Parse([]byte("<rss><channel><item><title>t</title><pubDate>"+text+"</pubDate></item></channel></rss>"), ParseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		items, _ := d.itemsAt(now, maxItems)
		if got := !items[0].Published.IsZero(); got != trusted {
			t.Errorf("%s: trusted %v, want %v", text, got, trusted)
		}
		if !trusted && items[0].DateText != text {
			t.Errorf("%s: got text %q", text, items[0].DateText)
		}
	}
}

func TestItemLinkIsOfTheWeb(t *testing.T) {
	d, err := Parse([]byte("<rss><channel><item><title>t</title><link>javascript:alert(1)</link></item></channel></rss>"), ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if items, _ := d.Items(); items[0].Link != "" {
		t.Errorf("got link %q, want none", items[0].Link)
	}
}

func TestWish(t *testing.T) {
	now := time.Date(2026, 6, 1, 22, 30, 0, 0, time.UTC) // a Monday
	for inside, want := range map[string]time.Duration{
		"":              0,
		"<ttl>45</ttl>": 45 * time.Minute,
		"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>": 6 * time.Hour,
		"<skipHours><hour>22</hour><hour>23</hour></skipHours>":                              90 * time.Minute,
		"<skipDays><day>Monday</day></skipDays>":                                             90 * time.Minute,
		"<ttl>99999999999999999999</ttl>":                                                    0,
		"<ttl>600000</ttl>":                                                                  maxWish,
		"<skipDays><day>Monday</day><day>Tuesday</day><day>Wednesday</day><day>Thursday</day>" +
			"<day>Friday</day><day>Saturday</day><day>Sunday</day></skipDays>": 0,
	} {
		d, err := Parse([]byte("<rss><channel><title>t</title>"+inside+"</channel></rss>"), ParseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Wish(now); got != want {
			t.Errorf("%s: got %v, want %v", inside, got, want)
		}
	}
}

// TestCorpus reads every document at hand: none may bring the reader down or
// past its limits.
func TestCorpus(t *testing.T) {
	root := os.Getenv("DATELINE_CORPUS")
	if root == "" {
		t.Skip("DATELINE_CORPUS names no directory of documents")
	}
	for _, dir := range []string{"feedparse/feeds", "realfeeds"} {
		files, err := os.ReadDir(filepath.Join(root, dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			body, err := os.ReadFile(filepath.Join(root, dir, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if d, err := Parse(body, ParseOptions{}); err == nil {
				checkBudgets(t, d)
			}
		}
	}
}

func checkBudgets(t *testing.T, d *Document) {
	t.Helper()
	if len(d.Entries) > maxEntries {
		t.Errorf("%d entries", len(d.Entries))
	}
	items, _ := d.Items()
	if len(items) > maxItems {
		t.Errorf("%d items", len(items))
	}
	for _, it := range items {
		if len(it.Summary)+len(it.Content) > maxItemText {
			t.Errorf("%d bytes in an item", len(it.Summary)+len(it.Content))
		}
		if it.Link != "" && !strings.HasPrefix(it.Link, "http") {
			t.Errorf("link %q", it.Link)
		}
	}
	if wish := d.Wish(time.Now()); wish < 0 || wish > maxWish {
		t.Errorf("wish %v", wish)
	}
	if _, err := json.Marshal(d); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/feeds/*.txtar")
	for _, file := range files {
		if archive, err := txtar.ParseFile(file); err == nil {
			f.Add(archive.Files[0].Data, "")
		}
	}
	f.Add([]byte("\xFF\xFE<\x00r\x00s\x00s\x00>\x00"), "text/xml; charset=utf-16")
	f.Add([]byte("<rss><channel><item><title>\xE9</title>"), "text/xml; charset=iso-8859-1")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"a\"]}"},{"id":2,"title":[]},{"id":"3","tit`), "application/feed+json")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		if d, err := Parse(body, ParseOptions{ContentType: contentType, Base: "https://feed.example/x"}); err == nil {
			checkBudgets(t, d)
		}
	})
}

// A connection that broke inside an item has not sent that item: its guid may
// stand behind the break, and the whole item would come as another one.
func TestEntryThatIsCutOffIsNotAnItem(t *testing.T) {
	whole := `<rss version="2.0"><channel><title>Log</title><item><title>One</title><guid>1</guid></item><item><title>Two</title><description>Half of the te`
	d, err := Parse([]byte(whole), ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	items, dropped := d.Items()
	if len(items) != 1 || items[0].GUID != "1" || dropped.Faulty != 1 || !d.Truncated {
		t.Errorf("got %d items, %+v, truncated %t; want the first item, and the second counted", len(items), dropped, d.Truncated)
	}
}

// What gofeed reads is less than the document, and the same entries.
func TestTextsOfEntriesAreNotReadTwice(t *testing.T) {
	const feed = `<rss><channel><description>ours</description><item><title>A</title><description><![CDATA[<p>long</p>]]></description><category>sea</category></item>` +
		`<item><description/><content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">&lt;p>longer&lt;/p></content:encoded><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item></channel></rss>`
	ix := indexOf([]byte(feed), false)
	slim := string(without([]byte(feed), ix.texts))
	extension := feed[strings.Index(feed, "<content:"):strings.Index(feed, "<pubDate>")]
	if want := strings.ReplaceAll(strings.ReplaceAll(feed, "<![CDATA[<p>long</p>]]>", ""), extension, ""); slim != want {
		t.Errorf("gofeed reads\n%s\nwant\n%s", slim, want)
	}
	doc, err := Parse([]byte(feed), ParseOptions{})
	if err != nil || len(doc.Entries) != 2 {
		t.Fatal(doc, err)
	}
	if a, b := doc.Entries[0], doc.Entries[1]; a.SummaryHTML.Fragment != "<p>long</p>" || len(a.Categories) != 1 || b.ContentHTML.Fragment != "<p>longer</p>" || b.Published.Time.IsZero() {
		t.Errorf("got %+v and %+v, want their texts, category and date", a, b)
	}
}

// Of a document with too many elements the first entries are read, and gofeed is
// shown nothing of the rest.
func TestElementsOfADocumentAreBounded(t *testing.T) {
	entry := "<item><title>A</title>" + strings.Repeat(`<media:group><media:content url="http://x.example/a.jpg"/></media:group><category>x</category>`, 100) + "</item>"
	feed := []byte("<rss><channel>" + strings.Repeat(entry, maxIndexed/200) + "</channel></rss>")
	ix := indexOf(feed, true)
	if ix.trouble == "" || len(ix.entries) < maxIndexed/302-1 || len(ix.entries) > maxIndexed/302+1 {
		t.Errorf("%d entries, trouble %q", len(ix.entries), ix.trouble)
	}
	at := 0
	for _, part := range ix.texts {
		if part.from < at || part.to <= part.from {
			t.Fatalf("parts that are not read overlap: %v after %d", part, at)
		}
		at = part.to
	}
	if n := strings.Count(string(without(feed, ix.texts)), "<item>"); n != len(ix.entries) {
		t.Errorf("gofeed is shown %d entries, want %d", n, len(ix.entries))
	}
	d, err := Parse(feed, ParseOptions{})
	if err != nil || len(d.Entries) != len(ix.entries) || !slices.Contains(d.Repairs, "cut a document with too many elements") {
		t.Errorf("%d entries, repairs %q, %v", len(d.Entries), d.Repairs, err)
	}
}

// Of an entry with thousands of elements the first are read, and gofeed is shown
// no more of them.
func TestElementsOfAnEntryAreBounded(t *testing.T) {
	for _, element := range []string{"<category>x</category>", "<category/>", "<author><b>x</b></author>"} {
		feed := "<rss><channel><item><title>A</title>" + strings.Repeat(element, maxKids+100) + "<guid>a</guid></item><item><title>B</title><guid>b</guid></item></channel></rss>"
		ix := indexOf([]byte(feed), false)
		if len(ix.entries) != 2 || len(ix.entries[0].kids) != maxKids || ix.trouble != "" {
			t.Fatalf("%s: %d entries, %d elements, trouble %q", element, len(ix.entries), len(ix.entries[0].kids), ix.trouble)
		}
		if n := strings.Count(string(without([]byte(feed), ix.texts)), element); n != maxKids-1 {
			t.Errorf("%s: gofeed is shown %d of them, want %d", element, n, maxKids-1)
		}
		d, err := Parse([]byte(feed), ParseOptions{})
		if err != nil || len(d.Entries) != 2 || d.Entries[1].ID != "b" || d.Entries[0].Title != "A" {
			t.Errorf("%s: %+v, %v", element, d, err)
		}
	}
}
