package normalize

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"dateline/news"
)

// claims are what is known of an article before its text is read.
type claims struct {
	titles  []string
	summary []string
	site    []string
	authors []string // that the page's head names
	dates   DateOptions
	vouched *vouchers // nil: nobody says anything
	feed    bool      // a feed's own copy: what it lists is part of it
	dump    bool      // lines of plain text: no markup vouches for anything
	above   []piece   // lines of a dump over its text
	below   []piece   // and under it
}

// draft is an article under way.
type draft struct {
	claims
	pieces    []piece
	keys      map[string]bool // of the titles
	titled    bool            // an h1 says the headline: others are crossheads
	head      *html.Node      // that h1
	byline    []string
	author    string // a name alone on a line of the head
	agency    string
	place     string // that a line of the head names
	published time.Time
	updated   time.Time
	lede      string
	kicker    string
	truncated bool
	cover     news.Figure // what the small print says of the picture above the text
}

// edit turns pieces into a body: captions to their pictures, head, tail and
// furniture away, headings told from text. It works in the pieces' own room.
func edit(pieces []piece, c claims) *draft {
	d := &draft{claims: c, keys: map[string]bool{}}
	for _, t := range c.titles {
		if k := key(t); k != "" {
			d.keys[k] = true
		}
	}
	d.pieces = attachCaptions(pieces)
	d.liftOpening()
	for i := range d.pieces {
		p := &d.pieces[i]
		if !d.titled && p.level == 1 && d.saysTitle(p) {
			d.titled, d.head = true, p.node
		}
	}
	for i := range d.above {
		d.headLine(&d.above[i])
	}
	d.trimHead()
	for i := range d.below {
		if !d.tellsPicture(&d.below[i]) {
			d.noteTail(d.below[i : i+1])
		}
	}
	d.trimTail()
	d.trimUnvouched()
	d.trimInside()
	d.trimTail()
	d.trimSignOff()
	d.markHeadings()
	return d
}

// liftOpening takes a short line that ends in a dash off the text: systems set
// the dateline outside of the paragraph that it opens.
func (d *draft) liftOpening() {
	const most = 12 // pieces of a head
	for i := 0; i+1 < len(d.pieces) && i < most; i++ {
		p, next := &d.pieces[i], &d.pieces[i+1]
		if p.kind != news.Paragraph || p.level > 0 || p.words() > 6 || p.linked > 0 || !next.clean() || !endsInDash(p.text) {
			continue
		}
		parts, _, ok := splitDateline(p.text + " " + next.text)
		if head := strings.TrimRight(p.text, " -–—"); !ok && namesLike(head) && !isLabel(head) {
			parts.Place, ok = head, true
		}
		if ok {
			d.note(slug{place: parts.Place, agency: parts.Agency})
			d.pieces = slices.Delete(d.pieces, i, i+1)
		}
		return
	}
}

func endsInDash(s string) bool {
	return len(s) > 3 && (strings.HasSuffix(s, " -") || strings.HasSuffix(s, " –") || strings.HasSuffix(s, " —"))
}

// trimInside drops furniture between paragraphs, and headings that stand over
// nothing but links.
func (d *draft) trimInside() {
	seen := map[string]bool{}
	kept := d.pieces[:0]
	sold := false // an advertisement's label stands before
	cut := false  // what stands before is gone
	lead := false // it was the label of pointers
	for i := range d.pieces {
		p := &d.pieces[i]
		if cut && !d.feed && !d.dump && isStamp(p) && !p.bold && !p.marked {
			continue // how old a teaser is
		}
		if lead && p.kind == news.Paragraph && p.density() > 0.5 {
			continue
		}
		cut, lead = false, false
		if sold && p.kind == news.Picture && p.figure.Caption == "" && len(p.links) > 0 {
			continue
		}
		sold = p.kind == news.Paragraph && len(p.text) < 80 && adPhrases.whole(p.foldedUpTo(80))
		if isFurniture(p) || d.labelsLinks(i) || p.flags&flagAside != 0 && p.kind != news.Picture && !p.clean() || d.isTitle(p) && (p.level > 0 || p.kind == news.Paragraph && !d.dump && !d.feed) {
			if last := len(kept) - 1; last >= 0 && illustrates(&kept[last], p) {
				kept = kept[:last]
			}
			cut, lead = p.linked > 0, relatedPhrases.whole(p.foldedUpTo(100))
			continue
		}
		if p.kind == news.Paragraph || p.kind == news.Quote {
			if len(p.text) > 60 {
				if seen[p.text] {
					continue
				}
				seen[p.text] = true
			}
		}
		kept = append(kept, *p)
	}
	d.pieces = dropLinkLists(kept)
}

// labelsLinks reports whether a short line that points elsewhere stands over a
// line that is one link: "More from Money".
func (d *draft) labelsLinks(i int) bool {
	p := &d.pieces[i]
	if i+1 >= len(d.pieces) || p.kind != news.Paragraph && p.level == 0 || p.words() > 6 || closes(p.text) || d.feed {
		return false
	}
	next := &d.pieces[i+1]
	return relatedPhrases.prefix(p.foldedUpTo(100)) > 0 && next.kind == news.Paragraph && next.density() > 0.9
}

// dropLinkLists drops lists that are links only and stand alone or under a
// heading of their own: they lead elsewhere. Lists between paragraphs that
// introduce them stay.
func dropLinkLists(pieces []piece) []piece {
	kept := pieces[:0]
	for i := 0; i < len(pieces); i++ {
		p := &pieces[i]
		if p.kind != news.List || p.list == nil {
			kept = append(kept, *p)
			continue
		}
		j, linked, size := i, 0, 0
		for j < len(pieces) && pieces[j].kind == news.List && pieces[j].list == p.list {
			linked, size = linked+pieces[j].linked, size+len(pieces[j].text)
			j++
		}
		introduced := len(kept) > 0 && strings.HasSuffix(strings.TrimSpace(kept[len(kept)-1].text), ":")
		if linked*10 >= size*8 && !introduced {
			if n := len(kept); n > 0 && kept[n-1].level > 0 && !headsWhatFollows(&kept[n-1], pieces[j:]) {
				kept = kept[:n-1]
			}
		} else {
			kept = append(kept, pieces[i:j]...)
		}
		i = j - 1
	}
	return kept
}

// headsWhatFollows reports whether a heading over a list of links heads the text
// behind the list, between which the list was set.
func headsWhatFollows(heading *piece, after []piece) bool {
	if len(after) == 0 || heading.node == nil || relatedPhrases.prefix(heading.foldedUpTo(100)) > 0 {
		return false
	}
	next := &after[0]
	return next.kind == news.Paragraph && next.clean() && next.node != nil && next.node.Parent == heading.node.Parent
}

// blocks makes the body of the pieces that are left.
func (d *draft) blocks() []news.Block {
	var body []news.Block
	for i := 0; i < len(d.pieces); i++ {
		p := &d.pieces[i]
		switch p.kind {
		case news.List:
			b := news.Block{Kind: news.List, Ordered: p.ordered}
			for ; i < len(d.pieces) && d.pieces[i].kind == news.List && d.pieces[i].list == p.list; i++ {
				b.Items = append(b.Items, d.pieces[i].text)
			}
			i--
			body = append(body, b)
		case news.Heading:
			body = append(body, heading(p))
		case news.Quote:
			if n := len(body); n > 0 && body[n-1].Kind == news.Quote && i > 0 && d.pieces[i-1].kind == news.Quote && d.pieces[i-1].under == p.under {
				body[n-1].Text += "\n" + p.text
				continue
			}
			body = append(body, news.Block{Kind: news.Quote, Text: p.text, Links: p.links})
		case news.Table:
			body = append(body, news.Block{Kind: news.Table, Rows: p.rows})
		case news.Picture:
			body = append(body, news.Block{Kind: news.Picture, Figure: p.figure})
		default:
			body = append(body, news.Block{Kind: p.kind, Text: p.text, Links: p.links})
		}
	}
	level(body)
	return body
}
