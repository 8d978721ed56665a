package fetcher

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// fault is what is wrong with an outlet, in words for a person. Addresses in it
// are cut down to hosts: the rest of a feed's address may be a secret.
type fault struct {
	text   string
	cause  error
	status int       // of the answer; 0: there was none
	until  time.Time // the outlet is not to be asked before
}

func (f *fault) Error() string { return f.text }

// Unwrap returns what went wrong underneath.
func (f *fault) Unwrap() error { return f.cause }

func faultf(format string, args ...any) *fault { return &fault{text: fmt.Sprintf(format, args...)} }

// statusFault says in words what a status means for somebody who wants to read
// a document.
func statusFault(status int) *fault {
	meaning := ""
	switch status {
	case http.StatusBadRequest:
		meaning = "the server does not understand the request"
	case http.StatusUnauthorized:
		meaning = "the server wants a user name and a password"
	case http.StatusPaymentRequired:
		meaning = "the server wants to be paid"
	case http.StatusForbidden:
		meaning = "the server refuses to serve us"
	case http.StatusNotFound:
		meaning = "there is nothing at this address"
	case http.StatusProxyAuthRequired:
		meaning = "the proxy wants a user name and a password"
	case http.StatusGone:
		meaning = "the server says that this address is gone for good"
	case http.StatusTooManyRequests:
		meaning = "the server finds that it is asked too often"
	case http.StatusUnavailableForLegalReasons:
		meaning = "the server may not serve this for legal reasons"
	case http.StatusServiceUnavailable:
		meaning = "the server is overloaded or under repair"
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		meaning = "the server cannot reach the server behind it"
	default:
		switch {
		case status >= 500:
			meaning = "the server has an error of its own"
		case status >= 400:
			meaning = "the server refuses the request"
		default:
			meaning = "the server does not answer with a document"
		}
	}
	return &fault{text: fmt.Sprintf("%s (%s)", meaning, strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))), status: status}
}

// exchangeFault says in words why an exchange with a host failed.
func exchangeFault(err error, host string, limits Limits) *fault {
	var known *fault
	if errors.As(err, &known) {
		return known
	}
	return &fault{text: exchangeText(err, host, limits), cause: err}
}

func exchangeText(err error, host string, limits Limits) string {
	var dns *net.DNSError
	var op *net.OpError
	var record tls.RecordHeaderError
	message := err.Error()
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("there is no host named %s", host)
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %s could not be resolved", host)
	case certificateText(err) != "":
		return fmt.Sprintf("the certificate of %s %s", host, certificateText(err))
	case errors.As(err, &record), strings.Contains(message, "tls:"), strings.Contains(message, "server gave HTTP response to HTTPS client"):
		return fmt.Sprintf("%s does not speak TLS as it should", host)
	case strings.Contains(message, "TLS handshake timeout"):
		return fmt.Sprintf("%s did not finish the TLS handshake within %s", host, limits.TLS)
	case strings.Contains(message, "timeout awaiting response headers"):
		return fmt.Sprintf("%s did not begin to answer within %s", host, limits.Headers)
	case strings.Contains(message, "response headers exceeded"), strings.Contains(message, "header list too large"), strings.Contains(message, "larger than MaxResponseHeaderBytes"):
		return fmt.Sprintf("%s sends more than %s of headers", host, size(limits.Header))
	case errors.As(err, &op) && op.Op == "proxyconnect", strings.Contains(message, "proxyconnect"), strings.Contains(message, "socks connect"):
		return "the proxy could not be reached, or did not connect to " + host
	case errors.Is(err, syscall.ECONNREFUSED):
		return host + " refuses the connection"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return host + " cannot be reached from here"
	case errors.As(err, &op) && op.Op == "dial" && op.Timeout():
		return fmt.Sprintf("no connection to %s within %s", host, limits.Connect)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("%s was not done within %s", host, limits.Whole)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return host + " closed the connection without an answer"
	case strings.Contains(message, "malformed HTTP"):
		return host + " does not speak HTTP"
	default:
		return fmt.Sprintf("the exchange with %s failed: %s", host, message)
	}
}

// certificateText says what is wrong with a certificate; empty: nothing is.
func certificateText(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var other *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unknown):
		return "is signed by nobody we trust"
	case errors.As(err, &name):
		return "is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "has expired or is not valid yet"
	case errors.As(err, &invalid), errors.As(err, &other):
		return "is not valid"
	default:
		return ""
	}
}

// connectFailed reports whether err means that the host could not be reached at
// all, as against an answer that was bad or refused by us.
func connectFailed(err error) bool {
	var refused *addressError
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &refused) {
		return false
	}
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" || strings.Contains(err.Error(), "TLS handshake timeout")
}

// size is a number of bytes for a person.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.3g MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.3g KiB", float64(n)/(1<<10))
	case n == 1:
		return "1 byte"
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
