package desk

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/news"
)

// The bounds of a ledger's memory.
const (
	maxUnlisted  = 2000                // marks kept of items that the feed no longer lists
	unlistedFor  = 90 * 24 * time.Hour // and for how long
	maxPrior     = 4                   // earlier versions that a mark remembers
	flapsAllowed = 3                   // returns to an earlier version that are still taken for edits
	tellingText  = 80                  // bytes of text that make it unlikely to be another item's
	rereads      = 12                  // changes of an item after which a moved date alone is no more reason to read its page
)

// sifted is an item that is new, or changed since it was seen.
type sifted struct {
	item    news.Item
	mark    int // its place in the marks
	changed bool
}

// sift tells new and changed items from those we have seen. The marks it
// returns are what to remember: those of the listed items in the feed's order,
// then those of items no longer listed.
//
// An item is known by its key; failing that by its link, where only one item
// has it, for outlets that change guids with headlines; failing that by its
// text. What is listed is never forgotten, so that it never comes as news
// again.
//
// Where pages are read, an item whose date of change moves is changed, though
// the feed says the same words: feeds that bear only a summary tell of
// corrections in no other way.
func sift(src news.Source, items []news.Item, seen []news.Mark, now time.Time) (fresh []sifted, marks []news.Mark, dropped news.Dropped) {
	links := make([]uint64, len(items))
	for i := range items {
		links[i] = linkSum(&items[i])
	}
	known := recall(seen, links)
	taken := make([]bool, len(seen))
	marks = make([]news.Mark, 0, len(items)+len(seen))

	keys, twice := identify(src.ID, items)
	dropped.Twice = twice
	var read reading
	held := make([]int, len(items)) // the place in seen of each item; -1: none
	for i := range items {
		held[i] = -1
		if at, ok := known.key[keys[i]]; ok {
			held[i], taken[at] = at, true
		}
	}
	for i := range items {
		if keys[i] == (news.Key{}) {
			continue
		}
		it := &items[i]
		link, text := links[i], read.sum(it)
		if held[i] < 0 {
			if at, ok := known.alike(link, text, it, taken); ok {
				held[i], taken[at] = at, true
			}
		}
		if held[i] < 0 {
			if src.FullText {
				text = stamped(text, it)
			}
			marks = append(marks, news.Mark{Key: keys[i], Article: keys[i].ArticleID(), Link: link, Text: text, Seen: now})
			fresh = append(fresh, sifted{item: *it, mark: len(marks) - 1})
			continue
		}
		mark := seen[held[i]]
		mark.Key, mark.Link, mark.Seen = keys[i], link, now
		if src.FullText && mark.Changes < rereads {
			text = stamped(text, it)
		}
		switch change(&mark, text) {
		case edited:
			marks = append(marks, mark)
			fresh = append(fresh, sifted{item: *it, mark: len(marks) - 1, changed: true})
		case flapping:
			dropped.Flapped++
			marks = append(marks, mark)
		default:
			marks = append(marks, mark)
		}
	}
	return fresh, unlisted(marks, seen, taken, now), dropped
}

// identify gives the keys of a document's items. Items that share a guid are
// told apart; one that is the same in all respects comes twice, and has the
// zero key.
func identify(src news.SourceID, items []news.Item) (keys []news.Key, twice int) {
	keys = make([]news.Key, len(items))
	listed := make(map[news.Key]bool, 2*len(items))
	for i := range items {
		first, second := news.ItemKey(src, &items[i]), news.SecondKey(src, &items[i])
		switch {
		case listed[second]:
			twice++
			continue
		case listed[first]:
			keys[i] = second
		default:
			keys[i] = first
		}
		listed[first], listed[second] = true, true
	}
	return keys, twice
}

// unlisted appends the marks of items that the feed no longer lists, while
// they may come back.
func unlisted(marks, seen []news.Mark, taken []bool, now time.Time) []news.Mark {
	room := maxUnlisted
	for i, mark := range seen {
		if room == 0 {
			break
		}
		if !taken[i] && now.Sub(mark.Seen) < unlistedFor {
			marks = append(marks, mark)
			room--
		}
	}
	return marks
}

// memory finds marks by what they remember.
type memory struct {
	key        map[news.Key]int
	link, text map[uint64]int // -1: more than one has it
	listed     map[uint64]int // how many of the items at hand have a link
}

func recall(seen []news.Mark, links []uint64) memory {
	m := memory{
		key:    make(map[news.Key]int, len(seen)),
		link:   make(map[uint64]int, len(seen)),
		text:   make(map[uint64]int, len(seen)),
		listed: make(map[uint64]int, len(links)),
	}
	for i, mark := range seen {
		m.key[mark.Key] = i
		once(m.link, mark.Link, i)
		once(m.text, mark.Text, i)
	}
	for _, link := range links {
		m.listed[link]++
	}
	return m
}

func once(places map[uint64]int, sum uint64, at int) {
	if _, ok := places[sum]; ok {
		at = -1
	}
	places[sum] = at
}

// alike finds the mark of an item that comes under a new key.
func (m memory) alike(link, text uint64, it *news.Item, taken []bool) (int, bool) {
	if link != 0 && m.listed[link] == 1 {
		if at, ok := m.link[link]; ok && at >= 0 && !taken[at] {
			return at, true
		}
	}
	if len(it.Summary)+len(it.Content) >= tellingText {
		if at, ok := m.text[text]; ok && at >= 0 && !taken[at] {
			return at, true
		}
	}
	return 0, false
}

// changeKind is what a new version of a known item is.
type changeKind int

const (
	unchanged changeKind = iota
	edited
	flapping
)

// change brings a mark up to a version of its item and says what that is. An
// item that goes back to a version it had is edited a few times, then flapping.
func change(mark *news.Mark, text uint64) changeKind {
	if mark.Text == text {
		return unchanged
	}
	returned := slices.Contains(mark.Prior, text)
	if returned && mark.Changes >= flapsAllowed {
		return flapping
	}
	prior := append([]uint64{mark.Text}, slices.DeleteFunc(slices.Clone(mark.Prior), func(p uint64) bool { return p == text })...)
	mark.Prior = prior[:min(len(prior), maxPrior)]
	mark.Text = text
	mark.Changes++
	return edited
}

func linkSum(it *news.Item) uint64 { return linkDigest(it.Link) }

// linkDigest is what marks remember of a link; 0: there is none.
func linkDigest(link string) uint64 {
	if link == "" {
		return 0
	}
	return news.Sum64(news.ArticleLink(link))
}

// reading is where texts are read that only their digests remain of.
type reading struct{ words []byte }

// sum digests what a reader sees of an item: title and words, without markup, so
// that a changed advertisement or image size is no change.
func (r *reading) sum(it *news.Item) uint64 {
	b := appendWords(r.words[:0], it.Title)
	title := len(b)
	b = appendWords(b, it.Summary)
	summary := len(b)
	b = appendWords(b, it.Content)
	r.words = b
	return news.Sum64(b[:title], b[title:summary], b[summary:])
}

// stamped adds to a text's digest the date of change that the outlet claims.
func stamped(text uint64, it *news.Item) uint64 {
	if !it.Updated.After(it.Published) {
		return text
	}
	return news.Sum64(strconv.FormatUint(text, 36), strconv.FormatInt(it.Updated.Unix(), 36))
}

// appendWords writes the folded text of an HTML fragment after b, tags off, its
// words apart by single spaces.
func appendWords(b []byte, html string) []byte {
	b = slices.Grow(b, len(html)+1)
	if ascii, ok := appendWordsASCII(b, html); ok {
		return ascii
	}
	return appendWordsAny(b, html)
}

func appendWordsAny(b []byte, html string) []byte {
	var text strings.Builder
	text.Grow(len(html))
	for html != "" {
		before, rest, found := strings.Cut(html, "<")
		text.WriteString(before)
		if !found {
			break
		}
		_, html, found = strings.Cut(rest, ">")
		if !found {
			text.WriteString(rest)
			break
		}
		text.WriteByte(' ')
	}
	folded := news.Fold(text.String())
	for _, tok := range news.AppendTokens(make([]news.Token, 0, len(folded)/5+8), folded) {
		b = append(append(b, folded[tok.Start:tok.End]...), ' ')
	}
	return b
}

// appendWordsASCII is the short way for text without any other character.
func appendWordsASCII(b []byte, html string) ([]byte, bool) {
	in, tags := false, true
	for i := 0; i < len(html); i++ {
		c := html[i]
		switch {
		case c >= utf8.RuneSelf:
			return nil, false
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			b, in = append(b, c), true
			continue
		case 'A' <= c && c <= 'Z':
			b, in = append(b, c|0x20), true
			continue
		case c == '<' && tags:
			n := strings.IndexByte(html[i:], '>')
			if n < 0 { // what follows is text, and goes on where the bracket stands
				tags = false
				continue
			}
			i += n
		}
		if in {
			b, in = append(b, ' '), false
		}
	}
	if in {
		b = append(b, ' ')
	}
	return b, true
}
