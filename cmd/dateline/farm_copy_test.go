package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf16"
)

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

// packed answers with a text as pack makes it, after its words were filled.
func packed(pack func(string) string, text string, headers ...string) reply {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		body := pack(fill(text, idOf(r)))
		for _, line := range headers {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Add(name, value)
		}
		_, _ = w.Write([]byte(body))
	}
}

func transferDeeds() []deed {
	half := two[:strings.Index(two, "TITLE2")+4]
	broken := func(name string, text string) deed {
		return deed{name: name, reply: raw("HTTP/1.1 200 OK\r\nETag: \"broken\"\r\n" + text), judge: and(files(1), unconditional, func(e evidence) string {
			return wrongIf(len(e.health.Repairs) == 0, "nothing is said of it")
		})}
	}
	reads := func(name string, r reply) deed { return deed{name: name, reply: r, judge: files(1)} }
	plain := func(s string) string { return s }
	twice := func(s string) string { return zipped(zipped(s)) }
	padded := func(s string) string { return zipped(s) + strings.Repeat("\x00", 64) }
	return []deed{
		control(),
		broken("shorter than Content-Length", fmt.Sprintf("Content-Length: %d\r\n\r\n", len(two)+500)+half),
		broken("chunked without an end", "Transfer-Encoding: chunked\r\n\r\nfff\r\n"+half),
		broken("no length, and the root not closed", "Connection: close\r\n\r\n"+half),
		{name: "gzip that ends early", reply: packed(func(s string) string { z := zipped(s + strings.Repeat("<!-- nothing -->", 1<<10)); return z[:len(z)-6] }, two, "Content-Encoding: gzip", `ETag: "1"`),
			judge: and(files(1, 2), unconditional)},
		reads("gzip", packed(zipped, one, "Content-Encoding: gzip")),
		reads("gzip in gzip", packed(twice, one, "Content-Encoding: gzip, gzip")),
		reads("gzip in gzip that is called gzip", packed(twice, one, "Content-Encoding: gzip")),
		reads("gzip that nobody announced", packed(zipped, one)),
		reads("zeros behind a gzip file", packed(padded, one, "Content-Encoding: gzip")),
		reads("plain text that is called gzip", packed(plain, one, "Content-Encoding: gzip")),
		reads("plain text that is called br", packed(plain, one, "Content-Encoding: br")),
		reads("a coding that there is not", packed(plain, one, "Content-Encoding: UTF-8")),
		reads("HTTP/1.0", raw("HTTP/1.0 200 OK\r\n\r\n"+one)),
		reads("early hints", raw("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+one)),
		{name: "a connection that is closed", reply: raw(""), judge: ill("closed the connection")},
		{name: "another protocol", reply: raw("220 mail.example ESMTP\r\n"), judge: ill("does not speak HTTP")},
		{name: "204", reply: refuses(204, ""), judge: ill("204")},
		{name: "206", reply: refuses(206, one, `ETag: "part"`), judge: and(files(1), unconditional)},
		{name: "203", reply: refuses(203, one), judge: files(1)},
		{name: "an empty body", reply: says(""), judge: ill("empty")},
		{name: "404", reply: refuses(404, one), judge: ill("404")},
		{name: "nobody listens", feed: "http://127.0.0.1:1/feed", judge: ill("")},
	}
}

// slowDeeds take long, or are long. They have no control source: it would wait for them.
func slowDeeds() []deed {
	filling := strings.Repeat("<!-- nothing to see -->", 1<<10)
	bomb := zipped(strings.Repeat(filling, 2<<10))
	hangs := func(started string) reply {
		return func(_ int, w http.ResponseWriter, r *http.Request) {
			if started != "" {
				_, _ = w.Write([]byte(started))
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		}
	}
	return []deed{
		{name: "a gzip bomb", reply: packed(func(string) string { return bomb }, "", "Content-Encoding: gzip"), judge: ill("decompress")},
		{name: "a body without an end", reply: func(_ int, w http.ResponseWriter, _ *http.Request) {
			for range 1 << 20 {
				if _, err := w.Write([]byte(filling)); err != nil {
					return
				}
			}
		}, judge: ill("larger than")},
		{name: "a Content-Length beyond all memory", reply: raw("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n" + one), judge: ill("larger than")},
		{name: "headers without an end", reply: raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 1<<20) + "\r\n\r\n" + one), judge: ill("of headers")},
		{name: "an answer that does not begin", reply: hangs(""), judge: ill("did not begin")},
		{name: "a body that stops", reply: hangs("<rss><channel>"), judge: ill("stopped coming")},
		{name: "a body that drips", reply: func(_ int, w http.ResponseWriter, r *http.Request) {
			for tick := time.NewTicker(20 * time.Millisecond); ; {
				_, _ = w.Write([]byte(" "))
				_ = http.NewResponseController(w).Flush()
				select {
				case <-r.Context().Done():
					tick.Stop()
					return
				case <-tick.C:
				}
			}
		}, judge: ill("not done within")},
	}
}

func xmlDeeds() []deed {
	reads := func(name, text string, numbers ...int) deed {
		return deed{name: name, reply: says(text), judge: files(numbers...)}
	}
	named := func(old, new string) string { return strings.Replace(one, old, new, 1) }
	deep := channelOf(item1 + "<item><title>TITLE2</title>" + strings.Repeat("<a>", 100_000) + "</item>")
	laughs := `<!ENTITY a "ha">`
	for c := 'b'; c < 'l'; c++ {
		laughs += fmt.Sprintf(`<!ENTITY %c "%s">`, c, strings.Repeat(fmt.Sprintf("&%c;", c-1), 10))
	}
	many := func(_ int, w http.ResponseWriter, r *http.Request) {
		var b strings.Builder
		for i := range 2500 {
			fmt.Fprintf(&b, "<item><guid>%d</guid><title>Number %d</title></item>", i, i)
		}
		answer(w, r, 200, channelOf(b.String()), `ETag: "1"`)
	}
	return []deed{
		control(),
		reads("control characters", named("TITLE1</title>", "TITLE1\x01\x0b</title>"), 1),
		reads("an ampersand by itself", named("<description>", "<description>Fish & chips; "), 1),
		reads("names of HTML", named("<description>", "<description>&nbsp;&eacute;&hellip; "), 1),
		reads("an item that is not closed", strings.Replace(two, "</item>", "", 1), 1, 2),
		reads("tags that overlap", strings.Replace(one, "</title><link>", "<link></title>", 1), 1),
		reads("CDATA that is not closed", channelOf("<item><guid>9</guid><title><![CDATA[TITLE1</title></item>"+item2), 1, 2),
		reads("a long comment before the root", "<!-- "+strings.Repeat("nothing ", 8000)+" -->"+one, 1),
		reads("a mark and blank lines before the declaration", "\xef\xbb\xbf\n\n <?xml version=\"1.0\"?>"+one, 1),
		reads("something after the root", one+"<script>count()</script>", 1),
		reads("prefixes that nobody declared", named("</item>", "<x:y>z</x:y></item>"), 1),
		reads("a document that ends in its last tag", strings.TrimSuffix(two, "ss>"), 1, 2),
		reads("a document that ends in its second item", two[:strings.LastIndex(two, "<description>")], 1),
		reads("Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title><entry><id>tag:CODE</id><title>TITLE1</title><link href="http://g.example/CODE/1"/></entry></feed>`, 1),
		reads("Atom 0.3", `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>G</title><entry><id>CODE</id><title>TITLE1</title><link rel="alternate" href="http://g.example/CODE/1"/></entry></feed>`, 1),
		reads("RSS 1.0", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="http://g.example/"><title>G</title></channel><item rdf:about="http://g.example/CODE/1"><title>TITLE1</title></item></rdf:RDF>`, 1),
		reads("RSS in capitals", `<RSS VERSION="0.91"><CHANNEL><TITLE>G</TITLE><ITEM><TITLE>TITLE1</TITLE><LINK>http://g.example/CODE/1</LINK></ITEM></CHANNEL></RSS>`, 1),
		reads("CDF", `<CHANNEL HREF="http://g.example/"><TITLE>G</TITLE><ITEM HREF="http://g.example/CODE/1"><TITLE>TITLE1</TITLE></ITEM></CHANNEL>`, 1),
		reads("JSON Feed", `{"version":"https://jsonfeed.org/version/1.1","title":"G","items":[{"id":"CODE","title":"TITLE1","content_text":"x"}]}`, 1),
		reads("JSON Feed that is cut off", `{"version":"https://jsonfeed.org/version/1.1","title":"G","items":[{"id":"CODE","title":"TITLE1"},{"id":"2","tit`, 1),
		{name: "a hundred thousand levels", reply: says(deep), judge: func(e evidence) string {
			return wrongIf(!strings.Contains(e.titles(), headline(e.id, 1)), "the sound item is lost")
		}},
		{name: "a billion laughs", reply: says(`<!DOCTYPE rss [` + laughs + `]>` + named("TITLE1</title>", "TITLE1 &k;</title>")), judge: func(e evidence) string {
			return wrongIf(len(e.items) != 1 || len(e.items[0].whole) > 20_000, "%d items", len(e.items))
		}},
		{name: "an external entity", reply: says(`<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + named("TITLE1</title>", "TITLE1 &a;</title>")), judge: lacks("root:")},
		{name: "a page that names its feed", reply: says(`<html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>`), judge: ill("/real.xml as its feed")},
		{name: "a page to log in at", reply: says(loginPage), judge: ill("web page")},
		{name: "random bytes", reply: says("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), judge: ill("not a feed")},
		{name: "a feed that is called text/html", reply: says(one, "Content-Type: text/html"), judge: files(1)},
		{name: "two thousand five hundred items", reply: many, judge: and(sends("If-None-Match", `"1"`), func(e evidence) string {
			return wrongIf(e.health.Items != 2000 || len(e.health.Dropped) == 0, "%d items, left out %q", e.health.Items, e.health.Dropped)
		})},
	}
}

func charsetDeeds() []deed {
	wide := func(big bool) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for _, u := range utf16.Encode([]rune(s)) {
				if big {
					b.Write([]byte{byte(u >> 8), byte(u)})
				} else {
					b.Write([]byte{byte(u), byte(u >> 8)})
				}
			}
			return b.String()
		}
	}
	wider := func(s string) string {
		b := "\x00\x00\xfe\xff"
		for _, r := range s {
			b += string([]byte{0, byte(r >> 16), byte(r >> 8), byte(r)})
		}
		return b
	}
	plain := func(s string) string { return s }
	says := func(name string, pack func(string) string, bytes, text, declared string, headers ...string) deed {
		body := strings.Replace(one, "</description>", " "+bytes+"</description>", 1)
		if declared != "" {
			body = `<?xml version="1.0" encoding="` + declared + `"?>` + body
		}
		return deed{name: name, reply: packed(pack, body, headers...), judge: and(files(1), func(e evidence) string {
			return wrongIf(!strings.Contains(e.items[0].HTML+e.items[0].Summary, text), "want %q in %q", text, e.items[0].HTML)
		})}
	}
	return []deed{
		control(),
		says("windows-1251, declared", plain, "\xcc\xee\xf1\xea\xe2\xe0", "Москва", "windows-1251"),
		says("koi8-r, declared", plain, "\xed\xcf\xd3\xcb\xd7\xc1", "Москва", "koi8-r"),
		says("koi8-r in the header alone", plain, "\xed\xcf\xd3\xcb\xd7\xc1", "Москва", "", "Content-Type: text/xml; charset=koi8-r"),
		says("shift_jis, declared", plain, "\x93\x8c\x8b\x9e", "東京", "shift_jis"),
		says("euc-kr, declared", plain, "\xbc\xad\xbf\xef", "서울", "euc-kr"),
		says("gb18030, declared", plain, "\xb1\xb1\xbe\xa9", "北京", "gb18030"),
		says("big5, declared", plain, "\xa5\x78\xa5\x5f", "台北", "big5"),
		says("windows-1252 that is called iso-8859-1", plain, "\x93caf\xe9\x94", "“café”", "iso-8859-1"),
		says("UTF-8 that is called iso-8859-1", plain, "café", "café", "iso-8859-1"),
		says("UTF-8 whose header says windows-1252", plain, "café", "café", "utf-8", "Content-Type: text/xml; charset=windows-1252"),
		says("UTF-8 that is called UTF-16", plain, "café", "café", "utf-16"),
		says("Latin-1 that is called UTF-8", plain, "caf\xe9 na\xefve r\xe9sum\xe9", "café naïve résumé", "utf-8"),
		says("one bad byte in UTF-8", plain, "café café café \xff", "café café café", "utf-8"),
		says("a charset that there is not", plain, "café", "café", "klingon-8"),
		says("UTF-16LE with a mark", func(s string) string { return "\xff\xfe" + wide(false)(s) }, "Ж€", "Ж€", "utf-16"),
		says("UTF-16BE with a mark", func(s string) string { return "\xfe\xff" + wide(true)(s) }, "Ж€", "Ж€", "utf-16"),
		says("UTF-16LE without a mark", wide(false), "Ж€", "Ж€", ""),
		says("UTF-16BE that says UTF-8", wide(true), "Ж€", "Ж€", "utf-8"),
		says("UTF-32", wider, "Ж€", "Ж€", ""),
		says("controls of C1", plain, "a \u0092 b", "a ’ b", "utf-8"),
	}
}

func identityDeeds() []deed {
	// once wants one item after the outlet has sent it in several ways.
	once := func(name string, texts ...string) deed {
		var replies []reply
		for _, t := range texts {
			replies = append(replies, says(channelOf(t)))
		}
		return deed{name: name, reply: turns(replies...), judge: files(1)}
	}
	with := func(old, new string) string { return strings.ReplaceAll(item1, old, new) }
	return []deed{
		control(),
		once("a guid that changes", item1, with("CODE-1", "CODE-77")),
		once("a guid that changes at every request", item1, with("CODE-1", "a"), with("CODE-1", "b"), with("CODE-1", "c")),
		once("a guid that goes from http to https", with("<guid>CODE-1", "<guid>http://g.example/CODE"), with("<guid>CODE-1", "<guid>https://g.example/CODE")),
		once("a guid with space around it", item1, with("CODE-1", " CODE-1 \n")),
		once("a link with tracking", item1, with("CODE/1</link>", "CODE/1?utm_source=rss&amp;utm_medium=feed</link>")),
		once("no guid", with("<guid>CODE-1</guid>", "")),
		once("an item twice in one document", item1+item1),
		once("an item that goes and comes back", item1, "", item1),
		{name: "one guid for all", reply: says(channelOf(item1 + strings.Replace(item2, "CODE-2", "CODE-1", 1))), judge: files(1, 2)},
		{name: "one link for all", reply: says(channelOf(item1 + strings.Replace(item2, "CODE/2", "CODE/1", 1))), judge: files(1, 2)},
		{name: "neither guid nor link", reply: says(channelOf("<item><title>TITLE1</title></item><item><title>TITLE2</title></item>")), judge: files(1, 2)},
		{name: "an item with nothing in it", reply: says(channelOf("<item></item>" + item1)), judge: and(files(1), func(e evidence) string {
			return wrongIf(len(e.health.Dropped) == 0, "nothing is said of it")
		})},
		{name: "a correction", reply: turns(says(one), says(strings.Replace(one, "<title>TITLE1", "<title>TITLE3", 1))), judge: files(3)},
		{name: "the order turned round", reply: turns(says(two), says(channelOf(item2+item1))), judge: files(1, 2)},
	}
}

func dateDeeds() []deed {
	dated := func(name, date, want string) deed {
		return deed{name: name, reply: says(strings.Replace(one, "</item>", "<pubDate>"+date+"</pubDate></item>", 1)), judge: and(files(1), func(e evidence) string {
			return wrongIf(e.items[0].Published != want, "published %q, want %q", e.items[0].Published, want)
		})}
	}
	// ours wants the time of arrival in place of a date that cannot be true.
	ours := func(name, date string) deed {
		return deed{name: name, reply: says(strings.Replace(one, "</item>", "<pubDate>"+date+"</pubDate></item>", 1)), judge: and(files(1), func(e evidence) string {
			at, err := time.Parse(time.RFC3339, e.items[0].Published)
			return wrongIf(err != nil || time.Since(at).Abs() > time.Hour, "published %q", e.items[0].Published)
		})}
	}
	return []deed{
		control(),
		dated("RFC 822", "Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00Z"),
		dated("a year of two digits", "Mon, 23 Nov 26 10:00:00 GMT", "2026-11-23T10:00:00Z"),
		dated("EST", "Mon, 23 Nov 2026 10:00:00 EST", "2026-11-23T15:00:00Z"),
		dated("MEST", "Tue, 23 Jun 2026 10:00:00 MEST", "2026-06-23T08:00:00Z"),
		dated("ISO 8601", "2026-11-23T10:00:00+02:00", "2026-11-23T08:00:00Z"),
		dated("a wrong weekday", "Fri, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00Z"),
		dated("Sept", "Wed, 23 Sept 2026 10:00:00 GMT", "2026-09-23T10:00:00Z"),
		ours("the future", "Mon, 23 Nov 2099 10:00:00 GMT"),
		ours("before there were feeds", "Thu, 01 Jan 1970 00:00:00 GMT"),
		ours("no date at all", "soon"),
		ours("an empty date", ""),
		ours("the 45th of a month", "Mon, 45 Nov 2026 10:00:00 GMT"),
	}
}
