package publish

import (
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"dateline/news"
)

// element is one element of a feed. Its name bears the usual prefix of its
// namespace; that of the root's own vocabulary bears none.
type element struct {
	name     string
	attrs    map[string]string
	children []*element
	text     string
}

var prefixes = map[string]string{nsHistory: "fh:", nsTombstones: "at:", nsContent: "content:", nsDC: "dc:", nsMedia: "media:", "http://www.w3.org/XML/1998/namespace": "xml:", "xml": "xml:"}

// parseTree reads an XML feed; own is the namespace of its vocabulary.
func parseTree(doc, own string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(doc))
	named := func(n xml.Name) string {
		switch {
		case n.Space == own:
			return n.Local
		case n.Space == nsAtom:
			return "atom:" + n.Local
		case n.Space == "" || prefixes[n.Space] != "":
			return prefixes[n.Space] + n.Local
		}
		return "{" + n.Space + "}" + n.Local
	}
	root := &element{}
	open := []*element{root}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			if len(root.children) != 1 {
				return nil, fmt.Errorf("%d roots", len(root.children))
			}
			return root.children[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			e := &element{name: named(tok.Name), attrs: map[string]string{}}
			for _, a := range tok.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					e.attrs[named(a.Name)] = a.Value
				}
			}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
}

func (e *element) all(name string) (found []*element) {
	for _, c := range e.children {
		if c.name == name {
			found = append(found, c)
		}
	}
	return found
}

func (e *element) say(name string) string {
	for _, c := range e.all(name) {
		return c.text
	}
	return ""
}

// judge collects what is wrong with a document.
type judge struct {
	faults []string
	where  string
}

func (j *judge) must(ok bool, format string, args ...any) {
	if !ok && len(j.faults) < 20 {
		j.faults = append(j.faults, j.where+": "+fmt.Sprintf(format, args...))
	}
}

// rule says what an element may hold: children as name, or name with "?" (at
// most one), "!" (just one) or "*" (any number); and its attributes, "!" for
// those that must be there.
type rule struct{ children, attrs string }

// shape holds an element and all below it against the rules.
func (j *judge) shape(e *element, path string, rules map[string]rule) {
	r, known := rules[path]
	j.must(known, "%s: no rule allows it", path)
	counts := map[string]int{}
	for _, c := range e.children {
		counts[c.name]++
		j.shape(c, strings.TrimPrefix(path+">"+c.name, ">"), rules)
	}
	for word := range strings.FieldsSeq(r.children) {
		name, mark := word[:len(word)-1], word[len(word)-1]
		n := counts[name]
		delete(counts, name)
		j.must(mark == '*' || n == 1 || mark == '?' && n == 0, "%s has %d of %s", path, n, word)
	}
	for name := range counts {
		j.must(false, "%s may not hold %s", path, name)
	}
	allowed := strings.Fields(r.attrs)
	for name, value := range e.attrs {
		j.must(slices.Contains(allowed, name) || slices.Contains(allowed, name+"!"), "%s may not bear %s", path, name)
		j.must(value != "", "%s: %s is empty", path, name)
	}
	for _, name := range allowed {
		if must, ok := strings.CutSuffix(name, "!"); ok {
			_, there := e.attrs[must]
			j.must(there, "%s lacks %s", path, must)
		}
	}
}

func (j *judge) address(what, s string) {
	u, err := url.Parse(s)
	j.must(err == nil && u.IsAbs() && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && !strings.ContainsAny(s, " \"<>\\^`{|}\n"), "%s: %q is no clean absolute address", what, s)
	j.canonical(what, s)
}

func (j *judge) lang(what, s string) {
	_, err := language.Parse(s)
	j.must(err == nil && s != "", "%s: %q is no language", what, s)
}

var (
	rfc822Form  = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$`)
	rfc3339Form = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
	mailForm    = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+ \([^()]+\)$`)
	htmlAddress = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	htmlTag     = regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)`)
)

func (j *judge) mailDate(what, s string) {
	t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", s)
	j.must(rfc822Form.MatchString(s) && err == nil && t.Weekday().String()[:3] == s[:3], "%s: %q is no date of RFC 822", what, s)
}

func (j *judge) date(what, s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	j.must(rfc3339Form.MatchString(s) && err == nil, "%s: %q is no date of RFC 3339", what, s)
	return t
}

// html holds content against what readers accept: known tags in order, every
// address absolute, no script and no style.
func (j *judge) html(what, s string) {
	for _, m := range htmlAddress.FindAllStringSubmatch(s, -1) {
		j.address(what, strings.NewReplacer("&amp;", "&", "&#34;", `"`, "&#39;", "'").Replace(m[1]))
	}
	var open []string
	for _, m := range htmlTag.FindAllStringSubmatch(s, -1) {
		j.must(slices.Contains(strings.Fields("p h2 h3 h4 h5 h6 a ul ol li blockquote pre code table tr td figure figcaption img cite strong span"), m[2]), "%s: <%s>", what, m[2])
		switch {
		case m[2] == "img":
		case m[1] == "":
			open = append(open, m[2])
		default:
			j.must(len(open) > 0 && open[len(open)-1] == m[2], "%s: </%s> closes %v", what, m[2], open)
			open = open[:max(0, len(open)-1)]
		}
	}
	j.must(len(open) == 0, "%s: %v left open", what, open)
	j.must(!regexp.MustCompile(`<[^>]*\s(style|on[a-z]+)=`).MatchString(s), "%s: style or handler", what)
}

func (j *judge) media(items []*element) {
	seen := map[string]bool{}
	for _, m := range items {
		j.address("media:content", m.attrs["url"])
		j.must(!seen[m.attrs["url"]], "media:content twice: %s", m.attrs["url"])
		seen[m.attrs["url"]] = true
		_, _, err := mime.ParseMediaType(m.attrs["type"])
		j.must(err == nil && strings.Contains(m.attrs["type"], "/"), "media type %q", m.attrs["type"])
		j.must(slices.Contains([]string{"image", "audio", "video", "document", "executable"}, m.attrs["medium"]), "medium %q", m.attrs["medium"])
		for _, n := range []string{"width", "height", "fileSize", "duration"} {
			if v, there := m.attrs[n]; there {
				num, err := strconv.Atoi(v)
				j.must(err == nil && num > 0, "media %s=%q", n, v)
			}
		}
		for _, c := range m.children {
			if c.name == "media:title" || c.name == "media:description" {
				j.must(c.attrs["type"] == "plain" || c.attrs["type"] == "html", "%s type %q", c.name, c.attrs["type"])
			}
		}
	}
}

func mediaRules(at string, rules map[string]rule) map[string]rule {
	rules[at+">media:content"] = rule{"media:title? media:description? media:credit* media:thumbnail*", "url! type! medium! width height fileSize duration"}
	rules[at+">media:content>media:title"] = rule{"", "type!"}
	rules[at+">media:content>media:description"] = rule{"", "type!"}
	rules[at+">media:content>media:credit"] = rule{"", "role! scheme!"}
	rules[at+">media:content>media:thumbnail"] = rule{"", "url! width height"}
	return rules
}

func leaves(rules map[string]rule, at string, names string) {
	for name := range strings.FieldsSeq(names) {
		rules[at+">"+name] = rule{}
	}
}

func rssRules() map[string]rule {
	rules := mediaRules("rss>channel>item", map[string]rule{
		"rss":                        {"channel!", "version!"},
		"rss>channel":                {"title! link! description! atom:link* language! managingEditor? webMaster? pubDate? lastBuildDate? generator! docs! ttl! image! item*", ""},
		"rss>channel>atom:link":      {"", "rel! href! type title"},
		"rss>channel>image":          {"url! title! link! width! height!", ""},
		"rss>channel>item":           {"title! link! guid! pubDate! dc:creator* dc:language? dc:rights? source? category* description? content:encoded? atom:updated? enclosure? media:content*", ""},
		"rss>channel>item>guid":      {"", "isPermaLink!"},
		"rss>channel>item>source":    {"", "url!"},
		"rss>channel>item>category":  {"", "domain"},
		"rss>channel>item>enclosure": {"", "url! length! type!"},
	})
	leaves(rules, "rss>channel", "title link description language managingEditor webMaster pubDate lastBuildDate generator docs ttl")
	leaves(rules, "rss>channel>image", "url title link width height")
	leaves(rules, "rss>channel>item", "title link pubDate dc:creator dc:language dc:rights description content:encoded atom:updated")
	return rules
}

// checkRSS lists what is wrong with an RSS 2.0 document that was asked at self.
func checkRSS(doc, self string) []string {
	j := &judge{where: "rss"}
	root, err := parseTree(doc, "")
	if err != nil {
		return []string{err.Error()}
	}
	j.shape(root, root.name, rssRules())
	if len(j.faults) > 0 {
		return j.faults
	}
	j.profile(root)
	j.plainTexts(doc)
	ch := root.children[0]
	j.must(root.attrs["version"] == "2.0", "version")
	j.must(ch.say("title") != "" && ch.say("description") != "", "empty title or description")
	j.address("link", ch.say("link"))
	j.lang("language", ch.say("language"))
	for _, name := range []string{"pubDate", "lastBuildDate"} {
		if s := ch.say(name); s != "" {
			j.mailDate(name, s)
		}
	}
	for _, name := range []string{"managingEditor", "webMaster"} {
		if s := ch.say(name); s != "" {
			j.must(mailForm.MatchString(s), "%s: %q", name, s)
		}
	}
	j.selfLink(ch.all("atom:link"), self)
	img := ch.all("image")[0]
	j.address("image", img.say("url"))
	w, _ := strconv.Atoi(img.say("width"))
	h, _ := strconv.Atoi(img.say("height"))
	j.must(0 < w && w <= 144 && 0 < h && h <= 400, "image of %d×%d", w, h)
	j.must(img.say("title") == ch.say("title") && img.say("link") == ch.say("link"), "image is not the channel's")
	guids := map[string]bool{}
	for n, it := range ch.all("item") {
		j.where = fmt.Sprintf("rss item %d", n)
		guid := it.all("guid")[0]
		j.must(guid.text != "" && !guids[guid.text] && guid.attrs["isPermaLink"] == "false", "guid %q", guid.text)
		guids[guid.text] = true
		j.must(it.say("title") != "" || it.say("description") != "", "neither title nor description")
		j.address("link", it.say("link"))
		j.mailDate("pubDate", it.say("pubDate"))
		j.html("content", it.say("content:encoded"))
		j.must(!regexp.MustCompile(`<[a-z]`).MatchString(it.say("description")), "markup in description")
		for _, e := range it.all("enclosure") {
			size, err := strconv.ParseInt(e.attrs["length"], 10, 64)
			j.must(err == nil && size >= 0 && strings.Contains(e.attrs["type"], "/"), "enclosure %v", e.attrs)
			j.address("enclosure", e.attrs["url"])
		}
		for _, e := range it.all("source") {
			j.address("source", e.attrs["url"])
			j.must(e.text != "", "source without title")
		}
		for _, e := range append(it.all("category"), it.all("dc:creator")...) {
			j.must(strings.TrimSpace(e.text) != "", "empty %s", e.name)
		}
		if s := it.say("dc:language"); s != "" {
			j.lang("dc:language", s)
		}
		j.media(it.all("media:content"))
	}
	return j.faults
}

func (j *judge) selfLink(links []*element, self string) {
	selves := 0
	seen := map[string]bool{}
	for _, l := range links {
		j.address("link "+l.attrs["rel"], l.attrs["href"])
		key := l.attrs["rel"] + l.attrs["type"] + l.attrs["hreflang"]
		j.must(!seen[key], "two links %s", key)
		seen[key] = true
		if l.attrs["rel"] == "self" {
			selves++
			j.must(l.attrs["href"] == self, "self is %s, asked was %s", l.attrs["href"], self)
		}
	}
	j.must(selves == 1, "%d self links", selves)
}

func atomRules() map[string]rule {
	rules := mediaRules("feed>entry", map[string]rule{
		"feed":                   {"id! title! subtitle? updated! author! link* generator? icon? logo? rights? fh:archive? at:deleted-entry* entry*", "xml:lang!"},
		"feed>at:deleted-entry":  {"", "ref! when!"},
		"feed>author":            {"name! uri? email?", ""},
		"feed>generator":         {"", "version uri"},
		"feed>entry":             {"id! title! updated! published! link* author* category* summary? content? rights? source? media:content*", "xml:lang!"},
		"feed>entry>author":      {"name! uri? email?", ""},
		"feed>entry>category":    {"", "term! scheme label"},
		"feed>entry>source":      {"id! title! updated! link* rights?", ""},
		"feed>entry>source>link": {"", "rel! href! type"},
	})
	leaves(rules, "feed", "fh:archive id updated icon logo author>name author>uri author>email")
	leaves(rules, "feed>entry", "id updated published source>id source>updated author>name author>uri author>email")
	for _, text := range strings.Fields("title subtitle rights entry>title entry>summary entry>content entry>rights entry>source>title entry>source>rights") {
		rules["feed>"+text] = rule{"", "type!"}
	}
	for _, link := range []string{"feed>link", "feed>entry>link"} {
		rules[link] = rule{"", "rel! href! type title hreflang length"}
	}
	return rules
}

// checkAtom lists what is wrong with an Atom 1.0 document asked at self.
func checkAtom(doc, self string) []string {
	j := &judge{where: "atom"}
	root, err := parseTree(doc, nsAtom)
	if err != nil {
		return []string{err.Error()}
	}
	j.shape(root, root.name, atomRules())
	if len(j.faults) > 0 {
		return j.faults
	}
	j.profile(root)
	j.plainTexts(doc)
	j.lang("xml:lang", root.attrs["xml:lang"])
	j.selfLink(root.all("link"), self)
	newest := j.date("updated", root.say("updated"))
	ids, stamps, latest := map[string]bool{root.say("id"): true}, map[string]bool{}, time.Time{}
	j.must(strings.HasPrefix(root.say("id"), "tag:"), "id %q", root.say("id"))
	j.must(root.say("title") != "" && root.all("author")[0].say("name") != "", "empty title or author")
	for n, e := range root.all("entry") {
		j.where = fmt.Sprintf("atom entry %d", n)
		j.lang("xml:lang", e.attrs["xml:lang"])
		j.must(strings.HasPrefix(e.say("id"), "tag:") && !ids[e.say("id")], "id %q", e.say("id"))
		ids[e.say("id")] = true
		updated, published := j.date("updated", e.say("updated")), j.date("published", e.say("published"))
		j.must(!updated.Before(published), "updated %v before published %v", updated, published)
		j.must(!stamps[e.say("updated")], "two entries updated %s", e.say("updated"))
		stamps[e.say("updated")] = true
		if updated.After(latest) {
			latest = updated
		}
		j.must(e.say("title") != "" && e.all("title")[0].attrs["type"] == "text", "title")
		j.must(e.say("content") != "" || e.say("summary") != "" || len(e.all("content"))+len(e.all("summary")) == 0, "empty content or summary")
		j.html("content", e.say("content"))
		alternates := map[string]bool{}
		for _, l := range e.all("link") {
			j.address("link", l.attrs["href"])
			if l.attrs["rel"] == "alternate" {
				key := l.attrs["type"] + l.attrs["hreflang"]
				j.must(!alternates[key], "two alternates of %s", key)
				alternates[key] = true
			}
			j.must(slices.Contains([]string{"alternate", "related", "enclosure", "self", "via"}, l.attrs["rel"]), "rel %q", l.attrs["rel"])
			if s := l.attrs["hreflang"]; s != "" {
				j.lang("hreflang", s)
			}
		}
		j.must(len(alternates) > 0 || e.say("content") != "", "neither alternate nor content")
		for _, src := range e.all("source") {
			j.address("source id", src.say("id"))
			j.must(src.say("title") != "", "source without title")
			j.date("source updated", src.say("updated"))
		}
		for _, c := range e.all("category") {
			u, err := url.Parse(c.attrs["scheme"])
			j.must(err == nil && (c.attrs["scheme"] == "" || u.IsAbs()), "scheme %q", c.attrs["scheme"])
		}
		j.media(e.all("media:content"))
	}
	for _, d := range root.all("at:deleted-entry") { // RFC 6721 section 3
		ref, when := d.attrs["ref"], j.date("when", d.attrs["when"])
		j.must(strings.HasPrefix(ref, "tag:") && !ids[ref], "deleted-entry %q", ref)
		ids[ref] = true
		if when.After(latest) {
			latest = when
		}
	}
	j.must(latest.IsZero() || latest.Equal(newest), "feed updated %v, newest entry %v", newest, latest)
	return j.faults
}

func TestEveryDocumentIsValid(t *testing.T) {
	change := func(f func(a *news.Article)) []news.Story {
		st := richStory()
		f(&st.Articles[0])
		return []news.Story{st, plainStory(1)}
	}
	say := func(text string) []news.Story {
		return change(func(a *news.Article) {
			a.Headline, a.Lede, a.Byline, a.Categories, a.Outlet, a.Kicker, a.Lead.Caption, a.Lead.Credit, a.RightsLine = text, text, []string{text}, []string{text}, text, text, text, text, text
			a.Body = append(a.Body, news.Block{Text: text}, news.Block{Kind: news.List, Items: []string{text}})
		})
	}
	var many []news.Story
	for n := range 1000 {
		st := plainStory(n)
		many = append(many, st)
	}
	for name, stories := range map[string][]news.Story{
		"rich": change(func(*news.Article) {}), "empty": nil, "one": {plainStory(1)}, "thousand": many,
		"no title": change(func(a *news.Article) { a.Headline = "" }),
		"no date":  change(func(a *news.Article) { a.Published = time.Time{} }),
		"no words": change(func(a *news.Article) { a.Headline, a.Lede, a.Body, a.Lang, a.Link = "", "", nil, "", "" }),
		"markup":   say("<b>bold</b> &amp; &lt;i&gt; \"q\""), "cdata": say("a ]]> b"), "controls": say("a\x00\x0b\x1f\u0085b"), "rtl": say("أخبار \u202eاليوم\u202c"), "emoji": say("👩‍👩‍👧 🇮🇩"), "ampersands": say("S&P500 AT&T Q&A &pi &#x26; R&D"), "mail": say("Desk <desk@post.example>"),
		"odd language": change(func(a *news.Article) { a.Lang = "xx-not_a tag" }), "long language": change(func(a *news.Article) { a.Lang = "abcdefghijkl" }),
		"no lede": change(func(a *news.Article) { a.Lede = "" }), "only pictures": change(func(a *news.Article) { a.Lede, a.Body = "", nil }),
		"clock not set": change(func(a *news.Article) { a.Published = time.Unix(0, 0) }), "narrow language": change(func(a *news.Article) { a.Lang = "ckb" }),
		"broken bytes": say("caf\xe9 \uFFFD au lait"), "lists of addresses": change(func(a *news.Article) {
			a.Link, a.Lead.Src = "HTTPS://Кремль.РФ:443/новости[1]?a[]=1&b=%7e%2f|x#й", "http://img.example?w=1"
			a.Body[0].Links[0].URL = "https://pelabuhan.example:8443/%zz/100%?q=a b"
		}),
		"odd addresses": change(func(a *news.Article) { a.Link, a.Lead.Src = "https://x.example/a b|c?q=ä^{}", "//img.example/x" }),
		"headline only": change(func(a *news.Article) { a.Rights, a.Source = news.RightsHeadline, "briefly" }),
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := desk(t, stories...)
			queries := []string{"", "?limit=1000", "?limit=1", "?lang=en", "?lang=xx", "?lang=id,en", "?source=pelabuhan", "?full=0", "?limit=2&full=0&lang=en"}
			if len(stories) > 100 {
				queries = queries[:2]
			}
			for _, query := range queries {
				for path, check := range map[string]func(string, string) []string{rssPath: checkRSS, atomPath: checkAtom, jsonPath: checkJSON} {
					for _, fault := range check(get(t, s, path+query), "https://news.example.org"+path+query) {
						t.Errorf("%s%s: %s", path, query, fault)
					}
				}
			}
		})
	}
}
