package publish

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/news"
)

// Workbench lets editors try rules of topics on what is stored. What it is made
// of lies outside of publishing; nothing it does changes anything.
type Workbench struct {
	// Rule is the present rule of a topic, as the config has it and without
	// secrets; empty: it cannot be shown.
	Rule func(news.TopicID) string
	// Try tries a rule. It ends when ctx does, with what it has found so far.
	Try func(context.Context, Trial) (Tried, error)
}

// Trial is what an editor wants to try.
type Trial struct {
	Rule    string // a topic of the config, as YAML, perhaps with concepts
	Samples string // labelled texts, one a line; empty: none
	Days    int    // how far back stored articles are read, 1 to MaxTrialDays
}

// MaxTrialDays bounds how far back a Trial reads.
const MaxTrialDays = 90

// Tried is what came of a Trial. With faults there is nothing else in it.
type Tried struct {
	Faults []string // what is wrong with what the editor wrote, a sentence each

	Topic   news.TopicID
	Fresh   bool      // the config has no such topic yet
	Paste   string    // the rule as it stands among the topics of a config
	Read    int       // articles read
	Stopped time.Time // time was up at articles filed then; zero: all were read
	Gained  TriedList
	Lost    TriedList
	Kept    TriedList
	Near    TriedList // not taken, but for one thing

	Score *TriedScore // nil: there were no samples
}

// TriedList is articles with one outcome: all are counted, the newest kept.
type TriedList struct {
	Count int
	Shown []TriedArticle
}

// TriedArticle is an article with what the rule made of it.
type TriedArticle struct {
	Article news.Article
	Matches []news.Match
	Wanting []string // what was not met, or kept it out
}

// TriedScore is how a rule does on labelled samples.
type TriedScore struct {
	Right, Wrong, Missed int
	Precision, Recall    float64  // 1 where there was nothing to get wrong
	WrongOnes, Misses    []string // titles
}

// The bounds of a trial.
const (
	maxTrialForm = 512 << 10
	maxTrialTime = 15 * time.Second
	usualDays    = 7
)

// workbenchPath is where the workbench stands.
const workbenchPath = "/workbench"

// workbenchPolicy is contentPolicy with forms that lead to ourselves.
var workbenchPolicy = strings.Replace(contentPolicy, "form-action 'none'", "form-action 'self'", 1)

type workbenchView struct {
	Topics  []topicLine
	Topic   news.TopicID
	Trial   Trial
	Action  string // where the form leads, with the editor's token if it came in the address
	Token   string
	Tried   *Tried
	Lists   []triedView
	Percent *percentView
	MaxDays int
}

type percentView struct{ Precision, Recall string }

// triedView is one of the lists of an outcome.
type triedView struct {
	Name, Sign, Class, Hint string
	Count                   int
	Cards                   []triedCard
}

type triedCard struct {
	Title, Outlet, URL, Lang, Dir string
	Filed                         time.Time
	Why                           []because
	Wanting                       []string
}

// workbench answers for the workbench. Everything is written anew for each
// request, and no cache keeps it.
func (s *Server) workbench(w http.ResponseWriter, r *http.Request, head *masthead) {
	shown, query := takePass(r)
	if err := head.closedTo(workbenchPath, shown.token); err != nil {
		s.refuse(w, r, head, err)
		return
	}
	if s.bench == nil || !head.forEditors() {
		s.refuse(w, r, head, missing("There is no workbench here: it needs an admin token in the config, or a desk that only this machine can ask."))
		return
	}
	v := workbenchView{Trial: Trial{Days: usualDays}, MaxDays: MaxTrialDays, Action: head.path + workbenchPath}
	if shown.inQuery {
		v.Token = shown.token
		v.Action += "?" + shown.bear("")
	}
	var err error
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		err = s.openBench(head, query, &v)
	case http.MethodPost:
		err = s.tryOut(w, r, head, &v)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		err = fault{http.StatusMethodNotAllowed, "The workbench is opened by GET and tries a rule by POST."}
	}
	if err != nil {
		s.refuse(w, r, head, err)
		return
	}
	s.showBench(w, r, head, v)
}

// openBench puts the rule of the topic asked for into the form.
func (s *Server) openBench(head *masthead, query string, v *workbenchView) error {
	asked, err := url.ParseQuery(query)
	if err != nil {
		return fault{http.StatusBadRequest, "The query is not properly escaped."}
	}
	v.Topic = news.TopicID(asked.Get("topic"))
	if v.Topic == "" && len(head.Topics) > 0 {
		v.Topic = head.Topics[0].ID
	}
	if v.Topic != "" && head.topics[v.Topic] == nil {
		return missing("There is no topic %q.", printable(string(v.Topic)))
	}
	v.Trial.Rule = s.bench.Rule(v.Topic)
	return nil
}

// tryOut tries what the form holds.
func (s *Server) tryOut(w http.ResponseWriter, r *http.Request, head *masthead, v *workbenchView) error {
	var err error
	if v.Trial, err = readTrial(w, r); err != nil {
		return err
	}
	select {
	case s.trying <- struct{}{}:
		defer func() { <-s.trying }()
	default:
		return fault{http.StatusServiceUnavailable, "Another rule is being tried. Please try again in a few seconds."}
	}
	ctx, cancel := context.WithTimeout(r.Context(), maxTrialTime)
	defer cancel()
	tried, err := s.bench.Try(ctx, v.Trial)
	if err != nil {
		s.log.Warn("rule not tried", "err", err)
		return fault{http.StatusServiceUnavailable, "The archive cannot be read at the moment. Please try again in a minute."}
	}
	v.Tried, v.Topic = &tried, tried.Topic
	v.Lists = triedLists(head, &tried)
	if c := tried.Score; c != nil {
		v.Percent = &percentView{percent(c.Precision), percent(c.Recall)}
	}
	return nil
}

// readTrial reads the form. Its errors are faults.
func readTrial(w http.ResponseWriter, r *http.Request) (Trial, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxTrialForm)
	if err := r.ParseForm(); err != nil {
		if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
			return Trial{}, fault{http.StatusRequestEntityTooLarge, fmt.Sprintf("A rule and its samples may have %d KiB together.", maxTrialForm>>10)}
		}
		return Trial{}, fault{http.StatusBadRequest, "The form cannot be read."}
	}
	days, err := strconv.Atoi(strings.TrimSpace(r.PostForm.Get("days")))
	if err != nil || days < 1 || days > MaxTrialDays {
		return Trial{}, fault{http.StatusBadRequest, fmt.Sprintf("The number of days is not one from 1 to %d.", MaxTrialDays)}
	}
	return Trial{Rule: unixLines(r.PostForm.Get("rule")), Samples: unixLines(r.PostForm.Get("samples")), Days: days}, nil
}

// unixLines undoes the line ends of forms.
func unixLines(s string) string { return legal(strings.ReplaceAll(s, "\r\n", "\n")) }

func percent(share float64) string {
	return strconv.FormatFloat(math.Floor(share*1000)/10, 'f', -1, 64) + " %"
}

func triedLists(h *masthead, t *Tried) []triedView {
	var lists []triedView
	for _, l := range []struct {
		name, sign, class, hint string
		list                    TriedList
	}{
		{"Gained", "+", "gained", "in the topic by this rule, not by the present one", t.Gained},
		{"Lost", "−", "lost", "in the topic by the present rule, not by this one", t.Lost},
		{"Near misses", "~", "near", "not in it, but for one thing", t.Near},
		{"Kept", "=", "kept", "in the topic by both", t.Kept},
	} {
		v := triedView{Name: l.name, Sign: l.sign, Class: l.class, Hint: l.hint, Count: l.list.Count}
		for i := range l.list.Shown {
			v.Cards = append(v.Cards, newTriedCard(h, &l.list.Shown[i]))
		}
		lists = append(lists, v)
	}
	return lists
}

func newTriedCard(h *masthead, t *TriedArticle) triedCard {
	a := &t.Article
	c := triedCard{Title: headline(a), Outlet: line(orElse(a.Outlet, string(a.Source))), URL: address(a.Link), Lang: langTag(a.Lang), Dir: direction(a.Lang), Filed: a.Filed.UTC()}
	c.Why = h.becauses(reasonsOf(t.Matches), "")
	for _, w := range t.Wanting {
		c.Wanting = append(c.Wanting, line(w))
	}
	return c
}

// showBench writes the workbench.
func (s *Server) showBench(w http.ResponseWriter, r *http.Request, head *masthead, b workbenchView) {
	p := s.press(head)
	v := p.view("Workbench", "workbench", workbenchPath)
	v.Year = time.Now().UTC().Year()
	for id := range head.topics {
		b.Topics = append(b.Topics, topicLine{id, head.topicTitle(id), id == b.Topic})
	}
	slices.SortFunc(b.Topics, func(x, y topicLine) int { return cmp.Or(cmp.Compare(x.Title, y.Title), cmp.Compare(x.ID, y.ID)) })
	v.Page = b
	doc, err := p.page("workbench.html", v, time.Time{})
	if err != nil {
		s.refuse(w, r, head, err)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", workbenchPolicy)
	h.Set("Content-Type", doc.mediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(doc.body)))
	if r.Method != http.MethodHead {
		bytes.NewReader(doc.body).WriteTo(w) // the editor may have gone
	}
}
