package publish

import (
	"encoding/json"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"dateline/news"
)

// TestPointsOfTheProfiles names, one by one, what the three formats' profiles
// ask of a publisher and no schema can tell.
func TestPointsOfTheProfiles(t *testing.T) {
	st := richStory()
	a := &st.Articles[0]
	a.Media = []news.Media{{URL: "https://snd.example/a.mp3", Type: "audio/mpeg", Length: 99, Duration: 61e9, Title: "Suara"}, {URL: "https://snd.example/b.mp3"}}
	s, _ := desk(t, st, plainStory(1))
	rss, atom, feed, page := get(t, s, rssPath), get(t, s, atomPath), get(t, s, jsonPath), get(t, s, "/topics/grain")
	var parsed jsonFeed
	if err := json.Unmarshal([]byte(feed), &parsed); err != nil {
		t.Fatal(err)
	}
	item := strings.Split(rss, "<item>")[1]
	entry := strings.Split(atom, "<entry")[1]
	has := func(doc string, wants ...string) func(*testing.T) {
		return func(t *testing.T) { t.Helper(); contains(t, doc, wants...) }
	}
	hasNot := func(doc string, unwanted ...string) func(*testing.T) {
		return func(t *testing.T) { t.Helper(); lacks(t, doc, unwanted...) }
	}
	for _, c := range []struct {
		point string
		check func(*testing.T)
	}{
		{"all: media types", func(t *testing.T) {
			for path, want := range map[string]string{rssPath: "application/rss+xml; charset=utf-8", atomPath: "application/atom+xml; charset=utf-8", jsonPath: "application/feed+json"} {
				if got := ask(s, "GET", path).Header().Get("Content-Type"); got != want {
					t.Errorf("%s: got %s, want %s", path, got, want)
				}
			}
		}},
		{"all: the page names the three feeds", has(page, `type="application/rss+xml" href="`, `type="application/atom+xml" href="`, `type="application/feed+json" href="`)},
		{"all: no hub where there is none", hasNot(rss+atom+feed, `rel="hub"`, `"hubs"`)},
		{"all: ampersands are escaped once", has(atom, `href="https://pelabuhan.example/berita?id=7&amp;hal=1"`)},
		{"all: nothing is escaped twice", hasNot(rss+atom, "&amp;amp;amp;", "&amp;#x26;")},
		{"all: newest first", func(t *testing.T) {
			for _, doc := range []string{rss, atom, feed} {
				if strings.Index(doc, string(storyID(9000))) > strings.Index(doc, string(storyID(1))) {
					t.Error("the older story comes first")
				}
			}
		}},
		{"RSS: dates are GMT with four-digit years", has(item, "<pubDate>Mon, 04 May 2026 13:00:00 GMT</pubDate>")},
		{"RSS: when a corrected item changed, as in Atom", func(t *testing.T) {
			_, changed, _ := strings.Cut(entry, "<updated>")
			changed, _, _ = strings.Cut(changed, "<")
			contains(t, item, "<atom:updated>"+changed+"</atom:updated>")
			lacks(t, strings.Split(rss, "<item>")[2], "<atom:updated>")
		}},
		{"RSS: one creator a person, no author", func(t *testing.T) {
			contains(t, item, "<dc:creator>Sari Dewi</dc:creator>", "<dc:creator>Budi Hartono</dc:creator>")
			lacks(t, item, "<author>")
		}},
		{"RSS: description before content", func(t *testing.T) {
			if d, c := strings.Index(item, "<description>"), strings.Index(item, "<content:encoded>"); d < 0 || c < d {
				t.Errorf("description at %d, content at %d", d, c)
			}
		}},
		{"RSS: categories keep their path", has(item, "<category>Ekonomi/Pangan</category>")},
		{"RSS: one enclosure of several, all as media", func(t *testing.T) {
			if n := strings.Count(item, "<enclosure "); n != 1 {
				t.Errorf("got %d enclosures", n)
			}
			if n := strings.Count(item, "<media:content "); n != 4 {
				t.Errorf("got %d files, want 4", n)
			}
		}},
		{"RSS: the source of origin", has(item, `<source url="https://pelabuhan.example/rss">Kabar Pelabuhan</source>`)},
		{"RSS: hexadecimal references in titles", has(item, "&#x26; &#x3C;b&#x3E;")},
		{"Atom: updated of the feed is the newest entry's", func(t *testing.T) {
			found := regexp.MustCompile(`<updated>([^<]*)</updated>`).FindAllStringSubmatch(atom, 2)
			if found[0][1] != found[1][1] {
				t.Errorf("got %s and %s", found[0][1], found[1][1])
			}
		}},
		{"Atom: the language of each entry", has(entry, `xml:lang="id"`)},
		{"Atom: categories with term, scheme and label", has(entry, `term="grain" scheme="tag:dateline.invalid,2026:scheme/topic" label="Black Sea grain"`)},
		{"Atom: source with id, title, updated and rights", func(t *testing.T) {
			_, src, _ := strings.Cut(entry, "<source>")
			contains(t, src, "<id>", "<title", "<updated>2026-05-04T13:10:00Z</updated>", `rel="self"`, "<rights")
		}},
		{"Atom: unknown length is 0, never left out", has(entry, `href="https://snd.example/b.mp3" length="0"`)},
		{"JSON: head", func(t *testing.T) {
			if parsed.Icon == "" || parsed.Favicon == "" || len(parsed.Authors) == 0 || parsed.Language == "" || parsed.Next != "" {
				t.Errorf("got %+v", parsed)
			}
		}},
		{"JSON: attachments with size and seconds", func(t *testing.T) {
			if f := parsed.Items[0].Attachments[0]; f != (jsonAttachment{"https://snd.example/a.mp3", "audio/mpeg", "Suara", 99, 61}) {
				t.Errorf("got %+v", f)
			}
		}},
		{"JSON: origin in an extension", func(t *testing.T) {
			if o := parsed.Items[0].Dateline; o.About == "" || o.Source.Title != "Kabar Pelabuhan" || o.Source.ID != "pelabuhan" {
				t.Errorf("got %+v", o)
			}
		}},
		{"media: caption and credit stand in the file's element", func(t *testing.T) {
			_, picture, _ := strings.Cut(item, `medium="image"`)
			picture, _, _ = strings.Cut(picture, "</media:content>")
			contains(t, picture, `<media:description type="plain">Kapal di dermaga.`, `role="photographer" scheme="urn:ebu">Antar/Wira`, "<media:title", "<media:thumbnail")
			lacks(t, regexp.MustCompile(`(?s)<media:content.*?</media:content>`).ReplaceAllString(item, ""), "<media:")
		}},
		{"media: the same caption in the text", has(feed, `<figcaption>Kapal di dermaga. <cite>Antar/Wira</cite></figcaption>`)},
	} {
		t.Run(c.point, c.check)
	}
}

// TestIconsAreWhatFeedsSayOfThem reads the pictures that the formats name: an
// icon is a square, a logo twice as wide as high (RFC 4287, 4.2.5 and 4.2.8), RSS
// takes 144 by 400 at most, and JSON Feed wants icons of 512 and 64.
func TestIconsAreWhatFeedsSayOfThem(t *testing.T) {
	s, _ := desk(t, richStory())
	for path, want := range map[string][2]int{"/icon-144.png": {144, 144}, "/icon-512.png": {512, 512}, "/icon-64.png": {64, 64}, "/logo.png": {2, 1}} {
		w := ask(s, "GET", path)
		size, err := png.DecodeConfig(w.Body)
		if err != nil || w.Header().Get("Content-Type") != "image/png" {
			t.Errorf("%s: %s, %v", path, w.Header().Get("Content-Type"), err)
		} else if want[0] > 2 && (size.Width != want[0] || size.Height != want[1]) || size.Width*want[1] != size.Height*want[0] {
			t.Errorf("%s is %d×%d, want %v", path, size.Width, size.Height, want)
		}
	}
	contains(t, get(t, s, rssPath), "<url>https://news.example.org/icon-144.png</url>", "<width>144</width>", "<height>144</height>")
	contains(t, get(t, s, atomPath), "<icon>https://news.example.org/icon-144.png</icon>", "<logo>https://news.example.org/logo.png</logo>")
	contains(t, get(t, s, jsonPath), `"icon": "https://news.example.org/icon-512.png"`, `"favicon": "https://news.example.org/icon-64.png"`)
}

func TestAListingIsBounded(t *testing.T) {
	var many []news.Story
	for n := range 120 {
		many = append(many, plainStory(n))
	}
	s, _ := desk(t, many...)
	for path, mark := range map[string]string{rssPath: "<item>", atomPath: "<entry ", jsonPath: `"content_html"`, "/topics/grain": "<article"} {
		if got := strings.Count(get(t, s, path), mark); got != news.DefaultLimit {
			t.Errorf("%s has %d stories, want %d", path, got, news.DefaultLimit)
		}
	}
}

// A feed whose stories share a language says which, RSS in lower case.
func TestFeedsSayTheirLanguage(t *testing.T) {
	st := plainStory(1)
	st.Articles[0].Lang = "zh-Hant"
	s, _ := desk(t, st)
	for path, want := range map[string]string{
		rssPath: "<language>zh</language>", atomPath: `xml:lang="zh">`, jsonPath: `"language": "zh",`,
		rssPath + "?lang=zh": "<language>zh</language>", rssPath + "?lang=id": "<language>id</language>", rssPath + "?lang=id,en": "<language>en</language>",
	} {
		head, _, _ := strings.Cut(get(t, s, path), "<entry")
		contains(t, head, want)
	}
	contains(t, get(t, s, atomPath), `<entry xml:lang="zh-Hant">`)
	contains(t, get(t, s, rssPath), "<dc:language>zh-Hant</dc:language>")
}

// Each page of a listing but the first leads back to the first (RFC 5005, 3), and
// each but the last on to the next.
func TestPagesOfAListingNameTheFirst(t *testing.T) {
	s, _ := desk(t, plainStory(1), plainStory(2), plainStory(3))
	for _, f := range forms {
		links := func(target string) map[string]string {
			all := map[string]string{}
			for _, m := range regexp.MustCompile(`<([^>]*)>; rel="([a-z]*)"`).FindAllStringSubmatch(ask(s, "GET", target).Header().Get("Link"), -1) {
				all[m[2]] = m[1]
			}
			return all
		}
		first := site + "/topics/grain" + f.ext + "?limit=2"
		one := links(strings.TrimPrefix(first, site))
		two := links(strings.TrimPrefix(one["next"], site))
		if one["first"] != "" || one["next"] == "" || two["first"] != first || two["next"] != "" {
			t.Errorf("%s: the first page names %v, the second %v", f.name, one, two)
		}
		if f.ext != ".json" {
			contains(t, get(t, s, strings.TrimPrefix(one["next"], site)), `rel="first"`)
		}
	}
}
