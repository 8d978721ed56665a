package fetcher

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"dateline/news"
)

func TestGuardRefusesSpecialAddresses(t *testing.T) {
	g := newGuard(nil)
	for _, s := range []string{"127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
		"fc00::1", "fe80::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::808:808", "2002:7f00:1::", "2001::1", "2001:db8::1"} {
		if g.check(netip.MustParseAddr(s), 443) == nil {
			t.Errorf("%s is let through", s)
		}
	}
	for _, s := range []string{"8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111"} {
		if err := g.check(netip.MustParseAddr(s), 443); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestGuardKnowsPorts(t *testing.T) {
	g := newGuard(loopback)
	public, own := netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("127.0.0.1")
	for port, ok := range map[uint16]bool{80: true, 443: true, 8080: true, 1024: true, 65535: true, 22: false, 25: false, 1: false, 6379: false, 11211: false} {
		if got := g.check(public, port) == nil; got != ok {
			t.Errorf("port %d: let through %v, want %v", port, got, ok)
		}
		if err := g.check(own, port); err != nil {
			t.Errorf("port %d of an allowed address: %v", port, err)
		}
	}
}

func TestAllowingNAT64AllowsNoPrivateAddressBehindIt(t *testing.T) {
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("64:ff9b::/96")})
	if err := g.check(netip.MustParseAddr("64:ff9b::808:808"), 443); err != nil {
		t.Error(err)
	}
	if g.check(netip.MustParseAddr("64:ff9b::7f00:1"), 443) == nil {
		t.Error("127.0.0.1 is reached through NAT64")
	}
}

func TestThisMachineIsRefusedUnlessAllowed(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, feedOf(1)) })
	closed := func(o *Options) { o.Allow = nil }
	for _, feed := range []string{s.URL, under("localhost", s), under("LOCALHOST", s)} {
		wantFault(t, faultOf(t, open(t, closed), source(feed), news.Poll{}), "this machine's own address; to let it be asked, put")
	}
	src := source(s.URL)
	src.Access.Allow = loopback
	f := open(t, closed)
	if _, err := f.Fetch(t.Context(), src, news.Poll{}, noon); err != nil {
		t.Fatalf("a source that is allowed to: %v", err)
	}
	wantFault(t, faultOf(t, f, source(s.URL), news.Poll{}), "network.allow") // not over the other's connection
	for _, feed := range []string{"http://169.254.169.254/", "http://127.1/", "http://0x7f.1/", "http://017700000001/", "http://[fe80::1%25eth0]/", under("１２７.0.0.1", s), "ftp://x.example/", "http:///x", "%", "http://x.example:99999/"} {
		wantFault(t, faultOf(t, f, source(feed), news.Poll{}), "")
	}
}

// relay is a proxy that answers every request itself and notes what was asked.
func relay(t *testing.T) (*httptest.Server, *[]string) {
	var asked []string
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.String())
		fmt.Fprint(w, feedOf(2))
	}), &asked
}

func TestConfiguredProxyIsUsed(t *testing.T) {
	proxy, asked := relay(t)
	f := open(t, func(o *Options) { o.Allow, o.Proxy, o.Gap = nil, proxy.URL, -1 })
	r := fetch(t, f, "http://gazette.example/feed", news.Poll{})
	if len(r.Items) != 2 || fmt.Sprint(*asked) != "[GET http://gazette.example/feed]" {
		t.Errorf("got %d items; the proxy was asked %q", len(r.Items), *asked)
	}
	own, ownAsked := relay(t)
	src := source("http://gazette.example/feed")
	src.Access.Proxy = own.URL
	if _, err := f.Fetch(t.Context(), src, news.Poll{}, noon); err != nil || len(*ownAsked) != 1 {
		t.Errorf("a source's own proxy: err %v, asked %q", err, *ownAsked)
	}
}

func TestProxyIsNoWayToSpecialAddresses(t *testing.T) {
	proxy, asked := relay(t)
	f := open(t, func(o *Options) { o.Allow, o.Proxy = nil, proxy.URL })
	for _, feed := range []string{"http://127.0.0.1/", "http://localhost/", "http://x.localhost./", "http://[::1]/", "http://169.254.169.254/", "http://１０.0.0.1/", "http://2130706433/"} {
		faultOf(t, f, source(feed), news.Poll{})
	}
	if len(*asked) != 0 {
		t.Errorf("the proxy was asked %q", *asked)
	}
}

func TestProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	proxy, asked := relay(t)
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, feedOf(1)) })
	fetch(t, open(t), s.URL, news.Poll{})
	if len(*asked) != 0 {
		t.Errorf("the environment's proxy was asked %q", *asked)
	}
}

func TestSOCKSProxyIsUsed(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := make(chan string, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		serveSOCKS(ln, target)
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	r := fetch(t, open(t, func(o *Options) { o.Allow, o.Proxy = nil, "socks5://"+ln.Addr().String() }), "http://gazette.example/feed", news.Poll{})
	if got := <-target; len(r.Items) != 2 || got != "gazette.example:80" {
		t.Errorf("got %d items by way of %q", len(r.Items), got)
	}
}

// serveSOCKS takes one connection as a SOCKS5 proxy and answers it with a feed.
func serveSOCKS(ln net.Listener, target chan<- string) {
	conn, err := ln.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	buf := make([]byte, 300)
	_, _ = io.ReadFull(conn, buf[:2])
	_, _ = io.ReadFull(conn, buf[:buf[1]])
	_, _ = conn.Write([]byte{5, 0})
	_, _ = io.ReadFull(conn, buf[:5])
	name := make([]byte, int(buf[4])+2)
	_, _ = io.ReadFull(conn, name)
	target <- fmt.Sprintf("%s:%d", name[:len(name)-2], int(name[len(name)-2])<<8|int(name[len(name)-1]))
	_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	_, _ = conn.Read(buf)
	body := feedOf(2)
	fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func FuzzCheckAddress(f *testing.F) {
	for _, s := range []string{"http://127.0.0.1/", "http://localhost", "http://[::ffff:7f00:1]:80/", "http://0x7f000001/", "https://gazette.example:8443/x", "http://１２７.1/", "http://a%00b/"} {
		f.Add(s)
	}
	g := newGuard(nil)
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := url.Parse(raw)
		if err != nil || g.checkAddress(u, true) != nil {
			return
		}
		if addr, err := netip.ParseAddr(u.Hostname()); err == nil && g.special.SafeAddr(addr.Unmap()) != nil {
			t.Errorf("%q passes", raw)
		}
		if host := strings.ToLower(u.Hostname()); host == "localhost" || host == "localhost." {
			t.Errorf("%q passes", raw)
		}
	})
}
