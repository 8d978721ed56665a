package publish

import (
	"html/template"
	"net/url"
	"strings"
	"time"
)

// readerLine leads to a reader, to subscribe there at once.
type readerLine struct {
	Name string
	URL  template.URL
}

// readersFor are readers that can be told a feed by a link: the reader that
// this machine has, by the scheme feed, and some on the web.
func readersFor(feed string) []readerLine {
	asked := url.QueryEscape(feed)
	// Safe: the schemes are ours, and a feed's address is of our own site.
	return []readerLine{
		{"Reader on this device", template.URL("feed:" + feed)},
		{"Feedly", template.URL("https://feedly.com/i/subscription/feed%2F" + strings.ReplaceAll(asked, "+", "%20"))},
		{"Inoreader", template.URL("https://www.inoreader.com/?add_feed=" + asked)},
		{"NewsBlur", template.URL("https://www.newsblur.com/?url=" + asked)},
		{"The Old Reader", template.URL("https://theoldreader.com/feeds/subscribe?url=" + asked)},
	}
}

type subscribeView struct {
	Topics []subscribeTopic
	OPML   string // the whole address
	Hub    string // empty: none
	Every  string
	Sample string // the address of a feed, to show parameters with
}

type subscribeTopic struct {
	topicLine
	Feeds   []feedLine
	Readers []readerLine
}

// subscribe is the page on how to follow the topics.
func (p press) subscribe() (document, error) {
	v := p.view("Subscribe", "subscribe", "/subscribe")
	s := &subscribeView{OPML: p.head.base + "/opml", Hub: address(p.head.Site.Hub), Every: words(p.head.Every)}
	for i := range p.head.Topics {
		topic := &p.head.Topics[i]
		ed := newEdition(p.head, topic, want{}, nil, "")
		s.Topics = append(s.Topics, subscribeTopic{topicLine{ID: topic.ID, Title: ed.title()}, ed.feedLines(), readersFor(ed.at(".rss"))})
		s.Sample = orElse(s.Sample, ed.at(".rss"))
	}
	v.Page = s
	return p.page("subscribe.html", v, time.Time{})
}

// words is a duration as people say it.
func words(d time.Duration) string {
	switch {
	case d >= 2*time.Hour:
		return plural(int(d/time.Hour), "hour", "hours")
	case d >= time.Minute:
		return plural(int(d/time.Minute), "minute", "minutes")
	}
	return plural(max(1, int(d/time.Second)), "second", "seconds")
}
