package store

import (
	"encoding/binary"
	"math"
	"reflect"
	"time"
)

// maxDepth bounds how deep a value nests that is skipped unread.
const maxDepth = 32

// decode reads what append wrote into v, which must be zero. Whatever the
// bytes, it returns an error at worst.
func (c *codec) decode(b []byte, v reflect.Value) error {
	r := reader{rest: b}
	c.readStruct(&r, v)
	if !r.failed && len(r.rest) > 0 {
		r.failed = true
	}
	if r.failed {
		return errDamaged
	}
	return nil
}

// reader takes values off the front of rest. After the first failure it gives
// zeros, so that callers look once, at the end.
type reader struct {
	rest   []byte
	failed bool
}

func (c *codec) readStruct(r *reader, v reflect.Value) {
	p := c.plans[v.Type()]
	for !r.failed {
		tag := r.uvarint()
		if tag == 0 {
			return
		}
		tag--
		got := shape(tag & (1<<shapeBits - 1))
		f := p.find(r, tag>>shapeBits)
		if f == nil || f.shape != got {
			r.skip(got, maxDepth)
			continue
		}
		c.readValue(r, v.Field(f.index))
	}
}

// find looks up the field with a number, or with the name that follows where
// the number is 0; nil: this version does not know it.
func (p *plan) find(r *reader, num uint64) *planned {
	if num == 0 {
		if i, ok := p.byName[string(r.bytes())]; ok {
			return &p.fields[i]
		}
		return nil
	}
	if num >= uint64(len(p.byNum)) || p.byNum[num] == 0 {
		return nil
	}
	return &p.fields[p.byNum[num]-1]
}

func (c *codec) readValue(r *reader, v reflect.Value) {
	if v.Type() == timeType {
		v.Set(reflect.ValueOf(r.time()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(r.bytes()))
	case reflect.Array:
		b := r.bytes()
		if len(b) < v.Len() {
			r.failed = true
			return
		}
		for i, octet := range b[:v.Len()] { // keys were longer once, and began the same
			v.Index(i).SetUint(uint64(octet))
		}
	case reflect.Uint64:
		v.SetUint(r.fixed())
	case reflect.Float64, reflect.Float32:
		v.SetFloat(math.Float64frombits(r.fixed()))
	case reflect.Bool:
		v.SetBool(r.varint() != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.varint())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		v.SetUint(uint64(r.varint()))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		c.readValue(r, v.Elem())
	case reflect.Struct:
		c.readStruct(r, v)
	case reflect.Slice:
		c.readList(r, v)
	}
}

// readList grows the list as its elements are read, so that a false length
// costs nothing.
func (c *codec) readList(r *reader, v reflect.Value) {
	got, n := shape(r.octet()), r.uvarint()
	if got != shapeOf(v.Type().Elem()) || n > uint64(len(r.rest)) {
		r.failed = true
		return
	}
	v.Grow(int(min(n, 32)))
	for i := 0; i < int(n) && !r.failed; i++ {
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		c.readValue(r, v.Index(i))
	}
}

func (r *reader) skip(s shape, depth int) {
	if depth == 0 {
		r.failed = true
		return
	}
	switch s {
	case shapeVarint:
		r.varint()
	case shapeFixed:
		r.fixed()
	case shapeBytes:
		r.bytes()
	case shapeTime:
		r.time()
	case shapeStruct:
		for !r.failed {
			tag := r.uvarint()
			if tag == 0 {
				return
			}
			if (tag-1)>>shapeBits == 0 {
				r.bytes()
			}
			r.skip(shape((tag-1)&(1<<shapeBits-1)), depth-1)
		}
	case shapeList:
		inner, n := shape(r.octet()), r.uvarint()
		for i := uint64(0); i < n && !r.failed; i++ {
			r.skip(inner, depth-1)
		}
	default:
		r.failed = true
	}
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.failed, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.failed, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) octet() byte {
	if len(r.rest) == 0 {
		r.failed = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) fixed() uint64 {
	if len(r.rest) < 8 {
		r.failed, r.rest = true, nil
		return 0
	}
	v := binary.LittleEndian.Uint64(r.rest)
	r.rest = r.rest[8:]
	return v
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) time() time.Time { return r.timeFrom(0) }

// timeFrom reads what appendTimeFrom wrote.
func (r *reader) timeFrom(base int64) time.Time {
	sec, nsec, offset := r.varint(), r.uvarint(), r.varint()
	if r.failed || nsec >= 1e9 || offset < -maxOffset || offset > maxOffset {
		r.failed = true
		return time.Time{}
	}
	t := time.Unix(base+sec, int64(nsec))
	if offset == 0 {
		return t.UTC()
	}
	return t.In(time.FixedZone("", int(offset)))
}
