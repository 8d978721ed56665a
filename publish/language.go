package publish

import (
	"strings"

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

// langTag is lang where it is a language tag of known parts, else empty.
func langTag(lang string) string {
	if lang == "" || len(lang) > 35 || strings.EqualFold(lang, "und") || strings.Contains(lang, "_") {
		return ""
	}
	if _, err := language.Parse(lang); err != nil {
		return ""
	}
	return lang
}

// wider names languages that only ISO 639-3 has by what ISO 639-1 has for them.
var wider = map[string]string{
	"arb": "ar", "azb": "az-Arab", "azj": "az", "ckb": "ku-Arab", "cmn": "zh", "ekk": "et", "khk": "mn", "kmr": "ku", "lvs": "lv",
	"npi": "ne", "pbt": "ps", "pbu": "ps", "pes": "fa", "prs": "fa-AF", "swh": "sw", "uzn": "uz", "yue": "zh-HK", "zsm": "ms",
}

// known is a language tag as RSS and Atom write it: their readers and validators
// know the languages of ISO 639-1 and 639-2 and no others.
func known(lang string) string {
	if name, narrow := wider[primary(lang)]; narrow {
		return name
	}
	return lang
}

// primary is the primary language of a tag, lower case.
func primary(lang string) string {
	p, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return p
}

// direction is the direction in which a language is written.
func direction(lang string) string {
	switch primary(lang) {
	case "ar", "fa", "he", "iw", "ur", "ps", "sd", "ug", "yi", "ckb", "dv", "arc", "syr", "prs", "azb":
		return "rtl"
	}
	return "ltr"
}
