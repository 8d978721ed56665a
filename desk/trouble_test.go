package desk

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// A store that is away for an hour is worth two lines, not thousands, and is
// asked again soon at first and ever less often then.
func TestTroubleWithTheStoreIsSaidOnce(t *testing.T) {
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, nil))
	var store trouble
	if store.pause() != 0 {
		t.Error("there is a pause without trouble")
	}
	for last := store.pause(); store.times < 20; last = store.pause() {
		store.note(log, errors.New("gone"))
		if now := store.pause(); now < last || now == 0 || now > maxNap {
			t.Fatalf("after %d failures the pause is %v, after %v", store.times, now, last)
		}
	}
	if store.pause() != maxNap {
		t.Errorf("the pause grows to %v, want %v", store.pause(), maxNap)
	}
	store.note(log, nil)
	store.note(log, nil)
	if store.pause() != 0 {
		t.Error("the trouble is over and the pause is not")
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "gone") || !strings.Contains(lines[1], "again") {
		t.Errorf("it said %q", lines)
	}
}
