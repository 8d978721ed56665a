package desk

import (
	"time"

	"dateline/news"
)

// SetEditor puts something in the editor's place.
func (d *Desk) SetEditor(edit func(news.Source, *news.Item, []news.Page, time.Time) news.Article) {
	d.editor = edit
}
