package publish

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/news"
)

// want is what a reader asks of a topic.
type want struct {
	langs  []string // primary, lower case; empty: all
	source news.SourceID
	limit  int // 0: news.DefaultLimit
	after  news.Cursor
	brief  bool   // without the full text
	pass   pass   // that opens a private topic
	apart  bool   // one entry for each telling, not for each story
	raw    string // the query as it was asked, known to be sound
}

// maxQuery bounds the length of a query.
const maxQuery = 512

// parseWant reads the query of a topic's address. Its errors are sentences for
// the reader.
func parseWant(h *masthead, raw string) (want, error) {
	w := want{raw: raw}
	if raw == "" {
		return w, nil
	}
	if len(raw) > maxQuery {
		return want{}, refusef("The query is longer than %d characters.", maxQuery)
	}
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(value)
		if err != nil {
			return want{}, refusef("The value of %q is not properly escaped.", printable(name))
		}
		if seen[name] {
			return want{}, refusef("The parameter %q is given twice; write several values with commas.", printable(name))
		}
		seen[name] = true
		if err := w.set(h, name, value); err != nil {
			return want{}, err
		}
	}
	return w, nil
}

func (w *want) set(h *masthead, name, value string) (err error) {
	switch name {
	case "lang":
		w.langs, err = parseLangs(value)
	case "limit":
		w.limit, err = strconv.Atoi(value)
		if err != nil || w.limit < 1 || w.limit > news.MaxLimit || value != strconv.Itoa(w.limit) {
			err = refusef("The limit %q is not a number from 1 to %d.", printable(value), news.MaxLimit)
		}
	case "after":
		w.after, err = parseCursor(value)
	case "source":
		w.source = news.SourceID(value)
		if h.sources[w.source] == nil {
			err = refusef("There is no source %q; %s/sources lists them.", printable(value), h.base)
		}
	case "full":
		w.brief = value == "0"
		if value != "0" && value != "1" {
			err = refusef("The value of full is %q; it can be 0 or 1.", printable(value))
		}
	case "per":
		w.apart = value == "article"
		if value != "story" && value != "article" {
			err = refusef("The value of per is %q; it can be story or article.", printable(value))
		}
	default:
		err = refusef("There is no parameter %q; there are lang, limit, after, source, full and per.", printable(name))
	}
	return err
}

// printable is what a reader sent, fit to be shown.
func printable(s string) string { return shorten(line(s), 60) }

func parseLangs(value string) ([]string, error) {
	var langs []string
	for lang := range strings.SplitSeq(value, ",") {
		p := strings.ToLower(lang)
		if len(p) < 2 || len(p) > 3 || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz") != "" {
			return nil, refusef("The language %q is not a code of two or three letters, such as id or ru.", printable(lang))
		}
		if !slices.Contains(langs, p) {
			langs = append(langs, p)
		}
	}
	return langs, nil
}

// cursorText writes a place in a listing for an address.
func cursorText(c news.Cursor) string {
	return fmt.Sprintf("%d.%09d-%s", c.Filed.Unix(), c.Filed.Nanosecond(), c.ID)
}

func parseCursor(s string) (news.Cursor, error) {
	bad := refusef("The value of after is not a place in this listing; take it from the link to the next page.")
	when, id, ok := strings.Cut(strings.TrimPrefix(s, "-"), "-")
	secs, nanos, dot := strings.Cut(when, ".")
	if strings.HasPrefix(s, "-") {
		secs = "-" + secs
	}
	if !ok || !dot || len(nanos) != 9 || len(secs) > 12 || !news.ValidID(id) {
		return news.Cursor{}, bad
	}
	sec, err := strconv.ParseInt(secs, 10, 64)
	nano, err2 := strconv.ParseUint(nanos, 10, 32)
	if err != nil || err2 != nil {
		return news.Cursor{}, bad
	}
	c := news.Cursor{Filed: time.Unix(sec, int64(nano)).UTC(), ID: news.StoryID(id)}
	if cursorText(c) != s {
		return news.Cursor{}, bad
	}
	return c, nil
}

// query is the query asked, with its question mark.
func (w want) query() string {
	if w.raw == "" {
		return ""
	}
	return "?" + w.raw
}

// from is the query for what comes after a place, all else as asked.
func (w want) from(after news.Cursor) string {
	var pairs []string
	for pair := range strings.SplitSeq(w.raw, "&") {
		if pair != "" && !strings.HasPrefix(pair, "after=") {
			pairs = append(pairs, pair)
		}
	}
	return strings.Join(append(pairs, "after="+cursorText(after)), "&")
}

// first is the query of the first page; empty: there is none.
func (w want) first() string {
	var pairs []string
	for pair := range strings.SplitSeq(w.raw, "&") {
		if pair != "" && !strings.HasPrefix(pair, "after=") {
			pairs = append(pairs, pair)
		}
	}
	return strings.Join(pairs, "&")
}

func (w want) listing(topic news.TopicID) news.Query {
	limit := w.limit
	if limit == 0 {
		limit = news.DefaultLimit
	}
	return news.Query{Topic: topic, Langs: w.langs, Source: w.source, After: w.after, Limit: limit}
}

// prefers reports whether an article is what the reader asked for.
func (w want) prefers(a *news.Article) bool {
	return (len(w.langs) == 0 || slices.Contains(w.langs, primary(a.Lang))) && (w.source == "" || a.Source == w.source)
}

// refusal is an error that is a sentence for the reader: the text of a 400.
type refusal string

// Error is the sentence.
func (r refusal) Error() string { return string(r) }

func refusef(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }
