package desk_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// files is a body and the headlines that it gives.
func files(body string, headlines ...string) func(*hostile) {
	return func(h *hostile) { h.sends(body); h.well(); h.headlines(headlines...) }
}

// faults is a body that is a fault.
func faults(part, body string, headers ...string) func(*hostile) {
	return func(h *hostile) { h.sends(body, headers...); h.ill(part); h.headlines() }
}

func TestHostileXML(t *testing.T) {
	dtd := func(inside, title string) string {
		return `<?xml version="1.0"?><!DOCTYPE rss [` + inside + `]><rss version="2.0"><channel><title>Gazette</title>` + wrapped([]string{item("1", title)}) + `</channel></rss>`
	}
	laughs := `<!ENTITY a "haha">`
	for i := range 10 {
		laughs += fmt.Sprintf(`<!ENTITY %c "%s">`, 'b'+i, strings.Repeat(fmt.Sprintf("&%c;", 'a'+i), 10))
	}
	small := func(body string) func(*hostile) { // whatever comes of it, it is little
		return func(h *hostile) {
			h.sends(body)
			h.poll()
			for _, a := range h.filed() {
				if n := len(fmt.Sprintf("%+v", a)); n > 100_000 {
					h.Errorf("an article of %d bytes was filed", n)
				}
				if text := fmt.Sprintf("%+v", a); strings.Contains(text, "root:") {
					h.Error("a file of this machine was read")
				}
			}
		}
	}
	runHostile(t, []behaviour{
		{"a billion laughs", small(dtd(laughs, "Accra &k;"))},
		{"quadratic growth", small(dtd(`<!ENTITY a "`+repeated("ha", 50_000)+`">`, strings.Repeat("&a;", 1000)))},
		{"an external entity", small(dtd(`<!ENTITY a SYSTEM "file:///etc/passwd">`, "Accra &a;"))},
		{"a parameter entity", small(dtd(`<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;`, "Accra"))},
		{"an external DTD", files(strings.Replace(oneFeed, "<rss", `<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd"><rss`, 1), "Accra shuts")},
		{"the DTD of RSS 0.91", files(strings.Replace(rss(item("1", "Accra s&eacute;cure")), "<rss", `<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss`, 1), "Accra sécure")},
		{"a hundred thousand levels", small(rss(item("1", "Accra") + strings.Repeat("<a>", 100_000)))},
		{"ten thousand attributes", small(strings.Replace(oneFeed, "<item>", "<item "+strings.Repeat(`x="1" `, 10_000)+">", 1))},
		{"an attribute of a mebibyte", small(strings.Replace(oneFeed, "<item>", `<item x="`+repeated("0123456789", 1<<20)+`">`, 1))},
		{"control characters", files(rss(item("1", "Accra\x01\x0b shuts")), "Accra shuts")},
		{"zero bytes", files(strings.Replace(oneFeed, "Accra", "Acc\x00ra", 2), "Accra shuts")},
		{"bare ampersands", files(rss(item("1", "Accra & Bergen")), "Accra & Bergen")},
		{"names of HTML", files(rss(item("1", "Accra&nbsp;&ndash;&nbsp;Bergen")), "Accra – Bergen")},
		{"references without an end", files(rss(item("1", "Accra&#8217s quay")), "Accra’s quay")},
		{"an item that is not closed", files(strings.Replace(twoFeed, "</item>", "", 1), "Accra shuts", "Bergen shuts")},
		{"tags that overlap", files(strings.Replace(oneFeed, "</title><link>http://gazette.example/1</link>", "<link></title>http://gazette.example/1</link>", 1), "Accra shuts")},
		{"CDATA that is not closed", files(rss("<guid>1</guid><title><![CDATA[Accra shuts</title>", item("2", "Bergen shuts")), "Accra shuts", "Bergen shuts")},
		{"CDATA that holds markup", files(rss("<guid>1</guid><title><![CDATA[<b>Accra</b> shuts]]></title>"), "Accra shuts")},
		{"a comment before the root", files("<!-- "+repeated("nothing ", 8000)+" -->"+oneFeed, "Accra shuts")},
		{"lines before the declaration", files("\n\n  \n"+oneFeed, "Accra shuts")},
		{"a notice of PHP before the declaration", files("<br />\n<b>Notice</b>: Undefined index in /srv/x.php on line 7<br />\n"+oneFeed, "Accra shuts")},
		{"something after the root", files(oneFeed+"<script>track()</script>\n<!-- generated in 0.1 s", "Accra shuts")},
		{"prefixes that nobody declared", files(strings.Replace(oneFeed, "</item>", "<foo:bar>x</foo:bar><dc:creator>Ann</dc:creator></item>", 1), "Accra shuts")},
		{"the end missing", files(strings.TrimSuffix(twoFeed, "</channel></rss>"), "Accra shuts", "Bergen shuts")},
		{"an end that breaks off", files(strings.TrimSuffix(twoFeed, "ss>"), "Accra shuts", "Bergen shuts")},
		{"Atom", files(`<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title><id>f</id><entry><id>1</id><title>Accra shuts</title><link href="http://g.example/1"/><updated>2026-11-23T10:00:00Z</updated></entry></feed>`, "Accra shuts")},
		{"Atom 0.3", files(`<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>G</title><entry><id>1</id><title>Accra shuts</title><link rel="alternate" href="http://g.example/1"/><issued>2026-11-23T10:00:00Z</issued></entry></feed>`, "Accra shuts")},
		{"RSS 1.0", files(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="http://g.example/"><title>G</title></channel><item rdf:about="http://g.example/1"><title>Accra shuts</title><link>http://g.example/1</link></item></rdf:RDF>`, "Accra shuts")},
		{"RSS 0.91 in capitals", files(`<RSS VERSION="0.91"><CHANNEL><TITLE>G</TITLE><ITEM><TITLE>Accra shuts</TITLE><LINK>http://g.example/1</LINK></ITEM></CHANNEL></RSS>`, "Accra shuts")},
		{"CDF", files(`<?xml version="1.0"?><CHANNEL HREF="http://g.example/"><TITLE>G</TITLE><ITEM HREF="http://g.example/1"><TITLE>Accra shuts</TITLE><ABSTRACT>The harbour is shut.</ABSTRACT></ITEM></CHANNEL>`, "Accra shuts")},
		{"JSON Feed", files(`{"version":"https://jsonfeed.org/version/1.1","title":"G","items":[{"id":"1","title":"Accra shuts","url":"http://g.example/1","content_text":"Shut."}]}`, "Accra shuts")},
		{"JSON Feed that is cut off", func(h *hostile) {
			h.sends(`{"version":"https://jsonfeed.org/version/1.1","title":"G","items":[{"id":"1","title":"Accra shuts"},{"id":"2","title":"Ber`, "ETag: "+tag)
			if p := h.well(); p.ETag != "" {
				h.Errorf("ETag %q of a document that is cut off is kept", p.ETag)
			}
			h.headlines("Accra shuts")
		}},
		{"JSON Feed with an item that is none", files(`{"version":"https://jsonfeed.org/version/1.1","title":"G","items":[{"id":"1","title":"Accra shuts"},{"id":"2","title":["no"]},{"id":"3","title":"Cairo shuts"}]}`, "Accra shuts", "Cairo shuts")},
		{"JSON Feed with ids that are numbers", files(`{"version":"https://jsonfeed.org/version/1","title":"G","items":[{"id":1,"title":"Accra shuts"}]}`, "Accra shuts")},
		{"a feed that is called text/html", func(h *hostile) {
			h.sends(oneFeed, "Content-Type: text/html")
			h.well()
			h.headlines("Accra shuts")
		}},
		{"a page that is called a feed", faults("a web page", "<!doctype html><html><head><title>x</title></head><body></body></html>", "Content-Type: application/rss+xml")},
		{"a page that names its feed", faults("names http://gazette.example/rss.xml as its feed",
			`<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="http://gazette.example/rss.xml"></head></html>`)},
		{"a list of feeds", faults("OPML", `<opml version="2.0"><body><outline xmlUrl="http://g.example/"/></body></opml>`)},
		{"a sitemap", faults("sitemap", `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://g.example/</loc></url></urlset>`)},
		{"JSON that is no feed", faults("not a feed", `{"error":"no"}`)},
		{"random bytes", faults("", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")},
		{"twelve thousand items keep their validators", func(h *hostile) {
			var items []string
			for i := range 12_000 {
				items = append(items, fmt.Sprintf("<guid>%d</guid><title>%d</title>", i, i))
			}
			h.sends(rss(items...), "ETag: "+tag)
			if p := h.well(); p.ETag != tag || p.Dropped.Excess == 0 {
				h.Errorf("ETag %q, %d beyond the limit; want the validator kept and the rest counted", p.ETag, p.Dropped.Excess)
			}
		}},
	})
}

func TestHostileCharsets(t *testing.T) {
	wide := func(s string, big, mark bool) string {
		units := utf16.Encode([]rune(s))
		if mark {
			units = append([]uint16{0xFEFF}, units...)
		}
		var b strings.Builder
		for _, u := range units {
			hi, lo := byte(u>>8), byte(u)
			if !big {
				hi, lo = lo, hi
			}
			b.WriteByte(hi)
			b.WriteByte(lo)
		}
		return b.String()
	}
	as := func(label, title string) string {
		return strings.Replace(rss(item("1", title)), ` encoding="utf-8"`, label, 1)
	}
	in := func(e encoding.Encoding, body string) string {
		s, err := e.NewEncoder().String(body)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	labelled := func(e encoding.Encoding, label, title string) func(*hostile) {
		return files(in(e, as(` encoding="`+label+`"`, title)), title)
	}
	runHostile(t, []behaviour{
		{"UTF-8 with a mark", files("\uFEFF"+as("", "Tromsø"), "Tromsø")},
		{"UTF-16, little end first, marked", files(wide(as(` encoding="utf-16"`, "Tromsø"), false, true), "Tromsø")},
		{"UTF-16, big end first, marked", files(wide(as(` encoding="utf-16"`, "Tromsø"), true, true), "Tromsø")},
		{"UTF-16 without a mark", files(wide(as("", "Tromsø"), false, false), "Tromsø")},
		{"UTF-16 that declares UTF-8", files(wide(as(` encoding="utf-8"`, "Tromsø"), false, true), "Tromsø")},
		{"a charset in the header alone", func(h *hostile) {
			h.sends(in(charmap.Windows1251, as("", "Москва закрыта")), "Content-Type: text/xml; charset=windows-1251")
			h.well()
			h.headlines("Москва закрыта")
		}},
		{"a charset in the header that is wrong", func(h *hostile) {
			h.sends(as(` encoding="utf-8"`, "Tromsø"), "Content-Type: text/xml; charset=us-ascii")
			h.well()
			h.headlines("Tromsø")
		}},
		{"windows-1251", labelled(charmap.Windows1251, "windows-1251", "Москва закрыта")},
		{"KOI8-R", labelled(charmap.KOI8R, "koi8-r", "Москва закрыта")},
		{"ISO-8859-2", labelled(charmap.ISO8859_2, "iso-8859-2", "Łódź")},
		{"ISO-8859-1 that is windows-1252", files(in(charmap.Windows1252, as(` encoding="iso-8859-1"`, "“Accra”")), "“Accra”")},
		{"Shift_JIS", labelled(japanese.ShiftJIS, "Shift_JIS", "東京港が閉鎖")},
		{"EUC-JP", labelled(japanese.EUCJP, "EUC-JP", "東京港が閉鎖")},
		{"EUC-KR", labelled(korean.EUCKR, "euc-kr", "부산항 폐쇄")},
		{"GB2312 that is GBK", labelled(simplifiedchinese.GBK, "gb2312", "上海港關閉")},
		{"Big5", labelled(traditionalchinese.Big5, "big5", "基隆港關閉")},
		{"UTF-8 that declares ISO-8859-1", files(as(` encoding="iso-8859-1"`, "Tromsø – Łódź"), "Tromsø – Łódź")},
		{"a label that nobody knows", files(as(` encoding="x-nobody"`, "Tromsø"), "Tromsø")},
		{"one bad byte", files(rss(item("1", "Tromsø, Łódź, Málaga\xff")), "Tromsø, Łódź, Málaga\uFFFD")},
		{"undeclared windows-1252", files(in(charmap.Windows1252, as("", "Málaga")), "Málaga")},
	})
}

func TestHostileIdentityAndDates(t *testing.T) {
	// then is two documents, and what is filed after both.
	then := func(first, second string, headlines ...string) func(*hostile) {
		return func(h *hostile) {
			h.sends(first)
			h.well()
			h.sends(second)
			h.well()
			h.headlines(headlines...)
		}
	}
	plain := func(link, title string) string {
		return "<title>" + title + "</title><link>" + link + "</link>"
	}
	dated := func(date string, want string) func(*hostile) {
		return func(h *hostile) {
			h.sends(rss(item("1", "Accra shuts") + "<pubDate>" + date + "</pubDate>"))
			h.well()
			a := h.filed()
			if len(a) != 1 {
				h.Fatalf("%d articles", len(a))
			}
			got := ""
			if !a[0].Published.IsZero() {
				got = a[0].Published.UTC().Format(time.RFC3339)
			}
			if got != want || a[0].Filed.After(h.now) || a[0].Filed.IsZero() {
				h.Errorf("published %q, filed %s; want %q, and filed by now", got, a[0].Filed, want)
			}
		}
	}
	runHostile(t, []behaviour{
		{"the same guid at another address", then(oneFeed, strings.Replace(oneFeed, "example/1<", "example/one<", 1), "Accra shuts")},
		{"another guid at the same address", then(oneFeed, strings.Replace(oneFeed, ">1</guid>", ">new-1</guid>", 1), "Accra shuts")},
		{"no guid", then(rss(plain("http://g.example/1", "Accra shuts")), rss(plain("http://g.example/1", "Accra shuts")+"<category>x</category>"), "Accra shuts")},
		{"no guid and tracking that changes", then(rss(plain("http://g.example/1?utm_source=a", "Accra shuts")), rss(plain("http://g.example/1?utm_source=b", "Accra shuts")), "Accra shuts")},
		{"no guid, and http that becomes https", then(rss(plain("http://g.example/1", "Accra shuts")), rss(plain("https://g.example/1", "Accra shuts")), "Accra shuts")},
		{"neither guid nor address", then(rss("<title>Accra shuts</title>"), rss("<title>Accra shuts</title><category>x</category>"), "Accra shuts")},
		{"one guid for all", files(rss(item("x", "Accra shuts"), strings.Replace(item("x", "Bergen shuts"), "example/x", "example/y", 1)), "Accra shuts", "Bergen shuts")},
		{"an item twice", files(rss(item("1", "Accra shuts"), item("1", "Accra shuts")), "Accra shuts")},
		{"blanks around a guid", then(oneFeed, strings.Replace(oneFeed, ">1</guid>", ">\n 1 \n</guid>", 1), "Accra shuts")},
		{"another order", then(twoFeed, rss(item("2", "Bergen shuts"), item("1", "Accra shuts")), "Accra shuts", "Bergen shuts")},
		{"an item that goes and comes back", func(h *hostile) {
			for _, body := range []string{twoFeed, oneFeed, twoFeed} {
				h.sends(body)
				h.well()
			}
			h.headlines("Accra shuts", "Bergen shuts")
		}},
		{"a feed that empties and fills", func(h *hostile) {
			for _, body := range []string{twoFeed, rss(), twoFeed} {
				h.sends(body)
				h.well()
			}
			h.headlines("Accra shuts", "Bergen shuts")
		}},
		{"a correction keeps its identity", func(h *hostile) {
			h.sends(oneFeed)
			h.well()
			before := h.filed()[0].ID
			h.sends(rss(item("1", "Accra opens")))
			h.well()
			if a := h.filed(); len(a) != 1 || a[0].ID != before || a[0].Headline != "Accra opens" {
				h.Errorf("%d articles after a correction", len(a))
			}
		}},
		{"two versions in turn end in one", func(h *hostile) {
			flapped := 0
			for n := range 20 {
				h.sends(rss(item("1", []string{"Accra shuts", "Accra opens"}[n%2])))
				flapped += h.well().Dropped.Flapped
			}
			if flapped == 0 || len(h.filed()) != 1 {
				h.Errorf("%d changes held back, %d articles", flapped, len(h.filed()))
			}
		}},
		{"an item of nothing is counted", func(h *hostile) {
			h.sends(rss("<guid>0</guid>", item("1", "Accra shuts")))
			if p := h.well(); p.Dropped.Empty != 1 {
				h.Errorf("dropped %+v", p.Dropped)
			}
			h.headlines("Accra shuts")
		}},
		{"a date of RFC 822", dated("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00Z")},
		{"a date of ISO 8601", dated("2026-11-23T12:00:00.5+02:00", "2026-11-23T10:00:00Z")},
		{"the wrong weekday", dated("Fri, 23 Nov 2026 10:00:00 +0000", "2026-11-23T10:00:00Z")},
		{"middle European time", dated("Mon, 23 Nov 2026 11:00:00 MET", "2026-11-23T10:00:00Z")},
		{"a date without seconds", dated("23 Nov 2026 10:00 GMT", "2026-11-23T10:00:00Z")},
		{"no date", dated("", "")},
		{"a date that is none", dated("soon", "")},
		{"the epoch", dated("Thu, 01 Jan 1970 00:00:00 GMT", "")},
		{"a month that does not exist", dated("Mon, 23 Foo 2026 10:00:00 GMT", "")},
		{"the year 2099 does not lead for ever", func(h *hostile) {
			h.sends(rss(item("1", "Accra shuts") + "<pubDate>Sat, 23 Nov 2099 10:00:00 GMT</pubDate>"))
			h.well()
			if a := h.filed()[0]; a.Filed.After(h.now) || a.Published.After(h.now) {
				h.Errorf("filed %s, published %s", a.Filed, a.Published)
			}
		}},
	})
}

func TestHostileContent(t *testing.T) {
	safe := func(title, html string) func(*hostile) {
		return func(h *hostile) {
			h.sends(rss("<guid>1</guid><title>" + title + "</title><link>http://g.example/1</link><description><![CDATA[" + html + "]]></description>"))
			h.well()
			for _, a := range h.filed() {
				for _, bad := range []string{"<script", "javascript:", "onerror", "onload", "vbscript:", "data:text", "<iframe", "<b>"} {
					if strings.Contains(strings.ToLower(fmt.Sprintf("%+v", a)), bad) {
						h.Errorf("%q was filed in %+v", bad, a)
					}
				}
			}
		}
	}
	words := "<p>The harbour of Accra was closed on Monday.</p>"
	runHostile(t, []behaviour{
		{"a script", safe("Accra", words+"<script>alert(1)</script>")},
		{"a script in a script", safe("Accra", words+"<scr<script>ipt>alert(1)</scr</script>ipt>")},
		{"a link to a script", safe("Accra", words+`<p><a href="java&#10;script:alert(1)">here</a></p>`)},
		{"a picture with a handler", safe("Accra", words+`<img src="http://g.example/x.jpg" onerror="alert(1)">`)},
		{"a frame", safe("Accra", words+`<iframe src="http://g.example/"></iframe>`)},
		{"a drawing with a handler", safe("Accra", words+`<svg onload="alert(1)"><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`)},
		{"a link to data", safe("Accra", words+`<p><a href="data:text/html,<script>alert(1)</script>">x</a></p>`)},
		{"markup in a title", safe("&lt;b&gt;Accra&lt;/b&gt;", words)},
		{"a script in a title", safe("&lt;img src=x onerror=alert(1)&gt;Accra", words)},
	})
}

func TestHostileAddresses(t *testing.T) {
	// refused is an address that is neither asked itself nor through a redirect.
	refused := func(address string) func(*hostile) {
		return func(h *hostile) {
			address := strings.ReplaceAll(address, "PORT", strings.TrimPrefix(h.server.URL, "http://127.0.0.1:"))
			h.roads(map[string]string{"/feed": "302 " + address})
			h.ill("")
			if h.count() != 1 {
				h.Errorf("%d requests: the redirect was followed", h.count())
			}
			h.allow = nil
			h.feed = address
			h.file += "-direct"
			h.open()
			if h.ill(""); h.count() != 1 {
				h.Error("the address was asked")
			}
		}
	}
	var group []behaviour
	for _, address := range []string{
		"http://0.0.0.0:PORT/secret", "http://[::1]:PORT/secret", "http://[::]:PORT/secret", "http://2130706433:PORT/secret", "http://0x7f000001:PORT/secret",
		"http://0177.0.0.1:PORT/secret", "http://127.1:PORT/secret", "http://１０.0.0.１/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/",
		"http://100.64.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://[fd00::1]/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/",
		"http://[2002:a00:1::]/", "http://[2001:0:a00:1::]/", "http://224.0.0.1/", "http://255.255.255.255/", "http://192.0.2.1/", "http://198.18.0.1/", "http://[ff02::1]/",
		"http://user:pw@10.0.0.1/", "http://[fe80::1%25eth0]/", "ftp://gazette.example/", "gopher://127.0.0.1:PORT/", "javascript:alert(1)", "unix:///run/x.sock",
	} {
		group = append(group, behaviour{address, refused(address)})
	}
	group = append(group,
		behaviour{"a database at an address that is allowed", func(h *hostile) {
			h.roads(map[string]string{"/feed": "302 http://127.0.0.1:6667/"})
			h.ill("port 6667")
		}},
		behaviour{"this machine, where nobody allowed it", func(h *hostile) {
			h.allow = nil
			h.sends(oneFeed)
			if h.ill("this machine's own address"); h.count() != 0 {
				h.Error("it was asked")
			}
		}},
		behaviour{"this machine by name, where nobody allowed it", func(h *hostile) {
			h.allow = nil
			h.feed = strings.Replace(h.feed, "127.0.0.1", "localhost", 1)
			h.sends(oneFeed)
			if h.ill(""); h.count() != 0 {
				h.Error("it was asked")
			}
		}},
		behaviour{"an allowance is for its network alone", func(h *hostile) {
			h.allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
			h.sends(oneFeed)
			if h.ill(""); h.count() != 0 {
				h.Error("it was asked")
			}
		}},
		behaviour{"a proxy of the environment is not used", func(h *hostile) {
			h.Setenv("HTTP_PROXY", "http://127.0.0.1:9/")
			h.sends(oneFeed)
			h.well()
		}})
	runHostile(t, group)
}
