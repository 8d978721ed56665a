package fetcher

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed/json"
)

// readJSON reads JSON Feed 1.0 and 1.1.
func (d *Document) readJSON(text []byte, base string) error {
	if !bytes.Contains(text, []byte(`"items"`)) && !bytes.Contains(text, []byte("jsonfeed.org")) {
		return errors.New("JSON, but not a feed")
	}
	text, changed := dropControls(text)
	if changed {
		d.mended("dropped control characters")
	}
	if len(text) > heavyBody { // what is beyond the limit need not be built first
		if text, d.cut = completeItems(text); d.cut {
			d.mended(cutOff)
		}
	}
	g, err := (&json.Parser{}).Parse(bytes.NewReader(text))
	if err != nil {
		if g = d.rescueJSON(text); g == nil {
			return errors.New("a JSON Feed that is cut off or broken")
		}
	}
	d.Format, d.Version = "json", g.Version[strings.LastIndexByte(g.Version, '/')+1:]
	base = orString(resolve(base, g.FeedURL), base)
	d.Feed.Title, d.Feed.TitleHTML = plainMeta(g.Title, base)
	d.Feed.Subtitle, d.Feed.SubtitleHTML = plainMeta(g.Description, base)
	d.Feed.Link = resolve(base, g.HomePageURL)
	d.Feed.ID = g.FeedURL
	d.Feed.Language = languageTag(g.Language)
	d.Feed.Icon, d.Feed.Logo = resolve(base, g.Favicon), resolve(base, g.Icon)
	d.Feed.Authors = jsonAuthors(g.Authors, g.Author, base)
	for _, it := range g.Items[:min(len(g.Items), maxEntries)] {
		if it != nil {
			d.Entries = append(d.Entries, jsonEntry(it, &d.Feed, base))
		}
	}
	d.Truncated = d.cut || len(g.Items) > maxEntries
	return nil
}

func plainMeta(s, base string) (string, HTML) {
	if s = strings.TrimSpace(s); s == "" {
		return "", HTML{}
	}
	return s, HTML{escapeText(s), base}
}

func jsonEntry(it *json.Item, f *Feed, base string) Entry {
	var e Entry
	e.ID = it.ID
	e.Title, e.TitleHTML = plainMeta(it.Title, base)
	e.Link = resolve(base, orString(it.URL, it.ExternalURL))
	if it.ExternalURL != "" && it.URL != "" {
		e.Links = append(e.Links, Link{Href: resolve(base, it.ExternalURL), Rel: "related"})
	}
	contentBase := orString(e.Link, base)
	if it.Summary != "" {
		e.SummaryHTML = HTML{escapeText(it.Summary), contentBase}
	}
	if it.ContentHTML != "" {
		e.ContentHTML = HTML{it.ContentHTML, contentBase}
	} else if it.ContentText != "" {
		e.ContentHTML = HTML{paragraphs(it.ContentText), contentBase}
	}
	e.Published, e.Updated = orDate(Date{}, it.DatePublished), orDate(Date{}, it.DateModified)
	e.Authors = jsonAuthors(it.Authors, it.Author, base)
	e.Language = orString(languageTag(it.Language), f.Language)
	for _, tag := range it.Tags {
		e.Categories = appendCategory(e.Categories, Category{Term: tag})
	}
	if image := orString(it.Image, it.BannerImage); image != "" {
		e.Image = &Image{URL: resolve(base, image)}
	}
	if it.Attachments != nil {
		for _, a := range *it.Attachments {
			if a.URL != "" {
				e.Enclosures = append(e.Enclosures, Enclosure{resolve(base, a.URL), a.MimeType, length(a.SizeInBytes)})
			}
		}
	}
	return e
}

func length(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// paragraphs writes plain text as HTML, an empty line as a new paragraph.
func paragraphs(text string) string {
	var b strings.Builder
	for p := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			b.WriteString("<p>" + strings.ReplaceAll(escapeText(p), "\n", "<br>") + "</p>")
		}
	}
	return b.String()
}

func jsonAuthors(list []*json.Author, single *json.Author, base string) (out []Person) {
	if len(list) == 0 && single != nil {
		list = []*json.Author{single}
	}
	for _, a := range list {
		if a != nil {
			out = appendPerson(out, Person{Name: a.Name, URL: resolve(base, a.URL)})
		}
	}
	return out
}
