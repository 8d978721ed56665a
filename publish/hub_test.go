package publish

import (
	"strings"
	"testing"

	"dateline/news"
)

// The feeds that are announced name the hub, in the document and in the header;
// pages, archives, queries and private topics do not.
func TestFeedsNameTheHub(t *testing.T) {
	s := secretPress(t)
	m := s.head.Load().Masthead
	m.Topics = []news.Topic{{ID: "open"}, {ID: "closed"}}
	m.Site.Hub = "https://hub.example/"
	s.Reload(m)
	for _, path := range []string{"/topics/open.atom", "/topics/open.rss", "/topics/open.json"} {
		w := askAs(s, path, "")
		header := w.Header().Get("Link")
		if w.Code != 200 || !strings.Contains(w.Body.String(), "https://hub.example/") || !strings.Contains(header, `<https://hub.example/>; rel="hub"`) || !strings.Contains(header, `rel="self"`) {
			t.Errorf("%s: %d, Link %s\n%.600s", path, w.Code, header, w.Body)
		}
	}
	for _, path := range []string{"/topics/open", "/topics/open.atom?limit=1", "/topics/open/archive/2026-03-03.atom", "/topics/closed.atom?token=" + openSesame} {
		w := askAs(s, path, "")
		if w.Code != 200 || strings.Contains(w.Body.String(), "hub.example") || strings.Contains(strings.Join(w.Header().Values("Link"), ""), "hub.example") {
			t.Errorf("%s names the hub: %d", path, w.Code)
		}
	}
}
