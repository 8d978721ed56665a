package news

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFoldUnifiesWhatWritersVary(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"Северной Кореёй", "северной кореей"},
		{"Ko\u0301rea", "korea"},
		{"İstanbul ISPARTA ısparta", "istanbul isparta isparta"},
		{"Straße", "STRASSE"},
		{"أُسْتُرَالِيَا", "استراليا"},
		{"کوریا", "كوريا"},
		{"Ｎｏｒｔｈ　Ｋｏｒｅａ", "north korea"},
		{"\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"}, // jamo
		{"ｶﾞﾝﾊﾞﾚ", "ガンバレ"},
		{"か\u3099", "が"},
		{"٢٠٢٤", "2024"},
		{"२०२४", "2024"},
		{"co\u00adop\u200bera\ufefftion", "cooperation"},
		{"Russia–North Korea’s", "russia-north korea's"},
		{"ΣΊΣΥΦΟΣ", "σισυφοσ"},
	} {
		if got, want := Fold(c.a), Fold(c.b); got != want {
			t.Errorf("Fold(%q) = %q, want %q as of %q", c.a, got, want, c.b)
		}
	}
}

func TestFoldKeepsMarksThatAreLetters(t *testing.T) {
	for _, s := range []string{"रूस", "ไทย", "が", "বাংলা", "தமிழ்"} {
		if got := Fold(s); got != s {
			t.Errorf("Fold(%q) = %q, want it unchanged", s, got)
		}
	}
}

func TestTokensPartWordsAndUnspacedScripts(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Putin's visit", "putin|s|visit"},
		{"北朝鮮とロシア", "北|朝|鮮|と|ロ|シ|ア"},
		{"북한이 2024", "북|한|이|2024"},
		{"रूस और", "रूस|और"},
		{"เกาหลี", "เ|ก|า|ห|ลี"},
		{"", ""},
	} {
		folded := Fold(c.text)
		var words []string
		for _, tok := range AppendTokens(nil, folded) {
			words = append(words, folded[tok.Start:tok.End])
		}
		if got := strings.Join(words, "|"); got != c.want {
			t.Errorf("tokens of %q: got %s, want %s", c.text, got, c.want)
		}
	}
}

// TestFoldingByEightIsFolding holds the ways for runs of ASCII against the way
// of one character after the other.
func TestFoldingByEightIsFolding(t *testing.T) {
	letters := []rune("abcXYZ @[`{~\x7f 09ÀéßΣςİıлКｶﾞが한\u0301\u00ad“﷽日")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 20000 {
		text := make([]rune, r.IntN(40))
		for j := range text {
			if text[j] = letters[r.IntN(len(letters))]; i%3 == 0 {
				text[j] = rune(r.IntN(utf8.RuneSelf))
			}
		}
		s := string(text)
		var want []byte
		var from []int32
		for at := 0; at < len(s); {
			var size int
			want, size = appendFolded(want, s, at)
			for len(from) < len(want) {
				from = append(from, int32(at))
			}
			at += size
		}
		from = append(from, int32(len(s)))
		folded, source := FoldMap(s)
		if folded != string(want) || Fold(s) != folded || !slices.Equal(source, from) {
			t.Fatalf("%q: got %q from %v, want %q from %v", s, folded, source, want, from)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Straße", "か\u3099", "\xff\xfe", "한국 ٢٠٢٤", "\u1112\u1161\u11ab"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded, source := FoldMap(s)
		if folded != Fold(s) && utf8.ValidString(s) {
			t.Fatalf("FoldMap gives %q, Fold %q", folded, Fold(s))
		}
		if len(source) != len(folded)+1 {
			t.Fatalf("%d offsets for %d bytes", len(source), len(folded))
		}
		last := int32(0)
		for _, at := range source {
			if at < last || int(at) > len(s) {
				t.Fatalf("offset %d after %d in a text of %d bytes", at, last, len(s))
			}
			last = at
		}
		for _, tok := range AppendTokens(nil, folded) {
			if tok.Start >= tok.End || tok.End > len(folded) {
				t.Fatalf("token %v of %d bytes", tok, len(folded))
			}
		}
	})
}

func BenchmarkFold(b *testing.B) {
	text := strings.Repeat("Президент России Владимир Путин met Kim Jong-un in Pyongyang. 북한이 ", 50)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		FoldMap(text)
	}
}
