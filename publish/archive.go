package publish

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"dateline/news"
)

// nsHistory is the namespace of feed paging and archiving, RFC 5005.
const nsHistory = "http://purl.org/syndication/history/1.0"

// The layout of an archive document's name: the day, in UTC, on which its
// stories were filed.
const archiveDay = "2006-01-02"

// mostArchived is how many full listings one archive document reads. What a
// fuller day has beyond is on the pages that rel=next of its document leads to.
const mostArchived = 10

// archive is the place of an archive document among the others of its topic.
type archive struct {
	day        time.Time // its beginning
	prev, next time.Time // the days of its neighbours; zero: there is none
}

// dayOf is the beginning of the day of a time.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// upTo is the place in a listing before which nothing at or after t stands.
func upTo(t time.Time) news.Cursor { return news.Cursor{Filed: t} }

// archivePath is the path of the archive document of a day.
func (h *masthead) archivePath(id news.TopicID, day time.Time) string {
	return h.topicPath(id) + "/archive/" + day.Format(archiveDay) + ".atom"
}

// routeArchive finds an archive document; rest is the address after the name
// of the topic.
func (h *masthead) routeArchive(req request, topic *news.Topic, rest, query string, shown pass) (request, error) {
	name, atom := strings.CutSuffix(rest, ".atom")
	day, err := time.Parse(archiveDay, name)
	if !atom || err != nil || day.Year() < 1 {
		return request{}, missing("There is no archive at this address; an archive is named like 2026-05-04.atom.")
	}
	if query != "" {
		return request{}, fault{http.StatusBadRequest, "An archive takes no parameters."}
	}
	req.scope, req.past = topic.ID, true
	var w want
	if req.closed = h.tokens[topic.ID] != nil; req.closed && shown.inQuery {
		w.pass, w.raw = shown, shown.bear("")
		req.key += shown.mark()
	}
	req.render = func(ctx context.Context, p press) (document, error) { return p.archived(ctx, topic, day, w) }
	return req, nil
}

// archived renders the archive document of a day. There is one as soon as the
// topic has a story of a later day: whether a day is over is read from the
// archive, not from a clock, so that every process answers alike.
func (p press) archived(ctx context.Context, topic *news.Topic, day time.Time, w want) (document, error) {
	newest, err := p.newestBefore(ctx, topic.ID, time.Time{})
	if err != nil {
		return document{}, err
	}
	end := day.AddDate(0, 0, 1)
	if newest.Before(end) {
		return document{}, missing("The day %s is not over in this topic; its stories are in the feed itself.", day.Format(archiveDay))
	}
	ed, err := p.archiveEdition(ctx, topic, day, w)
	if err != nil {
		return document{}, err
	}
	if len(ed.entries)+len(ed.gone) == 0 {
		return document{}, missing("Nothing in this topic was filed on %s.", day.Format(archiveDay))
	}
	if ed.archive.prev, err = p.prevArchive(ctx, topic.ID, day); err != nil {
		return document{}, err
	}
	if ed.archive.next, err = p.nextArchive(ctx, topic.ID, end, dayOf(newest)); err != nil {
		return document{}, err
	}
	return p.write(ctx, ed, ".atom")
}

// archiveEdition reads the stories of a day.
func (p press) archiveEdition(ctx context.Context, topic *news.Topic, day time.Time, w want) (*edition, error) {
	q := news.Query{Topic: topic.ID, After: upTo(day.AddDate(0, 0, 1)), Limit: news.MaxLimit}
	var stories []news.Story
	rest := ""
	for range mostArchived {
		page, err := p.archive.Stories(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list archived stories: %w", err)
		}
		whole := len(page) == q.Limit
		for i := range page {
			if page[i].Filed.Before(day) {
				page, whole = page[:i], false
				break
			}
		}
		stories = append(stories, page...)
		if rest = ""; !whole {
			break
		}
		q.After = place(&page[len(page)-1])
		rest = w.from(q.After)
	}
	if p.static {
		rest = ""
	}
	ed := newEdition(p.head, topic, w, stories, rest)
	ed.archive = &archive{day: day}
	return ed, nil
}

// newestBefore is when the newest story of a topic before a time was filed, a
// zero time meaning the end of time; zero: there is none.
func (p press) newestBefore(ctx context.Context, topic news.TopicID, before time.Time) (time.Time, error) {
	q := news.Query{Topic: topic, Limit: 1}
	if !before.IsZero() {
		q.After = upTo(before)
	}
	found, err := p.archive.Stories(ctx, q)
	if err != nil {
		return time.Time{}, fmt.Errorf("look for archives: %w", err)
	}
	if len(found) == 0 {
		return time.Time{}, nil
	}
	return found[0].Filed, nil
}

// prevArchive is the day of the archive document before a day; zero: there is
// none.
func (p press) prevArchive(ctx context.Context, topic news.TopicID, day time.Time) (time.Time, error) {
	filed, err := p.newestBefore(ctx, topic, day)
	if err != nil || filed.IsZero() {
		return time.Time{}, err
	}
	return dayOf(filed), nil
}

// newestArchive is the day of a topic's newest archive document; zero: it has
// none.
func (p press) newestArchive(ctx context.Context, topic news.TopicID) (time.Time, error) {
	newest, err := p.newestBefore(ctx, topic, time.Time{})
	if err != nil || newest.IsZero() {
		return time.Time{}, err
	}
	return p.prevArchive(ctx, topic, dayOf(newest))
}

// nextArchive is the first day from a day on that is over and has stories;
// last is the newest day of all, which is not over. The span is halved, so
// that a long silence costs a few short questions.
func (p press) nextArchive(ctx context.Context, topic news.TopicID, from, last time.Time) (time.Time, error) {
	low, high := from, last // before low nothing is found, before high something may be
	filed, err := p.newestBefore(ctx, topic, high)
	if err != nil || filed.Before(from) {
		return time.Time{}, err
	}
	for high = dayOf(filed); low.Before(high); {
		mid := low.AddDate(0, 0, int(high.Sub(low).Hours()/24+1)/2)
		filed, err := p.newestBefore(ctx, topic, mid)
		if err != nil {
			return time.Time{}, err
		}
		if filed.Before(from) {
			low = mid
			if mid.Equal(high) {
				break
			}
		} else {
			high = dayOf(filed)
		}
	}
	return high, nil
}

// historyLinks are the links of RFC 5005 section 4 from an Atom document.
func (ed *edition) historyLinks() []atomLink {
	at := func(rel string, day time.Time) []atomLink {
		if day.IsZero() {
			return nil
		}
		return []atomLink{{Rel: rel, Type: typeAtom, Href: ed.head.base + ed.head.archivePath(ed.topic.ID, day) + ed.want.passQuery()}}
	}
	if ed.archive == nil {
		return at("prev-archive", ed.before)
	}
	links := []atomLink{{Rel: "current", Type: typeAtom, Href: ed.head.base + ed.head.topicPath(ed.topic.ID) + ".atom" + ed.want.passQuery()}}
	return append(append(links, at("prev-archive", ed.archive.prev)...), at("next-archive", ed.archive.next)...)
}
