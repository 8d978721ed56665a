package publish

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"time"

	"dateline/news"
)

// frontCards is how many stories of a topic the front page shows.
const frontCards = 6

// frontTopic is one topic on the front page.
type frontTopic struct {
	ID          news.TopicID
	Title       string
	Description string
	Lead        *card
	Cards       []card
	Tally       *tally
	Chart       template.HTML
}

// front is the list of topics with what is new in each.
func (p press) front(ctx context.Context) (document, error) {
	v := p.view(line(p.head.Site.Title), "front", "/")
	var all []frontTopic
	var newest time.Time
	led := map[string]bool{} // stories that lead a topic
	for i := range p.head.Topics {
		topic := &p.head.Topics[i]
		stories, err := p.archive.Stories(ctx, news.Query{Topic: topic.ID, Limit: frontCards})
		if err != nil {
			return document{}, fmt.Errorf("list stories: %w", err)
		}
		tally, err := p.tally(ctx, topic.ID)
		if err != nil {
			return document{}, err
		}
		ed := newEdition(p.head, topic, want{brief: true}, stories, "")
		front := frontTopic{ID: topic.ID, Title: ed.title(), Description: line(topic.Description), Tally: tally, Chart: tally.chart()}
		front.Lead, front.Cards = leading(p.cards(ed.entries, ""), led)
		all = append(all, front)
		for _, l := range ed.links("", false) {
			l.Title = ed.title() + " – " + l.Title
			v.Feeds = append(v.Feeds, l)
		}
		if ed.changed.After(newest) {
			newest = ed.changed
		}
	}
	v.Page, v.Year = all, newest.Year()
	return p.page("front.html", v, newest)
}

// leading takes the card that opens a topic out of the newest: of those of the
// last day the one that most outlets tell, one with a picture before one
// without, the newest of equals. A story that leads another topic already does so
// only where there is no other, so that the page does not open twice with the
// same. Who leads is noted in led.
func leading(cards []card, led map[string]bool) (*card, []card) {
	if len(cards) == 0 {
		return nil, nil
	}
	best := 0
	for i := range cards {
		if cards[0].Filed.Sub(cards[i].Filed) > 24*time.Hour && !led[cards[best].ID] {
			break
		}
		if leadsBetter(&cards[i], &cards[best], led) {
			best = i
		}
	}
	lead := cards[best]
	led[lead.ID] = true
	return &lead, slices.Delete(slices.Clone(cards), best, best+1)
}

func leadsBetter(c, than *card, led map[string]bool) bool {
	switch {
	case led[c.ID] != led[than.ID]:
		return led[than.ID]
	case (c.Figure != nil) != (than.Figure != nil):
		return c.Figure != nil
	}
	return c.Others > than.Others
}
