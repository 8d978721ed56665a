package fetcher

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"dateline/news"
)

// Picture reads a picture that an article of a source shows. No credentials are
// sent, robots.txt is not asked (a reader's browser would not ask either), and
// what the body holds is for the caller to judge. The error is in words for a
// person, or wraps that of ctx.
func (f *Fetcher) Picture(ctx context.Context, src news.Source, address string) ([]byte, error) {
	ctx, done := f.Burdened(ctx)
	defer done()
	at, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, faultf("the picture's address cannot be understood")
	}
	at.User = nil
	q, err := f.question(src)
	if err != nil {
		return nil, err
	}
	q.address = at
	q.header.Set("Accept", "image/avif, image/webp, image/png, image/jpeg, image/gif")
	a, err := f.ask(ctx, q)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("ask for the picture: %w", ctx.Err())
	case err != nil:
		return nil, err
	case a.status != http.StatusOK:
		return nil, statusFault(a.status)
	case !a.whole:
		return nil, faultf("the picture broke off")
	}
	return a.body, nil
}
