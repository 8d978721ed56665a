package store

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"

	"dateline/news"

	"github.com/klauspost/compress/zstd"
)

// MaxValue is the size in bytes, before compression, of the largest story,
// article or ledger that a store takes. It is far above what the fetcher lets
// in; a commit with a larger one is refused with an error that names it.
const MaxValue = 64 << 20

// The first byte of a stored value says how the rest is written.
const (
	formPlain  = 1
	formPacked = 2 // zstd
)

// smallest is the size in bytes below which compressing does not pay.
const smallest = 96

// values turns ledgers, articles and stories into the bytes that are stored,
// and back. It may be used from several goroutines.
type values struct {
	codec     *codec
	packer    *zstd.Encoder
	opener    *zstd.Decoder
	inflaters sync.Pool // of *inflater
	binders   sync.Pool // of *binder
}

func newValues() (*values, error) {
	packer, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2),
		zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<18), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("prepare compression: %w", err)
	}
	opener, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(MaxValue), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("prepare compression: %w", err)
	}
	return &values{
		codec: newCodec(news.Ledger{}, news.Article{}, news.Story{}), packer: packer, opener: opener,
		inflaters: sync.Pool{New: func() any { return new(inflater) }},
		binders:   sync.Pool{New: func() any { return new(binder) }},
	}, nil
}

func (v *values) close() {
	v.packer.Close()
	v.opener.Close()
}

func (v *values) article(a *news.Article) ([]byte, error) {
	return v.pack("article "+string(a.ID), reflect.ValueOf(a).Elem())
}

// plain writes an article after b without compressing it.
func (v *values) plain(b []byte, a *news.Article) ([]byte, error) {
	return v.write(b, "article "+string(a.ID), reflect.ValueOf(a).Elem())
}

// story writes a story without its revision, which the store keeps apart.
func (v *values) story(s news.Story) ([]byte, error) {
	s.Revision = 0
	return v.pack("story "+string(s.ID), reflect.ValueOf(&s).Elem())
}

// begunAnew puts an empty ledger in the place of a damaged one: the source is
// asked as if for the first time, and its articles have the IDs that they had.
func begunAnew(l news.Ledger, err error, id news.SourceID, log *slog.Logger) (news.Ledger, error) {
	if !leftOut(err, log) {
		return l, err
	}
	return news.Ledger{Source: id}, nil
}

// leftOut reports whether a value is damaged, and says so. It is read as if it
// were not there: one bad value must not hide all others.
func leftOut(err error, log *slog.Logger) bool {
	if !errors.Is(err, errDamaged) {
		return false
	}
	log.Error("what was stored is damaged and left out", "err", err)
	return true
}

// ownArticle stands for the article of a mark's own key, which nearly all
// marks have; its digits are noise that no compression shortens.
const ownArticle = "\x00"

func shorten(marks []news.Mark) []news.Mark {
	short := slices.Clone(marks)
	for i := range short {
		if m := &short[i]; m.Key.Names(m.Article) {
			m.Article = ownArticle
		}
	}
	return short
}

func lengthen(marks []news.Mark) {
	for i := range marks {
		if m := &marks[i]; m.Article == ownArticle {
			m.Article = m.Key.ArticleID()
		}
	}
}

func (v *values) readArticle(b []byte) (news.Article, error) {
	var a news.Article
	if err := v.unpack(b, reflect.ValueOf(&a).Elem()); err != nil {
		return news.Article{}, fmt.Errorf("read article: %w", err)
	}
	return a, nil
}

func (v *values) readStory(b []byte, rev news.Revision) (news.Story, error) {
	var s news.Story
	if err := v.unpack(b, reflect.ValueOf(&s).Elem()); err != nil {
		return news.Story{}, fmt.Errorf("read story: %w", err)
	}
	s.Revision = rev
	return s, nil
}

func (v *values) pack(what string, value reflect.Value) ([]byte, error) {
	plain, err := v.write(make([]byte, 0, 2048), what, value)
	if err != nil {
		return nil, err
	}
	return v.squeeze(plain), nil
}

// write writes a value after b without compressing it.
func (v *values) write(b []byte, what string, value reflect.Value) ([]byte, error) {
	plain := v.codec.append(append(b, formPlain), value)
	if size := len(plain) - len(b); size > MaxValue {
		return nil, fmt.Errorf("%s is %d MiB large: the store takes %d MiB", what, size>>20, MaxValue>>20)
	}
	return plain, nil
}

// squeeze compresses what begins with formPlain, where that pays.
func (v *values) squeeze(plain []byte) []byte {
	if len(plain) < smallest {
		return plain
	}
	packed := v.packer.EncodeAll(plain[1:], append(make([]byte, 0, len(plain)/2), formPacked))
	if len(packed) >= len(plain) {
		return plain
	}
	return packed
}

func (v *values) unpack(b []byte, into reflect.Value) error {
	plain, err := v.loosen(b)
	if err != nil {
		return err
	}
	return v.codec.decode(plain, into)
}

// loosen undoes squeeze, and takes the form off.
func (v *values) loosen(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, errDamaged
	}
	switch form, rest := b[0], b[1:]; form {
	case formPlain:
		return rest, nil
	case formPacked:
		plain, err := v.opener.DecodeAll(rest, nil)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
		return plain, nil
	default:
		return nil, errDamaged
	}
}
