package publish

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"dateline/news"
)

// Site is what the config says about the site as a whole.
type Site struct {
	Title   string
	URL     string // the public address, absolute; a path in it is kept: "https://example.org/news"
	Contact string // a mail address; empty: none is named
	Tag     string // "authority,date" of tag URIs; empty: DefaultTag
	Hub     string // the WebSub hub that our changes are announced to; empty: none
	Version string // of the program, named as generator; empty: none
}

// DefaultTag is the authority and date of the ids of a site that sets none. It
// names no host, so that ids outlive every move of the site.
const DefaultTag = "dateline.invalid,2026"

// Masthead is all that the config says to publishing.
type Masthead struct {
	Site    Site
	Topics  []news.Topic
	Sources []news.Source

	// Tokens are the keys of topics that are private; a topic without any is
	// public.
	Tokens map[news.TopicID][]string
	// Access says who may ask at all, and what is for editors only.
	Access Access

	// Interval says in words how often a source is polled; nil: not said.
	Interval func(news.SourceID) string
	// Why says what a topic's present rule makes of an article; nil: nobody can
	// be asked, and what was found when it was filed is told.
	Why func(news.TopicID, *news.Article) (Explanation, error)
	// Every is how often the news is gathered, as a hint to readers when to
	// come again; 0: 15 minutes.
	Every time.Duration
}

// masthead is a Masthead made ready for look-ups. It is never changed.
type masthead struct {
	Masthead
	base       string // Site.URL without the last slash
	path       string // the path in it, without the last slash
	topics     map[news.TopicID]*news.Topic
	sources    map[news.SourceID]*news.Source
	freshness  []string // Cache-Control of what follows revisions
	generation uint64
	tells      uint64    // the first generation whose editions tell nothing that was taken back since
	since      time.Time // when it replaced another; zero: it is the first
	tokens     map[news.TopicID][]digest
	admin      []digest
	hosts      []string // empty: every name is answered for
}

func newMasthead(m Masthead, generation uint64) (*masthead, error) {
	u, err := url.Parse(m.Site.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("site url: want an absolute http or https address")
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	if m.Site.Title == "" {
		m.Site.Title = "Dateline"
	}
	if m.Site.Tag == "" {
		m.Site.Tag = DefaultTag
	}
	if !validTag(m.Site.Tag) {
		return nil, fmt.Errorf("site tag %q: want authority,date as in %q", m.Site.Tag, DefaultTag)
	}
	if m.Every <= 0 {
		m.Every = 15 * time.Minute
	}
	head := &masthead{
		Masthead:   m,
		base:       strings.TrimRight(u.String(), "/"),
		path:       strings.TrimRight(u.Path, "/"),
		topics:     make(map[news.TopicID]*news.Topic, len(m.Topics)),
		sources:    make(map[news.SourceID]*news.Source, len(m.Sources)),
		generation: generation,
	}
	half := max(1, int(m.Every/(2*time.Second)))
	head.freshness = []string{fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d, stale-if-error=86400", half, half)}
	for i := range m.Topics {
		head.topics[m.Topics[i].ID] = &m.Topics[i]
	}
	head.private()
	head.doors()
	for i := range m.Sources {
		head.sources[m.Sources[i].ID] = &m.Sources[i]
	}
	return head, nil
}

// within is a path below that of the site; one that is elsewhere stays as it is,
// for a proxy may have taken the front off.
func (h *masthead) within(path string) string {
	if rest, ok := strings.CutPrefix(path, h.path); ok && (rest == "" || rest[0] == '/') {
		return rest
	}
	return path
}

// takesBack reports whether an edition under the masthead before may tell what
// is not to be told under h: a topic became private, or less of a source may be
// carried.
func (h *masthead) takesBack(before *masthead) bool {
	for id := range h.tokens {
		if before.topics[id] != nil && before.tokens[id] == nil {
			return true
		}
	}
	for id, src := range h.sources {
		if was := before.sources[id]; was != nil && src.Rights < was.Rights {
			return true
		}
	}
	return false
}

// validTag reports whether tag is an authority and a date as RFC 4151 has them.
func validTag(tag string) bool {
	authority, date, ok := strings.Cut(tag, ",")
	if !ok || authority == "" || strings.Trim(strings.ToLower(authority), "abcdefghijklmnopqrstuvwxyz0123456789.-_@") != "" {
		return false
	}
	return !founding(date).IsZero()
}

// founding reads the date of a tag; the zero time where it is none.
func founding(date string) time.Time {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02"} {
		if t, err := time.Parse(layout, date); err == nil {
			return t
		}
	}
	return time.Time{}
}

// founded is the date in the site's tag: that of feeds with nothing in them.
func (h *masthead) founded() time.Time {
	_, date, _ := strings.Cut(h.Site.Tag, ",")
	return founding(date)
}

// tag is the id of one of our things, for good.
func (h *masthead) tag(kind, id string) string { return "tag:" + h.Site.Tag + ":" + kind + "/" + id }

func (h *masthead) topicTitle(id news.TopicID) string {
	if t := h.topics[id]; t != nil {
		return orElse(t.Title, string(id))
	}
	return string(id)
}

// generator names the program in feeds.
func (h *masthead) generator() string { return strings.TrimSpace("Dateline " + h.Site.Version) }

// orElse is s, or other where s is empty.
func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
