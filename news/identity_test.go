package news

import (
	"crypto/sha256"
	"hash/fnv"
	"strings"
	"testing"
	"time"
)

func TestKeyIsGuidThenLinkThenTitleAndDate(t *testing.T) {
	day := time.Date(2024, 6, 20, 9, 0, 0, 0, time.UTC)
	base := Item{GUID: "g1", Link: "https://a.example/x", Title: "T", Published: day}
	same := func(a, b Item) bool { return ItemKey("s", &a) == ItemKey("s", &b) }

	edited := base
	edited.Link, edited.Title = "https://a.example/y", "U"
	if !same(base, edited) {
		t.Error("the same guid gives another key")
	}
	bare, bare2 := base, base
	bare.GUID, bare2.GUID = "", ""
	bare2.Link = "http://www.a.example/x/?utm_source=rss#comments"
	if !same(bare, bare2) {
		t.Error("the same link with tracking gives another key")
	}
	untitled, untitled2 := bare, bare
	untitled.Link, untitled2.Link = "", ""
	if !same(untitled, untitled2) {
		t.Error("the same title and date give another key")
	}
	untitled2.Published = day.Add(time.Hour)
	if same(untitled, untitled2) {
		t.Error("another date gives the same key")
	}
	bareText, bareText2 := Item{Summary: "<p>One</p>"}, Item{Summary: "<p>Two</p>"}
	if same(bareText, bareText2) || SecondKey("s", &bareText) == SecondKey("s", &bareText2) {
		t.Error("items that have only a text share a key")
	}
	if ItemKey("s", &base) == ItemKey("t", &base) {
		t.Error("two sources share a key")
	}
	if key := ItemKey("s", &base); !key.Names(key.ArticleID()) || key.Names("") || key.Names(key.ArticleID()+"a") || key.Names(ItemKey("t", &base).ArticleID()) {
		t.Errorf("%s names other articles than its own, or not that", key)
	}
	if id := ItemKey("s", &base).ArticleID(); !ValidID(string(id)) {
		t.Errorf("%q is not a valid ID", id)
	}
}

func TestLinks(t *testing.T) {
	for _, c := range []struct{ raw, clean, canonical string }{
		{"https://www.a.example/x/?utm_source=rss&id=7&fbclid=1#xtor=RSS-1", "https://www.a.example/x/?id=7", "a.example/x?id=7"},
		{"http://m.a.example:80/x/amp/", "http://m.a.example/x/amp/", "a.example/x"},
		{"https://a.example/x.amp.html?b=2&a=1", "https://a.example/x.amp.html?b=2&a=1", "a.example/x.html?a=1&b=2"},
		{"https://user:pw@a.example/x", "https://a.example/x", "a.example/x"},
		{"https://www.google.com/url?rct=j&url=https://a.example/x%3Futm_medium%3Dz&ct=ga", "https://a.example/x", "a.example/x"},
		{"javascript:alert(1)", "", "javascript:alert(1)"},
		{"//a.example/x", "", "//a.example/x"},
		{"https://a.example/#!/story/1", "https://a.example/#!/story/1", "a.example#!/story/1"},
	} {
		if got := CleanLink(c.raw); got != c.clean {
			t.Errorf("CleanLink(%q) = %q, want %q", c.raw, got, c.clean)
		}
		if got := CanonicalLink(c.raw); got != c.canonical {
			t.Errorf("CanonicalLink(%q) = %q, want %q", c.raw, got, c.canonical)
		}
	}
}

func FuzzLinks(f *testing.F) {
	f.Add("https://www.google.com/url?url=https://a.example/")
	f.Add("http://[::1]:80/%zz?a&&b#x")
	f.Fuzz(func(t *testing.T, raw string) {
		clean := CleanLink(raw)
		if again := CleanLink(clean); clean != "" && again != clean {
			t.Errorf("CleanLink(%q) = %q, cleaned again %q", raw, clean, again)
		}
		CanonicalLink(raw)
		if ArticleLink(raw) == "" && strings.TrimSpace(raw) != "" {
			t.Errorf("ArticleLink(%q) is empty", raw)
		}
	})
}

// Keys and digests are stored: what they are of the same words may not change.
func TestDigestsAreThoseOfTheirStandards(t *testing.T) {
	sum := sha256.Sum256([]byte("4:guid2:bb8:tag:1,ä"))
	if got := ItemKey("bb", &Item{GUID: "tag:1,ä"}); got != Key(sum[:len(got)]) {
		t.Errorf("the key of a guid is %v, want the beginning of SHA-256 over its parts with their lengths, %x", got, sum)
	}
	long := strings.Repeat("x", 2000)
	sum = sha256.Sum256([]byte("4:guid2:bb2000:" + long))
	if got := ItemKey("bb", &Item{GUID: long}); got != Key(sum[:len(got)]) {
		t.Errorf("the key of a long guid is %v, want %x", got, sum)
	}
	h := fnv.New64a()
	h.Write([]byte("a\x00" + long + "\x00\x00"))
	if got := Sum64("a", long, ""); got != h.Sum64() {
		t.Errorf("the digest of three parts is %d, want FNV-1a of them with a zero byte after each, %d", got, h.Sum64())
	}
}

func TestCanonicalLinkLeavesFormsOut(t *testing.T) {
	const want = "example.com/world/2026/11/25/ferry-12345678"
	for _, raw := range []string{
		"https://www.example.com/world/2026/11/25/ferry-12345678?utm_source=x&fbclid=1#top",
		"https://m.example.com/world/2026/11/25/ferry-12345678/",
		"https://amp.example.com/world/2026/11/25/ferry-12345678.amp",
		"https://example.com/amp/world/2026/11/25/ferry-12345678",
		"http://example.com/world/2026/11/25/ferry-12345678/amp/",
		"https://example.com/world/2026/11/25/ferry-12345678?output=amp",
		"https://print.example.com/world/2026/11/25/ferry-12345678/print",
		"https://example.com/world/2026/11/25/ferry-12345678?print=1",
		"https://example.com:443/world/2026/11/25/ferry-12345678/index.html",
		"https://EXAMPLE.com/world//2026/11/25/ferry-12345678",
		"https://www-example-com.cdn.ampproject.org/c/s/www.example.com/world/2026/11/25/ferry-12345678",
		"https://www.google.com/amp/s/www.example.com/world/2026/11/25/ferry-12345678",
	} {
		if got := CanonicalLink(raw); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
	for _, raw := range []string{"https://example.com/amp", "https://example.com/print", "https://example.com/?view=all", "https://www.google.com/amp/about"} {
		if got := CanonicalLink(raw); got == "example.com" || got == "" {
			t.Errorf("%s: got %q", raw, got)
		}
	}
}

func TestNumberOfAPageIsNoForm(t *testing.T) {
	a, b := CanonicalLink("https://a.example/index.php?print=48213"), CanonicalLink("https://a.example/index.php?print=48214")
	if a == b {
		t.Errorf("two pages have one canonical link, %s", a)
	}
}

func TestArticleLinkOutlivesTheHeadline(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"https://a.example/news/ferry-aground-8812345", "https://m.a.example/world/ferry-all-safe-8812345?utm_medium=rss", true},
		{"https://a.example/news/8812345-ferry.html", "https://a.example/news/8812345-all-safe.html", true},
		{"https://a.example/news/ferry-12345", "https://a.example/news/all-safe-12345", true},
		{"https://a.example/news/ferry-12345", "https://a.example/video/all-safe-12345", false},
		{"https://a.example/news/ferry-8812345", "https://b.example/news/ferry-8812345", false},
		{"https://a.example/news/ferry-8812345", "https://a.example/news/ferry-8812346", false},
		{"https://a.example/news/ferry-20260302", "https://a.example/news/bridge-20260302", false},
		{"https://a.example/news/storm-leaves-10000-without-power", "https://a.example/news/works-cuts-10000-jobs", false},
		{"https://a.example/news/10000-without-power", "https://a.example/news/10000-jobs-cut", false},
		{"https://a.example/news/lottery-pays-1234567-to-baker", "https://a.example/money/fund-loses-1234567-in-march", false},
		{"https://a.example/news/260302-ferry", "https://a.example/news/260302-bridge", false},
		{"https://a.example/news/ferry-020326", "https://a.example/news/bridge-020326", false},
		{"https://a.example/news/02032026-ferry", "https://a.example/news/02032026-bridge", false},
		{"https://a.example/news/202603021530-ferry", "https://a.example/news/202603021530-bridge", false},
		{"https://a.example/news/ferry_8812345.stm", "https://a.example/news/all-safe_8812345.stm", true},
		{"https://a.example/news/ferry.8812345", "https://a.example/news/all-safe.8812345", true},
		{"https://a.example/news/ferry-2026", "https://a.example/news/bridge-2026", false},
		{"https://a.example/8812345/comments", "https://a.example/8812345/ferry", false},
		{"https://a.example/story?id=8812345", "https://a.example/story?id=8812346", false},
	} {
		if got := ArticleLink(c.a) == ArticleLink(c.b); got != c.same {
			t.Errorf("%s and %s: got %v, want %v", c.a, c.b, got, c.same)
		}
	}
}
