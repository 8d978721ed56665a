package main

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// place is a line and column of the config file, from 1; the zero place is
// nowhere in particular.
type place struct{ Line, Column int }

// fault is one thing wrong with a config.
type fault struct {
	At   place
	Said string
}

// faults are all the things wrong with a config file, in the order of the file.
type faults struct {
	File string
	List []fault
}

func (f *faults) add(at place, format string, args ...any) {
	f.List = append(f.List, fault{at, fmt.Sprintf(format, args...)})
}

// err is nil where there is no fault.
func (f *faults) err() error {
	if len(f.List) == 0 {
		return nil
	}
	slices.SortStableFunc(f.List, func(a, b fault) int {
		if a.At.Line != b.At.Line {
			return a.At.Line - b.At.Line
		}
		return a.At.Column - b.At.Column
	})
	return f
}

// Error gives a line for each fault: file:line:column: what.
func (f *faults) Error() string {
	lines := make([]string, len(f.List))
	for i, x := range f.List {
		if x.At == (place{}) {
			lines[i] = fmt.Sprintf("%s: %s", f.File, x.Said)
		} else {
			lines[i] = fmt.Sprintf("%s:%d:%d: %s", f.File, x.At.Line, x.At.Column, x.Said)
		}
	}
	return strings.Join(lines, "\n")
}

// placed is embedded by parts of the config that want to know where they
// stand in the file.
type placed struct {
	at   place
	keys map[string]place
}

// key is where a key's value stands; where it is absent, where the part does.
func (p *placed) key(name string) place {
	if at, ok := p.keys[name]; ok {
		return at
	}
	return p.at
}

func (p *placed) setPlace(at place, keys map[string]place) { p.at, p.keys = at, keys }

// fromNode is implemented by values that may be written in more than one way.
type fromNode interface {
	fromNode(d *yamlReader, n ast.Node)
}

// yamlReader fills Go values from a YAML tree, strictly: an unknown key, a key
// twice, a value of the wrong kind is a fault, and reading goes on after it.
type yamlReader struct {
	faults  *faults
	anchors map[string]ast.Node
	key     string // whose value is read
	behind  int    // how many aliases we are looking through
	aliased int    // values read behind aliases so far
}

// readYAML reads a document into v, a pointer to a struct. It adds what is
// wrong to f.
func readYAML(text []byte, v any, f *faults) {
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) && syntax.GetToken() != nil {
			at := syntax.GetToken().Position
			f.add(place{at.Line, at.Column}, "%s", syntax.GetMessage())
		} else {
			f.add(place{}, "%v", err)
		}
		return
	}
	r := &yamlReader{faults: f, anchors: map[string]ast.Node{}}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if doc != file.Docs[0] {
			f.add(where(doc.Body), "a second document: the config is one")
			return
		}
		r.read(doc.Body, reflect.ValueOf(v).Elem(), 0)
	}
}

// The bounds of a config. Aliases of aliases make a short file a long one.
const (
	maxDepth   = 64
	maxAliased = 1 << 16
)

func where(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && !m.IsFlowStyle {
		n = m.Values[0].Key
	} else if m, ok := n.(*ast.MappingValueNode); ok {
		n = m.Key
	}
	if tok := n.GetToken(); tok != nil && tok.Position != nil {
		return place{tok.Position.Line, tok.Position.Column}
	}
	return place{}
}

func (r *yamlReader) read(n ast.Node, v reflect.Value, depth int) {
	if depth > maxDepth {
		r.faults.add(where(n), "nested too deep")
		return
	}
	switch x := n.(type) {
	case *ast.AnchorNode: // it has its name only after it: nothing holds itself
		r.read(x.Value, v, depth+1)
		r.anchors[x.Name.GetToken().Value] = x.Value
		return
	case *ast.AliasNode:
		r.behind++
		defer func() { r.behind-- }()
	}
	if r.behind > 0 && !r.afford(n) {
		return
	}
	n = r.resolve(n)
	if n == nil || n.Type() == ast.NullType {
		return
	}
	if special, ok := v.Addr().Interface().(fromNode); ok {
		special.fromNode(r, n)
		return
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if s, ok := r.scalar(n, "a word"); ok {
			if err := text.UnmarshalText([]byte(s)); err != nil {
				r.unfit(n, "%v", err)
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		r.readStruct(n, v, depth)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.read(n, v.Elem(), depth)
	case reflect.Slice:
		r.readList(n, v, depth)
	case reflect.Map:
		r.readMap(n, v, depth)
	case reflect.String:
		if s, ok := r.scalar(n, "a text"); ok {
			v.SetString(s)
		}
	case reflect.Bool:
		if b, ok := n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
		} else {
			r.unfit(n, "want true or false")
		}
	case reflect.Int:
		r.readNumber(n, func(s string) error {
			i, err := strconv.Atoi(s)
			if err == nil { // else what was there stays, and is not a second fault
				v.SetInt(int64(i))
			}
			return err
		})
	case reflect.Float64:
		r.readNumber(n, func(s string) error {
			f, err := strconv.ParseFloat(s, 64)
			if err == nil {
				v.SetFloat(f)
			}
			return err
		})
	}
}

// unfit adds a fault of the value that is read, under its key's name.
func (r *yamlReader) unfit(n ast.Node, format string, args ...any) {
	said := fmt.Sprintf(format, args...)
	if r.key != "" {
		said = r.key + ": " + said
	}
	r.faults.add(where(n), "%s", said)
}

// afford counts a value behind an alias, and says once that they are too many.
func (r *yamlReader) afford(n ast.Node) bool {
	if r.aliased++; r.aliased == maxAliased+1 {
		r.faults.add(where(n), "more than %d values stand behind aliases", maxAliased)
	}
	return r.aliased <= maxAliased
}

// resolve looks through anchors, aliases and tags.
func (r *yamlReader) resolve(n ast.Node) ast.Node {
	for range maxDepth {
		switch x := n.(type) {
		case *ast.AnchorNode:
			r.anchors[x.Name.GetToken().Value] = x.Value
			n = x.Value
		case *ast.AliasNode:
			target, ok := r.anchors[x.Value.GetToken().Value]
			if !ok {
				r.faults.add(where(n), "no anchor of the name %q stands before", x.Value.GetToken().Value)
				return nil
			}
			n = target
		case *ast.TagNode:
			n = x.Value
		default:
			return n
		}
	}
	return nil
}

// readInto reads a node into v, a pointer.
func readInto(r *yamlReader, n ast.Node, v any) { r.read(n, reflect.ValueOf(v).Elem(), 0) }

// pairs are the keys and values of a mapping.
func (r *yamlReader) pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	r.unfit(n, "want keys with values (key: value)")
	return nil, false
}

func (r *yamlReader) readStruct(n ast.Node, v reflect.Value, depth int) {
	pairs, ok := r.pairs(n)
	if !ok {
		return
	}
	fields := yamlFields(v)
	keys := map[string]place{}
	for _, pair := range pairs {
		name := pair.Key.GetToken().Value
		field, ok := fields[name]
		if !ok {
			r.faults.add(where(pair.Key), "unknown key %q%s", name, suggest(name, fields))
			continue
		}
		if _, twice := keys[name]; twice {
			r.faults.add(where(pair.Key), "%q stands here twice", name)
			continue
		}
		keys[name] = where(pair.Value)
		outer := r.key
		r.key = name
		r.read(pair.Value, field, depth+1)
		r.key = outer
	}
	if p, ok := v.Addr().Interface().(interface {
		setPlace(place, map[string]place)
	}); ok {
		p.setPlace(where(n), keys)
	}
}

// yamlFields maps the keys of a struct to its fields.
func yamlFields(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name := f.Tag.Get("yaml"); name != "" {
			fields[name] = v.Field(i)
		}
	}
	return fields
}

// suggest names the key that was probably meant.
func suggest(name string, fields map[string]reflect.Value) string {
	best, least := "", 3
	known := make([]string, 0, len(fields))
	for key := range fields {
		known = append(known, key)
		if d := editDistance(name, key); d < least || d == least && key < best {
			best, least = key, d
		}
	}
	if best != "" {
		return fmt.Sprintf(": did you mean %q?", best)
	}
	slices.Sort(known)
	return ": known are " + strings.Join(known, ", ")
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func (r *yamlReader) readList(n ast.Node, v reflect.Value, depth int) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		r.unfit(n, "want a list ([a, b] or lines that begin with -)")
		return
	}
	out := reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values))
	for i, item := range list.Values {
		if r.aliased > maxAliased {
			break
		}
		r.read(item, out.Index(i), depth+1)
	}
	v.Set(out)
}

func (r *yamlReader) readMap(n ast.Node, v reflect.Value, depth int) {
	pairs, ok := r.pairs(n)
	if !ok {
		return
	}
	out := reflect.MakeMap(v.Type())
	for _, pair := range pairs {
		value := reflect.New(v.Type().Elem()).Elem()
		r.read(pair.Value, value, depth+1)
		out.SetMapIndex(reflect.ValueOf(pair.Key.GetToken().Value).Convert(v.Type().Key()), value)
	}
	v.Set(out)
}

// scalar is the text of a value, as written.
func (r *yamlReader) scalar(n ast.Node, want string) (string, bool) {
	switch x := n.(type) {
	case *ast.StringNode:
		return x.Value, true
	case *ast.LiteralNode:
		return x.Value.Value, true
	case ast.ScalarNode:
		return n.GetToken().Value, true
	}
	r.unfit(n, "want %s", want)
	return "", false
}

func (r *yamlReader) readNumber(n ast.Node, set func(string) error) {
	if s, ok := r.scalar(n, "a number"); ok {
		if set(s) != nil {
			r.unfit(n, "want a number, not %q", s)
		}
	}
}
