package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"dateline/news"
	"dateline/topics"
)

// labelledSample is a sample with the topics that an editor files it under.
type labelledSample struct {
	sample
	Topics []news.TopicID `json:"topics"`
}

func labelled(line []byte) (s labelledSample, err error) {
	if err := decodeLine(line, &s); err != nil {
		return s, fmt.Errorf("not a sample: %w", err)
	}
	return s, nil
}

// tally counts the verdicts on one topic.
type tally struct{ right, wrong, missed int }

// precision and recall are 1 where there was nothing to get wrong.
func (t tally) precision() float64 { return share(t.right, t.wrong) }
func (t tally) recall() float64    { return share(t.right, t.missed) }

func share(right, other int) float64 {
	if right+other == 0 {
		return 1
	}
	return float64(right) / float64(right+other)
}

// score measures the topics on labelled samples, prints what was wrong and the
// sums, and fails where precision or recall is below what is asked.
func (t *TopicTestCmd) score(std stdio, matcher *topics.Matcher, ids []news.TopicID) error {
	f, err := os.Open(t.Labelled)
	if err != nil {
		return fmt.Errorf("read the samples: %w", err)
	}
	defer f.Close()
	tallies := make([]tally, len(ids)+1) // the last: of all
	in, samples := bufio.NewReader(f), 0
	for n := 1; ; n++ {
		line, readErr := readLine(in)
		if len(bytes.TrimSpace(line)) > 0 {
			s, err := labelled(line)
			if err != nil {
				return fmt.Errorf("%s:%d: %w", t.Labelled, n, err)
			}
			samples++
			got := matcher.Topics(matcher.Match(&topics.Document{Title: s.Title, Body: s.Body, Lang: s.Lang}))
			countTopics(std, tallies, ids, &s, got)
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return fmt.Errorf("read the samples: %w", readErr)
		}
	}
	if samples == 0 {
		return fmt.Errorf("%s holds no samples", t.Labelled)
	}
	for i, id := range ids {
		printTally(std.Out, string(id), tallies[i])
	}
	all := tallies[len(ids)]
	printTally(std.Out, "all", all)
	if all.precision() < t.MinPrecision || all.recall() < t.MinRecall {
		return fmt.Errorf("precision %.3f and recall %.3f, want at least %.3f and %.3f", all.precision(), all.recall(), t.MinPrecision, t.MinRecall)
	}
	return nil
}

func countTopics(std stdio, tallies []tally, ids []news.TopicID, s *labelledSample, got []news.TopicID) {
	all := &tallies[len(ids)]
	for i, id := range ids {
		switch is, want := slices.Contains(got, id), slices.Contains(s.Topics, id); {
		case is && want:
			tallies[i].right++
			all.right++
		case is:
			tallies[i].wrong++
			all.wrong++
			fmt.Fprintf(std.Out, "wrong   %s  %s  %s\n", id, s.ID, s.Title)
		case want:
			tallies[i].missed++
			all.missed++
			fmt.Fprintf(std.Out, "missed  %s  %s  %s\n", id, s.ID, s.Title)
		}
	}
}

func printTally(out io.Writer, name string, t tally) {
	fmt.Fprintf(out, "%-28s precision %.3f  recall %.3f  (%d right, %d wrong, %d missed)\n", name, t.precision(), t.recall(), t.right, t.wrong, t.missed)
}
