package normalize

import (
	"strings"

	"dateline/news"
)

// findTitle finds the headline above the text: the line that is the title, else
// the one most like a headline.
func (l *layout) findTitle(title string) {
	if title != "" {
		k := key(title)
		for i, line := range l.lines[:l.first] {
			if lk := key(line); lk == k || lk != "" && key(withoutOutlet(line, nil, true)) == k {
				l.title = i
			}
		}
		return
	}
	count := map[string]int{}
	for i, line := range l.lines[:l.first] {
		if l.kinds[i] == lineShort {
			count[key(withoutOutlet(line, nil, true))]++
		}
	}
	best := 0
	for i := range l.lines[:l.first] {
		if s := l.headlineScore(i, count); s > best {
			best, l.title = s, i
		}
	}
	if l.title < 0 {
		l.sentenceTitle()
		return
	}
	k := key(withoutOutlet(l.lines[l.title], nil, true))
	for i := l.title + 1; i < l.first; i++ { // said again below the menu
		if key(l.lines[i]) == k {
			l.title = i
		}
	}
}

// sentenceTitle takes a first line for the headline that ends in a full stop.
func (l *layout) sentenceTitle() {
	if n := countWords(l.lines[l.first]); l.first < l.last && n >= 3 && n <= 14 && l.kinds[l.first] == lineText {
		l.title = l.first
	}
}

// headlineWords counts the words of a line for telling headlines from entries of
// menus, which in Han count as several words too.
func headlineWords(line string) int {
	n := countWords(line)
	if news.Unspaced(firstRune(line)) && !unstopped(line) {
		n /= 2
	}
	return n
}

// headlineScore says how much a line above the text looks like the headline; 0:
// not at all.
func (l *layout) headlineScore(i int, count map[string]int) int {
	line := l.lines[i]
	n := headlineWords(line)
	if l.kinds[i] != lineShort || n < 3 || n > 40 {
		return 0
	}
	score := min(n, 6)
	if count[key(withoutOutlet(line, nil, true))] > 1 {
		score += 20
	}
	if closesSentence(line) {
		score -= 6
	}
	for j := max(0, i-2); j < min(l.first, i+5); j++ {
		if l.kinds[j] == lineTold {
			score += 4
			break
		}
	}
	if i > 0 && l.kinds[i-1] == linePointer || i+1 < len(l.kinds) && (l.kinds[i+1] == lineCredit || l.kinds[i+1] == lineCaption && strings.HasPrefix(l.lines[i+1], line)) {
		score -= 8
	}
	return max(score, 1)
}

// headline is the dump's own headline.
func (l *layout) headline() string {
	switch {
	case l.title >= 0:
		return withoutOutlet(l.lines[l.title], nil, false)
	case l.first < 0:
		return titleOfShort(l.lines)
	}
	return ""
}

// titleOfShort finds the headline of a dump without a sentence: a line that
// stands twice near the top, else the first that could be one.
func titleOfShort(lines []string) string {
	count := map[string]int{}
	near := lines[:min(len(lines), 40)]
	for _, line := range near {
		count[key(line)]++
	}
	first := ""
	for i, line := range near {
		n := countWords(line)
		if n < 3 || n > 40 || isControl(wordsUpTo(line, 120)) {
			continue
		}
		if n >= 4 && count[key(line)] > 1 {
			return line
		}
		if p := (piece{text: line}); first == "" && i < 15 && n <= 30 && !isFurniture(&p) {
			if _, dated := ParseDate(line, DateOptions{}); !dated {
				first = line
			}
		}
	}
	return first
}
