package demo

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer is what an outlet's server says.
type answer struct {
	status   int
	kind     string // media type
	body     []byte
	modified time.Time
	validate bool   // it bears ETag and Last-Modified, and honours them
	gzip     bool   // compressed where the client takes it
	retry    string // Retry-After
}

func missing() answer {
	return answer{status: http.StatusNotFound, kind: "text/html; charset=utf-8", body: []byte("<!DOCTYPE html><title>404</title><h1>Not found</h1>")}
}

// send writes an answer as a well-behaved server does, and notes the request.
func (w *World) send(rw http.ResponseWriter, r *http.Request, a answer) {
	h := rw.Header()
	h.Set("Content-Type", a.kind)
	if a.retry != "" {
		h.Set("Retry-After", a.retry)
	}
	if a.validate {
		etag := tagOf(a.body)
		h.Set("ETag", etag)
		h.Set("Last-Modified", a.modified.UTC().Format(http.TimeFormat))
		if unchanged(r, etag, a.modified) {
			h.Del("Content-Type")
			rw.WriteHeader(http.StatusNotModified)
			w.note(r, http.StatusNotModified)
			return
		}
	}
	if a.gzip {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			a.body = zip(a.body)
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.note(r, a.status)
	rw.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		rw.Write(a.body) // a reader that went away is nobody's fault
	}
}

// unchanged reports whether the client has this version: by its ETag, or
// without one by its date.
func unchanged(r *http.Request, etag string, modified time.Time) bool {
	if held := r.Header.Get("If-None-Match"); held != "" {
		for tag := range strings.SplitSeq(held, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == "*" || tag == etag {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !modified.Truncate(time.Second).After(since)
}

func tagOf(body []byte) string {
	h := fnv.New64a()
	h.Write(body)
	return fmt.Sprintf(`"%016x"`, h.Sum64())
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(body) // a bytes.Buffer takes everything
	z.Close()
	return b.Bytes()
}
