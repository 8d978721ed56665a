package publish

import (
	"context"

	"dateline/news"
)

type apiTopic struct {
	ID          string            `json:"id"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Page        string            `json:"page_url"`
	Feeds       map[string]string `json:"feeds"`
}

type apiStory struct {
	ID        string       `json:"id"`
	Tag       string       `json:"tag"`
	Title     string       `json:"title"`
	Page      string       `json:"page_url"`
	Topics    []string     `json:"topics"`
	Filed     string       `json:"filed"`
	Updated   string       `json:"updated"`
	Publisher []string     `json:"publishers"`
	Match     []reason     `json:"match"`
	Articles  []apiArticle `json:"articles"`
}

type apiArticle struct {
	ID        string       `json:"id"`
	Source    jsonSource   `json:"source"`
	Outlet    string       `json:"outlet"`
	URL       string       `json:"url,omitempty"`
	Headline  string       `json:"headline"`
	Kicker    string       `json:"kicker,omitempty"`
	Summary   string       `json:"summary,omitempty"`
	Authors   []string     `json:"authors,omitempty"`
	Agency    string       `json:"agency,omitempty"`
	Place     string       `json:"dateline,omitempty"`
	Language  string       `json:"language,omitempty"`
	Rights    string       `json:"rights"`
	Published string       `json:"published,omitempty"`
	Updated   string       `json:"updated,omitempty"`
	Filed     string       `json:"filed"`
	HTML      string       `json:"content_html,omitempty"`
	Figures   []jsonFigure `json:"figures,omitempty"`
}

// apiTopics lists the topics.
func (p press) apiTopics() (document, error) {
	all := []apiTopic{}
	for i := range p.head.Topics {
		ed := newEdition(p.head, &p.head.Topics[i], want{}, nil, "")
		all = append(all, apiTopic{
			ID: string(ed.topic.ID), Title: ed.title(), Description: line(ed.topic.Description), Page: ed.at(""),
			Feeds: map[string]string{"rss": ed.at(".rss"), "atom": ed.at(".atom"), "json": ed.at(".json")},
		})
	}
	return apiDocument(map[string]any{"topics": all})
}

// apiStory tells one story with all its articles.
func (p press) apiStory(ctx context.Context, id news.StoryID) (document, error) {
	e, err := p.readStory(ctx, id)
	if err != nil {
		return document{}, err
	}
	out := apiStory{
		ID: string(e.Story.ID), Tag: e.ID, Title: e.Title, Page: e.Page, Topics: []string{},
		Filed: rfc3339(e.Story.Filed), Updated: rfc3339(e.Updated), Publisher: e.Story.Publishers(), Match: e.Why,
	}
	for _, t := range e.Story.Topics {
		out.Topics = append(out.Topics, string(t))
	}
	for i := range e.Story.Articles {
		out.Articles = append(out.Articles, p.head.apiArticle(&e.Story.Articles[i]))
	}
	doc, err := apiDocument(out)
	doc.changed = e.Updated
	return doc, err
}

func (h *masthead) apiArticle(a *news.Article) apiArticle {
	out := apiArticle{
		ID: string(a.ID), Source: h.jsonSource(h.origin(a)), Outlet: line(a.Outlet), URL: address(a.Link),
		Headline: headline(a), Kicker: line(a.Kicker), Summary: line(a.Lede), Authors: a.Byline, Agency: line(a.Agency), Place: line(a.Dateline),
		Language: langTag(a.Lang), Rights: a.Rights.String(), Filed: rfc3339(a.Filed), HTML: contentHTML(a),
	}
	if !a.Published.IsZero() {
		out.Published = rfc3339(a.Published)
	}
	if !a.Updated.IsZero() {
		out.Updated = rfc3339(a.Updated)
	}
	for _, f := range a.Figures() {
		out.Figures = append(out.Figures, jsonFigure{address(f.Src), line(f.Alt), line(f.Caption), line(f.Credit), max(0, f.Width), max(0, f.Height)})
	}
	return out
}

func apiDocument(v any) (document, error) {
	body, err := jsonBytes(v)
	return document{body: body, mediaType: "application/json"}, err
}
