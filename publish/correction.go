package publish

import (
	"hash/maphash"
	"slices"
	"time"

	"dateline/news"
)

// correction is one change of an article by its outlet: what it said, and what
// it says since.
type correction struct {
	When    time.Time
	Parts   []string // of the article that were changed: title, summary, text
	was, is news.Version
}

// corrections lists the changes of a cleared article, newest first. A version
// that differs in nothing that may be carried is passed over.
func corrections(a *news.Article) []correction {
	var all []correction
	is := news.Version{Since: later(a.Filed, a.Changed), Headline: a.Headline, Lede: a.Lede, Passages: a.Passages(), FromPage: a.Pages > 0}
	for i := len(a.Earlier) - 1; i >= 0; i-- {
		c := correction{When: is.Since.UTC().Truncate(time.Second), was: a.Earlier[i], is: is}
		if c.Parts = c.reworded(); len(c.Parts) > 0 {
			all = append(all, c)
		}
		is = c.was
	}
	return all
}

// reworded lists the parts that say in other words what they said. Where the
// texts are from different places (the page could be read only once), that is no
// change of the outlet's.
func (c *correction) reworded() []string {
	var parts []string
	if differ([]string{c.was.Headline}, []string{c.is.Headline}) {
		parts = append(parts, "title")
	}
	if c.was.FromPage != c.is.FromPage {
		return parts
	}
	if differ([]string{c.was.Lede}, []string{c.is.Lede}) {
		parts = append(parts, "summary")
	}
	if differ(c.was.Passages, c.is.Passages) {
		parts = append(parts, "text")
	}
	return parts
}

// differ reports whether texts have words, and others than before.
func differ(before, after []string) bool {
	seed := maphash.MakeSeed()
	were, are := passages(before, seed), passages(after, seed)
	same := func(p, q passage) bool { return slices.Equal(p.words, q.words) }
	return len(were) > 0 && len(are) > 0 && !slices.EqualFunc(were, are, same)
}

// jsonCorrection says when an outlet changed an article, and what of it.
type jsonCorrection struct {
	Date    string   `json:"date"`
	Changed []string `json:"changed"` // title, summary, text
}

func jsonCorrections(a *news.Article) []jsonCorrection {
	var all []jsonCorrection
	for _, c := range corrections(a) {
		all = append(all, jsonCorrection{rfc3339(c.When), c.Parts})
	}
	return all
}

// apiVersion is what an article said before it was corrected.
type apiVersion struct {
	Since      string   `json:"since"`
	Headline   string   `json:"headline"`
	Summary    string   `json:"summary,omitempty"`
	Paragraphs []string `json:"paragraphs,omitempty"`
}

// apiVersions lists the earlier versions of a cleared article, oldest first.
func apiVersions(a *news.Article) []apiVersion {
	var all []apiVersion
	for i := range a.Earlier {
		v := &a.Earlier[i]
		out := apiVersion{Since: rfc3339(v.Since), Headline: line(v.Headline), Summary: line(v.Lede)}
		for _, p := range v.Passages {
			out.Paragraphs = append(out.Paragraphs, line(p))
		}
		all = append(all, out)
	}
	return all
}

// correctionView is a correction as a page shows it: of each part that was
// changed, the paragraphs that differ.
type correctionView struct {
	correction
	Headline, Summary, Text [][]piece
}

// Moved reports whether nothing but the order of paragraphs was changed.
func (v correctionView) Moved() bool { return len(v.Headline)+len(v.Summary)+len(v.Text) == 0 }

func correctionViews(a *news.Article) []correctionView {
	var all []correctionView
	for _, c := range corrections(a) {
		v := correctionView{correction: c}
		for _, part := range c.Parts {
			switch part {
			case "title":
				v.Headline = contrast([]string{c.was.Headline}, []string{c.is.Headline}).Passages
			case "summary":
				if ledeOpens(c.is.Passages, c.is.Lede) && ledeOpens(c.was.Passages, c.was.Lede) {
					break // it is shown with the text
				}
				v.Summary = contrast([]string{c.was.Lede}, []string{c.is.Lede}).Passages
			case "text":
				v.Text = contrast(c.was.Passages, c.is.Passages).Passages
			}
		}
		all = append(all, v)
	}
	return all
}
