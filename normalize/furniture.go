package normalize

import (
	"strings"
	"unicode/utf8"

	"dateline/news"
)

func isFurniture(p *piece) bool {
	if p.kind == news.Picture || p.kind == news.Table || p.kind == news.Code {
		return false
	}
	words := p.foldedUpTo(400)
	if len(words) == 0 {
		return len(p.text) < 400
	}
	if len(words) <= 12 && p.kind != news.List && controlPhrases.made(words) || isTiming(p.text) || isClock(p) {
		return true
	}
	if n := relatedPhrases.prefix(words); n > 0 {
		if n == len(words) || p.density() > 0.4 || n > 0 && labelled(p.text) && len(words) <= 30 && labelAt(p.text, n) {
			return true
		}
	}
	if p.kind != news.List && p.density() > 0.9 && len(words) > 2 && p.level == 0 && p.flags&flagPost == 0 && p.kind != news.Quote {
		return true
	}
	if len(words) <= 40 && subscribePhrases.within(words) && (p.density() > 0.15 || p.italic || p.bold || p.level > 0) {
		return true
	}
	return strings.HasPrefix(p.text, "[") && strings.HasSuffix(p.text, "]") && len(words) < 8 && !strings.Contains(p.text, " ")
}

func labelAt(text string, n int) bool {
	i := strings.IndexAny(text, ":：")
	return i > 0 && len(wordsOf(text[:i])) == n
}

func isControl(words []string) bool {
	return len(words) > 0 && len(words) <= 12 && (controlPhrases.made(words) || allNumbers(words) && len(words) < 3)
}

func allNumbers(words []string) bool {
	for _, w := range words {
		if strings.Trim(w, "0123456789") != "" {
			return false
		}
	}
	return true
}

func isPager(p *piece) bool {
	words := p.foldedUpTo(80)
	if len(words) == 0 {
		return false
	}
	n := pagerPhrases.prefix(words)
	if n == 0 {
		return false
	}
	for _, w := range words[n:] {
		if strings.Trim(w, "0123456789") != "" && w != "of" && w != "dari" && w != "/" && wholePhrases.prefix([]string{w}) == 0 && nextPhrases.prefix([]string{w}) == 0 {
			return false
		}
	}
	return len(words) > n || strings.ContainsAny(p.text, ":：")
}

func isTiming(s string) bool {
	if len(s) > 120 {
		return false
	}
	f := news.Fold(s)
	return strings.ContainsAny(f, "0123456789") && strings.Contains(f, "second") && (strings.Contains(f, "render") || strings.Contains(f, "generat") || strings.Contains(f, "load"))
}

func isClock(p *piece) bool {
	if p.kind != news.Paragraph || len(p.text) > 8 || !strings.ContainsAny(p.text, ":.") {
		return false
	}
	words := p.foldedUpTo(8)
	return len(words) == 2 && allNumbers(words) && len(words[0]) <= 2 && len(words[1]) == 2
}

func isMailbox(p *piece) bool {
	_, host, found := strings.Cut(p.text, "@")
	return found && len(p.text) < 60 && strings.Contains(host, ".") && p.words() <= 4
}

func labelled(s string) bool {
	i := strings.IndexAny(s, ":：/")
	return i > 0 && utf8.RuneCountInString(s[:i]) < 40
}

func headsComments(p *piece) bool {
	words := p.foldedUpTo(60)
	if p.level == 0 || len(words) == 0 || len(words) > 6 {
		return false
	}
	if allNumbers(words[:1]) {
		words = words[1:]
	} else if last := len(words) - 1; allNumbers(words[last:]) {
		words = words[:last]
	}
	return commentPhrases.whole(words)
}

func illustrates(picture, pointer *piece) bool {
	return picture.kind == news.Picture && picture.figure.Caption == "" && len(picture.links) > 0 &&
		len(pointer.links) > 0 && picture.links[0].URL == pointer.links[0].URL
}
