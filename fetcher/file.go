package fetcher

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"dateline/news"
)

// file reads a feed from a file of this machine. The time of its last change
// and its size are its validator.
func (f *Fetcher) file(u *url.URL, last news.Poll, limits Limits) (answer, error) {
	path, err := filePath(u)
	if err != nil {
		return answer{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return answer{}, fileFault(err)
	}
	if !info.Mode().IsRegular() { // to open a pipe may last for ever
		return answer{}, faultf("the feed's path is not that of a file")
	}
	stamp := fmt.Sprintf("%s %d", info.ModTime().UTC().Format(time.RFC3339Nano), info.Size())
	a := answer{status: http.StatusOK, header: http.Header{"Last-Modified": {stamp}}, asked: u, final: u}
	if last.LastModified == stamp && last.Sum != 0 {
		a.status = http.StatusNotModified
		return a, nil
	}
	a.body, err = f.readFile(path, limits)
	a.whole = err == nil
	return a, err
}

func filePath(u *url.URL) (string, error) {
	if u.Host != "" && u.Host != "localhost" {
		return "", faultf("a file is read from this machine only, not from %s", u.Host)
	}
	path := u.Path
	if path == "" {
		unescaped, err := url.PathUnescape(u.Opaque)
		if err != nil {
			return "", faultf("the feed's path cannot be understood")
		}
		path = unescaped
	}
	if path == "" {
		return "", faultf("the feed's address names no file")
	}
	return filepath.FromSlash(path), nil
}

func (f *Fetcher) readFile(path string, limits Limits) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fileFault(err)
	}
	defer file.Close()
	wire := &meter{from: file, left: limits.Wire}
	sent, err := f.readAll(wire, 0, func(int64) error { return nil })
	if err != nil {
		return nil, fileFault(err)
	}
	body, whole, err := f.decode(sent, nil, limits, limits.Decoded)
	if err != nil {
		return nil, fileFault(err)
	}
	if !whole {
		return nil, fileFault(io.ErrUnexpectedEOF)
	}
	return body, nil
}

func fileFault(err error) error {
	var known *fault
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, fs.ErrNotExist):
		return &fault{text: "there is no such file", cause: err}
	case errors.Is(err, fs.ErrPermission):
		return &fault{text: "the file may not be read", cause: err}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &fault{text: "the compressed file breaks off", cause: err}
	default:
		return &fault{text: "the file cannot be read: " + err.Error(), cause: err}
	}
}
