package news

import (
	"net/url"
	"slices"
	"strings"
)

// CleanLink is an address fit for print: absolute, http or https, without
// credentials, tracking parameters and known wrappers around the real address.
// Anything else gives "".
func CleanLink(raw string) string {
	u := parseLink(raw)
	if u == nil {
		return ""
	}
	return u.String()
}

// CanonicalLink is what two addresses of one page have in common: CleanLink
// without scheme, fragment, "www", mobile and AMP forms, with the query sorted.
// It is for comparing, not for fetching. A link that is not http or https is
// its own canonical form.
func CanonicalLink(raw string) string {
	u := parseLink(raw)
	if u == nil {
		return strings.TrimSpace(raw)
	}
	host := u.Hostname()
	for _, prefix := range []string{"www.", "m.", "mobile.", "amp."} {
		if rest, ok := strings.CutPrefix(host, prefix); ok && strings.Contains(rest, ".") {
			host = rest
			break
		}
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	path := u.EscapedPath()
	path = strings.TrimSuffix(path, "/")
	path = strings.TrimSuffix(path, "/amp")
	if rest, ok := strings.CutSuffix(path, ".amp.html"); ok {
		path = rest + ".html"
	}
	query := u.Query()
	query.Del("amp")
	if query.Get("outputType") == "amp" {
		query.Del("outputType")
	}
	key := host + path
	if q := query.Encode(); q != "" {
		key += "?" + q
	}
	if strings.HasPrefix(u.Fragment, "!") || strings.HasPrefix(u.Fragment, "/") {
		key += "#" + u.Fragment // a page drawn by script: the fragment is its path
	}
	return key
}

// parseLink reads an http or https address and cleans it; nil where it is none.
func parseLink(raw string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(raw))
	for range 3 { // wrappers inside wrappers, but not for ever
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil
		}
		inner := unwrap(u)
		if inner == "" {
			break
		}
		u, err = url.Parse(inner)
	}
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	u.User = nil
	u.Host = strings.ToLower(u.Host)
	if u.Scheme == "http" {
		u.Host = strings.TrimSuffix(u.Host, ":80")
	} else {
		u.Host = strings.TrimSuffix(u.Host, ":443")
	}
	u.RawQuery = strings.ReplaceAll(withoutTracking(u.RawQuery), " ", "%20")
	u.ForceQuery = false
	if isTrackingFragment(u.Fragment) {
		u.Fragment, u.RawFragment = "", ""
	}
	return u
}

// unwrap gives the address that a redirector's address carries in its query.
func unwrap(u *url.URL) string {
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	var names []string
	switch {
	case strings.HasPrefix(host, "google.") && u.Path == "/url":
		names = []string{"url", "q"}
	case (host == "l.facebook.com" || host == "lm.facebook.com") && u.Path == "/l.php":
		names = []string{"u"}
	case host == "bing.com" && u.Path == "/news/apiclick.aspx":
		names = []string{"url"}
	}
	for _, name := range names {
		if v := u.Query().Get(name); strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://") {
			return v
		}
	}
	return ""
}

// withoutTracking drops tracking parameters and leaves the order and spelling
// of the others alone.
func withoutTracking(query string) string {
	if query == "" {
		return ""
	}
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return pair == "" || isTracking(strings.ToLower(name))
	})
	return strings.Join(kept, "&")
}

// isTracking knows the parameters that say where a click came from and never
// what is shown.
func isTracking(name string) bool {
	for _, prefix := range []string{"utm_", "at_", "mtm_", "pk_", "piwik_", "hsa_", "mc_", "ns_", "wt_", "ga_", "oly_", "vero_", "xtor"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid", "igshid",
		"igsh", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "cmpid", "cmp", "ocid", "ito", "smid", "smtyp", "ftag", "ncid",
		"sr_share", "soc_src", "soc_trk", "taid", "tblci", "wprov", "s_cid", "icid", "traffic_source", "guccounter", "guce_referrer", "guce_referrer_sig":
		return true
	}
	return false
}

func isTrackingFragment(fragment string) bool {
	for _, prefix := range []string{"utm_", "xtor=", "Echobox=", "at_", "ref=", "tracking", "comments", "respond", "rss"} {
		if strings.HasPrefix(fragment, prefix) {
			return true
		}
	}
	return false
}
