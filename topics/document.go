package topics

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/news"
)

// Document is what a Matcher reads of an article.
type Document struct {
	Source            news.SourceID
	Lang              string // BCP 47; empty: told from the script
	Title, Lede, Body string // paragraphs of Body are apart by line breaks
	Captions          []string
	Categories        []string
	Published         time.Time // zero: unknown, and holders of all times count
}

// FromArticle is the Document of a.
func FromArticle(a *news.Article) *Document {
	d := &Document{Source: a.Source, Lang: a.Lang, Title: a.Headline, Lede: a.Lede, Body: a.Text(), Categories: a.Categories, Published: a.Published}
	for _, f := range a.Figures() {
		if f.Caption != "" {
			d.Captions = append(d.Captions, f.Caption)
		}
	}
	return d
}

// maxField bounds how much of one field is read, and maxParts how many
// captions and categories: what decides a topic stands long before.
const (
	maxField = 1 << 20
	maxParts = 200
)

// part is one string of a document, folded and cut into words.
type part struct {
	field     news.Field
	text      string
	folded    string
	words     string  // folded, with the final forms of letters unified
	source    []int32 // news.FoldMap's way back; nil: the offsets are the same
	tokens    []news.Token
	paragraph []int32 // of each token; -1 stands for none
	sentence  []int32
	shouted   bool // no lower-case letter in it
	plain     bool // sentence case: long words begin small
}

// parts cuts d into its strings. Paragraphs are numbered through the whole
// document; title, lede and first paragraph share one number, because a short
// item says who in the one and whom in the other.
func (d *Document) parts(s *scratch) []part {
	parts := s.parts[:0]
	paragraph, sentence := int32(0), int32(0)
	add := func(field news.Field, text string) {
		if strings.TrimSpace(text) == "" {
			return
		}
		p := newPart(field, text, s)
		p.cut(&paragraph, &sentence, s)
		parts = append(parts, p)
		sentence++
	}
	add(news.InTitle, d.Title)
	add(news.InLede, d.Lede)
	if paragraph > 0 {
		paragraph = 0
	}
	add(news.InBody, d.Body)
	for _, c := range d.Captions[:min(len(d.Captions), maxParts)] {
		paragraph++
		add(news.InCaption, c)
	}
	for _, c := range d.Categories[:min(len(d.Categories), maxParts)] {
		paragraph++
		add(news.InCategory, c)
	}
	s.parts = parts
	return parts
}

// scratch is the room that reading a document takes, for the next one to use.
type scratch struct {
	parts    []part
	tokens   []news.Token
	numbers  []int32
	live     []int32
	hits     []hit
	evidence []evidence
}

// clean lets go of what belonged to a document.
func (s *scratch) clean() {
	clear(s.parts)
	clear(s.hits)
	clear(s.evidence[:cap(s.evidence)])
	s.evidence = s.evidence[:0]
	s.parts, s.tokens, s.numbers, s.live, s.hits = s.parts[:0], s.tokens[:0], s.numbers[:0], s.live[:0], s.hits[:0]
}

// maxScratch bounds the tokens whose room is kept: a long document's is not.
const maxScratch = 1 << 16

func newPart(field news.Field, text string, s *scratch) part {
	if len(text) > maxField {
		text = text[:maxField]
		for !utf8.ValidString(text[len(text)-1:]) && len(text) > maxField-utf8.UTFMax {
			text = text[:len(text)-1]
		}
	}
	p := part{field: field, text: text}
	if isASCII(text) {
		p.folded = news.Fold(text)
	} else {
		p.folded, p.source = news.FoldMap(text)
	}
	p.words = lookalike(p.folded)
	old := len(s.tokens)
	s.tokens = news.AppendTokens(slices.Grow(s.tokens, len(p.folded)/5+8), p.folded)
	p.tokens = s.tokens[old:len(s.tokens):len(s.tokens)]
	return p
}

// at is where the source has what stands at a folded offset.
func (p *part) at(folded int) int {
	if p.source == nil {
		return folded
	}
	return int(p.source[folded])
}

// cut numbers the paragraph and sentence of every token.
func (p *part) cut(paragraph, sentence *int32, s *scratch) {
	old := len(s.numbers)
	s.numbers = slices.Grow(s.numbers, 2*len(p.tokens))[:old+2*len(p.tokens)]
	numbers := s.numbers[old:]
	p.paragraph, p.sentence = numbers[:len(p.tokens):len(p.tokens)], numbers[len(p.tokens):]
	end, small, long, words := 0, 0, 0, 0
	for i, tok := range p.tokens {
		if i > 0 {
			switch gap := p.folded[end:tok.Start]; {
			case len(gap) == 0 || len(gap) == 1 && gap[0] == ' ' || gap == ", ":
			case endsParagraph(gap):
				*paragraph++
				*sentence++
			case endsSentence(gap, p.folded[p.tokens[i-1].Start:end]):
				*sentence++
			}
		}
		end = tok.End
		p.paragraph[i], p.sentence[i] = *paragraph, *sentence
		isSmall, isLarge := p.caseOf(tok)
		isLong := 0
		if tok.End-tok.Start >= longWord {
			isLong = 1
		}
		small += isSmall & isLong
		long += (isSmall | isLarge) & isLong
		words += isSmall | isLarge
	}
	p.shouted = words > 0 && !hasLower(p.text)
	p.plain = small*3 >= long
}

// caseOf is 1 where a token begins with a small letter in the source, and where
// with a capital.
func (p *part) caseOf(tok news.Token) (isSmall, isLarge int) {
	at := p.at(tok.Start)
	switch c := firstByte[p.text[at]]; c {
	case small:
		return 1, 0
	case large:
		return 0, 1
	case uncased:
		return 0, 0
	}
	r, _ := utf8.DecodeRuneInString(p.text[at:])
	switch {
	case isLower(r):
		return 1, 0
	case isUpper(r):
		return 0, 1
	}
	return 0, 0
}

// longWord is the length in bytes from which on headlines in title case write
// every word with a capital.
const longWord = 4

func endsParagraph(gap string) bool {
	for i := 0; i < len(gap); i++ {
		switch c := gap[i]; {
		case c == '\n' || c == '\r':
			return true
		case c >= utf8.RuneSelf:
			return strings.ContainsAny(gap[i:], "\n\r\u2028\u2029•▪■●◆")
		}
	}
	return false
}

// endsSentence reports whether a gap after word parts sentences. A full stop
// after one letter is an initial, and without a space behind it a number.
func endsSentence(gap, word string) bool {
	if len(gap) == 0 {
		return false
	}
	if len(gap) == 1 {
		return gap == "!" || gap == "?" || gap == ";"
	}
	if strings.ContainsAny(gap, "!?。！？｡।؟۔;") {
		return true
	}
	dot := strings.IndexByte(gap, '.')
	return dot >= 0 && dot+1 < len(gap) && utf8.RuneCountInString(word) > 1
}

// first is the first letter of token i in the source.
func (p *part) first(i int) rune {
	at := p.at(p.tokens[i].Start)
	if c := p.text[at]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, _ := utf8.DecodeRuneInString(p.text[at:])
	return r
}

// span gives the bytes of the source between two folded offsets.
func (p *part) span(start, end int) (int, int) {
	if p.source == nil {
		return start, end
	}
	from, to := int(p.source[start]), int(p.source[end])
	// What folding left out at the end (soft hyphens, blanks) is not surface.
	last := int(p.source[end-1])
	_, size := utf8.DecodeRuneInString(p.text[last:])
	if end < len(p.folded) && to > last+size {
		// Marks that fell off belong to the letter.
		for to > last+size && !isMarkAt(p.text, last+size) {
			to = last + size
		}
	}
	return from, to
}
