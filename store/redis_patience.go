package store

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// turnedAway are the errors by which a server refuses a command for the time
// being, without having done any of it: it loads its file, was a master a
// moment ago, its cluster elects, or the slot is on the move.
var turnedAway = []string{"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"}

// halfMoved is what a script says that looks for a key whose slot is on the
// move. Each of ours looks before it writes, so that it has done nothing.
const halfMoved = "attempted to access a non local key"

// refusal is an error of Redis that passes by itself.
func refusal(err error) bool {
	if err == nil {
		return false
	}
	return strings.Contains(err.Error(), halfMoved) ||
		slices.ContainsFunc(turnedAway, func(prefix string) bool { return redis.HasErrorPrefix(err, prefix) })
}

// patience repeats commands that were turned away, and only those, for a while.
// The client itself repeats them for less than a second and, in a pipeline,
// looks at the first command alone.
type patience struct{ most time.Duration }

// DialHook implements redis.Hook.
func (patience) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (p patience) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		for wait := newPause(p.most); refusal(err) && wait.rest(ctx); {
			cmd.SetErr(nil)
			err = next(ctx, cmd)
		}
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (p patience) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		for wait := newPause(p.most); err != nil; {
			again := refused(cmds)
			if len(again) == 0 || !wait.rest(ctx) {
				return err
			}
			for _, cmd := range again {
				cmd.SetErr(nil)
			}
			if err = next(ctx, again); err == nil {
				err = firstError(cmds)
			}
		}
		return nil
	}
}

// refused are the commands of a pipeline to send again: all, where they are a
// transaction.
func refused(cmds []redis.Cmder) []redis.Cmder {
	var again []redis.Cmder
	for _, cmd := range cmds {
		if refusal(cmd.Err()) {
			again = append(again, cmd)
		}
	}
	if len(again) > 0 && cmds[0].Name() == "multi" {
		return cmds
	}
	return again
}

func firstError(cmds []redis.Cmder) error {
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil {
			return err
		}
	}
	return nil
}

// pause is a wait that grows from one time to the next, until it has been long
// enough.
type pause struct {
	next time.Duration
	ends time.Time
}

const (
	firstPause   = 10 * time.Millisecond
	longestPause = time.Second
)

func newPause(most time.Duration) pause { return pause{next: firstPause, ends: time.Now().Add(most)} }

// rest waits, and reports whether to try again.
func (p *pause) rest(ctx context.Context) bool {
	spread := p.next/2 + rand.N(p.next) // so that many do not come back in one moment
	if time.Now().Add(spread).After(p.ends) {
		return false
	}
	p.next = min(2*p.next, longestPause)
	timer := time.NewTimer(spread)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// awaken begins a store, and where Redis is away, starting or electing a
// master it tries again for as long as it may. It says so once.
func awaken(ctx context.Context, begin func(context.Context) error, most time.Duration, log *slog.Logger) error {
	err := begin(ctx)
	for wait, told := newPause(most), false; away(err) && wait.rest(ctx); err = begin(ctx) {
		if !told {
			log.Warn("the store does not answer yet, waiting for it", "took", most.String(), "err", advise(err))
			told = true
		}
	}
	return err
}

// untrusted reports whether one side refuses the other's certificate.
func untrusted(err error) bool {
	var theirs *tls.CertificateVerificationError
	var ours tls.AlertError
	return errors.As(err, &theirs) || errors.As(err, &ours) || strings.Contains(err.Error(), "remote error: tls")
}

// away reports whether an error of opening is of a Redis that may be there in a
// moment.
func away(err error) bool {
	if err == nil || untrusted(err) {
		return false
	}
	var fault net.Error
	return refusal(err) || errors.As(err, &fault) || slices.ContainsFunc([]string{
		"unreachable", "EOF", "max number of clients", "cluster has no nodes", "NOREPLICAS", "redis: nil",
	}, func(part string) bool { return strings.Contains(err.Error(), part) })
}
