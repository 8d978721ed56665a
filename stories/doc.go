// Package stories tells which articles bring the same news, and on what
// evidence. An Index holds the stories of the last days and finds the one that
// a further article belongs to: because the article is known, because link or
// text are the same, or because it is a copy of the wire text that was edited
// or abridged. Open and Join are the only ways in which stories come about and
// grow.
//
// A copy is recognised by containment: the share of the shorter text's runs of
// five words that the longer one has too. Containment, unlike any symmetric
// measure, joins an abridged copy to its source. Three guards keep apart what
// only looks alike: house text (runs that several stories have) does not
// count, bulletins in fixed form give themselves away by their figures, and a
// copy of a copy must still resemble the article that opened the story.
//
// The package is pure: it waits for nothing and keeps no time of its own.
package stories
