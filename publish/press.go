package publish

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"dateline/news"
)

// press is what rendering needs.
type press struct {
	archive news.Archive
	head    *masthead
	pages   *pages
	to      func(target string) string // how pages write the address of one of ours
	static  bool                       // there is no server to answer queries
	token   string                     // that the reader shows
	tallies *tallies                   // nil: every page counts for itself
	bench   bool                       // there is a workbench

	pictures bool // pictures are to be had from us
	pass     pass // that the reader shows
}

func (s *Server) press(head *masthead) press {
	return press{archive: s.archive, head: head, pages: s.pages, tallies: s.tallies, bench: s.bench != nil, pictures: s.picture != nil, to: func(target string) string { return head.path + target }}
}

// topic renders one listing of a topic in one form.
func (p press) topic(ctx context.Context, topic *news.Topic, w want, form string) (document, error) {
	ed, err := p.edition(ctx, topic, w)
	if err != nil {
		return document{}, err
	}
	if form == ".atom" && w.raw == w.pass.bear("") && len(ed.entries)+len(ed.gone) > 0 {
		if ed.before, err = p.newestArchive(ctx, topic.ID); err != nil {
			return document{}, err
		}
	}
	return p.write(ctx, ed, form)
}

// edition reads one listing of a topic.
func (p press) edition(ctx context.Context, topic *news.Topic, w want) (*edition, error) {
	q := w.listing(topic.ID)
	stories, err := p.archive.Stories(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list stories: %w", err)
	}
	next := ""
	listed := len(stories)
	stories = w.fit(stories, q.Limit)
	if n := len(stories); n > 0 && (listed == q.Limit || n < listed) {
		q.After, q.Limit = place(&stories[n-1]), 1
		more, err := p.archive.Stories(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list further stories: %w", err)
		}
		if len(more) > 0 {
			next = w.from(q.After)
		}
	}
	return newEdition(p.head, topic, w, stories, next), nil
}

// write writes an edition in one form; the empty form is the page.
func (p press) write(ctx context.Context, ed *edition, form string) (doc document, err error) {
	doc.changed = ed.changed
	switch form {
	case ".rss":
		doc.mediaType = typeRSS + "; charset=utf-8"
		doc.body, err = ed.rss()
	case ".atom":
		doc.mediaType = typeAtom + "; charset=utf-8"
		doc.body, err = ed.atom()
	case ".json":
		doc.mediaType = typeJSON
		doc.body, err = ed.json()
	default:
		return p.topicPage(ctx, ed)
	}
	if err != nil {
		return document{}, fmt.Errorf("write edition: %w", err)
	}
	for _, l := range ed.links(form, true) {
		doc.links = append(doc.links, linkHeader(l))
	}
	return doc, nil
}

// linkHeader writes a link for HTTP.
func linkHeader(l atomLink) string {
	s := "<" + l.Href + `>; rel="` + l.Rel + `"`
	if l.Type != "" {
		s += `; type="` + l.Type + `"`
	}
	return s
}

// mostMerged is how many verdicts of an editor are followed from a story to the
// one that it was merged into.
const mostMerged = 16

// unmerged reads one story, or the one that has its articles now.
func (p press) unmerged(ctx context.Context, id news.StoryID) (news.Story, error) {
	st, err := p.archive.Story(ctx, id)
	for hops := 0; err == nil && st.Into != "" && hops < mostMerged; hops++ {
		st, err = p.archive.Story(ctx, st.Into)
	}
	return st, err
}

// readStory reads a story for readers; its error is a fault where there is none.
func (p press) readStory(ctx context.Context, id news.StoryID) (entry, error) {
	st, err := p.unmerged(ctx, id)
	if errors.Is(err, news.ErrNotFound) || err == nil && len(st.Articles) == 0 {
		return entry{}, missing("There is no story with this id; it may have been swept from the archive.")
	}
	if err != nil {
		return entry{}, fmt.Errorf("read story: %w", err)
	}
	if !p.head.mayRead(&st, p.token) {
		return entry{}, missing("There is no story with this id; it may have been swept from the archive.")
	}
	if !st.Withdrawn.IsZero() {
		return entry{}, fault{http.StatusGone, "This story was withdrawn."}
	}
	return newEntry(p.head, st, want{}), nil
}
