package stories

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dateline/news"
)

// Options are the settings of an Index. The zero value is sensible.
type Options struct {
	// Window is how far apart two articles of one story may be filed; 0: 7 days.
	Window time.Duration
	// Bytes bounds what the index remembers, by estimate; stories leave
	// oldest first. 0: 512 MiB.
	Bytes int64
	// Joining says by what likeness a source's articles join others; both must
	// be willing. nil: every source by all.
	Joining func(news.SourceID) news.Joining
}

const (
	houseStories  = 4    // a shingle that so many stories have is house text
	maxCandidates = 24   // articles compared in full, by shingles in common
	leadShare     = 0.25 // containment that a copy of a copy has with the lead at least
)

// Index remembers the stories of the window. It is not safe for concurrent
// use.
//
// An article costs about 500 bytes, 8 for each of its shingles, figures, names
// and longer words, and about 24 for each shingle or name that no other article
// has: some 12 kB where it has 300 words. Forget gives all of it back.
type Index struct {
	o      Options
	window time.Duration
	budget int64
	spent  int64

	stories  map[news.StoryID]*held
	articles map[news.ArticleID]*entry
	links    map[uint64][]*entry
	sums     map[uint64][]*entry
	entries  []*entry // by number; nil: free
	free     []int32
	postings postings
	names    postings // of names and figures at the head of the articles that lead

	counts  []int32 // scratch of candidates, by number; all zero between calls
	touched []int32
}

// held is a story in the index.
type held struct {
	id       news.StoryID
	articles []*entry
	leads    *entry    // of articles, the one whose head is filed; nil: none
	last     time.Time // when its newest article was filed
}

// entry is an article in the index.
type entry struct {
	id    news.ArticleID
	story *held
	text  text
	link  uint64
	stamp uint64 // of headline and body as they stood
	no    int32

	head   head
	topics []news.TopicID
	filed  time.Time
	source news.SourceID
}

// New returns an empty index.
func New(o Options) *Index {
	return &Index{
		o:        o,
		window:   cmp.Or(o.Window, 7*24*time.Hour),
		budget:   cmp.Or(o.Bytes, 512<<20),
		stories:  map[news.StoryID]*held{},
		articles: map[news.ArticleID]*entry{},
		links:    map[uint64][]*entry{},
		sums:     map[uint64][]*entry{},
		postings: newPostings(),
		names:    newPostings(),
	}
}

// joins reports whether articles of a source join others by a likeness.
func (ix *Index) joins(id news.SourceID, how news.Joining) bool {
	return ix.o.Joining == nil || ix.o.Joining(id) <= how
}

// Window is how far apart two articles of one story may be filed.
func (ix *Index) Window() time.Duration { return ix.window }

// Len is the number of stories held.
func (ix *Index) Len() int { return len(ix.stories) }

// Learn puts a story in, or replaces what is known of it. An article that
// stood in another story moves to this one.
func (ix *Index) Learn(st *news.Story) {
	if st.ID == "" || len(st.Articles) == 0 {
		return
	}
	h := ix.stories[st.ID]
	if st.Into != "" { // its articles are learnt with the story that has them now
		if h != nil {
			ix.forget(h)
		}
		return
	}
	if h == nil {
		h = &held{id: st.ID}
		ix.stories[st.ID] = h
	}
	before := h.articles
	h.articles, h.last = nil, time.Time{}
	stays := make(map[news.ArticleID]bool, len(st.Articles))
	for i := range st.Articles {
		stays[st.Articles[i].ID] = true
	}
	for _, e := range before {
		if !stays[e.id] {
			ix.drop(e)
		}
	}
	for i := range st.Articles {
		ix.learn(h, &st.Articles[i])
	}
	ix.lead(h)
	if ix.spent > ix.budget {
		ix.shrink()
	}
}

// learn puts one article of a story in.
func (ix *Index) learn(h *held, a *news.Article) {
	if a.Filed.After(h.last) {
		h.last = a.Filed
	}
	stamp, link := news.Sum64(a.Headline, a.Text()), tellingLink(a.Link)
	if e := ix.articles[a.ID]; e != nil {
		if e.story == h && e.stamp == stamp && e.link == link && slices.Equal(e.topics, a.Topics) {
			if !slices.Contains(h.articles, e) {
				h.articles = append(h.articles, e)
			}
			return
		}
		other := e.story
		other.articles = without(other.articles, e)
		ix.drop(e)
		if len(other.articles) == 0 && other != h {
			delete(ix.stories, other.id)
		} else if other != h {
			ix.lead(other)
		}
	}
	e := &entry{id: a.ID, story: h, text: read(a), link: link, stamp: stamp, head: readHead(a, false), source: a.Source, topics: a.Topics, filed: a.Filed}
	e.text.shingles, e.text.figures = slices.Clone(e.text.shingles), slices.Clone(e.text.figures) // as read they have room for all that was sampled from
	e.text.order = nil
	h.articles = append(h.articles, e)
	ix.add(e)
}

// Forget lets stories go whose newest article was filed before a time.
func (ix *Index) Forget(before time.Time) {
	for _, h := range ix.stories {
		if h.last.Before(before) {
			ix.forget(h)
		}
	}
}

// shrink forgets the oldest stories until a tenth of the budget is free, so
// that the next Learn does not have to sort them again.
func (ix *Index) shrink() {
	all := make([]*held, 0, len(ix.stories))
	for _, h := range ix.stories {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *held) int { return cmp.Or(a.last.Compare(b.last), cmp.Compare(a.id, b.id)) })
	for _, h := range all {
		if ix.spent <= ix.budget-ix.budget/10 {
			return
		}
		ix.forget(h)
	}
}

func (ix *Index) forget(h *held) {
	for _, e := range h.articles {
		ix.drop(e)
	}
	delete(ix.stories, h.id)
}

func (ix *Index) add(e *entry) {
	if n := len(ix.free); n > 0 {
		e.no, ix.free = ix.free[n-1], ix.free[:n-1]
		ix.entries[e.no] = e
	} else {
		e.no = int32(len(ix.entries))
		ix.entries = append(ix.entries, e)
		ix.counts = append(ix.counts, 0)
	}
	ix.articles[e.id] = e
	if e.link != 0 {
		ix.links[e.link] = append(ix.links[e.link], e)
	}
	if e.text.sum != 0 {
		ix.sums[e.text.sum] = append(ix.sums[e.text.sum], e)
	}
	for _, s := range e.text.shingles {
		ix.postings.add(s, e.no, ix.entries)
	}
	ix.spent += e.cost()
}

// lead files the head of the article that leads a story, and of no other:
// an event is sought among leads, so that what it costs does not grow with the
// articles that tell a story.
func (ix *Index) lead(h *held) {
	if len(h.articles) == 0 || h.leads == h.articles[0] {
		return
	}
	ix.unlead(h)
	h.leads = h.articles[0]
	for _, k := range h.leads.head.keys() {
		ix.names.add(k, h.leads.no, ix.entries)
	}
}

func (ix *Index) unlead(h *held) {
	if h.leads == nil {
		return
	}
	for _, k := range h.leads.head.keys() {
		ix.names.remove(k, h.leads.no)
	}
	h.leads = nil
}

func (ix *Index) drop(e *entry) {
	for _, s := range e.text.shingles {
		ix.postings.remove(s, e.no)
	}
	if e.story.leads == e {
		ix.unlead(e.story)
	}
	unlist(ix.links, e.link, e)
	unlist(ix.sums, e.text.sum, e)
	delete(ix.articles, e.id)
	ix.entries[e.no] = nil
	ix.free = append(ix.free, e.no)
	ix.spent -= e.cost()
}

// cost is about what an entry takes in memory.
func (e *entry) cost() int64 {
	return 500 + 32*int64(len(e.text.shingles)+len(e.head.names)+len(e.head.figures)) + 8*int64(len(e.text.figures)+len(e.head.words))
}

func unlist(lists map[uint64][]*entry, key uint64, e *entry) {
	if rest := without(lists[key], e); len(rest) > 0 {
		lists[key] = rest
	} else {
		delete(lists, key)
	}
}

func without(entries []*entry, e *entry) []*entry {
	if i := slices.Index(entries, e); i >= 0 {
		return slices.Delete(entries, i, i+1)
	}
	return entries
}

// tellingLink is the digest of a link that names an article; 0 where there is
// none, or only the front page of a site.
func tellingLink(link string) uint64 {
	if link == "" {
		return 0
	}
	if !strings.ContainsAny(news.CanonicalLink(link), "/?#") {
		return 0 // a host and nothing else
	}
	return news.Sum64(news.ArticleLink(link))
}
