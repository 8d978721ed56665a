package stories

import (
	"fmt"
	"slices"

	"dateline/news"
)

// Reason is why an article belongs to a story.
type Reason string

// The reasons, from the strongest.
const (
	ReasonUpdate Reason = "update" // the story has an earlier version of the article
	ReasonLink   Reason = "link"   // it stands at the same address
	ReasonText   Reason = "text"   // it says the same words
	ReasonCopy   Reason = "copy"   // it is an edited or abridged copy
	ReasonEvent  Reason = "event"  // it tells of the same event in its own words
)

const (
	minCommon      = 3   // shingles that a copy shares at least
	minContainment = 0.5 // of the shorter text
	sureCopy       = 0.9 // containment above which figures are not asked
	similarLength  = 0.6 // of bulletins in one form
	minFigures     = 4   // that both have together, before they can speak against a copy
	figureShare    = 0.5
	figureSpan     = 25      // words a figure, at most, in a text that its figures make
	frameWords     = 150     // of a bulletin between an opening and a closing
	frameShare     = 1.0 / 3 // of it, that stands between them at least
)

// Evidence is what two articles have in common, and what follows from it.
type Evidence struct {
	Same    bool   `json:"same"`    // they tell the same story
	Reason  Reason `json:"reason"`  // why; empty: they do not
	Verdict string `json:"verdict"` // the same in words, one sentence

	Containment   float64 `json:"containment"` // the share of the shorter text's shingles that the longer one has
	Threshold     float64 `json:"threshold"`   // the containment of copies, at least
	Common        int     `json:"common"`      // shingles that both have
	Shingles      int     `json:"shingles"`    // of the shorter text
	Figures       int     `json:"figures"`     // different numbers that the two name together
	CommonFigures int     `json:"common_figures"`

	Names []string `json:"names,omitempty"` // names and larger figures that both begin with, as the first spells them; not of copies
}

// Compare weighs two articles by themselves. An Index knows house text in
// addition, which Compare cannot, and so may keep apart what Compare joins.
func Compare(a, b *news.Article) Evidence {
	ta, tb := read(a), read(b)
	e := weigh(&ta, &tb, nil)
	switch {
	case a.ID != "" && a.ID == b.ID:
		e.Same, e.Reason = true, ReasonUpdate
		e.Verdict = "They are versions of one article."
	case tellingLink(a.Link) != 0 && tellingLink(a.Link) == tellingLink(b.Link):
		e.Same, e.Reason = true, ReasonLink
		e.Verdict = "They stand at the same address."
	case ta.sum != 0 && ta.sum == tb.sum:
		e.Same, e.Reason = true, ReasonText
		e.Verdict = "They say the same words."
	case !e.Same:
		e.judgeEvent(a, b, &ta, &tb)
	}
	return e
}

// weigh compares two texts as copies. Shingles for which house answers true do
// not count; house may be nil.
func weigh(a, b *text, house func(uint64) bool) Evidence {
	counts := func(s uint64) bool { return house == nil || !house(s) }
	if a.sampled != b.sampled {
		all := counts
		counts = func(s uint64) bool { return sampleOf(s) && all(s) }
	}
	e := Evidence{
		Threshold:     minContainment,
		Common:        commonOf(a.shingles, b.shingles, counts),
		Shingles:      min(count(a.shingles, counts), count(b.shingles, counts)),
		CommonFigures: commonOf(a.figures, b.figures, nil),
	}
	e.Figures = len(a.figures) + len(b.figures) - e.CommonFigures
	if e.Shingles > 0 {
		e.Containment = float64(e.Common) / float64(e.Shingles)
	}
	e.decide(a.words, b.words)
	if e.Same && e.Containment < sureCopy && similar(a.words, b.words) && (framed(a.order, b.shingles) || framed(b.order, a.shingles)) {
		e.Same, e.Reason = false, ""
		e.Verdict = fmt.Sprintf("They share %d runs of five words at their beginning and end and none between: two bulletins in one frame.", e.Common)
	}
	return e
}

// framed reports whether a text shares with another its opening and its closing,
// and of what stands between, a third of it or more, next to nothing: briefings
// and horoscopes begin and end with the same words every day.
func framed(order, shingles []uint64) bool {
	has := func(s uint64) bool {
		_, ok := slices.BinarySearch(shingles, s)
		return ok
	}
	first, end := 0, len(order)
	for first < end && has(order[first]) {
		first++
	}
	for end > first && has(order[end-1]) {
		end--
	}
	between := count(order[first:end], has)
	return first > 0 && end < len(order) && float64(end-first) >= frameShare*float64(len(order)) && 10*between <= end-first
}

// similar reports whether two texts are of like length.
func similar(wordsA, wordsB int) bool {
	return float64(min(wordsA, wordsB)) > similarLength*float64(max(wordsA, wordsB))
}

// decide settles whether the evidence makes a copy.
func (e *Evidence) decide(wordsA, wordsB int) {
	share := fmt.Sprintf("%d of the shorter text's %d runs of five words (%.0f %%)", e.Common, e.Shingles, 100*e.Containment)
	switch {
	case e.Shingles < minCommon:
		e.Verdict = "The shorter text is too short to be known as a copy."
	case e.Common < minCommon:
		e.Verdict = fmt.Sprintf("They share %s; at least %d are needed.", share, minCommon)
	case e.Containment < minContainment:
		e.Verdict = fmt.Sprintf("They share %s; half is needed.", share)
	case e.anotherBulletin(wordsA, wordsB):
		e.Verdict = fmt.Sprintf("They share %s, but only %d of %d figures: two bulletins in one form.", share, e.CommonFigures, e.Figures)
	default:
		e.Same, e.Reason = true, ReasonCopy
		e.Verdict = fmt.Sprintf("They share %s: one is a copy of the other.", share)
	}
}

// anotherBulletin reports whether the figures tell two texts apart whose words
// are those of one form: exchange rates, earthquakes, results of matches. In a
// long report with a figure here and there, figures that an editor changed or
// spelt out say nothing against a copy.
func (e *Evidence) anotherBulletin(wordsA, wordsB int) bool {
	return similar(wordsA, wordsB) &&
		e.Containment < sureCopy &&
		e.Figures >= minFigures && figureSpan*e.Figures >= min(wordsA, wordsB) &&
		float64(e.CommonFigures) < figureShare*float64(e.Figures)
}

func count(shingles []uint64, keep func(uint64) bool) (n int) {
	for _, s := range shingles {
		if keep(s) {
			n++
		}
	}
	return n
}
