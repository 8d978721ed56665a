// Package demo is a small news world: invented outlets in many languages, with
// feeds in every format, article pages as real sites build them, a wire copy
// that several outlets carry, a correction, and outlets that fail. The demo
// command runs the whole product over it, and the end-to-end tests know the
// truth about it.
//
// The copy lies in files, one for each outlet. Feeds and pages are rendered
// from the same copy, so that they agree.
package demo
