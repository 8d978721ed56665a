package publish

import (
	"net/url"
	"strings"
	"unicode"

	"dateline/news"
)

// storyPath is the path of a story's page below the site. The slug is for
// people; the id alone decides.
func storyPath(st *news.Story) string {
	p := "/stories/" + url.PathEscape(string(st.ID))
	if slug := slugOf(st.Articles[0].Headline); slug != "" {
		p += "/" + url.PathEscape(slug)
	}
	return p
}

// slugOf is a headline's words for an address, in its own script.
func slugOf(headline string) string {
	var b strings.Builder
	n := 0
	for _, r := range news.Fold(legal(headline)) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			b.WriteRune(r)
			n++
		case n > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if n >= 60 && r == ' ' || n >= 80 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

// topicPath is the path of a topic's page below the site.
func (h *masthead) topicPath(id news.TopicID) string { return "/topics/" + url.PathEscape(string(id)) }
