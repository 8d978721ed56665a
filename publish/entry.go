package publish

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"dateline/news"
)

// edition is one listing of stories, ready to be written in any format.
type edition struct {
	head    *masthead
	topic   *news.Topic
	want    want
	entries []entry
	archive *archive    // its place among archives; nil: it is the feed, or a page of it
	before  time.Time   // the newest day that is over; zero: unknown, or there is none
	gone    []tombstone // of withdrawn stories that stood among them
	next    string      // the query of the next page; empty: this is the last
	changed time.Time   // the newest change; zero: it has no stories
	stamp   string      // the greatest stamp of its entries; empty: it has none
}

// entry is one story as an edition tells it.
type entry struct {
	Story     *news.Story // cleared
	Lead      *news.Article
	Source    *news.Source // of the lead; never nil
	Others    []teller
	ID        string // tag URI
	Page      string // our own page of it
	URL       string // the lead's page at its outlet; ours where it has none
	Title     string
	Summary   string // plain text; empty: none
	Content   string // HTML; empty: there is only the summary
	Lang      string
	Published time.Time
	Updated   time.Time
	Tags      []tag
	Why       []reason
	seed      string // what its stamp is a digest of
}

// teller is someone else who tells a story.
type teller struct {
	Outlet string `json:"outlet"`
	Title  string `json:"title"`
	URL    string `json:"url,omitempty"`
	Lang   string `json:"language,omitempty"`
}

// tag is one category of an entry.
type tag struct{ Term, Scheme, Label string }

// reason says why a story is in a topic.
type reason struct {
	Topic   string `json:"topic"`
	Rule    string `json:"rule"`
	Alias   string `json:"alias,omitempty"`
	Sense   string `json:"sense,omitempty"` // what the alias is to the rule: name, demonym, capital …
	Field   string `json:"field,omitempty"`
	Snippet string `json:"snippet,omitempty"`

	hit string // what was met, as it stands in Snippet
}

// newEdition makes an edition of stories as the archive lists them.
func newEdition(h *masthead, topic *news.Topic, w want, stories []news.Story, next string) *edition {
	ed := &edition{head: h, topic: topic, want: w, next: next}
	for i := range stories {
		if len(stories[i].Articles) == 0 {
			continue
		}
		if !stories[i].Withdrawn.IsZero() {
			ed.bury(&stories[i])
			continue
		}
		pass := ""
		if w.pass.inQuery && h.hidden(&stories[i]) {
			pass = w.passQuery()
		}
		for _, e := range entriesOf(h, stories[i], w) {
			if e.URL == e.Page {
				e.URL += pass
			}
			e.Page += pass
			ed.entries = append(ed.entries, e)
			if e.Updated.After(ed.changed) {
				ed.changed = e.Updated
			}
			ed.stamp = max(ed.stamp, e.stamp())
		}
	}
	return ed
}

// newEntry tells a story by its lead article; where the reader asked for a
// language or a source, by the first article that is of it.
func newEntry(h *masthead, st news.Story, w want) entry {
	st = h.clear(st)
	return tellEntry(h, &st, max(0, slices.IndexFunc(st.Articles, func(a news.Article) bool { return w.prefers(&a) })), w)
}

// tellEntry tells a story that is cleared by one of its articles.
func tellEntry(h *masthead, st *news.Story, at int, w want) entry {
	lead := &st.Articles[at]
	e := entry{
		Story:   st,
		Lead:    lead,
		Source:  h.origin(lead),
		ID:      h.tag("story", string(st.ID)),
		seed:    string(st.ID),
		Page:    h.base + storyPath(st),
		Lang:    langTag(lead.Lang),
		Title:   headline(lead),
		Summary: line(lead.Lede),
		Tags:    tags(h, st),
		Why:     reasons(st),
	}
	if e.Summary == "" {
		e.Summary = opening(lead)
	}
	e.URL = orElse(address(lead.Link), e.Page)
	e.Published, e.Updated = times(st, lead)
	e.Others = tellers(st, at)
	if !w.brief {
		e.Content = contentHTML(lead)
		if e.Content == "" && e.Summary != "" {
			e.Content = "<p>" + escape(e.Summary) + "</p>\n"
		}
		e.Content += alsoHTML(e.Others)
	}
	return e
}

// origin is the source of an article; of one the config has forgotten, as much
// as the article itself knows.
func (h *masthead) origin(a *news.Article) *news.Source {
	if src := h.sources[a.Source]; src != nil {
		known := *src
		known.Title = line(orElse(known.Title, orElse(a.Outlet, string(a.Source))))
		return &known
	}
	return &news.Source{ID: a.Source, Title: line(orElse(a.Outlet, string(a.Source)))}
}

func headline(a *news.Article) string {
	if t := line(a.Headline); t != "" {
		return t
	}
	if t := line(a.Lede); t != "" {
		return shorten(t, 90)
	}
	return line(orElse(a.Outlet, string(a.Source)))
}

// maxOpening bounds the characters of a summary that nobody wrote.
const maxOpening = 300

// opening is how an article begins, for a summary where it has none.
func opening(a *news.Article) string {
	for i := range a.Body {
		if b := &a.Body[i]; b.Kind == news.Paragraph {
			if text := line(b.Text); text != "" {
				return shorten(text, maxOpening)
			}
		}
	}
	return ""
}

// shorten cuts text at a word, to at most n characters and an ellipsis.
func shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	cut := string(runes[:n])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}

// firstYear is that of the oldest date which is believed: earlier ones are those
// of clocks that nobody set.
const firstYear = 1990

// times are when a story came out and when it last changed. What an outlet
// claims is printed, but never a date after the one it was filed under.
func times(st *news.Story, lead *news.Article) (published, updated time.Time) {
	published = lead.Published
	if published.IsZero() || published.Year() < firstYear || !lead.Filed.IsZero() && published.After(lead.Filed) {
		published = lead.Filed
	}
	if published.IsZero() {
		published = st.Filed
	}
	updated = st.Updated
	if updated.Before(published) {
		updated = published
	}
	return published.UTC().Truncate(time.Second), updated.UTC().Truncate(time.Second)
}

// stamp is when an entry last changed, as feeds print it. All stories of one
// poll change in the same second, and validators want the times distinct: the
// fraction is a digest of the id, so that it belongs to the story and is the
// same in every document.
func (e *entry) stamp() string {
	h := fnv.New64a()
	h.Write([]byte(e.seed)) // a hash takes everything
	return fmt.Sprintf("%s.%06dZ", e.Updated.UTC().Format("2006-01-02T15:04:05"), h.Sum64()%1_000_000)
}

// tellers lists all who tell a story but the article at lead, one a page.
func tellers(st *news.Story, lead int) []teller {
	var others []teller
	seen := map[string]bool{news.CanonicalLink(st.Articles[lead].Link): true}
	for i := range st.Articles {
		a := &st.Articles[i]
		link := address(a.Link)
		key := news.CanonicalLink(a.Link)
		if i == lead || link != "" && seen[key] {
			continue
		}
		seen[key] = true
		others = append(others, teller{Outlet: line(orElse(a.Outlet, string(a.Source))), Title: headline(a), URL: link, Lang: langTag(a.Lang)})
	}
	return others
}

func alsoHTML(others []teller) string {
	if len(others) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<p>Also reported by:</p>\n<ul>")
	for _, o := range others {
		b.WriteString("<li>")
		if o.URL != "" {
			b.WriteString(`<a href="` + escape(o.URL) + `" rel="noopener nofollow">`)
		}
		b.WriteString(escape(o.Outlet))
		if o.URL != "" {
			b.WriteString("</a>")
		}
		if o.Title != o.Outlet {
			b.WriteString(`: <span dir="auto">` + escape(o.Title) + "</span>")
		}
		b.WriteString("</li>")
	}
	b.WriteString("</ul>\n")
	return b.String()
}

// tags are a story's topics, the concepts that were met in it and the outlets'
// own categories.
func tags(h *masthead, st *news.Story) []tag {
	var all []tag
	add := func(t tag) {
		t.Term, t.Label = line(t.Term), line(t.Label)
		if t.Term != "" && !slices.ContainsFunc(all, func(o tag) bool { return o.Scheme == t.Scheme && o.Term == t.Term }) {
			all = append(all, t)
		}
	}
	for _, id := range st.Topics {
		add(tag{Term: string(id), Scheme: h.tag("scheme", "topic"), Label: h.topicTitle(id)})
	}
	for _, m := range matches(st) {
		if kind, name, ok := strings.Cut(m.Concept, ":"); ok && (kind == "country" || kind == "bloc" || kind == "concept") {
			add(tag{Term: name, Scheme: h.tag("scheme", kind), Label: name})
		}
	}
	for _, c := range st.Articles[0].Categories {
		add(tag{Term: c, Label: c})
	}
	return all
}

func matches(st *news.Story) []news.Match {
	var all []news.Match
	for i := range st.Articles {
		all = append(all, st.Articles[i].Matches...)
	}
	return all
}

// maxReasons bounds the reasons given for a story in one document.
const maxReasons = 24

// reasons are a story's matches, each said once, by topic and rule.
func reasons(st *news.Story) []reason { return reasonsOf(matches(st)) }

func reasonsOf(matches []news.Match) []reason {
	all := []reason{}
	seen := map[[4]string]bool{}
	for _, m := range matches {
		key := [4]string{string(m.Topic), m.Concept, m.Alias, string(m.Field)}
		if seen[key] || len(all) == maxReasons {
			continue
		}
		seen[key] = true
		all = append(all, reason{Topic: string(m.Topic), Rule: line(m.Concept), Alias: line(m.Alias), Sense: line(m.Sense), Field: string(m.Field), Snippet: line(orElse(m.Quote, m.Text)), hit: line(m.Text)})
	}
	slices.SortStableFunc(all, func(a, b reason) int { return cmp.Compare(a.Topic, b.Topic) })
	return all
}

// lang is the language of an edition: the one asked for, or that all its
// entries share; else that of the words we add, English.
func (ed *edition) lang() string {
	if len(ed.want.langs) == 1 {
		return orElse(langTag(ed.want.langs[0]), "en")
	}
	if len(ed.entries) == 0 {
		return "en"
	}
	shared := primary(ed.entries[0].Lang)
	for _, e := range ed.entries {
		if primary(e.Lang) != shared {
			return "en"
		}
	}
	return orElse(shared, "en")
}

func (ed *edition) title() string { return line(orElse(ed.topic.Title, string(ed.topic.ID))) }

func (ed *edition) description() string {
	return line(orElse(ed.topic.Description, "News on "+ed.title()+", gathered by "+ed.head.Site.Title))
}

// at is the address of the edition in a form: "" is the page.
func (ed *edition) at(form string) string {
	return ed.head.base + ed.head.topicPath(ed.topic.ID) + form + ed.want.query()
}

func (ed *edition) nextAt(form string) string {
	if ed.next == "" {
		return ""
	}
	return ed.head.base + ed.head.topicPath(ed.topic.ID) + form + "?" + ed.next
}
