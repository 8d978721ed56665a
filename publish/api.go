package publish

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"dateline/news"
)

// The API tells as JSON what pages and feeds tell. openapi.json describes it,
// and a test holds the two to each other.

type apiTopic struct {
	ID          string            `json:"id"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Page        string            `json:"page_url"`
	Feeds       map[string]string `json:"feeds"`
}

type apiStory struct {
	ID         string       `json:"id"`
	Tag        string       `json:"tag"`
	Title      string       `json:"title"`
	Page       string       `json:"page_url"`
	Topics     []string     `json:"topics"`
	Filed      string       `json:"filed"`
	Updated    string       `json:"updated"`
	Publishers []string     `json:"publishers"`
	Match      []reason     `json:"match"`
	Articles   []apiArticle `json:"articles"`
}

type apiArticle struct {
	ID        string           `json:"id"`
	Story     string           `json:"story,omitempty"` // empty: no topic took it
	Source    jsonSource       `json:"source"`
	Outlet    string           `json:"outlet"`
	URL       string           `json:"url,omitempty"`
	Headline  string           `json:"headline"`
	Kicker    string           `json:"kicker,omitempty"`
	Summary   string           `json:"summary,omitempty"`
	Authors   []string         `json:"authors,omitempty"`
	Agency    string           `json:"agency,omitempty"`
	Dateline  *apiDateline     `json:"dateline,omitempty"`
	Language  string           `json:"language,omitempty"`
	Rights    string           `json:"rights"`
	Published string           `json:"published,omitempty"`
	Updated   string           `json:"updated,omitempty"`
	Filed     string           `json:"filed"`
	HTML      string           `json:"content_html,omitempty"`
	Headings  []jsonHeading    `json:"headings,omitempty"`
	Images    []jsonFigure     `json:"images,omitempty"`
	Quality   jsonQuality      `json:"quality"`
	Corrected []jsonCorrection `json:"corrections,omitempty"` // by the outlet, newest first
	Versions  []apiVersion     `json:"versions,omitempty"`    // before them, oldest first
}

type apiDateline struct {
	Place string `json:"place"`
}

// jsonHeading is a section heading, in the order of the text.
type jsonHeading struct {
	Order  int    `json:"order"` // from 1
	Level  int    `json:"level"`
	Number int    `json:"number,omitempty"` // that the outlet gave it
	Text   string `json:"text"`
}

// jsonQuality says where the text is from, and what stood in the way of a
// better one.
type jsonQuality struct {
	Text      string `json:"text"` // page or feed
	Pages     int    `json:"pages,omitempty"`
	Kind      string `json:"kind"` // article, brief, live, consent or index
	Truncated bool   `json:"truncated,omitempty"`
	Note      string `json:"note,omitempty"`
}

// apiTopics lists the topics.
func (p press) apiTopics() (document, error) {
	all := []apiTopic{}
	for i := range p.head.Topics {
		all = append(all, p.apiTopic(&p.head.Topics[i]))
	}
	return apiDocument(map[string]any{"topics": all})
}

func (p press) apiTopic(t *news.Topic) apiTopic {
	ed := newEdition(p.head, t, want{}, nil, "")
	return apiTopic{
		ID: string(t.ID), Title: ed.title(), Description: line(t.Description), Page: ed.at(""),
		Feeds: map[string]string{"rss": ed.at(".rss"), "atom": ed.at(".atom"), "json": ed.at(".json")},
	}
}

// apiStory tells one story with all its articles.
func (p press) apiStory(ctx context.Context, id news.StoryID) (document, error) {
	e, err := p.readStory(ctx, id)
	if err != nil {
		return document{}, err
	}
	doc, err := apiDocument(p.head.apiStory(&e, want{}))
	doc.changed = e.Updated
	return doc, err
}

func (h *masthead) apiStory(e *entry, w want) apiStory {
	out := apiStory{
		ID: string(e.Story.ID), Tag: e.ID, Title: e.Title, Page: e.Page, Topics: []string{},
		Filed: rfc3339(e.Story.Filed), Updated: rfc3339(e.Updated), Publishers: publishers(e.Story), Match: e.Why, Articles: []apiArticle{},
	}
	for _, t := range e.Story.Topics {
		out.Topics = append(out.Topics, string(t))
	}
	for i := range e.Story.Articles {
		out.Articles = append(out.Articles, h.apiArticle(&e.Story.Articles[i], e.Story.ID, w))
	}
	return out
}

// apiArticle tells a cleared article.
func (h *masthead) apiArticle(a *news.Article, story news.StoryID, w want) apiArticle {
	out := apiArticle{
		ID: string(a.ID), Story: string(story), Source: h.jsonSource(h.origin(a)), Outlet: line(a.Outlet), URL: address(a.Link),
		Headline: headline(a), Kicker: line(a.Kicker), Summary: line(a.Lede), Agency: line(a.Agency),
		Language: langTag(a.Lang), Rights: a.Rights.String(), Published: when(a.Published), Updated: when(a.Updated), Filed: rfc3339(a.Filed),
		Dateline: dateline(a), Headings: headings(a), Images: images(a), Quality: h.quality(a), Corrected: jsonCorrections(a),
	}
	for _, name := range a.Byline {
		out.Authors = append(out.Authors, line(name))
	}
	if !w.brief {
		out.HTML, out.Versions = contentHTML(a), apiVersions(a)
	}
	return out
}

// publishers are the distinct newsrooms that tell a story.
func publishers(st *news.Story) []string {
	names := st.Publishers()
	for i, name := range names {
		names[i] = line(name)
	}
	return names
}

func dateline(a *news.Article) *apiDateline {
	if place := line(a.Dateline); place != "" {
		return &apiDateline{place}
	}
	return nil
}

func headings(a *news.Article) (all []jsonHeading) {
	for i := range a.Body {
		if b := &a.Body[i]; b.Kind == news.Heading {
			all = append(all, jsonHeading{len(all) + 1, b.Level, max(0, b.Number), line(b.Text)})
		}
	}
	return all
}

func images(a *news.Article) (all []jsonFigure) {
	for _, f := range a.Figures() {
		all = append(all, jsonFigure{address(f.Src), line(f.Alt), line(f.Caption), line(f.Credit), max(0, f.Width), max(0, f.Height)})
	}
	return all
}

func (h *masthead) quality(a *news.Article) jsonQuality {
	q := jsonQuality{Text: "feed", Pages: max(0, a.Pages), Kind: orElse(line(string(a.Kind)), string(news.KindArticle)), Truncated: a.Truncated,
		Note: unsecret(line(a.Note), h.origin(a))}
	if a.Pages > 0 {
		q.Text = "page"
	}
	return q
}

// listing is a page of stories, or of their articles.
type listing struct {
	Stories   *[]apiStory     `json:"stories,omitempty"`
	Articles  *[]apiArticle   `json:"articles,omitempty"`
	Withdrawn []jsonWithdrawn `json:"withdrawn,omitempty"`
	Next      string          `json:"next_url,omitempty"`
}

// apiListing lists stories, or with apart their articles, of one topic or of
// all that the reader may read.
func (p press) apiListing(ctx context.Context, path string, topic news.TopicID, w want) (document, error) {
	q := w.listing(topic)
	stories, err := p.readable(ctx, q)
	if err != nil {
		return document{}, err
	}
	out, changed := listing{}, time.Time{}
	if w.apart {
		out.Articles = &[]apiArticle{}
	} else {
		out.Stories = &[]apiStory{}
	}
	fitting := w.fit(stories, q.Limit)
	for i := range fitting {
		st := &fitting[i]
		if !st.Withdrawn.IsZero() {
			out.Withdrawn = append(out.Withdrawn, jsonWithdrawn{p.head.tag("story", string(st.ID)), rfc3339(st.Withdrawn)})
			changed = later(changed, st.Withdrawn)
			continue
		}
		e := newEntry(p.head, *st, w)
		changed = later(changed, e.Updated)
		if !w.apart {
			*out.Stories = append(*out.Stories, p.head.apiStory(&e, w))
			continue
		}
		for at := range e.Story.Articles {
			if a := &e.Story.Articles[at]; w.prefers(a) {
				*out.Articles = append(*out.Articles, p.head.apiArticle(a, st.ID, w))
			}
		}
	}
	if n := len(fitting); n > 0 && (len(stories) == q.Limit || n < len(stories)) {
		query := w.from(place(&fitting[n-1]))
		if topic != "" {
			query = "topic=" + string(topic) + "&" + query
		}
		out.Next = p.head.base + path + "?" + query
	}
	doc, err := apiDocument(out)
	doc.changed = changed
	return doc, err
}

// readable lists stories that the reader may read. It reads on past all others,
// so that neither the length of a page nor the place of the next tells of them.
func (p press) readable(ctx context.Context, q news.Query) ([]news.Story, error) {
	var found []news.Story
	for wanted := q.Limit; ; q.Limit = news.MaxLimit {
		listed, err := p.archive.Stories(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list stories: %w", err)
		}
		for i := range listed {
			st := &listed[i]
			if len(st.Topics) > 0 && len(st.Articles) > 0 && p.head.mayRead(st, p.token) {
				found = append(found, *st)
			}
			if len(found) == wanted {
				return found, nil
			}
		}
		if len(listed) < q.Limit {
			return found, nil
		}
		q.After = place(&listed[len(listed)-1])
	}
}

// apiArticleDocument tells one article.
func (p press) apiArticleDocument(ctx context.Context, id news.ArticleID) (document, error) {
	a, st, err := p.readArticle(ctx, id)
	if err != nil {
		return document{}, err
	}
	cleared := p.head.cleared(a)
	doc, err := apiDocument(p.head.apiArticle(&cleared, st.ID, want{}))
	doc.changed = a.Changed
	return doc, err
}

// Where the story that tells an article is looked for: among those filed up to
// soughtBack before it, mostSought at most.
const (
	soughtBack = 30 * 24 * time.Hour
	mostSought = 10_000

	soughtAtOnce = 200 // are read from the archive
)

// readArticle finds an article and the story that tells it; the story is empty
// for editors who ask for an article that no topic took. Its error is a fault
// where the reader may not read it, or there is none.
func (p press) readArticle(ctx context.Context, id news.ArticleID) (news.Article, news.Story, error) {
	none := missing("There is no article with this id; it may have been swept from the archive.")
	a, err := p.archive.Article(ctx, id)
	archived := err == nil
	if err != nil && !errors.Is(err, news.ErrNotFound) {
		return a, news.Story{}, fmt.Errorf("read article: %w", err)
	}
	st, at, err := p.tellerOf(ctx, id, a)
	switch {
	case err != nil:
		return a, st, err
	case at < 0 && archived && p.head.byEditor(p.token):
		return a, news.Story{}, nil
	case at < 0 || !p.head.mayRead(&st, p.token):
		return a, st, none
	case !st.Withdrawn.IsZero():
		return a, st, fault{http.StatusGone, "The story of this article was withdrawn."}
	}
	if told := st.Articles[at]; len(told.Body) > 0 || !archived {
		return told, st, nil
	}
	return a, st, nil // of many copies a story keeps only the headlines
}

// tellerOf finds the story that tells an article, and its place in it; -1:
// none was found. A story is the one that the article opened, or an earlier one
// that is listed under the article's source and topic.
func (p press) tellerOf(ctx context.Context, id news.ArticleID, a news.Article) (news.Story, int, error) {
	has := func(st *news.Story) int {
		for i := range st.Articles {
			if st.Articles[i].ID == id {
				return i
			}
		}
		return -1
	}
	st, err := p.unmerged(ctx, news.StoryID(id))
	if err == nil && has(&st) >= 0 {
		return st, has(&st), nil
	}
	if err != nil && !errors.Is(err, news.ErrNotFound) {
		return st, -1, fmt.Errorf("read story: %w", err)
	}
	if len(a.Topics) == 0 {
		return news.Story{}, -1, nil
	}
	q := news.Query{Topic: a.Topics[0], Source: a.Source, After: upTo(a.Filed.Add(time.Nanosecond)), Limit: soughtAtOnce}
	for range mostSought / soughtAtOnce {
		listed, err := p.archive.Stories(ctx, q)
		if err != nil {
			return news.Story{}, -1, fmt.Errorf("list stories: %w", err)
		}
		for i := range listed {
			if at := has(&listed[i]); at >= 0 {
				return listed[i], at, nil
			}
		}
		if len(listed) < q.Limit || listed[len(listed)-1].Filed.Before(a.Filed.Add(-soughtBack)) {
			break
		}
		q.After = place(&listed[len(listed)-1])
	}
	return news.Story{}, -1, nil
}

func apiDocument(v any) (document, error) {
	body, err := jsonBytes(v)
	return document{body: body, mediaType: "application/json"}, err
}
