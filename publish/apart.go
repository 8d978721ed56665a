package publish

import (
	"slices"
	"time"

	"dateline/news"
)

// entriesOf are the entries that a story has in a listing: one, or where the
// reader asked for tellings apart, one for each article that he asked for, the
// latest first.
func entriesOf(h *masthead, st news.Story, w want) []entry {
	if !w.apart {
		return []entry{newEntry(h, st, w)}
	}
	st = h.clear(st)
	var all []entry
	for at := range st.Articles {
		if w.prefers(&st.Articles[at]) {
			all = append(all, newTelling(h, &st, at, w))
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return b.Lead.Filed.Compare(a.Lead.Filed) })
	return all
}

// newTelling tells what one article of a story tells. Its id is the article's
// and its dates are too: that somebody else tells the story changes nothing in
// it, beside the list of others.
func newTelling(h *masthead, st *news.Story, at int, w want) entry {
	e := tellEntry(h, st, at, w)
	e.seed = string(e.Lead.ID)
	e.ID = h.tag("article", e.seed)
	if changed := e.Lead.Changed.UTC().Truncate(time.Second); changed.After(e.Published) {
		e.Updated = changed
	} else {
		e.Updated = e.Published
	}
	return e
}

// fit cuts a listing of stories where its entries reach the limit. The
// tellings of one story are never parted, so that a page may have a few more
// and the place of the next is that of a story.
func (w want) fit(stories []news.Story, limit int) []news.Story {
	if !w.apart {
		return stories
	}
	entries := 0
	for i := range stories {
		for at := range stories[i].Articles {
			if w.prefers(&stories[i].Articles[at]) {
				entries++
			}
		}
		if entries >= limit {
			return stories[:i+1]
		}
	}
	return stories
}

// place is where a story stands in every listing.
func place(st *news.Story) news.Cursor { return news.Cursor{Filed: st.Filed, ID: st.ID} }
