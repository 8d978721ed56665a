package desk

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"dateline/news"
	"dateline/stories"
	"dateline/topics"
)

// tries is how often a commit is tried against other writers.
const tries = 20

// file finds the stories that an intake's articles tell and commits it all. It
// returns how many stories are new or changed.
func (d *Desk) file(ctx context.Context, in news.Intake) (int, error) {
	if !anyFiled(in.Articles) && !d.mayUpdate(in.Articles) {
		_, err := d.o.Store.Commit(ctx, in)
		return 0, wrap("commit", err)
	}
	d.placing.Lock()
	defer d.placing.Unlock()
	for range tries {
		if err := d.catchUp(ctx); err != nil {
			return 0, fmt.Errorf("catch up with the archive: %w", err)
		}
		placed, err := d.place(ctx, in.Articles)
		if err != nil {
			return 0, fmt.Errorf("place stories: %w", err)
		}
		in.Stories, in.Base = placed, d.base
		revision, err := d.o.Store.Commit(ctx, in)
		if errors.Is(err, news.ErrStale) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("commit: %w", err)
		}
		for i := range placed {
			d.index.Learn(&placed[i])
		}
		if len(placed) > 0 {
			d.base = revision
		}
		return len(placed), nil
	}
	return 0, fmt.Errorf("commit: %w %d times", news.ErrStale, tries)
}

func wrap(act string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", act, err)
}

func anyFiled(articles []news.Article) bool {
	for i := range articles {
		if len(articles[i].Topics) > 0 {
			return true
		}
	}
	return false
}

// mayUpdate reports whether one of the articles was filed before: a correction
// can take an article out of its topics, and its story must hear of it.
func (d *Desk) mayUpdate(articles []news.Article) bool {
	for i := range articles {
		if articles[i].Changed.After(articles[i].Filed) {
			return true
		}
	}
	return false
}

// catchUp teaches the index what was committed since it last looked, by other
// processes or before this one started.
func (d *Desk) catchUp(ctx context.Context) error {
	now, err := d.o.Store.Revision(ctx, "")
	if err != nil {
		return err
	}
	if d.caught && now == d.base {
		return nil
	}
	if d.caught && now < d.base { // the store lost what it had told us
		d.index, d.base = stories.New(stories.Options{Window: d.o.Window}), 0
	}
	oldest := d.now().Add(-d.o.Window)
	for st, err := range d.o.Store.Changes(ctx, d.base) {
		if err != nil {
			return err
		}
		if !st.Filed.Before(oldest) {
			d.index.Learn(&st)
		}
		d.base = max(d.base, st.Revision)
	}
	// A story that was saved twice is told once, at its last revision, so the
	// newest revision seen is that of the archive; only a swept one may lack.
	d.base, d.caught = max(d.base, now), true
	return nil
}

// place decides the stories that articles change. It commits nothing and
// teaches the index nothing.
func (d *Desk) place(ctx context.Context, articles []news.Article) ([]news.Story, error) {
	var placed []news.Story
	at := map[news.StoryID]int{} // places in placed
	among := stories.New(stories.Options{Window: d.o.Window})
	put := func(st news.Story) {
		i, ok := at[st.ID]
		if !ok {
			i = len(placed)
			at[st.ID] = i
			placed = append(placed, st)
		}
		placed[i] = st
		among.Learn(&st)
	}
	for i := range articles {
		a := &articles[i]
		if len(a.Topics) == 0 && !a.Changed.After(a.Filed) {
			continue // no topic wants it, and no story has it
		}
		id, known := d.tells(among, a)
		if !known {
			held, err := d.o.Store.Story(ctx, news.StoryID(a.ID))
			switch {
			case err == nil:
				id, known = held.ID, true
			case !errors.Is(err, news.ErrNotFound):
				return nil, err
			}
		}
		if !known {
			if len(a.Topics) > 0 && d.isNews(a) {
				put(stories.Open(*a))
			}
			continue
		}
		st, err := d.story(ctx, placed, at, id)
		if err != nil {
			return nil, err
		}
		if len(a.Topics) == 0 && !tells(&st, a.ID) {
			continue // a copy that no topic wants
		}
		if joined, changed := stories.Join(st, *a); changed {
			put(joined)
		}
	}
	return placed, nil
}

// isNews reports whether an article may open a story. A correction of one
// whose story has left the window may not: it would come as news again.
func (d *Desk) isNews(a *news.Article) bool {
	return !a.Changed.After(a.Filed) || a.Filed.After(d.now().Add(-d.o.Window))
}

// tells finds the story that an article tells, among those placed just now or
// those of the index.
func (d *Desk) tells(among *stories.Index, a *news.Article) (news.StoryID, bool) {
	if found, ok := among.Find(a); ok {
		return found.Story, true
	}
	if found, ok := d.index.Find(a); ok {
		return found.Story, true
	}
	return "", false
}

// story is a story as it will be after what was placed before.
func (d *Desk) story(ctx context.Context, placed []news.Story, at map[news.StoryID]int, id news.StoryID) (news.Story, error) {
	if i, ok := at[id]; ok {
		return placed[i], nil
	}
	return d.o.Store.Story(ctx, id)
}

func tells(st *news.Story, id news.ArticleID) bool {
	for i := range st.Articles {
		if st.Articles[i].ID == id {
			return true
		}
	}
	return false
}

// backfillBatch is how many archived articles are placed in one commit.
const backfillBatch = 100

// backfill files archived articles under topics that have no stories yet, or
// whose rule is new. Articles keep their filed dates, so that nothing comes to
// subscribers as news.
func (d *Desk) backfill(ctx context.Context, before, after Roster) error {
	wanted := map[news.TopicID]bool{}
	for _, t := range after.Topics {
		fill, err := d.unfilled(ctx, before, t)
		if err != nil {
			return err
		}
		if fill {
			wanted[t.ID] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	var batch []news.Article
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		_, err := d.file(ctx, news.Intake{Articles: batch, At: d.now()})
		batch = nil
		return err
	}
	for a, err := range d.o.Store.Articles(ctx, d.now().Add(-d.o.Window)) {
		if err != nil {
			return err
		}
		if !rematch(after.Matcher, &a, wanted) {
			continue
		}
		if batch = append(batch, a); len(batch) == backfillBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (d *Desk) unfilled(ctx context.Context, before Roster, t news.Topic) (bool, error) {
	for _, old := range before.Topics {
		if old.ID == t.ID {
			return !reflect.DeepEqual(old.Rule, t.Rule), nil
		}
	}
	revision, err := d.o.Store.Revision(ctx, t.ID)
	return revision == 0, err
}

// rematch adds to an archived article what the wanted topics find in it, and
// reports whether they find anything that it did not have.
func rematch(matcher *topics.Matcher, a *news.Article, wanted map[news.TopicID]bool) bool {
	held := map[news.TopicID]bool{}
	for _, id := range a.Topics {
		held[id] = true
	}
	gained := false
	for _, m := range matcher.Match(topics.FromArticle(a)) {
		if wanted[m.Topic] && !held[m.Topic] {
			a.Matches = append(a.Matches, m)
			gained = true
		}
	}
	if gained {
		a.Topics = matcher.Topics(a.Matches)
	}
	return gained
}

// Window is how far back copies are joined and new topics filled.
func (d *Desk) Window() time.Duration { return d.o.Window }
