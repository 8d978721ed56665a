// Package browser holds the pages up to a real browser: how they look by day and
// by night, on a desk and on a phone, what they ask for and how much it weighs,
// whether they hold still, and whether those can use them who do not see them or
// have no mouse. It is a module of its own, so that Dateline itself does not
// depend on what drives a browser.
package browser
