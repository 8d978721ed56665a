package stories

import (
	"slices"

	"dateline/news"
)

// remembered are the earlier versions of an article that takes the place of
// held in a story: those that held has, and held itself where its words
// differ, but for running pages, which are added to and not corrected. What was
// said first is never forgotten; where there are too many, or they are too
// long, it is the oldest of the others that go.
//
// A page that cannot be read this time is remembered too: the next time it can
// be, that is what it has to be held against.
func remembered(held, a *news.Article) []news.Version {
	was := version(held)
	unread := was.FromPage && a.Pages == 0 && len(was.Passages) > 0
	if held.Kind == news.KindLive || a.Kind == news.KindLive || !unread && !reworded(&was, a) {
		return held.Earlier
	}
	if n := len(held.Earlier); n > 0 && sameVersion(&held.Earlier[n-1], &was) {
		return held.Earlier
	}
	all := append(slices.Clone(held.Earlier), was)
	for len(all) > news.MaxVersions || len(all) > 2 && weight(all) > news.MaxVersionBytes {
		all = slices.Delete(all, 1, 2)
	}
	for i := 0; i < len(all) && weight(all) > news.MaxVersionBytes; i++ {
		all[i].Lede, all[i].Passages = "", nil
	}
	if weight(all) > news.MaxVersionBytes {
		return nil // of headlines
	}
	return all
}

// version is what an article says now.
func version(a *news.Article) news.Version {
	return news.Version{Since: arrival(a), Headline: a.Headline, Lede: a.Lede, Passages: a.Passages(), FromPage: a.Pages > 0}
}

// reworded reports whether an article says in other words what it said in a
// version. Where one of the two lacks a text, or has it from elsewhere (the
// page could not be read this time), the outlet has not changed that.
func reworded(was *news.Version, a *news.Article) bool {
	if !sameWords(was.Headline, a.Headline) {
		return true
	}
	if was.FromPage != (a.Pages > 0) {
		return false
	}
	passages := a.Passages()
	return was.Lede != "" && a.Lede != "" && !sameWords(was.Lede, a.Lede) ||
		len(was.Passages) > 0 && len(passages) > 0 && !slices.EqualFunc(was.Passages, passages, sameWords)
}

// sameVersion reports whether two versions say the same, of the same text.
func sameVersion(v, w *news.Version) bool {
	return v.FromPage == w.FromPage && sameWords(v.Headline, w.Headline) && sameWords(v.Lede, w.Lede) && slices.EqualFunc(v.Passages, w.Passages, sameWords)
}

// sameWords reports whether two texts differ in nothing but capitals, accents,
// punctuation and space.
func sameWords(a, b string) bool {
	if a == b {
		return true
	}
	x, y := news.Fold(a), news.Fold(b)
	return slices.EqualFunc(news.AppendTokens(nil, x), news.AppendTokens(nil, y), func(s, t news.Token) bool {
		return x[s.Start:s.End] == y[t.Start:t.End]
	})
}

// weight is the length in bytes of the texts of versions.
func weight(versions []news.Version) int {
	n := 0
	for i := range versions {
		v := &versions[i]
		n += len(v.Headline) + len(v.Lede)
		for _, p := range v.Passages {
			n += len(p)
		}
	}
	return n
}
