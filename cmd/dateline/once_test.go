package main

import (
	"errors"
	"fmt"
	"testing"

	"dateline/desk"
	"dateline/news"
)

// Of several processes that poll a source by force one files what it sends, and
// the others have not failed.
func TestAPollThatAnotherProcessDoesIsNoFailure(t *testing.T) {
	lost := desk.Outcome{Source: "a", Ours: true, Err: fmt.Errorf("commit: %w", news.ErrLost)}
	full := desk.Outcome{Source: "b", Ours: true, Err: errors.New("the disk is full")}
	theirs := desk.Outcome{Source: "c", Err: errors.New("503"), Poll: news.Poll{Fault: "the server answers 503"}}
	if got := countOurs(desk.Tally{Faults: []desk.Outcome{lost, full, theirs}}); got != 1 {
		t.Errorf("got %d polls that could not be filed, want 1", got)
	}
	for _, c := range []struct {
		out  desk.Outcome
		want string
	}{
		{lost, "another process polls it: what it sends is filed there"},
		{full, "the disk is full"},
		{theirs, "the server answers 503"},
	} {
		if got := said(c.out); got != c.want {
			t.Errorf("%s: got %q, want %q", c.out.Source, got, c.want)
		}
	}
}
