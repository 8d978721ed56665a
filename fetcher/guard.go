package fetcher

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
	"golang.org/x/text/unicode/norm"
)

// guard decides which addresses may be connected to. It stands at the last
// step, on the resolved address, so that neither a name nor a redirect gets
// around it.
type guard struct {
	allow   []netip.Prefix
	special *ssrf.Guardian
}

func newGuard(allow []netip.Prefix) *guard {
	return &guard{allow: allow, special: ssrf.New(ssrf.WithAnyPort())}
}

// control is a net.Dialer's ControlContext.
func (g *guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return fmt.Errorf("connect to %s over %s: refused", address, network)
	}
	return g.check(target.Addr(), target.Port())
}

// check refuses addresses of a special purpose unless the operator allowed
// them, and ports behind which no outlet serves news.
func (g *guard) check(addr netip.Addr, port uint16) error {
	addr = addr.Unmap()
	if g.allows(addr) {
		return nil
	}
	if g.special.SafeAddr(addr) != nil {
		return &addressError{addr: addr}
	}
	if !openPort(port) {
		return closedPort(port)
	}
	return nil
}

func closedPort(port uint16) error {
	return faultf("port %d is not one that feeds are read from", port)
}

// allows reports whether the operator allowed addr. To allow the NAT64 prefix
// is to allow the network's translator, not every IPv4 address behind it.
func (g *guard) allows(addr netip.Addr) bool {
	if !allowed(g.allow, addr) {
		return false
	}
	if ssrf.IPv6NAT64Prefix.Contains(addr) {
		b := addr.As16()
		inner := netip.AddrFrom4([4]byte(b[12:]))
		return g.special.SafeAddr(inner) == nil || allowed(g.allow, inner)
	}
	return true
}

func allowed(allow []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(allow, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// openPort reports whether a port may be asked: the web's own, and those free
// for anyone's use but the ones where a request would speak to a database, a
// mail server or the like.
func openPort(port uint16) bool {
	switch port {
	case 80, 443:
		return true
	case 1433, 1521, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900, 5984, 5985, 5986,
		6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 9042, 9092, 9200, 9300, 10080, 10250, 11211, 27017:
		return false
	default:
		return port >= 1024
	}
}

// addressError means that an address is refused because of what it is for.
type addressError struct{ addr netip.Addr }

func (e *addressError) Error() string {
	return fmt.Sprintf("%s is %s; to let it be asked, put %s under network.allow, or under allow of this source",
		e.addr, kindOf(e.addr), netip.PrefixFrom(e.addr.WithZone(""), e.addr.BitLen()))
}

func kindOf(addr netip.Addr) string {
	switch {
	case addr.IsLoopback():
		return "this machine's own address"
	case addr.IsPrivate():
		return "an address of a private network"
	case addr.IsLinkLocalUnicast():
		return "a link-local address, where cloud machines keep their secrets"
	case addr.IsMulticast():
		return "a multicast address"
	case addr.IsUnspecified():
		return "no real address"
	default:
		return "an address of a special purpose, not of the public internet"
	}
}

// checkAddress refuses what must not even be tried: other schemes, credentials
// that are not the operator's, and hosts that are spelt to deceive. Where a
// proxy resolves names for us it is also all there is to keep special
// addresses out.
func (g *guard) checkAddress(u *url.URL, proxied bool) error {
	host := strings.TrimSuffix(u.Hostname(), ".")
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return faultf("only http and https addresses are read here, not %q", u.Scheme)
	case host == "":
		return faultf("the address names no host")
	case strings.ContainsAny(u.Host, "\\%") || strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return faultf("the address names a host in a form that is not accepted")
	case portOf(u) == 0:
		return faultf("the address names a port that does not exist")
	case u.User != nil:
		return faultf("the address holds a user name, which only a configured one may")
	}
	plain := strings.ToLower(norm.NFKC.String(host)) // digits of full width are digits to whoever resolves them
	addr, err := netip.ParseAddr(plain)
	if err != nil && endsInNumber(plain) || err == nil && plain != strings.ToLower(host) {
		return faultf("%q is not an address that is accepted", host)
	}
	if !proxied {
		return nil
	}
	if err == nil {
		return g.check(addr, portOf(u))
	}
	if plain == "localhost" || strings.HasSuffix(plain, ".localhost") {
		return g.check(netip.AddrFrom4([4]byte{127, 0, 0, 1}), portOf(u))
	}
	return nil
}

// endsInNumber reports whether a host that is no plain address would be read as
// one by some resolvers: 2130706433, 0x7f.1, 127.1.
func endsInNumber(host string) bool {
	label := host[strings.LastIndexByte(host, '.')+1:]
	if label == "" {
		return false
	}
	return strings.Trim(label, "0123456789") == "" || strings.HasPrefix(label, "0x") && strings.Trim(label[2:], "0123456789abcdef") == ""
}

// portOf is the port of an address; 0: one that there is not.
func portOf(u *url.URL) uint16 {
	switch {
	case u.Port() != "":
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			return 0
		}
		return uint16(port)
	case u.Scheme == "https":
		return 443
	default:
		return 80
	}
}

// origin is scheme, host and port: what credentials and validators belong to.
func origin(u *url.URL) string { return u.Scheme + "://" + hostPort(u) }

// hostPort is the host that a request goes to, for its turn.
func hostPort(u *url.URL) string {
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) + ":" + strconv.Itoa(int(portOf(u)))
}
