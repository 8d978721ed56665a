package publish

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/news"
)

// noting is a Meter that passes on what it hears.
type noting struct {
	begun   atomic.Int64
	answers chan Answer
}

func newNoting() *noting { return &noting{answers: make(chan Answer, 100)} }

func (n *noting) Begin() { n.begun.Add(1) }

func (n *noting) End(a Answer) {
	n.begun.Add(-1)
	n.answers <- a
}

// waits are the limits of an http.Server; zero: there are none.
type waits struct{ header, idle, write time.Duration }

// stand serves s on loopback, behind a kiosk where there is a meter.
func stand(t testing.TB, s *Server, l net.Listener, m *noting, limits waits) (server *http.Server, kiosk *Kiosk) {
	t.Helper()
	server = &http.Server{Handler: s, ReadHeaderTimeout: limits.header, IdleTimeout: limits.idle, WriteTimeout: limits.write, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	if m != nil {
		kiosk = NewKiosk(s, l, server, m)
		l = kiosk
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the server ended with %v", err)
		}
		if kiosk != nil {
			gone, cancel := context.WithCancel(context.Background())
			cancel()
			kiosk.Finish(gone)
		}
	})
	return server, kiosk
}

func loopback(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(t testing.TB, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute)) // a test that fails must end
	return c
}

// answers reads n answers as they come, to requests of these methods.
func answers(t testing.TB, c io.Reader, methods ...string) string {
	t.Helper()
	var seen bytes.Buffer
	r := bufio.NewReader(io.TeeReader(c, &seen))
	for _, method := range methods {
		res, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("after %q: %v", seen.String(), err)
		}
		io.Copy(io.Discard, res.Body)
	}
	return aDate.ReplaceAllString(seen.String(), "Date: now\r\n")
}

var aDate = regexp.MustCompile(`Date: [^\r]+\r\n`)

// asks of every kind; those marked are the kiosk's to answer.
var kioskCases = []struct {
	kiosk   bool
	request string
}{
	{true, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\n\r\n"},
	{true, "GET /topics/grain.rss HTTP/1.1\r\nhost: news.example.org:8080\r\nUser-Agent: FeedReader/1.0 (+https://reader.example/)\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nConnection: Keep-Alive\r\n\r\n"},
	{true, "GET /topics/grain.json?limit=1&full=0 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: zstd;q=0.5, br\r\n\r\n"},
	{true, "HEAD /topics/grain.atom HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"},
	{true, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n"},
	{true, "HEAD /topics/grain.atom HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"no\", W/\"other\"\r\n\r\n"},
	{true, "GET /topics/grain.rss HTTP/1.1\r\nHost: x\r\nIf-Modified-Since: Mon, 04 May 2026 13:10:00 GMT\r\n\r\n"},
	{true, "GET /topics/grain.rss HTTP/1.1\r\nHost: x\r\nIf-Modified-Since: Mon, 04 May 2026 13:09:59 GMT\r\n\r\n"},
	{true, "GET /topics/grain.rss HTTP/1.1\r\nHost: x\r\nIf-Modified-Since: yesterday\r\nIf-None-Match:\r\n\r\n"},
	{true, "GET / HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nPragma: no-cache\r\nCache-Control: no-cache\r\nReferer: http://elsewhere.example/\r\nOrigin: null\r\n\r\n"},
	{true, "GET /topics/quiet HTTP/1.1\r\nHost: [::1]:8080\r\nAccept-Encoding: identity;q=0\r\n\r\n"},
	{true, "GET /opml HTTP/1.1\r\nHost: x\r\nX-Header-That-Is-Longer-Than-All-We-Know: \tyes\t\r\n\r\n"},
	{true, "GET /topics/grain/archive/2026-05-03.atom? HTTP/1.1\r\nHost: x\r\n\r\n"},

	{false, "GET /topics/grain.atom HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nAccept-Encoding: br\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nSec-Fetch-Dest: document\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n"},
	{false, "GET /topics/grain.atom?token=abc HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{false, "GET /topics/%67rain.atom HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET http://x/topics/grain.atom HTTP/1.1\r\nHost: y\r\n\r\n"},
	{false, "GET //topics/grain.atom HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET /topics/grain.atom#top HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\nHost: x\n\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nX: caf\xc3\xa9\r\n\r\n"},
	{false, "GET /topics/nothing.atom HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET /topics/grain.atom?limit=0 HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET /sources HTTP/1.1\r\nHost: x\r\n\r\n"},
	{true, "GET /api/topics HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET /style.css HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "POST /topics/grain.atom HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: a b\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n"},
	{false, "GET /topics/grain.atom  HTTP/1.1\r\nHost: x\r\n\r\n"},
	{false, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", mostPlain) + "\r\n\r\n"},
	{false, "BREW /topics/grain.atom HTTP/1.1\r\nHost: x\r\n\r\n"},
}

// The kiosk answers byte for byte as a handler of net/http does, beside the
// date, and leaves to it what is not plain.
func TestKioskAnswersAsTheHandlerDoes(t *testing.T) {
	s, _ := desk(t, richStory(), plainStory(1500))
	heard := newNoting()
	front, plain := loopback(t), loopback(t)
	stand(t, s, front, heard, waits{})
	stand(t, s, plain, nil, waits{})
	check := func(request string, kiosk bool) string {
		t.Helper()
		method, _, _ := strings.Cut(request, " ")
		var got [2]string
		for i, l := range []net.Listener{front, plain} {
			c := dial(t, l)
			io.WriteString(c, request)
			got[i] = answers(t, c, method)
			c.Close()
		}
		if got[0] != got[1] {
			t.Errorf("%.120q: got\n%.600q\nwant\n%.600q", request, got[0], got[1])
		}
		if kiosk {
			if a := <-heard.answers; a.Method != method || !strings.HasPrefix(got[0], fmt.Sprintf("HTTP/1.1 %d ", a.Status)) {
				t.Errorf("%.120q: the meter hears %+v", request, a)
			}
		} else if len(heard.answers) > 0 {
			t.Errorf("%.120q: the kiosk gives %+v", request, <-heard.answers)
		}
		return got[0]
	}
	for _, c := range kioskCases {
		check(c.request, c.kiosk)
		check(c.request, c.kiosk) // from memory now
	}
	for _, coding := range codingNames {
		head := "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\nAccept-Encoding: " + coding + "\r\n"
		tag := regexp.MustCompile(`Etag: (.+)\r\n`).FindStringSubmatch(check(head+"\r\n", true))[1]
		if got := check(head+"If-None-Match: W/\"x\" , "+tag+"\r\n\r\n", true); !strings.HasPrefix(got, "HTTP/1.1 304 ") {
			t.Errorf("%s: got %.20q", coding, got)
		}
	}
	if n := heard.begun.Load(); n != 0 {
		t.Errorf("%d requests have begun and not ended", n)
	}
}

// What several requests in one piece ask is answered in their order, by the
// kiosk as far as it goes and by the http.Server from there on.
func TestKioskHandsOnWhereItLeftOff(t *testing.T) {
	s, _ := desk(t, richStory())
	heard := newNoting()
	l := loopback(t)
	stand(t, s, l, heard, waits{})
	head := func(line string) string { return line + " HTTP/1.1\r\nHost: x\r\n\r\n" }
	c := dial(t, l)
	io.WriteString(c, head("GET /topics/grain.rss")+head("HEAD /topics/grain.atom")+head("GET /healthz")+head("GET /topics/grain.json")+head("GET /read"))
	got := answers(t, c, "GET", "HEAD", "GET", "GET", "GET")
	order := regexp.MustCompile(`Content-Type: [^\r]+|HTTP/1.1 404`).FindAllString(got, -1)
	want := []string{"Content-Type: application/rss+xml; charset=utf-8", "Content-Type: application/atom+xml; charset=utf-8", "Content-Type: text/plain; charset=utf-8",
		"Content-Type: application/feed+json", "HTTP/1.1 404", "Content-Type: text/plain; charset=utf-8"}
	if strings.Join(order, "|") != strings.Join(want, "|") {
		t.Errorf("got %q", order)
	}
	for range 2 {
		<-heard.answers
	}
	if n := len(heard.answers); n != 0 {
		t.Errorf("the kiosk answered %d more", n)
	}

	slow := dial(t, l) // a head that comes byte by byte
	for _, b := range []byte(head("GET /topics/grain.rss")) {
		slow.Write([]byte{b})
	}
	if got := answers(t, slow, "GET"); !strings.HasPrefix(got, "HTTP/1.1 200 OK") {
		t.Errorf("got %.40q", got)
	}
	cut := dial(t, l) // a plain request, then the beginning of another
	io.WriteString(cut, head("GET /topics/grain.rss")+"GET /topics/gr")
	first := answers(t, cut, "GET")
	io.WriteString(cut, "ain.rss HTTP/1.1\r\nHost: x\r\n\r\n")
	if second := answers(t, cut, "GET"); second != first {
		t.Errorf("got %.40q", second)
	}
}

// Who sends nothing is left, before the first request and after it.
func TestKioskLeavesTheSilent(t *testing.T) {
	s, _ := desk(t, plainStory(1))
	l := loopback(t)
	stand(t, s, l, newNoting(), waits{header: 20 * time.Millisecond, idle: 30 * time.Millisecond, write: time.Minute})
	for name, begin := range map[string]string{"new": "", "idle": "GET /opml HTTP/1.1\r\nHost: x\r\n\r\n", "half": "GET /op"} {
		c := dial(t, l)
		io.WriteString(c, begin)
		if name == "idle" {
			answers(t, c, "GET")
		}
		if rest, err := io.ReadAll(c); len(rest) > 0 && name != "half" || err != nil {
			t.Errorf("%s: got %q, %v", name, rest, err)
		}
	}
}

// A client over its rate gets what the handler says to it, and what the kiosk
// answered counts.
func TestKioskKeepsRatesAndHosts(t *testing.T) {
	s, _ := desk(t, plainStory(1))
	m := testMasthead()
	m.Access = Access{Rate: 3, Hosts: []string{"news.example.org"}}
	s.Reload(m)
	l := loopback(t)
	stand(t, s, farListener{l}, newNoting(), waits{})
	for n, want := range []string{"200", "200", "200", "429", "429"} {
		c := dial(t, l)
		io.WriteString(c, "GET /opml HTTP/1.1\r\nHost: news.example.org\r\n\r\n")
		if got := answers(t, c, "GET"); !strings.HasPrefix(got, "HTTP/1.1 "+want) {
			t.Errorf("request %d: got %.20q, want %s", n+1, got, want)
		}
	}
	c := dial(t, l)
	io.WriteString(c, "GET /opml HTTP/1.1\r\nHost: other.example\r\n\r\n")
	if got := answers(t, c, "GET"); !strings.HasPrefix(got, "HTTP/1.1 421") {
		t.Errorf("another name: got %.20q", got)
	}
}

// farListener accepts connections that seem to come from elsewhere.
type farListener struct{ net.Listener }

func (l farListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return farConn{c}, err
}

type farConn struct{ net.Conn }

func (farConn) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 4242}
}

// A connection that stays open sees what changes: news, the config, and what is
// no longer for everybody.
func TestKioskFollowsChanges(t *testing.T) {
	s, m := desk(t, plainStory(1))
	l := loopback(t)
	stand(t, s, l, newNoting(), waits{})
	c := dial(t, l)
	get := func() string {
		io.WriteString(c, "GET /topics/grain.rss HTTP/1.1\r\nHost: x\r\n\r\n")
		return answers(t, c, "GET")
	}
	first := get()
	m.change(func() { m.stories = append(m.stories, plainStory(0)) })
	if got := get(); got == first || !strings.Contains(got, "Ship 0") {
		t.Errorf("a new revision is not shown: %.300q", got)
	}
	changed := testMasthead()
	changed.Every = time.Hour
	s.Reload(changed)
	if got := get(); !strings.Contains(got, "max-age=1800") || !strings.Contains(got, "Ship 0") {
		t.Errorf("a new config is not shown: %.300q", got)
	}
	m.change(func() { m.away = true })
	if got := get(); !strings.HasPrefix(got, "HTTP/1.1 200 OK") {
		t.Errorf("without the archive: got %.40q", got)
	}
	changed.Tokens = map[news.TopicID][]string{"grain": {openSesame}}
	s.Reload(changed)
	if got := get(); !strings.HasPrefix(got, "HTTP/1.1 404") {
		t.Errorf("a private topic: got %.40q", got)
	}
}

// What is private is the handler's to answer, though it lies in memory under the
// same address.
func TestKioskHandsOutNothingPrivate(t *testing.T) {
	s := secretPress(t)
	l := loopback(t)
	heard := newNoting()
	stand(t, s, l, heard, waits{})
	for _, path := range []string{"/topics/closed.atom", "/topics/closed", "/stories/bbbbbbbbbbbbbbbb"} {
		if w := askAs(s, path, openSesame); w.Code != 200 {
			t.Fatalf("%s: got %d", path, w.Code)
		}
		c := dial(t, l)
		io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
		if got := answers(t, c, "GET"); !strings.HasPrefix(got, "HTTP/1.1 404") {
			t.Errorf("%s: got %.60q", path, got)
		}
	}
	for len(heard.answers) > 0 {
		if a := <-heard.answers; a.Status != 0 {
			t.Errorf("the kiosk gives %+v", a)
		}
	}
}

// The end waits for an answer under way, and lets those go who wait for
// nothing; when it can wait no longer it breaks off.
func TestKioskFinishes(t *testing.T) {
	s, _ := desk(t, plainStory(1))
	for name, patient := range map[string]bool{"in its time": true, "broken off": false} {
		t.Run(name, func(t *testing.T) {
			l := pipes{make(chan net.Conn), make(chan struct{})}
			server, kiosk := stand(t, s, l, newNoting(), waits{})
			idle, busy := l.dial(t), l.dial(t)
			const request = "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\n\r\n"
			io.WriteString(idle, request)
			whole := answers(t, idle, "GET")
			io.WriteString(busy, request+request) // of which the second has not begun
			begun := make([]byte, 10)
			io.ReadFull(busy, begun)
			if err := server.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if rest, err := io.ReadAll(idle); len(rest) > 0 || err != nil {
				t.Errorf("the idle connection: %q, %v", rest, err)
			}
			wait, cancel := context.WithCancel(t.Context())
			defer cancel()
			finished := make(chan bool)
			go func() {
				defer close(finished)
				kiosk.Finish(wait)
			}()
			if !patient {
				cancel()
				<-finished
			}
			rest, err := io.ReadAll(busy)
			got := aDate.ReplaceAllString(string(begun)+string(rest), "Date: now\r\n")
			if (got == whole) != patient || err != nil {
				t.Errorf("got %d of %d bytes, %v", len(got), len(whole), err)
			}
			<-finished
		})
	}
}

// pipes is a listener in memory, whose connections hold no byte back: what is
// written waits until it is read.
type pipes struct {
	conns chan net.Conn
	ended chan struct{}
}

func (l pipes) dial(t *testing.T) net.Conn {
	here, there := net.Pipe()
	l.conns <- there
	t.Cleanup(func() { here.Close() })
	return here
}

func (l pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}

func (l pipes) Close() error {
	close(l.ended)
	return nil
}

func (l pipes) Addr() net.Addr { return &net.TCPAddr{} }

// An answer that waits for an archive that does not answer is broken off too.
func TestKioskFinishesWithoutTheArchive(t *testing.T) {
	hanging := &hanging{memory: &memory{revision: 1}, asked: make(chan struct{}, 2)}
	s, err := New(hanging, testMasthead(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := loopback(t)
	server, kiosk := stand(t, s, l, newNoting(), waits{})
	c := dial(t, l)
	io.WriteString(c, "GET /topics/grain.atom HTTP/1.1\r\nHost: x\r\n\r\n")
	<-hanging.asked
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	kiosk.Finish(gone)
	if rest, _ := io.ReadAll(c); len(rest) > 0 {
		t.Errorf("got %q", rest)
	}
}

// hanging is an archive that does not answer.
type hanging struct {
	*memory
	asked chan struct{}
}

func (h *hanging) Revision(ctx context.Context, _ news.TopicID) (news.Revision, error) {
	h.asked <- struct{}{}
	<-ctx.Done()
	return 0, ctx.Err()
}

// failing fails now and then to accept.
type failing struct {
	net.Listener
	errs chan error
}

func (l failing) Accept() (net.Conn, error) {
	select {
	case err := <-l.errs:
		return nil, err
	default:
		return l.Listener.Accept()
	}
}

type passing struct{}

func (passing) Error() string   { return "too many open files" }
func (passing) Timeout() bool   { return false }
func (passing) Temporary() bool { return true }

func TestKioskOutlivesFaults(t *testing.T) {
	archive := &memory{stories: []news.Story{plainStory(1)}, revision: 1, ledgers: map[news.SourceID]news.Ledger{}}
	broken := &breaking{memory: archive}
	var said lockedBuffer
	s, err := New(broken, testMasthead(), Options{Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	l := failing{loopback(t), make(chan error, 2)}
	l.errs <- passing{}
	l.errs <- passing{}
	stand(t, s, l, newNoting(), waits{})
	const request = "GET /topics/grain.rss HTTP/1.1\r\nHost: x\r\n\r\n"
	c := dial(t, l.Listener)
	io.WriteString(c, request)
	answers(t, c, "GET")
	broken.set(true)
	io.WriteString(c, request)
	if rest, _ := io.ReadAll(c); len(rest) > 0 {
		t.Errorf("got %q", rest)
	}
	if !strings.Contains(said.String(), "broke") || !strings.Contains(said.String(), "level=ERROR") {
		t.Errorf("the log says %q", said.String())
	}
	broken.set(false)
	c = dial(t, l.Listener)
	io.WriteString(c, request)
	answers(t, c, "GET")
}

// breaking is an archive that has a fault of the program.
type breaking struct {
	*memory
	lock   sync.Mutex
	broken bool
}

func (b *breaking) set(broken bool) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.broken = broken
}

func (b *breaking) Revision(ctx context.Context, topic news.TopicID) (news.Revision, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.broken {
		panic("it broke")
	}
	return b.memory.Revision(ctx, topic)
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// What the kiosk takes for a plain request is one to net/http too, with the same
// meaning and no body.
func FuzzPlainRequests(f *testing.F) {
	for _, c := range kioskCases {
		f.Add([]byte(c.request))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := readPlain(b)
		if !ok {
			return
		}
		r := bufio.NewReader(bytes.NewReader(b))
		want, err := http.ReadRequest(r)
		if err != nil {
			t.Fatalf("net/http: %v", err)
		}
		if want.Method != got.method || want.RequestURI != got.target || want.Host != got.host || want.URL.RequestURI() != got.target && want.URL.RequestURI()+"?" != got.target ||
			want.Proto != "HTTP/1.1" || want.Close || want.ContentLength != 0 || len(want.TransferEncoding) > 0 || len(want.Trailer) > 0 {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		if path, query, _ := strings.Cut(got.target, "?"); want.URL.Path != path || want.URL.RawQuery != query {
			t.Fatalf("got %q and %q, want %+v", path, query, want.URL)
		}
		if asked := asksOf(want); asked != got.asks {
			t.Fatalf("got %+v, want %+v", got.asks, asked)
		}
		if shown, _ := takePass(want); shown != (pass{}) {
			t.Fatalf("it shows a token")
		}
		if rest, _ := io.ReadAll(r); !bytes.Equal(rest, b[got.size:]) {
			t.Fatalf("%d bytes are the head, net/http leaves %q", got.size, rest)
		}
	})
}

func BenchmarkReadPlain(b *testing.B) {
	request := []byte("GET /topics/grain.atom HTTP/1.1\r\nHost: news.example.org\r\nUser-Agent: FeedReader/1.0 (+https://reader.example/)\r\n" +
		"Accept: application/atom+xml, */*;q=0.1\r\nAccept-Encoding: gzip, br\r\nIf-None-Match: \"0123456789abcdef01234567\"\r\n\r\n")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := readPlain(request); !ok {
			b.Fatalf("%q is not plain", request)
		}
	}
}
