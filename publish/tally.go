package publish

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"dateline/news"
)

// The window of a tally: so many days to that of the newest story, and of very
// busy topics so many stories.
const (
	tallyDays    = 14
	tallyStories = 400
)

// tally counts what is in a topic lately. It follows from the archive alone, so
// that every process counts the same.
type tally struct {
	Stories int
	Capped  bool      // there are more in the window than were counted
	Last    time.Time // the day of the newest story, in UTC; zero: there is none
	Days    []int     // stories of each day, Last the last
	Outlets []outletLine
	Langs   []langLine // those told most first
}

// outletLine is an outlet in a topic.
type outletLine struct {
	ID    news.SourceID
	Name  string
	Count int
}

// Span says over which days was counted.
func (t *tally) Span() string {
	switch {
	case t.Last.IsZero():
		return ""
	case len(t.Days) == 1:
		return "on " + t.Last.Format("2 January")
	}
	return fmt.Sprintf("in %d days to %s", len(t.Days), t.Last.Format("2 January"))
}

// chart is the bars of the days.
func (t *tally) chart() template.HTML {
	if t.Last.IsZero() {
		return ""
	}
	return bars("Stories a day", t.Days, t.Last)
}

// tally counts a topic, or remembers what was counted at its revision.
func (p press) tally(ctx context.Context, topic news.TopicID) (*tally, error) {
	if p.tallies == nil {
		return p.count(ctx, topic)
	}
	revision, err := p.archive.Revision(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("read revision: %w", err)
	}
	at := stamp{revision, p.head.generation}
	if t := p.tallies.get(topic, at); t != nil {
		return t, nil
	}
	t, err := p.count(ctx, topic)
	if err == nil {
		p.tallies.put(topic, at, t)
	}
	return t, err
}

func (p press) count(ctx context.Context, topic news.TopicID) (*tally, error) {
	stories, err := p.archive.Stories(ctx, news.Query{Topic: topic, Limit: tallyStories})
	if err != nil {
		return nil, fmt.Errorf("count stories: %w", err)
	}
	return newTally(p.head, stories), nil
}

// newTally counts stories that are listed newest first.
func newTally(h *masthead, stories []news.Story) *tally {
	t := &tally{}
	outlets, langs := map[news.SourceID]*outletLine{}, map[string]int{}
	days := map[int]int{}
	oldest := 0
	for i := range stories {
		st := &stories[i]
		if len(st.Articles) == 0 || !st.Withdrawn.IsZero() {
			continue
		}
		if t.Last.IsZero() {
			t.Last = midnight(st.Filed)
		}
		age := int(t.Last.Sub(midnight(st.Filed)) / (24 * time.Hour))
		if age >= tallyDays {
			break
		}
		if i == tallyStories-1 {
			t.Capped = true
		}
		t.Stories++
		days[age]++
		oldest = max(oldest, age)
		countTellings(h, st, outlets, langs)
	}
	if t.Stories == 0 {
		return t
	}
	span := tallyDays
	if t.Capped { // of the days before we know nothing
		span = oldest + 1
	}
	t.Days = make([]int, span)
	for age, n := range days {
		t.Days[span-1-age] = n
	}
	for _, o := range outlets {
		t.Outlets = append(t.Outlets, *o)
	}
	slices.SortFunc(t.Outlets, func(a, b outletLine) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for code, n := range langs {
		t.Langs = append(t.Langs, langLine{code, languageName(code), n})
	}
	slices.SortFunc(t.Langs, func(a, b langLine) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code)) })
	return t
}

// countTellings counts each article of a story for its outlet, and the story
// once for each language that it is told in.
func countTellings(h *masthead, st *news.Story, outlets map[news.SourceID]*outletLine, langs map[string]int) {
	told := map[string]bool{"": true}
	for i := range st.Articles {
		a := &st.Articles[i]
		if outlets[a.Source] == nil {
			outlets[a.Source] = &outletLine{ID: a.Source}
		}
		o := outlets[a.Source]
		o.Count++
		o.Name = line(orElse(a.Outlet, string(a.Source)))
		if src := h.sources[a.Source]; src != nil && src.Title != "" {
			o.Name = line(src.Title)
		}
		if code := primary(langTag(a.Lang)); !told[code] && len(code) <= 3 {
			told[code] = true
			langs[code]++
		}
	}
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// tallies are the counts of topics, each at its last revision: as many as there
// are topics.
type tallies struct {
	mu   sync.Mutex // guards held
	held map[news.TopicID]counted
}

type counted struct {
	at    stamp
	tally *tally
}

func newTallies() *tallies { return &tallies{held: map[news.TopicID]counted{}} }

func (t *tallies) get(topic news.TopicID, at stamp) *tally {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.held[topic]; c.at == at {
		return c.tally
	}
	return nil
}

func (t *tallies) put(topic news.TopicID, at stamp, tally *tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, c := range t.held { // of topics that the config no longer names
		if c.at.generation != at.generation {
			delete(t.held, id)
		}
	}
	t.held[topic] = counted{at, tally}
}

// The size of a chart of bars, in its own units.
const (
	barWidth, barGap = 7, 3
	barHeight        = 32
)

// bars is a chart of what came on each day, the last one last. It says in words
// what it shows; a day without any has a line at the foot.
func bars(title string, days []int, last time.Time) template.HTML {
	most := max(1, slices.Max(days))
	width := len(days)*(barWidth+barGap) - barGap
	first := last.AddDate(0, 0, 1-len(days))
	numbers := make([]string, len(days))
	var path strings.Builder
	for i, n := range days {
		numbers[i] = strconv.Itoa(n)
		tall := 1
		if n > 0 {
			tall = max(3, (n*barHeight+most/2)/most)
		}
		fmt.Fprintf(&path, "M%d %dh%dv-%dh-%dz", i*(barWidth+barGap), barHeight, barWidth, tall, barWidth)
	}
	label := fmt.Sprintf("%s, %s to %s: %s", title, first.Format("2 January"), last.Format("2 January"), strings.Join(numbers, ", "))
	// Safe: all of it is ours, and the label is escaped.
	return template.HTML(fmt.Sprintf(`<svg class="bars" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s"><path d="%s"/></svg>`,
		width, barHeight, width, barHeight, template.HTMLEscapeString(label), path.String()))
}
