// Package normalize is the copy desk: it turns what outlets send (the HTML of
// feed items and article pages, plain text dumps) into articles of typed
// blocks. It computes only; it neither fetches nor remembers.
//
// A page is parsed once and read once, into a flat list of pieces that know
// where they stood. Everything after that (which container holds the article,
// what is furniture, what is a heading, which caption belongs to which
// picture) is decided on that list, and a plain text dump enters at the same
// place.
package normalize
