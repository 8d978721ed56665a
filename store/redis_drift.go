package store

import (
	"context"
	"sync"
	"sync/atomic"

	"dateline/news"

	"github.com/redis/go-redis/v9"
)

// Stories lie in one slot and ledgers in others, and each slot's server may
// lose its last second alone. A ledger whose stories are lost would vouch for
// them for ever. So each commit of stories leaves its nonce twice: under the
// source beside the stories, and beside the ledger. Where a claim finds that
// the two differ, the articles of the ledger's marks, which lie in the ledger's
// own slot and were saved in the same step as it, come along to be filed again.
// That is too careful where the ledger is what was lost, and harmless.

// highest is the highest revision that this process has seen. A server that was
// promoted may be behind it: then the next revision leaps, or it would be one
// that a reader holds another edition of.
type highest struct{ at atomic.Uint64 }

func (h *highest) see(r news.Revision) {
	for {
		old := h.at.Load()
		if uint64(r) <= old || h.at.CompareAndSwap(old, uint64(r)) {
			return
		}
	}
}

// above reports whether a higher revision than r was seen. Where it was only
// that others went on meanwhile, a commit under r is stale anyway.
func (h *highest) above(r news.Revision) bool { return h.at.Load() > uint64(r) }

// leap is the step of the revision where stories are filed again: beyond all
// that was lost, so that no reader takes a new revision for one it has seen.
const leap = 1 << 20

// drift remembers, for the sources claimed by this process whose stories were
// lost, what the stories' slot says of them.
type drift struct {
	mu   sync.Mutex // guards told
	told map[news.SourceID]string
}

func (d *drift) note(id news.SourceID, told string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told == nil {
		d.told = map[news.SourceID]string{}
	}
	d.told[id] = told
}

func (d *drift) of(id news.SourceID) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	told, ok := d.told[id]
	return told, ok
}

// settled is what a ledger that is saved without stories vouches for, in the
// words of the save script. One that was filed again and changed no story found
// all of them in place, so it vouches for what is there.
func (d *drift) settled(l news.Ledger) string {
	told, lost := d.of(l.Source)
	switch {
	case !lost || len(l.Adrift) > 0:
		return ""
	case told == "":
		return "-"
	default:
		return told
	}
}

// forget ends the memory of a source whose ledger is saved.
func (d *drift) forget(l news.Ledger) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.told, l.Source)
}

func names(list []due) []string {
	ids := make([]string, len(list))
	for i, d := range list {
		ids[i] = d.id
	}
	return ids
}

// placed reads what the stories' slot says of sources. Where the pipeline was
// broken by a script that had to be sent again, it asks again.
func (s *remote) placed(ctx context.Context, first []due, answer *redis.SliceCmd) (map[string]string, error) {
	list, err := answer.Result()
	if err != nil || len(list) != len(first) {
		if list, err = s.client.HMGet(ctx, desk+"placed", names(first)...).Result(); err != nil {
			return nil, err
		}
	}
	told := make(map[string]string, len(first))
	for i, d := range first {
		told[d.id], _ = list[i].(string)
	}
	return told, nil
}

// findAdrift adds to a claimed ledger the articles of its marks that stood
// under a topic.
func (s *remote) findAdrift(ctx context.Context, l *news.Ledger, told string) error {
	s.drift.note(l.Source, told)
	sh := shardOf(l.Source)
	for from := 0; from < len(l.Marks); from += copyBatch {
		var keys []string
		for _, m := range l.Marks[from:min(from+copyBatch, len(l.Marks))] {
			keys = append(keys, sh.article(string(m.Article)))
		}
		bodies, err := s.client.MGet(ctx, keys...).Result()
		if err != nil {
			return err
		}
		for _, b := range bodies {
			text, ok := b.(string)
			if !ok || len(text) <= placeSize {
				continue // never archived, or swept
			}
			a, err := s.values.readArticle([]byte(text[placeSize:]))
			if leftOut(err, s.log) {
				continue
			}
			if err != nil {
				return err
			}
			if len(a.Topics) > 0 {
				l.Adrift = append(l.Adrift, a)
			}
		}
	}
	return nil
}

// placeSize is the length of a place.
const placeSize = 16
