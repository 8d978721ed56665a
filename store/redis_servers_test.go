package store

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/redistest"
	"dateline/store/storetest"
)

// A cache is no archive: what Redis throws away when memory is short is gone.
func TestRedisThatEvictsIsRefused(t *testing.T) {
	server := redistest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
	_, err := Open(t.Context(), server.Address(), Options{Patience: time.Hour})
	wantLine(t, err, nil, "allkeys-lru")
	_, err = Copy(t.Context(), filepath.Join(t.TempDir(), "none.db"), server.Address(), Options{})
	wantLine(t, err, nil, "no such file")
	server.Tell("CONFIG", "SET", "maxmemory-policy", "noeviction")
	openStore(t, server.Address(), Options{})
}

// rights are those that docs/redis.md asks for.
var rights = strings.Fields("-@all +@read +@write +eval +evalsha +multi +exec +ping +hello +info +client|setname +cluster|slots +cluster|shards ~{desk}:* ~{src:*")

// A user with no more rights than the documents ask for can do everything.
func TestUserWithFewRightsKeepsTheContract(t *testing.T) {
	server := redistest.Start(t)
	server.Tell(append([]string{"ACL", "SETUSER", "dateline", "on", ">geh31m"}, rights...)...)
	address := "unix://dateline:geh31m@" + server.Socket()
	storetest.Run(t, func(t *testing.T) news.Store {
		server.Tell("FLUSHALL")
		return openStore(t, address, Options{})
	})
	if log := server.Ask("ACL", "LOG"); strings.Contains(log, "reason") {
		t.Errorf("it tried what it may not do: %s", log)
	}
	server.Tell("ACL", "SETUSER", "dateline", "-evalsha")
	s := openStore(t, address, Options{})
	if err := s.Enrol(t.Context(), []news.SourceID{"a"}); err == nil || !strings.Contains(err.Error(), "NOPERM") {
		t.Errorf("without the right to run scripts: got %v", err)
	}
}

// Over TLS both sides show certificates, of an authority that only the address
// names.
func TestRedisOverTLS(t *testing.T) {
	dir := t.TempDir()
	writeCertificates(t, dir)
	file := func(name string) string { return filepath.Join(dir, name) }
	port := redistest.FreePort(t)
	redistest.Start(t, "--bind", "127.0.0.1", "--tls-port", port, "--tls-cert-file", file("server.pem"), "--tls-key-file", file("server.key"),
		"--tls-ca-cert-file", file("ca.pem"))
	address := "rediss://localhost:" + port
	s := openStore(t, address+"?ca="+file("ca.pem")+"&cert="+file("client.pem")+"&key="+file("client.key"), Options{Patience: 20 * time.Second})
	if err := s.Enrol(t.Context(), []news.SourceID{"a"}); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ name, address, want string }{
		{"an authority that nobody knows", address, "certificate"},
		{"another name", "rediss://127.0.0.1:" + port + "?ca=" + file("ca.pem"), "certificate"},
		{"no certificate of ours", address + "?ca=" + file("ca.pem"), "certificate"},
		{"no such file", address + "?ca=" + file("none.pem"), "none.pem"},
		{"no certificate in the file", address + "?ca=" + file("server.key"), "no certificate"},
		{"a certificate without its key", address + "?cert=" + file("client.pem"), "key"},
	} {
		_, err := Open(t.Context(), c.address, Options{Patience: time.Hour})
		if err == nil {
			t.Errorf("%s: opened", c.name)
			continue
		}
		wantLine(t, err, nil, c.want)
	}
}

// writeCertificates writes an authority and what it signed for a server called
// localhost and for a client.
func writeCertificates(t *testing.T, dir string) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, kind string, der []byte) {
		check(os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	}
	newKey := func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		check(err)
		return key
	}
	authorityKey := newKey()
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	check(err)
	write("ca.pem", "CERTIFICATE", der)
	for i, name := range []string{"server", "client"} {
		key := newKey()
		cert := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 2)), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
			NotBefore: authority.NotBefore, NotAfter: authority.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
		der, err := x509.CreateCertificate(rand.Reader, cert, authority, key.Public(), authorityKey)
		check(err)
		write(name+".pem", "CERTIFICATE", der)
		secret, err := x509.MarshalECPrivateKey(key)
		check(err)
		write(name+".key", "EC PRIVATE KEY", secret)
	}
}
