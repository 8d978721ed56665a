package fetcher

import (
	"regexp"
	"strings"
)

// baseOf is what addresses inside an element are relative to.
func (t translator) baseOf(el *element) string {
	if el == nil {
		return t.base
	}
	return resolve(t.base, orString(el.base, t.base))
}

// text reads a text, in Atom by its type, elsewhere by its looks.
func (t translator) text(el *element) (plain string, h HTML) {
	if el == nil {
		return "", HTML{}
	}
	var fragment string
	if t.format == "atom" || el.attr("type") != "" {
		fragment, plain = typedText(el)
	} else {
		fragment, plain = guessedText(el)
	}
	if fragment == "" {
		return "", HTML{}
	}
	return plain, HTML{fragment, t.baseOf(el)}
}

// meta reads what feeds, entries and sources have in common.
func (t translator) meta(m *Meta, el *element) {
	base := t.baseOf(el)
	m.Title, m.TitleHTML = t.text(el.first("title", "dc:title", "media:title", "itunes:title"))
	m.ID = t.id(el)
	m.Rights, m.RightsHTML = t.text(el.first("rights", "copyright", "dc:rights"))
	m.License = t.license(el)
	m.Icon = resolve(base, el.first("icon").text())
	m.Logo = resolve(base, el.first("logo").text())
	m.Language = languageTag(el.first("language", "dc:language").text())
	if m.Language == "" && t.format == "atom" {
		m.Language = el.lang
	}
	t.links(m, el)
	t.persons(m, el)
	t.dates(m, el)
	t.itunes(m, el)
	if g := el.first("generator"); g != nil && (t.format == "atom") {
		m.Generator = &Generator{g.text(), resolve(base, orString(g.attr("uri"), g.attr("url"))), g.attr("version")}
	}
	m.Geo = geo(el)
	if t.format == "cdf" {
		t.cdf(m, el)
	}
}

// cdf reads what CDF says in attributes, in capitals or not.
func (t translator) cdf(m *Meta, el *element) {
	for _, a := range el.attrs {
		switch strings.ToLower(a.name) {
		case "href":
			m.Link = orString(m.Link, resolve(t.baseOf(el), a.value))
		case "lastmod":
			m.Updated = orDate(m.Updated, a.value)
		}
	}
}

// id is the identity as written. Atom's ids are addresses and may be relative;
// anything absolute stays byte for byte.
func (t translator) id(el *element) string {
	if id := lastWithText(el, "id"); id != nil {
		text := id.text()
		if strings.HasPrefix(text, "/") {
			return resolve(t.baseOf(id), text)
		}
		return text
	}
	if id := lastWithText(el, "guid"); id != nil {
		return id.text()
	}
	for _, a := range el.attrs {
		if a.name == "about" || strings.HasSuffix(a.name, ":about") {
			return a.value
		}
	}
	return el.first("dc:identifier").text()
}

func lastWithText(el *element, name string) *element {
	var found *element
	for _, kid := range el.kids {
		if kid.name == name && len(kid.inner) > 0 {
			found = kid
		}
	}
	return found
}

func (t translator) license(el *element) string {
	for _, kid := range el.kids {
		switch {
		case kid.name == "cc:license":
			return orString(kid.attr("resource"), kid.text())
		case kid.name == "creativecommons:license":
			return kid.text()
		case kid.name == "link" && kid.attr("rel") == "license":
			return resolve(t.baseOf(kid), kid.attr("href"))
		}
	}
	return ""
}

// links reads Atom's links wherever they stand, and the plain ones of RSS.
func (t translator) links(m *Meta, el *element) {
	for _, kid := range el.kids {
		switch kid.name {
		case "link", "atom:link", "itunes:link", "prodlink":
		default:
			continue
		}
		base := t.baseOf(kid)
		href := kid.attr("href")
		if href == "" {
			if href = kid.text(); href == "" {
				continue
			}
			if rel := kid.attr("rel"); m.Link == "" && (rel == "" || rel == "alternate") {
				m.Link = resolve(base, href)
			}
		}
		l := Link{resolve(base, href), kid.attr("rel"), kid.attr("type"), kid.attr("hreflang"), kid.attr("title"), kid.attr("length")}
		l.Rel = strings.TrimPrefix(l.Rel, "http://www.iana.org/assignments/relation/")
		if l.Rel == "" {
			l.Rel = "alternate"
		}
		if kid.name == "itunes:link" {
			continue
		}
		m.Links = append(m.Links, l)
	}
}

func (t translator) persons(m *Meta, el *element) {
	for _, kid := range el.kids {
		switch kid.name {
		case "author", "managingeditor", "dc:creator", "dc:author", "itunes:author":
			m.Authors = appendPerson(m.Authors, t.person(kid))
		case "contributor", "dc:contributor":
			m.Contributors = appendPerson(m.Contributors, t.person(kid))
		case "dc:publisher", "webmaster", "itunes:owner":
			if p := t.person(kid); m.Publisher == nil && p != (Person{}) {
				m.Publisher = &p
			}
		}
	}
}

func (t translator) person(el *element) Person {
	if len(el.kids) == 0 {
		return splitPerson(el.text())
	}
	p := Person{Name: el.first("name", "itunes:name").text(), Email: el.first("email", "itunes:email").text()}
	if u := el.first("uri", "url", "homepage"); u != nil {
		p.URL = resolve(t.baseOf(u), u.text())
	}
	return p
}

var mailAddress = regexp.MustCompile(`[\w.%+\-]+@[\w\-]+(?:\.[\w\-]+)+`)

// splitPerson tells the name from the mail address in "mail (Name)",
// "Name (mail)" and "Name <mail>".
func splitPerson(s string) Person {
	if len(s) > 1024 {
		s = s[:1024]
	}
	mail := mailAddress.FindString(s)
	if mail == "" {
		return Person{Name: s}
	}
	name := strings.Replace(strings.TrimPrefix(s, "mailto:"), mail, "", 1)
	name = strings.NewReplacer("()", "", "<>", "", "&lt;&gt;", "").Replace(name)
	name = strings.TrimSpace(name)
	if strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")") {
		name = strings.TrimSpace(name[1 : len(name)-1])
	}
	return Person{Name: name, Email: mail}
}

// maxPersons bounds the authors of one thing.
const maxPersons = 200

// appendPerson adds a person, or what is new about the one named before.
func appendPerson(list []Person, p Person) []Person {
	if p == (Person{}) || len(list) >= maxPersons {
		return list
	}
	for _, old := range list {
		if old == p || old.Name == p.Name && p.Email == "" && p.URL == "" {
			return list
		}
	}
	return append(list, p)
}

func (t translator) dates(m *Meta, el *element) {
	read := func(names ...string) (d Date) {
		for _, name := range names {
			for _, kid := range el.kids {
				if kid.name == name {
					d = orDate(d, kid.text())
				}
			}
		}
		return d
	}
	m.Updated = read("updated", "modified", "dcterms:modified", "lastbuilddate", "dc:date")
	m.Published = read("published", "issued", "dcterms:issued", "pubdate")
	m.Created = read("created", "dcterms:created")
	m.Expired = read("expirationdate")
}

func (t translator) itunes(m *Meta, el *element) {
	it := Itunes{Duration: el.first("itunes:duration").text()}
	if e := el.first("itunes:explicit").text(); e != "" {
		yes := isYes(e)
		no := strings.EqualFold(e, "no") || strings.EqualFold(e, "false") || strings.EqualFold(e, "clean")
		if yes || no {
			it.Explicit = &yes
		}
	}
	if b := el.first("itunes:block").text(); b != "" {
		yes := strings.EqualFold(b, "yes")
		it.Block = &yes
	}
	if it != (Itunes{}) {
		m.Itunes = &it
	}
}

// addCategories reads the keywords that are no native categories.
func (t translator) addCategories(m *Meta, el *element) {
	const itunesScheme = "http://www.itunes.com/"
	var walk func(kids []*element, depth int)
	walk = func(kids []*element, depth int) {
		for _, kid := range kids {
			switch {
			case kid.name == "itunes:category" && depth < 4:
				m.Categories = appendCategory(m.Categories, Category{Term: orString(kid.attr("text"), kid.text()), Scheme: itunesScheme})
				walk(kid.kids, depth+1)
			case depth > 0:
			case kid.name == "dc:subject":
				m.Categories = appendCategory(m.Categories, Category{Term: kid.text()})
			case kid.name == "media:category":
				m.Categories = appendCategory(m.Categories, Category{kid.text(), orString(kid.attr("scheme"), "http://search.yahoo.com/mrss/category_schema"), kid.attr("label")})
			case kid.name == "itunes:keywords" || kid.name == "media:keywords":
				for _, word := range strings.FieldsFunc(kid.text(), func(r rune) bool { return r == ',' || r == ';' }) {
					m.Categories = appendCategory(m.Categories, Category{Term: word, Scheme: itunesScheme})
				}
			}
		}
	}
	walk(el.kids, 0)
}

// images finds the picture: the podcast's, in any of the spellings seen, goes
// before the channel's.
func (t translator) images(m *Meta, el *element) {
	for _, kid := range el.kids {
		url := ""
		switch {
		case kid.name == "itunes:image":
			url = orString(kid.attr("href"), orString(kid.attr("url"), kid.text()))
		case kid.name == "itunes:link" && kid.attr("rel") == "image":
			url = kid.attr("href")
		case kid.name == "image" && m.Image == nil:
			url = orString(kid.first("url").text(), kid.attr("href"))
		}
		if url == "" {
			continue
		}
		if m.Image == nil {
			m.Image = &Image{}
		}
		m.Image.URL = resolve(t.baseOf(kid), url)
	}
}

func orString(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
