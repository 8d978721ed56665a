package publish

import (
	"context"
	"html/template"
	"slices"
	"time"

	"dateline/news"
)

type storyView struct {
	card
	Content   template.HTML
	Byline    []string
	Agency    string
	URL       string
	Rights    string
	Line      string
	Truncated bool
	Topics    []topicLine
	Tellings  []telling
	Reasons   []topicReasons
	Outlets   int
	Tongues   int              // languages it is told in
	Corrected []correctionView // of the telling that is shown whole, newest first
}

// topicReasons is why a story is in one topic.
type topicReasons struct {
	topicLine
	Why []because
}

// telling is one article of a story.
type telling struct {
	Outlet, Title, URL, Lang, LangName, Dir, Summary, Place, Agency string
	Published                                                       time.Time
	Changed                                                         time.Time // by a correction; zero: it was not
	Figure                                                          *figureView
	Lead                                                            bool
	Against                                                         *comparison      // with the lead; nil: cannot be compared
	Corrected                                                       []correctionView // newest first; of the lead they stand with its text
}

// story is one story's page.
func (p press) story(ctx context.Context, id news.StoryID) (document, error) {
	e, err := p.readStory(ctx, id)
	if err != nil {
		return document{}, err
	}
	return p.storyPage(&e)
}

func (p press) storyPage(e *entry) (document, error) {
	v := p.view(e.Title, "story", storyPath(e.Story))
	v.Year = e.Updated.Year()
	s := &storyView{
		card: p.card(e, ""), Byline: e.Lead.Byline, Agency: line(e.Lead.Agency), URL: address(e.Lead.Link),
		Rights: e.Lead.Rights.String(), Line: line(e.Lead.RightsLine), Truncated: e.Lead.Truncated,
		// Safe: contentWith writes only its own tags around escaped text.
		Content: template.HTML(contentWith(e.Lead, func(src string) string { return p.picture(e.Story, src) })),
	}
	if ledeOpens(e.Lead.Passages(), e.Lead.Lede) {
		s.Summary = "" // it would be read twice
	}
	s.Corrected = correctionViews(e.Lead)
	for _, id := range e.Story.Topics {
		if p.head.topics[id] != nil {
			t := topicLine{ID: id, Title: p.head.topicTitle(id)}
			s.Topics = append(s.Topics, t)
			s.Reasons = append(s.Reasons, topicReasons{t, p.head.becauses(e.Why, id)})
		}
	}
	outlets, tongues := map[string]bool{}, map[string]bool{}
	for i := range e.Story.Articles {
		a := &e.Story.Articles[i]
		s.Tellings = append(s.Tellings, p.telling(e, a))
		outlets[line(orElse(a.Outlet, string(a.Source)))] = true
		tongues[primary(a.Lang)] = true
	}
	s.Outlets, s.Tongues = len(outlets), len(tongues)
	v.Page = s
	return p.page("story.html", v, e.Updated)
}

func (p press) telling(e *entry, a *news.Article) telling {
	published, _ := times(e.Story, a)
	t := telling{
		Outlet: line(orElse(a.Outlet, string(a.Source))), Title: headline(a), URL: address(a.Link), Lang: langTag(a.Lang), Dir: direction(a.Lang),
		Summary: line(a.Lede), Place: line(a.Dateline), Agency: line(a.Agency), Published: published, Figure: p.figure(e.Story, a.Lead), Lead: a == e.Lead,
	}
	t.LangName = languageName(primary(t.Lang))
	if changed := a.Changed.UTC().Truncate(time.Second); changed.After(published) && a.Changed.After(a.Filed) {
		t.Changed = changed
	}
	if beginsWith(e.Lead.Lede, a.Lede) {
		t.Summary = ""
	}
	if !t.Lead {
		t.Against, t.Corrected = compare(e.Lead, a), correctionViews(a)
	}
	return t
}

// ledeOpens reports whether a lede is how a text begins.
func ledeOpens(passages []string, lede string) bool {
	return len(passages) > 0 && beginsWith(passages[0], lede)
}

// beginsWith reports whether a text begins with the words of another.
func beginsWith(text, words string) bool {
	ours, theirs := wordsOf(text), wordsOf(words)
	return len(theirs) <= len(ours) && slices.Equal(ours[:len(theirs)], theirs)
}

// wordsOf are the words of a text, folded.
func wordsOf(text string) []string {
	folded := news.Fold(text)
	var all []string
	for _, t := range news.AppendTokens(nil, folded) {
		all = append(all, folded[t.Start:t.End])
	}
	return all
}
