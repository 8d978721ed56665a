package publish

import (
	"slices"

	"dateline/news"
)

// cleared is an article as we may carry it: what the rights in force do not
// cover is gone. It is the only way from an archive to a document, so that no
// format and no page has to think of rights. The source's present config
// decides; for a source that the config no longer names, what was decided when
// the article was filed.
func (h *masthead) cleared(a news.Article) news.Article {
	rights := a.Rights
	if src := h.sources[a.Source]; src != nil {
		rights = src.Rights
	}
	a.Rights = rights
	if rights >= news.RightsFull {
		return a
	}
	a.Body, a.Media, a.Truncated = nil, nil, false
	a.Kicker = ""
	a.Matches = withoutQuotes(a.Matches, rights)
	a.Earlier = versionsWithin(a.Earlier, rights)
	if rights >= news.RightsSummary {
		if a.Lead != nil {
			a.Lead = &news.Figure{Src: a.Lead.Src, Alt: a.Lead.Alt, Caption: a.Lead.Caption, Credit: a.Lead.Credit,
				Type: a.Lead.Type, Width: a.Lead.Width, Height: a.Lead.Height, Length: a.Lead.Length}
		}
		return a
	}
	a.Lede, a.Lead, a.Byline, a.Dateline, a.Agency = "", nil, nil, "", ""
	return a
}

// versionsWithin drops of earlier versions what may not be carried of the
// present one.
func versionsWithin(versions []news.Version, rights news.Rights) []news.Version {
	kept := slices.Clone(versions)
	for i := range kept {
		kept[i].Passages = nil
		if rights < news.RightsSummary {
			kept[i].Lede = ""
		}
	}
	return kept
}

// withoutQuotes drops the quotations of parts of the text that may not be
// carried; the reason itself stays.
func withoutQuotes(matches []news.Match, rights news.Rights) []news.Match {
	kept := make([]news.Match, len(matches))
	for i, m := range matches {
		shown := m.Field == news.InTitle || m.Field == news.InLede && rights >= news.RightsSummary
		if !shown {
			m.Quote, m.Text = "", ""
		}
		kept[i] = m
	}
	return kept
}

// clear is a story whose every article is cleared; of a withdrawn one nothing
// is left to carry.
func (h *masthead) clear(st news.Story) news.Story {
	if !st.Withdrawn.IsZero() {
		return blankOut(st)
	}
	articles := make([]news.Article, len(st.Articles))
	for i, a := range st.Articles {
		articles[i] = h.cleared(a)
	}
	st.Articles = articles
	return h.unnamed(st)
}
