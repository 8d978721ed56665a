package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"dateline/news"
	"dateline/stories"
)

// storyTestCmd reads documents in the order of their arrival and tells which
// of them bring the same news.
type storyTestCmd struct {
	Batch  bool `required:"" help:"Read one JSON document a line from standard input, answer with one line each."`
	Events bool `help:"Join reports of one event in words of their own, too; without topics that is less sure than copies are."`
}

// Help shows an example.
func (storyTestCmd) Help() string {
	return `Example:
  dateline story test --batch <docs.jsonl >clusters.jsonl

A line in:  {"id","source","url","guid","lang","published","title","body"}
A line out: {"id","cluster","update_of"}`
}

// Run answers each document before it reads the next.
func (c storyTestCmd) Run(std stdio) error {
	trial := newStoryTrial(c.Events)
	return eachLine(std, func(line []byte) (any, error) {
		var doc storyDoc
		if err := decodeLine(line, &doc); err != nil {
			return nil, err
		}
		return trial.place(&doc), nil
	})
}

// storyDoc is one document of the batch contract.
type storyDoc struct {
	ID        lineID    `json:"id"`
	Source    string    `json:"source"`
	URL       string    `json:"url"`
	GUID      string    `json:"guid"`
	Lang      string    `json:"lang"`
	Published batchTime `json:"published"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
}

// storyPlace is the answer to one.
type storyPlace struct {
	ID       lineID `json:"id"`
	Cluster  string `json:"cluster"`
	UpdateOf lineID `json:"update_of,omitempty"`
}

// batchTime is a time as seconds since 1970 or as RFC 3339.
type batchTime struct{ time.Time }

// UnmarshalJSON reads either form; null and the empty string are no time.
func (t *batchTime) UnmarshalJSON(text []byte) error {
	s := strings.Trim(string(text), `"`)
	if s == "" || s == "null" {
		return nil
	}
	if seconds, err := strconv.ParseFloat(s, 64); err == nil {
		t.Time = time.Unix(int64(seconds), 0).UTC()
		return nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("published: %q is neither seconds nor RFC 3339", s)
	}
	t.Time = at
	return nil
}

// storyTrial places documents as the desk places articles.
type storyTrial struct {
	index   *stories.Index
	stories map[news.StoryID]news.Story
	latest  map[news.ArticleID]lineID // the document that was an article's last version
}

func newStoryTrial(events bool) *storyTrial {
	o := stories.Options{Joining: func(news.SourceID) news.Joining { return news.JoinCopies }}
	if events {
		o.Joining = nil
	}
	return &storyTrial{stories.New(o), map[news.StoryID]news.Story{}, map[news.ArticleID]lineID{}}
}

func (t *storyTrial) place(doc *storyDoc) storyPlace {
	a := doc.article()
	var st news.Story
	var updateOf lineID
	found, ok := t.index.Find(&a)
	if ok {
		held := t.stories[found.Story]
		earlier := found.Reissued(&held, &a)
		if found.Reason == stories.ReasonUpdate {
			earlier = articleOf(&held, a.ID)
		}
		if earlier != nil {
			a.ID = earlier.ID
			if earlier.Headline != a.Headline || earlier.Text() != a.Text() {
				updateOf = t.latest[a.ID]
			}
		}
		st, _ = stories.Join(held, a)
	} else {
		st = stories.Open(a)
	}
	t.stories[st.ID] = st
	t.latest[a.ID] = doc.ID
	t.index.Learn(&st)
	t.index.Forget(a.Filed.Add(-t.index.Window()))
	return storyPlace{ID: doc.ID, Cluster: string(st.ID), UpdateOf: updateOf}
}

func articleOf(st *news.Story, id news.ArticleID) *news.Article {
	for i := range st.Articles {
		if st.Articles[i].ID == id {
			return &st.Articles[i]
		}
	}
	return nil
}

func (doc *storyDoc) article() news.Article {
	item := news.Item{GUID: doc.GUID, Link: doc.URL, Title: doc.Title, Published: doc.Published.Time}
	a := news.Article{
		ID:     news.ItemKey(news.SourceID(doc.Source), &item).ArticleID(),
		Source: news.SourceID(doc.Source), GUID: doc.GUID, Link: doc.URL,
		Headline: doc.Title, Lang: doc.Lang, Published: doc.Published.Time, Filed: doc.Published.Time,
	}
	for paragraph := range strings.SplitSeq(doc.Body, "\n\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			a.Body = append(a.Body, news.Block{Text: paragraph})
		}
	}
	return a
}
