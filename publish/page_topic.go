package publish

import (
	"context"
	"html/template"
	"net/url"
	"time"

	"dateline/news"
)

type topicView struct {
	ID          news.TopicID
	Title       string
	Description string
	Feeds       []feedLine
	Readers     []readerLine
	Langs       []choice
	Outlets     []choice
	Days        []dayView
	Next        string // the whole address below the site; empty: none
	First       string
	All         string // of the topic without what was asked
	Filtered    bool
	Tally       *tally
	Chart       template.HTML
}

// feedLine is one form of a topic, to subscribe to.
type feedLine struct{ Name, Path, Address, Hint string }

// choice narrows a topic to a language or an outlet.
type choice struct {
	Name, Lang, Path string
	Count            int
	Here             bool // it is in force
}

// dayView is the stories of one day.
type dayView struct {
	Day   time.Time
	Cards []card
}

// Name is the day in words.
func (d dayView) Name() string { return d.Day.Format("Monday, 2 January 2006") }

// Clock is when a story of the day came out: the hour, or all of it where that
// was another day.
func (d dayView) Clock(t time.Time) string {
	if midnight(t).Equal(d.Day) {
		return t.UTC().Format("15:04 UTC")
	}
	return day(t)
}

// topicPage is an edition for people.
func (p press) topicPage(ctx context.Context, ed *edition) (document, error) {
	p.pass = ed.want.pass
	path := p.head.topicPath(ed.topic.ID)
	v := p.view(ed.title(), "topic", path+ed.want.query())
	v.Feeds, v.Year = ed.links("", false), ed.changed.Year()
	for i := range v.Topics {
		v.Topics[i].Here = v.Topics[i].ID == ed.topic.ID
	}
	counted, err := p.tally(ctx, ed.topic.ID)
	if err != nil {
		return document{}, err
	}
	t := &topicView{
		ID: ed.topic.ID, Title: ed.title(), Description: line(ed.topic.Description), Tally: counted, Chart: counted.chart(),
		Days: byDay(p.cards(ed.entries, ed.topic.ID)), Feeds: ed.feedLines(), All: path + ed.want.passQuery(),
		Filtered: len(ed.want.langs) > 0 || ed.want.source != "",
	}
	if p.head.tokens[ed.topic.ID] == nil { // nobody else shall learn a token
		t.Readers = readersFor(ed.at(".rss"))
	}
	t.Langs, t.Outlets = ed.choices(counted, path)
	if ed.next != "" {
		t.Next = path + "?" + ed.next
	}
	if !ed.want.after.IsZero() {
		t.First = path
		if q := ed.want.first(); q != "" {
			t.First += "?" + q
		}
	}
	v.Page = t
	doc, err := p.page("topic.html", v, ed.changed)
	for _, l := range v.Feeds {
		doc.links = append(doc.links, linkHeader(l))
	}
	return doc, err
}

// feedLines are the forms of an edition, with what each is good for.
func (ed *edition) feedLines() []feedLine {
	hints := []string{"for most readers", "for readers that follow corrections", "for programs and newer readers"}
	var lines []feedLine
	for i, f := range forms {
		lines = append(lines, feedLine{f.name, ed.head.topicPath(ed.topic.ID) + f.ext + ed.want.query(), ed.at(f.ext), hints[i]})
	}
	return lines
}

// choices are what an edition can be narrowed to, or is.
func (ed *edition) choices(t *tally, path string) (langs, outlets []choice) {
	to := func(name, value string) string {
		return path + "?" + ed.want.pass.bear(name+"="+url.QueryEscape(value))
	}
	for _, l := range t.Langs {
		here := len(ed.want.langs) == 1 && ed.want.langs[0] == l.Code
		langs = append(langs, choice{Name: l.Name, Lang: l.Code, Path: to("lang", l.Code), Count: l.Count, Here: here})
	}
	for _, o := range t.Outlets {
		c := choice{Name: o.Name, Count: o.Count, Here: ed.want.source == o.ID}
		if ed.head.sources[o.ID] != nil {
			c.Path = to("source", string(o.ID))
		}
		outlets = append(outlets, c)
	}
	return langs, outlets
}

// byDay parts cards by the day they were filed on, as listings are ordered.
func byDay(cards []card) []dayView {
	var days []dayView
	for _, c := range cards {
		if day := midnight(c.Filed); len(days) == 0 || !days[len(days)-1].Day.Equal(day) {
			days = append(days, dayView{Day: day})
		}
		last := &days[len(days)-1]
		last.Cards = append(last.Cards, c)
	}
	return days
}
