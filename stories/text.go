package stories

import (
	"slices"

	"dateline/news"
)

const (
	shingleWords = 5     // words in a shingle
	sampleAbove  = 1000  // words; of longer texts one shingle in four is kept
	maxWords     = 20000 // of one article; what follows does not count
	aloneWords   = 24    // a body as long as this is evidence without its headline
)

// text is what an article says, in the form in which it is compared.
type text struct {
	shingles []uint64 // sorted, each once
	sampled  bool     // shingles holds only those that sampleOf takes
	inSample int      // how many of shingles sampleOf takes
	figures  []uint64 // digests of the numbers, sorted, each once
	words    int
	order    []uint64 // the body's shingles as they follow one another; only of what is being placed
	sum      uint64   // of the words: of the body, with the headline if the body is short; 0: no words
}

// read brings an article's headline and body into comparable form.
func read(a *news.Article) text {
	var r reader
	head := r.words(a.Headline)
	r.shingle(head)
	title := len(head)
	opening := len(r.shingles)
	body := r.words(a.Text())
	r.shingle(body)

	t := text{words: title + len(body), figures: unique(r.figures)}
	switch {
	case len(body) >= aloneWords:
		t.sum = sumOf(0, body)
	case len(body) > 0 && title > 0:
		t.sum = sumOf(sumOf(1, head), body)
	}
	if t.words <= frameWords {
		t.order = slices.Clone(r.shingles[opening:])
	}
	t.shingles = unique(r.shingles)
	if t.words > sampleAbove {
		t.sampled = true
		t.shingles = slices.DeleteFunc(t.shingles, func(s uint64) bool { return !sampleOf(s) })
	}
	for _, s := range t.shingles {
		if sampleOf(s) {
			t.inSample++
		}
	}
	t.shingles = slices.Clip(t.shingles)
	return t
}

// reader gathers the shingles and figures of the parts of one article.
type reader struct {
	tokens   []news.Token
	shingles []uint64
	figures  []uint64
}

// words returns the digests of the words of a part and notes its figures.
func (r *reader) words(s string) []uint64 {
	folded := news.Fold(s)
	r.tokens = news.AppendTokens(r.tokens[:0], folded)
	if len(r.tokens) > maxWords {
		r.tokens = r.tokens[:maxWords]
	}
	digests := make([]uint64, len(r.tokens))
	for i, t := range r.tokens {
		digests[i] = hashWord(folded[t.Start:t.End])
	}
	r.noteFigures(folded)
	return digests
}

// noteFigures notes the numbers among the words. "1,200", "1.200" and "1 200"
// are one number wherever the separator parts groups of three; a decimal
// fraction keeps to its number, so that 4.1 and 4.7 differ.
func (r *reader) noteFigures(folded string) {
	for i := 0; i < len(r.tokens); {
		t := r.tokens[i]
		i++
		if !isFigure(folded[t.Start:t.End]) {
			continue
		}
		h := uint64(fnvOffset)
		h = hashInto(h, folded[t.Start:t.End])
		for ; i < len(r.tokens); i++ {
			next := r.tokens[i]
			gap := folded[t.End:next.Start]
			digits := folded[next.Start:next.End]
			if !isFigure(digits) || !(gap == "." || gap == "," || gap == " " && len(digits) == 3) {
				break
			}
			if len(digits) != 3 {
				h = hashInto(h, ".")
			}
			h = hashInto(h, digits)
			t = next
		}
		r.figures = append(r.figures, mix(h))
	}
}

func isFigure(word string) bool {
	for i := 0; i < len(word); i++ {
		if word[i] < '0' || word[i] > '9' {
			return false
		}
	}
	return word != ""
}

// shingle adds every run of five words.
func (r *reader) shingle(words []uint64) {
	for i := 0; i+shingleWords <= len(words); i++ {
		h := uint64(fnvOffset)
		for _, w := range words[i : i+shingleWords] {
			h = mix(h ^ w)
		}
		r.shingles = append(r.shingles, h)
	}
}

func sampleOf(shingle uint64) bool { return shingle&3 == 0 }

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func hashWord(s string) uint64 { return mix(hashInto(fnvOffset, s)) }

// hashInto is a step of FNV-1a.
func hashInto(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// mix spreads a digest over all its bits, so that any of them can be sampled.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func sumOf(h uint64, words []uint64) uint64 {
	for _, w := range words {
		h = mix(h ^ w)
	}
	return max(h, 1)
}

func unique(s []uint64) []uint64 {
	slices.Sort(s)
	return slices.Compact(s)
}

// commonOf counts what two sorted lists share and keep takes; a nil keep takes
// everything.
func commonOf(a, b []uint64, keep func(uint64) bool) (n int) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			if keep == nil || keep(a[0]) {
				n++
			}
			a, b = a[1:], b[1:]
		}
	}
	return n
}
