package news

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strconv"
	"strings"
)

// Key is the identity of an item: a digest of its source and of what the
// outlet calls it.
type Key [10]byte

// ArticleID is the identity of an article for good: the Key that its item
// first came under, shortened, in lower-case base 32.
type ArticleID string

// StoryID is the ArticleID of the article that opened the story, for good.
type StoryID string

// ItemKey is the identity of an item of a source: by its guid; without one, by
// its canonical link; without that, by its folded title and claimed date.
// Items that share a guid in one feed are told apart by SecondKey.
func ItemKey(src SourceID, it *Item) Key {
	switch {
	case it.GUID != "":
		return digest("guid", string(src), it.GUID)
	case it.Link != "":
		return digest("link", string(src), CanonicalLink(it.Link))
	default:
		return digest("title", string(src), called(it), claimed(it))
	}
}

// SecondKey is the identity of an item whose guid another item of the same
// document bears already.
func SecondKey(src SourceID, it *Item) Key {
	return digest("second", string(src), it.GUID, CanonicalLink(it.Link), called(it))
}

// called is what an item is called: its folded title, or, for the feeds whose
// items have none, its folded text.
func called(it *Item) string {
	if title := Fold(it.Title); title != "" {
		return title
	}
	return Fold(it.Summary + " " + it.Content)
}

func claimed(it *Item) string {
	if it.Published.IsZero() {
		return it.DateText
	}
	return it.Published.UTC().Format("2006-01-02T15:04:05Z")
}

// digest hashes parts so that no two different lists of parts run together.
func digest(parts ...string) Key {
	var room [512]byte
	b := room[:0]
	for _, p := range parts {
		b = append(append(strconv.AppendInt(b, int64(len(p)), 10), ':'), p...)
	}
	sum := sha256.Sum256(b)
	return Key(sum[:len(Key{})])
}

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ArticleID is the ID of the article that an item first sent under k becomes:
// 16 characters of a-z and 2-7.
func (k Key) ArticleID() ArticleID { return ArticleID(base32Lower.EncodeToString(k[:])) }

// Names reports whether id is the ArticleID of k, without making one.
func (k Key) Names(id ArticleID) bool {
	var own [16]byte // as long as the encoding of a Key
	base32Lower.Encode(own[:], k[:])
	return string(own[:]) == string(id)
}

// String is k in hexadecimal.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// ValidID reports whether s has the form of an ArticleID or StoryID.
func ValidID(s string) bool {
	return len(s) == 16 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// Sum64 is a digest for comparing texts with their own earlier versions; it is
// never 0, which stands for none. It is FNV-1a of 64 bits.
func Sum64[T string | []byte](parts ...T) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * prime
		}
		h *= prime // a zero byte
	}
	return max(h, 1)
}
