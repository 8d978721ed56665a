package main

import (
	"context"
	"sync/atomic"
	"time"

	"dateline/fetcher"
	"dateline/news"
)

// pictures gets what pages show from the outlets. It has a fetcher of its own:
// a page of thirty pictures must not wait for polls, nor polls for it.
type pictures struct {
	fetcher *fetcher.Fetcher
	config  atomic.Pointer[config]
}

// pictureLimits bound one picture. What is larger is not shown.
var pictureLimits = fetcher.Limits{Whole: 15 * time.Second, Turn: 15 * time.Second, Wire: 6 << 20, Decoded: 6 << 20, Redirects: 4}

func newPictures(c *config) (*pictures, error) {
	options := c.fetcherOptions()
	options.Gap, options.Limits = -1, pictureLimits
	f, err := fetcher.New(options)
	if err != nil {
		return nil, err
	}
	p := &pictures{fetcher: f}
	p.config.Store(c)
	return p, nil
}

// get reads a picture as its source may be asked: through its proxy, and at
// the addresses that the config allows it.
func (p *pictures) get(ctx context.Context, id news.SourceID, address string) ([]byte, error) {
	c := p.config.Load()
	src := news.Source{ID: id}
	for i := range c.Sources {
		if c.Sources[i].ID == string(id) {
			src = c.source(&c.Sources[i])
		}
	}
	return p.fetcher.Picture(ctx, src, address)
}
