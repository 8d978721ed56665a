package stories

import (
	"cmp"
	"slices"
	"time"

	"dateline/news"
)

// Finding says which story an article belongs to, and why.
type Finding struct {
	Story  news.StoryID
	With   news.ArticleID // the article of the story that the evidence is about
	Reason Reason

	Containment float64 // as in Evidence, without house text
	Common      int
	Shingles    int
}

// Reissued is the article of the story found that a brings anew under another
// ID, as outlets do that make guids and addresses of headlines: the same
// source's, at the same address or in the same words. nil: there is none.
func (f *Finding) Reissued(st *news.Story, a *news.Article) *news.Article {
	for i := range st.Articles {
		held := &st.Articles[i]
		switch {
		case held.Source != a.Source || held.ID == a.ID:
		case held.ID == f.With && (f.Reason == ReasonLink || f.Reason == ReasonText):
			return held
		case held.Text() != "" && sameWords(held.Text(), a.Text()):
			return held
		}
	}
	return nil
}

// Find looks for the story that an article belongs to: one that has it
// already, one at the same address, one in the same words, one that it is a
// copy of, or one of the same event. It changes nothing.
func (ix *Index) Find(a *news.Article) (Finding, bool) {
	if e := ix.articles[a.ID]; e != nil {
		return finding(e, ReasonUpdate), true
	}
	if e := ix.only(ix.links[tellingLink(a.Link)], a.Filed); e != nil {
		return finding(e, ReasonLink), true
	}
	t := read(a)
	if e := ix.only(ix.sums[t.sum], a.Filed); e != nil {
		return finding(e, ReasonText), true
	}
	if !ix.joins(a.Source, news.JoinCopies) {
		return Finding{}, false
	}
	if found, ok := ix.findCopy(&t, a.Filed); ok {
		return found, true
	}
	return ix.findEvent(a, &t)
}

func finding(e *entry, why Reason) Finding {
	return Finding{Story: e.story.id, With: e.id, Reason: why}
}

// only returns the first of entries within the window, if all of these are of
// one story: what stands in several tells nothing.
func (ix *Index) only(entries []*entry, filed time.Time) (found *entry) {
	for _, e := range entries {
		switch {
		case !ix.near(e.story, filed):
		case found == nil:
			found = e
		case found.story != e.story:
			return nil
		}
	}
	return found
}

// near reports whether a story is within the window of a time.
func (ix *Index) near(h *held, filed time.Time) bool {
	return filed.IsZero() || h.last.IsZero() || filed.Sub(h.last) <= ix.window
}

// findCopy looks for the story that a text is a copy of.
func (ix *Index) findCopy(t *text, filed time.Time) (Finding, bool) {
	house := func(s uint64) bool { return ix.postings.house(s, ix.entries) }
	var best Finding
	var digested []*held // stories that the text holds as a small part of itself
	found := false
	for _, e := range ix.candidates(t, filed) {
		ev := weigh(t, &e.text, house)
		if !ev.Same || !ix.joins(e.source, news.JoinCopies) || !ix.likeLead(t, e, house) {
			continue
		}
		if 2*e.text.words < t.words && !slices.Contains(digested, e.story) {
			digested = append(digested, e.story)
		}
		if !found || ev.Containment > best.Containment {
			found = true
			best = Finding{e.story.id, e.id, ReasonCopy, ev.Containment, ev.Common, ev.Shingles}
		}
	}
	// A text that holds several stories is a digest, and tells none of them.
	if len(digested) > 1 {
		return Finding{}, false
	}
	return best, found
}

// likeLead reports whether a text resembles the lead article of a story whose
// other article it is a copy of. Without this a chain of copies, each edited a
// little more, would lead from one story into another.
func (ix *Index) likeLead(t *text, e *entry, house func(uint64) bool) bool {
	lead := e.story.articles[0]
	if lead == e {
		return true
	}
	ev := weigh(t, &lead.text, house)
	return ev.Shingles < minCommon || ev.Containment >= leadShare
}

// candidates returns the articles that share most with a text, the most first.
func (ix *Index) candidates(t *text, filed time.Time) []*entry {
	ix.touched = ix.touched[:0]
	for _, s := range t.shingles {
		ix.postings.each(s, ix.entries, ix.touch)
	}
	return ix.mostTouched(minCommon, func(e *entry) bool { return ix.near(e.story, filed) })
}

// touch counts an article that shares something.
func (ix *Index) touch(no int32) {
	if ix.counts[no] == 0 {
		ix.touched = append(ix.touched, no)
	}
	ix.counts[no]++
}

// mostTouched returns the articles that were touched so often at least and that
// good speaks for, the most often first, and sets the counts back.
func (ix *Index) mostTouched(least int32, good func(*entry) bool) []*entry {
	var found []*entry
	shared := map[*entry]int32{}
	for _, no := range ix.touched {
		n := ix.counts[no]
		ix.counts[no] = 0
		if e := ix.entries[no]; n >= least && good(e) {
			found = append(found, e)
			shared[e] = n
		}
	}
	slices.SortFunc(found, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a.id, b.id))
	})
	return found[:min(len(found), maxCandidates)]
}
