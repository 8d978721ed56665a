package normalize

import (
	"strings"

	"dateline/news"
)

// vouchers are what others say the article says: the page's own word to
// machines (schema.org articleBody), its description, the feed's summary.
// They are folded words, one blank apart.
type vouchers struct {
	body      string
	summaries []string
}

// Bounds of vouching, in bytes of folded words: a shorter text may stand in any
// article, and of a summary no more than its beginning is asked for.
const (
	vouchedText    = 40
	vouchedSummary = 60
)

func newVouchers(body string, summaries []string) *vouchers {
	v := &vouchers{body: key(body)}
	for _, s := range summaries {
		if k := key(s); len(k) >= vouchedText {
			v.summaries = append(v.summaries, firstBytes(k, vouchedSummary))
		}
	}
	return v
}

// any reports whether there is anything to compare a text with.
func (v *vouchers) any() bool { return v != nil && (v.body != "" || len(v.summaries) > 0) }

// says reports whether one of them says what a piece says.
func (v *vouchers) says(p *piece) bool {
	if len(p.text) < vouchedText {
		return false
	}
	k := p.key()
	if v.inBody(k) {
		return true
	}
	for _, s := range v.summaries {
		if strings.HasPrefix(k, s) {
			return true
		}
	}
	return false
}

// inBody reports whether a text of some length stands in the articleBody.
func (v *vouchers) inBody(k string) bool {
	return len(k) >= vouchedText && strings.Contains(v.body, k)
}

// trimUnvouched drops running text after the last piece that the page's
// articleBody has, and before the first. It does nothing unless that body has
// nearly all of the text and ends, or begins, where that piece does: outlets
// fill it with the first lines, cut it off, or leave it at last week's.
func (d *draft) trimUnvouched() {
	if d.vouched == nil || d.vouched.body == "" {
		return
	}
	const share = 60 // percent of the clean words that must be vouched for
	clean, said, first, last := 0, 0, -1, -1
	for i := range d.pieces {
		p := &d.pieces[i]
		if !p.clean() {
			continue
		}
		words := p.words()
		clean += words
		if d.vouched.inBody(p.key()) {
			if said += words; first < 0 {
				first = i
			}
			last = i
		}
	}
	if said == 0 || said*100 < clean*share {
		return
	}
	for last+1 < len(d.pieces) && strings.Contains(d.vouched.body, d.pieces[last+1].key()) && d.pieces[last+1].kind != news.Picture {
		last++ // short lines that the body ends with
	}
	if strings.HasSuffix(d.vouched.body, d.pieces[last].key()) {
		kept := d.pieces[:last+1]
		for _, p := range d.pieces[last+1:] {
			if p.kind == news.Picture && p.figure.Caption != "" || p.kind == news.Table {
				kept = append(kept, p)
			}
		}
		d.pieces = kept
	}
	if strings.HasPrefix(d.vouched.body, d.pieces[first].key()) {
		kept := d.pieces[:0]
		for i, p := range d.pieces {
			if i >= first || !p.clean() {
				kept = append(kept, p)
			}
		}
		d.pieces = kept
	}
}
