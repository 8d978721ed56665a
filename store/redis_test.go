package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/news"
	"dateline/store/redistest"
	"dateline/store/storetest"
)

// startRedis starts a redis-server of its own and returns its address.
func startRedis(t testing.TB, args ...string) string {
	t.Helper()
	return redistest.Start(t, args...).Address()
}

// empty removes all that a server holds.
func empty(t testing.TB, address string) {
	t.Helper()
	client, _, err := dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.FlushAll(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestRedisKeepsTheContract(t *testing.T) {
	address := startRedis(t)
	storetest.Run(t, func(t *testing.T) news.Store {
		empty(t, address)
		return openStore(t, address, Options{})
	})
}

func TestRedisForgetsScriptsWithoutHarm(t *testing.T) {
	address := startRedis(t)
	s := openStore(t, address, Options{}).(*remote)
	for round := range 3 {
		if err := s.client.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		ids := []news.SourceID{"a", "b", "c", "d", "e", "f"}
		if err := s.Enrol(t.Context(), ids); err != nil {
			t.Fatal(err)
		}
		now := noon.Add(time.Duration(round) * time.Hour)
		got, err := s.Claim(t.Context(), now, time.Minute, 10)
		if err != nil || len(got) != len(ids) {
			t.Fatalf("claimed %d, %v; want %d", len(got), err, len(ids))
		}
		in := news.Intake{Ledger: got[0], Stories: []news.Story{oneStory("s")}, Base: news.Revision(round)}
		if _, err := s.Commit(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSeveralProcessesShareRedis(t *testing.T) {
	address := startRedis(t)
	one, two := openStore(t, address, Options{}), openStore(t, address, Options{})
	if err := one.Enrol(t.Context(), []news.SourceID{"a", "b", "c", "d"}); err != nil {
		t.Fatal(err)
	}
	first, err := one.Claim(t.Context(), noon, time.Minute, 2)
	if err != nil {
		t.Fatal(err)
	}
	second, err := two.Claim(t.Context(), noon, time.Minute, 10)
	if err != nil || len(first) != 2 || len(second) != 2 {
		t.Fatalf("claimed %d and %d, %v; want 2 and 2", len(first), len(second), err)
	}
	if _, err := one.Commit(t.Context(), news.Intake{Ledger: first[0], Stories: []news.Story{oneStory("s")}}); err != nil {
		t.Fatal(err)
	}
	if rev, err := two.Revision(t.Context(), "x"); rev != 1 || err != nil {
		t.Errorf("the other process sees revision %d, %v; want 1", rev, err)
	}
	looker := openStore(t, address, Options{ReadOnly: true})
	if st, err := looker.Story(t.Context(), "s"); err != nil || st.ID != "s" {
		t.Errorf("got %+v, %v", st, err)
	}
	wantReadOnly(t, looker)
}

func TestKeysCarryHashTags(t *testing.T) {
	address := startRedis(t)
	s := openStore(t, address, Options{}).(*remote)
	if err := s.Enrol(t.Context(), []news.SourceID{"a", "b"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Claim(t.Context(), noon, time.Minute, 1)
	if err != nil {
		t.Fatal(err)
	}
	in := news.Intake{Ledger: got[0], Stories: []news.Story{oneStory("s")}, Articles: oneStory("s").Articles}
	if _, err := s.Commit(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	keys, err := s.client.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if ok, _ := filepath.Match("{desk}:*", key); ok {
			continue
		}
		if ok, _ := filepath.Match("{src:*}:*", key); !ok {
			t.Errorf("key %q is of no slot of ours", key)
		}
	}
	if len(keys) < 10 {
		t.Errorf("only %d keys: %q", len(keys), keys)
	}
}

func TestRedisRefusals(t *testing.T) {
	const secret = "geh31m"
	address := startRedis(t, "--requirepass", secret)
	path := address[len("unix://"):]
	for _, c := range []struct{ name, address, want string }{
		{"no password", address, "password is refused"},
		{"wrong password", "unix://:wr0ng" + secret + "@" + path, "password is refused"},
		{"an option misspelt", "rediss://:" + secret + "@127.0.0.1:1?cafile=x", `there is no option "cafile": want tls, ca, cert or key`},
		{"nobody there", "unix://:" + secret + "@" + path + "x", "not reachable"},
		{"nobody at the port", "redis://u:" + secret + "@127.0.0.1:1", "not reachable"},
		{"port", "redis://u:" + secret + "@h:99999", "port"},
		{"database", "redis://u:" + secret + "@h/x", "not a number"},
		{"hosts", "redis://u:" + secret + "@h,i", "several hosts"},
		{"cluster's database", "redis-cluster://u:" + secret + "@h/3", "no database"},
		{"no master", "redis-sentinel://u:" + secret + "@h", "no master"},
		{"no host", "redis://u:" + secret + "@/0", "host is missing"},
	} {
		_, err := Open(t.Context(), c.address, Options{})
		if err == nil {
			t.Errorf("%s: opened", c.name)
			continue
		}
		wantLine(t, err, nil, c.want)
		if text := err.Error(); len(text) == 0 || strings.Contains(text, secret) {
			t.Errorf("%s: the password is shown: %s", c.name, text)
		}
	}
	s := openStore(t, "unix://:"+secret+"@"+path, Options{}).(*remote)
	if err := s.client.Set(t.Context(), desk+"version", Version+1, 0).Err(); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), "unix://:"+secret+"@"+path, Options{})
	wantLine(t, err, ErrNewer, "another database")
	if err := s.client.Set(t.Context(), desk+"version", "shopping list", 0).Err(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), "unix://:"+secret+"@"+path, Options{})
	wantLine(t, err, nil, "another program")
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]redisAddress{
		"redis://h":                       {scheme: "redis", hosts: []string{"h:6379"}},
		"redis://:p%40ss@h:7000/3":        {scheme: "redis", hosts: []string{"h:7000"}, password: "p@ss", db: 3},
		"rediss://me:x@h":                 {scheme: "rediss", hosts: []string{"h:6379"}, user: "me", password: "x", tls: true},
		"redis://[::1]:7":                 {scheme: "redis", hosts: []string{"[::1]:7"}},
		"redis://[::1]":                   {scheme: "redis", hosts: []string{"[::1]:6379"}},
		"redis-cluster://a:1,b":           {scheme: "redis-cluster", hosts: []string{"a:1", "b:6379"}},
		"redis-cluster://a?tls=true":      {scheme: "redis-cluster", hosts: []string{"a:6379"}, tls: true},
		"redis-sentinel://u:p@a,b:5/m":    {scheme: "redis-sentinel", hosts: []string{"a:26379", "b:5"}, master: "m", user: "u", password: "p"},
		"redis-sentinel://a/m/2":          {scheme: "redis-sentinel", hosts: []string{"a:26379"}, master: "m", db: 2},
		"unix:///run/redis.sock?db=1":     {scheme: "unix", hosts: []string{"/run/redis.sock"}, db: 1},
		"unix://u:p@/run/redis.sock?db=1": {scheme: "unix", hosts: []string{"/run/redis.sock"}, user: "u", password: "p", db: 1},
	} {
		got, err := parseAddress(address)
		got.shown = ""
		if err != nil || storetest.Same(fields(got), fields(want)) != "" {
			t.Errorf("%s: got %+v, %v; want %+v", address, got, err, want)
		}
	}
}

// fields lays an address open for comparison.
func fields(a redisAddress) any {
	return struct {
		Scheme, User, Password, Master string
		Hosts                          []string
		DB                             int
		TLS                            bool
	}{a.scheme, a.user, a.password, a.master, a.hosts, a.db, a.tls}
}

// A server that was promoted lacks the last commits. What comes after them is
// not given a revision under which a reader may hold what was lost.
func TestLostRevisionIsNotGivenAgain(t *testing.T) {
	s, err := Open(t.Context(), startRedis(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(id string, base news.Revision) news.Revision {
		t.Helper()
		rev, err := s.Commit(t.Context(), news.Intake{Stories: []news.Story{oneStory(news.StoryID(id))}, Base: base})
		if err != nil {
			t.Fatal(err)
		}
		return rev
	}
	first := put("a", 0)
	second := put("b", first)
	if second != first+1 {
		t.Fatalf("revision %d after %d", second, first)
	}
	if err := s.(*remote).client.Set(t.Context(), desk+"revision", uint64(first), 0).Err(); err != nil { // the second commit is lost
		t.Fatal(err)
	}
	third := put("c", first)
	if third <= second {
		t.Errorf("revision %d after a lost %d", third, second)
	}
	if next := put("d", third); next != third+1 {
		t.Errorf("revision %d after %d: every commit leaps", next, third)
	}
}
