package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"reflect"
	"time"

	"dateline/news"

	"github.com/klauspost/compress/flate"
)

// formLedger is a ledger with its marks in columns: the length of what follows
// compressed, that, and the digests. Digests are noise that no compression
// shortens; all else of the marks of a quiet source is nearly nothing once the
// times stand beside each other. Marks that do not fit are written as before.
const formLedger = 3

// digests is the size of the digests of one mark: its key, link and text.
const digests = len(news.Key{}) + 16

// ledger writes a ledger without its lease, which the store keeps apart.
func (v *values) ledger(l news.Ledger) ([]byte, error) {
	if l.Unread {
		return nil, fmt.Errorf("ledger of %s: its marks were not read", l.Source)
	}
	l.Lease, l.Adrift = 0, nil
	if !columnar(l.Marks) {
		l.Marks = shorten(l.Marks)
		return v.pack("ledger of "+string(l.Source), reflect.ValueOf(&l).Elem())
	}
	marks := l.Marks
	l.Marks, l.Source = nil, "" // the store knows whose it is
	rest := binary.AppendUvarint(nil, uint64(len(marks)))
	rest = appendColumn(rest, marks, func(m *news.Mark) time.Time { return m.Seen })
	rest = appendColumn(rest, marks, func(m *news.Mark) time.Time { return m.Filed })
	rest = v.codec.append(rest, reflect.ValueOf(&l).Elem())
	if size := len(rest) + len(marks)*digests; size > MaxValue {
		return nil, fmt.Errorf("ledger of %s is %d MiB large: the store takes %d MiB", l.Source, size>>20, MaxValue>>20)
	}
	packed, err := deflate(rest)
	if err != nil {
		return nil, fmt.Errorf("pack ledger of %s: %w", l.Source, err)
	}
	b := make([]byte, 0, 4+len(packed)+len(marks)*digests)
	b = binary.AppendUvarint(append(b, formLedger), uint64(len(packed)))
	b = append(b, packed...)
	for i := range marks {
		b = append(b, marks[i].Key[:]...)
		b = binary.LittleEndian.AppendUint64(b, marks[i].Link)
		b = binary.LittleEndian.AppendUint64(b, marks[i].Text)
	}
	return b, nil
}

// wont are words that ledgers are full of. They are part of the form: another
// list is another form.
var wont = []byte("Sun, Mon, Tue, Wed, Thu, Fri, Sat, Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec 2027 2026 :00 GMT" +
	" World news, international News \u2013 RSS Feed.php/index.rdf/rss.xml/feed/atom.xml/rss/news/world/atom 1.0rss 2.0" +
	"http://feeds.rss.co.uk/.org/.net/.de/.fr/.ru/.example/.com/https://www.")

// deflate compresses little texts better than a format with frames.
func deflate(b []byte) ([]byte, error) {
	var packed bytes.Buffer
	err := flate.StatelessDeflate(&packed, b, true, wont)
	return packed.Bytes(), err
}

// inflater undoes deflate. It is kept for the next ledger: its window is many
// times the size of what it reads.
type inflater struct {
	from bytes.Reader
	flat io.ReadCloser // nil: was never used
	to   bytes.Buffer
}

// inflate gives what was deflated, until the inflater is used again.
func (i *inflater) inflate(b []byte) ([]byte, error) {
	i.from.Reset(b)
	if i.flat == nil {
		i.flat = flate.NewReaderDict(&i.from, wont)
	} else if err := i.flat.(flate.Resetter).Reset(&i.from, wont); err != nil {
		return nil, err
	}
	i.to.Reset()
	n, err := i.to.ReadFrom(io.LimitReader(i.flat, MaxValue+1))
	if err == nil && n > MaxValue {
		err = errDamaged
	}
	return i.to.Bytes(), err
}

// largeInflater is the size in bytes past which an inflater is not kept.
const largeInflater = 64 << 10

// columnar reports whether marks are those of a quiet source: never changed,
// under their own articles, with times in whole milliseconds of UTC.
func columnar(marks []news.Mark) bool {
	for i := range marks {
		m := &marks[i]
		if !m.Key.Names(m.Article) || len(m.Prior) > 0 || m.Changes != 0 || !plainTime(m.Seen) || !plainTime(m.Filed) {
			return false
		}
	}
	return len(marks) > 0
}

func plainTime(t time.Time) bool {
	_, offset := t.Zone()
	return offset == 0 && t.Nanosecond()%1e6 == 0 && t.Year() > 1900 && t.Year() < 2200
}

// appendColumn writes times as steps from one to the next, in whole seconds
// where all are, as the dates of feeds mostly are, and in milliseconds otherwise.
func appendColumn(b []byte, marks []news.Mark, at func(*news.Mark) time.Time) []byte {
	unit := int64(1000)
	for i := range marks {
		if at(&marks[i]).Nanosecond() != 0 {
			unit = 1
		}
	}
	b = binary.AppendVarint(b, unit)
	var last int64
	for i := range marks {
		now := at(&marks[i]).UnixMilli() / unit
		b = binary.AppendVarint(b, now-last)
		last = now
	}
	return b
}

func (v *values) readLedger(b []byte, id news.SourceID) (news.Ledger, error) {
	var l news.Ledger
	var err error
	if len(b) > 0 && b[0] == formLedger {
		l, err = v.readColumns(b[1:])
	} else {
		err = v.unpack(b, reflect.ValueOf(&l).Elem())
	}
	if err != nil {
		return news.Ledger{}, fmt.Errorf("read ledger of %s: %w", id, err)
	}
	l.Source = id
	lengthen(l.Marks)
	return l, nil
}

// joinLedger puts together what a file keeps apart; without a poll the body
// holds all.
func (v *values) joinLedger(body, poll []byte, id news.SourceID) (news.Ledger, error) {
	l, err := v.readLedger(body, id)
	if err != nil || poll == nil {
		return l, err
	}
	if l.Poll, err = readPoll(poll); err != nil {
		return news.Ledger{}, fmt.Errorf("read ledger of %s: %w", id, err)
	}
	return l, nil
}

func (v *values) readColumns(b []byte) (news.Ledger, error) {
	r := reader{rest: b}
	packed := r.bytes()
	if r.failed {
		return news.Ledger{}, errDamaged
	}
	flat := v.inflaters.Get().(*inflater)
	defer func() {
		if flat.to.Cap() <= largeInflater {
			v.inflaters.Put(flat)
		}
	}()
	plain, err := flat.inflate(packed)
	if err != nil {
		return news.Ledger{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	rest := reader{rest: plain}
	n := rest.uvarint()
	if rest.failed || n > uint64(len(r.rest)) || uint64(len(r.rest)) != n*uint64(digests) {
		return news.Ledger{}, errDamaged
	}
	marks := make([]news.Mark, n)
	readColumn(&rest, marks, func(m *news.Mark, t time.Time) { m.Seen = t })
	readColumn(&rest, marks, func(m *news.Mark, t time.Time) { m.Filed = t })
	if rest.failed {
		return news.Ledger{}, errDamaged
	}
	var l news.Ledger
	if err := v.codec.decode(rest.rest, reflect.ValueOf(&l).Elem()); err != nil {
		return news.Ledger{}, err
	}
	for i := range marks {
		m := &marks[i]
		r.rest = r.rest[copy(m.Key[:], r.rest):]
		m.Article, m.Link, m.Text = m.Key.ArticleID(), r.fixed(), r.fixed()
	}
	l.Marks = marks
	return l, nil
}

func readColumn(r *reader, marks []news.Mark, put func(*news.Mark, time.Time)) {
	unit := r.varint()
	if unit != 1 && unit != 1000 {
		r.failed = true
		return
	}
	var last int64
	for i := range marks {
		last += r.varint()
		put(&marks[i], time.UnixMilli(last*unit).UTC())
	}
}
