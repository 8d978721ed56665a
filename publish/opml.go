package publish

import (
	"encoding/xml"
	"strings"
)

type opmlRoot struct {
	XMLName xml.Name `xml:"opml"`
	Version string   `xml:"version,attr"`
	Head    struct {
		Title string `xml:"title"`
		Owner string `xml:"ownerName,omitempty"`
	} `xml:"head"`
	Body struct {
		Outlines []opmlOutline `xml:"outline"`
	} `xml:"body"`
}

type opmlOutline struct {
	Text        string `xml:"text,attr"`
	Title       string `xml:"title,attr"`
	Type        string `xml:"type,attr"`
	XMLURL      string `xml:"xmlUrl,attr"`
	HTMLURL     string `xml:"htmlUrl,attr"`
	Description string `xml:"description,attr,omitempty"`
}

// opml lists every topic's feed for readers to take over at once.
func (p press) opml() (document, error) {
	var doc opmlRoot
	doc.Version = "2.0"
	doc.Head.Title = line(p.head.Site.Title)
	doc.Head.Owner = doc.Head.Title
	for i := range p.head.Topics {
		ed := newEdition(p.head, &p.head.Topics[i], want{}, nil, "")
		doc.Body.Outlines = append(doc.Body.Outlines, opmlOutline{
			Text: ed.title(), Title: ed.title(), Type: "rss", // of any feed; the versions that are known are RSS's alone
			XMLURL: ed.at(".atom"), HTMLURL: ed.at(""), Description: ed.description(),
		})
	}
	body, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return document{}, err
	}
	return document{body: []byte(strings.TrimSuffix(xml.Header, "\n") + "\n" + string(body) + "\n"), mediaType: "text/x-opml; charset=utf-8"}, nil
}
