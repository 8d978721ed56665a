package news

import (
	"fmt"
	"strings"
	"time"
)

// Article is an Item after copy-editing. It is safe to print: it holds plain
// text, and addresses that are absolute and http or https.
type Article struct {
	ID        ArticleID
	Source    SourceID
	Outlet    string // how the outlet is credited
	Publisher string // the newsroom, for counting distinct ones
	GUID      string // as the outlet sent it, for provenance
	Link      string // the article's page, cleaned of tracking; empty: it has none

	Headline string
	Kicker   string // the short line above the headline
	Lede     string // the summary: plain text, one paragraph
	Byline   []string
	Agency   string // "Reuters", "ТАСС"
	Dateline string // place: "PYONGYANG"
	Body     []Block
	Lead     *Figure // the lead picture; it is not among Body
	Media    []Media // audio, video and documents; pictures are figures

	Categories []string
	Lang       string // BCP 47; empty: unknown
	Kind       Kind
	Truncated  bool   // the text says it goes on elsewhere
	Pages      int    // of the outlet's site that were read; 0: the feed's own text
	Note       string // what stood in the way of a better text, for the sources page
	Rights     Rights
	RightsLine string // the outlet's own words

	Published time.Time // claimed by the outlet; zero: it claims nothing
	Updated   time.Time // claimed by the outlet
	Filed     time.Time // ours: the only date that orders anything
	Changed   time.Time // when the last change that a reader should see arrived

	Topics  []TopicID // filed under
	Matches []Match   // and why

	Earlier []Version // what it said before it was corrected, oldest first; its story keeps them, the archive does not
}

// Version is what an article said before a correction.
type Version struct {
	Since    time.Time // when it arrived
	Headline string
	Lede     string
	Passages []string // the body's text, block by block; nil: it had none, or it was too long to be kept
	FromPage bool     // read from the outlet's page; else the feed's own text
}

// The bounds of what is kept of an article's earlier versions.
const (
	MaxVersions     = 6
	MaxVersionBytes = 32 << 10 // of text, of all versions of one article together
)

// Kind is what sort of page an article was read from.
type Kind string

// The kinds. An empty Kind is KindArticle.
const (
	KindArticle Kind = "article"
	KindBrief   Kind = "brief"   // a few sentences
	KindLive    Kind = "live"    // a running page of posts
	KindConsent Kind = "consent" // not the article but a wall before it
	KindIndex   Kind = "index"   // not an article but a list of them
)

// BlockKind is the kind of one Block.
type BlockKind uint8

// The kinds of blocks.
const (
	Paragraph BlockKind = iota
	Heading
	Quote
	List
	Code
	Table
	Picture
)

var blockNames = [...]string{"paragraph", "heading", "quote", "list", "code", "table", "picture"}

// String returns the batch contract's word for k.
func (k BlockKind) String() string {
	if int(k) < len(blockNames) {
		return blockNames[k]
	}
	return fmt.Sprintf("BlockKind(%d)", uint8(k))
}

// Block is one piece of a body. Its text is plain, so that unsafe markup cannot
// be represented.
type Block struct {
	Kind    BlockKind
	Text    string     // Paragraph, Heading, Quote and Code; newlines only in Quote (between paragraphs) and Code
	Links   []Link     // inside Text, in order, apart from each other; Paragraph and Quote only
	Level   int        // Heading: 2 to 6
	Number  int        // Heading: the number it bears ("1.", "II", "第三"); 0: none. Text is without it
	Ordered bool       // List
	Items   []string   // List, one line each
	Rows    [][]string // Table, the cells of each row
	Figure  *Figure    // Picture
}

// Link is a link inside a block's text.
type Link struct {
	Start, End int // bytes of Text
	URL        string
}

// Plain is the block's text without structure: list items on lines of their
// own, table cells apart by tabs. A picture has none: captions are not body.
func (b Block) Plain() string {
	switch b.Kind {
	case List:
		return strings.Join(b.Items, "\n")
	case Table:
		rows := make([]string, len(b.Rows))
		for i, row := range b.Rows {
			rows[i] = strings.Join(row, "\t")
		}
		return strings.Join(rows, "\n")
	case Picture:
		return ""
	default:
		return b.Text
	}
}

// Figure is a picture with what is said under it.
type Figure struct {
	Src     string // absolute; empty where only the caption was to be had
	Alt     string
	Caption string // without the credit
	Credit  string // without its label: "Sputnik/Gavrii"
	Type    string // media type; empty: unknown
	Width   int    // pixels; 0: unknown
	Height  int
	Length  int64 // bytes; 0: unknown
}

// Text is the article's body as plain text, blocks apart by blank lines:
// paragraphs, headings, lists, quotes and code; no captions, no tables.
func (a *Article) Text() string { return strings.Join(a.Passages(), "\n\n") }

// Passages lists the body's text block by block; no captions, no tables.
func (a *Article) Passages() []string {
	all := make([]string, 0, len(a.Body))
	for i := range a.Body {
		b := &a.Body[i]
		if b.Kind == Table || b.Kind == Picture {
			continue
		}
		if text := b.Plain(); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// Figures lists the lead picture and those of the body, in order.
func (a *Article) Figures() []*Figure {
	var figures []*Figure
	if a.Lead != nil {
		figures = append(figures, a.Lead)
	}
	for _, b := range a.Body {
		if b.Kind == Picture && b.Figure != nil {
			figures = append(figures, b.Figure)
		}
	}
	return figures
}
