package news

import "time"

// Story is one piece of news and all who tell it.
type Story struct {
	ID       StoryID
	Articles []Article // the lead article first, then by Filed; at most MaxCopies with their bodies
	Topics   []TopicID // the union of its articles' topics, sorted
	Filed    time.Time // of the article that opened it; with ID the order of every listing
	Updated  time.Time // the last change that a reader should see
	Into     StoryID   // the story that an editor merged this one into; it has no topics then
	// Withdrawn is when an editor withdrew the story; zero: it stands. It keeps
	// its topics and its place, so that readers can be told, and nothing else of
	// it is published.
	Withdrawn time.Time
	Revision  Revision // of the archive, at which it was last saved; set by Commit
}

// MaxCopies is how many articles of a story keep their bodies. Further ones
// are kept with headline, link and outlet, so that all who tell it are named.
const MaxCopies = 24

// Lead is the article that stands for the story. A story has at least one.
func (s *Story) Lead() *Article { return &s.Articles[0] }

// Publishers lists the distinct newsrooms that tell the story, in the order
// of its articles.
func (s *Story) Publishers() []string {
	var names []string
	seen := map[string]bool{}
	for i := range s.Articles {
		name := s.Articles[i].Publisher
		if name == "" {
			name = string(s.Articles[i].Source)
		}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// Revision counts the commits that changed stories. It is the ETag of readers
// and the optimistic lock of writers; 0 is an empty archive.
type Revision uint64

// Intake is all that one poll changes, committed in one act.
type Intake struct {
	Ledger   Ledger    // Source empty: no ledger is touched (backfill, an editor's verdict)
	Articles []Article // fresh ones, for the archive; the same ID replaces
	Stories  []Story   // new or changed ones, whole; the same ID replaces
	Base     Revision  // the archive's revision that Stories were decided on
	At       time.Time // the time of the poll
}
