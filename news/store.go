package news

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Errors of a store. They are answers about the state of the archive, not
// faults of the machine.
var (
	// ErrStale means that another writer changed the stories since Intake.Base.
	ErrStale = errors.New("the archive has moved on")
	// ErrLost means that the lease passed to another process; nothing was saved.
	ErrLost = errors.New("the lease was lost")
	// ErrNotFound means that nothing has that ID.
	ErrNotFound = errors.New("not found")
)

// Archive is the reading side of a store. Publishing needs no more.
type Archive interface {
	// Revision is the revision at which a topic's stories last changed; of the
	// whole archive where the topic is empty. An unknown topic has revision 0.
	Revision(ctx context.Context, topic TopicID) (Revision, error)
	// Story returns one story, or ErrNotFound.
	Story(ctx context.Context, id StoryID) (Story, error)
	// Article returns one archived article, whether or not a topic took it, or
	// ErrNotFound.
	Article(ctx context.Context, id ArticleID) (Article, error)
	// Stories lists stories newest first: by Filed, then ID, both descending.
	Stories(ctx context.Context, q Query) ([]Story, error)
	// Ledgers returns what is remembered of the sources, in the order asked;
	// one that is not known, or cannot be read any more, has only its Source
	// set.
	Ledgers(ctx context.Context, ids ...SourceID) ([]Ledger, error)
}

// Query selects stories. Its zero value is the newest DefaultLimit stories.
type Query struct {
	Topic  TopicID  // empty: every topic
	Langs  []string // primary languages, lower case; a story counts if one of its articles has one
	Source SourceID // a story counts if one of its articles is from there
	After  Cursor   // only stories listed after this one
	Limit  int      // 0: DefaultLimit; never more than MaxLimit
}

// The limits of a Query.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// Cursor is a place in a listing: that of the story with these two values.
// The zero Cursor is its beginning.
type Cursor struct {
	Filed time.Time
	ID    StoryID
}

// IsZero reports whether c is the beginning.
func (c Cursor) IsZero() bool { return c.ID == "" && c.Filed.IsZero() }

// Store is the memory of Dateline. All its methods may be called from several
// goroutines, and, where the store is Redis, from several processes.
type Store interface {
	Archive
	Subscriptions

	// Enrol makes the due-list that of ids. A source that is new is due at
	// once; one that is known keeps its due time; one that is not named is no
	// longer claimed, and keeps its ledger until Sweep forgets it.
	Enrol(ctx context.Context, ids []SourceID) error

	// Claim takes up to n sources that are due at now, in order of their due
	// time, and moves their due time to now+lease in the same step: of many
	// processes one asks, and one that dies holds nothing for longer. Each
	// Ledger bears the Lease that Commit demands; its marks may be Unread. One
	// that cannot be read any more is begun anew, so that it holds nobody else
	// up.
	Claim(ctx context.Context, now time.Time, lease time.Duration, n int) ([]Ledger, error)

	// Commit saves what one poll changed. With a ledger it succeeds only while
	// its Lease is the last one given (ErrLost), and makes the source due at
	// Ledger.Poll.Due. With stories it succeeds only if the archive's revision
	// is still Base (ErrStale), and returns the next one, which becomes that of
	// every topic that a saved story is in or was in before. Without stories it
	// leaves the revision alone, so that a quiet poll does not empty the
	// readers' caches, and returns the present one. After an error nothing of
	// the intake counts as seen. Running it twice is running it once: a repeated
	// commit of the same lease answers ErrLost or the same revision, never harm.
	Commit(ctx context.Context, in Intake) (Revision, error)

	// Hasten makes enrolled sources due at a time that is earlier than theirs.
	Hasten(ctx context.Context, due time.Time, ids ...SourceID) error

	// Delay makes enrolled sources due at a time that is later than theirs: it
	// keeps what was claimed for longer.
	Delay(ctx context.Context, due time.Time, ids ...SourceID) error

	// NextDue is the earliest due time of all enrolled sources; zero: none.
	NextDue(ctx context.Context) (time.Time, error)

	// Changes yields the stories saved after a revision, in the order of their
	// revisions.
	Changes(ctx context.Context, since Revision) iter.Seq2[Story, error]

	// Articles yields the articles archived at or after a time, in the order of
	// their archiving, whether or not a topic took them. An article is archived
	// at the Intake.At that brought its present version, whatever date it bears.
	Articles(ctx context.Context, since time.Time) iter.Seq2[Article, error]

	// Filled returns what SetFilled saved last: the topics that were filled from
	// the archive to the end, each with a digest of what it was filled by.
	Filled(ctx context.Context) (map[TopicID]uint64, error)

	// SetFilled puts another such list in the place of the last one.
	SetFilled(ctx context.Context, filled map[TopicID]uint64) error

	// Sweep forgets what a Keep does not keep. Marks go with their ledgers and
	// never alone, so that what was published is not published again.
	Sweep(ctx context.Context, keep Keep) (Swept, error)

	// Close ends all use. It waits for what is under way.
	Close() error
}

// Keep says what a sweep leaves. A zero time keeps everything of its kind.
type Keep struct {
	Articles time.Time // articles archived at or after
	Stories  time.Time // stories filed at or after
	Ledgers  time.Time // ledgers of sources no longer enrolled, last asked at or after
}

// Swept counts what a sweep forgot.
type Swept struct {
	Articles, Stories, Ledgers int
}
