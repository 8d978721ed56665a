package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/storetest"
)

// The marks of a quiet source stand in columns and come back as they were, to
// the millisecond; what does not fit is kept the other way.
func TestMarksInColumns(t *testing.T) {
	v := newTestValues(t)
	fine := noon.Add(7 * time.Millisecond)
	for _, c := range []struct {
		name   string
		marks  []news.Mark
		change func([]news.Mark)
		form   byte
	}{
		{"whole seconds", marks(30, noon), nil, formLedger},
		{"milliseconds", marks(30, fine), nil, formLedger},
		{"before 1970", marks(3, time.Date(1969, 12, 31, 23, 0, 1, 0, time.UTC)), nil, formLedger},
		{"another article", marks(3, noon), func(m []news.Mark) { m[1].Article = m[0].Article }, formPacked},
		{"a change", marks(3, noon), func(m []news.Mark) { m[2].Changes = 1; m[2].Prior = []uint64{5} }, formPacked},
		{"microseconds", marks(3, noon.Add(time.Microsecond)), nil, formPacked},
		{"no time", marks(3, noon), func(m []news.Mark) { m[0].Filed = time.Time{} }, formPacked},
	} {
		if c.change != nil {
			c.change(c.marks)
		}
		want := news.Ledger{Source: "a", Poll: news.Poll{At: noon, ETag: `"5f3a"`, Status: 200}, Marks: c.marks}
		b, err := v.ledger(want)
		if err != nil || b[0] != c.form {
			t.Fatalf("%s: form %d, %v; want %d", c.name, b[0], err, c.form)
		}
		got, err := v.readLedger(b, "a")
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if diff := storetest.Same(got, want); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		for cut := range b {
			if _, err := v.readLedger(b[:cut], "a"); !errors.Is(err, errDamaged) {
				t.Fatalf("%s, cut to %d of %d bytes: %v; want it to be damaged", c.name, cut, len(b), err)
			}
		}
	}
}

// A key was 16 bytes long once, and its first 10 are what it is today.
func TestLongerKeysAreRead(t *testing.T) {
	v := newTestValues(t)
	m := marks(1, noon)[0]
	type longMark struct {
		Key     [16]byte
		Changes int
	}
	long := struct{ Marks []longMark }{[]longMark{{Changes: 1}}}
	copy(long.Marks[0].Key[:], append(m.Key[:], 1, 2, 3, 4, 5, 6))
	b := newCodec(long).append([]byte{formPlain}, reflect.ValueOf(long))
	got, err := v.readLedger(b, "a")
	if err != nil || len(got.Marks) != 1 || got.Marks[0].Key != m.Key {
		t.Errorf("got %+v, %v; want the key %v", got.Marks, err, m.Key)
	}
}
