package desk

import (
	"context"
	"runtime"

	"golang.org/x/sync/semaphore"

	"dateline/news"
)

// The measures of the copy room, in bytes of markup.
const (
	copyDesk  = 128 << 10 // for each processor: an article's page, or dozens of items
	lightCopy = 4 << 10   // what is edited without asking for room
)

// copyRoom bounds what is edited at a time. A text takes many times its size
// meanwhile, as trees and pieces, and more of it than the processors work on
// would only lie there.
type copyRoom struct {
	size int64
	left *semaphore.Weighted
}

func newCopyRoom() copyRoom {
	size := int64(runtime.GOMAXPROCS(0)) * copyDesk
	return copyRoom{size: size, left: semaphore.NewWeighted(size)}
}

// enter waits until there is room for an item and the pages read for it, and
// returns what to call afterwards. Nobody in there waits for anything else, so
// it does not take long.
func (r copyRoom) enter(it *news.Item, pages []news.Page) func() {
	n := len(it.Content) + len(it.Summary) + sizeOf(pages)
	if n <= lightCopy {
		return func() {}
	}
	weight := min(int64(n), r.size)
	_ = r.left.Acquire(context.Background(), weight) // fails only with its context
	return func() { r.left.Release(weight) }
}

func sizeOf(pages []news.Page) (n int) {
	for _, page := range pages {
		n += len(page.HTML)
	}
	return n
}
