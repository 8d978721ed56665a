package store

import (
	"math"
	"slices"
	"strings"
	"time"

	"dateline/news"
)

// nanos is the place of t on the line that listings follow. Dates outside of
// 1678 to 2262 stand at its ends.
func nanos(t time.Time) int64 {
	switch sec := t.Unix(); {
	case sec < math.MinInt64/int64(1e9):
		return math.MinInt64
	case sec >= math.MaxInt64/int64(1e9):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// micros is a due time as the due-list keeps it: whole microseconds, which a
// Redis score holds exactly. Rounding down never makes a source late. Times
// before 1970, the zero one among them, are due at once.
func micros(t time.Time) int64 {
	const last = 1 << 32 // seconds: the year 2106
	sec := t.Unix()
	switch {
	case sec < 0:
		return 0
	case sec >= last:
		return last * 1e6
	}
	return sec*1e6 + int64(t.Nanosecond()/1e3)
}

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// facets are the listings that a story stands in: that of all stories, and one
// for each topic, language and source. They are sorted and without doubles.
func facets(s *news.Story) []string {
	list := []string{facetAll}
	for _, t := range s.Topics {
		list = append(list, topicFacet(t))
	}
	for i := range s.Articles {
		a := &s.Articles[i]
		if lang := primary(a.Lang); lang != "" {
			list = append(list, langFacet(lang))
		}
		list = append(list, sourceFacet(a.Source))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// facetAll is the listing of all stories.
const facetAll = "a"

func topicFacet(t news.TopicID) string   { return "t" + string(t) }
func langFacet(lang string) string       { return "l" + lang }
func sourceFacet(s news.SourceID) string { return "s" + string(s) }

// topicOf reads a topic's facet back.
func topicOf(facet string) (news.TopicID, bool) {
	t, ok := strings.CutPrefix(facet, "t")
	return news.TopicID(t), ok
}

// primary is the language of a BCP 47 tag without script and region.
func primary(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	return strings.ToLower(tag)
}

// selection is a query as a store runs it: walk one listing, and keep what
// stands in one listing of each of the other groups too.
type selection struct {
	walk  string
	also  [][]string
	limit int
}

// selects picks the narrowest listing to walk.
func selects(q news.Query) selection {
	var groups [][]string
	if q.Topic != "" {
		groups = append(groups, []string{topicFacet(q.Topic)})
	}
	if q.Source != "" {
		groups = append(groups, []string{sourceFacet(q.Source)})
	}
	if len(q.Langs) > 0 {
		var langs []string
		for _, l := range q.Langs {
			langs = append(langs, langFacet(primary(l)))
		}
		slices.Sort(langs)
		groups = append(groups, slices.Compact(langs))
	}
	s := selection{walk: facetAll, also: groups, limit: limitOf(q.Limit)}
	if len(groups) > 0 && len(groups[0]) == 1 {
		s.walk, s.also = groups[0][0], groups[1:]
	}
	return s
}

func limitOf(n int) int {
	if n <= 0 {
		return news.DefaultLimit
	}
	return min(n, news.MaxLimit)
}

// last keeps the last of those that share an ID, in the order of the first:
// the same ID replaces, within one intake too.
func last[T any, ID comparable](list []T, id func(*T) ID) []*T {
	at := make(map[ID]int, len(list))
	kept := make([]*T, 0, len(list))
	for i := range list {
		if j, ok := at[id(&list[i])]; ok {
			kept[j] = &list[i]
			continue
		}
		at[id(&list[i])] = len(kept)
		kept = append(kept, &list[i])
	}
	return kept
}

func storyID(s *news.Story) news.StoryID       { return s.ID }
func articleID(a *news.Article) news.ArticleID { return a.ID }
