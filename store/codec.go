package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"
)

// The codec writes the types of news as bytes and reads them back without
// loss: any string, valid UTF-8 or not, any instant with the offset it was
// claimed in, any number. JSON would mend strings and refuse dates.
//
// A struct is a run of fields that are not zero, each with a tag, and a zero
// byte as its end. A tag is the number of the field's name in fieldNames and
// the shape of its value, so that a reader can skip what it does not know. A
// slice is the shape of its elements, their number, and they. An empty slice
// reads back as nil.
const (
	shapeVarint shape = iota // integers and booleans
	shapeFixed               // 8 bytes: digests and floats
	shapeBytes               // a length and as many bytes
	shapeStruct              // fields up to a zero byte
	shapeList                // shape, length, elements
	shapeTime                // seconds, nanoseconds, offset
	shapeBits   = 3
)

type shape uint8

// fieldNames numbers the names of fields, from 1. A number is never given to
// another name; new names go to the end. A field whose name is missing here is
// written with its name spelt out under the number 0, larger but as safe.
var fieldNames = [...]string{
	"ID", "Source", "Lease", "Poll", "Marks", "At", "Due", "NotBefore", "Status", "ETag", "LastModified", "Sum",
	"Address", "Moving", "MovingFrom", "Failures", "Since", "Fault", "Gone", "Success", "Fresh", "Format", "Title",
	"Home", "Items", "Repairs", "Dropped", "Empty", "Excess", "Twice", "Faulty", "Flapped", "Key", "Article", "Link",
	"Text", "Prior", "Seen", "Filed", "Changes", "Outlet", "Publisher", "GUID", "Headline", "Kicker", "Lede", "Byline",
	"Agency", "Dateline", "Body", "Lead", "Media", "Categories", "Lang", "Kind", "Truncated", "Pages", "Note", "Rights",
	"RightsLine", "Published", "Updated", "Changed", "Topics", "Matches", "Links", "Level", "Number", "Ordered", "Rows",
	"Figure", "Start", "End", "URL", "Src", "Alt", "Caption", "Credit", "Type", "Width", "Height", "Length", "Medium",
	"Description", "Duration", "Thumbnail", "Articles", "Revision", "Topic", "Concept", "Alias", "Sense", "Field",
	"Quote", "Score", "Feed", "Into", "Adrift", "Read", "Asks", "Every", "SkipHours", "SkipDays", "Push", "Hub", "Token",
	"Asked", "Until", "Heard", "Missed", "Requests", "Got", "Took", "Sent", "Withdrawn",
	"Earlier", "Passages", "FromPage", "Unread",
}

var errDamaged = errors.New("the stored value is damaged")

// codec holds one plan for each type it has met while it was built; it is
// read-only afterwards.
type codec struct {
	plans map[reflect.Type]*plan
}

// plan is how the fields of a struct are written.
type plan struct {
	fields []planned
	byName map[string]int
	byNum  [len(fieldNames) + 1]int16 // index into fields plus 1; 0: the type has no such field
}

type planned struct {
	index int
	shape shape
	head  []byte // the tag, with the name where it has no number
}

// newCodec plans for the types of samples and all they hold.
func newCodec(samples ...any) *codec {
	c := &codec{plans: map[reflect.Type]*plan{}}
	for _, s := range samples {
		c.learn(reflect.TypeOf(s))
	}
	return c
}

func (c *codec) learn(t reflect.Type) {
	switch {
	case t == timeType:
		return
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Pointer:
		c.learn(t.Elem())
		return
	case t.Kind() != reflect.Struct || c.plans[t] != nil:
		return
	}
	p := &plan{byName: map[string]int{}}
	c.plans[t] = p
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		c.learn(f.Type)
		num := fieldNumber(f.Name)
		head := binary.AppendUvarint(nil, uint64(num)<<shapeBits|uint64(shapeOf(f.Type))+1)
		if num == 0 {
			head = appendString(head, f.Name)
		} else {
			p.byNum[num] = int16(len(p.fields) + 1)
		}
		p.byName[f.Name] = len(p.fields)
		p.fields = append(p.fields, planned{index: i, shape: shapeOf(f.Type), head: head})
	}
}

func fieldNumber(name string) int {
	for i, n := range fieldNames {
		if n == name {
			return i + 1
		}
	}
	return 0
}

var timeType = reflect.TypeFor[time.Time]()

func shapeOf(t reflect.Type) shape {
	if t == timeType {
		return shapeTime
	}
	switch t.Kind() {
	case reflect.Uint64, reflect.Float64, reflect.Float32:
		return shapeFixed
	case reflect.String, reflect.Array:
		return shapeBytes
	case reflect.Struct:
		return shapeStruct
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.Slice:
		return shapeList
	default:
		return shapeVarint
	}
}

// append writes v, a struct that the codec has learnt, after b.
func (c *codec) append(b []byte, v reflect.Value) []byte {
	p := c.plans[v.Type()]
	for i := range p.fields {
		f := &p.fields[i]
		field := v.Field(f.index)
		if isZero(field) {
			continue
		}
		b = append(b, f.head...)
		b = c.appendValue(b, field)
	}
	return append(b, 0)
}

func isZero(v reflect.Value) bool {
	switch {
	case v.Type() == timeType:
		return v.Interface().(time.Time).IsZero()
	case v.Kind() == reflect.Slice:
		return v.Len() == 0
	default:
		return v.IsZero()
	}
}

func (c *codec) appendValue(b []byte, v reflect.Value) []byte {
	if v.Type() == timeType {
		return appendTime(b, v.Interface().(time.Time))
	}
	switch v.Kind() {
	case reflect.String:
		return appendString(b, v.String())
	case reflect.Array: // of bytes: a Key
		b = binary.AppendUvarint(b, uint64(v.Len()))
		for i := range v.Len() {
			b = append(b, byte(v.Index(i).Uint()))
		}
		return b
	case reflect.Uint64:
		return binary.LittleEndian.AppendUint64(b, v.Uint())
	case reflect.Float64, reflect.Float32:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float()))
	case reflect.Bool:
		return binary.AppendVarint(b, int64(btoi(v.Bool())))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return binary.AppendVarint(b, int64(v.Uint()))
	case reflect.Pointer:
		if v.IsNil() { // only as an element of a list
			v = reflect.Zero(v.Type().Elem())
			return c.appendValue(b, v)
		}
		return c.appendValue(b, v.Elem())
	case reflect.Struct:
		return c.append(b, v)
	case reflect.Slice:
		b = append(b, byte(shapeOf(v.Type().Elem())))
		b = binary.AppendUvarint(b, uint64(v.Len()))
		for i := range v.Len() {
			b = c.appendValue(b, v.Index(i))
		}
		return b
	}
	panic(fmt.Sprintf("store: no way to write %s", v.Type()))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// maxOffset bounds the offset of a zone in seconds: no clock on Earth is a day
// away. A time that claims more is written in UTC.
const maxOffset = 24 * 60 * 60

func appendTime(b []byte, t time.Time) []byte { return appendTimeFrom(b, t, 0) }

// appendTimeFrom writes a time as seconds from another one's Unix seconds.
func appendTimeFrom(b []byte, t time.Time, base int64) []byte {
	_, offset := t.Zone()
	if offset < -maxOffset || offset > maxOffset {
		offset = 0
	}
	b = binary.AppendVarint(b, t.Unix()-base)
	b = binary.AppendUvarint(b, uint64(t.Nanosecond()))
	return binary.AppendVarint(b, int64(offset))
}
