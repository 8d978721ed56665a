package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/news"
)

// Fill sets every field that v points to, however deep, to a value of its own,
// so that a field that a store forgets is found missing.
func Fill(v any) { fill(reflect.ValueOf(v).Elem(), new(int)) }

func fill(v reflect.Value, n *int) {
	*n++
	if v.Type() == reflect.TypeFor[time.Time]() {
		zone := time.FixedZone("", (*n%27-13)*3600+*n%2*1800)
		v.Set(reflect.ValueOf(noon.Add(time.Duration(*n) * 1234567891).In(zone)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(*n) / 3)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 250))
	case reflect.Uint16, reflect.Uint32:
		v.SetUint(uint64(*n%250) << 7)
	case reflect.Uint64:
		v.SetUint(1<<63 + uint64(*n))
	default:
		v.SetInt(-int64(*n) << 20)
	}
}

func valuesComeBack(t *testing.T, s news.Store) {
	var st news.Story
	Fill(&st)
	var a news.Article
	Fill(&a)
	enrol(t, s, "a")
	l := claimOne(t, s, noon)
	token := l.Lease
	Fill(&l)
	l.Source, l.Lease, l.Unread, l.Adrift = "a", token, false, nil // what comes with a claim is not stored with the ledger
	rev, err := s.Commit(t.Context(), news.Intake{Ledger: l, Articles: []news.Article{a}, Stories: []news.Story{st}, At: noon})
	check(t, err)

	gotStory, err := s.Story(t.Context(), st.ID)
	check(t, err)
	st.Revision = rev
	if d := Same(gotStory, st); d != "" {
		t.Error("story", d)
	}
	if d := Same(collect(t, s.Articles(t.Context(), time.Time{})), []news.Article{a}); d != "" {
		t.Error("article", d)
	}
	gotLedgers, err := s.Ledgers(t.Context(), "a")
	check(t, err)
	gotLedgers[0].Lease = token
	if d := Same(gotLedgers[0], l); d != "" {
		t.Error("ledger", d)
	}
}

// odd are texts that codecs, databases and scripts have stumbled over.
var odd = []string{
	"\x00", "a\x00b", "\xff\xfe latin \xe9", "\xed\xa0\x80", "'; DROP TABLE stories; --", `"\`, "{desk}:x", "a b:c",
	"Россия и КНДР", "朝鲜民主主义人民共和国", "كوريا الشمالية", "e\u0301\u200d\u202e", "🇰🇵👩‍👩‍👧", "\u2028\ufeff", "%s%d", "l", "a", "t",
}

func oddTextComesBack(t *testing.T, s news.Store) {
	enrol(t, s, "a")
	l := claimOne(t, s, noon)
	var stories []news.Story
	for i, text := range odd {
		st := story(i, news.TopicID(text))
		st.Articles[0].Headline, st.Articles[0].Source = text, news.SourceID(text)
		st.Articles[0].Body = []news.Block{{Kind: news.Table, Rows: [][]string{{text}, nil, {"", text}}}}
		stories = append(stories, st)
		l.Poll.Repairs = append(l.Poll.Repairs, text)
	}
	l.Poll.ETag = strings.Join(odd, "")
	_, err := s.Commit(t.Context(), news.Intake{Ledger: l, Stories: stories, At: noon})
	check(t, err)
	for i, text := range odd {
		got, err := s.Stories(t.Context(), news.Query{Topic: news.TopicID(text), Source: news.SourceID(text)})
		check(t, err)
		if len(got) != 1 {
			t.Errorf("topic %q has %d stories, want 1", text, len(got))
			continue
		}
		got[0].Revision = 0
		if d := Same(got[0], stories[i]); d != "" {
			t.Errorf("%q: %s", text, d)
		}
		wantRevision(t, s, news.TopicID(text), 1)
	}
	ledgers, err := s.Ledgers(t.Context(), "a")
	check(t, err)
	if d := Same(ledgers[0].Poll, l.Poll); d != "" {
		t.Error(d)
	}
	var ids []news.SourceID
	for _, text := range odd {
		ids = append(ids, news.SourceID(text))
	}
	enrol(t, s, ids...)
	claimed := claim(t, s, noon.Add(time.Hour), 100)
	if len(claimed) != len(odd) {
		t.Errorf("%d sources of odd names were claimed, want %d", len(claimed), len(odd))
	}
	for _, l := range claimed {
		_, err := s.Commit(t.Context(), news.Intake{Ledger: l, At: noon})
		check(t, err)
	}
}

func largeValuesComeBack(t *testing.T, s news.Store) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 3<<20)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	st := story(1, "x")
	st.Articles[0].Body = []news.Block{{Text: string(noise)}, {Text: strings.Repeat("so it goes. ", 1<<20)}}
	for range news.MaxCopies {
		st.Articles = append(st.Articles, article(2))
	}
	rev := commit(t, s, st)
	st.Revision = rev
	got, err := s.Stories(t.Context(), news.Query{})
	check(t, err)
	if d := Same(got, []news.Story{st}); d != "" {
		t.Error(d)
	}
	huge := story(2)
	huge.Articles[0].Lede = strings.Repeat("x", 80<<20)
	if _, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{huge, story(3)}, Base: rev, At: noon}); err == nil {
		t.Error("a story of 80 MiB is taken: this store has no bound")
	} else if !strings.Contains(err.Error(), string(huge.ID)) {
		t.Errorf("the refusal of a huge story does not name it: %v", err)
	}
	wantRevision(t, s, "", rev)
}

func manyAtOnce(t *testing.T, s news.Store) {
	var ids []news.SourceID
	for i := range 12 {
		ids = append(ids, news.SourceID(fmt.Sprint("s", i)))
	}
	enrol(t, s, ids...)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			claimed, err := s.Claim(t.Context(), noon, lease, 3)
			if err != nil {
				t.Error(err)
			}
			for _, l := range claimed {
				if err := work(t.Context(), s, l, worker); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 20 {
				_, err := s.Stories(t.Context(), news.Query{Topic: "x"})
				if err == nil {
					_, err = s.NextDue(t.Context())
				}
				for _, e := range s.Articles(t.Context(), time.Time{}) {
					err = errors.Join(err, e)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	stories := list(t, s, news.Query{Topic: "x"})
	rev, err := s.Revision(t.Context(), "x")
	check(t, err)
	if int(rev) != len(stories) {
		t.Errorf("%d stories came in %d revisions", len(stories), rev)
	}
}

// work commits one story as the desk does: again while the archive moves on.
func work(ctx context.Context, s news.Store, l news.Ledger, worker int) error {
	var n int
	fmt.Sscanf(string(l.Source), "s%d", &n)
	l.Poll = news.Poll{At: noon, Due: noon.Add(time.Hour), Items: worker}
	for {
		base, err := s.Revision(ctx, "")
		if err != nil {
			return err
		}
		in := news.Intake{Ledger: l, Articles: []news.Article{article(n)}, Stories: []news.Story{story(n, "x")}, Base: base, At: noon}
		if _, err = s.Commit(ctx, in); !errors.Is(err, news.ErrStale) {
			return err
		}
	}
}

func cancelledCallsChangeNothing(t *testing.T, s news.Store) {
	rev := commit(t, s, story(1))
	enrol(t, s, "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Claim(ctx, noon, lease, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("claim: got %v, want it cancelled", err)
	}
	if _, err := s.Commit(ctx, news.Intake{Stories: []news.Story{story(2)}, Base: rev, At: noon}); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: got %v, want it cancelled", err)
	}
	if _, err := s.Stories(ctx, news.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stories: got %v, want them cancelled", err)
	}
	wantRevision(t, s, "", rev)
	claimOne(t, s, noon)
}

func closeEndsAllUse(t *testing.T, s news.Store) {
	commit(t, s, story(1))
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for {
				base, err := s.Revision(t.Context(), "")
				if err == nil {
					_, err = s.Commit(t.Context(), news.Intake{Stories: []news.Story{story(n)}, Base: base, At: noon})
				}
				if err != nil && !errors.Is(err, news.ErrStale) {
					return
				}
			}
		})
	}
	check(t, s.Close())
	wg.Wait()
	ctx := t.Context()
	if _, err := s.Revision(ctx, ""); err == nil {
		t.Error("a closed store still answers")
	}
	if _, err := s.Claim(ctx, noon, lease, 1); err == nil {
		t.Error("a closed store still gives leases")
	}
	for _, err := range s.Changes(ctx, 0) {
		if err == nil {
			t.Error("a closed store still tells changes")
		}
	}
	check(t, s.Close()) // twice is once
}
