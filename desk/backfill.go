package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"dateline/news"
	"dateline/topics"
)

// backfillBatch is how many archived articles are placed in one commit.
const backfillBatch = 100

// backfill files archived articles under the topics that were not filled to
// the end by what they are filled by now: new ones, those with another rule,
// and those at which the process died. Articles keep their filed dates, so that
// nothing comes to subscribers as news.
func (d *Desk) backfill(ctx context.Context, r Roster) error {
	filled, err := d.o.Store.Filled(ctx)
	if err != nil {
		return err
	}
	whole := make(map[news.TopicID]uint64, len(r.Topics))
	wanted := map[news.TopicID]bool{}
	for _, t := range r.Topics {
		whole[t.ID] = fillDigest(r, t)
		if digest, ok := filled[t.ID]; !ok || digest != whole[t.ID] {
			wanted[t.ID] = true
		}
	}
	if len(wanted) > 0 {
		if err := d.fill(ctx, r, wanted); err != nil {
			return err
		}
	}
	if maps.Equal(filled, whole) {
		return nil
	}
	return d.o.Store.SetFilled(ctx, whole)
}

// fill places what is in the archive under the wanted topics, whatever dates it
// bears: what a source had listed for months when it was enrolled is found, too.
func (d *Desk) fill(ctx context.Context, r Roster, wanted map[news.TopicID]bool) error {
	borne := map[news.SourceID][]news.TopicID{}
	for i := range r.Sources {
		borne[r.Sources[i].ID] = r.Sources[i].Topics
	}
	var batch []news.Article
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		slices.SortFunc(batch, func(a, b news.Article) int { // the archive knows the order of arrival
			return cmp.Or(a.Filed.Compare(b.Filed), cmp.Compare(a.ID, b.ID))
		})
		_, err := d.file(ctx, news.Intake{Articles: batch, At: d.now()})
		batch = nil
		return err
	}
	for a, err := range d.o.Store.Articles(ctx, time.Time{}) {
		if err != nil {
			return err
		}
		gained, taken := false, len(a.Topics) > 0
		if err := d.guard(func() { gained = rematch(r.Matcher, borne[a.Source], &a, wanted) }); err != nil {
			d.log.Error("an article could not be matched to topics", "source", a.Source, "url", a.Link, "err", err)
			continue
		}
		if !gained {
			continue
		}
		if taken {
			if err := d.recall(ctx, &a); err != nil {
				return err
			}
		}
		if batch = append(batch, a); len(batch) == backfillBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// recall teaches the index the story that tells an archived article, where it
// has left the window: the article would open another.
func (d *Desk) recall(ctx context.Context, a *news.Article) error {
	d.placing.Lock()
	defer d.placing.Unlock()
	if err := d.catchUp(ctx); err != nil {
		return fmt.Errorf("catch up with the archive: %w", err)
	}
	if found, ok := d.index.Find(a); ok && found.With == a.ID {
		return nil
	}
	switch _, err := d.o.Store.Story(ctx, news.StoryID(a.ID)); {
	case err == nil:
		return nil // it opened a story, whose ID is its own
	case !errors.Is(err, news.ErrNotFound):
		return err
	}
	oldest := a.Filed.Add(-2 * d.o.Window) // copies join within a window of the one before
	for after := (news.Cursor{Filed: a.Filed.Add(d.o.Window)}); ; {
		page, err := d.o.Store.Stories(ctx, news.Query{Source: a.Source, After: after, Limit: indexPage})
		if err != nil {
			return err
		}
		for i := range page {
			if page[i].Into == "" && teller(&page[i], a.ID) != nil {
				d.learn(&page[i])
				return nil
			}
		}
		if len(page) == 0 || page[len(page)-1].Filed.Before(oldest) {
			return nil
		}
		after = news.Cursor{Filed: page[len(page)-1].Filed, ID: page[len(page)-1].ID}
	}
}

// fillDigest stands for what a topic is filled by: its rule with all that its
// concepts expand to, and the sources that bear it.
func fillDigest(r Roster, t news.Topic) uint64 {
	parts := []string{strconv.FormatUint(r.Matcher.Digest(t.ID), 16)}
	for i := range r.Sources {
		if slices.Contains(r.Sources[i].Topics, t.ID) {
			parts = append(parts, string(r.Sources[i].ID))
		}
	}
	slices.Sort(parts[1:])
	return news.Sum64(parts...)
}

// rematch adds to an archived article what the wanted topics find in it, and
// reports whether they find anything that it did not have.
func rematch(matcher *topics.Matcher, borne []news.TopicID, a *news.Article, wanted map[news.TopicID]bool) bool {
	held := map[news.TopicID]bool{}
	for _, id := range a.Topics {
		held[id] = true
	}
	gained := false
	for _, m := range append(matcher.Match(topics.FromArticle(a)), bear(a.Source, borne)...) {
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
