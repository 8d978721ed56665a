package normalize

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/news"
)

// isFurniture reports whether a piece between the article's own is none of it.
func isFurniture(p *piece) bool {
	if p.kind == news.Picture || p.kind == news.Table || p.kind == news.Code {
		return false
	}
	words := p.foldedUpTo(400)
	if len(words) == 0 {
		return len(p.text) < 400
	}
	size := p.words()
	if size <= 12 && p.kind != news.List && controlPhrases.made(words) || isCounter(words) || isTiming(p.text) || isClock(p) {
		return true
	}
	if pictureNames.whole(words) && p.level == 0 || p.kind == news.Paragraph && adPhrases.whole(words) || size <= 15 && networksIn(words) > 2 {
		return true
	}
	if n := relatedPhrases.prefix(words); n > 0 {
		if n == len(words) || p.density() > 0.4 || n > 0 && labelled(p.text) && size <= 30 && labelAt(p.text, n) {
			return true
		}
	}
	if p.kind == news.Quote && p.flags&flagPost != 0 && p.density() > 0.9 { // where the network's script would draw
		return true
	}
	if n := pointerPhrases.prefix(words); n > 0 && size <= 15 && p.kind == news.Paragraph && p.level == 0 && labelAt(p.text, n) && !closesSentence(p.text) {
		return true
	}
	if p.kind != news.List && (p.density() > 0.9 || len(p.links) == 1 && p.density() > 0.7 && isPointer(p)) && len(words) > 2 && p.level == 0 && p.flags&flagPost == 0 && p.kind != news.Quote {
		return true
	}
	if size <= 40 && subscribePhrases.within(words) && (networksIn(words) > 0 && size <= 25 || p.density() > 0.15 || p.italic || p.bold || p.level > 0 || shouts(p)) {
		return true
	}
	if p.kind == news.Paragraph && p.level == 0 && size <= 30 && leadsToSubscription(p) {
		return true
	}
	return strings.HasPrefix(p.text, "[") && strings.HasSuffix(p.text, "]") && len(words) < 8 && !strings.Contains(p.text, " ")
}

// isPointer reports whether a line is one link with no more than a sign or a
// short label before it, and no more than how long it takes to read, or when it
// was written, behind: "» ...", "MORE: ...", "... 3 min read".
func isPointer(p *piece) bool {
	l := p.links[0]
	before, behind := strings.TrimSpace(p.text[:l.Start]), strings.TrimSpace(p.text[l.End:])
	if wordless(before) || strings.HasSuffix(before, ":") && countWords(before) <= 3 {
		if wordless(behind) {
			return true
		}
	}
	return wordless(before) && countWords(p.text[:l.End]) >= 3 && hasDigit(behind) && countWords(behind) <= 4 && !closes(behind)
}

// wordless reports whether s has neither letters nor digits.
func wordless(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0
}

// subscriptionPages are the words in addresses of pages that sell a
// subscription or take an address for letters.
var subscriptionPages = phrasesOf("address")

// leadsToSubscription reports whether a line begins with a link to a page that
// sells a subscription.
func leadsToSubscription(p *piece) bool {
	if len(p.links) == 0 || p.links[0].Start > 1 || p.flags&flagPost != 0 {
		return false
	}
	address, _, _ := strings.Cut(p.links[0].URL, "?")
	for word := range strings.FieldsFuncSeq(address, func(r rune) bool { return strings.ContainsRune("/.-_#", r) }) {
		if subscriptionPages.whole([]string{word}) {
			return true
		}
	}
	return false
}

// isCounter knows the line that numbers the slides of a gallery: "Photo 3 of
// 12", "1 / 5".
func isCounter(words []string) bool {
	if len(words) < 2 || len(words) > 5 {
		return false
	}
	numbers, others := 0, 0
	for _, w := range words {
		switch {
		case allNumbers([]string{w}) && len(w) < 4:
			numbers++
		case counterPhrases.prefix([]string{w}) > 0:
			others++
		default:
			return false
		}
	}
	return numbers == 2 || numbers == 1 && others == 1 && len(words) == 2 && counterPhrases.prefix(words) > 0 && !allNumbers(words[:1])
}

// inflectedNetworks are those of them that languages with many endings inflect:
// "a Facebookon".
var inflectedNetworks = [...]string{"facebook", "instagram", "telegram", "whatsapp", "youtube", "twitter"}

// networksIn counts the networks that a line names.
func networksIn(words []string) int {
	n := 0
	for _, w := range words {
		if networkWords[w] || len(w) > len("facebook") && slices.ContainsFunc(inflectedNetworks[:], func(name string) bool { return strings.HasPrefix(w, name) }) {
			n++
		}
	}
	return n
}

// labelAt reports whether a colon stands after the first n words.
func labelAt(text string, n int) bool {
	i := strings.IndexAny(text, ":：")
	return i > 0 && len(wordsOf(text[:i])) == n
}

// isControl reports whether the words of a line are the labels of controls.
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

// isPager knows the line of an article's page numbers.
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

// isTiming knows the line in which a server says how long it took.
func isTiming(s string) bool {
	if len(s) > 120 {
		return false
	}
	f := news.Fold(s)
	return strings.ContainsAny(f, "0123456789") && strings.Contains(f, "second") && (strings.Contains(f, "render") || strings.Contains(f, "generat") || strings.Contains(f, "load"))
}

// isStamp knows the short line of figures that is a time, a count or a place in
// a list: "November 20", "15:23 2019".
func isStamp(p *piece) bool {
	words := p.foldedUpTo(60)
	return p.kind == news.Paragraph && len(words) > 0 && len(words) <= 3 && hasDigit(p.text) && !closes(p.text)
}

// isReadingTime knows the line that says how long the article takes to read.
func isReadingTime(p *piece) bool {
	words := p.foldedUpTo(120)
	if !slices.ContainsFunc(words, func(w string) bool { return strings.ContainsAny(w, "0123456789") }) {
		return false
	}
	return readingPhrases.within(words) || len(words) <= 4 && slices.ContainsFunc(words, func(w string) bool { return minuteWords[w] })
}

// minuteWords are the minutes of such a line, folded.
var minuteWords = foldedList("min|mins|minutes|minuten|minuto|minutos|minuti|minuter|minutter|minuuttia|мин|минут|минуты|хв|хвилин|dk|dakika|menit|minit|phút|นาที|λεπτά|دقيقة|دقائق|دقیقه|דקות|मिनट|মিনিট|分|分钟|分鐘|분")

// isTimedControl knows a control that says how long its sound or film runs:
// "Listen to this article 4 min".
func isTimedControl(words []string) bool {
	n := controlPhrases.prefix(words)
	if n == 0 || n == len(words) || len(words)-n > 3 || !allNumbers(words[n:n+1]) {
		return false
	}
	return true
}

// isClock knows the hour that stands alone over an entry of a live page.
func isClock(p *piece) bool {
	if p.kind != news.Paragraph || len(p.text) > 8 || !strings.ContainsAny(p.text, ":.") {
		return false
	}
	words := p.foldedUpTo(8)
	return len(words) == 2 && allNumbers(words) && len(words[0]) <= 2 && len(words[1]) == 2
}

// isMailbox knows the line that is a reporter's address and little else.
func isMailbox(p *piece) bool {
	_, host, found := strings.Cut(p.text, "@")
	return found && len(p.text) < 60 && strings.Contains(host, ".") && p.words() <= 4
}

// holdsMailbox reports whether a word of a line is an address for mail.
func holdsMailbox(s string) bool {
	for w := range strings.FieldsSeq(s) {
		if name, host, found := strings.Cut(w, "@"); found && name != "" && strings.Contains(strings.TrimRight(host, ".)"), ".") {
			return true
		}
	}
	return false
}

// labelled reports whether a line begins with a label and a colon.
func labelled(s string) bool {
	i := strings.IndexAny(s, ":：/")
	return i > 0 && utf8.RuneCountInString(s[:i]) < 40
}

// headsComments reports whether a piece stands over what readers wrote:
// "Comments (12)".
func headsComments(p *piece) bool {
	words := p.foldedUpTo(60)
	if p.level == 0 && (p.node != nil || !hasDigit(p.text) && len(words) < 2) || len(words) == 0 || p.words() > 6 {
		return false
	}
	if allNumbers(words[:1]) {
		words = words[1:]
	} else if last := len(words) - 1; allNumbers(words[last:]) {
		words = words[:last]
	}
	return commentPhrases.whole(words)
}

// illustrates reports whether a picture belongs to a pointer to another
// article: both are links to the same address.
func illustrates(picture, pointer *piece) bool {
	return picture.kind == news.Picture && picture.figure.Caption == "" && len(picture.links) > 0 &&
		len(pointer.links) > 0 && picture.links[0].URL == pointer.links[0].URL
}
