package main

import (
	"slices"
	"strings"
)

// spellings are words by which people of other programs, or of former versions,
// look for a command. They work and are shown nowhere.
var spellings = [][2][]string{
	{{"discover"}, {"source", "discover"}},
	{{"add"}, {"source", "add"}},
	{{"why"}, {"topic", "why"}},
	{{"why-dup"}, {"story", "why"}},
	{{"fetch", "--file"}, {"parse"}},
	{{"validate"}, {"check"}},
}

// spelt is a command line with our word for the command.
func spelt(args []string) []string {
	if len(args) > 1 && strings.HasPrefix(args[1], "--") {
		if flag, value, ok := strings.Cut(args[1], "="); ok {
			args = slices.Concat(args[:1], []string{flag, value}, args[2:])
		}
	}
	for _, s := range spellings {
		if said := s[0]; len(args) >= len(said) && slices.Equal(args[:len(said)], said) {
			return append(slices.Clone(s[1]), args[len(said):]...)
		}
	}
	return args
}
