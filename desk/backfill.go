package desk

import (
	"context"
	"maps"
	"slices"
	"strconv"

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

// fill places the window's archived articles under the wanted topics.
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
		_, err := d.file(ctx, news.Intake{Articles: batch, At: d.now()})
		batch = nil
		return err
	}
	for a, err := range d.o.Store.Articles(ctx, d.now().Add(-d.o.Window)) {
		if err != nil {
			return err
		}
		gained := false
		if err := d.guard(func() { gained = rematch(r.Matcher, borne[a.Source], &a, wanted) }); err != nil {
			d.log.Error("an article could not be matched to topics", "source", a.Source, "url", a.Link, "err", err)
			continue
		}
		if !gained {
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
