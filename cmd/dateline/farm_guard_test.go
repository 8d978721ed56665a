package main

import (
	"net/http"
	"strings"
)

func contentDeeds() []deed {
	const words = "&lt;p&gt;TITLE1 is what TITLE1 said, and all of it was heard.&lt;/p&gt;"
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	safe := func(name, html string) deed {
		text := strings.Replace(one, "<description>", "<description>"+words+escape.Replace(html), 1)
		return deed{name: name, reply: says(text), judge: and(files(1), lacks("<script", "javascript:", "vbscript:", "onerror", "onload", "onclick", "<iframe", "<svg", "<style", "data:text", "srcdoc"))}
	}
	shows := func(name, html, part string) deed {
		text := strings.Replace(one, "<description>", "<description>"+words+escape.Replace(html), 1)
		return deed{name: name, reply: says(text), judge: and(files(1), func(e evidence) string {
			return wrongIf(!strings.Contains(e.items[0].HTML, part), "want %q in %q", part, e.items[0].HTML)
		})}
	}
	return []deed{
		control(),
		safe("a script", "<script>alert(1)</script>"),
		safe("a script within a script", "<scr<script>ipt>alert(1)</scr</script>ipt>"),
		safe("a handler", `<img src="http://g.example/x.jpg" onerror="alert(1)">`),
		safe("a link to a script", `<p><a href="java&#10;script:alert(1)">here</a></p>`),
		safe("a frame", `<iframe srcdoc="<script>alert(1)</script>"></iframe>`),
		safe("a drawing", `<svg onload="alert(1)"><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`),
		safe("a style", `<style>@import "javascript:alert(1)"</style><p style="background:url(javascript:alert(1))">x</p>`),
		safe("a noscript that is a script", `<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`),
		safe("a template", `<template><script>alert(1)</script></template>`),
		{name: "a link of the item to a script", reply: says(strings.Replace(one, "http://gazette.example/CODE/1", "javascript:alert(1)", 1)), judge: and(files(1), lacks("javascript:"))},
		{name: "markup in a title", reply: says(strings.Replace(one, "<title>TITLE1", "<title>&lt;b&gt;TITLE1&lt;/b&gt;", 1)), judge: and(files(1), lacks("<b>"))},
		{name: "a script in a name", reply: says(strings.Replace(one, "</item>", "<author>&lt;script&gt;alert(1)&lt;/script&gt;</author><category>&lt;img src=x onerror=alert(1)&gt;</category></item>", 1)), judge: and(files(1), lacks("<script", "onerror"))},
		{name: "an enclosure that is a script", reply: says(strings.Replace(one, "</item>", `<enclosure url="javascript:alert(1)" type="audio/mpeg" length="1"/></item>`, 1)), judge: and(files(1), lacks("javascript:"))},
		shows("a relative link", `<p><a href="../about">About</a> the town.</p>`, `href="http://gazette.example/about"`),
	}
}

func addressDeeds() []deed {
	deeds := []deed{control()}
	never := func(w http.ResponseWriter, r *http.Request) { answer(w, r, 200, one) }
	for _, address := range []string{
		"http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://169.254.169.254/latest/meta-data/", "http://0.0.0.0:PORT/",
		"http://127.0.0.2:PORT/", "http://[::1]:PORT/", "http://[::]:PORT/", "http://[::ffff:10.0.0.1]/", "http://[::ffff:a00:1]/", "http://[64:ff9b::a00:1]/", "http://[2002:a00:1::1]/",
		"http://[2001:0:a00:1::]/", "http://[fe80::1]/", "http://[fd00::1]/", "http://[ff02::1]/", "http://192.0.2.1/", "http://198.18.0.1/", "http://224.0.0.1/", "http://255.255.255.255/",
		"http://2130706433:PORT/", "http://0x7f000001:PORT/", "http://0177.0.0.1:PORT/", "http://127.1:PORT/", "http://１２７.0.0.1:PORT/",
		"http://user:pw@127.0.0.1:PORT/", `http://127.0.0.1\@10.0.0.1/`, "http://[fe80::1%25lo]/", "file:///etc/passwd", "gopher://127.0.0.1:PORT/", "unix:///run/x.sock",
		"http://127.0.0.1:6379/", "http://127.0.0.1:25/",
	} {
		deeds = append(deeds, deed{name: "a redirect to " + address, reply: func(_ int, w http.ResponseWriter, r *http.Request) {
			if strings.Count(r.URL.Path, "/") > 1 {
				never(w, r)
				return
			}
			_, port, _ := strings.Cut(r.Host, ":")
			answer(w, r, 302, "", "Location: "+strings.Replace(address, "PORT", port+"/CODE/reached", 1))
		}, judge: and(ill(""), unreached)})
	}
	for _, address := range []string{"http://10.0.0.1/", "http://[::1]:PORT/", "http://127.0.0.2:PORT/", "http://2130706433:PORT/"} {
		deeds = append(deeds, deed{name: "a source at " + address, feed: address, judge: and(ill(""), unreached)})
	}
	return append(deeds, deed{name: "a source that may reach more than others", feed: "http://127.0.0.3:PORT/", more: "access: {allow: [127.0.0.3]}", judge: ill("refuses the connection")})
}

// unreached wants nothing asked but the address in the config.
func unreached(e evidence) string {
	for _, r := range e.asked {
		if strings.Contains(r.path, "reached") {
			return "it was asked"
		}
	}
	return ""
}
