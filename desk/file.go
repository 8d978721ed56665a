package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dateline/news"
	"dateline/stories"
)

// tries is how often a commit is tried against other writers.
const tries = 20

// file finds the stories that an intake's articles tell and commits it all. It
// returns how many stories are new or changed. An intake without articles is
// little work, and needs no seat for it.
func (d *Desk) file(ctx context.Context, in news.Intake) (placed int, err error) {
	switch {
	case len(in.Articles) == 0:
		return 0, d.archive(ctx, in)
	case !anyFiled(in.Articles) && !d.mayUpdate(in.Articles):
		d.o.Seats.Work(func() { err = d.archive(ctx, in) })
	default:
		d.o.Seats.Work(func() { placed, err = d.tell(ctx, in) })
	}
	return placed, err
}

// archive commits an intake that tells no story.
func (d *Desk) archive(ctx context.Context, in news.Intake) error {
	_, err := d.o.Store.Commit(ctx, in)
	return wrap("commit", err)
}

// tell commits an intake with the stories that its articles tell.
func (d *Desk) tell(ctx context.Context, in news.Intake) (int, error) {
	d.placing.Lock()
	defer d.placing.Unlock()
	in.Articles, in.Ledger.Marks = slices.Clone(in.Articles), slices.Clone(in.Ledger.Marks) // place may find who they are
	for range tries {
		if err := d.catchUp(ctx); err != nil {
			return 0, fmt.Errorf("catch up with the archive: %w", err)
		}
		placed, err := d.place(ctx, in)
		if errors.Is(err, news.ErrNotFound) { // the index knows a story that was swept: read it anew
			d.caught = false
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("place stories: %w", err)
		}
		d.step(stepPlaced)
		commit := in
		commit.Stories, commit.Base = placed, d.base
		if archived(in) {
			commit.Articles = nil // they are there, and perhaps in a newer version by now
		}
		revision, err := d.o.Store.Commit(ctx, commit)
		if errors.Is(err, news.ErrStale) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("commit: %w", err)
		}
		for i := range placed {
			d.learn(&placed[i])
		}
		if len(placed) > 0 {
			d.base = revision
		}
		return len(placed), nil
	}
	return 0, fmt.Errorf("commit: %w %d times", news.ErrStale, tries)
}

// archived reports whether an intake's articles come from the archive, to be
// placed under further topics.
func archived(in news.Intake) bool { return in.Ledger.Source == "" }

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
	if !d.caught || now < d.base { // or the store lost what it had told us
		if err := d.readIndex(ctx, now); err != nil {
			return err
		}
	}
	oldest := d.now().Add(-d.o.Window)
	for st, err := range d.o.Store.Changes(ctx, d.base) {
		if err != nil {
			return err
		}
		if !st.Filed.Before(oldest) {
			d.learn(&st)
		}
		d.base = max(d.base, st.Revision)
	}
	// A story that was saved twice is told once, at its last revision, so the
	// newest revision seen is that of the archive; only a swept one may lack.
	d.base = max(d.base, now)
	return nil
}

// indexPage is how many stories are read at a time for the index.
const indexPage = 200

// readIndex fills a new index with the stories of the window, as they stood at
// a revision or later. What lies before the window is not read.
func (d *Desk) readIndex(ctx context.Context, at news.Revision) error {
	d.index, d.caught = d.newIndex(), false
	oldest := d.now().Add(-d.o.Window)
	for after := (news.Cursor{}); ; {
		page, err := d.o.Store.Stories(ctx, news.Query{After: after, Limit: indexPage})
		if err != nil {
			return err
		}
		for i := range page {
			if page[i].Filed.Before(oldest) {
				page = nil // the window ends here
				break
			}
			d.learn(&page[i])
		}
		if len(page) == 0 {
			d.base, d.caught = at, true
			return nil
		}
		after = news.Cursor{Filed: page[len(page)-1].Filed, ID: page[len(page)-1].ID}
	}
}

// learn teaches the index a story. One that it cannot cope with is told by
// nobody else, which is better than nothing being filed any more.
func (d *Desk) learn(st *news.Story) {
	if err := d.guard(func() { d.index.Learn(st) }); err != nil {
		d.log.Error("a story could not be indexed", "story", st.ID, "err", err)
	}
}

// placement is what becomes of the stories by one intake.
type placement struct {
	desk     *Desk
	archived bool
	marks    []news.Mark
	placed   []news.Story
	at       map[news.StoryID]int // places in placed
	among    *stories.Index       // knows them
	shared   map[uint64]bool      // links that stand for several items of one source
}

// place decides the stories that articles change. It commits nothing and
// teaches the index nothing. An article of the intake that is found to be one
// filed before bears that one's ID from then on, in its mark too.
func (d *Desk) place(ctx context.Context, in news.Intake) ([]news.Story, error) {
	p := &placement{desk: d, archived: archived(in), marks: in.Ledger.Marks, at: map[news.StoryID]int{}, among: d.newIndex(), shared: sharedLinks(in)}
	for i := range in.Articles {
		var err error
		if panicked := d.guard(func() { err = p.add(ctx, &in.Articles[i]) }); panicked != nil {
			d.log.Error("an article could not be placed in a story", "source", in.Articles[i].Source, "url", in.Articles[i].Link, "err", panicked)
		}
		if err != nil {
			return nil, err
		}
	}
	return p.placed, nil
}

func (p *placement) add(ctx context.Context, a *news.Article) error {
	if len(a.Topics) == 0 && !a.Changed.After(a.Filed) {
		return nil // no topic wants it, and no story has it
	}
	found, known := p.tells(a)
	id := found.Story
	if !known {
		held, err := Standing(ctx, p.desk.o.Store, news.StoryID(a.ID))
		switch {
		case err == nil:
			id, known = held.ID, true
		case !errors.Is(err, news.ErrNotFound):
			return err
		}
	}
	if !known {
		if len(a.Topics) > 0 && p.desk.isNews(a) {
			p.put(stories.Open(*a))
		}
		return nil
	}
	st, err := p.story(ctx, id)
	if err != nil {
		return err
	}
	held := teller(&st, a.ID)
	if held == nil {
		held = p.reissued(&st, &found, a)
	}
	switch {
	case held == nil && len(a.Topics) == 0:
		return nil // a copy that no topic wants
	case held != nil && p.archived:
		a = withTopics(*held, a)
	}
	if joined, changed := stories.Join(st, *a); changed {
		p.put(joined)
	}
	return nil
}

// reissued is the article of a story that a brings anew; nil: none. An outlet
// that lists both at the same time has two. a takes the ID and the filing of the
// article that it is.
func (p *placement) reissued(st *news.Story, found *stories.Finding, a *news.Article) *news.Article {
	held := found.Reissued(st, a)
	if held == nil {
		return nil
	}
	own := slices.IndexFunc(p.marks, func(m news.Mark) bool { return m.Article == a.ID })
	if own < 0 || slices.ContainsFunc(p.marks, func(m news.Mark) bool { return m.Article == held.ID && m.Seen.Equal(p.marks[own].Seen) }) {
		return nil
	}
	p.marks[own].Article, p.marks[own].Filed = held.ID, held.Filed
	a.ID, a.Filed = held.ID, held.Filed
	return held
}

func (p *placement) put(st news.Story) {
	i, ok := p.at[st.ID]
	if !ok {
		i = len(p.placed)
		p.at[st.ID] = i
		p.placed = append(p.placed, st)
	}
	p.placed[i] = st
	p.among.Learn(&st)
}

// withTopics is the version that a story holds of an article, under the topics
// of an archived one, too. The story's version may be newer.
func withTopics(held news.Article, a *news.Article) *news.Article {
	has := held.Topics
	for _, m := range a.Matches {
		if !slices.Contains(has, m.Topic) {
			held.Matches = append(slices.Clip(held.Matches), m)
		}
	}
	for _, id := range a.Topics {
		if !slices.Contains(held.Topics, id) {
			held.Topics = append(slices.Clip(held.Topics), id)
		}
	}
	held.Topics = slices.Sorted(slices.Values(held.Topics))
	return &held
}

// isNews reports whether an article may open a story. A correction of one
// whose story has left the window may not: it would come as news again.
func (d *Desk) isNews(a *news.Article) bool {
	return !a.Changed.After(a.Filed) || a.Filed.After(d.now().Add(-d.o.Window))
}

// tells finds the story that an article tells, among those placed just now or
// those of the index.
func (p *placement) tells(a *news.Article) (stories.Finding, bool) {
	if p.shared[linkDigest(a.Link)] {
		unlinked := *a
		unlinked.Link = ""
		a = &unlinked
	}
	if found, ok := p.among.Find(a); ok {
		return found, true
	}
	return p.desk.index.Find(a)
}

// sharedLinks are the links under which a source has several items at once: that
// of the page they all stand on, or of the front page. They name no article, so
// that two with one of them may be different news.
func sharedLinks(in news.Intake) map[uint64]bool {
	shared, first := map[uint64]bool{}, map[uint64]news.ArticleID{}
	note := func(link uint64, id news.ArticleID) {
		if known, ok := first[link]; !ok {
			first[link] = id
		} else if known != id {
			shared[link] = true
		}
	}
	for i := range in.Ledger.Marks {
		note(in.Ledger.Marks[i].Link, in.Ledger.Marks[i].Article)
	}
	return shared
}

// story is a story as it will be after what was placed before.
func (p *placement) story(ctx context.Context, id news.StoryID) (news.Story, error) {
	if i, ok := p.at[id]; ok {
		return p.placed[i], nil
	}
	return p.desk.o.Store.Story(ctx, id)
}

// teller is the article of a story that has an ID; nil: none.
func teller(st *news.Story, id news.ArticleID) *news.Article {
	for i := range st.Articles {
		if st.Articles[i].ID == id {
			return &st.Articles[i]
		}
	}
	return nil
}

// Window is how far back copies are joined.
func (d *Desk) Window() time.Duration { return d.o.Window }
