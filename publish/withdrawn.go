package publish

import (
	"time"

	"dateline/news"
)

// nsTombstones is the namespace of deleted entries, RFC 6721.
const nsTombstones = "http://purl.org/atompub/tombstones/1.0"

// tombstone names an entry that readers are to delete.
type tombstone struct {
	ID   string
	When time.Time
}

// atomDeleted is a tombstone in Atom, RFC 6721 section 3.
type atomDeleted struct {
	Ref  string `xml:"ref,attr"`
	When string `xml:"when,attr"`
}

// jsonWithdrawn is a tombstone in JSON Feed, which has no word for it.
type jsonWithdrawn struct {
	ID   string `json:"id"`
	When string `json:"date_withdrawn"`
}

// bury puts the tombstones of a withdrawn story into an edition, for all
// entries that the reader may hold of it.
func (ed *edition) bury(st *news.Story) {
	when := st.Withdrawn.UTC().Truncate(time.Second)
	ed.changed = later(ed.changed, when)
	ed.stamp = max(ed.stamp, rfc3339(when))
	if !ed.want.apart {
		ed.gone = append(ed.gone, tombstone{ed.head.tag("story", string(st.ID)), when})
		return
	}
	for i := range st.Articles {
		if ed.want.prefers(&st.Articles[i]) {
			ed.gone = append(ed.gone, tombstone{ed.head.tag("article", string(st.Articles[i].ID)), when})
		}
	}
}

// blankOut leaves of the articles of a withdrawn story what names them to us:
// whoever would print it by mistake has nothing to print.
func blankOut(st news.Story) news.Story {
	articles := make([]news.Article, len(st.Articles))
	for i, a := range st.Articles {
		articles[i] = news.Article{ID: a.ID, Source: a.Source, Filed: a.Filed, Changed: a.Changed}
	}
	st.Articles = articles
	return st
}
