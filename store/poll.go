package store

import (
	"encoding/binary"
	"time"

	"dateline/news"
)

// A file keeps the record of a source's last poll apart from its marks, since a
// poll that finds nothing new changes nothing else. It is written some million
// times a day, so its form is plain: one field after the other, none compressed.
// What makes a record long is said six times over by the requests that it
// remembers, so a text that stood before is the number of its place.

// formPoll is the first byte of a record in this form. A field that is added
// to news.Poll makes another form.
const formPoll = 1

// appendPoll writes a record after b.
func appendPoll(b []byte, p *news.Poll) []byte {
	s := pollScribe{b: append(b, formPoll), writing: true}
	s.poll(p)
	return s.b
}

// readPoll reads what appendPoll wrote. Whatever the bytes, it returns an error
// at worst.
func readPoll(b []byte) (p news.Poll, err error) {
	s := pollScribe{in: reader{rest: b}}
	if s.in.octet() != formPoll {
		return news.Poll{}, errDamaged
	}
	s.poll(&p)
	if s.in.failed || len(s.in.rest) > 0 {
		return news.Poll{}, errDamaged
	}
	return p, nil
}

// pollScribe goes through a record and writes it or reads it: one way for
// both, so that they cannot differ.
type pollScribe struct {
	writing bool
	b       []byte // written so far
	in      reader // what is yet to be read
	base    int64  // Unix seconds of the poll, which its other times are near
	told    []string
}

func (s *pollScribe) poll(p *news.Poll) {
	s.time(&p.At)
	s.base = p.At.Unix()
	s.time(&p.Due)
	s.time(&p.NotBefore)
	number(s, &p.Status)
	s.text(&p.ETag)
	s.text(&p.LastModified)
	s.digest(&p.Sum)
	s.time(&p.Read)
	number(s, &p.Asks.Every)
	s.digest(&p.Asks.SkipHours)
	number(s, &p.Asks.SkipDays)
	s.text(&p.Feed)
	s.text(&p.Address)
	s.text(&p.Moving)
	s.time(&p.MovingFrom)
	s.push(&p.Push)
	number(s, &p.Failures)
	s.time(&p.Since)
	s.text(&p.Fault)
	s.flag(&p.Gone)
	s.time(&p.Success)
	s.time(&p.Fresh)
	s.text(&p.Format)
	s.text(&p.Title)
	s.text(&p.Home)
	number(s, &p.Items)
	s.texts(&p.Repairs)
	for _, n := range []*int{&p.Dropped.Empty, &p.Dropped.Excess, &p.Dropped.Twice, &p.Dropped.Faulty, &p.Dropped.Flapped} {
		number(s, n)
	}
	s.requests(&p.Requests)
}

func (s *pollScribe) push(p *news.Push) {
	s.text(&p.Hub)
	s.text(&p.Topic)
	s.text(&p.Token)
	s.time(&p.Asked)
	s.time(&p.Until)
	s.time(&p.Heard)
	number(s, &p.Missed)
}

func (s *pollScribe) requests(list *[]news.Request) {
	for i := range elements(s, list) {
		r := &(*list)[i]
		s.time(&r.At)
		s.text(&r.Address)
		s.texts(&r.Sent)
		number(s, &r.Status)
		s.texts(&r.Got)
		number(s, &r.Length)
		number(s, &r.Items)
		number(s, &r.Took)
		s.text(&r.Fault)
	}
}

func (s *pollScribe) texts(list *[]string) {
	for i := range elements(s, list) {
		s.text(&(*list)[i])
	}
}

// elements is the length of a list, which has it once this returns. One that
// claims more elements than there are bytes left is damaged.
func elements[T any](s *pollScribe, list *[]T) int {
	if s.writing {
		s.b = binary.AppendUvarint(s.b, uint64(len(*list)))
		return len(*list)
	}
	n := s.in.uvarint()
	if n > uint64(len(s.in.rest)) {
		s.in.failed, s.in.rest = true, nil
		return 0
	}
	if n > 0 {
		*list = make([]T, n)
	}
	return int(n)
}

// The numbers that stand before a text.
const (
	textEmpty = iota
	textNew   // it follows
	textTold  // and what is above it: the place, from 0, of a text that stood before
)

// text writes or reads a text.
func (s *pollScribe) text(t *string) {
	if s.writing {
		s.b = s.appendText(s.b, *t)
		return
	}
	switch n := s.in.uvarint(); {
	case n == textEmpty:
	case n == textNew:
		*t = string(s.in.bytes())
		s.told = append(s.told, *t)
	case n-textTold < uint64(len(s.told)):
		*t = s.told[n-textTold]
	default:
		s.in.failed, s.in.rest = true, nil
	}
}

// mostTold bounds the places that are looked through for a text.
const mostTold = 64

func (s *pollScribe) appendText(b []byte, t string) []byte {
	if t == "" {
		return append(b, textEmpty)
	}
	for i, told := range s.told[:min(len(s.told), mostTold)] {
		if told == t {
			return binary.AppendUvarint(b, uint64(i+textTold))
		}
	}
	s.told = append(s.told, t)
	return appendString(append(b, textNew), t)
}

// time writes or reads an instant with its offset, as steps from that of the
// poll; 0 is no time.
func (s *pollScribe) time(t *time.Time) {
	switch {
	case !s.writing:
		if s.in.octet() != 0 {
			*t = s.in.timeFrom(s.base)
		}
	case t.IsZero():
		s.b = append(s.b, 0)
	default:
		s.b = appendTimeFrom(append(s.b, 1), *t, s.base)
	}
}

func (s *pollScribe) digest(n *uint64) {
	switch {
	case !s.writing:
		if s.in.octet() != 0 {
			*n = s.in.fixed()
		}
	case *n == 0:
		s.b = append(s.b, 0)
	default:
		s.b = binary.LittleEndian.AppendUint64(append(s.b, 1), *n)
	}
}

func (s *pollScribe) flag(f *bool) {
	n := btoi(*f)
	number(s, &n)
	*f = n != 0
}

// number writes or reads a whole number.
func number[T ~int | ~int64 | ~uint8](s *pollScribe, n *T) {
	if s.writing {
		s.b = binary.AppendVarint(s.b, int64(*n))
		return
	}
	*n = T(s.in.varint())
}
