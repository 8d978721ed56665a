package news

// TopicID names a topic. It is part of the addresses that readers subscribe to.
type TopicID string

// Topic is a standing subject with a rule that decides what belongs to it.
type Topic struct {
	ID          TopicID
	Title       string
	Description string
	Rule        Rule
}

// Rule decides whether an article belongs to a topic. All of All, at least one
// of Any (where there are any) and none of None must be found. A Rule with
// neither All nor Any takes everything that None does not forbid.
type Rule struct {
	All  []Clause
	Any  []Clause
	None []Clause

	Near        Near                 // how close the clauses of All, and one of Any, must stand
	Fields      []Field              // where to look; empty: everywhere
	Weight      map[Field]float64    // of evidence by field; absent: title 3, lede 2, others 1
	MinScore    float64              // the sum of weights needed; 0: any
	Enumeration int                  // a sentence that names this many countries is no evidence; 0: 4, negative: off
	Sports      bool                 // a rule of countries alone takes what they play against each other, too
	Include     []SourceID           // only these sources; empty: all
	Exclude     []SourceID           // never these
	Trust       map[SourceID]float64 // multiplies the score of a source's articles; absent: 1
}

// Clause asks for one thing. Exactly one of its first eight fields is set.
type Clause struct {
	Country string   // ISO 3166-1 alpha-2, upper case: its names, demonyms, capital, leaders
	Bloc    string   // "EU", "NATO" ...: the bloc itself
	Member  string   // any country of that bloc
	Concept string   // the ID of one of the editor's concepts
	Term    []string // any of these words, inflected forms too
	Phrase  string   // these words in this order, exactly
	Regex   string   // RE2, on the text as it stands
	Group   *Rule    // nested all, any and none

	Fields []Field // where this clause looks; empty: where the rule does
	Weight float64 // multiplies its evidence; 0: 1
}

// Near is how close evidence must stand.
type Near struct {
	Unit  Unit
	Words int // with NearWords: the window, in tokens
}

// Unit is what Near counts in.
type Unit string

// The units. An empty Unit is NearParagraph where a rule asks for two or more
// countries and nothing else, or else NearDocument.
const (
	NearDocument  Unit = "document"
	NearParagraph Unit = "paragraph"
	NearSentence  Unit = "sentence"
	NearWords     Unit = "words"
)

// Field is a part of an article that a rule can look at.
type Field string

// The fields.
const (
	InTitle    Field = "title"
	InLede     Field = "lede"
	InBody     Field = "body"
	InCaption  Field = "caption"
	InCategory Field = "category"
)

// Concept is something an editor gives a name and aliases, beside the built-in
// countries and blocs.
type Concept struct {
	ID      string
	Title   string
	Aliases map[string][]string // by BCP 47 language; "" or "und": every language
	Not     []string            // phrases that contain an alias and mean something else
}

// Match is one reason why an article belongs to a topic.
type Match struct {
	Topic   TopicID
	Concept string // "country:RU", "bloc:EU", "concept:grain", "term:…", "phrase:…", "regex:…", "source"
	Alias   string // the entry of the table that was met, as written there
	Sense   string // name, demonym, capital, leader, abbreviation, compound, alias, term, phrase, regex, source
	Field   Field
	Start   int // Unicode code points from the start of the field's text
	End     int
	Text    string  // the surface: the field's text from Start to End
	Quote   string  // the sentence around it, shortened
	Score   float64 // what it adds
}
