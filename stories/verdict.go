package stories

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dateline/news"
)

// Errors of Split and Merge.
var (
	// ErrAlone means that a story has only the article to be taken out of it.
	ErrAlone = errors.New("the story has no other article")
	// ErrMerged means that a story was merged into another before.
	ErrMerged = errors.New("the story was merged into another")
	// ErrWithdrawn means that a story was withdrawn before.
	ErrWithdrawn = errors.New("the story was withdrawn")
	// ErrStands means that a story to be restored was never withdrawn.
	ErrStands = errors.New("the story was not withdrawn")
)

// Split takes one article out of a story, by an editor's verdict at a time. It
// returns the story that keeps the ID of st and the new one that the others,
// or the article, are told by from now on; no ID ever changes its opener.
//
// Nothing more is needed for the verdict to last: an article that comes again
// is looked for by its own ID before anything else is compared.
func Split(st news.Story, id news.ArticleID, at time.Time) (kept, taken news.Story, err error) {
	i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.ID == id })
	switch {
	case i < 0:
		return kept, taken, fmt.Errorf("article %s in story %s: %w", id, st.ID, news.ErrNotFound)
	case len(st.Articles) == 1:
		return kept, taken, fmt.Errorf("split %s: %w", st.ID, ErrAlone)
	case st.Into != "":
		return kept, taken, fmt.Errorf("split %s: %w", st.ID, ErrMerged)
	case !st.Withdrawn.IsZero():
		return kept, taken, fmt.Errorf("split %s: %w", st.ID, ErrWithdrawn)
	}
	alone := []news.Article{st.Articles[i]}
	rest := slices.Delete(slices.Clone(st.Articles), i, i+1)
	if news.StoryID(id) == st.ID {
		alone, rest = rest, alone
	}
	kept = tell(st.ID, rest, st.Filed)
	kept.Updated = later(st.Updated, at)
	opener := earliest(alone)
	taken = tell(news.StoryID(opener.ID), alone, opener.Filed)
	taken.Updated = later(taken.Filed, at)
	return kept, taken, nil
}

// Merge tells two stories as one, by an editor's verdict at a time. The
// articles of the second join the first; the second stays, without topics, to
// show whoever has its address where its articles went.
func Merge(into, from news.Story, at time.Time) (merged, emptied news.Story, err error) {
	switch {
	case into.ID == from.ID:
		return merged, emptied, fmt.Errorf("merge %s into itself", into.ID)
	case into.Into != "" || from.Into != "":
		return merged, emptied, fmt.Errorf("merge %s into %s: %w", from.ID, into.ID, ErrMerged)
	case !into.Withdrawn.IsZero() || !from.Withdrawn.IsZero():
		return merged, emptied, fmt.Errorf("merge %s into %s: %w", from.ID, into.ID, ErrWithdrawn)
	case len(into.Articles)+len(from.Articles) > maxTellers:
		return merged, emptied, fmt.Errorf("merge %s into %s: one story has at most %d articles", from.ID, into.ID, maxTellers)
	}
	merged = tell(into.ID, append(slices.Clone(into.Articles), from.Articles...), into.Filed)
	merged.Updated = later(into.Updated, at)
	emptied = from
	emptied.Topics, emptied.Into = nil, into.ID
	emptied.Updated = later(from.Updated, at)
	return merged, emptied, nil
}

// tell makes a story of articles in any order.
func tell(id news.StoryID, articles []news.Article, filed time.Time) news.Story {
	order(articles, id)
	for i := news.MaxCopies; i < len(articles); i++ {
		articles[i] = named(&articles[i])
	}
	return news.Story{ID: id, Articles: articles, Topics: union(articles), Filed: filed}
}

// earliest is the article that was filed first.
func earliest(articles []news.Article) *news.Article {
	first := &articles[0]
	for i := range articles {
		if a := &articles[i]; a.Filed.Before(first.Filed) || a.Filed.Equal(first.Filed) && a.ID < first.ID {
			first = a
		}
	}
	return first
}

// Withdraw takes a story back, by an editor's verdict at a time. Whoever tells
// it later joins it and stays unpublished with it.
func Withdraw(st news.Story, at time.Time) (news.Story, error) {
	switch {
	case st.Into != "":
		return st, fmt.Errorf("withdraw %s: %w", st.ID, ErrMerged)
	case !st.Withdrawn.IsZero():
		return st, fmt.Errorf("withdraw %s: %w", st.ID, ErrWithdrawn)
	}
	st.Withdrawn = later(st.Updated, at)
	return st, nil
}

// Restore takes the withdrawal of a story back. Its entry changes then, after
// it was withdrawn: that is how readers know which of the two they are to
// believe.
func Restore(st news.Story, at time.Time) (news.Story, error) {
	if st.Withdrawn.IsZero() {
		return st, fmt.Errorf("restore %s: %w", st.ID, ErrStands)
	}
	st.Updated = later(later(st.Updated, at), st.Withdrawn.Add(time.Second))
	st.Withdrawn = time.Time{}
	return st, nil
}
