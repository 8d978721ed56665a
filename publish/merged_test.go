package publish

import (
	"strings"
	"testing"
)

// The address of a story that an editor merged into another shows that one.
func TestMergedStoryShowsTheOtherOne(t *testing.T) {
	stays, left := plainStory(1), plainStory(2)
	left.Into, left.Topics = stays.ID, nil
	s, _ := desk(t, stays, left)
	for _, prefix := range []string{"/stories/", "/api/stories/"} {
		body := get(t, s, prefix+string(left.ID))
		if !strings.Contains(body, string(stays.ID)) || strings.Contains(body, string(left.ID)) {
			t.Errorf("%s: want the story %s: %.300s", prefix, stays.ID, body)
		}
	}
	stays.Into, stays.Topics = left.ID, nil // a circle, which no verdict makes
	s, _ = desk(t, stays, left)
	if body := get(t, s, "/stories/"+string(left.ID)); !strings.Contains(body, "<article") {
		t.Errorf("a circle of verdicts shows no story: %.300s", body)
	}
}
