package fetcher

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"

	"dateline/news"
)

// The bounds of a call to a subscriber of our own hub: how long it may take,
// and how much of an answer is read.
const (
	callTime = 10 * time.Second
	callBody = 1 << 10
)

// Call asks or tells a subscriber of our own hub at its callback: by GET, or
// where there is a body by POST. The address is a stranger's, so it goes
// through the guard as any outlet's does, and no redirect is followed. There is
// no turn at the host to wait for: the hub sees to it that a host gets
// one delivery at a time. An error means that nothing was answered.
func (f *Fetcher) Call(ctx context.Context, address string, header http.Header, body []byte) (status int, answer []byte, err error) {
	callback, err := url.Parse(address)
	if err != nil {
		return 0, nil, faultf("the callback's address cannot be understood")
	}
	q, err := f.question(news.Source{})
	if err != nil {
		return 0, nil, err
	}
	by := f.route(q.proxy, q.allow, q.limits)
	if err := by.guard.checkAddress(callback, by.proxied); err != nil {
		return 0, nil, &fault{text: err.Error(), cause: err}
	}
	if !openPort(portOf(callback)) { // at allowed addresses, too: those are allowed for outlets
		return 0, nil, closedPort(portOf(callback))
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	q.header.Set("Accept-Encoding", "identity")
	maps.Copy(q.header, header)
	req := request(q, callback, false).WithContext(ctx)
	if body != nil {
		req.Method, req.ContentLength = http.MethodPost, int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody()
	}
	resp, err := by.RoundTrip(req)
	if err != nil {
		limits := f.opt.Limits
		limits.Whole = callTime
		return 0, nil, exchangeFault(err, callback.Hostname(), limits)
	}
	defer resp.Body.Close()
	if answer, err = io.ReadAll(io.LimitReader(resp.Body, callBody)); err != nil {
		return 0, nil, fmt.Errorf("read the answer of %s: %w", callback.Hostname(), err)
	}
	return resp.StatusCode, answer, nil
}
