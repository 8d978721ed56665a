package main

import (
	"dateline/fetcher"
	"dateline/news"
)

// scrapeConfig says where a page without a feed lists its news, as CSS
// selectors.
type scrapeConfig struct {
	placed
	Item  string `yaml:"item"`
	Title string `yaml:"title"`
	Link  string `yaml:"link"`
	Date  string `yaml:"date"`
	Text  string `yaml:"text"`
	Image string `yaml:"image"`
}

// selectors is the vocabulary's form; nil for a source that is a feed.
func (s *scrapeConfig) selectors() *news.Scrape {
	if s == nil {
		return nil
	}
	return &news.Scrape{Item: s.Item, Title: s.Title, Link: s.Link, Date: s.Date, Text: s.Text, Image: s.Image}
}

// check adds every selector that is none.
func (s *scrapeConfig) check(id string, f *faults) {
	if s == nil {
		return
	}
	for _, wrong := range fetcher.CheckScrape(*s.selectors()) {
		f.add(s.key(wrong.Key), "source %s: scrape.%s: %s", id, wrong.Key, wrong.Why)
	}
}
