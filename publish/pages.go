package publish

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/news"
)

//go:embed web
var web embed.FS

const logoFile = "logo.png"

// iconFile names the icon of a size.
func iconFile(size int) string { return "icon-" + strconv.Itoa(size) + ".png" }

// pages are the templates, and our own files ready to be served.
type pages struct {
	templates *template.Template
	assets    map[string]*edited
}

func newPages() (*pages, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"iso": rfc3339, "typed": typed, "plural": plural, "commas": commas, "segments": segments,
	}).ParseFS(web, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("read page templates: %w", err)
	}
	p := &pages{templates: t, assets: map[string]*edited{}}
	for _, pattern := range []string{"web/*.css", "web/*.js", "web/*.png"} {
		names, _ := fs.Glob(web, pattern) // the pattern is sound
		for _, name := range names {
			body, err := web.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read own files: %w", err)
			}
			p.assets[path.Base(name)] = edit(document{body: body, mediaType: assetType(name)})
		}
	}
	p.assets["favicon.ico"] = p.assets[iconFile(64)] // browsers ask for it where a document names no icon
	return p, nil
}

// typed is one of our media types as an attribute. The template would write
// its plus sign as a reference, which feed readers that search pages without
// an HTML parser do not understand.
func typed(mediaType string) template.HTMLAttr {
	return template.HTMLAttr(`type="` + template.HTMLEscapeString(mediaType) + `"`)
}

func assetType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	}
	if t := typeByName(path.Ext(name)); t != "" {
		return t
	}
	return mime.TypeByExtension(path.Ext(name))
}

// view is what every page's template is given.
type view struct {
	Site   Site
	Title  string // of the page
	Topics []topicLine
	Here   string // which part of the site this is
	To     func(string) string
	Static bool       // no server answers queries
	Closed bool       // there is no page on the sources here
	Bench  bool       // the reader may use the workbench
	Feeds  []atomLink // alternates for the head
	Canon  string
	Year   int // times of this year are written without it
	Page   any // what the page itself is about
}

type topicLine struct {
	ID    news.TopicID
	Title string
	Here  bool // this is the page that is open
}

func (p press) view(title, here, canon string) view {
	v := view{Site: p.head.Site, Title: title, Here: here, To: p.to, Static: p.static, Closed: p.static && len(p.head.admin) > 0, Canon: p.head.base + canon}
	v.Bench = p.bench && (p.head.Access.Local || slices.Contains(editorial, "/"+here))
	for i := range p.head.Topics {
		v.Topics = append(v.Topics, topicLine{ID: p.head.Topics[i].ID, Title: p.head.topicTitle(p.head.Topics[i].ID)})
	}
	return v
}

func (p press) page(name string, v view, changed time.Time) (document, error) {
	var b bytes.Buffer
	if err := p.pages.templates.ExecuteTemplate(&b, name, v); err != nil {
		return document{}, fmt.Errorf("write page: %w", err)
	}
	return document{body: b.Bytes(), mediaType: typeHTML + "; charset=utf-8", changed: changed}, nil
}

// Clock is a time as a page prints it, without the year where it is the
// page's own.
func (v view) Clock(t time.Time) string {
	if t.UTC().Year() == v.Year {
		return t.UTC().Format("2 Jan, 15:04 UTC")
	}
	return day(t)
}

// day is a time in full.
func day(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") }

// plural is a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// commas is a list of words in one line.
func commas(words []string) string { return strings.Join(words, ", ") }

// segments is an address in the parts after which it may be broken.
func segments(address string) []string { return strings.SplitAfter(address, "/") }

// refuse answers with what is wrong: a page for people, a sentence for
// programs.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, head *masthead, err error) {
	f, ok := err.(fault)
	if !ok {
		f = fault{http.StatusInternalServerError, "Something went wrong here."}
	}
	if f.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	switch f.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="dateline"`)
		w.Header().Add("WWW-Authenticate", `Basic realm="dateline", charset="UTF-8"`) // browsers ask for it: the token is the password
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "60")
	}
	if strings.HasPrefix(strings.TrimPrefix(r.URL.Path, head.path), apiPrefix+"/") {
		refuseAPI(w, r, f)
		return
	}
	if !wantsPage(r) {
		say(w, r, f.status, f.words+"\n")
		return
	}
	p := s.press(head)
	v := p.view(http.StatusText(f.status), "fault", "/")
	v.Canon, v.Page = "", f
	doc, err := p.page("fault.html", v, time.Time{})
	if err != nil {
		say(w, r, f.status, f.words+"\n")
		return
	}
	h := w.Header()
	h.Set("Content-Type", doc.mediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(doc.body)))
	w.WriteHeader(f.status)
	if r.Method != http.MethodHead {
		w.Write(doc.body)
	}
}

// wantsPage reports whether a person is asking.
func wantsPage(r *http.Request) bool {
	for _, v := range r.Header.Values("Accept") {
		if bytes.Contains([]byte(v), []byte(typeHTML)) {
			return true
		}
	}
	return false
}

// Words tells the fault to templates.
func (f fault) Words() string { return f.words }

// Status tells its number.
func (f fault) Status() int { return f.status }
