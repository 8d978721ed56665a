package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// remote is the memory of many processes: Redis, one server or a cluster.
// docs/redis.md describes every key.
type remote struct {
	gate     gate
	client   redis.UniversalClient
	values   *values
	log      *slog.Logger
	readOnly bool
	step     steps
	drift    drift
	high     highest // revision that this process has seen
	ahead    ahead

	claims, enrols, saves, tells, forgets, duties, delivers, lapses *redis.Script
}

var _ news.Store = (*remote)(nil)

// The scripts. Each touches the keys of one hash tag only.
var (
	//go:embed scripts/claim.lua
	claimScript string
	//go:embed scripts/enrol.lua
	enrolScript string
	//go:embed scripts/save.lua
	saveScript string
	//go:embed scripts/stories.lua
	storiesScript string
	//go:embed scripts/forget.lua
	forgetScript string
)

// desk is the prefix of all keys of stories, which share one slot.
const desk = "{desk}:"

// shards is how many slots the sources are spread over. It is part of the
// layout: another number is another Version.
const shards = 16

// sitOut is how long a command is repeated that a server turns away for the
// time being. What takes longer is for the desk to try again.
const sitOut = 5 * time.Second

// shard is the prefix of all keys of one shard of sources.
type shard int

func shardOf(id news.SourceID) shard {
	h := fnv.New32a()
	h.Write([]byte(id))
	return shard(h.Sum32() % shards)
}

func (s shard) String() string         { return "{src:" + strconv.Itoa(int(s)) + "}:" }
func (s shard) key(name string) string { return s.String() + name }

func (s shard) ledger(id string) string  { return s.key("ledger:" + id) }
func (s shard) article(id string) string { return s.key("article:" + id) }

func openRedis(ctx context.Context, address string, o Options) (news.Store, error) {
	listen(o.Log)
	client, shown, err := dial(address)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", shown, err)
	}
	client.AddHook(patience{sitOut})
	vals, err := newValues()
	if err != nil {
		client.Close()
		return nil, err
	}
	s := &remote{
		client: client, values: vals, log: o.Log, readOnly: o.ReadOnly, step: o.Step,
		claims: redis.NewScript(claimScript), enrols: redis.NewScript(enrolScript), saves: redis.NewScript(saveScript),
		tells: redis.NewScript(storiesScript), forgets: redis.NewScript(forgetScript),
		duties: redis.NewScript(holdScript), delivers: redis.NewScript(deliveredScript), lapses: redis.NewScript(lapseScript),
	}
	begin := s.begin
	if o.filling {
		begin = s.beginCopy
	}
	if err := awaken(ctx, begin, o.Patience, o.Log.With("url", shown)); err != nil {
		s.Close()
		return nil, fmt.Errorf("store %s: %w", shown, advise(err))
	}
	return s, nil
}

// begin checks the servers and the version, and writes it where there is none.
func (s *remote) begin(ctx context.Context) error {
	if !s.readOnly {
		if err := s.examine(ctx); err != nil {
			return err
		}
		if err := s.client.SetNX(ctx, desk+"version", Version, 0).Err(); err != nil {
			return err
		}
	}
	version, err := s.client.Get(ctx, desk+"version").Result()
	if errors.Is(err, redis.Nil) {
		return verdict("holds no archive: check the address and the database number")
	}
	if err != nil {
		return err
	}
	switch n, err := strconv.Atoi(version); {
	case version == filling:
		return verdict("the key " + desk + "version says that a copy is being written here, or was broken off: wait, or empty the database")
	case err != nil:
		return verdict(fmt.Sprintf("the key %sversion holds %q: another program uses it; choose another database", desk, version))
	case n > Version:
		return fmt.Errorf("%w (store version %d, this one knows %d): use that version, or another database", ErrNewer, n, Version)
	case n < Version && !s.readOnly:
		return s.client.Set(ctx, desk+"version", Version, 0).Err()
	}
	return nil
}

// verdict is what opening finds wrong with a Redis that answers: it says itself
// what a person can do, and waiting does not help.
type verdict string

func (v verdict) Error() string { return string(v) }

// advise adds to an error of opening what a person can do about it.
func advise(err error) error {
	var found verdict
	text := err.Error()
	for _, refusal := range []string{"WRONGPASS", "NOAUTH", "invalid password", "without any password configured"} {
		if strings.Contains(text, refusal) {
			return errors.New("the user or password is refused: check them in the address")
		}
	}
	switch {
	case untrusted(err):
		return fmt.Errorf("the certificate is refused, theirs or ours: check ca, cert and key in the address (%w)", err)
	case strings.Contains(text, "NOPERM"):
		return fmt.Errorf("the user may not do all that is needed: widen its rights (%w)", err)
	case errors.As(err, &found), errors.Is(err, ErrNewer), errors.Is(err, context.Canceled):
		return err
	default:
		return fmt.Errorf("not reachable: start Redis there, or correct the address (%w)", err)
	}
}

// Close waits for what is under way and ends all use.
func (s *remote) Close() error {
	if !s.gate.close() {
		return nil
	}
	s.values.close()
	return fail("close store", s.client.Close())
}

// looking opens the way for a method that reads. Its end is s.gate.leave.
func (s *remote) looking() error { return s.gate.enter() }

// changing opens the way for a method that writes. Its end is s.gate.leave.
func (s *remote) changing() error {
	if s.readOnly {
		return ErrReadOnly
	}
	return s.gate.enter()
}

// runs is one call of a script, for a pipeline.
type runs struct {
	keys []string
	args []any
}

// runAll runs a script several times in one pipeline, with what also adds to
// it; nil: nothing. Where a server does not know the script, after a restart
// or a failover, it is sent again whole.
func (s *remote) runAll(ctx context.Context, script *redis.Script, calls []runs, also func(redis.Pipeliner)) ([]*redis.Cmd, error) {
	cmds := make([]*redis.Cmd, len(calls))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, c := range calls {
			cmds[i] = p.EvalSha(ctx, script.Hash(), c.keys, c.args...)
		}
		if also != nil {
			also(p)
		}
		return nil
	})
	if err == nil {
		return cmds, nil
	}
	for i, cmd := range cmds {
		if redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
			cmds[i] = script.Eval(ctx, s.client, calls[i].keys, calls[i].args...)
		}
		if err := cmds[i].Err(); err != nil {
			return nil, err
		}
	}
	return cmds, nil
}

// run runs a script once.
func (s *remote) run(ctx context.Context, script *redis.Script, keys []string, args ...any) *redis.Cmd {
	return script.Run(ctx, s.client, keys, args...)
}
