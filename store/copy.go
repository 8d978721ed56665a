package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"dateline/news"
)

// Facts are what a store is found to hold.
type Facts struct {
	Kind     string        `json:"kind"` // embedded or redis
	Version  int           `json:"version"`
	Revision news.Revision `json:"revision"`
	Enrolled int           `json:"enrolled"` // sources on the due-list
	Left     int           `json:"left"`     // sources that are off it and remembered
	Ledgers  int           `json:"ledgers"`
	Articles int           `json:"articles"`
	Stories  int           `json:"stories"`
	Topics   int           `json:"topics"`
	Bytes    int64         `json:"bytes"` // the file with its log, or what Redis uses for everything in it

	Subscribers int `json:"subscribers"` // of our own hub
}

// Info looks at the store at an address without changing it.
func Info(ctx context.Context, address string) (Facts, error) {
	s, err := openWhole(ctx, address, Options{ReadOnly: true})
	if err != nil {
		return Facts{}, err
	}
	defer s.Close()
	facts, err := s.facts(ctx)
	facts.Version = Version
	return facts, fail("look at the store", err)
}

// Copied counts what Copy wrote.
type Copied struct {
	Sources  int `json:"sources"`
	Ledgers  int `json:"ledgers"`
	Articles int `json:"articles"`
	Stories  int `json:"stories"`
	Damaged  int `json:"damaged"` // values that could not be read, and were left behind

	Subscribers int `json:"subscribers"` // of our own hub
}

// Copy writes all that the store at one address holds to another, which must
// hold nothing: ledgers with due times, archived articles, stories with their
// revisions, what topics were filled by, and subscriptions at our hub. Leases are not copied. The first
// store may be in use: ledgers are read before the stories, so that the copy
// never vouches for an item that it lacks. What is broken off can neither be
// opened nor be mistaken for a whole copy.
func Copy(ctx context.Context, from, to string, o Options) (Copied, error) {
	var count Copied
	src, err := openWhole(ctx, from, Options{Log: o.Log, ReadOnly: true})
	if err != nil {
		return count, err
	}
	defer src.Close()
	file, embeds := embeddedPath(to)
	target := to
	if embeds {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return count, fmt.Errorf("store %s: there is a file already: name another, or move it away", file)
		}
		target = "sqlite:" + file + ".part"
		if err := removeFile(file + ".part"); err != nil {
			return count, fmt.Errorf("clear away an earlier copy: %w", err)
		}
	}
	dst, err := openWhole(ctx, target, Options{Log: o.Log, filling: true})
	if err != nil {
		return count, err
	}
	if err := src.dump(ctx, func(l load) error {
		count.add(l)
		if o.Progress != nil {
			o.Progress(count)
		}
		return dst.take(ctx, l)
	}); err != nil {
		return count, errors.Join(fail("copy", err), dst.Close())
	}
	if err := errors.Join(dst.whole(ctx), dst.Close()); err != nil {
		return count, fail("finish the copy", err)
	}
	if embeds {
		return count, fail("finish the copy", os.Rename(file+".part", file))
	}
	return count, nil
}

// embeddedPath is the path of the file that an address names, if it does.
func embeddedPath(address string) (string, bool) {
	if rest, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return strings.TrimPrefix(rest, "//"), true
	}
	return address, !strings.Contains(address, "://")
}

func removeFile(path string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// load is some of what a store holds, in the form in which both kinds keep it.
type load struct {
	sources  []keptSource
	articles []keptArticle
	stories  []keptStory
	rest     *keptRest // comes once, at the end
	damaged  int
}

type keptSource struct {
	id         string
	enrolled   bool
	due, asked int64  // microseconds
	ledger     []byte // nil: never polled
}

type keptArticle struct {
	id     string
	source news.SourceID
	kept   int64 // when it was archived, in nanoseconds
	body   []byte
}

type keptStory struct {
	id       string
	filed    int64
	revision news.Revision
	facets   []string
	body     []byte
}

type keptRest struct {
	revision news.Revision
	topics   map[string]news.Revision
	filled   map[news.TopicID]uint64

	subscribers []news.Subscriber
}

func (c *Copied) add(l load) {
	c.Sources += len(l.sources)
	for _, s := range l.sources {
		if s.ledger != nil {
			c.Ledgers++
		}
	}
	c.Articles += len(l.articles)
	c.Stories += len(l.stories)
	c.Damaged += l.damaged
	if l.rest != nil {
		c.Subscribers += len(l.rest.subscribers)
	}
}

// movable is a store that can be copied and be a copy.
type movable interface {
	news.Store
	facts(context.Context) (Facts, error)
	// dump hands over everything, ledgers first.
	dump(ctx context.Context, give func(load) error) error
	// take saves what dump handed over.
	take(ctx context.Context, l load) error
	// whole declares the copy complete.
	whole(ctx context.Context) error
}

var (
	_ movable = (*embedded)(nil)
	_ movable = (*remote)(nil)
)

func openWhole(ctx context.Context, address string, o Options) (movable, error) {
	s, err := Open(ctx, address, o)
	if err != nil {
		return nil, err
	}
	return s.(movable), nil
}

// copyBatch is how many values are moved at a time.
const copyBatch = 200

// readable fills in what a store must know of an article beside its bytes.
func (v *values) readable(a keptArticle) (keptArticle, error) {
	held, err := v.readArticle(a.body)
	a.source = held.Source
	return a, err
}

// listed fills in the listings of a story.
func (v *values) listed(st keptStory) (keptStory, error) {
	held, err := v.readStory(st.body, st.revision)
	if err == nil {
		st.facets = facets(&held)
	}
	return st, err
}
