package fetcher

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// route is the connections for one proxy, one set of allowed addresses and one
// set of limits on time, and
// the guard before them. Sources that may reach different addresses share none:
// a connection that one of them opened is no longer checked when another uses it.
type route struct {
	*http.Transport
	guard   *guard
	proxied bool
}

// route is the one for a question.
func (f *Fetcher) route(proxy *url.URL, allow []netip.Prefix, limits Limits) *route {
	key := routeKey(proxy, allow, limits)
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.routes[key]
	if r == nil {
		r = newRoute(proxy, allow, limits)
		f.routes[key] = r
	}
	return r
}

func routeKey(proxy *url.URL, allow []netip.Prefix, limits Limits) string {
	var b strings.Builder
	if proxy != nil {
		b.WriteString(proxy.String())
	}
	for _, p := range allow {
		b.WriteByte(' ')
		b.WriteString(p.String())
	}
	fmt.Fprintf(&b, " %s", limits.Whole) // which the others on time follow
	return b.String()
}

func newRoute(proxy *url.URL, allow []netip.Prefix, limits Limits) *route {
	r := &route{guard: newGuard(allow), proxied: proxy != nil}
	dialer := &net.Dialer{Timeout: limits.Connect, KeepAlive: -1}
	r.Transport = &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    limits.TLS,
		ResponseHeaderTimeout:  limits.Headers,
		MaxResponseHeaderBytes: limits.Header,
		DisableCompression:     true, // we ask for more codings, and count what comes out of them
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        15 * time.Second, // long enough for the next page of a round, not for the next round
		WriteBufferSize:        2 << 10,
	}
	if r.proxied { // who names a proxy trusts it, and it sees the target instead of us
		r.Proxy = http.ProxyURL(proxy)
	} else {
		dialer.ControlContext = r.guard.control
	}
	return r
}

// proxyAddress reads the address of an egress proxy; nil for none.
func proxyAddress(raw string) (*url.URL, error) {
	if raw == "" {
		return nil, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil, fmt.Errorf("the proxy's address is not one: want http://, https:// or socks5:// and a host")
	}
	return u, nil
}
