package publish

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// answer answers a plain request for a document that is for everybody; false:
// it is something else, and nothing was said. An error ends the connection.
func (k *Kiosk) answer(ctx context.Context, v *visit, r *plainRequest) (answered bool, err error) {
	s, told := k.server, Answer{Method: r.method, Begun: time.Now()}
	head := s.head.Load()
	req, ok := s.plain(head, r.target)
	if !ok || !head.answersTo(r.host) || v.counted && !s.turns.take(v.client, head.Access.Rate, told.Begun) {
		return false, nil
	}
	k.meter.Begin()
	defer func() {
		told.Took = time.Since(told.Begun)
		k.meter.End(told)
	}()
	doc, err := s.current(ctx, head, req, s.patience)
	if err != nil {
		return false, nil
	}
	coding, same := choose(r.asks.codings, doc), unchanged(r.asks, doc)
	c := &doc.codings[coding]
	told.Path, _, _ = strings.Cut(r.target, "?")
	told.Status = http.StatusOK
	body := c.body
	if same {
		told.Status = http.StatusNotModified
	}
	if same || r.method == http.MethodHead {
		body = nil
	}
	v.said = append(v.said[:0], s.writeHead(c, same, req.cacheControl(head))...)
	v.said = append(v.said, k.date(told.Begun)...)
	v.said = append(v.said, "\r\n\r\n"...)
	return true, k.send(v, body, told.Begun)
}

// plain is what a plain request asks for; false: nothing, or what is not for
// everybody, or not the same for a while.
func (s *Server) plain(head *masthead, target string) (request, bool) {
	path, query, _ := strings.Cut(target, "?")
	req, err := s.find(head, head.within(path), query, pass{})
	return req, err == nil && !req.closed && !req.live && !req.varied
}

// writtenHead is the head of an answer up to its date.
type writtenHead struct {
	text      []byte
	freshness string // Cache-Control
}

// writeHead is the head of an answer with a document in one of its codings, up
// to the date, as an http.Server writes it. It is written once.
func (s *Server) writeHead(c *coded, same bool, cacheControl []string) []byte {
	slot, status := &c.written[0], http.StatusOK
	if same {
		slot, status = &c.written[1], http.StatusNotModified
	}
	if held := slot.Load(); held != nil && held.freshness == cacheControl[0] {
		return held.text
	}
	h := http.Header{}
	s.secure(h)
	c.bear(h, same, cacheControl)
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	h.Write(&b) // a Buffer takes everything
	b.WriteString("Date: ")
	slot.Store(&writtenHead{bytes.Clone(b.Bytes()), cacheControl[0]})
	return b.Bytes()
}

// dateLine is a time as answers bear it.
type dateLine struct {
	second int64
	text   string
}

// date is a time as answers bear it, formatted once a second.
func (k *Kiosk) date(now time.Time) string {
	d := k.today.Load()
	if second := now.Unix(); d == nil || d.second != second {
		d = &dateLine{second, now.UTC().Format(http.TimeFormat)}
		k.today.Store(d)
	}
	return d.text
}

// send sends what was said, and a body after it, in one piece.
func (k *Kiosk) send(v *visit, body []byte, now time.Time) error {
	if most := k.house.WriteTimeout; most > 0 {
		if until := now.Add(most); v.untilWritten.Before(until) {
			v.untilWritten = until.Add(slack(most))
			v.conn.SetWriteDeadline(v.untilWritten)
		}
	}
	if len(body) == 0 {
		_, err := v.conn.Write(v.said)
		return err
	}
	v.parts = [2][]byte{v.said, body}
	v.pieces = net.Buffers(v.parts[:])
	_, err := v.pieces.WriteTo(v.conn)
	return err
}
