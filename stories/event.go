package stories

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// eventSpan is how far apart two articles that tell of one event in their own
// words may be filed, and namesSpan how far where no figure speaks for it: who
// and where are the same in the next day's news of the matter.
const (
	eventSpan = 36 * time.Hour
	namesSpan = 12 * time.Hour
)

// head is what the beginning of an article names, in the form in which other
// wordings and languages name it too.
type head struct {
	names   []uint64 // digests of the sounds of names, sorted, each once
	figures []uint64 // digests of numbers that hardly come twice
	small   []uint64 // digests of numbers of two digits, which days have too
	words   []uint64 // digests of the longer words' beginnings
	lang    string   // primary subtag; words are compared within one language
	terms   []mention
}

// mention is a name or figure as it stands in the text; kept only to explain.
type mention struct {
	key  uint64
	text string
}

const (
	headWords   = 130 // of headline and text, that a head is read from
	minSounds   = 4   // of a name
	stemLetters = 6   // of a word
	minLetters  = 5   // of a word that says something
	maxFigure   = 18  // digits of a number
)

// readHead reads the beginning of a. Names that the article's topics look for
// anyway are not among the names: all who write of a topic share them.
func readHead(a *news.Article, explain bool) head {
	h := head{lang: primary(a.Lang)}
	generic := map[string]bool{}
	for i := range a.Matches {
		for _, w := range strings.FieldsFunc(a.Matches[i].Text, notInName) {
			generic[skeleton(w)] = true
		}
	}
	left := headWords
	h.read(a.Headline, &left, generic, explain)
	if a.Lede != "" {
		h.read(a.Lede, &left, generic, explain)
	}
	for i := range a.Body {
		if left <= 0 {
			break
		}
		if a.Body[i].Kind == news.Paragraph || a.Body[i].Kind == news.Quote {
			h.read(a.Body[i].Text, &left, generic, explain)
		}
	}
	h.names, h.figures, h.small, h.words = unique(h.names), unique(h.figures), unique(h.small), unique(h.words)
	return h
}

func notInName(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }

// read adds what a text names.
func (h *head) read(text string, left *int, generic map[string]bool, explain bool) {
	shouts := h.lang != "de" && h.lang != "lb" && titleCase(text) // where nouns have capitals, that says nothing
	opens := true                                                 // a sentence
	for start := 0; start < len(text) && *left > 0; {
		r, size := utf8.DecodeRuneInString(text[start:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			if strings.ContainsRune(".!?\n。！？؟।", r) {
				opens = true
			}
			start += size
			continue
		}
		end := wordEnd(text, start)
		word := text[start:end]
		*left--
		switch {
		case unicode.IsDigit(r):
			end = h.figure(text, start, end, explain)
		case unicode.IsUpper(r) && !opens && !shouts, uncased(r):
			h.name(word, generic, explain)
		}
		if !unicode.IsDigit(r) {
			h.word(word)
		}
		opens = false
		start = end
	}
}

// wordEnd is where the word that begins at start ends. Katakana is a run of its
// own, since Japanese writes no blanks.
func wordEnd(text string, start int) int {
	first, _ := utf8.DecodeRuneInString(text[start:])
	for i, r := range text[start:] {
		inside := unicode.IsLetter(r) || unicode.IsMark(r) || r == '\u200d' || r == '\u200c'
		if unicode.IsDigit(first) {
			inside = unicode.IsDigit(r)
		} else if katakana(first) != katakana(r) {
			inside = false
		}
		if i > 0 && !inside {
			return start + i
		}
	}
	return len(text)
}

func katakana(r rune) bool { return 0x30A1 <= r && r <= 0x30FE }

// uncased reports whether r is of a script that spells sounds but has no
// capitals, so that any word may be a name.
func uncased(r rune) bool {
	return 0x590 <= r && r < 0x780 || 0x900 <= r && r < 0xD80 || 0x10D0 <= r && r < 0x1100 || 0xAC00 <= r && r <= 0xD7A3 || katakana(r)
}

// titleCase reports whether a text writes nearly all of its words with a
// capital, as headlines of some houses do, so that none of them tells a name.
func titleCase(text string) bool {
	const maxTitle = 200 // bytes
	large, all := 0, 0
	for w := range strings.FieldsSeq(text[:min(len(text), maxTitle)]) {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLetter(r) && len(w) >= 4 {
			all++
			if unicode.IsUpper(r) {
				large++
			}
		}
	}
	return all > 3 && 4*large > 3*all
}

func (h *head) name(word string, generic map[string]bool, explain bool) {
	s := skeleton(word)
	if len(s) < minSounds || generic[s] {
		return
	}
	h.note(&h.names, hashWord(s), word, explain)
}

func (h *head) word(word string) {
	folded := news.Fold(word)
	if utf8.RuneCountInString(folded) < minLetters {
		return
	}
	n := 0
	for i := range folded {
		if n == stemLetters {
			folded = folded[:i]
			break
		}
		n++
	}
	h.words = append(h.words, hashWord(folded))
}

// figure adds the number that begins at start, unless it is small, a year or
// longer than any number of the news, and gives its end or where it is too long.
func (h *head) figure(text string, start, end int, explain bool) int {
	digits := news.Fold(text[start:end])
	for len(digits) <= maxFigure {
		sign, size := utf8.DecodeRuneInString(text[end:])
		digit, _ := utf8.DecodeRuneInString(text[end+size:])
		if !unicode.IsDigit(digit) || !strings.ContainsRune(".,٫٬ \u00a0\u2009\u202f'’", sign) {
			break
		}
		next := wordEnd(text, end+size)
		part := news.Fold(text[end+size : next])
		if len(part) != 3 {
			if sign != '.' && sign != ',' && sign != '٫' {
				break
			}
			digits += "."
		}
		digits += part
		end = next
	}
	switch {
	case len(digits) < 2, len(digits) > maxFigure, len(digits) == 4 && (strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20")):
	case len(digits) == 2 && digits <= "31":
		h.note(&h.small, hashWord("#"+digits), text[start:end], explain)
	default:
		h.note(&h.figures, hashWord("#"+digits), text[start:end], explain)
	}
	return end
}

func (h *head) note(list *[]uint64, key uint64, text string, explain bool) {
	*list = append(*list, key)
	if explain {
		h.terms = append(h.terms, mention{key, text})
	}
}

// keys are the names and figures, by which an index finds a head.
func (h *head) keys() []uint64 { return slices.Concat(h.names, h.figures) }

// told gives the mentions of h among keys, each once.
func (h *head) told(keys map[uint64]bool) (names []string) {
	for _, m := range h.terms {
		if keys[m.key] && !slices.Contains(names, m.text) {
			names = append(names, m.text)
		}
	}
	return names
}

// sharing is what two heads have in common.
type sharing struct {
	names, figures, small, words int
	ofNames, ofWords             float64 // shares of the shorter list
	apart                        bool    // both name figures, and none in common
	oneLang                      bool
}

// share compares two heads. Names for which common answers true do not count;
// common may be nil.
func (h *head) share(o *head, common func(uint64) bool) sharing {
	rare := func(k uint64) bool { return common == nil || !common(k) }
	s := sharing{
		names:   commonOf(h.names, o.names, rare),
		figures: commonOf(h.figures, o.figures, nil),
		small:   commonOf(h.small, o.small, nil),
		oneLang: h.lang == o.lang,
	}
	if least := min(count(h.names, rare), count(o.names, rare)); least > 0 {
		s.ofNames = float64(s.names) / float64(least)
	}
	if s.oneLang {
		s.words = commonOf(h.words, o.words, nil)
		s.ofWords = float64(s.words) / float64(max(1, min(len(h.words), len(o.words))))
	}
	s.apart = min(len(h.figures), len(o.figures)) >= 1 && s.figures == 0 && min(len(h.figures)+len(h.small), len(o.figures)+len(o.small)) >= 2
	return s
}

// oneEvent reports whether what is shared makes one event. It has to be more
// than two reports on one subject share: names and figures that hardly stand
// together twice.
func (s sharing) oneEvent() bool {
	if s.apart || s.oneLang && (s.words < 4 || s.ofWords < 0.2 || s.ofWords > 0.7) {
		return false // what shares nearly all words and is no copy is a bulletin in the same form
	}
	switch numbers := 2*s.figures + s.small; {
	case s.names >= 2 && numbers >= 2, s.names >= 1 && numbers >= 4:
		return s.ofNames >= 0.3
	case s.names >= 3 && numbers >= 1:
		return s.ofNames >= 0.5
	case s.names >= 4:
		return s.ofNames >= 0.6 && (!s.oneLang || s.ofWords >= 0.3)
	}
	return s.oneLang && s.words >= 8 && s.ofWords >= 0.45 && s.names+s.figures >= 2
}

// findEvent looks for the story of the event that an article tells of in words
// of its own: of the same topic, from the same day or so, with the names and
// figures of the story's lead.
func (ix *Index) findEvent(a *news.Article, t *text) (Finding, bool) {
	if !ix.joins(a.Source, news.JoinEvents) || !tellsEvent(a) {
		return Finding{}, false
	}
	h := readHead(a, false)
	common := func(k uint64) bool { return ix.names.house(k, ix.entries) }
	var best Finding
	most := 0
	for _, lead := range ix.sharers(&h) {
		if !ix.joins(lead.source, news.JoinEvents) || !shareTopic(lead.topics, a.Topics) {
			continue
		}
		s := h.share(&lead.head, common)
		if n := 2*s.names + 3*s.figures; s.oneEvent() && within(lead.filed, a.Filed, s.span()) && n > most && !framed(t.order, lead.text.shingles) {
			most = n
			best = Finding{Story: lead.story.id, With: lead.id, Reason: ReasonEvent}
		}
	}
	return best, most > 0
}

// tellsEvent reports whether an article is the news of one event.
func tellsEvent(a *news.Article) bool {
	return a.Kind == "" || a.Kind == news.KindArticle || a.Kind == news.KindBrief
}

// sharers are the leads that share most names and figures with a head, the most
// first. A name that more than a few leads have leads to none.
func (ix *Index) sharers(h *head) []*entry {
	ix.touched = ix.touched[:0]
	for _, list := range [][]uint64{h.names, h.figures} {
		for _, k := range list {
			ix.names.each(k, ix.entries, ix.touch)
		}
	}
	return ix.mostTouched(2, func(*entry) bool { return true })
}

// span is how far apart two articles that share so much may be filed.
func (s sharing) span() time.Duration {
	if s.figures+s.small == 0 {
		return namesSpan
	}
	return eventSpan
}

func within(a, b time.Time, span time.Duration) bool {
	return a.IsZero() || b.IsZero() || a.Sub(b).Abs() <= span
}

// shareTopic reports whether two articles are of one topic, or both of none.
func shareTopic(a, b []news.TopicID) bool {
	return len(a) == 0 && len(b) == 0 || slices.ContainsFunc(a, func(id news.TopicID) bool { return slices.Contains(b, id) })
}

func primary(lang string) string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	return lang
}

// judgeEvent settles whether two articles that are no copies tell of one event.
func (e *Evidence) judgeEvent(a, b *news.Article, ta, tb *text) {
	ha, hb := readHead(a, true), readHead(b, true)
	s := ha.share(&hb, nil)
	keys := map[uint64]bool{}
	for _, lists := range [][2][]uint64{{ha.names, hb.names}, {ha.figures, hb.figures}} {
		for _, k := range lists[0] {
			if _, ok := slices.BinarySearch(lists[1], k); ok {
				keys[k] = true
			}
		}
	}
	e.Names = ha.told(keys)
	if s.oneEvent() && !framed(ta.order, tb.shingles) && !framed(tb.order, ta.shingles) && within(a.Filed, b.Filed, s.span()) && shareTopic(a.Topics, b.Topics) && tellsEvent(a) && tellsEvent(b) {
		e.Same, e.Reason = true, ReasonEvent
		e.Verdict = fmt.Sprintf("They tell of one event in their own words: both name %s.", strings.Join(e.Names, ", "))
	} else if len(e.Names) > 0 {
		e.Verdict += fmt.Sprintf(" Both name %s, which is too little for one event.", strings.Join(e.Names, ", "))
	}
}
