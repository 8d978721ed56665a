package publish

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// languageName is what a language calls itself; an unknown one is its code.
func languageName(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	return orElse(display.Self.Name(tag), code)
}
