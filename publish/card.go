package publish

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"dateline/news"
)

// card is a story in a listing.
type card struct {
	ID, Title, Summary, Lang, Dir string
	Page                          string // of ours, for To
	Outlet, Place, Kicker         string
	Filed, Published, Updated     time.Time
	Figure                        *figureView
	Others                        int      // tellings beside this one
	Outlets                       []string // of those, each once
	Tongues                       []langLine
	Why                           []because
	Edited                        bool
}

// figureView is a picture with what is said under it.
type figureView struct {
	Src, Alt, Caption, Credit string
	Width, Height             int
}

// langLine is a language with what it calls itself.
type langLine struct {
	Code, Name string
	Count      int
}

// because is a reason as a page shows it: the quotation with what was met in
// it set off.
type because struct {
	Topic, Rule, Where string
	Before, Hit, After string
}

func (p press) cards(entries []entry, topic news.TopicID) []card {
	all := make([]card, len(entries))
	for i := range entries {
		all[i] = p.card(&entries[i], topic)
	}
	return all
}

// card tells a story in short; with a topic, only why it is in that one.
func (p press) card(e *entry, topic news.TopicID) card {
	c := card{
		ID: string(e.Story.ID), Title: e.Title, Summary: e.Summary, Lang: e.Lang, Dir: direction(e.Lang), Page: storyPath(e.Story) + p.passFor(e.Story),
		Outlet: line(orElse(e.Lead.Outlet, e.Source.Title)), Place: line(e.Lead.Dateline), Kicker: line(e.Lead.Kicker),
		Filed: e.Story.Filed.UTC(), Published: e.Published, Updated: e.Updated, Others: len(e.Others), Edited: e.Updated.After(e.Published),
		Figure: p.figure(e.Story, e.Lead.Lead), Why: p.head.becauses(e.Why, topic),
	}
	seen := map[string]bool{c.Outlet: true}
	tongues := map[string]bool{primary(c.Lang): true, "": true}
	for _, o := range e.Others {
		if !seen[o.Outlet] {
			seen[o.Outlet] = true
			c.Outlets = append(c.Outlets, o.Outlet)
		}
		if code := primary(o.Lang); !tongues[code] {
			tongues[code] = true
			c.Tongues = append(c.Tongues, langLine{Code: code, Name: languageName(code)})
		}
	}
	return c
}

func (p press) figure(st *news.Story, f *news.Figure) *figureView {
	if f == nil || address(f.Src) == "" {
		return nil
	}
	return &figureView{p.picture(st, f.Src), line(f.Alt), line(f.Caption), line(f.Credit), max(0, f.Width), max(0, f.Height)}
}

// maxBecause bounds the reasons that a page gives for one topic.
const maxBecause = 6

// becauses are reasons for people, by rule each once; with a topic, of that
// one only.
func (h *masthead) becauses(why []reason, topic news.TopicID) []because {
	var all []because
	for _, r := range why {
		if topic != "" && r.Topic != string(topic) {
			continue
		}
		b := because{Topic: h.topicTitle(news.TopicID(r.Topic)), Rule: ruleName(r.Rule), Where: where(r)}
		b.Before, b.Hit, b.After = parted(r.Snippet, orElse(r.hit, r.Alias))
		same := func(o because) bool { return o.Topic == b.Topic && o.Rule == b.Rule }
		if len(all) < maxBecause && !slices.ContainsFunc(all, same) {
			all = append(all, b)
		}
	}
	return all
}

// senses says what an alias is to what it stands for.
var senses = map[string]string{
	"name": "by name", "demonym": "by its people or adjective", "capital": "by its capital", "leader": "by its leader",
	"abbreviation": "by abbreviation", "compound": "inside another word", "alias": "by another name", "regex": "by pattern",
}

// where says by what a reason was met, and in which part of the article.
func where(r reason) string {
	words := senses[r.Sense]
	if r.Field != "" {
		words = strings.TrimSpace(words + " in the " + r.Field)
	}
	return words
}

// parted cuts a quotation around what was met in it.
func parted(quote, hit string) (before, met, after string) {
	if at := strings.Index(quote, hit); at >= 0 && hit != "" {
		return quote[:at], hit, quote[at+len(hit):]
	}
	return quote, "", ""
}

// ruleName is a part of a rule in words: "country:RU" is Russia.
func ruleName(rule string) string {
	kind, name, ok := strings.Cut(rule, ":")
	switch {
	case rule == "source":
		return "everything from this source"
	case !ok:
		return rule
	case kind == "country":
		if region, err := language.ParseRegion(name); err == nil {
			return orElse(display.English.Regions().Name(region), name)
		}
	}
	return strings.ReplaceAll(name, "-", " ")
}
