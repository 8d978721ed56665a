package publish

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"dateline/news"
)

// legal is s with nothing in it that XML 1.0 forbids or that says that something
// was lost on the way: control characters, noncharacters, broken UTF-8 and
// U+FFFD, of which validators warn, are dropped.
func legal(s string) string {
	for _, r := range s {
		if !legalRune(r) {
			return strings.Map(func(r rune) rune {
				if legalRune(r) {
					return r
				}
				return -1
			}, s)
		}
	}
	return s
}

// legalRune is the Char production of XML 1.0 without the C1 controls, which
// XML discourages and HTML forbids. Broken UTF-8 is read as U+FFFD.
func legalRune(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case 0x7F <= r && r <= 0x9F, 0xFDD0 <= r && r <= 0xFDEF, r == utf8.RuneError:
		return false
	}
	return r&0xFFFE != 0xFFFE
}

// line is s as one line of legal text: white space runs are one space.
func line(s string) string { return strings.Join(strings.Fields(legal(s)), " ") }

// hexText is s escaped for element content with the hexadecimal references
// that the RSS profile advises for titles.
func hexText(s string) string {
	if s = legal(s); !strings.ContainsAny(s, "&<>\r") {
		return s
	}
	return strings.NewReplacer("&", "&#x26;", "<", "&#x3C;", ">", "&#x3E;", "\r", " ").Replace(s)
}

// address is raw as it may stand in a document: absolute, http or https,
// without credentials, in the characters of RFC 3986 and in its normal form
// (6.2.2), with the host in ASCII; else "". Tracking is left alone: articles
// come with clean links already, and a picture's address may need every
// parameter.
func address(raw string) string {
	u, err := url.Parse(strings.TrimSpace(legal(raw)))
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	host := hostInASCII(u)
	if host == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(u.Scheme + "://" + host)
	writeNormal(&b, orElse(u.EscapedPath(), "/"))
	if u.RawQuery != "" {
		b.WriteByte('?')
		writeNormal(&b, u.RawQuery)
	}
	if u.Fragment != "" {
		b.WriteByte('#')
		writeNormal(&b, u.EscapedFragment())
	}
	return b.String()
}

// hostInASCII is the host of an address with its port, unless that is the
// scheme's own; empty: no host can have that name.
func hostInASCII(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return ""
		}
		host = ascii
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host += ":" + port
	}
	return host
}

// writeNormal writes a part of an address: what is reserved stays, what needs
// no escape has none, all else is escaped with upper-case digits.
func writeNormal(b *strings.Builder, part string) {
	const hexDigits = "0123456789ABCDEF"
	for i := 0; i < len(part); i++ {
		c := part[i]
		escaped := false
		if c == '%' && i+2 < len(part) {
			if v, err := strconv.ParseUint(part[i+1:i+3], 16, 8); err == nil {
				c, escaped, i = byte(v), true, i+2
			}
		}
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0,
			!escaped && strings.IndexByte("!$&'()*+,;=:@/?", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
}

// masked is a feed's address as it may be shown to anyone: without
// credentials, and with the values of its query hidden, because keys and
// tokens travel there.
func masked(feed string) string {
	u, err := url.Parse(feed)
	if err != nil {
		return "(unreadable address)"
	}
	switch u.Scheme {
	case "http", "https":
	case "file":
		return "file:…"
	default:
		return "(address hidden)"
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if u.RawQuery != "" {
		pairs := strings.Split(u.RawQuery, "&")
		for i, pair := range pairs {
			name, _, ok := strings.Cut(pair, "=")
			if !ok {
				name = "…" // a bare value may be the secret itself
				pairs[i] = name
				continue
			}
			pairs[i] = name + "=…"
		}
		u.RawQuery = strings.Join(pairs, "&")
	}
	return u.String()
}

// feedOfOrigin is the address of a source's feed as feeds may name it: masked
// addresses are of no use to a machine, so one with secrets is left at what
// comes before its query.
func feedOfOrigin(src *news.Source) string {
	u, err := url.Parse(src.Feed)
	if err != nil {
		return ""
	}
	if u.User != nil || len(src.Access.Headers) > 0 || src.Access.Cookie != "" || src.Access.Username != "" || u.RawQuery != "" && hasSecrets(u) {
		u.RawQuery = ""
	}
	u.Fragment = ""
	return address(u.String())
}

// hasSecrets reports whether a query has a parameter that may be a key: a
// telling name, or a value that is long and of no word.
func hasSecrets(u *url.URL) bool {
	if namesKey(u) {
		return true
	}
	for _, values := range u.Query() {
		for _, v := range values {
			if len(v) >= 16 || v == "" {
				return true
			}
		}
	}
	return false
}

// namesKey reports whether a query cannot be read or has a parameter that is
// named like a key.
func namesKey(u *url.URL) bool {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return true
	}
	for name := range query {
		name = strings.ToLower(name)
		for _, word := range []string{"key", "token", "auth", "secret", "pass", "sig", "user", "session", "hash"} {
			if strings.Contains(name, word) {
				return true
			}
		}
	}
	return false
}

// holdsSecret reports whether text has a secret of a source in it. Short
// values of its address are words, not secrets.
func holdsSecret(text string, src *news.Source) bool {
	for _, secret := range secretsOf(src) {
		if len(secret) >= 8 && strings.Contains(text, secret) {
			return true
		}
	}
	return false
}

// unsecret hides addresses' secrets in words about a source, whoever put them
// there: faults tend to quote the address that was asked.
func unsecret(words string, src *news.Source) string {
	for _, secret := range secretsOf(src) {
		words = strings.ReplaceAll(words, secret, "…")
	}
	fields := strings.Fields(words)
	for i, f := range fields {
		if at := strings.Index(f, "://"); at > 0 && strings.ContainsAny(f[at:], "?@") {
			start := at
			for start > 0 && f[start-1]|0x20 >= 'a' && f[start-1]|0x20 <= 'z' {
				start--
			}
			end := len(strings.TrimRight(f, `"'.,:;)>]`))
			fields[i] = f[:start] + masked(f[start:end]) + f[end:]
		}
	}
	return strings.Join(fields, " ")
}

// secretsOf are the texts of a source's config that nobody else may see.
func secretsOf(src *news.Source) []string {
	secrets := []string{src.Access.Cookie, src.Access.Password}
	for _, v := range src.Access.Headers {
		secrets = append(secrets, v)
	}
	for _, raw := range []string{src.Feed, src.Access.Proxy} {
		if u, err := url.Parse(raw); err == nil {
			if pass, ok := u.User.Password(); ok {
				secrets = append(secrets, pass)
			}
			secrets = append(secrets, u.RawQuery)
			for _, values := range u.Query() {
				secrets = append(secrets, values...)
			}
		}
	}
	kept := secrets[:0]
	for _, s := range secrets {
		if len(s) >= 4 {
			kept = append(kept, s)
		}
	}
	return kept
}
