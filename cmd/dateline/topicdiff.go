package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"dateline/news"
	"dateline/store"
	"dateline/topics"
)

// TopicDiffCmd shows what changed rules gain and lose on stored articles.
type TopicDiffCmd struct {
	Old   string   `arg:"" type:"existingfile" help:"The config as it was; of a file with other parts only concepts and topics count."`
	New   string   `arg:"" type:"existingfile" help:"The config as it shall be. Its store holds the articles."`
	Topic []string `help:"Only these topics." placeholder:"ID"`
	JSON  bool     `name:"json" help:"Print as JSON, one line for each topic."`
}

// Help is shown under the flags.
func (TopicDiffCmd) Help() string {
	return "Example: dateline topic diff dateline.yaml edited.yaml\n" +
		"Articles that a topic gains are marked +, those that it loses -. Nothing is stored."
}

// topicChange is what became of one topic.
type topicChange struct {
	Topic  news.TopicID `json:"topic"`
	Gained []topicEntry `json:"gained"`
	Lost   []topicEntry `json:"lost"`
	Kept   int          `json:"kept"`
}

type topicEntry struct {
	Article  news.ArticleID `json:"article"`
	Headline string         `json:"headline"`
}

// Run matches every stored article by both configs.
func (t *TopicDiffCmd) Run(ctx context.Context, std stdio) error {
	before, _, err := configFlag{File: t.Old}.matcher()
	if err != nil {
		return err
	}
	after, c, err := configFlag{File: t.New}.matcher()
	if err != nil {
		return err
	}
	held, err := store.Open(ctx, c.storeAddress(), store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer held.Close()
	changes := map[news.TopicID]*topicChange{}
	for a, err := range held.Articles(ctx, time.Time{}) {
		if err != nil {
			return err
		}
		doc := topics.FromArticle(&a)
		compareTopics(changes, &a, before.Topics(before.Match(doc)), after.Topics(after.Match(doc)))
	}
	return t.print(std, changes)
}

// matcher loads the config and compiles its topics.
func (f configFlag) matcher() (*topics.Matcher, *config, error) {
	c, err := f.load()
	if err != nil {
		return nil, nil, err
	}
	_, m, err := c.matcher()
	return m, c, err
}

// compareTopics notes what the topics of one article were and are.
func compareTopics(changes map[news.TopicID]*topicChange, a *news.Article, was, is []news.TopicID) {
	change := func(id news.TopicID) *topicChange {
		if changes[id] == nil {
			changes[id] = &topicChange{Topic: id, Gained: []topicEntry{}, Lost: []topicEntry{}}
		}
		return changes[id]
	}
	entry := topicEntry{a.ID, a.Headline}
	for _, id := range was {
		if slices.Contains(is, id) {
			change(id).Kept++
		} else {
			change(id).Lost = append(change(id).Lost, entry)
		}
	}
	for _, id := range is {
		if !slices.Contains(was, id) {
			change(id).Gained = append(change(id).Gained, entry)
		}
	}
}

func (t *TopicDiffCmd) print(std stdio, changes map[news.TopicID]*topicChange) error {
	for _, id := range slices.Sorted(maps.Keys(changes)) {
		if len(t.Topic) > 0 && !slices.Contains(t.Topic, string(id)) {
			continue
		}
		c := changes[id]
		if t.JSON {
			if err := json.NewEncoder(std.Out).Encode(c); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(std.Out, "%s: %d gained, %d lost, %d kept\n", id, len(c.Gained), len(c.Lost), c.Kept)
		for _, e := range c.Gained {
			fmt.Fprintf(std.Out, "  + %s  %s\n", e.Article, e.Headline)
		}
		for _, e := range c.Lost {
			fmt.Fprintf(std.Out, "  - %s  %s\n", e.Article, e.Headline)
		}
	}
	return nil
}
