// Package topics decides which topics an article belongs to, and why.
//
// Rules speak of concepts, not of strings: a country is its names, demonyms,
// capital and leaders in every language. All spellings of all concepts lie in
// one table of folded words, a text is read once whatever the number of topics,
// and only the topics whose rarest clause was met are weighed. Every decision
// can be explained.
package topics

//go:generate go run ./gen node_modules data/names.txt.gz
