package main

import "testing"

func TestStoryRefIsReadFromWhatReadersSee(t *testing.T) {
	const id = "qrstuvwxyz234567"
	for _, said := range []string{
		id, "tag:dateline.invalid,2026:story/" + id, "https://desk.example/stories/" + id, "https://desk.example/stories/" + id + "/a-slug?full=0#top",
		"/stories/" + id + "/a-slug", "http://127.0.0.1:8080/api/articles/" + id, "https://desk.example/api/topics/x/why/" + id,
	} {
		var r storyRef
		if err := r.UnmarshalText([]byte(said)); err != nil || r != id {
			t.Errorf("%s: got %q, %v", said, r, err)
		}
	}
	for _, said := range []string{"", "x", id + "a", "https://desk.example/" + id, "stories/", "https://desk.example/stories/short/" + id} {
		var r storyRef
		if err := r.UnmarshalText([]byte(said)); err == nil {
			t.Errorf("%q is taken for %q", said, r)
		}
	}
}
