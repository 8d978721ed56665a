package publish

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dateline/news"
)

// The archive of a topic is one document for each day on which stories were
// filed, RFC 5005 section 4: the feed links to the day of its oldest entry, and
// each day to the one before. A day that is over gains no stories but those
// that a new rule finds in the past.

// mostOfDay bounds the stories of one archive document.
const mostOfDay = 5000

// historyDay is the form of days in addresses.
const historyDay = "2006-01-02"

// historyNS is the namespace of RFC 5005.
const historyNS = "http://purl.org/syndication/history/1.0"

// history is what makes an edition an archive document.
type history struct {
	day   time.Time
	prior time.Time // the day before it that has stories; zero: this is the first
}

// historyAt is the address of a day's archive.
func (ed *edition) historyAt(day time.Time) string {
	return ed.head.base + ed.head.topicPath(ed.topic.ID) + "/archive/" + day.UTC().Format(historyDay) + ".atom" + ed.want.passQuery()
}

// cutHistory reads the topic and the day of "ID/archive/2026-11-24".
func cutHistory(name string) (topic string, day time.Time, ok bool) {
	topic, text, found := strings.Cut(name, "/archive/")
	if !found {
		return name, time.Time{}, false
	}
	day, err := time.Parse(historyDay, text)
	if err != nil || day.Format(historyDay) != text {
		return name, time.Time{}, false
	}
	return topic, day, true
}

// archiveDay writes the archive of one day.
func (p press) archiveDay(ctx context.Context, topic *news.Topic, day time.Time, w want) (document, error) {
	q := news.Query{Topic: topic.ID, After: news.Cursor{Filed: day.AddDate(0, 0, 1)}, Limit: news.MaxLimit}
	var stories []news.Story
	past := history{day: day}
	for past.prior.IsZero() && len(stories) < mostOfDay {
		page, err := p.archive.Stories(ctx, q)
		if err != nil {
			return document{}, fmt.Errorf("list stories of a day: %w", err)
		}
		for i := range page {
			if page[i].Filed.Before(day) {
				past.prior = page[i].Filed.UTC().Truncate(24 * time.Hour)
				break
			}
			stories = append(stories, page[i])
		}
		if len(page) < q.Limit {
			break
		}
		last := page[len(page)-1]
		q.After = news.Cursor{Filed: last.Filed, ID: last.ID}
	}
	if len(stories) == 0 {
		return document{}, missing("The topic %q has no stories of this day.", printable(string(topic.ID)))
	}
	ed := newEdition(p.head, topic, w, stories, "")
	ed.past = &past
	return p.write(ed, ".atom")
}

// historyLinks are the links of an archive document.
func (ed *edition) historyLinks() []atomLink {
	current := ed.head.base + ed.head.topicPath(ed.topic.ID) + ".atom" + ed.want.passQuery()
	links := []atomLink{
		{Rel: "self", Type: typeAtom, Href: ed.historyAt(ed.past.day)},
		{Rel: "current", Type: typeAtom, Href: current},
	}
	if !ed.past.prior.IsZero() {
		links = append(links, atomLink{Rel: "prev-archive", Type: typeAtom, Href: ed.historyAt(ed.past.prior)})
	}
	return links
}

// passQuery is the query that bears the reader's token; empty: none is needed.
func (w want) passQuery() string {
	if q := w.pass.bear(""); q != "" {
		return "?" + q
	}
	return ""
}
