package store

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// archived commits articles in the batches of polls, a second apart.
func archived(t *testing.T, s news.Store, batches, each int, text func(n int) news.Article) {
	t.Helper()
	for b := range batches {
		in := news.Intake{At: noon.Add(time.Duration(b) * time.Second)}
		for n := range each {
			in.Articles = append(in.Articles, text(b*each+n))
		}
		if _, err := s.Commit(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
}

// The log beside the file is emptied while the desk runs.
func TestLogBesideTheFileStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	s := openStore(t, path, Options{})
	archived(t, s, 200, 30, copyOf)
	file, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("file %d bytes, log %d bytes", file.Size(), log.Size())
	const most = 16 << 20 // what the file keeps between two emptyings
	if log.Size() > most {
		t.Errorf("the log has %d bytes, want at most %d", log.Size(), most)
	}
}

// A file that lost its end, or was overwritten in the middle, is said to be
// damaged, with what to do.
func TestDamagedFileIsTold(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.db")
	s := openStore(t, whole, Options{})
	archived(t, s, 20, 30, copyOf)
	if _, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory("s")}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func([]byte) []byte{
		"cut":         func(b []byte) []byte { return b[:len(b)/2/4096*4096] },
		"overwritten": func(b []byte) []byte { return append(append(b[:4096:4096], make([]byte, 40*4096)...), b[41*4096:]...) },
		"empty page":  func(b []byte) []byte { return append(append([]byte(nil), b[:100]...), make([]byte, len(b)-100)...) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dateline.db")
			if err := os.WriteFile(path, damage(append([]byte(nil), text...)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), path, Options{})
			wantLine(t, err, nil, path, "damaged")
		})
	}
}

// archiveBar is what an archived article of 3 kB of text may take of the file,
// in bytes.
const archiveBar = 1300

// The archive's size for text of as many words as a wire uses in a day. Real
// copy has more, and takes more: docs/scale.md.
func TestArchiveIsSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dateline.db")
	s := openStore(t, path, Options{})
	words := make([]string, 120)
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range words {
		for range 1 + draw.IntN(4) {
			words[i] += string("bdfgklmnprst"[draw.IntN(12)]) + string("aeiou"[draw.IntN(5)])
		}
	}
	sentence := func(bytes int) string {
		var b strings.Builder
		for b.Len() < bytes {
			b.WriteString(words[draw.IntN(len(words))] + " ")
		}
		return b.String()
	}
	const many = 3000
	archived(t, s, many/30, 30, func(n int) news.Article {
		a := copyOf(n)
		a.Headline, a.Lede, a.Body = sentence(60), sentence(200), nil
		for range 5 {
			a.Body = append(a.Body, news.Block{Text: sentence(560)})
		}
		return a
	})
	if err := s.Close(); err != nil && !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	each := info.Size() / many
	t.Logf("an archived article takes %d bytes: %d MB for 100,000", each, each/10)
	if each > archiveBar {
		t.Errorf("an archived article takes %d bytes, want at most %d", each, archiveBar)
	}
}

// Articles that lie in one bundle are corrected and swept one by one, and the
// bundle goes with the last of them.
func TestBundlesGoWithTheirArticles(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "dateline.db"), Options{}).(*embedded)
	const many = 3*bundleSize + 1
	archived(t, s, 1, many, copyOf)
	bundles := func() (n, alive int) {
		t.Helper()
		if err := s.read.QueryRowContext(t.Context(), "SELECT count(*), coalesce(sum(alive), 0) FROM bundles").Scan(&n, &alive); err != nil {
			t.Fatal(err)
		}
		return n, alive
	}
	want := func(what string, wantBundles, wantAlive, wantArticles int) {
		t.Helper()
		articles := 0
		for a, err := range s.Articles(t.Context(), time.Time{}) {
			if err != nil {
				t.Fatal(err)
			}
			if one, err := s.Article(t.Context(), a.ID); err != nil || one.Headline != a.Headline || one.ID != a.ID {
				t.Errorf("%s: article %s alone is %q, %v", what, a.ID, one.Headline, err)
			}
			articles++
		}
		if n, alive := bundles(); n != wantBundles || alive != wantAlive || articles != wantArticles {
			t.Errorf("%s: %d bundles with %d articles, and %d articles in all; want %d, %d and %d", what, n, alive, articles, wantBundles, wantAlive, wantArticles)
		}
	}
	want("at first", 3, many-1, many)
	correction := copyOf(1)
	correction.Headline = "Corrected"
	if _, err := s.Commit(t.Context(), news.Intake{Articles: []news.Article{correction}, At: noon}); err != nil {
		t.Fatal(err)
	}
	want("after a correction", 3, many-2, many)
	if got, err := s.Article(t.Context(), correction.ID); err != nil || got.Headline != "Corrected" {
		t.Errorf("the correction reads %q, %v", got.Headline, err)
	}
	again := news.Intake{At: noon.Add(-time.Hour)} // the first bundle once more, and the correction away
	for n := range bundleSize {
		again.Articles = append(again.Articles, copyOf(n))
	}
	if _, err := s.Commit(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	want("after all of a bundle came again", 3, many-1, many)
	swept, err := s.Sweep(t.Context(), news.Keep{Articles: noon})
	if err != nil || swept.Articles != bundleSize {
		t.Fatalf("swept %+v, %v", swept, err)
	}
	want("after the oldest went", 2, many-1-bundleSize, many-bundleSize)
}

// A large article has a bundle of its own: with others it would be more than a
// store reads at once, and reading one of them would unpack all.
func TestBundlesStaySmall(t *testing.T) {
	v, err := newValues()
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	small, large := copyOf(1), copyOf(2)
	small.Lede, large.Lede = strings.Repeat("small ", bundleBytes/12), strings.Repeat("large ", bundleBytes)
	bundles, err := v.bundles([]*news.Article{&small, &small, &large, &small}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bundles {
		if len(b.articles) > 1 {
			if plain, err := v.loosen(b.body); err != nil || len(plain) > bundleBytes+16*bundleSize {
				t.Errorf("%d articles make a bundle of %d bytes, %v; want at most %d", len(b.articles), len(plain), err, bundleBytes)
			}
		}
	}
	if len(bundles) != 4 {
		t.Errorf("got %d bundles, want one for each: two of half the size are too much with what else an article has", len(bundles))
	}
}
