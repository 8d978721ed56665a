package main

import (
	"fmt"
	"strings"

	"dateline/news"
)

// storyRef is the ID of a story or an article, taken from any form in which a
// reader meets it: the ID itself, the id of an entry of our feeds
// (tag:…:story/ID), or the address of a page or of the API.
type storyRef string

// UnmarshalText reads each of these forms.
func (r *storyRef) UnmarshalText(text []byte) error {
	said := string(text)
	if news.ValidID(said) {
		*r = storyRef(said)
		return nil
	}
	parts := strings.FieldsFunc(said, func(c rune) bool { return strings.ContainsRune("/:?#&", c) })
	for i := 1; i < len(parts); i++ {
		switch parts[i-1] {
		case "story", "stories", "article", "articles", "why":
			if news.ValidID(parts[i]) {
				*r = storyRef(parts[i])
				return nil
			}
		}
	}
	return fmt.Errorf("%q is not an ID: want 16 of a-z and 2-7, as feeds and pages show them", said)
}

func (r storyRef) story() news.StoryID     { return news.StoryID(r) }
func (r storyRef) article() news.ArticleID { return news.ArticleID(r) }
