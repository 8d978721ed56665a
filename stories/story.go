package stories

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"dateline/news"
)

// maxTellers is how many articles a story names at most. Further ones change
// nothing any more.
const maxTellers = 256

// Open makes a story of one article.
func Open(a news.Article) news.Story {
	return news.Story{
		ID:       news.StoryID(a.ID),
		Articles: []news.Article{a},
		Topics:   union([]news.Article{a}),
		Filed:    a.Filed,
		Updated:  arrival(&a),
	}
}

// Join adds an article to a story, or replaces its earlier version there, of
// which it keeps what was said (news.Version) and when it was published. It
// reports whether anything changed that is shown of the story. The result
// shares no list of its own with st; the bodies, which nobody changes, it does.
//
// The article that opened the story leads it for as long as it has a text.
// When it has none any more (withdrawn, a wall, a list), the earliest article
// with a text leads, until the opener has one again. So the lead does not
// depend on the order in which articles came.
//
// Updated moves, to the arrival of the change, when what the lead article says
// or shows changes, or when another one takes the lead. That one more outlet
// carries the story is worth saving but not worth telling every reader anew.
func Join(st news.Story, a news.Article) (joined news.Story, changed bool) {
	joined = st
	joined.Articles = slices.Clone(st.Articles)
	at := slices.IndexFunc(joined.Articles, func(b news.Article) bool { return b.ID == a.ID })
	switch {
	case at >= 0:
		a = dated(a, joined.Articles[at].Published)
		a.Earlier = remembered(&joined.Articles[at], &a)
		joined.Articles[at] = a
	case len(joined.Articles) < maxTellers:
		joined.Articles = append(joined.Articles, a)
	}
	order(joined.Articles, st.ID)
	for i := news.MaxCopies; i < len(joined.Articles); i++ {
		joined.Articles[i] = named(&joined.Articles[i])
	}
	joined.Topics = union(joined.Articles)
	if !slices.EqualFunc(joined.Articles, st.Articles, sameShown) || !slices.Equal(joined.Topics, st.Topics) {
		changed = true
	}
	if len(st.Articles) == 0 || !sameSaid(joined.Lead(), &st.Articles[0]) {
		joined.Updated = later(st.Updated, arrival(&a))
	}
	return joined, changed
}

// dated is a later version of an article that was published at a time. Outlets
// that move the one date of their feed with each edit tell by it when it was
// updated.
func dated(a news.Article, published time.Time) news.Article {
	if !published.IsZero() && a.Published.After(published) {
		a.Published, a.Updated = published, later(a.Updated, a.Published)
	}
	return a
}

// order brings the lead to the front and the others into the order of filing.
func order(articles []news.Article, opener news.StoryID) {
	slices.SortStableFunc(articles, func(a, b news.Article) int {
		return cmp.Or(a.Filed.Compare(b.Filed), cmp.Compare(a.ID, b.ID))
	})
	lead := slices.IndexFunc(articles, func(a news.Article) bool { return news.StoryID(a.ID) == opener })
	if lead < 0 || !hasText(&articles[lead]) {
		if readable := slices.IndexFunc(articles, func(a news.Article) bool { return hasText(&a) }); readable >= 0 {
			lead = readable
		}
	}
	if lead > 0 {
		first := articles[lead]
		copy(articles[1:lead+1], articles[:lead])
		articles[0] = first
	}
}

func hasText(a *news.Article) bool {
	return a.Kind != news.KindConsent && a.Kind != news.KindIndex && (a.Lede != "" || a.Text() != "")
}

// named is an article of which only is kept what names it.
func named(a *news.Article) news.Article {
	return news.Article{
		ID: a.ID, Source: a.Source, Outlet: a.Outlet, Publisher: a.Publisher, GUID: a.GUID, Link: a.Link,
		Headline: a.Headline, Agency: a.Agency, Lang: a.Lang, Kind: a.Kind, Rights: a.Rights,
		Published: a.Published, Filed: a.Filed, Changed: a.Changed, Topics: a.Topics,
	}
}

// sameSaid reports whether two versions of an article are the same to a reader.
func sameSaid(a, b *news.Article) bool {
	x, y := *a, *b
	for _, v := range []*news.Article{&x, &y} {
		v.Published, v.Topics, v.Matches, v.Categories = time.Time{}, nil, nil, nil
	}
	return sameShown(x, y)
}

// sameShown reports whether two versions of an article differ in nothing that
// is published of them. What only the machine knows of them does not count.
func sameShown(a, b news.Article) bool {
	for _, v := range []*news.Article{&a, &b} {
		v.Updated, v.Filed, v.Changed = time.Time{}, time.Time{}, time.Time{}
		v.Published = v.Published.UTC()
		v.Note, v.Pages = "", 0
		blank(&v.Body)
		blank(&v.Byline)
		blank(&v.Media)
		blank(&v.Categories)
		blank(&v.Topics)
		blank(&v.Matches)
		blank(&v.Earlier)
	}
	return reflect.DeepEqual(a, b)
}

// blank makes an empty list nil, since stores may return either.
func blank[T any](list *[]T) {
	if len(*list) == 0 {
		*list = nil
	}
}

func union(articles []news.Article) []news.TopicID {
	var all []news.TopicID
	for i := range articles {
		all = append(all, articles[i].Topics...)
	}
	slices.Sort(all)
	return slices.Clip(slices.Compact(all))
}

// arrival is when an article last changed for a reader.
func arrival(a *news.Article) time.Time { return later(a.Filed, a.Changed) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
