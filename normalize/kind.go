package normalize

import "dateline/news"

// shares counts the pieces that are links and those that are running text. The
// line or two under a heading that is a link are a teaser, and no text.
func shares(pieces []piece) (links, clean int) {
	const teaser = 40 // words
	pointed := false
	for i := range pieces {
		p := &pieces[i]
		switch {
		case p.clean() && !(pointed && p.words() <= teaser):
			clean++
		case !p.clean() && p.density() > 0.8 && p.words() > 3:
			links++
			pointed = p.level > 0
			continue
		}
		pointed = false
	}
	return links, clean
}

// isLive reports whether a text is entries, each under the hour or with the hour
// in front: at least three, in order, and not links to other pages.
func isLive(pieces []piece) bool {
	const fewest = 3
	up, down, last, clean := 0, 0, -1, 0
	for i := range pieces {
		p := &pieces[i]
		if p.clean() {
			clean++
		}
		minute, ok := clockOf(pieces[i:])
		if !ok {
			continue
		}
		switch {
		case last < 0:
		case minute >= last:
			up++
		default:
			down++
		}
		last = minute
	}
	entries := max(up, down) + 1
	return last >= 0 && min(up, down) == 0 && entries >= fewest && 2*entries >= clean
}

// clockOf reads the hour that opens an entry: alone on a line over text, or in
// front of it. It gives the minute of the day.
func clockOf(pieces []piece) (minute int, ok bool) {
	p := &pieces[0]
	if p.kind != news.Paragraph || p.linked > 0 {
		return 0, false
	}
	if isClock(p) {
		ok = len(pieces) > 1 && pieces[1].linked == 0 && (pieces[1].level > 0 || pieces[1].clean())
	} else {
		ok = p.clean()
	}
	hour := digitRun(p.text)
	if !ok || hour == 0 || hour > 2 || len(p.text) < hour+3 || p.text[hour] != ':' && p.text[hour] != '.' || digitRun(p.text[hour+1:]) != 2 {
		return 0, false
	}
	h, m := number(p.text), number(p.text[hour+1:])
	return h*60 + m, h < 24 && m < 60
}

// kindOf says what sort of page was read, of which links and clean pieces were
// counted before the editing.
func kindOf(a *news.Article, m *meta, links, clean int) news.Kind {
	words := wordsIn(a)
	switch {
	case m.kind == "LiveBlogPosting":
		return news.KindLive
	case words < 250 && consentPhrases.within(wordsOf(a.Headline+" "+firstText(a, 2000))):
		return news.KindConsent
	case words < 60 && links > 10 && links > 4*clean && (a.Published.IsZero() || paragraphsIn(a) < 2):
		return news.KindIndex
	case words < briefWords:
		return news.KindBrief
	}
	return news.KindArticle
}

// paragraphsIn counts the paragraphs of an article.
func paragraphsIn(a *news.Article) int {
	n := 0
	for i := range a.Body {
		if a.Body[i].Kind == news.Paragraph {
			n++
		}
	}
	return n
}
