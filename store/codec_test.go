package store

import (
	"math"
	"reflect"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/storetest"
)

func newTestValues(t testing.TB) *values {
	t.Helper()
	v, err := newValues()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.close)
	return v
}

func TestEveryFieldHasItsNumber(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range fieldNames {
		if seen[name] {
			t.Errorf("%s has two numbers", name)
		}
		seen[name] = true
	}
	for typ, p := range newCodec(news.Ledger{}, news.Story{}).plans {
		for name := range p.byName {
			if !seen[name] {
				t.Errorf("%s.%s is spelt out in every value: give it a number", typ, name)
			}
		}
	}
}

func TestFieldsWithoutNumberSurvive(t *testing.T) {
	type later struct {
		ID       string
		Unheard  []string
		Headline string
	}
	type earlier struct {
		ID       string
		Headline string
	}
	c := newCodec(later{}, earlier{})
	want := later{ID: "1", Unheard: []string{"of", ""}, Headline: "h"}
	b := c.append(nil, reflect.ValueOf(want))
	var got later
	if err := c.decode(b, reflect.ValueOf(&got).Elem()); err != nil || storetest.Same(got, want) != "" {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	var old earlier
	if err := c.decode(b, reflect.ValueOf(&old).Elem()); err != nil || old != (earlier{"1", "h"}) {
		t.Errorf("one that does not know the field: got %+v, %v", old, err)
	}
}

func TestFieldOfAnotherShapeIsSkipped(t *testing.T) {
	type before struct {
		ID    []struct{ At time.Time }
		Title float64
		Lang  string
	}
	type after struct {
		ID    string
		Title bool
		Lang  string
	}
	c := newCodec(before{}, after{})
	b := c.append(nil, reflect.ValueOf(before{ID: make([]struct{ At time.Time }, 3), Title: 1, Lang: "id"}))
	var got after
	if err := c.decode(b, reflect.ValueOf(&got).Elem()); err != nil || got != (after{Lang: "id"}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestTimesSurvive(t *testing.T) {
	v := newTestValues(t)
	for _, want := range []time.Time{
		{}, noon, noon.Add(1), time.Unix(0, 0), time.Unix(-1, 999999999),
		time.Date(2024, 6, 20, 16, 15, 0, 0, time.FixedZone("WIB", 7*3600)),
		time.Date(1880, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", 4772)),
		time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-44, 3, 15, 0, 0, 0, 0, time.UTC),
		time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0),
	} {
		b, err := v.article(&news.Article{Published: want})
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.readArticle(b)
		if d := storetest.Same(got.Published, want); err != nil || d != "" {
			t.Errorf("%v: %s %v", want, d, err)
		}
	}
	b, _ := v.article(&news.Article{Published: noon.In(time.FixedZone("", 30*3600))})
	if got, err := v.readArticle(b); err != nil || !got.Published.Equal(noon) {
		t.Errorf("an impossible offset: got %v, %v", got.Published, err)
	}
}

func TestPlacesSortLikeTimes(t *testing.T) {
	times := []time.Time{
		{}, time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(-1, 999999999), time.Unix(0, 0),
		time.Unix(0, 1), noon, noon.Add(1), time.Date(2262, 4, 11, 0, 0, 0, 0, time.UTC), time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(math.MaxInt64, 0),
	}
	for i := 1; i < len(times); i++ {
		a, b := times[i-1], times[i]
		if nanos(a) > nanos(b) || place(nanos(a)) > place(nanos(b)) {
			t.Errorf("%v stands after %v", a, b)
		}
		if micros(a) > micros(b) || micros(a) < 0 || float64(micros(b)) != float64(int64(float64(micros(b)))) {
			t.Errorf("due %v stands after %v", a, b)
		}
	}
}

func TestMarksSurvive(t *testing.T) {
	v := newTestValues(t)
	want := news.Ledger{Source: "a", Marks: marks(3, noon)}
	want.Marks[1].Article = want.Marks[0].Article // first sent under another key
	want.Marks[2].Article = ""
	kept := want.Marks[0].Article
	b, err := v.ledger(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.readLedger(b, "a")
	if d := storetest.Same(got, want); err != nil || d != "" {
		t.Error(d, err)
	}
	if want.Marks[0].Article != kept {
		t.Error("writing changed the caller's marks")
	}
}

func TestDamagedValuesAreErrors(t *testing.T) {
	v := newTestValues(t)
	var st news.Story
	storetest.Fill(&st)
	b, err := v.story(st)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(b) {
		if _, err := v.readStory(b[:n], 1); err == nil {
			t.Errorf("%d of %d bytes were read as a story", n, len(b))
		}
	}
	if _, err := v.readStory(append([]byte{9}, b...), 1); err == nil {
		t.Error("an unknown form was read as a story")
	}
}

func FuzzDecode(f *testing.F) {
	v := newTestValues(f)
	var st news.Story
	storetest.Fill(&st)
	st.Articles = st.Articles[:1]
	var l news.Ledger
	storetest.Fill(&l)
	packed, _ := v.ledger(l)
	f.Add(packed)
	packed, _ = v.ledger(news.Ledger{Source: "a", Marks: marks(3, noon)})
	f.Add(packed)
	f.Add(v.codec.append([]byte{formPlain}, reflect.ValueOf(st)))
	f.Add([]byte{formPlain, 0})
	f.Add([]byte{formPlain, 0xff, 0xff, 0xff, 0xff, 0x0f, 5, 5, 5})
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := v.readStory(b, 1); err == nil {
			again, err := v.story(got)
			if err != nil {
				t.Fatal(err)
			}
			back, err := v.readStory(again, 1)
			if err != nil {
				t.Fatalf("what was read cannot be read again: %v", err)
			}
			if d := same(back, got); d != "" {
				t.Fatal(d)
			}
		}
		v.readLedger(b, "a")
		v.readArticle(b)
		splitList(b)
	})
}

// same is storetest.Same for values that may hold NaN.
func same(got, want news.Story) string {
	for _, st := range []*news.Story{&got, &want} {
		for i := range st.Articles {
			for j := range st.Articles[i].Matches {
				if m := &st.Articles[i].Matches[j]; math.IsNaN(m.Score) {
					m.Score = 0
				}
			}
		}
	}
	return storetest.Same(got, want)
}
