package fetcher

import (
	"bytes"
	stdjson "encoding/json"

	"github.com/mmcdole/gofeed/json"
)

// rescueJSON reads what can be read of a JSON Feed that is cut off or holds
// something of the wrong type: every item that is whole and is one. It returns
// nil where there is not one.
func (d *Document) rescueJSON(text []byte) *json.Feed {
	text, cut := completeItems(text)
	var root map[string]stdjson.RawMessage
	var items []stdjson.RawMessage
	if stdjson.Unmarshal(text, &root) != nil || stdjson.Unmarshal(root["items"], &items) != nil {
		return nil
	}
	delete(root, "items")
	feed := parseJSON(root)
	if feed == nil { // something of its own is odd: what matters is what it is and who sends it
		feed = parseJSON(map[string]stdjson.RawMessage{"version": root["version"]})
	}
	if feed == nil {
		feed = &json.Feed{}
	}
	for _, raw := range items[:min(len(items), maxEntries+1)] {
		one := parseJSON(map[string]stdjson.RawMessage{"items": stdjson.RawMessage(bytes.Join([][]byte{[]byte("["), raw, []byte("]")}, nil))})
		if one == nil || len(one.Items) != 1 {
			d.faulty++
			continue
		}
		feed.Items = append(feed.Items, one.Items[0])
	}
	if len(feed.Items) == 0 {
		return nil
	}
	if cut {
		d.cut = true
		d.mended(cutOff)
	}
	if d.faulty > 0 {
		d.mended("read the entries one by one")
	}
	return feed
}

func parseJSON(root map[string]stdjson.RawMessage) *json.Feed {
	for name, value := range root {
		if len(value) == 0 {
			delete(root, name)
		}
	}
	text, err := stdjson.Marshal(root)
	if err != nil {
		return nil
	}
	feed, err := (&json.Parser{}).Parse(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	return feed
}

// completeItems ends a document that is cut off behind the last member of the
// root's arrays that is whole, and reports whether it was cut. Of members beyond
// what is taken of a feed it lets one stand, so that there were more can be said.
func completeItems(text []byte) (whole []byte, cut bool) {
	var open []byte // the brackets that are open
	end, members, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if len(open) >= maxDepth {
				return text, false
			}
			open = append(open, c)
		case c == '}' || c == ']':
			if len(open) == 0 {
				return text, false
			}
			open = open[:len(open)-1]
			if len(open) == 2 && open[1] == '[' {
				end = i + 1
				if members++; members > maxEntries {
					return append(text[:end:end], "]}"...), false
				}
			}
			if len(open) == 0 {
				return text[:i+1], false
			}
		}
	}
	if end == 0 {
		return text, false
	}
	return append(bytes.Clone(text[:end]), "]}"...), true
}
