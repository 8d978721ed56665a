package publish

import (
	"cmp"
	"hash/maphash"
	"slices"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// comparison says how one telling differs from that which leads its story.
type comparison struct {
	Shared  int       // percent of its words that stand in paragraphs of the lead
	Edited  [][]piece // paragraphs that both have in other words
	Own     []string  // paragraphs that the lead has not
	Missing []string  // paragraphs of the lead that it has not
	Same    bool      // there is no difference
}

// piece is a run of words: in both, only in this telling, or only in the lead.
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
	seed := maphash.MakeSeed() // only equality counts, so that the outcome does not follow from it
	theirs, ours := passages(lead, seed), passages(other, seed)
	if len(theirs) == 0 || len(ours) == 0 {
		return nil
	}
	c := &comparison{}
	taken := make([]bool, len(theirs))
	all, shared := 0, 0
	for i := range ours {
		p := &ours[i]
		all += len(p.words)
		best, common := nearest(p, theirs, taken)
		if best < 0 {
			c.Own = append(c.Own, p.text)
			continue
		}
		taken[best] = true
		shared += common
		if !slices.Equal(p.words, theirs[best].words) {
			c.Edited = append(c.Edited, differences(&theirs[best], p))
		}
	}
	for i := range theirs {
		if !taken[i] {
			c.Missing = append(c.Missing, theirs[i].text)
		}
	}
	c.Shared = (100*shared + all/2) / max(1, all)
	c.Same = len(c.Own)+len(c.Missing)+len(c.Edited) == 0
	return c
}

// passages are the paragraphs of an article's body.
func passages(a *news.Article, seed maphash.Seed) []passage {
	var all []passage
	for _, b := range a.Body {
		text := line(b.Plain())
		if b.Kind == news.Picture || b.Kind == news.Table || text == "" || len(all) == maxPassages {
			continue
		}
		p := passage{text: text}
		p.cut(seed)
		if len(p.words) == 0 {
			continue
		}
		p.sorted = slices.Clone(p.words)
		slices.Sort(p.sorted)
		all = append(all, p)
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

// joined makes one piece of pieces of one kind that follow each other.
func joined(e []piece) []piece {
	var all []piece
	for _, p := range e {
		if n := len(all); n > 0 && all[n-1].Added == p.Added && all[n-1].Cut == p.Cut {
			all[n-1].Text += p.Text
			continue
		}
		all = append(all, p)
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
