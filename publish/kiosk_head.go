package publish

import (
	"bytes"
	"net/http"
	"strings"
)

// mostPlain bounds the head of a plain request in bytes.
const mostPlain = 4 << 10

// plainRequest is a GET or HEAD in HTTP/1.1 (RFC 9112) in which nothing calls
// for more than looking a document up. What does not fit that mould, however
// lawful, is none; it is not judged here.
type plainRequest struct {
	method string // http.MethodGet or http.MethodHead
	target string // path and query, of letters that stand for themselves
	host   string
	asks   asks
	size   int // bytes of the head
}

// readPlain reads the head of a request at the beginning of b. What it takes,
// http.ReadRequest takes with the same meaning, and without a body.
func readPlain(b []byte) (r plainRequest, ok bool) {
	end := bytes.Index(b[:min(len(b), mostPlain)], []byte("\r\n\r\n"))
	if end < 0 {
		return plainRequest{}, false
	}
	r.size = end + len("\r\n\r\n")
	first, lines, _ := strings.Cut(string(b[:end+2]), "\r\n")
	if !r.takeFirst(first) {
		return plainRequest{}, false
	}
	for lines != "" {
		var line string
		line, lines, _ = strings.Cut(lines, "\r\n")
		name, value, found := strings.Cut(line, ":")
		if !found || !r.takeLine(name, strings.Trim(value, " \t")) {
			return plainRequest{}, false
		}
	}
	return r, r.host != ""
}

// takeFirst reads the request line.
func (r *plainRequest) takeFirst(line string) bool {
	method, rest, _ := strings.Cut(line, " ")
	target, version, _ := strings.Cut(rest, " ")
	if method != http.MethodGet && method != http.MethodHead || version != "HTTP/1.1" {
		return false
	}
	// Two slashes at the front name a host.
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.Contains(target, "token=") {
		return false
	}
	path, query, _ := strings.Cut(target, "?")
	r.method, r.target = method, target
	return all(path, inPath) && all(query, inQuery)
}

// maxName is longer than every name of a header that is of any meaning here.
const maxName = 24

// takeLine reads a line of the head. Lines that mean nothing to the server are
// passed over; those that mean more than is looked at here make the request no
// plain one, and so does a second line of those that are.
func (r *plainRequest) takeLine(name, value string) bool {
	if name == "" || !all(name, inName) || !all(value, inValue) {
		return false
	}
	var lower [maxName]byte
	if len(name) > len(lower) {
		return true
	}
	for i := range len(name) {
		lower[i] = name[i]
		if 'A' <= name[i] && name[i] <= 'Z' {
			lower[i] += 'a' - 'A'
		}
	}
	switch string(lower[:len(name)]) {
	case "host":
		first := r.host == ""
		r.host = value
		return first && value != "" && all(value, inHost)
	case "accept-encoding":
		return once(&r.asks.codings, value)
	case "if-none-match":
		first := !r.asks.tagged
		r.asks.tags, r.asks.tagged = value, true
		return first
	case "if-modified-since":
		return once(&r.asks.since, value)
	case "connection":
		return strings.EqualFold(value, "keep-alive")
	case "authorization", "content-length", "expect", "http2-settings", "if-range", "range", "sec-fetch-dest", "te",
		"traceparent", "trailer", "transfer-encoding", "upgrade":
		return false
	}
	return true
}

// once sets a field that may be set once, to something.
func once(field *string, value string) bool {
	first := *field == ""
	*field = value
	return first && value != ""
}

// letters is a set of bytes.
type letters [256]bool

// The bytes of the parts of a head, as narrow as ordinary clients are: no
// escapes in targets, no bytes beyond ASCII anywhere.
var (
	inPath  = lettersOf(alphanumeric + "/-._~")
	inQuery = lettersOf(alphanumeric + "/-._~=&,:")
	inHost  = lettersOf(alphanumeric + "-.:[]")
	inName  = lettersOf(alphanumeric + "!#$%&'*+-.^_`|~") // token, RFC 9110 section 5.6.2
	inValue = lettersOf(alphanumeric + " \t!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
)

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func lettersOf(s string) *letters {
	var l letters
	for i := range len(s) {
		l[s[i]] = true
	}
	return &l
}

func all(s string, of *letters) bool {
	for i := range len(s) {
		if !of[s[i]] {
			return false
		}
	}
	return true
}
