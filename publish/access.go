package publish

import (
	"crypto/sha256"
	"crypto/subtle"
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Access says who may ask, beside the tokens of private topics. The zero value
// lets everybody ask for all that is public, under every name.
type Access struct {
	// Admin are the tokens of the editors, who may read every private topic.
	// Where there is one, what the desk knows of its sources is for them only.
	Admin []string
	// Local says that only this machine can ask, under names of its own. Then the
	// editors' pages are open without a token; else there are none where Admin is
	// empty.
	Local bool
	// Hosts are the names, without port, that are answered for, beside that of
	// the site itself; empty: every name. A list keeps pages elsewhere from
	// reading a desk through a name of their own (DNS rebinding).
	Hosts []string
	// Rate is how many requests a minute one client may make; 0: any number.
	// Clients on this machine and in private networks are not counted: that is
	// where proxies stand, which speak for many.
	Rate int
}

// editorial names the addresses that an Admin token closes to others.
var editorial = []string{"/sources", "/api/sources", workbenchPath}

// doors makes ready what Access says.
func (h *masthead) doors() {
	for _, token := range h.Access.Admin {
		if token != "" {
			h.admin = append(h.admin, sha256.Sum256([]byte(token)))
		}
	}
	names := h.Access.Hosts
	if len(names) == 0 && h.Access.Local {
		names = []string{"localhost", "127.0.0.1", "::1"}
	}
	if len(names) == 0 {
		return
	}
	if u, err := url.Parse(h.Site.URL); err == nil {
		h.hosts = append(h.hosts, bareHost(u.Host))
	}
	for _, name := range names {
		h.hosts = append(h.hosts, bareHost(name))
	}
}

// opens reports whether a token is one of those whose digests are given. It
// takes the same time whatever is wrong with the token.
func opens(digests []digest, token string) bool {
	shown, found := sha256.Sum256([]byte(token)), 0
	for i := range digests {
		found |= subtle.ConstantTimeCompare(shown[:], digests[i][:])
	}
	return token != "" && found == 1
}

// edits reports whether who shows a token is an editor.
func (h *masthead) edits(token string) bool { return opens(h.admin, token) }

// byEditor reports whether who asks is an editor: by token, or where there is none
// because everybody who can ask sits at this machine.
func (h *masthead) byEditor(token string) bool {
	return h.edits(token) || len(h.admin) == 0 && h.Access.Local
}

// forEditors reports whether the pages of the editors can be had at all: by
// token, or because everybody who can ask sits at this machine.
func (h *masthead) forEditors() bool { return len(h.admin) > 0 || h.Access.Local }

// profilesPath begins the addresses of the runtime's profiles.
const profilesPath = "/debug/pprof/"

// editor reports whether a request shows the token of an editor. Where the
// masthead has none, nobody is one.
func editor(r *http.Request, head *masthead) bool {
	shown, _ := takePass(r)
	return head.edits(shown.token)
}

// closedTo is the fault of asking for what is for editors only.
func (h *masthead) closedTo(path, token string) error {
	if len(h.admin) == 0 || !slices.Contains(editorial, path) || h.edits(token) {
		return nil
	}
	return fault{http.StatusUnauthorized, "This is for the editors of the desk: show the admin token, as a bearer token or as ?token= in the address."}
}

// turnedAway is the fault of a request that nothing is answered to, whatever
// it asks for. Health is told to everybody: who asks for it names an address
// of a machine and comes often.
func (s *Server) turnedAway(r *http.Request, head *masthead, path string) error {
	if path == "/healthz" || path == "/readyz" {
		return nil
	}
	if !head.answersTo(r.Host) {
		return fault{http.StatusMisdirectedRequest, "This server does not answer for that host name."}
	}
	if err := s.origins.Check(r); err != nil {
		return fault{http.StatusForbidden, "A page of another site may not write here."}
	}
	if client, counted := clientOf(r.RemoteAddr); counted && !s.turns.take(client, head.Access.Rate, time.Now()) {
		return fault{http.StatusTooManyRequests, "There were too many requests from your address. Please try again in a minute."}
	}
	return nil
}

// answersTo reports whether requests under a host name are answered.
func (h *masthead) answersTo(host string) bool {
	return len(h.hosts) == 0 || slices.Contains(h.hosts, bareHost(host))
}

// bareHost is a host name as it is compared: without port, case or last dot.
func bareHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

// clientOf is who asks from an address with port: an IPv4 address or the IPv6
// network of one site. Forwarded headers are not believed, for everyone can
// write them.
func clientOf(remote string) (client netip.Prefix, counted bool) {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}, false
	}
	addr := peer.Addr().Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	client, _ = addr.Prefix(bits) // every address has that many bits
	return client, !addr.IsLoopback() && !addr.IsPrivate() && !addr.IsLinkLocalUnicast()
}

// turns counts the requests of clients, whatever tells them apart, within a
// minute. It takes the same memory however many clients there are: a client has
// a counter in each of two rows and is as far as the lower one says, so that two
// are mistaken for one only where they meet in both rows.
type turns[K comparable] struct {
	seeds [2]maphash.Seed

	mu     sync.Mutex // guards what follows
	minute int64
	rows   [2][1 << 14]uint32
}

func newTurns[K comparable]() *turns[K] {
	return &turns[K]{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// take counts a request; false: the client has had its rate this minute.
func (t *turns[K]) take(client K, rate int, now time.Time) bool {
	if rate <= 0 {
		return true
	}
	var places [2]*uint32
	for i := range places {
		places[i] = &t.rows[i][maphash.Comparable(t.seeds[i], client)%uint64(len(t.rows[i]))]
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if minute := now.Unix() / 60; minute != t.minute {
		t.minute = minute
		clear(t.rows[0][:])
		clear(t.rows[1][:])
	}
	if min(*places[0], *places[1]) >= uint32(min(rate, 1<<30)) {
		return false
	}
	*places[0]++
	*places[1]++
	return true
}
