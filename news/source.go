package news

import (
	"fmt"
	"net/netip"
	"time"
)

// SourceID names a source. It is short, chosen by hand and never reused.
type SourceID string

// Source is what an editor decides about one feed of an outlet. What happened
// to it is a Ledger.
type Source struct {
	ID        SourceID
	Title     string    // how the outlet is credited; empty: the feed's own title, or the ID
	Publisher string    // the newsroom behind several feeds; empty: the feed's host
	Feed      string    // the address that is polled; http, https or file
	Home      string    // the outlet's page for people; empty: what the feed says
	Lang      string    // BCP 47; empty: detect
	Schedule  string    // cron spec or "@every 10m"; empty: the default
	Topics    []TopicID // topics that everything from this source bears, whatever it says
	Rights    Rights    // how much of an article may be carried
	FullText  bool      // read the linked page, all its pages
	Access    Access
	Limits    Limits  // of its own
	Joining   Joining // what its articles may join a story by
	Scrape    *Scrape // how the page at Feed lists its news; nil: it is a feed
}

// Scrape says where a page that is no feed lists its news: a CSS selector each.
// Item is looked for in the page, the others in each item. What is empty is
// found as most pages have it; of a selector followed by @name the attribute of
// that name counts, as in "time@datetime".
type Scrape struct {
	Item  string
	Title string // empty: the words of the link
	Link  string // empty: the item's first link
	Date  string // empty: the item's first time element
	Text  string // empty: none
	Image string // empty: none
}

// Access says how an outlet wants, or has to, be asked. The zero value asks as
// anyone would.
type Access struct {
	UserAgent string            // in place of Dateline's own
	Headers   map[string]string // sent to the feed's own origin only
	Cookie    string            // sent to the feed's own origin only
	Username  string            // basic authentication, feed's own origin only
	Password  string
	Proxy     string         // http, https or socks5 address of an egress proxy
	Allow     []netip.Prefix // special-purpose addresses that this source may reach
}

// Limits bounds what one outlet may send and how long it may take over it, in
// place of what holds for all. A zero field leaves that as it is.
type Limits struct {
	Timeout time.Duration // for an exchange with all its redirects
	Size    int64         // bytes of a body, as sent and decoded
	Items   int           // of one document; the oldest are left out
}

// Joining is by what likeness articles of a source become tellings of one story
// with others. Whatever it says, an article that comes again, stands at the
// same address or says the same words is known.
type Joining uint8

// The ways, from most to least.
const (
	JoinEvents  Joining = iota // copies, and reports of one event in words of their own
	JoinCopies                 // edited and abridged copies of a text
	JoinNothing                // every article is a story of its own
)

var joiningNames = [...]string{"events", "copies", "none"}

// String returns the config's word for j.
func (j Joining) String() string {
	if int(j) < len(joiningNames) {
		return joiningNames[j]
	}
	return fmt.Sprintf("Joining(%d)", uint8(j))
}

// ParseJoining reads the config's word.
func ParseJoining(s string) (Joining, error) {
	for i, name := range joiningNames {
		if s == name {
			return Joining(i), nil
		}
	}
	return JoinEvents, fmt.Errorf("unknown way to join %q: want events, copies or none", s)
}

// Rights is how much of an article may be republished. The zero value is the
// least.
type Rights uint8

// The rights, from least to most.
const (
	RightsHeadline Rights = iota // headline, link, outlet and dates
	RightsSummary                // and the lede and the lead picture's address
	RightsFull                   // and everything else
)

var rightsNames = [...]string{"headline", "summary", "full"}

// String returns the config's word for r.
func (r Rights) String() string {
	if int(r) < len(rightsNames) {
		return rightsNames[r]
	}
	return fmt.Sprintf("Rights(%d)", uint8(r))
}

// ParseRights reads the config's word: headline, summary or full.
func ParseRights(s string) (Rights, error) {
	for i, name := range rightsNames {
		if s == name {
			return Rights(i), nil
		}
	}
	return 0, fmt.Errorf("rights %q: want headline, summary or full", s)
}

// Ledger is all that is remembered of one source, read in one round trip and
// written in one.
type Ledger struct {
	Source SourceID
	Lease  uint64 // fencing token: given by Claim, demanded by Commit
	Poll   Poll
	Marks  []Mark // one for each item seen and not yet forgotten, newest first

	// Unread says that Claim left the marks in the store, because most polls
	// find nothing to compare with them. Ledgers reads them. Who commits the
	// ledger as unread leaves them there as they are.
	Unread bool

	// Adrift are articles that the ledger vouches for though the store may have
	// lost the stories they were filed in. Claim finds them in the archive; who
	// files them again commits the ledger without them, and who gives the
	// source back leaves them in it.
	Adrift []Article
}

// Poll is what is known of the last exchange with a source, and what follows
// from it for the next.
type Poll struct {
	At        time.Time // when the outlet was last asked
	Due       time.Time // when it is to be asked next; the store's due-list follows it
	NotBefore time.Time // the server's own wish (Retry-After, max-age, ttl ...), already capped

	Status       int    // HTTP status of the last answer; 0: there was none
	ETag         string // as sent, byte for byte, of the last body that was read whole
	LastModified string // as sent, byte for byte, of the last body that was read whole
	Sum          uint64 // digest of that body, decoded; 0: none yet

	Read time.Time // when a body was last read whole; validators are trusted for a week of 304s
	Asks Asks      // what that body says about when to ask again

	Feed       string    // the configured address that all this is about
	Address    string    // the permanent address learnt from redirects; empty: the configured one
	Moving     string    // a permanent redirect to another host, seen once
	MovingFrom time.Time // when Moving was first seen

	Push Push // the subscription to its hub, if it names one

	Failures int       // in a row; a 304 is a success
	Since    time.Time // when the present run of failures began; zero when well
	Fault    string    // what is wrong, one sentence for a person; empty when well
	Gone     bool      // 410: not asked again until the config changes its address

	Success time.Time // when a poll last succeeded (200 or 304)
	Fresh   time.Time // when a poll last brought news
	Format  string    // rss, atom or json, with its version: "rss 2.0"
	Title   string    // the feed's own title
	Home    string    // the feed's own link
	Items   int       // in the last body read
	Repairs []string  // what had to be repaired in it, sentences for a person
	Dropped Dropped   // what was left out of it, and why

	Requests []Request // the last ones, newest first, at most MaxRequests
}

// MaxRequests is how many requests a ledger remembers of its source.
const MaxRequests = 6

// Request is one exchange with a source, as an operator wants to see it: what
// was sent beside what every request holds, and what came back. It holds no
// credentials.
type Request struct {
	At      time.Time
	Address string        // that answered; empty: the one that was asked
	Sent    []string      // validators, as header lines
	Status  int           // 0: there was no answer
	Got     []string      // validators and wishes of the answer, as header lines
	Length  int           // bytes of the body, decoded
	Items   int           // that were read in it
	Took    time.Duration // to the end of the body, with the wait for the host's turn
	Fault   string        // empty: it went well
}

// Push is a subscription to the hub of a feed (WebSub).
type Push struct {
	Hub    string    // as the feed names it; empty: it names none
	Topic  string    // what to subscribe to there: the feed's address for itself
	Token  string    // secret: callback and signatures are derived from it
	Asked  time.Time // when the hub was last asked for a subscription
	Until  time.Time // when the lease that the hub confirmed ends; zero: none is confirmed
	Heard  time.Time // when it last sent something that was signed as it should
	Missed int       // polls in a row that found news which the hub had not sent
}

// Asks is what a feed's document says about when it wants to be asked. It holds
// until another document says otherwise, also through answers without a body.
type Asks struct {
	Every     time.Duration // ttl or sy:updatePeriod; 0: nothing
	SkipHours uint64        // bit n: nothing is to be had from n:00 to n:59 GMT
	SkipDays  uint8         // bit n: nothing is to be had on that time.Weekday, GMT
}

// Dropped counts what was left out of the last body read, by reason.
type Dropped struct {
	Empty   int // neither title nor text
	Excess  int // beyond the limit of items of one feed
	Twice   int // the same item twice in one body
	Faulty  int // an item that could not be read
	Flapped int // changes of items that go back and forth between versions
}

// Total is the number of items left out.
func (d Dropped) Total() int { return d.Empty + d.Excess + d.Twice + d.Faulty + d.Flapped }

// Mark remembers one item of a source.
type Mark struct {
	Key     Key       // the item's identity as it was last sent
	Article ArticleID // the article it became; of the key it was first sent under
	Link    uint64    // digest of the canonical link; 0: it had none
	Text    uint64    // digest of the folded title and text
	Prior   []uint64  // digests of earlier versions, newest first, at most 4
	Seen    time.Time // when the feed last listed it
	Filed   time.Time // the date that orders the article, decided once
	Changes int       // how often it was changed
}
