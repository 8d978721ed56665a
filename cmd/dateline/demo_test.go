package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/demo"
	"dateline/fetcher"
	"dateline/news"
)

// demoHouse is the whole house over the demo's world, polled once.
type demoHouse struct {
	*house
	world *demo.World
	site  string // where the house publishes
}

func openDemo(t *testing.T) *demoHouse {
	t.Helper()
	world := demo.New(time.Now(), nil)
	base, stop, err := serveWorld(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	c, err := readConfig(world.Config(base), filepath.Join(t.TempDir(), "dateline.yaml"), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), c, slog.New(slog.DiscardHandler), role{fetch: true, web: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	server := httptest.NewServer(h.web)
	t.Cleanup(server.Close)
	d := &demoHouse{h, world, server.URL}
	d.poll(t)
	return d
}

func (d *demoHouse) poll(t *testing.T) {
	t.Helper()
	tally, _, err := d.once(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if tally.Failed != 2 {
		t.Errorf("got %d failed polls %+v, want those of the two broken outlets", tally.Failed, tally.Faults)
	}
}

// get reads what the house publishes at a path.
func (d *demoHouse) get(t *testing.T, path string) []byte {
	t.Helper()
	answer, err := http.Get(d.site + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: got status %d, %v", path, answer.StatusCode, err)
	}
	return body
}

// story finds the story that tells a truth, and the article of the outlet that
// had it first.
func (d *demoHouse) story(t *testing.T, truth demo.Truth) (news.Story, news.Article, bool) {
	t.Helper()
	all, err := d.store.Stories(t.Context(), news.Query{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range all {
		for _, a := range st.Articles {
			if string(a.Source) == truth.Outlets[0] && strings.HasSuffix(a.Link, "/"+truth.Outlets[0]+"/"+truth.Slug) {
				return st, a, true
			}
		}
	}
	return news.Story{}, news.Article{}, false
}

func TestTheWorldIsToldAsItIs(t *testing.T) {
	d := openDemo(t)
	filed := 0
	for _, truth := range d.world.Stories() {
		t.Run(truth.Outlets[0]+"/"+truth.Slug, func(t *testing.T) {
			st, a, ok := d.story(t, truth)
			if truth.Topic == "" {
				if ok {
					t.Errorf("filed under %v, want under no topic", st.Topics)
				}
				return
			}
			if !ok {
				t.Fatalf("not filed, want under %s", truth.Topic)
			}
			filed++
			compare(t, truth, &st, &a)
		})
	}
	all, err := d.store.Stories(t.Context(), news.Query{Limit: 500})
	if err != nil || len(all) != filed {
		t.Errorf("got %d stories, %v, want %d", len(all), err, filed)
	}
}

func outletsOf(st *news.Story) []string {
	var ids []string
	for _, a := range st.Articles {
		ids = append(ids, string(a.Source))
	}
	slices.Sort(ids)
	return ids
}

// differences are the places where the house does not yet say what the world
// says. One that is gone is to be deleted here.
var differences = map[string][]string{
	"meridian-post/pact": {"topics"}, // "Pyongyang had asked Moscow for refined fuel and grain" is near enough to be a match
}

// compare holds a story and its first article against what is true of them.
func compare(t *testing.T, truth demo.Truth, st *news.Story, a *news.Article) {
	t.Helper()
	known := differences[truth.Outlets[0]+"/"+truth.Slug]
	same := func(what, got, want string) {
		t.Helper()
		switch {
		case slices.Contains(known, what) && got == want:
			t.Logf("%s: no longer different", what)
		case slices.Contains(known, what):
		case got != want:
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	lang, _, _ := strings.Cut(a.Lang, "-") // of "zh" we find the script too
	caption, credit := "", ""
	if a.Lead != nil {
		caption, credit = a.Lead.Caption, a.Lead.Credit
	}
	var headings []demo.Heading
	var paragraphs []string
	for _, b := range a.Body {
		switch b.Kind {
		case news.Heading:
			headings = append(headings, demo.Heading{Level: b.Level, Number: b.Number, Text: b.Text})
		case news.Paragraph:
			paragraphs = append(paragraphs, b.Text)
		}
	}
	same("topics", fmt.Sprint(st.Topics), fmt.Sprint([]string{truth.Topic}))
	same("headline", a.Headline, truth.Headline)
	same("dateline", a.Dateline, truth.Dateline)
	same("language", lang, truth.Lang)
	same("caption", caption, truth.Caption)
	same("credit", credit, truth.Credit)
	same("headings", fmt.Sprint(headings), fmt.Sprint(truth.Headings))
	same("paragraphs", strings.Join(paragraphs, "\n"), strings.Join(truth.Paragraphs, "\n"))
	same("pages", fmt.Sprint(a.Pages), fmt.Sprint(truth.Pages))
	same("outlets", fmt.Sprint(outletsOf(st)), fmt.Sprint(slices.Sorted(slices.Values(truth.Outlets))))
}

func TestCorrectionKeepsTheStory(t *testing.T) {
	d := openDemo(t)
	for _, truth := range d.world.Stories() {
		if truth.Before == "" {
			continue
		}
		before, old, ok := d.story(t, truth)
		if !ok {
			t.Fatalf("%s is not filed", truth.Slug)
		}
		if !strings.Contains(old.Text(), truth.Before) {
			t.Errorf("before the correction: no %q in %q", truth.Before, old.Text())
		}
		all, _ := d.store.Stories(t.Context(), news.Query{Limit: 500})
		d.world.Correct()
		d.poll(t)
		after, corrected, _ := d.story(t, truth)
		if after.ID != before.ID || corrected.ID != old.ID {
			t.Errorf("got story %s article %s, want %s and %s", after.ID, corrected.ID, before.ID, old.ID)
		}
		report, note, noted := strings.Cut(corrected.Text(), "\n\nCorrection: ")
		if !noted || !strings.Contains(note, truth.Before) {
			t.Errorf("got %q, want the newsroom's note on %q at its end", corrected.Text(), truth.Before)
		}
		if !strings.Contains(report, truth.After) || strings.Contains(report, truth.Before) {
			t.Errorf("got %q, want %q in place of %q", corrected.Text(), truth.After, truth.Before)
		}
		if !corrected.Changed.After(old.Changed) || !corrected.Filed.Equal(old.Filed) {
			t.Errorf("got changed %v filed %v, want after %v and %v", corrected.Changed, corrected.Filed, old.Changed, old.Filed)
		}
		if now, err := d.store.Stories(t.Context(), news.Query{Limit: 500}); err != nil || len(now) != len(all) {
			t.Errorf("got %d stories, want %d as before", len(now), len(all))
		}
		page := string(d.get(t, "/stories/"+string(after.ID)))
		if !strings.Contains(page, "<del>"+truth.Before) || !strings.Contains(page, "<ins>"+truth.After) {
			t.Errorf("the story's page does not show %q cut and %q added", truth.Before, truth.After)
		}
	}
}

func TestFailingOutletsAreShown(t *testing.T) {
	d := openDemo(t)
	page, api := string(d.get(t, "/sources")), string(d.get(t, "/api/sources"))
	for _, want := range []string{"503 Service Unavailable", "a web page, not a feed"} {
		if !strings.Contains(page, want) || !strings.Contains(api, want) {
			t.Errorf("the sources page or the API lacks %q", want)
		}
	}
	if got := strings.Count(api, `"broken_since"`); got != 2 {
		t.Errorf("got %d broken sources, want 2", got)
	}
	ledgers, err := d.store.Ledgers(t.Context(), "quiet-gazette", "lantern-weekly")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range ledgers {
		if since := l.Poll.Since.UTC().Format("2006-01-02T15:04"); !strings.Contains(page, since) {
			t.Errorf("the sources page lacks since when %s fails: %s", l.Source, since)
		}
	}
}

// read is one of our feeds as our own fetcher reads it.
func (d *demoHouse) read(t *testing.T, path string) []news.Item {
	t.Helper()
	doc, err := fetcher.Parse(d.get(t, path), fetcher.ParseOptions{Base: d.site + path})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if len(doc.Repairs) > 0 {
		t.Errorf("%s needs repairs: %v", path, doc.Repairs)
	}
	items, dropped := doc.Items()
	if dropped.Total() > 0 {
		t.Errorf("%s: %+v left out", path, dropped)
	}
	return items
}

func TestWhatIsPublishedIsReadBackTheSame(t *testing.T) {
	d := openDemo(t)
	for _, topic := range []string{"russia-north-korea", "black-sea-grain", "taiwan-chips"} {
		filed, err := d.store.Stories(t.Context(), news.Query{Topic: news.TopicID(topic), Limit: 500})
		if err != nil || len(filed) == 0 {
			t.Fatalf("%s: got %d stories, %v", topic, len(filed), err)
		}
		atom := d.read(t, "/topics/"+topic+".atom")
		if len(atom) != len(filed) {
			t.Fatalf("%s: got %d entries, want %d", topic, len(atom), len(filed))
		}
		for i, it := range atom {
			if lead := filed[i].Lead(); it.Title != lead.Headline || it.Link != lead.Link || !strings.HasSuffix(it.GUID, string(filed[i].ID)) {
				t.Errorf("%s %d: got %q %s %s, want %q %s %s", topic, i, it.Title, it.Link, it.GUID, lead.Headline, lead.Link, filed[i].ID)
			}
		}
		for _, format := range []string{".rss", ".json"} {
			items := d.read(t, "/topics/"+topic+format)
			if len(items) != len(atom) {
				t.Fatalf("%s%s: got %d items, want %d", topic, format, len(items), len(atom))
			}
			for i := range items {
				if got, want := essence(&items[i]), essence(&atom[i]); got != want {
					t.Errorf("%s%s:\n got %s\nwant %s", topic, format, got, want)
				}
			}
		}
	}
}

// essence is what all formats say of an item.
func essence(it *news.Item) string {
	var authors, media []string
	for _, p := range it.Authors {
		authors = append(authors, p.Name)
	}
	for _, m := range it.Media {
		media = append(media, m.URL)
	}
	slices.Sort(media)
	categories := slices.Sorted(slices.Values(it.Categories))
	return fmt.Sprintf("%s | %s | %s | %s | %q | %q | %q", it.GUID, it.Title, it.Link, it.Published.UTC().Format(time.RFC3339), authors, categories, slices.Compact(media))
}
