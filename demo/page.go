package demo

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// page renders one page of an article with all that a site puts around it. It
// reports whether there is such a page; "" is the first.
func (w *World) page(o *outlet, c *piece, base, number string, corrected time.Time) (string, bool) {
	pages := c.pages(!corrected.IsZero())
	n := 1
	if number != "" {
		var err error
		if n, err = strconv.Atoi(number); err != nil || n < 1 || n > len(pages) {
			return "", false
		}
	}
	title := at(c.title, !corrected.IsZero())
	published := w.start.Add(-c.age).In(o.zone)
	var x xml
	w.pageHead(&x, o, c, base, title, published, n, len(pages))
	w.pageFront(&x, o)
	x.put("<main><article>\n")
	if c.kicker != "" {
		x.put("<p class=\"kicker\">%s</p>\n", c.kicker)
	}
	x.put("<h1>%s</h1>\n<div class=\"article-meta\">", title)
	if c.byline != "" {
		x.put("<span class=\"byline\">%s%s</span> ", o.words.by, c.byline)
	}
	x.put("<time class=\"date\" datetime=\"%s\">%s</time></div>\n", published.Format(time.RFC3339), o.words.date(published))
	w.share(&x, o)
	if n == 1 {
		w.leadFigure(&x, o, c, base)
	}
	w.text(&x, o, c, base, pages[n-1], n == 1)
	pager(&x, o, base+"/"+o.id+"/"+c.slug, n, len(pages))
	x.put("</article>\n")
	w.related(&x, o, c, base, !corrected.IsZero())
	x.put("</main>\n<footer><p>© %s. %s</p></footer>\n</body>\n</html>\n", o.publisher, o.words.rights)
	return x.String(), true
}

func (w *World) pageHead(x *xml, o *outlet, c *piece, base, title string, published time.Time, n, of int) {
	link := base + "/" + o.id + "/" + c.slug
	dir := "ltr"
	if o.lang == "ar" {
		dir = "rtl"
	}
	x.put("<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"%s\">\n<title>%s | %s</title>\n", o.lang, dir, o.charsetName(), title, o.title)
	x.put("<link rel=\"canonical\" href=\"%s\">\n<meta property=\"og:title\" content=\"%s\">\n<meta property=\"og:type\" content=\"article\">\n", link, title)
	x.put("<meta property=\"og:image\" content=\"%s\">\n<meta property=\"og:site_name\" content=\"%s\">\n", base+"/"+o.id+"/"+c.pictureName(), o.title)
	x.put("<meta property=\"article:published_time\" content=\"%s\">\n", published.Format(time.RFC3339))
	if o.relNext && n < of {
		x.put("<link rel=\"next\" href=\"%s?page=%s\">\n", link, strconv.Itoa(n+1))
	}
	if o.format == jsonFeed11 || o.format == atom10 {
		data, _ := json.Marshal(map[string]any{ // maps of strings always marshal; < is escaped
			"@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "datePublished": published.Format(time.RFC3339),
			"author": map[string]string{"@type": "Person", "name": c.byline}, "inLanguage": o.lang,
		})
		x.WriteString("<script type=\"application/ld+json\">" + string(data) + "</script>\n")
	}
	x.put("<script>window.site = {ready: true};</script>\n</head>\n<body>\n")
}

func (w *World) pageFront(x *xml, o *outlet) {
	x.put("<div class=\"cookie-banner\" role=\"dialog\"><p>%s</p><button>%s</button></div>\n", o.words.cookie, o.words.accept)
	x.put("<header><a class=\"logo\" href=\"/%s/\">%s</a>\n<nav><ul>", o.id, o.title)
	for i, entry := range o.words.menu {
		x.put("<li><a href=\"/%s/?section=%s\">%s</a></li>", o.id, strconv.Itoa(i), entry)
	}
	x.put("</ul></nav></header>\n")
}

func (w *World) share(x *xml, o *outlet) {
	x.put("<div class=\"share-bar\"><span>%s</span> <a href=\"#facebook\">Facebook</a> <a href=\"#whatsapp\">WhatsApp</a> <a href=\"#telegram\">Telegram</a></div>\n", o.words.share)
}

// leadFigure is the lead picture with its caption in the outlet's form.
func (w *World) leadFigure(x *xml, o *outlet, c *piece, base string) {
	x.put("<figure class=\"lead-image\"><img src=\"%s\" alt=\"%s\" width=\"%s\" height=\"%s\">\n",
		base+"/"+o.id+"/"+c.pictureName(), c.caption, strconv.Itoa(pictureWidth), strconv.Itoa(pictureHeight))
	x.put("<figcaption>%s ", c.caption)
	x.put("<span class=\"credit\">%s</span></figcaption></figure>\n", fmt.Sprintf(o.words.credit, c.credit))
}

// text is the copy of one page. The first paragraph bears the dateline, and a
// link to another article stands between the paragraphs.
func (w *World) text(x *xml, o *outlet, c *piece, base string, blocks []block, first bool) {
	x.put("<div class=\"article-body\">\n")
	paragraphs := 0
	for _, b := range blocks {
		if b.kind == 'p' {
			paragraphs++
		}
		if b.kind == 'p' && paragraphs == 1 && first && c.dateline != "" {
			x.WriteString("<p>" + html.EscapeString(c.datelined(o)+b.text) + "</p>\n")
		} else {
			x.WriteString(b.html())
		}
		if other := o.beside(c); b.kind == 'p' && paragraphs == 2 && first && other != nil {
			x.put("<p class=\"read-more\"><strong>%s</strong> <a href=\"%s\">%s</a></p>\n", o.words.more, base+"/"+o.id+"/"+other.slug, at(other.title, false))
		}
	}
	x.put("</div>\n")
}

// datelined is the dateline as agencies of the language write it.
func (c *piece) datelined(o *outlet) string {
	switch {
	case o.lang == "ru" && c.agency != "":
		return c.dateline + ", " + c.agency + " — "
	case o.lang == "ru":
		return c.dateline + " — "
	case o.lang == "ja", o.lang == "zh":
		return "【" + c.dateline + "】"
	case o.lang == "ko":
		return "[" + c.dateline + "] "
	case c.agency != "":
		return c.dateline + " (" + c.agency + ") — "
	}
	return c.dateline + " – "
}

// beside is the next article of the outlet.
func (o *outlet) beside(c *piece) *piece {
	for i, other := range o.copy {
		if other == c && len(o.copy) > 1 {
			return o.copy[(i+1)%len(o.copy)]
		}
	}
	return nil
}

// pager links the pages of an article, with the words of the language.
func pager(x *xml, o *outlet, link string, n, of int) {
	if of < 2 {
		return
	}
	x.put("<div class=\"pagination\">%s: ", o.words.page)
	for i := 1; i <= of; i++ {
		if i == n {
			x.put("<strong>%s</strong> ", strconv.Itoa(i))
			continue
		}
		x.put("<a href=\"%s?page=%s\">%s</a> ", link, strconv.Itoa(i), strconv.Itoa(i))
	}
	if n < of {
		rel := ""
		if o.relNext {
			rel = " rel=\"next\""
		}
		x.put("<a class=\"next\""+rel+" href=\"%s?page=%s\">%s</a>", link, strconv.Itoa(n+1), o.words.next)
	}
	x.put("</div>\n")
}

func (w *World) related(x *xml, o *outlet, c *piece, base string, corrected bool) {
	x.put("<aside class=\"related\"><h2>%s</h2><ul>", o.words.related)
	for _, other := range o.copy {
		if other != c {
			x.put("<li><a href=\"%s\">%s</a></li>", base+"/"+o.id+"/"+other.slug, at(other.title, corrected))
		}
	}
	x.put("</ul></aside>\n")
}

// front is an outlet's front page, which names its feed.
func (w *World) front(o *outlet, base string) answer {
	_, kind := o.format.render(edition{})
	kind, _, _ = strings.Cut(kind, ";")
	var x xml
	x.put("<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"%s\">\n<title>%s</title>\n", o.lang, o.charsetName(), o.title)
	x.put("<link rel=\"alternate\" type=\"%s\" title=\"%s\" href=\"%s\">\n</head>\n<body>\n", kind, o.title, base+"/"+o.id+"/"+o.feedName())
	w.pageFront(&x, o)
	x.put("<main><h1>%s</h1><ul>\n", o.title)
	for _, c := range o.copy {
		x.put("<li><a href=\"%s\">%s</a></li>\n", base+"/"+o.id+"/"+c.slug, at(c.title, false))
	}
	x.put("</ul></main>\n</body>\n</html>\n")
	return answer{status: http.StatusOK, kind: "text/html; charset=" + o.charsetName(), body: o.encode(x.String())}
}

// directory lists the outlets.
func (w *World) directory(base string) answer {
	var x xml
	x.put("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>A small news world</title>\n</head>\n<body>\n<h1>A small news world</h1>\n<ul>\n")
	for _, o := range w.outlets {
		x.put("<li lang=\"%s\"><a href=\"%s\">%s</a></li>\n", o.lang, base+"/"+o.id+"/", o.title)
	}
	x.put("</ul>\n</body>\n</html>\n")
	return answer{status: http.StatusOK, kind: "text/html; charset=utf-8", body: []byte(x.String())}
}
