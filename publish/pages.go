package publish

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"dateline/news"
)

//go:embed web
var web embed.FS

const logoFile = "logo.png"

// iconFile names the icon of a size.
func iconFile(size int) string { return "icon-" + strconv.Itoa(size) + ".png" }

// pages are the templates, and our own files ready to be served.
type pages struct {
	templates *template.Template
	assets    map[string]*edited
}

func newPages() (*pages, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"iso": rfc3339, "day": day, "dir": direction, "typed": typed,
	}).ParseFS(web, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("read page templates: %w", err)
	}
	p := &pages{templates: t, assets: map[string]*edited{}}
	for _, pattern := range []string{"web/*.css", "web/*.png"} {
		names, _ := fs.Glob(web, pattern) // the pattern is sound
		for _, name := range names {
			body, err := web.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read own files: %w", err)
			}
			p.assets[path.Base(name)] = edit(document{body: body, mediaType: assetType(name)})
		}
	}
	return p, nil
}

// typed is one of our media types as an attribute. The template would write
// its plus sign as a reference, which feed readers that search pages without
// an HTML parser do not understand.
func typed(mediaType string) template.HTMLAttr {
	return template.HTMLAttr(`type="` + template.HTMLEscapeString(mediaType) + `"`)
}

func assetType(name string) string {
	if path.Ext(name) == ".css" {
		return "text/css; charset=utf-8"
	}
	if t := typeByName(path.Ext(name)); t != "" {
		return t
	}
	return mime.TypeByExtension(path.Ext(name))
}

// view is what every page's template is given.
type view struct {
	Site   Site
	Title  string // of the page
	Topics []topicLine
	Here   string // which part of the site this is
	To     func(string) string
	Static bool       // no server answers queries
	Closed bool       // there is no page on the sources here
	Feeds  []atomLink // alternates for the head
	Canon  string

	Front   []frontTopic
	Topic   *topicView
	Story   *storyView
	Sources *sourcesView
	Fault   *fault
}

type topicLine struct {
	ID    news.TopicID
	Title string
}

type frontTopic struct {
	ID          news.TopicID
	Title       string
	Description string
	Lead        *card
	Cards       []card
}

// card is a story in a listing.
type card struct {
	ID, Title, Summary, Lang, Dir string
	Page                          string // of ours, for To
	Outlet, Place, Kicker         string
	Published, Updated            time.Time
	Figure                        *figureView
	Others                        int
	Outlets                       []string
	Why                           []reason
}

type figureView struct {
	Src, Alt, Caption, Credit string
	Width, Height             int
}

type topicView struct {
	ID          news.TopicID
	Title       string
	Description string
	Feeds       []feedLine
	Langs       []langLine
	Outlets     []string
	Cards       []card
	Next        string // the whole address below the site; empty: none
	First       string
	Filtered    bool
}

type feedLine struct{ Name, Path, Address, Hint string }

type langLine struct{ Code, Name string }

type storyView struct {
	card
	Content   template.HTML
	Byline    []string
	Agency    string
	URL       string
	Rights    string
	Line      string
	Truncated bool
	Edited    bool
	Topics    []topicLine
	Tellings  []telling
}

type telling struct {
	Outlet, Title, URL, Lang, Dir, Summary string
	Published                              time.Time
	Lead                                   bool
}

type sourcesView struct {
	All                   []sourceLine
	Well, Ill, Gone, Idle int
}

type sourceLine struct {
	health
	Mark, Word string
}

func (p press) view(title, here, canon string) view {
	v := view{Site: p.head.Site, Title: title, Here: here, To: p.to, Static: p.static, Closed: p.static && len(p.head.admin) > 0, Canon: p.head.base + canon}
	for i := range p.head.Topics {
		v.Topics = append(v.Topics, topicLine{p.head.Topics[i].ID, p.head.topicTitle(p.head.Topics[i].ID)})
	}
	return v
}

func (p press) page(name string, v view, changed time.Time) (document, error) {
	var b bytes.Buffer
	if err := p.pages.templates.ExecuteTemplate(&b, name, v); err != nil {
		return document{}, fmt.Errorf("write page: %w", err)
	}
	return document{body: b.Bytes(), mediaType: typeHTML + "; charset=utf-8", changed: changed}, nil
}

// frontCards is how many stories of a topic the front page shows.
const frontCards = 6

// front is the list of topics with what is new in each.
func (p press) front(ctx context.Context) (document, error) {
	v := p.view(line(p.head.Site.Title), "front", "/")
	var newest time.Time
	for i := range p.head.Topics {
		topic := &p.head.Topics[i]
		stories, err := p.archive.Stories(ctx, news.Query{Topic: topic.ID, Limit: frontCards})
		if err != nil {
			return document{}, fmt.Errorf("list stories: %w", err)
		}
		ed := newEdition(p.head, topic, want{brief: true}, stories, "")
		front := frontTopic{ID: topic.ID, Title: ed.title(), Description: line(topic.Description), Cards: cards(ed.entries)}
		if len(front.Cards) > 0 {
			front.Lead, front.Cards = &front.Cards[0], front.Cards[1:]
		}
		v.Front = append(v.Front, front)
		for _, l := range ed.links("", false) {
			l.Title = ed.title() + " – " + l.Title
			v.Feeds = append(v.Feeds, l)
		}
		if ed.changed.After(newest) {
			newest = ed.changed
		}
	}
	return p.page("front.html", v, newest)
}

// topicPage is an edition for people.
func (p press) topicPage(ed *edition) (document, error) {
	path := p.head.topicPath(ed.topic.ID)
	v := p.view(ed.title(), "topic", path+ed.want.query())
	v.Feeds = ed.links("", false)
	t := &topicView{ID: ed.topic.ID, Title: ed.title(), Description: line(ed.topic.Description), Cards: cards(ed.entries), Filtered: len(ed.want.langs) > 0 || ed.want.source != ""}
	hints := []string{"for most readers", "for readers that follow changes", "for programs and newer readers"}
	for i, f := range forms {
		t.Feeds = append(t.Feeds, feedLine{f.name, path + f.ext, ed.at(f.ext), hints[i]})
	}
	t.Langs, t.Outlets = present(ed.entries)
	if ed.next != "" {
		t.Next = path + "?" + ed.next
	}
	if !ed.want.after.IsZero() {
		t.First = path
		if q := ed.want.first(); q != "" {
			t.First += "?" + q
		}
	}
	v.Topic = t
	doc, err := p.page("topic.html", v, ed.changed)
	for _, l := range v.Feeds {
		doc.links = append(doc.links, linkHeader(l))
	}
	return doc, err
}

// present lists the languages and outlets met in a listing.
func present(entries []entry) (langs []langLine, outlets []string) {
	seen := map[string]bool{"": true}
	for _, e := range entries {
		for i := range e.Story.Articles {
			a := &e.Story.Articles[i]
			if code := primary(langTag(a.Lang)); !seen["lang "+code] && len(code) >= 2 && len(code) <= 3 {
				seen["lang "+code] = true
				langs = append(langs, langLine{code, languageName(code)})
			}
			if name := line(orElse(a.Outlet, string(a.Source))); !seen[name] {
				seen[name] = true
				outlets = append(outlets, name)
			}
		}
	}
	return langs, outlets
}

func cards(entries []entry) []card {
	all := make([]card, len(entries))
	for i := range entries {
		all[i] = newCard(&entries[i])
	}
	return all
}

func newCard(e *entry) card {
	c := card{
		ID: string(e.Story.ID), Title: e.Title, Summary: e.Summary, Lang: e.Lang, Dir: direction(e.Lang), Page: storyPath(e.Story),
		Outlet: line(orElse(e.Lead.Outlet, e.Source.Title)), Place: line(e.Lead.Dateline), Kicker: line(e.Lead.Kicker),
		Published: e.Published, Updated: e.Updated, Others: len(e.Others), Why: e.Why,
	}
	for _, o := range e.Others {
		c.Outlets = append(c.Outlets, o.Outlet)
	}
	if f := e.Lead.Lead; f != nil && address(f.Src) != "" {
		c.Figure = &figureView{address(f.Src), line(f.Alt), line(f.Caption), line(f.Credit), max(0, f.Width), max(0, f.Height)}
	}
	return c
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
	s := &storyView{
		card: newCard(e), Byline: e.Lead.Byline, Agency: line(e.Lead.Agency), URL: address(e.Lead.Link),
		Rights: e.Lead.Rights.String(), Line: line(e.Lead.RightsLine), Truncated: e.Lead.Truncated, Edited: e.Updated.After(e.Published),
		// Safe: contentHTML writes only its own tags around escaped text.
		Content: template.HTML(contentHTML(e.Lead)),
	}
	for _, id := range e.Story.Topics {
		if p.head.topics[id] != nil {
			s.Topics = append(s.Topics, topicLine{id, p.head.topicTitle(id)})
		}
	}
	for i := range e.Story.Articles {
		a := &e.Story.Articles[i]
		published, _ := times(e.Story, a)
		s.Tellings = append(s.Tellings, telling{line(orElse(a.Outlet, string(a.Source))), headline(a), address(a.Link), langTag(a.Lang), direction(a.Lang), line(a.Lede), published, i == 0})
	}
	v.Story = s
	return p.page("story.html", v, e.Updated)
}

// sources is the page on how every source is.
func (p press) sources(ctx context.Context) (document, error) {
	all, err := p.healths(ctx)
	if err != nil {
		return document{}, err
	}
	v := p.view("Sources", "sources", "/sources")
	s := &sourcesView{}
	for _, h := range all {
		l := sourceLine{health: h}
		switch h.State {
		case "ok":
			l.Mark, l.Word, s.Well = "✓", "Working", s.Well+1
		case "broken":
			l.Mark, l.Word, s.Ill = "!", "Failing", s.Ill+1
		case "gone":
			l.Mark, l.Word, s.Gone = "✕", "Gone", s.Gone+1
		default:
			l.Mark, l.Word, s.Idle = "…", "Not asked yet", s.Idle+1
		}
		s.All = append(s.All, l)
	}
	v.Sources = s
	return p.page("sources.html", v, time.Time{})
}

// refuse answers with what is wrong: a page for people, a sentence for
// programs.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, head *masthead, err error) {
	f, ok := err.(fault)
	if !ok {
		f = fault{http.StatusInternalServerError, "Something went wrong here."}
	}
	if f.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	switch f.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="dateline"`)
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "60")
	}
	if strings.HasPrefix(strings.TrimPrefix(r.URL.Path, head.path), apiPrefix+"/") {
		refuseAPI(w, r, f)
		return
	}
	if !wantsPage(r) {
		say(w, r, f.status, f.words+"\n")
		return
	}
	p := s.press(head)
	v := p.view(http.StatusText(f.status), "fault", "/")
	v.Canon, v.Fault = "", &f
	doc, err := p.page("fault.html", v, time.Time{})
	if err != nil {
		say(w, r, f.status, f.words+"\n")
		return
	}
	h := w.Header()
	h.Set("Content-Type", doc.mediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(doc.body)))
	w.WriteHeader(f.status)
	if r.Method != http.MethodHead {
		w.Write(doc.body)
	}
}

// wantsPage reports whether a person is asking.
func wantsPage(r *http.Request) bool {
	for _, v := range r.Header.Values("Accept") {
		if bytes.Contains([]byte(v), []byte(typeHTML)) {
			return true
		}
	}
	return false
}

// Words tells the fault to templates.
func (f fault) Words() string { return f.words }

// Status tells its number.
func (f fault) Status() int { return f.status }

// day is a time as pages print it.
func day(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") }

// When is a time of a source for print.
func (sourceLine) When(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return ""
	}
	return day(t)
}
