package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"dateline/news"
	"dateline/store"
	"dateline/topics"
)

// TopicListCmd lists the topics.
type TopicListCmd struct {
	configFlag
	JSON bool `name:"json" help:"Print as JSON."`
}

// Help is shown under the flags.
func (TopicListCmd) Help() string { return "Example: dateline topic list -c dateline.yaml" }

// Run prints the topics with the addresses of their feeds.
func (t *TopicListCmd) Run(std stdio) error {
	c, err := t.load()
	if err != nil {
		return err
	}
	type row struct {
		ID    news.TopicID `json:"id"`
		Title string       `json:"title"`
		Feed  string       `json:"feed"`
	}
	rows := []row{}
	for i := range c.Topics {
		topic := c.Topics[i].topic()
		rows = append(rows, row{topic.ID, topic.Title, strings.TrimRight(c.siteURL(), "/") + "/topics/" + string(topic.ID) + ".rss"})
	}
	if t.JSON {
		return json.NewEncoder(std.Out).Encode(rows)
	}
	for _, x := range rows {
		fmt.Fprintf(std.Out, "%-28s %-36s %s\n", x.ID, x.Title, x.Feed)
	}
	return nil
}

// TopicTestCmd tries the topics on texts.
type TopicTestCmd struct {
	configFlag
	Batch        bool    `help:"Read JSON lines {\"id\",\"lang\",\"title\",\"body\"} and print one for each."`
	Labelled     string  `help:"Read samples {\"id\",\"lang\",\"title\",\"body\",\"topics\"} and print precision and recall." placeholder:"FILE" type:"existingfile"`
	MinPrecision float64 `help:"With --labelled: fail below this." placeholder:"SHARE"`
	MinRecall    float64 `help:"With --labelled: fail below this." placeholder:"SHARE"`
	Title        string  `help:"The title of the text."`
	Lang         string  `help:"The language of the text."`
	Text         string  `arg:"" optional:"" help:"The text; - or nothing: standard input."`
}

// Help is shown under the flags.
func (TopicTestCmd) Help() string {
	return "Example: dateline topic test --title 'Putin lands in Pyongyang' 'The Russian president met Kim.'\n" +
		"dateline topic test --labelled samples.jsonl --min-precision 0.97 --min-recall 0.9\n" +
		"The config needs only concepts and topics here."
}

// sample is a line of the batch contract.
type sample struct {
	ID    lineID `json:"id"`
	Lang  string `json:"lang"`
	Title string `json:"title"`
	Body  string `json:"body"`
}

// verdict is the answer to a sample.
type verdict struct {
	ID      lineID                          `json:"id"`
	Topics  []news.TopicID                  `json:"topics"`
	Matches map[news.TopicID][]matchVerdict `json:"matches"`
}

type matchVerdict struct {
	Field   news.Field `json:"field"`
	Start   int        `json:"start"`
	End     int        `json:"end"`
	Text    string     `json:"text"`
	Concept string     `json:"concept"`
	Sense   string     `json:"sense"`
}

// Run matches one text, or a batch.
func (t *TopicTestCmd) Run(std stdio) error {
	c, err := t.load()
	if err != nil {
		return err
	}
	_, matcher, err := c.matcher()
	if err != nil {
		return err
	}
	if t.Batch {
		return eachLine(std, func(line []byte) (any, error) { return judge(matcher, line) })
	}
	if t.Labelled != "" {
		var ids []news.TopicID
		for i := range c.Topics {
			ids = append(ids, news.TopicID(c.Topics[i].ID))
		}
		return t.score(std, matcher, ids)
	}
	body := t.Text
	if body == "" || body == "-" {
		text, err := io.ReadAll(io.LimitReader(std.In, maxLine))
		if err != nil {
			return fmt.Errorf("read the text: %w", err)
		}
		body = string(text)
	}
	doc := &topics.Document{Title: t.Title, Body: body, Lang: t.Lang}
	for i := range c.Topics {
		why, err := matcher.Why(news.TopicID(c.Topics[i].ID), doc)
		if err != nil {
			return err
		}
		printWhy(std.Out, why)
	}
	return nil
}

func judge(matcher *topics.Matcher, line []byte) (any, error) {
	var s sample
	if err := decodeLine(line, &s); err != nil {
		return nil, err
	}
	matches := matcher.Match(&topics.Document{Title: s.Title, Body: s.Body, Lang: s.Lang})
	v := verdict{ID: s.ID, Topics: matcher.Topics(matches), Matches: map[news.TopicID][]matchVerdict{}}
	if v.Topics == nil {
		v.Topics = []news.TopicID{}
	}
	for _, m := range matches {
		v.Matches[m.Topic] = append(v.Matches[m.Topic], matchVerdict{m.Field, m.Start, m.End, m.Text, m.Concept, m.Sense})
	}
	return v, nil
}

// TopicWhyCmd explains a match or a miss.
type TopicWhyCmd struct {
	configFlag
	Topic   string   `arg:"" help:"The topic's ID."`
	Article storyRef `arg:"" help:"The ID of a story or archived article."`
	JSON    bool     `name:"json" help:"Print as JSON."`
}

// Help is shown under the flags.
func (TopicWhyCmd) Help() string {
	return "Example: dateline topic why russia-north-korea abcdefghijklmnop"
}

// Run explains what the config's present rule makes of a stored article.
func (t *TopicWhyCmd) Run(ctx context.Context, std stdio) error {
	c, err := t.load()
	if err != nil {
		return err
	}
	_, matcher, err := c.matcher()
	if err != nil {
		return err
	}
	if _, err := c.topic(t.Topic); err != nil {
		return err
	}
	a, err := storedArticle(ctx, c, t.Article)
	if err != nil {
		return err
	}
	why, err := matcher.Why(news.TopicID(t.Topic), topics.FromArticle(&a))
	if err != nil {
		return err
	}
	if t.JSON {
		return json.NewEncoder(std.Out).Encode(why)
	}
	fmt.Fprintf(std.Out, "%s\n", a.Headline)
	printWhy(std.Out, why)
	return nil
}

// storedArticle finds an article by its ID, in a story or in the archive.
func storedArticle(ctx context.Context, c *config, id storyRef) (news.Article, error) {
	held, err := store.Open(ctx, c.storeAddress(), store.Options{ReadOnly: true})
	if err != nil {
		return news.Article{}, err
	}
	defer held.Close()
	if st, err := held.Story(ctx, id.story()); err == nil {
		return *st.Lead(), nil
	}
	return held.Article(ctx, id.article())
}

// printWhy prints an explanation for a person.
func printWhy(out io.Writer, why topics.Explanation) {
	word := "no "
	if why.Takes {
		word = "yes"
	}
	fmt.Fprintf(out, "%s  %s  (score %.3g)\n", word, why.Topic, why.Score)
	for _, m := range why.Matches {
		fmt.Fprintf(out, "     %s: %q as %s, %s %d-%d: %s\n", m.Concept, m.Text, m.Sense, m.Field, m.Start, m.End, m.Quote)
	}
	for _, cl := range why.Clauses {
		switch {
		case !cl.Met && strings.Contains(cl.Clause, "none["):
			continue // as it should be
		case !cl.Met:
			fmt.Fprintf(out, "     not met: %s%s\n", cl.Clause, because(cl.Guard))
		case why.Guard == "near":
			fmt.Fprintf(out, "     met apart: %s\n", cl.Clause)
		default:
			continue
		}
		for _, m := range cl.Nearest {
			fmt.Fprintf(out, "       nearest: %q as %s, %s %d-%d: %s\n", m.Text, m.Sense, m.Field, m.Start, m.End, m.Quote)
		}
		for _, l := range cl.Like {
			fmt.Fprintf(out, "       nearest: %q is spelt nearly as %q\n", l.Word, l.Alias)
		}
	}
	switch why.Guard {
	case "":
	case "near":
		fmt.Fprintf(out, "     kept out (near): all must stand %s\n", why.Near)
	case "score":
		fmt.Fprintf(out, "     kept out (score): %.3g of %.3g\n", why.Score, why.Needed)
	default:
		fmt.Fprintf(out, "     kept out%s\n", because(why.Guard))
	}
}

func because(guard string) string {
	if guard == "" {
		return ""
	}
	return " (" + guard + ")"
}
