package normalize

import (
	"strings"
	"testing"
	"time"

	"dateline/news"
)

// A text so short that trimming takes it stays where a picture does, too.
func TestAShortTextBesideAPictureIsKept(t *testing.T) {
	for content, want := range map[string]string{
		`<p>The harbour was shut today. <a href="x">Gazette</a> <img src="https://j.example/i.png"></p>`:                                           "The harbour was shut today. Gazette",
		`<p>The harbour was shut today. <a href="x">Gazette</a></p>`:                                                                               "The harbour was shut today. Gazette",
		`<figure><img src="https://j.example/i.png"><figcaption>The harbour from above. Photo: Ida Brand</figcaption></figure>`:                    "",
		`<p><img src="https://j.example/i.png"></p><p><a href="https://j.example/more">Read more</a></p>`:                                          "",
		`<p><img src="https://j.example/i.png"></p><table><tr><td>Wheat</td><td>12</td></tr><tr><td>Rye</td><td>9</td></tr></table><p>Harbour</p>`: "",
	} {
		a := Article(news.Source{ID: "a", Title: "A"}, &news.Item{Title: "Harbour", Content: content}, nil, time.Time{})
		if got := a.Text(); got != want {
			t.Errorf("%s\n got %q\nwant %q", content, got, want)
		}
	}
}

// A terminal obeys control characters, and feeds of XML may not hold them.
func TestControlCharactersAreNoText(t *testing.T) {
	const odd = "\x00\x07\x1b\x0e\x7f\u009b\u200b\ufeff\u202e\ufffe\uffff"
	const body = "The harbour of Eastmouth was shut on Monday, the port captain said in the town hall, and no ship may enter before spring."
	spoilt := strings.ReplaceAll(body, "a", "a"+odd)
	item := news.Item{Title: "Har" + odd + "bour", Authors: []news.Person{{Name: "Ma" + odd + "ra Quill"}}, Content: `<img src="https://j.example/i.png" alt="shi` + odd + `p"><p>` + spoilt + `</p>`}
	text := spoilt + "\n\n" + spoilt + " Again."
	page := `<html><head><title>Har` + odd + `bour</title></head><body><article><h1>Har` + odd + `bour</h1><p>` + spoilt + `</p><p>` + spoilt + ` Again.</p></article></body></html>`
	for name, a := range map[string]news.Article{
		"item": Article(news.Source{ID: "a", Title: "A"}, &item, nil, time.Time{}),
		"text": Text("Harbour"+odd+"\n\n"+text, Hints{}),
		"page": Page([]news.Page{{HTML: []byte(page)}}, Hints{}),
	} {
		if !strings.HasPrefix(a.Text(), body) {
			t.Errorf("%s: got %q", name, a.Text())
		}
		all := a.Headline + a.Lede + a.Text() + strings.Join(a.Byline, "")
		for _, f := range a.Figures() {
			all += f.Alt + f.Caption
		}
		if at := strings.IndexFunc(all, func(r rune) bool { return r != '\n' && strings.ContainsRune(odd, r) }); at >= 0 {
			t.Errorf("%s: %q is left in %q", name, all[at:at+1], all)
		}
	}
}

// What stands within a picture element of AMP is there for other browsers.
func TestPicturesOfAMPPagesAreRead(t *testing.T) {
	page := `<html amp lang="en"><head><title>Harbour shut</title></head><body><article><h1>Harbour shut</h1>
<figure><amp-img src="/crane.jpg" width="800" height="500" layout="responsive"><noscript><img src="/plain.jpg"></noscript></amp-img>
<figcaption>The crane in the basin.</figcaption></figure>
<p>The harbour of Eastmouth was shut on Monday after a crane fell into the basin, the port captain said in the town hall.</p>
<p>Eleven ships were turned away, and no ship may enter before spring, when the season for citrus begins.</p></article></body></html>`
	a := Page([]news.Page{{Address: "https://outlet.example/amp/1", HTML: []byte(page)}}, Hints{URL: "https://outlet.example/amp/1"})
	figures := a.Figures()
	if len(figures) != 1 || figures[0].Src != "https://outlet.example/crane.jpg" || figures[0].Caption != "The crane in the basin." {
		t.Errorf("got %d figures, %+v", len(figures), figures)
	}
}
