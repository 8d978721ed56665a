package publish

import (
	"mime"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"dateline/news"
)

// mediaContent is one file in Media RSS, with all that is said of it nested.
type mediaContent struct {
	XMLName     struct{}     `xml:"media:content"`
	URL         string       `xml:"url,attr"`
	Type        string       `xml:"type,attr,omitempty"`
	Medium      string       `xml:"medium,attr,omitempty"`
	Width       string       `xml:"width,attr,omitempty"`
	Height      string       `xml:"height,attr,omitempty"`
	FileSize    string       `xml:"fileSize,attr,omitempty"`
	Duration    string       `xml:"duration,attr,omitempty"`
	Title       *mediaText   `xml:"media:title"`
	Description *mediaText   `xml:"media:description"`
	Credit      *mediaCredit `xml:"media:credit"`
	Thumbnail   *mediaThumb  `xml:"media:thumbnail"`
}

type mediaText struct {
	Type    string `xml:"type,attr"`
	Escaped string `xml:",innerxml"` // in hexadecimal references
}

type mediaCredit struct {
	Role   string `xml:"role,attr"`
	Scheme string `xml:"scheme,attr"`
	Name   string `xml:",chardata"`
}

type mediaThumb struct {
	URL    string `xml:"url,attr"`
	Width  string `xml:"width,attr,omitempty"`
	Height string `xml:"height,attr,omitempty"`
}

// file is something that an article carries.
type file struct {
	URL, Type, Medium, Title, Caption, Credit string
	Width, Height                             int
	Length                                    int64
	Duration                                  time.Duration
}

// filesOf lists an article's files, each address once: recordings and
// documents first, then the pictures.
func filesOf(a *news.Article) []file {
	var files []file
	seen := map[string]bool{"": true}
	add := func(f file) {
		f.URL = address(f.URL)
		if seen[f.URL] {
			return
		}
		seen[f.URL] = true
		f.Type = mediaType(f)
		files = append(files, f)
	}
	for _, m := range a.Media {
		if !m.Thumbnail {
			add(file{URL: m.URL, Type: m.Type, Medium: medium(m), Title: line(m.Title), Caption: line(m.Description), Credit: line(m.Credit),
				Width: m.Width, Height: m.Height, Length: max(0, m.Length), Duration: m.Duration})
		}
	}
	for _, f := range a.Figures() {
		add(file{URL: f.Src, Type: f.Type, Medium: "image", Title: line(f.Alt), Caption: line(f.Caption), Credit: line(f.Credit),
			Width: f.Width, Height: f.Height, Length: max(0, f.Length)})
	}
	return files
}

// enclosures are what a reader may play or show beside the text: recordings
// and documents, and where there are none the lead picture.
func enclosures(a *news.Article) []file {
	var files []file
	lead := ""
	if a.Lead != nil {
		lead = address(a.Lead.Src)
	}
	for _, f := range filesOf(a) {
		if f.Medium != "image" || f.URL == lead {
			files = append(files, f)
		}
	}
	return files
}

func mediaOf(a *news.Article) []mediaContent {
	var all []mediaContent
	for _, f := range filesOf(a) {
		m := mediaContent{URL: f.URL, Type: f.Type, Medium: f.Medium, Width: itoa(f.Width), Height: itoa(f.Height)}
		if f.Length > 0 {
			m.FileSize = strconv.FormatInt(f.Length, 10)
		}
		if secs := int(f.Duration / time.Second); secs > 0 {
			m.Duration = strconv.Itoa(secs)
		}
		if f.Title != "" {
			m.Title = &mediaText{"plain", hexText(f.Title)}
		}
		if f.Caption != "" {
			m.Description = &mediaText{"plain", hexText(f.Caption)}
		}
		if f.Credit != "" {
			m.Credit = &mediaCredit{Role: "photographer", Scheme: "urn:ebu", Name: f.Credit}
			if f.Medium != "image" {
				m.Credit.Role = "producer"
			}
		}
		if f.Medium == "image" && f.Width > 0 && f.Height > 0 {
			m.Thumbnail = &mediaThumb{URL: f.URL, Width: itoa(f.Width), Height: itoa(f.Height)}
		}
		all = append(all, m)
	}
	return all
}

// medium is one of the words Media RSS has; empty: none fits.
func medium(m news.Media) string {
	switch m.Medium {
	case "image", "audio", "video", "document":
		return m.Medium
	}
	switch kind, _, _ := strings.Cut(m.Type, "/"); kind {
	case "image", "audio", "video":
		return kind
	}
	return "document"
}

// mediaType is a file's media type: as told, else by the end of its address,
// else the commonest of its kind.
func mediaType(f file) string {
	if t, _, err := mime.ParseMediaType(f.Type); err == nil && strings.Contains(t, "/") {
		return t
	}
	if u, err := url.Parse(f.URL); err == nil {
		if t := typeByName(strings.ToLower(path.Ext(u.Path))); t != "" {
			return t
		}
	}
	switch f.Medium {
	case "image":
		return "image/jpeg"
	case "audio":
		return "audio/mpeg"
	case "video":
		return "video/mp4"
	}
	return "application/octet-stream"
}

// typeByName knows the types of what news carries. The system's own table is
// not asked: it differs from machine to machine, and so would our bytes.
func typeByName(ext string) string {
	switch ext {
	case ".jpg", ".jpeg", ".jfif":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".gif":
		return "image/gif"
	case ".webp":
		return "image/webp"
	case ".avif":
		return "image/avif"
	case ".svg":
		return "image/svg+xml"
	case ".mp3":
		return "audio/mpeg"
	case ".m4a":
		return "audio/mp4"
	case ".ogg", ".oga":
		return "audio/ogg"
	case ".mp4", ".m4v":
		return "video/mp4"
	case ".webm":
		return "video/webm"
	case ".pdf":
		return "application/pdf"
	}
	return ""
}
