package publish

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// checkJSON lists what is wrong with a JSON Feed 1.1 asked at self.
func checkJSON(doc, self string) []string {
	j := &judge{where: "json"}
	var feed map[string]any
	if err := json.Unmarshal([]byte(doc), &feed); err != nil {
		return []string{err.Error()}
	}
	str := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
	known := func(m map[string]any, names string) {
		for key := range m {
			j.must(slices.Contains(strings.Fields(names), key) || strings.HasPrefix(key, "_"), "unknown %q", key)
		}
	}
	known(feed, "version title home_page_url feed_url description next_url hubs icon favicon authors language items")
	j.must(str(feed, "version") == "https://jsonfeed.org/version/1.1" && str(feed, "title") != "" && str(feed, "feed_url") == self && str(feed, "next_url") != self, "head")
	for _, key := range []string{"home_page_url", "icon", "favicon"} {
		j.address(key, str(feed, key))
	}
	j.lang("language", str(feed, "language"))
	items, ok := feed["items"].([]any)
	j.must(ok, "items is no array")
	ids := map[string]bool{}
	for n, raw := range items {
		j.where = fmt.Sprintf("json item %d", n)
		it, _ := raw.(map[string]any)
		known(it, "id url title content_html content_text summary image date_published date_modified authors tags language attachments")
		id := str(it, "id")
		j.must(id != "" && !ids[id], "id %q", id)
		ids[id] = true
		j.address("url", str(it, "url"))
		j.must(str(it, "content_html") != "" || str(it, "content_text") != "", "no content")
		j.html("content", str(it, "content_html"))
		j.must(!j.date("modified", str(it, "date_modified")).Before(j.date("published", str(it, "date_published"))), "modified before published")
		if s := str(it, "language"); s != "" {
			j.lang("language", s)
		}
		files, _ := it["attachments"].([]any)
		for _, f := range files {
			file, _ := f.(map[string]any)
			known(file, "url mime_type title size_in_bytes duration_in_seconds")
			j.address("attachment", str(file, "url"))
			j.must(strings.Contains(str(file, "mime_type"), "/"), "attachment type")
		}
		j.must(str(it["_dateline"].(map[string]any), "about") != "", "extension without about")
	}
	return j.faults
}
