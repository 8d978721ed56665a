package publish

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// comparison says how one text differs from another that was there before it:
// a telling from that which leads its story, or an article from what it said
// before it was corrected.
type comparison struct {
	Shared   int       // percent of its words that stand in paragraphs of the other
	Passages [][]piece // the paragraphs that differ, in the order of reading
	Same     bool      // there is no difference
}

// piece is a run of words: in both texts, only in this one, or only in the other.
type piece struct {
	Text       string
	Added, Cut bool
}

// The bounds of a comparison: what is beyond is not compared.
const (
	maxPassages = 80
	maxWords    = 400
	alike       = 0.5 // share of words in common from which two paragraphs are one
)

// passage is a paragraph with its words as they compare.
type passage struct {
	text   string
	tokens []news.Token // in text, not folded
	words  []uint64
	sorted []uint64
}

// compare holds a telling against the lead, paragraph by paragraph. It is nil
// where there is nothing to hold against: no text, or another language.
func compare(lead, other *news.Article) *comparison {
	if primary(lead.Lang) != primary(other.Lang) {
		return nil
	}
	return contrast(lead.Passages(), other.Passages())
}

// contrast holds paragraphs against those that were there before; it is nil
// where one of the two has none.
func contrast(before, after []string) *comparison {
	seed := maphash.MakeSeed() // only equality counts, so that the outcome does not follow from it
	were, are := passages(before, seed), passages(after, seed)
	if len(were) == 0 || len(are) == 0 {
		return nil
	}
	c := &comparison{}
	partners, shared := pair(were, are)
	gone := unpaired(len(were), partners)
	c.cut(were, gone[0])
	all := 0
	for i := range are {
		all += len(are[i].words)
		switch at := partners[i]; {
		case at < 0:
			c.Passages = append(c.Passages, []piece{{Text: are[i].text, Added: true}})
			continue
		case !slices.Equal(are[i].words, were[at].words):
			c.Passages = append(c.Passages, differences(&were[at], &are[i]))
		}
		c.cut(were, gone[partners[i]+1])
	}
	c.Shared = (100*shared + all/2) / max(1, all)
	c.Same = len(c.Passages) == 0
	return c
}

// cut adds paragraphs that are not there any more.
func (c *comparison) cut(were []passage, places []int) {
	for _, at := range places {
		c.Passages = append(c.Passages, []piece{{Text: were[at].text, Cut: true}})
	}
}

// pair finds for each passage the one that it is made of, -1 where there is
// none, and counts the words that the pairs have in common.
func pair(were, are []passage) (partners []int, shared int) {
	partners = make([]int, len(are))
	taken := make([]bool, len(were))
	for i := range are {
		best, common := nearest(&are[i], were, taken)
		if partners[i] = best; best >= 0 {
			taken[best] = true
			shared += common
		}
	}
	return partners, shared
}

// unpaired lists the places that no partner has, by where they are to be told:
// those at n+1 follow place n, those at 0 stand before all that is left.
func unpaired(places int, partners []int) [][]int {
	after := make([][]int, places+1)
	last := 0
	for at := range places {
		if slices.Contains(partners, at) {
			last = at + 1
			continue
		}
		after[last] = append(after[last], at)
	}
	return after
}

// passages are texts ready to be compared, as many as are.
func passages(texts []string, seed maphash.Seed) []passage {
	var all []passage
	for _, text := range texts {
		p := passage{text: line(text)}
		p.cut(seed)
		if len(p.words) == 0 {
			continue
		}
		p.sorted = slices.Clone(p.words)
		slices.Sort(p.sorted)
		if all = append(all, p); len(all) == maxPassages {
			break
		}
	}
	return all
}

// cut finds the words of a passage. Words that folding makes of one character
// (a whole word in a square, a number in brackets) are one.
func (p *passage) cut(seed maphash.Seed) {
	folded, source := news.FoldMap(p.text)
	var last news.Token // in folded
	for _, t := range news.AppendTokens(nil, folded) {
		if n := len(p.words); n > 0 && source[t.Start] == source[last.End-1] {
			t.Start = last.Start
			p.words, p.tokens = p.words[:n-1], p.tokens[:n-1]
		} else if n == maxWords {
			break
		}
		end := t.End
		for end < len(folded) && source[end] == source[t.End-1] {
			end++
		}
		p.words = append(p.words, maphash.String(seed, folded[t.Start:t.End]))
		p.tokens = append(p.tokens, news.Token{Start: int(source[t.Start]), End: int(source[end])})
		last = t
	}
}

// nearest is the passage not yet taken that has most words in common with p;
// -1 where none has enough.
func nearest(p *passage, among []passage, taken []bool) (best, common int) {
	best = -1
	for i := range among {
		if taken[i] {
			continue
		}
		n := inCommon(p.sorted, among[i].sorted)
		if float64(2*n) >= alike*float64(len(p.words)+len(among[i].words)) && n > common {
			best, common = i, n
		}
	}
	return best, common
}

// inCommon counts what two sorted lists share.
func inCommon(a, b []uint64) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch cmp.Compare(a[i], b[j]) {
		case 0:
			n, i, j = n+1, i+1, j+1
		case -1:
			i++
		default:
			j++
		}
	}
	return n
}

// differences tells was and is apart, word by word.
func differences(was, is *passage) []piece {
	kept := longestCommon(was.words, is.words)
	var e []piece
	ended := false // the last piece ended its text, and what is added goes on in the other
	add := func(p *passage, from, to int, piece piece) {
		if from >= to {
			return
		}
		if ended && !endsApart(e[len(e)-1].Text) {
			e[len(e)-1].Text += " "
		}
		ended = to == len(p.tokens)
		piece.Text = p.text[p.tokens[from].Start:end(p, to)]
		e = append(e, piece)
	}
	i, j := 0, 0
	for _, k := range append(kept, [2]int{len(was.words), len(is.words)}) {
		add(was, i, k[0], piece{Cut: true})
		add(is, j, k[1], piece{Added: true})
		if k[1] < len(is.words) {
			add(is, k[1], k[1]+1, piece{})
		}
		i, j = k[0]+1, k[1]+1
	}
	return joined(e)
}

// end is where the words before token to end, with what stands between them
// and the next.
func end(p *passage, to int) int {
	if to < len(p.tokens) {
		return p.tokens[to].Start
	}
	return len(p.text)
}

// endsApart reports whether what follows text stands apart from it: after
// white space, and in scripts that have none between words.
func endsApart(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return unicode.IsSpace(r) || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// joined makes one piece of pieces of one kind that follow each other. The space
// behind a marked one stands outside of its mark.
func joined(e []piece) []piece {
	var all []piece
	add := func(p piece) {
		if n := len(all); n > 0 && all[n-1].Added == p.Added && all[n-1].Cut == p.Cut {
			all[n-1].Text += p.Text
		} else {
			all = append(all, p)
		}
	}
	for _, p := range e {
		add(p)
	}
	loose := all
	all = nil
	for _, p := range loose {
		text := strings.TrimRight(p.Text, " ")
		if p.Text == text || !p.Added && !p.Cut {
			add(p)
			continue
		}
		add(piece{Text: text, Added: p.Added, Cut: p.Cut})
		add(piece{Text: " "})
	}
	return all
}

// longestCommon lists the places of a longest common subsequence of a and b.
func longestCommon(a, b []uint64) [][2]int {
	width := len(b) + 1
	length := make([]uint16, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	var places [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			places = append(places, [2]int{i, j})
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return places
}
