package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"dateline/news"
	"dateline/publish"
	"dateline/topics"
)

// workbench tries rules of topics on the stored articles, for the publisher's
// page of that name.
type workbench struct {
	store  news.Store
	config atomic.Pointer[config]
}

func (b *workbench) published() *publish.Workbench {
	return &publish.Workbench{Rule: b.rule, Try: b.try}
}

// rule is a topic's part of the config file as it is written there, without
// its tokens.
func (b *workbench) rule(id news.TopicID) string {
	file := b.config.Load().file
	text, err := os.ReadFile(file)
	if err != nil || len(text) > maxConfig {
		return ""
	}
	var written config
	readYAML(text, &written, &faults{File: file})
	for i := range written.Topics {
		if t := &written.Topics[i]; t.ID == string(id) {
			return withoutSecrets(ruleText(strings.ReplaceAll(string(text), "\r\n", "\n"), t), t)
		}
	}
	return ""
}

// ruleText cuts the lines of a topic out of a config, as a topic of its own.
// Of a list that is written in braces there are no such lines.
func ruleText(text string, t *topicConfig) string {
	lines := strings.Split(text, "\n")
	if t.at.Line < 1 || t.at.Line > len(lines) {
		return ""
	}
	first := lines[t.at.Line-1]
	dash := strings.Index(first, "- ")
	if dash < 0 || strings.TrimSpace(first[:dash]) != "" {
		return ""
	}
	cut := []string{first[dash+2:]}
	for _, line := range lines[t.at.Line:] {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if strings.TrimSpace(line) != "" && indent <= dash {
			break
		}
		cut = append(cut, line[min(len(line), indent, dash+2):])
	}
	return strings.TrimRight(strings.Join(withoutTokens(cut), "\n"), " \n#") + "\n"
}

// withoutSecrets is a rule in which none of its topic's tokens stands any more,
// however they are written; else nothing.
func withoutSecrets(rule string, t *topicConfig) string {
	for _, token := range t.Token {
		if strings.Contains(rule, token) {
			return ""
		}
	}
	return rule
}

// withoutTokens leaves out the keys of a private topic: whoever sees the rule
// need not see them.
func withoutTokens(lines []string) []string {
	var kept []string
	inside := false
	for _, line := range lines {
		key, _, _ := strings.Cut(line, ":")
		switch {
		case key == "token" || key == "token_file":
			kept = append(kept, "# "+key+": as it is in the config")
			inside = true
		case inside && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "- ")):
		default:
			inside = false
			kept = append(kept, line)
		}
	}
	return kept
}

// shownTried is how many articles of each outcome are shown, and nearTried how
// many clauses may be wanting in a near miss.
const (
	shownTried = 40
	nearTried  = 1
)

// try reads the stored articles with the rule and with the one in force.
func (b *workbench) try(ctx context.Context, trial publish.Trial) (publish.Tried, error) {
	c := b.config.Load()
	edited, said := editedRule(c, trial.Rule)
	if len(said) > 0 {
		return publish.Tried{Faults: said}, nil
	}
	_, after, err := edited.matcher()
	if err != nil {
		return publish.Tried{}, err
	}
	id := news.TopicID(edited.Topics[0].ID)
	tried := publish.Tried{Topic: id, Paste: pasteable(trial.Rule)}
	present := *c
	present.Topics = slices.DeleteFunc(slices.Clone(c.Topics), func(t topicConfig) bool { return t.ID != string(id) })
	tried.Fresh = len(present.Topics) == 0
	_, before, err := present.matcher()
	if err != nil {
		return publish.Tried{}, err
	}
	if tried.Score, said = scoreSamples(after, id, trial.Samples); len(said) > 0 {
		return publish.Tried{Faults: said}, nil
	}
	since := time.Now().AddDate(0, 0, -trial.Days)
	for a, err := range b.store.Articles(ctx, since) {
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return publish.Tried{}, fmt.Errorf("read the articles: %w", err)
		}
		since = a.Filed
		tried.Read++
		if err := tell(&tried, a, before, after); err != nil {
			return publish.Tried{}, err
		}
	}
	if ctx.Err() != nil {
		tried.Stopped = since
	}
	for _, l := range []*publish.TriedList{&tried.Gained, &tried.Lost, &tried.Near, &tried.Kept} {
		slices.Reverse(l.Shown) // the archive gives the oldest first
	}
	return tried, nil
}

// tell files one article under what the rules make of it.
func tell(tried *publish.Tried, a news.Article, before, after *topics.Matcher) error {
	doc := topics.FromArticle(&a)
	was := before.Match(doc)
	is, err := after.Why(tried.Topic, doc)
	if err != nil {
		return err
	}
	switch {
	case is.Takes && len(was) > 0:
		note(&tried.Kept, a, is.Matches, nil)
	case is.Takes:
		note(&tried.Gained, a, is.Matches, nil)
	case len(was) > 0:
		note(&tried.Lost, a, was, wanting(is))
	default:
		if met, unmet := nearness(is); met > 0 && unmet <= nearTried {
			note(&tried.Near, a, speaking(is), wanting(is))
		}
	}
	return nil
}

// note counts an article, and keeps the last ones.
func note(l *publish.TriedList, a news.Article, matches []news.Match, wanting []string) {
	l.Count++
	if len(l.Shown) == shownTried {
		l.Shown = slices.Delete(l.Shown, 0, 1)
	}
	a.Body, a.Media = nil, nil // what is shown is the evidence
	l.Shown = append(l.Shown, publish.TriedArticle{Article: a, Matches: matches, Wanting: wanting})
}

// nearness counts the clauses that must be met, and those of them that were
// not. All of any are one.
func nearness(why topics.Explanation) (met, unmet int) {
	anys, anyMet := 0, false
	for _, c := range why.Clauses {
		switch list, _, _ := strings.Cut(c.Clause, "["); list {
		case "all":
			if c.Met {
				met++
			} else {
				unmet++
			}
		case "any":
			anys++
			anyMet = anyMet || c.Met
		}
	}
	if anyMet {
		met++
	} else if anys > 0 {
		unmet++
	}
	return met, unmet
}

// speaking is what spoke for a rule that did not take an article.
func speaking(why topics.Explanation) []news.Match {
	var all []news.Match
	for _, c := range why.Clauses {
		if len(c.Nearest) > 0 {
			all = append(all, c.Nearest[0])
		}
	}
	return all
}

// wanting says what a rule did not find, or what kept an article out.
func wanting(why topics.Explanation) []string {
	var all []string
	for _, c := range why.Clauses {
		if !c.Met && strings.HasPrefix(c.Clause, "all[") {
			all = append(all, "not met: "+c.Clause+because(c.Guard))
		}
	}
	if _, unmet := nearness(why); unmet > len(all) {
		all = append(all, "not met: one of any")
	}
	if why.Guard != "" && len(all) == 0 {
		all = append(all, "kept out by "+guardWord(why.Guard))
	}
	return all
}

// guardWord says what a guard is.
func guardWord(guard string) string {
	switch guard {
	case "near":
		return "near: the clauses do not stand close enough"
	case "none":
		return "none: a clause that forbids it is met"
	case "score":
		return "min_score: the evidence does not weigh enough"
	case "source":
		return "include or exclude: not from this source"
	}
	return guard
}

// editedRule reads what an editor wrote as a config of one topic, over the
// concepts in force. What is wrong comes as sentences with the editor's lines.
func editedRule(c *config, text string) (*config, []string) {
	text, shift := asTopics(text)
	var written struct {
		Concepts []conceptConfig `yaml:"concepts"`
		Topics   []topicConfig   `yaml:"topics"`
	}
	f := &faults{}
	readYAML([]byte(text), &written, f)
	for i := range written.Topics {
		if t := &written.Topics[i]; t.TokenFile != "" || len(t.Token) > 0 {
			f.add(t.at, "tokens are no part of a rule: leave them out here")
			t.Token, t.TokenFile = nil, "" // no file is read for this
		}
	}
	if len(f.List) == 0 && len(written.Topics) != 1 {
		f.add(place{}, "there are %d topics here: one is tried at a time", len(written.Topics))
	}
	edited := *c
	edited.Topics = written.Topics
	edited.Concepts = written.Concepts
	for _, old := range c.Concepts {
		if !slices.ContainsFunc(written.Concepts, func(x conceptConfig) bool { return x.ID == old.ID }) {
			edited.Concepts = append(edited.Concepts, old)
		}
	}
	if len(f.List) == 0 {
		edited.checkTopics(f)
	}
	if f.err() == nil {
		return &edited, nil
	}
	said := make([]string, len(f.List))
	for i, x := range f.List {
		said[i] = x.Said
		if line := x.At.Line - shift; x.At.Line > 0 && line > 0 {
			said[i] = fmt.Sprintf("line %d: %s", line, x.Said)
		}
	}
	return nil, said
}

// asTopics makes a config of what may be one, a list of topics, or a topic. It
// returns how many lines it put before.
func asTopics(text string) (config string, before int) {
	text = strings.TrimRight(text, " \n\t") + "\n"
	first := firstLine(text)
	switch key, _, _ := strings.Cut(first, ":"); {
	case key == "topics" || key == "concepts":
		return text, 0
	case strings.HasPrefix(first, "-"):
		return "topics:\n" + text, 1
	}
	return "topics:\n-\n  " + strings.TrimRight(strings.ReplaceAll(text, "\n", "\n  "), " "), 2
}

// pasteable is a rule as it stands in a config: a topic as an item of topics.
func pasteable(text string) string {
	config, before := asTopics(text)
	if before < 2 {
		return text
	}
	return strings.Replace(strings.TrimPrefix(config, "topics:\n"), "-\n  ", "- ", 1)
}

// firstLine is the first line of YAML that says something.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" && line[0] != '#' {
			return line
		}
	}
	return ""
}

// maxSamples bounds the samples of one trial.
const maxSamples = 1000

// scoreSamples holds a rule against labelled texts; nil where there are none.
func scoreSamples(m *topics.Matcher, id news.TopicID, text string) (*publish.TriedScore, []string) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	score := &publish.TriedScore{}
	var t tally
	n := 0
	for line := range strings.Lines(text) {
		n++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if n > maxSamples {
			return nil, []string{fmt.Sprintf("There are more than %d samples: use dateline topic test --labelled.", maxSamples)}
		}
		doc, belongs, err := readSample(line, id)
		if err != nil {
			return nil, []string{fmt.Sprintf("sample %d: %v", n, err)}
		}
		takes := slices.Contains(m.Topics(m.Match(doc)), id)
		switch {
		case takes && belongs:
			t.right++
		case takes:
			t.wrong++
			score.WrongOnes = append(score.WrongOnes, doc.Title)
		case belongs:
			t.missed++
			score.Misses = append(score.Misses, doc.Title)
		}
	}
	score.Right, score.Wrong, score.Missed = t.right, t.wrong, t.missed
	score.Precision, score.Recall = t.precision(), t.recall()
	return score, nil
}

// readSample reads a labelled text: a line of the batch contract, or a text
// after a sign that says whether it belongs.
func readSample(line string, id news.TopicID) (*topics.Document, bool, error) {
	switch line[0] {
	case '+', '-':
		text := strings.TrimSpace(line[1:])
		if text == "" {
			return nil, false, errors.New("there is no text after the sign")
		}
		return &topics.Document{Title: text}, line[0] == '+', nil
	case '{':
		s, err := labelled([]byte(line))
		if err != nil {
			return nil, false, err
		}
		return &topics.Document{Title: s.Title, Body: s.Body, Lang: s.Lang}, slices.Contains(s.Topics, id), nil
	}
	return nil, false, errors.New("want + or - before a text, or a JSON object")
}
