package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// dial makes a client for an address, without connecting yet, and returns the
// address as it may be shown.
func dial(address string) (redis.UniversalClient, string, error) {
	a, err := parseAddress(address)
	if err != nil {
		return nil, maskAddress(address), err
	}
	o := a.options()
	if a.tls {
		if o.TLSConfig, err = a.secured(); err != nil {
			return nil, a.shown, err
		}
	}
	switch a.scheme {
	case "redis", "rediss", "unix":
		return redis.NewClient(o.Simple()), a.shown, nil
	case "redis-sentinel":
		return redis.NewFailoverClient(o.Failover()), a.shown, nil
	default:
		return redis.NewClusterClient(o.Cluster()), a.shown, nil
	}
}

// redisAddress is an address taken apart.
type redisAddress struct {
	scheme   string
	hosts    []string
	user     string
	password string
	master   string
	db       int
	tls      bool
	ca       string // file of the authorities that may vouch for a server; empty: those of the system
	cert     string // file of our own certificate; empty: we show none
	key      string // file of its key
	shown    string // without the password
}

// parseAddress takes an address apart. net/url refuses lists of hosts, so they
// are cut here.
func parseAddress(address string) (redisAddress, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	a := redisAddress{scheme: scheme, shown: maskAddress(address)}
	rest, query, _ := strings.Cut(rest, "?")
	options, err := url.ParseQuery(query)
	if err != nil {
		return a, errors.New("what follows the question mark is not key=value")
	}
	for option := range options {
		if !slices.Contains([]string{"tls", "ca", "cert", "key", "db"}, option) {
			return a, fmt.Errorf("there is no option %q: want tls, ca, cert or key", option)
		}
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		user, password, _ := strings.Cut(rest[:at], ":")
		rest = rest[at+1:]
		var errs [2]error
		a.user, errs[0] = url.PathUnescape(user)
		a.password, errs[1] = url.PathUnescape(password)
		if errors.Join(errs[:]...) != nil {
			return a, errors.New("the user or password has a % that is no escape: write it as %25")
		}
	}
	hosts, path, _ := strings.Cut(rest, "/")
	port := "6379"
	db := path
	switch scheme {
	case "redis", "rediss", "redis-cluster":
		a.tls = scheme == "rediss"
	case "redis-sentinel":
		port = "26379"
		a.master, db, _ = strings.Cut(path, "/")
		if a.master == "" {
			return a, errors.New("names no master: write redis-sentinel://HOST,HOST/MASTER")
		}
	case "unix":
		a.hosts, db = []string{rest}, options.Get("db")
	default:
		return a, fmt.Errorf("unknown scheme %s: use a file path, redis, rediss, redis-sentinel, redis-cluster or unix", scheme)
	}
	a.tls = a.tls || options.Get("tls") == "true"
	a.ca, a.cert, a.key = options.Get("ca"), options.Get("cert"), options.Get("key")
	if a.hosts == nil {
		if a.hosts, err = splitHosts(hosts, port); err != nil {
			return a, err
		}
	}
	if db != "" {
		if a.db, err = strconv.Atoi(db); err != nil || a.db < 0 {
			return a, fmt.Errorf("the database %q is not a number", db)
		}
	}
	switch {
	case len(a.hosts) > 1 && (scheme == "redis" || scheme == "rediss"):
		return a, errors.New("names several hosts: use redis-cluster or redis-sentinel for that")
	case a.db != 0 && scheme == "redis-cluster":
		return a, errors.New("a cluster has no database but 0")
	}
	return a, nil
}

func splitHosts(list, port string) ([]string, error) {
	var hosts []string
	for _, h := range strings.Split(list, ",") {
		host, p, err := net.SplitHostPort(h)
		if err != nil {
			host, p = strings.Trim(h, "[]"), port
		}
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return nil, fmt.Errorf("the port %q is not a number from 1 to 65535", p)
		}
		if host == "" {
			return nil, errors.New("a host is missing")
		}
		hosts = append(hosts, net.JoinHostPort(host, p))
	}
	return hosts, nil
}

// options carries the settings that all kinds of Redis share. A command is
// sent again after a broken connection: every script bears that.
func (a redisAddress) options() *redis.UniversalOptions {
	o := &redis.UniversalOptions{
		Addrs: a.hosts, Username: a.user, Password: a.password, DB: a.db, MasterName: a.master,
		ClientName: "dateline", DialTimeout: 3 * time.Second, DialerRetries: 1, ReadTimeout: 10 * time.Second,
		WriteTimeout: 10 * time.Second, ContextTimeoutEnabled: true, MaxRetries: 3,
	}
	return o
}

// secured is how we speak TLS. The name that a server must have is that of each
// host dialled.
func (a redisAddress) secured() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.ca != "" {
		text, err := os.ReadFile(a.ca)
		if err != nil {
			return nil, fmt.Errorf("read the authorities: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("there is no certificate in %s", a.ca)
		}
	}
	if a.cert != "" || a.key != "" {
		ours, err := tls.LoadX509KeyPair(a.cert, a.key)
		if err != nil {
			return nil, fmt.Errorf("read our certificate and its key: %w", err)
		}
		c.Certificates = []tls.Certificate{ours}
	}
	return c, nil
}

// maskAddress hides the password of an address, well formed or not.
func maskAddress(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	at := strings.LastIndex(rest, "@")
	if !found || at < 0 {
		return address
	}
	user, _, pair := strings.Cut(rest[:at], ":")
	if !pair {
		user = "" // it may be a password that lost its colon
	}
	return scheme + "://" + user + ":***@" + rest[at+1:]
}
