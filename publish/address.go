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

// maxSlug bounds a slug in bytes: exports make it a file's name.
const maxSlug = 120

// slugOf is a headline's words for an address, in its own script.
func slugOf(headline string) string {
	var b strings.Builder
	for _, r := range news.Fold(legal(headline)) {
		if b.Len() >= maxSlug {
			break
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// topicPath is the path of a topic's page below the site.
func (h *masthead) topicPath(id news.TopicID) string { return "/topics/" + url.PathEscape(string(id)) }
