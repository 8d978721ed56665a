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
// without scheme, fragment, "www", mobile, AMP and print forms, with the query
// sorted. It is for comparing, not for fetching. A link that is not http or
// https is its own canonical form.
func CanonicalLink(raw string) string {
	u := parseLink(raw)
	if u == nil {
		return strings.TrimSpace(raw)
	}
	host := u.Hostname()
	for _, prefix := range []string{"www.", "m.", "mobile.", "amp.", "print.", "touch.", "wap."} {
		if rest, ok := strings.CutPrefix(host, prefix); ok && strings.Contains(rest, ".") {
			host = rest
			break
		}
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	query := u.Query()
	for name := range query {
		if isForm(strings.ToLower(name), strings.ToLower(query.Get(name))) {
			query.Del(name)
		}
	}
	key := host + barePath(u.EscapedPath())
	if q := query.Encode(); q != "" {
		key += "?" + q
	}
	if strings.HasPrefix(u.Fragment, "!") || strings.HasPrefix(u.Fragment, "/") {
		key += "#" + u.Fragment // a page drawn by script: the fragment is its path
	}
	return key
}

// barePath is a path without what names a form of the page: AMP, print, the
// index of a folder.
func barePath(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	path = strings.TrimSuffix(path, "/")
	for _, end := range []string{"/amp", "/print", ".amp", "/index.html", "/index.htm", "/index.php"} {
		if rest, ok := strings.CutSuffix(path, end); ok && rest != "" {
			path = rest
			break
		}
	}
	if rest, ok := strings.CutSuffix(path, ".amp.html"); ok {
		path = rest + ".html"
	}
	if rest, ok := strings.CutPrefix(path, "/amp/"); ok {
		path = "/" + rest
	}
	return path
}

// isForm knows the parameters that ask for a page in another form. A number may
// be that of the page: print=48213.
func isForm(name, value string) bool {
	switch name {
	case "amp", "print", "printable":
		return len(value) <= 1 || !isNumber(value)
	case "output", "outputtype", "view", "mode", "format":
		return value == "amp" || value == "print"
	}
	return false
}

// ArticleLink is what two addresses of one article have in common, even if
// its headline in the path was changed: the host and the number of the article
// at the beginning or the end of the path's last piece, or else the
// CanonicalLink. Shorter numbers count within one folder only. What may be a
// figure of the headline (10000) or a day (20260302, 260302) is no such number:
// two different articles may share it.
func ArticleLink(raw string) string {
	canonical := CanonicalLink(raw)
	host, path, ok := strings.Cut(canonical, "/")
	if !ok || strings.ContainsAny(path, "?#") {
		return canonical
	}
	folder, last := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		folder, last = path[:i], path[i+1:]
	}
	switch number := articleNumber(last); {
	case len(number) >= 7:
		return host + "#" + number
	case len(number) >= 5:
		return host + "/" + folder + "#" + number
	}
	return canonical
}

// articleNumber is the number of an article that the last piece of a path begins
// or ends with, apart from an extension such as ".html"; "": it has none.
func articleNumber(last string) string {
	if i := strings.LastIndexByte(last, '.'); i > 0 && len(last)-i <= len(".shtml") && !isNumber(last[i+1:]) {
		last = last[:i]
	}
	pieces := strings.FieldsFunc(last, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	if len(pieces) == 0 {
		return ""
	}
	number := ""
	for _, piece := range []string{pieces[0], pieces[len(pieces)-1]} {
		if len(piece) > len(number) && namesArticle(piece) {
			number = piece
		}
	}
	return number
}

// namesArticle reports whether a piece of a path is the number of an article,
// and neither a round figure nor a day with or without the time.
func namesArticle(s string) bool {
	if len(s) < 5 || len(s) > 24 || !isNumber(s) || strings.HasSuffix(s, "000") {
		return false
	}
	switch len(s) {
	case 6:
		return !isDay("20"+s) && !isDay("20"+s[4:]+s[2:4]+s[:2])
	case 8:
		return !isDay(s) && !isDay(s[4:]+s[2:4]+s[:2])
	case 10, 12, 14:
		return !isDay(s[:8])
	}
	return true
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// isDay reports whether eight digits are a year of the web's age, a month and a day.
func isDay(s string) bool {
	year, month, day := s[:4], s[4:6], s[6:8]
	return (strings.HasPrefix(year, "19") || strings.HasPrefix(year, "20")) && "01" <= month && month <= "12" && "01" <= day && day <= "31"
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
	if inner := unwrapAMP(host, u.EscapedPath()); inner != "" {
		return inner
	}
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

// unwrapAMP gives the address that the path of an AMP cache or viewer carries:
// /c/s/www.example.org/story, with s for https.
func unwrapAMP(host, path string) string {
	switch {
	case strings.HasSuffix(host, ".cdn.ampproject.org") || host == "bing-amp.com":
		_, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	case strings.HasPrefix(host, "google.") && strings.HasPrefix(path, "/amp/"):
		path = strings.TrimPrefix(path, "/amp/")
	default:
		return ""
	}
	scheme := "http://"
	if rest, ok := strings.CutPrefix(path, "s/"); ok {
		scheme, path = "https://", rest
	}
	if site, _, _ := strings.Cut(path, "/"); !strings.Contains(site, ".") {
		return ""
	}
	return scheme + path
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
		"spm", "sr_share", "soc_src", "soc_trk", "taid", "tblci", "wprov", "s_cid", "icid", "traffic_source", "guccounter", "guce_referrer", "guce_referrer_sig":
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
