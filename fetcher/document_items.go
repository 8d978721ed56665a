package fetcher

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/news"
)

// Limits on what one document may give the desk.
const (
	maxItems    = 2000
	maxItemText = 1 << 20 // bytes of Summary and Content together
	maxItemTags = 20_000  // in each of the two: a tree takes many times the size of the tags it is made of
	maxTitle    = 4 << 10
)

// Items are the entries as the desk takes them, with what was left out: entries
// that say nothing, and those past the limit, the oldest by their own dates.
// Texts that are too long are cut, which counts as a repair.
func (d *Document) Items() ([]news.Item, news.Dropped) {
	return d.itemsAt(time.Now(), maxItems)
}

// itemsOf is how many items are taken of one document of a source.
func itemsOf(src news.Source) int { return or(src.Limits.Items, maxItems) }

func (d *Document) itemsAt(now time.Time, most int) ([]news.Item, news.Dropped) {
	dropped := news.Dropped{Faulty: d.faulty}
	items := make([]news.Item, 0, min(len(d.Entries), most))
	entries := d.Entries
	if d.cutEntry && len(entries) > 0 {
		// Without the guid or link that stood behind the break it would be filed
		// now, and the whole one, when it comes, once more.
		entries = entries[:len(entries)-1]
		dropped.Faulty++
	}
	cut := 0
	for i := range entries {
		e := &entries[i]
		it := d.item(e, now)
		if len(it.Content) < len(e.ContentHTML.Fragment) || len(it.Summary) < len(e.SummaryHTML.Fragment) {
			cut++
		}
		if it.Title == "" && it.Summary == "" && it.Content == "" && len(it.Media) == 0 {
			dropped.Empty++
			continue
		}
		items = append(items, it)
	}
	if over := len(items) - most; over > 0 {
		dropped.Excess = over
		items = newest(items, most)
	}
	if cut > 0 {
		d.mended(fmt.Sprintf("texts of more than %s or %d tags were cut short: %d", size(maxItemText), maxItemTags, cut))
	}
	return items, dropped
}

// newest keeps the newest items, in the order of the document. Those without a
// date count as new: most feeds begin with the newest.
func newest(items []news.Item, most int) []news.Item {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := items[a].Published, items[b].Published
		if x.IsZero() != y.IsZero() {
			return cmp.Compare(boolInt(y.IsZero()), boolInt(x.IsZero()))
		}
		return y.Compare(x)
	})
	order = order[:most]
	slices.Sort(order)
	kept := make([]news.Item, 0, most)
	for _, i := range order {
		kept = append(kept, items[i])
	}
	return kept
}

func (d *Document) item(e *Entry, now time.Time) news.Item {
	it := news.Item{
		GUID:       e.ID,
		Link:       pageAddress(e.Link),
		Title:      cutText(strings.Join(strings.Fields(e.Title), " "), maxTitle),
		Summary:    e.SummaryHTML.Fragment,
		Content:    e.ContentHTML.Fragment,
		Base:       orString(e.ContentHTML.Base, orString(e.SummaryHTML.Base, e.TitleHTML.Base)),
		Authors:    itemPersons(e.Authors, d.Feed.Authors),
		Categories: itemCategories(e.Categories),
		Lang:       orString(e.Language, d.Feed.Language),
		Media:      itemMedia(e),
		Comments:   pageAddress(e.Comments),
		Rights:     cutText(orString(e.Rights, d.Feed.Rights), maxTitle),
		Origin:     itemOrigin(e.Source),
	}
	it.Content = cutTags(cutText(it.Content, maxItemText))
	it.Summary = cutTags(cutText(it.Summary, maxItemText-len(it.Content)))
	published := e.Published
	if published.Text == "" {
		published = e.Created
	}
	if published.Text == "" && d.Format != "atom" { // dc:date is all the date that RSS 1.0 has
		published = e.Updated
	}
	it.Published, it.DateText = trusted(published, now)
	updated, text := trusted(e.Updated, now)
	it.Updated = updated
	if it.Published.IsZero() && it.DateText == "" {
		it.DateText = text
	}
	return it
}

// cutTags ends markup before the tag that is one too many.
func cutTags(markup string) string { return markup[:tagsEnd(markup, maxItemTags)] }

// tagsEnd is where so many tags of markup are over: before the next one, or at
// its end. An escaped tag counts, for some escape once too often.
func tagsEnd[text string | []byte](markup text, most int) int {
	if len(markup) < most*len("<p>") {
		return len(markup)
	}
	for i := 0; i < len(markup); i++ {
		switch {
		case markup[i] == '<':
		case markup[i] == '&' && len(markup)-i > 3 && markup[i+1] == 'l' && markup[i+2] == 't' && markup[i+3] == ';':
		default:
			continue
		}
		if most--; most < 0 {
			return i
		}
	}
	return len(markup)
}

// trusted is a date that can be true: not before feeds existed, and not in the
// future by more than a day. What is not trusted leaves its text.
func trusted(d Date, now time.Time) (time.Time, string) {
	if d.Time.IsZero() || d.Time.Year() < 1990 || d.Time.After(now.Add(24*time.Hour)) {
		return time.Time{}, cutText(d.Text, maxDateText)
	}
	return d.Time, ""
}

// pageAddress is an address of the web, or nothing.
func pageAddress(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:max(n, 0)], "")
}

// itemPersons are the entry's authors, or else the feed's.
func itemPersons(own, feeds []Person) []news.Person {
	if len(own) == 0 {
		own = feeds
	}
	var list []news.Person
	for _, p := range own[:min(len(own), 50)] {
		if p.Name = unmarked(p.Name); p.Name != "" || p.Email != "" {
			list = append(list, news.Person{Name: p.Name, Email: p.Email, URL: pageAddress(p.URL)})
		}
	}
	return list
}

func itemCategories(list []Category) []string {
	var out []string
	for _, c := range list[:min(len(list), 200)] {
		if name := unmarked(orString(c.Label, c.Term)); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// unmarked is a name without the markup that some write into it. Names are
// plain text to us, but whoever reads our feeds may take them for HTML.
func unmarked(name string) string {
	if looksLikeHTML(name) {
		name = strings.Join(strings.Fields(plainText(name)), " ")
	}
	return cutText(name, maxTitle)
}

func itemOrigin(f *Feed) news.Origin {
	if f == nil {
		return news.Origin{}
	}
	o := news.Origin{Title: f.Title, Home: pageAddress(f.Link)}
	for _, l := range f.Links {
		if l.Rel == "self" {
			o.Feed = pageAddress(l.Href)
		}
	}
	if len(f.Links) == 0 { // RSS names the feed itself
		o.Feed, o.Home = o.Home, ""
	}
	return o
}

// itemMedia gathers the files of an entry, each address once, the best described first.
func itemMedia(e *Entry) []news.Media {
	var list []news.Media
	add := func(m news.Media) {
		m.URL = pageAddress(m.URL)
		known := slices.ContainsFunc(list, func(old news.Media) bool { return old.URL == m.URL })
		if m.URL != "" && !known && len(list) < maxMedia {
			if m.Medium == "" {
				m.Medium = mediumOf(m.Type)
			}
			list = append(list, m)
		}
	}
	if e.Media != nil {
		for _, c := range e.Media.Contents {
			add(news.Media{URL: c.URL, Type: c.Type, Medium: c.Medium, Title: c.Title, Description: c.Description, Credit: c.Credit,
				Width: number(c.Width), Height: number(c.Height), Length: byteCount(c.Length), Duration: duration(c.Duration)})
		}
	}
	for _, enc := range e.Enclosures {
		m := news.Media{URL: enc.URL, Type: enc.Type, Length: byteCount(enc.Length)}
		if e.Itunes != nil && !strings.HasPrefix(enc.Type, "image/") {
			m.Duration = duration(e.Itunes.Duration)
		}
		add(m)
	}
	if e.Image != nil {
		add(news.Media{URL: e.Image.URL, Medium: "image", Title: e.Image.Title, Description: e.Image.Description,
			Width: number(e.Image.Width), Height: number(e.Image.Height)})
	}
	if e.Media != nil {
		for _, th := range e.Media.Thumbnails {
			add(news.Media{URL: th.URL, Medium: "image", Width: number(th.Width), Height: number(th.Height), Thumbnail: true})
		}
	}
	return list
}

func mediumOf(kind string) string {
	major, _, _ := strings.Cut(strings.ToLower(kind), "/")
	switch major {
	case "image", "audio", "video":
		return major
	case "application", "text":
		return "document"
	}
	return ""
}

func byteCount(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// duration reads seconds, or hours, minutes and seconds with colons.
func duration(s string) time.Duration {
	total := 0
	for part := range strings.SplitSeq(strings.TrimSpace(s), ":") {
		part, _, _ = strings.Cut(part, ".")
		if !isDigits(part) || len(part) > 6 || total > 1_000_000 {
			return 0
		}
		total = total*60 + number(part)
	}
	return time.Duration(total) * time.Second
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
